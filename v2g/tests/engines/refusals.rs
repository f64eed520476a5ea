//! Requests that are in order but not good: each gets the code the standard has for it.

use crate::support::bench::Bench;
use crate::support::{AC, CLOCK, DC, hierarchy, ms, random, requests, station, without_roots};
use exi::{Bytes, Int, List, Text};
use pki::chain::Level;
use pki::{Evcoid, Hierarchy};
use std::time::Duration;
use v2g::iso2::Grammar;
use v2g::iso2::dialog::{RequestKind, Response};
use v2g::iso2::msg::*;
use v2g::iso2::order::Phase;
use v2g::secc::{Command, Contactor, ControlPilot, Ended, Event, Fact, Fault, Isolation, Order};
use v2g::signature::Signed;

/// [V2G2-460]
#[test]
fn a_request_of_another_session_is_refused() {
    for id in [[0; 8], [0xff; 8]] {
        let mut bench = Bench::at(Phase::Discovery, false);
        bench.id = SessionId::new(&id).unwrap();
        let request = requests::any(RequestKind::ServiceDiscovery, false);
        assert_eq!(bench.refused(request), ResponseCode::FailedUnknownSession);
    }
    let mut bench = Bench::at(Phase::Discovery, false);
    let mut id: [u8; 8] = bench.id.as_slice().try_into().unwrap();
    id[7] ^= 1;
    bench.id = SessionId::new(&id).unwrap();
    let request = requests::any(RequestKind::SessionStop, false);
    assert_eq!(bench.refused(request), ResponseCode::FailedUnknownSession);
}

/// [V2G2-750]
#[test]
fn numbers_of_sessions_are_never_zero_and_never_the_same() {
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let bench = Bench::at(Phase::Discovery, false);
        let id: Vec<u8> = bench.id.as_slice().to_vec();
        assert!(id.len() == 8 && id.iter().any(|b| *b != 0));
        assert!(seen.insert(id));
    }
}

/// [V2G2-425] [V2G2-464] [V2G2-465] [V2G2-467] [V2G2-804]
#[test]
fn what_was_not_offered_cannot_be_picked() {
    let detail = ServiceDetailReq { service_id: 77 };
    assert_eq!(
        Bench::at(Phase::Selection, false).refused(detail),
        ResponseCode::FailedServiceIdInvalid
    );
    let pick = |services: &[u16], option| PaymentServiceSelectionReq {
        selected_payment_option: option,
        selected_service_list: SelectedServiceList {
            selected_service: List::new(
                services
                    .iter()
                    .map(|id| SelectedService { service_id: *id, parameter_set_id: None })
                    .collect(),
            )
            .unwrap(),
        },
    };
    let external = PaymentOption::ExternalPayment;
    for (services, code) in [
        (&[5][..], ResponseCode::FailedNoChargeServiceSelected),
        (&[1, 5][..], ResponseCode::FailedServiceSelectionInvalid),
    ] {
        let mut bench = Bench::at(Phase::Selection, false);
        assert_eq!(bench.refused(pick(services, external)), code);
    }
    // [V2G2-633]: without TLS, or without roots to check against, contracts are not on offer.
    let mut plain = station(AC);
    plain.tls = false;
    for config in [plain, without_roots(station(AC))] {
        let mut bench = Bench::new(config);
        bench.ok(requests::any(RequestKind::SessionSetup, false));
        bench.ok(requests::any(RequestKind::ServiceDiscovery, false));
        let code = bench.refused(pick(&[1], PaymentOption::Contract));
        assert_eq!(code, ResponseCode::FailedPaymentSelectionInvalid);
    }
}

fn details(leaf: &[u8], subs: &[&[u8]], emaid: &str) -> PaymentDetailsReq {
    let subs: Vec<_> = subs.iter().map(|der| Bytes::new(*der).unwrap()).collect();
    PaymentDetailsReq {
        emaid: Text::new(emaid).unwrap(),
        contract_signature_cert_chain: CertificateChain {
            id: None,
            certificate: Bytes::new(leaf).unwrap(),
            sub_certificates: (!subs.is_empty())
                .then(|| SubCertificates { certificate: List::new(subs).unwrap() }),
        },
    }
}

fn name(hierarchy: &Hierarchy) -> String {
    let leaf = hierarchy.contract().leaf;
    Evcoid::parse(leaf.subject().common_name().unwrap()).unwrap().normal().to_owned()
}

/// [V2G2-824] [V2G2-885]
#[test]
fn a_contract_that_cannot_be_read_or_trusted_is_refused_and_the_station_lives() {
    let foreign = Hierarchy::generate(&*random(), CLOCK, Default::default()).unwrap();
    let (own, other) = (hierarchy().contract(), foreign.contract());
    let mut torn = own.leaf.der().to_vec();
    let middle = torn.len() / 2;
    torn[middle] ^= 0x40;
    let emaid = name(hierarchy());
    for (what, request) in [
        ("garbage", details(&[0xde, 0xad, 0xbe, 0xef], &[], &emaid)),
        ("nothing", details(&[], &[], &emaid)),
        ("torn", details(&torn, &own.sub_ders(), &emaid)),
        ("foreign", details(other.leaf.der(), &other.sub_ders(), &name(&foreign))),
        ("without its authorities", details(own.leaf.der(), &[], &emaid)),
        ("another's leaf", details(hierarchy().secc().leaf.der(), &own.sub_ders(), &emaid)),
    ] {
        let mut bench = Bench::at(Phase::Contract, false);
        assert_eq!(bench.refused(request), ResponseCode::FailedCertChainError, "{what}");
        // The next session is as good as ever.
        assert_eq!(Bench::at(Phase::AcReceipt, false).ended, None);
    }
    for clock in [CLOCK - 40 * 365 * 86_400, CLOCK + 60 * 365 * 86_400] {
        let mut config = station(AC);
        config.clock = clock;
        let mut bench = Bench::new(config);
        for kind in [RequestKind::SessionSetup, RequestKind::ServiceDiscovery] {
            bench.ok(requests::any(kind, false));
        }
        bench.ok(requests::selection(PaymentOption::Contract));
        let code = bench.refused(details(own.leaf.der(), &own.sub_ders(), &emaid));
        assert_eq!(code, ResponseCode::FailedCertificateExpired);
    }
}

#[test]
fn an_emaid_that_is_not_the_certificates_is_refused() {
    let own = hierarchy().contract();
    for level in Level::ALL {
        let mut config = station(AC);
        config.contracts.level = level;
        let mut bench = Bench::new(config);
        for kind in [RequestKind::SessionSetup, RequestKind::ServiceDiscovery] {
            bench.ok(requests::any(kind, false));
        }
        bench.ok(requests::selection(PaymentOption::Contract));
        let request = details(own.leaf.der(), &own.sub_ders(), "DE8AA1A2B3C4D59");
        assert_eq!(bench.refused(request), ResponseCode::FailedCertChainError);
    }
}

/// [V2G2-475] [V2G2-684] [V2G2-825]
#[test]
fn a_challenge_must_come_back_fresh_and_signed() {
    let challenged = || {
        let mut bench = Bench::at(Phase::Contract, false);
        let Response::PaymentDetails(details) = bench.ok(requests::payment_details()) else {
            panic!("another response")
        };
        (bench, details.gen_challenge)
    };
    let (mut bench, _) = challenged();
    let (_, earlier) = challenged();
    let (request, signature) = requests::authorization(&earlier);
    let response = bench.send_signed(request, Some(signature)).unwrap();
    assert_eq!(response.code(), ResponseCode::FailedChallengeInvalid, "a replayed challenge");

    let (mut bench, _) = challenged();
    let code = bench.refused(AuthorizationReq { id: None, gen_challenge: None });
    assert_eq!(code, ResponseCode::FailedChallengeInvalid, "no challenge");

    let (mut bench, challenge) = challenged();
    let (request, _) = requests::authorization(&challenge);
    assert_eq!(bench.refused(request), ResponseCode::FailedSignatureError, "no signature");

    let (mut bench, challenge) = challenged();
    let (_, signature) = requests::authorization(&earlier);
    let (request, _) = requests::authorization(&challenge);
    let response = bench.send_signed(request, Some(signature)).unwrap();
    assert_eq!(response.code(), ResponseCode::FailedSignatureError, "another request's signature");

    // [V2G2-771]
    let (mut bench, challenge) = challenged();
    let (request, mut signature) = requests::authorization(&challenge);
    signature.signed_info.signature_method.hmac_output_length = Some(0u64.into());
    let response = bench.send_signed(request, Some(signature)).unwrap();
    assert_eq!(response.code(), ResponseCode::FailedSignatureError, "a forbidden field");

    let (mut bench, challenge) = challenged();
    let (request, mut signature) = requests::authorization(&challenge);
    let mut value = signature.signature_value.value.as_slice().to_vec();
    value[63] ^= 1;
    signature.signature_value.value = Bytes::new(value).unwrap();
    let response = bench.send_signed(request, Some(signature)).unwrap();
    assert_eq!(response.code(), ResponseCode::FailedSignatureError, "a bent signature");
    assert_eq!(bench.ended, Some(Ended::Refused));
    assert!(bench.orders.is_empty());
}

/// [V2G2-476] [V2G2-477]
#[test]
fn charge_parameters_must_fit_the_station_and_themselves() {
    let Response::SessionSetup(_) =
        Bench::new(station(AC)).ok(requests::any(RequestKind::SessionSetup, false))
    else {
        panic!("another response")
    };
    let v2g::iso2::dialog::Request::ChargeParameterDiscovery(good) = requests::parameters(false)
    else {
        panic!("another request")
    };
    let mut dc_mode = good.clone();
    dc_mode.requested_energy_transfer_mode = EnergyTransferMode::DcExtended;
    let code = Bench::at(Phase::Parameters, false).refused(dc_mode);
    assert_eq!(code, ResponseCode::FailedWrongEnergyTransferMode);

    let v2g::iso2::dialog::Request::ChargeParameterDiscovery(mut of_dc) =
        requests::parameters(true)
    else {
        panic!("another request")
    };
    of_dc.requested_energy_transfer_mode = EnergyTransferMode::AcThreePhaseCore;
    let code = Bench::at(Phase::Parameters, false).refused(of_dc);
    assert_eq!(code, ResponseCode::FailedWrongChargeParameter);

    for (least, most) in [(-6.0, 32.0), (6.0, -1.0), (40.0, 32.0)] {
        let mut request = good.clone();
        let EvChargeParameter::Ac(ac) = &mut request.ev_charge_parameter else { panic!("not AC") };
        ac.ev_min_current = requests::amount(least, Unit::Ampere);
        ac.ev_max_current = requests::amount(most, Unit::Ampere);
        let code = Bench::at(Phase::Parameters, false).refused(request);
        assert_eq!(code, ResponseCode::FailedWrongChargeParameter, "{least} to {most}");
    }
}

/// [V2G2-478] [V2G2-479] [V2G2-480] [V2G2-812]
#[test]
fn power_is_delivered_only_within_what_was_agreed() {
    let start = |tuple, watts: Option<f64>| PowerDeliveryReq {
        charge_progress: ChargeProgress::Start,
        sa_schedule_tuple_id: Int::new(tuple).unwrap(),
        charging_profile: watts.map(requests::profile),
        ev_power_delivery_parameter: None,
    };
    let ready = || Bench::at(Phase::AcReady, false);
    assert_eq!(ready().refused(start(2, None)), ResponseCode::FailedTariffSelectionInvalid);
    let code = ready().refused(start(1, Some(11_100.0)));
    assert_eq!(code, ResponseCode::FailedChargingProfileInvalid);
    for watts in [None, Some(0.0), Some(11_040.0)] {
        let mut bench = ready();
        bench.send(start(1, watts));
        assert_eq!(bench.phase, Phase::AcCharging, "{watts:?}");
    }
    assert_eq!(ready().refused(requests::power(ChargeProgress::Renegotiate)), ResponseCode::Failed);
    let mut faulty = ready();
    faulty.fact(Fact::Fault(Some(Fault::ResidualCurrent)));
    assert_eq!(faulty.refused(start(1, None)), ResponseCode::FailedPowerDeliveryNotApplied);
    assert!(!faulty.orders.contains(&Order::CloseContactor));
}

/// [V2G2-860] [V2G2-847]: no answer before the contactor has moved, a refusal when it does not.
#[test]
fn the_contactor_and_the_control_pilot_decide_about_power_delivery() {
    let started = || {
        let mut bench = Bench::at(Phase::AcReady, false);
        bench.obedient = false;
        assert!(bench.send(requests::power(ChargeProgress::Start)).is_none());
        assert_eq!(bench.phase, Phase::Busy);
        bench
    };
    let mut stuck = started();
    stuck.wait(ms(2_900));
    assert!(stuck.response().is_none());
    stuck.wait(ms(200));
    assert_eq!(stuck.response().unwrap().code(), ResponseCode::FailedContactorError);

    let mut broken = started();
    broken.fact(Fact::Contactor(Contactor::Fault));
    assert_eq!(broken.response().unwrap().code(), ResponseCode::FailedContactorError);

    let mut no_pilot = started();
    no_pilot.fact(Fact::ControlPilot(ControlPilot::B));
    no_pilot.fact(Fact::Contactor(Contactor::Closed));
    assert!(no_pilot.response().is_none());
    no_pilot.wait(ms(3_100));
    let code = no_pilot.response().unwrap().code();
    assert_eq!(code, ResponseCode::FailedPowerDeliveryNotApplied);
    assert_eq!(no_pilot.orders.last(), Some(&Order::OpenContactor));

    let mut slow = started();
    slow.wait(ms(1_000));
    slow.fact(Fact::Contactor(Contactor::Closed));
    assert_eq!(slow.response().unwrap().code(), ResponseCode::Ok);
    assert_eq!(slow.phase, Phase::AcCharging);
}

/// [V2G2-847] [V2G2-605]
#[test]
fn a_cable_check_without_pilot_or_with_bad_isolation_fails() {
    let check = || requests::any(RequestKind::CableCheck, true);
    let mut bench = Bench::at(Phase::DcCableCheck, true);
    bench.fact(Fact::ControlPilot(ControlPilot::B));
    assert!(bench.send(check()).is_none());
    bench.wait(ms(300));
    let response = bench.response().unwrap();
    bench.assert_refused(RequestKind::CableCheck, &response);
    assert!(!bench.orders.contains(&Order::CheckCable));

    let mut bench = Bench::at(Phase::DcCableCheck, true);
    bench.obedient = false;
    bench.ok(check());
    bench.fact(Fact::Contactor(Contactor::Closed));
    bench.ok(check());
    bench.fact(Fact::Isolation(Isolation::Fault));
    assert_eq!(bench.refused(check()), ResponseCode::Failed);

    let mut bench = Bench::at(Phase::DcCableCheck, true);
    bench.obedient = false;
    bench.ok(check());
    bench.fact(Fact::Contactor(Contactor::Closed));
    bench.ok(check());
    bench.wait(Duration::from_secs(37));
    bench.ok(check());
    bench.wait(Duration::from_secs(2));
    assert_eq!(bench.refused(check()), ResponseCode::Failed);
}

#[test]
fn wishes_beyond_the_limits_are_cut_and_said_so() {
    let mut bench = Bench::at(Phase::DcCharging, true);
    let Response::CurrentDemand(answer) = bench.ok(requests::current_demand(20_000.0, 1_000.0))
    else {
        panic!("another response")
    };
    assert!(answer.evse_voltage_limit_achieved && answer.evse_current_limit_achieved);
    assert!(answer.evse_power_limit_achieved);
    let Some(Order::Deliver { voltage, current }) = bench.orders.last() else { panic!("no order") };
    assert_eq!(*voltage, 920.0);
    assert!(voltage * current <= 60_000.0 + 1e-6);
    let Response::CurrentDemand(answer) = bench.ok(requests::current_demand(300.0, 50.0)) else {
        panic!("another response")
    };
    assert!(!answer.evse_voltage_limit_achieved && !answer.evse_power_limit_achieved);
    assert_eq!(bench.orders.last(), Some(&Order::Deliver { voltage: 300.0, current: 50.0 }));
}

#[test]
fn a_wish_beyond_the_cars_own_limits_is_cut() {
    let mut bench = Bench::at(Phase::DcCharging, true);
    let v2g::iso2::dialog::Request::CurrentDemand(mut wish) = requests::current_demand(450.0, 90.0)
    else {
        panic!("another request")
    };
    wish.ev_maximum_voltage_limit = Some(requests::amount(410.0, Unit::Volt));
    wish.ev_maximum_current_limit = Some(requests::amount(80.0, Unit::Ampere));
    bench.ok(wish);
    assert_eq!(bench.orders.last(), Some(&Order::Deliver { voltage: 410.0, current: 80.0 }));
}

/// [V2G2-481] [V2G2-904]
#[test]
fn a_receipt_must_be_of_this_session_and_signed_by_the_contract() {
    let meter = |bench: &Bench| {
        let reading = bench.secc.facts().meter.clone().unwrap();
        MeterInfo {
            meter_id: Text::new(reading.meter_id).unwrap(),
            meter_reading: Some(reading.energy),
            sig_meter_reading: None,
            meter_status: None,
            t_meter: None,
        }
    };
    let mut bench = Bench::at(Phase::AcReceipt, false);
    let (request, signature) = requests::receipt(bench.id, meter(&bench));
    let response = bench.send_signed(request, Some(signature)).unwrap();
    assert_eq!(response.code(), ResponseCode::Ok);
    assert!(bench.events.iter().any(|e| matches!(e, Event::Receipt { energy: Some(1000) })));

    let mut bench = Bench::at(Phase::AcReceipt, false);
    let (request, signature) = requests::receipt(SessionId::default(), meter(&bench));
    let response = bench.send_signed(request, Some(signature)).unwrap();
    assert_eq!(response.code(), ResponseCode::FailedMeteringSignatureNotValid, "another session");

    for other in [
        MeterInfo { meter_reading: Some(1), ..meter(&Bench::at(Phase::AcReceipt, false)) },
        MeterInfo {
            meter_id: Text::new("ANOTHER").unwrap(),
            ..meter(&Bench::at(Phase::AcReceipt, false))
        },
    ] {
        let mut bench = Bench::at(Phase::AcReceipt, false);
        let (request, signature) = requests::receipt(bench.id, other);
        let response = bench.send_signed(request, Some(signature)).unwrap();
        let code = response.code();
        assert_eq!(code, ResponseCode::FailedMeteringSignatureNotValid, "another reading");
    }

    let mut bench = Bench::at(Phase::DcReceipt, true);
    let (request, _) = requests::receipt(bench.id, meter(&bench));
    let other = AuthorizationReq { id: Some(Text::new("id1").unwrap()), gen_challenge: None };
    let signature = requests::sign(&Signed::element::<Grammar, _>("id1", &other).unwrap());
    let response = bench.send_signed(request, Some(signature)).unwrap();
    assert_eq!(response.code(), ResponseCode::FailedMeteringSignatureNotValid, "other content");
}

/// The car may leave in any state; energy is off before the answer. [V2G2-570] [V2G2-571]
#[test]
fn a_session_may_be_stopped_right_out_of_the_charge_loop() {
    for (phase, dc) in [(Phase::AcCharging, false), (Phase::DcCharging, true)] {
        let mut bench = Bench::at(phase, dc);
        let stop = requests::any(RequestKind::SessionStop, dc);
        let response = bench.send(stop).or_else(|| bench.response()).unwrap();
        assert_eq!(response.code(), ResponseCode::Ok);
        assert_eq!(bench.ended, Some(Ended::Terminated));
        assert_eq!(bench.secc.facts().contactor, Contactor::Open);
    }
}

#[test]
fn unplugging_and_aborting_switch_everything_off() {
    for command in [Command::Abort, Command::Fact(Fact::ControlPilot(ControlPilot::A))] {
        let mut bench = Bench::at(Phase::DcCharging, true);
        bench.command(command);
        assert!(bench.ended.is_some());
        assert_eq!(bench.secc.facts().contactor, Contactor::Open);
        assert!(bench.orders.contains(&Order::SupplyOff));
    }
    let mut bench = Bench::at(Phase::Discovery, true);
    bench.secc.handle(bench.now, v2g::engine::Input::Closed);
    bench.wait(ms(1));
    assert_eq!(bench.ended, Some(Ended::Closed));
    let _ = DC;
}

/// [V2G2-922]
#[test]
fn a_session_does_not_stop_while_the_control_pilot_asks_for_energy() {
    let stop = || requests::any(RequestKind::SessionStop, true);
    let mut bench = Bench::at(Phase::DcStopped, true);
    bench.obedient = false;
    bench.fact(Fact::ControlPilot(ControlPilot::C));
    assert!(bench.send(stop()).is_none());
    bench.wait(ms(3_100));
    assert_eq!(bench.response().unwrap().code(), ResponseCode::Failed);

    let mut bench = Bench::at(Phase::DcStopped, true);
    bench.obedient = false;
    bench.fact(Fact::ControlPilot(ControlPilot::C));
    assert!(bench.send(stop()).is_none());
    bench.fact(Fact::ControlPilot(ControlPilot::B));
    assert_eq!(bench.response().unwrap().code(), ResponseCode::Ok);
    assert_eq!(bench.ended, Some(Ended::Terminated));
}

/// [V2G2-824] [V2G2-884]: each defect of a contract chain has its code.
#[test]
fn a_damaged_contract_is_refused_by_its_defect() {
    use pki::chain::Role;
    use pki::issue::Defect;
    let not_allowed = ResponseCode::FailedCertificateNotAllowedAtThisEvse;
    for (defect, code) in [
        (Defect::None, ResponseCode::Ok),
        (Defect::ExpiredLeaf, ResponseCode::FailedCertificateExpired),
        (Defect::NotYetValidLeaf, ResponseCode::FailedCertificateExpired),
        (Defect::ExpiredSub1, not_allowed),
        (Defect::ExpiredSub2, not_allowed),
        (Defect::CountryNamed, not_allowed),
        (Defect::WithoutDigitalSignature, not_allowed),
        (Defect::TwinRoot, ResponseCode::FailedCertChainError),
        (Defect::TamperedSignature, ResponseCode::FailedCertChainError),
    ] {
        let damaged = hierarchy().damaged(Role::Contract, defect, &*random()).unwrap();
        let mut config = station(AC);
        config.contracts.anchors = damaged.anchors.clone();
        let mut bench = Bench::new(config);
        for kind in [RequestKind::SessionSetup, RequestKind::ServiceDiscovery] {
            bench.ok(requests::any(kind, false));
        }
        bench.ok(requests::selection(PaymentOption::Contract));
        let subs: Vec<&[u8]> = damaged.subs.iter().map(|der| der.as_slice()).collect();
        let request = details(&damaged.leaf, &subs, &name(hierarchy()));
        let response = bench.send(request).unwrap();
        assert_eq!(response.code(), code, "{defect:?}: {:?}", bench.events);
    }
}
