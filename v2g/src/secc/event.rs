//! What a station's engine tells, orders and is told.

use super::facts::Fact;
use crate::authorization::{Answer, Denial, Identity, Question};
use crate::handshake::Protocol;
use crate::iso2::msg::ResponseCode;
use crate::iso2::order::Phase;
use crate::provisioning;
use crate::signature::SignedInfoGrammar;
use alloc::string::String;
use alloc::sync::Arc;
use pki::{Chain, Verified};

/// What the application tells the engine.
#[derive(Debug)]
pub enum Command {
    /// News from the hardware.
    Fact(Fact),
    /// The answer to a question.
    Answer(Answer),
    /// The answer to a car's request for a contract certificate.
    Provisioned(provisioning::Answer),
    /// End the charge: the car is asked to stop. If it does not in 20 s, the session is aborted;
    /// energy that has not begun does not begin.
    Stop,
    /// Ask the car for a new schedule, because limits have changed.
    Renegotiate,
    /// Close the connection now and switch everything off.
    Abort,
}

/// What the engine tells the application.
#[derive(Debug)]
pub enum Event {
    /// A protocol was agreed on.
    Protocol(Protocol),
    /// The session has a number.
    Session { id: [u8; 8], evcc_id: String, resumed: bool },
    /// The session reached a phase.
    Phase(Phase),
    /// A contract was shown and its chain is good.
    ContractVerified {
        /// Whose it is.
        identity: Identity,
        /// The chain: to be checked for revocation, for instance, before an answer to [`Event::Authorize`].
        chain: Arc<Verified<Chain>>,
    },
    /// The car signed the challenge with the contract's key.
    SignatureVerified(SignedInfoGrammar),
    /// Somebody has to decide; the engine keeps the car waiting meanwhile.
    Authorize(Question),
    /// Somebody said yes.
    Authorized { identity: Identity, by: String, token: Option<String> },
    /// Somebody said no.
    Denied { by: String, denial: Denial },
    /// A car asks for a contract certificate: somebody has to answer by [`Command::Provisioned`].
    Provision(provisioning::Question),
    /// The answer goes to the car.
    Provisioned { service: provisioning::Service, code: ResponseCode },
    /// The hardware has to do something.
    Order(Order),
    /// Energy is on: contactors are closed and the car may draw.
    EnergyOn,
    /// Energy is off again.
    EnergyOff,
    /// The car signed a meter reading, in Wh.
    Receipt { energy: Option<u64> },
    /// A request was refused; the session ends.
    Refused { request: String, code: ResponseCode, why: String },
    /// The session is over: send what is left, then close the connection.
    Ended(Ended),
}

impl Event {
    /// What came is no message, so there is nothing to answer.
    pub(crate) fn unreadable(why: &str) -> Self {
        Self::Refused {
            request: "unreadable message".into(),
            code: ResponseCode::Failed,
            why: why.into(),
        }
    }
}

/// What the hardware has to do. Orders name a wanted state, so repeating one is harmless.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
    /// Test the isolation of the cable, with the contactor closed, and tell by [`Fact::Isolation`].
    CheckCable,
    /// Bring the cable to this voltage, with at most this current; the car has not connected its battery.
    PreCharge { voltage: f64, current: f64 },
    /// Connect the cable and tell by [`Fact::Contactor`]: with DC before the cable is checked, with
    /// AC when energy is to begin.
    CloseContactor,
    /// Follow the car's wish within the announced limits (DC), in V and A.
    Deliver { voltage: f64, current: f64 },
    /// Bring current and voltage to zero (DC).
    SupplyOff,
    /// Disconnect the car and tell by [`Fact::Contactor`].
    OpenContactor,
}

/// How a session ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ended {
    /// The car said goodbye.
    Terminated,
    /// The car will come back to this session.
    Paused,
    /// There was no protocol in common.
    NoProtocol,
    /// A request was refused.
    Refused,
    /// The car was silent for too long, or did not end a charge whose energy was cut.
    Timeout,
    /// The car closed the connection in the middle.
    Closed,
    /// The car sent what cannot be read.
    Malformed,
    /// The application wanted it.
    Aborted,
}

impl Ended {
    /// Whether the session ran to its regular end.
    pub const fn is_regular(&self) -> bool {
        matches!(self, Self::Terminated | Self::Paused)
    }
}
