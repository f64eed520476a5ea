//! `pnc exi` on vectors of an independent processor and on bad input.

mod command;

use command::{Run, pnc, vector};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

const SESSION_SETUP_REQ: &str = "8098004011d01a6a57425e185800";

const VECTORS: [(&str, usize); 4] = [
    ("exi/appproto.documents.jsonl", 13),
    ("exi/iso2.documents.jsonl", 207),
    ("exi/iso2.fragments.jsonl", 77),
    ("exi/xmldsig.fragments.jsonl", 8),
];

#[test]
fn a_batch_answers_every_vector_both_ways() {
    for (name, least) in VECTORS {
        let text = std::fs::read_to_string(vector(name)).unwrap();
        let rows: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(rows.len() >= least, "{name}: {} rows", rows.len());
        let decode = |row: &Value, key: &str| {
            row[key].as_str().map(|hex| {
                json!({"op": "decode", "schema": row["schema"], "kind": row["kind"], "hex": hex})
            })
        };
        let questions =
            |key: &str| rows.iter().filter_map(|row| decode(row, key)).collect::<Vec<_>>();
        let xml: Vec<_> = ask(&questions("hex")).into_iter().map(|mut a| a["xml"].take()).collect();
        assert_eq!(xml.len(), rows.len());

        // The XML of each form is the same, and encodes to the form a writer must produce.
        for key in ["hex_valuepartition", "hex_undeclared_ee"] {
            let of_rows: Vec<_> =
                rows.iter().zip(&xml).filter(|(row, _)| row[key].is_string()).collect();
            for ((row, xml), answer) in of_rows.iter().zip(ask(&questions(key))) {
                assert_eq!(answer["xml"], **xml, "{name} {} {key}", row["id"]);
            }
        }
        let back: Vec<_> = rows
            .iter()
            .zip(&xml)
            .map(|(row, xml)| json!({"op": "encode", "schema": row["schema"], "kind": row["kind"], "xml": xml}))
            .collect();
        for (row, answer) in rows.iter().zip(ask(&back)) {
            assert_eq!(answer["hex"], row["hex"], "{name} {} {answer}", row["id"]);
        }
    }
}

#[test]
fn the_xml_of_another_processor_is_encoded_to_its_octets() {
    for (name, _) in VECTORS {
        let text = std::fs::read_to_string(vector(name)).unwrap();
        let rows: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let questions: Vec<_> = rows
            .iter()
            .map(|row| {
                let xml = row["xml"].as_str().unwrap().replace('\u{e000}', "");
                json!({"op": "encode", "schema": row["schema"], "kind": row["kind"], "xml": xml})
            })
            .collect();
        for (row, answer) in rows.iter().zip(ask(&questions)) {
            assert_eq!(answer["hex"], row["hex"], "{name} {} {answer}", row["id"]);
        }
    }
}

#[test]
fn a_bad_line_of_a_batch_gets_an_error_and_the_next_an_answer() {
    let good = json!({"op": "decode", "schema": "iso2", "hex": SESSION_SETUP_REQ}).to_string();
    let lines = [
        "not json",
        "",
        "\u{fffd}{",
        r#"{"op":"explode"}"#,
        r#"{"op":"decode","schema":"nosuch","hex":"80"}"#,
        r#"{"op":"decode","schema":"iso2","kind":"letter","hex":"80"}"#,
        r#"{"op":"decode","schema":"iso2","hex":"8g"}"#,
        r#"{"op":"decode","schema":"iso2","hex":"8098"}"#,
        r#"{"op":"encode","schema":"iso2","xml":"<a"}"#,
        &good,
    ];
    let run = pnc(&["exi", "batch"], lines.join("\n"));
    let kinds: Vec<_> =
        answers(&run).iter().map(|a| a["error"]["kind"].as_str().map(String::from)).collect();
    let mut wanted = vec![Some("request".to_owned()); 7];
    wanted.extend([Some("eof".into()), Some("xml".into()), None]);
    assert_eq!(kinds, wanted, "{}", run.out);
    assert_eq!(answers(&run)[7]["error"]["bit"], 16);
    assert!(answers(&run)[9]["xml"].as_str().unwrap().contains("9A95D0978616"));
    assert_eq!(run.code, Some(0));
}

#[test]
fn a_line_that_is_no_utf_8_is_a_bad_line() {
    let run = pnc(&["exi", "batch"], b"\xff\xfe\n{}\n".to_vec());
    let kinds: Vec<_> = answers(&run).iter().map(|a| a["error"]["kind"].clone()).collect();
    assert_eq!(kinds, ["request", "request"]);
}

#[test]
fn a_batch_answers_before_the_next_question_comes() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pnc"))
        .args(["exi", "batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut ask, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut answers = BufReader::new(out).lines();
    for _ in 0..3 {
        let question = json!({"op": "decode", "schema": "iso2", "hex": SESSION_SETUP_REQ});
        writeln!(ask, "{question}").unwrap();
        assert!(answers.next().unwrap().unwrap().starts_with(r#"{"xml":"#));
    }
    drop(ask);
    assert!(answers.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_batch_takes_and_gives_json_as_well() {
    let ask = json!({"op": "decode", "schema": "iso2", "format": "json", "hex": SESSION_SETUP_REQ});
    let run = pnc(&["exi", "batch"], format!("{ask}\n"));
    assert!(run.out.starts_with(r#"{"json":{"V2G_Message":{"Header":{"SessionID":"00"},"Body""#));
    let message = answers(&run)[0]["json"].clone();
    assert_eq!(message["V2G_Message"]["Body"]["SessionSetupReq"]["EVCCID"], "9A95D0978616");
    let good = json!({"op": "encode", "schema": "iso2", "json": message});
    let bad = json!({"op": "encode", "schema": "iso2", "json": {"V2G_Message": {"Header": 1}}});
    let neither = json!({"op": "encode", "schema": "iso2"});
    let answers = answers(&pnc(&["exi", "batch"], format!("{good}\n{bad}\n{neither}\n")));
    assert_eq!(answers[0]["hex"], SESSION_SETUP_REQ);
    assert_eq!(
        (&answers[1]["error"]["kind"], &answers[1]["error"]["line"]),
        (&json!("xml"), &json!(1))
    );
    assert_eq!(answers[2]["error"]["kind"], "request");
}

#[test]
fn hex_is_taken_as_it_is_pasted() {
    let plain = pnc(&["exi", "decode", "--schema", "iso2", SESSION_SETUP_REQ], "");
    assert_eq!((plain.code, plain.err.as_str()), (Some(0), ""));
    assert!(plain.out.contains("<MsgBody:EVCCID>9A95D0978616</MsgBody:EVCCID>"), "{}", plain.out);
    let colons = "80:98:00:40:11:d0:1a:6a:57:42:5e:18:58:00";
    for text in [colons, "0x8098004011D01A6A57425E185800", "8098 0040 11d0 1a6a 5742 5e18 5800\n"] {
        assert_eq!(pnc(&["exi", "decode", "--schema", "iso2", text], "").out, plain.out);
        assert_eq!(pnc(&["exi", "decode", "--schema", "iso2", "-"], text).out, plain.out);
    }
    let framed = format!("01fe80010000000e{SESSION_SETUP_REQ}");
    let run = pnc(&["exi", "decode", "--schema", "iso2", &framed], "");
    assert_eq!(run.out, plain.out);
    assert!(run.err.contains("skipped a V2GTP header (0x8001, 14 octets)"), "{}", run.err);
}

#[test]
fn json_and_xml_say_the_same_and_both_encode_again() {
    let run =
        pnc(&["exi", "decode", "--schema", "iso2", "--format", "json", SESSION_SETUP_REQ], "");
    let json: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["V2G_Message"]["Body"]["SessionSetupReq"]["EVCCID"], "9A95D0978616");
    let back = pnc(&["exi", "encode", "--schema", "iso2", "--format", "json", "-"], run.out);
    assert_eq!((back.code, back.out.trim()), (Some(0), SESSION_SETUP_REQ));
    let xml = pnc(&["exi", "decode", "--schema", "iso2", SESSION_SETUP_REQ], "").out;
    let back = pnc(&["exi", "encode", "--schema", "iso2", "-"], xml.clone());
    assert_eq!((back.code, back.out.trim()), (Some(0), SESSION_SETUP_REQ));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), xml).unwrap();
    let path = file.path().to_str().unwrap();
    assert_eq!(pnc(&["exi", "encode", "--schema", "iso2", path], "").out, back.out);
}

#[test]
fn bad_input_is_1_and_bad_usage_2() {
    let run = pnc(&["exi", "decode", "--schema", "iso2", "8098004011d0"], "");
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(run.err.contains("bit 48"), "{}", run.err);
    for (arguments, code) in [
        (&["exi", "decode", "--schema", "iso2", "zz"][..], 1),
        (&["exi", "decode", "--schema", "iso2", "01fe8001000000ff8098"], 1),
        (&["exi", "encode", "--schema", "iso2", "/nonexistent.xml"], 1),
        (&["exi", "decode", "--schema", "nosuch", "80"], 2),
        (&["exi", "decode", "80"], 2),
        (&["exi"], 2),
    ] {
        let run = pnc(arguments, "");
        assert_eq!(run.code, Some(code), "{arguments:?}");
        assert!(!run.err.is_empty() && run.out.is_empty(), "{arguments:?}");
    }
    let run = pnc(&["exi", "encode", "--schema", "iso2", "-"], "<a>\n<b/></a>");
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("line 1"), "{}", run.err);
}

#[test]
fn a_trace_is_a_table_of_every_bit() {
    let run = pnc(&["exi", "trace", "--schema", "iso2", SESSION_SETUP_REQ], "");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let lines: Vec<_> =
        run.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(lines[0].join(" "), "BIT OCTET WIDTH BITS CODE MEANING");
    assert_eq!(lines[2].join(" "), "8 1.0 7 1001100 76 SE(V2G_Message)");
    assert_eq!(lines[6].join(" "), "18 2.2 8 00000001 length 1 (octets) <- session-id-length");
    assert_eq!(lines[15].join(" "), "54 6.6 48 1001101010010101.. 9a95d0978616");
    assert_eq!(lines[16].join(" "), "102 12.6 1 0 0 EE EVCCID");
    // The meaning is indented by depth, in a column of its own.
    let column = run.out.lines().next().unwrap().find("MEANING").unwrap();
    for (line, depth) in [(2, 0), (3, 1), (4, 2), (13, 4), (15, 4)] {
        let meaning = &run.out.lines().nth(line).unwrap()[column..];
        assert_eq!(meaning.len() - meaning.trim_start().len(), 2 * depth, "{meaning}");
    }
    let run = pnc(&["exi", "trace", "--schema", "iso2", "--alternatives", "-"], SESSION_SETUP_REQ);
    assert!(run.out.contains("of 0 SE(Notification), 1 SE(Signature), 2 EE\n"), "{}", run.out);
}

#[test]
fn a_trace_as_json_has_all_bits_of_every_vector() {
    for (name, _) in VECTORS {
        let text = std::fs::read_to_string(vector(name)).unwrap();
        // A few of them do.
        for row in text.lines().step_by(29) {
            let row: Value = serde_json::from_str(row).unwrap();
            let (schema, hex) = (row["schema"].as_str().unwrap(), row["hex"].as_str().unwrap());
            let mut arguments = vec!["exi", "trace", "--json", "--schema", schema];
            if row["kind"] == "fragment" {
                arguments.push("--fragment");
            }
            arguments.push("-");
            let run = pnc(&arguments, hex);
            assert_eq!(run.code, Some(0), "{}", row["id"]);
            let steps = answers(&run);
            let bits: String = steps.iter().map(|s| s["bits"].as_str().unwrap()).collect();
            let octets = hex::decode(hex).unwrap();
            assert_eq!(bits, octets.iter().map(|o| format!("{o:08b}")).collect::<String>());
            assert_eq!(steps[1]["path"], "");
            assert!(steps[1]["event"].as_str().unwrap().starts_with("SE("));
        }
    }
}

#[test]
fn a_trace_of_a_broken_message_ends_with_the_error_and_what_may_stand_there() {
    // EVCCID of 70 octets.
    let broken = "8098004011d11a6a57425e185800";
    let run = pnc(&["exi", "trace", "--schema", "iso2", broken], "");
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let last: Vec<_> = run.out.lines().rev().take(3).collect();
    assert_eq!(
        last[0],
        "error at octet 5.6, /V2G_Message/Body/SessionSetupReq/EVCCID: \
         EXI value at bit 46 is outside its type; allowed: 0 to 6 octets"
    );
    assert!(last[2].ends_with("length 70 (octets)"), "{}", last[2]);
    let run = pnc(&["exi", "trace", "--json", "--schema", "iso2", broken], "");
    let error = answers(&run).pop().unwrap()["error"].take();
    assert_eq!(
        (run.code, error["bit"].as_u64(), &error["kind"]),
        (Some(1), Some(46), &json!("range"))
    );
    assert_eq!(error["allowed"], json!(["0 to 6 octets"]));
}

#[test]
fn strict_decoding_lists_deviations_and_fails() {
    let xml = pnc(&["exi", "decode", "--schema", "iso2", SESSION_SETUP_REQ], "").out;
    let xml = xml.replace("SessionID>00<", "SessionID>0000000000000000<");
    let good = pnc(&["exi", "encode", "--schema", "iso2", "-"], xml).out;
    let run = pnc(&["exi", "decode", "--strict", "--schema", "iso2", "-"], good);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let deviant = format!("{SESSION_SETUP_REQ}00");
    let plain = pnc(&["exi", "decode", "--schema", "iso2", &deviant], "");
    let run = pnc(&["exi", "decode", "--strict", "--schema", "iso2", &deviant], "");
    assert_eq!((plain.code, run.code, run.out), (Some(0), Some(1), plain.out));
    assert_eq!(
        run.err,
        "pnc exi: bit 18, /V2G_Message/Header/SessionID: session-id-length: a session identifier \
         that is not 8 octets long\npnc exi: bit 112, /: trailing-octets: octets behind the message\n"
    );
    let ask = |strict| json!({"op": "decode", "schema": "iso2", "hex": deviant, "strict": strict});
    let answers = self::ask(&[ask(true), ask(false)]);
    assert_eq!(
        answers[0]["deviations"],
        json!([
            {"name": "session-id-length", "path": "/V2G_Message/Header/SessionID", "bit": 18},
            {"name": "trailing-octets", "path": "", "bit": 112},
        ])
    );
    assert!(answers[1].get("deviations").is_none());
}

fn ask(questions: &[Value]) -> Vec<Value> {
    let lines: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let answers = answers(&pnc(&["exi", "batch"], lines));
    assert_eq!(answers.len(), questions.len());
    answers
}

fn answers(run: &Run) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    run.out.lines().map(parse).collect()
}
