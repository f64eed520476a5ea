//! Whatever was switched on is switched off before a session is over.

use crate::support::bench::Bench;
use crate::support::pair::{Pair, car};
use crate::support::{AC, DC, ms, requests, station};
use std::time::Duration;
use v2g::evcc::{self, Event};
use v2g::iso2::dialog::RequestKind;
use v2g::iso2::msg::{ChargeProgress, ResponseCode};
use v2g::iso2::order::Phase;
use v2g::secc::{Command, Contactor, Ended, Fact, Order};

/// A station that waits for the car to agree on a new schedule, with the contactor closed.
fn renegotiating(dc: bool) -> Bench {
    let mut bench = Bench::at(if dc { Phase::DcCharging } else { Phase::AcCharging }, dc);
    bench.ok(requests::power(ChargeProgress::Renegotiate));
    assert_eq!(bench.phase, Phase::Parameters);
    assert!(!bench.orders.contains(&Order::OpenContactor));
    bench
}

#[test]
fn a_station_opens_the_contactor_when_the_car_leaves_instead_of_renegotiating() {
    for dc in [false, true] {
        let mut bench = renegotiating(dc);
        bench.ok(requests::any(RequestKind::SessionStop, dc));
        assert_eq!(bench.ended, Some(Ended::Terminated));
        assert_eq!(bench.orders.last(), Some(&Order::OpenContactor));
    }
}

#[test]
fn a_station_opens_the_contactor_when_the_car_falls_silent_while_renegotiating() {
    for dc in [false, true] {
        for agreed in [false, true] {
            let mut bench = renegotiating(dc);
            if agreed {
                bench.ok(requests::parameters(dc));
            }
            bench.wait(Duration::from_secs(61));
            assert_eq!(bench.ended, Some(Ended::Timeout));
            assert_eq!(bench.orders.last(), Some(&Order::OpenContactor));
        }
    }
}

#[test]
fn a_contactor_that_is_known_to_fail_is_not_told_to_close() {
    for (phase, dc) in [(Phase::AcReady, false), (Phase::DcReady, true)] {
        let mut bench = Bench::at(phase, dc);
        bench.fact(Fact::Contactor(Contactor::Fault));
        let code = bench.refused(requests::power(ChargeProgress::Start));
        assert_eq!(code, ResponseCode::FailedContactorError);
        assert!(!bench.orders.contains(&Order::CloseContactor), "{:?}", bench.orders);
    }
}

#[test]
fn a_car_that_is_told_to_stop_while_renegotiating_opens_its_relays() {
    let mut early = 0;
    for delay in (0..300).step_by(5) {
        let mut pair = Pair::new(station(DC), car(&DC));
        let charging = Duration::from_secs(4);
        pair.tell_station(charging, Command::Renegotiate);
        pair.tell_car(charging + ms(delay), evcc::Command::Stop);
        pair.run(Duration::from_secs(60));
        assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated));
        let relays = |event: &&Event| {
            use evcc::Order::{CloseRelays, OpenRelays};
            matches!(event, Event::Order(CloseRelays | OpenRelays))
        };
        let last = pair.car.iter().rfind(relays);
        assert_eq!(last, Some(&Event::Order(evcc::Order::OpenRelays)), "after {delay} ms");
        early += usize::from(!pair.car.contains(&Event::EnergyOff));
    }
    assert!(early > 0, "the car was never told to stop between two schedules");
}

#[test]
fn a_car_that_leaves_before_energy_with_ac_has_no_relays_to_open() {
    let mut pair = Pair::new(station(AC), car(&AC));
    pair.tell_car(ms(60), evcc::Command::Stop);
    pair.run(Duration::from_secs(60));
    assert_eq!(pair.car_ended, Some(evcc::Ended::Terminated));
    assert!(!pair.car.contains(&Event::Order(evcc::Order::OpenRelays)));
}
