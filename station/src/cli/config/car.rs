use super::provisioning::Provisioning;
use super::slac::Slac;
use super::{ConfigError, Mode, Need, Strictness, certificates, text};
use pnc::car::store;
use pnc::hardware::sim::BatteryModel;
use pnc::net::tls_client;
use rustls::ClientConfig;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use v2g::evcc::{AcWish, Contract, DcWish, Wish};
use zeroize::Zeroizing;

/// The text of the defaults.
pub(crate) const DEFAULTS: &str = include_str!("car.toml");

/// Settings of a car.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CarConfig {
    evcc_id: String,
    mode: Mode,
    pub(crate) interface: Option<String>,
    energy: f64,
    pub(crate) loops: u32,
    pub(crate) departure: Option<u32>,
    pub(crate) allow_downgrade: bool,
    pub(crate) poll_interval: u64,
    pub(crate) loop_interval: u64,
    pub(crate) patience: u64,
    ac: AcCar,
    dc: DcCar,
    pub(crate) battery: Battery,
    tls: Option<Tls>,
    pub(crate) contract: Option<ContractFiles>,
    pub(crate) provisioning: Option<Provisioning>,
    pub(crate) slac: Slac,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
struct AcCar {
    phases: u8,
    max_voltage: f64,
    max_current: f64,
    min_current: f64,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
struct DcCar {
    max_voltage: f64,
    max_current: f64,
    max_power: f64,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Battery {
    capacity: f64,
    soc: f64,
    voltage_empty: f64,
    voltage_full: f64,
    pub(crate) rate: f64,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    roots: Vec<PathBuf>,
    #[serde(default)]
    level: Strictness,
    #[serde(default)]
    staples: Need,
    key_log: Option<PathBuf>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContractFiles {
    chain: PathBuf,
    /// Without it the key is in the chain's file.
    key: Option<PathBuf>,
    #[serde(default)]
    pub(crate) without_tls: bool,
}

impl Default for CarConfig {
    fn default() -> Self {
        Self {
            evcc_id: "02:00:00:00:00:01".into(),
            mode: Mode::Dc,
            interface: None,
            energy: 5_000.0,
            loops: 0,
            departure: None,
            allow_downgrade: false,
            poll_interval: 100,
            loop_interval: 100,
            patience: 0,
            ac: AcCar::default(),
            dc: DcCar::default(),
            battery: Battery::default(),
            tls: None,
            contract: None,
            provisioning: None,
            slac: Slac::default(),
        }
    }
}

impl Default for AcCar {
    fn default() -> Self {
        Self { phases: 3, max_voltage: 230.0, max_current: 16.0, min_current: 6.0 }
    }
}

impl Default for DcCar {
    fn default() -> Self {
        Self { max_voltage: 450.0, max_current: 250.0, max_power: 90_000.0 }
    }
}

impl Default for Battery {
    fn default() -> Self {
        Self { capacity: 60_000.0, soc: 40.0, voltage_empty: 340.0, voltage_full: 410.0, rate: 1.0 }
    }
}

impl CarConfig {
    pub(crate) fn evcc_id(&self) -> Result<[u8; 6], ConfigError> {
        let octets = self.evcc_id.split(':').map(|octet| u8::from_str_radix(octet, 16));
        let octets: Option<Vec<u8>> = octets.map(Result::ok).collect();
        octets.and_then(|octets| octets.try_into().ok()).ok_or_else(|| {
            ConfigError::setting(format!("evcc_id: {:?} is no MAC address", self.evcc_id))
        })
    }

    pub(crate) fn wish(&self) -> Wish {
        let energy = self.energy;
        match self.mode {
            Mode::Ac => {
                let AcCar { phases, max_voltage, max_current, min_current } = self.ac;
                Wish::Ac(AcWish { phases, max_voltage, max_current, min_current, energy })
            }
            Mode::Dc => {
                let DcCar { max_voltage, max_current, max_power } = self.dc;
                let capacity = self.battery.capacity;
                Wish::Dc(DcWish { max_voltage, max_current, max_power, capacity, energy })
            }
        }
    }

    pub(crate) fn battery(&self) -> BatteryModel {
        let Battery { capacity, soc, voltage_empty, voltage_full, .. } = self.battery;
        BatteryModel {
            capacity,
            energy: capacity * soc.clamp(0.0, 100.0) / 100.0,
            voltage: (voltage_empty, voltage_full),
            max_current: self.dc.max_current,
            max_power: self.dc.max_power,
            ..BatteryModel::default()
        }
    }

    pub(crate) fn tls(&self, base: &Path) -> Result<Option<Arc<ClientConfig>>, ConfigError> {
        let Some(tls) = &self.tls else { return Ok(None) };
        let mut roots = Vec::new();
        for path in &tls.roots {
            roots.extend(certificates(&base.join(path))?);
        }
        let log = tls
            .key_log
            .as_ref()
            .map(|path| super::super::key_log::open(&base.join(path)))
            .transpose()?;
        Ok(Some(
            tls_client(&roots, tls.level.tls(), tls.staples.need(), log)
                .map_err(ConfigError::setting)?,
        ))
    }

    /// The contract that was delivered and kept, or else the one of the settings.
    pub(crate) fn contract(&self, base: &Path) -> Result<Option<Contract>, ConfigError> {
        if let Some(provisioning) = &self.provisioning
            && let Some(kept) = provisioning.kept(base)?
        {
            return Ok(Some(kept));
        }
        let Some(files) = &self.contract else { return Ok(None) };
        let path = base.join(&files.chain);
        let key = base.join(files.key.as_ref().unwrap_or(&files.chain));
        let contract = store::parse(&text(&path)?, &Zeroizing::new(text(&key)?));
        contract.map(Some).map_err(|why| ConfigError::file(&path, why))
    }
}
