//! Entry points for fuzz targets: octets become inputs, and the engines must keep their promises.

mod delivery;
#[cfg(feature = "iso20-common")]
mod delivery20;
mod evcc;
mod provider;
mod requests;
mod script;
mod secc;
#[cfg(test)]
mod tests;

pub use delivery::delivery;
#[cfg(feature = "iso20-common")]
pub use delivery20::delivery20;
pub use evcc::evcc;
pub use secc::secc;

use crate::handshake::Protocol;
use crate::secc::{
    AcLimits, CertificateService, Config, Contracts, DcLimits, KnownRevocation, Limits, Payment,
    Receipts, RequestCheck,
};
use alloc::vec;
use core::time::Duration;
use pki::{Hierarchy, Level};
use ring::rand::SystemRandom;
use script::Script;
use std::sync::OnceLock;

/// Unix time when the engines' time is zero.
const CLOCK: i64 = 1_795_000_000;
/// More outputs than any single input can cause.
const OUTPUTS: usize = 256;
/// The longest message that an engine takes.
const MAX_MESSAGE: u32 = 1 << 17;

/// One set of certificates for the whole run.
fn hierarchy() -> &'static Hierarchy {
    static HIERARCHY: OnceLock<Hierarchy> = OnceLock::new();
    HIERARCHY.get_or_init(|| {
        match Hierarchy::generate(&SystemRandom::new(), CLOCK, Default::default()) {
            Ok(hierarchy) => hierarchy,
            Err(error) => panic!("no certificates: {error}"),
        }
    })
}

/// A station whose settings come from two octets.
fn station(script: &mut Script<'_>) -> Config {
    let (which, more) = (script.octet(), script.octet());
    Config {
        evse_id: "DE*PNC*E0000001".into(),
        protocols: vec![Protocol::Iso2],
        limits: if which & 1 == 0 { DC } else { AC },
        tls: which & 2 == 0,
        payment: match which >> 2 & 3 {
            0 | 1 => Payment::Both,
            2 => Payment::Contract,
            _ => Payment::External,
        },
        contracts: Contracts {
            anchors: hierarchy().anchors().clone(),
            level: if which & 16 == 0 { Level::Strict } else { Level::Field },
            revocation: KnownRevocation::default(),
            without_tls: which & 32 != 0,
        },
        certificate_service: (more & 8 != 0).then(|| CertificateService {
            installation: more & 16 == 0,
            update: more & 32 == 0,
            free: more & 128 == 0,
            check: (more & 64 != 0).then(|| {
                let car = hierarchy().oem_provisioning();
                RequestCheck {
                    anchors: hierarchy().anchors().clone(),
                    subs: car.sub_ders().into_iter().map(<[u8]>::to_vec).collect(),
                    level: Level::Field,
                }
            }),
        }),
        receipts: match more & 3 {
            0 | 1 => Receipts::Never,
            2 => Receipts::Every(Duration::ZERO),
            _ => Receipts::Every(Duration::from_secs(2)),
        },
        free: which & 64 != 0,
        clock: CLOCK,
        setup_until: Duration::from_secs(18),
        resume: (more & 4 != 0).then_some(crate::secc::Paused { session_id: PAUSED }),
        strict_profile: which & 128 == 0,
    }
}

/// The session that may be joined again.
const PAUSED: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
const AC: Limits = Limits::Ac(AcLimits { nominal_voltage: 230.0, max_current: 16.0, phases: 3 });
const DC: Limits = Limits::Dc(DcLimits {
    max_voltage: 920.0,
    min_voltage: 150.0,
    max_current: 200.0,
    min_current: 0.0,
    max_power: 60_000.0,
    current_ripple: 2.0,
});
