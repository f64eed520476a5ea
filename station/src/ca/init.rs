use super::authority::{Directory, Issued, SETTINGS};
use super::error::CaError;
use super::file::{make_directory, write_key, write_new};
use super::settings::Settings;
use pki::cert::AttributeKind;
use pki::issue::CertificateAuthority;
use pki::key::{Algorithm, PrivateKey, Signer as _};
use pki::pem;
use pki::profile::{CertificateKind as Kind, Edition, Times, profile};
use ring::rand::SystemRandom;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Whose hierarchy is made.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Edition of the standard.
    pub edition: Edition,
    /// What every key is: on P-256 in ISO 15118-2, on P-521 or of Ed448 in ISO 15118-20.
    pub algorithm: Algorithm,
    /// What the operator is. The V2G root comes with what hangs below it.
    pub roles: Vec<Role>,
    /// Organization in every subject.
    pub organization: String,
    /// Country, two capital letters, where a profile wants one.
    pub country: String,
    /// Address of the OCSP responder for what is issued.
    pub ocsp: Option<String>,
    /// Where revocation lists will be: `/NAME.crl` is added for each authority.
    pub crl: Option<String>,
}

/// What an operator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Charging point operator below the V2G root.
    Cpo,
    /// Mobility operator.
    Mo,
    /// Car maker, for the delivery of contracts.
    Oem,
    /// Car maker, for TLS of ISO 15118-20.
    Vehicle,
    /// Certificate provisioning service below the V2G root.
    Cps,
    /// Charging point operator with a private root.
    Private,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Cpo, Self::Mo, Self::Oem, Self::Vehicle, Self::Cps, Self::Private];

    /// Root and authorities, from above.
    fn branch(self) -> &'static [Kind] {
        match self {
            Self::Cpo => &[Kind::V2gRoot, Kind::CpoSub1, Kind::CpoSub2],
            Self::Mo => &[Kind::MoRoot, Kind::MoSub1, Kind::MoSub2],
            Self::Oem => &[Kind::OemRoot, Kind::OemSub1, Kind::OemSub2],
            Self::Vehicle => &[Kind::OemRoot, Kind::VehicleSub1, Kind::VehicleSub2],
            Self::Cps => &[Kind::V2gRoot, Kind::CpsSub1, Kind::CpsSub2],
            Self::Private => &[Kind::PrivateRoot],
        }
    }
}

impl Operator {
    /// Makes a complete hierarchy in a directory that is empty or not there yet: roots, authorities, an OCSP signer for each
    /// authority that issues leaves and, for a provisioning service, the certificate that signs deliveries.
    pub fn create(&self, path: &Path, now_unix: i64) -> Result<Directory, CaError> {
        match fs::read_dir(path).map(|mut entries| entries.next().is_some()) {
            Ok(true) => return Err(CaError::NotEmpty(path.to_owned())),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(CaError::file(path)(error));
            }
            _ => {}
        }
        // Made beside and moved in, the authorities last: without them it is no such directory.
        make_directory(path)?;
        let half = path.join(format!(".{}.half", std::process::id()));
        let made = self.fill(&half, now_unix).and_then(|()| {
            for name in ["roots", "leaf", "ca"] {
                let from = half.join(name);
                if from.exists() {
                    fs::rename(&from, path.join(name)).map_err(CaError::file(&from))?;
                }
            }
            Ok(Directory::new(path))
        });
        let _ = fs::remove_dir_all(&half);
        made
    }

    fn fill(&self, path: &Path, now_unix: i64) -> Result<(), CaError> {
        make_directory(&path.join("roots"))?;
        let directory = Directory::new(path);
        for role in &self.roles {
            let mut above: Option<Kind> = None;
            for &kind in role.branch() {
                if !path.join("ca").join(kind.name()).exists() {
                    self.authority(&directory, kind, above, now_unix)?;
                }
                above = Some(kind);
            }
            let last = role.branch().last().copied().unwrap_or(Kind::V2gRoot);
            if *role != Role::Private {
                self.leaf(&directory, last, Kind::OcspSigner, now_unix)?;
            }
            if *role == Role::Cps {
                self.leaf(&directory, last, Kind::CpsLeaf, now_unix)?;
            }
        }
        Ok(())
    }

    fn authority(
        &self,
        directory: &Directory,
        kind: Kind,
        above: Option<Kind>,
        now_unix: i64,
    ) -> Result<(), CaError> {
        let place = directory.path().join("ca").join(kind.name());
        make_directory(&place)?;
        let (rng, key) = (SystemRandom::new(), Arc::new(self.key()?));
        let subject = self.subject(kind, title(kind));
        let (certificate, chain) = match above {
            None => {
                let (edition, signer) = (self.edition, key.clone());
                let root = CertificateAuthority::root(
                    edition, kind, &subject, signer, None, now_unix, &rng,
                )?;
                let text = pem::certificate(root.certificate().der());
                let name = format!("{}.pem", kind.name());
                write_new(&directory.path().join("roots").join(name), text.as_bytes())?;
                (text, String::new())
            }
            Some(above) => {
                let above = directory.open(above.name())?;
                let issued = above.issue(kind, &subject, key.public_key(), None, now_unix)?;
                (pem::certificate(issued.certificate.der()), issued.chain_pem())
            }
        };
        // In a private environment nobody asks about revocation [V2G2-868].
        let asked = kind != Kind::PrivateRoot;
        let base = self.crl.as_deref().filter(|_| asked).map(|base| base.trim_end_matches('/'));
        let settings = Settings {
            kind: kind.name().to_owned(),
            edition: if self.edition == Edition::Iso2 { 2 } else { 20 },
            key: "key.pem".to_owned(),
            level: None,
            ocsp: self.ocsp.clone().filter(|_| asked),
            crl: base.map(|base| format!("{base}/{}.crl", kind.name())),
            days: None,
            issues: None,
            short_key_ids: self.edition == Edition::Iso20,
            policies: Vec::new(),
        };
        write_key(&place.join("key.pem"), key.to_pem().as_bytes())?;
        write_new(&place.join("cert.pem"), certificate.as_bytes())?;
        // Above a root there is nobody.
        if !chain.is_empty() {
            write_new(&place.join("chain.pem"), chain.as_bytes())?;
        }
        let path = place.join(SETTINGS);
        write_new(&path, settings.to_text(&path)?.as_bytes())
    }

    fn leaf(
        &self,
        directory: &Directory,
        issuer: Kind,
        kind: Kind,
        now_unix: i64,
    ) -> Result<(), CaError> {
        let key = self.key()?;
        let subject = self.subject(kind, title(kind));
        let issuer_ca = directory.open(issuer.name())?;
        let issued = issuer_ca.issue(kind, &subject, key.public_key(), None, now_unix)?;
        let name = match kind {
            Kind::OcspSigner => format!("{kind}_{issuer}"),
            _ => kind.name().to_owned(),
        };
        write_leaf(&directory.path().join("leaf").join(name), &issued, Some(&key))
    }

    fn key(&self) -> Result<PrivateKey, CaError> {
        Ok(PrivateKey::generate_for(self.algorithm, &SystemRandom::new())?)
    }

    fn subject(&self, kind: Kind, common_name: &str) -> Vec<(AttributeKind, String)> {
        let common_name = format!("{} {common_name}", self.organization);
        // The name's bound.
        let common_name = common_name.chars().take(64).collect();
        let mut subject = vec![
            (AttributeKind::CommonName, common_name),
            (AttributeKind::Organization, self.organization.clone()),
        ];
        if profile(kind, self.edition).subject.country == Times::Once {
            subject.push((AttributeKind::Country, self.country.clone()));
        }
        subject
    }
}

/// Writes `cert.pem`, `chain.pem` and, if there is one, `key.pem` into a new directory.
pub fn write_leaf(place: &Path, issued: &Issued, key: Option<&PrivateKey>) -> Result<(), CaError> {
    make_directory(place)?;
    if let Some(key) = key {
        write_key(&place.join("key.pem"), key.to_pem().as_bytes())?;
    }
    let certificate = pem::certificate(issued.certificate.der());
    write_new(&place.join("cert.pem"), certificate.as_bytes())?;
    write_new(&place.join("chain.pem"), issued.chain_pem().as_bytes())
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::V2gRoot => "V2G Root CA",
        Kind::PrivateRoot => "Private Root CA",
        Kind::CpoSub1 => "CPO Sub-CA 1",
        Kind::CpoSub2 => "CPO Sub-CA 2",
        Kind::MoRoot => "MO Root CA",
        Kind::MoSub1 => "MO Sub-CA 1",
        Kind::MoSub2 => "MO Sub-CA 2",
        Kind::OemRoot => "OEM Root CA",
        Kind::OemSub1 => "OEM Sub-CA 1",
        Kind::OemSub2 => "OEM Sub-CA 2",
        Kind::VehicleSub1 => "Vehicle Sub-CA 1",
        Kind::VehicleSub2 => "Vehicle Sub-CA 2",
        Kind::CpsSub1 => "CPS Sub-CA 1",
        Kind::CpsSub2 => "CPS Sub-CA 2",
        Kind::CpsLeaf => "Provisioning Service",
        Kind::OcspSigner => "OCSP Signer",
        Kind::SeccLeaf | Kind::ContractLeaf | Kind::OemProvisioningLeaf | Kind::VehicleLeaf => "",
    }
}
