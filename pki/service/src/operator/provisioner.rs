use std::sync::Arc;

use exi::Integer;
use pki::cert::AttributeKind;
use pki::delivery::iso20::{AssociatedData, ConcatKdf, Kdf};
use pki::delivery::{self, iso20};
use pki::issue::{CertificateAuthority, IssueError};
use pki::profile::{CertificateKind, Edition};
use pki::{Certificate, Chain, Evcoid, Level, PrivateKey, Signer, Verified};
use ring::rand::SecureRandom;
use v2g::delivery::{
    check_installation_by, check_update_by, iso20::check_installation_by as check20,
};
use v2g::iso2::msg::SessionId;

use super::message::{Chains, Envelope};
use super::{Asked, CarRequest, Delivery, Refusal, Signatory, Wrapped};

/// Makes contract certificates and delivers them: a mobility operator's last authority, and the provisioning service that
/// signs for it.
pub struct Provisioner {
    authority: CertificateAuthority,
    /// The authority itself and those above it, in DER.
    contract_subs: Vec<Vec<u8>>,
    service: Signatory,
    /// The provisioning service's certificates as every answer carries them.
    provisioning: Chains,
    /// Serial number of the service's root, if that is known.
    root: Option<Integer>,
    kdf: Arc<dyn Kdf>,
    settings: Settings,
}

/// What a [`Provisioner`] writes and how strictly it reads.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Organization in the subject of contract certificates.
    pub organization: Option<String>,
    /// How closely requests and their certificates must follow the standard.
    pub level: Level,
}

impl Provisioner {
    /// `above` are the authorities between `authority` and the root, its issuer first.
    pub fn new(
        authority: CertificateAuthority,
        above: &[Certificate],
        service: Signatory,
        settings: Settings,
    ) -> Result<Self, Refusal> {
        let own = std::iter::once(authority.certificate()).chain(above);
        let contract_subs: Vec<_> = own.map(|sub| sub.der().to_vec()).collect();
        // Both chains go into messages; whether they fit is told now, not when a car asks.
        Chains::new(authority.edition(), authority.certificate().der(), &contract_subs)?;
        let subs: Vec<_> = service.subs().iter().map(Certificate::der).collect();
        let provisioning = Chains::new(authority.edition(), service.certificate().der(), &subs)?;
        let kdf = Arc::new(ConcatKdf::default());
        Ok(Self { authority, contract_subs, service, provisioning, root: None, kdf, settings })
    }

    /// With the root above the provisioning service, by which cars are told to verify it.
    #[must_use]
    pub fn with_root(mut self, root: &Certificate) -> Self {
        self.root = Integer::from_be_bytes(root.serial());
        self
    }

    /// With another derivation of the key that wraps, in ISO 15118-20: see [`Kdf`].
    #[must_use]
    pub fn with_kdf(mut self, kdf: Arc<dyn Kdf>) -> Self {
        self.kdf = kdf;
        self
    }

    /// The edition of contracts and messages.
    pub fn edition(&self) -> Edition {
        self.authority.edition()
    }

    /// Whether a car says that it has the root above the provisioning service. Serial numbers of roots tell them apart;
    /// their names are written in several ways.
    pub fn is_known_to(&self, request: &CarRequest) -> bool {
        self.root
            .as_ref()
            .is_some_and(|root| request.roots().iter().any(|known| known.serial_number == *root))
    }

    /// The authority that issues contract certificates.
    pub fn authority(&self) -> &CertificateAuthority {
        &self.authority
    }

    /// The authorities of every contract certificate in DER, its issuer first.
    pub fn contract_subs(&self) -> &[Vec<u8>] {
        &self.contract_subs
    }

    /// Who signs deliveries.
    pub fn service(&self) -> &Signatory {
        &self.service
    }

    /// What was set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether the request is the work of whose chain this is: signed as a whole, with that certificate in it.
    pub fn check(&self, request: &CarRequest, chain: &Verified<Chain>) -> Result<(), Refusal> {
        let signature = request.signature.as_ref();
        match &request.asked {
            Asked::Installation(asked) => check_installation_by(asked, signature, chain)?,
            Asked::Update(asked) => {
                check_update_by(asked, signature, chain, self.settings.level)?;
            }
            Asked::Installation20(asked) => check20(asked, chain)?,
        }
        Ok(())
    }

    /// Makes a contract's key and certificate, and wraps the key for the owner of `car`: the provisioning certificate
    /// [V2G2-820] or the contract's current one [V2G2-821].
    ///
    /// The certificate ends as the authority's terms say, or at `ends` (seconds since 1970) if that is earlier; but no
    /// contract certificate is valid for less than four weeks [V2G2-884].
    pub fn issue(
        &self,
        evcoid: &Evcoid,
        car: &Certificate,
        ends: Option<i64>,
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Result<Delivery, Refusal> {
        let receiver = super::receiver(self.edition(), car)?;
        let mut subject = vec![(AttributeKind::CommonName, evcoid.normal().to_owned())];
        let organization = self.settings.organization.clone();
        subject.extend(organization.map(|name| (AttributeKind::Organization, name)));
        // No chain mixes algorithms.
        let algorithm = self.authority.issuer().signer.public_key().algorithm();
        let key = PrivateKey::generate_for(algorithm, rng).map_err(IssueError::from)?;
        let (kind, public) = (CertificateKind::ContractLeaf, key.public_key());
        let issue = |authority: &CertificateAuthority| {
            authority.issue(kind, &subject, public, now_unix, rng)
        };
        let mut certificate = issue(&self.authority)?;
        if let Some(ends) = ends.filter(|ends| *ends < certificate.not_after()) {
            let mut terms = self.authority.terms().clone();
            // Both ends count.
            let lifetime = ends.saturating_sub(certificate.not_before()).saturating_add(1);
            terms.lifetime = Some(lifetime.max(SHORTEST));
            let authority = self.authority.clone().with_terms(terms);
            certificate = issue(&authority.map_err(|_| IssueError::Validity)?)?;
        }
        let wrapped = match self.edition() {
            Edition::Iso2 => Wrapped::Iso2(delivery::wrap(&key, receiver, rng)?),
            Edition::Iso20 => {
                let bound_to = AssociatedData::new(car, &certificate)?;
                Wrapped::Iso20(iso20::wrap(&key, receiver, &bound_to, &*self.kdf, rng)?)
            }
        };
        Ok(Delivery { certificate, wrapped })
    }

    /// A delivery with its signature as an answer to no request: the session in it is blank, and no signature covers that.
    pub fn signed(
        &self,
        delivery: &Delivery,
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Refusal> {
        self.signed_for(delivery, &self.contract_subs, now_unix, rng)
    }

    /// As [`Self::signed`], for a contract certificate of another mobility operator with those above it.
    pub fn signed_for(
        &self,
        delivery: &Delivery,
        subs: &[Vec<u8>],
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Refusal> {
        let session_id = SessionId::default();
        let envelope = Envelope { session_id, update: false, remaining: 0, now_unix };
        self.provisioning.sign(delivery, subs, envelope, &self.service, rng)
    }

    /// The signed answer to a request, as it goes to the car. [V2G2-891] [V2G2-230]
    ///
    /// `remaining` more contracts wait for the car's next request; ISO 15118-2 has no word for that.
    pub fn answer(
        &self,
        request: &CarRequest,
        delivery: &Delivery,
        remaining: u8,
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Refusal> {
        let update = matches!(request.asked, Asked::Update(_));
        let envelope = Envelope { session_id: request.session_id, update, remaining, now_unix };
        self.provisioning.sign(delivery, &self.contract_subs, envelope, &self.service, rng)
    }
}

/// Least validity of a contract certificate, seconds.
const SHORTEST: i64 = 28 * 86_400;
