//! Messages between a host and its Qualcomm modem (QCA7000 and its kin).

use alloc::string::String;
use alloc::vec::Vec;

use super::table::vendor;
use super::wire::{Error, Field, Payload, Reader, layout};
use super::{Groups, Mac};
use crate::key::Nid;

/// Identifies Qualcomm in vendor messages.
pub const OUI: [u8; 3] = [0x00, 0xB0, 0x52];

vendor! {
    /// A message of Qualcomm modems, in version 0 of the format.
    Qualcomm
    0xA000 "VS_SW_VER.REQ" SwVerReq
    0xA001 "VS_SW_VER.CNF" SwVerCnf
    0xA01C "VS_RS_DEV.REQ" RsDevReq
    0xA01D "VS_RS_DEV.CNF" RsDevCnf
    0xA030 "VS_LNK_STATS.REQ" LnkStatsReq
    0xA031 "VS_LNK_STATS.CNF" LnkStatsCnf
    0xA038 "VS_NW_INFO.REQ" VsNwInfoReq
    0xA039 "VS_NW_INFO.CNF" VsNwInfoCnf
    0xA062 "VS_HST_ACTION.IND" HstActionInd
    0xA063 "VS_HST_ACTION.RSP" HstActionRsp
    0xA068 "VS_OP_ATTRIBUTES.REQ" OpAttributesReq
    0xA069 "VS_OP_ATTRIBUTES.CNF" OpAttributesCnf
    0xA0B0 "VS_MODULE_OPERATION.REQ" ModuleOperationReq
    0xA0B1 "VS_MODULE_OPERATION.CNF" ModuleOperationCnf
    0xA0B8 "VS_PL_LNK_STATUS.REQ" PlLnkStatusReq
    0xA0B9 "VS_PL_LNK_STATUS.CNF" PlLnkStatusCnf
    0xA0F8 "VS_GET_PROPERTY.REQ" GetPropertyReq
    0xA0F9 "VS_GET_PROPERTY.CNF" GetPropertyCnf
    0xA100 "VS_SET_PROPERTY.REQ" SetPropertyReq
    0xA101 "VS_SET_PROPERTY.CNF" SetPropertyCnf
}

layout! {
    /// VS_SW_VER.REQ: asks for the firmware. Sent to all, every modem of the network answers.
    pub struct SwVerReq {}

    /// VS_SW_VER.CNF.
    pub struct SwVerCnf {
        /// 0: success.
        pub status: u8,
        /// Kind of chip.
        pub device_class: u8,
        /// Name of the firmware in ASCII, zeros behind it.
        pub version: Vec<u8>,
    }

    /// VS_RS_DEV.REQ: restarts the modem.
    pub struct RsDevReq {}

    /// VS_RS_DEV.CNF: the modem is away for some seconds from now on.
    pub struct RsDevCnf {
        /// 0: restarts.
        pub status: u8,
    }

    /// VS_LNK_STATS.REQ: asks for the counters of a link.
    pub struct LnkStatsReq {
        /// 0: read, 1: clear, 2: both.
        pub control: u8,
        /// 0: transmit, 1: receive, 2: both.
        pub direction: u8,
        /// Link identifier.
        pub link_id: u8,
        /// The peer.
        pub peer: Mac,
    }

    /// VS_LNK_STATS.CNF: counters in an order of the firmware's own.
    pub struct LnkStatsCnf {
        /// 0: success.
        pub status: u8,
        /// The counters.
        pub counters: Payload,
    }

    /// VS_NW_INFO.REQ: asks for the modem's networks and their stations.
    pub struct VsNwInfoReq {}

    /// VS_NW_INFO.CNF in version 0 of the format.
    pub struct VsNwInfoCnf {
        /// Networks that the modem is in.
        pub networks: Vec<VsNetwork>,
    }

    /// A network in VS_NW_INFO.CNF.
    pub struct VsNetwork {
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
        /// Terminal equipment identifier of the coordinator.
        pub cco_tei: u8,
        /// The other stations.
        pub stations: Vec<VsStation>,
    }

    /// A station in VS_NW_INFO.CNF.
    pub struct VsStation {
        /// Its modem.
        pub mac: Mac,
        /// Terminal equipment identifier.
        pub tei: u8,
        /// The first host behind it.
        pub bridged: Mac,
        /// Average physical rate to it in Mbit/s.
        pub transmit: u8,
        /// Average physical rate from it in Mbit/s.
        pub receive: u8,
    }

    /// VS_HST_ACTION.IND: the modem wants something of its host.
    pub struct HstActionInd {
        /// 0: its stack has started.
        pub action: u8,
        /// Version of the interface.
        pub version: [u8; 2],
    }

    /// VS_HST_ACTION.RSP: the modem is heard.
    pub struct HstActionRsp {
        /// 0: will be done.
        pub status: u8,
    }

    /// VS_OP_ATTRIBUTES.REQ: asks what the modem is.
    pub struct OpAttributesReq {
        /// Comes back in the answer.
        pub cookie: u32,
        /// 0: binary.
        pub report_type: u8,
    }

    /// VS_OP_ATTRIBUTES.CNF in binary form, as far as it is known.
    pub struct OpAttributesCnf {
        /// 0: success.
        pub status: u16,
        /// As requested.
        pub cookie: u32,
        /// 0: binary.
        pub report_type: u8,
        /// Octets of the report.
        pub size: u16,
        /// Name of the chip in ASCII, zeros behind it.
        pub hardware: [u8; 16],
        /// Name of the firmware in ASCII, zeros behind it.
        pub software: [u8; 16],
        /// Version of the firmware.
        pub major: u32,
        /// Version of the firmware.
        pub minor: u32,
        /// Version of the parameter block.
        pub parameters: u32,
        /// Build of the firmware.
        pub build: u32,
        /// Zero.
        pub reserved: u32,
        /// Date of the build, as year, month and day in ASCII.
        pub date: [u8; 8],
        /// Type of the release in ASCII, zeros behind it.
        pub release: [u8; 12],
        /// Kind of memory.
        pub sdram_type: u8,
        /// Zero.
        pub reserved_2: u8,
        /// Mains frequency by zero crossings.
        pub line_frequency: u8,
        /// Octets of memory.
        pub sdram_size: u32,
        /// How the modem joins networks.
        pub authorization_mode: u8,
    }

    /// VS_MODULE_OPERATION.REQ: reads or writes firmware and parameter block in pieces.
    pub struct ModuleOperationReq {
        /// Zero.
        pub reserved: u32,
        /// Operations that follow.
        pub count: u8,
        /// The operations.
        pub operations: Payload,
    }

    /// VS_MODULE_OPERATION.CNF.
    pub struct ModuleOperationCnf {
        /// 0: success.
        pub status: u16,
        /// Zero.
        pub reserved: u32,
        /// Operations that follow.
        pub count: u8,
        /// The operations and what came of them.
        pub operations: Payload,
    }

    /// VS_PL_LNK_STATUS.REQ: asks whether the modem has company.
    pub struct PlLnkStatusReq {}

    /// VS_PL_LNK_STATUS.CNF.
    pub struct PlLnkStatusCnf {
        /// 0: success.
        pub status: u8,
        /// 1: at least one station is associated.
        pub link: u8,
    }

    /// VS_GET_PROPERTY.REQ.
    pub struct GetPropertyReq {
        /// What to read, in a form of the firmware's own.
        pub content: Payload,
    }

    /// VS_GET_PROPERTY.CNF.
    pub struct GetPropertyCnf {
        /// What was read, in a form of the firmware's own.
        pub content: Payload,
    }

    /// VS_SET_PROPERTY.REQ.
    pub struct SetPropertyReq {
        /// What to write, in a form of the firmware's own.
        pub content: Payload,
    }

    /// VS_SET_PROPERTY.CNF.
    pub struct SetPropertyCnf {
        /// What was written, in a form of the firmware's own.
        pub content: Payload,
    }
}

impl SwVerCnf {
    /// The name of the firmware.
    pub fn name(&self) -> String {
        text(&self.version)
    }
}

impl OpAttributesCnf {
    /// The names of chip and firmware.
    pub fn names(&self) -> [String; 2] {
        [text(&self.hardware), text(&self.software)]
    }
}

/// The printable ASCII up to the first zero.
fn text(octets: &[u8]) -> String {
    let octets = octets.iter().take_while(|&&octet| octet != 0);
    octets.filter(|octet| (b' '..=b'~').contains(octet)).map(|&octet| char::from(octet)).collect()
}

/// VS_ATTENUATION_CHARACTERISTICS.IND: the raw level of one sounding, which Qualcomm modems of EVSEs tell everybody in range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttenuationCharacteristicsInd {
    /// [`OUI`]; some firmware leaves it zero.
    pub oui: [u8; 3],
    /// The car.
    pub pev_mac: Mac,
    /// Between count and levels.
    pub reserved: [u8; 9],
    /// What it measured, calibrated by nobody.
    pub groups: Groups,
}

impl Field for AttenuationCharacteristicsInd {
    fn read(reader: &mut Reader<'_>, _: &'static str) -> Result<Self, Error> {
        let oui = Field::read(reader, "AttenuationCharacteristicsInd.oui")?;
        let pev_mac = Field::read(reader, "AttenuationCharacteristicsInd.pev_mac")?;
        let count = u8::read(reader, "AttenuationCharacteristicsInd.groups")?;
        let reserved = Field::read(reader, "AttenuationCharacteristicsInd.reserved")?;
        let groups = reader.take(count.into(), "AttenuationCharacteristicsInd.groups")?.into();
        Ok(Self { oui, pev_mac, reserved, groups })
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.oui.write(out);
        self.pev_mac.write(out);
        out.push(u8::try_from(self.groups.len()).unwrap_or(u8::MAX));
        self.reserved.write(out);
        out.extend_from_slice(&self.groups);
    }
}
