//! The parts that certificates and requests for them share, in DER.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::{IssueError, Policy};
use crate::cert::{AttributeKind, ExtendedKeyUsage, KeyUsage};
use crate::der::{self, extension};
use crate::key::PublicKey;
use crate::profile::Authority;

/// How a key is identified (RFC 5280 4.2.1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyId {
    /// First method: SHA-1, twenty octets.
    #[default]
    Sha1,
    /// Second method: 0100 and the last sixty bits of SHA-1, eight octets.
    Short,
}

impl KeyId {
    /// The identifier of a key.
    pub fn of(self, key: &PublicKey) -> Vec<u8> {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, key.point());
        match self {
            Self::Sha1 => hash.as_ref().to_vec(),
            Self::Short => {
                let mut id: Vec<u8> = hash.as_ref().iter().skip(12).copied().collect();
                id.iter_mut().take(1).for_each(|first| *first = *first & 0x0f | 0x40);
                id
            }
        }
    }
}

/// A distinguished name, one attribute in each of its sets.
pub(super) fn name(attributes: &[(AttributeKind, String)]) -> Result<Vec<u8>, IssueError> {
    let mut sets = Vec::new();
    for (kind, value) in attributes {
        let error = || IssueError::Attribute { kind: kind.clone() };
        let (oid, tag) = match kind {
            AttributeKind::CommonName => (der::oid(COMMON_NAME), der::UTF8_STRING),
            AttributeKind::Organization => (der::oid(ORGANIZATION), der::UTF8_STRING),
            AttributeKind::OrganizationalUnit => (der::oid(ORGANIZATIONAL_UNIT), der::UTF8_STRING),
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
        // The bound of RFC 5280 for each of these; a name's parts are short.
        if value.is_empty() || value.chars().count() > 64 || !writable {
            return Err(error());
        }
        let attribute = der::sequence(&[&oid, &der::element(tag, value.as_bytes())]);
        sets.extend(der::element(der::SET, &attribute));
    }
    Ok(der::element(der::SEQUENCE, &sets))
}

pub(super) fn key_usage(usage: KeyUsage, critical: bool) -> Vec<u8> {
    extension(KEY_USAGE, critical, &der::named_bits(usage.0))
}

pub(super) fn basic_constraints(authority: Authority) -> Vec<u8> {
    let ca = der::element(der::BOOLEAN, &[0xff]);
    let constraints = match authority {
        Authority::Leaf => der::sequence(&[]),
        Authority::Root => der::sequence(&[&ca]),
        Authority::Sub(path_len) => der::sequence(&[&ca, &der::unsigned(&path_len.to_be_bytes())]),
    };
    extension(BASIC_CONSTRAINTS, true, &constraints)
}

/// None for no purpose.
pub(super) fn extended_key_usage(
    usage: &[ExtendedKeyUsage],
    critical: bool,
) -> Result<Option<Vec<u8>>, IssueError> {
    let mut purposes = Vec::new();
    for usage in usage {
        purposes.extend(match usage {
            ExtendedKeyUsage::Any => der::oid(ANY_PURPOSE),
            ExtendedKeyUsage::ServerAuth => der::oid(SERVER_AUTH),
            ExtendedKeyUsage::ClientAuth => der::oid(CLIENT_AUTH),
            ExtendedKeyUsage::OcspSigning => der::oid(OCSP_SIGNING),
            ExtendedKeyUsage::Other(oid) => {
                der::dotted_oid(oid).ok_or_else(|| IssueError::Purpose(oid.clone()))?
            }
        });
    }
    let value = der::element(der::SEQUENCE, &purposes);
    Ok((!usage.is_empty()).then(|| extension(EXTENDED_KEY_USAGE, critical, &value)))
}

/// Authority information access with the address of an OCSP responder.
pub(super) fn ocsp(address: &str, critical: bool) -> Vec<u8> {
    let uri = der::element(der::implicit(6), address.as_bytes());
    let access = der::sequence(&[&der::oid(OCSP), &uri]);
    extension(AUTHORITY_INFO_ACCESS, critical, &der::sequence(&[&access]))
}

/// Distribution points with the address of a revocation list.
pub(super) fn crl(address: &str, critical: bool) -> Vec<u8> {
    let uri = der::element(der::implicit(6), address.as_bytes());
    let name = der::constructed(der::explicit(0), &[&der::element(der::explicit(0), &uri)]);
    let points = der::sequence(&[&der::sequence(&[&name])]);
    extension(CRL_DISTRIBUTION_POINTS, critical, &points)
}

/// None for no policy.
pub(super) fn policies(policies: &[Policy]) -> Result<Option<Vec<u8>>, IssueError> {
    let mut list = Vec::new();
    for Policy { oid, statement } in policies {
        let oid = der::dotted_oid(oid).ok_or_else(|| IssueError::Unwritable(oid.clone()))?;
        let statement = statement.as_ref().map_or_else(Vec::new, |address| {
            let uri = der::element(der::IA5_STRING, address.as_bytes());
            der::sequence(&[&der::sequence(&[&der::oid(PRACTICE_STATEMENT), &uri])])
        });
        list.extend(der::sequence(&[&oid, &statement]));
    }
    let value = der::element(der::SEQUENCE, &list);
    Ok((!policies.is_empty()).then(|| extension(CERTIFICATE_POLICIES, false, &value)))
}

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const COUNTRY: &[u8] = &[0x55, 4, 6];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const ORGANIZATIONAL_UNIT: &[u8] = &[0x55, 4, 11];
/// 0.9.2342.19200300.100.1.25
const DOMAIN_COMPONENT: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25];

pub(super) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];
pub(super) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 31];
pub(crate) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
/// 1.3.6.1.5.5.7.1.1
const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
/// 1.3.6.1.5.5.7.48.1
const OCSP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1];
/// 1.3.6.1.5.5.7.2.1
const PRACTICE_STATEMENT: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 2, 1];
const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 37, 0];
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
const OCSP_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 9];
