//! The network's key is shown nowhere but in the frames that carry it.

use crate::bench::{EV, EVSE, ms};
use slac::medium::{Event, Medium, Noise, Path, Settings};
use slac::mme::{Payload, SetKeyReq, SlacMatchCnf};
use slac::survey::Survey;
use slac::{Ev, Evse, Frame, Message, NetworkKey, Nmk, Output, ev, evse};
use std::fmt::Debug;
use zeroize::ZeroizeOnDrop;

/// Whether octets of a key stand in a text: in hexadecimal of either case, with or without separators, or as a list of numbers.
fn tells(text: &str, key: &Nmk) -> bool {
    let octets = key.expose().map(|octet| octet);
    let forms = [
        octets.map(|octet| format!("{octet:02x}")).join(""),
        octets.map(|octet| format!("{octet:02x}")).join(":"),
        octets.map(|octet| format!("{octet}")).join(", "),
        octets.map(|octet| format!("{octet:#04x}")).join(", "),
        octets.map(|octet| format!("{octet:x}")).join(", "),
    ];
    let text = text.to_lowercase().replace("\n", "").replace("    ", " ").replace(",  ", ", ");
    forms.iter().any(|form| text.contains(&form[form.len() / 4..form.len() / 4 * 3]))
}

fn shown(what: &(impl Debug + ?Sized)) -> String {
    format!("{what:?}{what:#?}")
}

#[test]
fn a_key_would_be_found() {
    let key = Nmk::new([0xA1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xFE]);
    assert!(tells(&shown(key.expose()), &key));
    assert!(tells(&hex::encode_upper(key.expose()), &key));
    assert!(
        tells(&format!("{:02x?}", key.expose()), &key)
            || tells(&format!("{:x?}", key.expose()), &key)
    );
    assert!(!tells("nothing", &key));
}

#[test]
fn no_event_frame_record_or_survey_of_a_matching_shows_its_key() {
    let mut medium = Medium::new(1, Settings::default());
    let car = medium.add_ev(EV, Ev::new(ev::Config::new(EV), Noise::new(2)));
    let station = medium.add_evse(EVSE, Evse::new(evse::Config::new(EVSE), Noise::new(3)));
    medium.connect(car, station, Path::cable(20));
    medium.plug(car, station);
    assert!(medium.run_until(ms(20_000), |medium| medium.peer(car).is_some()));
    medium.unplug(car);
    medium.run_until(ms(25_000), |_| false);
    let keys: Vec<Nmk> = medium.events().iter().filter_map(key).map(|key| key.nmk).collect();
    assert_eq!(keys.len(), 2, "both sides tell of the match");
    let mut survey = Survey::default();
    let mut texts = vec![shown(medium.events()), shown(medium.records())];
    let mut carriers = 0;
    for record in medium.records() {
        survey.hear(record.at, &record.octets);
        let frame = Frame::parse(&record.octets).unwrap();
        carriers += usize::from(matches!(
            frame.message,
            Message::SetKeyReq(SetKeyReq { .. }) | Message::SlacMatchCnf(SlacMatchCnf { .. })
        ));
        texts.push(shown(&frame));
        texts.push(frame.to_string());
        texts.push(shown(&Output::<()>::Transmit(&record.octets)));
        // As a type that is not known, damaged on its way.
        let mut damaged = record.octets.clone();
        damaged[16] ^= 0x10;
        texts.push(shown(&Frame::parse(&damaged).unwrap()));
        texts.push(shown(&Output::<()>::Transmit(&damaged)));
    }
    assert!(carriers >= 4, "{carriers} frames carry keys");
    texts.push(shown(survey.runs()));
    for text in texts {
        assert!(!keys.iter().any(|key| tells(&text, key)), "{text}");
    }
}

fn key(
    (_, _, event): &(std::time::Duration, slac::medium::StationId, Event),
) -> Option<NetworkKey> {
    match event {
        Event::Ev(ev::Event::Matched { key, .. })
        | Event::Evse(evse::Event::Matched { key, .. }) => Some(key.clone()),
        _ => None,
    }
}

/// What holds a key is wiped when it is dropped; the compiler says so of the key itself.
#[test]
fn keys_are_wiped_when_they_are_dropped() {
    fn is_wiped<T: ZeroizeOnDrop>() {}
    is_wiped::<Nmk>();
    assert!(std::mem::needs_drop::<NetworkKey>() && std::mem::needs_drop::<Payload>());
}
