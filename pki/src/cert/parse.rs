use x509_parser::asn1_rs::Oid;
use x509_parser::error::X509Error;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension, X509Extension};
use x509_parser::nom;
use x509_parser::oid_registry as oids;
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{
    Attribute, AttributeKind, AuthorityKeyId, BasicConstraints, CertError, Certificate,
    CertificateKey, ExtendedKeyUsage, Extension, Extensions, Field, KeyUsage, Name,
    SignatureAlgorithm,
};
use crate::der::{self, Malformed, Reader};
use crate::key::{Algorithm, PublicKey};

pub(super) fn certificate(der: &[u8]) -> Result<Certificate, CertError> {
    let max = Certificate::MAX_DER;
    if der.len() > max {
        return Err(CertError::TooLong { found: der.len(), max });
    }
    let (rest, parsed) = X509Certificate::from_der(der).map_err(malformed)?;
    if !rest.is_empty() {
        return Err(CertError::TrailingData { count: rest.len() });
    }
    let tbs = &parsed.tbs_certificate;
    let frame =
        Frame::read(der).map_err(|Malformed| CertError::Malformed { field: Field::Certificate })?;
    if frame.algorithm != frame.signed_algorithm {
        return Err(CertError::AlgorithmMismatch);
    }
    if parsed.signature_value.unused_bits != 0 {
        return Err(CertError::Malformed { field: Field::Signature });
    }
    // No parameters may follow the object identifier.
    let of_key = |key: &Algorithm| der::oid(key.signature_oid()) == frame.algorithm;
    let signature_algorithm = Algorithm::SIGNING.into_iter().find(of_key);
    let signature_algorithm = signature_algorithm
        .and_then(SignatureAlgorithm::of)
        .unwrap_or_else(|| SignatureAlgorithm::Other(tbs.signature.algorithm.to_id_string()));
    Ok(Certificate {
        tbs: signed_part(der, tbs.as_ref())
            .ok_or(CertError::Malformed { field: Field::Certificate })?,
        version: tbs.version.0.saturating_add(1),
        serial: tbs.raw_serial().to_vec(),
        signature_algorithm,
        signature: parsed.signature_value.data.to_vec(),
        issuer: name(&tbs.issuer),
        subject: name(&tbs.subject),
        not_before: tbs.validity.not_before.timestamp(),
        not_after: tbs.validity.not_after.timestamp(),
        key: key(&tbs.subject_pki),
        extensions: extensions(tbs.extensions())?,
        der: der.into(),
    })
}

/// The outermost elements, read as strict DER: the part that no signature covers must have one encoding only.
struct Frame<'a> {
    algorithm: &'a [u8],
    signed_algorithm: &'a [u8],
}

impl<'a> Frame<'a> {
    fn read(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut certificate = Reader::new(der).enter(der::SEQUENCE)?;
        let mut tbs = certificate.enter(der::SEQUENCE)?;
        let algorithm = certificate.take(der::SEQUENCE)?;
        certificate.take(der::BIT_STRING)?;
        certificate.end()?;
        if tbs.next_is(der::explicit(0)) {
            tbs.take(der::explicit(0))?;
        }
        tbs.take(der::INTEGER)?;
        Ok(Self { algorithm, signed_algorithm: tbs.take(der::SEQUENCE)? })
    }
}

/// Where the signed part lies in the certificate: right after the outer header.
fn signed_part(der: &[u8], tbs: &[u8]) -> Option<core::ops::Range<usize>> {
    let header = match der.get(1)? {
        0..=0x7f => 2,
        long => 2 + usize::from(long & 0x7f),
    };
    let range = header..header.checked_add(tbs.len())?;
    (der.get(range.clone())? == tbs).then_some(range)
}

/// A name alone, with its header.
pub(crate) fn name_of(der: &[u8]) -> Option<Name> {
    let (rest, parsed) = X509Name::from_der(der).ok()?;
    rest.is_empty().then(|| name(&parsed))
}

/// A list of extensions alone, without its header.
pub(crate) fn extensions_of(list: &[u8]) -> Result<Extensions, CertError> {
    let (mut rest, mut parsed) = (list, Vec::new());
    while !rest.is_empty() {
        let (behind, extension) = X509Extension::from_der(rest).map_err(malformed)?;
        rest = behind;
        parsed.push(extension);
    }
    extensions(&parsed)
}

fn name(parsed: &X509Name<'_>) -> Name {
    let attributes = parsed.iter_attributes().map(|attribute| {
        let oid = attribute.attr_type();
        let kind = if *oid == oids::OID_X509_COMMON_NAME {
            AttributeKind::CommonName
        } else if *oid == oids::OID_X509_ORGANIZATION_NAME {
            AttributeKind::Organization
        } else if *oid == oids::OID_X509_ORGANIZATIONAL_UNIT {
            AttributeKind::OrganizationalUnit
        } else if *oid == oids::OID_X509_COUNTRY_NAME {
            AttributeKind::Country
        } else if *oid == oids::OID_DOMAIN_COMPONENT {
            AttributeKind::DomainComponent
        } else {
            AttributeKind::Other(oid.to_id_string())
        };
        let value = attribute.as_str().unwrap_or_default().to_owned();
        Attribute { kind, value, tag: attribute.attr_value().tag().0 }
    });
    Name { der: parsed.as_raw().to_vec(), attributes: attributes.collect() }
}

fn key(info: &SubjectPublicKeyInfo<'_>) -> CertificateKey {
    let algorithm = &info.algorithm;
    if algorithm.algorithm == oids::OID_PKCS1_RSAENCRYPTION {
        return CertificateKey::Rsa;
    }
    let octets = &*info.subject_public_key.data;
    // Neither has parameters (RFC 8410 3).
    if let (oid, None) = (algorithm.algorithm.as_bytes(), &algorithm.parameters) {
        match oid {
            ED448 => {
                if let Ok(key) = PublicKey::of(Algorithm::Ed448, octets) {
                    return CertificateKey::Ed448(key);
                }
            }
            X448 => {
                if let Ok(key) = PublicKey::of(Algorithm::X448, octets) {
                    return CertificateKey::X448(key);
                }
            }
            _ => {}
        }
    }
    if algorithm.algorithm != oids::OID_KEY_TYPE_EC_PUBLIC_KEY {
        return CertificateKey::Other(algorithm.algorithm.to_id_string());
    }
    let curve = algorithm.parameters.as_ref().and_then(|parameters| Oid::try_from(parameters).ok());
    match curve {
        Some(curve) if curve == oids::OID_EC_P256 => {
            let point = PublicKey::of(Algorithm::P256, octets);
            point.map_or(CertificateKey::P256Point, CertificateKey::P256)
        }
        Some(curve) if curve == oids::OID_NIST_EC_P521 => {
            let point = PublicKey::of(Algorithm::P521, octets);
            point.map_or(CertificateKey::P521Point, CertificateKey::P521)
        }
        Some(curve) => CertificateKey::OtherCurve(curve.to_id_string()),
        None => CertificateKey::OtherCurve("given by parameters".to_owned()),
    }
}

fn extensions(parsed: &[X509Extension<'_>]) -> Result<Extensions, CertError> {
    let mut out = Extensions::default();
    for extension in parsed {
        let oid = extension.oid.to_id_string();
        if out.all.iter().any(|other| other.value == oid) {
            return Err(CertError::DuplicateExtension { oid });
        }
        let critical = extension.critical;
        match extension.parsed_extension() {
            ParsedExtension::ParseError { .. } => return Err(CertError::Extension { oid }),
            ParsedExtension::BasicConstraints(constraints) => {
                let value = BasicConstraints {
                    ca: constraints.ca,
                    path_len: constraints.path_len_constraint,
                };
                out.basic_constraints = Some(Extension { critical, value });
            }
            ParsedExtension::KeyUsage(usage) => {
                out.key_usage = Some(Extension { critical, value: KeyUsage(usage.flags & 0x1ff) });
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                let named = [
                    (usage.any, ExtendedKeyUsage::Any),
                    (usage.server_auth, ExtendedKeyUsage::ServerAuth),
                    (usage.client_auth, ExtendedKeyUsage::ClientAuth),
                    (usage.ocsp_signing, ExtendedKeyUsage::OcspSigning),
                    (usage.code_signing, ExtendedKeyUsage::Other("1.3.6.1.5.5.7.3.3".to_owned())),
                    (
                        usage.email_protection,
                        ExtendedKeyUsage::Other("1.3.6.1.5.5.7.3.4".to_owned()),
                    ),
                    (usage.time_stamping, ExtendedKeyUsage::Other("1.3.6.1.5.5.7.3.8".to_owned())),
                ];
                let named = named.into_iter().filter(|(set, _)| *set).map(|(_, usage)| usage);
                let other =
                    usage.other.iter().map(|oid| ExtendedKeyUsage::Other(oid.to_id_string()));
                out.extended_key_usage =
                    Some(Extension { critical, value: named.chain(other).collect() });
            }
            ParsedExtension::SubjectKeyIdentifier(id) => {
                out.subject_key_id = Some(Extension { critical, value: id.0.to_vec() });
            }
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                let value = AuthorityKeyId {
                    key_id: id.key_identifier.as_ref().map(|id| id.0.to_vec()),
                    names_certificate: id.authority_cert_issuer.is_some()
                        || id.authority_cert_serial.is_some(),
                };
                out.authority_key_id = Some(Extension { critical, value });
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                let ocsp = access
                    .accessdescs
                    .iter()
                    .filter(|access| access.access_method == oids::OID_PKIX_ACCESS_DESCRIPTOR_OCSP);
                let value = uris(ocsp.map(|access| &access.access_location));
                out.ocsp = Some(Extension { critical, value });
            }
            ParsedExtension::CRLDistributionPoints(points) => {
                let names =
                    points.points.iter().filter_map(|point| match &point.distribution_point {
                        Some(DistributionPointName::FullName(names)) => Some(names),
                        _ => None,
                    });
                out.crl = Some(Extension { critical, value: uris(names.flatten()) });
            }
            ParsedExtension::SubjectInfoAccess(access) => {
                let methods = access.accessdescs.iter();
                let value = methods.map(|access| access.access_method.to_id_string()).collect();
                out.subject_info = Some(Extension { critical, value });
            }
            ParsedExtension::CertificatePolicies(policies) => {
                let value = policies.iter().map(|policy| policy.policy_id.to_id_string()).collect();
                out.policies = Some(Extension { critical, value });
            }
            _ => {}
        }
        out.all.push(Extension { critical, value: oid });
    }
    Ok(out)
}

fn uris<'a>(names: impl Iterator<Item = &'a GeneralName<'a>>) -> Vec<String> {
    names
        .filter_map(|name| match name {
            GeneralName::URI(uri) => Some((*uri).to_owned()),
            _ => None,
        })
        .collect()
}

fn malformed(error: nom::Err<X509Error>) -> CertError {
    let field = match error {
        nom::Err::Incomplete(_) => Field::Certificate,
        nom::Err::Error(error) | nom::Err::Failure(error) => match error {
            X509Error::InvalidVersion => Field::Version,
            X509Error::InvalidSerial => Field::Serial,
            X509Error::InvalidAlgorithmIdentifier => Field::Algorithm,
            X509Error::InvalidX509Name => Field::Name,
            X509Error::InvalidDate => Field::Validity,
            X509Error::InvalidSPKI => Field::PublicKey,
            X509Error::InvalidExtensions | X509Error::DuplicateExtensions => Field::Extensions,
            X509Error::InvalidSignatureValue => Field::Signature,
            _ => Field::Certificate,
        },
    };
    CertError::Malformed { field }
}

/// 1.3.101.113
const ED448: &[u8] = &[0x2b, 0x65, 0x71];
/// 1.3.101.111
const X448: &[u8] = &[0x2b, 0x65, 0x6f];
