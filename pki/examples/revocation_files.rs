//! OCSP and revocation lists as files, for other tools to judge. Certificates and keys are PEM, the first of a file counts.
//!
//! ```text
//! revocation_files request HASH CERT ISSUER REQUEST        writes an OCSP request; HASH is sha1 or sha256
//! revocation_files respond REQUEST ISSUER KEY SIGNER STATUS RESPONSE
//!                       answers a request; SIGNER is the file of an OCSP signer's certificate, or - for the issuer itself;
//!                       STATUS is good, unknown or a reason in RFC 5280's code
//! revocation_files answer RESPONSE CERT ISSUER             what a response says about a certificate
//! revocation_files data CERT ISSUER                        what OCPP wants to know
//! revocation_files crl ISSUER KEY LIST [CERT..]            writes a list, in PEM, of these certificates
//! revocation_files listed LIST CERT ISSUER                 what a list in DER says about a certificate
//! ```
use std::error::Error;
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use pki::issue::Issuer;
use pki::key::PrivateKey;
use pki::revocation::{
    Answer, CertId, Crl, CrlPlan, HashAlgorithm, OcspRequest, OcspRequestData, OcspResponse,
    Reason, Responder, Revocation, Status, Window,
};
use pki::{Certificate, pem};
use ring::rand::SystemRandom;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    let (rng, now) = (SystemRandom::new(), now()?);
    match arguments.as_slice() {
        ["request", hash, of, issuer, request] => {
            let hash = if *hash == "sha1" { HashAlgorithm::Sha1 } else { HashAlgorithm::Sha256 };
            let id = CertId::new(hash, &certificate(of)?, &certificate(issuer)?)?;
            std::fs::write(request, OcspRequest::new([id]).to_der())?;
        }
        ["respond", request, issuer, key, signer, status, response] => {
            let (issuer, key) = (certificate(issuer)?, private_key(key)?);
            let delegate = (*signer != "-").then(|| certificate(signer)).transpose()?;
            let responder = Responder::new(&issuer, &key);
            let responder = match &delegate {
                Some(delegate) => responder.with_delegate(delegate),
                None => responder,
            };
            let status = status_of(status, now)?;
            let states = move |_: &[u8]| status;
            let reply = responder.reply(&std::fs::read(request)?, &states, now, &rng);
            writeln!(out, "{}", reply.status)?;
            std::fs::write(response, reply.der)?;
        }
        ["answer", response, of, issuer] => {
            let response = OcspResponse::parse(&std::fs::read(response)?)?;
            let answer = response.answer(&certificate(of)?, &certificate(issuer)?, now)?;
            writeln!(out, "{}", text(&answer, now)?)?;
        }
        ["data", of, issuer] => {
            let data = OcspRequestData::new(&certificate(of)?, &certificate(issuer)?);
            let data = data.ok_or("it names no responder")?;
            writeln!(out, "issuerNameHash {}", data.issuer_name_hash)?;
            writeln!(out, "issuerKeyHash {}", data.issuer_key_hash)?;
            writeln!(out, "serialNumber {}", data.serial_number)?;
            writeln!(out, "responderURL {}", data.responder_url)?;
        }
        ["crl", issuer, key, list, revoked @ ..] => {
            let (issuer, key) = (certificate(issuer)?, private_key(key)?);
            let revocation = Revocation { at: now - 60, reason: Some(Reason::KeyCompromise) };
            let mut entries = Vec::new();
            for of in revoked {
                entries.push((certificate(of)?.serial().to_vec(), revocation));
            }
            let plan = CrlPlan {
                number: 7,
                this_update: now,
                next_update: now + 86_400,
                revoked: entries,
            };
            let der = plan.issue(Issuer { certificate: &issuer, signer: &key }, &rng)?;
            std::fs::write(list, CrlPlan::to_pem(&der))?;
        }
        ["listed", list, of, issuer] => {
            let list = Crl::parse(&std::fs::read(list)?)?;
            let answer = list.answer(&certificate(of)?, &certificate(issuer)?)?;
            writeln!(out, "{}", text(&answer, now)?)?;
        }
        _ => return Err("see the head of pki/examples/revocation_files.rs".into()),
    }
    Ok(())
}

fn text(answer: &Answer, now: i64) -> Result<String, Box<dyn Error>> {
    answer.is_current(now, Window::WEEK)?;
    Ok(match answer.status() {
        Status::Good => "good".to_owned(),
        Status::Unknown => "unknown".to_owned(),
        Status::Revoked(revocation) => revocation.to_string(),
    })
}

fn status_of(text: &str, now: i64) -> Result<Status, Box<dyn Error>> {
    let reasons = [
        Reason::Unspecified,
        Reason::KeyCompromise,
        Reason::CessationOfOperation,
        Reason::CertificateHold,
    ];
    Ok(match text {
        "good" => Status::Good,
        "unknown" => Status::Unknown,
        code => {
            let reason = reasons.into_iter().find(|reason| reason.code().to_string() == code);
            let reason = Some(reason.ok_or("no such reason here")?);
            Status::Revoked(Revocation { at: now - 60, reason })
        }
    })
}

fn certificate(path: &str) -> Result<Certificate, Box<dyn Error>> {
    let all = pem::certificates(&std::fs::read_to_string(path)?)?;
    Ok(Certificate::parse(all.first().ok_or("no certificate")?)?)
}

fn private_key(path: &str) -> Result<PrivateKey, Box<dyn Error>> {
    Ok(PrivateKey::from_pem(&std::fs::read_to_string(path)?, &SystemRandom::new())?)
}

fn now() -> Result<i64, Box<dyn Error>> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)
}
