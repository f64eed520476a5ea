//! What is read although it is not written so has a name: on the vectors of every set.

use crate::exi_rows::rows;
use exi::xml::{self, Form, Rule};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Rules about how values stand in the octets; the others are about the values.
const OF_THE_OCTETS: [Rule; 6] = [
    Rule::StringTable,
    Rule::UndeclaredEnd,
    Rule::TrailingOctets,
    Rule::PaddingBits,
    Rule::PaddedNumber,
    Rule::AttributeOrder,
];

#[test]
fn vectors_in_the_literal_form_have_no_deviation_and_their_other_forms_have() {
    let (mut literal, mut other) = (0, BTreeMap::new());
    for file in std::fs::read_dir(vectors()).unwrap() {
        let path = file.unwrap().path();
        for row in rows(&std::fs::read_to_string(&path).unwrap()) {
            let found = |octets: &[u8]| {
                let all = xml::deviations(row.schema, row.form, octets);
                let all = all.unwrap_or_else(|stop| panic!("{}: {stop}", row.id));
                let of_the_octets = |rule: &Rule| OF_THE_OCTETS.contains(rule);
                all.iter().map(|d| d.rule).filter(of_the_octets).collect::<Vec<_>>()
            };
            assert_eq!(found(&row.octets), [], "{}", row.id);
            literal += 1;
            assert_eq!(found(&[&row.octets[..], &[0]].concat()), [Rule::TrailingOctets]);
            for octets in &row.variants {
                let found = found(octets);
                assert_ne!(found, [], "{}", row.id);
                for rule in found {
                    *other.entry(rule.name()).or_insert(0) += 1;
                }
            }
        }
    }
    assert!(literal > 300, "{literal}");
    assert!(other["string-table"] > 100 && other["undeclared-end"] > 10, "{other:?}");
}

#[test]
fn a_set_bit_behind_the_message_is_a_deviation() {
    let file = std::fs::read_to_string(vectors().join("iso2.documents.jsonl")).unwrap();
    let mut filled = 0;
    for mut row in rows(&file) {
        let mut last = None;
        xml::trace(row.schema, row.form, &row.octets, &mut |step| {
            last = Some((step.what.name(), step.bit));
        })
        .unwrap();
        let Some(("padding", bit)) = last else { continue };
        filled += 1;
        if let Some(octet) = row.octets.last_mut() {
            *octet |= 1;
        }
        let found = xml::deviations(row.schema, row.form, &row.octets).unwrap();
        let padding = found.iter().find(|d| d.rule == Rule::PaddingBits);
        assert_eq!(padding.map(|d| (d.bit, d.path.as_str())), Some((bit, "")), "{}", row.id);
    }
    assert!(filled > 50, "{filled}");
}

#[test]
fn peers_habits_have_names() {
    // SASchedules itself, which a station of the field sends; a signature left over from an earlier
    // message; text beyond ASCII.
    let schema = &v2g::iso2::msg::SCHEMA;
    let rules = |xml: &str| {
        let octets = xml::encode(schema, Form::Document, xml).unwrap();
        let all = xml::deviations(schema, Form::Document, &octets).unwrap();
        all.iter().map(|d| format!("{} {}", d.rule.name(), d.path)).collect::<Vec<_>>()
    };
    let message = |header: &str, body: &str| {
        format!(
            "<V2G_Message xmlns='urn:iso:15118:2:2013:MsgDef' xmlns:h='urn:iso:15118:2:2013:MsgHeader' \
             xmlns:b='urn:iso:15118:2:2013:MsgBody' xmlns:t='urn:iso:15118:2:2013:MsgDataTypes' \
             xmlns:d='http://www.w3.org/2000/09/xmldsig#'><Header><h:SessionID>0102030405060708</h:SessionID>\
             {header}</Header><Body>{body}</Body></V2G_Message>"
        )
    };
    let schedules = "<b:ChargeParameterDiscoveryRes><b:ResponseCode>OK</b:ResponseCode>\
        <b:EVSEProcessing>Finished</b:EVSEProcessing><t:SASchedules/><t:EVSEChargeParameter/>\
        </b:ChargeParameterDiscoveryRes>";
    let around = "/V2G_Message/Body/ChargeParameterDiscoveryRes";
    let head = format!("abstract-element {around}");
    assert_eq!(rules(&message("", schedules)), [head.clone(), head]);
    let signature = |uri: &str| {
        format!(
            "<d:Signature><d:SignedInfo><d:CanonicalizationMethod Algorithm='c'/>\
             <d:SignatureMethod Algorithm='s'/><d:Reference URI='{uri}'><d:DigestMethod Algorithm='m'/>\
             <d:DigestValue>AA==</d:DigestValue></d:Reference></d:SignedInfo>\
             <d:SignatureValue>AA==</d:SignatureValue></d:Signature>"
        )
    };
    let reference = "/V2G_Message/Header/Signature/SignedInfo/Reference/@URI";
    let authorization = "<b:AuthorizationReq b:Id='id1'/>";
    assert_eq!(
        rules(&message(&signature("#id1"), "<b:ChargingStatusReq/>")),
        [format!("dangling-reference {reference}")]
    );
    assert_eq!(rules(&message(&signature("#id1"), authorization)), [""; 0]);
    let notification = "<h:Notification><t:FaultCode>UnknownError</t:FaultCode>\
        <t:FaultMsg>h\u{e9}</t:FaultMsg></h:Notification>";
    assert_eq!(
        rules(&message(
            notification,
            "<b:SessionStopRes><b:ResponseCode>OK</b:ResponseCode></b:SessionStopRes>"
        )),
        ["non-ascii-text /V2G_Message/Header/Notification/FaultMsg"]
    );
}

fn vectors() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../test-vectors/exi"))
}
