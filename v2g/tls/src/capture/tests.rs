use std::sync::{Arc, Mutex};

use rustls::crypto::ring::{cipher_suite, default_provider, kx_group};
use rustls::{ClientConfig, ServerConfig, SupportedCipherSuite};

use super::*;
use crate::tests::Xorshift;
use crate::tests::pair::Pair;
use crate::tests::pki::{Branch, now};
use crate::verify::SeccVerifier;
use crate::{Strictness, key_lines};

/// A connection with some application data both ways.
struct Recording {
    key_log: String,
    wire: Vec<(Direction, Vec<u8>)>,
    said: [Vec<u8>; 2],
}

impl Recording {
    /// rustls at both ends, nothing of this crate but the verifier.
    fn of(suite: SupportedCipherSuite, update_keys: bool, retry: bool) -> Self {
        let pki = Branch::new("root");
        let mut provider = default_provider();
        provider.cipher_suites = vec![suite];
        provider.kx_groups = vec![kx_group::SECP256R1];
        let versions = [suite.version()];
        let chain = pki.sub2.leaf_with(|_| {});
        let station = ServerConfig::builder_with_details(provider.clone().into(), now())
            .with_protocol_versions(&versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![chain.0, pki.sub2.certificate.clone(), pki.sub1.certificate.clone()],
                chain.1,
            )
            .unwrap();
        if retry {
            provider.kx_groups = vec![kx_group::X25519, kx_group::SECP256R1];
        }
        let verifier = SeccVerifier {
            roots: pki.roots(),
            strictness: Strictness::Strict,
            staples: crate::Need::Ignore,
        };
        let mut car = ClientConfig::builder_with_details(provider.into(), now())
            .with_protocol_versions(&versions)
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        let log = Arc::new(Mutex::new(String::from("# a comment\n")));
        let sink = log.clone();
        car.key_log = key_lines(move |line| *sink.lock().unwrap() += &format!("{line}\n"));
        let mut pair = Pair::bare(car, station);
        assert!(pair.run());
        let mut said = [vec![], vec![]];
        for i in 0..4u8 {
            for (side, direction) in [(0, Direction::Client), (1, Direction::Server)] {
                let data = vec![i ^ side as u8; 100 + 3000 * usize::from(i)];
                pair.say(direction, &data);
                said[side].extend(data);
            }
            if update_keys {
                pair.car.connection.refresh_traffic_keys().unwrap();
            }
        }
        pair.car.connection.send_close_notify();
        pair.run();
        let key_log = log.lock().unwrap().clone();
        Self { key_log, wire: pair.wire, said }
    }

    fn session(&self) -> Session {
        Session::new(&Secrets::parse(&self.key_log))
    }

    fn check(&self, session: &mut Session) {
        for (said, direction) in self.said.iter().zip([Direction::Client, Direction::Server]) {
            let read = session.read(direction);
            let bytes: Vec<u8> = read.iter().flat_map(|p| p.bytes.clone()).collect();
            assert!(bytes == *said, "{} of {} bytes", bytes.len(), said.len());
            assert!(read.windows(2).all(|w| w[0].end <= w[1].start));
        }
        assert_eq!(session.alerts().len(), 1);
        assert_eq!(session.alerts()[0].description, rustls::AlertDescription::CloseNotify);
        assert_eq!(session.chain(Direction::Server).len(), 3);
    }
}

fn suites() -> [SupportedCipherSuite; 7] {
    [
        crate::provider().cipher_suites[0],
        cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        cipher_suite::TLS13_AES_256_GCM_SHA384,
        cipher_suite::TLS13_AES_128_GCM_SHA256,
        cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
    ]
}

#[test]
fn every_suite_is_decrypted() {
    for suite in suites() {
        let recording = Recording::of(suite, false, false);
        let mut session = recording.session();
        for (direction, bytes) in &recording.wire {
            session.feed(*direction, bytes).unwrap();
        }
        assert_eq!(session.negotiated().unwrap().suite, suite.suite());
        recording.check(&mut session);
    }
}

#[test]
fn segments_may_be_of_any_size_and_the_directions_in_any_order() {
    for suite in suites() {
        let recording = Recording::of(suite, false, false);
        let side = |d| -> Vec<u8> {
            let of_side = recording.wire.iter().filter(|(w, _)| *w == d);
            of_side.flat_map(|(_, b)| b.clone()).collect()
        };
        let (client, server) = (side(Direction::Client), side(Direction::Server));
        for first in [Direction::Client, Direction::Server] {
            for size in [7, 100_000] {
                let mut session = recording.session();
                let second = if first == Direction::Client {
                    [(first, &client), (Direction::Server, &server)]
                } else {
                    [(first, &server), (Direction::Client, &client)]
                };
                for (direction, bytes) in second {
                    for segment in bytes.chunks(size) {
                        session.feed(direction, segment).unwrap();
                    }
                }
                recording.check(&mut session);
            }
        }
    }
}

#[test]
fn key_updates_and_a_hello_retry_request_are_followed() {
    for (update_keys, retry) in [(true, false), (false, true), (true, true)] {
        for suite in &suites()[4..] {
            let recording = Recording::of(*suite, update_keys, retry);
            let mut session = recording.session();
            for (direction, bytes) in &recording.wire {
                session.feed(*direction, bytes).unwrap();
            }
            recording.check(&mut session);
        }
    }
}

#[test]
fn encrypt_then_mac_is_undone_where_negotiated() {
    let text = include_str!("encrypt_then_mac.txt");
    let of = |word| text.lines().filter_map(move |l| l.strip_prefix(word));
    let mut session = Session::new(&Secrets::parse(of("key ").next().unwrap()));
    for line in text.lines() {
        let (direction, bytes) = match line.split_once(' ') {
            Some(("client", bytes)) => (Direction::Client, bytes),
            Some(("server", bytes)) => (Direction::Server, bytes),
            _ => continue,
        };
        session.feed(direction, &hex::decode(bytes).unwrap()).unwrap();
    }
    assert!(session.encrypt_then_mac());
    let request = session.read(Direction::Client);
    // supportedAppProtocolReq of payload type 0x8001, as the peer's own trace has it.
    assert_eq!(
        hex::encode(&request[0].bytes),
        "01fe8001000000248000ebab9371d34b9b79d189a98989c1d191d191818999d26b9b3a232b30020000040040"
    );
    let response = session.read(Direction::Server);
    assert_eq!(hex::encode(&response[0].bytes), "01fe80010000000480400040");
}

#[test]
fn a_wrong_or_missing_secret_and_a_changed_record_are_named() {
    for suite in suites() {
        let recording = Recording::of(suite, false, false);
        let feed = |key_log: &str, flip: bool| {
            let mut session = Session::new(&Secrets::parse(key_log));
            let last = recording.wire.len() - 2;
            let mut result = Ok(());
            for (i, (direction, bytes)) in recording.wire.iter().enumerate() {
                let mut bytes = bytes.clone();
                if flip && i == last {
                    let end = bytes.len() - 1;
                    bytes[end] ^= 1;
                }
                result = result.and(session.feed(*direction, &bytes));
            }
            result
        };
        assert_eq!(feed(&recording.key_log, false), Ok(()));
        assert_eq!(feed(&recording.key_log, true).unwrap_err().kind, ErrorKind::BadRecord);
        assert_eq!(feed("", false).unwrap_err().kind, ErrorKind::NoSecret);
        let wrong: String = recording
            .key_log
            .lines()
            .map(|line| {
                let (rest, last) = line.split_at(line.len() - 1);
                format!("{rest}{}\n", if last == "0" { "1" } else { "0" })
            })
            .collect();
        assert_eq!(feed(&wrong, false).unwrap_err().kind, ErrorKind::BadRecord);
    }
}

#[test]
fn what_is_no_tls_is_said_with_its_place_and_the_error_stays() {
    let mut session = Session::new(&Secrets::default());
    session.feed(Direction::Client, &[21, 3, 3, 0, 2, 1, 0]).unwrap();
    let error = Error { direction: Direction::Client, offset: 7, kind: ErrorKind::NotTls };
    assert_eq!(session.feed(Direction::Client, b"\x01\xfe\x80\x01\0"), Err(error));
    assert_eq!(session.feed(Direction::Server, b""), Err(error));
    assert_eq!(session.alerts().len(), 1);
    assert_eq!(error.to_string(), "Client at byte 7: not a TLS record");
}

#[test]
fn one_direction_alone_is_not_kept_for_ever() {
    let recording = Recording::of(suites()[0], false, false);
    let mut session = recording.session();
    let mut fed = 0;
    let error = loop {
        let record = [&[20, 3, 3, 0x40, 0][..], &[0; 0x4000]].concat();
        fed += record.len();
        match session.feed(Direction::Client, &record) {
            Ok(()) => assert!(fed < 2 << 20),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind, ErrorKind::OneSided);
}

#[test]
fn key_logs_are_read_line_by_line() {
    let random = "AB".repeat(32);
    let mut secrets = Secrets::parse("");
    assert!(secrets.is_empty());
    let lines = format!(
        "# comment\r\nCLIENT_RANDOM {random} {}\r\nCLIENT_RANDOM {random} 00\nEXPORTER_SECRET {random} {}\n\
         CLIENT_RANDOM zz {}\nCLIENT_TRAFFIC_SECRET_0 {} {}",
        "0".repeat(96),
        "0".repeat(64),
        "0".repeat(96),
        random.to_lowercase(),
        "1".repeat(64)
    );
    assert_eq!(secrets.add(&lines), 2);
    assert_eq!(secrets.len(), 1);
}

#[test]
fn mutated_connections_never_panic() {
    let mut random = Xorshift::new(7);
    let recordings = [0, 1, 4].map(|i| Recording::of(suites()[i], i == 4, i == 4));
    let mut failed = 0;
    for round in 0..900 {
        let recording = &recordings[round % 3];
        let mut session = recording.session();
        let hit = random.below(recording.wire.len());
        let mut result = Ok(());
        for (i, (direction, bytes)) in recording.wire.iter().enumerate() {
            let mut bytes = bytes.clone();
            if i == hit {
                bytes.truncate(4000);
                random.mutate(&mut bytes);
            }
            result = result.and(session.feed(*direction, &bytes));
        }
        failed += usize::from(result.is_err());
    }
    assert!(failed > 500);
    for _ in 0..2000 {
        let mut session = Session::new(&Secrets::default());
        for _ in 0..4 {
            let mut bytes = vec![20 + random.below(4) as u8, 3, 3, 0];
            let n = random.below(80);
            bytes.push(n as u8);
            bytes.extend(random.bytes(n));
            let direction = [Direction::Client, Direction::Server][random.below(2)];
            let _ = session.feed(direction, &bytes);
        }
    }
}
