//! ISO 15118-5 cases about duty cycles, pauses, transmit levels and several stations. Numbers are those of the test cases; `evcc` and `secc`
//! is the side under test.
//!
//! `conformance.tsv` lists every case with its test, or with the reason why there is none.

use crate::bench::*;
use slac::evse::Input;
use slac::medium::Noise;
use slac::mme::*;
use slac::pilot::{EvPilot, Pilot};
use slac::{Ev, Evse, ev, evse};

fn linked_car() -> EvBench {
    EvBench::linked(ev::Config::new(EV))
}

fn linked_station() -> EvseBench {
    EvseBench::linked(evse::Config::new(EVSE))
}

// The car

#[test]
fn evcc_cm_slac_parm_ac_001_002_a_nominal_duty_cycle_starts_the_matching_too() {
    for before in [EvPilot::Unplugged, EvPilot::Error] {
        let mut bench = EvBench::ev(ev::Config::new(EV));
        bench.pilot(before);
        bench.run(4_000);
        assert_eq!(bench.sent, []);
        bench.pilot(EvPilot::Pwm(53));
        assert_eq!(bench.last().name(), Some("CM_SLAC_PARM.REQ"));
    }
}

#[test]
fn evcc_cm_validate_002_003_every_count_of_toggles_leads_to_the_match() {
    let mut counts = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let config = ev::Config { validate: ev::Validate::Always, ..ev::Config::new(EV) };
        let mut bench = EvBench::new(Ev::new(config, Noise::new(seed)), EV, EVSE);
        bench.pilot(EvPilot::Pwm(5));
        let run_id = bench.run_id();
        bench.receive(parm_cnf(run_id));
        bench.run(600);
        bench.receive(atten_ind(run_id, 26));
        bench.run(300);
        bench.receive(validate_cnf(0, ValidateResult::Ready));
        let toggle = |(_, event): &(_, ev::Event)| match event {
            ev::Event::Toggle { count, .. } => Some(*count),
            _ => None,
        };
        let count = bench.events.iter().find_map(toggle).unwrap();
        counts.insert(count);
        bench.receive(validate_cnf(count, ValidateResult::Success));
        assert_eq!(bench.last().name(), Some("CM_SLAC_MATCH.REQ"));
    }
    assert_eq!(Vec::from_iter(counts), [1, 2, 3]);
}

/// With two stations in range, the first one answers the first step.
#[test]
fn evcc_cm_validate_013_019_the_first_station_decides_how_the_car_goes_on() {
    for (result, asks_again) in [(ValidateResult::Failure, false), (ValidateResult::NotReady, true)]
    {
        let config = ev::Config { validate: ev::Validate::Always, ..ev::Config::new(EV) };
        let mut bench = EvBench::requesting(config);
        let run_id = bench.run_id();
        bench.receive_from(OTHER, parm_cnf(run_id));
        bench.receive(parm_cnf(run_id));
        bench.run(500);
        bench.receive_from(OTHER, atten_ind(run_id, 40));
        bench.receive(atten_ind(run_id, 26));
        bench.run(330);
        bench.sent.clear();
        bench.receive(validate_cnf(0, result));
        bench.run(399);
        assert_eq!(bench.sent.is_empty(), asks_again, "{result:?}");
        bench.run(1);
        let (_, frame) = bench.sent.first().unwrap();
        assert_eq!(frame.destination, EVSE);
        let name = if asks_again { "CM_VALIDATE.REQ" } else { "CM_SLAC_MATCH.REQ" };
        assert_eq!(frame.message.name(), Some(name));
    }
}

#[test]
fn evcc_cm_amp_map_006_007_008_maps_of_any_size_are_taken_and_handed_on() {
    for carriers in [1, 2, AmpMapReq::CARRIERS, 1_155] {
        let mut bench = linked_car();
        let mut levels = vec![15; usize::from(carriers)];
        levels[0] = 0;
        let map = AmpMapReq::new(&levels);
        bench.receive(map.clone());
        assert_eq!(*bench.last(), AmpMapCnf { result: 0 }.into());
        assert!(bench.has(|event| *event == ev::Event::AmplitudeMap(map.clone())));
        assert_eq!(map.iter().collect::<Vec<_>>(), levels, "the first carrier is notched");
    }
}

#[test]
fn evcc_plc_link_status_005_a_late_duty_cycle_does_not_hinder_the_join() {
    let mut bench = EvBench::matching(ev::Config::new(EV));
    let cnf = match_cnf(bench.run_id());
    bench.receive(cnf);
    bench.run(7_500);
    bench.pilot(EvPilot::Pwm(53));
    bench.input(ev::Input::LinkUp);
    assert!(bench.has(|event| *event == ev::Event::LinkUp { peer: EVSE }));
}

#[test]
fn evcc_plc_link_status_ac_003_005_007_008_state_e_or_f_at_any_duty_cycle_leaves_the_network() {
    for duty in [5, 53] {
        let mut bench = linked_car();
        bench.pilot(EvPilot::Pwm(duty));
        bench.pilot(EvPilot::Error);
        let left = ev::Event::LinkDown(ev::Cause::PilotError);
        assert!(bench.has(|event| *event == left));
        assert_eq!(bench.count("CM_SET_KEY.REQ"), 1);
        bench.sent.clear();
        bench.pilot(EvPilot::Pwm(duty));
        assert_eq!(bench.count("CM_SLAC_PARM.REQ"), 1, "the way back is a new matching");
    }
}

#[test]
fn evcc_plc_link_status_ac_006_dc_003_the_key_of_the_old_network_is_gone_after_the_session() {
    let mut bench = linked_car();
    bench.input(ev::Input::Terminate);
    let Message::SetKeyReq(request) = bench.last() else { panic!() };
    let old = match_cnf(RUN);
    assert!(request.new_key != old.nmk && request.nid != old.nid);
}

#[test]
fn evcc_plc_link_status_ac_009_010_dc_004_005_a_paused_car_wakes_on_the_old_network() {
    for has_lost_link in [false, true] {
        let mut bench = linked_car();
        bench.input(ev::Input::Pause);
        bench.pilot(EvPilot::Steady);
        if has_lost_link {
            bench.input(ev::Input::LinkDown);
        }
        bench.run(600_000);
        bench.pilot(EvPilot::Pwm(5));
        bench.input(ev::Input::LinkUp);
        assert_eq!(bench.events.last().unwrap().1, ev::Event::LinkUp { peer: EVSE });
        assert_eq!(bench.sent, [], "neither a key nor a matching");
    }
}

// The station

#[test]
fn secc_cm_slac_parm_009_after_a_long_sleep_the_next_car_is_answered() {
    let mut bench = EvseBench::evse(evse::Config::new(EVSE));
    bench.run(24 * 3_600_000);
    bench.pilot(Pilot::B);
    bench.request();
    assert_eq!(bench.last().name(), Some("CM_SLAC_PARM.CNF"));
}

#[test]
fn secc_cm_slac_parm_ac_001_003_004_matching_works_after_a_step_over_state_e_or_f() {
    for step in [Pilot::E, Pilot::F] {
        let mut bench = EvseBench::plugged(evse::Config::new(EVSE));
        bench.run(10_000);
        bench.pilot(step);
        bench.request();
        assert_eq!(bench.sent, [], "nothing is answered in E and F");
        bench.run(4_000);
        bench.pilot(Pilot::B);
        bench.run(39_000);
        bench.request();
        assert_eq!(bench.count("CM_SLAC_PARM.CNF"), 1, "with a new TT_EVSE_SLAC_init");
    }
}

#[test]
fn secc_cm_amp_map_007_008_maps_of_any_size_are_taken_and_handed_on() {
    for carriers in [1, 2, AmpMapReq::CARRIERS, 1_155] {
        let mut bench = linked_station();
        let map = AmpMapReq::new(&vec![7; usize::from(carriers)]);
        bench.receive(map.clone());
        assert_eq!(*bench.last(), AmpMapCnf { result: 0 }.into());
        assert!(bench.has(|event| *event == evse::Event::AmplitudeMap(map.clone())));
    }
    let mut unlinked = EvseBench::characterized(evse::Config::new(EVSE));
    unlinked.receive(AmpMapReq::new(&[7; 917]));
    assert_eq!(unlinked.sent, [], "only the linked peer sets levels");
}

/// Nothing of a run is kept that a car could have overheard: the key changes from car to car.
#[test]
fn secc_every_car_gets_a_network_of_its_own() {
    let mut bench = EvseBench::new(Evse::new(evse::Config::new(EVSE), Noise::new(3)), EVSE, EV);
    bench.run(1);
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..20 {
        bench.pilot(Pilot::B);
        bench.ask();
        let Message::SlacMatchCnf(cnf) = bench.last().clone() else { panic!() };
        assert_eq!(cnf.nid, slac::Nid::derive(&cnf.nmk));
        names.insert(cnf.nid);
        bench.input(Input::LinkUp);
        bench.pilot(Pilot::A);
        bench.run(10);
    }
    assert_eq!(names.len(), 20);
}

/// The outlet of the station is authorized while the matching runs: the duty cycle is the caller's, and the car may be in B or C.
#[test]
fn secc_plc_link_status_ac_001_009_changes_between_b_and_c_while_matching_disturb_nothing() {
    let mut bench = EvseBench::plugged(evse::Config::new(EVSE));
    bench.request();
    bench.pilot(Pilot::C);
    bench.sound(5);
    bench.pilot(Pilot::B);
    for count in (0..5).rev() {
        bench.run(20);
        bench.receive(sounding(count));
        bench.profile(26);
    }
    bench.pilot(Pilot::C);
    bench.run(50);
    bench.receive(response());
    bench.receive(match_req());
    bench.pilot(Pilot::B);
    bench.run(2_000);
    bench.input(Input::LinkUp);
    assert_eq!(bench.events.last().unwrap().1, evse::Event::LinkUp { peer: EV });
}

#[test]
fn secc_plc_link_status_005_a_car_whose_link_is_lost_matches_again_on_the_same_plug() {
    let mut bench = linked_station();
    bench.input(Input::LinkDown);
    bench.run(1_000);
    assert!(bench.has(|event| *event == evse::Event::LinkDown(evse::Cause::LinkLost)));
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 1, "with another network");
    bench.ask();
    bench.run(2_000);
    bench.input(Input::LinkUp);
    assert_eq!(bench.events.last().unwrap().1, evse::Event::LinkUp { peer: EV });
}

#[test]
fn secc_plc_link_status_ac_010_dc_006_a_car_may_pause_and_wake_again_and_again() {
    let mut bench = linked_station();
    for _ in 0..3 {
        bench.input(Input::Pause);
        bench.run(600_000);
        bench.pilot(Pilot::C);
        bench.pilot(Pilot::B);
        bench.input(Input::LinkUp);
        assert_eq!(bench.events.last().unwrap().1, evse::Event::LinkUp { peer: EV });
    }
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 0, "the network stays");
}

/// Shorter than `T_step_X1`, so that the oscillator has not even come back.
#[test]
fn secc_plc_link_status_ac_012_dc_007_a_short_pause_keeps_the_network() {
    let mut bench = linked_station();
    bench.input(Input::Pause);
    bench.input(Input::LinkDown);
    bench.run(2_000);
    bench.input(Input::LinkUp);
    assert_eq!(bench.events.last().unwrap().1, evse::Event::LinkUp { peer: EV });
    bench.run(60_000);
    assert!(!bench.has(|event| matches!(event, evse::Event::LinkDown(_))));
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 0);
}
