//! The charge loop does without the heap: decoding and encoding any of its messages, in AC or DC,
//! with all that a message may hold but a signature, allocates nothing.
#![cfg(all(feature = "din", feature = "iso2", feature = "iso20-ac", feature = "iso20-dc"))]

use allocation_counter::measure;
use exi::Document;
use serde_json::Value;
use std::{fs, io};
use v2g::{din, iso2, iso20};

/// Decodes and encodes all vectors of these messages and says how many decodings that were.
fn check<D: Document>(
    set: &str,
    messages: &[&str],
    signed: impl Fn(&D) -> bool,
) -> io::Result<usize> {
    let (mut out, mut checked) = ([0; 2048], 0);
    for row in rows(set)?.iter().filter(|row| messages.iter().any(|m| row["message"] == *m)) {
        let id = &row["id"];
        for form in ["hex", "hex_valuepartition", "hex_undeclared_ee"] {
            let Some(hex) = row[form].as_str() else { continue };
            let octets = octets(hex).unwrap_or_else(|| panic!("{id} {form}"));
            let mut decoded = None;
            let decoding = measure(|| decoded = D::decode(&octets).ok());
            let message = decoded.unwrap_or_else(|| panic!("{id} {form}"));
            // A signature has no bound; it shows that the counter counts.
            if signed(&message) {
                assert!(decoding.count_total > 0, "decoding {id} {form}");
                continue;
            }
            assert_eq!(decoding.count_total, 0, "decoding {id} {form}");
            checked += 1;
            let mut encoded = None;
            let encoding = measure(|| encoded = message.encode(&mut out).ok());
            assert!(encoded.is_some(), "{id}");
            assert_eq!(encoding.count_total, 0, "encoding {id}");
        }
    }
    Ok(checked)
}

fn rows(set: &str) -> io::Result<Vec<Value>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../test-vectors/exi");
    let lines = fs::read_to_string(format!("{folder}/{set}.documents.jsonl"))?;
    lines.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn octets(hex: &str) -> Option<Vec<u8>> {
    let octet = |i: usize| u8::from_str_radix(hex.get(i..i + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(octet).collect()
}

#[test]
fn no_message_of_the_charge_loop_of_din_touches_the_heap() {
    let messages =
        ["CurrentDemandReq", "CurrentDemandRes", "ChargingStatusReq", "ChargingStatusRes"];
    let signed = |m: &din::msg::V2gMessage| m.header.signature.is_some();
    assert!(check("din", &messages, signed).unwrap() > 10);
}

#[test]
fn no_message_of_the_charge_loop_of_iso2_touches_the_heap() {
    let messages =
        ["CurrentDemandReq", "CurrentDemandRes", "ChargingStatusReq", "ChargingStatusRes"];
    let signed = |m: &iso2::msg::V2gMessage| m.header.signature.is_some();
    assert!(check("iso2", &messages, signed).unwrap() > 10);
}

#[test]
fn no_message_of_the_charge_loop_of_iso20_touches_the_heap() {
    use iso20::msg::{ac, dc};
    let each = [
        check("iso20-ac", &["AC_ChargeLoopReq"], |m: &ac::ChargeLoopReq| {
            m.header.signature.is_some()
        })
        .unwrap(),
        check("iso20-ac", &["AC_ChargeLoopRes"], |m: &ac::ChargeLoopRes| {
            m.header.signature.is_some()
        })
        .unwrap(),
        check("iso20-dc", &["DC_ChargeLoopReq"], |m: &dc::ChargeLoopReq| {
            m.header.signature.is_some()
        })
        .unwrap(),
        check("iso20-dc", &["DC_ChargeLoopRes"], |m: &dc::ChargeLoopRes| {
            m.header.signature.is_some()
        })
        .unwrap(),
    ];
    assert!(each.iter().all(|n| *n > 4), "{each:?}");
    let all = [rows("iso20-ac").unwrap(), rows("iso20-dc").unwrap()].concat();
    for part in ["MeterSignature", "TaxCosts", "OverstayCosts", "BPT_Dynamic", "Scheduled"] {
        let in_it = |row: &Value| row["xml"].as_str().is_some_and(|xml| xml.contains(part));
        assert!(all.iter().any(in_it), "{part}");
    }
}
