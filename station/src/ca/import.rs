use super::authority::{Directory, SETTINGS};
use super::error::CaError;
use super::file::{make_directory, write_key, write_new};
use super::keys;
use super::register::{Event, Register, hex};
use super::settings::Settings;
use pki::issue::CertificateAuthority;
use pki::key::PrivateKey;
use pki::pem;
use pki::profile::{Authority, Broken, CertificateKind, Edition, Level, check, guess, profile};
use pki::revocation::Crl;
use pki::{Certificate, Signer};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// An authority that was there before, to be taken over into a directory.
pub struct Import {
    /// Its certificate first, then those above it and roots, in any order.
    pub certificates: Vec<Certificate>,
    /// Its private key: PEM, or the `pkcs11:` URI of one in a token.
    pub key: Zeroizing<String>,
    /// Its kind; guessed from the certificate where it is not given.
    pub kind: Option<CertificateKind>,
    /// Edition of the standard; guessed likewise.
    pub edition: Option<Edition>,
    /// How closely its own certificate must follow the standard.
    pub level: Level,
    /// Its name in the directory; that of its kind where it is not given.
    pub name: Option<String>,
    /// Address of the OCSP responder for what it issues.
    pub ocsp: Option<String>,
    /// Address of its revocation list.
    pub crl: Option<String>,
    /// Its newest revocation list: what it revoked stays revoked, and its next list has the next number.
    pub list: Option<Crl>,
    /// Certificates that it issued, so that they can be revoked.
    pub issued: Vec<Certificate>,
}

/// What was taken over.
#[derive(Debug)]
pub struct Imported {
    /// Its name in the directory.
    pub name: String,
    /// Its kind.
    pub kind: CertificateKind,
    /// Its edition.
    pub edition: Edition,
    /// The rules of the strict profile that certificates of its chain break: their subjects, and which.
    pub broken: Vec<(String, Broken)>,
    /// The certificates above it, its issuer first, the root last; none for a root.
    pub above: Vec<Certificate>,
    /// Certificates in its register.
    pub known: usize,
}

impl Import {
    /// Checks everything, and only then adds the authority to a directory, which is made if it is not there.
    pub fn add_to(&self, directory: &Path, now_unix: i64) -> Result<Imported, CaError> {
        let Some(own) = self.certificates.first() else {
            return Err(CaError::UnknownKind("nothing".to_owned()));
        };
        let (kind, edition) = self.kind_of(own)?;
        let name = self.name.clone().unwrap_or_else(|| kind.name().to_owned());
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(CaError::NoAuthority(name));
        }
        let place = directory.join("ca").join(&name);
        if place.exists() {
            return Err(CaError::Exists(place));
        }
        let signer = self.signer()?;
        let level = self.level;
        CertificateAuthority::at_level(own.clone(), edition, kind, signer, level)?;
        let above = self.above(own, now_unix)?;
        let broken = broken(own, kind, &above, edition);
        let events = self.events(own, now_unix)?;

        // Made beside and moved in.
        let half = directory.join(format!(".{}.half", std::process::id()));
        let subs = above.iter().filter(|above| !above.is_self_issued());
        let chain: Vec<_> = std::iter::once(own).chain(subs).collect();
        let made = self.fill(&half, (kind, edition), &chain, &events).and_then(|()| {
            let root = above.last().unwrap_or(own);
            let root_kind = if above.is_empty() { kind } else { root_of(kind, root) };
            keep_root(&directory.join("roots"), root_kind, root)?;
            make_directory(&directory.join("ca"))?;
            fs::rename(&half, &place).map_err(CaError::file(&place))?;
            Directory::new(directory).open(&name).map(drop)
        });
        let _ = fs::remove_dir_all(&half);
        made?;
        let is_certificate =
            |event: &&Event| matches!(event, Event::Issued { .. } | Event::TakenOver { .. });
        let known = events.iter().filter(is_certificate).count();
        Ok(Imported { name, kind, edition, broken, above, known })
    }

    fn kind_of(&self, own: &Certificate) -> Result<(CertificateKind, Edition), CaError> {
        let guess = guess(own);
        let unknown = || CaError::UnknownKind(own.subject().to_string());
        let kind = self.kind.or(guess.kind).ok_or_else(unknown)?;
        let edition = self.edition.unwrap_or(guess.edition);
        // What only one edition knows is of that edition.
        let edition = profile(kind, edition).edition;
        if profile(kind, edition).authority == Authority::Leaf {
            return Err(unknown());
        }
        Ok((kind, edition))
    }

    fn signer(&self) -> Result<Arc<dyn Signer>, CaError> {
        if keys::is_token(&self.key) {
            return keys::signer(&self.key, Path::new("."));
        }
        let key = PrivateKey::from_pem(&self.key, &SystemRandom::new())?;
        Ok(Arc::new(key))
    }

    /// The certificates above one, each verified with the next one's key, up to a root.
    fn above(&self, own: &Certificate, now_unix: i64) -> Result<Vec<Certificate>, CaError> {
        let mut above: Vec<Certificate> = Vec::new();
        valid(own, now_unix)?;
        loop {
            let last = above.last().unwrap_or(own);
            if last.is_self_issued() {
                verified(last, last)?;
                return Ok(above);
            }
            let subject = || last.subject().to_string();
            let named = self.certificates.iter().filter(|other| {
                other.subject() == last.issuer() && *other != last && !above.contains(other)
            });
            let named: Vec<_> = named.collect();
            // Several may have the name, of a key that was changed for instance.
            let issuer = named.iter().find(|issuer| verified(last, issuer).is_ok());
            let issuer = match (issuer, named.first()) {
                (Some(issuer), _) => (*issuer).clone(),
                (None, Some(other)) => {
                    verified(last, other)?;
                    return Err(CaError::NoIssuerAbove(subject()));
                }
                (None, None) => return Err(CaError::NoIssuerAbove(subject())),
            };
            valid(&issuer, now_unix)?;
            above.push(issuer);
        }
    }

    /// What the register begins with.
    fn events(&self, own: &Certificate, now_unix: i64) -> Result<Vec<Event>, CaError> {
        let mut events = Vec::new();
        for issued in &self.issued {
            verified(issued, own)?;
            let kind = guess(issued).kind;
            events.push(Event::Issued {
                at: issued.not_before(),
                serial: hex(issued.serial()),
                kind: kind.map_or_else(String::new, |kind| kind.name().to_owned()),
                subject: issued.subject().to_string(),
                not_after: issued.not_after(),
            });
        }
        let Some(list) = &self.list else { return Ok(events) };
        list.verify(own)?;
        for (serial, revocation) in list.revoked() {
            let serial = hex(serial);
            let is_known = events.iter().any(
                |event| matches!(event, Event::Issued { serial: known, .. } if *known == serial),
            );
            if !is_known {
                // When it ends is nowhere said; no certificate outlives the authority.
                let not_after = own.not_after();
                let serial = serial.clone();
                events.push(Event::TakenOver { at: now_unix, serial, not_after });
            }
            let reason = revocation.reason.unwrap_or(pki::revocation::Reason::Unspecified);
            let reason = reason.to_string();
            events.push(Event::Revoked { at: revocation.at, serial, reason });
        }
        let number = list.number().map_or(Some(0), |octets| {
            octets.iter().try_fold(0_u64, |number, octet| {
                number.checked_mul(256)?.checked_add(u64::from(*octet))
            })
        });
        let number = number.ok_or_else(|| CaError::Above {
            subject: own.subject().to_string(),
            why: "its revocation list has a number of more than 64 bits".to_owned(),
        })?;
        events.push(Event::Listed { at: list.this_update(), number });
        Ok(events)
    }

    fn fill(
        &self,
        place: &Path,
        (kind, edition): (CertificateKind, Edition),
        chain: &[&Certificate],
        events: &[Event],
    ) -> Result<(), CaError> {
        make_directory(place)?;
        let in_token = keys::is_token(&self.key);
        let settings = Settings {
            kind: kind.name().to_owned(),
            edition: if edition == Edition::Iso2 { 2 } else { 20 },
            key: if in_token { self.key.to_string() } else { "key.pem".to_owned() },
            level: (self.level != Level::Strict).then(|| self.level.to_string()),
            ocsp: self.ocsp.clone(),
            crl: self.crl.clone(),
            days: None,
            issues: None,
            short_key_ids: edition == Edition::Iso20,
            policies: Vec::new(),
        };
        if !in_token {
            let key = PrivateKey::from_pem(&self.key, &SystemRandom::new())?;
            write_key(&place.join("key.pem"), key.to_pem().as_bytes())?;
        }
        let own = chain.first().map_or_else(String::new, |own| pem::certificate(own.der()));
        write_new(&place.join("cert.pem"), own.as_bytes())?;
        if chain.first().is_some_and(|own| !own.is_self_issued()) {
            let text: String = chain.iter().map(|above| pem::certificate(above.der())).collect();
            write_new(&place.join("chain.pem"), text.as_bytes())?;
        }
        Register::open(&place.join("register.jsonl"))?.issued(events)?;
        let path = place.join(SETTINGS);
        write_new(&path, settings.to_text(&path)?.as_bytes())
    }
}

/// A root is kept under the name of its kind; another of the same kind with a part of its digest behind that.
fn keep_root(roots: &Path, kind: CertificateKind, root: &Certificate) -> Result<(), CaError> {
    make_directory(roots)?;
    let text = pem::certificate(root.der());
    let digest = digest(&SHA256, root.der());
    let digest = hex(digest.as_ref().get(..4).unwrap_or_default());
    for name in [kind.name().to_owned(), format!("{}_{digest}", kind.name())] {
        let path = roots.join(format!("{name}.pem"));
        match fs::read_to_string(&path) {
            Ok(known) if pem::certificates(&known).is_ok_and(|known| known == [root.der()]) => {
                return Ok(());
            }
            Ok(_) => {}
            Err(_) => return write_new(&path, text.as_bytes()),
        }
    }
    Ok(())
}

/// What the root above an authority is: what it seems to be, or else what authorities of that kind stand below.
fn root_of(kind: CertificateKind, root: &Certificate) -> CertificateKind {
    let guessed = guess(root).kind;
    let is_root = |kind: &CertificateKind| {
        profile(*kind, Edition::Iso20).authority == Authority::Root
            || profile(*kind, Edition::Iso2).authority == Authority::Root
    };
    guessed.filter(is_root).unwrap_or(match kind {
        CertificateKind::MoSub1 | CertificateKind::MoSub2 => CertificateKind::MoRoot,
        CertificateKind::OemSub1
        | CertificateKind::OemSub2
        | CertificateKind::VehicleSub1
        | CertificateKind::VehicleSub2 => CertificateKind::OemRoot,
        _ => CertificateKind::V2gRoot,
    })
}

/// The rules of the strict profile that the chain breaks. Of what stands above, the kind is a guess, so that only what can be
/// told is told.
fn broken(
    own: &Certificate,
    kind: CertificateKind,
    above: &[Certificate],
    edition: Edition,
) -> Vec<(String, Broken)> {
    let guessed = above.iter().filter_map(|above| Some((above, guess(above).kind?)));
    std::iter::once((own, kind))
        .chain(guessed)
        .flat_map(|(certificate, kind)| {
            let subject = certificate.subject().to_string();
            let broken = check(certificate, kind, edition, Level::Strict);
            broken.into_iter().map(move |broken| (subject.clone(), broken))
        })
        .collect()
}

fn verified(certificate: &Certificate, issuer: &Certificate) -> Result<(), CaError> {
    let wrong = |why: String| CaError::Above { subject: certificate.subject().to_string(), why };
    if certificate.issuer() != issuer.subject() {
        return Err(wrong(format!("not issued by {}", issuer.subject())));
    }
    if !issuer.is_ca() {
        return Err(wrong(format!("{} is no authority", issuer.subject())));
    }
    let key = issuer.public_key().map_err(|error| wrong(error.to_string()))?;
    certificate.verify_signed_by(key).map_err(|error| wrong(error.to_string()))
}

fn valid(certificate: &Certificate, now_unix: i64) -> Result<(), CaError> {
    if (certificate.not_before()..=certificate.not_after()).contains(&now_unix) {
        return Ok(());
    }
    let [begin, end] = [certificate.not_before(), certificate.not_after()].map(pki::time::text);
    let why = format!("valid from {begin} to {end} only");
    Err(CaError::Above { subject: certificate.subject().to_string(), why })
}
