//! One session: the engine between connection and vehicle.

use std::io;
use std::net::{SocketAddr, SocketAddrV6};
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pki::Evcoid;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use v2g::evcc::{self, Command, Config, Ended, Evcc, Event, NoDelivery, Wish};
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
    let config = config(&settings, wish, tls.is_some(), lock(&vehicle).poll().battery, clock);
    let evcoid = config.contract.as_ref().map(|contract| contract.evcoid.clone());
    let mut engine = Evcc::new(clock.now(), config, settings.random.clone());
    let (commands, mut queue) = mpsc::unbounded_channel();
    let mut desk = Desk {
        settings: &settings,
        vehicle: &vehicle,
        meter: None,
        commands: commands.clone(),
        keeping: None,
        progress: Progress::default(),
    };
    let mut wire = Stream(stream);
    let ended = tokio::select! {
        ended = drive(&mut engine, &mut wire, clock, &mut queue, |event| desk.take(event)) => ended,
        () = tell(&vehicle, &commands, stop) => Ended::Aborted,
    };
    let elapsed = clock.now();
    wire.close(SEND_LIMIT).await;
    if let Some(keeping) = desk.keeping.take() {
        // The session may be over, the contract is the car's nevertheless.
        let _ = timeout(KEEP, keeping).await;
    }
    let Progress { protocol, evse_id, authorized, contract, delivery } = desk.progress;
    let evcoid = match &delivery {
        Some(Ok(delivered)) => Some(delivered.clone()),
        _ => evcoid,
    };
    Ok(Report {
        station,
        tls,
        protocol,
        evse_id,
        evcoid: evcoid.filter(|_| contract),
        delivery,
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

fn config(
    settings: &Settings,
    wish: Wish,
    tls: bool,
    battery: evcc::Battery,
    clock: Clock,
) -> Config {
    let since_zero = i64::try_from(clock.now().as_secs()).unwrap_or_default();
    Config {
        evcc_id: settings.evcc_id,
        protocols: PROTOCOLS.to_vec(),
        tls,
        contract_without_tls: settings.contract_without_tls,
        contract: settings.contract.clone(),
        provisioning: settings.provisioning.as_ref().map(|(asked, _)| evcc::Provisioning {
            when: asked.when,
            identity: asked.identity.clone(),
            anchors: asked.anchors.clone(),
            level: asked.level,
            clock: crate::time::unix() - since_zero,
            required: asked.required,
        }),
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
    commands: mpsc::UnboundedSender<Command>,
    /// A delivered contract is on its way to its place.
    keeping: Option<JoinHandle<()>>,
    progress: Progress,
}

#[derive(Default)]
struct Progress {
    protocol: Option<v2g::handshake::Protocol>,
    evse_id: Option<String>,
    authorized: bool,
    contract: bool,
    delivery: Option<Result<Evcoid, NoDelivery>>,
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
            Event::Store(store) => self.keep(store),
            Event::NotDelivered(why) => self.progress.delivery = Some(Err(why)),
            Event::Authorized => self.progress.authorized = true,
            Event::Order(order) => lock(self.vehicle).order(order),
            Event::Present { voltage, current } => lock(self.vehicle).present(voltage, current),
            Event::Meter(meter) => {
                if let Some(reading) = meter.meter_reading {
                    self.meter.get_or_insert((reading, reading)).1 = reading;
                }
            }
            Event::Ended(ended) => return ControlFlow::Break(ended),
            Event::Schedule { .. } | Event::EnergyOn | Event::EnergyOff => {}
        }
        ControlFlow::Continue(())
    }
}

impl<V> Desk<'_, V> {
    /// Keeps a contract beside the session, which waits for it.
    fn keep(&mut self, store: evcc::Store) {
        let Some((_, place)) = &self.settings.provisioning else { return };
        let (place, commands) = (place.clone(), self.commands.clone());
        // If it cannot be kept, or not in time, the engine says so.
        self.progress.delivery = Some(Ok(store.contract().evcoid.clone()));
        self.keeping = Some(tokio::spawn(async move {
            let stored = match place.keep(store.contract().clone()).await {
                Ok(key) => store.clone().stored_as(key),
                Err(error) => {
                    log::error!("the delivered contract cannot be kept: {error}");
                    store.clone().failed()
                }
            };
            // A session that has ended needs no answer.
            let _ = commands.send(Command::Stored(stored));
        }));
    }
}

fn lock<V>(vehicle: &Mutex<V>) -> MutexGuard<'_, V> {
    vehicle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For a delivered contract to be kept.
const KEEP: Duration = Duration::from_secs(20);
/// Between two looks at the battery.
const LOOK: Duration = Duration::from_millis(20);
