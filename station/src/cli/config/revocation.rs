use super::{ConfigError, Need, text};
use pki::revocation::{Crl, Policy, Window};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Whether contracts are revoked.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Revocation {
    need: Need,
    private: Need,
    crls: Vec<PathBuf>,
    cache: Option<PathBuf>,
    online: bool,
    budget: u32,
    max_age: u32,
}

/// What the command line says instead.
#[derive(Debug, clap::Args)]
pub(crate) struct RevocationArguments {
    /// How much must be known of whether contracts are revoked, instead of what the settings say.
    #[arg(long, value_name = "NEED", value_enum)]
    revocation: Option<Need>,
    /// A revocation list, PEM or DER, beside those of the settings; may be given more than once.
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// Directory in which what was learnt of revoked certificates is kept, instead of that of the settings.
    #[arg(long, value_name = "DIR")]
    revocation_cache: Option<PathBuf>,
}

impl Default for Revocation {
    fn default() -> Self {
        Self {
            need: Need::Prefer,
            private: Need::Ignore,
            crls: Vec::new(),
            cache: None,
            online: true,
            budget: 5,
            max_age: 7,
        }
    }
}

impl Revocation {
    /// Who knows. Paths of the settings count from `base`.
    pub(crate) fn known(
        &self,
        arguments: &RevocationArguments,
        base: &Path,
    ) -> Result<pnc::revocation::Revocation, ConfigError> {
        if self.budget > MOST_SECONDS {
            let why = format!("revocation.budget: {} s, at most {MOST_SECONDS}", self.budget);
            return Err(ConfigError::setting(why));
        }
        let window = Window { max_age: i64::from(self.max_age) * 86_400, ..Window::WEEK };
        let policy = Policy {
            need: arguments.revocation.unwrap_or(self.need).need(),
            private: self.private.need(),
            ocsp: window,
            crl: window,
        };
        let paths = self.crls.iter().map(|path| base.join(path)).chain(arguments.crl.clone());
        let mut crls = Vec::new();
        for path in paths {
            crls.extend(lists(&path)?);
        }
        let budget = Duration::from_secs(self.budget.into());
        let mut known = pnc::revocation::Revocation::new(policy).budget(budget).crls(crls);
        if !self.online {
            known = known.offline();
        }
        let kept = self.cache.as_ref().map(|path| base.join(path));
        if let Some(directory) = arguments.revocation_cache.clone().or(kept) {
            known =
                known.kept_in(&directory).map_err(|error| ConfigError::file(&directory, error))?;
        }
        Ok(known)
    }
}

/// What is left of the 55 s for which a car is kept waiting [V2G2-712] is for the authorizers.
const MOST_SECONDS: u32 = 40;

/// The lists of a file, in PEM or one in DER.
fn lists(path: &Path) -> Result<Vec<Crl>, ConfigError> {
    let unusable = |error: &dyn ToString| ConfigError::file(path, error.to_string());
    let octets = std::fs::read(path).map_err(|error| unusable(&error))?;
    let ders = match octets.first() {
        Some(0x30) => vec![octets],
        _ => pki::pem::revocation_lists(&text(path)?).map_err(|error| unusable(&error))?,
    };
    ders.iter().map(|der| Crl::parse(der).map_err(|error| unusable(&error))).collect()
}
