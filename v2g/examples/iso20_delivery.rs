//! A contract delivery of ISO 15118-20 for foreign judges, one JSON object a line: both messages, what is signed in each,
//! and each `SignedInfo`, as XML and as octets. All keys are on P-521, or with the argument `ed448` of Ed448.

use exi::xml::{Form, decode};
use exi::{Document, Fragment, Octets, Schema};
use pki::delivery::iso20::ConcatKdf;
use pki::issue::{Hierarchy, Options};
use pki::key::Algorithm;
use pki::profile::Edition;
use ring::rand::SystemRandom;
use serde_json::json;
use std::error::Error;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};
use v2g::delivery::iso20::{
    ContractData, ProvisioningService, Wanted, certificate_chain, installation_request,
};
use v2g::iso20::msg::common::SCHEMA;
use v2g::iso20::msg::types::Header;
use v2g::xmldsig::{self, Signature};

fn main() -> Result<(), Box<dyn Error>> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let (rng, kdf) = (SystemRandom::new(), ConcatKdf::default());
    let algorithm = match std::env::args().nth(1).as_deref() {
        None => Algorithm::P521,
        Some("ed448") => Algorithm::Ed448,
        Some(other) => return Err(format!("{other}: no argument, or ed448").into()),
    };
    let options = Options { algorithm, ..Options::of(Edition::Iso20) };
    let hierarchy = Hierarchy::generate(&rng, now, options)?;
    let session_id = Octets::new([7; 8].as_slice())?;
    let header = || Header { session_id, time_stamp: now.unsigned_abs(), signature: None };
    let (car, contract) = (hierarchy.oem_provisioning(), hierarchy.contract());
    let (subs, cps) = (car.sub_ders(), hierarchy.cps());
    let wanted = Wanted { most: 1, first: vec![Options::of(Edition::Iso20).evcoid] };
    let own = (&car.leaf, &subs[..]);
    let request =
        installation_request(header(), own, hierarchy.anchors(), &wanted, &*car.key, &rng)?;
    let subs = contract.sub_ders();
    let data = ContractData::new(&contract.leaf, &subs, &contract.key, &car.leaf, &kdf, &rng)?;
    let chain = certificate_chain(cps.leaf.der(), &cps.sub_ders())?;
    let service = ProvisioningService { chain, signer: &*cps.key };
    let response = data.into_response(header(), service, 0, &rng)?;

    let (document, fragment) = (Form::Document, Form::Fragment);
    row("CertificateInstallationReq", &SCHEMA, document, &request.to_vec()?)?;
    let signed = request.oem_provisioning_certificate_chain.encode_fragment()?;
    row("OEMProvisioningCertificateChain", &SCHEMA, fragment, &signed)?;
    signed_info(request.header.signature.as_deref())?;
    row("CertificateInstallationRes", &SCHEMA, document, &response.to_vec()?)?;
    let signed = response.signed_installation_data.encode_fragment()?;
    row("SignedInstallationData", &SCHEMA, fragment, &signed)?;
    signed_info(response.header.signature.as_deref())
}

fn signed_info(signature: Option<&Signature>) -> Result<(), Box<dyn Error>> {
    let signature = signature.ok_or("no signature")?;
    let octets = Fragment::<xmldsig::Grammar>::encode_fragment(&signature.signed_info)?;
    row("SignedInfo", &xmldsig::SCHEMA, Form::Fragment, &octets)
}

fn row(message: &str, schema: &Schema, form: Form, octets: &[u8]) -> Result<(), Box<dyn Error>> {
    let kind = if matches!(form, Form::Document) { "document" } else { "fragment" };
    let xml = decode(schema, form, octets).map_err(|error| format!("{message}: {error:?}"))?;
    let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    let row =
        json!({"message": message, "schema": schema.name, "kind": kind, "xml": xml, "hex": hex});
    Ok(writeln!(std::io::stdout(), "{row}")?)
}
