//! What a connector is told once.

use crate::attenuation::GROUPS;
use crate::mme::{EmptyId, Mac};
use crate::modem::Modem;
use crate::timing::{SEQUENCE_RETRIES, Timing};

/// Settings of one connector.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of the host's interface to the modem.
    pub mac: Mac,
    /// What stands behind it.
    pub modem: Modem,
    /// Every duration.
    pub timing: Timing,
    /// How cars that want to prove the cable are answered.
    pub validation: Validation,
    /// How much cars may deviate.
    pub strictness: Strictness,
    /// Pauses of the control pilot that let the car try again before it is given up: [`SEQUENCE_RETRIES`] of the standard for AC; for DC
    /// the standard has none, noisy sites want them too.
    pub retries: u8,
    /// The station's own share of the attenuation per carrier group in dB (`AttenRxEVSE`), subtracted from what the modem measures.
    pub calibration: [u8; GROUPS],
}

/// How CM_VALIDATE.REQ is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Toggles on the control pilot are counted: needs every change of B and C as an input within 200 ms.
    Supported,
    /// With failure: the car goes on without.
    Unsupported,
    /// With not required.
    NotRequired,
}

/// How much a peer may deviate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// As ISO 15118-5 tests it: identifiers have to be empty.
    Strict,
    /// Cars that fill in the identifiers, or that answer the result late, are taken too.
    Lenient,
}

impl Config {
    /// A connector with a Qualcomm modem, the durations of the standard, no validation, no calibration.
    pub fn new(mac: Mac) -> Self {
        Self {
            mac,
            modem: Modem::qualcomm(),
            timing: Timing::default(),
            validation: Validation::Unsupported,
            strictness: Strictness::Strict,
            retries: SEQUENCE_RETRIES,
            calibration: [0; GROUPS],
        }
    }

    pub(super) fn is_lenient(&self) -> bool {
        self.strictness == Strictness::Lenient
    }

    pub(super) fn accepts_ids(&self, first: &EmptyId, second: &EmptyId) -> bool {
        self.is_lenient() || [first, second].iter().all(|id| id.iter().all(|&octet| octet == 0))
    }
}
