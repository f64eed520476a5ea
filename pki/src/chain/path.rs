//! Puts a path together by names and signatures, then checks it. The first path that passes wins.

use super::{Anchor, Anchors, Chain, ChainError, Level, Position, Role};
use crate::cert::{Certificate, KeyUsage, SignatureAlgorithm};
use crate::id::Evcoid;
use crate::key::{Algorithm, PublicKey};
use crate::profile::{Edition, check};

pub(super) struct Search<'a> {
    pub(super) role: Role,
    pub(super) leaf: &'a Certificate,
    /// As the peer sent them.
    pub(super) subs: &'a [Certificate],
    pub(super) anchors: &'a Anchors,
    pub(super) now: i64,
    pub(super) level: Level,
}

/// The best explanation so far: what went wrong furthest from the leaf, a complete path before all.
struct Failure {
    rank: usize,
    error: ChainError,
}

const COMPLETE: usize = usize::MAX;

impl Search<'_> {
    pub(super) fn run(&self) -> Result<Chain, ChainError> {
        let mut failure = None;
        match self.climb(&mut Vec::new(), &mut failure) {
            Some(chain) => Ok(chain),
            None => Err(failure.map_or(self.no_issuer(self.leaf, &[]), |failure| failure.error)),
        }
    }

    /// Extends the path of indices into `subs`. Depth and branching are bounded by the number of certificates sent.
    fn climb(&self, path: &mut Vec<usize>, failure: &mut Option<Failure>) -> Option<Chain> {
        let current = path.last().and_then(|&i| self.subs.get(i)).unwrap_or(self.leaf);
        let rank = path.len();
        let mut found_name = false;
        for anchor in
            self.anchors.iter().filter(|anchor| anchor.certificate().subject() == current.issuer())
        {
            found_name = true;
            let outcome = match self.signature(current, anchor.certificate(), path, Position::Root)
            {
                Ok(()) => self.validate(path, anchor).map_err(|error| match error {
                    // The same root may be held for another role as well: that explains more.
                    ChainError::WrongRoot { .. } => (COMPLETE - 1, error),
                    _ => (COMPLETE, error),
                }),
                Err(error) => Err((rank, error)),
            };
            match outcome {
                Ok(chain) => return Some(chain),
                Err((rank, error)) => note(failure, rank, error),
            }
        }
        for (i, sub) in self.subs.iter().enumerate() {
            let usable =
                !path.contains(&i) && !sub.is_self_issued() && sub != current && sub != self.leaf;
            if !usable || sub.subject() != current.issuer() {
                continue;
            }
            found_name = true;
            match self.signature(current, sub, path, Position::Sub(i)) {
                Ok(()) => {
                    path.push(i);
                    let chain = self.climb(path, failure);
                    path.pop();
                    if chain.is_some() {
                        return chain;
                    }
                }
                Err(error) => note(failure, rank, error),
            }
        }
        if !found_name {
            note(failure, rank, self.no_issuer(current, path));
        }
        None
    }

    fn signature(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        path: &[usize],
        issuer_at: Position,
    ) -> Result<(), ChainError> {
        let at = path.last().map_or(Position::Leaf, |&i| Position::Sub(i));
        let key = p256(issuer, issuer_at)?;
        if *certificate.signature_algorithm() != SignatureAlgorithm::EcdsaSha256 {
            return Err(ChainError::Algorithm {
                at,
                found: certificate.signature_algorithm().to_string(),
            });
        }
        certificate.verify_signed_by(key).map_err(|_| ChainError::BadSignature { at })
    }

    fn no_issuer(&self, certificate: &Certificate, path: &[usize]) -> ChainError {
        let root = self
            .subs
            .iter()
            .find(|sub| sub.is_self_issued() && sub.subject() == certificate.issuer());
        match root.or(certificate.is_self_issued().then_some(certificate)) {
            Some(root) => ChainError::UntrustedRoot { subject: root.subject().to_string() },
            None => {
                let at = path.last().map_or(Position::Leaf, |&i| Position::Sub(i));
                ChainError::NoIssuer { at, issuer: certificate.issuer().to_string() }
            }
        }
    }

    /// Checks a path whose signatures verify.
    fn validate(&self, path: &[usize], anchor: &Anchor) -> Result<Chain, ChainError> {
        if !self.role.roots().contains(&anchor.kind()) {
            return Err(ChainError::WrongRoot { role: self.role, found: anchor.kind() });
        }
        if self.level == Level::Strict && !path.is_sorted() {
            return Err(ChainError::Order);
        }
        let chain = Chain {
            role: self.role,
            key: *p256(self.leaf, Position::Leaf)?,
            leaf: self.leaf.clone(),
            subs: path.iter().filter_map(|&i| self.subs.get(i)).cloned().collect(),
            anchor: anchor.clone(),
            evcoid: match self.role {
                Role::Contract => {
                    self.leaf.subject().common_name().and_then(|name| Evcoid::parse(name).ok())
                }
                _ => None,
            },
        };
        for (at, certificate, _) in chain.members() {
            let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
            if self.now > not_after {
                return Err(ChainError::Expired { at, not_after });
            }
            if self.now < not_before {
                return Err(ChainError::NotYetValid { at, not_before });
            }
        }
        self.authorities(&chain)?;
        for (at, certificate, kind) in chain.members() {
            let broken = check(certificate, kind, Edition::Iso2, self.level);
            if !broken.is_empty() {
                return Err(ChainError::Profile { at, broken });
            }
        }
        Ok(chain)
    }

    /// Every certificate above the leaf must be allowed to issue what stands below it.
    fn authorities(&self, chain: &Chain) -> Result<(), ChainError> {
        // The leaf's issuer has no authority below itself, the next has one, and so on.
        for (below, (at, certificate, _)) in (0_u32..).zip(chain.members().skip(1)) {
            if !certificate.is_ca() {
                return Err(ChainError::NotCa { at });
            }
            let extensions = certificate.extensions();
            if extensions
                .key_usage
                .as_ref()
                .is_some_and(|usage| !usage.value.contains(KeyUsage::KEY_CERT_SIGN))
            {
                return Err(ChainError::NotForSigning { at });
            }
            let stated = extensions
                .basic_constraints
                .as_ref()
                .and_then(|constraints| constraints.value.path_len);
            let allowed = stated.unwrap_or(u32::MAX).min(if at == Position::Root {
                self.most_subs()
            } else {
                u32::MAX
            });
            if below > allowed {
                return Err(ChainError::PathLength { at, allowed, found: below });
            }
        }
        let private = chain.anchor.kind() == super::RootKind::PrivateOperator;
        if self.level == Level::Strict && chain.subs.is_empty() && !private {
            return Err(ChainError::RootIssuedLeaf);
        }
        Ok(())
    }

    /// Authorities between root and leaf: two in the standard [V2G2-009]; one more is tolerated below the strict level.
    fn most_subs(&self) -> u32 {
        match self.level {
            Level::Strict => 2,
            Level::Field | Level::Lab => 3,
        }
    }
}

/// The public key, which must be on P-256 [V2G2-006].
fn p256(certificate: &Certificate, at: Position) -> Result<&PublicKey, ChainError> {
    match certificate.public_key() {
        Ok(key) if key.algorithm() == Algorithm::P256 => Ok(key),
        _ => Err(ChainError::Algorithm { at, found: certificate.key().to_string() }),
    }
}

/// Keeps the explanation of the highest rank, the earlier one among equals.
fn note(failure: &mut Option<Failure>, rank: usize, error: ChainError) {
    if failure.as_ref().is_none_or(|known| rank > known.rank) {
        *failure = Some(Failure { rank, error });
    }
}
