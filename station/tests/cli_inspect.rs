//! `pnc inspect` on recorded sessions, and on captures made of them that lack or break something.

mod command;

use command::{Run, pnc, vector};
use exi::{Bytes, Document, ShortBytes, Text};
use pnc::capture::file::{Item, Reader};
use pnc::capture::inspect::{Endpoint, Event, Inspection, Layer, Record, Sap};
use pnc::capture::link::LinkType;
use pnc::capture::synth::{Sender, Synth};
use pnc::capture::write::Writer;
use pnc::inspect::read_sap;
use serde_json::Value;
use std::net::SocketAddrV6;
use std::process::{Command, Stdio};
use v2g::app_protocol::{AppProtocol, SupportedAppProtocolReq};
use v2g::iso2::msg::{BodyElement, V2gMessage};
use v2g::v2gtp::{Header, PayloadType};
use v2g_tls::capture::Secrets;

const PNC: &str = "sessions/josev-iso2-ac-pnc.pcapng";
const INSTALL: &str = "sessions/josev-iso2-ac-pnc-install.pcapng";
const RECEIPT: &str = "sessions/josev-iso2-ac-pnc-receipt.pcapng";
const OWN: &str = "sessions/pnc-iso2-dc-pnc.pcapng";
const GOOD: &str = "signature good (XML Signature grammar)";

#[test]
fn a_recorded_session_is_told_from_discovery_to_stop() {
    let run = pnc(&["inspect", "--json", path(PNC).as_str()], "");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let lines = messages(&run);
    let mut told: Vec<_> = lines.iter().map(|l| (text(l, "layer"), text(l, "message"))).collect();
    told.dedup();
    let loops = told.windows(2).filter(|w| w[0].1 == "ChargingStatusReq").count();
    assert_eq!(loops, 10);
    told.retain(|(_, message)| !message.starts_with("ChargingStatus"));
    let v2g = [
        "SessionSetup",
        "ServiceDiscovery",
        "PaymentServiceSelection",
        "PaymentDetails",
        "Authorization",
        "ChargeParameterDiscovery",
        "PowerDelivery",
        "PowerDelivery",
        "SessionStop",
    ];
    let mut wanted = vec![
        ("sdp", "SDPReq".to_owned()),
        ("sdp", "SDPRes".to_owned()),
        ("sap", "supportedAppProtocolReq".to_owned()),
        ("sap", "supportedAppProtocolRes".to_owned()),
    ];
    for phase in v2g {
        wanted.extend([("v2g", format!("{phase}Req")), ("v2g", format!("{phase}Res"))]);
    }
    let wanted: Vec<_> = wanted.iter().map(|(layer, message)| (*layer, message.as_str())).collect();
    assert_eq!(told, wanted);
}

/// Our own car and station, from the matching on the power line to the end.
#[test]
fn a_session_of_our_own_is_told_from_matching_to_stop() {
    let run = pnc(&["inspect", "--json", path(OWN).as_str()], "");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let lines = messages(&run);
    let told: Vec<_> = lines.iter().map(|l| (text(l, "layer"), text(l, "message"))).collect();
    let mut rest = told.iter();
    for wanted in [
        ("slac", "CM_SLAC_PARM.REQ"),
        ("slac", "CM_ATTEN_CHAR.IND"),
        ("slac", "CM_SLAC_MATCH.CNF"),
        ("sdp", "SDPRes"),
        ("sap", "supportedAppProtocolRes"),
        ("v2g", "PaymentDetailsReq"),
        ("v2g", "AuthorizationReq"),
        ("v2g", "CableCheckRes"),
        ("v2g", "PreChargeRes"),
        ("v2g", "CurrentDemandRes"),
        ("v2g", "MeteringReceiptRes"),
        ("v2g", "WeldingDetectionRes"),
        ("v2g", "SessionStopRes"),
    ] {
        assert!(rest.any(|told| *told == wanted), "{wanted:?} is missing or out of order");
    }
    for line in &lines {
        assert!(line["error"].is_null(), "{line}");
        if ["AuthorizationReq", "MeteringReceiptReq"].contains(&text(line, "message")) {
            assert_eq!(line["signature"]["good"], true, "{line}");
        }
    }
}

#[test]
fn every_message_of_recorded_sessions_decodes_and_is_complete_in_json() {
    for name in [PNC, INSTALL, RECEIPT] {
        let run = pnc(&["inspect", "--json", path(name).as_str()], "");
        let lines = messages(&run);
        assert!(lines.len() > 30, "{name}: {}", lines.len());
        let mut frame = 0;
        for line in &lines {
            assert!(line["error"].is_null(), "{name}: {line}");
            assert!(line["frame"].as_u64().unwrap() >= frame, "{name}: {line}");
            frame = line["frame"].as_u64().unwrap();
            assert!(line["time"].as_f64().unwrap() > 1.7e9, "{name}: {line}");
            assert!(line["src"].is_string() && line["dst"].is_string(), "{name}: {line}");
            match text(line, "layer") {
                "sdp" => assert!(line["exi"].is_null()),
                layer => {
                    let schema = if layer == "sap" { "appproto" } else { "iso2" };
                    assert_eq!(
                        (text(line, "schema"), text(line, "payload_type")),
                        (schema, "0x8001")
                    );
                    let named = format!(":{}", text(line, "message"));
                    assert!(text(line, "xml").contains(&named), "{name}: {line}");
                    let back = pnc(&["exi", "decode", "--schema", schema, text(line, "exi")], "");
                    assert_eq!(back.out.trim_end(), text(line, "xml"));
                }
            }
        }
    }
}

#[test]
fn the_signatures_of_recorded_sessions_are_good() {
    let four = "signature good (XML Signature grammar, 4 references)";
    for (name, wanted) in [
        (PNC, &[("AuthorizationReq", GOOD), ("ChargeParameterDiscoveryRes", GOOD)][..]),
        (
            INSTALL,
            &[
                ("CertificateInstallationReq", GOOD),
                ("CertificateInstallationRes", four),
                ("AuthorizationReq", GOOD),
                ("ChargeParameterDiscoveryRes", GOOD),
            ],
        ),
        (
            RECEIPT,
            &[
                ("AuthorizationReq", GOOD),
                ("ChargeParameterDiscoveryRes", GOOD),
                ("MeteringReceiptReq", GOOD),
            ],
        ),
    ] {
        let run = pnc(&["inspect", "--json", path(name).as_str()], "");
        assert_eq!(verdicts(&run), wanted, "{name}");
    }
}

#[test]
fn a_changed_message_has_no_good_signature() {
    let session = Session::recorded(PNC);
    // The control: rebuilt without a change, all is well.
    let run = pnc(&["inspect", "--json", "-"], session.capture(|_| ()));
    assert_eq!(verdicts(&run)[0], ("AuthorizationReq", GOOD));

    let verdict = |change: fn(&mut V2gMessage)| {
        let run = pnc(&["inspect", "--json", "-"], session.capture(change));
        let verdicts = verdicts(&run);
        let (message, verdict) = verdicts[0];
        assert_eq!(message, "AuthorizationReq");
        verdict.to_owned()
    };
    let digest = verdict(|message| {
        if let Some(BodyElement::AuthorizationReq(request)) = &mut message.body.element {
            request.gen_challenge = Some(ShortBytes::new(&[7; 16]).unwrap());
        }
    });
    assert!(digest.ends_with("does not match"), "{digest}");
    let value = verdict(|message| {
        if let Some(signature) = &mut message.header.signature {
            signature.signature_value.value = Bytes::new(&[7; 64][..]).unwrap();
        }
    });
    assert_eq!(value, "signature bad: the signature does not fit the key");
    assert_eq!(verdict(|message| message.header.signature = None), "signature missing");
    let id = verdict(|message| {
        if let Some(BodyElement::AuthorizationReq(request)) = &mut message.body.element {
            request.id = None;
        }
    });
    assert_eq!(id, "signature bad: AuthorizationReq has no Id");
    let unknown = verdict(|message| {
        if let Some(BodyElement::PaymentDetailsReq(request)) = &mut message.body.element {
            request.contract_signature_cert_chain.certificate = Bytes::new(&[0x30][..]).unwrap();
        }
    });
    assert!(unknown.starts_with("signature not judged: "), "{unknown}");
}

#[test]
fn a_challenge_that_is_not_the_stations_is_told() {
    let change = |message: &mut V2gMessage| {
        if let Some(BodyElement::PaymentDetailsRes(response)) = &mut message.body.element {
            response.gen_challenge = ShortBytes::new(&[9; 16]).unwrap();
        }
    };
    let run = pnc(&["inspect", "-"], Session::recorded(PNC).capture(change));
    let line = run.out.lines().find(|line| line.contains("AuthorizationReq")).unwrap();
    assert!(line.contains("challenge is not the station's"), "{line}");
}

#[test]
fn people_get_a_line_for_each_message_without_escape_codes() {
    let run = pnc(&["inspect", path(PNC).as_str()], "");
    assert!(!run.out.contains('\x1b'));
    let line = |message: &str| {
        let fields = |line: &'_ str| -> Vec<String> {
            let fields = line.split("  ").map(|field| field.trim().to_owned());
            fields.filter(|field| !field.is_empty()).collect()
        };
        let mut lines = run.out.lines().map(fields);
        let line = lines.find(|fields| fields.get(3).is_some_and(|field| field == message));
        line.unwrap_or_else(|| panic!("no {message}")).split_off(1)
    };
    let ends = line("SessionSetupReq")[0].to_owned();
    assert!(ends.starts_with("..") && ends.contains(" > .."), "{ends}");
    assert_eq!(
        line("SessionSetupRes")[1..],
        [
            "v2g",
            "SessionSetupRes",
            "OK_NewSessionEstablished",
            "EVSEID UK123E1234",
            "session B0C76107B76B0971"
        ]
    );
    assert_eq!(line("PaymentDetailsReq")[3..], ["eMAID UKSWI123456791A"]);
    assert_eq!(line("AuthorizationReq")[3..], ["challenge echoed", GOOD]);
    assert_eq!(
        line("ChargeParameterDiscoveryReq")[3..],
        [
            "AC_three_phase_core",
            "max 400 V",
            "max 32 A",
            "min 10 A",
            "wants 60 Wh",
            "leaves in s 0"
        ]
    );
    assert!(run.out.contains("note  frame 8: TLS settled on TLSv1_2 "), "{}", run.out);
    let xml = pnc(&["inspect", "--xml", path(PNC).as_str()], "");
    assert_eq!(xml.out.lines().filter(|line| line.starts_with('<')).count(), 40);
}

#[test]
fn standard_input_is_read_like_a_file() {
    let file = pnc(&["inspect", "--json", path(PNC).as_str()], "");
    let stdin = pnc(&["inspect", "--json", "-"], std::fs::read(vector(PNC)).unwrap());
    assert_eq!((stdin.code, messages(&stdin)), (Some(0), messages(&file)));
}

#[test]
fn without_secrets_tls_is_noted_and_a_key_log_opens_it() {
    let octets = std::fs::read(vector(PNC)).unwrap();
    let (bare, key_log) = rewritten(&octets, 0);
    let directory = tempfile::tempdir().unwrap();
    let capture = directory.path().join("bare.pcapng");
    let log = directory.path().join("keys.log");
    std::fs::write(&capture, bare).unwrap();
    std::fs::write(&log, key_log).unwrap();
    let (capture, log) = (capture.to_str().unwrap(), log.to_str().unwrap());

    let closed = pnc(&["inspect", "--json", capture], "");
    assert_eq!(closed.code, Some(0));
    assert_eq!(
        messages(&closed).iter().map(|l| text(l, "layer")).collect::<Vec<_>>(),
        ["sdp", "sdp"]
    );
    assert!(closed.out.contains(r#""layer":"note","message":"TLS"#), "{}", closed.out);

    let opened = pnc(&["inspect", "--json", "--keylog", log, capture], "");
    assert_eq!(messages(&opened).len(), 42);
    assert_eq!(verdicts(&opened)[0], ("AuthorizationReq", GOOD));
    let missing = pnc(&["inspect", "--keylog", "/nonexistent.log", capture], "");
    assert_eq!((missing.code, missing.out.as_str()), (Some(1), ""));
}

#[test]
fn a_stream_without_its_handshake_is_an_error_unless_told_otherwise() {
    let (late, _) = rewritten(&Session::recorded(PNC).capture(|_| ()), 7);
    let run = pnc(&["inspect", "--json", "-"], late.clone());
    let lines = messages(&run);
    let v2g = lines.iter().filter(|l| text(l, "layer") == "v2g").count();
    assert!(v2g > 30, "{}", run.out);
    for line in lines.iter().filter(|l| text(l, "layer") == "v2g") {
        assert!(text(line, "error").starts_with("no handshake"), "{line}");
        assert!(line["schema"].is_null() && line["xml"].is_null() && line["exi"].is_string());
    }
    let told = pnc(&["inspect", "--json", "--schema", "iso2", "-"], late);
    assert!(messages(&told).iter().all(|line| line["error"].is_null()), "{}", told.out);
    assert_eq!(verdicts(&told)[0], ("AuthorizationReq", GOOD));
}

#[test]
fn a_protocol_that_is_not_known_is_shown_but_not_guessed() {
    let mut session = Session::recorded(PNC);
    let mut offer = SupportedAppProtocolReq::decode(&session.records[0].payload).unwrap();
    let entry = AppProtocol {
        protocol_namespace: Text::new("urn:example:private").unwrap(),
        ..offer.app_protocol[0].clone()
    };
    offer.app_protocol = [entry].try_into().unwrap();
    session.records[0].payload = offer.to_vec().unwrap();
    let run = pnc(&["inspect", "--json", "--schema", "iso2", "-"], session.capture(|_| ()));
    for line in messages(&run).iter().filter(|l| text(l, "layer") == "v2g") {
        assert!(text(line, "error").contains("urn:example:private is not decoded"), "{line}");
        assert_eq!(text(line, "protocol"), "urn:example:private");
        assert!(line["xml"].is_null() && line["exi"].is_string());
    }
}

#[test]
fn a_damaged_file_is_told_behind_what_was_readable() {
    let octets = std::fs::read(vector(PNC)).unwrap();
    let whole = pnc(&["inspect", "-"], octets.clone()).out;
    let run = pnc(&["inspect", "-"], &octets[..octets.len() - 2000]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("octet ") && run.err.contains("ends inside"), "{}", run.err);
    // What follows the damage is missing, what is before it is not.
    assert!(run.out.lines().count() > 10);
    for line in run.out.lines().filter(|line| !line.contains("note")) {
        assert!(whole.contains(line), "{line}");
    }
}

#[test]
fn what_is_no_capture_is_1_and_bad_usage_2() {
    for (arguments, code) in [
        (&["inspect", "-"][..], 1),
        (&["inspect", "/nonexistent.pcap"], 1),
        (&["inspect"], 2),
        (&["inspect", "--schema", "nosuch", "-"], 2),
    ] {
        let run = pnc(arguments, "this is no capture");
        assert_eq!((run.code, run.out.as_str()), (Some(code), ""), "{arguments:?}");
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pnc"))
        .args(["inspect", path(PNC).as_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

/// The messages of a recorded TLS session, to be captured anew in the clear.
struct Session {
    records: Vec<Record>,
}

impl Session {
    fn recorded(name: &str) -> Self {
        let sap = read_sap as fn(&[u8]) -> Option<Sap>;
        let mut inspection = Inspection::open(vector(name), sap, Secrets::default())
            .unwrap_or_else(|error| panic!("{error}"));
        let mut records = Vec::new();
        while let Ok(Some(event)) = inspection.next() {
            match event {
                Event::Record(record) if record.stream.is_some() => records.push(record),
                _ => {}
            }
        }
        Self { records }
    }

    /// A capture of the session with its -2 messages changed.
    fn capture(&self, change: impl Fn(&mut V2gMessage)) -> Vec<u8> {
        self.write(change).unwrap_or_else(|error| panic!("{error}"))
    }

    fn write(&self, change: impl Fn(&mut V2gMessage)) -> std::io::Result<Vec<u8>> {
        let end = |end| match end {
            Endpoint::Ip(std::net::SocketAddr::V6(address)) => address,
            other => panic!("{other:?}"),
        };
        let client: SocketAddrV6 = end(self.records[0].src);
        let mut synth = Synth::new(Vec::new(), "test", "wire")?;
        let stream = synth.connect(1_800_000_000_000_000_000, client, end(self.records[0].dst))?;
        for record in &self.records {
            let mut payload = record.payload.clone();
            if record.layer == Layer::V2g
                && let Ok(mut message) = V2gMessage::decode(&payload)
            {
                change(&mut message);
                payload = message.to_vec().unwrap_or_else(|error| panic!("{error}"));
            }
            let header =
                Header { payload_type: PayloadType::Exi, length: payload.len() as u32 }.emit();
            let from = if end(record.src) == client { Sender::Client } else { Sender::Server };
            let octets = [&header[..], &payload].concat();
            synth.send(record.time.unwrap_or_default(), stream, from, &octets)?;
        }
        synth.finish()
    }
}

/// The capture without its secrets and its first packets; and the secrets.
fn rewritten(capture: &[u8], skip: u64) -> (Vec<u8>, Vec<u8>) {
    let rewrite = || -> Result<_, Box<dyn std::error::Error>> {
        let mut writer = Writer::new(Vec::new(), "test")?;
        let interface = writer.interface(LinkType::Ethernet, "wire")?;
        let (mut reader, mut secrets) = (Reader::new(capture)?, Vec::new());
        while let Some(item) = reader.next()? {
            match item {
                Item::Packet(packet) if packet.frame <= skip => {}
                Item::Packet(packet) => {
                    writer.packet(interface, packet.time.unwrap_or_default(), packet.data)?;
                }
                Item::Secrets(log) => secrets.extend_from_slice(log),
            }
        }
        Ok((writer.into_inner(), secrets))
    };
    rewrite().unwrap_or_else(|error| panic!("{error}"))
}

fn path(name: &str) -> String {
    vector(name).to_string_lossy().into_owned()
}

/// The messages of a JSON output, notes and the summary left out.
fn messages(run: &Run) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    let told = |line: &Value| line["layer"] != "note" && line["layer"] != "summary";
    run.out.lines().map(parse).filter(told).collect()
}

fn verdicts(run: &Run) -> Vec<(&'static str, &'static str)> {
    let all = messages(run);
    let signed = all.iter().filter(|line| !line["signature"].is_null());
    // Leaked, as tests may.
    let leak = |text: &str| -> &'static str { String::from(text).leak() };
    signed
        .map(|line| {
            let verdict = &line["signature"];
            let good = text(verdict, "verdict").starts_with("signature good");
            assert_eq!(verdict["good"], good);
            (leak(text(line, "message")), leak(text(verdict, "verdict")))
        })
        .collect()
}

fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line[key].as_str().unwrap_or_else(|| panic!("no {key} in {line}"))
}
