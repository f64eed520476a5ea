//! Messages between a host and its Lumissil modem (CG5317).

use alloc::vec::Vec;

use super::table::vendor;
use super::wire::{Error, Field, Payload, Reader, layout};
use crate::key::{Nid, Nmk};

/// Identifies Lumissil in vendor messages.
pub const OUI: [u8; 3] = [0x00, 0x16, 0xE8];

vendor! {
    /// A message of Lumissil modems.
    Lumissil
    0xA002 "NSCM_D_LINK_READY.IND" DLinkReadyInd
    0xAC00 "APCM_SET_KEY.REQ" ApcmSetKeyReq
    0xAC01 "APCM_SET_KEY.CNF" ApcmSetKeyCnf
    0xAC04 "APCM_GET_KEY.REQ" ApcmGetKeyReq
    0xAC05 "APCM_GET_KEY.CNF" ApcmGetKeyCnf
    0xAC20 "APCM_GET_SECURITY_MODE.REQ" ApcmGetSecurityModeReq
    0xAC21 "APCM_GET_SECURITY_MODE.CNF" ApcmGetSecurityModeCnf
    0xAC28 "APCM_GET_NETWORKS.REQ" ApcmGetNetworksReq
    0xAC29 "APCM_GET_NETWORKS.CNF" ApcmGetNetworksCnf
    0xAC30 "APCM_GET_NEW_STA.REQ" ApcmGetNewStaReq
    0xAC31 "APCM_GET_NEW_STA.CNF" ApcmGetNewStaCnf
    0xAC32 "APCM_GET_NEW_STA.IND" ApcmGetNewStaInd
    0xAC34 "APCM_STA_RESTART.REQ" ApcmStaRestartReq
    0xAC35 "APCM_STA_RESTART.CNF" ApcmStaRestartCnf
    0xAC38 "APCM_NET_EXIT.REQ" ApcmNetExitReq
    0xAC39 "APCM_NET_EXIT.CNF" ApcmNetExitCnf
    0xAC40 "APCM_STA_CAP.REQ" ApcmStaCapReq
    0xAC41 "APCM_STA_CAP.CNF" ApcmStaCapCnf
    0xAC48 "NSCM_LINK_STATS.REQ" NscmLinkStatsReq
    0xAC49 "NSCM_LINK_STATS.CNF" NscmLinkStatsCnf
    0xAC50 "APCM_GET_HFID.REQ" ApcmGetHfidReq
    0xAC51 "APCM_GET_HFID.CNF" ApcmGetHfidCnf
    0xAC54 "APCM_SET_HFID.REQ" ApcmSetHfidReq
    0xAC55 "APCM_SET_HFID.CNF" ApcmSetHfidCnf
    0xAC6C "NSCM_GET_FW_VERSION.REQ" NscmGetFwVersionReq
    0xAC6D "NSCM_GET_FW_VERSION.CNF" NscmGetFwVersionCnf
    0xAC70 "NSCM_RESET_DEVICE.REQ" ResetDeviceReq
    0xAC7C "NSCM_GET_LNOE.REQ" NscmGetLnoeReq
    0xAC7D "NSCM_GET_LNOE.CNF" NscmGetLnoeCnf
    0xAC80 "NSCM_GET_SNRE.REQ" NscmGetSnreReq
    0xAC81 "NSCM_GET_SNRE.CNF" NscmGetSnreCnf
    0xAC98 "NSCM_GET_DEVICE_STATE.REQ" NscmGetDeviceStateReq
    0xAC99 "NSCM_GET_DEVICE_STATE.CNF" NscmGetDeviceStateCnf
    0xAC9C "NSCM_GET_D_LINK_STATUS.REQ" DLinkStatusReq
    0xAC9D "NSCM_GET_D_LINK_STATUS.CNF" DLinkStatusCnf
    0xACA2 "NSCM_HOST_MESSAGE_STATUS.IND" NscmHostMessageStatusInd
    0xACA8 "NSCM_D_LINK_TERMINATE.REQ" NscmDLinkTerminateReq
    0xACA9 "NSCM_D_LINK_TERMINATE.CNF" NscmDLinkTerminateCnf
    0xACAC "NSCM_DEVICE_INFO.REQ" NscmDeviceInfoReq
    0xACAD "NSCM_DEVICE_INFO.CNF" NscmDeviceInfoCnf
    0xACB0 "NSCM_GET_AMP_MAP.REQ" NscmGetAmpMapReq
    0xACB1 "NSCM_GET_AMP_MAP.CNF" NscmGetAmpMapCnf
    0xACB4 "NSCM_GET_TEMP.REQ" NscmGetTempReq
    0xACB5 "NSCM_GET_TEMP.CNF" NscmGetTempCnf
    0xACBA "NSCM_EVSE_CAPABILITIES.IND" NscmEvseCapabilitiesInd
    0xACC4 "NSCM_SET_AMP_MAP.REQ" NscmSetAmpMapReq
    0xACC5 "NSCM_SET_AMP_MAP.CNF" NscmSetAmpMapCnf
}

/// The header of Lumissil's requests and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Header {
    /// Comes back in the answer.
    pub request_id: u8,
}

/// Written in version 1, which modems in the field expect; read in any.
impl Field for Header {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        let [_, _, _, _, _, _, request_id] = reader.array(field)?;
        reader.take(12, field)?;
        Ok(Self { request_id })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend([1, 0, 0, 0, 0, 0, self.request_id]);
        out.extend([0; 12]);
    }
}

layout! {
    /// NSCM_D_LINK_READY.IND: the link came or went. It has no header.
    pub struct DLinkReadyInd {
        /// 1: up, 0: down.
        pub link: u8,
    }

    /// APCM_SET_KEY.REQ: gives the modem its network.
    pub struct ApcmSetKeyReq {
        /// Header of the request.
        pub header: Header,
        /// Key of the network.
        pub nmk: Nmk,
        /// Its name.
        pub nid: Nid,
        /// 0: simple connect.
        pub security_level: u8,
    }

    /// APCM_SET_KEY.CNF.
    pub struct ApcmSetKeyCnf {
        /// Header of the request.
        pub header: Header,
        /// Whether the key is set; modems disagree about the meaning of 0 and 1.
        pub result: u8,
    }

    /// NSCM_RESET_DEVICE.REQ: restarts the modem, which does not answer.
    pub struct ResetDeviceReq {
        /// Header of the request.
        pub header: Header,
        /// 0: from its own memory, 1: the host loads it again.
        pub mode: u8,
    }

    /// NSCM_GET_D_LINK_STATUS.REQ: asks whether the link is up.
    pub struct DLinkStatusReq {
        /// Header of the request.
        pub header: Header,
    }

    /// NSCM_GET_D_LINK_STATUS.CNF.
    pub struct DLinkStatusCnf {
        /// Header of the request.
        pub header: Header,
        /// 1: up, 0: down.
        pub link: u8,
    }
}

/// Messages whose content is the firmware's own.
macro_rules! opaque {
    ($($variant:ident $name:literal)*) => { layout! { $(
        #[doc = concat!($name, ", content as the firmware has it.")]
        pub struct $variant {
            /// Header of the request.
            pub header: Header,
            /// What follows it.
            pub content: Payload,
        }
    )* } };
}

opaque! {
    ApcmGetKeyReq "APCM_GET_KEY.REQ"
    ApcmGetKeyCnf "APCM_GET_KEY.CNF"
    ApcmGetSecurityModeReq "APCM_GET_SECURITY_MODE.REQ"
    ApcmGetSecurityModeCnf "APCM_GET_SECURITY_MODE.CNF"
    ApcmGetNetworksReq "APCM_GET_NETWORKS.REQ"
    ApcmGetNetworksCnf "APCM_GET_NETWORKS.CNF"
    ApcmGetNewStaReq "APCM_GET_NEW_STA.REQ"
    ApcmGetNewStaCnf "APCM_GET_NEW_STA.CNF"
    ApcmGetNewStaInd "APCM_GET_NEW_STA.IND"
    ApcmStaRestartReq "APCM_STA_RESTART.REQ"
    ApcmStaRestartCnf "APCM_STA_RESTART.CNF"
    ApcmNetExitReq "APCM_NET_EXIT.REQ"
    ApcmNetExitCnf "APCM_NET_EXIT.CNF"
    ApcmStaCapReq "APCM_STA_CAP.REQ"
    ApcmStaCapCnf "APCM_STA_CAP.CNF"
    NscmLinkStatsReq "NSCM_LINK_STATS.REQ"
    NscmLinkStatsCnf "NSCM_LINK_STATS.CNF"
    ApcmGetHfidReq "APCM_GET_HFID.REQ"
    ApcmGetHfidCnf "APCM_GET_HFID.CNF"
    ApcmSetHfidReq "APCM_SET_HFID.REQ"
    ApcmSetHfidCnf "APCM_SET_HFID.CNF"
    NscmGetFwVersionReq "NSCM_GET_FW_VERSION.REQ"
    NscmGetFwVersionCnf "NSCM_GET_FW_VERSION.CNF"
    NscmGetLnoeReq "NSCM_GET_LNOE.REQ"
    NscmGetLnoeCnf "NSCM_GET_LNOE.CNF"
    NscmGetSnreReq "NSCM_GET_SNRE.REQ"
    NscmGetSnreCnf "NSCM_GET_SNRE.CNF"
    NscmGetDeviceStateReq "NSCM_GET_DEVICE_STATE.REQ"
    NscmGetDeviceStateCnf "NSCM_GET_DEVICE_STATE.CNF"
    NscmHostMessageStatusInd "NSCM_HOST_MESSAGE_STATUS.IND"
    NscmDLinkTerminateReq "NSCM_D_LINK_TERMINATE.REQ"
    NscmDLinkTerminateCnf "NSCM_D_LINK_TERMINATE.CNF"
    NscmDeviceInfoReq "NSCM_DEVICE_INFO.REQ"
    NscmDeviceInfoCnf "NSCM_DEVICE_INFO.CNF"
    NscmGetAmpMapReq "NSCM_GET_AMP_MAP.REQ"
    NscmGetAmpMapCnf "NSCM_GET_AMP_MAP.CNF"
    NscmGetTempReq "NSCM_GET_TEMP.REQ"
    NscmGetTempCnf "NSCM_GET_TEMP.CNF"
    NscmEvseCapabilitiesInd "NSCM_EVSE_CAPABILITIES.IND"
    NscmSetAmpMapReq "NSCM_SET_AMP_MAP.REQ"
    NscmSetAmpMapCnf "NSCM_SET_AMP_MAP.CNF"
}
