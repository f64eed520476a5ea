//! The ready station: give it hardware, certificates and authorizers, and let it [`run`](Station::run).

mod fitness;
mod handle;
mod notice;
mod report;
mod serve;
mod session;
mod site;

pub use fitness::{Unfit, check_evse_id, check_limits};
pub use handle::Handle;
pub use notice::{Notice, Observer};
pub use report::Report;
pub use serve::Bound;
pub use site::Site;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::provision::Provisioner;
use pki::{Anchors, Chain, Level, Verified};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::ServerConfig;
use v2g::handshake::Protocol;
use v2g::secc::{CertificateService, Contracts, KnownRevocation, Limits, Payment, Receipts};
use v2g_tls::Staple;

use crate::authorize::Authorizer;
use crate::hardware::{Hardware, Rig};
use crate::link::PacketLink;
use crate::net::Interface;
use crate::revocation::Revocation;

/// A station with one connector, before it is on the network.
pub struct Station<H> {
    pub(crate) hardware: H,
    pub(crate) settings: Settings,
}

/// What a station is, apart from its hardware.
pub(crate) struct Settings {
    pub(crate) evse_id: String,
    pub(crate) limits: Limits,
    pub(crate) interface: Option<Interface>,
    pub(crate) port: u16,
    pub(crate) discovery: bool,
    pub(crate) slac: Option<(PacketLink, slac::evse::Config)>,
    pub(crate) site: Option<Site>,
    pub(crate) autocharge: bool,
    pub(crate) tls: Option<Arc<ServerConfig>>,
    pub(crate) plain: bool,
    pub(crate) contracts: Contracts,
    pub(crate) revocation: Option<Revocation>,
    pub(crate) staples: Vec<(Arc<Verified<Chain>>, Staple)>,
    /// Who answers cars that ask for contract certificates, and what is on offer.
    pub(crate) certificates: Option<(Arc<dyn Provisioner>, CertificateService)>,
    pub(crate) payment: Payment,
    pub(crate) receipts: Receipts,
    pub(crate) free: bool,
    pub(crate) strict_profile: bool,
    pub(crate) authorizers: Vec<Arc<dyn Authorizer>>,
    pub(crate) records: Option<PathBuf>,
    pub(crate) observer: Observer,
    pub(crate) random: Arc<dyn SecureRandom + Send + Sync>,
    pub(crate) patience: Patience,
}

/// How long the station waits for a peer.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// From connection to SessionSetupRes. [V2G2-716]
    pub setup: Duration,
    /// For the car to close the connection after the last answer. [V2G2-539]
    pub linger: Duration,
    /// Between two notes of an open record.
    pub journal: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            setup: Duration::from_secs(18),
            linger: Duration::from_secs(5),
            journal: Duration::from_secs(10),
        }
    }
}

impl<H: Hardware> Station<H> {
    /// A station that can do nothing but TCP and external identification, until told otherwise.
    pub fn new(evse_id: impl Into<String>, limits: Limits, hardware: H) -> Self {
        let contracts = Contracts {
            anchors: Anchors::new(),
            level: Level::Strict,
            revocation: KnownRevocation::default(),
            without_tls: false,
        };
        let settings = Settings {
            evse_id: evse_id.into(),
            limits,
            interface: None,
            port: 0,
            discovery: true,
            slac: None,
            site: None,
            autocharge: false,
            tls: None,
            plain: false,
            contracts,
            revocation: None,
            staples: Vec::new(),
            certificates: None,
            payment: Payment::Both,
            receipts: Receipts::Never,
            free: false,
            strict_profile: false,
            authorizers: Vec::new(),
            records: None,
            observer: Observer::default(),
            random: Arc::new(SystemRandom::new()),
            patience: Patience::default(),
        };
        Self { hardware, settings }
    }

    /// The interface to serve on; otherwise it is loopback.
    pub fn interface(mut self, interface: Interface) -> Self {
        self.settings.interface = Some(interface);
        self
    }

    /// A TCP port instead of a random one of the dynamic range.
    pub fn port(mut self, port: u16) -> Self {
        self.settings.port = port;
        self
    }

    /// Do not answer SECC discovery.
    pub fn without_discovery(mut self) -> Self {
        self.settings.discovery = false;
        self
    }

    /// Match with cars over a power line modem (SLAC); `config` is [`Config::new`](slac::evse::Config::new) with the link's address
    /// and changes to it. Where the hardware counts toggles of the control pilot, cars may prove their cable by them.
    pub fn slac(mut self, link: PacketLink, config: slac::evse::Config) -> Self {
        self.settings.slac = Some((link, config));
        self
    }

    /// Share what is heard of cars with the other connectors of the site.
    pub fn site(mut self, site: &Site) -> Self {
        self.settings.site = Some(site.clone());
        self
    }

    /// Ask [`Authorizer::recognize`] about the MAC address of a matched car that wants external identification (autocharge). A MAC
    /// address is no identity: who heard it once on a power line can pretend to have it and charge at the owner's expense.
    pub fn autocharge(mut self) -> Self {
        self.settings.autocharge = true;
        self
    }

    /// Serve TLS: see [`crate::net::tls_server`].
    pub fn tls(mut self, config: Arc<ServerConfig>) -> Self {
        self.settings.tls = Some(config);
        self
    }

    /// Beside TLS serve TCP without it, on a port of its own, for cars that ask for that.
    /// They cannot pay with a contract. [V2G2-633]
    pub fn plain_on_request(mut self) -> Self {
        self.settings.plain = true;
        self
    }

    /// The roots that contracts may hang on, and how strictly certificates are checked.
    pub fn contracts(mut self, anchors: Anchors, level: Level) -> Self {
        self.settings.contracts.anchors = anchors;
        self.settings.contracts.level = level;
        self
    }

    /// Ask whether the certificates of contracts are revoked; otherwise nobody does.
    pub fn revocation(mut self, revocation: Revocation) -> Self {
        self.settings.revocation = Some(revocation);
        self
    }

    /// Keep a response about our own certificate stapled, by what [`revocation`](Self::revocation) can reach.
    pub fn staple(mut self, chain: Verified<Chain>, staple: Staple) -> Self {
        self.settings.staples.push((Arc::new(chain), staple));
        self
    }

    /// For laboratories only: contracts without TLS, against [V2G2-633].
    pub fn contracts_without_tls(mut self) -> Self {
        self.settings.contracts.without_tls = true;
        self
    }

    /// Deliver contract certificates to cars, over TLS: who answers, and what is on offer.
    pub fn certificates(
        mut self,
        provisioner: impl Provisioner + 'static,
        service: CertificateService,
    ) -> Self {
        self.settings.certificates = Some((Arc::new(provisioner), service));
        self
    }

    /// Which ways to pay are on offer.
    pub fn payment(mut self, payment: Payment) -> Self {
        self.settings.payment = payment;
        self
    }

    /// Adds one to ask who may charge, after those added before.
    pub fn authorize(mut self, authorizer: impl Authorizer + 'static) -> Self {
        self.settings.authorizers.push(Arc::new(authorizer));
        self
    }

    /// Tell cars that charging costs nothing. Somebody has to authorize nevertheless: [`crate::authorize::Free`].
    pub fn free(mut self) -> Self {
        self.settings.free = true;
        self
    }

    /// Ask cars with a contract to sign the meter reading.
    pub fn receipts(mut self, receipts: Receipts) -> Self {
        self.settings.receipts = receipts;
        self
    }

    /// Refuse charging profiles above the schedule.
    pub fn strict_profile(mut self) -> Self {
        self.settings.strict_profile = true;
        self
    }

    /// Where charging detail records go.
    pub fn records(mut self, directory: impl Into<PathBuf>) -> Self {
        self.settings.records = Some(directory.into());
        self
    }

    /// Sees everything that happens. Called in between, so it must not block.
    pub fn observe(mut self, see: impl Fn(Notice<'_>) + Send + Sync + 'static) -> Self {
        self.settings.observer = Observer::new(see);
        self
    }

    /// How long to wait for peers.
    pub fn patience(mut self, patience: Patience) -> Self {
        self.settings.patience = patience;
        self
    }

    /// Opens the sockets and starts the hardware, inside a tokio runtime.
    ///
    /// An EVSEID or limits that are [`Unfit`] are an error of the kind [`io::ErrorKind::InvalidInput`].
    pub fn bind(self) -> io::Result<Bound> {
        let Self { hardware, settings } = self;
        check_evse_id(&settings.evse_id)
            .and_then(|()| check_limits(&settings.limits))
            .map_err(|unfit| io::Error::new(io::ErrorKind::InvalidInput, unfit))?;
        let rig = Rig::start(hardware, settings.limits);
        Bound::new(settings, rig)
    }

    /// Serves one session after the other until `stop` is done.
    pub async fn run(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let mut bound = self.bind()?;
        let handle = bound.handle();
        let serving = async { while bound.serve_one().await.is_some() {} };
        tokio::pin!(serving);
        tokio::select! {
            () = &mut serving => return Ok(()),
            () = stop => handle.shut_down(),
        }
        serving.await;
        Ok(())
    }
}

/// The protocols that this station speaks.
pub(crate) const PROTOCOLS: &[Protocol] = &[Protocol::Iso2];
