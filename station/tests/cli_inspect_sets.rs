//! `pnc inspect` on the message sets besides ISO 15118-2: by protocol and payload type, never by guess.

mod command;

use command::{Run, pnc, vector};
use exi::{Document, List, Text};
use pki::Hierarchy;
use pki::issue::Options;
use pnc::capture::synth::{Sender, Synth};
use ring::rand::SystemRandom;
use serde_json::Value;
use v2g::app_protocol::{AppProtocol, SupportedAppProtocolReq};
use v2g::handshake;
use v2g::iso20::msg::common::*;
use v2g::iso20::msg::types::{Header, ResponseCode, SessionId};
use v2g::signature::{Signed, sign};
use v2g::v2gtp::{self, PayloadType};

const DIN: &str = "urn:din:70121:2012:MsgDef";
const DC: &str = "urn:iso:std:iso:15118:-20:DC";

type Done<T> = Result<T, Box<dyn std::error::Error>>;
type Messages = Vec<(PayloadType, Sender, Vec<u8>)>;

#[test]
fn sets_are_told_apart_by_payload_type() {
    let messages = vec![
        (PayloadType::Main, Sender::Client, first("iso20-common", "SessionSetupReq").unwrap()),
        (PayloadType::Dc, Sender::Client, first("iso20-dc", "DC_ChargeLoopReq").unwrap()),
        (PayloadType::Dc, Sender::Server, first("iso20-dc", "DC_ChargeLoopRes").unwrap()),
        (PayloadType::Acdp, Sender::Client, first("iso20-acdp", "ACDP_ConnectReq").unwrap()),
        (PayloadType::Wpt, Sender::Client, first("iso20-wpt", "WPT_PairingReq").unwrap()),
    ];
    let run = pnc(&["inspect", "--json", "-"], capture(Some(DC), &messages).unwrap());
    let told: Vec<_> =
        lines(&run, "v2g").iter().map(|l| (text(l, "schema"), text(l, "message"))).collect();
    let wanted = [
        ("iso20-common", "SessionSetupReq"),
        ("iso20-dc", "DC_ChargeLoopReq"),
        ("iso20-dc", "DC_ChargeLoopRes"),
        ("iso20-acdp", "ACDP_ConnectReq"),
        ("iso20-wpt", "WPT_PairingReq"),
    ];
    assert_eq!(told, wanted.map(|(schema, message)| (schema.into(), message.into())));
    for line in lines(&run, "v2g") {
        assert!(line["error"].is_null() && line["xml"].is_string(), "{line}");
    }
    // SLAC and discovery have no place in a connection.
    let odd = vec![(PayloadType::Other(0xA001), Sender::Client, vec![0x80])];
    let run = pnc(&["inspect", "--json", "-"], capture(Some(DC), &odd).unwrap());
    let error = text(&lines(&run, "v2g")[0], "error");
    assert_eq!(error, "payload type 0xa001 has no place in ISO 15118-20 DC");
}

#[test]
fn deviations_are_told_with_each_message_and_counted() {
    let mut request = first("din", "ContractAuthenticationReq").unwrap();
    request.push(0);
    let demand = first("din", "CurrentDemandReq").unwrap();
    let messages = vec![
        (PayloadType::Exi, Sender::Client, request.clone()),
        (PayloadType::Exi, Sender::Client, request),
        (PayloadType::Exi, Sender::Client, demand),
    ];
    let octets = capture(Some(DIN), &messages).unwrap();
    let run = pnc(&["inspect", "--json", "-"], octets.clone());
    let told = lines(&run, "v2g");
    let trailing = |line: &Value| {
        let all = line["deviations"].as_array().cloned().unwrap_or_default();
        all.iter().filter(|d| d["name"] == "trailing-octets").count()
    };
    assert_eq!(told.iter().map(trailing).collect::<Vec<_>>(), [1, 1, 0]);
    let summary = &lines(&run, "summary")[0];
    assert_eq!(summary["deviations"]["trailing-octets"], 2);
    assert_eq!((&summary["messages"]["din"], &summary["errors"]), (&3.into(), &0.into()));
    let run = pnc(&["inspect", "-"], octets);
    let line = run.out.lines().find(|line| line.contains("ContractAuthenticationReq")).unwrap();
    assert!(line.contains("  deviates: ") && line.contains("trailing-octets"), "{line}");
    assert!(run.out.contains("  messages  2 appproto, 3 din\n"), "{}", run.out);
    assert!(run.out.contains("2 trailing-octets"), "{}", run.out);
}

#[test]
fn a_connection_under_way_needs_its_protocol() {
    let messages = vec![
        (PayloadType::Dc, Sender::Client, first("iso20-dc", "DC_ChargeLoopReq").unwrap()),
        (PayloadType::Main, Sender::Client, first("iso20-common", "SessionStopReq").unwrap()),
    ];
    let octets = capture(None, &messages).unwrap();
    let run = pnc(&["inspect", "--json", "-"], octets.clone());
    for line in lines(&run, "v2g") {
        assert!(text(&line, "error").starts_with("no handshake"), "{line}");
    }
    for protocol in ["iso20", DC] {
        let run = pnc(&["inspect", "--json", "--protocol", protocol, "-"], octets.clone());
        let told: Vec<_> = lines(&run, "v2g").iter().map(|line| text(line, "message")).collect();
        assert_eq!(told, ["DC_ChargeLoopReq", "SessionStopReq"]);
    }
    let run = pnc(&["inspect", "--protocol", "iso21", "-"], octets);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("neither din, iso2 or iso20 nor a namespace"), "{}", run.err);
}

#[test]
fn a_signature_of_iso_15118_20_is_judged() {
    let challenge = GenChallenge::new(&[7; 16]).unwrap();
    let setup = AuthorizationSetupRes {
        header: header().unwrap(),
        response_code: ResponseCode::Ok,
        authorization_services: [Authorization::Pnc].try_into().unwrap(),
        certificate_installation_service: false,
        authorization_mode: AsResAuthorizationMode::Pnc(PncAsResAuthorizationMode {
            gen_challenge: challenge,
            supported_providers: None,
        }),
    };
    let mut request = authorization(challenge).unwrap();
    let told = |request: &AuthorizationReq| {
        let messages = vec![
            (PayloadType::Main, Sender::Server, setup.to_vec().unwrap()),
            (PayloadType::Main, Sender::Client, request.to_vec().unwrap()),
        ];
        let run = pnc(&["inspect", "--json", "-"], capture(Some(DC), &messages).unwrap());
        let line = lines(&run, "v2g").pop().unwrap();
        (line["summary"][0].clone(), text(&line["signature"], "verdict"))
    };
    let (remark, verdict) = told(&request);
    assert_eq!(
        (remark, verdict.as_str()),
        (challenge_echoed(), "signature good (XML Signature grammar)")
    );
    if let AReqAuthorizationMode::Pnc(mode) = &mut request.authorization_mode {
        mode.gen_challenge = GenChallenge::new(&[8; 16]).unwrap();
    }
    let (remark, verdict) = told(&request);
    assert_eq!(remark, "challenge is not the station's");
    assert_eq!(verdict, "signature bad: the digest of element \"id1\" does not match");
    let signature = request.header.signature.take();
    assert_eq!(told(&request).1, "signature missing");
    let mut signed = setup.clone();
    signed.header.signature = signature;
    let messages = [(PayloadType::Main, Sender::Server, signed.to_vec().unwrap())];
    let run = pnc(&["inspect", "--json", "-"], capture(Some(DC), &messages).unwrap());
    let verdict = text(&lines(&run, "v2g")[0]["signature"], "verdict");
    assert_eq!(verdict, "signature not judged: the message does not tell who signed");
}

fn challenge_echoed() -> Value {
    "challenge echoed".into()
}

/// A request signed with a contract's key.
fn authorization(gen_challenge: GenChallenge) -> Done<AuthorizationReq> {
    let random = SystemRandom::new();
    let hierarchy = Hierarchy::generate(&random, pnc::time::unix(), Options::default())?;
    let contract = hierarchy.contract();
    let subs = contract.subs.iter().map(|sub| CertificateBytes::new(sub.der()));
    let subs = subs.collect::<Result<Vec<_>, _>>()?;
    let mode = PncAReqAuthorizationMode {
        id: Text::literal("id1"),
        gen_challenge,
        contract_certificate_chain: ContractCertificateChain {
            certificate: CertificateBytes::new(contract.leaf.der())?,
            sub_certificates: SubCertificates { certificate: List::new(subs)? },
        },
    };
    let signed = Signed::element::<Grammar, _>("id1", &mode)?;
    let signature = sign(&[signed], &*contract.key, &random)?;
    Ok(AuthorizationReq {
        header: Header { signature: Some(Box::new(signature)), ..header()? },
        selected_authorization_service: Authorization::Pnc,
        authorization_mode: AReqAuthorizationMode::Pnc(mode),
    })
}

fn header() -> Done<Header> {
    let session_id = SessionId::new(&[1, 2, 3, 4, 5, 6, 7, 8])?;
    Ok(Header { session_id, time_stamp: 1_800_000_000, signature: None })
}

/// A capture of one connection in the clear, its handshake first if there is a protocol.
fn capture(protocol: Option<&str>, messages: &[(PayloadType, Sender, Vec<u8>)]) -> Done<Vec<u8>> {
    let mut all = Messages::new();
    if let Some(namespace) = protocol {
        let entry = AppProtocol {
            protocol_namespace: Text::new(namespace)?,
            version_number_major: 1,
            version_number_minor: 0,
            schema_id: 4,
            priority: exi::Int::of::<1>(),
        };
        let offer = SupportedAppProtocolReq { app_protocol: [entry].try_into()? };
        let mut answer = handshake::answer(None);
        answer.response_code = v2g::app_protocol::ResponseCode::OkSuccessfulNegotiation;
        answer.schema_id = Some(4);
        all.push((PayloadType::Exi, Sender::Client, offer.to_vec()?));
        all.push((PayloadType::Exi, Sender::Server, answer.to_vec()?));
    }
    all.extend(messages.iter().cloned());
    let mut synth = Synth::new(Vec::new(), "test", "wire")?;
    let start = 1_800_000_000_000_000_000;
    let stream = synth.connect(start, "[fe80::1]:50000".parse()?, "[fe80::2]:50001".parse()?)?;
    for (n, (payload_type, from, payload)) in (1..).zip(&all) {
        let header = v2gtp::Header { payload_type: *payload_type, length: payload.len() as u32 };
        let octets = [&header.emit()[..], payload].concat();
        synth.send(start + n * 1_000_000, stream, *from, &octets)?;
    }
    Ok(synth.finish()?)
}

/// The first vector of a message.
fn first(schema: &str, message: &str) -> Done<Vec<u8>> {
    let file = std::fs::read_to_string(vector(&format!("exi/{schema}.documents.jsonl")))?;
    let rows = file.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let row = rows.into_iter().find(|row| row["message"] == message);
    Ok(hex::decode(text(&row.ok_or("no vector of that message")?, "hex"))?)
}

fn lines(run: &Run, layer: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    run.out.lines().map(parse).filter(|line: &Value| line["layer"] == layer).collect()
}

fn text(line: &Value, key: &str) -> String {
    line[key].as_str().unwrap_or_else(|| panic!("no {key} in {line}")).to_owned()
}
