use super::*;
use alloc::vec;

fn message(payload_type: u16, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    emit(payload_type.into(), payload, &mut out).unwrap();
    out
}

fn frames(framer: &mut Framer, mut stream: &[u8]) -> Result<Vec<(u16, Vec<u8>)>, Error> {
    let mut found = Vec::new();
    while let Some(frame) = framer.next(&mut stream)? {
        found.push(match frame {
            Frame::Message { payload_type, payload } => (payload_type.into(), payload.to_vec()),
            Frame::Skipped(header) => (header.payload_type.into(), vec![]),
        });
    }
    assert!(stream.is_empty());
    Ok(found)
}

#[test]
fn a_header_has_its_octets_in_network_order() {
    // [V2G2-085]; the octets are those of a SupportedAppProtocolRes seen on the wire.
    let octets = [0x01, 0xFE, 0x80, 0x01, 0, 0, 0, 4, 0x80, 0x40, 0x02, 0x80];
    assert_eq!(parse(&octets), Ok((PayloadType::Exi, &octets[8..])));
    assert_eq!(message(0x8001, &octets[8..]), octets);
}

#[test]
fn every_code_survives_as_itself() {
    for code in 0..=u16::MAX {
        assert_eq!(u16::from(PayloadType::from(code)), code);
    }
    for &known in PayloadType::KNOWN {
        assert!(!matches!(PayloadType::from(u16::from(known)), PayloadType::Other(_)));
        assert!(known.is_exi() != known.is_sdp());
    }
}

#[test]
fn messages_are_found_however_the_stream_is_cut() {
    let stream =
        [message(0x8001, b"one"), message(0x8002, &[7; 300]), message(0x8004, b"x")].concat();
    let want = vec![(0x8001, b"one".to_vec()), (0x8002, vec![7; 300]), (0x8004, b"x".to_vec())];
    for step in 1..=stream.len() {
        let mut framer = Framer::default();
        let found: Vec<_> =
            stream.chunks(step).flat_map(|part| frames(&mut framer, part).unwrap()).collect();
        assert_eq!(found, want, "in steps of {step}");
        assert!(framer.is_at_boundary());
    }
}

#[test]
fn a_cut_message_is_no_boundary() {
    let stream = message(0x8001, b"one");
    for len in 1..stream.len() {
        let mut framer = Framer::default();
        assert_eq!(frames(&mut framer, &stream[..len]), Ok(vec![]));
        assert!(!framer.is_at_boundary(), "after {len} octets");
    }
}

#[test]
fn unknown_types_and_empty_messages_are_skipped_and_the_stream_goes_on() {
    // [V2G2-800]
    let stream = [
        message(0x7001, &[1; 5]),
        message(0xA000, &[2; 5000]),
        message(0x8001, b""),
        message(0x9000, &[0x10, 0]),
        message(0x8001, b"after"),
    ]
    .concat();
    let want = [(0x7001, 0), (0xA000, 0), (0x8001, 0), (0x9000, 0), (0x8001, 5)];
    for step in [1, 7, 8, 9, stream.len()] {
        let mut framer = Framer::default();
        let found: Vec<_> =
            stream.chunks(step).flat_map(|part| frames(&mut framer, part).unwrap()).collect();
        assert_eq!(found.iter().map(|(t, p)| (*t, p.len())).collect::<Vec<_>>(), want);
    }
}

#[test]
fn a_foreign_protocol_is_refused_at_its_first_octets_and_for_good() {
    let mut framer = Framer::default();
    assert_eq!(framer.next(&mut &[0x16][..]), Err(Error::Version(0x16)));
    assert_eq!(framer.next(&mut &message(0x8001, b"a")[..]), Err(Error::Version(0x16)));
    let mut framer = Framer::default();
    assert_eq!(framer.next(&mut &[0x01, 0xFF][..]), Err(Error::InverseVersion(0xFF)));
}

#[test]
fn a_length_beyond_the_limit_is_refused_before_any_payload() {
    let mut framer = Framer::new(100);
    assert_eq!(frames(&mut framer, &message(0x8001, &[0; 100])).unwrap().len(), 1);
    let mut head = &Header { payload_type: PayloadType::Exi, length: 101 }.emit()[..];
    assert_eq!(framer.next(&mut head), Err(Error::TooLong { said: 101, max: 100 }));
}

#[test]
fn a_datagram_holds_exactly_one_message() {
    let whole = message(0x9000, &[0x10, 0]);
    assert_eq!(parse(&whole), Ok((PayloadType::SdpRequest, &[0x10, 0][..])));
    for len in 0..8 {
        assert_eq!(parse(&whole[..len]), Err(Error::Short { len }));
    }
    assert_eq!(parse(&whole[..9]), Err(Error::Length { said: 2, had: 1 }));
    assert_eq!(parse(&[&whole[..], &[0]].concat()), Err(Error::Length { said: 2, had: 3 }));
}

#[test]
fn no_octets_make_the_framer_panic_or_grow() {
    let seed =
        [&[3][..], &message(0x8001, &[1; 40]), &message(0x7000, &[2; 9]), &message(0x8002, b"")]
            .concat();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for _ in 0..20_000 {
        let mut data = seed.clone();
        for _ in 0..random() % 4 + 1 {
            let at = random() % data.len();
            data[at] = random() as u8;
        }
        data.truncate(random() % data.len() + 1);
        fuzz(&data);
    }
}
