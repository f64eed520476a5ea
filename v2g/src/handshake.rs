//! Picking a protocol from a car's offer, and making that offer.

use crate::app_protocol::{
    AppProtocol, ResponseCode, SupportedAppProtocolReq, SupportedAppProtocolRes,
};
use alloc::vec::Vec;
use exi::{Int, List, Text};

/// A protocol this stack speaks.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Protocol {
    /// ISO 15118-2:2014.
    Iso2,
}

impl Protocol {
    /// The namespace that names it in an offer.
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Iso2 => "urn:iso:15118:2:2013:MsgDef",
        }
    }

    /// Major and minor version. [V2G2-098]
    pub const fn version(self) -> (u32, u32) {
        match self {
            Self::Iso2 => (2, 0),
        }
    }

    /// The name people use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iso2 => "ISO 15118-2",
        }
    }
}

/// Takes, of what both sides speak, the entry that the car ranked highest. [V2G2-169]
///
/// The namespace and the major version must match; another minor version is taken and said. [V2G2-170]
pub fn select(offer: &SupportedAppProtocolReq, supported: &[Protocol]) -> Option<Selection> {
    let known = |entry: &AppProtocol| {
        let protocol = *supported.iter().find(|p| {
            p.namespace() == entry.protocol_namespace.as_str()
                && p.version().0 == entry.version_number_major
        })?;
        let minor_deviation = protocol.version().1 != entry.version_number_minor;
        Some((
            entry.priority.get(),
            Selection { protocol, schema_id: entry.schema_id, minor_deviation },
        ))
    };
    offer
        .app_protocol
        .iter()
        .filter_map(known)
        .min_by_key(|(priority, _)| *priority)
        .map(|(_, s)| s)
}

/// What [`select`] found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Selection {
    pub protocol: Protocol,
    /// The car's own number for the entry; the answer names it.
    pub schema_id: u8,
    pub minor_deviation: bool,
}

/// The answer to an offer. Nothing in common gives no SchemaID. [V2G2-172]
pub fn answer(selection: Option<&Selection>) -> SupportedAppProtocolRes {
    match selection {
        Some(s) => SupportedAppProtocolRes {
            response_code: if s.minor_deviation {
                ResponseCode::OkSuccessfulNegotiationWithMinorDeviation
            } else {
                ResponseCode::OkSuccessfulNegotiation
            },
            schema_id: Some(s.schema_id),
        },
        None => SupportedAppProtocolRes {
            response_code: ResponseCode::FailedNoNegotiation,
            schema_id: None,
        },
    }
}

/// An offer of `protocols`, the best liked first. At most 20 of them count. [V2G2-167]
pub fn offer(protocols: &[Protocol]) -> SupportedAppProtocolReq {
    let entry = |(i, p): (u8, &Protocol)| {
        Some(AppProtocol {
            protocol_namespace: Text::new(p.namespace()).ok()?,
            version_number_major: p.version().0,
            version_number_minor: p.version().1,
            schema_id: i,
            priority: Int::new(i16::from(i) + 1)?,
        })
    };
    let entries: Vec<_> = (0..20).zip(protocols).filter_map(entry).collect();
    SupportedAppProtocolReq { app_protocol: List::new(entries).unwrap_or_default() }
}

/// The protocol that an answer to [`offer`]`(protocols)` picks. [V2G2-173]
///
/// An answer without a SchemaID is taken if there was only one thing to pick.
pub fn chosen(answer: &SupportedAppProtocolRes, protocols: &[Protocol]) -> Option<Protocol> {
    match (answer.response_code, answer.schema_id) {
        (ResponseCode::FailedNoNegotiation, _) => None,
        (_, Some(id)) => protocols.get(usize::from(id)).copied(),
        (_, None) => match protocols {
            [only] => Some(*only),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(namespace: &str, major: u32, minor: u32, schema_id: u8, priority: i16) -> AppProtocol {
        AppProtocol {
            protocol_namespace: Text::new(namespace).unwrap(),
            version_number_major: major,
            version_number_minor: minor,
            schema_id,
            priority: Int::new(priority).unwrap(),
        }
    }

    fn offer_of(entries: Vec<AppProtocol>) -> SupportedAppProtocolReq {
        SupportedAppProtocolReq { app_protocol: List::new(entries).unwrap() }
    }

    const DIN: &str = "urn:din:70121:2012:MsgDef";
    const ISO2: &str = "urn:iso:15118:2:2013:MsgDef";

    /// [V2G2-169] with the offer of real cars: another protocol ranks higher, SchemaID is 0.
    #[test]
    fn what_we_do_not_speak_is_skipped_whatever_its_rank() {
        let offer = offer_of(alloc::vec![
            entry("urn:tesla:din:2018:MsgDef", 0, 7, 2, 1),
            entry(DIN, 2, 0, 1, 2),
            entry(ISO2, 2, 0, 0, 3),
        ]);
        let selection = select(&offer, &[Protocol::Iso2]).unwrap();
        assert_eq!((selection.schema_id, selection.minor_deviation), (0, false));
        assert_eq!(answer(Some(&selection)).schema_id, Some(0));
    }

    /// [V2G2-170]
    #[test]
    fn another_minor_version_is_taken_and_said() {
        let selection = select(&offer_of(alloc::vec![entry(ISO2, 2, 1, 7, 1)]), &[Protocol::Iso2]);
        assert_eq!(
            answer(selection.as_ref()).response_code,
            ResponseCode::OkSuccessfulNegotiationWithMinorDeviation
        );
    }

    /// [V2G2-172]
    #[test]
    fn another_major_version_or_nothing_in_common_is_no_negotiation() {
        for offer in [entry(ISO2, 1, 0, 1, 1), entry(DIN, 2, 0, 1, 1)] {
            let selection = select(&offer_of(alloc::vec![offer]), &[Protocol::Iso2]);
            assert_eq!(answer(selection.as_ref()), answer(None));
        }
    }

    #[test]
    fn a_car_follows_the_number_in_the_answer() {
        let request = offer(&[Protocol::Iso2]);
        let selection = select(&request, &[Protocol::Iso2]);
        assert_eq!(chosen(&answer(selection.as_ref()), &[Protocol::Iso2]), Some(Protocol::Iso2));
        assert_eq!(chosen(&answer(None), &[Protocol::Iso2]), None);
        let wrong = SupportedAppProtocolRes { schema_id: Some(9), ..answer(selection.as_ref()) };
        assert_eq!(chosen(&wrong, &[Protocol::Iso2]), None);
    }
}
