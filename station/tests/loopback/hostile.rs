//! Peers that do not keep to the rules: after each of them the next good session works.

use crate::bench::rough::Rough;
use crate::bench::{Bench, Mode, Setup};
use pnc::station::Patience;
use std::time::Duration;
use v2g::iso2::msg::{BodyElement, ChargingSession, ResponseCode, SessionStopReq};
use v2g::secc::Ended;

/// What the last answer of a rough client said.
fn code(message: &v2g::iso2::msg::V2gMessage) -> ResponseCode {
    match message.body.element.as_ref().expect("a response") {
        BodyElement::AuthorizationRes(res) => res.response_code,
        BodyElement::ChargeParameterDiscoveryRes(res) => res.response_code,
        BodyElement::SessionSetupRes(res) => res.response_code,
        other => panic!("{other:?}"),
    }
}

async fn ended(bench: &mut Bench) -> Ended {
    bench.report().await.ended
}

#[tokio::test]
async fn garbage_and_absurd_lengths_end_the_connection_and_nothing_else() {
    let mut bench = Setup::plain(Mode::Ac).start();
    let huge = [0x01, 0xFE, 0x80, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x80];
    let long = [0x01, 0xFE, 0x80, 0x01, 0x00, 0x10, 0x00, 0x00, 0x80];
    let cases: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\n\r\n",
        &huge,
        &long,
        &[0x01, 0xFE, 0x80, 0x01, 0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF],
        &[0x01; 4096],
    ];
    bench.plugged();
    for case in cases {
        let mut rough = Rough::connect(bench.address).await;
        rough.raw(case).await;
        assert!(rough.closed().await, "{case:02x?}");
        assert_eq!(ended(&mut bench).await, Ended::Malformed, "{case:02x?}");
    }
    bench.good_session().await;
}

#[tokio::test]
async fn a_peer_that_is_silent_or_stops_in_the_middle_of_a_message_is_dropped_in_time() {
    let patience = Patience {
        setup: Duration::from_millis(150),
        handshake: Duration::from_millis(150),
        linger: Duration::from_millis(50),
        ..Patience::default()
    };
    let mut bench = Setup { patience, ..Setup::plain(Mode::Ac) }.start();
    bench.plugged();
    for part in [&[][..], &[0x01, 0xFE, 0x80], &[0x01, 0xFE, 0x80, 0x01, 0, 0, 0, 9, 0x80]] {
        let mut rough = Rough::connect(bench.address).await;
        rough.raw(part).await;
        assert!(rough.closed().await);
        assert_eq!(ended(&mut bench).await, Ended::Timeout);
    }
    // With TLS the handshake is what is waited for; it never becomes a session.
    let mut secure = Setup {
        patience: Patience { setup: Patience::default().setup, ..patience },
        ..Setup::new(Mode::Ac)
    }
    .start();
    let mut silent = Rough::connect(secure.address).await;
    let mut plain = Rough::connect(secure.address).await;
    plain.payload(&[0x80]).await;
    assert!(plain.closed_or_reset().await && silent.closed().await);
    secure.good_session().await;
}

#[tokio::test]
async fn a_signed_answer_to_an_earlier_challenge_is_refused() {
    let mut bench = Setup::plain(Mode::Ac).start();
    let recorded = bench.recorded().await;
    let mut rough = Rough::connect(bench.address).await;
    bench.plugged();
    let mut last = None;
    for message in &recorded {
        last = rough.replay(message).await;
        if matches!(&last, Some(m) if matches!(m.body.element, Some(BodyElement::AuthorizationRes(_))))
        {
            break;
        }
    }
    assert_eq!(code(&last.unwrap()), ResponseCode::FailedChallengeInvalid);
    assert!(rough.closed().await);
    assert_eq!(ended(&mut bench).await, Ended::Refused);
    bench.good_session().await;
}

#[tokio::test]
async fn a_request_out_of_order_gets_its_own_refusal_and_the_end() {
    let mut bench = Setup::plain(Mode::Ac).start();
    let recorded = bench.recorded().await;
    let parameters = recorded
        .iter()
        .find(|payload| {
            let message = <v2g::iso2::msg::V2gMessage as exi::Document>::decode(payload);
            message.is_ok_and(|m| {
                matches!(m.body.element, Some(BodyElement::ChargeParameterDiscoveryReq(_)))
            })
        })
        .unwrap();
    let mut rough = Rough::connect(bench.address).await;
    bench.plugged();
    rough.replay(&recorded[0]).await;
    rough.replay(&recorded[1]).await.unwrap();
    let answer = rough.replay(parameters).await.unwrap();
    assert_eq!(code(&answer), ResponseCode::FailedSequenceError);
    assert!(rough.closed().await);
    assert_eq!(ended(&mut bench).await, Ended::Refused);
    bench.good_session().await;
}

#[tokio::test]
async fn mutated_and_truncated_messages_at_every_step_leave_the_station_serving() {
    let mut bench = Setup::plain(Mode::Ac).start();
    let recorded = bench.recorded().await;
    let mut dice = Dice(7);
    for round in 0..40 {
        let step = dice.below(recorded.len().min(9));
        let mut rough = Rough::connect(bench.address).await;
        bench.plugged();
        for message in &recorded[..step] {
            rough.replay(message).await;
        }
        let mut payload = rough.patched(&recorded[step]);
        if round % 4 == 0 {
            payload.truncate(dice.below(payload.len()).max(1));
        } else {
            for _ in 0..=dice.below(6) {
                let at = dice.below(payload.len());
                payload[at] ^= 1 << dice.below(8);
            }
        }
        rough.payload(&payload).await;
        drop(rough);
        let report = bench.report().await;
        assert!(!report.is_regular(), "round {round}: {report:?}");
        assert_eq!(report.record.energy_wh, 0);
    }
    bench.good_session().await;
}

#[tokio::test]
async fn a_second_connection_is_turned_away_while_a_session_runs() {
    let mut bench = Setup::plain(Mode::Ac).start();
    let recorded = bench.recorded().await;
    let mut first = Rough::connect(bench.address).await;
    bench.plugged();
    first.replay(&recorded[0]).await;
    first.replay(&recorded[1]).await.unwrap();
    let mut second = Rough::connect(bench.address).await;
    second.payload(&recorded[0]).await;
    assert!(second.closed_or_reset().await);
    // The first does not notice.
    assert!(first.replay(&recorded[2]).await.is_some());
    drop(first);
    assert_eq!(ended(&mut bench).await, Ended::Closed);
    bench.good_session().await;
}

#[tokio::test]
async fn a_connection_that_sets_up_no_session_does_not_cost_a_paused_car_its_own() {
    let mut bench = Setup::plain(Mode::Ac).start();
    let recorded = bench.recorded().await;
    let mut car = Rough::connect(bench.address).await;
    car.replay(&recorded[0]).await;
    let setup = car.replay(&recorded[1]).await.unwrap();
    let number = setup.header.session_id;
    let mut stop = <v2g::iso2::msg::V2gMessage as exi::Document>::decode(&recorded[1]).unwrap();
    stop.header.session_id = number;
    let pause = SessionStopReq { charging_session: ChargingSession::Pause };
    stop.body.element = Some(BodyElement::SessionStopReq(pause));
    car.replay(&exi::Document::to_vec(&stop).unwrap()).await.unwrap();
    drop(car);
    assert_eq!(ended(&mut bench).await, Ended::Paused);

    let mut stranger = Rough::connect(bench.address).await;
    stranger.raw(b"GET / HTTP/1.1\r\n\r\n").await;
    drop(stranger);
    assert_eq!(ended(&mut bench).await, Ended::Malformed);

    let mut car = Rough::connect(bench.address).await;
    car.replay(&recorded[0]).await;
    let mut again = <v2g::iso2::msg::V2gMessage as exi::Document>::decode(&recorded[1]).unwrap();
    again.header.session_id = number;
    let joined = car.replay(&exi::Document::to_vec(&again).unwrap()).await.unwrap();
    assert_eq!(code(&joined), ResponseCode::OkOldSessionJoined);
    assert_eq!(joined.header.session_id, number);
    drop(car);
    assert_eq!(ended(&mut bench).await, Ended::Closed);
    bench.good_session().await;
}

/// Seeded, so that every run is the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}
