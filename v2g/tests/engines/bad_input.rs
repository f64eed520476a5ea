//! Octets that are no messages: nothing panics, the session ends cleanly, the next one works.

use crate::support::bench::Bench;
use crate::support::pair::car;
use crate::support::{AC, DC, ms, random, requests, station};
use exi::Document;
use std::time::Duration;
use v2g::engine::{Input, Output};
use v2g::evcc::{self, Evcc};
use v2g::handshake::{self, Protocol};
use v2g::iso2::dialog::RequestKind;
use v2g::iso2::msg::*;
use v2g::iso2::order::Phase;
use v2g::secc::Ended;
use v2g::v2gtp::{self, PayloadType};

/// A small generator, so that every run is the same.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

fn document(id: SessionId, kind: RequestKind, dc: bool) -> Vec<u8> {
    V2gMessage {
        header: Header { session_id: id, notification: None, signature: None },
        body: Body { element: Some(requests::any(kind, dc).into_body()) },
    }
    .to_vec()
    .unwrap()
}

#[test]
fn a_request_cut_short_anywhere_ends_the_session_cleanly() {
    for kind in [RequestKind::SessionSetup, RequestKind::ChargeParameterDiscovery] {
        let whole = document(SessionId::default(), kind, true);
        for len in 1..whole.len() {
            let mut bench = Bench::at(Phase::Setup, true);
            bench.raw(PayloadType::Exi, &whole[..len]);
            assert_eq!(bench.ended, Some(Ended::Malformed), "{kind} cut to {len}");
        }
    }
}

/// [V2G2-459]: a document of another schema set must not pass for a message.
#[test]
fn a_document_of_another_schema_is_malformed() {
    let offer = handshake::offer(&[Protocol::Iso2]).to_vec().unwrap();
    let mut bench = Bench::at(Phase::Setup, false);
    bench.raw(PayloadType::Exi, &offer);
    assert_eq!(bench.ended, Some(Ended::Malformed));
    let mut bench = Bench::unconnected(station(AC));
    bench.raw(PayloadType::Exi, &document(SessionId::default(), RequestKind::SessionSetup, false));
    assert_eq!(bench.ended, Some(Ended::Malformed));
    // A body without a message is valid by the schema, and still nothing to answer.
    let empty = V2gMessage {
        header: Header { session_id: SessionId::default(), notification: None, signature: None },
        body: Body { element: None },
    };
    let mut bench = Bench::at(Phase::Setup, false);
    bench.raw(PayloadType::Exi, &empty.to_vec().unwrap());
    assert_eq!(bench.ended, Some(Ended::Malformed));
}

/// [V2G2-092] [V2G2-094] [V2G2-800]
#[test]
fn foreign_payload_types_are_passed_over_and_absurd_lengths_end_the_session() {
    let mut bench = Bench::at(Phase::Setup, false);
    for payload_type in [0x0000, 0x8002, 0x9000, 0xa000, 0xffff] {
        bench.raw(PayloadType::from(payload_type), &[1, 2, 3]);
    }
    bench.ok(requests::any(RequestKind::SessionSetup, false));
    for header in [
        [0x01, 0xfe, 0x80, 0x01, 0xff, 0xff, 0xff, 0xff],
        [0x01, 0xfe, 0x80, 0x01, 0x7f, 0xff, 0xff, 0xff],
        [0x02, 0xfe, 0x80, 0x01, 0, 0, 0, 4],
        [0x01, 0xff, 0x80, 0x01, 0, 0, 0, 4],
    ] {
        let mut bench = Bench::at(Phase::Discovery, false);
        bench.octets(&header);
        assert_eq!(bench.ended, Some(Ended::Malformed), "{header:02x?}");
    }
}

/// Mutated requests in every phase: answered or ended, never more, and energy off at the end.
#[test]
fn mutated_requests_never_leave_energy_on() {
    let mut dice = Dice(1);
    for round in 0..1500 {
        let phase = Phase::ALL[dice.roll(Phase::ALL.len() - 2)];
        let dc = phase.to_string().starts_with("Dc");
        let mut bench = Bench::at(phase, dc);
        let kind = RequestKind::ALL[dice.roll(RequestKind::ALL.len())];
        let mut message = document(bench.id, kind, dc);
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(message.len());
            message[at] ^= 1 << dice.roll(8);
        }
        message.truncate(1 + dice.roll(message.len() + 20));
        bench.raw(PayloadType::Exi, &message);
        bench.wait(Duration::from_secs(120));
        bench.wait(Duration::from_secs(120));
        assert!(bench.ended.is_some(), "round {round} {phase} {kind}");
        assert_eq!(bench.secc.facts().contactor, v2g::secc::Contactor::Open, "round {round}");
    }
}

#[test]
fn random_octets_do_nothing_but_end_either_side() {
    let mut dice = Dice(2);
    for _ in 0..400 {
        let octets: Vec<u8> = (0..dice.roll(200)).map(|_| dice.roll(256) as u8).collect();
        let framed = {
            let mut out = Vec::new();
            v2gtp::emit(PayloadType::Exi, &octets, &mut out).unwrap();
            out
        };
        for octets in [&octets, &framed] {
            let mut bench = Bench::unconnected(station(DC));
            bench.octets(octets);
            bench.wait(Duration::from_secs(20));
            assert!(bench.ended.is_some());
            let mut evcc = Evcc::new(ms(0), car(&DC), random());
            evcc.handle(ms(10), Input::Received(octets));
            evcc.handle(Duration::from_secs(30), Input::Timeout);
            assert!(ended(&mut evcc).is_some());
        }
    }
}

fn ended(evcc: &mut Evcc) -> Option<evcc::Ended> {
    let mut how = None;
    loop {
        match evcc.poll() {
            Output::Wait(_) => return how,
            Output::Event(evcc::Event::Ended(ended)) => how = Some(ended),
            _ => {}
        }
    }
}

fn response(id: &[u8], body: BodyElement) -> Vec<u8> {
    let message = V2gMessage {
        header: Header {
            session_id: SessionId::new(id).unwrap(),
            notification: None,
            signature: None,
        },
        body: Body { element: Some(body) },
    };
    let mut out = Vec::new();
    v2gtp::emit(PayloadType::Exi, &message.to_vec().unwrap(), &mut out).unwrap();
    out
}

/// A car that has offered ISO 15118-2 and been taken at its word.
fn talking() -> Evcc {
    let mut evcc = Evcc::new(ms(0), car(&AC), random());
    let selection = handshake::select(&handshake::offer(&[Protocol::Iso2]), &[Protocol::Iso2]);
    let mut out = Vec::new();
    let answer = handshake::answer(selection.as_ref()).to_vec().unwrap();
    v2gtp::emit(PayloadType::Exi, &answer, &mut out).unwrap();
    evcc.handle(ms(10), Input::Received(&out));
    assert_eq!(ended(&mut evcc), None);
    evcc
}

fn setup(code: ResponseCode) -> BodyElement {
    BodyElement::SessionSetupRes(SessionSetupRes {
        response_code: code,
        evse_id: exi::Text::new("DE*PNC*E1").unwrap(),
        evse_time_stamp: None,
    })
}

/// [V2G2-482] [V2G2-735] [V2G2-750] [V2G2-751]
#[test]
fn a_car_leaves_a_station_that_breaks_the_rules() {
    let ok = ResponseCode::OkNewSessionEstablished;
    let mut evcc = talking();
    evcc.handle(ms(20), Input::Received(&response(&[0; 8], setup(ok))));
    assert!(matches!(ended(&mut evcc), Some(evcc::Ended::Malformed(_))), "a number of zero");

    let mut evcc = talking();
    evcc.handle(ms(20), Input::Received(&response(&[1; 8], setup(ResponseCode::Failed))));
    let refused =
        evcc::Ended::Refused { request: RequestKind::SessionSetup, code: ResponseCode::Failed };
    assert_eq!(ended(&mut evcc), Some(refused));

    let mut evcc = talking();
    let stop = BodyElement::SessionStopRes(SessionStopRes { response_code: ResponseCode::Ok });
    evcc.handle(ms(20), Input::Received(&response(&[1; 8], stop)));
    assert!(matches!(ended(&mut evcc), Some(evcc::Ended::Malformed(_))), "another response");

    let mut evcc = talking();
    evcc.handle(ms(20), Input::Received(&response(&[1; 8], setup(ok))));
    assert_eq!(ended(&mut evcc), None);
    let services =
        BodyElement::PaymentServiceSelectionRes(PaymentServiceSelectionRes { response_code: ok });
    evcc.handle(ms(30), Input::Received(&response(&[2; 8], services)));
    assert!(matches!(ended(&mut evcc), Some(evcc::Ended::Malformed(_))), "another session");

    let mut evcc = talking();
    evcc.handle(Duration::from_secs(3), Input::Timeout);
    assert_eq!(ended(&mut evcc), Some(evcc::Ended::Timeout));
}
