use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::rand::SecureRandom;

use crate::cert::{AttributeKind, CertError, Certificate, ExtendedKeyUsage, KeyUsage};
use crate::der::{self, extension};
use crate::key::{KeyError, PublicKey, Signer, signature_to_der};
use crate::profile::{Authority, CertificateKind, Edition, profile};
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
    /// Address of an OCSP responder.
    pub ocsp: Option<String>,
    /// Address of a revocation list.
    pub crl: Option<String>,
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

/// Why a certificate cannot be issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// Keys, signatures or randomness failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A moment that certificates cannot express.
    #[error("validity outside the years 1950 to 9999")]
    Validity,
    /// A subject's attribute that cannot be written: no object identifier, or characters its type does not have.
    #[error("the subject's {kind} cannot be written")]
    Attribute {
        /// Its type.
        kind: AttributeKind,
    },
    /// A purpose that is no object identifier.
    #[error("extended key usage {0:?} is no object identifier")]
    Purpose(String),
    /// What was built does not parse; a further extension holds no DER, for instance.
    #[error("the certificate does not parse: {0}")]
    Unparsable(#[from] CertError),
}

impl Plan {
    /// A plan that follows the profile of a kind, for a common name and a validity.
    pub fn new(kind: CertificateKind, common_name: &str, not_before: i64, not_after: i64) -> Self {
        let profile = profile(kind, Edition::Iso2);
        let signs_ocsp = kind == CertificateKind::OcspSigner;
        let mut subject = vec![(AttributeKind::CommonName, common_name.to_owned())];
        let domain = profile
            .domain
            .values
            .first()
            .map(|value| (AttributeKind::DomainComponent, (*value).to_owned()));
        subject.extend(domain);
        Self {
            subject,
            not_before,
            not_after,
            authority: profile.authority,
            key_usage: profile.usage | profile.usage_also,
            key_usage_critical: true,
            extended_key_usage: profile.purposes.must.to_vec(),
            ocsp: None,
            crl: None,
            // Nobody is to ask for the state of a signer of answers: it lives short instead.
            extra: signs_ocsp
                .then(|| (OCSP_NO_CHECK.to_vec(), false, der::element(der::NULL, &[])))
                .into_iter()
                .collect(),
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
            &self.subject_der()?,
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
        let id = id.map_or_else(|| key_id(issuer.signer.public_key()), |id| id.value.clone());
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
        let oid = signer.public_key().algorithm().signature_oid();
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
            &self.subject_der()?,
            self.forgery.spki.as_ref().unwrap_or(&key.to_spki()),
            &der::constructed(der::explicit(3), &[&self.extensions(key, issuer_key_id)?]),
        ]);
        let signature = signature_to_der(&signer.sign_raw(&tbs, rng)?);
        Ok(der::sequence(&[&tbs, &algorithm, &der::bit_string(&signature)]))
    }

    fn subject_der(&self) -> Result<Vec<u8>, IssueError> {
        let mut attributes = Vec::new();
        for (kind, value) in &self.subject {
            let error = || IssueError::Attribute { kind: kind.clone() };
            let (oid, tag) = match kind {
                AttributeKind::CommonName => (der::oid(COMMON_NAME), der::UTF8_STRING),
                AttributeKind::Organization => (der::oid(ORGANIZATION), der::UTF8_STRING),
                AttributeKind::OrganizationalUnit => {
                    (der::oid(ORGANIZATIONAL_UNIT), der::UTF8_STRING)
                }
                AttributeKind::Country => (der::oid(COUNTRY), der::PRINTABLE_STRING),
                AttributeKind::DomainComponent => (der::oid(DOMAIN_COMPONENT), der::IA5_STRING),
                AttributeKind::Other(oid) => {
                    (der::dotted_oid(oid).ok_or_else(error)?, der::UTF8_STRING)
                }
            };
            let writable = match tag {
                der::PRINTABLE_STRING => {
                    value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase())
                }
                der::IA5_STRING => value.is_ascii(),
                _ => true,
            };
            if value.is_empty() || !writable {
                return Err(error());
            }
            let attribute = der::sequence(&[&oid, &der::element(tag, value.as_bytes())]);
            attributes.extend(der::element(der::SET, &attribute));
        }
        Ok(der::element(der::SEQUENCE, &attributes))
    }

    fn extensions(
        &self,
        key: &PublicKey,
        issuer_key_id: Option<&[u8]>,
    ) -> Result<Vec<u8>, IssueError> {
        let mut list =
            vec![extension(SUBJECT_KEY_ID, false, &der::element(der::OCTET_STRING, &key_id(key)))];
        if let Some(id) = issuer_key_id {
            list.push(extension(
                AUTHORITY_KEY_ID,
                false,
                &der::sequence(&[&der::element(der::implicit(0), id)]),
            ));
        }
        list.push(extension(
            KEY_USAGE,
            self.key_usage_critical,
            &der::named_bits(self.key_usage.0),
        ));
        let ca = der::element(der::BOOLEAN, &[0xff]);
        let constraints = match self.authority {
            Authority::Leaf => der::sequence(&[]),
            Authority::Root => der::sequence(&[&ca]),
            Authority::Sub(path_len) => {
                der::sequence(&[&ca, &der::unsigned(&path_len.to_be_bytes())])
            }
        };
        list.push(extension(BASIC_CONSTRAINTS, true, &constraints));
        if !self.extended_key_usage.is_empty() {
            let mut purposes = Vec::new();
            for usage in &self.extended_key_usage {
                purposes.extend(purpose(usage)?);
            }
            list.push(extension(
                EXTENDED_KEY_USAGE,
                false,
                &der::element(der::SEQUENCE, &purposes),
            ));
        }
        if let Some(address) = &self.ocsp {
            let access = der::sequence(&[
                &der::oid(OCSP),
                &der::element(der::implicit(6), address.as_bytes()),
            ]);
            list.push(extension(AUTHORITY_INFO_ACCESS, false, &der::sequence(&[&access])));
        }
        if let Some(address) = &self.crl {
            let uri = der::element(der::implicit(6), address.as_bytes());
            let name = der::constructed(der::explicit(0), &[&der::element(der::explicit(0), &uri)]);
            list.push(extension(
                CRL_DISTRIBUTION_POINTS,
                false,
                &der::sequence(&[&der::sequence(&[&name])]),
            ));
        }
        list.extend(
            self.extra.iter().map(|(oid, critical, value)| extension(oid, *critical, value)),
        );
        Ok(der::element(der::SEQUENCE, &list.concat()))
    }
}

/// Key identifier of RFC 5280 4.2.1.2, first method.
pub(crate) fn key_id(key: &PublicKey) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, key.point()).as_ref().to_vec()
}

/// A positive serial number of sixteen octets with 126 random bits.
fn serial(rng: &dyn SecureRandom) -> Result<[u8; 16], KeyError> {
    let mut serial = [0; 16];
    rng.fill(&mut serial).map_err(|_| KeyError::Signer)?;
    serial[0] = serial[0] & 0x3f | 0x40;
    Ok(serial)
}

fn purpose(usage: &ExtendedKeyUsage) -> Result<Vec<u8>, IssueError> {
    Ok(match usage {
        ExtendedKeyUsage::Any => der::oid(ANY_PURPOSE),
        ExtendedKeyUsage::ServerAuth => der::oid(SERVER_AUTH),
        ExtendedKeyUsage::ClientAuth => der::oid(CLIENT_AUTH),
        ExtendedKeyUsage::OcspSigning => der::oid(OCSP_SIGNING),
        ExtendedKeyUsage::Other(oid) => {
            der::dotted_oid(oid).ok_or_else(|| IssueError::Purpose(oid.clone()))?
        }
    })
}

fn moment(unix: i64) -> Result<Vec<u8>, IssueError> {
    time::to_der(unix).ok_or(IssueError::Validity)
}

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const COUNTRY: &[u8] = &[0x55, 4, 6];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const ORGANIZATIONAL_UNIT: &[u8] = &[0x55, 4, 11];
/// 0.9.2342.19200300.100.1.25
const DOMAIN_COMPONENT: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25];

const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];
pub(super) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 31];
pub(crate) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
/// 1.3.6.1.5.5.7.1.1
const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
/// 1.3.6.1.5.5.7.48.1
const OCSP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1];
/// 1.3.6.1.5.5.7.48.1.5
const OCSP_NO_CHECK: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 5];
const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 37, 0];
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
const OCSP_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 9];
