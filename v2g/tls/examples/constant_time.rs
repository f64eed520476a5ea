//! Is the MAC check of the CBC suite constant time? To be run under valgrind: `constant_time check|textbook`.
//!
//! Every byte of a decrypted record is marked undefined, so that memcheck reports each branch and
//! address that depends on one. `textbook` runs what one would write without thinking of Lucky 13.

use std::io::{Error, Result, Write};

use ring::hmac;
use v2g_tls::MacThenEncrypt;

const KEY: [u8; 32] = [7; 32];
const HEADER: [u8; 11] = [0, 0, 0, 0, 0, 0, 0, 1, 23, 3, 3];

fn main() -> Result<()> {
    let mode = std::env::args().nth(1);
    let textbook = match mode.as_deref() {
        Some("check") => false,
        Some("textbook") => true,
        _ => return Err(Error::other("usage: constant_time check|textbook")),
    };
    let mac = MacThenEncrypt::new(&KEY);
    let mut checked = 0;
    for n in (48..=1024).step_by(16).chain([4096, 16_432, 16_672]) {
        let flaws = [Flaw::None, Flaw::Mac, Flaw::Padding];
        for (pad, flaw) in [15, 0, 31, 255].iter().flat_map(|p| flaws.map(|f| (*p, f))) {
            // A padding length of 0 has no padding byte that could be wrong.
            if n < 33 + usize::from(pad) || (pad == 0 && flaw == Flaw::Padding) {
                continue;
            }
            let body = body(n, pad, flaw);
            memcheck(&body, Mark::Undefined);
            let (good, len) = if textbook { leaky(&body) } else { mac.check(&HEADER, &body) };
            let result = [u64::from(good), len as u64].map(u64::to_ne_bytes).concat();
            memcheck(&result, Mark::Defined);
            let (good, len) = result.split_at(8);
            if good.contains(&0xff) != (flaw == Flaw::None) {
                return Err(Error::other(format!("wrong verdict at {n}, padding {pad}")));
            }
            if flaw == Flaw::None && *len != (n as u64 - 33 - u64::from(pad)).to_ne_bytes() {
                return Err(Error::other(format!("wrong length at {n}, padding {pad}")));
            }
            checked += 1;
        }
    }
    writeln!(std::io::stdout(), "{checked} records checked")
}

#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    None,
    Mac,
    Padding,
}

/// data || MAC || padding, `n` bytes together.
fn body(n: usize, pad: u8, flaw: Flaw) -> Vec<u8> {
    let len = n - 33 - usize::from(pad);
    let mut body: Vec<u8> = (0..len).map(|i| (i * 7) as u8).collect();
    body.extend(tag(&body).as_ref());
    body.extend(std::iter::repeat_n(pad, usize::from(pad) + 1));
    match flaw {
        Flaw::None => {}
        Flaw::Mac => body[len] ^= 1,
        Flaw::Padding => body[n - 2] ^= 1,
    }
    body
}

fn tag(data: &[u8]) -> hmac::Tag {
    let len = (data.len() as u16).to_be_bytes();
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &KEY), &[&HEADER[..], &len, data].concat())
}

fn leaky(body: &[u8]) -> (u32, usize) {
    let n = body.len();
    let pad = usize::from(body[n - 1]);
    if pad + 33 > n || body[n - 1 - pad..].iter().any(|b| usize::from(*b) != pad) {
        return (0, 0);
    }
    let len = n - 33 - pad;
    let good = tag(&body[..len]).as_ref() == &body[len..len + 32];
    (if good { u32::MAX } else { 0 }, len)
}

#[derive(Clone, Copy)]
enum Mark {
    Undefined = 1,
    Defined = 2,
}

/// A client request to memcheck; outside of valgrind it does nothing.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "valgrind listens to an instruction sequence")]
fn memcheck(bytes: &[u8], mark: Mark) {
    let request: [u64; 6] =
        [0x4d43_0000 + mark as u64, bytes.as_ptr() as u64, bytes.len() as u64, 0, 0, 0];
    // SAFETY: four rotations that add up to 128 bits and an exchange of a register with itself change nothing.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") &request, inout("rdx") 0u64 => _, options(nostack)
        );
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn memcheck(_: &[u8], _: Mark) {}
