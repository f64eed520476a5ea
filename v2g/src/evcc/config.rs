//! What a car is, and what its battery wants.

use super::Provisioning;
use crate::handshake::Protocol;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;
use pki::key::KeyAgreement;
use pki::{Evcoid, Signer};

/// A car's settings for one connection.
#[derive(Clone, Debug)]
pub struct Config {
    /// The MAC address of the communication controller.
    pub evcc_id: [u8; 6],
    /// The protocols to offer, the best liked first.
    pub protocols: Vec<Protocol>,
    /// Whether the connection is TLS. A contract is shown only over TLS. [V2G2-635]
    pub tls: bool,
    /// For laboratories only: show the contract without TLS, against [V2G2-635].
    pub contract_without_tls: bool,
    /// The contract to pay with; without one somebody outside the car has to vouch.
    pub contract: Option<Contract>,
    /// How to get contract certificates; without it the car asks for none.
    pub provisioning: Option<Provisioning>,
    /// What is wanted.
    pub wish: Wish,
    /// The battery when the session begins.
    pub battery: Battery,
    /// When the car leaves, in seconds from the start of the session.
    pub departure: Option<u32>,
    /// A session to join again. [V2G2-740]
    pub resume: Option<[u8; 8]>,
    /// When the session must be set up, on the engine's time. [V2G2-446]
    pub setup_until: Duration,
    /// Between answers of `Ongoing` and the next question.
    pub poll_interval: Duration,
    /// Between answers of the charge loop and the next question.
    pub loop_interval: Duration,
    /// Least wait for any answer; zero waits as [V2G2-436] says, which is 0.25 s for CurrentDemand.
    pub patience: Duration,
}

/// A contract: certificates, key and identifier.
#[derive(Clone)]
pub struct Contract {
    pub evcoid: Evcoid,
    /// The contract certificate, in DER.
    pub leaf: Vec<u8>,
    /// The certificates between it and its root, at most 4.
    pub subs: Vec<Vec<u8>>,
    /// It signs, and opens what an update delivers.
    pub key: Arc<dyn ContractKey>,
}

/// A key that signs and agrees on secrets, in memory or in a hardware module.
pub trait ContractKey: Signer + KeyAgreement {}

impl<K: Signer + KeyAgreement> ContractKey for K {}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract").field("evcoid", &self.evcoid).finish_non_exhaustive()
    }
}

/// How the car wants to be charged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wish {
    Ac(AcWish),
    Dc(DcWish),
}

/// What a car that charges with AC can take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AcWish {
    /// 1 or 3.
    pub phases: u8,
    /// In V.
    pub max_voltage: f64,
    /// For each phase, in A.
    pub max_current: f64,
    /// For each phase, in A.
    pub min_current: f64,
    /// Energy wanted, in Wh.
    pub energy: f64,
}

/// What a car that charges with DC can take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DcWish {
    /// In V.
    pub max_voltage: f64,
    /// In A.
    pub max_current: f64,
    /// In W.
    pub max_power: f64,
    /// In Wh.
    pub capacity: f64,
    /// Energy wanted, in Wh.
    pub energy: f64,
}

/// The battery now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Battery {
    /// State of charge in percent, 0 to 100.
    pub soc: u8,
    /// In V.
    pub voltage: f64,
    /// What the battery wants now, in V.
    pub target_voltage: f64,
    /// What the battery wants now, in A.
    pub target_current: f64,
}
