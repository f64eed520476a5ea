//! Decodes a message of ISO 15118-2 from the standard input and encodes it again.

use exi::Document;
use std::io::{Read, Write, stdin, stdout};
use v2g::iso2::msg::V2gMessage;

fn main() -> std::io::Result<()> {
    let mut octets = vec![0; 8192];
    let n = stdin().read(&mut octets)?;
    let Ok(message) = V2gMessage::decode(&octets[..n]) else { std::process::exit(1) };
    let Ok(n) = message.encode(&mut octets) else { std::process::exit(2) };
    stdout().write_all(&octets[..n])
}
