//! Each message, ready to be measured in both directions by either codec.

use crate::messages;
use exi::Document;
use iso15118::exi::ExiDocument;
use iso15118::{app_protocol, iso2};
use std::hint::black_box;

/// A message and how many times as fast as the peer it must be decoded and encoded.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) octets: Vec<u8>,
    pub(crate) ours: Box<dyn Codec>,
    pub(crate) theirs: Box<dyn Codec>,
    pub(crate) target: (f64, f64),
}

/// Room for every message.
pub(crate) const ROOM: usize = 8192;

/// What is measured, with one message to encode.
pub(crate) trait Codec {
    fn decode(&self, octets: &[u8]);
    fn encode(&self, out: &mut [u8]) -> usize;
}

struct Ours<D>(D);

impl<D: Document> Codec for Ours<D> {
    #[inline(never)]
    fn decode(&self, octets: &[u8]) {
        let message = D::decode(black_box(octets));
        black_box(&message);
    }
    #[inline(never)]
    fn encode(&self, out: &mut [u8]) -> usize {
        black_box(&self.0).encode(black_box(out)).unwrap_or(0)
    }
}

struct Theirs<D>(D);

impl<D: ExiDocument> Codec for Theirs<D> {
    #[inline(never)]
    fn decode(&self, octets: &[u8]) {
        let message = D::from_bytes(black_box(octets));
        black_box(&message);
    }
    #[inline(never)]
    fn encode(&self, out: &mut [u8]) -> usize {
        black_box(&self.0).to_slice(black_box(out)).unwrap_or(0)
    }
}

fn case<D: Document + 'static, P: ExiDocument + 'static>(
    name: &'static str,
    message: D,
    target: (f64, f64),
) -> Case {
    let octets = message.to_vec().unwrap_or_else(|e| panic!("{name}: {e}"));
    let peer = P::from_bytes(&octets).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(peer.to_vec().ok().as_ref(), Some(&octets), "{name}");
    Case { name, octets, ours: Box::new(Ours(message)), theirs: Box::new(Theirs(peer)), target }
}

/// A message of the charge loop, which stands before every other.
const LOOP: (f64, f64) = (6.0, 8.0);

/// All messages.
pub(crate) fn cases() -> Vec<Case> {
    made().unwrap_or_else(|e| panic!("{e}"))
}

fn made() -> messages::Made<Vec<Case>> {
    use app_protocol::SupportedAppProtocolReq as PeerOffer;
    use iso2::Document as Peer;
    use messages as m;
    Ok(vec![
        case::<_, PeerOffer>("supportedAppProtocolReq", m::offer()?, (5.0, 5.0)),
        case::<_, Peer>("SessionSetupRes", m::session_setup_res()?, (5.0, 5.0)),
        case::<_, Peer>("AuthorizationReq, signed", m::authorization_req()?, (7.0, 10.0)),
        case::<_, Peer>("CertificateInstallationRes", m::installation_res()?, (12.0, 40.0)),
        case::<_, Peer>("CurrentDemandReq", m::current_demand_req()?, LOOP),
        case::<_, Peer>("CurrentDemandRes", m::current_demand_res()?, LOOP),
    ])
}
