//! The same without a codec.

use std::io::{Read, Write, stdin, stdout};

fn main() -> std::io::Result<()> {
    let mut octets = vec![0; 8192];
    let n = stdin().read(&mut octets)?;
    stdout().write_all(&octets[..n])
}
