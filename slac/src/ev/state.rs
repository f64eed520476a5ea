//! The states of a car, each with what is known in it.

use alloc::vec::Vec;
use core::time::Duration;

use crate::mme::Mac;

pub(super) enum State {
    /// Waits for an oscillator that starts, or for `Start`.
    Idle,
    Requesting(Requesting),
    Sounding(Sounding),
    /// Waits for the results that are missing.
    Collecting(Window),
    Validating(Validating),
    Matching(Matching),
    Joining(Joining),
    Linked(Peer),
    /// The link is reported down, lost if it stays so `until`.
    Doubtful {
        peer: Peer,
        until: Duration,
    },
    /// The session pauses; the network stays as it is.
    Paused(Peer),
    /// Between two runs.
    Resting {
        until: Duration,
    },
}

/// The station whose network is joined.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) Mac);

/// CM_SLAC_PARM.REQ is out; answers are gathered `until`.
pub(super) struct Requesting {
    pub(super) repeats: u8,
    /// Requests still to be sent once a station has answered.
    pub(super) spare: u8,
    pub(super) until: Duration,
}

/// Sends CM_START_ATTEN_CHAR.IND and CM_MNBC_SOUND.IND in turn.
pub(super) struct Sounding {
    pub(super) starts: u8,
    pub(super) sounds: u8,
    pub(super) next: Duration,
    pub(super) window: Window,
}

/// Results are awaited at least and at most until these times.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) least: Duration,
    pub(super) most: Duration,
}

/// Proves the cable at the first of the candidates.
pub(super) struct Validating {
    /// Never empty; best first.
    pub(super) candidates: Vec<Mac>,
    pub(super) step: Step,
    pub(super) repeats: u8,
    pub(super) until: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Asked whether the station is ready.
    Asking,
    /// The station is busy; asked again later.
    Busy,
    /// The control pilot is toggled this often.
    Toggling { count: u8, timer: u8 },
}

/// CM_SLAC_MATCH.REQ is out.
pub(super) struct Matching {
    pub(super) station: Mac,
    pub(super) repeats: u8,
    pub(super) until: Duration,
}

/// The modem is given the station's key; the link is awaited.
pub(super) struct Joining {
    pub(super) peer: Peer,
    pub(super) link: Link,
    pub(super) until: Duration,
}

/// What the modem said about the link before it confirmed the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Awaited,
    /// Up: of this network, if the key turns out to be set.
    Reported,
}

impl State {
    /// `is_complete`: no result is missing.
    pub(super) fn deadline(&self, is_complete: bool) -> Option<Duration> {
        match self {
            Self::Idle | Self::Linked(_) | Self::Paused(_) => None,
            Self::Requesting(state) => Some(state.until),
            Self::Sounding(state) => Some(state.next),
            Self::Collecting(window) if is_complete => Some(window.least),
            Self::Collecting(window) => Some(window.most),
            Self::Validating(state) => Some(state.until),
            Self::Matching(state) => Some(state.until),
            Self::Joining(state) => Some(state.until),
            Self::Doubtful { until, .. } | Self::Resting { until } => Some(*until),
        }
    }

    /// Whether attenuation results of the run still deserve an answer.
    pub(super) fn answers_results(&self) -> bool {
        matches!(
            self,
            Self::Sounding(_)
                | Self::Collecting(_)
                | Self::Validating(_)
                | Self::Matching(_)
                | Self::Joining(_)
        )
    }

    /// Whether stations may still join the comparison.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Requesting(_) | Self::Sounding(_) | Self::Collecting(_))
    }
}
