use core::fmt;

use super::{Check, Role, RootKind};
use crate::cert::CertError;
use crate::key::{Algorithm, KeyError};
use crate::profile::{Broken, Edition};
use crate::time;

/// Place of a certificate in a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// The leaf.
    Leaf,
    /// An authority, counted from 0: the leaf's issuer, then its issuer. As sent where it cannot be read.
    Sub(usize),
    /// The root.
    Root,
}

/// Why a chain is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// A certificate cannot be parsed.
    #[error("unreadable certificate ({at}): {error}")]
    Unparsable {
        /// Which.
        at: Position,
        /// Why.
        error: CertError,
    },
    /// More certificates than a peer may send.
    #[error("{found} certificates beside the leaf, at most {max} are read")]
    TooMany {
        /// Certificates found.
        found: usize,
        /// Certificates read.
        max: usize,
    },
    /// The signatures that are tried at most did not suffice to find a path: there are too many certificates of one name.
    #[error("no path was found with {max} signatures")]
    TooMuchWork {
        /// Signatures that are tried.
        max: usize,
    },
    /// A key or signature of another algorithm than those of the edition [V2G2-006] [V2G2-007] [V2G20-2674].
    #[error("{found} ({at}), no algorithm of {edition}")]
    Algorithm {
        /// Whose key or signature.
        at: Position,
        /// What it is.
        found: String,
        /// What the chain is to follow.
        edition: Edition,
    },
    /// A key of an algorithm that the edition has and this build does not.
    #[error("{} ({at})", KeyError::NotBuilt { algorithm: *algorithm })]
    NotBuilt {
        /// Whose key.
        at: Position,
        /// What it is.
        algorithm: Algorithm,
    },
    /// A key of another algorithm than the root's [V2G20-2674].
    #[error("{found} ({at}) below a root of {root}")]
    MixedAlgorithms {
        /// Whose key.
        at: Position,
        /// What it is.
        found: String,
        /// The root's.
        root: String,
    },
    /// The issuer is neither among the certificates sent nor among our roots [V2G2-924].
    #[error("no issuer for the certificate ({at}): {issuer}")]
    NoIssuer {
        /// Last certificate whose signature verified, or the leaf.
        at: Position,
        /// Issuer's name.
        issuer: String,
    },
    /// The chain ends at a self-signed certificate that the peer sent and that is not among our roots [V2G2-924].
    #[error("the chain ends at a root we do not hold: {subject}")]
    UntrustedRoot {
        /// Subject of that certificate.
        subject: String,
    },
    /// The chain ends at one of our roots that is none for this role [V2G2-925].
    #[error("a {found:?} root is no anchor for {role:?}")]
    WrongRoot {
        /// Role asked for.
        role: Role,
        /// Kind of the root.
        found: RootKind,
    },
    /// The signature does not verify with the key of the certificate that carries the issuer's name.
    #[error("bad signature ({at})")]
    BadSignature {
        /// Certificate whose signature is bad.
        at: Position,
    },
    /// The authorities were not sent in order, leaf's issuer first.
    #[error("authorities out of order")]
    Order,
    /// Two different certificates of one issuer have the same serial number (RFC 5280 4.1.2.2).
    #[error("two certificates of one issuer have the same serial number")]
    RepeatedSerial,
    /// The validity has ended: `FAILED_CertificateExpired`.
    #[error("expired on {} ({at})", time::text(*not_after))]
    Expired {
        /// Which certificate.
        at: Position,
        /// Last second of validity.
        not_after: i64,
    },
    /// The validity has not begun: `FAILED_CertificateExpired` too [V2G2-824].
    #[error("not valid before {} ({at})", time::text(*not_before))]
    NotYetValid {
        /// Which certificate.
        at: Position,
        /// First second of validity.
        not_before: i64,
    },
    /// The validity is not within the issuer's [V2G20-3000] [V2G20-3001].
    #[error("valid from {found} ({at}), its issuer from {issuer}")]
    NotNested {
        /// Which certificate.
        at: Position,
        /// Its validity.
        found: String,
        /// Its issuer's.
        issuer: String,
    },
    /// A certificate that issued another is no authority [V2G2-867].
    #[error("not an authority, but it issued a certificate ({at})")]
    NotCa {
        /// Which certificate.
        at: Position,
    },
    /// A certificate that issued another may not sign certificates.
    #[error("its key usage does not allow to sign certificates ({at})")]
    NotForSigning {
        /// Which certificate.
        at: Position,
    },
    /// More authorities below a certificate than it allows, or more than the standard does [V2G2-009].
    #[error("{found} authorities follow below, {allowed} allowed ({at})")]
    PathLength {
        /// Which certificate.
        at: Position,
        /// Authorities it allows below itself.
        allowed: u32,
        /// Authorities found.
        found: u32,
    },
    /// A public root issued the leaf itself [V2G2-868].
    #[error("the leaf was issued by the root itself")]
    RootIssuedLeaf,
    /// A certificate does not follow its profile [V2G2-884].
    #[error("the profile is broken ({at}): {}", .broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Profile {
        /// Which certificate.
        at: Position,
        /// The rules it breaks.
        broken: Vec<Broken>,
    },
}

impl ChainError {
    /// The check that failed.
    pub fn check(&self) -> Check {
        match self {
            Self::Unparsable { .. } => Check::Reading,
            Self::TooMany { .. } | Self::TooMuchWork { .. } => Check::Bounds,
            Self::Algorithm { .. } | Self::NotBuilt { .. } => Check::Algorithm,
            Self::MixedAlgorithms { .. } => Check::OneAlgorithm,
            Self::NoIssuer { .. } => Check::Issuer,
            Self::UntrustedRoot { .. } => Check::Trust,
            Self::WrongRoot { .. } => Check::RootOfRole,
            Self::BadSignature { .. } => Check::Signature,
            Self::Order => Check::Order,
            Self::RepeatedSerial => Check::SerialNumbers,
            Self::Expired { .. } | Self::NotYetValid { .. } => Check::Validity,
            Self::NotNested { .. } => Check::ValidityNesting,
            Self::NotCa { .. } => Check::Authority,
            Self::NotForSigning { .. } => Check::CertificateSigning,
            Self::PathLength { .. } => Check::PathLength,
            Self::RootIssuedLeaf => Check::RootIssuesNoLeaf,
            Self::Profile { .. } => Check::Profile,
        }
    }

    /// The certificate to blame, where there is one.
    pub fn at(&self) -> Option<Position> {
        match self {
            Self::Unparsable { at, .. }
            | Self::Algorithm { at, .. }
            | Self::NotBuilt { at, .. }
            | Self::MixedAlgorithms { at, .. }
            | Self::NotNested { at, .. }
            | Self::NoIssuer { at, .. }
            | Self::BadSignature { at }
            | Self::Expired { at, .. }
            | Self::NotYetValid { at, .. }
            | Self::NotCa { at }
            | Self::NotForSigning { at }
            | Self::PathLength { at, .. }
            | Self::Profile { at, .. } => Some(*at),
            Self::TooMany { .. }
            | Self::UntrustedRoot { .. }
            | Self::WrongRoot { .. }
            | Self::TooMuchWork { .. }
            | Self::Order
            | Self::RepeatedSerial
            | Self::RootIssuedLeaf => None,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf => f.write_str("leaf"),
            Self::Sub(i) => write!(f, "authority {i}"),
            Self::Root => f.write_str("root"),
        }
    }
}
