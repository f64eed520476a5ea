use super::*;
use crate::capture::write::Writer;

/// A classic file with two packets in the byte order of `word`.
fn pcap(magic: u32, word: fn(u32) -> [u8; 4], half: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(word(magic));
    out.extend(half(2));
    out.extend(half(4));
    [0, 0, 65535, 1].iter().for_each(|value| out.extend(word(*value)));
    for (fraction, data) in [(5, &b"first"[..]), (999_999, b"second!")] {
        [1_700_000_000, fraction, data.len() as u32, 60]
            .iter()
            .for_each(|value| out.extend(word(*value)));
        out.extend(data);
    }
    out
}

fn block(out: &mut Vec<u8>, word: fn(u32) -> [u8; 4], kind: u32, body: &[u8]) {
    let len = body.len().next_multiple_of(4);
    out.extend(word(kind));
    out.extend(word(len as u32 + 12));
    out.extend(body);
    out.resize(out.len() + len - body.len(), 0);
    out.extend(word(len as u32 + 12));
}

/// A section with every kind of block that matters, in the byte order of `word`.
fn section(word: fn(u32) -> [u8; 4], half: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let words = |values: &[u32]| values.iter().flat_map(|value| word(*value)).collect::<Vec<_>>();
    let mut out = Vec::new();
    block(
        &mut out,
        word,
        0x0A0D_0D0A,
        &[word(0x1A2B_3C4D).to_vec(), half(1).to_vec(), half(0).to_vec(), vec![0xFF; 8]].concat(),
    );
    // Interface 0: Ethernet, four octets of a packet at most, microseconds.
    block(&mut out, word, 1, &[half(1).to_vec(), half(0).to_vec(), word(4).to_vec()].concat());
    // Interface 1: raw IP, units of 2^-1 s, 100 s late.
    let offset = match word(1)[0] {
        0 => 100_u64.to_be_bytes(),
        _ => 100_u64.to_le_bytes(),
    };
    let options =
        [&half(9)[..], &half(1), &[0x81, 0, 0, 0], &half(14), &half(8), &offset, &[0; 4]].concat();
    block(
        &mut out,
        word,
        1,
        &[half(101).to_vec(), half(0).to_vec(), word(0).to_vec(), options].concat(),
    );
    // A name resolution block is passed over.
    block(&mut out, word, 4, &[0; 4]);
    block(&mut out, word, 6, &[words(&[0, 1, 2, 3, 9]), b"abc".to_vec()].concat());
    block(&mut out, word, 10, &[words(&[0x544C_534B, 5]), b"KEYS\n".to_vec()].concat());
    // Secrets of another protocol.
    block(&mut out, word, 10, &[words(&[0x5747_4B4C, 2]), b"WG".to_vec()].concat());
    block(&mut out, word, 3, &[words(&[7]), b"defg".to_vec()].concat());
    block(
        &mut out,
        word,
        2,
        &[half(1).to_vec(), half(0).to_vec(), words(&[0, 3, 1, 1]), b"h".to_vec()].concat(),
    );
    out
}

/// All packets and key logs, and how it ended.
fn read(file: &[u8]) -> (Vec<String>, Option<Error>) {
    let mut items = Vec::new();
    let mut reader = match Reader::new(file) {
        Ok(reader) => reader,
        Err(error) => return (items, Some(error)),
    };
    loop {
        match reader.next() {
            Ok(Some(Item::Secrets(log))) => items.push(format!("secrets {}", log.escape_ascii())),
            Ok(Some(Item::Packet(Packet { frame, time, link, data, original_len }))) => {
                items.push(format!(
                    "{frame} {} {} {} {original_len}",
                    time.map_or("-".into(), |time| time.to_string()),
                    u16::from(link),
                    data.escape_ascii()
                ))
            }
            Ok(None) => {
                assert!(matches!(reader.next(), Ok(None)));
                return (items, None);
            }
            Err(error) => {
                assert!(matches!(reader.next(), Ok(None)), "an error is given once");
                return (items, Some(error));
            }
        }
    }
}

#[test]
fn classic_files_of_both_byte_orders_and_resolutions_read_the_same() {
    for (unit, magic) in [(1000, 0xA1B2_C3D4), (1, 0xA1B2_3C4D)] {
        let second = 1_700_000_000_000_000_000_u64;
        let want = [
            format!("1 {} 1 first 60", second + 5 * unit),
            format!("2 {} 1 second! 60", second + 999_999 * unit),
        ];
        assert_eq!(read(&pcap(magic, u32::to_be_bytes, u16::to_be_bytes)).0, want);
        assert_eq!(read(&pcap(magic, u32::to_le_bytes, u16::to_le_bytes)).0, want);
    }
}

const SECTION: [&str; 4] = [
    // (2^32 + 2) us
    "1 4294967298000 1 abc 9",
    "secrets KEYS\\n",
    "2 - 1 defg 7",
    // 3 halves of a second, 100 s late.
    "3 101500000000 101 h 1",
];

#[test]
fn block_files_of_both_byte_orders_read_the_same() {
    for file in
        [section(u32::to_be_bytes, u16::to_be_bytes), section(u32::to_le_bytes, u16::to_le_bytes)]
    {
        let (items, error) = read(&file);
        assert_eq!(items, SECTION);
        assert!(error.is_none(), "{error:?}");
    }
}

#[test]
fn each_section_has_its_own_byte_order_and_interfaces() {
    let first = section(u32::to_be_bytes, u16::to_be_bytes);
    let second = section(u32::to_le_bytes, u16::to_le_bytes);
    let (items, error) = read(&[&first[..], &second].concat());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(items.len(), 8);
    assert_eq!(items[4], SECTION[0].replacen('1', "4", 1));

    // A packet of the first section's interface 1 behind a bare second header.
    let mut file = first.clone();
    file.extend(&second[..28]);
    let start = file.len() as u64;
    let body: Vec<u8> = [1_u32, 0, 0, 0, 0].iter().flat_map(|value| value.to_le_bytes()).collect();
    block(&mut file, u32::to_le_bytes, 6, &body);
    let (items, error) = read(&file);
    assert_eq!(items, SECTION);
    let error = error.unwrap();
    assert!(
        matches!(error, Error { offset, kind: ErrorKind::Interface(1) } if offset == start),
        "{error}"
    );
}

#[test]
fn a_file_cut_anywhere_gives_what_came_before_and_the_place_of_the_cut() {
    for file in [
        pcap(0xA1B2_C3D4, u32::to_be_bytes, u16::to_be_bytes),
        section(u32::to_le_bytes, u16::to_le_bytes),
    ] {
        let (whole, _) = read(&file);
        let mut clean_ends = 0;
        for len in 0..file.len() {
            let (items, error) = read(&file[..len]);
            assert_eq!(items, whole[..items.len()], "cut at {len}");
            match error {
                // Only between two records or blocks.
                None => clean_ends += 1,
                Some(Error { offset, kind: ErrorKind::Truncated(_) }) => {
                    assert!(offset <= len as u64)
                }
                Some(other) => panic!("cut at {len}: {other}"),
            }
        }
        assert_eq!(clean_ends, if whole.len() == 2 { 2 } else { 9 - 1 });
    }
}

#[test]
fn damage_is_named_with_its_place() {
    let file = section(u32::to_le_bytes, u16::to_le_bytes);
    let damaged = |at: usize, octets: &[u8]| {
        let mut file = file.clone();
        file[at..at + octets.len()].copy_from_slice(octets);
        read(&file).1.unwrap().to_string()
    };
    assert_eq!(
        read(b"GIF89a").1.unwrap().to_string(),
        "octet 0 of the capture: no capture begins with [47, 49, 46, 38]"
    );
    assert_eq!(
        damaged(8, &[1, 2, 3, 4]),
        "octet 0 of the capture: a section header with the byte-order mark [01, 02, 03, 04]"
    );
    assert_eq!(damaged(12, &[9]), "octet 0 of the capture: version 9.0 of the format is not known");
    assert_eq!(damaged(32, &[22]), "octet 28 of the capture: a block of 22 octets cannot be");
    assert_eq!(
        damaged(44, &[21]),
        "octet 28 of the capture: a block begins with the length 20 and ends with 21"
    );
    // The captured length of the first packet: past its block, and past everything.
    let packet = file.windows(3).position(|window| window == b"abc").unwrap();
    assert_eq!(
        damaged(packet - 8, &[200]),
        format!("octet {} of the capture: the packet does not fit into its block", packet - 28)
    );
    assert_eq!(
        damaged(packet - 24, &[0, 0, 0, 2]),
        format!(
            "octet {} of the capture: 33554420 octets in one piece, more than the 16777216 allowed",
            packet - 28
        )
    );
}

#[test]
fn a_length_that_lies_takes_no_memory() {
    let mut file = pcap(0xA1B2_C3D4, u32::to_be_bytes, u16::to_be_bytes);
    file[32..36].copy_from_slice(&(MAX_BLOCK - 1).to_be_bytes());
    let mut reader = Reader::new(&file[..]).unwrap();
    assert!(matches!(reader.next(), Err(Error { offset: 24, kind: ErrorKind::Truncated(_) })));
    assert!(reader.buffer.capacity() < 1 << 16);
}

#[test]
fn absurd_resolutions_and_offsets_saturate() {
    for (resolution, offset) in [(127, 0), (0xFF, 0), (0, i64::MAX), (0, i64::MIN), (9, -1)] {
        let mut file = Vec::new();
        Writer::new(&mut file, "test").unwrap();
        let options =
            [&[9, 0, 1, 0, resolution, 0, 0, 0, 14, 0, 8, 0][..], &i64::to_le_bytes(offset)]
                .concat();
        block(&mut file, u32::to_le_bytes, 1, &[&[1, 0, 0, 0, 0, 0, 0, 0][..], &options].concat());
        block(&mut file, u32::to_le_bytes, 6, &[&[0; 4][..], &[0xFF; 8], &[0; 8]].concat());
        let (items, error) = read(&file);
        assert!(error.is_none() && items.len() == 1, "{items:?} {error:?}");
    }
}

#[test]
fn no_octets_make_the_reader_panic_or_grow() {
    let mut random = crate::capture::tests::random(7);
    for seed in [
        pcap(0xA1B2_C3D4, u32::to_be_bytes, u16::to_be_bytes),
        section(u32::to_le_bytes, u16::to_le_bytes),
        section(u32::to_be_bytes, u16::to_be_bytes),
    ] {
        for _ in 0..10_000 {
            let mut file = seed.clone();
            for _ in 0..random() % 4 + 1 {
                let at = random() % file.len();
                file[at] = random() as u8;
            }
            file.truncate(random() % file.len() + 1);
            let Ok(mut reader) = Reader::new(&file[..]) else { continue };
            while let Ok(Some(_)) = reader.next() {}
            assert!(reader.buffer.capacity() <= 1 << 10);
        }
    }
}
