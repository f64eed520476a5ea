//! The ready car: give it a [`Vehicle`], certificates and a wish, and let it [`charge`](Car::charge).

mod matching;
mod session;
pub mod store;

use std::io;
use std::net::SocketAddrV6;
use std::sync::Arc;
use std::time::Duration;

use pki::{Anchors, Evcoid, Level};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::ClientConfig;
use v2g::evcc::{Contract, Ended, Event, NoDelivery, ProvisioningIdentity, When, Wish};
use v2g::handshake::Protocol;
use v2g::sdp::Security;
use v2g_tls::Negotiated;

use matching::Matching;
use store::ContractStore;

use crate::hardware::Vehicle;
use crate::link::PacketLink;
use crate::net::discovery::{self, DiscoveryError, Found, discover};
use crate::net::{Interface, Tap, TlsError};

/// A car at a plug.
pub struct Car<V> {
    vehicle: V,
    wish: Wish,
    settings: Settings,
}

struct Settings {
    interface: Option<Interface>,
    evcc_id: [u8; 6],
    tls: Option<Arc<ClientConfig>>,
    contract: Option<Contract>,
    contract_without_tls: bool,
    provisioning: Option<(Provisioning, Arc<dyn ContractStore>)>,
    departure: Option<u32>,
    resume: Option<[u8; 8]>,
    slac: Option<(PacketLink, slac::ev::Config)>,
    discovery: Option<discovery::Settings>,
    pace: Pace,
    observer: Arc<dyn Fn(Notice<'_>) + Send + Sync>,
    tap: Option<Tap>,
    random: Arc<dyn SecureRandom + Send + Sync>,
}

/// How a car asks for contract certificates: [`v2g::evcc::Provisioning`] without its clock.
#[derive(Clone, Debug)]
pub struct Provisioning {
    /// When to ask, and what for.
    pub when: When,
    /// Who the car is; without it only updates can be had.
    pub identity: Option<ProvisioningIdentity>,
    /// V2G roots, and mobility operators' roots if the car has any.
    pub anchors: Anchors,
    /// How close certificates must keep to their profiles.
    pub level: Level,
    /// Leave when nothing is delivered.
    pub required: bool,
}

/// How fast a car asks, and how long it waits.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between questions while the station says `Ongoing`.
    pub poll: Duration,
    /// Between questions of the charge loop.
    pub charge_loop: Duration,
    /// For any answer at least; zero waits as the standard says.
    pub patience: Duration,
    /// For the TCP connection and the TLS handshake, each.
    pub connect: Duration,
    /// From the start to SessionSetupRes. [V2G2-446]
    pub setup: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(100),
            charge_loop: Duration::from_millis(100),
            patience: Duration::ZERO,
            connect: Duration::from_secs(5),
            setup: Duration::from_secs(20),
        }
    }
}

/// What a car tells its observer.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// The matching over the power line tells something.
    Slac(&'a slac::ev::Event),
    /// A station answered.
    Found(&'a Found),
    /// The TCP connection stands.
    Connected { local: SocketAddrV6, station: SocketAddrV6 },
    /// The TLS handshake is done.
    Secured(&'a Negotiated),
    /// The session tells something.
    Session(&'a Event),
}

/// What a session came to.
#[derive(Clone, Debug)]
pub struct Report {
    pub station: SocketAddrV6,
    pub tls: Option<Negotiated>,
    pub protocol: Option<Protocol>,
    pub evse_id: Option<String>,
    /// The contract that was to pay.
    pub evcoid: Option<Evcoid>,
    /// The contract that was delivered and kept, or why none was; `None` if none was wanted, or the session ended over it.
    pub delivery: Option<Result<Evcoid, NoDelivery>>,
    pub authorized: bool,
    /// By the station's meter, in Wh.
    pub energy: Option<u64>,
    pub ended: Ended,
    /// From the connection to the end of the session.
    pub elapsed: Duration,
}

/// There was no session.
#[derive(Debug, thiserror::Error)]
pub enum CarError {
    #[error("no match over the power line: {0:?}")]
    Matching(slac::ev::Failure),
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error(transparent)]
    Configuration(#[from] TlsError),
    #[error("ended before there was a session")]
    Stopped,
    #[error("no interface: {0}")]
    Interface(io::Error),
    #[error("the station at {0} cannot be reached: {1}")]
    Connect(SocketAddrV6, io::Error),
    #[error("TLS with {0}: {1}")]
    Tls(SocketAddrV6, io::Error),
}

impl<V: Vehicle> Car<V> {
    /// A car that can do nothing but TCP and external identification, until told otherwise.
    pub fn new(wish: Wish, vehicle: V) -> Self {
        let settings = Settings {
            interface: None,
            evcc_id: [0x02, 0, 0, 0, 0, 0x01],
            tls: None,
            contract: None,
            contract_without_tls: false,
            provisioning: None,
            departure: None,
            resume: None,
            slac: None,
            discovery: None,
            pace: Pace::default(),
            observer: Arc::new(|_| {}),
            tap: None,
            random: Arc::new(SystemRandom::new()),
        };
        Self { vehicle, wish, settings }
    }

    /// The interface to look on; otherwise it is loopback.
    pub fn interface(mut self, interface: Interface) -> Self {
        self.settings.interface = Some(interface);
        self
    }

    /// MAC address of the communication controller.
    pub fn evcc_id(mut self, evcc_id: [u8; 6]) -> Self {
        self.settings.evcc_id = evcc_id;
        self
    }

    /// Use TLS: see [`crate::net::tls_client`].
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.settings.tls = Some(config);
        self
    }

    /// Pay with this contract.
    pub fn contract(mut self, contract: Contract) -> Self {
        self.settings.contract = Some(contract);
        self
    }

    /// For laboratories only: show the contract without TLS, against [V2G2-635].
    pub fn contract_without_tls(mut self) -> Self {
        self.settings.contract_without_tls = true;
        self
    }

    /// Ask for contract certificates, keep them there and pay with them.
    pub fn provisioning(
        mut self,
        provisioning: Provisioning,
        store: impl ContractStore + 'static,
    ) -> Self {
        self.settings.provisioning = Some((provisioning, Arc::new(store)));
        self
    }

    /// Seconds from the start of the session.
    pub fn departure(mut self, seconds: u32) -> Self {
        self.settings.departure = Some(seconds);
        self
    }

    /// Join a session that was paused.
    pub fn resume(mut self, session_id: [u8; 8]) -> Self {
        self.settings.resume = Some(session_id);
        self
    }

    /// Match over a power line modem on this link first; otherwise there is a network already. `config` is
    /// [`Config::new`](slac::ev::Config::new) with the link's address and changes to it; the cable is proved only by a vehicle that
    /// [can toggle](Vehicle::can_toggle).
    pub fn slac(mut self, link: PacketLink, config: slac::ev::Config) -> Self {
        self.settings.slac = Some((link, config));
        self
    }

    /// How to look for a station; otherwise as the standard says.
    pub fn discovery(mut self, settings: discovery::Settings) -> Self {
        self.settings.discovery = Some(settings);
        self
    }

    /// How fast to ask.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.settings.pace = pace;
        self
    }

    /// Sees everything that happens. Called in between, so it must not block.
    pub fn observe(mut self, see: impl Fn(Notice<'_>) + Send + Sync + 'static) -> Self {
        self.settings.observer = Arc::new(see);
        self
    }

    /// Sees the octets on the wire.
    pub fn tap(mut self, tap: Tap) -> Self {
        self.settings.tap = Some(tap);
        self
    }

    /// Looks for a station and charges there. Ends early, with everything off, once `stop` is done.
    pub async fn charge(mut self, stop: impl Future<Output = ()>) -> Result<Report, CarError> {
        let interface = match &self.settings.interface {
            Some(interface) => interface.clone(),
            None => Interface::loopback().map_err(CarError::Interface)?,
        };
        let wanted = if self.settings.tls.is_some() { Security::Tls } else { Security::None };
        let settings = self.settings.discovery.unwrap_or_else(|| discovery::Settings::new(wanted));
        tokio::pin!(stop);
        let matching = match self.settings.slac.take() {
            None => None,
            Some(line) => {
                let (random, observer) =
                    (self.settings.random.clone(), self.settings.observer.clone());
                tokio::select! {
                    matching = Matching::find(line, &mut self.vehicle, random, observer) => Some(matching?),
                    () = &mut stop => return Err(CarError::Stopped),
                }
            }
        };
        let found = tokio::select! {
            found = discover(&interface, &settings) => found?,
            () = &mut stop => return Err(CarError::Stopped),
        };
        if let Some(matching) = &matching {
            matching.linked();
        }
        let report = self.charge_found(&found, stop).await;
        if let Some(matching) = matching {
            matching.end(report.as_ref().ok().map(|report| &report.ended)).await;
        }
        report
    }

    /// Charges at a station that was found before.
    pub async fn charge_found(
        self,
        found: &Found,
        stop: impl Future<Output = ()>,
    ) -> Result<Report, CarError> {
        (self.settings.observer)(Notice::Found(found));
        self.charge_at(found.station, found.security, stop).await
    }

    /// Charges at a station whose address is known.
    pub async fn charge_at(
        self,
        station: SocketAddrV6,
        security: Security,
        stop: impl Future<Output = ()>,
    ) -> Result<Report, CarError> {
        session::run(self.vehicle, self.wish, self.settings, station, security, stop).await
    }
}

/// The protocols that this car speaks, the best liked first.
const PROTOCOLS: &[Protocol] = &[Protocol::Iso2];
