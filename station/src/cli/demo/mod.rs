//! `pnc demo`: a whole charge in one process, over real sockets.

mod capture;
mod matching;
mod narrate;
mod timeline;

use crate::cli::out;
use crate::cli::verdict::{Verdict, millis, word};
use capture::Wire;
use clap::ValueEnum;
use narrate::Narrator;
use pki::issue::Options;
use pki::pool::{Contract as PoolContract, ContractPool, Standing};
use pki::{Evcoid, Hierarchy, Level};
use pnc::authorize::{KnownContracts, TokenDesk, TokenList};
use pnc::car::{CarError, Pace};
use pnc::hardware::Hardware;
use pnc::hardware::sim::{self, BatteryModel, Plug, PlugSettings, SimulatedCar};
use pnc::net::{load_chain, tls_client, tls_server};
use pnc::{Car, Station, car, station};
use ring::rand::SystemRandom;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use timeline::Timeline;
use v2g::evcc::{AcWish, Contract, DcWish, Wish};
use v2g::secc::{AcLimits, DcLimits, Limits, Receipts};
use v2g_tls::{Need, Strictness, key_lines};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How the car is charged.
    #[arg(long, value_enum, default_value = "dc")]
    mode: Mode,
    /// How the driver pays: by the car's contract or by a card.
    #[arg(long, value_enum, default_value = "pnc")]
    auth: Auth,
    /// Print one line of JSON instead of the timeline.
    #[arg(long)]
    json: bool,
    /// Leave capture, record and certificates in this directory.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Mode {
    Ac,
    Dc,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Auth {
    Pnc,
    Eim,
}

/// 0 only if the session completed regularly.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    let outcome = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(charge(&arguments)),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            if arguments.json {
                out::line(Verdict::of_failure(&why, Duration::ZERO).line());
            }
            out::complain(why);
            ExitCode::FAILURE
        }
    }
}

async fn charge(arguments: &Arguments) -> Result<bool, String> {
    let timeline = Timeline::start(arguments.json);
    let wire = Wire::default();
    let hierarchy = hierarchy()?;
    let contract = contract(&hierarchy)?;
    timeline.say("PKI", "a V2G root, a mobility operator's root and their chains were made");
    let matched = matching::run(&timeline).await?;
    wire.frames(matched.frames.clone());

    let plug = Plug::new(PlugSettings { rate: rate(arguments.mode), ..PlugSettings::default() });
    let wish = wish(arguments.mode);
    let vehicle = SimulatedCar::plugged(&plug, BatteryModel::default(), &wish);
    let desk = TokenDesk::new(TokenList::parse(TOKENS).map_err(|error| error.to_string())?);
    let narrator = Narrator::new(timeline.clone(), desk.clone());
    let mut bound = match arguments.mode {
        Mode::Ac => serve(sim::ac(&plug), arguments, &hierarchy, desk, &narrator),
        Mode::Dc => serve(sim::dc(&plug), arguments, &hierarchy, desk, &narrator),
    }?;
    let station = tokio::spawn(async move { bound.serve_one().await });
    let car = drive(vehicle, wish, arguments, contract, &hierarchy, &timeline, &wire).await;
    let car = car.map_err(|error| error.to_string())?;
    let station = tokio::time::timeout(Duration::from_secs(10), station).await;
    let Ok(Ok(Some(station))) = station else {
        return Err("the station did not come to an end".into());
    };

    let good = station.is_regular() && car.ended.is_regular() && station.record.energy_wh > 0;
    if let Some(directory) = &arguments.out {
        leave(directory, &wire, &timeline, &station, &hierarchy)
            .map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    if arguments.json {
        out::line(summary(good, &station, &matched, timeline.elapsed()));
    } else {
        timeline.block("Charging detail record", &narrate::record(&station.record));
        if let Some(directory) = &arguments.out {
            timeline.block("Left in", &[("", directory.display().to_string())]);
        }
    }
    Ok(good)
}

fn hierarchy() -> Result<Hierarchy, String> {
    let options = Options { secc: EVSE_ID.into(), ..Options::default() };
    Hierarchy::generate(&SystemRandom::new(), pnc::time::unix(), options)
        .map_err(|error| error.to_string())
}

fn contract(hierarchy: &Hierarchy) -> Result<Contract, String> {
    let identity = hierarchy.contract();
    Ok(Contract {
        evcoid: evcoid(hierarchy)?,
        leaf: identity.leaf.der().to_vec(),
        subs: identity.subs.iter().map(|sub| sub.der().to_vec()).collect(),
        key: identity.key,
    })
}

fn evcoid(hierarchy: &Hierarchy) -> Result<Evcoid, String> {
    let subs = hierarchy.contract();
    let chain = pki::chain::verify_contract(
        subs.leaf.der(),
        &subs.sub_ders(),
        hierarchy.anchors(),
        pnc::time::unix(),
        Level::Strict,
    )
    .map_err(|error| error.to_string())?;
    chain.evcoid().cloned().ok_or_else(|| "the contract has no EVCOID".into())
}

fn serve(
    hardware: impl Hardware,
    arguments: &Arguments,
    hierarchy: &Hierarchy,
    desk: TokenDesk,
    narrator: &Narrator,
) -> Result<station::Bound, String> {
    let identity = hierarchy.secc();
    let chain: Vec<&[u8]> = identity.chain().collect();
    let chain = load_chain(&chain, identity.root.der(), &identity.key.to_pkcs8_der())
        .map_err(|error| error.to_string())?;
    let tls = tls_server(vec![chain], None).map_err(|error| error.to_string())?;
    let mut pool = ContractPool::new();
    pool.insert(PoolContract {
        evcoid: evcoid(hierarchy)?,
        standing: Standing::Active,
        valid_until: None,
        reason: None,
    });
    let narrator = narrator.clone();
    let mut station = Station::new(EVSE_ID, limits(arguments.mode), hardware)
        .tls(tls)
        .contracts(hierarchy.anchors().clone(), Level::Strict)
        .authorize(KnownContracts::new("contract pool", pool))
        .authorize(desk)
        .receipts(Receipts::Every(Duration::from_secs(1)))
        .observe(move |notice| narrator.station(notice));
    if let Some(directory) = &arguments.out {
        station = station.records(directory.join("records"));
    }
    station.bind().map_err(|error| format!("no station: {error}"))
}

async fn drive(
    vehicle: SimulatedCar,
    wish: Wish,
    arguments: &Arguments,
    contract: Contract,
    hierarchy: &Hierarchy,
    timeline: &Timeline,
    wire: &Wire,
) -> Result<car::Report, CarError> {
    let log = wire.clone();
    let log = key_lines(move |line| log.secret(line));
    let root = hierarchy.secc().root;
    // The hierarchy's own root is always a root.
    let tls = tls_client(&[root.der()], Strictness::Strict, Need::Prefer, Some(log))
        .map_err(CarError::Configuration)?;
    let (seen, clock) = (wire.clone(), timeline.clone());
    let narrator = narrate::Passenger::new(timeline.clone());
    let mut car = Car::new(wish, vehicle)
        .evcc_id(matching::CAR.0)
        .tls(tls)
        .pace(Pace {
            poll: Duration::from_millis(50),
            charge_loop: Duration::from_millis(50),
            ..Pace::default()
        })
        .tap(wire.tap(timeline))
        .observe(move |notice| {
            match notice {
                car::Notice::Found(found) => seen.found(clock.elapsed(), *found),
                car::Notice::Connected { local, station } => {
                    seen.connected(clock.elapsed(), local, station)
                }
                _ => {}
            }
            narrator.car(notice);
        });
    if arguments.auth == Auth::Pnc {
        car = car.contract(contract);
    }
    car.charge(std::future::pending()).await
}

fn summary(
    good: bool,
    station: &station::Report,
    matched: &matching::Matched,
    elapsed: Duration,
) -> String {
    let verdict = Verdict {
        verdict: word(good),
        elapsed_ms: millis(elapsed),
        ..Verdict::of_station(station)
    };
    let mut summary = serde_json::to_value(&verdict).unwrap_or_default();
    let heard: Vec<_> = matched
        .heard
        .iter()
        .map(|(mac, attenuation)| json!({ "station": mac.to_string(), "attenuation_db": attenuation }))
        .collect();
    summary["slac"] = json!({ "matched": matched.station.to_string(), "heard": heard });
    summary["record"] = json!(station.record);
    summary.to_string()
}

/// Capture, record, certificates and keys.
fn leave(
    directory: &Path,
    wire: &Wire,
    timeline: &Timeline,
    station: &station::Report,
    hierarchy: &Hierarchy,
) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    wire.write(&directory.join("session.pcapng"), timeline)?;
    let mut record = serde_json::to_string_pretty(&station.record)?;
    record.push('\n');
    std::fs::write(directory.join("cdr.json"), record)?;
    for (name, content) in hierarchy.files() {
        let path = directory.join("pki").join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, content)?;
    }
    Ok(())
}

fn limits(mode: Mode) -> Limits {
    match mode {
        Mode::Ac => Limits::Ac(AcLimits { nominal_voltage: 230.0, max_current: 32.0, phases: 3 }),
        Mode::Dc => Limits::Dc(DcLimits {
            max_voltage: 920.0,
            min_voltage: 150.0,
            max_current: 300.0,
            min_current: 0.0,
            max_power: 150_000.0,
            current_ripple: 2.0,
        }),
    }
}

fn wish(mode: Mode) -> Wish {
    match mode {
        Mode::Ac => Wish::Ac(AcWish {
            phases: 3,
            max_voltage: 230.0,
            max_current: 16.0,
            min_current: 6.0,
            energy: 250.0,
        }),
        Mode::Dc => Wish::Dc(DcWish {
            max_voltage: 450.0,
            max_current: 250.0,
            max_power: 90_000.0,
            capacity: 60_000.0,
            energy: 1_000.0,
        }),
    }
}

/// Simulated seconds for each second.
fn rate(mode: Mode) -> f64 {
    match mode {
        Mode::Ac => 40.0,
        Mode::Dc => 20.0,
    }
}

const EVSE_ID: &str = "DE*PNC*E0000001";
/// The driver's card, and another one.
const TOKENS: &str = "04A2B3C4D5E6F7\n04FFFFFFFFFFFF, blocked\n";
