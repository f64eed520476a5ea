//! A car and a station, from the first message to the last, in microseconds.

use crate::support::pair::{Pair, car, with_contract};
use crate::support::{AC, DC, ms, station};
use std::time::Duration;
use v2g::authorization::{Denial, Identity};
use v2g::iso2::dialog::RequestKind;
use v2g::iso2::msg::{PaymentOption, ResponseCode};
use v2g::secc::{Command, Event, Fact, Fault, Limits, Order, Receipts};
use v2g::{evcc, secc};

/// Charges for about 20 s and stops by the car's will.
fn charge(
    limits: Limits,
    contract: bool,
    change: impl FnOnce(&mut secc::Config, &mut evcc::Config),
) -> Pair {
    let mut station = station(limits);
    let mut car = car(&limits);
    if contract {
        car = with_contract(car);
    }
    change(&mut station, &mut car);
    let mut pair = Pair::new(station, car);
    pair.tell_car(ms(25_000), evcc::Command::Stop);
    pair.run(Duration::from_secs(120));
    pair
}

fn assert_regular(pair: &Pair) {
    assert_eq!(pair.station_ended, Some(secc::Ended::Terminated), "{:#?}", pair.station);
    assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated), "{:#?}", pair.car);
    assert!(pair.station.iter().any(|e| matches!(e, Event::EnergyOn)));
    assert!(pair.station.iter().any(|e| matches!(e, Event::EnergyOff)));
    let last = pair.station.iter().rev().find_map(|e| match e {
        Event::Order(order) => Some(*order),
        _ => None,
    });
    assert_eq!(last, Some(Order::OpenContactor));
}

fn identity(pair: &Pair) -> Identity {
    pair.station
        .iter()
        .find_map(|e| match e {
            Event::Authorized { identity, .. } => Some(identity.clone()),
            _ => None,
        })
        .unwrap()
}

#[test]
fn ac_and_dc_with_and_without_contract_run_to_their_end() {
    for limits in [AC, DC] {
        for contract in [false, true] {
            let pair = charge(limits, contract, |_, _| {});
            assert_regular(&pair);
            assert_eq!(matches!(identity(&pair), Identity::Contract(_)), contract);
            assert!(pair.energy > 10.0, "{}", pair.energy);
        }
    }
}

#[test]
fn the_contract_of_the_car_is_the_one_that_is_authorized() {
    let pair = charge(AC, true, |_, _| {});
    let Identity::Contract(contract) = identity(&pair) else { panic!("no contract") };
    let expected = crate::support::hierarchy().contract().leaf;
    assert_eq!(
        contract.evcoid,
        pki::Evcoid::parse(expected.subject().common_name().unwrap()).unwrap()
    );
    assert_eq!(contract.chain.len(), 4);
    assert!(pair.station.iter().any(|e| matches!(e, Event::SignatureVerified(_))));
}

/// [V2G2-633] [V2G2-635]: neither side brings up contracts without TLS.
#[test]
fn without_tls_there_is_only_external_payment() {
    let pair = charge(DC, true, |station, car| {
        station.tls = false;
        car.tls = false;
    });
    assert_regular(&pair);
    assert!(pair.car.contains(&evcc::Event::Payment(PaymentOption::ExternalPayment)));
}

#[test]
fn messages_may_come_in_pieces_of_any_size() {
    for piece in [1, 2, 7, 8, 9, 64] {
        let mut pair = Pair::new(station(DC), with_contract(car(&DC)));
        pair.piece = piece;
        pair.tell_car(ms(8_000), evcc::Command::Stop);
        pair.run(Duration::from_secs(60));
        assert_regular(&pair);
    }
}

/// [V2G2-691] [V2G2-903] [V2G2-904]
#[test]
fn receipts_are_asked_for_now_and_then_and_verified() {
    for limits in [AC, DC] {
        let pair = charge(limits, true, |station, _| {
            station.receipts = Receipts::Every(Duration::from_secs(5));
        });
        assert_regular(&pair);
        let receipts = pair.station.iter().filter(|e| matches!(e, Event::Receipt { .. })).count();
        assert!((2..=5).contains(&receipts), "{receipts}");
        let without = charge(limits, false, |station, _| {
            station.receipts = Receipts::Every(Duration::from_secs(5));
        });
        assert_regular(&without);
        assert!(!without.station.iter().any(|e| matches!(e, Event::Receipt { .. })));
    }
}

/// [V2G2-679] [V2G2-841] [V2G2-813] [V2G2-842]
#[test]
fn the_station_can_ask_for_a_new_schedule_and_for_the_end() {
    for limits in [AC, DC] {
        let mut pair = Pair::new(station(limits), car(&limits));
        pair.tell_station(ms(8_000), Command::Renegotiate);
        pair.tell_station(ms(20_000), Command::Stop);
        pair.run(Duration::from_secs(60));
        assert_regular(&pair);
        let schedules =
            pair.car.iter().filter(|e| matches!(e, evcc::Event::Schedule { .. })).count();
        assert_eq!(schedules, 2);
        assert_eq!(pair.station.iter().filter(|e| matches!(e, Event::EnergyOn)).count(), 2);
    }
}

/// [V2G2-463] [V2G2-740] [V2G2-753] [V2G2-756]
#[test]
fn a_paused_session_is_joined_again_by_its_number_alone() {
    let mut pair = Pair::new(station(AC), car(&AC));
    pair.tell_car(ms(8_000), evcc::Command::Pause);
    pair.run(Duration::from_secs(60));
    assert_eq!(pair.station_ended, Some(secc::Ended::Paused));
    let Some(evcc::Ended::Paused { session_id }) = pair.car_ended else {
        panic!("{:?}", pair.car_ended)
    };
    for (shown, resumed) in [(session_id, true), ([9; 8], false)] {
        let mut station = station(AC);
        station.resume = Some(secc::Paused { session_id });
        let mut car = car(&AC);
        car.resume = Some(shown);
        let mut pair = Pair::new(station, car);
        pair.tell_car(ms(8_000), evcc::Command::Stop);
        pair.run(Duration::from_secs(60));
        assert_regular(&pair);
        assert!(pair.station.iter().any(|e| matches!(
            e,
            Event::Session { id, resumed: r, .. } if *r == resumed && (*id == session_id) == resumed
        )));
    }
}

#[test]
fn a_denied_contract_gets_the_code_for_its_reason_and_no_energy() {
    for (denial, code) in [
        (Denial::Blocked, ResponseCode::FailedContractCanceled),
        (Denial::Expired, ResponseCode::FailedCertificateExpired),
        (Denial::Revoked, ResponseCode::FailedCertificateRevoked),
        (Denial::Unproven, ResponseCode::FailedCertChainError),
        (Denial::Unknown, ResponseCode::FailedCertificateNotAllowedAtThisEvse),
        (Denial::Unavailable, ResponseCode::Failed),
    ] {
        let mut pair = Pair::new(station(DC), with_contract(car(&DC)));
        pair.verdict = Err(denial);
        pair.run(Duration::from_secs(60));
        assert_eq!(
            pair.car_ended,
            Some(evcc::Ended::Refused { request: RequestKind::Authorization, code })
        );
        assert!(!pair.station.iter().any(|e| matches!(e, Event::EnergyOn | Event::Order(_))));
    }
}

/// [V2G2-854] [V2G2-845]: without a yes from outside the car waits, and may give up itself.
#[test]
fn an_unknown_card_keeps_the_car_waiting_for_the_next_one() {
    let mut pair = Pair::new(station(AC), car(&AC));
    pair.verdict = Err(Denial::Unknown);
    pair.run(Duration::from_secs(100));
    assert_eq!((&pair.station_ended, &pair.car_ended), (&None, &None));
    pair.verdict = Ok(());
    pair.tell_car(ms(110_000), evcc::Command::Stop);
    pair.run(Duration::from_secs(130));
    assert_regular(&pair);
}

/// [V2G2-443] [V2G2-436]: whenever the wire is cut, both sides end in time, and energy is off.
#[test]
fn a_silent_peer_ends_the_session_in_every_state() {
    for limits in [AC, DC] {
        for cut in (100..9_000).step_by(190) {
            let mut pair = Pair::new(station(limits), with_contract(car(&limits)));
            pair.cut = Some(ms(cut));
            pair.run(Duration::from_secs(100));
            let ended = pair.station_ended.as_ref().unwrap_or_else(|| panic!("cut at {cut}"));
            assert_eq!(*ended, secc::Ended::Timeout, "cut at {cut}");
            assert_eq!(pair.car_ended, Some(evcc::Ended::Timeout), "cut at {cut}");
            assert!(pair.now <= ms(cut) + Duration::from_secs(75), "{:?} for {cut}", pair.now);
            let on = pair.station.iter().filter(|e| matches!(e, Event::EnergyOn)).count();
            let off = pair.station.iter().filter(|e| matches!(e, Event::EnergyOff)).count();
            assert!(off >= on, "cut at {cut}");
        }
    }
}

#[test]
fn a_car_that_is_to_stop_before_energy_began_leaves_at_once() {
    for limits in [AC, DC] {
        for at in (60..1_500).step_by(60) {
            let mut pair = Pair::new(station(limits), with_contract(car(&limits)));
            pair.tell_car(ms(at), evcc::Command::Stop);
            pair.run(Duration::from_secs(60));
            assert_eq!(
                pair.station_ended,
                Some(secc::Ended::Terminated),
                "at {at}: {:#?}",
                pair.station
            );
            assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated), "at {at}");
            assert!(pair.now < Duration::from_secs(8), "at {at}: {:?}", pair.now);
        }
    }
}

/// [V2G2-679]: the order to open comes with the news, the car hears of it in the next answer.
#[test]
fn a_defect_switches_energy_off_at_once_and_ends_the_session_in_order() {
    for limits in [AC, DC] {
        for fault in [Fault::Emergency, Fault::ResidualCurrent, Fault::Utility, Fault::Malfunction]
        {
            let mut pair = Pair::new(station(limits), car(&limits));
            pair.run(ms(8_000));
            let orders = pair.station.len();
            pair.tell_station(pair.now, Command::Fact(Fact::Fault(Some(fault))));
            pair.run(pair.now + ms(1));
            assert!(
                pair.station[orders..]
                    .iter()
                    .any(|e| matches!(e, Event::Order(Order::OpenContactor)))
            );
            pair.run(Duration::from_secs(60));
            assert_regular(&pair);
            assert!(pair.now < Duration::from_secs(15), "{:?}", pair.now);
        }
    }
}

/// A wish for a new schedule that falls together with a receipt is said after it.
#[test]
fn a_receipt_does_not_swallow_the_wish_for_a_new_schedule() {
    for limits in [AC, DC] {
        let mut config = station(limits);
        config.receipts = Receipts::Every(Duration::ZERO);
        let mut pair = Pair::new(config, with_contract(car(&limits)));
        pair.tell_station(ms(8_000), Command::Renegotiate);
        pair.tell_car(ms(15_000), evcc::Command::Stop);
        pair.run(Duration::from_secs(60));
        assert_regular(&pair);
        assert_eq!(
            pair.car.iter().filter(|e| matches!(e, evcc::Event::Schedule { .. })).count(),
            2
        );
    }
}

/// [V2G2-258]: the car asks for no more than the station said it can give, power included.
#[test]
fn a_car_stays_below_the_stations_power() {
    let mut limits = DC;
    if let Limits::Dc(dc) = &mut limits {
        dc.max_power = 20_000.0;
    }
    let pair = charge(limits, false, |_, _| {});
    assert_regular(&pair);
    let delivered = pair.station.iter().filter_map(|e| match e {
        Event::Order(Order::Deliver { voltage, current }) => Some(voltage * current),
        _ => None,
    });
    let most = delivered.fold(0.0, f64::max);
    assert!((19_000.0..=20_000.0).contains(&most), "{most}");
}
