//! Validation, match, amplitude map and the network key of the local modem.

use alloc::vec::Vec;

use super::characterization::EmptyId;
use super::wire::{Error, Field, Reader, layout};
use super::{Mac, RunId};
use crate::key::{Nid, Nmk};

/// Octets after the length field of CM_SLAC_MATCH.REQ.
pub const MATCH_REQ_LEN: u16 = 0x3E;
/// Octets after the length field of CM_SLAC_MATCH.CNF.
pub const MATCH_CNF_LEN: u16 = 0x56;

layout! {
    /// CM_VALIDATE.REQ: prove over the control pilot that car and EVSE share a cable.
    pub struct ValidateReq {
        /// 0: toggles of switch S2.
        pub signal_type: u8,
        /// Step 1: 0. Step 2: toggle time in 100 ms, less one.
        pub timer: u8,
        /// A [`ValidateResult`].
        pub result: u8,
    }

    /// CM_VALIDATE.CNF.
    pub struct ValidateCnf {
        pub signal_type: u8,
        /// Toggles seen; 0 in step 1.
        pub toggles: u8,
        /// A [`ValidateResult`].
        pub result: u8,
    }

    /// CM_SLAC_MATCH.REQ: the car asks for the network of this EVSE.
    pub struct SlacMatchReq {
        pub application_type: u8,
        pub security_type: u8,
        /// [`MATCH_REQ_LEN`].
        pub mvf_length: u16,
        pub pev_id: EmptyId,
        pub pev_mac: Mac,
        pub evse_id: EmptyId,
        pub evse_mac: Mac,
        pub run_id: RunId,
        pub reserved: [u8; 8],
    }

    /// CM_SLAC_MATCH.CNF: the network, key in clear.
    pub struct SlacMatchCnf {
        pub application_type: u8,
        pub security_type: u8,
        /// [`MATCH_CNF_LEN`].
        pub mvf_length: u16,
        pub pev_id: EmptyId,
        pub pev_mac: Mac,
        pub evse_id: EmptyId,
        pub evse_mac: Mac,
        pub run_id: RunId,
        pub reserved: [u8; 8],
        pub nid: Nid,
        pub reserved_2: u8,
        pub nmk: Nmk,
    }

    /// CM_SET_KEY.REQ: gives the local modem its network.
    pub struct SetKeyReq {
        /// 1: network membership key.
        pub key_type: u8,
        pub my_nonce: [u8; 4],
        pub your_nonce: [u8; 4],
        /// 4: host to modem.
        pub protocol_id: u8,
        pub protocol_run: u16,
        pub protocol_message: u8,
        /// 0: station, 1 and above: may coordinate the network.
        pub cco_capability: u8,
        pub nid: Nid,
        /// 1: network membership key.
        pub new_eks: u8,
        pub new_key: Nmk,
    }

    /// CM_SET_KEY.CNF.
    pub struct SetKeyCnf {
        /// Qualcomm modems: 1 set, 0 not set. The HomePlug text has it the other way round.
        pub result: u8,
        pub my_nonce: [u8; 4],
        /// The nonce of the request.
        pub your_nonce: [u8; 4],
        pub protocol_id: u8,
        pub protocol_run: u16,
        pub protocol_message: u8,
        pub cco_capability: u8,
    }

    /// CM_AMP_MAP.CNF: 0 when the map was taken.
    pub struct AmpMapCnf {
        pub result: u8,
    }
}

/// CM_AMP_MAP.REQ: transmit level per carrier, 15 the highest, 0 off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmpMapReq {
    /// Carriers described.
    pub carriers: u16,
    /// Two carriers per octet, the first in the low half.
    pub levels: Vec<u8>,
}

impl AmpMapReq {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let carriers: u16 = Field::read(reader, "AmpMapReq.carriers")?;
        let levels = reader.take(usize::from(carriers).div_ceil(2), "AmpMapReq.levels")?.to_vec();
        Ok(Self { carriers, levels })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        self.carriers.write(out);
        let octets = usize::from(self.carriers).div_ceil(2);
        out.extend(self.levels.iter().copied().chain(core::iter::repeat(0)).take(octets));
    }
}

/// Result codes of CM_VALIDATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidateResult {
    NotReady,
    Ready,
    Success,
    Failure,
    NotRequired,
}

impl ValidateResult {
    pub fn code(self) -> u8 {
        match self {
            Self::NotReady => 0,
            Self::Ready => 1,
            Self::Success => 2,
            Self::Failure => 3,
            Self::NotRequired => 4,
        }
    }

    pub fn from_code(code: u8) -> Option<Self> {
        [Self::NotReady, Self::Ready, Self::Success, Self::Failure, Self::NotRequired]
            .get(usize::from(code))
            .copied()
    }
}
