//! A simulated modem beside each host: takes keys, measures soundings.

use alloc::vec::Vec;

use super::path::{Noise, Path};
use crate::key::NetworkKey;
use crate::mme::{AttenProfileInd, Frame, Mac, Message, SetKeyCnf, SetKeyReq};

pub(super) struct SimulatedModem {
    pub(super) mac: Mac,
    pub(super) key: Option<NetworkKey>,
    /// Reports CM_ATTEN_PROFILE.IND, as a modem set up for an EVSE does.
    pub(super) measures: bool,
    /// Answers to CM_SET_KEY still to be refused.
    pub(super) refusals: u8,
    /// Added to every level that it measures.
    pub(super) bias: u8,
}

impl SimulatedModem {
    /// Takes a key and answers the host as Qualcomm modems do: 1 is success.
    pub(super) fn set_key(&mut self, host: Mac, request: &SetKeyReq) -> Frame {
        let refused = self.refusals > 0;
        if refused {
            self.refusals -= 1;
        } else {
            self.key = Some(NetworkKey { nmk: request.new_key.clone(), nid: request.nid });
        }
        let answer = SetKeyCnf {
            result: u8::from(!refused),
            my_nonce: [0; 4],
            your_nonce: request.my_nonce,
            protocol_id: request.protocol_id,
            protocol_run: request.protocol_run,
            protocol_message: u8::MAX,
            cco_capability: request.cco_capability,
        };
        Frame::new(host, self.mac, answer)
    }

    /// What the host is told about one sounding of `ev`.
    pub(super) fn measure(&self, ev: Mac, path: &Path, noise: &mut Noise) -> Option<Vec<u8>> {
        let levels = path.0.iter().map(|&level| {
            let level = i16::from(level) + i16::from(self.bias) + noise.decibel();
            u8::try_from(level.clamp(0, 255)).unwrap_or(u8::MAX)
        });
        let ind = AttenProfileInd { pev_mac: ev, groups: levels.collect() };
        self.measures.then(|| Frame::new(Mac::BROADCAST, self.mac, ind).emit())
    }

    pub(super) fn is_in_network_of(&self, other: &Self) -> bool {
        self.key.is_some() && self.key == other.key
    }
}

/// Whether a frame goes to the host's own modem and not on the line.
pub(super) fn is_local(frame: &Frame) -> bool {
    frame.destination == Mac::LOCAL_MODEM || matches!(frame.message, Message::SetKeyReq(_))
}
