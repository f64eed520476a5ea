use super::super::dialog::Response;
use super::super::msg::{EvseChargeParameter, EvseNotification};
use super::authorization::{Authorization, PaymentDetails, Selecting};
use super::cable_check::CableCheck;
use super::charging::{Charging, Receipt, Starting};
use super::discovery::Discovery;
use super::parameters::Parameters;
use super::pre_charge::PreCharge;
use super::provisioning::{Delivering, Detail, Storing};
use super::session_setup::SessionSetup;
use super::stopping::{Leaving, Renegotiating, Stopping, Welding};
use super::{Context, Failure};
use crate::evcc::Ended;
use crate::xmldsig::Signature;

/// Which answer is awaited, and exactly what is known there.
pub(crate) enum State {
    SessionSetup(SessionSetup),
    Discovery(Discovery),
    Detail(Detail),
    Selecting(Selecting),
    Delivering(Delivering),
    /// No answer: the application is to keep what was delivered.
    Storing(Storing),
    PaymentDetails(PaymentDetails),
    Authorization(Authorization),
    Parameters(Parameters),
    CableCheck(CableCheck),
    PreCharge(PreCharge),
    Starting(Starting),
    Charging(Charging),
    Receipt(Receipt),
    Renegotiating(Renegotiating),
    Stopping(Stopping),
    Welding(Welding),
    Leaving(Leaving),
}

impl State {
    /// The engine has checked that the response answers the request.
    pub(crate) fn handle(
        self,
        response: Response,
        signature: Option<&Signature>,
        cx: &mut Context<'_>,
    ) -> Result<Self, Failure> {
        // [V2G2-679]: before energy began, a car that is to stop just leaves.
        if self.is_before_energy() && (cx.stop.is_some() || told_to_stop(&response)) {
            return Leaving::early(cx);
        }
        match (self, response) {
            (Self::SessionSetup(s), Response::SessionSetup(r)) => s.handle(&r, cx),
            (Self::Discovery(s), Response::ServiceDiscovery(r)) => s.handle(&r, cx),
            (Self::Detail(s), Response::ServiceDetail(r)) => s.handle(&r, cx),
            (Self::Selecting(s), Response::PaymentServiceSelection(_)) => s.handle(cx),
            (Self::Delivering(s), Response::CertificateInstallation(r)) => {
                s.handle(&(&r).into(), signature, cx)
            }
            (Self::Delivering(s), Response::CertificateUpdate(r)) => {
                s.handle(&(&r).into(), signature, cx)
            }
            (Self::PaymentDetails(s), Response::PaymentDetails(r)) => s.handle(&r, cx),
            (Self::Authorization(s), Response::Authorization(r)) => s.handle(&r, cx),
            (Self::Parameters(s), Response::ChargeParameterDiscovery(r)) => s.handle(&r, cx),
            (Self::CableCheck(s), Response::CableCheck(r)) => s.handle(&r, cx),
            (Self::PreCharge(s), Response::PreCharge(r)) => s.handle(&r, cx),
            (Self::Starting(s), Response::PowerDelivery(_)) => s.handle(cx),
            (Self::Charging(s), Response::ChargingStatus(r)) => s.charging_status(r, cx),
            (Self::Charging(s), Response::CurrentDemand(r)) => s.current_demand(r, cx),
            (Self::Receipt(s), Response::MeteringReceipt(r)) => s.handle(&r, cx),
            (Self::Renegotiating(s), Response::PowerDelivery(_)) => s.handle(cx),
            (Self::Stopping(s), Response::PowerDelivery(_)) => s.handle(cx),
            (Self::Welding(s), Response::WeldingDetection(r)) => s.handle(&r, cx),
            (Self::Leaving(s), Response::SessionStop(_)) => s.handle(cx),
            _ => Err(Failure(Ended::Malformed("an answer to another question".into()))),
        }
    }

    fn is_before_energy(&self) -> bool {
        matches!(
            self,
            Self::Discovery(_)
                | Self::Detail(_)
                | Self::Selecting(_)
                | Self::PaymentDetails(_)
                | Self::Authorization(_)
                | Self::Parameters(_)
                | Self::CableCheck(_)
                | Self::PreCharge(_)
        )
    }
}

fn told_to_stop(response: &Response) -> bool {
    let notification = match response {
        Response::CableCheck(r) => r.dc_evse_status.wish(),
        Response::PreCharge(r) => r.dc_evse_status.wish(),
        Response::ChargeParameterDiscovery(r) => match &r.evse_charge_parameter {
            EvseChargeParameter::Ac(ac) => ac.ac_evse_status.wish(),
            EvseChargeParameter::Dc(dc) => dc.dc_evse_status.wish(),
            EvseChargeParameter::Abstract(_) => return false,
        },
        _ => return false,
    };
    notification == EvseNotification::StopCharging
}
