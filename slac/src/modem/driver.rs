//! What the modems of all makers can be asked and can tell.

use alloc::vec::Vec;

use super::{Identity, Make, SetKeyResult};
use crate::key::{NetworkKey, Nid};
use crate::mme::network::{DiscoverListReq, NwInfoReq};
use crate::mme::{Mac, Message, SetKeyReq};

/// The messages of one make. Without state.
pub trait Driver: Sync {
    /// Whose modems these are.
    fn make(&self) -> Make;

    /// Where they listen for their host.
    fn address(&self) -> Mac {
        Mac::LOCAL_MODEM
    }

    /// Which result of CM_SET_KEY.CNF they mean as success.
    fn success(&self) -> SetKeyResult;

    /// The message that asks for this; `None`: it cannot be asked for.
    fn request(&self, request: Request<'_>) -> Option<Message>;

    /// What a message of such a modem tells.
    fn report(&self, message: &Message) -> Option<Report>;
}

/// What a host wants of its modem.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// Who it is.
    Identity,
    /// To take a key.
    Key {
        /// The key.
        key: &'a NetworkKey,
        /// Comes back in the answer.
        nonce: [u8; 4],
        /// Whether it may coordinate a network.
        cco_capability: u8,
    },
    /// The names of the networks it is in.
    Networks,
    /// Whether it has company in its network.
    Link,
    /// To restart.
    Restart,
    /// Nothing: it is heard, after [`Report::Started`].
    Heard,
}

/// What a modem tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Who it is.
    Identity(Identity),
    /// An answer to a key.
    Key {
        /// The nonce of the request.
        nonce: [u8; 4],
        /// What is meant by it depends on the make.
        result: u8,
    },
    /// The networks it is in.
    Networks(Vec<Nid>),
    /// Whether it has company.
    Link {
        /// It has.
        is_up: bool,
        /// Somebody asked; otherwise it is told as it happens.
        is_answer: bool,
    },
    /// Its firmware has started, and wants to be heard.
    Started,
}

/// What HomePlug specifies for all makes.
pub(super) fn request(request: Request<'_>) -> Option<Message> {
    match request {
        Request::Key { key, nonce, cco_capability } => Some(
            SetKeyReq {
                key_type: 1,
                my_nonce: nonce,
                your_nonce: [0; 4],
                protocol_id: 4,
                protocol_run: 0,
                protocol_message: 0,
                cco_capability,
                nid: key.nid,
                new_eks: 1,
                new_key: key.nmk.clone(),
            }
            .into(),
        ),
        Request::Networks => Some(NwInfoReq {}.into()),
        Request::Link => Some(DiscoverListReq {}.into()),
        Request::Identity | Request::Restart | Request::Heard => None,
    }
}

/// What HomePlug specifies for all makes.
pub(super) fn report(message: &Message) -> Option<Report> {
    Some(match message {
        Message::SetKeyCnf(answer) => {
            Report::Key { nonce: answer.your_nonce, result: answer.result }
        }
        Message::NwInfoCnf(answer) => {
            Report::Networks(answer.networks.iter().map(|network| network.nid).collect())
        }
        Message::DiscoverListCnf(answer) => Report::Link {
            is_up: answer.stations.iter().any(|station| station.same_network != 0),
            is_answer: true,
        },
        _ => return None,
    })
}
