//! Holds this project and the published crate `iso15118` 0.7.0 against each other:
//! `cargo run --bin peer -- FILE.jsonl..` in `v2g/benches`.
//!
//! Each row of the files that names a schema, a kind, a message and its octets is decoded and encoded
//! again by both. Both must come back to the octets of the row, wherever the peer has a type for the
//! message and claims to carry what is in it. Prints the counts; exits with 0 only if all of that holds.

use iso15118::exi::{ExiDocument, ExiError, ExiResult};
use iso15118::iso20::{ac, ac_der_iec, ac_der_sae, acdp, dc, messages, wpt};
use iso15118::{app_protocol, iso2};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

/// What became of the rows of a schema set.
#[derive(Default)]
struct Count {
    alike: usize,
    /// The peer says that it does not carry what is in the message.
    refused: usize,
    /// The peer has no type for the message.
    untyped: usize,
    differ: usize,
}

fn main() -> io::Result<ExitCode> {
    let out = &mut io::stdout().lock();
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for path in std::env::args().skip(1) {
        for line in io::BufReader::new(std::fs::File::open(&path)?).lines() {
            let row: Value = serde_json::from_str(&line?).map_err(io::Error::other)?;
            let Some((schema, octets)) = known(&row) else { continue };
            let count = counts.entry(schema.name.into()).or_default();
            match judge(schema, &row, &octets) {
                Verdict::Alike => count.alike += 1,
                Verdict::Refused => count.refused += 1,
                Verdict::Untyped => count.untyped += 1,
                Verdict::Differ(why) => {
                    count.differ += 1;
                    writeln!(out, "{path} {} {}: {why}", row["id"], row["message"])?;
                }
            }
        }
    }
    for (schema, Count { alike, refused, untyped, differ }) in &counts {
        writeln!(
            out,
            "{schema}: {alike} alike, {refused} refused and {untyped} not known by the peer, {differ} differ"
        )?;
    }
    let sum = |of: fn(&Count) -> usize| counts.values().map(of).sum::<usize>();
    let (alike, differ) = (sum(|c| c.alike), sum(|c| c.differ));
    writeln!(out, "{alike} messages alike in both, {differ} differ")?;
    Ok(if alike > 0 && differ == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

enum Verdict {
    Alike,
    Refused,
    Untyped,
    Differ(String),
}

/// The schema set of a row and its octets, if they are known here.
fn known(row: &Value) -> Option<(&'static exi::Schema, Vec<u8>)> {
    let schema = v2g::SCHEMAS.iter().find(|s| row["schema"] == s.name)?;
    let hex = row["hex"].as_str()?;
    let octet = |i| u8::from_str_radix(hex.get(i..i + 2)?, 16).ok();
    Some((schema, (0..hex.len()).step_by(2).map(octet).collect::<Option<_>>()?))
}

fn judge(schema: &exi::Schema, row: &Value, octets: &[u8]) -> Verdict {
    let fragment = row["kind"] == "fragment";
    let (roots, bits) = match fragment {
        true => (schema.fragments, schema.fragment_bits),
        false => (schema.documents, schema.document_bits),
    };
    let word = octets.iter().skip(1).take(2).fold(0, |word, octet| word << 8 | u64::from(*octet));
    let Some(root) = roots.iter().find(|r| r.code == word >> (16 - bits)) else {
        return Verdict::Differ("no such message here".into());
    };
    match (root.recode)(octets) {
        Ok(ours) if ours == octets => {}
        Ok(_) => return Verdict::Differ("other octets from us".into()),
        Err(e) => return Verdict::Differ(format!("refused by us: {e}")),
    }
    let Some(recode) = peer(schema.name, fragment, root.name) else { return Verdict::Untyped };
    match recode(octets) {
        Ok(theirs) if theirs == octets => Verdict::Alike,
        Ok(_) => Verdict::Differ("other octets from the peer".into()),
        Err(ExiError::UnsupportedOption) => Verdict::Refused,
        // It reads no integer beyond 64 bits, where the schema knows no bound.
        Err(ExiError::IntegerOverflow) if unbounded(row) => Verdict::Refused,
        Err(e) => Verdict::Differ(format!("refused by the peer: {e}")),
    }
}

/// Whether there are integers in a message that the schema does not bound.
fn unbounded(row: &Value) -> bool {
    let xml = row["xml"].as_str().unwrap_or_default();
    ["HMACOutputLength", "X509SerialNumber"].iter().any(|name| xml.contains(name))
}

/// Decodes and encodes again.
type Recode = fn(&[u8]) -> ExiResult<Vec<u8>>;

/// What the peer has for a message.
fn peer(schema: &str, fragment: bool, message: &str) -> Option<Recode> {
    macro_rules! fragment {
        ($t:ty) => {
            |octets| <$t>::from_fragment(octets)?.to_fragment()
        };
    }
    Some(match (schema, fragment, message) {
        ("appproto", false, "supportedAppProtocolReq") => {
            document::<app_protocol::SupportedAppProtocolReq>
        }
        ("appproto", false, _) => document::<app_protocol::SupportedAppProtocolRes>,
        ("iso2", false, _) => document::<iso2::Document>,
        ("iso20-common", false, _) => document::<messages::Document>,
        ("iso20-ac", false, _) => document::<ac::Document>,
        ("iso20-dc", false, _) => document::<dc::Document>,
        ("iso20-wpt", false, _) => document::<wpt::Document>,
        ("iso20-acdp", false, _) => document::<acdp::Document>,
        ("iso20-ac-der-iec", false, _) => document::<ac_der_iec::Document>,
        ("iso20-ac-der-sae", false, _) => document::<ac_der_sae::Document>,
        ("iso2", true, "AuthorizationReq") => fragment!(iso2::AuthorizationReq),
        ("iso2", true, "CertificateInstallationReq") => {
            fragment!(iso2::CertificateInstallationReq)
        }
        ("iso2", true, "CertificateUpdateReq") => fragment!(iso2::CertificateUpdateReq),
        ("iso2", true, "ContractSignatureEncryptedPrivateKey") => {
            fragment!(iso2::ContractSignatureEncryptedPrivateKey)
        }
        ("iso2", true, "MeteringReceiptReq") => fragment!(iso2::MeteringReceiptReq),
        ("iso2", true, "SalesTariff") => fragment!(iso2::SalesTariff),
        ("iso2", true, "SignedInfo") => fragment!(iso2::SignedInfo),
        ("iso20-common", true, "AbsolutePriceSchedule") => {
            fragment!(messages::AbsolutePriceSchedule)
        }
        ("iso20-common", true, "CertificateInstallationReq") => {
            fragment!(messages::CertificateInstallationReq)
        }
        ("iso20-common", true, "EVAbsolutePriceSchedule") => {
            fragment!(messages::EVAbsolutePriceSchedule)
        }
        ("iso20-common", true, "MeteringConfirmationReq") => {
            fragment!(messages::MeteringConfirmationReq)
        }
        ("iso20-common", true, "OEMProvisioningCertificateChain") => {
            fragment!(messages::SignedCertificateChain)
        }
        ("iso20-common", true, "PnC_AReqAuthorizationMode") => {
            fragment!(messages::PnCAReqAuthorizationMode)
        }
        ("iso20-common", true, "PriceLevelSchedule") => fragment!(messages::PriceLevelSchedule),
        ("iso20-common", true, "SignedInstallationData") => {
            fragment!(messages::SignedInstallationData)
        }
        ("iso20-common", true, "SignedMeteringData") => fragment!(messages::SignedMeteringData),
        ("iso20-ac", true, "AC_ChargeParameterDiscoveryRes") => {
            fragment!(ac::ACChargeParameterDiscoveryRes)
        }
        ("iso20-dc", true, "DC_ChargeParameterDiscoveryRes") => {
            fragment!(dc::DCChargeParameterDiscoveryRes)
        }
        ("iso20-wpt", true, "WPT_ChargeParameterDiscoveryRes") => {
            fragment!(wpt::WPTChargeParameterDiscoveryRes)
        }
        ("iso20-ac-der-iec", true, "AC_ChargeParameterDiscoveryRes") => {
            fragment!(ac_der_iec::ACChargeParameterDiscoveryRes)
        }
        ("iso20-ac-der-sae", true, "AC_ChargeParameterDiscoveryRes") => {
            fragment!(ac_der_sae::ACChargeParameterDiscoveryRes)
        }
        ("xmldsig", true, "SignedInfo") => {
            |octets| iso2::SignedInfo::from_xmldsig_fragment(octets)?.to_xmldsig_fragment()
        }
        _ => return None,
    })
}

fn document<D: ExiDocument>(octets: &[u8]) -> ExiResult<Vec<u8>> {
    D::from_bytes(octets)?.to_vec()
}
