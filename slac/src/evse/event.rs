//! What goes into the engine of a connector and what it tells.

use crate::attenuation::Decibel;
use crate::key::NetworkKey;
use crate::mme::{AmpMapReq, Mac, RunId};
use crate::modem::{Identity, ModemFailure};
use crate::pilot::{Pilot, PilotRequest};

/// What happened outside.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A frame came from the modem's interface.
    Frame(&'a [u8]),
    /// The control pilot changed.
    Pilot(Pilot),
    /// How often the hardware has seen the control pilot go from B to C, counted from anywhere and wrapping. Once it has told, changes seen
    /// as [`Pilot`](Self::Pilot) count as toggles no more.
    Toggles(u32),
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
    /// The modem has its key.
    Keyed,
    /// The modem says what it is.
    ModemIdentified(Identity),
    /// A car in range opened a run; not necessarily the one on this cable.
    MatchingStarted {
        /// The car.
        ev: Mac,
        /// Its run.
        run_id: RunId,
    },
    /// A car was measured, and is told so unless another connector of the site hears it better.
    Characterized {
        /// The car.
        ev: Mac,
        /// Soundings in it.
        sounds: u8,
        /// Attenuation over all groups, as the car is told.
        mean: Decibel,
        /// The same as the modem measured it, before the calibration.
        measured: Decibel,
        /// The least at another connector of the site.
        elsewhere: Option<Decibel>,
    },
    /// A run ended without match. Cars of other connectors end like this; it is no failure of this one.
    SessionEnded {
        /// The car.
        ev: Mac,
        /// Its run.
        run_id: RunId,
        /// Why.
        end: SessionEnd,
    },
    /// The car asked for the network and got the key.
    Matched {
        /// The other side.
        peer: Mac,
        /// Its run.
        run_id: RunId,
        /// Its network.
        key: NetworkKey,
    },
    /// The car has joined.
    LinkUp {
        /// The other side.
        peer: Mac,
    },
    /// The network is left; a fresh key is on its way to the modem.
    LinkDown(Cause),
    /// The linked car wants these transmit levels; the caller gives them to the modem.
    AmplitudeMap(AmpMapReq),
    /// The linked peer took the transmit levels that it was asked for.
    PeerLimited,
    /// The linked peer did not take them, asked three times.
    PeerNotLimited,
    /// The control pilot should do this.
    PilotRequested(PilotRequest),
    /// No match, or no modem.
    Failed(Failure),
}

/// Why a run ended without match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// No CM_START_ATTEN_CHAR.IND in time.
    NoSounding,
    /// The modem measured nothing, of this many soundings heard: with many it is set up wrongly or cannot measure.
    NoProfiles {
        /// Soundings heard.
        sounds: u8,
    },
    /// Another connector of the site hears the car better.
    NearerElsewhere,
    /// No CM_ATTEN_CHAR.RSP.
    NoResponse,
    /// No second step of the validation.
    NoValidation,
    /// No CM_SLAC_MATCH.REQ: the car chose another station.
    NoMatchRequest,
}

/// Why a link ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The cable was pulled.
    Unplugged,
    /// Control pilot state E or F.
    PilotError,
    /// The session is over.
    Terminated,
    /// Communication failed above.
    Error,
    /// The modem lost the car.
    LinkLost,
}

/// Why there is no match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No run succeeded in time after plug-in.
    SlacInit,
    /// The car has the key and did not join.
    Join,
    /// Ended between match and link.
    Stopped(Cause),
    /// What is wrong with the modem; it is tried again.
    Modem(ModemFailure),
}
