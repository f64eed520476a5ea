//! The ISO 15118-5 cases for the charging station, as far as they concern the matching itself. Numbers are those of the test cases.

use crate::bench::*;
use slac::evse::{Cause, Config, Event, Failure, Input, SessionEnd, Validation};
use slac::mme::*;
use slac::pilot::Pilot;
use slac::{Decibel, Frame, Mac, NetworkKey, Nid, RunId};

fn config() -> Config {
    Config::new(EVSE)
}

fn validating() -> Config {
    Config { validation: Validation::Supported, ..config() }
}

// CmSlacParm

#[test]
fn cm_slac_parm_001_002_003_request_is_answered_in_states_b_c_and_d() {
    for pilot in [Pilot::B, Pilot::C, Pilot::D] {
        let mut bench = EvseBench::evse(config());
        bench.pilot(pilot);
        bench.sent.clear();
        bench.request();
        assert_eq!(bench.sent.len(), 1);
        let (at, frame) = &bench.sent[0];
        assert_eq!((*at, frame.destination, frame.source), (bench.now, EV, EVSE));
        assert_eq!(frame.message, parm_cnf(RUN).into());
    }
}

#[test]
fn cm_slac_parm_004_nothing_is_answered_after_tt_evse_slac_init() {
    let mut bench = EvseBench::plugged(config());
    bench.run(39_990);
    assert!(bench.events.iter().all(|(_, event)| *event == Event::Keyed));
    bench.run(10);
    assert!(bench.has(|event| *event == Event::Failed(Failure::SlacInit)));
    bench.request();
    assert_eq!(bench.sent, []);
    // A step over state E opens the connector again.
    bench.pilot(Pilot::E);
    bench.pilot(Pilot::B);
    bench.request();
    assert_eq!(bench.count("CM_SLAC_PARM.CNF"), 1);
}

#[test]
fn cm_slac_parm_005_006_invalid_requests_are_ignored_and_do_not_hold_the_connector_open() {
    let mut bench = EvseBench::plugged(config());
    for (application_type, security_type) in [(1, 0), (0, 1)] {
        bench.receive(SlacParmReq { application_type, security_type, run_id: RUN });
    }
    bench.run(40_000);
    assert_eq!(bench.sent, []);
    assert!(bench.has(|event| *event == Event::Failed(Failure::SlacInit)));
}

#[test]
fn cm_slac_parm_007_state_a_is_silent() {
    for pilot in [Pilot::A, Pilot::E, Pilot::F] {
        let mut bench = EvseBench::plugged(config());
        bench.pilot(pilot);
        bench.request();
        assert_eq!(bench.sent, []);
    }
}

#[test]
fn cm_slac_parm_008_a_new_car_is_answered_at_once_after_unplugging() {
    let mut bench = EvseBench::linked(config());
    bench.pilot(Pilot::A);
    bench.run(60_000);
    bench.pilot(Pilot::B);
    bench.sent.clear();
    bench.request();
    assert_eq!(bench.count("CM_SLAC_PARM.CNF"), 1);
}

// AttenuationCharacterization

#[test]
fn attenuation_characterization_001_all_soundings_lead_to_an_early_result() {
    let mut bench = EvseBench::plugged(config());
    bench.request();
    bench.sound(10);
    let last_sound = u64::try_from(bench.now.as_millis()).unwrap();
    bench.run(100);
    assert_eq!(bench.times("CM_ATTEN_CHAR.IND"), [last_sound + 20]);
    assert_eq!(*bench.last(), atten_ind(RUN, 26).into());
    let told = Decibel::whole(26);
    assert!(bench.has(|event| {
        *event
            == Event::Characterized {
                ev: EV,
                sounds: 10,
                mean: told,
                measured: told,
                elsewhere: None,
            }
    }));
}

#[test]
fn attenuation_characterization_002_a_new_request_restarts_the_run() {
    let mut bench = EvseBench::plugged(config());
    bench.request();
    bench.sound(4);
    bench.request();
    assert_eq!(bench.count("CM_SLAC_PARM.CNF"), 2);
    bench.sound(10);
    bench.run(100);
    let Message::AttenCharInd(ind) = bench.last() else { panic!("{:?}", bench.last()) };
    assert_eq!(ind.num_sounds, 10);
    assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 1);
}

#[test]
fn attenuation_characterization_003_fewer_soundings_lead_to_a_result_at_the_end_of_the_window() {
    let mut bench = EvseBench::plugged(config());
    bench.request();
    let first_start = u64::try_from(bench.now.as_millis()).unwrap() + 20;
    bench.sound(9);
    bench.run(1_000);
    assert_eq!(bench.times("CM_ATTEN_CHAR.IND")[0], first_start + 600);
    let Message::AttenCharInd(ind) = bench.last() else { panic!() };
    assert_eq!(ind.num_sounds, 9);
}

#[test]
fn attenuation_characterization_004_result_is_repeated_twice_and_then_the_run_is_over() {
    let mut bench = EvseBench::plugged(config());
    bench.request();
    bench.sound(10);
    bench.run(5_000);
    let times = bench.times("CM_ATTEN_CHAR.IND");
    assert_eq!(times, [times[0], times[0] + 200, times[0] + 400]);
    assert!(
        bench.has(|event| matches!(event, Event::SessionEnded { end: SessionEnd::NoResponse, .. }))
    );
    bench.receive(response());
    bench.receive(match_req());
    assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 0);
}

#[test]
fn attenuation_characterization_005_to_011_invalid_responses_are_ignored() {
    let wrong: [fn(&mut AttenCharRsp); 7] = [
        |rsp| rsp.application_type = 1,
        |rsp| rsp.security_type = 1,
        |rsp| rsp.source_address = Mac::default(),
        |rsp| rsp.run_id = RunId([0xFF; 8]),
        |rsp| rsp.source_id = [1; 17],
        |rsp| rsp.resp_id = [1; 17],
        |rsp| rsp.result = 1,
    ];
    for spoil in wrong {
        let mut bench = EvseBench::plugged(config());
        bench.request();
        bench.sound(10);
        bench.run(50);
        let mut rsp = response();
        spoil(&mut rsp);
        bench.receive(rsp.clone());
        bench.run(5_000);
        assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 3, "{rsp:?}");
        bench.receive(match_req());
        assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 0);
    }
}

#[test]
fn attenuation_characterization_012_without_sounding_there_is_no_result() {
    let mut bench = EvseBench::plugged(config());
    bench.request();
    bench.run(5_000);
    assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 0);
    assert!(
        bench.has(|event| matches!(event, Event::SessionEnded { end: SessionEnd::NoSounding, .. }))
    );
    // Starts without a single measured sounding: silence, and no default values.
    bench.request();
    bench.sound(0);
    bench.receive(sounding(9));
    bench.run(5_000);
    assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 0);
    assert!(bench.has(|event| matches!(
        event,
        Event::SessionEnded { end: SessionEnd::NoProfiles { sounds: 1 }, .. }
    )));
}

#[test]
fn attenuation_characterization_013_to_018_invalid_starts_are_ignored() {
    let wrong: [fn(&mut StartAttenCharInd); 7] = [
        |ind| ind.application_type = 1,
        |ind| ind.security_type = 1,
        |ind| ind.num_sounds = 0,
        |ind| ind.time_out = 0,
        |ind| ind.resp_type = 0,
        |ind| ind.run_id = RunId([0xFF; 8]),
        |ind| ind.forwarding_sta = OTHER,
    ];
    for spoil in wrong {
        let mut bench = EvseBench::plugged(config());
        bench.request();
        bench.run(20);
        let mut ind = start();
        spoil(&mut ind);
        bench.receive(ind.clone());
        for count in (0..10).rev() {
            bench.receive(sounding(count));
            bench.profile(26);
        }
        bench.run(5_000);
        assert_eq!(bench.count("CM_ATTEN_CHAR.IND"), 0, "{ind:?}");
    }
}

#[test]
fn attenuation_characterization_019_unplugging_ends_the_sounding() {
    let mut bench = EvseBench::plugged(config());
    bench.request();
    bench.sound(5);
    bench.pilot(Pilot::A);
    bench.sent.clear();
    bench.run(5_000);
    assert_eq!(bench.sent, []);
}

#[test]
fn attenuation_characterization_020_a_new_request_after_the_result_is_answered() {
    let mut bench = EvseBench::characterized(config());
    bench.request();
    assert_eq!(bench.count("CM_SLAC_PARM.CNF"), 1);
    bench.receive(match_req());
    assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 0, "the restarted run has no result yet");
}

// CmValidate

#[test]
fn cm_validate_001_toggles_are_counted() {
    let mut bench = EvseBench::characterized(validating());
    bench.receive(validate_req(0));
    assert_eq!(*bench.last(), validate_cnf(0, ValidateResult::Ready).into());
    bench.run(50);
    bench.receive(validate_req(11));
    for _ in 0..2 {
        bench.run(250);
        bench.pilot(Pilot::C);
        bench.run(250);
        bench.pilot(Pilot::B);
    }
    let asked = bench.now - ms(1_000);
    bench.run(500);
    assert_eq!(*bench.last(), validate_cnf(2, ValidateResult::Success).into());
    assert_eq!(bench.sent.last().unwrap().0, asked + ms(1_200));
}

#[test]
fn a_counter_of_the_hardware_is_believed_alone_and_may_wrap() {
    let mut bench = EvseBench::characterized(validating());
    bench.input(Input::Toggles(u32::MAX));
    bench.receive(validate_req(0));
    bench.run(50);
    bench.receive(validate_req(11));
    bench.run(250);
    // The second toggle was too short for those who look at the pilot now and then.
    bench.pilot(Pilot::C);
    bench.input(Input::Toggles(1));
    bench.pilot(Pilot::B);
    bench.run(1_250);
    assert_eq!(*bench.last(), validate_cnf(2, ValidateResult::Success).into());
}

#[test]
fn cm_validate_002_a_repeated_first_step_is_answered_again() {
    let mut bench = EvseBench::characterized(validating());
    bench.receive(validate_req(0));
    bench.run(200);
    bench.receive(validate_req(0));
    assert_eq!(bench.count("CM_VALIDATE.CNF"), 2);
}

#[test]
fn cm_validate_003_004_to_008_without_a_valid_second_step_the_validation_fails() {
    let others = [
        ValidateResult::NotReady,
        ValidateResult::Success,
        ValidateResult::Failure,
        ValidateResult::NotRequired,
    ];
    let second_steps =
        [None, Some(ValidateReq { signal_type: 1, ..validate_req(11) })].into_iter().chain(
            others.map(|result| Some(ValidateReq { result: result.code(), ..validate_req(11) })),
        );
    for second_step in second_steps {
        let mut bench = EvseBench::characterized(validating());
        bench.receive(validate_req(0));
        let asked = u64::try_from(bench.now.as_millis()).unwrap();
        if let Some(req) = second_step {
            bench.receive(req);
        }
        bench.run(5_000);
        assert_eq!(bench.times("CM_VALIDATE.CNF"), [asked, asked + 400, asked + 800]);
        assert!(bench.has(|event| matches!(
            event,
            Event::SessionEnded { end: SessionEnd::NoValidation, .. }
        )));
        bench.receive(match_req());
        assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 0);
    }
}

#[test]
fn cm_validate_009_a_second_car_is_told_to_wait() {
    let mut bench = EvseBench::characterized(validating());
    let second = OTHER;
    bench.receive_from(second, SlacParmReq { application_type: 0, security_type: 0, run_id: RUN });
    bench.receive_from(
        second,
        StartAttenCharInd { forwarding_sta: second, num_sounds: 1, ..start() },
    );
    bench.octets(
        &Frame::new(
            Mac::BROADCAST,
            MODEM,
            AttenProfileInd { pev_mac: second, groups: [40; 58].into() },
        )
        .emit(),
    );
    bench.run(50);
    bench.receive_from(second, AttenCharRsp { source_address: second, ..response() });
    bench.receive_from(second, validate_req(0));
    assert_eq!(*bench.last(), validate_cnf(0, ValidateResult::Ready).into());
    bench.receive(validate_req(0));
    let (_, frame) = bench.sent.last().unwrap();
    assert_eq!(
        (frame.destination, &frame.message),
        (EV, &validate_cnf(0, ValidateResult::NotReady).into())
    );
    bench.receive_from(second, validate_req(5));
    bench.run(700);
    assert_eq!(*bench.last(), validate_cnf(0, ValidateResult::Success).into());
    bench.receive(validate_req(0));
    assert_eq!(*bench.last(), validate_cnf(0, ValidateResult::Ready).into());
}

/// [V2G3-A09-51]
#[test]
fn cm_validate_010_011_012_an_evse_without_validation_says_so_and_still_matches() {
    for (validation, result) in [
        (Validation::Unsupported, ValidateResult::Failure),
        (Validation::NotRequired, ValidateResult::NotRequired),
    ] {
        let mut bench = EvseBench::characterized(Config { validation, ..config() });
        bench.receive(validate_req(0));
        assert_eq!(*bench.last(), validate_cnf(0, result).into());
        bench.receive(match_req());
        assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 1);
    }
}

#[test]
fn cm_validate_013_unplugging_ends_the_validation() {
    let mut bench = EvseBench::characterized(validating());
    bench.receive(validate_req(0));
    bench.receive(validate_req(11));
    bench.pilot(Pilot::A);
    bench.sent.clear();
    bench.run(5_000);
    assert_eq!(bench.sent, []);
}

// CmSlacMatch

#[test]
fn cm_slac_match_001_request_is_answered_with_the_key_of_the_modem() {
    let mut bench = EvseBench::plugged(config());
    let given: NetworkKey = {
        let mut fresh = EvseBench::evse(config());
        let (_, frame) = fresh.sent.remove(0);
        let Message::SetKeyReq(req) = frame.message else { panic!() };
        NetworkKey { nmk: req.new_key.clone(), nid: req.nid }
    };
    bench.ask();
    let Message::SlacMatchCnf(cnf) = bench.last() else { panic!() };
    assert_eq!((&cnf.nmk, cnf.nid), (&given.nmk, given.nid), "the same seed made the same key");
    assert_eq!(cnf.nid, Nid::derive(&cnf.nmk));
    let expected = SlacMatchCnf { nid: cnf.nid, nmk: cnf.nmk.clone(), ..match_cnf(RUN) };
    assert_eq!(*cnf, expected);
    assert!(
        bench.has(|event| *event == Event::Matched { peer: EV, run_id: RUN, key: given.clone() })
    );
}

#[test]
fn cm_slac_match_002_match_follows_a_successful_validation_within_400_ms_only() {
    for (pause, answers) in [(399, 1), (400, 0)] {
        let mut bench = EvseBench::characterized(validating());
        bench.receive(validate_req(0));
        bench.receive(validate_req(0));
        bench.receive(validate_req(9));
        bench.run(1_000);
        assert_eq!(*bench.last(), validate_cnf(0, ValidateResult::Success).into());
        bench.run(pause);
        bench.receive(match_req());
        assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), answers);
    }
}

#[test]
fn cm_slac_match_003_004_every_repeated_request_is_answered_until_the_link() {
    let mut bench = EvseBench::characterized(config());
    for _ in 0..5 {
        bench.receive(match_req());
        bench.run(200);
    }
    assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 5);
    assert_eq!(
        bench.events.iter().filter(|(_, event)| matches!(event, Event::Matched { .. })).count(),
        1
    );
}

#[test]
fn cm_slac_match_005_006_no_answer_after_tt_evse_match_session() {
    for (pause, answers) in [(9_999, 1), (10_000, 0)] {
        let mut bench = EvseBench::characterized(config());
        bench.run(pause);
        bench.receive(match_req());
        assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), answers);
    }
}

#[test]
fn cm_slac_match_007_to_022_invalid_requests_are_ignored() {
    let wrong: [fn(&mut SlacMatchReq); 10] = [
        |req| req.application_type = 1,
        |req| req.security_type = 1,
        |req| req.mvf_length = 0,
        |req| req.pev_id = [1; 17],
        |req| req.pev_mac = Mac::default(),
        |req| req.evse_id = [1; 17],
        |req| req.evse_mac = Mac::default(),
        |req| req.run_id = RunId([0xFF; 8]),
        |req| req.evse_mac = OTHER,
        |req| req.pev_mac = OTHER,
    ];
    for spoil in wrong {
        for validated in [false, true] {
            let mut bench = EvseBench::characterized(validating());
            if validated {
                bench.receive(validate_req(0));
                bench.receive(validate_req(1));
                bench.run(200);
            }
            let mut req = match_req();
            spoil(&mut req);
            bench.receive(req.clone());
            assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 0, "{req:?}");
            bench.receive(match_req());
            assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 1, "a wrong request disturbs nothing");
        }
    }
}

#[test]
fn cm_slac_match_023_024_unplugging_before_the_match_ends_the_run() {
    let mut bench = EvseBench::characterized(config());
    bench.pilot(Pilot::A);
    bench.receive(match_req());
    bench.pilot(Pilot::B);
    bench.receive(match_req());
    assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 0);
}

// CmAmpMap

#[test]
fn cm_amp_map_001_005_006_the_linked_car_may_set_levels_and_an_empty_map_is_ignored() {
    let mut bench = EvseBench::linked(config());
    bench.receive(AmpMapReq { carriers: 0, levels: vec![] });
    assert_eq!(bench.sent, []);
    let map = AmpMapReq { carriers: 917, levels: vec![0xFF; 459] };
    bench.receive_from(OTHER, map.clone());
    assert_eq!(bench.sent, []);
    bench.receive(map.clone());
    assert_eq!(*bench.last(), AmpMapCnf { result: 0 }.into());
    assert!(bench.has(|event| *event == Event::AmplitudeMap(map.clone())));
}

#[test]
fn cm_amp_map_002_levels_are_asked_of_the_linked_peer() {
    let mut bench = EvseBench::linked(config());
    let map = AmpMapReq { carriers: 917, levels: vec![0x77; 459] };
    bench.input(Input::LimitPeer(&map));
    let (_, frame) = bench.sent.last().unwrap();
    assert_eq!((frame.destination, frame.version, &frame.message), (EV, 2, &map.into()));
    bench.receive_from(OTHER, AmpMapCnf { result: 0 });
    assert!(!bench.has(|event| *event == Event::PeerLimited));
    bench.receive(AmpMapCnf { result: 0 });
    assert!(bench.has(|event| *event == Event::PeerLimited));
    bench.run(1_000);
    assert_eq!(bench.count("CM_AMP_MAP.REQ"), 1);
}

#[test]
fn cm_amp_map_003_004_without_valid_answer_levels_are_asked_three_times() {
    for answer in [None, Some(AmpMapCnf { result: 1 })] {
        let mut bench = EvseBench::linked(config());
        let begin = u64::try_from(bench.now.as_millis()).unwrap();
        bench.input(Input::LimitPeer(&AmpMapReq { carriers: 2, levels: vec![0x0F] }));
        if let Some(answer) = answer {
            bench.receive(answer);
        }
        bench.run(599);
        assert_eq!(bench.times("CM_AMP_MAP.REQ"), [begin, begin + 200, begin + 400]);
        assert!(!bench.has(|event| *event == Event::PeerNotLimited));
        bench.run(1);
        assert!(bench.has(|event| *event == Event::PeerNotLimited));
    }
}

// PLCLinkStatus

#[test]
fn plc_link_status_001_a_car_that_does_not_join_within_tt_match_join_fails() {
    let mut bench = EvseBench::characterized(config());
    bench.receive(match_req());
    bench.run(11_999);
    assert!(!bench.has(|event| matches!(event, Event::Failed(_))));
    bench.run(1);
    assert!(bench.has(|event| *event == Event::Failed(Failure::Join)));
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 1, "the key is out: it is replaced");
    bench.request();
    assert_eq!(bench.count("CM_SLAC_PARM.CNF"), 1, "the car may start over");
}

#[test]
fn plc_link_status_002_unplugging_leaves_the_network_at_once() {
    let mut bench = EvseBench::linked(config());
    let old = bench.events.iter().find_map(|(_, event)| match event {
        Event::Matched { key, .. } => Some(key.clone()),
        _ => None,
    });
    bench.pilot(Pilot::A);
    assert!(bench.has(|event| *event == Event::LinkDown(Cause::Unplugged)));
    let Message::SetKeyReq(req) = bench.last() else { panic!() };
    assert_ne!(Some(&req.new_key), old.as_ref().map(|key| &key.nmk));
    assert_eq!(bench.sent.last().unwrap().0, bench.now);
}

#[test]
fn plc_link_status_003_no_run_is_opened_while_linked() {
    let mut bench = EvseBench::linked(config());
    bench.request();
    bench.receive_from(OTHER, SlacParmReq { application_type: 0, security_type: 0, run_id: RUN });
    assert_eq!(bench.sent, []);
}

#[test]
fn plc_link_status_004_a_lost_link_leaves_the_network_within_tp_match_leave() {
    let mut bench = EvseBench::linked(config());
    bench.input(Input::LinkDown);
    bench.run(599);
    bench.input(Input::LinkUp);
    bench.run(5_000);
    assert!(!bench.has(|event| matches!(event, Event::LinkDown(_))), "a short gap is no loss");
    bench.input(Input::LinkDown);
    let lost = bench.now;
    bench.run(1_000);
    assert!(bench.has(|event| *event == Event::LinkDown(Cause::LinkLost)));
    let (at, _) = *bench
        .sent
        .iter()
        .find(|(_, frame)| matches!(frame.message, Message::SetKeyReq(_)))
        .unwrap();
    assert!(at - lost < ms(1_000));
    bench.request();
    assert_eq!(bench.count("CM_SLAC_PARM.CNF"), 1);
}

#[test]
fn plc_link_status_ac_008_dc_005_the_node_leaves_the_network_after_the_session() {
    for (input, cause) in [(Input::Terminate, Cause::Terminated), (Input::Error, Cause::Error)] {
        let mut bench = EvseBench::linked(config());
        bench.input(input);
        assert!(bench.has(|event| *event == Event::LinkDown(cause)));
        assert_eq!(bench.count("CM_SET_KEY.REQ"), 1);
        bench.run(100_000);
        assert!(
            !bench.has(|event| matches!(event, Event::Failed(_))),
            "waiting for the car to leave is no failure"
        );
    }
}

#[test]
fn plc_link_status_ac_002_003_dc_001_002_a_paused_network_stays_through_link_loss_and_a_wake_up_step()
 {
    let mut bench = EvseBench::linked(config());
    bench.input(Input::Pause);
    bench.input(Input::LinkDown);
    bench.run(60_000);
    bench.pilot(Pilot::E);
    bench.pilot(Pilot::B);
    assert_eq!(bench.sent, []);
    bench.input(Input::LinkUp);
    assert_eq!(bench.events.last().unwrap().1, Event::LinkUp { peer: EV });
    bench.input(Input::Pause);
    bench.pilot(Pilot::A);
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 1);
}
