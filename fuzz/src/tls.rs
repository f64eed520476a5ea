//! ClientHellos, and connections that are decrypted from captures.

use v2g_tls::capture::{Direction, Secrets, Session};
use v2g_tls::{ClientHelloInfo, HelloFilter};

/// An octet says in which pieces the others arrive: records with a hello, or the hello itself.
pub fn tls_hello(data: &[u8]) {
    let Some((&step, data)) = data.split_first() else { return };
    if let Some(hello) = ClientHelloInfo::parse(data) {
        assert!(!hello.to_string().is_empty());
    }
    let step = usize::from(step) + 1;
    for pass in [HelloFilter::inbound, HelloFilter::outbound] {
        let whole = pass(&mut HelloFilter::default(), data);
        let mut filter = HelloFilter::default();
        let pieces: Result<Vec<_>, _> = data.chunks(step).map(|p| pass(&mut filter, p)).collect();
        if let (Ok(whole), Ok(pieces)) = (&whole, &pieces) {
            assert_eq!(*whole, pieces.concat(), "pieces of {step} octets read otherwise");
        }
        assert_eq!(whole.err(), pieces.err());
    }
}

/// A key log, a zero octet, then pieces: one octet for direction and high bits of a length, one for the
/// low bits, and that many octets of TCP payload.
pub fn tls_session(data: &[u8]) {
    let mut parts = data.splitn(2, |octet| *octet == 0);
    let key_log = parts.next().unwrap_or_default();
    let mut stream = parts.next().unwrap_or_default();
    let secrets = Secrets::parse(&String::from_utf8_lossy(key_log));
    let mut session = Session::new(&secrets);
    let mut failed = None;
    while let [high, low, rest @ ..] = stream {
        let direction = if high & 0x80 == 0 { Direction::Client } else { Direction::Server };
        let len = usize::from(high & 0x7f) << 8 | usize::from(*low);
        let (piece, rest) = rest.split_at(len.min(rest.len()));
        stream = rest;
        let fed = session.feed(direction, piece);
        assert!(failed.is_none() || failed == fed.err(), "another error than before");
        failed = fed.err();
        for direction in [Direction::Client, Direction::Server] {
            let read = session.read(direction);
            assert!(read.iter().all(|p| p.start < p.end && !p.bytes.is_empty()));
            assert!(read.windows(2).all(|w| w[0].end <= w[1].start));
            assert!(session.chain(direction).iter().all(|c| c.len() <= data.len()));
        }
    }
    let _ = (session.negotiated(), session.alerts(), session.encrypt_then_mac());
}
