//! HomePlug AV management messages (MMEs) in Ethernet frames.

mod address;
mod characterization;
mod matching;
mod summary;
mod wire;

use alloc::vec::Vec;

pub use address::{Mac, RunId};
pub use characterization::{
    AttenCharInd, AttenCharRsp, AttenProfileInd, EmptyId, MnbcSoundInd, SlacParmCnf, SlacParmReq,
    StartAttenCharInd,
};
pub use matching::{
    AmpMapCnf, AmpMapReq, MATCH_CNF_LEN, MATCH_REQ_LEN, SetKeyCnf, SetKeyReq, SlacMatchCnf,
    SlacMatchReq, ValidateCnf, ValidateReq, ValidateResult,
};
pub use wire::{Error, ErrorKind};

use wire::{Field, Reader};

/// HomePlug AV on Ethernet.
pub const ETHERTYPE: u16 = 0x88E1;

/// Shortest Ethernet frame without check sequence; shorter ones are padded with zeros.
pub const MIN_FRAME: usize = 60;

/// One management message with its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub destination: Mac,
    pub source: Mac,
    /// Version of the management message format (MMV).
    pub version: u8,
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
        let destination = Field::read(&mut reader, "destination")?;
        let source = Field::read(&mut reader, "source")?;
        let ethertype = u16::from_be_bytes(reader.array("ethertype")?);
        if ethertype != ETHERTYPE {
            return Err(Error {
                kind: ErrorKind::Ethertype(ethertype),
                field: "ethertype",
                offset: reader.offset() - 2,
            });
        }
        let version = Field::read(&mut reader, "version")?;
        let code = Field::read(&mut reader, "mmtype")?;
        let fragment = if version == 0 { [0; 2] } else { Field::read(&mut reader, "fragment")? };
        let message = match (version, fragment) {
            (1 | 2, [0, _]) => Message::read(code, fragment, &mut reader)?,
            _ => Message::unknown(code, fragment, &reader),
        };
        Ok(Self { destination, source, version, message })
    }

    /// The Ethernet frame, padded with zeros to [`MIN_FRAME`].
    pub fn emit(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        self.destination.write(&mut out);
        self.source.write(&mut out);
        out.extend(ETHERTYPE.to_be_bytes());
        out.push(self.version);
        self.message.code().write(&mut out);
        if self.version > 0 {
            out.extend(match self.message {
                Message::Unknown { fragment, .. } => fragment,
                _ => [0; 2],
            });
        }
        self.message.write(&mut out);
        if out.len() < MIN_FRAME {
            out.resize(MIN_FRAME, 0);
        }
        out
    }
}

/// The one table of message types: code, version of the format, name, content.
macro_rules! messages {
    ($($code:literal $version:literal $name:literal $variant:ident)*) => {
        /// The content of a frame.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Message {
            $(#[doc = $name] $variant($variant),)*
            /// A type, version or fragment that is not ours to read; engines pass over it.
            Unknown { code: u16, fragment: [u8; 2], body: Vec<u8> },
        }

        impl Message {
            /// MMTYPE.
            pub fn code(&self) -> u16 {
                match self {
                    $(Self::$variant(_) => $code,)*
                    Self::Unknown { code, .. } => *code,
                }
            }

            /// The name in the HomePlug specification, if the type is known.
            pub fn name(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant(_) => Some($name),)*
                    Self::Unknown { .. } => None,
                }
            }

            fn version(&self) -> u8 {
                match self {
                    $(Self::$variant(_) => $version,)*
                    Self::Unknown { .. } => 1,
                }
            }

            fn read(code: u16, fragment: [u8; 2], reader: &mut Reader<'_>) -> Result<Self, Error> {
                Ok(match code {
                    $($code => Self::$variant($variant::read(reader)?),)*
                    _ => Self::unknown(code, fragment, reader),
                })
            }

            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant(message) => message.write(out),)*
                    Self::Unknown { body, .. } => out.extend(body),
                }
            }
        }

        $(impl From<$variant> for Message {
            fn from(message: $variant) -> Self {
                Self::$variant(message)
            }
        })*
    };
}

messages! {
    0x6008 1 "CM_SET_KEY.REQ" SetKeyReq
    0x6009 1 "CM_SET_KEY.CNF" SetKeyCnf
    0x601C 2 "CM_AMP_MAP.REQ" AmpMapReq
    0x601D 2 "CM_AMP_MAP.CNF" AmpMapCnf
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
}

impl Message {
    fn unknown(code: u16, fragment: [u8; 2], reader: &Reader<'_>) -> Self {
        Self::Unknown { code, fragment, body: reader.rest().to_vec() }
    }
}

#[cfg(test)]
mod tests;
