//! Reads SLAC captures and shows each frame in a line.
//!
//! `cargo run -p pnc-slac --example replay -- FILE...`, with one frame per line: plain hexadecimal, or JSON with a `"hex"` member.
//! With `--check`, frames are not shown but written again and compared, padding aside; the last line counts them.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use slac::{Frame, Message};

fn main() -> ExitCode {
    let (flags, paths): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    match replay(&paths, flags.iter().any(|flag| flag == "--check")) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// False when a frame does not parse or does not come out as it went in.
fn replay(paths: &[String], is_check: bool) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut is_good = true;
    for path in paths {
        for (number, line) in (1..).zip(io::BufReader::new(std::fs::File::open(path)?).lines()) {
            let line = line?;
            let Some(octets) = frame_of(&line) else { continue };
            if octets.get(12..14) != Some(&slac::mme::ETHERTYPE.to_be_bytes()) {
                *counts.entry("not HomePlug").or_default() += 1;
                continue;
            }
            match Frame::parse(&octets) {
                Ok(frame) if is_check => {
                    *counts.entry(frame.message.name().unwrap_or("unknown")).or_default() += 1;
                    if let Some(difference) = difference(&octets, &frame) {
                        is_good = false;
                        writeln!(out, "{path}:{number}: octet {difference} differs: {frame}")?;
                    }
                }
                Ok(frame) => writeln!(out, "{frame}")?,
                Err(error) => {
                    is_good = false;
                    writeln!(out, "{path}:{number}: {error}")?;
                }
            }
        }
    }
    for (name, count) in counts {
        writeln!(out, "{count:6} {name}")?;
    }
    Ok(is_good)
}

/// The frame in a line, without VLAN tag.
fn frame_of(line: &str) -> Option<Vec<u8>> {
    let line = line.trim();
    let text = match line.strip_prefix('{') {
        Some(object) => object.split("\"hex\":").nth(1)?.split('"').nth(1)?,
        None => line,
    };
    let mut octets = hex::decode(text).ok()?;
    if octets.get(12..14) == Some(&[0x81, 0x00]) {
        octets.drain(12..16);
    }
    Some(octets)
}

/// Where the frame comes out differently, up to the end of its message; padding is not compared.
fn difference(octets: &[u8], frame: &Frame) -> Option<usize> {
    let emitted = frame.emit();
    let end = match frame.message {
        Message::Unknown { .. } => octets.len(),
        _ => (0..octets.len())
            .find(|&end| Frame::parse(&octets[..end]).as_ref() == Ok(frame))
            .unwrap_or(octets.len()),
    };
    (0..end).find(|&at| octets.get(at) != emitted.get(at))
}
