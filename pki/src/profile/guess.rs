use super::{CertificateKind as Kind, Edition};
use crate::cert::{
    AttributeKind, Certificate, CertificateKey, ExtendedKeyUsage, SignatureAlgorithm,
};
use crate::id::{Evccid, EvccidKind, Evcoid, EvcoidKind, Evseid, Pcid, Seccid};

/// What a certificate seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The kind, where anything tells it.
    pub kind: Option<Kind>,
    /// The edition whose keys and names it has.
    pub edition: Edition,
}

/// Guesses from key, domain component, basic constraints, extended key usage and common name what a certificate seems to
/// be. A guess proves nothing.
pub fn guess(certificate: &Certificate) -> Guess {
    let branch = branch(certificate);
    Guess { kind: kind(certificate, branch), edition: edition(certificate, branch) }
}

/// Whose certificate it is, and whether ISO 15118-20 alone says it so.
type Branch = Option<(Owner, bool)>;

#[derive(Clone, Copy, PartialEq)]
enum Owner {
    V2g,
    Operator,
    Mobility,
    Oem,
    Vehicle,
    Provisioning,
}

fn edition(certificate: &Certificate, branch: Branch) -> Edition {
    let key = certificate.key();
    let signature = certificate.signature_algorithm();
    let keys_of_20 =
        matches!(
            key,
            CertificateKey::P521(_)
                | CertificateKey::P521Point
                | CertificateKey::Ed448(_)
                | CertificateKey::X448(_)
        ) || matches!(signature, SignatureAlgorithm::EcdsaSha512 | SignatureAlgorithm::Ed448);
    if keys_of_20 || branch.is_some_and(|(_, of_20)| of_20) {
        Edition::Iso20
    } else {
        Edition::Iso2
    }
}

fn branch(certificate: &Certificate) -> Branch {
    let subject = certificate.subject();
    if let Some(domain) = subject.all(&AttributeKind::DomainComponent).next() {
        let exact = DOMAINS.iter().find(|(name, _, _)| *name == domain);
        let (_, owner, of_20) =
            exact.or_else(|| DOMAINS.iter().find(|(end, _, _)| domain.ends_with(end)))?;
        // Only ISO 15118-20 lets a domain component begin with something else.
        return Some((*owner, *of_20 || exact.is_none()));
    }
    // Without one, the words of the name.
    let name = subject.all(&AttributeKind::CommonName).next().unwrap_or_default();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| {
        let known = DOMAINS.iter().find(|(name, _, _)| word.eq_ignore_ascii_case(name))?;
        Some((known.1, false))
    })
}

fn kind(certificate: &Certificate, branch: Branch) -> Option<Kind> {
    let owner = branch.map(|(owner, _)| owner);
    let constraints = certificate.extensions().basic_constraints.as_ref();
    if !certificate.is_ca() {
        return leaf(certificate, owner);
    }
    let first = constraints.and_then(|constraints| constraints.value.path_len) != Some(0);
    let sub = |one, two| Some(if first { one } else { two });
    match (owner?, certificate.is_self_issued()) {
        (Owner::V2g, true) => Some(Kind::V2gRoot),
        (Owner::Operator, true) => Some(Kind::PrivateRoot),
        (Owner::Mobility, true) => Some(Kind::MoRoot),
        (Owner::Oem | Owner::Vehicle, true) => Some(Kind::OemRoot),
        (Owner::Provisioning, true) => None,
        // Below the V2G root, ISO 15118-2 gives the operator's authorities that root's domain component.
        (Owner::V2g | Owner::Operator, false) => sub(Kind::CpoSub1, Kind::CpoSub2),
        (Owner::Mobility, false) => sub(Kind::MoSub1, Kind::MoSub2),
        (Owner::Oem, false) => sub(Kind::OemSub1, Kind::OemSub2),
        (Owner::Vehicle, false) => sub(Kind::VehicleSub1, Kind::VehicleSub2),
        (Owner::Provisioning, false) => sub(Kind::CpsSub1, Kind::CpsSub2),
    }
}

fn leaf(certificate: &Certificate, owner: Option<Owner>) -> Option<Kind> {
    let usage = certificate.extensions().extended_key_usage.as_ref();
    let has = |purpose| usage.is_some_and(|usage| usage.value.contains(&purpose));
    if has(ExtendedKeyUsage::OcspSigning) {
        return Some(Kind::OcspSigner);
    }
    match owner {
        Some(Owner::Operator) => return Some(Kind::SeccLeaf),
        Some(Owner::Mobility) => return Some(Kind::ContractLeaf),
        Some(Owner::Oem) => return Some(Kind::OemProvisioningLeaf),
        Some(Owner::Vehicle) => return Some(Kind::VehicleLeaf),
        Some(Owner::Provisioning) => return Some(Kind::CpsLeaf),
        Some(Owner::V2g) | None => {}
    }
    if has(ExtendedKeyUsage::ServerAuth) {
        return Some(Kind::SeccLeaf);
    }
    if has(ExtendedKeyUsage::ClientAuth) {
        return Some(Kind::VehicleLeaf);
    }
    let name = certificate.subject().common_name()?;
    // Nearly every text is a long contract identifier.
    let contract = |id: Evcoid| id.kind() != EvcoidKind::Extended;
    if Seccid::is_valid(name) {
        Some(Kind::SeccLeaf)
    } else if Evcoid::parse(name).is_ok_and(contract) {
        Some(Kind::ContractLeaf)
    } else if Pcid::is_valid(name) {
        Some(Kind::OemProvisioningLeaf)
    } else if Evseid::parse(name).is_ok() {
        Some(Kind::SeccLeaf)
    } else if Evccid::kind_of(name) == Some(EvccidKind::Iso20) {
        Some(Kind::VehicleLeaf)
    } else {
        None
    }
}

/// Domain components, and whether ISO 15118-20 alone has them. Longer ones first: the first that fits counts.
const DOMAINS: [(&str, Owner, bool); 8] = [
    ("V2G", Owner::V2g, false),
    ("CPO", Owner::Operator, false),
    ("CSO", Owner::Operator, true),
    ("MSP", Owner::Mobility, true),
    ("OEM", Owner::Oem, false),
    ("CPS", Owner::Provisioning, false),
    ("EV", Owner::Vehicle, true),
    ("MO", Owner::Mobility, false),
];
