//! `ca.toml`: what an authority is and what it writes into certificates.

use super::CaError;
use pki::issue::{KeyId, Policy, Terms};
use pki::profile::{CertificateKind, Edition, Level};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Name of the kind.
    pub(super) kind: String,
    /// `2` or `20`.
    pub(super) edition: u8,
    /// File of the private key, beside this one, or the URI of one in a token (RFC 7512).
    pub(super) key: String,
    /// How closely its own certificate follows the standard, where not to the letter: `field` or `lab`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<String>,
    /// Address of the OCSP responder that answers for what is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ocsp: Option<String>,
    /// Address of the revocation list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) crl: Option<String>,
    /// Days of validity of what is issued, where not the usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) days: Option<u32>,
    /// Kinds that it issues, where not all that it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issues: Option<Vec<String>>,
    /// Key identifiers of eight octets instead of twenty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) short_key_ids: bool,
    /// Policies under which it issues.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) policies: Vec<PolicySettings>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicySettings {
    pub(super) oid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) statement: Option<String>,
}

impl Settings {
    pub(super) fn read(path: &Path) -> Result<Self, CaError> {
        let text = fs::read_to_string(path).map_err(CaError::file(path))?;
        toml::from_str(&text).map_err(|error| CaError::content(path, error.message()))
    }

    pub(super) fn to_text(&self, path: &Path) -> Result<String, CaError> {
        toml::to_string(self).map_err(|error| CaError::content(path, error))
    }

    pub(super) fn kind(&self) -> Result<CertificateKind, String> {
        kind(&self.kind)
    }

    pub(super) fn edition(&self) -> Result<Edition, String> {
        match self.edition {
            2 => Ok(Edition::Iso2),
            20 => Ok(Edition::Iso20),
            other => Err(format!("edition {other}: 2 or 20")),
        }
    }

    pub(super) fn level(&self) -> Result<Level, String> {
        let Some(name) = &self.level else { return Ok(Level::Strict) };
        let found = Level::ALL.into_iter().find(|level| level.to_string() == *name);
        found.ok_or_else(|| format!("level {name:?}: strict, field or lab"))
    }

    pub(super) fn terms(&self) -> Result<Terms, String> {
        let mut terms = Terms::of(self.edition()?, self.kind()?);
        if let Some(issues) = &self.issues {
            terms.kinds = issues.iter().map(|name| kind(name)).collect::<Result<_, _>>()?;
        }
        terms.lifetime = self.days.map(|days| i64::from(days) * DAY);
        terms.ocsp.clone_from(&self.ocsp);
        terms.crl.clone_from(&self.crl);
        terms.key_id = if self.short_key_ids { KeyId::Short } else { KeyId::Sha1 };
        let policy = |policy: &PolicySettings| Policy {
            oid: policy.oid.clone(),
            statement: policy.statement.clone(),
        };
        terms.policies = self.policies.iter().map(policy).collect();
        Ok(terms)
    }
}

fn kind(name: &str) -> Result<CertificateKind, String> {
    CertificateKind::from_name(name).ok_or_else(|| format!("{name:?} is no kind of certificate"))
}

const DAY: i64 = 86_400;
