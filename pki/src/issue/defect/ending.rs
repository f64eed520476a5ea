use super::Defect;
use crate::chain::{ChainError, Check, Demand, Position, Role};
use crate::key::Algorithm;
use crate::profile::{Edition, Level, Rule};

/// What verification makes of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It verifies.
    Accepted,
    /// It does not.
    Refused {
        /// The check that fails.
        check: Check,
        /// The certificate that it fails on, where it is one.
        at: Option<Position>,
        /// The rules of its profile that are broken, where the check is that of the profile.
        rules: Vec<Rule>,
    },
}

impl Ending {
    /// What verification made of a chain.
    pub fn of<T>(outcome: &Result<T, ChainError>) -> Self {
        match outcome {
            Ok(_) => Self::Accepted,
            Err(error @ ChainError::Profile { broken, .. }) => Self::Refused {
                check: error.check(),
                at: error.at(),
                rules: broken.iter().map(|broken| broken.rule).collect(),
            },
            Err(error) => Self::Refused { check: error.check(), at: error.at(), rules: Vec::new() },
        }
    }
}

impl Defect {
    /// What verification must make of a chain with this defect; of [`Role::OcspSigner`] nothing is known here.
    pub fn ending(self, demand: Demand) -> Ending {
        match self.at_strict(demand.role, demand.edition) {
            Some((_, wanted)) if demand.level == Level::Strict => wanted,
            Some((Weight::Always, wanted)) => self.in_practice(demand, wanted),
            Some((Weight::Formal, _)) | None => Ending::Accepted,
        }
    }

    /// What the strict level makes of it, and whether others do as well.
    fn at_strict(self, role: Role, edition: Edition) -> Option<(Weight, Ending)> {
        use Position::{Leaf, Root, Sub};
        use Weight::{Always, Formal};
        let iso20 = edition == Edition::Iso20;
        let of_tls = matches!(role, Role::Secc | Role::Vehicle);
        let weight = |always| if always { Always } else { Formal };
        Some(match self {
            Self::None => return None,
            Self::ExpiredLeaf | Self::NotYetValidLeaf => (Always, refused(Check::Validity, Leaf)),
            Self::ExpiredSub1 => (Always, refused(Check::Validity, Sub(1))),
            Self::ExpiredSub2 | Self::NotYetValidSub2 => (Always, refused(Check::Validity, Sub(0))),
            Self::ExpiredRoot => (Always, refused(Check::Validity, Root)),
            Self::TwinRoot => (Always, refused(Check::Signature, Sub(1))),
            // [V2G2-924]
            Self::UnknownRoot => (Always, refused(Check::Issuer, Sub(1))),
            Self::MissingSub2 => (Always, refused(Check::Issuer, Leaf)),
            Self::OwnRootSent | Self::SelfSignedLeaf => (Always, nowhere(Check::Trust)),
            // [V2G2-925]
            Self::OtherRole => (Always, nowhere(Check::RootOfRole)),
            // Authorities of other branches differ in more than their domain.
            Self::OtherBranch => (Always, broken(Sub(0), &of_another_branch(role, edition))),
            Self::LeafAsIssuer | Self::SubNotCa => (Always, refused(Check::Authority, Sub(0))),
            Self::ThirdSub | Self::SwappedPathLengths => {
                (Always, refused(Check::PathLength, Sub(1)))
            }
            Self::InvertedOrder => (Formal, nowhere(Check::Order)),
            Self::RepeatedSerial => (Formal, nowhere(Check::SerialNumbers)),
            Self::SubWithoutCertSign => (Always, refused(Check::CertificateSigning, Sub(0))),
            Self::SubOnOtherCurve => (Always, refused(Check::Algorithm, Sub(0))),
            // A build that has it knows it for one of ISO 15118-20, and then for another than the root's.
            Self::Ed448Key if iso20 && Algorithm::Ed448.is_built() => {
                (Always, refused(Check::OneAlgorithm, Leaf))
            }
            Self::RsaKey
            | Self::OtherCurve
            | Self::CompressedPoint
            | Self::Sha1Signature
            | Self::KeyOfOtherEdition
            | Self::Ed448Key => (Always, refused(Check::Algorithm, Leaf)),
            Self::TamperedSignature | Self::TamperedBody => {
                (Always, refused(Check::Signature, Leaf))
            }
            Self::DuplicateExtension | Self::CutOff => (Always, refused(Check::Reading, Leaf)),
            // [V2G20-3000] [V2G20-3001]
            Self::LeafOutlivesIssuer if iso20 => (Formal, refused(Check::ValidityNesting, Leaf)),
            Self::SubPrecedesIssuer if iso20 => (Formal, refused(Check::ValidityNesting, Sub(0))),
            Self::LeafOutlivesIssuer | Self::SubPrecedesIssuer => return None,
            Self::WithoutDigitalSignature => (Always, broken(Leaf, &[Rule::KeyUsage])),
            Self::KeyUsageNotCritical => (Formal, broken(Leaf, &[Rule::KeyUsageCritical])),
            // An authority's path length means nothing in a leaf.
            Self::LeafIsCa => (Always, broken(Leaf, &[Rule::Authority, Rule::PathLength])),
            Self::WrongExtendedKeyUsage => (Always, broken(Leaf, &[Rule::ExtendedKeyUsage])),
            // Those of ISO 15118-2 need none.
            Self::NoExtendedKeyUsage if iso20 && of_tls => {
                (Formal, broken(Leaf, &[Rule::ExtendedKeyUsage]))
            }
            Self::NoExtendedKeyUsage => return None,
            // What the car looks for in its peer; contracts of ISO 15118-2 may do without.
            Self::NoDomainComponent if role == Role::Contract && !iso20 => return None,
            Self::NoDomainComponent => {
                let looked_for = matches!(role, Role::Secc | Role::Cps);
                (weight(looked_for), broken(Leaf, &[Rule::DomainComponent]))
            }
            Self::WrongDomainComponent | Self::TwoDomainComponents => {
                (Always, broken(Leaf, &[Rule::DomainComponent]))
            }
            // [V2G2-108] [V2G2-933] Stations of ISO 15118-2 and provisioning services have names of their choice.
            Self::NoIdentifier if role == Role::Cps || (role == Role::Secc && !iso20) => {
                return None;
            }
            // Only a contract is known by its common name below the strict level.
            Self::NoIdentifier | Self::TwoCommonNames => {
                (weight(role == Role::Contract), broken(Leaf, &[Rule::CommonName]))
            }
            // [V2G20-2598] The station names one already.
            Self::CountryNamed => match (role, iso20) {
                (Role::Contract, false) | (Role::Secc | Role::Vehicle, true) => {
                    (Formal, broken(Leaf, &[Rule::Country]))
                }
                _ => return None,
            },
            Self::UnknownCriticalExtension => (Always, broken(Leaf, &[Rule::Critical])),
            Self::NameConstraints if iso20 => return None,
            Self::NameConstraints => (Formal, broken(Leaf, &[Rule::Forbidden])),
            Self::NegativeSerial => (Formal, broken(Leaf, &[Rule::Serial])),
            // [V2G2-010]
            Self::TooLarge => (Formal, broken(Leaf, &[Rule::Size])),
            Self::WildcardName => (Formal, broken(Leaf, &[Rule::AlternativeName])),
            // Of cars and provisioning services of ISO 15118-20 it is open.
            Self::OcspCriticality | Self::CrlCriticality
                if iso20 && matches!(role, Role::Vehicle | Role::Cps) =>
            {
                return None;
            }
            Self::OcspCriticality | Self::CrlCriticality => {
                (Formal, broken(Leaf, &[Rule::RevocationCritical]))
            }
        })
    }

    /// What the levels below the strict one make of what they mind as well.
    fn in_practice(self, demand: Demand, wanted: Ending) -> Ending {
        match self {
            Self::OtherBranch => broken(Position::Sub(0), &[Rule::DomainComponent]),
            Self::LeafIsCa => broken(Position::Leaf, &[Rule::Authority]),
            // Laboratories know keys of ISO 15118-2 in chains of ISO 15118-20, but no mixture.
            Self::KeyOfOtherEdition
                if (demand.edition, demand.level) == (Edition::Iso20, Level::Lab) =>
            {
                refused(Check::OneAlgorithm, Position::Leaf)
            }
            _ => wanted,
        }
    }
}

/// Who minds a defect.
#[derive(Clone, Copy)]
enum Weight {
    /// Every level.
    Always,
    /// The strict level alone.
    Formal,
}

/// The rules that the issuer of another branch breaks beside that of its domain, in the order of the profiles.
fn of_another_branch(role: Role, edition: Edition) -> Vec<Rule> {
    match (edition, role) {
        (Edition::Iso20, Role::Secc) => {
            vec![Rule::KeyUsage, Rule::DomainComponent, Rule::Country]
        }
        (Edition::Iso20, Role::Contract | Role::OemProvisioning) => {
            vec![Rule::RevocationCritical, Rule::DomainComponent]
        }
        _ => vec![Rule::DomainComponent],
    }
}

fn refused(check: Check, at: Position) -> Ending {
    Ending::Refused { check, at: Some(at), rules: Vec::new() }
}

fn nowhere(check: Check) -> Ending {
    Ending::Refused { check, at: None, rules: Vec::new() }
}

fn broken(at: Position, rules: &[Rule]) -> Ending {
    Ending::Refused { check: Check::Profile, at: Some(at), rules: rules.to_vec() }
}
