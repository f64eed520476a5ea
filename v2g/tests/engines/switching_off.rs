//! Whatever was switched on is switched off before a session is over.

use crate::support::bench::Bench;
use crate::support::pair::{Pair, car};
use crate::support::{AC, DC, ms, requests, station};
use std::time::Duration;
use v2g::engine::{Input, Output};
use v2g::evcc::{self, Event};
use v2g::iso2::dialog::{RequestKind, Response};
use v2g::iso2::msg::{ChargeProgress, EvseNotification, ResponseCode};
use v2g::iso2::order::Phase;
use v2g::secc::{self, Command, Contactor, ControlPilot, Ended, Fact, Fault, Order};

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
        bench.orders.clear();
        bench.obedient = false;
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

fn charging(dc: bool) -> Bench {
    let mut bench = Bench::at(if dc { Phase::DcCharging } else { Phase::AcCharging }, dc);
    bench.orders.clear();
    bench
}

/// One turn of the charge loop; what the car is told.
fn turn(bench: &mut Bench, dc: bool) -> EvseNotification {
    let kind = if dc { RequestKind::CurrentDemand } else { RequestKind::ChargingStatus };
    match bench.ok(requests::any(kind, dc)) {
        Response::CurrentDemand(r) => r.dc_evse_status.notification,
        Response::ChargingStatus(r) => r.ac_evse_status.notification,
        other => panic!("{other:?}"),
    }
}

/// The control pilot outranks every message: [V2G2-847] asks for C or D before energy begins.
#[test]
fn a_pilot_that_no_longer_asks_for_energy_cuts_it_at_once() {
    for dc in [false, true] {
        for pilot in [ControlPilot::B, ControlPilot::E, ControlPilot::F] {
            let mut bench = charging(dc);
            assert_eq!(turn(&mut bench, dc), EvseNotification::None);
            // A contactor that is slow to open.
            bench.obedient = false;
            bench.fact(Fact::ControlPilot(pilot));
            assert_eq!(bench.orders.last(), Some(&Order::OpenContactor), "{pilot:?}");
            assert_eq!(bench.ended, None);
            // Coming back does not bring energy back.
            bench.fact(Fact::ControlPilot(ControlPilot::C));
            bench.orders.clear();
            assert_eq!(turn(&mut bench, dc), EvseNotification::StopCharging);
            assert!(!bench.orders.iter().any(|o| matches!(o, Order::Deliver { .. })));
            bench.fact(Fact::ControlPilot(ControlPilot::B));
            bench.fact(Fact::Contactor(Contactor::Open));
            bench.ok(requests::power(ChargeProgress::Stop));
            bench.ok(requests::any(RequestKind::SessionStop, dc));
            assert_eq!(bench.ended, Some(Ended::Terminated));
        }
    }
}

#[test]
fn a_contactor_that_opens_by_itself_ends_the_charge() {
    for (dc, state) in [false, true]
        .map(|dc| (dc, Contactor::Open))
        .into_iter()
        .chain([(false, Contactor::Fault), (true, Contactor::Fault)])
    {
        let mut bench = charging(dc);
        bench.obedient = false;
        bench.fact(Fact::Contactor(state));
        assert_eq!(bench.orders, [Order::SupplyOff, Order::OpenContactor]);
        bench.orders.clear();
        assert_eq!(turn(&mut bench, dc), EvseNotification::StopCharging);
        assert!(!bench.orders.iter().any(|o| matches!(o, Order::Deliver { .. })));
    }
}

/// [V2G2-679]: a car that asks seldom hears of a fault that is over by then.
#[test]
fn a_fault_that_is_gone_has_ended_the_charge_all_the_same() {
    for dc in [false, true] {
        let mut bench = charging(dc);
        bench.fact(Fact::Fault(Some(Fault::Emergency)));
        assert!(bench.orders.contains(&Order::OpenContactor));
        bench.fact(Fact::Fault(None));
        bench.orders.clear();
        assert_eq!(turn(&mut bench, dc), EvseNotification::StopCharging);
        assert!(!bench.orders.iter().any(|o| matches!(o, Order::Deliver { .. })));
        bench.wait(Duration::from_secs(10));
        turn(&mut bench, dc);
        bench.wait(Duration::from_secs(11));
        assert_eq!(bench.ended, Some(Ended::Timeout), "a car that goes on nevertheless");
    }
}

#[test]
fn a_car_that_does_not_stop_when_told_is_switched_off() {
    for dc in [false, true] {
        let mut bench = charging(dc);
        bench.command(Command::Stop);
        for _ in 0..9 {
            assert_eq!(turn(&mut bench, dc), EvseNotification::StopCharging);
            bench.wait(Duration::from_secs(2));
            assert_eq!(bench.ended, None);
        }
        bench.wait(Duration::from_secs(3));
        assert_eq!(bench.ended, Some(Ended::Aborted));
        assert_eq!(bench.orders.last(), Some(&Order::OpenContactor));
    }
}

/// [V2G2-480]
#[test]
fn energy_does_not_begin_after_the_wish_to_stop() {
    for dc in [false, true] {
        let mut bench = Bench::at(if dc { Phase::DcReady } else { Phase::AcReady }, dc);
        bench.orders.clear();
        bench.command(Command::Stop);
        let code = bench.refused(requests::power(ChargeProgress::Start));
        assert_eq!(code, ResponseCode::FailedPowerDeliveryNotApplied);
        assert!(!bench.orders.contains(&Order::CloseContactor));
    }
    let mut bench = Bench::at(Phase::DcPreCharge, true);
    bench.command(Command::Stop);
    let Response::PreCharge(answer) = bench.ok(requests::any(RequestKind::PreCharge, true)) else {
        panic!("another response")
    };
    assert_eq!(answer.dc_evse_status.notification, EvseNotification::StopCharging);
}

#[test]
fn a_fault_keeps_voltage_off_the_cable() {
    for (phase, kind) in [
        (Phase::DcCableCheck, RequestKind::CableCheck),
        (Phase::DcPreCharge, RequestKind::PreCharge),
        (Phase::DcReady, RequestKind::PreCharge),
    ] {
        let mut bench = Bench::at(phase, true);
        bench.fact(Fact::Fault(Some(Fault::Emergency)));
        bench.orders.clear();
        assert_eq!(bench.refused(requests::any(kind, true)), ResponseCode::Failed, "{phase}");
        let off = |order: &Order| matches!(order, Order::SupplyOff | Order::OpenContactor);
        assert!(bench.orders.iter().all(off), "{phase}: {:?}", bench.orders);
    }
}

#[test]
fn a_fault_while_the_contactor_closes_refuses_power() {
    let mut bench = Bench::at(Phase::AcReady, false);
    bench.obedient = false;
    assert!(bench.send(requests::power(ChargeProgress::Start)).is_none());
    bench.fact(Fact::Fault(Some(Fault::ResidualCurrent)));
    let code = bench.response().unwrap().code();
    assert_eq!(code, ResponseCode::FailedPowerDeliveryNotApplied);
    assert_eq!(bench.orders.last(), Some(&Order::OpenContactor));
    assert!(!bench.events.iter().any(|e| matches!(e, secc::Event::EnergyOn)));
}

/// The car measures at its inlet: an open contactor hides test and precharge from it.
#[test]
fn the_contactor_is_closed_before_the_cable_carries_voltage() {
    let check = || requests::any(RequestKind::CableCheck, true);
    let mut bench = Bench::at(Phase::DcCableCheck, true);
    bench.obedient = false;
    bench.ok(check());
    bench.ok(check());
    assert_eq!(bench.orders, [Order::CloseContactor]);
    bench.fact(Fact::Contactor(Contactor::Closed));
    bench.ok(check());
    assert_eq!(bench.orders, [Order::CloseContactor, Order::CheckCable]);

    for state in [Contactor::Open, Contactor::Fault] {
        let mut bench = Bench::at(Phase::DcCableCheck, true);
        bench.obedient = false;
        bench.ok(check());
        bench.wait(ms(3_100));
        bench.fact(Fact::Contactor(state));
        assert_eq!(bench.refused(check()), ResponseCode::Failed);
        assert_eq!(bench.orders.last(), Some(&Order::OpenContactor));
    }
}

/// [V2G2-443]: while the hardware is at work it is not the car that is silent.
#[test]
fn a_late_request_gets_the_time_its_hardware_needs() {
    let mut bench = Bench::at(Phase::AcReady, false);
    bench.obedient = false;
    bench.wait(Duration::from_secs(59));
    assert!(bench.send(requests::power(ChargeProgress::Start)).is_none());
    bench.wait(Duration::from_secs(2));
    assert_eq!(bench.ended, None);
    bench.fact(Fact::Contactor(Contactor::Closed));
    assert_eq!(bench.response().unwrap().code(), ResponseCode::Ok);
}

/// A peer that takes no answers must not hold up the orders.
#[test]
fn energy_is_off_before_a_refusal_is_sent() {
    let mut bench = charging(true);
    let request = bench.frame(requests::any(RequestKind::ServiceDiscovery, true), None);
    bench.secc.handle(bench.now, Input::Received(&request));
    let mut open = false;
    loop {
        match bench.secc.poll() {
            Output::Event(secc::Event::Order(Order::OpenContactor)) => open = true,
            Output::Transmit(_) => break assert!(open, "the answer came first"),
            Output::Event(_) => {}
            Output::Wait(_) => panic!("no answer"),
        }
    }
}

#[test]
fn a_car_opens_its_relays_before_the_cable_is_checked_again() {
    let mut pair = Pair::new(station(DC), car(&DC));
    pair.tell_station(ms(8_000), Command::Renegotiate);
    pair.tell_car(ms(20_000), evcc::Command::Stop);
    pair.run(Duration::from_secs(60));
    use evcc::Order::{CloseRelays, OpenRelays};
    let relays: Vec<_> = pair
        .car
        .iter()
        .filter_map(|event| match event {
            Event::Order(order @ (CloseRelays | OpenRelays)) => Some(*order),
            _ => None,
        })
        .collect();
    assert_eq!(relays, [CloseRelays, OpenRelays, CloseRelays, OpenRelays]);
}
