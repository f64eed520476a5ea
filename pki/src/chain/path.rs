//! Puts a path together by names, key identifiers and signatures, then checks it. The first path that passes wins.

use std::sync::Arc;

use super::cache::Signatures;
use super::role::Branch;
use super::verified::Sent;
use super::{Anchor, Anchors, Chain, ChainError, Demand, MAX_SIGNATURES, Position, Role, checks};
use crate::cert::{Certificate, SignatureAlgorithm};
use crate::id::Evcoid;
use crate::key::{Algorithm, KeyError, PublicKey};
use crate::profile::{Edition, Level, check};

pub(super) struct Search<'a> {
    pub(super) demand: Demand,
    pub(super) leaf: &'a Certificate,
    /// As the peer sent them.
    pub(super) subs: &'a [Certificate],
    pub(super) anchors: &'a Anchors,
    pub(super) now: i64,
    /// Signatures of authorities that were verified before.
    pub(super) known: Option<&'a mut Signatures>,
    /// Pairs of certificate and candidate that were tried already, and how that ended.
    tried: Vec<(Node, Node, Result<(), ChainError>)>,
    failure: Option<Failure>,
}

/// A certificate of the search, by where it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Leaf,
    Sent(usize),
    Kept(usize),
    Root(usize),
}

/// The best explanation so far: what went wrong furthest from the leaf, a complete path before all.
struct Failure {
    rank: usize,
    error: ChainError,
}

const COMPLETE: usize = usize::MAX;

/// Authorities of a path: two of the branch, a cross-certificate, and what a root certified for its next key.
const MAX_DEPTH: usize = 4;

/// What ends a search: a chain that passed, or no more work.
enum End {
    Found(Box<Chain>),
    Exhausted,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        demand: Demand,
        leaf: &'a Certificate,
        subs: &'a [Certificate],
        anchors: &'a Anchors,
        now: i64,
    ) -> Self {
        Self { demand, leaf, subs, anchors, now, known: None, tried: Vec::new(), failure: None }
    }

    pub(super) fn run(mut self) -> Result<Chain, ChainError> {
        match self.climb(&mut Vec::with_capacity(MAX_DEPTH)) {
            Some(End::Found(chain)) => Ok(*chain),
            Some(End::Exhausted) => Err(ChainError::TooMuchWork { max: MAX_SIGNATURES }),
            None => {
                let nothing = self.no_issuer(self.leaf, Position::Leaf);
                Err(self.failure.map_or(nothing, |failure| failure.error))
            }
        }
    }

    /// Extends the path towards a root. Signatures are tried [`MAX_SIGNATURES`] times at most, each pair once.
    fn climb(&mut self, path: &mut Vec<Node>) -> Option<End> {
        let node = path.last().copied().unwrap_or(Node::Leaf);
        let (current, at) = (self.certificate(node)?, place(path));
        let rank = path.len();
        let mut found_name = false;
        // The candidates that the certificate itself points to come first.
        for by_key_id in [true, false] {
            for (i, anchor) in self.anchors.roots().iter().enumerate() {
                if !is_candidate(current, anchor.certificate(), by_key_id) {
                    continue;
                }
                found_name = true;
                let (rank, error) = match self.signature(path, Node::Root(i), Position::Root) {
                    Ok(()) => match self.validate(path, anchor) {
                        Ok(chain) => return Some(End::Found(Box::new(chain))),
                        // The same root may be held for another role as well: that explains more.
                        Err(error @ ChainError::WrongRoot { .. }) => (COMPLETE - 1, error),
                        Err(error) => (COMPLETE, error),
                    },
                    Err(ChainError::TooMuchWork { .. }) => return Some(End::Exhausted),
                    Err(error) => (rank, error),
                };
                self.note(rank, error);
            }
            if path.len() == MAX_DEPTH {
                continue;
            }
            let sent = (0..self.subs.len()).map(Node::Sent);
            let kept = (0..self.anchors.kept().len()).map(Node::Kept);
            for candidate in sent.chain(kept) {
                let Some(issuer) = self.certificate(candidate) else { continue };
                if !is_candidate(current, issuer, by_key_id) || self.is_useless(issuer, path) {
                    continue;
                }
                found_name = true;
                match self.signature(path, candidate, Position::Sub(path.len())) {
                    Ok(()) => {
                        path.push(candidate);
                        let end = self.climb(path);
                        path.pop();
                        if end.is_some() {
                            return end;
                        }
                    }
                    Err(ChainError::TooMuchWork { .. }) => return Some(End::Exhausted),
                    Err(error) => self.note(rank, error),
                }
            }
        }
        if !found_name {
            let error = self.no_issuer(current, at);
            self.note(rank, error);
        }
        None
    }

    /// Whether a certificate leads nowhere: it is in the path already, or is a root, which is trusted or not.
    fn is_useless(&self, issuer: &Certificate, path: &[Node]) -> bool {
        let again = |node: &Node| self.certificate(*node) == Some(issuer);
        issuer == self.leaf || path.iter().any(again) || is_root(issuer)
    }

    fn certificate(&self, node: Node) -> Option<&'a Certificate> {
        match node {
            Node::Leaf => Some(self.leaf),
            Node::Sent(i) => self.subs.get(i),
            Node::Kept(i) => self.anchors.kept().get(i).map(|authority| &**authority),
            Node::Root(i) => self.anchors.roots().get(i).map(|anchor| anchor.certificate()),
        }
    }

    /// Verifies the signature of the path's end with a candidate's key, once for each pair.
    fn signature(
        &mut self,
        path: &[Node],
        candidate: Node,
        issuer_at: Position,
    ) -> Result<(), ChainError> {
        let node = path.last().copied().unwrap_or(Node::Leaf);
        let known = self.tried.iter().find(|(a, b, _)| (*a, *b) == (node, candidate));
        if let Some((_, _, outcome)) = known {
            return outcome.clone();
        }
        if self.tried.len() == MAX_SIGNATURES {
            return Err(ChainError::TooMuchWork { max: MAX_SIGNATURES });
        }
        let outcome = match (self.certificate(node), self.certificate(candidate)) {
            (Some(certificate), Some(issuer)) => {
                self.verify(certificate, place(path), issuer, issuer_at)
            }
            _ => Err(ChainError::BadSignature { at: place(path) }),
        };
        self.tried.push((node, candidate, outcome.clone()));
        outcome
    }

    fn verify(
        &mut self,
        certificate: &Certificate,
        at: Position,
        issuer: &Certificate,
        issuer_at: Position,
    ) -> Result<(), ChainError> {
        let key = self.key(issuer, issuer_at)?;
        let wanted = SignatureAlgorithm::of(key.algorithm());
        if wanted.as_ref() != Some(certificate.signature_algorithm()) {
            let found = certificate.signature_algorithm().to_string();
            return Err(self.algorithm(at, found));
        }
        let verify = || certificate.verify_signed_by(key);
        let outcome = match self.known.as_deref_mut() {
            Some(known) if certificate.is_ca() => known.verify(certificate, key, verify),
            _ => verify(),
        };
        outcome.map_err(|_| ChainError::BadSignature { at })
    }

    /// The public key, which must be of the edition: on P-256 [V2G2-006], on P-521 [V2G20-2674] or Ed448.
    fn key<'b>(&self, of: &'b Certificate, at: Position) -> Result<&'b PublicKey, ChainError> {
        let good = |key: &&PublicKey| match (self.demand.edition, key.algorithm()) {
            (Edition::Iso2, algorithm) => algorithm == Algorithm::P256,
            (Edition::Iso20, Algorithm::P256) => self.demand.level == Level::Lab,
            (Edition::Iso20, Algorithm::P521 | Algorithm::Ed448) => true,
            (Edition::Iso20, Algorithm::X448) => false,
        };
        match of.public_key() {
            Ok(key) if good(&key) => Ok(key),
            Err(KeyError::NotBuilt { algorithm: algorithm @ Algorithm::Ed448 })
                if self.demand.edition == Edition::Iso20 =>
            {
                Err(ChainError::NotBuilt { at, algorithm })
            }
            _ => Err(self.algorithm(at, of.key().to_string())),
        }
    }

    fn algorithm(&self, at: Position, found: String) -> ChainError {
        ChainError::Algorithm { at, found, edition: self.demand.edition }
    }

    fn no_issuer(&self, certificate: &Certificate, at: Position) -> ChainError {
        let root = self
            .subs
            .iter()
            .find(|sub| sub.is_self_issued() && sub.subject() == certificate.issuer());
        match root.or(certificate.is_self_issued().then_some(certificate)) {
            Some(root) => ChainError::UntrustedRoot { subject: root.subject().to_string() },
            None => ChainError::NoIssuer { at, issuer: certificate.issuer().to_string() },
        }
    }

    /// Checks a path whose signatures verify.
    fn validate(&self, path: &[Node], anchor: &Arc<Anchor>) -> Result<Chain, ChainError> {
        let role = self.demand.role;
        if !role.roots().contains(&anchor.kind()) {
            return Err(ChainError::WrongRoot { role, found: anchor.kind() });
        }
        let subs: Vec<Certificate> =
            path.iter().filter_map(|node| self.certificate(*node)).cloned().collect();
        let name = self.leaf.subject().common_name().filter(|_| role == Role::Contract);
        let chain = Chain {
            demand: self.demand,
            branch: self.branch(&subs),
            key: *self.key(self.leaf, Position::Leaf)?,
            leaf: self.leaf.clone(),
            subs,
            anchor: Arc::clone(anchor),
            evcoid: name.and_then(|name| Evcoid::parse(name).ok()),
            now: self.now,
            sent: self.sent(path),
        };
        checks::enforce(&chain)?;
        Ok(chain)
    }

    /// The branch that the leaf stands in: for roles that have several, the one whose authorities these are.
    fn branch(&self, subs: &[Certificate]) -> Branch {
        let Demand { role, edition, level } = self.demand;
        if let Some(branch) = role.branch() {
            return branch;
        }
        let fits = |branch: &Branch| match subs {
            [] => true,
            [sub1] => check(sub1, branch.sub1, edition, level).is_empty(),
            [sub2, sub1, ..] => {
                check(sub2, branch.sub2, edition, level).is_empty()
                    && check(sub1, branch.sub1, edition, level).is_empty()
            }
        };
        Branch::ALL.into_iter().find(fits).unwrap_or(Branch::OPERATOR)
    }

    fn sent(&self, path: &[Node]) -> Sent {
        let order = path.iter().filter_map(|node| match node {
            Node::Sent(i) => Some(i),
            _ => None,
        });
        let all = || self.subs.iter().chain([self.leaf]);
        let repeated = |one: &Certificate| {
            let same = |other: &Certificate| {
                one.serial() == other.serial() && one.issuer() == other.issuer() && one != other
            };
            all().any(same)
        };
        Sent { disorder: !order.is_sorted(), repeated_serial: all().any(repeated) }
    }

    /// Keeps the explanation of the highest rank, the earlier one among equals.
    fn note(&mut self, rank: usize, error: ChainError) {
        if self.failure.as_ref().is_none_or(|known| rank > known.rank) {
            self.failure = Some(Failure { rank, error });
        }
    }
}

/// Where the end of a path stands.
fn place(path: &[Node]) -> Position {
    path.len().checked_sub(1).map_or(Position::Leaf, Position::Sub)
}

/// Whether a certificate may have issued another, by its name; and whether key identifiers say so too.
fn is_candidate(certificate: &Certificate, issuer: &Certificate, by_key_id: bool) -> bool {
    issuer.subject() == certificate.issuer() && names_key(certificate, issuer) == by_key_id
}

fn names_key(certificate: &Certificate, issuer: &Certificate) -> bool {
    let wanted = certificate.extensions().authority_key_id.as_ref();
    let wanted = wanted.and_then(|id| id.value.key_id.as_ref());
    let has = issuer.extensions().subject_key_id.as_ref().map(|id| &id.value);
    wanted.is_some() && wanted == has
}

/// Whether a certificate is a root's own. What a root certified for its next key has the same name, and another key.
fn is_root(certificate: &Certificate) -> bool {
    let names_issuer = certificate.extensions().authority_key_id.is_some();
    certificate.is_self_issued() && (!names_issuer || names_key(certificate, certificate))
}
