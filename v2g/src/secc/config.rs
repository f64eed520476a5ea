//! What a station is, apart from what its hardware says.

use super::facts::Limits;
use crate::handshake::Protocol;
use alloc::{string::String, sync::Arc, vec::Vec};
use core::time::Duration;
use pki::revocation::{Cache, Crl, Need, Policy, RevocationError, Sources, check};
use pki::{Anchors, Chain, Level, Verified};

/// A station's settings for one connection.
#[derive(Clone, Debug)]
pub struct Config {
    /// The EVSE's identifier, 7 to 37 characters.
    pub evse_id: String,
    /// The protocols to take, in any order: the car's ranking counts.
    pub protocols: Vec<Protocol>,
    /// What the station can give when the session begins.
    pub limits: Limits,
    /// Whether the connection is TLS. Contracts need it. [V2G2-633]
    pub tls: bool,
    /// Which ways to pay are on offer, narrowed by what is possible.
    pub payment: Payment,
    /// Which contracts are good.
    pub contracts: Contracts,
    /// Contract certificates for cars; needs TLS and contracts on offer.
    pub certificate_service: Option<CertificateService>,
    /// How often a signed receipt for the meter reading is asked for.
    pub receipts: Receipts,
    /// Whether charging costs nothing.
    pub free: bool,
    /// Unix time in seconds when the engine's time is zero.
    pub clock: i64,
    /// When the session must be set up, on the engine's time. [V2G2-716]
    pub setup_until: Duration,
    /// A session that was paused and may be joined again.
    pub resume: Option<Paused>,
    /// Refuse a charging profile above the schedule ([V2G2-478]) instead of only limiting power.
    pub strict_profile: bool,
}

/// Ways to pay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Payment {
    /// Contracts and external identification.
    Both,
    /// Contracts only.
    Contract,
    /// External identification only.
    External,
}

impl Payment {
    pub(crate) const fn contract(self) -> bool {
        matches!(self, Self::Both | Self::Contract)
    }

    pub(crate) const fn external(self) -> bool {
        matches!(self, Self::Both | Self::External)
    }
}

/// Which contracts are good.
#[derive(Clone, Debug)]
pub struct Contracts {
    /// The roots a contract chain may end at.
    pub anchors: Anchors,
    /// How close a certificate must keep to its profile.
    pub level: Level,
    /// What is known of revoked certificates when the connection begins.
    pub revocation: KnownRevocation,
    /// For laboratories only: offer contracts without TLS, against [V2G2-633].
    pub without_tls: bool,
}

/// What is known of revoked certificates without asking anybody.
#[derive(Clone, Debug)]
pub struct KnownRevocation {
    /// How old it may be, and whether it counts at all. That something must be known is for the application to see to,
    /// between [`Event::ContractVerified`](super::Event) and its answer.
    pub policy: Policy,
    /// Responses that were kept.
    pub cache: Arc<Cache>,
    /// Revocation lists.
    pub crls: Arc<[Crl]>,
}

impl Default for KnownRevocation {
    /// Nothing, and nothing is looked at.
    fn default() -> Self {
        let policy = Policy::new(Need::Ignore);
        Self { policy, cache: Arc::new(Cache::new(0, 0)), crls: Arc::default() }
    }
}

impl KnownRevocation {
    /// Whether no certificate of a chain is known to be revoked, at `now_unix` (seconds since 1970).
    pub(crate) fn at_hand(
        &self,
        chain: &Verified<Chain>,
        now_unix: i64,
    ) -> Result<(), RevocationError> {
        let known = |need| if need == Need::Ignore { Need::Ignore } else { Need::Prefer };
        let Policy { need, private, .. } = self.policy;
        let policy = Policy { need: known(need), private: known(private), ..self.policy };
        let sources = Sources { cache: Some(&self.cache), crls: &self.crls, ..Sources::default() };
        check(chain, &sources, &policy, now_unix).map(|_| ())
    }
}

/// The service that brings contract certificates to cars. [V2G2-422]
#[derive(Clone, Debug)]
pub struct CertificateService {
    /// A first contract certificate can be had.
    pub installation: bool,
    /// A fresh certificate for a contract can be had.
    pub update: bool,
    /// Whether it costs nothing.
    pub free: bool,
    /// Checks requests before anybody is asked; otherwise that is left to who answers. An update is checked as the
    /// contract that it shows.
    pub check: Option<RequestCheck>,
}

/// Which provisioning certificates are good.
#[derive(Clone, Debug)]
pub struct RequestCheck {
    /// Car makers' and V2G roots.
    pub anchors: Anchors,
    /// The car makers' authorities below these roots, in DER: a request does not carry them.
    pub subs: Vec<Vec<u8>>,
    /// How close a certificate must keep to its profile.
    pub level: Level,
}

/// When a car is asked to sign the meter reading.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Receipts {
    Never,
    /// Once this long after energy began, and each time it has passed again.
    Every(Duration),
}

/// A session that was paused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paused {
    /// The number the car will come back with.
    pub session_id: [u8; 8],
}
