use super::super::msg::*;
use super::authorizing::Authorizing;
use super::contract::Contract;
use super::discovery::{CHARGE_SERVICE, payment_options};
use super::{Context, Refusal, State, certificate_service};
use crate::provisioning::SERVICE_ID;

/// The car is to pick a way to pay and its services.
pub(crate) struct Selection;

impl Selection {
    /// Only services that were offered have details. [V2G2-425] [V2G2-464]
    pub(super) fn detail(
        self,
        request: &ServiceDetailReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        let service_parameter_list = match request.service_id {
            SERVICE_ID => certificate_service::parameters(cx.config),
            _ => None,
        };
        if request.service_id != CHARGE_SERVICE && service_parameter_list.is_none() {
            return Err(Refusal::new(
                ResponseCode::FailedServiceIdInvalid,
                alloc::format!("service {} was not offered", request.service_id),
            ));
        }
        cx.reply(ServiceDetailRes {
            response_code: ResponseCode::Ok,
            service_id: request.service_id,
            service_parameter_list,
        });
        Ok(State::Selection(self))
    }

    pub(super) fn select(
        self,
        request: &PaymentServiceSelectionReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        let services = &request.selected_service_list.selected_service;
        // [V2G2-465]
        if !payment_options(cx.config).contains(&request.selected_payment_option) {
            return Err(Refusal::new(
                ResponseCode::FailedPaymentSelectionInvalid,
                "that way to pay was not offered",
            ));
        }
        // [V2G2-804]
        if !services.iter().any(|s| s.service_id == CHARGE_SERVICE) {
            return Err(Refusal::new(
                ResponseCode::FailedNoChargeServiceSelected,
                "the charge service is not among the selected ones",
            ));
        }
        let others = services.iter().filter(|s| s.service_id != CHARGE_SERVICE);
        let selected = certificate_service::selected(others, cx.config)?;
        cx.reply(PaymentServiceSelectionRes { response_code: ResponseCode::Ok });
        Ok(match request.selected_payment_option {
            PaymentOption::Contract => State::Contract(Contract { selected }),
            PaymentOption::ExternalPayment => State::Authorizing(Authorizing::External),
        })
    }
}
