//! Every request in every phase: taken where the table says so, refused in its own response elsewhere.

use crate::support::bench::Bench;
use crate::support::requests;
use std::collections::{BTreeMap, BTreeSet};
use v2g::iso2::dialog::RequestKind;
use v2g::iso2::msg::ResponseCode;
use v2g::iso2::order::{self, Phase, TABLE};
use v2g::secc::{Ended, Order};

fn is_dc(phase: Phase) -> bool {
    phase.to_string().starts_with("Dc")
}

/// [V2G2-459] [V2G2-538] [V2G2-539]: all pairs, each on a session of its own.
#[test]
fn every_request_in_every_phase_is_answered_or_refused_as_the_table_says() {
    let mut pairs = 0;
    for &phase in Phase::ALL {
        for &kind in RequestKind::ALL {
            pairs += 1;
            let mut bench = Bench::at(phase, is_dc(phase));
            let response = bench.send(requests::any(kind, is_dc(phase)));
            if phase == Phase::Ended {
                assert!(response.is_none(), "{kind} was answered after the end");
                continue;
            }
            let response = response.unwrap_or_else(|| panic!("no answer to {kind} in {phase}"));
            assert_eq!(response.kind(), kind, "in {phase}");
            match phase.row(kind) {
                None => {
                    assert_eq!(
                        response.code(),
                        ResponseCode::FailedSequenceError,
                        "{kind} in {phase}"
                    );
                    bench.assert_refused(kind, &response);
                    if phase.is_charging() || phase == Phase::Busy {
                        assert_eq!(
                            bench.orders.last(),
                            Some(&Order::OpenContactor),
                            "{kind} in {phase}"
                        );
                    }
                }
                Some(row) if response.code().is_failed() => {
                    let allowed = expected_refusal(phase, kind);
                    assert_eq!(
                        Some(response.code()),
                        allowed,
                        "{kind} in {phase}: {:?}",
                        bench.events
                    );
                    assert_eq!(bench.ended, Some(Ended::Refused), "{row:?}");
                }
                Some(row) => {
                    assert_eq!(expected_refusal(phase, kind), None, "{kind} in {phase} was taken");
                    assert!(
                        row.next.contains(&bench.phase),
                        "{kind} led from {phase} to {}",
                        bench.phase
                    );
                }
            }
        }
    }
    assert_eq!(pairs, 20 * 17);
}

/// Where a plain request is in order, but its content cannot be good.
fn expected_refusal(phase: Phase, kind: RequestKind) -> Option<ResponseCode> {
    match (phase, kind) {
        // The receipt is of another session and not signed. [V2G2-481]
        (_, RequestKind::MeteringReceipt) => Some(ResponseCode::FailedMeteringSignatureNotValid),
        // Energy flows already.
        (Phase::AcCharging | Phase::DcCharging, RequestKind::PowerDelivery) => {
            Some(ResponseCode::FailedSequenceError)
        }
        _ => None,
    }
}

#[test]
fn every_phase_can_be_reached_and_left() {
    let mut seen = BTreeSet::from([Phase::Setup]);
    loop {
        let next: BTreeSet<_> = TABLE
            .iter()
            .filter(|row| seen.contains(&row.phase))
            .flat_map(|row| row.next.iter().copied())
            .collect();
        let before = seen.len();
        seen.extend(next);
        if seen.len() == before {
            break;
        }
    }
    assert_eq!(seen, Phase::ALL.iter().copied().collect());
    let mut rows: BTreeMap<Phase, usize> = BTreeMap::new();
    for row in TABLE {
        *rows.entry(row.phase).or_default() += 1;
    }
    for phase in Phase::ALL {
        let ends = matches!(phase, Phase::Busy | Phase::Ended);
        assert_eq!(rows.contains_key(phase), !ends, "{phase}");
    }
}

#[test]
fn no_request_has_two_rows_in_one_phase() {
    let rows: BTreeSet<_> = TABLE.iter().map(|row| (row.phase, row.request)).collect();
    assert_eq!(rows.len(), TABLE.len());
}

/// The picture people look at changes only together with this file.
#[test]
fn the_graph_is_the_one_on_record() {
    let recorded = include_str!("order_of_messages.dot");
    assert_eq!(order::dot(), recorded, "write the new graph to tests/order_of_messages.dot");
}
