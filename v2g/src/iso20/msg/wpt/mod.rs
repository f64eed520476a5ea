//! The message set of wireless power transfer: the car's coil finds the ground device, is paired with
//! it, aligned and charged.

pub mod charging;
pub mod lf;
pub mod pairing;
pub mod positioning;

pub use charging::*;
pub use lf::*;
pub use pairing::*;
pub use positioning::*;

use crate::xmldsig::{self, SignedInfo};
use exi::{Bytes, Exi, List, SchemaSet};

const WPT: &str = "urn:iso:std:iso:15118:-20:WPT";

/// Octets that a vendor defines, in up to 16 pieces.
pub type VendorData = List<Bytes<0, 256>, 0, 16>;

/// How the car's own part of a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "EVResultUnknown EVResultSuccess EVResultFailed")]
pub enum EvResult {
    Unknown,
    Success,
    Failed,
}

/// The schema set of WPT.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "iso20-wpt";
    const GLOBALS: u32 = 38;
    const ELEMENTS: u32 = 193;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = xmldsig::Grammar::ATTRIBUTES;
}

exi::roots! {
    /// The message set as data; its fragments are what signatures refer to.
    pub static SCHEMA: Grammar;
    documents {
        25 = "WPT_AlignmentCheckReq" in WPT => AlignmentCheckReq;
        26 = "WPT_AlignmentCheckRes" in WPT => AlignmentCheckRes;
        27 = "WPT_ChargeLoopReq" in WPT => ChargeLoopReq;
        28 = "WPT_ChargeLoopRes" in WPT => ChargeLoopRes;
        29 = "WPT_ChargeParameterDiscoveryReq" in WPT => ChargeParameterDiscoveryReq;
        30 = "WPT_ChargeParameterDiscoveryRes" in WPT => ChargeParameterDiscoveryRes;
        31 = "WPT_FinePositioningReq" in WPT => FinePositioningReq;
        32 = "WPT_FinePositioningRes" in WPT => FinePositioningRes;
        33 = "WPT_FinePositioningSetupReq" in WPT => FinePositioningSetupReq;
        34 = "WPT_FinePositioningSetupRes" in WPT => FinePositioningSetupRes;
        35 = "WPT_PairingReq" in WPT => PairingReq;
        36 = "WPT_PairingRes" in WPT => PairingRes;
    }
    fragments {
        146 = "SignedInfo" in xmldsig::NS => SignedInfo;
        170 = "WPT_ChargeParameterDiscoveryRes" in WPT => ChargeParameterDiscoveryRes;
    }
}
