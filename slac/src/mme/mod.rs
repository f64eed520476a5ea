//! HomePlug AV management messages (MMEs) in Ethernet frames.
//!
//! Reading takes what real senders send: frames without padding or with anything in it, shortened soundings, group counts of any
//! size, versions of the format that fit the layout. Writing fills reserved fields and padding with zeros, and a list never holds
//! more than its count tells.

mod address;
mod characterization;
mod groups;
pub mod lumissil;
mod matching;
pub mod network;
pub mod qualcomm;
mod summary;
mod table;
mod wire;

use alloc::vec::Vec;

pub use address::{Mac, RunId};
pub use characterization::{
    AttenCharInd, AttenCharRsp, AttenProfileInd, EmptyId, MnbcSoundInd, SlacParmCnf, SlacParmReq,
    StartAttenCharInd,
};
pub use groups::Groups;
pub use matching::{
    AmpMapCnf, AmpMapReq, MATCH_CNF_LEN, MATCH_REQ_LEN, SetKeyCnf, SetKeyReq, SlacMatchCnf,
    SlacMatchReq, ValidateCnf, ValidateReq, ValidateResult,
};
pub use wire::{Error, ErrorKind, Payload};

use lumissil::Lumissil;
use network::{
    BrgInfoCnf, BrgInfoReq, DiscoverListCnf, DiscoverListReq, GetKeyCnf, GetKeyReq, MmeErrorInd,
    NwInfoCnf, NwInfoReq, NwStatsCnf, NwStatsReq, StaCapCnf, StaCapReq, StaIdentifyCnf,
    StaIdentifyReq,
};
use qualcomm::{AttenuationCharacteristicsInd, Qualcomm};
use table::messages;
use wire::{Field, Reader};

/// HomePlug AV on Ethernet.
pub const ETHERTYPE: u16 = 0x88E1;

/// Shortest Ethernet frame without check sequence; shorter ones are padded with zeros.
pub const MIN_FRAME: usize = 60;

/// One management message with its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Who it is for.
    pub destination: Mac,
    /// Who sent it.
    pub source: Mac,
    /// Version of the management message format (MMV).
    pub version: u8,
    /// What it says.
    pub message: Message,
}

impl Frame {
    /// A frame in the version that the message has.
    pub fn new(destination: Mac, source: Mac, message: impl Into<Message>) -> Self {
        let message = message.into();
        Self { destination, source, version: message.version(), message }
    }

    /// Reads an Ethernet frame, padded or not, without check sequence and VLAN tag.
    ///
    /// What is not one whole message of the table in a known version comes back as [`Message::Unknown`].
    pub fn parse(octets: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(octets);
        let header = Header::read(&mut reader)?;
        header.frame(&mut reader)
    }

    /// The same for a frame that is wanted and of a known type; of any other, only the header is read. `None` also for what does not parse.
    pub(crate) fn parse_if(octets: &[u8], is_wanted: impl Fn(&Header) -> bool) -> Option<Self> {
        let mut reader = Reader::new(octets);
        let header = Header::read(&mut reader).ok()?;
        (header.is_known() && is_wanted(&header)).then(|| header.frame(&mut reader).ok())?
    }

    /// The Ethernet frame, padded with zeros to [`MIN_FRAME`].
    pub fn emit(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        self.emit_to(&mut out);
        out
    }

    /// The same behind what `out` holds.
    pub fn emit_to(&self, out: &mut Vec<u8>) {
        let end = out.len() + MIN_FRAME;
        self.destination.write(out);
        self.source.write(out);
        out.extend(ETHERTYPE.to_be_bytes());
        out.push(self.version);
        self.message.code().write(out);
        if self.version > 0 {
            out.extend(match self.message {
                Message::Unknown { fragment, .. } => fragment,
                _ => [0; 2],
            });
        }
        self.message.write(out);
        if out.len() < end {
            out.resize(end, 0);
        }
    }
}

/// What stands before the message.
pub(crate) struct Header {
    pub(crate) destination: Mac,
    pub(crate) source: Mac,
    version: u8,
    /// MMTYPE.
    pub(crate) code: u16,
    fragment: [u8; 2],
}

impl Header {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let destination = Field::read(reader, "destination")?;
        let source = Field::read(reader, "source")?;
        let ethertype = u16::from_be_bytes(reader.array("ethertype")?);
        if ethertype != ETHERTYPE {
            return Err(Error {
                kind: ErrorKind::Ethertype(ethertype),
                field: "ethertype",
                offset: reader.offset() - 2,
            });
        }
        let version = Field::read(reader, "version")?;
        reader.version = version;
        let code = Field::read(reader, "mmtype")?;
        let fragment = if version == 0 { [0; 2] } else { Field::read(reader, "fragment")? };
        Ok(Self { destination, source, version, code, fragment })
    }

    /// Whether the type is one of a table, whole and in a version that has it.
    fn is_known(&self) -> bool {
        let is_zero = self.version == 0;
        self.version <= 2
            && self.fragment[0] == 0
            && (Message::CODES.iter().any(|&(code, of)| code == self.code && is_zero == (of == 0))
                || (is_zero && Qualcomm::CODES.contains(&self.code))
                || Lumissil::CODES.contains(&self.code))
    }

    fn frame(self, reader: &mut Reader<'_>) -> Result<Frame, Error> {
        let Self { destination, source, version, code, fragment } = self;
        let message = match (version, fragment) {
            (0, _) | (1 | 2, [0, _]) => Message::read(code, fragment, reader)?,
            _ => Message::Unknown { code, fragment, body: Payload(reader.rest().to_vec()) },
        };
        Ok(Frame { destination, source, version, message })
    }
}

messages! {
    0x0014 1 "CC_DISCOVER_LIST.REQ" DiscoverListReq
    0x0015 1 "CC_DISCOVER_LIST.CNF" DiscoverListCnf
    0x6008 1 "CM_SET_KEY.REQ" SetKeyReq
    0x6009 1 "CM_SET_KEY.CNF" SetKeyCnf
    0x600C 1 "CM_GET_KEY.REQ" GetKeyReq
    0x600D 1 "CM_GET_KEY.CNF" GetKeyCnf
    0x601C 2 "CM_AMP_MAP.REQ" AmpMapReq
    0x601D 2 "CM_AMP_MAP.CNF" AmpMapCnf
    0x6020 1 "CM_BRG_INFO.REQ" BrgInfoReq
    0x6021 1 "CM_BRG_INFO.CNF" BrgInfoCnf
    0x6034 1 "CM_STA_CAP.REQ" StaCapReq
    0x6035 1 "CM_STA_CAP.CNF" StaCapCnf
    0x6038 1 "CM_NW_INFO.REQ" NwInfoReq
    0x6039 1 "CM_NW_INFO.CNF" NwInfoCnf
    0x6046 1 "CM_MME_ERROR.IND" MmeErrorInd
    0x6048 1 "CM_NW_STATS.REQ" NwStatsReq
    0x6049 1 "CM_NW_STATS.CNF" NwStatsCnf
    0x6060 1 "CM_STA_IDENTIFY.REQ" StaIdentifyReq
    0x6061 1 "CM_STA_IDENTIFY.CNF" StaIdentifyCnf
    0x6064 1 "CM_SLAC_PARM.REQ" SlacParmReq
    0x6065 1 "CM_SLAC_PARM.CNF" SlacParmCnf
    0x606A 1 "CM_START_ATTEN_CHAR.IND" StartAttenCharInd
    0x606E 1 "CM_ATTEN_CHAR.IND" AttenCharInd
    0x606F 1 "CM_ATTEN_CHAR.RSP" AttenCharRsp
    0x6076 1 "CM_MNBC_SOUND.IND" MnbcSoundInd
    0x6078 1 "CM_VALIDATE.REQ" ValidateReq
    0x6079 1 "CM_VALIDATE.CNF" ValidateCnf
    0x607C 1 "CM_SLAC_MATCH.REQ" SlacMatchReq
    0x607D 1 "CM_SLAC_MATCH.CNF" SlacMatchCnf
    0x6086 1 "CM_ATTEN_PROFILE.IND" AttenProfileInd
    0xA14E 0 "VS_ATTENUATION_CHARACTERISTICS.IND" AttenuationCharacteristicsInd
}

impl Message {
    /// A message of a known vendor, taken only if it is in the vendor's table and version.
    fn vendor(code: u16, reader: &mut Reader<'_>) -> Result<Option<Self>, Error> {
        let Some((&oui, rest)) = reader.rest().split_first_chunk() else { return Ok(None) };
        let is_known = match oui {
            qualcomm::OUI => reader.version == 0 && Qualcomm::CODES.contains(&code),
            lumissil::OUI => Lumissil::CODES.contains(&code),
            _ => false,
        };
        if code & 0xE000 != 0xA000 || !is_known {
            return Ok(None);
        }
        reader.take(reader.rest().len() - rest.len(), "oui")?;
        Ok(match oui {
            qualcomm::OUI => Qualcomm::read(code, reader)?.map(Self::Qualcomm),
            _ => Lumissil::read(code, reader)?.map(Self::Lumissil),
        })
    }
}

#[cfg(test)]
mod tests;
