use super::*;
use crate::capture::link::LinkType;
use crate::capture::synth::{Sender, Synth};
use crate::capture::tests::random;
use std::net::SocketAddrV6;
use v2g::v2gtp::PayloadType;

const CAR: &str = "[fe80::aa]:50000";
const STATION: &str = "[fe80::bb]:60000";

/// The frames of a session in which both sides send messages of these lengths, car first.
fn session(lengths: &[usize]) -> Vec<Vec<u8>> {
    let [car, station] = [CAR, STATION].map(|end| end.parse::<SocketAddrV6>().unwrap());
    let mut synth = Synth::new(Vec::new(), "test", "pev0").unwrap();
    let stream = synth.connect(0, car, station).unwrap();
    for (number, (from, len)) in
        [Sender::Client, Sender::Server].iter().cycle().zip(lengths).enumerate()
    {
        synth.send(0, stream, *from, &message(0x8001, number as u8, *len)).unwrap();
    }
    synth.close(0, stream, Sender::Client).unwrap();
    frames(synth)
}

fn frames(synth: Synth<Vec<u8>>) -> Vec<Vec<u8>> {
    let file = synth.finish().unwrap();
    let mut reader = Reader::new(&file[..]).unwrap();
    let mut frames = Vec::new();
    while let Some(Item::Packet(packet)) = reader.next().unwrap() {
        frames.push(packet.data.to_vec());
    }
    frames
}

/// `len` octets of payload with a mark in the second.
fn message(payload_type: u16, mark: u8, len: usize) -> Vec<u8> {
    let mut payload = vec![0x80; len];
    payload.iter_mut().skip(1).take(1).for_each(|octet| *octet = mark);
    let mut out = Vec::new();
    v2gtp::emit(payload_type.into(), &payload, &mut out).unwrap();
    out
}

/// Records and notes of frames, numbered from 1.
fn inspect<S: ReadSap>(frames: &[Vec<u8>], sap: S) -> (Vec<Record>, Vec<Note>) {
    let mut inspector = Inspector::new(sap, Secrets::default());
    for (frame, data) in (1..).zip(frames) {
        let packet = Packet {
            frame,
            time: Some(frame),
            link: LinkType::Ethernet,
            data,
            original_len: data.len() as u32,
        };
        inspector.handle(Item::Packet(packet));
    }
    inspector.finish();
    let (mut records, mut notes) = (Vec::new(), Vec::new());
    while let Some(event) = inspector.poll() {
        match event {
            Event::Record(record) => records.push(record),
            Event::Note(note) => notes.push(note),
        }
    }
    (records, notes)
}

/// Mark and layer of each record.
fn summary(records: &[Record]) -> Vec<(u8, Layer)> {
    records.iter().map(|record| (record.payload[1], record.layer)).collect()
}

fn kinds(notes: &[Note]) -> Vec<String> {
    notes.iter().map(|note| format!("{}: {}", note.frame, note.kind)).collect()
}

use Layer::{Sap, V2g};

#[test]
fn the_first_message_of_each_side_is_the_handshake() {
    let (records, notes) = inspect(&session(&[20, 4, 30, 40]), Unread);
    assert_eq!(summary(&records), [(0, Sap), (1, Sap), (2, V2g), (3, V2g)]);
    assert_eq!(records[3].src.to_string(), "fe80::bb:60000");
    assert_eq!((records[3].stream, records[3].time), (Some(0), Some(records[3].frame)));
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn frames_out_of_order_and_twice_give_the_same_messages() {
    let frames = session(&[20, 4, 3000, 4000, 30, 5000]);
    let (want, _) = inspect(&frames, Unread);
    let mut random = random(3);
    for _ in 0..200 {
        let mut frames = frames.clone();
        // Neighbours change places; acknowledgements of the future would be a capture with losses.
        for at in 4..frames.len() - 4 {
            if random().is_multiple_of(3) && frames[at].len() > 74 && frames[at - 1].len() > 74 {
                frames.swap(at, at - 1);
            }
            if random().is_multiple_of(5) {
                frames.insert(at, frames[at].clone());
            }
        }
        let (found, notes) = inspect(&frames, Unread);
        assert_eq!(summary(&found), summary(&want));
        assert!(notes.is_empty(), "{:?}", kinds(&notes));
    }
}

#[test]
fn a_lost_frame_costs_its_messages_and_is_told() {
    let mut frames = session(&[20, 4, 30, 40, 50, 60]);
    // The car's second message: its data segment comes after three, two and two frames.
    assert_eq!(frames.remove(7).len(), 74 + 38);
    let (records, notes) = inspect(&frames, Unread);
    assert_eq!(summary(&records), [(0, Sap), (1, Sap), (3, V2g), (4, V2g), (5, V2g)]);
    assert_eq!(kinds(&notes), ["12: 38 octets of the TCP stream are not in the capture"]);
}

#[test]
fn a_capture_that_begins_inside_a_message_finds_the_next() {
    let frames = session(&[20, 4, 4000, 40, 50, 60]);
    // The second of the three segments of the long message.
    let (records, notes) = inspect(&frames[9..], Unread);
    assert_eq!(summary(&records), [(3, V2g), (4, V2g), (5, V2g)]);
    assert_eq!(kinds(&notes), ["7: message boundaries found after 2568 octets"]);
}

#[test]
fn garbage_in_a_stream_is_passed_over() {
    let [car, station] = [CAR, STATION].map(|end| end.parse::<SocketAddrV6>().unwrap());
    let mut synth = Synth::new(Vec::new(), "test", "pev0").unwrap();
    let stream = synth.connect(0, car, station).unwrap();
    let octets =
        [message(0x8001, 0, 9), b"garbage \x01\xFE\x80".to_vec(), message(0x8002, 1, 9)].concat();
    synth.send(0, stream, Sender::Client, &octets).unwrap();
    synth.send(0, stream, Sender::Client, &octets[..12]).unwrap();
    synth.close(0, stream, Sender::Client).unwrap();
    let (records, notes) = inspect(&frames(synth), Unread);
    assert_eq!(summary(&records), [(0, Sap), (1, V2g)]);
    assert_eq!(
        kinds(&notes),
        [
            "4: message boundaries lost: V2GTP version 0x67 where 0x01 is due",
            "4: message boundaries found after 11 octets",
            "9: the stream ends inside a message, after 12 octets of it",
        ]
    );
}

#[test]
fn a_stream_of_another_protocol_is_left_alone() {
    let [car, station] = [CAR, STATION].map(|end| end.parse::<SocketAddrV6>().unwrap());
    let mut synth = Synth::new(Vec::new(), "test", "pev0").unwrap();
    let stream = synth.connect(0, car, station).unwrap();
    synth
        .send(
            0,
            stream,
            Sender::Client,
            &[b"GET / HTTP/1.1\r\n\r\n".to_vec(), message(0x8001, 0, 9)].concat(),
        )
        .unwrap();
    let (records, notes) = inspect(&frames(synth), Unread);
    assert!(records.is_empty() && notes.is_empty());
}

#[test]
fn ports_used_again_are_a_new_connection() {
    let [car, station] = [CAR, STATION].map(|end| end.parse::<SocketAddrV6>().unwrap());
    let mut synth = Synth::new(Vec::new(), "test", "pev0").unwrap();
    for broken_off in [true, false] {
        let stream = synth.connect(0, car, station).unwrap();
        synth.send(0, stream, Sender::Client, &message(0x8001, 0, 9)).unwrap();
        if broken_off {
            synth.reset(0, stream, Sender::Server).unwrap();
        }
    }
    let (records, _) = inspect(&frames(synth), Unread);
    assert_eq!(
        records.iter().map(|record| (record.stream, record.layer)).collect::<Vec<_>>(),
        [(Some(0), Sap), (Some(1), Sap)]
    );
}

fn offer(namespace: &str, schema_id: u8) -> Offer {
    Offer { namespace: namespace.into(), major: 2, minor: 0, schema_id }
}

#[test]
fn the_protocol_is_the_entry_the_answer_names() {
    let sap = |exi: &[u8]| match exi[1] {
        0 => Some(super::Sap::Request(vec![
            offer("urn:din:70121:2012:MsgDef", 7),
            offer("urn:iso:15118:2:2013:MsgDef", 9),
        ])),
        1 => Some(super::Sap::Response(Some(9))),
        _ => panic!("only the handshake is to be decoded"),
    };
    let (records, _) = inspect(&session(&[20, 4, 30, 40]), sap);
    let protocols: Vec<_> = records
        .iter()
        .map(|record| record.protocol.as_deref().map(|agreed| agreed.schema_id))
        .collect();
    assert_eq!(protocols, [None, Some(9), Some(9), Some(9)]);
    assert_eq!(summary(&records)[2..], [(2, V2g), (3, V2g)]);
}

#[test]
fn a_handshake_without_agreement_leaves_the_protocol_open() {
    let sap = |exi: &[u8]| match exi[1] {
        0 => Some(super::Sap::Request(vec![offer("urn:x", 7)])),
        _ => Some(super::Sap::Response(None)),
    };
    let (records, _) = inspect(&session(&[20, 4, 30]), sap);
    assert!(records.iter().all(|record| record.protocol.is_none()));
}

#[test]
fn a_stream_joined_late_is_no_handshake_unless_it_names_protocols() {
    let frames = session(&[20, 4, 30]);
    let (records, _) = inspect(&frames[3..], Unread);
    assert_eq!(summary(&records), [(0, V2g), (1, V2g), (2, V2g)]);
    let named = |name: &'static str| {
        move |exi: &[u8]| (exi[1] == 0).then(|| super::Sap::Request(vec![offer(name, 1)]))
    };
    assert_eq!(summary(&inspect(&frames[3..], named("urn:x")).0)[0], (0, Sap));
    assert_eq!(summary(&inspect(&frames[3..], named("\u{1}")).0)[0], (0, V2g));
}

#[test]
fn discovery_is_read_and_what_is_none_is_told() {
    let [car, station] =
        ["[fe80::aa]:4000", "[fe80::bb]:15118"].map(|end| end.parse::<SocketAddrV6>().unwrap());
    let mut synth = Synth::new(Vec::new(), "test", "pev0").unwrap();
    synth.datagram(0, car, station, &message(0x9000, 0, 2)).unwrap();
    synth.datagram(0, station, car, &message(0x9001, 0, 20)).unwrap();
    synth.datagram(0, car, station, b"hello").unwrap();
    synth.datagram(0, car, car, &message(0x9000, 0, 2)).unwrap();
    let (records, notes) = inspect(&frames(synth), Unread);
    let found: Vec<_> = records
        .iter()
        .map(|record| (record.layer, record.payload_type, record.payload.len()))
        .collect();
    assert_eq!(
        found,
        [
            (Layer::Sdp, Some(PayloadType::SdpRequest), 2),
            (Layer::Sdp, Some(PayloadType::SdpResponse), 20)
        ]
    );
    assert_eq!(
        kinds(&notes),
        [
            "3: UDP port of SECC discovery without a message: 5 octets are too few for a V2GTP header"
        ]
    );
}

#[test]
fn connections_are_bounded_and_the_idle_one_gives_way() {
    let mut inspector = Inspector::new(Unread, Secrets::default());
    let station = STATION.parse::<SocketAddrV6>().unwrap();
    let mut all = Vec::new();
    for port in 1..=(MAX_CONNECTIONS as u16 + 20) {
        let mut synth = Synth::new(Vec::new(), "test", "pev0").unwrap();
        let car = SocketAddrV6::new("fe80::aa".parse().unwrap(), port, 0, 0);
        let stream = synth.connect(0, car, station).unwrap();
        synth.send(0, stream, Sender::Client, &message(0x8001, 0, 9)[..12]).unwrap();
        all.extend(frames(synth));
    }
    let mut notes = 0;
    for (frame, data) in (1..).zip(&all) {
        let packet = Packet {
            frame,
            time: None,
            link: LinkType::Ethernet,
            data,
            original_len: data.len() as u32,
        };
        inspector.handle(Item::Packet(packet));
        assert!(inspector.connections.len() <= MAX_CONNECTIONS);
        while let Some(event) = inspector.poll() {
            assert!(matches!(event, Event::Note(Note { kind: NoteKind::Cut(12), .. })));
            notes += 1;
        }
    }
    assert_eq!(notes, 20);
}

#[test]
fn a_damaged_file_gives_its_messages_before_its_error() {
    let [car, station] = [CAR, STATION].map(|end| end.parse::<SocketAddrV6>().unwrap());
    let mut synth = Synth::new(Vec::new(), "test", "pev0").unwrap();
    let stream = synth.connect(0, car, station).unwrap();
    synth.send(0, stream, Sender::Client, &message(0x8001, 0, 9)).unwrap();
    let file = synth.finish().unwrap();
    let reader = Reader::new(&file[..file.len() - 3]).unwrap();
    let mut inspection = Inspection::new(reader, Unread, Secrets::default());
    assert!(matches!(inspection.next(), Ok(Some(Event::Record(_)))));
    assert!(matches!(
        inspection.next(),
        Err(file::Error { kind: file::ErrorKind::Truncated(_), .. })
    ));
    assert!(matches!(inspection.next(), Ok(None)));
}

#[test]
fn no_octets_make_the_inspector_panic() {
    let [car, station] = [CAR, STATION].map(|end| end.parse::<SocketAddrV6>().unwrap());
    let mut synth = Synth::new(Vec::new(), "test", "pev0").unwrap();
    synth.datagram(0, car, "[ff02::1]:15118".parse().unwrap(), &message(0x9000, 0, 2)).unwrap();
    for first in [message(0x8001, 0, 9), vec![0x16, 3, 1, 0, 4, 1, 0, 0, 0, 0x17, 3, 3, 0, 1, 5]] {
        let stream = synth.connect(0, car, station).unwrap();
        synth.send(0, stream, Sender::Client, &first).unwrap();
        synth.send(0, stream, Sender::Server, &first).unwrap();
        synth.close(0, stream, Sender::Client).unwrap();
    }
    let file = synth.finish().unwrap();
    let frames = [&[1][..], &frames_joined(&file)].concat();
    let mut random = random(5);
    for seed in [&file, &frames] {
        for _ in 0..3_000 {
            let mut data = seed.clone();
            for _ in 0..random() % 8 + 1 {
                let at = random() % data.len();
                data[at] = random() as u8;
            }
            data.truncate(random() % data.len() + data.len() / 2);
            fuzz(&data);
        }
    }
}

/// The packets of a file with the mark between them that [`fuzz`] cuts at.
fn frames_joined(file: &[u8]) -> Vec<u8> {
    let mut reader = Reader::new(file).unwrap();
    let mut out = Vec::new();
    while let Some(Item::Packet(packet)) = reader.next().unwrap() {
        out.extend(packet.data);
        out.push(0xC0);
    }
    out
}
