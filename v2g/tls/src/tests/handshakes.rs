use std::io::Write;
use std::sync::{Arc, Mutex};

use rustls::crypto::ring::{cipher_suite, default_provider};
use rustls::{
    AlertDescription, CipherSuite, ClientConfig, Error, HandshakeKind, NamedGroup, ProtocolVersion,
};

use super::odd_client;
use super::pair::{Failure, Pair};
use super::pki::{Branch, now};
use crate::capture::Direction;
use crate::hello::rewrite::CARRIER;
use crate::verify::SeccVerifier;
use crate::{HelloError, Need, Strictness, key_lines, provider};

#[test]
fn car_and_station_agree_on_the_suite_of_the_standard() {
    let pki = Branch::new("root");
    let mut pair = Pair::new(pki.evcc().config().unwrap(), pki.secc().config().unwrap());
    assert!(pair.run());
    let negotiated = pair.car.negotiated().unwrap();
    assert_eq!(negotiated.to_string(), "TLS 1.2 ECDHE-ECDSA-AES128-CBC-SHA256");
    assert_eq!(negotiated.group, Some(NamedGroup::secp256r1));
    assert_eq!(negotiated.peer_chain.len(), 3);
    assert_eq!(pair.station.negotiated().unwrap().peer_chain, []);
    let hello = pair.hello();
    assert_eq!(hello.versions, [ProtocolVersion::TLSv1_2]);
    assert_eq!(hello.groups, Some(vec![NamedGroup::secp256r1]));
    assert_eq!(hello.server_name, None);
    assert_eq!(hello.trusted_authorities.as_ref().map(Vec::len), Some(1));
}

#[test]
fn a_hundred_kilobytes_go_both_ways() {
    let pki = Branch::new("root");
    let mut pair = Pair::new(pki.evcc().config().unwrap(), pki.secc().config().unwrap());
    assert!(pair.run());
    let data: Vec<u8> = (0..100_000u32).map(|i| ((i * 31) >> 4) as u8).collect();
    pair.say(Direction::Client, &data);
    pair.say(Direction::Server, &data);
}

#[test]
fn hellos_may_come_in_segments_of_any_size() {
    let pki = Branch::new("root");
    for segment in [1, 2, 5, 7, 64, 300] {
        let mut pair = Pair::new(pki.evcc().config().unwrap(), pki.secc().config().unwrap());
        pair.segment = segment;
        assert!(pair.run(), "segments of {segment}");
    }
}

#[test]
fn the_station_acknowledges_trusted_ca_keys_only_if_sent() {
    let pki = Branch::new("root");
    for naming in [true, false] {
        let evcc = if naming { pki.evcc() } else { pki.evcc().naming(vec![]) };
        let mut pair = Pair::new(evcc.config().unwrap(), pki.secc().config().unwrap());
        assert!(pair.run());
        assert_eq!(pair.car.connection.alpn_protocol(), naming.then_some(CARRIER));
        let answered = server_hello_extensions(&pair).contains(&3);
        assert_eq!(answered, naming, "on the wire it is the extension of RFC 6066");
        assert!(!server_hello_extensions(&pair).contains(&16));
        assert_eq!(pair.hello().extensions.contains(&3), naming);
        assert!(!pair.hello().extensions.contains(&16));
    }
}

#[test]
fn odd_hellos_of_cars_in_the_field_are_served() {
    let pki = Branch::new("root");
    let edits: [(&str, odd_client::Edit); 8] = [
        ("scoped address as SNI", |m| {
            odd_client::edit_extensions(m, |list| {
                list.push((0, sni("fe80::3086:ddff:fe73:fa69%veth-e")))
            })
        }),
        ("host name as SNI", |m| {
            odd_client::edit_extensions(m, |list| list.push((0, sni("SECCCert"))))
        }),
        ("no supported_groups, but supported_versions", |m| {
            odd_client::edit_extensions(m, |list| list.retain(|(t, _)| *t != 10))
        }),
        ("no supported_groups", |m| {
            odd_client::edit_extensions(m, |list| list.retain(|(t, _)| *t != 10 && *t != 43))
        }),
        ("no supported_groups, SNI", |m| {
            odd_client::edit_extensions(m, |list| {
                list.retain(|(t, _)| *t != 10 && *t != 43);
                list.insert(0, (0, sni("fe80::1%17")));
            })
        }),
        ("real ALPN", |m| {
            odd_client::edit_extensions(m, |list| list.push((16, b"\0\x03\x02h2".to_vec())))
        }),
        ("empty trusted_ca_keys and ALPN", |m| {
            odd_client::edit_extensions(m, |list| {
                list.insert(1, (16, b"\0\x03\x02h2".to_vec()));
                list.push((0xabc, vec![1; 700]));
            })
        }),
        ("broken SNI", |m| odd_client::edit_extensions(m, |list| list.push((0, vec![9; 3])))),
    ];
    for (what, edit) in edits {
        let car = odd_client::config(pki.roots(), edit);
        let mut pair = Pair::new(car, pki.secc().config().unwrap());
        pair.car.filter = None;
        let mut first = true;
        pair.tamper = Box::new(move |direction, bytes| {
            if direction == Direction::Client && core::mem::take(&mut first) {
                odd_client::edit_record(bytes, edit);
            }
        });
        assert!(pair.run(), "{what}: {:?} {:?}", pair.car.failure, pair.station.failure);
        pair.say(Direction::Client, b"supportedAppProtocolReq");
    }
}

#[test]
fn hellos_of_a_live_car_get_tls_1_2() {
    // Josev 0.31.2, without and with TLS 1.3, both with an address and a scope as SNI.
    let recorded = include_str!("../capture/encrypt_then_mac.txt");
    let tls12 = recorded.lines().find_map(|line| line.strip_prefix("client ")).unwrap();
    let tls13 = include_str!("josev_tls13_hello.hex").trim();
    let pki = Branch::new("root");
    for (hello, has_tls13) in [(tls12, false), (tls13, true)] {
        let mut pair = Pair::new(pki.evcc().config().unwrap(), pki.secc().config().unwrap());
        pair.station.receive(&hex::decode(hello).unwrap());
        assert_eq!(pair.station.failure, None);
        assert_eq!(pair.hello().offers(ProtocolVersion::TLSv1_3), has_tls13);
        let name = pair.hello().server_name.as_ref().unwrap();
        assert!(name.starts_with(b"fe80::") && name.contains(&b'%'));
        let chosen = pair.station.connection.negotiated_cipher_suite().unwrap();
        assert_eq!(chosen.suite(), CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256);
        let answer = pair.station.send();
        assert_eq!(answer[..3], [22, 3, 3]);
        assert_eq!(answer[5], 2, "a ServerHello");
    }
}

#[test]
fn a_changed_record_ends_the_session_with_bad_record_mac() {
    let pki = Branch::new("root");
    let (car, station) = (pki.evcc().config().unwrap(), pki.secc().config().unwrap());
    for at in [5, 20, 21, 40, 68] {
        let mut pair = Pair::new(car.clone(), station.clone());
        assert!(pair.run());
        pair.car.connection.writer().write_all(b"supportedAppProtocolReq").unwrap();
        pair.tamper = Box::new(move |direction, bytes| {
            if direction == Direction::Client {
                bytes[at] ^= 0x10;
            }
        });
        assert!(!pair.run());
        assert_eq!(pair.station.error(), Some(&Error::DecryptError));
        let alert = Error::AlertReceived(AlertDescription::BadRecordMac);
        assert_eq!(pair.car.error(), Some(&alert));
    }
}

#[test]
fn a_hello_with_a_reserved_extension_is_refused() {
    let pki = Branch::new("root");
    for typ in [0xffa0, 0xffa1, 0xffa2] {
        let mut pair = Pair::new(pki.evcc().config().unwrap(), pki.secc().config().unwrap());
        pair.tamper = Box::new(move |_, bytes| {
            let message = odd_client::edit_extensions(&bytes[5..], |list| list.push((typ, vec![])));
            bytes.truncate(3);
            bytes.extend((message.len() as u16).to_be_bytes());
            bytes.extend(message);
        });
        assert!(!pair.run());
        assert_eq!(pair.station.failure, Some(Failure::Hello(HelloError::ReservedExtension(typ))));
    }
}

#[test]
fn no_changed_byte_of_a_hello_goes_unnoticed() {
    let pki = Branch::new("root");
    let (car, station) = (pki.evcc().config().unwrap(), pki.secc().config().unwrap());
    for direction in [Direction::Client, Direction::Server] {
        let mut at = 5; // past the record header
        loop {
            let mut pair = Pair::new(car.clone(), station.clone());
            let mut first = true;
            let reached = Arc::new(Mutex::new(false));
            let mark = reached.clone();
            pair.tamper = Box::new(move |d, bytes| {
                if d == direction && core::mem::take(&mut first) {
                    let end = 5 + usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
                    if at < end.min(bytes.len()) {
                        bytes[at] ^= 1;
                        *mark.lock().unwrap() = true;
                    }
                }
            });
            let up = pair.run();
            if !*reached.lock().unwrap() {
                assert!(up && at > 80);
                break;
            }
            assert!(!up, "byte {at} of {direction:?}");
            at += 1;
        }
    }
}

#[test]
fn a_removed_or_added_extension_does_not_go_unnoticed() {
    let pki = Branch::new("root");
    let edits: [fn(&mut odd_client::Extensions); 4] = [
        |list| list.retain(|(t, _)| *t != 3),
        |list| list.retain(|(t, _)| *t != 10),
        |list| list.push((0, sni("fe80::1%17"))),
        |list| list.push((16, b"\0\x03\x02h2".to_vec())),
    ];
    for edit in edits {
        let mut pair = Pair::new(pki.evcc().config().unwrap(), pki.secc().config().unwrap());
        let mut first = true;
        pair.tamper = Box::new(move |_, bytes| {
            if core::mem::take(&mut first) {
                let message = odd_client::edit_extensions(&bytes[5..], edit);
                bytes.truncate(3);
                bytes.extend((message.len() as u16).to_be_bytes());
                bytes.extend(message);
            }
        });
        assert!(!pair.run());
    }
}

#[test]
fn a_car_that_offers_tls_1_3_too_gets_tls_1_2() {
    let pki = Branch::new("root");
    let mut both = provider();
    both.cipher_suites = vec![
        cipher_suite::TLS13_AES_256_GCM_SHA384,
        cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        cipher_suite::TLS13_AES_128_GCM_SHA256,
        both.cipher_suites[0],
    ];
    let mut pair = Pair::new(foreign(both, &pki), pki.secc().config().unwrap());
    assert!(pair.run());
    assert!(pair.hello().offers(ProtocolVersion::TLSv1_3));
    assert_eq!(pair.station.negotiated().unwrap().protocol, ProtocolVersion::TLSv1_2);
}

#[test]
fn a_car_with_tls_1_3_alone_is_refused() {
    let pki = Branch::new("root");
    let mut pair = Pair::new(foreign(default_provider(), &pki), pki.secc().config().unwrap());
    assert!(!pair.run());
    assert!(matches!(pair.station.error(), Some(Error::PeerIncompatible(_))));
}

#[test]
fn aead_suites_are_taken_only_where_enabled() {
    let pki = Branch::new("root");
    let mut gcm = provider();
    gcm.cipher_suites = vec![cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256];
    let mut pair = Pair::new(foreign(gcm.clone(), &pki), pki.secc().config().unwrap());
    assert!(!pair.run());
    assert_eq!(pair.car.error(), Some(&Error::AlertReceived(AlertDescription::HandshakeFailure)));
    let mut pair = Pair::new(foreign(gcm, &pki), pki.secc().aead_suites().config().unwrap());
    assert!(pair.run());
    let suite = pair.car.negotiated().unwrap().suite;
    assert_eq!(suite, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
}

#[test]
fn nothing_is_resumed() {
    let pki = Branch::new("root");
    let car = pki.evcc().config().unwrap();
    let station = pki.secc().config().unwrap();
    for _ in 0..2 {
        let mut pair = Pair::new(car.clone(), station.clone());
        assert!(pair.run());
        assert_eq!(pair.station.connection.handshake_kind(), Some(HandshakeKind::Full));
    }
}

#[test]
fn a_key_log_gets_the_master_secret_and_may_panic() {
    let pki = Branch::new("root");
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = lines.clone();
    let log = key_lines(move |line| sink.lock().unwrap().push(line.to_string()));
    let broken = key_lines(|_| panic!("a full disk"));
    let car = pki.evcc().key_log(log).config().unwrap();
    let mut pair = Pair::new(car, pki.secc().key_log(broken).config().unwrap());
    assert!(pair.run());
    let lines = lines.lock().unwrap();
    let random = hex::encode(pair.hello().random);
    assert!(lines[0].starts_with(&format!("CLIENT_RANDOM {random} ")) && lines.len() == 1);
}

#[test]
fn a_station_without_a_chain_has_no_configuration() {
    assert!(crate::Secc::new(vec![], now()).config().is_err());
}

/// A plain rustls client with this provider.
fn foreign(provider: rustls::crypto::CryptoProvider, pki: &Branch) -> ClientConfig {
    let verifier =
        SeccVerifier { roots: pki.roots(), strictness: Strictness::Strict, staples: Need::Ignore };
    let tls12 = provider.cipher_suites.iter().any(|s| s.tls13().is_none());
    let tls13 = provider.cipher_suites.iter().any(|s| s.tls13().is_some());
    let versions: &[&rustls::SupportedProtocolVersion] = match (tls12, tls13) {
        (true, true) if provider.cipher_suites.len() < 6 => {
            &[&rustls::version::TLS13, &rustls::version::TLS12]
        }
        (true, false) => &[&rustls::version::TLS12],
        _ => &[&rustls::version::TLS13],
    };
    let mut config = ClientConfig::builder_with_details(provider.into(), now())
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.enable_sni = false;
    config
}

fn sni(name: &str) -> Vec<u8> {
    let len = name.len() as u16;
    [&(len + 3).to_be_bytes()[..], &[0], &len.to_be_bytes(), name.as_bytes()].concat()
}

fn server_hello_extensions(pair: &Pair) -> Vec<u16> {
    let (_, flight) = pair.wire.iter().find(|(d, _)| *d == Direction::Server).unwrap();
    let len = usize::from(u16::from_be_bytes([flight[3], flight[4]]));
    let end = 4 + usize::from(u16::from_be_bytes([flight[7], flight[8]]));
    let message = &flight[5..5 + len][..end];
    let hello = crate::hello::message::Hello::parse(message).unwrap();
    hello.extensions.iter().map(|(t, _)| *t).collect()
}
