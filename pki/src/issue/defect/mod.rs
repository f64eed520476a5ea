//! Chains with one thing wrong: which there are, how they are made, what verification must say of them.

mod damage;
mod ending;

use std::sync::Arc;

use crate::chain::Anchors;
use crate::key::PrivateKey;

pub use ending::Ending;

macro_rules! defects {
    ($(#[doc = $what:literal] $defect:ident $name:literal,)*) => {
        /// One thing wrong with an otherwise sound chain.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Defect {
            $(#[doc = $what] $defect,)*
        }

        impl Defect {
            /// Every defect, the control first.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$defect),*];

            /// Its name, which stays: for files and scripts.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$defect => $name,)*
                }
            }

            /// What is wrong, in a sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$defect => $what,)*
                }
                .trim_start()
            }
        }
    };
}

defects! {
    /// Nothing: the control.
    None "none",
    /// The leaf expired yesterday.
    ExpiredLeaf "expired-leaf",
    /// The first authority expired yesterday.
    ExpiredSub1 "expired-sub1",
    /// The second authority expired yesterday.
    ExpiredSub2 "expired-sub2",
    /// The root expired yesterday.
    ExpiredRoot "expired-root",
    /// The leaf is valid from tomorrow.
    NotYetValidLeaf "not-yet-valid-leaf",
    /// The second authority is valid from tomorrow.
    NotYetValidSub2 "not-yet-valid-sub2",
    /// Issued under a root of the same name with another key.
    TwinRoot "twin-root",
    /// Issued under a root of another name.
    UnknownRoot "unknown-root",
    /// The same, and that root is sent along.
    OwnRootSent "own-root-sent",
    /// The leaf of another role, with its own sound chain.
    OtherRole "other-role",
    /// The leaf is issued by another role's authority below the V2G root.
    OtherBranch "other-branch",
    /// The leaf is signed with its own key.
    SelfSignedLeaf "self-signed-leaf",
    /// A leaf issued by the leaf.
    LeafAsIssuer "leaf-as-issuer",
    /// A third authority below the second.
    ThirdSub "third-sub",
    /// The path lengths of both authorities swapped.
    SwappedPathLengths "swapped-path-lengths",
    /// The second authority is not sent.
    MissingSub2 "missing-sub2",
    /// The authorities are sent the other way round.
    InvertedOrder "inverted-order",
    /// The second authority's key usage lacks the signing of certificates.
    SubWithoutCertSign "sub-without-cert-sign",
    /// The second authority's basic constraints say that it is none.
    SubNotCa "sub-not-ca",
    /// The second authority's key is on the curve P-384.
    SubOnOtherCurve "sub-on-other-curve",
    /// The leaf's key usage lacks signatures.
    WithoutDigitalSignature "without-digital-signature",
    /// The leaf's key usage is not critical.
    KeyUsageNotCritical "key-usage-not-critical",
    /// The leaf's basic constraints make it an authority.
    LeafIsCa "leaf-is-ca",
    /// The leaf's extended key usage is that of the other side.
    WrongExtendedKeyUsage "wrong-extended-key-usage",
    /// The leaf has no domain component.
    NoDomainComponent "no-domain-component",
    /// The leaf has another role's domain component.
    WrongDomainComponent "wrong-domain-component",
    /// The leaf has two domain components.
    TwoDomainComponents "two-domain-components",
    /// The leaf's common name is no identifier.
    NoIdentifier "no-identifier",
    /// The leaf names a country.
    CountryNamed "country-named",
    /// The leaf's key is RSA.
    RsaKey "rsa-key",
    /// The leaf's key is on the curve P-384.
    OtherCurve "other-curve",
    /// The leaf's point is compressed.
    CompressedPoint "compressed-point",
    /// The leaf's signature claims to be ECDSA with SHA-1.
    Sha1Signature "sha1-signature",
    /// A bit of the leaf's signature is flipped.
    TamperedSignature "tampered-signature",
    /// A character of the leaf's common name is changed after signing.
    TamperedBody "tampered-body",
    /// The leaf has a critical extension that nobody knows.
    UnknownCriticalExtension "unknown-critical-extension",
    /// The leaf has name constraints.
    NameConstraints "name-constraints",
    /// The leaf has an extension twice.
    DuplicateExtension "duplicate-extension",
    /// The leaf's serial number is negative.
    NegativeSerial "negative-serial",
    /// The leaf has more octets than certificates of the edition may.
    TooLarge "too-large",
    /// The leaf's last octet is missing.
    CutOff "cut-off",
    /// The leaf has two common names.
    TwoCommonNames "two-common-names",
    /// The leaf has an alternative name, and that for many hosts.
    WildcardName "wildcard-name",
    /// The leaf says nothing of what TLS may use it for.
    NoExtendedKeyUsage "no-extended-key-usage",
    /// The address of the leaf's OCSP responder is critical where it should not be, or not where it should.
    OcspCriticality "ocsp-criticality",
    /// The same of the address of a revocation list.
    CrlCriticality "crl-criticality",
    /// Another certificate of the second authority is sent, of the same serial number.
    RepeatedSerial "repeated-serial",
    /// The second authority ends before the leaf.
    LeafOutlivesIssuer "leaf-outlives-issuer",
    /// The first authority begins after the second.
    SubPrecedesIssuer "sub-precedes-issuer",
    /// The leaf's key is of the other edition.
    KeyOfOtherEdition "key-of-other-edition",
    /// The leaf's key is on Ed448.
    Ed448Key "ed448-key",
}

/// A chain with one defect, and the roots that its receiver holds.
#[derive(Clone, Debug)]
pub struct Damaged {
    /// The leaf as sent: octets, for they need not be a certificate.
    pub leaf: Vec<u8>,
    /// The authorities as sent.
    pub subs: Vec<Vec<u8>>,
    /// The roots that the receiver holds.
    pub anchors: Anchors,
    /// The leaf's key.
    pub key: Arc<PrivateKey>,
}
