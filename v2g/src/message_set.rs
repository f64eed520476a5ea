//! Which message set a payload belongs to. It is never guessed: octets that are a message in one
//! set are often another message in the next.

use crate::SCHEMAS;
use crate::v2gtp::PayloadType;
use alloc::string::String;
use exi::Schema;

/// The message set of a payload: by the namespace that the handshake agreed on, `None` before that,
/// and by the payload type, which tells the sets of ISO 15118-20 apart.
pub fn message_set(
    protocol: Option<&str>,
    payload_type: PayloadType,
) -> Result<&'static Schema, NoMessageSet> {
    let name = match protocol {
        None => single("appproto", payload_type),
        Some("urn:din:70121:2012:MsgDef") => single("din", payload_type),
        Some("urn:iso:15118:2:2013:MsgDef") => single("iso2", payload_type),
        Some(namespace) if namespace.starts_with(ISO20) => iso20(payload_type),
        Some(namespace) => return Err(NoMessageSet::Protocol(namespace.into())),
    };
    let name = name.ok_or(NoMessageSet::PayloadType(payload_type))?;
    SCHEMAS.iter().find(|s| s.name == name).copied().ok_or(NoMessageSet::NotBuilt(name))
}

/// Why a payload has no message set.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoMessageSet {
    #[error("the protocol {0} is not known")]
    Protocol(String),
    #[error("{0} has no place in the protocol")]
    PayloadType(PayloadType),
    #[error("the message set {0} is not built in")]
    NotBuilt(&'static str),
}

/// In front of the names of all energy modes.
const ISO20: &str = "urn:iso:std:iso:15118:-20:";

fn single(name: &'static str, payload_type: PayloadType) -> Option<&'static str> {
    (payload_type == PayloadType::Exi).then_some(name)
}

fn iso20(payload_type: PayloadType) -> Option<&'static str> {
    Some(match payload_type {
        // Some cars send CertificateInstallationReq under the type of the older generations.
        PayloadType::Main | PayloadType::Exi => "iso20-common",
        PayloadType::ScheduleRenegotiation
        | PayloadType::MeteringConfirmation
        | PayloadType::ParkingStatus => "iso20-common",
        PayloadType::Ac => "iso20-ac",
        PayloadType::Dc => "iso20-dc",
        PayloadType::Acdp | PayloadType::AcdpSystemStatus => "iso20-acdp",
        PayloadType::Wpt => "iso20-wpt",
        PayloadType::AcDerIec => "iso20-ac-der-iec",
        PayloadType::AcDerSae => "iso20-ac-der-sae",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(protocol: Option<&str>, code: u16) -> Option<&'static str> {
        match message_set(protocol, code.into()) {
            Ok(schema) => Some(schema.name),
            Err(NoMessageSet::NotBuilt(name)) => Some(name),
            Err(NoMessageSet::PayloadType(payload_type)) => {
                assert_eq!(payload_type, code.into());
                None
            }
            Err(NoMessageSet::Protocol(unknown)) => {
                assert_eq!(Some(unknown.as_str()), protocol);
                None
            }
        }
    }

    #[test]
    fn the_older_generations_have_one_set_each() {
        for code in 0..=u16::MAX {
            let only = |name| (code == 0x8001).then_some(name);
            assert_eq!(name(None, code), only("appproto"));
            assert_eq!(name(Some("urn:din:70121:2012:MsgDef"), code), only("din"));
            assert_eq!(name(Some("urn:iso:15118:2:2013:MsgDef"), code), only("iso2"));
            assert_eq!(name(Some("urn:tesla:din:2018:MsgDef"), code), None);
        }
    }

    #[test]
    fn payload_types_tell_the_sets_of_iso_15118_20_apart() {
        for mode in ["AC", "DC", "WPT", "ACDP"] {
            let protocol = [ISO20, mode].concat();
            let set = |code| name(Some(&protocol), code);
            for code in [0x8001, 0x8002, 0x8101, 0x8102, 0x8104] {
                assert_eq!(set(code), Some("iso20-common"));
            }
            for (code, name) in [
                (0x8003, "iso20-ac"),
                (0x8004, "iso20-dc"),
                (0x8005, "iso20-acdp"),
                (0x8006, "iso20-wpt"),
                (0x8010, "iso20-ac-der-iec"),
                (0x8011, "iso20-ac-der-sae"),
                (0x8103, "iso20-acdp"),
            ] {
                assert_eq!(set(code), Some(name));
            }
            for code in 0..=u16::MAX {
                assert_eq!(set(code).is_some(), PayloadType::from(code).is_exi(), "{code:#x}");
            }
        }
    }

    #[test]
    fn every_set_that_is_built_is_found() {
        let protocols =
            [None, Some("urn:din:70121:2012:MsgDef"), Some("urn:iso:15118:2:2013:MsgDef")];
        for schema in SCHEMAS.iter().filter(|s| s.name != "xmldsig") {
            let found = protocols.into_iter().chain([Some(ISO20)]).any(|protocol| {
                PayloadType::KNOWN
                    .iter()
                    .any(|t| message_set(protocol, *t).is_ok_and(|s| s.name == schema.name))
            });
            assert!(found, "{}", schema.name);
        }
    }
}
