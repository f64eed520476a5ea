//! A charger of one's own: the hardware traits implemented, and the ready station around them.
//!
//! The charger here is imagined; a simulated car comes, charges and goes.

use pki::issue::Options;
use pki::{Hierarchy, Level};
use pnc::authorize::Free;
use pnc::hardware::sim::{BatteryModel, SimulatedCar};
use pnc::hardware::{Ac, Contactor, ControlPilot, Fault, Meter, Reading, Signal};
use pnc::net::{Need, Strictness, load_chain, tls_client, tls_server};
use pnc::{Car, Station};
use pnc_examples::Outcome;
use ring::rand::SystemRandom;
use std::future::pending;
use std::io::{Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use v2g::evcc::{AcWish, Wish};
use v2g::sdp::Security;
use v2g::secc::{self, AcLimits, Limits};

/// The pilot circuit: an ADC in a real charger, which here always sees a car that wants energy.
struct MyPilot;

impl ControlPilot for MyPilot {
    fn state(&mut self) -> Result<Option<secc::ControlPilot>, Fault> {
        Ok(None)
    }

    fn signal(&mut self, _: Signal) -> Result<(), Fault> {
        Ok(())
    }
}

/// A coil and its auxiliary contact.
struct MyContactor(Arc<AtomicBool>);

impl Contactor for MyContactor {
    fn close(&mut self) -> Result<(), Fault> {
        self.0.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn open(&mut self) -> Result<(), Fault> {
        self.0.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn state(&mut self) -> Result<secc::Contactor, Fault> {
        let closed = self.0.load(Ordering::Relaxed);
        Ok(if closed { secc::Contactor::Closed } else { secc::Contactor::Open })
    }
}

/// A meter behind the contactor: 11 kW while it is closed, a thousand times as fast.
struct MyMeter {
    closed: Arc<AtomicBool>,
    energy: f64,
    last: Instant,
}

impl Meter for MyMeter {
    fn reading(&mut self) -> Result<Reading, Fault> {
        let hours = self.last.elapsed().as_secs_f64() / 3.6;
        self.last = Instant::now();
        if self.closed.load(Ordering::Relaxed) {
            self.energy += 11_040.0 * hours;
        }
        Ok(Reading {
            meter_id: "MY-METER".into(),
            energy: self.energy as u64,
            ..Reading::default()
        })
    }
}

#[tokio::main]
async fn main() -> Outcome {
    let pki = Hierarchy::generate(&SystemRandom::new(), pnc::time::unix(), Options::default())?;
    let secc = pki.secc();
    let chain: Vec<&[u8]> = secc.chain().collect();
    let chain = load_chain(&chain, secc.root.der(), &secc.key.to_pkcs8_der())?;

    let closed = Arc::new(AtomicBool::new(false));
    let meter = MyMeter { closed: closed.clone(), energy: 0.0, last: Instant::now() };
    let hardware = Ac { pilot: MyPilot, contactor: MyContactor(closed), meter };
    let limits = Limits::Ac(AcLimits { nominal_voltage: 230.0, max_current: 16.0, phases: 3 });
    let record = Arc::new(Mutex::new(None));
    let seen = record.clone();
    let mut station = Station::new("DE*PNC*E0000001", limits, hardware)
        .without_discovery()
        .tls(tls_server(vec![chain], None)?)
        .contracts(pki.anchors().clone(), Level::Strict)
        .authorize(Free)
        .observe(move |notice| {
            if let pnc::station::Notice::Record(record) = notice {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(record.clone());
            }
        })
        .bind()?;
    let address = station.address();
    let serving = tokio::spawn(async move { station.serve_one().await });

    let wish = Wish::Ac(AcWish {
        phases: 3,
        max_voltage: 230.0,
        max_current: 16.0,
        min_current: 6.0,
        energy: 500.0,
    });
    let report = Car::new(wish, SimulatedCar::alone(BatteryModel::default(), &wish, 1_000.0))
        .tls(tls_client(&[secc.root.der()], Strictness::Strict, Need::Prefer, None)?)
        .charge_at(address, Security::Tls, pending())
        .await?;
    serving.await?;
    writeln!(stdout(), "car: {:?}", report.ended)?;
    let record = record.lock().unwrap_or_else(PoisonError::into_inner).take();
    writeln!(stdout(), "station: {:#?}", record.ok_or("no record")?)?;
    if report.ended.is_regular() { Ok(()) } else { Err("the charge did not end regularly".into()) }
}
