//! The command `pnc secc`, ended by signals at a bad moment.

use pnc::car::Notice;
use pnc::cdr::Ledger;
use pnc::hardware::sim::{BatteryModel, SimulatedCar};
use pnc::{Car, car};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddrV6;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use v2g::evcc::{AcWish, Event, Wish};
use v2g::sdp::Security;

/// A station on loopback that charges for nothing, with its address.
fn station(directory: &Path) -> (Child, SocketAddrV6) {
    let config = directory.join("station.toml");
    fs::write(&config, "mode = \"ac\"\nfree = true\ndiscovery = false\njournal = 1\nrecords = \"records\"\n[simulation]\nrate = 200.0\n")
        .unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_pnc"))
        .args(["secc", "--config"])
        .arg(&config)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.strip_prefix("listening on ").and_then(|rest| rest.split(',').next());
    (child, address.unwrap().parse().unwrap())
}

/// Charges without end, until the station is gone; tells when energy flows.
async fn charge(address: SocketAddrV6, flows: Arc<Notify>) -> car::Report {
    let wish = Wish::Ac(AcWish {
        phases: 3,
        max_voltage: 230.0,
        max_current: 16.0,
        min_current: 6.0,
        energy: 1e6,
    });
    let vehicle = SimulatedCar::alone(BatteryModel::default(), &wish, 1.0);
    let car = Car::new(wish, vehicle).observe(move |notice| {
        if let Notice::Session(Event::EnergyOn) = notice {
            flows.notify_one();
        }
    });
    car.charge_at(address, Security::None, std::future::pending()).await.unwrap()
}

async fn end_in_the_middle(
    signal: &str,
    after: Duration,
    directory: &Path,
) -> (Option<i32>, Duration) {
    let (mut child, address) = station(directory);
    let flows = Arc::new(Notify::new());
    let charging = tokio::spawn(charge(address, flows.clone()));
    flows.notified().await;
    tokio::time::sleep(after).await;
    let begin = Instant::now();
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    let took = begin.elapsed();
    assert!(!charging.await.unwrap().ended.is_regular());
    (status.code(), took)
}

#[tokio::test]
async fn a_station_that_is_killed_loses_no_record() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(
        end_in_the_middle("-KILL", Duration::from_millis(1_500), directory.path()).await.0,
        None
    );
    let (ledger, left) = Ledger::open(directory.path().join("records")).unwrap();
    let [record] = &left[..] else { panic!("{left:?}") };
    assert_eq!(record.stop_reason.as_deref(), Some("interrupted"));
    assert_eq!(record.evcc_id, "020000000001");
    assert_eq!(record.authorization.by.as_deref(), Some("free charging"));
    // At most the last second is missing.
    assert!(record.energy_wh > 100, "{record:?}");
    assert_eq!(ledger.records().unwrap(), left);
}

#[tokio::test]
async fn a_station_that_is_asked_to_end_does_so_at_once_and_closes_its_record() {
    for signal in ["-TERM", "-INT"] {
        let directory = tempfile::tempdir().unwrap();
        let (code, took) = end_in_the_middle(signal, Duration::ZERO, directory.path()).await;
        assert_eq!(code, Some(0));
        assert!(took < Duration::from_secs(5), "{took:?}");
        let (ledger, left) = Ledger::open(directory.path().join("records")).unwrap();
        assert_eq!(left, []);
        let [record] = &ledger.records().unwrap()[..] else { panic!("one record is due") };
        assert_eq!(record.stop_reason.as_deref(), Some("aborted"));
    }
}

#[test]
fn a_wrong_setting_is_named_and_ends_with_2() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("station.toml");
    fs::write(&config, "evse = \"DE*PNC*E1\"\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_pnc"))
        .args(["secc", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`evse`"));
}
