//! `pnc pki ocsp`: questions about certificates and their answers, as files.

use super::crl::told;
use super::{files, values};
use crate::cli::{exit, failed, out};
use ::pki::revocation::{
    CertId, HashAlgorithm, OcspRequest, OcspRequestData, OcspResponse, ResponseStatus, Window,
};
use clap::{Args, Subcommand, ValueEnum};
use pnc::ca::Directory;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Writes a request about a certificate, to be sent by HTTP POST.
    Ask(Ask),
    /// Says what a response says about a certificate, once its signature is verified.
    Read(Read),
    /// Answers a request from the register of an authority.
    Answer(Answer),
    /// Prints what OCPP wants to know about certificates (OCSPRequestData).
    Data(Data),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Ask {
    #[command(flatten)]
    about: About,
    /// Hash by which the issuer is named. Every responder knows SHA-1.
    #[arg(long, value_enum, default_value_t = Hash::Sha1)]
    hash: Hash,
    /// Asks for a fresh answer: responders that sign in advance cannot give one.
    #[arg(long)]
    nonce: bool,
    /// Where the request goes.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Read {
    /// File of the response, DER.
    #[arg(value_name = "RESPONSE")]
    response: String,
    #[command(flatten)]
    about: About,
    /// File of the request, whose nonce the response must repeat.
    #[arg(long, value_name = "FILE")]
    request: Option<String>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Answer {
    /// Directory of authorities, as `pnc pki init` makes it.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The authority that is asked.
    #[arg(value_name = "CA")]
    ca: String,
    /// File of the request, DER; `-` is standard input.
    #[arg(value_name = "REQUEST")]
    request: String,
    /// Directory of the OCSP signer that answers; DIR/leaf/ocsp_signer_CA if that is there, else the authority itself.
    #[arg(long, value_name = "PLACE")]
    signer: Option<PathBuf>,
    /// Where the response goes.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Data {
    /// File of a chain, leaf first: every certificate whose issuer follows is told.
    #[arg(value_name = "CHAIN")]
    chain: String,
    /// File of the root, or of the last one's issuer.
    #[arg(value_name = "ISSUER")]
    issuer: Option<String>,
}

#[derive(Debug, Args)]
struct About {
    /// File of the certificate.
    #[arg(value_name = "CERT")]
    certificate: String,
    /// File of its issuer's certificate.
    #[arg(value_name = "ISSUER")]
    issuer: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Hash {
    Sha1,
    Sha256,
}

/// 0: done, or the certificate is good. 1: failed, revoked, unknown, or the response is too old.
pub(super) fn run(command: &Command) -> ExitCode {
    let done = match command {
        Command::Ask(arguments) => ask(arguments).map(|()| true),
        Command::Read(arguments) => read(arguments),
        Command::Answer(arguments) => answer(arguments),
        Command::Data(arguments) => data(arguments).map(|()| true),
    };
    done.map_or_else(failed, exit)
}

fn ask(arguments: &Ask) -> Result<(), String> {
    let certificate = values::certificate(&arguments.about.certificate)?;
    let issuer = values::certificate(&arguments.about.issuer)?;
    let hash = match arguments.hash {
        Hash::Sha1 => HashAlgorithm::Sha1,
        Hash::Sha256 => HashAlgorithm::Sha256,
    };
    let id = CertId::new(hash, &certificate, &issuer).map_err(|error| error.to_string())?;
    let mut request = OcspRequest::new([id]);
    if arguments.nonce {
        let mut nonce = [0; OcspRequest::MAX_NONCE];
        SystemRandom::new().fill(&mut nonce).map_err(|_| "no randomness")?;
        request = request.with_nonce(&nonce);
    }
    pnc::ca::replace(&arguments.out, &request.to_der()).map_err(|error| error.to_string())?;
    let responders = certificate.extensions().ocsp.iter().flat_map(|ocsp| &ocsp.value);
    responders.for_each(out::line);
    Ok(())
}

fn read(arguments: &Read) -> Result<bool, String> {
    let certificate = values::certificate(&arguments.about.certificate)?;
    let issuer = values::certificate(&arguments.about.issuer)?;
    let now = pnc::time::unix();
    let response = OcspResponse::parse(&files::octets(&arguments.response)?);
    let response = response.map_err(|error| format!("{}: {error}", arguments.response))?;
    if let Some(path) = &arguments.request {
        let request = OcspRequest::parse(&files::octets(path)?);
        let request = request.map_err(|error| format!("{path}: {error}"))?;
        response.repeats_nonce_of(&request).map_err(|error| error.to_string())?;
    }
    let answer = response.answer(&certificate, &issuer, now).map_err(|error| error.to_string())?;
    let stale = answer.is_current(now, Window::WEEK).err();
    told(answer.status(), stale.map(|stale| stale.to_string()), arguments.json)
}

fn answer(arguments: &Answer) -> Result<bool, String> {
    let ca = Directory::new(&arguments.directory).open(&arguments.ca);
    let ca = ca.map_err(|error| error.to_string())?;
    let usual = arguments.directory.join("leaf").join(format!("ocsp_signer_{}", arguments.ca));
    let place = arguments.signer.clone().or_else(|| usual.is_dir().then_some(usual));
    let delegate = match place {
        Some(place) => {
            let file = |name: &str| place.join(name).to_string_lossy().into_owned();
            Some((values::certificate(&file("cert.pem"))?, values::private_key(&file("key.pem"))?))
        }
        None => None,
    };
    let delegate = delegate.as_ref().map(|(certificate, key)| (certificate, key as _));
    let request = files::octets(&arguments.request)?;
    let reply = ca.answer(&request, delegate, pnc::time::unix());
    let reply = reply.map_err(|error| error.to_string())?;
    pnc::ca::replace(&arguments.out, &reply.der).map_err(|error| error.to_string())?;
    out::line(reply.status.to_string());
    Ok(reply.status == ResponseStatus::Successful)
}

fn data(arguments: &Data) -> Result<(), String> {
    let mut chain = values::chain(&arguments.chain)?;
    if let Some(issuer) = &arguments.issuer {
        chain.push(values::certificate(issuer)?);
    }
    let pairs = chain.windows(2).filter_map(|pair| match pair {
        [certificate, issuer] => OcspRequestData::new(certificate, issuer),
        _ => None,
    });
    let list: Vec<_> = pairs
        .map(|data| {
            json!({
                "hashAlgorithm": data.hash_algorithm,
                "issuerNameHash": data.issuer_name_hash,
                "issuerKeyHash": data.issuer_key_hash,
                "serialNumber": data.serial_number,
                "responderURL": data.responder_url,
            })
        })
        .collect();
    if list.is_empty() {
        return Err("no certificate with a responder, followed by its issuer".to_owned());
    }
    let text = serde_json::to_string_pretty(&list).map_err(|error| error.to_string())?;
    out::line(text);
    Ok(())
}
