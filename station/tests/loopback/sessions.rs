//! Whole sessions over loopback: sockets, TLS, hardware, authorization and records.

use crate::bench::{Mode, Setup, TOKEN, contract, foreign, hierarchy};
use pnc::cdr::Ledger;
use std::time::Duration;
use v2g::iso2::msg::ResponseCode;
use v2g::secc::{Ended, Receipts};

#[tokio::test]
async fn a_car_with_a_contract_charges_with_ac_and_with_dc() {
    for mode in [Mode::Ac, Mode::Dc] {
        let report = Setup::new(mode).start().good_session().await;
        assert_eq!(report.record.authorization.by.as_deref(), Some("pool"));
        assert_eq!(report.record.tls.as_deref(), Some("TLS 1.2 ECDHE-ECDSA-AES128-CBC-SHA256"));
        let (start, stop) = (report.record.meter_start_wh, report.record.meter_stop_wh);
        assert_eq!(stop.unwrap() - start.unwrap(), report.record.energy_wh);
    }
}

#[tokio::test]
async fn a_car_without_a_contract_charges_once_a_good_card_is_shown() {
    for (mode, setup) in [(Mode::Ac, Setup::new as fn(Mode) -> _), (Mode::Dc, Setup::plain)] {
        let mut bench = setup(mode).start();
        let desk = bench.desk.clone();
        let car = bench.car();
        let cards = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            desk.present("STRANGE");
            tokio::time::sleep(Duration::from_millis(50)).await;
            desk.present(TOKEN);
        };
        let (car, ()) = tokio::join!(bench.charge(car), cards);
        assert_eq!(car.unwrap().ended, v2g::evcc::Ended::Terminated);
        let record = bench.report().await.record;
        assert_eq!((record.evcoid, record.token.as_deref()), (None, Some(TOKEN)));
        assert_eq!(record.authorization.result.as_deref(), Some("accepted"));
        assert!(record.energy_wh > 0);
    }
}

#[tokio::test]
async fn sessions_follow_each_other_on_one_station_and_each_leaves_a_record() {
    let directory = tempfile::tempdir().unwrap();
    let mut bench = Setup { records: Some(directory.path()), ..Setup::new(Mode::Dc) }.start();
    let first = bench.good_session().await.record;
    let second = bench.good_session().await.record;
    assert_ne!(first.session_id, second.session_id);
    assert!(second.meter_start_wh >= first.meter_stop_wh);
    let (ledger, left) = Ledger::open(directory.path()).unwrap();
    assert_eq!(left, []);
    let mut records = ledger.records().unwrap();
    records.sort_by_key(|record| record.meter_start_wh);
    assert_eq!(records, [first, second]);
}

#[tokio::test]
async fn receipts_are_signed_checked_and_counted() {
    for mode in [Mode::Ac, Mode::Dc] {
        let receipts = Receipts::Every(Duration::from_millis(10));
        let report = Setup { receipts, ..Setup::new(mode) }.start().good_session().await;
        assert!(report.record.receipts > 0, "{report:?}");
    }
}

#[tokio::test]
async fn a_contract_of_another_root_or_with_a_false_name_gets_nothing() {
    let mut bench = Setup::new(Mode::Ac).start();
    let stranger = contract(foreign());
    let mut impostor = contract(hierarchy());
    impostor.evcoid = pki::Evcoid::parse("DEABC123456789Y").unwrap();
    for bad in [stranger, impostor] {
        let car = bench.charge(bench.car().contract(bad)).await.unwrap();
        let v2g::evcc::Ended::Refused { code, .. } = car.ended else { panic!("{car:?}") };
        assert_eq!(code, ResponseCode::FailedCertChainError);
        let report = bench.report().await;
        assert_eq!((report.ended, report.record.energy_wh), (Ended::Refused, 0));
        bench.good_session().await;
    }
}

#[tokio::test]
async fn a_contract_that_nobody_knows_is_refused_after_its_signature_was_good() {
    let mut bench = Setup::new(Mode::Ac).start();
    let random = ring::rand::SystemRandom::new();
    let evcoid = pki::Evcoid::from_elements("DE", "PNC", "C00000777").unwrap();
    let other = hierarchy().issue_contract(&random, &evcoid, pnc::time::unix()).unwrap();
    let mut unknown = contract(hierarchy());
    (unknown.evcoid, unknown.leaf, unknown.key) =
        (evcoid.with_check_digit(), other.leaf.der().to_vec(), other.key);
    unknown.evcoid = pki::Evcoid::parse(other.leaf.subject().common_name().unwrap()).unwrap();
    let car = bench.charge(bench.car().contract(unknown)).await.unwrap();
    assert!(matches!(car.ended, v2g::evcc::Ended::Refused { .. }), "{car:?}");
    let record = bench.report().await.record;
    assert_eq!(record.authorization.result.as_deref(), Some("denied"));
    assert_eq!(record.authorization.reason.as_deref(), Some("contract is not in the pool"));
    bench.good_session().await;
}

#[tokio::test]
async fn a_cable_that_is_pulled_ends_the_session_and_the_record_is_right() {
    let mut bench = Setup::new(Mode::Dc).start();
    let (plug, handle) = (bench.plug.clone(), bench.handle.clone());
    let pull = async {
        while handle.facts().supply.current < 10.0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        plug.unplug();
    };
    let car = bench.car().contract(contract(hierarchy()));
    let (car, ()) = tokio::join!(bench.charge(car), pull);
    assert!(!car.unwrap().ended.is_regular());
    let report = bench.report().await;
    assert_eq!(report.record.stop_reason.as_deref(), Some("connection lost"));
    assert_eq!(bench.handle.facts().contactor, v2g::secc::Contactor::Open);
    bench.good_session().await;
}

#[tokio::test]
async fn a_station_that_is_shut_down_in_the_middle_switches_off_and_closes_the_record() {
    let directory = tempfile::tempdir().unwrap();
    let mut bench = Setup { records: Some(directory.path()), ..Setup::new(Mode::Dc) }.start();
    let handle = bench.handle.clone();
    let stop = async {
        while handle.facts().supply.current < 10.0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        handle.shut_down();
    };
    let car = bench.car().contract(contract(hierarchy()));
    let (car, ()) = tokio::join!(bench.charge(car), stop);
    assert!(!car.unwrap().ended.is_regular());
    assert_eq!(bench.report().await.ended, Ended::Aborted);
    assert_eq!(bench.handle.facts().contactor, v2g::secc::Contactor::Open);
    let (ledger, left) = Ledger::open(directory.path()).unwrap();
    assert_eq!((left, ledger.records().unwrap().len()), (vec![], 1));
}

/// Hardware whose driver dies at the first order.
struct Broken;

impl pnc::hardware::Hardware for Broken {
    fn poll(&mut self) -> Result<Vec<v2g::secc::Fact>, v2g::secc::Fault> {
        Ok(vec![v2g::secc::Fact::Contactor(v2g::secc::Contactor::Open)])
    }

    fn order(&mut self, order: v2g::secc::Order) -> Result<(), v2g::secc::Fault> {
        panic!("{order:?} is too much")
    }
}

#[tokio::test]
async fn hardware_that_dies_ends_the_session_and_the_station_with_a_word() {
    let bench = Setup::plain(Mode::Ac).start();
    let said = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let heard = said.clone();
    let mut station = pnc::Station::new("DE*PNC*E0000001", crate::bench::limits(Mode::Ac), Broken)
        .without_discovery()
        .authorize(pnc::authorize::Free)
        .observe(move |notice| {
            if let pnc::station::Notice::Trouble(why) = notice {
                *heard.lock().unwrap() = why.to_owned();
            }
        })
        .bind()
        .unwrap();
    let address = station.address();
    let serving =
        tokio::spawn(async move { (station.serve_one().await, station.serve_one().await) });
    let car = bench.car().charge_at(address, bench.security(), std::future::pending()).await;
    assert!(!car.unwrap().ended.is_regular());
    let (first, second) = serving.await.unwrap();
    assert_eq!(first.unwrap().ended, Ended::Aborted);
    assert!(second.is_none());
    assert_eq!(*said.lock().unwrap(), "the hardware runs no more");
}
