//! Editions of the standard as the pools name them.

use pki::Certificate;
use pki::profile::{Edition, guess};

use super::*;

/// The edition of a message set; that of ISO 15118-2 where none is named. ISO 15118-20 goes by several names.
pub(super) fn edition(namespace: Option<&str>) -> Result<Edition, Problem> {
    match namespace {
        None | Some(ISO_2) => Ok(Edition::Iso2),
        Some(
            ISO_20 | "urn:iso:15118:20:2020:MsgDef" | "urn:iso:std:iso:15118:-20:CommonMessages",
        ) => Ok(Edition::Iso20),
        Some(other) => Err(Problem::new(Code::UnsupportedEdition, other)),
    }
}

/// The message set of a provisioning certificate.
pub(super) fn namespace(leaf: &[u8]) -> &'static str {
    match Certificate::parse(leaf).map(|leaf| guess(&leaf).edition) {
        Ok(Edition::Iso20) => ISO_20,
        Ok(Edition::Iso2) | Err(_) => ISO_2,
    }
}

const ISO_2: &str = "urn:iso:15118:2:2013:MsgDef";
const ISO_20: &str = "urn:iso:15118:20:2022:MsgDef";
