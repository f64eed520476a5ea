use super::super::values;
use super::{Roots, ders, text};
use crate::cli::out;
use ::pki::profile::{Edition, guess};
use ::pki::{Certificate, Evcoid, PrivateKey};
use clap::Args;
use exi::{Document as _, Octets};
use pnc::ca::write_new;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::path::PathBuf;
use v2g::delivery::{installation_request, iso20, root_ids};
use v2g::iso2::msg::{Body, BodyElement, Header, V2gMessage};
use v2g::iso20::msg::types::Header as Header20;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// File of the car's provisioning certificate; by ISO 15118-20 with its authorities. Its key tells the edition.
    #[arg(long, value_name = "CHAIN")]
    car: String,
    /// Private key of that certificate.
    #[arg(long, value_name = "FILE")]
    key: String,
    #[command(flatten)]
    roots: Roots,
    /// Charging session, 16 hexadecimal digits; a random one where it is not given.
    #[arg(long, value_name = "HEX", value_parser = session)]
    session: Option<[u8; 8]>,
    /// How many contracts the car can keep; ISO 15118-20 only.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    most: u8,
    /// Contracts that it wants first, several by commas; ISO 15118-20 only.
    #[arg(long, value_name = "EVCOID", value_delimiter = ',')]
    first: Vec<Evcoid>,
    /// Where the request goes.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let chain = values::chain(&arguments.car)?;
    let [leaf, subs @ ..] = chain.as_slice() else {
        return Err(format!("{}: no certificate", arguments.car));
    };
    let key = values::private_key(&arguments.key)?;
    let session = match arguments.session {
        Some(session) => session,
        None => {
            let mut session = [0; 8];
            SystemRandom::new().fill(&mut session).map_err(text)?;
            session
        }
    };
    let octets = match guess(leaf).edition {
        Edition::Iso2 => request(arguments, leaf, &key, session)?,
        Edition::Iso20 => request20(arguments, (leaf, subs), &key, session)?,
    };
    write_new(&arguments.out, &octets).map_err(text)?;
    out::line(format!("{}  {} octets", arguments.out.display(), octets.len()));
    Ok(())
}

fn request(
    arguments: &Arguments,
    leaf: &Certificate,
    key: &PrivateKey,
    session: [u8; 8],
) -> Result<Vec<u8>, String> {
    let roots = root_ids(&arguments.roots.anchors()?).map_err(text)?;
    let request = installation_request(leaf, roots, key, &SystemRandom::new());
    let (request, signature) = request.map_err(text)?;
    let session_id = Octets::new(session.as_slice()).map_err(text)?;
    let header = Header { session_id, notification: None, signature: Some(signature) };
    let element = Some(BodyElement::CertificateInstallationReq(request));
    V2gMessage { header, body: Body { element } }.to_vec().map_err(text)
}

fn request20(
    arguments: &Arguments,
    (leaf, subs): (&Certificate, &[Certificate]),
    key: &PrivateKey,
    session: [u8; 8],
) -> Result<Vec<u8>, String> {
    let wanted = iso20::Wanted { most: arguments.most, first: arguments.first.clone() };
    let session_id = Octets::new(session.as_slice()).map_err(text)?;
    let time_stamp = pnc::time::unix().unsigned_abs();
    let header = Header20 { session_id, time_stamp, signature: None };
    let (roots, subs) = (arguments.roots.anchors()?, ders(subs));
    let own = (leaf, subs.as_slice());
    iso20::installation_request(header, own, &roots, &wanted, key, &SystemRandom::new())
        .map_err(text)?
        .to_vec()
        .map_err(text)
}

fn session(text: &str) -> Result<[u8; 8], String> {
    let number = u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16);
    number.map(u64::to_be_bytes).ok_or_else(|| "16 hexadecimal digits".to_owned())
}
