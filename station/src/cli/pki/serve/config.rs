//! Settings of `pnc pki serve`: a file, and options of the command line before it.

use crate::cli::config::Strictness;
use pki_service::api::{Limits, Paths, Terms};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Settings of the service.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    /// Directories of the authorities, as `pnc pki init` makes them: one for each edition, or several provisioning services.
    pub(super) directories: Vec<PathBuf>,
    pub(super) database: String,
    pub(super) listen: SocketAddr,
    /// Plain HTTP on an address that others reach, because a proxy in front does TLS.
    pub(super) behind_proxy: bool,
    pub(super) tls: Option<Tls>,
    limits: LimitSettings,
    paths: PathSettings,
    pub(super) issuing: Issuing,
    pub(super) webhooks: Webhooks,
}

/// Certificate and key of the service, and the roots of clients that show certificates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tls {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    pub(super) client_roots: Option<PathBuf>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LimitSettings {
    connections: usize,
    client_rate: f64,
    client_burst: f64,
    address_rate: f64,
    address_burst: f64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PathSettings {
    opcp: String,
    opnc: String,
    est: String,
}

/// How the service issues and delivers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Issuing {
    pub(super) organization: Option<String>,
    /// How closely certificates of others must follow the standard; `field` where not given.
    pub(super) level: Option<Strictness>,
    pub(super) renew_before_days: Option<u16>,
    pub(super) revocation_days: Option<u16>,
}

/// Where webhooks may go, and whom to trust there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Webhooks {
    pub(super) hosts: Vec<String>,
    pub(super) roots: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            directories: Vec::new(),
            database: "sqlite:pnc-pki.db".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            behind_proxy: false,
            tls: None,
            limits: LimitSettings::default(),
            paths: PathSettings::default(),
            issuing: Issuing::default(),
            webhooks: Webhooks::default(),
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        let Limits { connections, client_rate, address_rate, .. } = Limits::default();
        let ((client_rate, client_burst), (address_rate, address_burst)) =
            (client_rate, address_rate);
        Self { connections, client_rate, client_burst, address_rate, address_burst }
    }
}

impl Default for PathSettings {
    fn default() -> Self {
        let Paths { opcp, opnc, est } = Paths::default();
        Self { opcp, opnc, est }
    }
}

impl Config {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Refuses plain HTTP where others could read it.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.tls.is_none() && !self.behind_proxy && !self.listen.ip().is_loopback() {
            return Err(format!(
                "{} is not this machine alone: give a certificate and a key, or say --behind-proxy",
                self.listen
            ));
        }
        for base in [&self.paths.opcp, &self.paths.opnc, &self.paths.est] {
            let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"/-_.".contains(&octet);
            let good = base.is_empty() || base.starts_with('/') && !base.ends_with('/');
            if !good || !base.bytes().all(plain) {
                return Err(format!("paths: {base:?} is no base such as /opnc"));
            }
        }
        let PathSettings { opcp, opnc, est } = &self.paths;
        if opcp == opnc || opnc == est || est == opcp {
            return Err("paths: two interfaces with the same base".to_owned());
        }
        Ok(())
    }

    pub(super) fn limits(&self) -> Limits {
        let LimitSettings { connections, client_rate, client_burst, address_rate, address_burst } =
            self.limits;
        Limits {
            connections: connections.max(1),
            client_rate: (client_rate, client_burst),
            address_rate: (address_rate, address_burst),
            ..Limits::default()
        }
    }

    pub(super) fn paths(&self) -> Paths {
        let PathSettings { opcp, opnc, est } = self.paths.clone();
        Paths { opcp, opnc, est }
    }

    pub(super) fn terms(&self) -> Terms {
        let usual = Terms::default();
        let days = |days: Option<u16>, usual| days.map_or(usual, |days| i64::from(days) * 86_400);
        Terms {
            renew_before: days(self.issuing.renew_before_days, usual.renew_before),
            revocation_lifetime: days(self.issuing.revocation_days, usual.revocation_lifetime),
            level: self.issuing.level.map_or(usual.level, Strictness::level),
            webhook_hosts: self.webhooks.hosts.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_or_behind_a_proxy() {
        let config = Config::default();
        assert_eq!(config.check(), Ok(()));
        let open = Config { listen: SocketAddr::from(([0, 0, 0, 0], 8443)), ..config };
        assert!(open.check().is_err());
        assert_eq!(Config { behind_proxy: true, ..open }.check(), Ok(()));
    }

    #[test]
    fn settings_are_read_and_what_is_unknown_is_refused() {
        let text = "listen = \"127.0.0.1:9\"\n[limits]\nconnections = 5\n[paths]\nopnc = \"/x\"\n\
                    [issuing]\nlevel = \"strict\"\nrenew_before_days = 3\n";
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.limits().connections, 5);
        assert_eq!(config.paths().opnc, "/x");
        assert_eq!(config.terms().renew_before, 3 * 86_400);
        assert!(toml::from_str::<Config>("liste = 1").is_err());
        for paths in ["opnc = \"x\"", "opnc = \"/x/\"", "opnc = \"\"", "est = \"/{x}\""] {
            let config: Config = toml::from_str(&format!("[paths]\n{paths}")).unwrap();
            assert!(config.check().is_err(), "{paths}");
        }
    }
}
