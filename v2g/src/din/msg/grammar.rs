//! The codes of the message set's documents and fragments.

use super::*;
use crate::xmldsig::SignedInfo;
use exi::SchemaSet;

/// The schema set of DIN SPEC 70121.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "din";
    const GLOBALS: u32 = 81;
    const ELEMENTS: u32 = 245;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[
        ("", "Algorithm"),
        ("", "Encoding"),
        ("", "Id"),
        ("", "MimeType"),
        ("", "Name"),
        ("", "Target"),
        ("", "Type"),
        ("", "URI"),
        ("", "ValueType"),
    ];
}

exi::roots! {
    /// The message set as data; its fragments are the elements that have an `Id`.
    pub static SCHEMA: Grammar;
    documents { 77 = "V2G_Message" in DEF => V2gMessage; }
    fragments {
        13 = "CertificateInstallationReq" in BODY => CertificateInstallationReq;
        14 = "CertificateInstallationRes" in BODY => CertificateInstallationRes;
        15 = "CertificateUpdateReq" in BODY => CertificateUpdateReq;
        16 = "CertificateUpdateRes" in BODY => CertificateUpdateRes;
        28 = "ContractAuthenticationReq" in BODY => ContractAuthenticationReq;
        122 = "MeteringReceiptReq" in BODY => MeteringReceiptReq;
        174 = "SalesTariff" in DATA => SalesTariff;
        212 = "SignedInfo" in xmldsig::NS => SignedInfo;
    }
}
