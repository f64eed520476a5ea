//! Decrypts recorded connections: `decrypt KEYLOG STREAM`.
//!
//! STREAM has a line `client HEX` or `server HEX` for every TCP segment, in order. Prints the
//! application data of each record in the same form, after a line with what was negotiated.

use std::io::{Error, Write};

use v2g_tls::capture::{Direction, Secrets, Session};

fn main() -> std::io::Result<()> {
    let [_, key_log, stream] = &std::env::args().collect::<Vec<_>>()[..] else {
        return Err(Error::other("usage: decrypt KEYLOG STREAM"));
    };
    let mut session = Session::new(&Secrets::parse(&std::fs::read_to_string(key_log)?));
    let mut lines = Vec::new();
    for line in std::fs::read_to_string(stream)?.lines() {
        let (who, bytes) = line.split_once(' ').ok_or_else(|| Error::other("no bytes"))?;
        let direction = if who == "client" { Direction::Client } else { Direction::Server };
        session
            .feed(direction, &hex::decode(bytes).map_err(Error::other)?)
            .map_err(Error::other)?;
        for plaintext in session.read(direction) {
            lines.push(format!("{who} {}", hex::encode(plaintext.bytes)));
        }
    }
    let mut out = std::io::stdout().lock();
    if let Some(negotiated) = session.negotiated() {
        writeln!(out, "# {negotiated} encrypt_then_mac={}", session.encrypt_then_mac())?;
    }
    if let Some(hello) = session.client_hello() {
        writeln!(out, "# {hello}")?;
    }
    for alert in session.alerts() {
        writeln!(out, "# {alert:?}")?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}
