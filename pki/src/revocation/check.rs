use core::fmt;

use super::{
    Answer, Cache, Crl, CrlError, OcspError, OcspResponse, Revocation, Stale, Status, Window,
};
use crate::cert::Certificate;
use crate::chain::{Chain, Position, RootKind, Verified};

/// How much must be known about every certificate below the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// A recent word that it is not revoked [V2G2-873] [V2G20-1240].
    Require,
    /// No word that it is revoked: what is not known, not even to the responder, is taken for good.
    Prefer,
    /// Nothing: no source is looked at.
    Ignore,
}

/// What is wanted of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How much must be known.
    pub need: Need,
    /// The same below the root of a private environment, which owes nobody a responder [V2G2-872].
    pub private: Need,
    /// How old an OCSP response may be.
    pub ocsp: Window,
    /// How old a revocation list may be.
    pub crl: Window,
}

/// Where to look. Whatever stands here may come from anybody: nothing counts before its signature has been verified.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// OCSP responses that the peer stapled, in DER, in any order; [`Sources::MOST`] are read.
    pub staples: &'a [&'a [u8]],
    /// OCSP responses that we fetched, in DER, in any order; [`Sources::MOST`] are read.
    pub responses: &'a [&'a [u8]],
    /// OCSP responses that we kept.
    pub cache: Option<&'a Cache>,
    /// Revocation lists.
    pub crls: &'a [Crl],
}

impl Sources<'_> {
    /// Responses read of each kind: more than a chain can need, and few enough to cost little.
    pub const MOST: usize = 32;
}

/// Where a word on a certificate came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// One of [`Sources::staples`], counted from 0.
    Stapled(usize),
    /// One of [`Sources::responses`].
    Fetched(usize),
    /// [`Sources::cache`].
    Cached,
    /// One of [`Sources::crls`].
    Crl(usize),
}

/// What was found about a chain that is not refused. Only [`check`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
}

/// What was found about a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub at: Position,
    /// What is known.
    pub known: Known,
    /// What could not be used.
    pub rejected: Vec<Rejected>,
}

/// What is known about a certificate that is not revoked as far as anybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is not revoked.
    Good {
        /// Who says so.
        source: Source,
        /// Seconds since it was known to be so; negative when the authority's clock is ahead.
        age: i64,
    },
    /// The responder knows no such certificate.
    Unknown {
        /// Who says so.
        source: Source,
        /// Seconds since it was known to be so; negative when the authority's clock is ahead.
        age: i64,
    },
    /// No source has an answer that can be used.
    Nothing,
    /// The policy does not want to know.
    NotAsked,
}

/// A source that spoke of a certificate and could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Which.
    pub source: Source,
    /// Why not.
    pub why: Refusal,
}

/// Why a source could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// As an OCSP response.
    #[error(transparent)]
    Ocsp(#[from] OcspError),
    /// As a revocation list.
    #[error(transparent)]
    Crl(#[from] CrlError),
    /// Its time is over or has not come.
    #[error(transparent)]
    Stale(#[from] Stale),
}

/// Why a chain is refused [V2G20-2409].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevocationError {
    /// A certificate is revoked: `FAILED_CertificateRevoked` for a contract.
    #[error("{revocation} ({at})")]
    Revoked {
        /// Which certificate.
        at: Position,
        /// When and why.
        revocation: Revocation,
        /// Who says so.
        by: Source,
    },
    /// The responder knows no such certificate, and the policy requires that it does.
    #[error("the responder does not know the certificate ({at})")]
    Unknown {
        /// Which certificate.
        at: Position,
        /// Who says so.
        by: Source,
    },
    /// No source has an answer that can be used, and the policy requires one.
    #[error("no word on whether it is revoked ({at}){}", Why(.rejected))]
    NoAnswer {
        /// Which certificate.
        at: Position,
        /// What could not be used.
        rejected: Vec<Rejected>,
    },
}

/// Looks for a word on every certificate below the root of a verified chain, at `now_unix` (seconds since 1970).
///
/// Whatever the policy needs, unless it ignores revocation: one authentic word that a certificate is revoked for good is
/// enough, however old and whatever others say. Otherwise the newest answer that is within its window counts.
pub fn check(
    chain: &Verified<Chain>,
    sources: &Sources<'_>,
    policy: &Policy,
    now_unix: i64,
) -> Result<Report, RevocationError> {
    let private = chain.anchor().kind() == RootKind::PrivateOperator;
    let need = if private { policy.private } else { policy.need };
    if need == Need::Ignore {
        let finding = |at| Finding { at, known: Known::NotAsked, rejected: Vec::new() };
        return Ok(Report { findings: chain.issued().map(|(at, ..)| finding(at)).collect() });
    }
    let gathered = Gathered::new(sources);
    let mut findings = Vec::new();
    for (at, certificate, issuer) in chain.issued() {
        findings.push(gathered.finding(at, certificate, issuer, policy, now_unix)?);
    }
    if need == Need::Require {
        for finding in &findings {
            let at = finding.at;
            match finding.known {
                Known::Good { .. } => {}
                Known::Unknown { source, .. } => {
                    return Err(RevocationError::Unknown { at, by: source });
                }
                Known::Nothing | Known::NotAsked => {
                    let rejected = finding.rejected.clone();
                    return Err(RevocationError::NoAnswer { at, rejected });
                }
            }
        }
    }
    Ok(Report { findings })
}

/// The sources, read once for all certificates.
struct Gathered<'a> {
    responses: Vec<(Source, OcspResponse)>,
    unreadable: Vec<Rejected>,
    cache: Option<&'a Cache>,
    crls: &'a [Crl],
}

impl<'a> Gathered<'a> {
    fn new(sources: &Sources<'a>) -> Self {
        let staples = sources
            .staples
            .iter()
            .take(Sources::MOST)
            .enumerate()
            .map(|(i, der)| (Source::Stapled(i), der));
        let fetched = sources
            .responses
            .iter()
            .take(Sources::MOST)
            .enumerate()
            .map(|(i, der)| (Source::Fetched(i), der));
        let (mut responses, mut unreadable) = (Vec::new(), Vec::new());
        for (source, der) in staples.chain(fetched) {
            match OcspResponse::parse(der) {
                Ok(response) => responses.push((source, response)),
                Err(error) => unreadable.push(Rejected { source, why: error.into() }),
            }
        }
        Self { responses, unreadable, cache: sources.cache, crls: sources.crls }
    }

    fn finding(
        &self,
        at: Position,
        certificate: &Certificate,
        issuer: &Certificate,
        policy: &Policy,
        now: i64,
    ) -> Result<Finding, RevocationError> {
        let mut rejected = self.unreadable.clone();
        let mut current: Option<(Source, Answer)> = None;
        for (source, window, answer) in self.answers(certificate, issuer, policy, now) {
            let answer = match answer {
                Ok(answer) => answer,
                Err(why) => {
                    rejected.push(Rejected { source, why });
                    continue;
                }
            };
            if let Status::Revoked(revocation) = answer.status()
                && revocation.is_final()
            {
                return Err(RevocationError::Revoked { at, revocation, by: source });
            }
            match answer.is_current(now, window) {
                Ok(()) if current.is_none_or(|(_, known)| rank(&answer) > rank(&known)) => {
                    current = Some((source, answer));
                }
                Ok(()) => {}
                Err(stale) => rejected.push(Rejected { source, why: stale.into() }),
            }
        }
        let known = match current {
            None => Known::Nothing,
            Some((source, answer)) => {
                let age = now.saturating_sub(answer.this_update());
                match answer.status() {
                    Status::Good => Known::Good { source, age },
                    Status::Unknown => Known::Unknown { source, age },
                    Status::Revoked(revocation) => {
                        return Err(RevocationError::Revoked { at, revocation, by: source });
                    }
                }
            }
        };
        Ok(Finding { at, known, rejected })
    }

    /// What every source that speaks of a certificate says, with the window for it.
    fn answers(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        policy: &Policy,
        now: i64,
    ) -> impl Iterator<Item = (Source, Window, Result<Answer, Refusal>)> {
        let cached = self.cache.and_then(|cache| cache.held(certificate, issuer, now));
        let cached = cached.map(|response| (Source::Cached, response));
        let held = self.responses.iter().map(|(source, response)| (*source, response));
        let responses = held
            .filter(move |(_, response)| response.speaks_of(certificate, issuer))
            .chain(cached)
            .map(move |(source, response)| {
                let answer = response.answer(certificate, issuer, now);
                (source, policy.ocsp, answer.map_err(Refusal::from))
            });
        let lists = self.crls.iter().enumerate().filter(move |(_, crl)| crl.is_of(issuer));
        responses.chain(lists.map(move |(i, crl)| {
            let answer = crl.answer(certificate, issuer);
            (Source::Crl(i), policy.crl, answer.map_err(Refusal::from))
        }))
    }
}

/// Who knows counts before who does not, then the newer before the older.
fn rank(answer: &Answer) -> (bool, i64) {
    (answer.status() != Status::Unknown, answer.this_update())
}

impl Policy {
    /// A week for everything; a private environment is exempt.
    pub const fn new(need: Need) -> Self {
        Self { need, private: Need::Ignore, ocsp: Window::WEEK, crl: Window::WEEK }
    }
}

impl Report {
    /// What was found about each certificate below the root, leaf first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether every certificate is known not to be revoked.
    pub fn is_complete(&self) -> bool {
        self.findings.iter().all(|finding| matches!(finding.known, Known::Good { .. }))
    }
}

impl RevocationError {
    /// The certificate to blame.
    pub fn at(&self) -> Position {
        match self {
            Self::Revoked { at, .. } | Self::Unknown { at, .. } | Self::NoAnswer { at, .. } => *at,
        }
    }
}

/// Reasons, one after the other.
struct Why<'a>(&'a [Rejected]);

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, Rejected { source, why }) in self.0.iter().enumerate() {
            write!(f, "{} {source}: {why}", if i == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stapled(i) => write!(f, "stapled response {i}"),
            Self::Fetched(i) => write!(f, "response {i}"),
            Self::Cached => f.write_str("cached response"),
            Self::Crl(i) => write!(f, "revocation list {i}"),
        }
    }
}
