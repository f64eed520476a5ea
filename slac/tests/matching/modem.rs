//! Modems of several makers behind the same engines, on the simulated line.

use crate::bench::*;
use slac::evse::{Config, Failure, Input};
use slac::medium::{Event, Medium, Noise, Path, Settings, StationId};
use slac::mme::network::NwInfoCnf;
use slac::mme::qualcomm::{HstActionInd, SwVerCnf};
use slac::mme::{AttenProfileInd, SetKeyCnf};
use slac::modem::{Health, HomePlug, Identity, Inquiry, Make, Modem, ModemFailure};
use slac::pilot::Pilot;
use slac::{Ev, Evse, Frame, Mac, Message, Output, ev, evse};

/// One car and one station, each with this modem, and engines told so.
struct Pair {
    medium: Medium,
    car: StationId,
    station: StationId,
}

impl Pair {
    fn new(make: Make, told: &Modem) -> Self {
        let mut medium = Medium::new(3, Settings::default());
        let config = ev::Config { modem: told.clone(), ..ev::Config::new(EV) };
        let car = medium.add_ev(EV, Ev::new(config, Noise::new(4)));
        let config = Config { modem: told.clone(), ..Config::new(EVSE) };
        let station = medium.add_evse(EVSE, Evse::new(config, Noise::new(5)));
        medium.connect(car, station, Path::cable(26));
        medium.make(car, make);
        medium.make(station, make);
        Self { medium, car, station }
    }

    /// Lets time pass, plugs, and waits for the link as both sides tell it.
    fn link(&mut self) -> bool {
        self.medium.run_until(self.medium.now() + ms(3_000), |_| false);
        self.medium.plug(self.car, self.station);
        let [car, station] = [self.car, self.station];
        let told = |medium: &Medium, at| {
            medium.events().iter().any(|(_, id, event)| {
                *id == at
                    && matches!(
                        event,
                        Event::Ev(ev::Event::LinkUp { .. })
                            | Event::Evse(evse::Event::LinkUp { .. })
                    )
            })
        };
        let end = self.medium.now() + ms(30_000);
        self.medium.run_until(end, |medium| told(medium, car) && told(medium, station))
    }

    fn identities(&self) -> Vec<(StationId, Identity)> {
        let identity = |(_, id, event): &(_, StationId, Event)| match event {
            Event::Ev(ev::Event::ModemIdentified(identity))
            | Event::Evse(evse::Event::ModemIdentified(identity)) => Some((*id, identity.clone())),
            _ => None,
        };
        self.medium.events().iter().filter_map(identity).collect()
    }

    fn sent(&self, station: StationId, name: &str) -> usize {
        let records = self.medium.records().iter();
        let named = |record: &&slac::medium::Record| {
            record.station == station
                && record.direction == slac::medium::Direction::Sent
                && Frame::parse(&record.octets).unwrap().message.name() == Some(name)
        };
        records.filter(named).count()
    }
}

#[test]
fn every_make_is_keyed_and_linked_and_says_who_it_is() {
    let made = [Modem::qualcomm(), Modem::lumissil(), Modem::generic()];
    for (make, modem) in Make::ALL.into_iter().zip(made) {
        let mut pair = Pair::new(make, &modem);
        assert!(pair.link(), "{make}");
        let identities = pair.identities();
        assert_eq!(identities.len(), 2, "each modem tells once");
        assert!(identities.iter().all(|(_, identity)| identity.make == make));
    }
}

#[test]
fn an_unknown_modem_is_asked_who_it_is_and_then_spoken_to_as_its_make_wants_it() {
    for make in Make::ALL {
        let mut pair = Pair::new(make, &Modem::automatic());
        assert!(pair.link(), "{make}");
        let question = match make {
            Make::Qualcomm => "VS_PL_LNK_STATUS.REQ",
            Make::Lumissil => "NSCM_GET_D_LINK_STATUS.REQ",
            Make::Generic => "CC_DISCOVER_LIST.REQ",
        };
        assert!(pair.sent(pair.station, question) > 0, "{make}");
        assert!(pair.identities().iter().all(|(_, identity)| identity.make == make));
    }
}

#[test]
fn chip_and_firmware_are_told() {
    let told = |make, modem: &Modem| {
        let mut pair = Pair::new(make, modem);
        pair.link();
        pair.identities().first().map(|(_, identity)| identity.to_string())
    };
    assert_eq!(
        told(Make::Qualcomm, &Modem::qualcomm()).as_deref(),
        Some("Qualcomm QCA7000, firmware MAC-QCA7000-1.2.6.20-00-20200303-CS")
    );
    assert_eq!(
        told(Make::Lumissil, &Modem::lumissil()).as_deref(),
        Some("Lumissil CG5317, firmware 1.4.2.7")
    );
    assert_eq!(
        told(Make::Generic, &Modem::generic()).as_deref(),
        Some("HomePlug of maker 00:b0:52, firmware 0x0007")
    );
}

/// Firmware that takes keys and answers 0, as if it had not: the name of its network tells.
#[test]
fn a_key_that_is_set_although_the_answer_says_otherwise_is_found_out() {
    let mut pair = Pair::new(Make::Qualcomm, &Modem::qualcomm());
    pair.medium.misreport_keys(pair.car, true);
    pair.medium.misreport_keys(pair.station, true);
    assert!(pair.link());
    assert_eq!(pair.sent(pair.station, "CM_SET_KEY.REQ"), 1, "and not sent again");
}

#[test]
fn a_modem_that_restarts_and_forgets_its_key_gets_it_again() {
    for at_car in [true, false] {
        let mut pair = Pair::new(Make::Qualcomm, &Modem::qualcomm());
        assert!(pair.link());
        pair.medium.restart_modem(if at_car { pair.car } else { pair.station });
        assert_eq!(pair.medium.peer(pair.car), None);
        let (car, end) = (pair.car, pair.medium.now() + ms(20_000));
        assert!(pair.medium.run_until(end, |medium| medium.peer(car).is_some()));
        let keys = pair.sent(if at_car { pair.car } else { pair.station }, "CM_SET_KEY.REQ");
        assert!(keys >= 2, "{keys}");
    }
}

#[test]
fn a_restarted_modem_that_kept_its_key_is_left_alone() {
    let mut bench = EvseBench::linked(Config::new(EVSE));
    bench.input(Input::ModemReset);
    bench.run(1_000);
    let key = bench.last_key();
    bench.sent.clear();
    bench.input(Input::ModemReset);
    bench.receive_from(MODEM, HstActionInd { action: 0, version: [0, 1] });
    assert_eq!(bench.count("CM_NW_INFO.REQ"), 2);
    let network = |nid| NwInfoCnf {
        networks: vec![slac::mme::network::Network {
            nid,
            snid: 1,
            tei: 1,
            role: 2,
            cco: MODEM,
            access: 0,
            coordinating: 0,
        }],
    };
    bench.receive_from(OTHER, network(slac::Nid([9; 7])));
    bench.receive_from(MODEM, network(key.nid));
    bench.run(5_000);
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 0);
    bench.receive_from(MODEM, network(slac::Nid([9; 7])));
    assert_eq!(bench.last_key().new_key, key.new_key);
}

#[test]
fn a_modem_that_keeps_refusing_keys_is_restarted() {
    let mut bench = EvseBench::fresh(Config::new(EVSE));
    bench.answers_keys = false;
    bench.run(1);
    for _ in 0..10 {
        let request = bench.last_key();
        bench.receive_from(MODEM, request.confirmation(0));
        bench.run(1_000);
    }
    assert!(
        bench.has(|event| { *event == evse::Event::Failed(Failure::Modem(ModemFailure::Refused)) })
    );
    assert_eq!(bench.count("VS_RS_DEV.REQ"), 1);
    assert_eq!(bench.engine.health().keys_refused, 10);
    bench.answers_keys = true;
    bench.run(10_000);
    assert!(bench.has(|event| *event == evse::Event::Keyed));
}

#[test]
fn a_modem_can_be_restarted_after_each_key() {
    let Modem::HomePlug(settings) = Modem::qualcomm() else { panic!() };
    let modem = Modem::HomePlug(HomePlug { restart: Some(ms(100)), ..settings });
    let mut bench = EvseBench::fresh(Config { modem, ..Config::new(EVSE) });
    bench.run(1);
    let keyed = bench.times("CM_SET_KEY.REQ");
    bench.run(20_000);
    assert_eq!(bench.times("VS_RS_DEV.REQ"), [keyed[0] + 100]);
    bench.receive_from(MODEM, HstActionInd { action: 0, version: [0, 1] });
    bench.receive_from(MODEM, NwInfoCnf { networks: vec![] });
    bench.run(20_000);
    assert_eq!(bench.count("VS_RS_DEV.REQ"), 1, "and not for ever");
}

#[test]
fn soundings_without_a_measurement_are_told_once_until_the_modem_measures_again() {
    let no_profiles = Failure::Modem(ModemFailure::NoProfiles);
    let told = |bench: &EvseBench| {
        let told = |(_, event): &&(_, evse::Event)| *event == evse::Event::Failed(no_profiles);
        bench.events.iter().filter(told).count()
    };
    let mut bench = EvseBench::plugged(Config::new(EVSE));
    let deaf = |bench: &mut EvseBench, groups: &[u8]| {
        for count in (0..10).rev() {
            bench.receive(sounding(count));
            let ind = AttenProfileInd { pev_mac: EV, groups: groups.into() };
            bench.octets(&Frame::new(Mac::BROADCAST, MODEM, ind).emit());
        }
    };
    bench.request();
    bench.receive(start());
    deaf(&mut bench, &[]);
    assert_eq!(told(&bench), 1);
    deaf(&mut bench, &[]);
    assert_eq!(told(&bench), 1);
    deaf(&mut bench, &[26; 58]);
    assert_eq!(told(&bench), 1);
    deaf(&mut bench, &[]);
    assert_eq!(told(&bench), 2);
    let health = bench.engine.health();
    assert_eq!((health.soundings, health.profiles), (40, 10));
}

#[test]
fn health_counts_what_the_modem_did() {
    let mut pair = EvseBench::characterized(Config::new(EVSE));
    pair.receive(match_req());
    pair.link = Some(1);
    pair.run(1_000);
    pair.input(Input::ModemReset);
    pair.run(1_000);
    pair.pilot(Pilot::A);
    assert_eq!(
        pair.engine.health(),
        Health {
            keys_set: 3,
            restarts: 1,
            link_questions: 10,
            link_reports: 10,
            soundings: 10,
            profiles: 10,
            ..Health::default()
        }
    );
}

#[test]
fn a_modem_that_nobody_knows_is_told_nothing_by_strangers() {
    let config = Config { modem: Modem::automatic(), ..Config::new(EVSE) };
    let mut bench = EvseBench::fresh(config);
    bench.run(1);
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 0, "first it is asked who it is");
    let version = |name: &[u8]| SwVerCnf { status: 0, device_class: 0, version: name.to_vec() };
    let octets = Frame::new(OTHER, OTHER, version(b"MAC-X-1")).emit();
    bench.octets(&octets);
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 0);
    bench.receive_from(MODEM, version(b"MAC-QCA7005-1.1"));
    assert_eq!(bench.count("CM_SET_KEY.REQ"), 1);
    assert!(bench.has(|event| matches!(event,
        evse::Event::ModemIdentified(identity) if identity.chip == "QCA7005")));
}

/// As one that starts more slowly than its host.
#[test]
fn a_modem_that_was_not_there_when_asked_is_asked_again_with_its_first_key() {
    let config = Config { modem: Modem::automatic(), ..Config::new(EVSE) };
    let mut bench = EvseBench::fresh(config);
    bench.answers_keys = false;
    bench.run(2_000);
    let version = || SwVerCnf { status: 0, device_class: 0, version: b"MAC-QCA7005-1.1".to_vec() };
    bench.receive_from(MODEM, version());
    assert!(!bench.has(|event| matches!(event, evse::Event::ModemIdentified(_))), "not known yet");
    let request = bench.last_key();
    bench.sent.clear();
    bench.receive_from(MODEM, request.confirmation(1));
    assert_eq!(bench.count("VS_SW_VER.REQ"), 1);
    bench.receive_from(OTHER, version());
    assert!(!bench.has(|event| matches!(event, evse::Event::ModemIdentified(_))));
    bench.receive_from(MODEM, version());
    assert!(bench.has(|event| matches!(event,
        evse::Event::ModemIdentified(identity) if identity.make == Make::Qualcomm)));
    bench.pilot(Pilot::B);
    bench.ask();
    bench.run(200);
    assert_eq!(bench.asked.len(), 1, "VS_PL_LNK_STATUS from now on");
}

#[test]
fn an_inquiry_tells_makes_networks_and_keys_and_changes_nothing() {
    let mut inquiry = Inquiry::new(EVSE);
    let mut asked = Vec::new();
    while let Output::Transmit(octets) = inquiry.poll() {
        asked.push(Frame::parse(octets).unwrap().message);
    }
    assert!(
        asked.iter().all(|message| matches!(message.name(),
        Some(name) if name.ends_with(".REQ") && !name.contains("SET") && !name.contains("RS_DEV")))
    );
    assert_eq!(inquiry.poll(), Output::Wait(None));
    let network = |nid| slac::mme::network::Network {
        nid,
        snid: 0,
        tei: 1,
        role: 2,
        cco: MODEM,
        access: 0,
        coordinating: 0,
    };
    let tell = |inquiry: &mut Inquiry, source, message: Message| {
        inquiry.receive(&Frame::new(EVSE, source, message).emit());
    };
    let version = SwVerCnf { status: 0, device_class: 0x22, version: b"MAC-QCA7000-1.2".to_vec() };
    tell(&mut inquiry, MODEM, version.into());
    // The network of the password that all such modems are sold with.
    let factory = slac::Nid([0xB0, 0xF2, 0xE6, 0x95, 0x66, 0x6B, 0x03]);
    tell(&mut inquiry, MODEM, NwInfoCnf { networks: vec![network(factory)] }.into());
    tell(&mut inquiry, OTHER, NwInfoCnf { networks: vec![network(slac::Nid([1; 7]))] }.into());
    let [first, second] = inquiry.findings() else { panic!() };
    assert_eq!(first.identity.as_ref().map(|identity| identity.chip.as_str()), Some("QCA7000"));
    assert_eq!((first.has_own_key(), second.has_own_key()), (Some(false), Some(true)));
    assert_eq!((first.link, second.identity.clone()), (None, None));
    for index in 0..=u8::MAX {
        let mac = Mac([0x02, 0, 0, 0, 7, index]);
        tell(&mut inquiry, mac, set_key(index).into());
        tell(&mut inquiry, mac, NwInfoCnf { networks: vec![] }.into());
    }
    assert_eq!(inquiry.findings().len(), 16, "bounded");
}

fn set_key(index: u8) -> SetKeyCnf {
    SetKeyCnf {
        result: 1,
        my_nonce: [index; 4],
        your_nonce: [0; 4],
        protocol_id: 4,
        protocol_run: 0,
        protocol_message: 255,
        cco_capability: 0,
    }
}
