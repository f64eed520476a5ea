//! Captures of real sessions, judged by messages that another dissector found in them.
//!
//! `PNC_CAPTURES` names a directory with `captures/`, `exi/captured/`, `slac/` and `recorded/`;
//! without it the tests say SKIPPED and pass.

use pnc::capture::file::{Error, ErrorKind, Item, Reader};
use pnc::capture::inspect::{Event, Inspection, Layer, Note, NoteKind, Record, Transport, Unread};
use pnc::capture::net::{Content, dissect};
use pnc::capture::synth::{Sender, Synth};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use v2g_tls::capture::Secrets;

#[test]
fn messages_of_captures_are_those_another_dissector_found() {
    let Some(root) = root() else { return };
    let mut rows_total = 0;
    let mut wrong = Vec::new();
    for path in files(&root.join("captures"), "pcap") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (records, _) = inspect(&path);
        let found: Vec<_> = records
            .iter()
            .filter(|record| record.layer != Layer::Slac)
            .map(row_of_record)
            .collect();
        let rows = lines(&root.join(format!("exi/captured/{name}.jsonl")));
        let rows: Vec<_> = rows.iter().map(row_of_judge).collect();
        rows_total += rows.len();
        compare(name, &rows, &found, &mut wrong);
    }
    println!("{rows_total} V2GTP messages");
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
    assert!(rows_total > 0, "no rows under {}", root.display());
}

#[test]
fn the_place_of_a_message_tells_the_handshake_from_the_rest() {
    let Some(root) = root() else { return };
    let mut handshakes = 0;
    for path in files(&root.join("captures"), "pcap") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (records, _) = inspect(&path);
        let messages = records.iter().filter(|record| record.payload_type.is_some());
        let layers: BTreeMap<_, _> =
            messages.map(|record| (row_of_record(record), record.layer)).collect();
        for row in lines(&root.join(format!("exi/captured/{name}.jsonl"))) {
            let want = match row["schema"].as_str() {
                None => Layer::Sdp,
                Some("appproto") => Layer::Sap,
                Some(_) => Layer::V2g,
            };
            handshakes += u32::from(want == Layer::Sap);
            assert_eq!(
                layers.get(&row_of_judge(&row)),
                Some(&want),
                "{name} frame {}",
                row["frame"]
            );
        }
    }
    println!("{handshakes} handshake messages");
}

#[test]
fn homeplug_frames_of_captures_are_those_another_dissector_found() {
    let Some(root) = root() else { return };
    let mut rows_total = 0;
    let mut wrong = Vec::new();
    for path in files(&root.join("captures"), "pcap") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (records, _) = inspect(&path);
        let found: Vec<_> = records
            .iter()
            .filter(|record| record.layer == Layer::Slac)
            .map(|record| {
                format!(
                    "{} {} {} {}",
                    record.frame,
                    record.src,
                    record.dst,
                    hex::encode(&record.payload)
                )
            })
            .collect();
        let rows: Vec<_> = lines(&root.join(format!("slac/{name}.jsonl")))
            .iter()
            .map(|row| {
                format!(
                    "{} {} {} {}",
                    row["frame"],
                    text(row, "src"),
                    text(row, "dst"),
                    text(row, "hex")
                )
            })
            .collect();
        rows_total += rows.len();
        compare(name, &rows, &found, &mut wrong);
    }
    println!("{rows_total} HomePlug frames");
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn matching_messages_of_captures_have_the_names_another_dissector_gave() {
    let Some(root) = root() else { return };
    let mut named = 0;
    for path in files(&root.join("captures"), "pcap") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let rows = lines(&root.join(format!("slac/{name}.jsonl")));
        let names: BTreeMap<_, _> =
            rows.iter().map(|row| (row["frame"].as_u64(), text(row, "name"))).collect();
        for record in inspect(&path).0 {
            let Some(Ok(frame)) = record.homeplug() else { continue };
            // Vendors' messages have names of their own in every tool.
            if let Some(ours) = frame.message.name().filter(|name| !name.starts_with("VS_")) {
                assert_eq!(
                    Some(&ours),
                    names.get(&Some(record.frame)),
                    "{name} frame {}",
                    record.frame
                );
                named += 1;
            }
        }
    }
    println!("{named} named HomePlug messages");
    assert!(named > 0);
}

#[test]
fn recorded_sessions_decrypt_with_the_secrets_they_carry() {
    let Some(root) = root() else { return };
    let mut rows_total = 0;
    let mut wrong = Vec::new();
    for path in files(&root.join("recorded"), "pcapng") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (records, notes) = inspect(&path);
        let mut client = None;
        let found: Vec<_> = records
            .iter()
            .filter(|record| matches!(record.layer, Layer::Sap | Layer::V2g))
            .map(|record| {
                let side =
                    if *client.get_or_insert(record.src) == record.src { "evcc" } else { "secc" };
                let code = u16::from(record.payload_type.unwrap());
                format!("{side} {code:04x} {}", hex::encode(&record.payload))
            })
            .collect();
        let rows: Vec<_> = lines(&root.join(format!("recorded/{name}.v2gtp.jsonl")))
            .iter()
            .map(|row| format!("{} {} {}", text(row, "dir"), text(row, "type"), text(row, "exi")))
            .collect();
        rows_total += rows.len();
        compare(name, &rows, &found, &mut wrong);
        for note in notes {
            println!("{name} frame {}: {}", note.frame, note.kind);
        }
    }
    println!("{rows_total} recorded messages");
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

/// A stream is read once: its secrets come late, and what they open is found all the same.
#[test]
fn secrets_disclosed_on_the_way_open_what_came_before_them() {
    let Some(root) = root() else { return };
    let mut decrypted = 0;
    for path in files(&root.join("captures"), "pcap") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let reader = Reader::open(&path).unwrap();
        let (once, notes, _) = collect(Inspection::new(reader, Unread, Secrets::default()));
        let rows = |records: &[Record]| -> Vec<_> {
            let messages = records.iter().filter(|record| record.payload_type.is_some());
            messages.map(row_of_record).collect()
        };
        let mut wrong = Vec::new();
        compare(name, &rows(&inspect(&path).0), &rows(&once), &mut wrong);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let tls = once.iter().filter(|record| record.transport == Transport::Tls).count();
        let disclosed = notes.iter().any(|note| matches!(note.kind, NoteKind::Disclosure));
        assert!(tls == 0 || disclosed, "{name}");
        decrypted += tls;
    }
    println!("{decrypted} messages decrypted on the way");
    assert!(decrypted > 0);
}

/// A recorded TLS session written anew: the secrets come late, the packets were held back for them.
#[test]
fn a_session_written_anew_decrypts_here_and_in_tshark() {
    let Some(root) = root() else { return };
    for name in ["josev-josev_iso2-dc-pnc", "josev-josev_iso20-dc-pnc-tls13"] {
        let path = root.join(format!("recorded/{name}.pcapng"));
        let copy = std::env::temp_dir().join(format!("{name}-{}.pcapng", std::process::id()));
        fs::write(&copy, written_anew(&path)).unwrap();
        let messages = |path: &Path| -> Vec<_> {
            let (records, _) = inspect(path);
            let tls = records.into_iter().filter(|record| record.transport == Transport::Tls);
            tls.map(|record| (record.src, record.layer, record.payload)).collect()
        };
        assert_eq!(messages(&copy), messages(&path));
        assert!(!messages(&copy).is_empty());
        let decrypted = Command::new("tshark")
            .arg("-r")
            .arg(&copy)
            .args(["-Y", "tls && data.data contains 01:fe:80"])
            .output();
        match decrypted {
            Ok(output) => {
                let lines = String::from_utf8_lossy(&output.stdout).lines().count();
                println!("{name}: tshark decrypts {lines} frames with messages");
                assert!(
                    lines == messages(&path).len(),
                    "{}",
                    String::from_utf8_lossy(&output.stderr)
                );
            }
            Err(_) => println!("SKIPPED: no tshark"),
        }
        fs::remove_file(&copy).unwrap();
    }
}

#[test]
fn captures_of_many_cars_are_read_to_their_end() {
    let Some(root) = root() else { return };
    for path in files(&root.join("captures/everest-logfiles"), "dump") {
        let (records, notes, end) = inspect_all(&path);
        // Some recordings were broken off while they were written.
        if let Some(error) = end {
            println!("{error}");
            assert!(matches!(error.kind, ErrorKind::Truncated(_)), "{}: {error}", path.display());
            assert!(!records.is_empty(), "nothing before the cut of {}", path.display());
        }
        let count = |layer| records.iter().filter(|record| record.layer == layer).count();
        println!(
            "{}: {} slac {} sdp {} sap {} v2g",
            path.file_name().unwrap().display(),
            count(Layer::Slac),
            count(Layer::Sdp),
            count(Layer::Sap),
            count(Layer::V2g)
        );
        for note in notes.iter().filter(|note| !matches!(note.kind, NoteKind::TlsSettled(_))) {
            println!("    frame {}: {}", note.frame, note.kind);
        }
    }
}

fn root() -> Option<PathBuf> {
    let root = std::env::var_os("PNC_CAPTURES").map(PathBuf::from);
    if root.is_none() {
        eprintln!("SKIPPED: PNC_CAPTURES is not set");
    }
    root
}

/// Files whose extension begins with `extension`, in the order of their names.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| {
        path.extension().is_some_and(|found| found.to_string_lossy().starts_with(extension))
    });
    files.sort();
    assert!(!files.is_empty(), "no .{extension} files in {}", directory.display());
    files
}

/// The TCP payload of a capture with one connection, as new packets.
fn written_anew(path: &Path) -> Vec<u8> {
    let mut reader = Reader::open(path).unwrap_or_else(|error| panic!("{error}"));
    let sink = |error| panic!("{error}");
    let mut synth = Synth::new(Vec::new(), "pnc", "pev0").unwrap_or_else(sink);
    let (mut key_log, mut stream) = (String::new(), None);
    synth.hold();
    while let Ok(Some(item)) = reader.next() {
        let packet = match item {
            Item::Secrets(text) => {
                key_log.push_str(&String::from_utf8_lossy(text));
                continue;
            }
            Item::Packet(packet) => packet,
        };
        let Ok(Content::Tcp(segment)) = dissect(packet.link, packet.data) else { continue };
        let (SocketAddr::V6(src), SocketAddr::V6(dst)) = (segment.src, segment.dst) else {
            continue;
        };
        let time = packet.time.unwrap_or_default();
        if segment.syn && stream.is_none() {
            stream = synth.connect(time, src, dst).ok().map(|stream| (src, stream));
        }
        if let (false, Some((client, stream))) = (segment.payload.is_empty(), stream) {
            let from = if client == src { Sender::Client } else { Sender::Server };
            synth
                .send(time, stream, from, segment.payload)
                .unwrap_or_else(|error| panic!("{error}"));
        }
    }
    synth.secrets(&key_log).and_then(|()| synth.finish()).unwrap_or_else(|error| panic!("{error}"))
}

fn inspect(path: &Path) -> (Vec<Record>, Vec<Note>) {
    match inspect_all(path) {
        (records, notes, None) => (records, notes),
        (_, _, Some(error)) => panic!("{}: {error}", path.display()),
    }
}

fn inspect_all(path: &Path) -> (Vec<Record>, Vec<Note>, Option<Error>) {
    let inspection = Inspection::open(path, Unread, Secrets::default());
    collect(inspection.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn collect<R: Read>(mut inspection: Inspection<R>) -> (Vec<Record>, Vec<Note>, Option<Error>) {
    let (mut records, mut notes) = (Vec::new(), Vec::new());
    loop {
        match inspection.next() {
            Ok(Some(Event::Record(record))) => records.push(record),
            Ok(Some(Event::Note(note))) => notes.push(note),
            Ok(None) => return (records, notes, None),
            Err(error) => return (records, notes, Some(error)),
        }
    }
}

/// A capture without messages has no file of rows.
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let row = |line| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    text.lines().map(row).collect()
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_else(|| panic!("no {field} in {row}"))
}

fn row_of_record(record: &Record) -> String {
    let Record { frame, src, dst, transport, .. } = record;
    let time = record.time.map_or(0, |time| time / 1000);
    let payload_type = record.payload_type.map_or(0, u16::from);
    format!(
        "{frame} {time} {src} {dst} {transport} {payload_type:#06x} {}",
        hex::encode(&record.payload)
    )
}

fn row_of_judge(row: &Value) -> String {
    let frame = row.get("frame_end").unwrap_or(&row["frame"]);
    let time = (row["time"].as_f64().unwrap_or(f64::NAN) * 1e6).round() as u64;
    let [src, dst] = ["src", "dst"].map(|field| text(row, field));
    format!(
        "{frame} {time} {src} {dst} {} {} {}",
        text(row, "transport"),
        text(row, "payload_type"),
        text(row, "hex")
    )
}

/// Rows and finds must be the same, in any order within a frame.
fn compare(name: &str, rows: &[String], found: &[String], wrong: &mut Vec<String>) {
    let mut balance = BTreeMap::new();
    rows.iter().for_each(|row| *balance.entry(row).or_insert(0) += 1);
    found.iter().for_each(|row| *balance.entry(row).or_insert(0) -= 1);
    for (row, count) in balance {
        match count {
            0 => {}
            1.. => wrong.push(format!("{name}: missing {row}")),
            _ => wrong.push(format!("{name}: additional {row}")),
        }
    }
}
