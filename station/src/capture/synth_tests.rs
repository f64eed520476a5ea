use super::*;
use crate::capture::file::{Item, Reader};
use crate::capture::inspect::{Event, Inspection, Layer, Record, Transport, Unread};
use crate::capture::net::{Content, dissect};
use std::process::Command;
use v2g_tls::capture::Secrets;

const CAR: &str = "[fe80::6454:33ff:fe12:3456]:50000";
const STATION: &str = "[fe80::1:2:3]:15118";
const GROUP: &str = "[ff02::1]:15118";

/// A session with frames of every kind; its messages are of 3, 5000 and 1 octets of payload.
fn session() -> Vec<u8> {
    let [car, station, group] =
        [CAR, STATION, GROUP].map(|end| end.parse::<SocketAddrV6>().unwrap());
    let mut synth = Synth::new(Vec::new(), "pnc test", "pev0").unwrap();
    let mut mme = [[0xFF; 6], [2; 6]].concat();
    mme.extend([0x88, 0xE1, 1, 0x64, 0x60]);
    mme.resize(60, 0);
    synth.frame(1_000, &mme).unwrap();
    synth.datagram(2_000, car, group, &[1, 0xFE, 0x90, 0, 0, 0, 0, 2, 0x10, 0]).unwrap();
    let tcp = SocketAddrV6::new(*station.ip(), 60_000, 0, 0);
    let stream = synth.connect(3_000, car, tcp).unwrap();
    synth.send(4_000, stream, Sender::Client, &message(3)).unwrap();
    synth.send(5_000, stream, Sender::Server, &message(5000)).unwrap();
    synth.send(6_000, stream, Sender::Client, &message(1)).unwrap();
    synth.close(7_000, stream, Sender::Client).unwrap();
    let again = synth.connect(8_000, SocketAddrV6::new(*car.ip(), 50_001, 0, 0), tcp).unwrap();
    synth.reset(9_000, again, Sender::Server).unwrap();
    synth.finish().unwrap()
}

fn message(len: usize) -> Vec<u8> {
    let mut out = Vec::new();
    v2g::v2gtp::emit(v2g::v2gtp::PayloadType::Exi, &vec![0x80; len], &mut out).unwrap();
    out
}

#[test]
fn what_was_synthesized_is_found_again() {
    let file = session();
    let mut inspection =
        Inspection::new(Reader::new(&file[..]).unwrap(), Unread, Secrets::default());
    let mut found = Vec::new();
    while let Some(event) = inspection.next().unwrap() {
        match event {
            Event::Record(Record {
                frame, first_frame, src, layer, transport, payload, ..
            }) => {
                found.push((first_frame, frame, src.to_string(), layer, transport, payload.len()));
            }
            Event::Note(note) => panic!("{}", note.kind),
        }
    }
    let ip = |text: &str| text.replace(['[', ']'], "");
    assert_eq!(
        found,
        [
            (1, 1, "02:02:02:02:02:02".into(), Layer::Slac, Transport::Ethernet, 60),
            (2, 2, ip(CAR), Layer::Sdp, Transport::Udp, 2),
            (6, 6, ip(CAR), Layer::Sap, Transport::Tcp, 3),
            (8, 14, ip(STATION).replace("15118", "60000"), Layer::Sap, Transport::Tcp, 5000),
            (16, 16, ip(CAR), Layer::V2g, Transport::Tcp, 1),
        ]
    );
}

#[test]
fn every_packet_has_the_right_checksum() {
    let file = session();
    let mut reader = Reader::new(&file[..]).unwrap();
    let mut seen = 0;
    while let Some(item) = reader.next().unwrap() {
        let Item::Packet(packet) = item else { panic!("no packet") };
        let protocol = match dissect(packet.link, packet.data).unwrap() {
            Content::Udp(_) => 17,
            Content::Tcp(_) => 6,
            _ => continue,
        };
        let address =
            |at: usize| Ipv6Addr::from(<[u8; 16]>::try_from(&packet.data[at..at + 16]).unwrap());
        // Over a segment with its checksum in place the sum comes out as zero.
        assert_eq!(
            checksum(&address(22), &address(38), protocol, &packet.data[54..]),
            0,
            "frame {}",
            packet.frame
        );
        seen += 1;
    }
    assert_eq!(seen, 23);
}

#[test]
fn secrets_go_in_front_of_the_packets_held_back() {
    let mut synth = Synth::new(Vec::new(), "pnc test", "pev0").unwrap();
    synth.frame(1, &[1; 60]).unwrap();
    synth.hold();
    synth.frame(2, &[2; 60]).unwrap();
    synth.secrets("CLIENT_RANDOM").unwrap();
    synth.frame(3, &[3; 60]).unwrap();
    synth.release().unwrap();
    synth.frame(4, &[4; 60]).unwrap();
    let file = synth.finish().unwrap();
    let mut reader = Reader::new(&file[..]).unwrap();
    let mut order = Vec::new();
    while let Some(item) = reader.next().unwrap() {
        order.push(match item {
            Item::Packet(packet) => packet.data[0],
            Item::Secrets(_) => b'S',
        });
    }
    assert_eq!(order, [1, b'S', 2, 3, 4]);
}

#[test]
fn what_is_held_back_is_bounded() {
    let mut synth = Synth::new(Vec::new(), "pnc test", "pev0").unwrap();
    synth.hold();
    for _ in 0..MAX_HELD / 1000 + 1 {
        synth.frame(1, &[0; 1000]).unwrap();
    }
    assert!(synth.held.is_none());
}

#[test]
fn hosts_have_the_addresses_their_interfaces_were_numbered_by() {
    let mac = |address: &str| mac_of(address.parse().unwrap());
    assert_eq!(mac("fe80::6454:33ff:fe12:3456"), [0x66, 0x54, 0x33, 0x12, 0x34, 0x56]);
    assert_eq!(mac("ff02::1"), [0x33, 0x33, 0, 0, 0, 1]);
    assert_eq!(mac("fe80::1:2:3"), [2, 1, 0, 2, 0, 3]);
}

/// A dissector that knows nothing of this crate finds no fault, if there is one on this machine.
#[test]
fn tshark_finds_no_fault() {
    let path = std::env::temp_dir().join(format!("pnc-synth-{}.pcapng", std::process::id()));
    std::fs::write(&path, session()).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new("tshark").arg("-r").arg(&path).args(arguments).output().ok()?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let checks = ["-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
    let faults = "_ws.malformed || _ws.expert.severity == error || tcp.checksum.status == 0 || udp.checksum.status == 0 \
                  || tcp.analysis.flags || eth.src == eth.dst";
    let Some(frames) = run(&["-T", "fields", "-e", "frame.number"]) else {
        println!("SKIPPED: no tshark");
        let _ = std::fs::remove_file(&path);
        return;
    };
    let complaints = run(&[&checks[..], &["-Y", faults]].concat());
    let streams = run(&["-Y", "tcp.len > 0", "-T", "fields", "-e", "tcp.stream"]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(frames.lines().count(), 24);
    assert_eq!(complaints.as_deref(), Some(""));
    assert_eq!(streams.unwrap().lines().count(), 6);
}
