use std::sync::Arc;

use ring::rand::SecureRandom;
use ring::signature::{ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

use super::{Damaged, Defect};
use crate::cert::{AttributeKind, Certificate, ExtendedKeyUsage, KeyUsage};
use crate::chain::{Anchors, Role};
use crate::der;
use crate::issue::encode::KEY_USAGE;
use crate::issue::hierarchy::{Member, kinds, root_kind};
use crate::issue::plan::Plan;
use crate::issue::{Hierarchy, Identity, IssueError, Issuer};
use crate::key::{Algorithm, KeyError, PrivateKey, Signer};
use crate::profile::{Authority, CertificateKind};
use crate::specimen::compressed;
use crate::time::DAY;

/// Plans of a chain, to be edited before it is issued anew.
struct Plans {
    root: Plan,
    sub1: Plan,
    sub2: Plan,
    leaf: Plan,
}

impl Hierarchy {
    /// The chain of a role with one defect. Keys and names are those of the sound chain unless the defect says otherwise.
    pub fn damaged(
        &self,
        role: Role,
        defect: Defect,
        rng: &dyn SecureRandom,
    ) -> Result<Damaged, IssueError> {
        let mut chain = self.issued_anew(role, defect, rng)?;
        match defect {
            Defect::OtherRole => {
                let other = self.identity(match role {
                    Role::Secc | Role::OemProvisioning | Role::Vehicle => Role::Contract,
                    Role::Contract => Role::OemProvisioning,
                    // [V2G2-925] A contract is no provisioning service.
                    Role::Cps => Role::Contract,
                    Role::OcspSigner => Role::Secc,
                });
                chain = Damaged { anchors: chain.anchors, ..Damaged::from(&other, self.anchors()) };
            }
            Defect::OtherBranch => {
                let other = self.identity(if role == Role::Secc { Role::Cps } else { Role::Secc });
                let [_, _, sub2, _] = kinds(other.role).map(|kind| self.of(kind));
                let leaf = self.of(kinds(role)[3]);
                let certificate = leaf.plan.issue(leaf.key.public_key(), sub2.issuer(), rng)?;
                chain = Damaged::from(&Identity { leaf: certificate, ..other }, self.anchors());
                chain.key = Arc::clone(&leaf.key);
            }
            Defect::LeafAsIssuer => {
                let kinds = kinds(role);
                let leaf = self.of(kinds[3]);
                let key = Arc::new(self.fresh_key(rng)?);
                let second = leaf.plan.issue(key.public_key(), leaf.issuer(), rng)?;
                chain.subs.insert(0, leaf.certificate.der().to_vec());
                (chain.leaf, chain.key) = (second.der().to_vec(), key);
            }
            Defect::ThirdSub => {
                let [_, _, sub2, leaf] = kinds(role).map(|kind| self.of(kind));
                let key = self.fresh_key(rng)?;
                let mut plan = sub2.plan.clone();
                rename(&mut plan, "Sub-CA 3");
                let sub3 = plan.issue(key.public_key(), sub2.issuer(), rng)?;
                let third = Issuer { certificate: &sub3, signer: &key };
                chain.leaf = leaf.plan.issue(leaf.key.public_key(), third, rng)?.der().to_vec();
                chain.subs.insert(0, sub3.der().to_vec());
            }
            Defect::MissingSub2 => drop(chain.subs.remove(0)),
            Defect::RepeatedSerial => {
                let [_, sub1, sub2, _] = kinds(role).map(|kind| self.of(kind));
                let mut plan = sub2.plan.clone();
                plan.not_after -= DAY;
                let parsed = chain.subs.first().and_then(|sub| Certificate::parse(sub).ok());
                plan.forgery.serial = parsed.map(|sub| sub.serial().to_vec());
                let again = plan.issue(sub2.key.public_key(), sub1.issuer(), rng)?;
                chain.subs.insert(1, again.der().to_vec());
            }
            Defect::InvertedOrder => chain.subs.reverse(),
            Defect::TamperedSignature => {
                chain.leaf.iter_mut().next_back().into_iter().for_each(|octet| *octet ^= 1)
            }
            Defect::TamperedBody => {
                let name = self
                    .of(kinds(role)[3])
                    .plan
                    .subject
                    .first()
                    .map(|(_, name)| name.clone())
                    .unwrap_or_default();
                let at =
                    chain.leaf.windows(name.len()).position(|window| window == name.as_bytes());
                let last = at.map(|at| at + name.len() - 1).and_then(|at| chain.leaf.get_mut(at));
                last.into_iter()
                    .for_each(|octet| *octet = if *octet == b'9' { b'8' } else { b'9' });
            }
            Defect::CutOff => drop(chain.leaf.pop()),
            _ => {}
        }
        Ok(chain)
    }

    fn issued_anew(
        &self,
        role: Role,
        defect: Defect,
        rng: &dyn SecureRandom,
    ) -> Result<Damaged, IssueError> {
        let [root, sub1, sub2, leaf] = kinds(role).map(|kind| self.of(kind));
        let plan = |member: &Member| member.plan.clone();
        let mut plans =
            Plans { root: plan(root), sub1: plan(sub1), sub2: plan(sub2), leaf: plan(leaf) };
        plans.edit(role, defect, self, rng)?;
        let foreign =
            matches!(defect, Defect::TwinRoot | Defect::UnknownRoot | Defect::OwnRootSent);
        let root_key = if foreign { Arc::new(self.fresh_key(rng)?) } else { Arc::clone(&root.key) };
        let root_certificate = if foreign || plans.root != root.plan {
            plans.root.issue_self_signed(&*root_key, rng)?
        } else {
            root.certificate.clone()
        };
        let below_root = Issuer { certificate: &root_certificate, signer: &*root_key };
        let new_sub1 = plans.sub1.issue(sub1.key.public_key(), below_root, rng)?;
        let below_sub1 = Issuer { certificate: &new_sub1, signer: &*sub1.key };
        let new_sub2 = plans.sub2.issue(sub2.key.public_key(), below_sub1, rng)?;
        let below_sub2 = Issuer { certificate: &new_sub2, signer: &*sub2.key };
        let new_leaf = match defect {
            Defect::SelfSignedLeaf => {
                plans.leaf.issue_self_signed(&*leaf.key, rng).map(|leaf| leaf.der().to_vec())
            }
            Defect::DuplicateExtension => plans.leaf.forge(leaf.key.public_key(), below_sub2, rng),
            _ => plans
                .leaf
                .issue(leaf.key.public_key(), below_sub2, rng)
                .map(|leaf| leaf.der().to_vec()),
        }?;
        let mut subs = vec![new_sub2.der().to_vec(), new_sub1.der().to_vec()];
        if defect == Defect::OwnRootSent {
            subs.push(root_certificate.der().to_vec());
        }
        let mut anchors = self.anchors().clone();
        if let (false, Some(kind)) = (foreign, root_kind(root.kind)) {
            anchors = Anchors::new();
            // A self-signed authority is always a root.
            let _ = anchors.add(kind, root_certificate.der());
            for anchor in
                self.anchors().iter().filter(|anchor| *anchor.certificate() != root.certificate)
            {
                let _ = anchors.add(anchor.kind(), anchor.certificate().der());
            }
        }
        Ok(Damaged { leaf: new_leaf, subs, anchors, key: Arc::clone(&leaf.key) })
    }
}

impl Plans {
    fn edit(
        &mut self,
        role: Role,
        defect: Defect,
        hierarchy: &Hierarchy,
        rng: &dyn SecureRandom,
    ) -> Result<(), IssueError> {
        let now = hierarchy.now;
        let yesterday = |plan: &mut Plan| shift(plan, now - DAY - plan.not_after);
        let tomorrow = |plan: &mut Plan| shift(plan, now + DAY - plan.not_before);
        let (leaf, leaf_kind) = (&mut self.leaf, role.leaf_kind());
        match defect {
            Defect::ExpiredLeaf => yesterday(leaf),
            Defect::ExpiredSub1 => yesterday(&mut self.sub1),
            Defect::ExpiredSub2 => yesterday(&mut self.sub2),
            Defect::ExpiredRoot => yesterday(&mut self.root),
            Defect::NotYetValidLeaf => tomorrow(leaf),
            Defect::NotYetValidSub2 => tomorrow(&mut self.sub2),
            Defect::UnknownRoot | Defect::OwnRootSent => {
                rename(&mut self.root, "Somebody's Root CA")
            }
            Defect::SwappedPathLengths => {
                core::mem::swap(&mut self.sub1.authority, &mut self.sub2.authority)
            }
            Defect::SubWithoutCertSign => self.sub2.key_usage = KeyUsage::CRL_SIGN,
            Defect::SubNotCa => self.sub2.authority = Authority::Leaf,
            Defect::SubOnOtherCurve => self.sub2.forgery.spki = Some(p384_spki(rng)?),
            Defect::WithoutDigitalSignature => leaf.key_usage = KeyUsage::KEY_AGREEMENT,
            Defect::KeyUsageNotCritical => leaf.key_usage_critical = false,
            Defect::LeafIsCa => leaf.authority = Authority::Sub(0),
            Defect::WrongExtendedKeyUsage => {
                let secc = role == Role::Secc;
                leaf.extended_key_usage = vec![if secc {
                    ExtendedKeyUsage::ClientAuth
                } else {
                    ExtendedKeyUsage::ServerAuth
                }];
            }
            Defect::NoDomainComponent => {
                leaf.subject.retain(|(kind, _)| *kind != AttributeKind::DomainComponent)
            }
            Defect::WrongDomainComponent => {
                let other = if role == Role::Contract {
                    CertificateKind::SeccLeaf
                } else {
                    CertificateKind::MoRoot
                };
                // Another role's, as it has it in this edition.
                let other = hierarchy.certificate(other).subject().domain_component();
                leaf.subject.retain(|(kind, _)| *kind != AttributeKind::DomainComponent);
                leaf.subject
                    .push((AttributeKind::DomainComponent, other.unwrap_or_default().to_owned()));
            }
            Defect::TwoDomainComponents => {
                leaf.subject.push((AttributeKind::DomainComponent, "V2G".to_owned()))
            }
            Defect::NoIdentifier => rename(leaf, "nobody"),
            Defect::CountryNamed => leaf.subject.push((AttributeKind::Country, "DE".to_owned())),
            Defect::TwoCommonNames => {
                let name = leaf.subject.first().cloned();
                leaf.subject.extend(name);
            }
            Defect::WildcardName => {
                let name = der::element(der::implicit(2), b"*.example.com");
                leaf.extra.push((ALTERNATIVE_NAME.to_vec(), false, der::sequence(&[&name])));
            }
            Defect::NoExtendedKeyUsage => leaf.extended_key_usage.clear(),
            Defect::OcspCriticality => {
                (leaf.ocsp, leaf.crl) = (Some("http://ocsp.example.com".to_owned()), None);
                leaf.pointers_critical = !leaf.pointers_critical;
            }
            Defect::CrlCriticality => {
                (leaf.ocsp, leaf.crl) = (None, Some("http://crl.example.com".to_owned()));
                leaf.pointers_critical = !leaf.pointers_critical;
            }
            Defect::LeafOutlivesIssuer => self.sub2.not_after = now + DAY,
            Defect::SubPrecedesIssuer => self.sub1.not_before = now - 60,
            Defect::KeyOfOtherEdition => {
                let other = [Algorithm::P256, Algorithm::P521]
                    .into_iter()
                    .find(|other| *other != hierarchy.key(leaf_kind).public_key().algorithm());
                let other = PrivateKey::generate_for(other.unwrap_or(Algorithm::P256), rng)?;
                leaf.forgery.spki = Some(other.public_key().to_spki());
            }
            Defect::Ed448Key => leaf.forgery.spki = Some(ed448_spki(rng)?),
            Defect::RsaKey => leaf.forgery.spki = Some(rsa_spki(rng)?),
            Defect::OtherCurve => leaf.forgery.spki = Some(p384_spki(rng)?),
            Defect::CompressedPoint => {
                leaf.forgery.spki = Some(compressed_spki(&hierarchy.fresh_key(rng)?))
            }
            Defect::Sha1Signature => leaf.forgery.signature_algorithm = Some(ECDSA_WITH_SHA1),
            Defect::UnknownCriticalExtension => {
                leaf.extra.push((PRIVATE_OID.to_vec(), true, NULL.to_vec()))
            }
            Defect::NameConstraints => {
                let none = der::sequence(&[&der::element(der::explicit(1), &[])]);
                leaf.extra.push((NAME_CONSTRAINTS.to_vec(), false, none));
            }
            Defect::DuplicateExtension => {
                leaf.extra.push((KEY_USAGE.to_vec(), true, der::named_bits(1)))
            }
            Defect::NegativeSerial => leaf.forgery.serial = Some(vec![0x80, 1]),
            Defect::TooLarge => {
                leaf.ocsp = Some(format!("http://example.com/{}", "x".repeat(1200)))
            }
            _ => {}
        }
        Ok(())
    }
}

impl Damaged {
    fn from(identity: &Identity, anchors: &Anchors) -> Self {
        Self {
            leaf: identity.leaf.der().to_vec(),
            subs: identity.subs.iter().map(|sub| Certificate::der(sub).to_vec()).collect(),
            anchors: anchors.clone(),
            key: Arc::clone(&identity.key),
        }
    }
}

fn shift(plan: &mut Plan, seconds: i64) {
    plan.not_before += seconds;
    plan.not_after += seconds;
}

fn rename(plan: &mut Plan, common_name: &str) {
    plan.subject.iter_mut().take(1).for_each(|(_, value)| common_name.clone_into(value));
}

fn p384_spki(rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
    let algorithm = &ECDSA_P384_SHA384_ASN1_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, rng).map_err(|_| KeyError::Signer)?;
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), rng)
        .map_err(|_| KeyError::Signer)?;
    let algorithm = der::sequence(&[&der::oid(EC_PUBLIC_KEY), &der::oid(P384)]);
    Ok(der::sequence(&[&algorithm, &der::bit_string(pair.public_key().as_ref())]))
}

fn compressed_spki(key: &PrivateKey) -> Vec<u8> {
    let key = key.public_key();
    let algorithm = der::element(der::SEQUENCE, key.algorithm().identifier());
    der::sequence(&[&algorithm, &der::bit_string(&compressed(key))])
}

/// What looks like a public key on Ed448; its private half is nobody's.
fn ed448_spki(rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
    let mut point = [0; 57];
    rng.fill(&mut point).map_err(|_| KeyError::Signer)?;
    Ok(der::sequence(&[&der::sequence(&[&der::oid(ED448)]), &der::bit_string(&point)]))
}

/// An RSA public key of 2048 bits whose private half nobody knows.
fn rsa_spki(rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
    let mut modulus = [0; 256];
    rng.fill(&mut modulus).map_err(|_| KeyError::Signer)?;
    modulus[0] |= 0x80;
    modulus[255] |= 1;
    let key = der::sequence(&[&der::unsigned(&modulus), &der::unsigned(&[1, 0, 1])]);
    let algorithm = der::sequence(&[&der::oid(RSA), NULL]);
    Ok(der::sequence(&[&algorithm, &der::bit_string(&key)]))
}

const NULL: &[u8] = &[5, 0];
/// 1.2.840.10045.4.1
const ECDSA_WITH_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
/// 1.3.132.0.34
const P384: &[u8] = &[0x2b, 0x81, 4, 0, 34];
/// 1.2.840.113549.1.1.1
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1];
/// 1.3.101.113
const ED448: &[u8] = &[0x2b, 101, 113];
/// 2.5.29.17
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 17];
/// 2.5.29.30
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
/// 2.25.1: an identifier that names nothing.
const PRIVATE_OID: &[u8] = &[0x69, 1];
