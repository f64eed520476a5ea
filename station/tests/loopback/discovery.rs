//! What needs the one port of SECC discovery, so all of it in one test.

use crate::bench::{Mode, Setup, contract, hierarchy};
use pnc::net::discovery::{self, DiscoveryError, discover};
use pnc::net::{Interface, sdp};
use serde_json::Value;
use std::net::SocketAddrV6;
use std::process::Command;
use std::time::Duration;
use v2g::sdp::Security;

#[tokio::test]
async fn stations_are_found_by_what_they_serve_and_the_demo_charges() {
    let loopback = Interface::loopback().unwrap();
    let quick = |security| discovery::Settings {
        interval: Duration::from_millis(100),
        tries: 4,
        ..discovery::Settings::new(security)
    };

    let silence = discover(&loopback, &quick(Security::Tls)).await;
    assert!(matches!(silence, Err(DiscoveryError::Silence(4))), "{silence:?}");

    let [tls, plain] = [50_001, 50_002].map(|port| loopback.socket(port));
    let both = sdp::Server::bind(&loopback, sdp::Offer::Both { tls, plain }).unwrap();
    assert_eq!(found(&both, &loopback, quick(Security::Tls)).await.unwrap(), tls);
    assert_eq!(found(&both, &loopback, quick(Security::None)).await.unwrap(), plain);
    drop(both);
    let bare = sdp::Server::bind(&loopback, sdp::Offer::Plain(plain)).unwrap();
    let downgrade = found(&bare, &loopback, quick(Security::Tls)).await;
    assert!(matches!(downgrade, Err(DiscoveryError::Downgrade(_))), "{downgrade:?}");
    let allowed = discovery::Settings { allow_downgrade: true, ..quick(Security::Tls) };
    assert_eq!(found(&bare, &loopback, allowed).await.unwrap(), plain);
    drop(bare);

    let mut bench = Setup { discovery: true, ..Setup::new(Mode::Ac) }.start();
    let car = bench.car().contract(contract(hierarchy())).discovery(quick(Security::Tls));
    let report = car.charge(std::future::pending()).await.unwrap();
    assert!(report.ended.is_regular() && bench.report().await.is_regular());
    drop(bench);

    demo();
}

async fn found(
    server: &sdp::Server,
    loopback: &Interface,
    settings: discovery::Settings,
) -> Result<SocketAddrV6, DiscoveryError> {
    tokio::select! {
        found = discover(loopback, &settings) => found.map(|found| found.station),
        () = async { loop { server.answer().await.unwrap(); } } => unreachable!("answers go on"),
    }
}

fn demo() {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_pnc"))
        .args(["demo", "--mode", "ac", "--json", "--out"])
        .arg(directory.path())
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{lines}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(lines.lines().count(), 1);
    let verdict: Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(verdict["verdict"], "pass");
    assert_eq!(verdict["evcoid"], verdict["record"]["evcoid"]);
    assert_eq!(verdict["slac"]["heard"].as_array().unwrap().len(), 2);
    let record: Value =
        serde_json::from_slice(&std::fs::read(directory.path().join("cdr.json")).unwrap()).unwrap();
    assert_eq!(record, verdict["record"]);
    assert!(record["energy_wh"].as_u64().unwrap() >= 250);

    // The capture opens with its own secrets, and the last message is the last of the session.
    let inspected = Command::new(env!("CARGO_BIN_EXE_pnc"))
        .arg("inspect")
        .arg(directory.path().join("session.pcapng"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&inspected.stdout).into_owned();
    for message in
        ["CM_SLAC_MATCH.CNF", "SDPRes", "PaymentDetailsReq", "ChargingStatusRes", "SessionStopRes"]
    {
        assert!(text.contains(message), "{message} is not in\n{text}");
    }
}
