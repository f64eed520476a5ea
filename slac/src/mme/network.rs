//! What a modem tells of its networks, its peers and itself.

use alloc::vec::Vec;

use super::Mac;
use super::wire::{Error, Field, Reader, layout};
use crate::key::{Nid, Nmk};

layout! {
    /// CM_GET_KEY.REQ: asks a modem for a key of its own.
    pub struct GetKeyReq {
        /// 0: direct.
        pub request_type: u8,
        /// 1: network membership key.
        pub key_type: u8,
        /// The network asked about.
        pub nid: Nid,
        /// Nonce of the sender.
        pub my_nonce: [u8; 4],
        /// 4: host to modem.
        pub protocol_id: u8,
        /// Number of the protocol run; zero.
        pub protocol_run: u16,
        /// Number of the message in it.
        pub protocol_message: u8,
    }

    /// CM_GET_KEY.CNF. The space for a hash key that modems append is not read.
    pub struct GetKeyCnf {
        /// 0: here is the key. Remote modems answer 1.
        pub result: u8,
        /// As requested.
        pub key_type: u8,
        /// Nonce of the sender.
        pub my_nonce: [u8; 4],
        /// The nonce of the request.
        pub your_nonce: [u8; 4],
        /// The network of the key.
        pub nid: Nid,
        /// Which of the modem's keys this is.
        pub eks: u8,
        /// 4: host to modem.
        pub protocol_id: u8,
        /// Number of the protocol run; zero.
        pub protocol_run: u16,
        /// Number of the message in it.
        pub protocol_message: u8,
        /// The key; zero when there is none to tell.
        pub key: Nmk,
    }

    /// CC_DISCOVER_LIST.REQ: asks a modem whom it hears.
    pub struct DiscoverListReq {}

    /// CC_DISCOVER_LIST.CNF.
    pub struct DiscoverListCnf {
        /// Stations heard.
        pub stations: Vec<DiscoveredStation>,
        /// Networks heard.
        pub networks: Vec<DiscoveredNetwork>,
    }

    /// A station in CC_DISCOVER_LIST.CNF.
    pub struct DiscoveredStation {
        /// Its modem.
        pub mac: Mac,
        /// Terminal equipment identifier.
        pub tei: u8,
        /// 1: in the network of the modem that answers.
        pub same_network: u8,
        /// Kind of network and short network identifier.
        pub network: u8,
        /// Status and capability bits.
        pub status: u8,
        /// 0: not told; otherwise 10 dB steps down from the highest level.
        pub signal_level: u8,
        /// Average bit loading estimate.
        pub average_ble: u8,
    }

    /// A network in CC_DISCOVER_LIST.CNF.
    pub struct DiscoveredNetwork {
        /// Its name.
        pub nid: Nid,
        /// Kind of network and short network identifier.
        pub network: u8,
        /// Hybrid mode.
        pub hybrid: u8,
        /// Beacon slots in use.
        pub beacon_slots: u8,
        /// Whether it coordinates with the network of the modem that answers.
        pub coordination: u8,
        /// Offset of its beacon region.
        pub offset: u16,
    }

    /// CM_STA_CAP.REQ: asks a modem what it can do.
    pub struct StaCapReq {}

    /// CM_STA_CAP.CNF; flags are 1 for yes.
    pub struct StaCapCnf {
        /// 0: HomePlug AV 1.1, 1: AV 2.0.
        pub av_version: u8,
        /// The modem.
        pub mac: Mac,
        /// Its maker.
        pub oui: [u8; 3],
        /// Connects by itself.
        pub auto_connect: u8,
        /// Smooths traffic.
        pub smoothing: u8,
        /// 0: station, 1 and above: may coordinate a network.
        pub cco_capability: u8,
        /// May stand in for a coordinator out of range.
        pub proxy: u8,
        /// May take over a failed coordinator.
        pub backup: u8,
        /// Hands a network over without a gap.
        pub soft_handover: u8,
        /// Frame control of two symbols.
        pub two_symbol_frame_control: u8,
        /// Longest frame, in units of 1.28 microseconds.
        pub max_frame_length: u16,
        /// Speaks HomePlug 1.1.
        pub homeplug_1_1: u8,
        /// Lives beside HomePlug 1.0.
        pub homeplug_1_0_interoperable: u8,
        /// Regulatory capability.
        pub regulatory: u8,
        /// Bursts in both directions.
        pub bidirectional_bursts: u8,
        /// Version of the implementation.
        pub implementation: u16,
    }

    /// CM_NW_INFO.REQ: asks a modem for its networks.
    pub struct NwInfoReq {}

    /// CM_NW_INFO.CNF.
    pub struct NwInfoCnf {
        /// Networks that the modem is in.
        pub networks: Vec<Network>,
    }

    /// A network in CM_NW_INFO.CNF.
    pub struct Network {
        /// Its name.
        pub nid: Nid,
        /// Short network identifier.
        pub snid: u8,
        /// Terminal equipment identifier of the modem in it.
        pub tei: u8,
        /// 0: station, 1: proxy coordinator, 2: coordinator.
        pub role: u8,
        /// The coordinator.
        pub cco: Mac,
        /// 1: an access network.
        pub access: u8,
        /// Networks that it coordinates with.
        pub coordinating: u8,
    }

    /// CM_NW_STATS.REQ: asks a modem for the rates to its peers.
    pub struct NwStatsReq {}

    /// CM_STA_IDENTIFY.REQ: asks a modem which kind it is.
    pub struct StaIdentifyReq {}

    /// CM_STA_IDENTIFY.CNF, as far as Green PHY needs it; flags are 1 for yes.
    pub struct StaIdentifyCnf {
        /// A Green PHY modem.
        pub green_phy: u8,
        /// Saves power.
        pub power_save: u8,
        /// Prefers Green PHY allocations.
        pub preferred_allocation: u8,
        /// Routes and repeats.
        pub repeat_route: u8,
        /// A HomePlug AV modem.
        pub homeplug_av: u8,
        /// Extended frame length.
        pub extended_frame_length: u8,
    }

    /// CM_BRG_INFO.REQ: asks a modem for the hosts behind it.
    pub struct BrgInfoReq {}

    /// What stands behind a bridging modem.
    pub struct Bridge {
        /// Terminal equipment identifier of the modem.
        pub tei: u8,
        /// Its hosts.
        pub hosts: Vec<Mac>,
    }

    /// CM_MME_ERROR.IND: a message was not understood.
    pub struct MmeErrorInd {
        /// 0: not supported, 1: field out of range, 2: length.
        pub reason: u8,
        /// Version of the refused message.
        pub version: u8,
        /// Its type.
        pub code: u16,
        /// Where it is wrong; 0 also when not told.
        pub place: Offset,
    }
}

/// An offset that senders leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Offset(pub u16);

impl Field for Offset {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        if reader.rest().len() < 2 {
            return Ok(Self(0));
        }
        Field::read(reader, field).map(Self)
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }
}

/// CM_BRG_INFO.CNF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrgInfoCnf {
    /// `None`: the modem is no bridge.
    pub bridge: Option<Bridge>,
}

impl Field for BrgInfoCnf {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        let bridge = match u8::read(reader, "BrgInfoCnf.bridge")? {
            0 => None,
            _ => Some(Field::read(reader, field)?),
        };
        Ok(Self { bridge })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.bridge.is_some()));
        if let Some(bridge) = &self.bridge {
            bridge.write(out);
        }
    }
}

/// CM_NW_STATS.CNF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NwStatsCnf {
    /// Rates of two octets, as in version 2 of the format; otherwise one octet.
    pub is_wide: bool,
    /// Peers, at most 255.
    pub peers: Vec<Rates>,
}

/// The rates to one peer in Mbit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// The peer's modem.
    pub peer: Mac,
    /// Average physical rate to it; 255 is the most that one octet tells.
    pub transmit: u16,
    /// Average physical rate from it; 255 is the most that one octet tells.
    pub receive: u16,
}

impl Field for NwStatsCnf {
    fn read(reader: &mut Reader<'_>, _: &'static str) -> Result<Self, Error> {
        let is_wide = reader.version >= 2;
        let count = u8::read(reader, "NwStatsCnf.peers")?;
        let peers = (0..count).map(|_| {
            let peer = Field::read(reader, "Rates.peer")?;
            let [transmit, receive] = if is_wide {
                [Field::read(reader, "Rates.transmit")?, Field::read(reader, "Rates.receive")?]
            } else {
                <[u8; 2]>::read(reader, "Rates.transmit")?.map(u16::from)
            };
            Ok(Rates { peer, transmit, receive })
        });
        Ok(Self { is_wide, peers: peers.collect::<Result<_, Error>>()? })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let count = u8::try_from(self.peers.len()).unwrap_or(u8::MAX);
        out.push(count);
        for rates in self.peers.iter().take(count.into()) {
            rates.peer.write(out);
            for rate in [rates.transmit, rates.receive] {
                if self.is_wide {
                    rate.write(out);
                } else {
                    out.push(u8::try_from(rate).unwrap_or(u8::MAX));
                }
            }
        }
    }
}
