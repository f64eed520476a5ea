//! `pnc evcc`: a car with a simulated battery on a real network.

use super::config::{self, CarConfig, ConfigError, Wanted};
use super::link::Link;
use super::stop::{self, Stop};
use super::verdict::{Verdict, millis, word};
use super::{logging, out};
use pnc::Car;
use pnc::car::{Pace, Report};
use pnc::hardware::sim::SimulatedCar;
use pnc::hardware::{Vehicle, VehicleStatus};
use pnc::link::PacketLink;
use pnc::net::{Interface, discovery};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use v2g::evcc::Order;
use v2g::sdp::Security;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Network interface to look for a station on; loopback if neither this nor the settings name one.
    #[arg(long, value_name = "IF")]
    interface: Option<String>,
    /// How the station is reached: by an existing network, or matched over a power line modem first.
    #[arg(long, value_enum, default_value_t = Link::None)]
    link: Link,
    /// Settings in TOML; see --print-config.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Ask for a first contract certificate, whatever the car has; see [provisioning] of --print-config.
    #[arg(long, conflicts_with = "update")]
    install: bool,
    /// Ask for a fresh certificate of the contract.
    #[arg(long)]
    update: bool,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
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

impl Arguments {
    fn wanted(&self) -> Option<Wanted> {
        match (self.install, self.update) {
            (true, _) => Some(Wanted::Install),
            (false, true) => Some(Wanted::Update),
            (false, false) => None,
        }
    }
}

pub(crate) fn run(arguments: Arguments) -> ExitCode {
    if arguments.print_config {
        out::text(config::CAR_DEFAULTS);
        return ExitCode::SUCCESS;
    }
    logging::start(arguments.verbose);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return super::failed(error),
    };
    runtime.block_on(async {
        match car(&arguments) {
            Ok(car) => charge(car, &arguments).await,
            Err(error) => super::misused(error),
        }
    })
}

fn car(arguments: &Arguments) -> Result<Car<Limited>, ConfigError> {
    let (mut config, base) = config::read::<CarConfig>(arguments.config.as_deref())?;
    if let Some(wanted) = arguments.wanted() {
        let why = "--install and --update need settings: [provisioning]";
        let provisioning = config.provisioning.as_mut();
        provisioning.ok_or_else(|| ConfigError::setting(why))?.when = wanted;
    }
    let wish = config.wish();
    config.slac.change(slac::ev::Config::new(slac::Mac::BROADCAST))?;
    let car = SimulatedCar::alone(config.battery(), &wish, config.battery.rate);
    let left = (config.loops > 0).then_some(config.loops);
    let tls = config.tls(&base)?;
    let wanted = if tls.is_some() { Security::Tls } else { Security::None };
    let mut car = Car::new(wish, Limited { car, left })
        .evcc_id(config.evcc_id()?)
        .pace(Pace {
            poll: Duration::from_millis(config.poll_interval),
            charge_loop: Duration::from_millis(config.loop_interval),
            patience: Duration::from_millis(config.patience),
            ..Pace::default()
        })
        .discovery(discovery::Settings {
            allow_downgrade: config.allow_downgrade,
            ..discovery::Settings::new(wanted)
        })
        .observe(|notice| log::info!("{notice:?}"));
    if let Some(name) = arguments.interface.as_ref().or(config.interface.as_ref()) {
        car = car.interface(Interface::named(name).map_err(ConfigError::setting)?);
        if arguments.link == Link::Slac {
            let link = PacketLink::open(name).map_err(ConfigError::setting)?;
            let matching = config.slac.change(slac::ev::Config::new(link.mac()))?;
            car = car.slac(link, matching);
        }
    } else if arguments.link == Link::Slac {
        return Err(ConfigError::setting("--link slac needs an --interface"));
    }
    if let Some(tls) = tls {
        car = car.tls(tls);
    }
    if let Some(contract) = config.contract(&base)? {
        car = car.contract(contract);
    }
    if let Some(provisioning) = &config.provisioning {
        car = car.provisioning(provisioning.car(&base)?, provisioning.file(&base));
    }
    if config.contract.is_some_and(|contract| contract.without_tls) {
        car = car.contract_without_tls();
    }
    if let Some(seconds) = config.departure {
        car = car.departure(seconds);
    }
    Ok(car)
}

async fn charge(car: Car<Limited>, arguments: &Arguments) -> ExitCode {
    let begin = Instant::now();
    let why = Mutex::new(None);
    let stopped = async {
        let stop = stop::requested(arguments.timeout).await;
        *why.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(stop);
    };
    // Discovery may wait for long, and knows nothing of signals.
    let outcome = {
        let (told, hear) = tokio::sync::oneshot::channel::<()>();
        let charging = car.charge(async { drop(hear.await) });
        tokio::pin!(charging, stopped);
        tokio::select! {
            outcome = &mut charging => Some(outcome),
            () = &mut stopped => {
                drop(told);
                tokio::time::timeout(FAREWELL, charging).await.ok()
            }
        }
    };
    let why = *why.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let verdict = match (outcome, why) {
        (Some(Ok(report)), _) => verdict(&report, arguments.wanted().is_some()),
        (Some(Err(error)), None) => Verdict::of_failure(error, begin.elapsed()),
        (_, Some(Stop::Timeout)) => Verdict::of_failure("no session in time", begin.elapsed()),
        (_, _) => Verdict::of_failure("ended by a signal", begin.elapsed()),
    };
    if arguments.json {
        out::line(verdict.line());
    } else {
        out::line(format!(
            "{}: {}",
            verdict.verdict,
            verdict.why.as_deref().unwrap_or(&verdict.ended)
        ));
    }
    super::exit(verdict.is_pass())
}

/// Who asked for a certificate by an option wants one.
fn verdict(report: &Report, wanted: bool) -> Verdict {
    let (delivered, not_delivered) = match &report.delivery {
        Some(Ok(evcoid)) => (Some(evcoid.normal().into()), None),
        Some(Err(why)) => (None, Some(why.to_string())),
        None => (None, None),
    };
    let delivered_as_wanted = delivered.is_some() || !wanted;
    Verdict {
        verdict: word(report.ended.is_regular() && report.authorized && delivered_as_wanted),
        delivered,
        not_delivered,
        protocol: report.protocol.map(|protocol| protocol.name().into()),
        tls: report.tls.as_ref().map(ToString::to_string),
        evse_id: report.evse_id.clone(),
        evcoid: report.evcoid.as_ref().map(|evcoid| evcoid.normal().into()),
        energy_wh: report.energy,
        ended: format!("{:?}", report.ended).to_lowercase(),
        elapsed_ms: millis(report.elapsed),
        ..Verdict::default()
    }
}

/// A car that goes after so many answers of the charge loop.
struct Limited {
    car: SimulatedCar,
    left: Option<u32>,
}

impl Vehicle for Limited {
    fn poll(&mut self) -> VehicleStatus {
        let status = self.car.poll();
        VehicleStatus { satisfied: status.satisfied || self.left == Some(0), ..status }
    }

    fn order(&mut self, order: Order) {
        self.car.order(order);
    }

    fn present(&mut self, voltage: Option<f64>, current: Option<f64>) {
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.car.present(voltage, current);
    }
}

/// For a session to be broken off.
const FAREWELL: Duration = Duration::from_secs(6);
