use super::super::msg::*;
use super::selection::Selection;
use super::{Context, Refusal, State, certificate_service};
use crate::fixed;
use crate::secc::{Config, Limits};
use alloc::vec::Vec;
use exi::List;

/// The number of the charge service. [V2G2-417]
pub(super) const CHARGE_SERVICE: u16 = 1;

/// The car is to ask what is on offer.
pub(crate) struct Discovery;

impl Discovery {
    pub(super) fn handle(
        self,
        request: &ServiceDiscoveryReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        if payment_options(cx.config).is_empty() {
            return Err(Refusal::new(ResponseCode::Failed, "no way to pay can be offered here"));
        }
        cx.reply(ServiceDiscoveryRes {
            service_list: certificate_service::entry(cx.config, request.service_category),
            ..services(cx.config)
        });
        Ok(State::Selection(Selection))
    }
}

/// What is on offer beside other services.
pub(super) fn services(config: &Config) -> ServiceDiscoveryRes {
    let mut options = payment_options(config);
    if options.is_empty() {
        // Only in a refusal: the schema wants one.
        options.push(PaymentOption::ExternalPayment);
    }
    ServiceDiscoveryRes {
        response_code: ResponseCode::Ok,
        payment_option_list: PaymentOptionList {
            payment_option: List::new(options).unwrap_or_default(),
        },
        charge_service: ChargeService {
            service_id: CHARGE_SERVICE,
            service_name: Some(fixed("AC_DC_Charging")),
            service_category: ServiceCategory::EvCharging,
            service_scope: None,
            free_service: config.free,
            supported_energy_transfer_mode: SupportedEnergyTransferMode {
                energy_transfer_mode: List::new(modes(&config.limits).into()).unwrap_or_default(),
            },
        },
        service_list: None,
    }
}

/// Contracts need TLS. [V2G2-633] [V2G2-634]
pub(super) fn payment_options(config: &Config) -> Vec<PaymentOption> {
    let secure = config.tls || config.contracts.without_tls;
    let contract = config.payment.contract() && secure && !config.contracts.anchors.is_empty();
    [
        (contract, PaymentOption::Contract),
        (config.payment.external(), PaymentOption::ExternalPayment),
    ]
    .into_iter()
    .filter_map(|(offered, option)| offered.then_some(option))
    .collect()
}

/// The ways energy can get into the car here, the best first.
pub(super) fn modes(limits: &Limits) -> &'static [EnergyTransferMode] {
    use EnergyTransferMode::*;
    match limits {
        Limits::Ac(ac) if ac.phases >= 3 => &[AcThreePhaseCore, AcSinglePhaseCore],
        Limits::Ac(_) => &[AcSinglePhaseCore],
        Limits::Dc(_) => &[DcExtended, DcCore],
    }
}
