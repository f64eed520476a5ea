use ring::rand::SecureRandom;

use super::encode::{self, AUTHORITY_KEY_ID, KeyId, SUBJECT_KEY_ID};
use super::{IssueError, Policy};
use crate::cert::{AttributeKind, Certificate, ExtendedKeyUsage, KeyUsage};
use crate::der::{self, extension};
use crate::key::{KeyError, PublicKey, Signer};
use crate::profile::{Authority, CertificateKind, Edition, RevocationPointers, profile};
use crate::time;

/// What a certificate is to say. Whoever issues from a plan vouches for it: nothing is checked against a profile here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Subject, attribute by attribute.
    pub subject: Vec<(AttributeKind, String)>,
    /// First second of validity, seconds since 1970, not before 1950.
    pub not_before: i64,
    /// Last second of validity, seconds since 1970, not after 9999.
    pub not_after: i64,
    /// Place in the hierarchy, for the basic constraints.
    pub authority: Authority,
    /// Key usages.
    pub key_usage: KeyUsage,
    /// Whether the key usage is critical; the profiles want it so.
    pub key_usage_critical: bool,
    /// Extended key usages; none leaves the extension out.
    pub extended_key_usage: Vec<ExtendedKeyUsage>,
    /// Whether the extended key usage is critical.
    pub extended_key_usage_critical: bool,
    /// Address of an OCSP responder.
    pub ocsp: Option<String>,
    /// Address of a revocation list.
    pub crl: Option<String>,
    /// Whether these addresses are critical.
    pub pointers_critical: bool,
    /// Policies; none leaves the extension out.
    pub policies: Vec<Policy>,
    /// How the subject's key is identified.
    pub key_id: KeyId,
    /// Further extensions: content octets of the object identifier, criticality, value in DER.
    pub extra: Vec<(Vec<u8>, bool, Vec<u8>)>,
    pub(super) forgery: Forgery,
}

/// What only a defective certificate has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Forgery {
    pub(super) spki: Option<Vec<u8>>,
    pub(super) serial: Option<Vec<u8>>,
    pub(super) signature_algorithm: Option<&'static [u8]>,
}

/// Who signs: an authority's certificate with its key.
#[derive(Clone, Copy)]
pub struct Issuer<'a> {
    /// The authority's certificate.
    pub certificate: &'a Certificate,
    /// Its key, possibly in a hardware module.
    pub signer: &'a dyn Signer,
}

impl Plan {
    /// A plan that follows the profile of a kind in ISO 15118-2, for a common name and a validity.
    pub fn new(kind: CertificateKind, common_name: &str, not_before: i64, not_after: i64) -> Self {
        Self::of(Edition::Iso2, kind, common_name, not_before, not_after)
    }

    /// A plan that follows the profile of a kind in an edition. It says what an authority usually says: all that the profile
    /// wants, and of what it allows beside that the key usages of authorities alone.
    pub fn of(
        edition: Edition,
        kind: CertificateKind,
        common_name: &str,
        not_before: i64,
        not_after: i64,
    ) -> Self {
        let profile = profile(kind, edition);
        let mut subject = vec![(AttributeKind::CommonName, common_name.to_owned())];
        if let (Some(domain), true) =
            (profile.domain.values.first(), profile.domain.times.allows(1))
        {
            subject.push((AttributeKind::DomainComponent, (*domain).to_owned()));
        }
        let key_usage = match profile.authority {
            Authority::Leaf => profile.usage,
            Authority::Root | Authority::Sub(_) => profile.usage | profile.usage_also,
        };
        // Nobody is to ask for the state of a signer of answers: it lives short instead.
        let no_check = (OCSP_NO_CHECK.to_vec(), false, der::element(der::NULL, &[]));
        let signs_ocsp = kind == CertificateKind::OcspSigner;
        Self {
            subject,
            not_before,
            not_after,
            authority: profile.authority,
            key_usage,
            key_usage_critical: true,
            extended_key_usage: profile.purposes.must.to_vec(),
            extended_key_usage_critical: profile.purposes.critical,
            ocsp: None,
            crl: None,
            pointers_critical: profile.revocation == RevocationPointers::Critical,
            policies: Vec::new(),
            key_id: KeyId::Sha1,
            extra: signs_ocsp.then_some(no_check).into_iter().collect(),
            forgery: Forgery::default(),
        }
    }

    /// Adds an attribute behind the common name.
    #[must_use]
    pub fn with(mut self, kind: AttributeKind, value: &str) -> Self {
        self.subject.insert(self.subject.len().min(1), (kind, value.to_owned()));
        self
    }

    /// Issues a certificate for a key.
    pub fn issue(
        &self,
        key: &PublicKey,
        issuer: Issuer<'_>,
        rng: &dyn SecureRandom,
    ) -> Result<Certificate, IssueError> {
        Ok(Certificate::parse(&self.forge(key, issuer, rng)?)?)
    }

    /// Issues a certificate for the signer's own key, signed by itself.
    pub fn issue_self_signed(
        &self,
        signer: &dyn Signer,
        rng: &dyn SecureRandom,
    ) -> Result<Certificate, IssueError> {
        Ok(Certificate::parse(&self.build(
            signer.public_key(),
            &encode::name(&self.subject)?,
            None,
            signer,
            rng,
        )?)?)
    }

    /// Issues what need not be a certificate.
    pub(super) fn forge(
        &self,
        key: &PublicKey,
        issuer: Issuer<'_>,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, IssueError> {
        let name = issuer.certificate.subject().der();
        let id = issuer.certificate.extensions().subject_key_id.as_ref();
        let id =
            id.map_or_else(|| KeyId::Sha1.of(issuer.signer.public_key()), |id| id.value.clone());
        self.build(key, name, Some(&id), issuer.signer, rng)
    }

    fn build(
        &self,
        key: &PublicKey,
        issuer: &[u8],
        issuer_key_id: Option<&[u8]>,
        signer: &dyn Signer,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, IssueError> {
        let by = signer.public_key().algorithm();
        let oid = by.signature_oid();
        let algorithm =
            der::sequence(&[&der::oid(self.forgery.signature_algorithm.unwrap_or(oid))]);
        let serial = match &self.forgery.serial {
            Some(serial) => der::element(der::INTEGER, serial),
            None => der::unsigned(&serial(rng)?),
        };
        let tbs = der::sequence(&[
            &der::constructed(der::explicit(0), &[&der::unsigned(&[2])]),
            &serial,
            &algorithm,
            issuer,
            &der::sequence(&[&moment(self.not_before)?, &moment(self.not_after)?]),
            &encode::name(&self.subject)?,
            self.forgery.spki.as_ref().unwrap_or(&key.to_spki()),
            &der::constructed(der::explicit(3), &[&self.extensions(key, issuer_key_id)?]),
        ]);
        let signature = by.signature_to_der(&signer.sign_raw(&tbs, rng)?);
        Ok(der::sequence(&[&tbs, &algorithm, &der::bit_string(&signature)]))
    }

    fn extensions(
        &self,
        key: &PublicKey,
        issuer_key_id: Option<&[u8]>,
    ) -> Result<Vec<u8>, IssueError> {
        let id = self.key_id.of(key);
        let mut list =
            vec![extension(SUBJECT_KEY_ID, false, &der::element(der::OCTET_STRING, &id))];
        if let Some(id) = issuer_key_id {
            let id = der::sequence(&[&der::element(der::implicit(0), id)]);
            list.push(extension(AUTHORITY_KEY_ID, false, &id));
        }
        list.push(encode::key_usage(self.key_usage, self.key_usage_critical));
        list.push(encode::basic_constraints(self.authority));
        let critical = self.extended_key_usage_critical;
        list.extend(encode::extended_key_usage(&self.extended_key_usage, critical)?);
        let critical = self.pointers_critical;
        list.extend(self.ocsp.as_deref().map(|address| encode::ocsp(address, critical)));
        list.extend(self.crl.as_deref().map(|address| encode::crl(address, critical)));
        list.extend(encode::policies(&self.policies)?);
        list.extend(
            self.extra.iter().map(|(oid, critical, value)| extension(oid, *critical, value)),
        );
        Ok(der::element(der::SEQUENCE, &list.concat()))
    }
}

/// A positive serial number of sixteen octets with 126 random bits.
fn serial(rng: &dyn SecureRandom) -> Result<[u8; 16], KeyError> {
    let mut serial = [0; 16];
    rng.fill(&mut serial).map_err(|_| KeyError::Signer)?;
    serial[0] = serial[0] & 0x3f | 0x40;
    Ok(serial)
}

fn moment(unix: i64) -> Result<Vec<u8>, IssueError> {
    time::to_der(unix).ok_or(IssueError::Validity)
}

/// 1.3.6.1.5.5.7.48.1.5
const OCSP_NO_CHECK: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 5];
