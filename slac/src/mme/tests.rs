use super::*;
use crate::key::{Nid, Nmk};
use alloc::{format, string::ToString, vec};

const EV: Mac = Mac([0x02, 0, 0, 0, 0, 1]);
const EVSE: Mac = Mac([0x02, 0, 0, 0, 0, 2]);
const RUN: RunId = RunId([1, 2, 3, 4, 5, 6, 7, 8]);
const KEY: [u8; 16] = [0xA5; 16];

pub(crate) fn every_message() -> Vec<Message> {
    let match_req = SlacMatchReq {
        application_type: 0,
        security_type: 0,
        mvf_length: MATCH_REQ_LEN,
        pev_id: [0; 17],
        pev_mac: EV,
        evse_id: [0; 17],
        evse_mac: EVSE,
        run_id: RUN,
        reserved: [0; 8],
    };
    let nid = Nid([9; 7]);
    vec![
        SlacParmReq { application_type: 0, security_type: 0, run_id: RUN }.into(),
        SlacParmCnf {
            sound_target: Mac::BROADCAST,
            num_sounds: 10,
            time_out: 6,
            resp_type: 1,
            forwarding_sta: EV,
            application_type: 0,
            security_type: 0,
            run_id: RUN,
        }
        .into(),
        StartAttenCharInd {
            application_type: 0,
            security_type: 0,
            num_sounds: 10,
            time_out: 6,
            resp_type: 1,
            forwarding_sta: EV,
            run_id: RUN,
        }
        .into(),
        MnbcSoundInd {
            application_type: 0,
            security_type: 0,
            sender_id: [0; 17],
            count: 9,
            run_id: RUN,
            random: [7; 16],
        }
        .into(),
        AttenProfileInd { pev_mac: EV, groups: [20; 58].into() }.into(),
        AttenCharInd {
            application_type: 0,
            security_type: 0,
            source_address: EV,
            run_id: RUN,
            source_id: [0; 17],
            resp_id: [0; 17],
            num_sounds: 10,
            groups: [26; 58].into(),
        }
        .into(),
        AttenCharRsp {
            application_type: 0,
            security_type: 0,
            source_address: EV,
            run_id: RUN,
            source_id: [0; 17],
            resp_id: [0; 17],
            result: 0,
        }
        .into(),
        ValidateReq { signal_type: 0, timer: 9, result: 1 }.into(),
        ValidateCnf { signal_type: 0, toggles: 3, result: 2 }.into(),
        match_req.clone().into(),
        SlacMatchCnf {
            application_type: 0,
            security_type: 0,
            mvf_length: MATCH_CNF_LEN,
            pev_id: [0; 17],
            pev_mac: EV,
            evse_id: [0; 17],
            evse_mac: EVSE,
            run_id: RUN,
            reserved: [0; 8],
            nid,
            reserved_2: 0,
            nmk: Nmk::new(KEY),
        }
        .into(),
        SetKeyReq {
            key_type: 1,
            my_nonce: [1, 2, 3, 4],
            your_nonce: [0; 4],
            protocol_id: 4,
            protocol_run: 0,
            protocol_message: 0,
            cco_capability: 0,
            nid,
            new_eks: 1,
            new_key: Nmk::new(KEY),
        }
        .into(),
        SetKeyCnf {
            result: 1,
            my_nonce: [5; 4],
            your_nonce: [1, 2, 3, 4],
            protocol_id: 4,
            protocol_run: 0,
            protocol_message: 255,
            cco_capability: 0,
        }
        .into(),
        AmpMapReq { carriers: 917, levels: vec![0xFF; 459] }.into(),
        AmpMapCnf { result: 0 }.into(),
    ]
}

/// Frame lengths of the message table as captured between real stations.
#[test]
fn every_message_has_its_length_on_the_wire_and_reads_back() {
    let lengths = [60, 60, 60, 71, 85, 129, 70, 60, 60, 85, 109, 60, 60, 480, 60];
    for (message, length) in every_message().into_iter().zip(lengths) {
        let frame = Frame::new(EVSE, EV, message);
        let octets = frame.emit();
        assert_eq!(octets.len(), length, "{frame}");
        assert_eq!(Frame::parse(&octets), Ok(frame));
    }
}

#[test]
fn header_fields_stand_where_homeplug_puts_them() {
    let octets = Frame::new(
        Mac::BROADCAST,
        EV,
        SlacParmReq { application_type: 0, security_type: 0, run_id: RUN },
    )
    .emit();
    assert_eq!(
        hex::encode(&octets[..29]),
        "ffffffffffff02000000000188e101646000000000".to_string() + "0102030405060708"
    );
    assert!(octets[29..].iter().all(|&octet| octet == 0));
}

#[test]
fn every_cut_is_an_error_that_names_field_and_offset() {
    for message in every_message() {
        let octets = Frame::new(EVSE, EV, message.clone()).emit();
        let mut body = Vec::new();
        message.write(&mut body);
        let needed =
            if matches!(message, Message::MnbcSoundInd(_)) { 19 + 28 } else { 19 + body.len() };
        for cut in 0..needed {
            let error = Frame::parse(&octets[..cut]).unwrap_err();
            assert!(error.offset <= cut && !error.field.is_empty(), "{error}");
            assert!(matches!(error.kind, ErrorKind::Truncated { missing } if missing > 0));
        }
        assert!(Frame::parse(&octets[..needed]).is_ok(), "unpadded {message}");
    }
    let octets = Frame::new(EVSE, EV, every_message().remove(1)).emit();
    let error = Frame::parse(&octets[..26]).unwrap_err();
    assert_eq!(error.to_string(), "SlacParmCnf.time_out at octet 26: 1 octets missing");
}

#[test]
fn another_ethertype_is_refused() {
    let mut octets = Frame::new(EVSE, EV, every_message().remove(0)).emit();
    octets[13] = 0xE2;
    assert_eq!(
        Frame::parse(&octets).unwrap_err().to_string(),
        "ethertype at octet 12: 0x88e2 is not HomePlug"
    );
}

/// Flipped header bits as modems have delivered them: a wrong type, wrong versions, a fragment.
#[test]
fn unknown_types_versions_and_fragments_come_back_as_unknown() {
    let good = Frame::new(Mac::BROADCAST, EV, every_message().remove(0)).emit();
    for (at, value) in [(16, 0x62), (14, 17), (14, 32), (14, 8), (17, 0x10)] {
        let mut octets = good.clone();
        octets[at] = value;
        assert!(
            matches!(Frame::parse(&octets).unwrap().message, Message::Unknown { .. }),
            "octet {at}"
        );
    }
}

#[test]
fn version_zero_has_no_fragment_octets() {
    let octets = hex::decode("00b05200000102000000000188e10000a0001122").unwrap();
    let frame = Frame::parse(&octets).unwrap();
    assert_eq!(
        frame.message,
        Message::Unknown { code: 0xA000, fragment: [0; 2], body: Payload(vec![0x00, 0x11, 0x22]) }
    );
    assert_eq!(frame.emit()[..20], octets);
}

/// Every row of the tables: header octets up to the content.
fn rows() -> Vec<Vec<u8>> {
    let head = |code: u16, version: u8, oui: &[u8]| {
        let mut octets = [EV.0, EVSE.0].concat();
        octets.extend([0x88, 0xE1, version]);
        octets.extend(code.to_le_bytes());
        octets.resize(if version == 0 { 17 } else { 19 }, 0);
        octets.extend(oui);
        octets
    };
    let mut rows: Vec<_> =
        Message::CODES.iter().map(|&(code, version)| head(code, version, &[])).collect();
    rows.push(head(0x6049, 2, &[]));
    rows.extend(Qualcomm::CODES.iter().map(|&code| head(code, 0, &qualcomm::OUI)));
    rows.extend(Lumissil::CODES.iter().map(|&code| head(code, 1, &lumissil::OUI)));
    rows.push(head(0xAC9D, 0, &lumissil::OUI));
    rows
}

#[test]
fn a_thousand_random_messages_of_every_type_read_back_as_they_were_written() {
    let mut noise = crate::medium::Noise::new(2026);
    let mut names = alloc::collections::BTreeSet::new();
    for row in rows() {
        for _ in 0..1_000 {
            let body: Vec<u8> = (0..64).flat_map(|_| noise.draw().to_le_bytes()).collect();
            // Lists that would not fit into a frame are drawn shorter.
            let frames = [0xFF, 0x0F, 0x03].map(|mask| {
                let mut octets = row.clone();
                octets.extend(body.iter().map(|octet| octet & mask));
                octets
            });
            let (octets, frame) = frames
                .into_iter()
                .find_map(|octets| Frame::parse(&octets).ok().map(|frame| (octets, frame)))
                .expect("a frame that fits");
            names.insert(frame.message.name().expect("a row of a table"));
            assert!(!matches!(frame.message, Message::Unknown { .. }));
            let emitted = frame.emit();
            assert_eq!(Frame::parse(&emitted).as_ref(), Ok(&frame), "{frame}");
            assert_eq!(emitted[..row.len()], octets[..row.len()], "{frame}");
        }
    }
    let rows = Message::CODES.len() + Qualcomm::CODES.len() + Lumissil::CODES.len();
    assert_eq!(names.len(), rows, "every row has a name of its own");
}

#[test]
fn codes_stand_in_order_and_requests_lead_to_their_answers() {
    let codes: Vec<u16> = Message::CODES.iter().map(|&(code, _)| code).collect();
    for table in [&codes[..], Qualcomm::CODES, Lumissil::CODES] {
        assert!(table.windows(2).all(|pair| pair[0] < pair[1]));
    }
    for row in rows() {
        let mut octets = row;
        octets.resize(2_000, 0);
        let message = Frame::parse(&octets).unwrap().message;
        let kind = ["REQ", "CNF", "IND", "RSP"][usize::from(message.code() & 3)];
        assert!(message.name().unwrap().ends_with(kind), "{message}");
    }
}

/// As real modems sent them, made anew with other addresses.
#[test]
fn answers_of_modems_are_understood() {
    let read = |text: &str| {
        let mut octets = hex::decode(format!("02000000000102000000000288e1{text}")).unwrap();
        octets.resize(octets.len().max(MIN_FRAME), 0);
        Frame::parse(&octets).unwrap().message
    };
    for (text, shown) in [
        ("01150000000102000000009902010610000000", "CC_DISCOVER_LIST.CNF 1 stations 0 networks"),
        (
            "0139600000010394bbf59bb80b060102020000000077",
            "CM_NW_INFO.CNF NID 0394bbf59bb80b coordinator 02:00:00:00:00:77",
        ),
        ("0001a000b0520022074d41432d5143410000", "VS_SW_VER.CNF MAC-QCA"),
        ("00b9a000b0520001", "VS_PL_LNK_STATUS.CNF link 1"),
        ("0062a000b052000101", "VS_HST_ACTION.IND action 0"),
        ("0102a000000016e801", "NSCM_D_LINK_READY.IND link 1"),
        ("01496000000102000000009909ff", "CM_NW_STATS.CNF 02:00:00:00:00:99 9/255 Mbit/s"),
        ("02496000000102000000009909000001", "CM_NW_STATS.CNF 02:00:00:00:00:99 9/256 Mbit/s"),
    ] {
        assert_eq!(read(text).to_string(), shown);
    }
    let Message::AttenuationCharacteristicsInd(ind) =
        read("004ea1000000020000000001020010000000000000000f0d")
    else {
        panic!()
    };
    assert_eq!((ind.oui, ind.pev_mac, ind.groups), ([0; 3], EV, [0x0F, 0x0D].into()));
    let status = Frame::new(EV, EVSE, lumissil::DLinkStatusReq { header: Default::default() });
    assert_eq!(
        hex::encode(&status.emit()[14..41]),
        "019cac00000016e80100000000000000000000000000000000000000"[..54]
    );
}

#[test]
fn a_vendor_message_of_another_vendor_or_layout_comes_back_as_unknown() {
    for text in ["0139a0000000b052000001", "00b9a0000080e10001", "00b9a000b0"] {
        let octets = hex::decode(format!("02000000000102000000000288e1{text}")).unwrap();
        let message = Frame::parse(&octets).unwrap().message;
        assert!(matches!(message, Message::Unknown { .. }), "{message}");
    }
}

#[test]
fn levels_of_an_amplitude_map_are_two_per_octet() {
    let map = AmpMapReq::new(&[1, 2, 99]);
    assert_eq!((map.carriers, &map.levels[..]), (3, &[0x21, 0x0F][..]));
    assert_eq!(map.iter().collect::<Vec<_>>(), [1, 2, 15]);
    assert!(Frame::new(EV, EVSE, AmpMapReq::new(&[7; 9_000])).emit().len() <= 1_514);
}

#[test]
fn a_sounding_may_end_after_its_run_identifier() {
    let full = Frame::new(Mac::BROADCAST, EV, every_message().remove(3)).emit();
    let Message::MnbcSoundInd(sound) = Frame::parse(&full[..47]).unwrap().message else { panic!() };
    assert_eq!((sound.run_id, sound.count, sound.random), (RUN, 9, [0; 16]));
}

#[test]
fn an_oversized_group_array_is_read_up_to_its_count() {
    let mut octets = Frame::new(EV, EVSE, every_message().remove(5)).emit();
    octets.resize(326, 0xEE);
    let Message::AttenCharInd(ind) = Frame::parse(&octets).unwrap().message else { panic!() };
    assert_eq!(*ind.groups, [26; 58]);
}

#[test]
fn summaries_and_debug_output_never_hold_the_key() {
    for message in every_message() {
        let frame = Frame::new(EV, EVSE, message);
        let octets = frame.emit();
        let out = crate::Output::<()>::Transmit(&octets);
        for shown in [format!("{frame}"), format!("{frame:?}"), format!("{out:?}")] {
            assert!(!shown.contains("a5a5") && !shown.contains("165, 165"), "{shown}");
        }
    }
    let frame = Frame::new(EV, EVSE, every_message().remove(5));
    assert_eq!(
        frame.message.to_string(),
        "CM_ATTEN_CHAR.IND run 0102030405060708 car 02:00:00:00:00:01 10 sounds 26.00 dB over 58 groups"
    );
}
