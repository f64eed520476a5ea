//! The one modem of an engine: its key, its link, its health. The same for both roles.

use core::time::Duration;

use super::keying::{Heard, Keying};
use super::supervision::Supervision;
use super::{Health, Identity, Modem, ModemFailure};
use crate::key::NetworkKey;
use crate::mme::{Frame, Mac};
use crate::output::Outbox;
use crate::random::Random;
use crate::timing::{SOUNDS, Timing};

pub(crate) struct Local {
    keying: Keying,
    supervision: Supervision,
    health: Health,
    /// Soundings heard since the last measurement.
    unmeasured: u8,
}

/// What a step needs of its engine.
pub(crate) struct Link<'a> {
    pub(crate) now: Duration,
    pub(crate) host: Mac,
    pub(crate) modem: &'a Modem,
    pub(crate) timing: &'a Timing,
    pub(crate) random: &'a mut dyn Random,
}

/// What the modem told.
pub(crate) enum Told {
    /// It has its key.
    Keyed,
    Identified(Identity),
    LinkUp,
    LinkDown,
}

impl Local {
    /// No key; the first is made at `key`.
    pub(crate) fn new(key: Option<Duration>) -> Self {
        Self {
            keying: Keying::unset(key),
            supervision: Supervision::default(),
            health: Health::default(),
            unmeasured: 0,
        }
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.keying.deadline().into_iter().chain(self.supervision.deadline()).min()
    }

    /// Does what is due. An error says that the modem is given up for now; it is tried again later.
    pub(crate) fn expire<E>(
        &mut self,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Result<(), ModemFailure> {
        let keyed = self.keying.expire(link, out, &mut self.health);
        self.supervision.expire(self.keying.make(link), link, out, &mut self.health);
        keyed
    }

    /// Gives the modem a fresh key.
    pub(crate) fn renew<E>(
        &mut self,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Result<(), ModemFailure> {
        self.keying.renew(link, out)
    }

    /// Gives the modem this key.
    pub(crate) fn send<E>(
        &mut self,
        key: NetworkKey,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Result<(), ModemFailure> {
        self.keying.send(key, link, out)
    }

    /// The modem restarted, or is another one.
    pub(crate) fn restarted<E>(
        &mut self,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Result<(), ModemFailure> {
        self.health.restarts = self.health.restarts.saturating_add(1);
        self.keying.restarted(link, out)
    }

    /// Takes a frame that came from the modem's interface for this host.
    pub(crate) fn receive<E>(
        &mut self,
        frame: &Frame,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Option<Told> {
        let Modem::HomePlug(modem) = link.modem else { return None };
        let heard = self.keying.receive(frame, link, out, &mut self.health);
        match heard {
            Some(Heard::Keyed) => return Some(Told::Keyed),
            Some(Heard::Identified(identity)) => return Some(Told::Identified(identity)),
            Some(Heard::Started) => {
                self.supervision.ask_now(link.now);
                return None;
            }
            None => {}
        }
        let make = self.keying.make(link)?;
        if !self.keying.is_modem(frame.source) {
            return None;
        }
        let is_up = self.supervision.receive(make, modem, &frame.message, &mut self.health)?;
        Some(if is_up { Told::LinkUp } else { Told::LinkDown })
    }

    /// Begins or ends the asking for the link.
    pub(crate) fn watch(&mut self, is_linked: bool, link: &Link<'_>) {
        self.supervision.watch(is_linked && self.keying.current().is_some(), link);
    }

    /// A car's sounding was heard. An error once enough of them were not measured.
    pub(crate) fn sounding(&mut self) -> Result<(), ModemFailure> {
        self.health.soundings = self.health.soundings.saturating_add(1);
        self.unmeasured = self.unmeasured.saturating_add(1);
        if self.unmeasured == SOUNDS { Err(ModemFailure::NoProfiles) } else { Ok(()) }
    }

    /// The modem measured a sounding; one without groups is no measurement.
    pub(crate) fn profile(&mut self, groups: &[u8]) {
        if !groups.is_empty() {
            self.health.profiles = self.health.profiles.saturating_add(1);
            self.unmeasured = 0;
        }
    }

    pub(crate) fn health(&self) -> Health {
        self.health
    }

    /// The key that the modem has.
    pub(crate) fn current(&self) -> Option<&NetworkKey> {
        self.keying.current()
    }

    /// Whether this sender is the local modem. Nobody is until it has answered once.
    pub(crate) fn is_modem(&self, source: Mac) -> bool {
        self.keying.is_modem(source)
    }

    /// Whether a frame of this sender, addressed to this host, can be about the modem.
    pub(crate) fn wants(&self, source: Mac, code: u16) -> bool {
        self.keying.is_modem(source) || self.keying.waits_for(code)
    }
}
