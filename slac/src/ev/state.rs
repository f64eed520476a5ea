//! The states of a car, each with what is known in it.

use alloc::vec::Vec;
use core::time::Duration;

use super::run::Run;
use crate::mme::{Mac, RunId};

pub(super) enum State {
    /// Waits for an oscillator that starts, or for `Start`.
    Idle,
    Requesting(Requesting),
    Sounding(Sounding),
    Collecting(Collecting),
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
        last_start: Duration,
        spare: u8,
        until: Duration,
    },
}

/// The station whose network is joined.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) Mac);

/// CM_SLAC_PARM.REQ is out; answers are gathered `until`.
pub(super) struct Requesting {
    pub(super) run: Run,
    pub(super) repeats: u8,
    /// Requests still to be sent once a station has answered.
    pub(super) spare: u8,
    pub(super) until: Duration,
}

/// Sends CM_START_ATTEN_CHAR.IND and CM_MNBC_SOUND.IND in turn.
pub(super) struct Sounding {
    pub(super) run: Run,
    pub(super) starts: u8,
    pub(super) sounds: u8,
    pub(super) next: Duration,
    pub(super) window: Window,
}

/// Waits for the results that are missing.
pub(super) struct Collecting {
    pub(super) run: Run,
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
    pub(super) run: Run,
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
    pub(super) run: Run,
    pub(super) station: Mac,
    pub(super) repeats: u8,
    pub(super) until: Duration,
}

/// The modem is given the station's key; the link is awaited.
pub(super) struct Joining {
    pub(super) run_id: RunId,
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
    pub(super) fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Idle | Self::Linked(_) | Self::Paused(_) => None,
            Self::Requesting(state) => Some(state.until),
            Self::Sounding(state) => Some(state.next),
            Self::Collecting(state) if state.run.is_complete() => Some(state.window.least),
            Self::Collecting(state) => Some(state.window.most),
            Self::Validating(state) => Some(state.until),
            Self::Matching(state) => Some(state.until),
            Self::Joining(state) => Some(state.until),
            Self::Doubtful { until, .. } | Self::Resting { until, .. } => Some(*until),
        }
    }

    /// The run whose attenuation results still deserve an answer.
    pub(super) fn run_id(&self) -> Option<RunId> {
        match self {
            Self::Sounding(state) => Some(state.run.id),
            Self::Collecting(state) => Some(state.run.id),
            Self::Validating(state) => Some(state.run.id),
            Self::Matching(state) => Some(state.run.id),
            Self::Joining(state) => Some(state.run_id),
            _ => None,
        }
    }

    /// The run while stations may still join the comparison.
    pub(super) fn open_run(&mut self) -> Option<&mut Run> {
        match self {
            Self::Requesting(state) => Some(&mut state.run),
            Self::Sounding(state) => Some(&mut state.run),
            Self::Collecting(state) => Some(&mut state.run),
            _ => None,
        }
    }
}
