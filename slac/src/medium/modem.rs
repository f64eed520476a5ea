//! A simulated modem beside each host: takes keys, measures soundings, answers questions as its make does.

use alloc::vec::Vec;

use super::path::{Noise, Path};
use crate::key::{NetworkKey, Nid};
use crate::mme::lumissil::{self, DLinkStatusCnf, Lumissil, NscmGetFwVersionCnf};
use crate::mme::network::{DiscoverListCnf, DiscoveredStation, Network, NwInfoCnf, StaCapCnf};
use crate::mme::qualcomm::{PlLnkStatusCnf, Qualcomm, SwVerCnf};
use crate::mme::{AttenProfileInd, Frame, Mac, Message, Payload, SetKeyReq};
use crate::modem::Make;

pub(super) struct SimulatedModem {
    pub(super) mac: Mac,
    pub(super) make: Make,
    pub(super) key: Option<NetworkKey>,
    /// Reports CM_ATTEN_PROFILE.IND, as a modem set up for an EVSE does.
    pub(super) measures: bool,
    /// Answers to CM_SET_KEY still to be refused.
    pub(super) refusals: u8,
    /// Takes keys, and answers as if it did not.
    pub(super) misreports: bool,
    /// Added to every level that it measures.
    pub(super) bias: u8,
}

impl SimulatedModem {
    /// Takes a key and answers the host: 1 is success at Qualcomm modems, 0 at others.
    pub(super) fn set_key(&mut self, host: Mac, request: &SetKeyReq) -> Frame {
        let refused = self.refusals > 0;
        if refused {
            self.refusals -= 1;
        } else {
            self.key = Some(NetworkKey { nmk: request.new_key.clone(), nid: request.nid });
        }
        let good = !refused && !self.misreports;
        let answer = request.confirmation(u8::from(good == (self.make == Make::Qualcomm)));
        Frame::new(host, self.mac, answer)
    }

    /// The answer to a question about the link, if the modem's make knows it.
    pub(super) fn link(&self, question: &Message, peer: Option<Mac>) -> Option<Message> {
        let link = u8::from(peer.is_some());
        Some(match (self.make, question) {
            (Make::Qualcomm, Message::Qualcomm(Qualcomm::PlLnkStatusReq(_))) => {
                PlLnkStatusCnf { status: 0, link }.into()
            }
            (Make::Lumissil, Message::Lumissil(Lumissil::DLinkStatusReq(question))) => {
                DLinkStatusCnf { header: question.header, link }.into()
            }
            (_, Message::DiscoverListReq(_)) => {
                let station = |mac| DiscoveredStation {
                    mac,
                    tei: 2,
                    same_network: 1,
                    network: 0,
                    status: 0,
                    signal_level: 1,
                    average_ble: 0,
                };
                let stations = peer.into_iter().map(station).collect();
                DiscoverListCnf { stations, networks: Vec::new() }.into()
            }
            _ => return None,
        })
    }

    /// The answer to any other question.
    pub(super) fn answer(&self, question: &Message) -> Option<Message> {
        Some(match (self.make, question) {
            (Make::Qualcomm, Message::Qualcomm(Qualcomm::SwVerReq(_))) => {
                SwVerCnf { status: 0, device_class: 0x22, version: FIRMWARE.to_vec() }.into()
            }
            (Make::Lumissil, Message::Lumissil(Lumissil::NscmGetFwVersionReq(question))) => {
                let content = Payload([1, 0, 4, 0, 2, 0, 7, 0].into());
                NscmGetFwVersionCnf { header: question.header, content }.into()
            }
            (_, Message::StaCapReq(_)) => StaCapCnf {
                av_version: 0,
                mac: self.mac,
                oui: if self.make == Make::Lumissil { lumissil::OUI } else { [0, 0xB0, 0x52] },
                auto_connect: 0,
                smoothing: 0,
                cco_capability: 0,
                proxy: 0,
                backup: 0,
                soft_handover: 0,
                two_symbol_frame_control: 0,
                max_frame_length: 0,
                homeplug_1_1: 0,
                homeplug_1_0_interoperable: 0,
                regulatory: 0,
                bidirectional_bursts: 0,
                implementation: 7,
            }
            .into(),
            (_, Message::NwInfoReq(_)) => {
                let network = |key: &NetworkKey| network(key.nid, self.mac);
                NwInfoCnf { networks: self.key.iter().map(network).collect() }.into()
            }
            _ => return None,
        })
    }

    /// What the host is told about one sounding of `ev`; `extra` attenuates it further.
    pub(super) fn measure(
        &self,
        ev: Mac,
        path: &Path,
        extra: i16,
        noise: &mut Noise,
    ) -> Option<Vec<u8>> {
        let levels = path.0.iter().map(|&level| {
            let level = i16::from(level) + i16::from(self.bias) + extra + noise.decibel();
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
    [Mac::LOCAL_MODEM, Mac::LUMISSIL_MODEM].contains(&frame.destination)
        || matches!(frame.message, Message::SetKeyReq(_))
}

const FIRMWARE: &[u8] = b"MAC-QCA7000-1.2.6.20-00-20200303-CS\0";

fn network(nid: Nid, cco: Mac) -> Network {
    Network { nid, snid: 1, tei: 1, role: 2, cco, access: 0, coordinating: 0 }
}
