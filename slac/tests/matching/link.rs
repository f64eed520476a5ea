//! The link as the local modem tells it, at both roles, and what a connector asks of its control pilot.

use crate::bench::*;
use slac::evse::{Cause, Config, Event, Failure, Input};
use slac::mme::lumissil::{DLinkReadyInd, DLinkStatusCnf, Header};
use slac::mme::network::{DiscoverListCnf, DiscoveredStation};
use slac::mme::qualcomm::{HstActionInd, PlLnkStatusCnf};
use slac::modem::{HomePlug, Make, Modem, SetKeyResult};
use slac::pilot::{Duty, EvPilot, Pilot, PilotRequest, Step};
use slac::{LinkReport, Message, ev};

fn is_up(event: &Event) -> bool {
    matches!(event, Event::LinkUp { .. })
}

/// A station that has just given its key.
fn joining(config: Config) -> EvseBench {
    let mut bench = EvseBench::characterized(config);
    bench.receive(match_req());
    bench.sent.clear();
    bench
}

fn reporting(link: LinkReport) -> Config {
    let modem = Modem::HomePlug(HomePlug {
        make: Some(Make::Qualcomm),
        set: Some(SetKeyResult::Any),
        link,
        ..HomePlug::default()
    });
    Config { modem, ..Config::new(EVSE) }
}

#[test]
fn the_modem_is_asked_every_200_ms_from_the_match_on_and_not_before() {
    let mut bench = EvseBench::characterized(Config::new(EVSE));
    assert_eq!(bench.asked, []);
    bench.receive(match_req());
    let begin = bench.now;
    bench.link = Some(0);
    bench.run(1_000);
    assert!(!bench.has(is_up), "a car that is on its way is no lost link");
    assert_eq!(bench.asked, [200, 400, 600, 800, 1_000].map(|after| begin + ms(after)));
    bench.link = Some(1);
    bench.run(200);
    assert!(bench.has(is_up));
    bench.run(5_000);
    bench.pilot(Pilot::A);
    let asked = bench.asked.len();
    bench.run(5_000);
    assert_eq!(bench.asked.len(), asked, "nobody needs to know");
    let ups = bench.events.iter().filter(|(_, event)| is_up(event));
    assert_eq!(ups.count(), 1);
}

#[test]
fn one_negative_report_is_no_loss_and_a_lasting_one_is_left_within_a_second() {
    let mut bench = joining(Config::new(EVSE));
    bench.link = Some(1);
    bench.run(1_000);
    bench.link = Some(0);
    bench.run(200);
    bench.link = Some(1);
    bench.run(2_000);
    assert!(!bench.has(|event| matches!(event, Event::LinkDown(_))));
    bench.sent.clear();
    bench.link = Some(0);
    bench.run(999);
    assert!(bench.has(|event| *event == Event::LinkDown(Cause::LinkLost)));
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 1, "TP_match_leave");
}

#[test]
fn a_car_follows_the_reports_of_its_modem_too() {
    let mut bench = EvBench::matching(ev::Config::new(EV));
    let cnf = match_cnf(bench.run_id());
    bench.receive(cnf);
    bench.link = Some(1);
    bench.run(200);
    assert!(bench.has(|event| *event == ev::Event::LinkUp { peer: EVSE }));
    bench.link = Some(0);
    bench.run(999);
    assert!(bench.has(|event| *event == ev::Event::LinkDown(ev::Cause::LinkLost)));
    bench.link = None;
    bench.pilot(EvPilot::Unplugged);
}

#[test]
fn nobody_but_the_local_modem_speaks_about_the_link() {
    let mut bench = joining(Config::new(EVSE));
    bench.receive_from(OTHER, PlLnkStatusCnf { status: 0, link: 1 });
    bench.receive_from(MODEM, PlLnkStatusCnf { status: 1, link: 1 });
    assert!(!bench.has(is_up));
    bench.receive_from(MODEM, PlLnkStatusCnf { status: 0, link: 1 });
    assert!(bench.has(is_up));
}

#[test]
fn an_answer_that_comes_after_the_pause_began_does_not_end_it() {
    let mut bench = EvseBench::linked(Config::new(EVSE));
    bench.input(Input::Pause);
    let events = bench.events.len();
    bench.receive_from(MODEM, PlLnkStatusCnf { status: 0, link: 1 });
    assert_eq!(bench.events.len(), events);
    let mut car = EvBench::linked(ev::Config::new(EV));
    car.input(ev::Input::Pause);
    let events = car.events.len();
    car.receive_from(MODEM, PlLnkStatusCnf { status: 0, link: 1 });
    assert_eq!(car.events.len(), events);
}

#[test]
fn a_host_action_is_answered_and_followed_by_a_question() {
    let mut bench = joining(Config::new(EVSE));
    bench.receive_from(MODEM, HstActionInd { action: 0, version: [0, 1] });
    assert_eq!(bench.count("VS_HST_ACTION.RSP"), 1);
    bench.run(0);
    assert_eq!(bench.asked, [bench.now]);
    bench.receive_from(OTHER, HstActionInd { action: 0, version: [0, 1] });
    assert_eq!(bench.count("VS_HST_ACTION.RSP"), 1);
}

#[test]
fn other_makers_are_understood_by_indication_status_and_discovery() {
    let station = |same_network| DiscoveredStation {
        mac: OTHER,
        tei: 2,
        same_network,
        network: 0,
        status: 0,
        signal_level: 0,
        average_ble: 0,
    };
    let list =
        |same| DiscoverListCnf { stations: vec![station(0), station(same)], networks: vec![] };
    let header = Header::default();
    let reports: [(LinkReport, &str, [Message; 2]); 3] = [
        (
            LinkReport::By(Make::Lumissil),
            "NSCM_GET_D_LINK_STATUS.REQ",
            [DLinkReadyInd { link: 0 }.into(), DLinkReadyInd { link: 1 }.into()],
        ),
        (
            LinkReport::By(Make::Lumissil),
            "NSCM_GET_D_LINK_STATUS.REQ",
            [DLinkStatusCnf { header, link: 0 }.into(), DLinkStatusCnf { header, link: 1 }.into()],
        ),
        (LinkReport::By(Make::Generic), "CC_DISCOVER_LIST.REQ", [list(0).into(), list(1).into()]),
    ];
    for (report, question, [down, up]) in reports {
        let mut bench = joining(reporting(report));
        bench.run(200);
        assert_eq!(bench.count(question), 1);
        bench.receive_from(MODEM, down.clone());
        assert!(!bench.has(is_up));
        bench.receive_from(MODEM, up);
        assert!(bench.has(is_up), "{report:?}");
        bench.receive_from(MODEM, down);
        bench.run(600);
        assert!(bench.has(|event| *event == Event::LinkDown(Cause::LinkLost)));
    }
    let mut bench = joining(reporting(LinkReport::None));
    bench.run(5_000);
    assert_eq!(bench.sent, []);
}

// Control pilot

fn requests(bench: &EvseBench) -> Vec<PilotRequest> {
    let request = |(_, event): &(_, Event)| match event {
        Event::PilotRequested(request) => Some(*request),
        _ => None,
    };
    bench.events.iter().filter_map(request).collect()
}

const RETRY: PilotRequest =
    PilotRequest { step: Step::Error, hold: ms(4_000), then: Duty::Digital };

#[test]
fn cm_slac_parm_secc_ac_002_a_plug_without_matching_is_retried_over_state_e_twice_and_then_charged_without()
 {
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    for attempt in 1..=2 {
        bench.run(40_000);
        assert_eq!(requests(&bench), vec![RETRY; attempt]);
        bench.pilot(Pilot::E);
        bench.run(4_000);
        bench.pilot(Pilot::B);
    }
    bench.run(40_000);
    assert_eq!(requests(&bench)[2], PilotRequest { then: Duty::Nominal, ..RETRY });
    bench.run(100_000);
    assert_eq!(requests(&bench).len(), 3);
    bench.pilot(Pilot::A);
    bench.pilot(Pilot::B);
    bench.run(40_000);
    assert_eq!(requests(&bench)[3], RETRY, "another car has its own attempts");
}

#[test]
fn after_a_run_the_nominal_duty_cycle_comes_over_x1() {
    let mut bench = EvseBench::plugged(Config { retries: 0, ..Config::new(EVSE) });
    bench.request();
    bench.run(40_000);
    assert!(bench.has(|event| *event == Event::Failed(Failure::SlacInit)));
    let over_x1 = PilotRequest { step: Step::Steady, hold: ms(3_000), then: Duty::Nominal };
    assert_eq!(requests(&bench), [over_x1]);
}

/// [V2G3-M07-05] [V2G3-M07-06] [V2G3-M07-07]
#[test]
fn an_error_above_leaves_the_network_and_steps_the_control_pilot() {
    let mut bench = EvseBench::linked(Config::new(EVSE));
    bench.input(Input::Error);
    assert!(bench.has(|event| *event == Event::LinkDown(Cause::Error)));
    assert_eq!(requests(&bench), [RETRY]);
    let mut bench = EvseBench::linked(Config::new(EVSE));
    bench.pilot(Pilot::A);
    bench.input(Input::Error);
    assert_eq!(requests(&bench), []);
}

#[test]
fn unplugging_is_taken_in_every_state() {
    let config = || Config::new(EVSE);
    let mut expired = EvseBench::plugged(config());
    expired.run(50_000);
    let mut paused = EvseBench::linked(config());
    paused.input(Input::Pause);
    let mut doubtful = EvseBench::linked(config());
    doubtful.input(Input::LinkDown);
    let mut unkeyed = EvseBench::fresh(config());
    unkeyed.answers_keys = false;
    unkeyed.pilot(Pilot::B);
    let states = [
        EvseBench::plugged(config()),
        EvseBench::characterized(config()),
        joining(config()),
        EvseBench::linked(config()),
        expired,
        paused,
        doubtful,
        unkeyed,
    ];
    for (index, mut bench) in states.into_iter().enumerate() {
        bench.pilot(Pilot::A);
        bench.answers_keys = true;
        bench.run(2_000);
        bench.sent.clear();
        bench.request();
        assert_eq!(bench.sent, [], "state {index}: silent without a car");
        bench.pilot(Pilot::B);
        bench.ask();
        assert_eq!(bench.count("CM_SLAC_MATCH.CNF"), 1, "state {index}");
    }
}
