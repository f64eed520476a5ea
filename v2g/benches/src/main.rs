//! Decoding and encoding beside the published crate `iso15118` 0.7.0, in one binary.
//!
//! `cargo run --release -- --bench` here shows divan's table of both, then medians that were taken
//! in turns, so that a busy machine slows both alike, and their ratio.

mod messages;

use divan::Bencher;
use exi::Document as _;
use iso15118::exi::ExiDocument;
use iso15118::{app_protocol, iso2};
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;
use v2g::app_protocol::SupportedAppProtocolReq;
use v2g::iso2::msg::V2gMessage;

fn main() -> io::Result<()> {
    divan::main();
    // As an ordinary test, or when asked for a list, the benches alone run.
    if std::env::args().any(|a| a == "--bench") && !std::env::args().any(|a| a == "--list") {
        ratios(&mut io::stdout().lock())?;
    }
    Ok(())
}

/// One message, ready to be measured in both directions by either codec.
enum Case {
    Offer(SupportedAppProtocolReq, Box<app_protocol::SupportedAppProtocolReq>),
    Message(Box<V2gMessage>, Box<iso2::Document>),
}

fn cases() -> Vec<(&'static str, Vec<u8>, Case)> {
    let mut cases = Vec::new();
    if let Ok(ours) = messages::offer() {
        let octets = messages::octets(&ours);
        if let Ok(theirs) = app_protocol::SupportedAppProtocolReq::from_bytes(&octets) {
            cases.push(("supportedAppProtocolReq", octets, Case::Offer(ours, Box::new(theirs))));
        }
    }
    for (name, ours) in messages::messages().unwrap_or_default() {
        let octets = messages::octets(&ours);
        if let Ok(theirs) = iso2::Document::from_bytes(&octets) {
            cases.push((name, octets, Case::Message(Box::new(ours), Box::new(theirs))));
        }
    }
    assert_eq!(cases.len(), 6, "both codecs must read every message");
    cases
}

impl Case {
    fn decode_ours(&self, octets: &[u8]) {
        match self {
            Self::Offer(..) => drop(black_box(SupportedAppProtocolReq::decode(black_box(octets)))),
            Self::Message(..) => drop(black_box(V2gMessage::decode(black_box(octets)))),
        }
    }

    fn decode_theirs(&self, octets: &[u8]) {
        match self {
            Self::Offer(..) => {
                drop(black_box(app_protocol::SupportedAppProtocolReq::from_bytes(black_box(
                    octets,
                ))));
            }
            Self::Message(..) => drop(black_box(iso2::Document::from_bytes(black_box(octets)))),
        }
    }

    fn encode_ours(&self, out: &mut [u8]) -> usize {
        black_box(match self {
            Self::Offer(m, _) => black_box(m).encode(out),
            Self::Message(m, _) => black_box(&**m).encode(out),
        })
        .unwrap_or(0)
    }

    fn encode_theirs(&self, out: &mut [u8]) -> usize {
        black_box(match self {
            Self::Offer(_, m) => black_box(&**m).to_slice(out),
            Self::Message(_, m) => black_box(&**m).to_slice(out),
        })
        .unwrap_or(0)
    }
}

const NAMES: [&str; 6] = [
    "supportedAppProtocolReq",
    "SessionSetupRes",
    "AuthorizationReq, signed",
    "CertificateInstallationRes",
    "CurrentDemandReq",
    "CurrentDemandRes",
];

fn case(name: &str) -> (Vec<u8>, Case) {
    let found = cases().into_iter().find(|(n, ..)| *n == name);
    found.map(|(_, octets, case)| (octets, case)).unwrap_or_else(|| panic!("no message {name}"))
}

#[divan::bench(args = NAMES)]
fn decode(bencher: Bencher<'_, '_>, name: &str) {
    let (octets, case) = case(name);
    bencher.bench_local(|| case.decode_ours(&octets));
}

#[divan::bench(args = NAMES)]
fn decode_iso15118(bencher: Bencher<'_, '_>, name: &str) {
    let (octets, case) = case(name);
    bencher.bench_local(|| case.decode_theirs(&octets));
}

#[divan::bench(args = NAMES)]
fn encode(bencher: Bencher<'_, '_>, name: &str) {
    let ((_, case), mut out) = (case(name), vec![0; 8192]);
    bencher.bench_local(|| case.encode_ours(&mut out));
}

#[divan::bench(args = NAMES)]
fn encode_iso15118(bencher: Bencher<'_, '_>, name: &str) {
    let ((_, case), mut out) = (case(name), vec![0; 8192]);
    bencher.bench_local(|| case.encode_theirs(&mut out));
}

/// Measures both codecs in turns, prints medians and ratios, and holds the charge loop to its target.
fn ratios(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{:28} {:>6} {:>22} {:>22}", "median ns", "octets", "decode", "encode")?;
    for (name, octets, case) in cases() {
        let (mut one, mut two) = (vec![0; 8192], vec![0; 8192]);
        let n = case.encode_ours(&mut one);
        assert_eq!((n, &one[..n]), (case.encode_theirs(&mut two), &octets[..]), "{name}");
        assert_eq!(one[..n], two[..n], "{name}");
        let decode = turns(|| case.decode_ours(&octets), || case.decode_theirs(&octets));
        let ours = || {
            case.encode_ours(&mut one);
        };
        let theirs = || {
            case.encode_theirs(&mut two);
        };
        let encode = turns(ours, theirs);
        let show =
            |(ours, theirs): (f64, f64)| format!("{ours:.0} / {theirs:.0} = {:.1}x", theirs / ours);
        writeln!(out, "{name:28} {:>6} {:>22} {:>22}", octets.len(), show(decode), show(encode))?;
        if name.starts_with("CurrentDemand") {
            for (ours, theirs) in [decode, encode] {
                assert!(theirs >= TARGET * ours, "{name} is less than {TARGET} times as fast");
            }
        }
    }
    Ok(())
}

/// How many times as fast the charge loop must be.
const TARGET: f64 = 4.0;
const TURNS: usize = 401;
const BATCH: u32 = 100;

/// Medians in ns of two functions that run in turns.
fn turns(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        a.push(batch(&mut ours));
        b.push(batch(&mut theirs));
    }
    (median(a), median(b))
}

fn batch(f: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..BATCH {
        f();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH)
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
