use ring::rand::SecureRandom;

use super::{EXTENSION_REQUEST, PEM_TAG};
use crate::cert::{AttributeKind, ExtendedKeyUsage, KeyUsage};
use crate::der;
use crate::issue::{IssueError, Plan, encode};
use crate::key::{KeyError, Signer};
use crate::pem;
use crate::profile::{Authority, CertificateKind, Edition};

/// What a request for a certificate is to say.
///
/// A station asks for its certificate with country, organization, its identifier as common name, and the domain component
/// of its role; that is the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsrPlan {
    /// The name asked for, attribute by attribute.
    pub subject: Vec<(AttributeKind, String)>,
    /// Place in the hierarchy asked for.
    pub authority: Authority,
    /// Key usages asked for.
    pub key_usage: KeyUsage,
    /// Extended key usages asked for.
    pub extended_key_usage: Vec<ExtendedKeyUsage>,
    /// Whether these are to be critical.
    pub extended_key_usage_critical: bool,
}

impl CsrPlan {
    /// A request for what the profile of a kind in an edition has, with a common name.
    pub fn new(edition: Edition, kind: CertificateKind, common_name: &str) -> Self {
        let plan = Plan::of(edition, kind, common_name, 0, 0);
        let Plan { subject, authority, key_usage, extended_key_usage, .. } = plan;
        let critical = plan.extended_key_usage_critical;
        Self {
            subject,
            authority,
            key_usage,
            extended_key_usage,
            extended_key_usage_critical: critical,
        }
    }

    /// Adds an attribute in front of the common name.
    #[must_use]
    pub fn with(mut self, kind: AttributeKind, value: &str) -> Self {
        let common_name = |(kind, _): &(AttributeKind, String)| *kind == AttributeKind::CommonName;
        let at = self.subject.iter().position(common_name).unwrap_or(self.subject.len());
        self.subject.insert(at, (kind, value.to_owned()));
        self
    }

    /// The request in DER for a signer's key, signed with it. Usages that such a key cannot have are not asked for.
    pub fn sign(&self, signer: &dyn Signer, rng: &dyn SecureRandom) -> Result<Vec<u8>, IssueError> {
        let usage = self.key_usage.of_key(signer.public_key().algorithm());
        let critical = self.extended_key_usage_critical;
        let purposes = encode::extended_key_usage(&self.extended_key_usage, critical)?;
        let extensions = der::sequence(&[
            &encode::key_usage(usage, true),
            &encode::basic_constraints(self.authority),
            &purposes.unwrap_or_default(),
        ]);
        let attribute =
            der::sequence(&[&der::oid(EXTENSION_REQUEST), &der::element(der::SET, &extensions)]);
        Ok(signed(&encode::name(&self.subject)?, &attribute, signer, rng)?)
    }

    /// PEM text of a request in DER.
    pub fn to_pem(der: &[u8]) -> String {
        pem::encode(PEM_TAG, der)
    }
}

/// A request for a name, with attributes one after the other, signed.
pub(crate) fn signed(
    name: &[u8],
    attributes: &[u8],
    signer: &dyn Signer,
    rng: &dyn SecureRandom,
) -> Result<Vec<u8>, KeyError> {
    let info = der::sequence(&[
        &der::unsigned(&[0]),
        name,
        &signer.public_key().to_spki(),
        &der::element(der::explicit(0), attributes),
    ]);
    let by = signer.public_key().algorithm();
    let algorithm = der::sequence(&[&der::oid(by.signature_oid())]);
    let signature = by.signature_to_der(&signer.sign_raw(&info, rng)?);
    Ok(der::sequence(&[&info, &algorithm, &der::bit_string(&signature)]))
}
