//! What goes into the engine of a car and what it tells.

use alloc::vec::Vec;
use core::time::Duration;

use crate::attenuation::Decibel;
use crate::key::NetworkKey;
use crate::mme::{AmpMapReq, Mac, RunId};
use crate::modem::{Identity, ModemFailure};
use crate::pilot::EvPilot;

/// What happened outside.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A frame came from the modem's interface.
    Frame(&'a [u8]),
    /// The control pilot changed. An oscillator that starts begins the matching.
    Pilot(EvPilot),
    /// Match now, whatever the control pilot shows.
    Start,
    /// The modem reports a station in its network.
    LinkUp,
    /// The modem reports that it is alone.
    LinkDown,
    /// The charging session is over (D-LINK_TERMINATE).
    Terminate,
    /// Communication failed above (D-LINK_ERROR).
    Error,
    /// The charging session pauses (D-LINK_PAUSE).
    Pause,
    /// Ask the linked peer for these transmit levels.
    LimitPeer(&'a AmpMapReq),
    /// The modem restarted, or is another one. It gets its key again unless it still has it.
    ModemReset,
    /// The time of the last `Wait` has come.
    Timeout,
}

/// What the caller should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The modem says what it is.
    ModemIdentified(Identity),
    /// A run begins.
    MatchingStarted {
        /// Its run.
        run_id: RunId,
    },
    /// All results are in, and this is the choice.
    Compared(Comparison),
    /// Toggle the control pilot now: from B to C and back, `count` times, `state` in each.
    Toggle {
        /// Toggles.
        count: u8,
        /// Duration of each half.
        state: Duration,
    },
    /// A station failed the validation or did not take part.
    NotValidated {
        /// The station.
        station: Mac,
    },
    /// The station gave its network.
    Matched {
        /// The other side.
        peer: Mac,
        /// Its run.
        run_id: RunId,
        /// Its network.
        key: NetworkKey,
    },
    /// The network is joined.
    LinkUp {
        /// The other side.
        peer: Mac,
    },
    /// The network is left; a fresh key is on its way to the modem.
    LinkDown(Cause),
    /// The station wants these transmit levels; the caller gives them to the modem.
    AmplitudeMap(AmpMapReq),
    /// The linked peer took the transmit levels that it was asked for.
    PeerLimited,
    /// The linked peer did not take them, asked three times.
    PeerNotLimited,
    /// One run failed; another follows after a pause.
    RunFailed(RunFailure),
    /// The matching failed, or there is no modem.
    Failed(Failure),
}

/// All stations that were heard, best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Best first.
    pub stations: Vec<Heard>,
    /// Lead of the first over the second.
    pub lead: Option<Decibel>,
    /// The lead below which a choice is unsure, as the settings have it.
    pub margin: Decibel,
    /// The attenuation from which on a station heard alone is unsure, as the settings have it.
    pub direct: Decibel,
    /// Least level that a modem in range told everybody, calibrated by nobody; Qualcomm modems do.
    pub nearest_modem: Option<Decibel>,
    /// A modem is nearer than the best station by more than the margin: its station has not reported.
    pub is_passed_over: bool,
    /// A nearer station did not report, the lead is below the margin, or there is no second station and the only one is not close.
    pub is_unsure: bool,
}

/// What one station measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The station's host.
    pub station: Mac,
    /// Attenuation over all groups.
    pub mean: Decibel,
    /// Of the group that came through best.
    pub least: Decibel,
    /// Of the group that came through worst.
    pub most: Decibel,
    /// Soundings in the average.
    pub sounds: u8,
    /// The same tiny value in every group: nothing was measured. Such a station is the last choice.
    pub is_implausible: bool,
}

/// Why a run failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunFailure {
    /// No station answered.
    NoStation,
    /// No station reported attenuation.
    NoAttenuation,
    /// A station that answered reported nothing: it might be the right one.
    Incomplete,
    /// No station passed the validation.
    NotValidated,
    /// The chosen station gave no key.
    NoMatchConfirmation,
}

/// Why a link or a matching ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The cable was pulled.
    Unplugged,
    /// Control pilot state E or F, or oscillator off while matching.
    PilotError,
    /// The session is over.
    Terminated,
    /// Communication failed above.
    Error,
    /// The modem lost the station.
    LinkLost,
}

/// Why there is no match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The last run failed like this, and the time for runs is over.
    Matching(RunFailure),
    /// The key is set and the link did not come.
    Join,
    /// Ended before the link.
    Stopped(Cause),
    /// The modem takes no key, or no identifiers could be made.
    Modem(ModemFailure),
}
