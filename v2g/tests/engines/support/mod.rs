//! What the tests of the engines share: a hierarchy, a bench for a station alone, a pair of both.

pub(crate) mod bench;
pub(crate) mod pair;
pub(crate) mod provider;
pub(crate) mod requests;

use pki::chain::Level;
use pki::{Anchors, Hierarchy};
use ring::rand::SystemRandom;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use v2g::handshake::Protocol;
use v2g::secc::{
    AcLimits, CertificateService, Config, Contracts, DcLimits, KnownRevocation, Limits, Payment,
    Receipts,
};

/// When the engines' time is zero, in Unix seconds: in November 2026.
pub(crate) const CLOCK: i64 = 1_795_000_000;

pub(crate) const AC: Limits =
    Limits::Ac(AcLimits { nominal_voltage: 230.0, max_current: 16.0, phases: 3 });
pub(crate) const DC: Limits = Limits::Dc(DcLimits {
    max_voltage: 920.0,
    min_voltage: 150.0,
    max_current: 200.0,
    min_current: 0.0,
    max_power: 60_000.0,
    current_ripple: 2.0,
});

pub(crate) fn random() -> Arc<SystemRandom> {
    Arc::new(SystemRandom::new())
}

/// One set of certificates for all tests of a file.
pub(crate) fn hierarchy() -> &'static Hierarchy {
    static HIERARCHY: OnceLock<Hierarchy> = OnceLock::new();
    HIERARCHY.get_or_init(|| {
        Hierarchy::generate(&SystemRandom::new(), CLOCK, Default::default()).unwrap()
    })
}

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn station(limits: Limits) -> Config {
    Config {
        evse_id: "DE*PNC*E0000001".into(),
        protocols: vec![Protocol::Iso2],
        limits,
        tls: true,
        payment: Payment::Both,
        contracts: Contracts {
            anchors: hierarchy().anchors().clone(),
            level: Level::Strict,
            revocation: KnownRevocation::default(),
            without_tls: false,
        },
        certificate_service: None,
        receipts: Receipts::Never,
        free: false,
        clock: CLOCK,
        setup_until: Duration::from_secs(18),
        resume: None,
        strict_profile: true,
    }
}

/// A station where certificates can be had.
pub(crate) fn with_certificates(mut config: Config) -> Config {
    config.certificate_service =
        Some(CertificateService { installation: true, update: true, free: true, check: None });
    config
}

/// A station that knows no contract roots.
pub(crate) fn without_roots(mut config: Config) -> Config {
    config.contracts.anchors = Anchors::new();
    config
}
