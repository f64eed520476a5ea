use super::error::CaError;
use super::register::{Event, Register, hex};
use super::settings::Settings;
use super::{file, keys};
use pki::cert::AttributeKind;
use pki::issue::{CertificateAuthority, Csr};
use pki::key::{Algorithm, PublicKey, Signer};
use pki::profile::{CertificateKind, Edition};
use pki::revocation::{CrlPlan, Reason, Reply, Responder};
use pki::{Certificate, pem};
use ring::rand::SystemRandom;
use std::fs;
use std::path::{Path, PathBuf};

/// A directory of authorities.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
}

/// One authority of a directory. Its register is opened for each change, so that several processes can use it in turn.
#[derive(Clone, Debug)]
pub struct Ca {
    path: PathBuf,
    authority: CertificateAuthority,
    /// Those above it, its issuer first, without the root.
    above: Vec<Certificate>,
}

/// A certificate just issued, with those above it.
#[derive(Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// The authorities, its issuer first, without the root.
    pub above: Vec<Certificate>,
}

impl Directory {
    /// A directory that is there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of its authorities, sorted.
    pub fn names(&self) -> Result<Vec<String>, CaError> {
        let path = self.path.join("ca");
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).map_err(CaError::file(&path))? {
            let entry = entry.map_err(CaError::file(&path))?;
            if entry.path().join(SETTINGS).is_file() {
                names.extend(entry.file_name().into_string().ok());
            }
        }
        names.sort();
        Ok(names)
    }

    /// An authority by its name, with its key.
    pub fn open(&self, name: &str) -> Result<Ca, CaError> {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        let path = self.path.join("ca").join(name);
        if name.is_empty() || !plain || !path.join(SETTINGS).is_file() {
            return Err(CaError::NoAuthority(name.to_owned()));
        }
        Ca::open(path)
    }

    /// The authority that issues a kind: the one named, or the only one that does.
    pub fn issuer_of(&self, kind: CertificateKind, name: Option<&str>) -> Result<Ca, CaError> {
        if let Some(name) = name {
            return self.open(name);
        }
        let mut found = Vec::new();
        for name in self.names()? {
            let path = self.path.join("ca").join(&name).join(SETTINGS);
            let terms = Settings::read(&path)?.terms();
            let terms = terms.map_err(|why| CaError::content(&path, why))?;
            if terms.kinds.contains(&kind) {
                found.push(name);
            }
        }
        match found.as_slice() {
            [] => Err(CaError::NoIssuer(kind)),
            [name] => self.open(name),
            _ => Err(CaError::Several { kind, names: found.join(", ") }),
        }
    }

    /// The authority that issued a certificate.
    pub fn issuer_of_certificate(&self, certificate: &Certificate) -> Result<Ca, CaError> {
        for name in self.names()? {
            let path = self.path.join("ca").join(&name).join("cert.pem");
            let own = first(&path)?;
            let key = own.public_key().map_err(CaError::Key)?;
            if own.subject() == certificate.issuer() && certificate.verify_signed_by(key).is_ok() {
                return self.open(&name);
            }
        }
        Err(CaError::NoAuthority(certificate.issuer().to_string()))
    }
}

impl Ca {
    fn open(path: PathBuf) -> Result<Self, CaError> {
        let place = path.join(SETTINGS);
        let settings = Settings::read(&place)?;
        let wrong = |why: String| CaError::content(&place, why);
        let (kind, edition) = (settings.kind().map_err(wrong)?, settings.edition().map_err(wrong)?);
        let above = path.join("chain.pem");
        let chain = if above.exists() { certificates(&above)? } else { Vec::new() };
        let certificate = first(&path.join("cert.pem"))?;
        let above = chain.into_iter().filter(|above| *above != certificate).collect();
        let signer = keys::signer(&settings.key, &path)?;
        let level = settings.level().map_err(wrong)?;
        let authority = CertificateAuthority::at_level(certificate, edition, kind, signer, level)?
            .with_terms(settings.terms().map_err(wrong)?)?;
        Ok(Self { path, authority, above })
    }

    /// What issues.
    pub fn authority(&self) -> &CertificateAuthority {
        &self.authority
    }

    /// Of which algorithm keys below it are.
    pub fn algorithm(&self) -> Algorithm {
        self.authority.issuer().signer.public_key().algorithm()
    }

    /// Its edition.
    pub fn edition(&self) -> Edition {
        self.authority.edition()
    }

    /// The chain of what it issues, its own certificate first, without the root.
    pub fn chain(&self) -> Vec<Certificate> {
        let own = self.authority.certificate();
        // A root is for the receiver to have, not to be sent.
        let own = (!own.is_self_issued()).then(|| own.clone());
        own.into_iter().chain(self.above.iter().cloned()).collect()
    }

    /// Its register.
    pub fn register(&self) -> Result<Register, CaError> {
        Register::open(&self.path.join("register.jsonl"))
    }

    /// Issues a certificate of a kind for a key; it is in the register when this returns.
    pub fn issue(
        &self,
        kind: CertificateKind,
        subject: &[(AttributeKind, String)],
        key: &PublicKey,
        days: Option<u32>,
        now_unix: i64,
    ) -> Result<Issued, CaError> {
        let authority = self.for_days(days)?;
        let certificate = authority.issue(kind, subject, key, now_unix, &SystemRandom::new())?;
        self.enter(kind, certificate, now_unix)
    }

    /// Issues a certificate of a kind for a request; it is in the register when this returns.
    pub fn sign(
        &self,
        kind: CertificateKind,
        request: &Csr,
        days: Option<u32>,
        now_unix: i64,
    ) -> Result<Issued, CaError> {
        let authority = self.for_days(days)?;
        let certificate = authority.issue_for(kind, request, now_unix, &SystemRandom::new())?;
        self.enter(kind, certificate, now_unix)
    }

    /// Revokes a certificate: see [`Register::revoke`].
    pub fn revoke(&self, serial: &[u8], reason: Reason, now_unix: i64) -> Result<(), CaError> {
        self.register()?.revoke(&hex(serial), reason, now_unix)
    }

    /// Issues a revocation list in DER, valid for some days, and keeps it as `crl.pem`.
    pub fn list(&self, days: u32, now_unix: i64) -> Result<Vec<u8>, CaError> {
        let mut register = self.register()?;
        let plan = CrlPlan {
            number: register.next_list(now_unix)?,
            this_update: now_unix,
            next_update: now_unix.saturating_add(i64::from(days) * DAY),
            revoked: register.revoked(now_unix),
        };
        let der = plan.issue(self.authority.issuer(), &SystemRandom::new())?;
        file::replace(&self.path.join("crl.pem"), CrlPlan::to_pem(&der).as_bytes())?;
        Ok(der)
    }

    /// Answers an OCSP request from the register, by an OCSP signer of this authority or by itself.
    pub fn answer(
        &self,
        request: &[u8],
        delegate: Option<(&Certificate, &dyn Signer)>,
        now_unix: i64,
    ) -> Result<Reply, CaError> {
        let issuer = self.authority.issuer();
        let signer = delegate.map_or(issuer.signer, |(_, signer)| signer);
        let responder = Responder::new(issuer.certificate, signer);
        let responder = match delegate {
            Some((certificate, _)) => responder.with_delegate(certificate),
            None => responder,
        };
        Ok(responder.reply(request, &self.register()?, now_unix, &SystemRandom::new()))
    }

    fn for_days(&self, days: Option<u32>) -> Result<CertificateAuthority, CaError> {
        let authority = self.authority.clone();
        let Some(days) = days else { return Ok(authority) };
        let mut terms = authority.terms().clone();
        terms.lifetime = Some(i64::from(days) * DAY);
        Ok(authority.with_terms(terms)?)
    }

    fn enter(
        &self,
        kind: CertificateKind,
        certificate: Certificate,
        now_unix: i64,
    ) -> Result<Issued, CaError> {
        self.register()?.issued(&[Event::Issued {
            at: now_unix,
            serial: hex(certificate.serial()),
            kind: kind.name().to_owned(),
            subject: certificate.subject().to_string(),
            not_after: certificate.not_after(),
        }])?;
        Ok(Issued { certificate, above: self.chain() })
    }
}

impl Issued {
    /// The certificate and those above it as PEM, without the root.
    pub fn chain_pem(&self) -> String {
        let all = std::iter::once(&self.certificate).chain(&self.above);
        all.map(|certificate| pem::certificate(certificate.der())).collect()
    }
}

fn first(path: &Path) -> Result<Certificate, CaError> {
    let mut all = certificates(path)?;
    if all.is_empty() { Err(CaError::content(path, "no certificate")) } else { Ok(all.remove(0)) }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, CaError> {
    let text = fs::read_to_string(path).map_err(CaError::file(path))?;
    let wrong = |why: String| CaError::content(path, why);
    // Directories of before have empty chains of roots.
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let ders = pem::certificates(&text).map_err(|error| wrong(error.to_string()))?;
    let parse = |der: &Vec<u8>| Certificate::parse(der).map_err(|error| wrong(error.to_string()));
    ders.iter().map(parse).collect()
}

pub(super) const SETTINGS: &str = "ca.toml";
const DAY: i64 = 86_400;
