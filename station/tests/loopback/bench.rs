//! A station that serves on loopback, cars for it, and a rough client.

pub(crate) mod rough;

use pki::issue::Options;
use pki::pool::{Contract as PoolContract, ContractPool, Standing};
use pki::{Evcoid, Hierarchy, Level};
use pnc::authorize::{KnownContracts, TokenDesk, TokenList};
use pnc::car::{self, CarError, Pace};
use pnc::hardware::sim::{self, BatteryModel, Plug, PlugSettings, SimulatedCar};
use pnc::net::{Tap, load_chain, tls_client, tls_server};
use pnc::provision::{CertificateService, Provisioner};
use pnc::station::{Handle, Patience, Report};
use pnc::{Car, Station};
use ring::rand::SystemRandom;
use std::net::SocketAddrV6;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::mpsc;
use v2g::evcc::{AcWish, Contract, DcWish, Wish};
use v2g::sdp::Security;
use v2g::secc::{AcLimits, DcLimits, Limits, Receipts};
use v2g_tls::{Need, Strictness};

pub(crate) const TOKEN: &str = "CARD-1";

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mode {
    Ac,
    Dc,
}

/// One hierarchy for all tests of a file; `foreign` is another one with the same names.
pub(crate) fn hierarchy() -> &'static Hierarchy {
    static HIERARCHY: OnceLock<Hierarchy> = OnceLock::new();
    HIERARCHY.get_or_init(generate)
}

pub(crate) fn foreign() -> &'static Hierarchy {
    static HIERARCHY: OnceLock<Hierarchy> = OnceLock::new();
    HIERARCHY.get_or_init(generate)
}

fn generate() -> Hierarchy {
    Hierarchy::generate(&SystemRandom::new(), pnc::time::unix(), Options::default()).unwrap()
}

pub(crate) fn contract(hierarchy: &Hierarchy) -> Contract {
    let identity = hierarchy.contract();
    Contract {
        evcoid: Evcoid::parse(identity.leaf.subject().common_name().unwrap()).unwrap(),
        leaf: identity.leaf.der().to_vec(),
        subs: identity.subs.iter().map(|sub| sub.der().to_vec()).collect(),
        key: identity.key,
    }
}

/// A station that serves until the bench is dropped.
pub(crate) struct Bench {
    pub(crate) mode: Mode,
    pub(crate) plug: Plug,
    pub(crate) address: SocketAddrV6,
    pub(crate) handle: Handle,
    pub(crate) desk: TokenDesk,
    tls: bool,
    reports: mpsc::UnboundedReceiver<Report>,
}

/// Who answers, and what is on offer.
pub(crate) type Certificates = (Box<dyn Provisioner>, CertificateService);

/// How a bench differs from the usual one.
#[derive(Clone, Copy)]
pub(crate) struct Setup<'a> {
    pub(crate) mode: Mode,
    pub(crate) tls: bool,
    pub(crate) discovery: bool,
    pub(crate) records: Option<&'a Path>,
    pub(crate) patience: Patience,
    pub(crate) receipts: Receipts,
}

impl Setup<'_> {
    pub(crate) fn new(mode: Mode) -> Self {
        let patience = Patience { linger: Duration::from_millis(300), ..Patience::default() };
        Self {
            mode,
            tls: true,
            discovery: false,
            records: None,
            patience,
            receipts: Receipts::Never,
        }
    }

    /// Without TLS, and contracts nevertheless, so that a rough client can speak.
    pub(crate) fn plain(mode: Mode) -> Self {
        Self { tls: false, ..Self::new(mode) }
    }

    pub(crate) fn start(self) -> Bench {
        self.start_with(None, &[])
    }

    /// With a service that brings certificates, and with contracts that may charge beside the usual one.
    pub(crate) fn start_with(self, certificates: Option<Certificates>, more: &[Evcoid]) -> Bench {
        let plug = Plug::new(PlugSettings { rate: 300.0, ..PlugSettings::default() });
        let desk = TokenDesk::new(TokenList::parse(TOKEN).unwrap());
        let bound = match self.mode {
            Mode::Ac => self.station(sim::ac(&plug), &desk, certificates, more),
            Mode::Dc => self.station(sim::dc(&plug), &desk, certificates, more),
        };
        let (address, handle) = (bound.address(), bound.handle());
        let (told, reports) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut bound = bound;
            while let Some(report) = bound.serve_one().await {
                let _ = told.send(report);
            }
        });
        Bench { mode: self.mode, plug, address, handle, desk, tls: self.tls, reports }
    }

    fn station(
        self,
        hardware: impl pnc::hardware::Hardware,
        desk: &TokenDesk,
        certificates: Option<Certificates>,
        more: &[Evcoid],
    ) -> pnc::station::Bound {
        let hierarchy = hierarchy();
        let mut pool = ContractPool::new();
        for evcoid in [contract(hierarchy).evcoid].iter().chain(more) {
            pool.insert(PoolContract {
                evcoid: evcoid.clone(),
                standing: Standing::Active,
                valid_until: None,
                reason: None,
            });
        }
        let mut station = Station::new("DE*PNC*E0000001", limits(self.mode), hardware)
            .contracts(hierarchy.anchors().clone(), Level::Strict)
            .authorize(KnownContracts::new("pool", pool))
            .authorize(desk.clone())
            .receipts(self.receipts)
            .patience(self.patience);
        if let Some((provisioner, service)) = certificates {
            station = station.certificates(provisioner, service);
        }
        if !self.discovery {
            station = station.without_discovery();
        }
        if self.tls {
            let identity = hierarchy.secc();
            let chain: Vec<&[u8]> = identity.chain().collect();
            let chain =
                load_chain(&chain, identity.root.der(), &identity.key.to_pkcs8_der()).unwrap();
            station = station.tls(tls_server(vec![chain], None).unwrap());
        } else {
            station = station.contracts_without_tls();
        }
        if let Some(directory) = self.records {
            station = station.records(directory);
        }
        station.bind().unwrap()
    }
}

impl Bench {
    /// A car on the plug that wants a little energy.
    pub(crate) fn car(&self) -> Car<SimulatedCar> {
        let wish = wish(self.mode);
        let vehicle = SimulatedCar::plugged(&self.plug, BatteryModel::default(), &wish);
        let pace = Pace {
            poll: Duration::from_millis(5),
            charge_loop: Duration::from_millis(5),
            ..Pace::default()
        };
        let car = Car::new(wish, vehicle).pace(pace);
        if self.tls {
            let root = hierarchy().secc().root;
            car.tls(tls_client(&[root.der()], Strictness::Strict, Need::Prefer, None).unwrap())
        } else {
            car.contract_without_tls()
        }
    }

    /// A car on the plug for a rough client, which only speaks.
    pub(crate) fn plugged(&self) {
        SimulatedCar::plugged(&self.plug, BatteryModel::default(), &wish(self.mode));
    }

    pub(crate) fn security(&self) -> Security {
        if self.tls { Security::Tls } else { Security::None }
    }

    pub(crate) async fn charge(&self, car: Car<SimulatedCar>) -> Result<car::Report, CarError> {
        let charging = car.charge_at(self.address, self.security(), std::future::pending());
        tokio::time::timeout(LIMIT, charging).await.expect("the car comes to an end")
    }

    /// What the station says about the next session.
    pub(crate) async fn report(&mut self) -> Report {
        let report = tokio::time::timeout(LIMIT, self.reports.recv()).await;
        report.expect("the station comes to an end").expect("the station serves")
    }

    /// A whole session with a contract; everything about it must be right.
    pub(crate) async fn good_session(&mut self) -> Report {
        let car = self.charge(self.car().contract(contract(hierarchy()))).await.unwrap();
        assert_eq!(car.ended, v2g::evcc::Ended::Terminated);
        let report = self.report().await;
        assert!(report.is_regular(), "{report:?}");
        assert_eq!(report.record.evcoid.as_deref(), Some(contract(hierarchy()).evcoid.normal()));
        assert!(report.record.energy_wh > 0, "{report:?}");
        report
    }

    /// The car's messages of a good session, without V2GTP headers.
    pub(crate) async fn recorded(&mut self) -> Vec<Vec<u8>> {
        let (told, mut heard) = mpsc::unbounded_channel();
        let tap = Tap::new(move |side, octets| {
            if side == pnc::net::Side::Ours {
                let _ = told.send(octets[8..].to_vec());
            }
        });
        let car = self.car().contract(contract(hierarchy())).tap(tap);
        assert!(self.charge(car).await.unwrap().ended.is_regular());
        assert!(self.report().await.is_regular());
        std::iter::from_fn(|| heard.try_recv().ok()).collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.handle.shut_down();
    }
}

pub(crate) fn limits(mode: Mode) -> Limits {
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

pub(crate) fn wish(mode: Mode) -> Wish {
    match mode {
        Mode::Ac => Wish::Ac(AcWish {
            phases: 3,
            max_voltage: 230.0,
            max_current: 16.0,
            min_current: 6.0,
            energy: 60.0,
        }),
        Mode::Dc => Wish::Dc(DcWish {
            max_voltage: 450.0,
            max_current: 250.0,
            max_power: 90_000.0,
            capacity: 60_000.0,
            energy: 300.0,
        }),
    }
}

/// Far above what a session takes, below what a test may.
const LIMIT: Duration = Duration::from_secs(20);
