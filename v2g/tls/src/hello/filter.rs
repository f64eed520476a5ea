//! Applies the rewriting to the first handshake message of each direction.

use super::message::{CLIENT_HELLO, SERVER_HELLO};
use super::rewrite::{from_wire, to_wire};
use super::{ClientHelloInfo, HelloError};

/// Sits between the socket and rustls, on either side of a connection, and does no I/O itself.
///
/// Give it every byte in order: what the socket received through [`inbound`](Self::inbound), what rustls
/// wants to send through [`outbound`](Self::outbound). After the first handshake message of a direction
/// (or anything else than a handshake record) that direction passes unchanged.
///
/// ```
/// # use v2g_tls::{HelloFilter, HelloError};
/// # fn read(_: &mut [u8]) -> usize { 0 }
/// # fn main() -> Result<(), HelloError> {
/// let mut filter = HelloFilter::default();
/// let mut buf = [0; 4096];
/// let n = read(&mut buf);
/// let for_rustls = filter.inbound(&buf[..n])?;
/// # let from_rustls = [];
/// let for_socket = filter.outbound(&from_rustls)?;
/// if let Some(hello) = filter.client_hello() {
///     println!("{hello}");
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Default)]
pub struct HelloFilter {
    inbound: Lane,
    outbound: Lane,
    client_hello: Option<ClientHelloInfo>,
}

impl HelloFilter {
    /// Bytes from the peer, as rustls takes them; fewer than given while a hello is incomplete.
    pub fn inbound(&mut self, bytes: &[u8]) -> Result<Vec<u8>, HelloError> {
        let Self { inbound, client_hello, .. } = self;
        inbound.push(bytes, |message| {
            note(client_hello, message);
            Ok(from_wire(message)?.into_owned())
        })
    }

    /// Bytes from rustls, as the peer is to get them; fewer than given while a hello is incomplete.
    pub fn outbound(&mut self, bytes: &[u8]) -> Result<Vec<u8>, HelloError> {
        let Self { outbound, client_hello, .. } = self;
        outbound.push(bytes, |message| {
            let message = to_wire(message).into_owned();
            note(client_hello, &message);
            Ok(message)
        })
    }

    /// True once bytes from the peer pass unchanged and nothing is held back.
    pub fn inbound_is_through(&self) -> bool {
        matches!(self.inbound, Lane::Through)
    }

    /// True once bytes to the peer pass unchanged and nothing is held back.
    pub fn outbound_is_through(&self) -> bool {
        matches!(self.outbound, Lane::Through)
    }

    /// The ClientHello that passed, as it was on the wire.
    pub fn client_hello(&self) -> Option<&ClientHelloInfo> {
        self.client_hello.as_ref()
    }
}

fn note(slot: &mut Option<ClientHelloInfo>, message: &[u8]) {
    if slot.is_none() {
        *slot = ClientHelloInfo::parse(message);
    }
}

/// One direction.
#[derive(Debug)]
enum Lane {
    /// Before the end of the first handshake message; `records` is less than one whole record.
    Waiting {
        records: Vec<u8>,
        handshake: Vec<u8>,
    },
    Through,
}

impl Default for Lane {
    fn default() -> Self {
        Self::Waiting { records: Vec::new(), handshake: Vec::new() }
    }
}

impl Lane {
    fn push(
        &mut self,
        bytes: &[u8],
        edit: impl FnOnce(&[u8]) -> Result<Vec<u8>, HelloError>,
    ) -> Result<Vec<u8>, HelloError> {
        let Self::Waiting { records, handshake } = self else { return Ok(bytes.to_vec()) };
        records.extend_from_slice(bytes);
        while let Some((header, rest)) = records.split_first_chunk::<5>() {
            let [typ, v0, v1, l0, l1] = *header;
            let len = usize::from(u16::from_be_bytes([l0, l1]));
            if typ != HANDSHAKE || len == 0 || len > MAX_FRAGMENT || v0 != 3 {
                if !handshake.is_empty() {
                    return Err(HelloError::Interrupted);
                }
                let out = core::mem::take(records);
                *self = Self::Through;
                return Ok(out);
            }
            let Some(fragment) = rest.get(..len) else { break };
            handshake.extend_from_slice(fragment);
            records.drain(..5 + len);
            let Some([typ, a, b, c]) = handshake.first_chunk::<4>() else { continue };
            let end = 4 + u32::from_be_bytes([0, *a, *b, *c]) as usize;
            let is_hello = matches!(*typ, CLIENT_HELLO | SERVER_HELLO);
            if is_hello && end > MAX_HELLO {
                return Err(HelloError::TooLong(end));
            }
            let flight = if !is_hello {
                core::mem::take(handshake)
            } else if let Some(hello) = handshake.get(..end) {
                let mut flight = edit(hello)?;
                flight.extend(handshake.drain(..).skip(end));
                flight
            } else {
                continue;
            };
            let mut out = Vec::with_capacity(flight.len() + 5 + records.len());
            for part in flight.chunks(MAX_FRAGMENT) {
                out.extend([HANDSHAKE, v0, v1]);
                out.extend((part.len() as u16).to_be_bytes()); // at most MAX_FRAGMENT
                out.extend(part);
            }
            out.append(records);
            *self = Self::Through;
            return Ok(out);
        }
        Ok(Vec::new())
    }
}

const HANDSHAKE: u8 = 22;
const MAX_FRAGMENT: usize = 16_384;
/// Far above any hello seen: those of cars in captures have 170 to 520 bytes.
const MAX_HELLO: usize = 16_384;
