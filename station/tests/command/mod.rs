//! Runs the built command.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `pnc` with these arguments and this standard input.
pub(crate) fn pnc(arguments: &[&str], input: impl Into<Vec<u8>>) -> Run {
    let input = input.into();
    let mut child = Command::new(env!("CARGO_BIN_EXE_pnc"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{error}"));
    let stdin = child.stdin.take();
    // A command that ends early does not read it all.
    let writer = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap_or_else(|error| panic!("{error}"));
    let _ = writer.join();
    let text =
        |octets: Vec<u8>| String::from_utf8(octets).unwrap_or_else(|error| panic!("{error}"));
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The path of a test vector.
#[allow(dead_code, reason = "not every suite of tests has vectors")]
pub(crate) fn vector(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../test-vectors")).join(name)
}
