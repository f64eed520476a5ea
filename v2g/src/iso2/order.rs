//! The order of messages: one table for both roles.
//!
//! A [`Phase`] is what a station knows to come next. Every row says that a request is allowed in a
//! phase, where it can lead, and which requirement says so.

use super::dialog::RequestKind::{self, *};
use Phase::*;
use alloc::string::String;
use core::fmt::{self, Write};

/// Lists every phase once.
macro_rules! phases {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// How far a session is.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Phase {
            $($(#[$doc])* $name,)+
        }

        impl Phase {
            /// Every phase.
            pub const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

phases! {
    /// The protocol is agreed.
    Setup,
    /// The car is known.
    Discovery,
    /// The car has seen what is on offer.
    Selection,
    /// A contract is to be shown.
    Contract,
    /// A contract certificate was delivered; it is to be shown.
    Delivered,
    /// Somebody has to say yes.
    Authorizing,
    /// Limits and schedule are to be agreed.
    Parameters,
    /// AC: the schedule is agreed.
    AcReady,
    /// AC: energy flows.
    AcCharging,
    /// AC: a receipt is asked for.
    AcReceipt,
    /// AC: energy is off.
    AcStopped,
    /// DC: the schedule is agreed, the cable is to be checked.
    DcCableCheck,
    /// DC: a new schedule is agreed; the cable may be checked again.
    DcRenegotiated,
    /// DC: the cable is good.
    DcPreCharge,
    /// DC: the voltage is being matched.
    DcReady,
    /// DC: energy flows.
    DcCharging,
    /// DC: a receipt is asked for.
    DcReceipt,
    /// DC: energy is off.
    DcStopped,
    /// The hardware is at work on the last request; its answer is still to come.
    Busy,
    /// Over.
    Ended,
}

/// A request in a phase.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub phase: Phase,
    pub request: RequestKind,
    /// Where the session can be after an answer that is not a refusal.
    pub next: &'static [Phase],
    /// The requirement, or the first of a range.
    pub requirement: &'static str,
}

impl Phase {
    /// The row for a request, if it is allowed. [V2G2-459]
    pub fn row(self, request: RequestKind) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.phase == self && row.request == request)
    }

    /// Whether energy may flow in this phase.
    pub const fn is_charging(self) -> bool {
        matches!(self, AcCharging | AcReceipt | DcCharging | DcReceipt)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

const fn row(
    phase: Phase,
    request: RequestKind,
    next: &'static [Phase],
    requirement: &'static str,
) -> Row {
    Row { phase, request, next, requirement }
}

/// Every request in every phase that allows it; what is not here is out of sequence. [V2G2-538]
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    row(Setup, SessionSetup, &[Discovery], "V2G2-542"),
    row(Discovery, ServiceDiscovery, &[Selection], "V2G2-543"),
    row(Discovery, SessionStop, &[Ended], "V2G2-543"),
    row(Selection, ServiceDetail, &[Selection], "V2G2-545"),
    row(Selection, PaymentServiceSelection, &[Contract, Authorizing], "V2G2-545"),
    row(Selection, SessionStop, &[Ended], "V2G2-545"),
    row(Contract, PaymentDetails, &[Authorizing], "V2G2-551"),
    row(Contract, CertificateInstallation, &[Busy, Delivered], "V2G2-551"),
    row(Contract, CertificateUpdate, &[Busy, Delivered], "V2G2-551"),
    row(Contract, SessionStop, &[Ended], "V2G2-551"),
    row(Delivered, PaymentDetails, &[Authorizing], "V2G2-554"),
    row(Delivered, SessionStop, &[Ended], "V2G2-554"),
    row(Authorizing, Authorization, &[Authorizing, Parameters], "V2G2-560"),
    row(Authorizing, SessionStop, &[Ended], "V2G2-560"),
    row(Parameters, ChargeParameterDiscovery, &[Parameters, AcReady, DcCableCheck, DcRenegotiated], "V2G2-573"),
    row(Parameters, SessionStop, &[Ended], "V2G2-573"),
    row(AcReady, PowerDelivery, &[Busy, AcCharging, AcStopped], "V2G2-565"),
    row(AcReady, SessionStop, &[Ended], "V2G2-576"),
    row(AcCharging, ChargingStatus, &[AcCharging, AcReceipt], "V2G2-577"),
    row(AcCharging, PowerDelivery, &[Busy, AcStopped, Parameters], "V2G2-577"),
    row(AcCharging, SessionStop, &[Ended], "V2G2-570"),
    row(AcReceipt, MeteringReceipt, &[AcCharging], "V2G2-577"),
    row(AcReceipt, SessionStop, &[Ended], "V2G2-570"),
    row(AcStopped, SessionStop, &[Ended], "V2G2-568"),
    row(DcCableCheck, CableCheck, &[Busy, DcCableCheck, DcPreCharge], "V2G2-582"),
    row(DcCableCheck, SessionStop, &[Ended], "V2G2-582"),
    row(DcRenegotiated, CableCheck, &[Busy, DcCableCheck, DcPreCharge], "V2G2-582"),
    row(DcRenegotiated, PowerDelivery, &[Busy, DcCharging, DcStopped], "V2G2-842"),
    row(DcRenegotiated, SessionStop, &[Ended], "V2G2-582"),
    row(DcPreCharge, PreCharge, &[DcReady], "V2G2-584"),
    row(DcPreCharge, SessionStop, &[Ended], "V2G2-584"),
    row(DcReady, PreCharge, &[DcReady], "V2G2-587"),
    row(DcReady, PowerDelivery, &[Busy, DcCharging, DcStopped], "V2G2-587"),
    row(DcReady, SessionStop, &[Ended], "V2G2-587"),
    row(DcCharging, CurrentDemand, &[DcCharging, DcReceipt], "V2G2-593"),
    row(DcCharging, PowerDelivery, &[Busy, DcStopped, Parameters], "V2G2-593"),
    row(DcCharging, SessionStop, &[Ended], "V2G2-570"),
    row(DcReceipt, MeteringReceipt, &[DcCharging], "V2G2-795"),
    row(DcReceipt, SessionStop, &[Ended], "V2G2-570"),
    row(DcStopped, WeldingDetection, &[DcStopped], "V2G2-597"),
    row(DcStopped, ChargeParameterDiscovery, &[Parameters, DcCableCheck], "V2G2-601"),
    row(DcStopped, SessionStop, &[Ended], "V2G2-597"),
];

/// The table as a graph in DOT, for people to look at.
pub fn dot() -> String {
    let mut out = String::from("digraph iso2 {\n  rankdir=LR;\n  node [shape=box];\n");
    for row in TABLE {
        for next in row.next {
            // Writing to a String cannot fail.
            let _ = writeln!(
                out,
                "  {} -> {} [label=\"{}\\n{}\"];",
                row.phase, next, row.request, row.requirement
            );
        }
    }
    out.push_str("}\n");
    out
}
