//! Asking the linked peer for transmit levels: CM_AMP_MAP, the same for both roles.

use core::time::Duration;

use crate::mme::{AmpMapCnf, AmpMapReq, Frame, Mac};
use crate::output::Outbox;
use crate::timing::{RETRIES, Timer, Timing};

/// CM_AMP_MAP.REQ is out.
pub(crate) struct Exchange {
    request: AmpMapReq,
    host: Mac,
    peer: Mac,
    repeats: u8,
    until: Duration,
}

/// The peer did not take the map, as often as it was asked.
pub(crate) struct NotTaken;

impl Exchange {
    pub(crate) fn start<E>(
        request: &AmpMapReq,
        [host, peer]: [Mac; 2],
        now: Duration,
        timing: &Timing,
        out: &mut Outbox<E>,
    ) -> Self {
        let exchange = Self {
            request: request.clone(),
            host,
            peer,
            repeats: RETRIES,
            until: now + timing[Timer::AmpMapExchange],
        };
        exchange.transmit(out);
        exchange
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.until
    }

    pub(crate) fn expire<E>(
        &mut self,
        now: Duration,
        timing: &Timing,
        out: &mut Outbox<E>,
    ) -> Result<(), NotTaken> {
        if now < self.until {
            return Ok(());
        }
        self.repeats = self.repeats.checked_sub(1).ok_or(NotTaken)?;
        self.until = now + timing[Timer::AmpMapExchange];
        self.transmit(out);
        Ok(())
    }

    /// Whether this answer takes the map; any other is as good as none.
    pub(crate) fn is_taken(&self, from: Mac, answer: &AmpMapCnf) -> bool {
        from == self.peer && answer.result == 0
    }

    fn transmit<E>(&self, out: &mut Outbox<E>) {
        out.transmit(&Frame::new(self.peer, self.host, self.request.clone()));
    }
}
