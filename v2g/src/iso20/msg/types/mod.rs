//! What the message sets of ISO 15118-20 share: header, result codes, numbers, states, meter values.

mod control;
mod metering;
mod response;
mod status;

pub use control::{AnyPhase, DynamicClReq, DynamicClRes, PerPhase, ScheduledClReq};
pub use metering::{DetailedCost, DetailedTax, MeterInfo, Receipt};
pub use response::{Processing, ResponseCode};
pub use status::{DisplayParameters, EvseNotification, EvseStatus};

use crate::xmldsig::{Signature, X509IssuerSerial};
use alloc::boxed::Box;
use exi::{Exi, Int, List, Octets, Ranged, Text};

pub(crate) const TYPES: &str = "urn:iso:std:iso:15118:-20:CommonTypes";
const NS: &str = TYPES;

/// Session, time and signature of a message: the first element of each.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(home = TYPES, inline)]
pub struct Header {
    pub session_id: SessionId,
    /// Unix time in seconds.
    pub time_stamp: u64,
    pub signature: Option<Box<Signature>>,
}

/// Always 8 octets, given by the station in SessionSetupRes; zero asks for a new session.
pub type SessionId = Octets<8, 8>;
/// A share of 0 to 100.
pub type Percent = Int<0, 100>;
/// The number of a thing that others refer to.
pub type NumericId = Ranged<1, { u32::MAX }>;
/// An identifier of up to 255 characters.
pub type Identifier = Text<0, 255>;
/// A name of up to 80 characters.
pub type Name = Text<0, 80>;
/// A description of up to 160 characters.
pub type Description = Text<0, 160>;

/// A quantity: `value * 10^exponent`, in the unit its place gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct RationalNumber {
    pub exponent: i8,
    pub value: i16,
}

/// The content of an abstract head that declares none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct Empty {}

/// The roots a car or a station can check against.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ListOfRootCertificateIds {
    pub root_certificate_id: List<X509IssuerSerial, 1, 20>,
}
