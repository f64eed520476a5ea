//! The local modem and its key, at both roles; foreign frames; bounds.

use crate::bench::*;
use slac::evse::{Config, Event, Failure, Input, Strictness};
use slac::mme::*;
use slac::modem::{HomePlug, Modem, ModemFailure, SetKeyResult};
use slac::pilot::{EvPilot, Pilot};
use slac::{Ev, Evse, Frame, Mac, Output, RandomFailed, RunId, ev};

/// A connector whose modem says nothing by itself.
fn silent(config: Config) -> EvseBench {
    let mut bench = EvseBench::fresh(config);
    bench.answers_keys = false;
    bench.run(1);
    bench
}

#[test]
fn a_silent_modem_is_asked_ten_times_reported_and_asked_again_later() {
    let mut bench = silent(Config::new(EVSE));
    bench.run(60_000);
    let times = bench.times("CM_SET_KEY.REQ");
    assert_eq!(times[..10], [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000]);
    assert_eq!(times[10], 15_000);
    assert!(
        bench.events.contains(&(ms(10_000), Event::Failed(Failure::Modem(ModemFailure::Silent))))
    );
}

#[test]
fn a_refused_key_is_sent_again_and_set_once_the_modem_agrees() {
    let mut bench = silent(Config::new(EVSE));
    let request = bench.last_key();
    bench.receive_from(MODEM, request.confirmation(0));
    assert!(!bench.has(|event| *event == Event::Keyed));
    bench.run(1_000);
    assert_eq!(bench.last_key(), request, "the same key");
    bench.receive_from(MODEM, request.confirmation(1));
    assert!(bench.has(|event| *event == Event::Keyed));
    bench.run(60_000);
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 2);
}

#[test]
fn a_modem_that_keeps_refusing_is_reported_as_such() {
    let mut bench = silent(Config::new(EVSE));
    for _ in 0..10 {
        let request = bench.last_key();
        bench.receive_from(MODEM, request.confirmation(0));
        bench.run(1_000);
    }
    assert!(bench.has(|event| *event == Event::Failed(Failure::Modem(ModemFailure::Refused))));
}

#[test]
fn either_reading_of_the_result_can_be_configured() {
    for (set, result, is_set) in [
        (SetKeyResult::One, 1, true),
        (SetKeyResult::One, 0, false),
        (SetKeyResult::Zero, 0, true),
        (SetKeyResult::Zero, 1, false),
        (SetKeyResult::Any, 7, true),
    ] {
        let Modem::HomePlug(settings) = Modem::qualcomm() else { panic!() };
        let modem = Modem::HomePlug(HomePlug { set: Some(set), ..settings });
        let mut bench = silent(Config { modem, ..Config::new(EVSE) });
        let request = bench.last_key();
        bench.receive_from(MODEM, request.confirmation(result));
        assert_eq!(bench.has(|event| *event == Event::Keyed), is_set, "{set:?} {result}");
    }
}

#[test]
fn an_answer_to_another_nonce_confirms_nothing() {
    let mut bench = silent(Config::new(EVSE));
    let request = bench.last_key();
    bench.receive_from(MODEM, SetKeyCnf { your_nonce: [0; 4], ..request.confirmation(1) });
    assert!(!bench.has(|event| *event == Event::Keyed));
}

#[test]
fn a_key_that_the_modem_has_not_confirmed_is_given_to_no_car() {
    let mut bench = silent(Config::new(EVSE));
    let refused = bench.last_key();
    bench.receive_from(MODEM, refused.confirmation(0));
    bench.pilot(Pilot::B);
    bench.ask();
    assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 0);
    let request = bench.last_key();
    bench.receive_from(MODEM, request.confirmation(1));
    bench.run(200);
    bench.receive(match_req());
    let Message::SlacMatchCnf(cnf) = bench.last() else { panic!() };
    assert_eq!((&cnf.nmk, cnf.nid), (&request.new_key, request.nid));
}

#[test]
fn a_modem_that_restarts_gets_the_same_key_again() {
    let mut bench = EvseBench::linked(Config::new(EVSE));
    let Some((_, Event::Matched { key, .. })) =
        bench.events.iter().find(|(_, event)| matches!(event, Event::Matched { .. })).cloned()
    else {
        panic!()
    };
    bench.input(Input::ModemReset);
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 0, "it may have kept it");
    bench.run(1_000);
    assert_eq!(bench.last_key().new_key, key.nmk);
}

#[test]
fn a_failed_random_source_makes_no_key_and_is_reported() {
    let mut evse = Evse::new(Config::new(EVSE), |_: &mut [u8]| Err(RandomFailed));
    assert_eq!(evse.poll(), Output::Wait(Some(ms(0))));
    evse.handle(ms(0), Input::Timeout);
    assert_eq!(evse.poll(), Output::Event(Event::Failed(Failure::Modem(ModemFailure::Random))));
    assert_eq!(evse.poll(), Output::Wait(Some(ms(5_000))));
    let mut car = Ev::new(ev::Config::new(EV), |_: &mut [u8]| Err(RandomFailed));
    car.handle(ms(0), ev::Input::Pilot(EvPilot::Pwm(5)));
    assert_eq!(
        car.poll(),
        Output::Event(ev::Event::Failed(ev::Failure::Modem(ModemFailure::Random)))
    );
    assert_eq!(car.poll(), Output::Wait(None));
}

#[test]
fn a_car_keeps_a_link_that_is_reported_before_its_modem_confirms_the_key() {
    let mut bench = EvBench::matching(ev::Config::new(EV));
    bench.answers_keys = false;
    let cnf = match_cnf(bench.run_id());
    bench.receive(cnf);
    let Message::SetKeyReq(request) = bench.last().clone() else { panic!() };
    bench.input(ev::Input::LinkUp);
    assert!(
        !bench.has(|event| matches!(event, ev::Event::LinkUp { .. })),
        "it may be an older network"
    );
    bench.receive_from(MODEM, request.confirmation(1));
    assert!(bench.has(|event| *event == ev::Event::LinkUp { peer: EVSE }));
}

#[test]
fn frames_for_other_hosts_are_passed_over() {
    let mut bench = EvseBench::characterized(Config::new(EVSE));
    let foreign = SlacMatchReq { evse_mac: EVSE, ..match_req() };
    bench.octets(&Frame::new(OTHER, EV, foreign).emit());
    assert_eq!(bench.sent, []);
    let mut car = EvBench::matching(ev::Config::new(EV));
    let cnf = match_cnf(car.run_id());
    car.octets(&Frame::new(OTHER, EVSE, cnf).emit());
    assert_eq!(car.count("CM_SET_KEY.REQ"), 0);
}

#[test]
fn only_the_local_modem_speaks_about_soundings() {
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    bench.request();
    bench.receive(start());
    let forged = AttenProfileInd { pev_mac: EV, groups: [1; 58].into() };
    bench.octets(&Frame::new(Mac::BROADCAST, OTHER, forged).emit());
    bench.run(1_000);
    assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 0);
}

#[test]
fn profiles_beyond_the_announced_number_are_left_out() {
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    bench.request();
    bench.sound(10);
    (0..5).for_each(|_| bench.profile(90));
    bench.run(50);
    assert_eq!(*bench.last(), atten_ind(RUN, 26).into());
}

#[test]
fn calibration_is_subtracted_from_what_the_car_is_told() {
    let mut bench = EvseBench::plugged(Config { calibration: [10; 58], ..Config::new(EVSE) });
    bench.request();
    bench.sound(10);
    bench.run(50);
    assert_eq!(*bench.last(), atten_ind(RUN, 16).into());
}

/// Cars beyond the bound replace the oldest that has not sounded; one that has keeps its place.
#[test]
fn the_tables_are_bounded_and_keep_a_car_that_sounds() {
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    bench.request();
    bench.receive(start());
    for index in 0..3_000_u16 {
        let [high, low] = index.to_be_bytes();
        let car = Mac([2, 0, 0, 9, high, low]);
        bench.receive_from(
            car,
            SlacParmReq { application_type: 0, security_type: 0, run_id: RunId([low; 8]) },
        );
    }
    assert_eq!(bench.count("CM_SLAC_PARM.CNF"), 3_001);
    for count in (0..10).rev() {
        bench.receive(sounding(count));
        bench.profile(26);
    }
    bench.run(100);
    assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 1);
    bench.run(1_000);
    let ended = bench
        .events
        .iter()
        .filter(|(_, event)| matches!(event, Event::SessionEnded { .. }))
        .count();
    assert_eq!(ended, 1_025, "those that never sounded and one without response");
}

#[test]
fn a_table_full_of_sounding_cars_takes_no_further_car() {
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    for index in 0..32 {
        let car = Mac([2, 0, 0, 0, 9, index]);
        let run_id = RunId([index; 8]);
        bench.receive_from(car, SlacParmReq { application_type: 0, security_type: 0, run_id });
        bench.receive_from(car, StartAttenCharInd { forwarding_sta: car, run_id, ..start() });
    }
    bench.request();
    bench.sound(10);
    bench.run(300);
    assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 0);
    bench.request();
    bench.sound(10);
    bench.run(50);
    assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 1);
}

/// Other cars that have their result and ask for nothing; the worst heard gives way, the best heard never.
#[test]
fn a_table_full_of_cars_of_other_stations_gives_up_the_one_heard_least() {
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    bench.request();
    bench.sound(10);
    bench.run(50);
    bench.receive(response());
    let (opened, ended) = (bench.now, |bench: &EvseBench| {
        bench.has(|event| matches!(event, Event::SessionEnded { .. }))
    });
    for index in 0..64 {
        let car = Mac([2, 0, 0, 0, 9, index]);
        let run_id = RunId([index; 8]);
        bench.receive_from(car, SlacParmReq { application_type: 0, security_type: 0, run_id });
        bench.receive_from(
            car,
            StartAttenCharInd { forwarding_sta: car, run_id, num_sounds: 1, ..start() },
        );
        let told = AttenProfileInd { pev_mac: car, groups: [40; 58].into() };
        bench.octets(&Frame::new(Mac::BROADCAST, MODEM, told).emit());
        bench.run(25);
        bench.receive_from(car, AttenCharRsp { source_address: car, run_id, ..response() });
    }
    assert!(bench.now < opened + ms(10_000) && !ended(&bench));
    assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 65);
    bench.receive(match_req());
    assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 1, "the car on the plug is heard best");
}

/// As a car does that answers all results when its own window is over.
#[test]
fn a_late_response_is_taken_when_lenient_and_only_then() {
    for (strictness, keys) in [(Strictness::Strict, 0), (Strictness::Lenient, 1)] {
        let mut bench = EvseBench::plugged(Config { strictness, ..Config::new(EVSE) });
        bench.request();
        bench.sound(10);
        bench.run(1_000);
        assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 3);
        bench.receive(response());
        bench.receive(match_req());
        assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), keys, "{strictness:?}");
    }
}

#[test]
fn a_repeated_frame_of_an_older_run_does_not_end_the_run_of_a_car() {
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    let old = SlacParmReq { application_type: 0, security_type: 0, run_id: RunId([1; 8]) };
    bench.request();
    bench.receive(old.clone());
    bench.sound(5);
    bench.receive(old.clone());
    for count in (0..5).rev() {
        bench.run(20);
        bench.receive(sounding(count));
        bench.profile(26);
    }
    bench.run(50);
    bench.receive(old);
    bench.receive(response());
    bench.receive(match_req());
    assert_eq!((bench.count("CM_ATTEN_CHAR.IND"), bench.count("CM_SLAC_MATCH.CNF")), (1, 1));
}

#[test]
fn two_cars_with_the_same_run_identifier_are_kept_apart() {
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    bench.request();
    bench.receive_from(OTHER, SlacParmReq { application_type: 0, security_type: 0, run_id: RUN });
    bench.sound(10);
    bench.run(50);
    bench.receive_from(OTHER, AttenCharRsp { source_address: OTHER, ..response() });
    bench.receive_from(OTHER, SlacMatchReq { pev_mac: OTHER, ..match_req() });
    assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 0);
    bench.receive(response());
    bench.receive(match_req());
    assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 1);
}

#[test]
fn a_clock_that_runs_backwards_moves_no_deadline() {
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    bench.run(30_000);
    bench.engine.handle(ms(5), Input::Timeout);
    assert!(matches!(bench.engine.poll(), Output::Wait(Some(at)) if at == ms(40_001)));
}
