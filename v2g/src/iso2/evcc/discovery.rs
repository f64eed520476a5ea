use super::super::msg::*;
use super::authorization::Selecting;
use super::{Context, Failure, State};
use crate::evcc::{Ended, Event, Wish};
use exi::List;

/// The station is to say what it offers.
pub(crate) struct Discovery;

impl Discovery {
    pub(super) fn handle(
        self,
        response: &ServiceDiscoveryRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        let modes = &response.charge_service.supported_energy_transfer_mode.energy_transfer_mode;
        let mode = wanted(&cx.config.wish)
            .iter()
            .find(|mode| modes.contains(mode))
            .ok_or(Failure(Ended::NoService("the energy transfer mode")))?;
        let option = payment(&response.payment_option_list.payment_option, cx)
            .ok_or(Failure(Ended::NoService("the way to pay")))?;
        cx.emit(Event::Payment(option));
        let charge_service = SelectedService {
            service_id: response.charge_service.service_id,
            parameter_set_id: None,
        };
        cx.ask(PaymentServiceSelectionReq {
            selected_payment_option: option,
            selected_service_list: SelectedServiceList {
                selected_service: List::new(alloc::vec![charge_service]).unwrap_or_default(),
            },
        });
        Ok(State::Selecting(Selecting { option, mode: *mode }))
    }
}

/// The modes the car can use, the best first.
fn wanted(wish: &Wish) -> &'static [EnergyTransferMode] {
    use EnergyTransferMode::*;
    match wish {
        Wish::Ac(ac) if ac.phases >= 3 => &[AcThreePhaseCore, AcSinglePhaseCore],
        Wish::Ac(_) => &[AcSinglePhaseCore],
        Wish::Dc(_) => &[DcExtended, DcComboCore, DcCore, DcUnique],
    }
}

/// The contract if there is one and TLS to show it over. [V2G2-635]
fn payment(offered: &[PaymentOption], cx: &Context<'_>) -> Option<PaymentOption> {
    let secure = cx.config.tls || cx.config.contract_without_tls;
    let contract = cx.config.contract.is_some() && secure;
    [(contract, PaymentOption::Contract), (true, PaymentOption::ExternalPayment)]
        .into_iter()
        .find_map(|(can, option)| (can && offered.contains(&option)).then_some(option))
}
