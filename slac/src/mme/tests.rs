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
        AttenProfileInd { pev_mac: EV, groups: vec![20; 58] }.into(),
        AttenCharInd {
            application_type: 0,
            security_type: 0,
            source_address: EV,
            run_id: RUN,
            source_id: [0; 17],
            resp_id: [0; 17],
            num_sounds: 10,
            groups: vec![26; 58],
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
    let octets = hex::decode("00b05200000102000000000188e10000a000b052").unwrap();
    let frame = Frame::parse(&octets).unwrap();
    assert_eq!(
        frame.message,
        Message::Unknown { code: 0xA000, fragment: [0; 2], body: vec![0x00, 0xB0, 0x52] }
    );
    assert_eq!(frame.emit()[..20], octets);
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
    assert_eq!(ind.groups, vec![26; 58]);
}

#[test]
fn summaries_and_debug_output_never_hold_the_key() {
    for message in every_message() {
        let frame = Frame::new(EV, EVSE, message);
        let out = crate::Output::<()>::Transmit(frame.emit());
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
