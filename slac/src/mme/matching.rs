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
        /// 0: toggles of switch S2.
        pub signal_type: u8,
        /// Toggles seen; 0 in step 1.
        pub toggles: u8,
        /// A [`ValidateResult`].
        pub result: u8,
    }

    /// CM_SLAC_MATCH.REQ: the car asks for the network of this EVSE.
    pub struct SlacMatchReq {
        /// 0: car and EVSE matching.
        pub application_type: u8,
        /// 0: no security.
        pub security_type: u8,
        /// [`MATCH_REQ_LEN`].
        pub mvf_length: u16,
        /// Empty.
        pub pev_id: EmptyId,
        /// The car.
        pub pev_mac: Mac,
        /// Empty.
        pub evse_id: EmptyId,
        /// The EVSE.
        pub evse_mac: Mac,
        /// The run of the car.
        pub run_id: RunId,
        /// Zero.
        pub reserved: [u8; 8],
    }

    /// CM_SLAC_MATCH.CNF: the network, key in clear.
    pub struct SlacMatchCnf {
        /// 0: car and EVSE matching.
        pub application_type: u8,
        /// 0: no security.
        pub security_type: u8,
        /// [`MATCH_CNF_LEN`].
        pub mvf_length: u16,
        /// Empty.
        pub pev_id: EmptyId,
        /// The car.
        pub pev_mac: Mac,
        /// Empty.
        pub evse_id: EmptyId,
        /// The EVSE.
        pub evse_mac: Mac,
        /// The run of the car.
        pub run_id: RunId,
        /// Zero.
        pub reserved: [u8; 8],
        /// Name of the network.
        pub nid: Nid,
        /// Zero.
        pub reserved_2: u8,
        /// Its key.
        pub nmk: Nmk,
    }

    /// CM_SET_KEY.REQ: gives the local modem its network.
    pub struct SetKeyReq {
        /// 1: network membership key.
        pub key_type: u8,
        /// Nonce of the sender.
        pub my_nonce: [u8; 4],
        /// Nonce of the receiver; zero when it has sent none.
        pub your_nonce: [u8; 4],
        /// 4: host to modem.
        pub protocol_id: u8,
        /// Number of the protocol run; zero.
        pub protocol_run: u16,
        /// Number of the message in it.
        pub protocol_message: u8,
        /// 0: station, 1 and above: may coordinate the network.
        pub cco_capability: u8,
        /// Name of the network.
        pub nid: Nid,
        /// 1: network membership key.
        pub new_eks: u8,
        /// Key of the network.
        pub new_key: Nmk,
    }

    /// CM_SET_KEY.CNF.
    pub struct SetKeyCnf {
        /// Qualcomm modems: 1 set, 0 not set. The HomePlug text has it the other way round.
        pub result: u8,
        /// Nonce of the sender.
        pub my_nonce: [u8; 4],
        /// The nonce of the request.
        pub your_nonce: [u8; 4],
        /// 4: host to modem.
        pub protocol_id: u8,
        /// Number of the protocol run; zero.
        pub protocol_run: u16,
        /// Number of the message in it.
        pub protocol_message: u8,
        /// 0: station, 1 and above: may coordinate the network.
        pub cco_capability: u8,
    }

    /// CM_AMP_MAP.CNF: 0 when the map was taken.
    pub struct AmpMapCnf {
        /// 0: taken.
        pub result: u8,
    }
}

impl SetKeyReq {
    /// What a modem answers that shows no nonce of its own; its maker decides what `result` means.
    pub fn confirmation(&self, result: u8) -> SetKeyCnf {
        SetKeyCnf {
            result,
            my_nonce: [0; 4],
            your_nonce: self.my_nonce,
            protocol_id: self.protocol_id,
            protocol_run: self.protocol_run,
            protocol_message: u8::MAX,
            cco_capability: self.cco_capability,
        }
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
    /// Carriers of a Green PHY modem.
    pub const CARRIERS: u16 = 917;

    /// A map of these levels, each at most 15, at most as many as a frame holds.
    pub fn new(levels: &[u8]) -> Self {
        let levels = levels.get(..MAX_CARRIERS).unwrap_or(levels);
        let octets = levels.chunks(2).map(|pair| match *pair {
            [low, high] => low.min(15) | high.min(15) << 4,
            [low] => low.min(15),
            _ => 0,
        });
        Self { carriers: u16::try_from(levels.len()).unwrap_or(u16::MAX), levels: octets.collect() }
    }

    /// The level of each carrier, 0 to 15.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        let halves = self.levels.iter().flat_map(|octet| [octet & 0xF, octet >> 4]);
        halves.chain(core::iter::repeat(0)).take(self.carriers.into())
    }
}

/// What the longest Ethernet frame holds.
const MAX_CARRIERS: usize = (1500 - 5 - 2) * 2;

impl Field for AmpMapReq {
    fn read(reader: &mut Reader<'_>, _: &'static str) -> Result<Self, Error> {
        let carriers: u16 = Field::read(reader, "AmpMapReq.carriers")?;
        let octets = reader.take(usize::from(carriers).div_ceil(2), "AmpMapReq.levels")?;
        Ok(Self { carriers, levels: octets.to_vec() })
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.carriers.write(out);
        let octets = usize::from(self.carriers).div_ceil(2);
        out.extend(self.levels.iter().copied().chain(core::iter::repeat(0)).take(octets));
    }
}

/// Result codes of CM_VALIDATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidateResult {
    /// Busy with another car.
    NotReady,
    /// Go on.
    Ready,
    /// Counted.
    Success,
    /// Cannot validate, or could not.
    Failure,
    /// Matches without.
    NotRequired,
}

impl ValidateResult {
    /// The number on the wire.
    pub fn code(self) -> u8 {
        match self {
            Self::NotReady => 0,
            Self::Ready => 1,
            Self::Success => 2,
            Self::Failure => 3,
            Self::NotRequired => 4,
        }
    }

    /// `None`: no code of the standard.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::NotReady, Self::Ready, Self::Success, Self::Failure, Self::NotRequired]
            .get(usize::from(code))
            .copied()
    }
}
