//! Keeping the local modem keyed, the same for both roles.

use core::time::Duration;

use crate::key::NetworkKey;
use crate::mme::{Frame, Mac, SetKeyCnf, SetKeyReq};
use crate::output::Outbox;
use crate::random::{self, Random, RandomFailed};
use crate::supervision::LinkReport;
use crate::timing::{SET_KEY_TRIES, Timer, Timing};

/// What stands behind the host's interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modem {
    /// A Green PHY modem: takes keys by CM_SET_KEY. Inputs `LinkUp` and `LinkDown` count beside its own reports.
    HomePlug {
        /// Where it listens for its host.
        address: Mac,
        /// Which CM_SET_KEY.CNF means that the key is set.
        set: SetKeyResult,
        /// Value of the CCo capability field: 0 at a car.
        cco_capability: u8,
        /// How it tells about its link.
        link: LinkReport,
    },
    /// No modem: keys count as set and the link as up once matched. For media that connect by themselves.
    Immediate,
}

/// Reading of the result of CM_SET_KEY.CNF, which modems and specification turn opposite ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetKeyResult {
    /// 1 is success, as Qualcomm modems answer.
    One,
    /// 0 is success, as HomePlug specifies.
    Zero,
    /// Any answer is success.
    Any,
}

impl Modem {
    /// A Qualcomm modem beside this host.
    pub fn qualcomm() -> Self {
        Self::HomePlug {
            address: Mac::LOCAL_MODEM,
            set: SetKeyResult::One,
            cco_capability: 0,
            link: LinkReport::Qualcomm,
        }
    }

    /// A Lumissil modem beside this host.
    pub fn lumissil() -> Self {
        Self::HomePlug {
            address: Mac::LUMISSIL_MODEM,
            set: SetKeyResult::Any,
            cco_capability: 0,
            link: LinkReport::Lumissil,
        }
    }

    /// A modem of any other maker: whatever it answers to a key is taken, its link is looked up in its list of stations.
    pub fn generic() -> Self {
        Self::HomePlug {
            address: Mac::LOCAL_MODEM,
            set: SetKeyResult::Any,
            cco_capability: 0,
            link: LinkReport::Discovery,
        }
    }
}

impl SetKeyResult {
    fn is_success(self, result: u8) -> bool {
        match self {
            Self::One => result == 1,
            Self::Zero => result == 0,
            Self::Any => true,
        }
    }
}

/// Why a modem has no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModemFailure {
    /// It never answered CM_SET_KEY.
    Silent,
    /// It answered that the key is not set.
    Refused,
    /// No key could be made.
    Random,
}

/// The key of the local modem, and who that is.
pub(crate) struct Keying {
    state: State,
    /// The modem that answered last: only it speaks for the local line.
    modem: Option<Mac>,
}

enum State {
    /// None wanted, or none could be made: another is made at `retry`.
    Unset { retry: Option<Duration> },
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

/// What a step of the key manager needs of its engine.
pub(crate) struct Link<'a> {
    pub(crate) now: Duration,
    pub(crate) host: Mac,
    pub(crate) modem: &'a Modem,
    pub(crate) timing: &'a Timing,
    pub(crate) random: &'a mut dyn Random,
}

impl Keying {
    /// No key; the first is made at `retry`.
    pub(crate) fn unset(retry: Option<Duration>) -> Self {
        Self { state: State::Unset { retry }, modem: None }
    }

    /// Gives the modem a fresh key.
    pub(crate) fn renew<E>(
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
    pub(crate) fn send<E>(
        &mut self,
        key: NetworkKey,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Result<(), ModemFailure> {
        match link.modem {
            Modem::Immediate => self.state = State::Set(key),
            Modem::HomePlug { .. } => {
                let Ok(nonce) = random::array(link.random) else {
                    return Err(self.without_random(link));
                };
                let mut sending =
                    Sending { key, nonce, tries: 0, failure: ModemFailure::Silent, next: link.now };
                sending.transmit(link, out);
                self.state = State::Sending(sending);
            }
        }
        Ok(())
    }

    fn without_random(&mut self, link: &Link<'_>) -> ModemFailure {
        self.state = State::Unset { retry: Some(link.now + link.timing[Timer::ModemRecovery]) };
        ModemFailure::Random
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        match &self.state {
            State::Unset { retry } => *retry,
            State::Sending(sending) => Some(sending.next),
            State::Set(_) => None,
        }
    }

    /// Repeats what is due. An error says that the modem is given up for now; it is tried again later.
    pub(crate) fn expire<E>(
        &mut self,
        link: &mut Link<'_>,
        out: &mut Outbox<E>,
    ) -> Result<(), ModemFailure> {
        if self.deadline().is_none_or(|deadline| link.now < deadline) {
            return Ok(());
        }
        match &mut self.state {
            State::Sending(sending) if sending.tries < SET_KEY_TRIES => sending.transmit(link, out),
            State::Sending(sending) => {
                let failure = sending.failure;
                sending.tries = 0;
                sending.next = link.now + link.timing[Timer::ModemRecovery];
                return Err(failure);
            }
            State::Unset { .. } => return self.renew(link, out),
            State::Set(_) => {}
        }
        Ok(())
    }

    /// Takes the modem's answer; true when it confirms the key.
    ///
    /// The nonce must come back: broadcast requests are answered by remote modems too, and late answers belong to older keys.
    pub(crate) fn confirm(&mut self, source: Mac, answer: &SetKeyCnf, link: &Link<'_>) -> bool {
        let (State::Sending(sending), Modem::HomePlug { set, .. }) = (&mut self.state, link.modem)
        else {
            return false;
        };
        if answer.your_nonce != sending.nonce {
            return false;
        }
        self.modem = Some(source);
        if !set.is_success(answer.result) {
            sending.failure = ModemFailure::Refused;
            return false;
        }
        self.state = State::Set(sending.key.clone());
        true
    }

    /// The key that the modem has.
    pub(crate) fn current(&self) -> Option<&NetworkKey> {
        match &self.state {
            State::Set(key) => Some(key),
            _ => None,
        }
    }

    /// The key that the modem has or is being given.
    pub(crate) fn wanted(&self) -> Option<&NetworkKey> {
        match &self.state {
            State::Unset { .. } => None,
            State::Sending(Sending { key, .. }) | State::Set(key) => Some(key),
        }
    }

    /// Whether this sender is the local modem. Nobody is until it has answered once.
    pub(crate) fn is_modem(&self, source: Mac) -> bool {
        self.modem == Some(source)
    }
}

impl Sending {
    fn transmit<E>(&mut self, link: &Link<'_>, out: &mut Outbox<E>) {
        let Modem::HomePlug { address, cco_capability, .. } = *link.modem else { return };
        self.tries += 1;
        self.next = link.now + link.timing[Timer::SetKey];
        let request = SetKeyReq {
            key_type: 1,
            my_nonce: self.nonce,
            your_nonce: [0; 4],
            protocol_id: 4,
            protocol_run: 0,
            protocol_message: 0,
            cco_capability,
            nid: self.key.nid,
            new_eks: 1,
            new_key: self.key.nmk.clone(),
        };
        out.transmit(&Frame::new(address, link.host, request));
    }
}
