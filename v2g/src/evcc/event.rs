//! What a car's engine tells, orders and is told.

use super::{Battery, NoDelivery, Store, Stored};
use crate::handshake::Protocol;
use crate::iso2::dialog::RequestKind;
use crate::iso2::msg::{MeterInfo, PaymentOption, ResponseCode};
use alloc::string::String;

/// What the application tells the engine.
#[derive(Debug)]
pub enum Command {
    /// News from the battery.
    Battery(Battery),
    /// What became of a delivered contract.
    Stored(Stored),
    /// End the charge and the session.
    Stop,
    /// End the charge, and come back to the session later.
    Pause,
    /// Close the connection now.
    Abort,
}

/// What the engine tells the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The station picked a protocol.
    Protocol(Protocol),
    /// The session has a number.
    Session { id: [u8; 8], evse_id: String, resumed: bool },
    /// The way to pay was picked.
    Payment(PaymentOption),
    /// A contract was delivered and is good: to be kept, and answered by [`Command::Stored`] in 20 s.
    Store(Store),
    /// No contract certificate was delivered, or none that is good.
    NotDelivered(NoDelivery),
    /// The station said yes.
    Authorized,
    /// Limits and schedule are agreed on; the most power at first, in W.
    Schedule { power: f64 },
    /// The car's hardware has to do something.
    Order(Order),
    /// Energy is on.
    EnergyOn,
    /// What the station gives: DC in V and A; AC the most current for each phase.
    Present { voltage: Option<f64>, current: Option<f64> },
    /// What the station's meter reads.
    Meter(MeterInfo),
    /// Energy is off.
    EnergyOff,
    /// The session is over: close the connection.
    Ended(Ended),
}

/// What the car's hardware has to do. Orders name a wanted state, so repeating one is harmless.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// Control pilot to state C: the car asks for energy.
    RequestEnergy,
    /// Control pilot to state B.
    ReleaseEnergy,
    /// Connect the battery (DC).
    CloseRelays,
    /// Disconnect the battery (DC).
    OpenRelays,
}

/// How a session ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ended {
    /// Regularly.
    Terminated,
    /// The car will come back to this session.
    Paused { session_id: [u8; 8] },
    /// There was no protocol in common.
    NoProtocol,
    /// The station has nothing this car can use; says what.
    NoService(&'static str),
    /// The station refused a request.
    Refused { request: RequestKind, code: ResponseCode },
    /// The station did not answer, or stayed busy for too long.
    Timeout,
    /// The station closed the connection in the middle.
    Closed,
    /// The station sent what cannot be read, or answered another question; says what.
    Malformed(String),
    /// The application wanted it.
    Aborted,
}

impl Ended {
    /// Whether the session ran to its regular end.
    pub const fn is_regular(&self) -> bool {
        matches!(self, Self::Terminated | Self::Paused { .. })
    }
}
