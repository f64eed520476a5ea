//! The ISO 15118-5 cases for the car, as far as they concern the matching itself. Numbers are those of the test cases.

use crate::bench::*;
use slac::ev::{Cause, Config, Event, Failure, RunFailure, Validate};
use slac::mme::*;
use slac::pilot::EvPilot;
use slac::{Decibel, Mac, RunId};

fn config() -> Config {
    Config::new(EV)
}

fn validating() -> Config {
    Config { validate: Validate::Always, ..config() }
}

fn failed_at(bench: &EvBench) -> Option<(u64, Failure)> {
    bench.events.iter().find_map(|(at, event)| match event {
        Event::Failed(failure) => Some((u64::try_from(at.as_millis()).unwrap(), *failure)),
        _ => None,
    })
}

/// A car that has compared two stations, this one (26 dB) and `OTHER` (40 dB), and asks this one first.
fn between_two(config: Config) -> EvBench {
    let mut bench = EvBench::requesting(config);
    let run_id = bench.run_id();
    bench.receive_from(OTHER, parm_cnf(run_id));
    bench.receive(parm_cnf(run_id));
    bench.run(500);
    bench.receive_from(OTHER, atten_ind(run_id, 40));
    bench.receive(atten_ind(run_id, 26));
    bench.sent.clear();
    bench.run(330);
    bench
}

// CmSlacParm

#[test]
fn cm_slac_parm_001_matching_starts_with_the_oscillator() {
    for duty in [5, 10, 96] {
        let mut bench = EvBench::ev(config());
        bench.pilot(EvPilot::Steady);
        assert_eq!(bench.sent, []);
        bench.pilot(EvPilot::Pwm(duty));
        let (_, frame) = &bench.sent[0];
        assert_eq!((frame.destination, frame.source), (Mac::BROADCAST, EV));
        let run_id = bench.run_id();
        assert_eq!(
            frame.message,
            SlacParmReq { application_type: 0, security_type: 0, run_id }.into()
        );
    }
}

#[test]
fn cm_slac_parm_002_request_is_repeated_twice_before_the_run_fails() {
    let mut bench = EvBench::requesting(config());
    bench.run(599);
    assert_eq!(bench.times("CM_SLAC_PARM.REQ"), [0, 200, 400]);
    bench.run(1);
    assert_eq!(bench.events.last().unwrap().1, Event::RunFailed(RunFailure::NoStation));
}

#[test]
fn cm_slac_parm_003_to_008_011_invalid_answers_are_ignored() {
    let wrong: [fn(&mut SlacParmCnf); 8] = [
        |cnf| cnf.sound_target = Mac::default(),
        |cnf| cnf.num_sounds = 0,
        |cnf| cnf.time_out = 0,
        |cnf| cnf.application_type = 1,
        |cnf| cnf.security_type = 1,
        |cnf| cnf.run_id = RunId([0xFF; 8]),
        |cnf| cnf.forwarding_sta = Mac::default(),
        |cnf| cnf.forwarding_sta = OTHER,
    ];
    for spoil in wrong {
        let mut bench = EvBench::requesting(config());
        let mut cnf = parm_cnf(bench.run_id());
        spoil(&mut cnf);
        bench.receive(cnf.clone());
        bench.run(600);
        assert_eq!(bench.count("CM_SLAC_PARM.REQ"), 3, "{cnf:?}");
        assert_eq!(bench.count("CM_START_ATTEN_CHAR.IND"), 0);
    }
}

#[test]
fn cm_slac_parm_009_a_car_does_not_answer_for_an_evse() {
    let mut bench = EvBench::requesting(config());
    bench.sent.clear();
    bench.receive(SlacParmReq { application_type: 0, security_type: 0, run_id: RUN });
    bench.receive(match_req());
    bench.receive(validate_req(0));
    assert_eq!(bench.sent, []);
}

/// [V2G3-A09-124] [V2G3-A09-125]
#[test]
fn cm_slac_parm_010_runs_keep_tt_matching_rate_apart_and_end_with_tt_matching_repetition() {
    let mut bench = EvBench::requesting(config());
    bench.run(30_000);
    let starts: Vec<u64> = bench
        .events
        .iter()
        .filter(|(_, event)| matches!(event, Event::MatchingStarted { .. }))
        .map(|(at, _)| u64::try_from(at.as_millis()).unwrap())
        .collect();
    assert_eq!(starts, (0..10).map(|run| run * 1_000).collect::<Vec<_>>());
    assert_eq!(failed_at(&bench), Some((9_600, Failure::Matching(RunFailure::NoStation))));
    let runs: std::collections::BTreeSet<RunId> = bench
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            Event::MatchingStarted { run_id } => Some(*run_id),
            _ => None,
        })
        .collect();
    assert_eq!(runs.len(), 10, "each run has its own identifier");
}

#[test]
fn cm_slac_parm_012_013_014_matching_starts_after_a_control_pilot_error() {
    let mut bench = EvBench::requesting(config());
    bench.pilot(EvPilot::Error);
    assert_eq!(failed_at(&bench), Some((0, Failure::Stopped(Cause::PilotError))));
    bench.sent.clear();
    bench.run(4_000);
    assert_eq!(bench.sent, []);
    bench.pilot(EvPilot::Pwm(5));
    assert_eq!(bench.count("CM_SLAC_PARM.REQ"), 1);
}

// AttenuationCharacterization

#[test]
fn attenuation_characterization_001_three_starts_and_ten_soundings_in_even_steps() {
    let mut bench = EvBench::requesting(config());
    let run_id = bench.run_id();
    bench.run(10);
    bench.receive(parm_cnf(run_id));
    bench.run(600);
    assert_eq!(
        bench.times("CM_START_ATTEN_CHAR.IND"),
        [110, 140, 170],
        "within TP_match_sequence of the first answer"
    );
    assert_eq!(
        bench.times("CM_MNBC_SOUND.IND"),
        (0..10).map(|sound| 200 + 30 * sound).collect::<Vec<_>>()
    );
    let sounds: Vec<&MnbcSoundInd> = bench
        .sent
        .iter()
        .filter_map(|(_, frame)| match &frame.message {
            Message::MnbcSoundInd(sound) => Some(sound),
            _ => None,
        })
        .collect();
    assert_eq!(
        sounds.iter().map(|sound| sound.count).collect::<Vec<_>>(),
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    );
    assert!(sounds.windows(2).all(|pair| pair[0].random != pair[1].random));
    let started = bench
        .sent
        .iter()
        .find(|(_, frame)| frame.message.name() == Some("CM_START_ATTEN_CHAR.IND"))
        .unwrap();
    assert_eq!(started.1.message, StartAttenCharInd { run_id, ..start() }.into());
    bench.receive(atten_ind(run_id, 26));
    assert_eq!(*bench.last(), AttenCharRsp { run_id, ..response() }.into());
}

#[test]
fn attenuation_characterization_002_every_evse_is_answered_at_once_and_the_nearest_is_chosen() {
    let mut bench = EvBench::requesting(config());
    let run_id = bench.run_id();
    bench.receive_from(OTHER, parm_cnf(run_id));
    bench.receive(parm_cnf(run_id));
    bench.run(500);
    for (station, level) in [(OTHER, 40), (EVSE, 26), (OTHER, 40)] {
        bench.receive_from(station, atten_ind(run_id, level));
        let (at, frame) = bench.sent.last().unwrap();
        assert_eq!(
            (*at, frame.destination, frame.message.name()),
            (bench.now, station, Some("CM_ATTEN_CHAR.RSP"))
        );
    }
    bench.run(400);
    let (_, frame) = bench
        .sent
        .iter()
        .find(|(_, frame)| frame.message.name() == Some("CM_SLAC_MATCH.REQ"))
        .unwrap();
    assert_eq!(frame.destination, EVSE);
    let comparison = bench.events.iter().find_map(|(_, event)| match event {
        Event::Compared(comparison) => Some(comparison.clone()),
        _ => None,
    });
    let comparison = comparison.unwrap();
    assert_eq!(
        comparison.stations.iter().map(|heard| (heard.station, heard.mean)).collect::<Vec<_>>(),
        [(EVSE, Decibel::whole(26)), (OTHER, Decibel::whole(40))]
    );
    assert_eq!((comparison.lead, comparison.is_unsure), (Some(Decibel::whole(14)), false));
}

#[test]
fn attenuation_characterization_003_without_result_the_run_fails() {
    let mut bench = EvBench::sounded(config());
    bench.run(699);
    assert_eq!(bench.sent, []);
    bench.run(1);
    assert_eq!(
        bench.events.last().unwrap(),
        &(ms(1_300), Event::RunFailed(RunFailure::NoAttenuation))
    );
}

#[test]
fn attenuation_characterization_004_to_011_invalid_results_are_not_answered() {
    let wrong: [fn(&mut AttenCharInd); 8] = [
        |ind| ind.application_type = 1,
        |ind| ind.security_type = 1,
        |ind| ind.source_address = Mac::default(),
        |ind| ind.run_id = RunId([0xFF; 8]),
        |ind| ind.source_id = [1; 17],
        |ind| ind.resp_id = [1; 17],
        |ind| ind.num_sounds = 0,
        |ind| ind.groups = Groups::default(),
    ];
    for spoil in wrong {
        let mut bench = EvBench::sounded(config());
        let mut ind = atten_ind(bench.run_id(), 26);
        spoil(&mut ind);
        bench.receive(ind.clone());
        assert_eq!(bench.sent, [], "{ind:?}");
    }
}

#[test]
fn attenuation_characterization_012_013_a_control_pilot_error_ends_the_sounding() {
    for pilot in [EvPilot::Steady, EvPilot::Error, EvPilot::Unplugged] {
        let mut bench = EvBench::requesting(config());
        let cnf = parm_cnf(bench.run_id());
        bench.receive(cnf);
        bench.run(300);
        bench.pilot(pilot);
        bench.sent.clear();
        bench.run(20_000);
        assert_eq!(bench.sent, []);
    }
}

#[test]
fn attenuation_characterization_ac_001_002_a_change_of_duty_cycle_disturbs_nothing() {
    for duty in [10, 96] {
        let mut bench = EvBench::requesting(config());
        let cnf = parm_cnf(bench.run_id());
        bench.receive(cnf);
        bench.run(200);
        bench.pilot(EvPilot::Pwm(duty));
        bench.run(400);
        assert_eq!(bench.count("CM_MNBC_SOUND.IND"), 10);
    }
}

// CmValidate

#[test]
fn cm_validate_001_two_steps_with_the_right_count_lead_to_the_match() {
    let mut bench = EvBench::matching(validating());
    assert_eq!(*bench.last(), validate_req(0).into());
    bench.receive(validate_cnf(0, ValidateResult::Ready));
    let toggle = bench.events.iter().find_map(|(_, event)| match event {
        Event::Toggle { count, state } => Some((*count, *state)),
        _ => None,
    });
    let (count, state) = toggle.unwrap();
    assert!((1..=3).contains(&count));
    let Message::ValidateReq(req) = bench.last().clone() else { panic!() };
    assert!(
        ms(100) * (u32::from(req.timer) + 1) >= state * 2 * u32::from(count),
        "the count ends after the toggles"
    );
    bench.run(100 * (u64::from(req.timer) + 1));
    bench.receive(validate_cnf(count, ValidateResult::Success));
    assert_eq!(bench.last().name(), Some("CM_SLAC_MATCH.REQ"));
}

#[test]
fn cm_validate_004_005_006_without_valid_answer_the_request_is_repeated_and_the_validation_fails() {
    for answer in
        [None, Some(ValidateCnf { signal_type: 1, ..validate_cnf(0, ValidateResult::Ready) })]
    {
        let mut bench = EvBench::matching(validating());
        if let Some(cnf) = answer {
            bench.receive(cnf);
        }
        bench.run(700);
        assert_eq!(bench.count("CM_VALIDATE.REQ"), 3);
        assert!(bench.has(|event| *event == Event::NotValidated { station: EVSE }));
        assert!(bench.has(|event| *event == Event::RunFailed(RunFailure::NotValidated)));
    }
}

#[test]
fn cm_validate_007_to_012_a_station_that_fails_the_validation_gives_way_to_the_next() {
    let second_step = [
        None,
        Some(validate_cnf(9, ValidateResult::Success)),
        Some(validate_cnf(0, ValidateResult::Failure)),
        Some(validate_cnf(0, ValidateResult::NotReady)),
        Some(validate_cnf(0, ValidateResult::NotRequired)),
    ];
    for answer in second_step {
        let mut bench = between_two(validating());
        assert_eq!(bench.sent.last().unwrap().1.destination, EVSE);
        if let Some(cnf) = answer {
            bench.receive(validate_cnf(0, ValidateResult::Ready));
            bench.receive(cnf);
        } else {
            bench.run(600);
        }
        assert!(bench.has(|event| *event == Event::NotValidated { station: EVSE }));
        let (_, frame) = bench.sent.last().unwrap();
        assert_eq!((frame.destination, &frame.message), (OTHER, &validate_req(0).into()));
    }
}

/// [V2G3-A09-51]
#[test]
fn cm_validate_014_015_017_a_station_without_validation_is_matched_without() {
    for result in [ValidateResult::Failure, ValidateResult::NotRequired] {
        let mut bench = EvBench::matching(validating());
        bench.receive(validate_cnf(0, result));
        assert_eq!(bench.last().name(), Some("CM_SLAC_MATCH.REQ"));
    }
}

#[test]
fn cm_validate_016_018_a_busy_station_is_asked_again_later() {
    let mut bench = EvBench::matching(validating());
    bench.receive(validate_cnf(0, ValidateResult::NotReady));
    bench.sent.clear();
    bench.run(399);
    assert_eq!(bench.sent, []);
    bench.run(1);
    assert_eq!(*bench.last(), validate_req(0).into());
    bench.receive(validate_cnf(0, ValidateResult::Ready));
    assert!(bench.has(|event| matches!(event, Event::Toggle { .. })));
}

#[test]
fn cm_validate_020_021_a_control_pilot_error_ends_the_validation() {
    for pilot in [EvPilot::Steady, EvPilot::Error] {
        let mut bench = EvBench::matching(validating());
        bench.pilot(pilot);
        bench.sent.clear();
        bench.run(20_000);
        assert_eq!(bench.sent, []);
    }
}

#[test]
fn cm_validate_or_cm_slac_match_001_an_unsure_choice_is_validated_and_a_sure_one_is_not() {
    for (level, message) in [(31, "CM_VALIDATE.REQ"), (32, "CM_SLAC_MATCH.REQ")] {
        let mut bench = EvBench::requesting(Config { validate: Validate::WhenUnsure, ..config() });
        let run_id = bench.run_id();
        bench.receive_from(OTHER, parm_cnf(run_id));
        bench.receive(parm_cnf(run_id));
        bench.run(500);
        bench.receive_from(OTHER, atten_ind(run_id, level));
        bench.receive(atten_ind(run_id, 26));
        bench.run(400);
        assert_eq!(bench.last().name(), Some(message));
    }
}

// CmSlacMatch

#[test]
fn cm_slac_match_001_002_request_names_car_station_and_run() {
    let bench = EvBench::matching(config());
    let run_id = bench.run_id();
    assert_eq!(*bench.last(), SlacMatchReq { run_id, ..match_req() }.into());
}

#[test]
fn cm_slac_match_003_request_is_repeated_twice_before_the_run_fails() {
    let mut bench = EvBench::matching(config());
    bench.run(1_000);
    let times = bench.times("CM_SLAC_MATCH.REQ");
    assert_eq!(times, [times[0], times[0] + 200, times[0] + 400]);
    assert!(bench.has(|event| *event == Event::RunFailed(RunFailure::NoMatchConfirmation)));
}

#[test]
fn cm_slac_match_004_to_011_invalid_confirmations_are_ignored() {
    let wrong: [fn(&mut SlacMatchCnf); 8] = [
        |cnf| cnf.application_type = 1,
        |cnf| cnf.security_type = 1,
        |cnf| cnf.mvf_length = 0,
        |cnf| cnf.pev_id = [1; 17],
        |cnf| cnf.pev_mac = Mac::default(),
        |cnf| cnf.evse_id = [1; 17],
        |cnf| cnf.evse_mac = Mac::default(),
        |cnf| cnf.run_id = RunId([0xFF; 8]),
    ];
    for spoil in wrong {
        let mut bench = EvBench::matching(config());
        let mut cnf = match_cnf(bench.run_id());
        spoil(&mut cnf);
        bench.receive(cnf.clone());
        bench.run(600);
        assert_eq!(
            (bench.count("CM_SLAC_MATCH.REQ"), bench.count("CM_SET_KEY.REQ")),
            (3, 0),
            "{cnf:?}"
        );
    }
    let mut bench = EvBench::matching(config());
    let cnf = match_cnf(bench.run_id());
    bench.receive_from(OTHER, cnf);
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 0, "the key of a station that was not asked");
}

#[test]
fn cm_slac_match_012_an_unanswered_run_is_followed_by_another() {
    let mut bench = EvBench::sounded(config());
    let first = bench.run_id();
    bench.run(1_200);
    assert_ne!(bench.run_id(), first);
    let cnf = parm_cnf(bench.run_id());
    bench.receive(cnf);
    bench.run(600);
    assert_eq!(bench.count("CM_MNBC_SOUND.IND"), 10);
}

// CmAmpMap

#[test]
fn cm_amp_map_001_005_the_linked_station_may_set_levels_and_an_empty_map_is_ignored() {
    let mut bench = EvBench::linked(config());
    bench.receive(AmpMapReq { carriers: 0, levels: vec![] });
    assert_eq!(bench.sent, []);
    bench.receive(AmpMapReq { carriers: 917, levels: vec![0xFF; 459] });
    assert_eq!(*bench.last(), AmpMapCnf { result: 0 }.into());
}

#[test]
fn cm_amp_map_002_levels_are_asked_of_the_linked_peer() {
    let mut bench = EvBench::linked(config());
    let map = AmpMapReq { carriers: 917, levels: vec![0x77; 459] };
    bench.input(slac::ev::Input::LimitPeer(&map));
    let (_, frame) = bench.sent.last().unwrap();
    assert_eq!((frame.destination, frame.version, &frame.message), (EVSE, 2, &map.into()));
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
        let mut bench = EvBench::linked(config());
        let begin = u64::try_from(bench.now.as_millis()).unwrap();
        bench.input(slac::ev::Input::LimitPeer(&AmpMapReq { carriers: 2, levels: vec![0x0F] }));
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
fn plc_link_status_001_the_modem_gets_the_received_network_and_the_link_is_awaited_for_12_s() {
    let mut bench = EvBench::matching(config());
    let cnf = match_cnf(bench.run_id());
    bench.receive(cnf.clone());
    let req = bench.last_key();
    assert_eq!((&req.new_key, req.nid), (&cnf.nmk, cnf.nid), "the name as received, not derived");
    bench.run(11_999);
    assert_eq!(failed_at(&bench), None);
    bench.run(1);
    assert_eq!(failed_at(&bench).map(|(_, failure)| failure), Some(Failure::Join));
    assert_ne!(bench.last_key().new_key, cnf.nmk);
}

#[test]
fn plc_link_status_002_006_007_ac_001_dc_001_the_car_leaves_the_network() {
    use slac::ev::Input;
    for (input, cause) in [
        (Input::Terminate, Cause::Terminated),
        (Input::Error, Cause::Error),
        (Input::Pilot(EvPilot::Error), Cause::PilotError),
        (Input::Pilot(EvPilot::Unplugged), Cause::Unplugged),
    ] {
        let mut bench = EvBench::linked(config());
        bench.input(input);
        assert!(bench.has(|event| *event == Event::LinkDown(cause)));
        assert_eq!(bench.count("CM_SET_KEY.REQ"), 1);
        bench.run(20_000);
        assert_eq!(bench.sent.len(), 1);
    }
}

#[test]
fn plc_link_status_003_004_a_control_pilot_error_before_the_link_ends_the_join() {
    for pilot in [EvPilot::Steady, EvPilot::Error] {
        let mut bench = EvBench::matching(config());
        let cnf = match_cnf(bench.run_id());
        bench.receive(cnf.clone());
        bench.pilot(pilot);
        let Message::SetKeyReq(req) = bench.last() else { panic!() };
        assert_ne!(req.new_key, cnf.nmk);
        bench.input(slac::ev::Input::LinkUp);
        assert!(!bench.has(|event| matches!(event, Event::LinkUp { .. })));
    }
}

#[test]
fn plc_link_status_008_a_lost_link_leads_to_a_new_matching() {
    let mut bench = EvBench::linked(config());
    bench.input(slac::ev::Input::LinkDown);
    bench.run(1_000);
    assert!(bench.has(|event| *event == Event::LinkDown(Cause::LinkLost)));
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 1);
    assert_eq!(bench.count("CM_SLAC_PARM.REQ"), 1);
}

#[test]
fn plc_link_status_ac_002_dc_002_a_paused_network_stays_through_link_loss() {
    let mut bench = EvBench::linked(config());
    bench.input(slac::ev::Input::Pause);
    bench.pilot(EvPilot::Steady);
    bench.input(slac::ev::Input::LinkDown);
    bench.run(60_000);
    bench.pilot(EvPilot::Pwm(5));
    assert_eq!(bench.sent, []);
    bench.input(slac::ev::Input::LinkUp);
    assert_eq!(bench.events.last().unwrap().1, Event::LinkUp { peer: EVSE });
}

#[test]
fn plc_link_status_ac_004_a_nominal_duty_cycle_keeps_the_link() {
    let mut bench = EvBench::linked(config());
    bench.pilot(EvPilot::Steady);
    bench.pilot(EvPilot::Pwm(53));
    bench.run(20_000);
    assert_eq!(bench.sent, []);
    assert!(!bench.has(|event| matches!(event, Event::LinkDown(_))));
}
