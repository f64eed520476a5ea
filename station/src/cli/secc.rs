//! `pnc secc`: a station with simulated hardware on a real network.

use super::config::{self, ConfigError, StationConfig};
use super::link::Link;
use super::stop::{self, Stop};
use super::verdict::Verdict;
use super::{logging, out};
use pnc::Station;
use pnc::authorize::{Free, KnownContracts, TokenDesk};
use pnc::hardware::Hardware;
use pnc::hardware::sim::{self, Plug, PlugSettings};
use pnc::link::PacketLink;
use pnc::net::Interface;
use pnc::station::{Bound, Notice, Patience};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use v2g::authorization::Identity;
use v2g::sdp::Security;
use v2g::secc::{Event, Limits};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Network interface to serve on; loopback if neither this nor the settings name one.
    #[arg(long, value_name = "IF")]
    interface: Option<String>,
    /// Settings in TOML; see --print-config.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Deliver contract certificates: the URL of a back end, or a directory of a laboratory; see --print-config.
    #[arg(long, value_name = "URL|DIR")]
    provision: Option<String>,
    /// File with the token to show to the back end, instead of that of the settings.
    #[arg(long, value_name = "FILE")]
    provision_token: Option<PathBuf>,
    /// End after one session: 0 only if it was complete.
    #[arg(long)]
    once: bool,
    /// Print one line of JSON for each session.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    revocation: config::revocation::RevocationArguments,
    /// How the car is linked: by an existing network, or matched over a power line modem.
    #[arg(long, value_enum, default_value_t = Link::None)]
    link: Link,
    /// Let cars charge by their MAC address (autocharge), with --link slac: those in the list of tokens as VID:0250AABBCCDD. A MAC
    /// address is no identity: who heard it once on a power line can copy it and charge at the owner's expense.
    #[arg(long)]
    autocharge: bool,
    /// Print the settings with their defaults and end.
    #[arg(long)]
    print_config: bool,
    /// End after so many seconds.
    #[arg(long, value_name = "S", value_parser = stop::seconds)]
    timeout: Option<Duration>,
    /// Say more on standard error; twice: everything.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

pub(crate) fn run(arguments: Arguments) -> ExitCode {
    if arguments.print_config {
        out::text(config::STATION_DEFAULTS);
        return ExitCode::SUCCESS;
    }
    logging::start(arguments.verbose);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return super::failed(error),
    };
    runtime.block_on(async {
        match bind(&arguments) {
            Ok(bound) => serve(bound, &arguments).await,
            Err(error) => super::misused(error),
        }
    })
}

fn bind(arguments: &Arguments) -> Result<Bound, ConfigError> {
    let (mut config, base) = config::read::<StationConfig>(arguments.config.as_deref())?;
    if let Some(place) = &arguments.provision {
        let (url, files) = match place.contains("://") {
            true => (Some(place.clone()), None),
            // Relative to where the command was given.
            false => (None, Some(std::path::absolute(place).map_err(ConfigError::setting)?)),
        };
        (config.provision.url, config.provision.files) = (url, files);
    }
    if let Some(token) = &arguments.provision_token {
        if config.provision.url.is_none() {
            return Err(ConfigError::setting("--provision-token is for the URL of a back end"));
        }
        config.provision.token = Some(std::path::absolute(token).map_err(ConfigError::setting)?);
    }
    config.check()?;
    let (ac_load, max_current) = match config.limits() {
        Limits::Ac(ac) => (Some(ac.phases), ac.max_current),
        Limits::Dc(_) => (None, 0.0),
    };
    let plug = Plug::new(PlugSettings {
        ac_load,
        max_current,
        rate: config.simulation.rate,
        isolation_test: config.isolation_test()?,
        pilot: false,
        ..PlugSettings::default()
    });
    match config.limits() {
        Limits::Ac(_) => station(sim::ac(&plug), &config, &base, arguments),
        Limits::Dc(_) => station(sim::dc(&plug), &config, &base, arguments),
    }
}

fn station(
    hardware: impl Hardware,
    config: &StationConfig,
    base: &Path,
    arguments: &Arguments,
) -> Result<Bound, ConfigError> {
    let desk = TokenDesk::new(config.tokens(base)?);
    let (shown, json) = (
        config.eim.present.clone().map(|token| (desk.clone(), token)),
        arguments.json || arguments.once,
    );
    let mut station = Station::new(&config.evse_id, config.limits(), hardware)
        .port(config.port)
        .contracts(config.anchors(base)?, config.contracts.level.level())
        .payment(config.payment())
        .receipts(config.receipts())
        .patience(Patience {
            journal: Duration::from_secs(config.journal.max(1).into()),
            ..Patience::default()
        })
        .observe(move |notice| see(notice, shown.as_ref(), json));
    if let Some(name) = arguments.interface.as_ref().or(config.interface.as_ref()) {
        station = station.interface(Interface::named(name).map_err(ConfigError::setting)?);
        if arguments.link == Link::Slac {
            let link = PacketLink::open(name).map_err(ConfigError::setting)?;
            let matching = config.slac.change(slac::evse::Config::new(link.mac()))?;
            station = station.slac(link, matching);
        }
    } else if arguments.link == Link::Slac {
        return Err(ConfigError::setting("--link slac needs an --interface"));
    }
    station = station.revocation(config.revocation.known(&arguments.revocation, base)?);
    if let Some(tls) = config.tls(base)? {
        station = station.tls(tls.server);
        if let Some((chain, staple)) = tls.own {
            station = station.staple(chain, staple);
        }
    }
    if config.plain_on_request() {
        station = station.plain_on_request();
    }
    if let Some(provisioner) = config.provision.provisioner(base)? {
        station = station.certificates(provisioner, config.provision.service(base)?);
    }
    if let Some(pool) = config.pool(base)? {
        station = station.authorize(KnownContracts::new("contract pool", pool));
    }
    if config.eim.autocharge || arguments.autocharge {
        if arguments.link != Link::Slac {
            return Err(ConfigError::setting("autocharge needs --link slac"));
        }
        station = station.autocharge();
    }
    if config.free {
        station = station.free().authorize(Free);
    }
    if let Some(directory) = config.records(base) {
        station = station.records(directory);
    }
    if !config.discovery {
        station = station.without_discovery();
    }
    if config.contracts.without_tls {
        station = station.contracts_without_tls();
    }
    if config.strict_profile {
        station = station.strict_profile();
    }
    station.authorize(desk).bind().map_err(ConfigError::setting)
}

async fn serve(mut bound: Bound, arguments: &Arguments) -> ExitCode {
    let begin = Instant::now();
    let handle = bound.handle();
    let stopped = stop::requested(arguments.timeout);
    tokio::pin!(stopped);
    let mut why = None;
    loop {
        let report = {
            let serving = bound.serve_one();
            tokio::pin!(serving);
            loop {
                tokio::select! {
                    report = &mut serving => break report,
                    stop = &mut stopped, if why.is_none() => {
                        why = Some(stop);
                        handle.shut_down();
                    }
                }
            }
        };
        let Some(report) = report else { break };
        let verdict = Verdict::of_station(&report);
        if arguments.json || arguments.once {
            out::line(verdict.line());
        }
        if arguments.once && why.is_none() {
            return super::exit(verdict.is_pass());
        }
    }
    if arguments.once {
        let why =
            if why == Some(Stop::Timeout) { "no session in time" } else { "ended by a signal" };
        out::line(Verdict::of_failure(why, begin.elapsed()).line());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Logs what happens, and shows the simulated card.
fn see(notice: Notice<'_>, shown: Option<&(TokenDesk, String)>, quiet: bool) {
    log::info!("{notice:?}");
    match notice {
        Notice::Listening(offer) if !quiet => {
            let (address, security) = offer.to(Security::Tls);
            out::line(format!("listening on {address}, {security:?}"));
        }
        Notice::Record(record) if !quiet => {
            out::line(serde_json::to_string(record).unwrap_or_default());
        }
        Notice::TurnedAway { peer, why } => log::warn!("{peer} turned away: {why}"),
        Notice::HandshakeFailed { peer, why } => log::warn!("TLS with {peer}: {why}"),
        Notice::Trouble(why) => log::error!("{why}"),
        Notice::Session(Event::Authorize(question))
            if *question.identity() == Identity::External =>
        {
            if let Some((desk, token)) = shown {
                desk.present(token.as_str());
            }
        }
        _ => {}
    }
}
