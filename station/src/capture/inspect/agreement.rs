//! Which protocol a connection speaks: what its SupportedAppProtocol exchange says.

use super::Layer;
use std::sync::Arc;
use v2g::v2gtp::PayloadType;

/// Decodes a SupportedAppProtocol message; `None` if the octets are none.
pub trait ReadSap {
    fn read_sap(&mut self, exi: &[u8]) -> Option<Sap>;
}

impl<F: FnMut(&[u8]) -> Option<Sap>> ReadSap for F {
    fn read_sap(&mut self, exi: &[u8]) -> Option<Sap> {
        self(exi)
    }
}

/// Decodes nothing: messages are told apart by their place alone and no protocol is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unread;

impl ReadSap for Unread {
    fn read_sap(&mut self, _exi: &[u8]) -> Option<Sap> {
        None
    }
}

/// A SupportedAppProtocol message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Sap {
    Request(Vec<Offer>),
    /// `None` if nothing was agreed or the answer leaves the number out.
    Response(Option<u8>),
}

/// One protocol of an offer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Offer {
    pub namespace: String,
    pub major: u32,
    pub minor: u32,
    /// The car's number for this entry.
    pub schema_id: u8,
}

/// What a connection speaks.
pub type Agreed = Offer;

/// Follows one connection. The protocol comes from the handshake, never from trying grammars.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    offer: Option<Vec<Offer>>,
    /// Whether the exchange is over, or was before the capture began.
    settled: bool,
    asker: Option<usize>,
    pub(super) protocol: Option<Arc<Agreed>>,
}

impl Agreement {
    /// The layer of the next message that side `side` sent. `from_start`: nothing was sent before
    /// the messages seen, so the first of each side is the handshake whatever it says.
    pub(super) fn layer<S: ReadSap>(
        &mut self,
        side: usize,
        payload_type: PayloadType,
        exi: &[u8],
        from_start: bool,
        sap: &mut S,
    ) -> Layer {
        if payload_type.is_sdp() {
            return Layer::Sdp;
        }
        if self.settled || payload_type != PayloadType::Exi {
            self.settled = true;
            return Layer::V2g;
        }
        match self.asker {
            None => match sap.read_sap(exi) {
                Some(Sap::Request(offer)) if from_start || is_plausible(&offer) => {
                    self.offer = Some(offer);
                    self.asker = Some(side);
                    Layer::Sap
                }
                _ if from_start => {
                    self.asker = Some(side);
                    Layer::Sap
                }
                _ => {
                    self.settled = true;
                    Layer::V2g
                }
            },
            // A request sent again before its answer.
            Some(asker) if asker == side => match sap.read_sap(exi) {
                Some(Sap::Request(offer)) => {
                    self.offer = Some(offer);
                    Layer::Sap
                }
                _ => {
                    self.settled = true;
                    Layer::V2g
                }
            },
            Some(_) => {
                self.settled = true;
                let offer = self.offer.take().unwrap_or_default();
                self.protocol = match (sap.read_sap(exi), offer.as_slice()) {
                    (Some(Sap::Response(Some(id))), offer) => {
                        offer.iter().find(|entry| entry.schema_id == id)
                    }
                    _ => None,
                }
                .cloned()
                .map(Arc::new);
                Layer::Sap
            }
        }
    }
}

/// Other messages may decode as an offer, but not of protocols that have such names.
fn is_plausible(offer: &[Offer]) -> bool {
    !offer.is_empty() && offer.iter().all(|entry| entry.namespace.starts_with("urn:"))
}
