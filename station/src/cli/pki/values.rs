//! What several subcommands read from the command line.

use ::pki::Certificate;
use ::pki::cert::AttributeKind;
use ::pki::key::{Algorithm, PrivateKey};
use ::pki::profile::CertificateKind;
use ring::rand::SystemRandom;
use zeroize::Zeroizing;

use super::files;

pub(super) fn kind(text: &str) -> Result<CertificateKind, String> {
    CertificateKind::from_name(text).ok_or_else(|| {
        let names = CertificateKind::ALL.map(CertificateKind::name).join(", ");
        format!("one of {names}")
    })
}

/// What is said of a subject beside its common name.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Names {
    /// Organization in the subject.
    #[arg(long, value_name = "TEXT")]
    organization: Option<String>,
    /// Organizational unit in the subject.
    #[arg(long, value_name = "TEXT")]
    unit: Option<String>,
    /// Country in the subject: two capital letters.
    #[arg(long, value_name = "CC")]
    country: Option<String>,
}

impl Names {
    pub(super) fn with(&self, common_name: &str) -> Vec<(AttributeKind, String)> {
        let common_name = Some((AttributeKind::CommonName, common_name.to_owned()));
        common_name.into_iter().chain(self.others()).collect()
    }

    pub(super) fn others(&self) -> impl Iterator<Item = (AttributeKind, String)> {
        [
            (AttributeKind::OrganizationalUnit, &self.unit),
            (AttributeKind::Organization, &self.organization),
            (AttributeKind::Country, &self.country),
        ]
        .into_iter()
        .filter_map(|(kind, value)| Some((kind, value.clone()?)))
    }
}

/// The first certificate of a file.
pub(super) fn certificate(path: &str) -> Result<Certificate, String> {
    chain(path)?.into_iter().next().ok_or_else(|| format!("{path}: no certificate"))
}

/// Every certificate of a file.
pub(super) fn chain(path: &str) -> Result<Vec<Certificate>, String> {
    let parse = |der: &Vec<u8>| Certificate::parse(der).map_err(|error| format!("{path}: {error}"));
    files::certificates(path)?.iter().map(parse).collect()
}

/// The first private key of a PEM file.
pub(super) fn private_key(path: &str) -> Result<PrivateKey, String> {
    let text = Zeroizing::new(files::text(path)?);
    PrivateKey::from_pem(&text, &SystemRandom::new()).map_err(|error| format!("{path}: {error}"))
}

pub(super) fn fresh_key(algorithm: Algorithm) -> Result<PrivateKey, String> {
    PrivateKey::generate_for(algorithm, &SystemRandom::new()).map_err(|error| error.to_string())
}

/// What a file holds that is DER, or PEM which `from_pem` takes apart.
pub(super) fn der<E: ToString>(
    path: &str,
    from_pem: impl FnOnce(&str) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, String> {
    const SEQUENCE: u8 = 0x30;
    let octets = files::octets(path)?;
    if octets.first() == Some(&SEQUENCE) {
        return Ok(octets);
    }
    let text = String::from_utf8(octets).map_err(|_| format!("{path}: neither PEM nor DER"))?;
    from_pem(&text).map_err(|error| format!("{path}: {}", error.to_string()))
}
