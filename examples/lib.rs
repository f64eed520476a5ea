//! What the examples share: the two ends of a charge, as settings.
#![forbid(unsafe_code)]

use pki::{Anchors, Evcoid, Hierarchy, Level};
use std::time::Duration;
use v2g::handshake::Protocol;
use v2g::{evcc, secc};

/// The error type of the examples.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// An AC station that takes contracts of these roots, over TLS that somebody else does.
pub fn station(anchors: Anchors, now_unix: i64) -> secc::Config {
    secc::Config {
        evse_id: "DE*PNC*E0000001".into(),
        protocols: vec![Protocol::Iso2],
        limits: secc::Limits::Ac(secc::AcLimits {
            nominal_voltage: 230.0,
            max_current: 32.0,
            phases: 3,
        }),
        tls: true,
        payment: secc::Payment::Contract,
        contracts: secc::Contracts {
            anchors,
            level: Level::Strict,
            revocation: Default::default(),
            without_tls: false,
        },
        certificate_service: None,
        receipts: secc::Receipts::Never,
        free: false,
        clock: now_unix,
        setup_until: Duration::from_secs(18),
        resume: None,
        strict_profile: true,
    }
}

/// A car with the contract of a test hierarchy, over TLS that somebody else does.
pub fn car(hierarchy: &Hierarchy) -> Result<evcc::Config, pki::id::IdError> {
    let identity = hierarchy.contract();
    let name = identity.leaf.subject().common_name().unwrap_or_default();
    Ok(evcc::Config {
        evcc_id: [2, 0, 0, 0, 0, 1],
        protocols: vec![Protocol::Iso2],
        tls: true,
        contract_without_tls: false,
        contract: Some(evcc::Contract {
            evcoid: Evcoid::parse(name)?,
            leaf: identity.leaf.der().to_vec(),
            subs: identity.subs.iter().map(|sub| sub.der().to_vec()).collect(),
            key: identity.key,
        }),
        provisioning: None,
        wish: evcc::Wish::Ac(evcc::AcWish {
            phases: 3,
            max_voltage: 230.0,
            max_current: 16.0,
            min_current: 6.0,
            energy: 5_000.0,
        }),
        battery: evcc::Battery::default(),
        departure: None,
        resume: None,
        setup_until: Duration::from_secs(20),
        poll_interval: Duration::from_millis(100),
        loop_interval: Duration::from_millis(100),
        patience: Duration::ZERO,
    })
}
