//! Settings about contract certificates: a car that asks for them, a station that has them delivered.

use super::{ConfigError, Strictness, certificates, key, text};
use pki::chain::RootKind;
use pki::{Anchors, Certificate};
use pnc::car;
use pnc::car::store::ContractFile;
use pnc::net::http::{self, Client, Token, Url};
use pnc::provision::{CertificateService, ContractFiles, Provisioner, Remote, RequestCheck};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use v2g::evcc::{Contract, ProvisioningIdentity, When};

/// A car that asks.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provisioning {
    chain: Option<PathBuf>,
    key: Option<PathBuf>,
    store: PathBuf,
    v2g_roots: Vec<PathBuf>,
    #[serde(default)]
    mo_roots: Vec<PathBuf>,
    #[serde(default)]
    level: Strictness,
    #[serde(default)]
    pub(crate) when: Wanted,
    #[serde(default = "month")]
    soon: u32,
    #[serde(default)]
    required: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Wanted {
    #[default]
    Needed,
    Install,
    Update,
}

impl Provisioning {
    pub(crate) fn file(&self, base: &Path) -> ContractFile {
        ContractFile::new(base.join(&self.store))
    }

    /// The contract that was delivered before.
    pub(super) fn kept(&self, base: &Path) -> Result<Option<Contract>, ConfigError> {
        self.file(base).read().map_err(|error| ConfigError::file(&base.join(&self.store), error))
    }

    pub(crate) fn car(&self, base: &Path) -> Result<car::Provisioning, ConfigError> {
        let identity = match (&self.chain, &self.key) {
            (None, None) => None,
            (Some(chain), Some(file)) => {
                let chain = base.join(chain);
                let leaf = certificates(&chain)?.into_iter().next().unwrap_or_default();
                let certificate =
                    Certificate::parse(&leaf).map_err(|error| ConfigError::file(&chain, error))?;
                Some(ProvisioningIdentity { certificate, key: Arc::new(key(&base.join(file))?) })
            }
            _ => {
                let why = "provisioning: chain and key go together";
                return Err(ConfigError::setting(why));
            }
        };
        let mut roots = Anchors::new();
        add(&mut roots, RootKind::V2g, &self.v2g_roots, base)?;
        add(&mut roots, RootKind::Mo, &self.mo_roots, base)?;
        Ok(car::Provisioning {
            when: match self.when {
                Wanted::Needed => When::Needed { soon: i64::from(self.soon) * 86_400 },
                Wanted::Install => When::Installation,
                Wanted::Update => When::Update,
            },
            identity,
            anchors: roots,
            level: self.level.level(),
            required: self.required,
        })
    }
}

/// A station that has them delivered.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Provision {
    pub(crate) url: Option<String>,
    pub(crate) files: Option<PathBuf>,
    roots: Vec<PathBuf>,
    pub(crate) token: Option<PathBuf>,
    chain: Option<PathBuf>,
    key: Option<PathBuf>,
    free: bool,
    no_updates: bool,
    oem_roots: Vec<PathBuf>,
    v2g_roots: Vec<PathBuf>,
    oem_subs: Vec<PathBuf>,
    level: Strictness,
}

impl Provision {
    /// Who answers, if anybody is named.
    pub(crate) fn provisioner(
        &self,
        base: &Path,
    ) -> Result<Option<Box<dyn Provisioner>>, ConfigError> {
        Ok(match (&self.url, &self.files) {
            (None, None) => None,
            (Some(url), None) => Some(Box::new(self.remote(url, base)?)),
            (None, Some(directory)) => Some(Box::new(
                ContractFiles::open(&base.join(directory)).map_err(ConfigError::setting)?,
            )),
            (Some(_), Some(_)) => {
                return Err(ConfigError::setting("provision: either url or files"));
            }
        })
    }

    fn remote(&self, named: &str, base: &Path) -> Result<Remote, ConfigError> {
        let mut url: Url = named.parse().map_err(ConfigError::setting)?;
        if !url.has_path() {
            let place = format!("{}{PROVISION}", named.trim_end_matches('/'));
            url = place.parse().map_err(ConfigError::setting)?;
        }
        let mut client = Client::new();
        if !self.roots.is_empty() {
            let mut roots = Vec::new();
            for path in &self.roots {
                roots.extend(certificates(&base.join(path))?);
            }
            let identity = match (&self.chain, &self.key) {
                (Some(chain), Some(file)) => {
                    let secret = key(&base.join(file))?.to_pkcs8_der();
                    Some((certificates(&base.join(chain))?, secret.to_vec()))
                }
                (None, None) => None,
                _ => {
                    let why = "provision: chain and key go together";
                    return Err(ConfigError::setting(why));
                }
            };
            client = client.tls(http::tls(&roots, identity).map_err(ConfigError::setting)?);
        }
        let remote = Remote::new(url, client);
        let Some(path) = &self.token else { return Ok(remote) };
        let path = base.join(path);
        let token: Token =
            text(&path)?.trim().parse().map_err(|error| ConfigError::file(&path, error))?;
        Ok(remote.bearer(token))
    }

    pub(crate) fn service(&self, base: &Path) -> Result<CertificateService, ConfigError> {
        let mut anchors = Anchors::new();
        add(&mut anchors, RootKind::Oem, &self.oem_roots, base)?;
        add(&mut anchors, RootKind::V2g, &self.v2g_roots, base)?;
        let mut subs = Vec::new();
        for path in &self.oem_subs {
            subs.extend(certificates(&base.join(path))?);
        }
        let check = !anchors.is_empty();
        Ok(CertificateService {
            installation: true,
            update: !self.no_updates,
            free: self.free,
            check: check.then(|| RequestCheck { anchors, subs, level: self.level.level() }),
        })
    }
}

fn add(
    anchors: &mut Anchors,
    kind: RootKind,
    paths: &[PathBuf],
    base: &Path,
) -> Result<(), ConfigError> {
    for path in paths.iter().map(|path| base.join(path)) {
        for der in certificates(&path)? {
            anchors.add(kind, &der).map_err(|error| ConfigError::file(&path, error))?;
        }
    }
    Ok(())
}

/// Where the service of `pnc pki serve` answers cars.
const PROVISION: &str = "/v1/provision";

const fn month() -> u32 {
    30
}
