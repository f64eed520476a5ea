use super::super::dialog::{Request, RequestKind};
use super::super::order::Phase;
use super::authorizing::Authorizing;
use super::cable_check::CableCheck;
use super::charging::{Charging, Receipt};
use super::context::Message;
use super::contract::Contract;
use super::discovery::Discovery;
use super::parameters::Parameters;
use super::power_delivery::{Ready, Starting};
use super::pre_charge::PreCharge;
use super::provisioning::{Delivered, Provisioning};
use super::selection::Selection;
use super::session_setup::SessionSetup;
use super::stopping::{Stopped, Stopping};
use super::{Context, Refusal};
use crate::authorization::Answer;
use crate::engine::Outbox;
use crate::provisioning as certificates;
use crate::secc::{Event, Order};
use core::time::Duration;

/// Where a session is, and exactly what is known there.
pub(crate) enum State {
    SessionSetup(SessionSetup),
    Discovery(Discovery),
    Selection(Selection),
    Contract(Contract),
    Provisioning(Provisioning),
    Delivered(Delivered),
    Authorizing(Authorizing),
    Parameters(Parameters),
    CableCheck(CableCheck),
    PreCharge(PreCharge),
    Ready(Ready),
    Starting(Starting),
    Charging(Charging),
    Receipt(Receipt),
    Stopping(Stopping),
    Stopped(Stopped),
    /// A handler refused while energy was on or the hardware at work.
    Dead,
    /// A handler refused.
    Failed,
    Ended,
}

impl State {
    pub(crate) fn phase(&self) -> Phase {
        match self {
            Self::SessionSetup(_) => Phase::Setup,
            Self::Discovery(_) => Phase::Discovery,
            Self::Selection(_) => Phase::Selection,
            Self::Contract(_) => Phase::Contract,
            Self::Delivered(_) => Phase::Delivered,
            Self::Authorizing(_) => Phase::Authorizing,
            Self::Parameters(_) => Phase::Parameters,
            Self::CableCheck(state) => state.phase(),
            Self::PreCharge(state) => state.phase(),
            Self::Ready(_) => Phase::AcReady,
            Self::Charging(state) => state.phase(),
            Self::Receipt(state) => state.phase(),
            Self::Stopped(state) => state.phase(),
            Self::Provisioning(_) | Self::Starting(_) | Self::Stopping(_) => Phase::Busy,
            Self::Dead | Self::Failed | Self::Ended => Phase::Ended,
        }
    }

    /// The order table has let the request in, so each state sees only what it can answer.
    pub(crate) fn handle(
        self,
        request: Request,
        message: Message<'_>,
        cx: &mut Context<'_>,
    ) -> Result<Self, Refusal> {
        if let Request::SessionStop(request) = request {
            return Stopping::session(self, &request, cx);
        }
        let kind = request.kind();
        let phase = self.phase();
        match (self, request) {
            (Self::SessionSetup(s), Request::SessionSetup(r)) => s.handle(&r, cx),
            (Self::Discovery(s), Request::ServiceDiscovery(r)) => s.handle(&r, cx),
            (Self::Selection(s), Request::ServiceDetail(r)) => s.detail(&r, cx),
            (Self::Selection(s), Request::PaymentServiceSelection(r)) => s.select(&r, cx),
            (Self::Contract(s), Request::PaymentDetails(r)) => s.payment_details(&r, cx),
            (Self::Contract(s), Request::CertificateInstallation(r)) => s.install(&r, message, cx),
            (Self::Contract(s), Request::CertificateUpdate(r)) => s.update(&r, message, cx),
            (Self::Delivered(s), Request::PaymentDetails(r)) => s.payment_details(&r, cx),
            (Self::Authorizing(s), Request::Authorization(r)) => {
                s.handle(&r, message.signature, cx)
            }
            (Self::Parameters(s), Request::ChargeParameterDiscovery(r)) => s.handle(&r, cx),
            (Self::CableCheck(s), Request::CableCheck(r)) => s.handle(&r, cx),
            (Self::CableCheck(s), Request::PowerDelivery(r)) => s.into_ready().handle(&r, cx),
            (Self::PreCharge(s), Request::PreCharge(r)) => s.handle(&r, cx),
            (Self::PreCharge(s), Request::PowerDelivery(r)) => s.into_ready().handle(&r, cx),
            (Self::Ready(s), Request::PowerDelivery(r)) => s.handle(&r, cx),
            (Self::Charging(s), Request::ChargingStatus(_)) => s.charging_status(cx),
            (Self::Charging(s), Request::CurrentDemand(r)) => s.current_demand(&r, cx),
            (Self::Charging(s), Request::PowerDelivery(r)) => s.power_delivery(&r, cx),
            (Self::Receipt(s), Request::MeteringReceipt(r)) => s.handle(&r, message.signature, cx),
            (Self::Stopped(s), Request::WeldingDetection(_)) => s.welding_detection(cx),
            (Self::Stopped(s), Request::ChargeParameterDiscovery(r)) => {
                s.into_parameters().handle(&r, cx)
            }
            _ => Err(Refusal::out_of_sequence(kind, phase)),
        }
    }

    /// Looks again at what the hardware did for a request that is not yet answered.
    pub(crate) fn advance(self, cx: &mut Context<'_>) -> Result<Self, Refusal> {
        match self {
            Self::Provisioning(state) => state.advance(cx),
            Self::CableCheck(state) => state.advance(cx),
            Self::Starting(state) => state.advance(cx),
            Self::Stopping(state) => state.advance(cx),
            other => Ok(other),
        }
    }

    /// The request that is not yet answered.
    pub(crate) fn pending(&self) -> Option<RequestKind> {
        match self {
            Self::Provisioning(state) => Some(state.service().request()),
            Self::CableCheck(state) => state.until().map(|_| RequestKind::CableCheck),
            Self::Starting(_) => Some(RequestKind::PowerDelivery),
            Self::Stopping(state) => Some(state.request()),
            _ => None,
        }
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Provisioning(state) => Some(state.until),
            Self::CableCheck(state) => state.until(),
            Self::Starting(state) => Some(state.until),
            Self::Stopping(state) => Some(state.until),
            _ => None,
        }
    }

    pub(crate) fn answer(self, answer: Answer, cx: &mut Context<'_>) -> Self {
        match self {
            Self::Authorizing(state) => Self::Authorizing(state.answer(answer, cx)),
            other => other,
        }
    }

    pub(crate) fn provisioned(
        self,
        answer: certificates::Answer,
        cx: &mut Context<'_>,
    ) -> Result<Self, Refusal> {
        match self {
            Self::Provisioning(state) => state.answer(answer, cx),
            other => Ok(other),
        }
    }

    /// Whether the hardware may be at work for this session.
    pub(crate) fn has_energy(&self) -> bool {
        match self {
            // With a new schedule the contactor stays closed.
            Self::Parameters(state) => state.is_again(),
            Self::Ready(state) => state.is_again(),
            Self::CableCheck(_)
            | Self::PreCharge(_)
            | Self::Starting(_)
            | Self::Charging(_)
            | Self::Receipt(_)
            | Self::Stopping(_)
            | Self::Dead => true,
            _ => false,
        }
    }

    /// Whether the contactor is closed for this session, and a control pilot that asks for energy
    /// has to keep it so.
    pub(crate) fn is_connected(&self) -> bool {
        match self {
            Self::Parameters(state) => state.is_again(),
            Self::Ready(state) => state.is_again(),
            Self::CableCheck(state) => state.is_connected(),
            Self::PreCharge(_) | Self::Charging(_) | Self::Receipt(_) => true,
            _ => false,
        }
    }

    /// Everything off, without waiting for it.
    pub(crate) fn switch_off(&self, out: &mut Outbox<Event>) {
        if self.has_energy() {
            self.cut(out);
            out.event(Event::EnergyOff);
        }
    }

    /// The orders for it.
    pub(crate) fn cut(&self, out: &mut Outbox<Event>) {
        out.event(Event::Order(Order::SupplyOff));
        out.event(Event::Order(Order::OpenContactor));
    }
}
