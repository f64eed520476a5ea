//! One session: the engine between connection and vehicle.

use std::io;
use std::net::{SocketAddr, SocketAddrV6};
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use v2g::evcc::{Command, Config, Ended, Evcc, Event, Wish};
use v2g::sdp::Security;
use v2g_tls::Negotiated;

use super::{CarError, Notice, PROTOCOLS, Report, Settings};
use crate::drive::{Clock, SEND_LIMIT, Stream, drive};
use crate::hardware::Vehicle;
use crate::net::{self, Connection, Wiretap};

pub(super) async fn run<V: Vehicle>(
    vehicle: V,
    wish: Wish,
    settings: Settings,
    station: SocketAddrV6,
    security: Security,
    stop: impl Future<Output = ()>,
) -> Result<Report, CarError> {
    let clock = Clock::start();
    tokio::pin!(stop);
    let (stream, tls) = tokio::select! {
        connected = connect(&settings, station, security) => connected?,
        () = &mut stop => return Err(CarError::Stopped),
    };
    let vehicle = Mutex::new(vehicle);
    let config = config(&settings, wish, tls.is_some(), lock(&vehicle).poll().battery);
    let evcoid = config.contract.as_ref().map(|contract| contract.evcoid.clone());
    let mut engine = Evcc::new(clock.now(), config, settings.random.clone());
    let (commands, mut queue) = mpsc::unbounded_channel();
    let mut desk =
        Desk { settings: &settings, vehicle: &vehicle, meter: None, progress: Progress::default() };
    let mut wire = Stream(stream);
    let ended = tokio::select! {
        ended = drive(&mut engine, &mut wire, clock, &mut queue, |event| desk.take(event)) => ended,
        () = tell(&vehicle, &commands, stop) => Ended::Aborted,
    };
    let elapsed = clock.now();
    wire.close(SEND_LIMIT).await;
    let Progress { protocol, evse_id, authorized, contract } = desk.progress;
    Ok(Report {
        station,
        tls,
        protocol,
        evse_id,
        evcoid: evcoid.filter(|_| contract),
        authorized,
        energy: desk.meter.map(|(first, last)| last.saturating_sub(first)),
        ended,
        elapsed,
    })
}

async fn connect(
    settings: &Settings,
    station: SocketAddrV6,
    security: Security,
) -> Result<(Box<dyn Connection>, Option<Negotiated>), CarError> {
    let unreachable = |error| CarError::Connect(station, error);
    let limit = settings.pace.connect;
    let socket = bounded(limit, net::connect(station)).await.map_err(unreachable)?;
    if let Ok(SocketAddr::V6(local)) = socket.local_addr() {
        (settings.observer)(Notice::Connected { local, station });
    }
    let socket = Wiretap::new(socket, settings.tap.clone());
    match (&settings.tls, security) {
        (Some(config), Security::Tls) => {
            let handshake = net::connect_tls(config.clone(), *station.ip(), socket);
            let (stream, tls) =
                bounded(limit, handshake).await.map_err(|error| CarError::Tls(station, error))?;
            (settings.observer)(Notice::Secured(&tls));
            Ok((Box::new(stream), Some(tls)))
        }
        (None, Security::Tls) => Err(CarError::Tls(
            station,
            io::Error::other("the station wants TLS, and the car has none"),
        )),
        (_, Security::None) => Ok((Box::new(socket), None)),
    }
}

async fn bounded<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(limit, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn config(settings: &Settings, wish: Wish, tls: bool, battery: v2g::evcc::Battery) -> Config {
    Config {
        evcc_id: settings.evcc_id,
        protocols: PROTOCOLS.to_vec(),
        tls,
        contract_without_tls: settings.contract_without_tls,
        contract: settings.contract.clone(),
        provisioning: None,
        wish,
        battery,
        departure: settings.departure,
        resume: settings.resume,
        setup_until: settings.pace.setup,
        poll_interval: settings.pace.poll,
        loop_interval: settings.pace.charge_loop,
        patience: settings.pace.patience,
    }
}

/// Tells the engine about the battery, when it has enough, and when to break off. Never returns.
async fn tell<V: Vehicle>(
    vehicle: &Mutex<V>,
    commands: &mpsc::UnboundedSender<Command>,
    stop: impl Future<Output = ()>,
) {
    let look = async {
        let mut ticks = tokio::time::interval(LOOK);
        loop {
            ticks.tick().await;
            let status = lock(vehicle).poll();
            // The engine's end of the channel lives as long as this loop.
            let _ = commands.send(Command::Battery(status.battery));
            if status.satisfied {
                let _ = commands.send(Command::Stop);
            }
        }
    };
    tokio::select! {
        () = look => {}
        () = stop => {
            let _ = commands.send(Command::Abort);
            std::future::pending().await
        }
    }
}

struct Desk<'a, V> {
    settings: &'a Settings,
    vehicle: &'a Mutex<V>,
    /// First and last reading, in Wh.
    meter: Option<(u64, u64)>,
    progress: Progress,
}

#[derive(Default)]
struct Progress {
    protocol: Option<v2g::handshake::Protocol>,
    evse_id: Option<String>,
    authorized: bool,
    contract: bool,
}

impl<V: Vehicle> Desk<'_, V> {
    fn take(&mut self, event: Event) -> ControlFlow<Ended> {
        (self.settings.observer)(Notice::Session(&event));
        match event {
            Event::Protocol(protocol) => self.progress.protocol = Some(protocol),
            Event::Session { evse_id, .. } => self.progress.evse_id = Some(evse_id),
            Event::Payment(option) => {
                self.progress.contract = option == v2g::iso2::msg::PaymentOption::Contract;
            }
            Event::Authorized => self.progress.authorized = true,
            Event::Order(order) => lock(self.vehicle).order(order),
            Event::Present { voltage, current } => lock(self.vehicle).present(voltage, current),
            Event::Meter(meter) => {
                if let Some(reading) = meter.meter_reading {
                    self.meter.get_or_insert((reading, reading)).1 = reading;
                }
            }
            Event::Ended(ended) => return ControlFlow::Break(ended),
            Event::Schedule { .. }
            | Event::EnergyOn
            | Event::EnergyOff
            | Event::Store(_)
            | Event::NotDelivered(_) => {}
        }
        ControlFlow::Continue(())
    }
}

fn lock<V>(vehicle: &Mutex<V>) -> MutexGuard<'_, V> {
    vehicle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Between two looks at the battery.
const LOOK: Duration = Duration::from_millis(20);
