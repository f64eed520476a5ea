use core::fmt;

use crate::time;

/// What an authority says about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not revoked.
    Good,
    /// Revoked, for good or on hold.
    Revoked(Revocation),
    /// The responder knows no such certificate.
    Unknown,
}

/// When and why a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revocation {
    /// Seconds since 1970.
    pub at: i64,
    /// Why, if the authority says so.
    pub reason: Option<Reason>,
}

/// Why a certificate was revoked (RFC 5280 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No reason given, or one that has no name.
    Unspecified,
    /// The key is known to others.
    KeyCompromise,
    /// The authority's key is known to others.
    CaCompromise,
    /// The subject has another name or belongs to somebody else.
    AffiliationChanged,
    /// Another certificate takes its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// Suspended: the only state that may end.
    CertificateHold,
    /// No longer suspended; only in lists of changes.
    RemoveFromCrl,
    /// A privilege was withdrawn.
    PrivilegeWithdrawn,
    /// The attribute authority's key is known to others.
    AaCompromise,
}

/// What an authority said about one certificate. Only a response or a list whose signature verified gives one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(super) status: Status,
    pub(super) this_update: i64,
    pub(super) next_update: Option<i64>,
}

/// How old an answer may be, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Greatest age, counted from `thisUpdate`; a shorter `nextUpdate` counts all the same.
    pub max_age: i64,
    /// By how much clocks may differ.
    pub tolerance: i64,
}

/// Why an answer is not for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    /// It is from the future.
    #[error("not before {}", time::text(*this_update))]
    Future {
        /// When it begins to hold.
        this_update: i64,
    },
    /// A newer one should be there by now.
    #[error("a newer one is due since {}", time::text(*next_update))]
    Overdue {
        /// When a newer one was announced for.
        next_update: i64,
    },
    /// Older than allowed.
    #[error("{age} seconds old, {max_age} allowed")]
    TooOld {
        /// Seconds since `thisUpdate`.
        age: i64,
        /// Seconds allowed.
        max_age: i64,
    },
}

impl Answer {
    /// Good, revoked or unknown.
    pub fn status(&self) -> Status {
        self.status
    }

    /// When this was known to be so, seconds since 1970.
    pub fn this_update(&self) -> i64 {
        self.this_update
    }

    /// When newer information will be there at the latest, if the authority says so.
    pub fn next_update(&self) -> Option<i64> {
        self.next_update
    }

    /// Whether it is revoked for good.
    pub(super) fn is_final(&self) -> bool {
        matches!(self.status, Status::Revoked(revocation) if revocation.is_final())
    }

    /// Whether it may be relied upon at `now_unix`.
    pub fn is_current(&self, now_unix: i64, window: Window) -> Result<(), Stale> {
        let age = now_unix.saturating_sub(self.this_update);
        if age < window.tolerance.saturating_neg() {
            return Err(Stale::Future { this_update: self.this_update });
        }
        if let Some(next_update) = self.next_update
            && now_unix > next_update.saturating_add(window.tolerance)
        {
            return Err(Stale::Overdue { next_update });
        }
        // [V2G2-649] [V2G20-1021]
        if age > window.max_age.saturating_add(window.tolerance) {
            return Err(Stale::TooOld { age, max_age: window.max_age });
        }
        Ok(())
    }
}

impl Window {
    /// A week [V2G2-649] [V2G20-1021], and five minutes between clocks.
    pub const WEEK: Self = Self { max_age: 7 * time::DAY, tolerance: 300 };
}

impl Revocation {
    /// Whether it can never end.
    pub fn is_final(&self) -> bool {
        !matches!(self.reason, Some(Reason::CertificateHold | Reason::RemoveFromCrl))
    }
}

impl Reason {
    /// The code of RFC 5280.
    pub fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// By its code in RFC 5280. A code without a name still means revoked.
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            8 => Self::RemoveFromCrl,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => Self::Unspecified,
        }
    }

    /// Of the content of an ENUMERATED.
    pub(super) fn from_content(content: &[u8]) -> Self {
        match content {
            [code] => Self::from_code(*code),
            _ => Self::Unspecified,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        })
    }
}

impl fmt::Display for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "revoked on {}", time::text(self.at))?;
        self.reason.map_or(Ok(()), |reason| write!(f, ", {reason}"))
    }
}
