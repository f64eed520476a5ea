use super::super::msg::*;
use super::authorization::Selecting;
use super::provisioning::{self, Detail};
use super::{Context, Failure, State};
use crate::evcc::{Ended, Event, NoDelivery, Wish};
use crate::provisioning::Service as Wanted;
use exi::List;

/// The station is to say what it offers.
pub(crate) struct Discovery;

impl Discovery {
    pub(super) fn handle(
        self,
        response: &ServiceDiscoveryRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        let offer = Offer::of(response, cx)?;
        match provisioning::wanted(cx) {
            None => offer.select(None, cx),
            Some(Err(why)) => provisioning::without(why, &offer, cx),
            Some(Ok(wanted)) => match provisioning::service(response) {
                Some(id) if offer.contract && cx.config.tls => Detail::ask(offer, wanted, id, cx),
                _ => provisioning::without(NoDelivery::NotOffered, &offer, cx),
            },
        }
    }
}

/// What the station offers, as far as the car can use it.
pub(super) struct Offer {
    mode: EnergyTransferMode,
    charge_service: u16,
    /// Contracts may be shown. [V2G2-635]
    contract: bool,
    external: bool,
}

impl Offer {
    fn of(response: &ServiceDiscoveryRes, cx: &Context<'_>) -> Result<Self, Failure> {
        let service = &response.charge_service;
        let modes = &service.supported_energy_transfer_mode.energy_transfer_mode;
        let mode = wanted(&cx.config.wish)
            .iter()
            .find(|mode| modes.contains(mode))
            .ok_or(Failure(Ended::NoService("the energy transfer mode")))?;
        let options = &response.payment_option_list.payment_option;
        let secure = cx.config.tls || cx.config.contract_without_tls;
        Ok(Self {
            mode: *mode,
            charge_service: service.service_id,
            contract: secure && options.contains(&PaymentOption::Contract),
            external: options.contains(&PaymentOption::ExternalPayment),
        })
    }

    /// Picks the way to pay and the services: the contract if there is one, or will be.
    pub(super) fn select(
        &self,
        certificates: Option<(Wanted, SelectedService)>,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        let (asked, more) = certificates.unzip();
        let option = if self.contract && (cx.contract.is_some() || asked.is_some()) {
            PaymentOption::Contract
        } else if self.external {
            PaymentOption::ExternalPayment
        } else {
            return Err(Failure(Ended::NoService("the way to pay")));
        };
        cx.emit(Event::Payment(option));
        let charge = SelectedService { service_id: self.charge_service, parameter_set_id: None };
        cx.ask(PaymentServiceSelectionReq {
            selected_payment_option: option,
            selected_service_list: SelectedServiceList {
                selected_service: List::new([charge].into_iter().chain(more).collect())
                    .unwrap_or_default(),
            },
        });
        Ok(State::Selecting(Selecting { option, mode: self.mode, asked }))
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
