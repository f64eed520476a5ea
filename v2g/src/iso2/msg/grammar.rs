//! The codes of the message set's documents and fragments.

use super::DATA as NS;
use super::*;
use crate::xmldsig::SignedInfo;
use exi::{Exi, SchemaSet};

/// The schema set of ISO 15118-2.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "iso2";
    const GLOBALS: u32 = 80;
    const ELEMENTS: u32 = 243;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[
        ("", "Algorithm"),
        ("", "Encoding"),
        ("", "Id"),
        (BODY, "Id"),
        (DATA, "Id"),
        ("", "MimeType"),
        (DATA, "Name"),
        ("", "Target"),
        ("", "Type"),
        ("", "URI"),
    ];
}

exi::roots! {
    /// The message set as data; its fragments are what signatures refer to.
    pub static SCHEMA: Grammar;
    documents { 76 = "V2G_Message" in DEF => V2gMessage; }
    fragments {
        4 = "AuthorizationReq" in BODY => AuthorizationReq;
        15 = "CertificateInstallationReq" in BODY => CertificateInstallationReq;
        17 = "CertificateUpdateReq" in BODY => CertificateUpdateReq;
        33 = "ContractSignatureCertChain" in BODY => CertificateChain;
        34 = "ContractSignatureEncryptedPrivateKey" in BODY => ContractSignatureEncryptedPrivateKey;
        45 = "DHpublickey" in BODY => DiffieHellmanPublicKey;
        121 = "MeteringReceiptReq" in BODY => MeteringReceiptReq;
        174 = "SalesTariff" in DATA => SalesTariff;
        208 = "SignedInfo" in xmldsig::NS => SignedInfo;
        236 = "eMAID" in BODY => EitherEmaid, relaxed: true;
    }
}

/// `eMAID` as a fragment: two types have that name, one of them without an `Id`.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(relaxed)]
pub struct EitherEmaid {
    /// By which a signature refers to it.
    #[exi(attr)]
    pub id: Option<AnyText>,
    /// The identifier.
    #[exi(text)]
    pub value: EmaidText,
}

impl exi::Fragment<Grammar> for Emaid {
    const NAME: &'static str = "eMAID";
    const NS: &'static str = BODY;
    const CODE: u64 = 236;
    const RELAXED: bool = true;
}
