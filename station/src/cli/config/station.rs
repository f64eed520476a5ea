use super::provisioning::Provision;
use super::revocation::Revocation;
use super::slac::Slac;
use super::{Ac, ConfigError, Dc, Mode, Strictness, certificates, key, text};
use pki::chain::{RootKind, verify};
use pki::{Anchors, Chain, ChainError, ContractPool, Level, Role, Verified};
use pnc::authorize::TokenList;
use pnc::net::{Staple, load_chain, tls_server};
use pnc::station::{check_evse_id, check_limits};
use rustls::ServerConfig;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use v2g::secc::{Limits, Payment, Receipts};

/// The text of the defaults.
pub(crate) const DEFAULTS: &str = include_str!("station.toml");

/// Settings of a station.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StationConfig {
    pub(crate) evse_id: String,
    pub(crate) mode: Mode,
    pub(crate) interface: Option<String>,
    pub(crate) port: u16,
    pub(crate) discovery: bool,
    payment: WaysToPay,
    pub(crate) free: bool,
    receipts: u32,
    pub(crate) strict_profile: bool,
    records: Option<PathBuf>,
    pub(crate) journal: u32,
    ac: Ac,
    dc: Dc,
    tls: Option<Tls>,
    pub(crate) contracts: Contracts,
    pub(crate) provision: Provision,
    pub(crate) revocation: Revocation,
    pub(crate) eim: Eim,
    pub(crate) slac: Slac,
    pub(crate) simulation: Simulation,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum WaysToPay {
    Both,
    Contract,
    External,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    chain: PathBuf,
    key: PathBuf,
    root: PathBuf,
    key_log: Option<PathBuf>,
    #[serde(default)]
    plain_on_request: bool,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Contracts {
    mo_roots: Vec<PathBuf>,
    v2g_roots: Vec<PathBuf>,
    pub(crate) level: Strictness,
    pub(crate) without_tls: bool,
    pool: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Eim {
    tokens: Option<PathBuf>,
    pub(crate) present: Option<String>,
    pub(crate) autocharge: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Simulation {
    pub(crate) rate: f64,
    isolation_test: f64,
}

/// What serves TLS, and where a response about the station's own certificate goes.
pub(crate) struct Served {
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) own: Option<(Verified<Chain>, Staple)>,
}

impl Default for StationConfig {
    fn default() -> Self {
        Self {
            evse_id: "DE*PNC*E0000001".into(),
            mode: Mode::Dc,
            interface: None,
            port: 0,
            discovery: true,
            payment: WaysToPay::Both,
            free: false,
            receipts: 0,
            strict_profile: false,
            records: None,
            journal: 10,
            ac: Ac::default(),
            dc: Dc::default(),
            tls: None,
            contracts: Contracts::default(),
            provision: Provision::default(),
            revocation: Revocation::default(),
            eim: Eim::default(),
            slac: Slac::default(),
            simulation: Simulation::default(),
        }
    }
}

impl Default for Simulation {
    fn default() -> Self {
        Self { rate: 1.0, isolation_test: 1.5 }
    }
}

impl StationConfig {
    /// Both modes are checked, whichever is used.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        check_evse_id(&self.evse_id)
            .and_then(|()| check_limits(&Limits::Ac(self.ac.into())))
            .and_then(|()| check_limits(&Limits::Dc(self.dc.into())))
            .map_err(ConfigError::setting)?;
        let rate = self.simulation.rate;
        if !(rate.is_finite() && rate > 0.0) {
            let why = format!("simulation.rate: {rate} is not a number above 0");
            return Err(ConfigError::setting(why));
        }
        self.slac.change(slac::evse::Config::new(slac::Mac::BROADCAST))?;
        self.isolation_test().map(drop)
    }

    pub(crate) fn limits(&self) -> Limits {
        match self.mode {
            Mode::Ac => Limits::Ac(self.ac.into()),
            Mode::Dc => Limits::Dc(self.dc.into()),
        }
    }

    pub(crate) fn payment(&self) -> Payment {
        match self.payment {
            WaysToPay::Both => Payment::Both,
            WaysToPay::Contract => Payment::Contract,
            WaysToPay::External => Payment::External,
        }
    }

    pub(crate) fn receipts(&self) -> Receipts {
        match self.receipts {
            0 => Receipts::Never,
            seconds => Receipts::Every(Duration::from_secs(seconds.into())),
        }
    }

    pub(crate) fn records(&self, base: &Path) -> Option<PathBuf> {
        self.records.as_ref().map(|directory| base.join(directory))
    }

    pub(crate) fn tls(&self, base: &Path) -> Result<Option<Served>, ConfigError> {
        let Some(tls) = &self.tls else { return Ok(None) };
        let chain_path = base.join(&tls.chain);
        let root_path = base.join(&tls.root);
        let roots = certificates(&root_path)?;
        let [root] = &roots[..] else {
            return Err(ConfigError::file(&root_path, "one certificate is wanted here"));
        };
        let key = key(&base.join(&tls.key))?.to_pkcs8_der();
        let sent = certificates(&chain_path)?;
        let chain =
            load_chain(&sent, root, &key).map_err(|error| ConfigError::file(&chain_path, error))?;
        let own = match own_chain(&sent, root) {
            Ok(own) => Some((own, chain.staple())),
            Err(error) => {
                log::warn!("nothing is stapled: {}: {error}", chain_path.display());
                None
            }
        };
        let log = tls
            .key_log
            .as_ref()
            .map(|path| super::super::key_log::open(&base.join(path)))
            .transpose()?;
        let server = tls_server(vec![chain], log).map_err(ConfigError::setting)?;
        Ok(Some(Served { server, own }))
    }

    pub(crate) fn plain_on_request(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.plain_on_request)
    }

    pub(crate) fn anchors(&self, base: &Path) -> Result<Anchors, ConfigError> {
        let mut anchors = Anchors::new();
        let contracts = &self.contracts;
        let kinds = [(RootKind::Mo, &contracts.mo_roots), (RootKind::V2g, &contracts.v2g_roots)];
        for (kind, paths) in kinds {
            for path in paths.iter().map(|path| base.join(path)) {
                for der in certificates(&path)? {
                    anchors.add(kind, &der).map_err(|error| ConfigError::file(&path, error))?;
                }
            }
        }
        Ok(anchors)
    }

    pub(crate) fn pool(&self, base: &Path) -> Result<Option<ContractPool>, ConfigError> {
        let Some(path) = &self.contracts.pool else { return Ok(None) };
        let path = base.join(path);
        let pool = ContractPool::parse(&text(&path)?);
        pool.map(Some).map_err(|error| ConfigError::file(&path, error))
    }

    pub(crate) fn tokens(&self, base: &Path) -> Result<TokenList, ConfigError> {
        let Some(path) = &self.eim.tokens else { return Ok(TokenList::default()) };
        let path = base.join(path);
        TokenList::parse(&text(&path)?).map_err(|error| ConfigError::file(&path, error))
    }

    pub(crate) fn isolation_test(&self) -> Result<Duration, ConfigError> {
        Duration::try_from_secs_f64(self.simulation.isolation_test)
            .map_err(|error| ConfigError::setting(format!("simulation.isolation_test: {error}")))
    }
}

/// The station's own chain, below a V2G root or that of a private environment; a responder can only be asked about one
/// that is good.
fn own_chain(sent: &[Vec<u8>], root: &[u8]) -> Result<Verified<Chain>, ChainError> {
    let (leaf, subs) = sent.split_first().map_or((&[][..], &[][..]), |(l, subs)| (l, subs));
    let below = |kind| {
        let mut anchors = Anchors::new();
        // One that is no root anchors nothing.
        let _ = anchors.add(kind, root);
        verify(Role::Secc, leaf, subs, &anchors, pnc::time::unix(), Level::Field)
    };
    below(RootKind::V2g).or_else(|error| below(RootKind::PrivateOperator).map_err(|_| error))
}
