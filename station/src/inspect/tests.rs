use super::*;
use crate::capture::inspect::{Agreed, Event};
use std::path::PathBuf;
use std::sync::Arc;

const SESSION_SETUP_REQ: &str = "8098004011d01a6a57425e185800";

#[test]
fn the_message_set_is_that_of_the_handshake_or_the_assumed_one() {
    let iso2 = || Some("urn:iso:15118:2:2013:MsgDef");
    let read = |assumed, namespace, payload_type| {
        let record = record(namespace, payload_type);
        let reading = Interpreter::new(assumed).read(&record);
        (reading.message, reading.error.map(|error| error.to_string()))
    };
    let assumed = || Some(Protocol::Iso2.namespace().to_owned());
    let good = ("SessionSetupReq".to_owned(), None);
    assert_eq!(read(None, iso2(), PayloadType::Exi), good);
    assert_eq!(read(assumed(), None, PayloadType::Exi), good);
    let (message, error) = read(None, None, PayloadType::Exi);
    assert_eq!(message, "EXI (14 octets)");
    assert!(error.is_some_and(|error| error.starts_with("no handshake")));
    // What was agreed counts more than what was assumed.
    let (message, error) = read(assumed(), Some("urn:example:private"), PayloadType::Exi);
    assert_eq!(message, "EXI of urn:example:private (14 octets)");
    assert_eq!(error.unwrap(), "private protocol urn:example:private is not decoded here");
    let (_, error) = read(assumed(), iso2(), PayloadType::Main);
    assert_eq!(error.unwrap(), "main stream has no place in ISO 15118-2");
}

#[test]
fn octets_behind_a_message_are_told() {
    let mut record = record(Some("urn:iso:15118:2:2013:MsgDef"), PayloadType::Exi);
    record.payload.extend([0, 0]);
    let reading = Interpreter::default().read(&record);
    assert_eq!(reading.facts, ["EVCCID 9A95D0978616", "session 00"]);
    let names: Vec<_> = reading.deviations.iter().map(|d| (d.rule.name(), d.bit)).collect();
    assert_eq!(names, [("session-id-length", 18), ("trailing-octets", 112)]);
    assert!(reading.error.is_none());
}

#[test]
fn a_broken_message_is_an_error_that_names_its_bit() {
    let mut record = record(Some("urn:iso:15118:2:2013:MsgDef"), PayloadType::Exi);
    record.payload.truncate(6);
    let reading = Interpreter::default().read(&record);
    assert_eq!(
        reading.error.map(|e| e.to_string()).unwrap(),
        "EXI ends at bit 48, inside a message"
    );
    assert_eq!(reading.schema.map(|schema| schema.name), Some("iso2"));
}

#[test]
fn no_octets_make_the_interpreter_panic() {
    let mut messages = 0;
    for file in std::fs::read_dir(sessions()).unwrap() {
        let capture = std::fs::read(file.unwrap().path()).unwrap();
        fuzz(&capture);
        let sap = read_sap as fn(&[u8]) -> Option<Sap>;
        let mut inspection =
            Inspection::new(Reader::new(&capture[..]).unwrap(), sap, Secrets::default());
        let mut random = 0x9E37_79B9_u32;
        while let Ok(Some(event)) = inspection.next() {
            let Event::Record(record) = event else { continue };
            messages += 1;
            fuzz(&record.payload);
            for _ in 0..20 {
                let mut payload = record.payload.clone();
                for _ in 0..3 {
                    // Xorshift: the same every time.
                    random ^= random << 13;
                    random ^= random >> 17;
                    random ^= random << 5;
                    let at = random as usize % payload.len();
                    payload[at] ^= 1 << (random >> 29);
                }
                fuzz(&payload);
                fuzz(&payload[..random as usize % payload.len()]);
            }
        }
    }
    assert!(messages > 100, "{messages}");
}

fn record(namespace: Option<&str>, payload_type: PayloadType) -> Record {
    let agreed = |namespace: &str| {
        Arc::new(Agreed { namespace: namespace.into(), major: 2, minor: 0, schema_id: 1 })
    };
    Record {
        frame: 1,
        first_frame: 1,
        time: None,
        src: Endpoint::Ip("[fe80::1]:50000".parse().unwrap()),
        dst: Endpoint::Ip("[fe80::2]:50001".parse().unwrap()),
        layer: Layer::V2g,
        transport: Transport::Tcp,
        stream: Some(0),
        payload_type: Some(payload_type),
        payload: hex::decode(SESSION_SETUP_REQ).unwrap(),
        protocol: namespace.map(agreed),
    }
}

fn sessions() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../test-vectors/sessions"))
}
