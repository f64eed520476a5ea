//! V2GTP: the eight-octet header in front of every message, on TCP, TLS and UDP alike.

use alloc::vec::Vec;
use core::fmt;

/// First octet of every message.
pub const VERSION: u8 = 0x01;
/// Second octet of every message: the version, inverted.
pub const INVERSE_VERSION: u8 = 0xFE;
/// Longest payload a [`Framer`] takes unless told otherwise, in octets.
pub const DEFAULT_MAX_PAYLOAD: u32 = 1 << 20;

macro_rules! payload_types {
    ($($(#[$doc:meta])* $name:ident = $code:literal $text:literal),+ $(,)?) => {
        /// What a message carries. The codes of ISO 15118-2 and -20, one space of numbers.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum PayloadType {
            $($(#[$doc])* $name,)+
            /// Reserved, or a manufacturer's own (0xA000 and above).
            Other(u16),
        }

        impl PayloadType {
            /// Every type that has a name.
            pub const KNOWN: &[Self] = &[$(Self::$name),+];
        }

        impl From<u16> for PayloadType {
            fn from(code: u16) -> Self {
                match code {
                    $($code => Self::$name,)+
                    code => Self::Other(code),
                }
            }
        }

        impl From<PayloadType> for u16 {
            fn from(payload_type: PayloadType) -> Self {
                match payload_type {
                    $(PayloadType::$name => $code,)+
                    PayloadType::Other(code) => code,
                }
            }
        }

        impl fmt::Display for PayloadType {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name => f.write_str($text),)+
                    Self::Other(code) => write!(f, "payload type 0x{code:04x}"),
                }
            }
        }
    };
}

payload_types! {
    /// SupportedAppProtocol in every generation; every message of DIN 70121 and -2.
    Exi = 0x8001 "EXI",
    /// -20: the messages of all energy modes.
    Main = 0x8002 "main stream",
    /// -20 AC.
    Ac = 0x8003 "AC main stream",
    /// -20 DC.
    Dc = 0x8004 "DC main stream",
    /// -20 automated connection devices.
    Acdp = 0x8005 "ACDP main stream",
    /// -20 wireless power transfer.
    Wpt = 0x8006 "WPT main stream",
    /// -20 AC with distributed energy resource functions of IEC.
    AcDerIec = 0x8010 "AC DER IEC main stream",
    /// -20 AC with distributed energy resource functions of SAE.
    AcDerSae = 0x8011 "AC DER SAE main stream",
    /// -20: a new schedule, beside the charge loop.
    ScheduleRenegotiation = 0x8101 "schedule renegotiation",
    /// -20: a signed meter reading, beside the charge loop.
    MeteringConfirmation = 0x8102 "metering confirmation",
    /// -20: state of the connection device, beside the charge loop.
    AcdpSystemStatus = 0x8103 "ACDP system status",
    /// -20: state of the parked vehicle, beside the charge loop.
    ParkingStatus = 0x8104 "parking status",
    /// SECC discovery: the vehicle asks.
    SdpRequest = 0x9000 "SDP request",
    /// SECC discovery: the station answers.
    SdpResponse = 0x9001 "SDP response",
    /// SECC discovery over a wireless link: the vehicle asks.
    SdpWirelessRequest = 0x9002 "wireless SDP request",
    /// SECC discovery over a wireless link: the station answers.
    SdpWirelessResponse = 0x9003 "wireless SDP response",
}

impl PayloadType {
    /// Whether the payload is an EXI document of a named message set.
    pub fn is_exi(self) -> bool {
        matches!(u16::from(self), 0x8001..=0x8FFF) && !matches!(self, Self::Other(_))
    }

    /// Whether the payload belongs to SECC discovery.
    pub fn is_sdp(self) -> bool {
        matches!(u16::from(self), 0x9000..=0x9003)
    }
}

/// What stands in front of the payload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
    pub payload_type: PayloadType,
    /// Octets of payload after the header.
    pub length: u32,
}

impl Header {
    /// Octets a header takes.
    pub const LEN: usize = 8;

    /// Reads the first eight octets. All fields are big-endian [V2G2-085].
    pub fn parse(octets: &[u8]) -> Result<Self, Error> {
        let &[version, inverse, t0, t1, l0, l1, l2, l3, ..] = octets else {
            return Err(Error::Short { len: octets.len() });
        };
        if version != VERSION {
            return Err(Error::Version(version));
        }
        if inverse != INVERSE_VERSION {
            return Err(Error::InverseVersion(inverse));
        }
        Ok(Self {
            payload_type: u16::from_be_bytes([t0, t1]).into(),
            length: u32::from_be_bytes([l0, l1, l2, l3]),
        })
    }

    /// The eight octets of this header.
    pub fn emit(self) -> [u8; Self::LEN] {
        let [t0, t1] = u16::from(self.payload_type).to_be_bytes();
        let [l0, l1, l2, l3] = self.length.to_be_bytes();
        [VERSION, INVERSE_VERSION, t0, t1, l0, l1, l2, l3]
    }
}

/// Splits one datagram into payload type and payload; it must hold exactly one message.
pub fn parse(datagram: &[u8]) -> Result<(PayloadType, &[u8]), Error> {
    let header = Header::parse(datagram)?;
    let payload = datagram.get(Header::LEN..).unwrap_or_default();
    if usize::try_from(header.length) != Ok(payload.len()) {
        return Err(Error::Length { said: header.length, had: payload.len() });
    }
    Ok((header.payload_type, payload))
}

/// Appends a whole message to `out`. Payloads of 4 GiB and more are refused.
pub fn emit(payload_type: PayloadType, payload: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let length = u32::try_from(payload.len())
        .map_err(|_| Error::TooLong { said: u32::MAX, max: u32::MAX })?;
    out.reserve(Header::LEN + payload.len());
    out.extend_from_slice(&Header { payload_type, length }.emit());
    out.extend_from_slice(payload);
    Ok(())
}

/// Why octets are no message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Error {
    #[error("{len} octets are too few for a V2GTP header")]
    Short { len: usize },
    #[error("V2GTP version 0x{0:02x} where 0x01 is due")]
    Version(u8),
    #[error("V2GTP inverse version 0x{0:02x} where 0xfe is due")]
    InverseVersion(u8),
    #[error("V2GTP header says {said} octets of payload, the datagram has {had}")]
    Length { said: u32, had: usize },
    #[error("V2GTP header says {said} octets of payload, more than the {max} allowed")]
    TooLong { said: u32, max: u32 },
}

/// One step of a [`Framer`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Frame<'a> {
    /// A whole message.
    Message { payload_type: PayloadType, payload: &'a [u8] },
    /// A message passed over: its type is not wanted here, or it is empty.
    Skipped(Header),
}

/// Finds the messages in a byte stream, however it is cut. Holds at most one payload.
#[derive(Clone, Debug)]
pub struct Framer {
    max_payload: u32,
    wanted: fn(PayloadType) -> bool,
    head: [u8; Header::LEN],
    head_len: usize,
    payload: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Head,
    Payload(Header),
    Skip { header: Header, left: u32 },
    Failed(Error),
}

impl Framer {
    /// Takes the types with EXI in them and skips the others by their length [V2G2-800].
    pub fn new(max_payload: u32) -> Self {
        Self::with_filter(max_payload, PayloadType::is_exi)
    }

    /// Takes the types for which `wanted` holds and skips the others by their length.
    pub fn with_filter(max_payload: u32, wanted: fn(PayloadType) -> bool) -> Self {
        Self {
            max_payload,
            wanted,
            head: [0; Header::LEN],
            head_len: 0,
            payload: Vec::new(),
            state: State::Head,
        }
    }

    /// Takes octets off the front of `stream` until a message is whole; `None` asks for more.
    /// After an error the stream has no message boundaries left: every later call gives it again.
    pub fn next(&mut self, stream: &mut &[u8]) -> Result<Option<Frame<'_>>, Error> {
        loop {
            match self.state {
                State::Failed(error) => return Err(error),
                State::Head => {
                    let part = take(stream, Header::LEN - self.head_len);
                    // At most `Header::LEN - head_len` octets were taken, so the sum stays in the array.
                    self.head[self.head_len..self.head_len + part.len()].copy_from_slice(part);
                    self.head_len += part.len();
                    self.check_version()?;
                    if self.head_len < Header::LEN {
                        return Ok(None);
                    }
                    self.head_len = 0;
                    self.payload.clear();
                    self.state = self.after_head()?;
                    if let State::Skip { header, left: 0 } = self.state {
                        self.state = State::Head;
                        return Ok(Some(Frame::Skipped(header)));
                    }
                }
                State::Payload(Header { payload_type, length }) => {
                    self.payload
                        .extend_from_slice(take(stream, length as usize - self.payload.len()));
                    if self.payload.len() < length as usize {
                        return Ok(None);
                    }
                    self.state = State::Head;
                    return Ok(Some(Frame::Message { payload_type, payload: &self.payload }));
                }
                State::Skip { header, left } => {
                    let left = left - take(stream, left as usize).len() as u32;
                    if left > 0 {
                        self.state = State::Skip { header, left };
                        return Ok(None);
                    }
                    self.state = State::Head;
                    return Ok(Some(Frame::Skipped(header)));
                }
            }
        }
    }

    /// Whether the stream may end here without cutting a message.
    pub fn is_at_boundary(&self) -> bool {
        matches!(self.state, State::Head) && self.head_len == 0
    }

    /// Refuses a foreign protocol at its first octets, not after eight.
    fn check_version(&mut self) -> Result<(), Error> {
        let error = match self.head[..self.head_len] {
            [version, ..] if version != VERSION => Error::Version(version),
            [_, inverse, ..] if inverse != INVERSE_VERSION => Error::InverseVersion(inverse),
            _ => return Ok(()),
        };
        self.state = State::Failed(error);
        Err(error)
    }

    fn after_head(&mut self) -> Result<State, Error> {
        let header = Header::parse(&self.head)?;
        if header.length > self.max_payload {
            let error = Error::TooLong { said: header.length, max: self.max_payload };
            self.state = State::Failed(error);
            return Err(error);
        }
        Ok(if header.length == 0 || !(self.wanted)(header.payload_type) {
            State::Skip { header, left: header.length }
        } else {
            State::Payload(header)
        })
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new(DEFAULT_MAX_PAYLOAD)
    }
}

fn take<'a>(stream: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (part, rest) = stream.split_at(most.min(stream.len()));
    *stream = rest;
    part
}

/// Drives the framer over any octets in pieces of any size, as a fuzz target does.
pub fn fuzz(data: &[u8]) {
    let (&step, mut stream) = data.split_first().unwrap_or((&0, &[]));
    let _ = parse(stream);
    let mut framer = Framer::new(1 << 12);
    while !stream.is_empty() {
        let mut part = take(&mut stream, usize::from(step) + 1);
        while let Ok(Some(_)) = framer.next(&mut part) {}
        assert!(framer.payload.capacity() <= 1 << 13, "payload buffer beyond its bound");
    }
}

#[cfg(test)]
#[path = "v2gtp_tests.rs"]
mod tests;
