//! The message set of DC charging, on which MCS runs too: limits, cable check, precharge, the charge
//! loop in scheduled and dynamic control, welding detection.

pub mod control;
pub mod limits;
pub mod messages;

pub use control::*;
pub use limits::*;
pub use messages::*;

use crate::xmldsig::{self, SignedInfo};
use exi::SchemaSet;

const DC: &str = "urn:iso:std:iso:15118:-20:DC";

/// The schema set of DC.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "iso20-dc";
    const GLOBALS: u32 = 48;
    const ELEMENTS: u32 = 149;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = xmldsig::Grammar::ATTRIBUTES;
}

exi::roots! {
    /// The message set as data; its fragments are what signatures refer to.
    pub static SCHEMA: Grammar;
    documents {
        11 = "DC_CableCheckReq" in DC => CableCheckReq;
        12 = "DC_CableCheckRes" in DC => CableCheckRes;
        13 = "DC_ChargeLoopReq" in DC => ChargeLoopReq;
        14 = "DC_ChargeLoopRes" in DC => ChargeLoopRes;
        15 = "DC_ChargeParameterDiscoveryReq" in DC => ChargeParameterDiscoveryReq;
        16 = "DC_ChargeParameterDiscoveryRes" in DC => ChargeParameterDiscoveryRes;
        17 = "DC_PreChargeReq" in DC => PreChargeReq;
        18 = "DC_PreChargeRes" in DC => PreChargeRes;
        19 = "DC_WeldingDetectionReq" in DC => WeldingDetectionReq;
        20 = "DC_WeldingDetectionRes" in DC => WeldingDetectionRes;
    }
    fragments {
        26 = "DC_ChargeParameterDiscoveryRes" in DC => ChargeParameterDiscoveryRes;
        129 = "SignedInfo" in xmldsig::NS => SignedInfo;
    }
}
