//! Walks the whole log, a page at a time, and names the first record that is not as it was written.

use core::fmt;
use std::collections::BTreeMap;

use pki::PublicKey;
use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::record::{Head, Record};
use super::seal::{Seal, SealError};
use crate::store::{Entry, IssuedCertificate, Store, StoreError};

/// What is known from outside the database.
#[derive(Clone, Debug, Default)]
pub struct Verifier {
    /// Heads noted before: the log must lead through each. Without one, a log cut short looks whole.
    pub known: Vec<Head>,
    /// Keys that may have signed seals; without one, seals are only counted.
    pub keys: Vec<PublicKey>,
}

/// How far a walk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Records read.
    pub done: u64,
    /// Records in all.
    pub of: u64,
}

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The last record that is good.
    pub head: Head,
    /// Certificates on file, each as the log says it was issued.
    pub certificates: u64,
    /// Seals in the log.
    pub seals: u64,
    /// The first thing that is not as it should be.
    pub finding: Option<Finding>,
}

/// What is not as it should be, and at which record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Number of the record.
    pub seq: u64,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such record.
    #[error("the record is missing")]
    Missing,
    /// The hash is not that of the record behind the one before: one of both was altered.
    #[error("the record or its hash was altered")]
    Hash,
    /// The text is no record of this number.
    #[error("no audit record: {0}")]
    Form(String),
    /// The log leads elsewhere than it did.
    #[error("the log does not lead to the head that is known: it was written anew")]
    Known,
    /// The end that the database keeps is another.
    #[error("the database's own head is another")]
    Head,
    /// A seal does not hold.
    #[error("the seal does not hold: {0}")]
    Seal(#[from] SealError),
    /// A seal is over another log.
    #[error("the seal is over another log")]
    SealedOther,
    /// The certificate that the record tells of is not on file.
    #[error("certificate {0} is not on file as issued")]
    Certificate(String),
    /// A certificate is on file under a record that does not tell of it.
    #[error("certificate {0} is on file, but the record does not tell of its issue")]
    Untold(String),
}

/// Records of one page.
const PAGE: u32 = 2_000;

impl Verifier {
    /// Walks the log of a store up to the end it has now.
    pub async fn verify(
        &self,
        store: &Store,
        mut progress: impl FnMut(Progress),
    ) -> Result<Report, StoreError> {
        let end = store.audit_head().await?;
        let mut walk = Walk::new(self);
        while walk.report.head.seq < end.seq && walk.report.finding.is_none() {
            let after = walk.report.head.seq;
            let mut page = store.audit_entries(after, PAGE).await?;
            page.retain(|entry| entry.seq <= end.seq);
            let last = (after + u64::from(PAGE)).min(end.seq);
            let issued = store.issued_between(signed(after), signed(last)).await?;
            walk.page(&page, issued, end.seq);
            if walk.report.finding.is_none() {
                walk.seals(store).await?;
            }
            progress(Progress { done: walk.report.head.seq, of: end.seq });
        }
        if walk.report.finding.is_none() {
            walk.report.finding = self.at_the_end(store, walk.report.head, end).await?;
        }
        Ok(walk.report)
    }

    async fn at_the_end(
        &self,
        store: &Store,
        reached: Head,
        end: Head,
    ) -> Result<Option<Finding>, StoreError> {
        let find = |seq, problem| Ok(Some(Finding { seq, problem }));
        if reached != end {
            return find(end.seq, Problem::Head);
        }
        if self.known.iter().any(|known| known.seq > end.seq) {
            return find(end.seq + 1, Problem::Missing);
        }
        // Every other certificate was met at its record. One that came since has a record by the time that it shows.
        let mut stray = store.issued_between(i64::MIN, 0).await?;
        stray.extend(store.issued_between(signed(end.seq), i64::MAX).await?);
        let now = signed(store.audit_head().await?.seq);
        let stray = stray.into_iter().find(|one| one.record <= 0 || one.record > now);
        Ok(stray.map(|one| Finding { seq: end.seq, problem: Problem::Untold(one.id) }))
    }
}

fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A walk on its way. Knows no database.
struct Walk<'a> {
    verifier: &'a Verifier,
    report: Report,
    seals: Vec<(u64, Seal)>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {}: {}", self.seq, self.problem)
    }
}

impl<'a> Walk<'a> {
    fn new(verifier: &'a Verifier) -> Self {
        let report = Report { head: Head::default(), certificates: 0, seals: 0, finding: None };
        Self { verifier, report, seals: Vec::new() }
    }

    /// The next records, and the certificates that are on file for them. An empty page is a gap.
    fn page(&mut self, page: &[Entry], issued: Vec<IssuedCertificate>, end: u64) {
        let mut issued: BTreeMap<i64, IssuedCertificate> =
            issued.into_iter().map(|one| (one.record, one)).collect();
        for entry in page {
            if let Err(problem) = self.entry(entry, &mut issued) {
                let seq = self.report.head.seq + 1;
                self.report.finding = Some(Finding { seq, problem });
                return;
            }
        }
        let last = self.report.head.seq;
        if page.is_empty() && last < end {
            self.report.finding = Some(Finding { seq: last + 1, problem: Problem::Missing });
        }
    }

    fn entry(
        &mut self,
        entry: &Entry,
        issued: &mut BTreeMap<i64, IssuedCertificate>,
    ) -> Result<(), Problem> {
        let head = self.report.head.then(&entry.record);
        if entry.seq != head.seq {
            return Err(Problem::Missing);
        }
        if entry.hash != head.hash.0 {
            return Err(Problem::Hash);
        }
        if self.verifier.known.iter().any(|known| known.seq == head.seq && *known != head) {
            return Err(Problem::Known);
        }
        let record: Record = serde_json::from_str(&entry.record)
            .map_err(|error| Problem::Form(error.to_string()))?;
        if record.seq != head.seq {
            return Err(Problem::Form(format!("it says that it is record {}", record.seq)));
        }
        match (record.action == ISSUED, issued.remove(&signed(record.seq))) {
            (true, found) => {
                let sha256 = record.detail.get("sha256").and_then(Value::as_str);
                let as_issued = found.is_some_and(|found| {
                    found.id == record.object
                        && sha256 == Some(&hex::encode(digest(&SHA256, &found.der)))
                });
                if !as_issued {
                    return Err(Problem::Certificate(record.object));
                }
                self.report.certificates += 1;
            }
            (false, Some(stray)) => return Err(Problem::Untold(stray.id)),
            (false, None) => {}
        }
        if record.action == SEALED {
            let seal = Seal::of_record(&record)?;
            if !self.verifier.keys.is_empty() {
                seal.verify(&self.verifier.keys)?;
            }
            if seal.head.seq >= record.seq {
                return Err(Problem::SealedOther);
            }
            self.seals.push((record.seq, seal));
            self.report.seals += 1;
        }
        self.report.head = head;
        Ok(())
    }

    /// Whether the seals of the last page are over records that were walked.
    async fn seals(&mut self, store: &Store) -> Result<(), StoreError> {
        for (seq, seal) in std::mem::take(&mut self.seals) {
            let before = seal.head.seq.saturating_sub(1);
            let sealed = store.audit_entries(before, 1).await?;
            let same = seal.head == Head::default()
                || sealed.first().is_some_and(|entry| {
                    entry.seq == seal.head.seq && entry.hash == seal.head.hash.0
                });
            if !same {
                self.report.finding = Some(Finding { seq, problem: Problem::SealedOther });
                return Ok(());
            }
        }
        Ok(())
    }
}

/// What the log calls the issue of a certificate.
pub(crate) const ISSUED: &str = "certificate.issued";
/// What the log calls a seal.
pub(crate) const SEALED: &str = "audit.sealed";
