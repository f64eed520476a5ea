//! Keeping the local modem keyed, and finding out who it is.

use core::time::Duration;

use super::driver::{Driver, Report, Request};
use super::{Health, HomePlug, Identity, Link, Make, Modem, ModemFailure};
use crate::key::NetworkKey;
use crate::mme::lumissil::NscmGetFwVersionCnf;
use crate::mme::qualcomm::SwVerCnf;
use crate::mme::{Frame, Mac, Message, SetKeyCnf};
use crate::output::Outbox;
use crate::random::{self, RandomFailed};
use crate::timing::{SET_KEY_TRIES, Timer};

/// The key of the local modem, and who that is.
pub(super) struct Keying {
    state: State,
    /// The modem that answered last: only it speaks for the local line.
    modem: Option<Mac>,
    /// Found by asking, where the settings do not tell.
    found: Option<Make>,
    /// It was asked who it is.
    is_asked: bool,
    /// Restarts it then, because firmware joins the new network only so.
    restart: Option<Duration>,
    /// It may have lost its key: it gets it again then, unless it names the network before.
    verify: Option<Duration>,
}

enum State {
    /// None wanted, or none could be made: another is made at `retry`.
    Unset { retry: Option<Duration> },
    /// Makers' modems are asked whether they are there; then the key is sent.
    Probing { key: NetworkKey, until: Duration },
    /// Sent, not confirmed.
    Sending(Sending),
    /// Confirmed.
    Set(NetworkKey),
}

struct Sending {
    key: NetworkKey,
    nonce: [u8; 4],
    tries: u8,
    failure: ModemFailure,
    next: Duration,
}

/// What the modem told.
pub(super) enum Heard {
    Keyed,
    Identified(Identity),
    Started,
}

impl Keying {
    /// No key; the first is made at `retry`.
    pub(super) fn unset(retry: Option<Duration>) -> Self {
        let state = State::Unset { retry };
        Self { state, modem: None, found: None, is_asked: false, restart: None, verify: None }
    }

    /// Gives the modem a fresh key.
    pub(super) fn renew<E>(
        &mut self,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Result<(), ModemFailure> {
        match NetworkKey::random(link.random) {
            Ok(key) => self.send(key, link, out),
            Err(RandomFailed) => Err(self.without_random(link)),
        }
    }

    /// Gives the modem this key.
    pub(super) fn send<E>(
        &mut self,
        key: NetworkKey,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Result<(), ModemFailure> {
        (self.restart, self.verify) = (None, None);
        let Modem::HomePlug(modem) = link.modem else {
            self.state = State::Set(key);
            return Ok(());
        };
        if self.make(link).is_none() {
            ask_makers(modem, link, out);
            self.state = State::Probing { key, until: link.now + link.timing[Timer::Probe] };
            return Ok(());
        }
        let Ok(nonce) = random::array(link.random) else {
            return Err(self.without_random(link));
        };
        let sending =
            Sending { key, nonce, tries: 0, failure: ModemFailure::Silent, next: link.now };
        self.state = State::Sending(sending);
        self.transmit(link, out);
        Ok(())
    }

    fn without_random(&mut self, link: &Link<'_>) -> ModemFailure {
        self.state = State::Unset { retry: Some(link.now + link.timing[Timer::ModemRecovery]) };
        ModemFailure::Random
    }

    fn transmit<E>(&mut self, link: &Link<'_>, out: &mut Outbox<E>) {
        let (Some(driver), Modem::HomePlug(modem)) = (self.driver(link), link.modem) else {
            return;
        };
        let State::Sending(sending) = &mut self.state else { return };
        sending.tries += 1;
        sending.next = link.now + link.timing[Timer::SetKey];
        let cco_capability = modem.cco_capability;
        let request = Request::Key { key: &sending.key, nonce: sending.nonce, cco_capability };
        ask(driver, modem, request, link, out);
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        let state = match &self.state {
            State::Unset { retry } => *retry,
            State::Probing { until, .. } => Some(*until),
            State::Sending(sending) => Some(sending.next),
            State::Set(_) => None,
        };
        state.into_iter().chain(self.restart).chain(self.verify).min()
    }

    /// Repeats what is due. An error says that the modem is given up for now; it is tried again later.
    pub(super) fn expire<E>(
        &mut self,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
        health: &mut Health,
    ) -> Result<(), ModemFailure> {
        if self.deadline().is_none_or(|deadline| link.now < deadline) {
            return Ok(());
        }
        if self.restart.take_if(|restart| link.now >= *restart).is_some() {
            self.ask(Request::Restart, link, out);
        }
        match &mut self.state {
            State::Set(key) if self.verify.is_some_and(|verify| link.now >= verify) => {
                let key = key.clone();
                return self.send(key, link, out);
            }
            State::Sending(sending) if link.now < sending.next => {}
            State::Sending(sending) if sending.tries < SET_KEY_TRIES => {
                if sending.tries > 0 {
                    health.keys_repeated = health.keys_repeated.saturating_add(1);
                    self.transmit(link, out);
                } else {
                    // After the recovery it may be another modem.
                    let key = sending.key.clone();
                    return self.send(key, link, out);
                }
            }
            State::Sending(sending) => {
                let failure = sending.failure;
                sending.tries = 0;
                sending.next = link.now + link.timing[Timer::ModemRecovery];
                if failure == ModemFailure::Refused {
                    self.ask(Request::Restart, link, out);
                }
                self.found = None;
                return Err(failure);
            }
            State::Probing { key, until } if link.now >= *until => {
                let key = key.clone();
                self.found = Some(Make::Generic);
                return self.send(key, link, out);
            }
            State::Unset { retry } if retry.is_some_and(|retry| link.now >= retry) => {
                return self.renew(link, out);
            }
            State::Unset { .. } | State::Probing { .. } | State::Set(_) => {}
        }
        Ok(())
    }

    /// The modem restarted, or is another one: it gets its key, but one that still has it is left alone, and with it the link.
    pub(super) fn restarted<E>(
        &mut self,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Result<(), ModemFailure> {
        match &self.state {
            State::Unset { .. } => Ok(()),
            State::Set(_) => {
                if self.make(link).is_some() {
                    self.ask(Request::Networks, link, out);
                    self.verify = Some(link.now + link.timing[Timer::SetKey]);
                }
                Ok(())
            }
            State::Probing { key, .. } | State::Sending(Sending { key, .. }) => {
                let key = key.clone();
                self.send(key, link, out)
            }
        }
    }

    /// Takes what a sender says that may be the modem.
    pub(super) fn receive<E>(
        &mut self,
        frame: &Frame,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
        health: &mut Health,
    ) -> Option<Heard> {
        if let State::Probing { key, .. } = &self.state {
            let key = key.clone();
            let identity = probed(&frame.message)?;
            (self.found, self.modem, self.is_asked) =
                (Some(identity.make), Some(frame.source), true);
            // Without randomness the next key is made later, and told of then.
            let _ = self.send(key, link, out);
            return Some(Heard::Identified(identity));
        }
        if self.is_guessed(link)
            && self.modem == Some(frame.source)
            && let Some(identity) = probed(&frame.message)
        {
            self.found = Some(identity.make);
            return Some(Heard::Identified(identity));
        }
        match self.driver(link)?.report(&frame.message)? {
            Report::Key { nonce, result } => {
                self.answered(frame.source, nonce, result, link, out, health)
            }
            _ if self.modem != Some(frame.source) => None,
            Report::Identity(identity) => Some(Heard::Identified(identity)),
            Report::Networks(nids) => match &self.state {
                State::Sending(sending) if nids.contains(&sending.key.nid) => {
                    health.keys_found_set = health.keys_found_set.saturating_add(1);
                    self.confirm(link, out, health)
                }
                // It lost its key. One that is restarted after each key would never keep one.
                State::Set(key) if !nids.contains(&key.nid) && !restarts(link.modem) => {
                    let key = key.clone();
                    let _ = self.send(key, link, out);
                    None
                }
                State::Set(_) => {
                    self.verify = None;
                    None
                }
                _ => None,
            },
            Report::Started => {
                health.restarts = health.restarts.saturating_add(1);
                self.ask(Request::Heard, link, out);
                if matches!(self.state, State::Set(_)) {
                    self.ask(Request::Networks, link, out);
                }
                Some(Heard::Started)
            }
            Report::Link { .. } => None,
        }
    }

    /// The nonce must come back: broadcast requests are answered by remote modems too, and late answers belong to older keys.
    fn answered<E>(
        &mut self,
        source: Mac,
        nonce: [u8; 4],
        result: u8,
        link: &Link<'_>,
        out: &mut Outbox<E>,
        health: &mut Health,
    ) -> Option<Heard> {
        let driver = self.driver(link)?;
        let (State::Sending(sending), Modem::HomePlug(modem)) = (&mut self.state, link.modem)
        else {
            return None;
        };
        if nonce != sending.nonce {
            return None;
        }
        self.modem = Some(source);
        if modem.set.unwrap_or(driver.success()).is_success(result) {
            return self.confirm(link, out, health);
        }
        sending.failure = ModemFailure::Refused;
        health.keys_refused = health.keys_refused.saturating_add(1);
        // Some firmware means the opposite: the name of its network tells.
        self.ask(Request::Networks, link, out);
        None
    }

    fn confirm<E>(
        &mut self,
        link: &Link<'_>,
        out: &mut Outbox<E>,
        health: &mut Health,
    ) -> Option<Heard> {
        let State::Sending(sending) = &self.state else { return None };
        self.state = State::Set(sending.key.clone());
        health.keys_set = health.keys_set.saturating_add(1);
        if let Modem::HomePlug(HomePlug { restart: Some(after), .. }) = link.modem {
            self.restart = Some(link.now + *after);
        }
        if !core::mem::replace(&mut self.is_asked, true) {
            // It may have been starting when it was asked first.
            if let (true, Modem::HomePlug(modem)) = (self.is_guessed(link), link.modem) {
                ask_makers(modem, link, out);
            }
            self.ask(Request::Identity, link, out);
        }
        Some(Heard::Keyed)
    }

    fn ask<E>(&self, request: Request<'_>, link: &Link<'_>, out: &mut Outbox<E>) {
        if let (Some(driver), Modem::HomePlug(modem)) = (self.driver(link), link.modem) {
            ask(driver, modem, request, link, out);
        }
    }

    /// The key that the modem has.
    pub(super) fn current(&self) -> Option<&NetworkKey> {
        match &self.state {
            State::Set(key) => Some(key),
            _ => None,
        }
    }

    /// Whose messages the modem speaks, if that is known.
    pub(super) fn make(&self, link: &Link<'_>) -> Option<Make> {
        match link.modem {
            Modem::HomePlug(modem) => modem.make.or(self.found),
            Modem::Immediate => None,
        }
    }

    /// Nobody said who made it.
    fn is_guessed(&self, link: &Link<'_>) -> bool {
        matches!(link.modem, Modem::HomePlug(HomePlug { make: None, .. }))
            && self.found == Some(Make::Generic)
    }

    fn driver(&self, link: &Link<'_>) -> Option<&'static dyn Driver> {
        self.make(link).map(Make::driver)
    }

    /// Whether this sender is the local modem. Nobody is until it has answered once.
    pub(super) fn is_modem(&self, source: Mac) -> bool {
        self.modem == Some(source)
    }

    /// Whether a message can tell who the modem is.
    pub(super) fn waits_for(&self, code: u16) -> bool {
        match self.state {
            State::Probing { .. } => [SwVerCnf::CODE, NscmGetFwVersionCnf::CODE].contains(&code),
            State::Sending(_) => code == SetKeyCnf::CODE,
            State::Unset { .. } | State::Set(_) => false,
        }
    }
}

fn restarts(modem: &Modem) -> bool {
    matches!(modem, Modem::HomePlug(HomePlug { restart: Some(_), .. }))
}

/// Who answers the question of its make.
fn probed(message: &Message) -> Option<Identity> {
    Make::ALL.iter().find_map(|make| match make.driver().report(message)? {
        Report::Identity(identity) if identity.make != Make::Generic => Some(identity),
        _ => None,
    })
}

fn ask_makers<E>(modem: &HomePlug, link: &Link<'_>, out: &mut Outbox<E>) {
    for make in Make::ALL.into_iter().filter(|&make| make != Make::Generic) {
        ask(make.driver(), modem, Request::Identity, link, out);
    }
}

pub(super) fn ask<E>(
    driver: &dyn Driver,
    modem: &HomePlug,
    request: Request<'_>,
    link: &Link<'_>,
    out: &mut Outbox<E>,
) {
    if let Some(message) = driver.request(request) {
        let address = modem.address.unwrap_or(driver.address());
        out.transmit(&Frame::new(address, link.host, message));
    }
}
