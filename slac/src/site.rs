//! Several connectors of one process that share what they hear of a car, so that only the nearest of them answers it.
//!
//! A connector whose own modem hears a car less well than the modem of another connector with a car on its plug withholds its
//! CM_ATTEN_CHAR.IND: the car is not on its cable. This is worth as much as the calibration of the connectors. A connector whose modem
//! has not answered yet lays no claim.

use alloc::vec::Vec;
use core::time::Duration;

use crate::attenuation::{Decibel, GROUPS, Profiles};
use crate::evse::{Event, Evse, Input};
use crate::mme::Mac;
use crate::output::Output;
use crate::timing::SESSIONS;

/// The connectors of a site, numbered in the order in which they were added.
#[derive(Default)]
pub struct Site(Vec<Evse>);

impl Site {
    /// A site without connectors.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a connector and tells its number.
    pub fn add(&mut self, mut connector: Evse) -> usize {
        connector.join_site();
        self.0.push(connector);
        self.0.len() - 1
    }

    /// Hands an input to a connector, as [`Evse::handle`]; other connectors have nothing new to poll. A number too large does nothing.
    pub fn handle(&mut self, now: Duration, connector: usize, input: Input<'_>) {
        let Some((before, [own, after @ ..])) = self.0.split_at_mut_checked(connector) else {
            return;
        };
        let others =
            |ev| before.iter().chain(&*after).filter_map(|other| other.claim(ev, now)).min();
        own.handle_among(now, input, &others);
    }

    /// What a connector wants done, as [`Evse::poll`].
    pub fn poll(&mut self, connector: usize) -> Output<'_, Event> {
        self.0.get_mut(connector).map_or(Output::Wait(None), Evse::poll)
    }
}

/// What the modem of one connector heard of cars of late, whether or not they had a run with it. At most [`SESSIONS`] cars, whose
/// memory is there from the beginning.
pub(crate) struct Hearing(Vec<Heard>);

struct Heard {
    ev: Mac,
    profiles: Profiles,
    last: Duration,
}

impl Hearing {
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(SESSIONS))
    }

    /// Adds a profile; one that comes `gap` after the last begins anew.
    pub(crate) fn add(&mut self, ev: Mac, groups: &[u8], now: Duration, gap: Duration) {
        let place = self.0.iter().position(|heard| heard.ev == ev);
        let mut heard = match place {
            Some(place) => self.0.remove(place),
            None => Heard { ev, profiles: Profiles::default(), last: now },
        };
        if now > heard.last + gap {
            heard.profiles = Profiles::default();
        }
        heard.profiles.add(groups);
        heard.last = now;
        // The one not heard for longest stands first.
        if self.0.len() >= SESSIONS {
            self.0.remove(0);
        }
        self.0.push(heard);
    }

    /// The calibrated level of a car that was heard within `gap`.
    pub(crate) fn level(
        &self,
        ev: Mac,
        calibration: &[u8; GROUPS],
        now: Duration,
        gap: Duration,
    ) -> Option<Decibel> {
        let heard = self.0.iter().find(|heard| heard.ev == ev && now <= heard.last + gap)?;
        heard.profiles.mean(calibration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_secs(1);

    #[test]
    fn what_is_heard_is_bounded_and_forgotten() {
        let (mut hearing, now) = (Hearing::new(), Duration::from_secs(9));
        for index in 0..=u8::MAX {
            hearing.add(Mac([2, 0, 0, 0, 0, index]), &[index; GROUPS], now, GAP);
        }
        assert_eq!(hearing.0.len(), SESSIONS);
        let level = |hearing: &Hearing, index, now| {
            hearing.level(Mac([2, 0, 0, 0, 0, index]), &[1; GROUPS], now, GAP)
        };
        assert_eq!(level(&hearing, 255, now), Some(Decibel::whole(254)));
        assert_eq!(level(&hearing, 0, now), None);
        assert_eq!(level(&hearing, 255, now + GAP * 2), None);
        hearing.add(Mac([2, 0, 0, 0, 0, 255]), &[41; GROUPS], now + GAP * 2, GAP);
        assert_eq!(level(&hearing, 255, now + GAP * 2), Some(Decibel::whole(40)));
    }
}
