use super::*;
use crate::capture::file::{Item, Packet, Reader};

#[test]
fn what_was_written_reads_back() {
    let mut writer = Writer::new(Vec::new(), "pnc test").unwrap();
    writer.secrets("CLIENT_RANDOM 00 11\n").unwrap();
    let first = writer.interface(LinkType::Ethernet, "pev0").unwrap();
    let second = writer.interface(LinkType::Raw, "any").unwrap();
    let time = 1_800_000_000_123_456_789;
    writer.packet(second, time, b"12345").unwrap();
    writer.packet(first, 1, b"").unwrap();
    let file = writer.into_inner();
    assert!(file.len().is_multiple_of(4));

    let mut reader = Reader::new(&file[..]).unwrap();
    assert_eq!(reader.next().unwrap(), Some(Item::Secrets(b"CLIENT_RANDOM 00 11\n")));
    let packet =
        Packet { frame: 1, time: Some(time), link: LinkType::Raw, data: b"12345", original_len: 5 };
    assert_eq!(reader.next().unwrap(), Some(Item::Packet(packet)));
    let packet =
        Packet { frame: 2, time: Some(1), link: LinkType::Ethernet, data: b"", original_len: 0 };
    assert_eq!(reader.next().unwrap(), Some(Item::Packet(packet)));
    assert_eq!(reader.next().unwrap(), None);
}

#[test]
fn a_name_too_long_for_an_option_is_cut() {
    let mut writer = Writer::new(Vec::new(), &"x".repeat(100_000)).unwrap();
    let interface = writer.interface(LinkType::Ethernet, "pev0").unwrap();
    writer.packet(interface, 1, b"1").unwrap();
    let file = writer.into_inner();
    let mut reader = Reader::new(&file[..]).unwrap();
    assert!(matches!(reader.next(), Ok(Some(Item::Packet(Packet { data: b"1", .. })))));
}
