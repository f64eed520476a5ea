use super::super::values;
use super::{ders, text};
use crate::cli::hex::hex;
use crate::cli::out;
use ::pki::cert::AttributeKind;
use ::pki::delivery::iso20::ConcatKdf;
use ::pki::profile::{CertificateKind, Edition};
use ::pki::{Certificate, Evcoid, Pcid, PrivateKey, Signer as _};
use clap::Args;
use exi::{Document as _, Octets};
use pnc::ca::{Directory, Issued, write_new};
use ring::rand::SystemRandom;
use std::path::PathBuf;
use v2g::delivery::{ContractData, certificate_chain, iso20};
use v2g::iso2::msg::{Body, BodyElement, Header, V2gMessage};
use v2g::iso20::msg::types::Header as Header20;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Directory of authorities, as `pnc pki init` makes it, of a mobility operator and a provisioning service; its edition is
    /// the delivery's.
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

/// The provisioning service.
struct Service {
    chain: Vec<Certificate>,
    key: PrivateKey,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let evcoid = Evcoid::parse(&arguments.evcoid).map_err(text)?;
    let car = values::certificate(&arguments.car)?;
    belongs(&car, arguments.pcid.as_deref())?;
    if arguments.out.exists() {
        return Err(format!("{} is there already", arguments.out.display()));
    }
    let place =
        arguments.service.clone().unwrap_or_else(|| arguments.directory.join("leaf").join("cps"));
    let file = |name: &str| place.join(name).to_string_lossy().into_owned();
    let service = Service {
        chain: values::chain(&file("chain.pem"))?,
        key: values::private_key(&file("key.pem"))?,
    };

    let kind = CertificateKind::ContractLeaf;
    let ca = Directory::new(&arguments.directory).issuer_of(kind, None).map_err(text)?;
    // That it can be wrapped for the car is known before a certificate is issued.
    match ca.edition() {
        Edition::Iso2 => ::pki::delivery::receiver(&car).map(drop),
        Edition::Iso20 => ::pki::delivery::iso20::receiver(&car).map(drop),
    }
    .map_err(|error| format!("{}: {error}", arguments.car))?;
    let key = PrivateKey::generate_for(ca.algorithm(), &SystemRandom::new()).map_err(text)?;
    let organization = ca.authority().certificate().subject().only(AttributeKind::Organization);
    let mut subject = vec![(AttributeKind::CommonName, evcoid.normal().to_owned())];
    subject.extend(organization.map(|name| (AttributeKind::Organization, name.to_owned())));
    let now = pnc::time::unix();
    let issued = ca.issue(kind, &subject, key.public_key(), arguments.days, now).map_err(text)?;
    let octets = match ca.edition() {
        Edition::Iso2 => delivery(&issued, &key, &car, &service)?,
        Edition::Iso20 => delivery20(&issued, &key, &car, &service, now)?,
    };
    write_new(&arguments.out, &octets).map_err(text)?;
    let serial = hex(issued.certificate.serial());
    out::line(format!("{serial}  {}  {}", evcoid.normal(), arguments.out.display()));
    Ok(())
}

fn delivery(
    issued: &Issued,
    key: &PrivateKey,
    car: &Certificate,
    service: &Service,
) -> Result<Vec<u8>, String> {
    let rng = SystemRandom::new();
    let (leaf, subs) = service.chain()?;
    let provisioning = certificate_chain(None, leaf.der(), &ders(subs)).map_err(text)?;
    let data = ContractData::new(&issued.certificate, &ders(&issued.above), key, car, &rng);
    let data = data.map_err(text)?;
    let signature = data.sign(&service.key, &rng).map_err(text)?;
    let response = data.into_installation(provisioning);
    let header = Header { session_id: blank()?, notification: None, signature: Some(signature) };
    let element = Some(BodyElement::CertificateInstallationRes(response));
    V2gMessage { header, body: Body { element } }.to_vec().map_err(text)
}

fn delivery20(
    issued: &Issued,
    key: &PrivateKey,
    car: &Certificate,
    service: &Service,
    now: i64,
) -> Result<Vec<u8>, String> {
    let (rng, kdf) = (SystemRandom::new(), ConcatKdf::default());
    let (leaf, subs) = service.chain()?;
    let chain = iso20::certificate_chain(leaf.der(), &ders(subs)).map_err(text)?;
    let above = ders(&issued.above);
    let data = iso20::ContractData::new(&issued.certificate, &above, key, car, &kdf, &rng);
    let time_stamp = now.unsigned_abs();
    let header = Header20 { session_id: blank()?, time_stamp, signature: None };
    let service = iso20::ProvisioningService { chain, signer: &service.key };
    let response = data.map_err(text)?.into_response(header, service, 0, &rng).map_err(text)?;
    response.to_vec().map_err(text)
}

/// Whoever answers the car puts the session's number there: no signature covers it.
fn blank<const MIN: usize, const MAX: usize>() -> Result<Octets<MIN, MAX>, String> {
    Octets::new([0; 8].as_slice()).map_err(text)
}

impl Service {
    fn chain(&self) -> Result<(&Certificate, &[Certificate]), String> {
        self.chain.split_first().ok_or_else(|| "the service has no certificate".to_owned())
    }
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
