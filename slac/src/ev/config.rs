//! What a car is told once.

use crate::attenuation::Decibel;
use crate::mme::Mac;
use crate::modem::Modem;
use crate::timing::Timing;

/// Settings of a car.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of the host's interface to the modem.
    pub mac: Mac,
    /// What stands behind it.
    pub modem: Modem,
    /// Every duration.
    pub timing: Timing,
    /// Times that a run asks for stations although one has answered, all within `TP_match_sequence`. The standard has 1; 2 or 3 reach
    /// a station that missed the first request, where frames are lost.
    pub requests: u8,
    /// Lead of the best station over the second below which the choice counts as unsure.
    pub margin: Decibel,
    /// Attenuation from which on a station that was heard alone counts as unsure: the right one may have missed the request
    /// (`C_EV_match_signalattn_direct`).
    pub direct: Decibel,
    /// When the cable is proved.
    pub validate: Validate,
    /// What to do when the link is lost with the cable still plugged.
    pub link_lost: LinkLost,
}

/// When the car proves its cable by toggling the control pilot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validate {
    /// The station with the lowest attenuation is taken.
    Never,
    /// When the choice is unsure. The caller has to act on [`super::Event::Toggle`].
    WhenUnsure,
    /// Before every match.
    Always,
}

/// Reaction to a lost link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkLost {
    /// Match again.
    Rematch,
    /// Wait for the control pilot or for `Start`.
    Stop,
}

impl Config {
    /// A car with a Qualcomm modem, the durations of the standard and a margin of 6 dB, without validation.
    pub fn new(mac: Mac) -> Self {
        Self {
            mac,
            modem: Modem::qualcomm(),
            timing: Timing::default(),
            requests: 1,
            margin: Decibel::whole(6),
            direct: Decibel::whole(10),
            validate: Validate::Never,
            link_lost: LinkLost::Rematch,
        }
    }
}
