//! `pnc pki bundle`: signed contract deliveries of ISO 15118-2, as files of EXI.

use super::terms::Strictness;
use super::{files, values};
use crate::cli::hex::hex;
use crate::cli::{failed, out};
use ::pki::chain::Anchors;
use ::pki::profile::CertificateKind;
use ::pki::{Certificate, Evcoid, Pcid, PrivateKey, Signer as _, pem};
use clap::{Args, Subcommand};
use exi::{Document as _, Octets};
use pnc::ca::{Directory, write_key, write_new};
use ring::rand::SystemRandom;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use v2g::delivery::{ContractData, Delivered, Trust, accept, certificate_chain};
use v2g::iso2::msg::{Body, BodyElement, Header, V2gMessage};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Issues a contract and makes the signed delivery of it for one car: a CertificateInstallationRes.
    Make(Make),
    /// Opens a delivery as the car would, checks all of it, and writes the contract.
    Open(Open),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Make {
    /// Directory of authorities, as `pnc pki init` makes it, of a mobility operator and a provisioning service.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The contract.
    #[arg(value_name = "EVCOID")]
    evcoid: String,
    /// File of the car's provisioning certificate.
    #[arg(long, value_name = "CERT")]
    car: String,
    /// The car's PCID, which the certificate must have; any where it is not given.
    #[arg(long, value_name = "PCID")]
    pcid: Option<String>,
    /// Directory of the provisioning service's chain.pem and key.pem; DIR/leaf/cps if not given.
    #[arg(long, value_name = "PLACE")]
    service: Option<PathBuf>,
    /// Days of validity, within those of the authority.
    #[arg(long)]
    days: Option<u32>,
    /// Where the delivery goes.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Open {
    /// File of the delivery: a message with a CertificateInstallationRes or CertificateUpdateRes in EXI.
    #[arg(value_name = "FILE")]
    delivery: String,
    /// Private key of the car's provisioning certificate, or for an update of its contract.
    #[arg(long, value_name = "FILE")]
    key: String,
    /// Files of V2G roots.
    #[arg(long, value_name = "CERT", required = true)]
    v2g_root: Vec<String>,
    /// Files of mobility operators' roots, if the car has any.
    #[arg(long, value_name = "CERT")]
    mo_root: Vec<String>,
    /// How much deviation is tolerated.
    #[arg(long, value_enum, default_value_t = Strictness::Strict)]
    level: Strictness,
    /// Directory for the contract's chain.pem and key.pem.
    #[arg(long, short, value_name = "PLACE")]
    out: Option<PathBuf>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// 0: made, or good. 1: not.
pub(super) fn run(command: &Command) -> ExitCode {
    let done = match command {
        Command::Make(arguments) => make(arguments),
        Command::Open(arguments) => open(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error),
    }
}

fn make(arguments: &Make) -> Result<(), String> {
    let evcoid = Evcoid::parse(&arguments.evcoid).map_err(text)?;
    let car = values::certificate(&arguments.car)?;
    belongs(&car, arguments.pcid.as_deref())?;
    if arguments.out.exists() {
        return Err(format!("{} is there already", arguments.out.display()));
    }
    let place =
        arguments.service.clone().unwrap_or_else(|| arguments.directory.join("leaf").join("cps"));
    let file = |name: &str| place.join(name).to_string_lossy().into_owned();
    let service = values::chain(&file("chain.pem"))?;
    let service_key = values::private_key(&file("key.pem"))?;
    let [service_leaf, service_subs @ ..] = service.as_slice() else {
        return Err(format!("{}: no certificate", place.display()));
    };
    let provisioning =
        certificate_chain(None, service_leaf.der(), &ders(service_subs)).map_err(text)?;

    let kind = CertificateKind::ContractLeaf;
    let ca = Directory::new(&arguments.directory).issuer_of(kind, None).map_err(text)?;
    let (rng, now) = (SystemRandom::new(), pnc::time::unix());
    let key = PrivateKey::generate(&rng).map_err(text)?;
    let organization = ca.authority().certificate().subject();
    let organization = organization.only(::pki::cert::AttributeKind::Organization);
    let mut subject = vec![(::pki::cert::AttributeKind::CommonName, evcoid.normal().to_owned())];
    subject.extend(
        organization.map(|name| (::pki::cert::AttributeKind::Organization, name.to_owned())),
    );
    let issued = ca.issue(kind, &subject, key.public_key(), arguments.days, now).map_err(text)?;
    let data = ContractData::new(&issued.certificate, &ders(&issued.above), &key, &car, &rng);
    let data = data.map_err(text)?;
    let signature = data.sign(&service_key, &rng).map_err(text)?;
    let response = data.into_installation(provisioning);
    // Whoever answers the car puts the session's number there: no signature covers it.
    let session_id = Octets::new([0; 8].as_slice()).map_err(text)?;
    let header = Header { session_id, notification: None, signature: Some(signature) };
    let element = Some(BodyElement::CertificateInstallationRes(response));
    let octets = V2gMessage { header, body: Body { element } }.to_vec().map_err(text)?;
    write_new(&arguments.out, &octets).map_err(text)?;
    let serial = hex(issued.certificate.serial());
    out::line(format!("{serial}  {}  {}", evcoid.normal(), arguments.out.display()));
    Ok(())
}

fn open(arguments: &Open) -> Result<(), String> {
    let octets = files::octets(&arguments.delivery)?;
    let wrong = |why: String| format!("{}: {why}", arguments.delivery);
    let message = V2gMessage::decode(&octets).map_err(|error| wrong(error.to_string()))?;
    let delivered: Delivered<'_> = match &message.body.element {
        Some(BodyElement::CertificateInstallationRes(response)) => response.into(),
        Some(BodyElement::CertificateUpdateRes(response)) => response.into(),
        _ => return Err(wrong("another message".to_owned())),
    };
    let mut anchors = Anchors::new();
    let roots = [
        (::pki::chain::RootKind::V2g, &arguments.v2g_root),
        (::pki::chain::RootKind::Mo, &arguments.mo_root),
    ];
    for (kind, paths) in roots {
        for path in paths {
            for root in values::chain(path)? {
                anchors.add(kind, root.der()).map_err(|error| format!("{path}: {error}"))?;
            }
        }
    }
    let level = arguments.level.level();
    let key = values::private_key(&arguments.key)?;
    let trust = Trust { anchors: &anchors, now_unix: pnc::time::unix(), level };
    let signature = message.header.signature.as_ref();
    let contract = accept(&delivered, signature, &key, &trust, &SystemRandom::new())
        .map_err(|error| wrong(error.to_string()))?;
    if let Some(place) = &arguments.out {
        std::fs::create_dir_all(place).map_err(|error| format!("{}: {error}", place.display()))?;
        let chain: String = std::iter::once(&contract.leaf)
            .chain(&contract.subs)
            .map(|certificate| pem::certificate(certificate.der()))
            .collect();
        write_key(&place.join("key.pem"), contract.key.to_pem().as_bytes()).map_err(text)?;
        write_new(&place.join("chain.pem"), chain.as_bytes()).map_err(text)?;
    }
    let not_after = ::pki::time::text(contract.leaf.not_after());
    if arguments.json {
        let object = json!({
            "evcoid": contract.evcoid.normal(),
            "not_after": not_after,
            "anchored": contract.anchored,
            "octets": octets.len(),
        });
        out::line(object.to_string());
    } else {
        let anchored = if contract.anchored { "to a root" } else { "not to a root given" };
        let evcoid = contract.evcoid.normal();
        out::line(format!("{evcoid}  valid until {not_after}  its chain leads {anchored}"));
    }
    Ok(())
}

fn belongs(car: &Certificate, pcid: Option<&str>) -> Result<(), String> {
    let Some(pcid) = pcid else { return Ok(()) };
    let wanted = Pcid::parse(pcid).map_err(text)?;
    let name = car.subject().common_name().unwrap_or_default();
    match Pcid::parse(name) {
        Ok(found) if found == wanted => Ok(()),
        _ => Err(format!("the certificate is of {name:?}, not of {pcid}")),
    }
}

fn ders(certificates: &[Certificate]) -> Vec<&[u8]> {
    certificates.iter().map(Certificate::der).collect()
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
