//! `pnc pki serve`: the contract certificate service.

mod config;
mod desk;

use super::files;
use crate::cli::{failed, logging, misused, out, stop};
use clap::Args;
use config::Config;
use pki_service::api::{Service, serve, tls, upkeep};
use pki_service::store::{Options, Store};
use pki_service::webhook::Courier;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Directory of the authorities, as `pnc pki init` makes it; once for each edition.
    ///
    /// Names of authorities of ISO 15118-20 end with `_20` here: mo_sub2_20.
    #[arg(long, value_name = "CA-DIR")]
    dir: Vec<PathBuf>,
    /// Settings in TOML; options of the command line count before them.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// `sqlite:FILE` or `postgres://USER@HOST/DATABASE`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Where to listen; port 0 takes any.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The service's certificate with those above it, in PEM. Without it, plain HTTP.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Roots of clients that show certificates, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    client_roots: Option<PathBuf>,
    /// Plain HTTP on any address: a proxy in front does TLS.
    #[arg(long)]
    behind_proxy: bool,
    /// One JSON object for each line of the log.
    #[arg(long)]
    json: bool,
    /// Shows less: warnings and errors alone.
    #[arg(short, long)]
    quiet: bool,
}

/// 0: ended by a signal. 1: it could not serve. 2: wrong usage or configuration.
pub(in crate::cli) fn run(arguments: &Arguments) -> ExitCode {
    let level = if arguments.quiet { 0 } else { 1 };
    if arguments.json {
        logging::start_json(level)
    } else {
        logging::start(level)
    }
    let config = match configuration(arguments) {
        Ok(config) => config,
        Err(why) => return misused(why),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(error),
    };
    match runtime.block_on(serving(&config, arguments.json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed(why),
    }
}

fn configuration(arguments: &Arguments) -> Result<Config, String> {
    let mut config = match &arguments.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    if !arguments.dir.is_empty() {
        config.directories.clone_from(&arguments.dir);
    }
    if let Some(database) = &arguments.database {
        config.database.clone_from(database);
    }
    config.listen = arguments.listen.unwrap_or(config.listen);
    config.behind_proxy |= arguments.behind_proxy;
    if let (Some(certificate), Some(key)) = (&arguments.tls_cert, &arguments.tls_key) {
        let (certificate, key) = (certificate.clone(), key.clone());
        let client_roots = arguments.client_roots.clone();
        config.tls = Some(config::Tls { certificate, key, client_roots });
    }
    config.check()?;
    if config.directories.is_empty() {
        return Err("no directory of authorities: give --dir".to_owned());
    }
    Ok(config)
}

async fn serving(config: &Config, json: bool) -> Result<(), String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let desk = desk::open(config)?;
    let tls = config.tls.as_ref().map(tls_of).transpose()?;
    let store = Store::open(&config.database, Options::default()).await.map_err(|e| text(&e))?;
    let service = Service::new(store.clone(), desk, config.limits(), config.paths());
    let service = Arc::new(service);
    service.prepare().await.map_err(|error| text(&error))?;
    let courier = courier(config, &store)?;
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|error| format!("{}: {error}", config.listen))?;
    let address = listener.local_addr().map_err(|error| text(&error))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{address}");
    out::line(if json {
        json!({"listening": url}).to_string()
    } else {
        format!("listening on {url}")
    });
    let upkeep = tokio::spawn(upkeep(Arc::clone(&service), courier));
    let stopped = async {
        stop::requested(None).await;
    };
    serve(service, listener, tls, stopped).await;
    upkeep.abort();
    store.close().await;
    Ok(())
}

fn tls_of(settings: &config::Tls) -> Result<Arc<rustls::ServerConfig>, String> {
    let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
    let chain = files::certificates(&shown(&settings.certificate))?;
    let key = files::text(&shown(&settings.key))?;
    let key = rustls::pki_types::pem::PemObject::from_pem_slice(key.as_bytes())
        .map(|key: rustls::pki_types::PrivatePkcs8KeyDer<'_>| key.secret_pkcs8_der().to_vec())
        .map_err(|error| format!("{}: {error}", settings.key.display()))?;
    let roots = settings.client_roots.as_ref();
    let roots = roots.map(|path| files::certificates(&shown(path))).transpose()?;
    tls(chain, key, &roots.unwrap_or_default()).map_err(|error| error.to_string())
}

fn courier(config: &Config, store: &Store) -> Result<Option<Courier>, String> {
    if config.webhooks.hosts.is_empty() {
        return Ok(None);
    }
    let roots = config.webhooks.roots.as_ref();
    let roots = roots.map(|path| files::text(&path.to_string_lossy())).transpose()?;
    Courier::new(store.clone(), config.webhooks.hosts.clone(), roots.as_deref()).map(Some)
}
