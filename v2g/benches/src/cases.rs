//! Each message, ready to be measured in both directions by either codec.

use crate::{din, iso20, messages};
use exi::Document;
use iso15118::exi::ExiDocument;
use iso15118::{app_protocol, iso2, iso20 as peer};
use std::hint::black_box;

/// A message, and how many times as fast as another codec it must be decoded and encoded.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) ours: Box<dyn Codec>,
    pub(crate) theirs: Box<dyn Codec>,
    pub(crate) target: (f64, f64),
}

/// Room for every message.
pub(crate) const ROOM: usize = 8192;

/// What is measured: a message, and its octets.
pub(crate) trait Codec {
    fn octets(&self) -> &[u8];
    fn decode(&self);
    fn encode(&self, out: &mut [u8]) -> usize;
}

struct Ours<D>(D, Vec<u8>);

impl<D: Document> Codec for Ours<D> {
    fn octets(&self) -> &[u8] {
        &self.1
    }
    #[inline(never)]
    fn decode(&self) {
        let message = D::decode(black_box(&self.1));
        black_box(&message);
    }
    #[inline(never)]
    fn encode(&self, out: &mut [u8]) -> usize {
        black_box(&self.0).encode(black_box(out)).unwrap_or(0)
    }
}

struct Theirs<D>(D, Vec<u8>);

impl<D: ExiDocument> Codec for Theirs<D> {
    fn octets(&self) -> &[u8] {
        &self.1
    }
    #[inline(never)]
    fn decode(&self) {
        let message = D::from_bytes(black_box(&self.1));
        black_box(&message);
    }
    #[inline(never)]
    fn encode(&self, out: &mut [u8]) -> usize {
        black_box(&self.0).to_slice(black_box(out)).unwrap_or(0)
    }
}

fn ours<D: Document + 'static>(message: D) -> Box<dyn Codec> {
    let octets = message.to_vec().unwrap_or_else(|e| panic!("{}: {e}", D::NAME));
    assert!(D::decode(&octets).is_ok_and(|m| m.to_vec().as_ref() == Ok(&octets)), "{}", D::NAME);
    Box::new(Ours(message, octets))
}

/// Beside the peer, who must read and write the same.
fn case<P: ExiDocument + 'static>(
    name: &'static str,
    message: impl Document + 'static,
    target: (f64, f64),
) -> Case {
    let ours = ours(message);
    let octets = ours.octets().to_vec();
    let peer = P::from_bytes(&octets).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(peer.to_vec().ok().as_ref(), Some(&octets), "{name}");
    Case { name, ours, theirs: Box::new(Theirs(peer, octets)), target }
}

/// A message of the charge loop, where every other is in no hurry.
const LOOP: (f64, f64) = (6.0, 8.0);
/// The peer's quickest process takes about 19 us to encode so large a message, others up to 60.
const BULK: (f64, f64) = (12.0, 40.0);
/// The peer has no DIN SPEC 70121: as fast as our own ISO 15118-2, but for what DIN has more.
const DIN: (f64, f64) = (0.8, 0.8);

/// All messages.
pub(crate) fn cases() -> Vec<Case> {
    made().unwrap_or_else(|e| panic!("{e}"))
}

fn made() -> messages::Made<Vec<Case>> {
    use app_protocol::SupportedAppProtocolReq as PeerOffer;
    use iso2::Document as Peer;
    use messages as m;
    Ok(vec![
        case::<PeerOffer>("supportedAppProtocolReq", m::offer()?, (5.0, 5.0)),
        case::<Peer>("SessionSetupRes", m::session_setup_res()?, (5.0, 5.0)),
        case::<Peer>("AuthorizationReq, signed", m::authorization_req()?, (7.0, 10.0)),
        case::<Peer>("CertificateInstallationRes", m::installation_res()?, BULK),
        case::<Peer>("CurrentDemandReq", m::current_demand_req()?, LOOP),
        case::<Peer>("CurrentDemandRes", m::current_demand_res()?, LOOP),
        case::<peer::dc::Document>("DC_ChargeLoopReq", iso20::dc_loop_req()?, LOOP),
        case::<peer::dc::Document>("DC_ChargeLoopRes", iso20::dc_loop_res()?, LOOP),
        case::<peer::ac::Document>("AC_ChargeLoopReq", iso20::ac_loop_req()?, LOOP),
        case::<peer::ac::Document>("AC_ChargeLoopRes", iso20::ac_loop_res()?, LOOP),
        Case {
            name: "DIN CurrentDemandReq, to -2",
            ours: ours(din::current_demand_req()?),
            theirs: ours(m::current_demand_req()?),
            target: DIN,
        },
        Case {
            name: "DIN CurrentDemandRes, to -2",
            ours: ours(din::current_demand_res()?),
            theirs: ours(m::current_demand_res()?),
            target: DIN,
        },
    ])
}
