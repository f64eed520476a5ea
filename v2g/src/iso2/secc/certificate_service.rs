//! The certificate service as it is offered and picked.

use super::super::msg::*;
use super::Refusal;
use super::discovery::payment_options;
use crate::fixed;
use crate::provisioning::{PARAMETER, SERVICE_ID, Service as Provisioning};
use crate::secc::Config;
use alloc::vec::Vec;
use exi::List;

/// Which services a car may use in this session.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Selected {
    installation: bool,
    update: bool,
}

impl Selected {
    pub(super) const fn has(self, service: Provisioning) -> bool {
        match service {
            Provisioning::Installation => self.installation,
            Provisioning::Update => self.update,
        }
    }

    fn add(&mut self, service: Provisioning) {
        match service {
            Provisioning::Installation => self.installation = true,
            Provisioning::Update => self.update = true,
        }
    }
}

/// What is offered: only over TLS, and only beside contracts. [V2G2-422]
pub(super) fn offered(config: &Config) -> Vec<Provisioning> {
    let Some(service) = &config.certificate_service else { return Vec::new() };
    if !config.tls || !payment_options(config).contains(&PaymentOption::Contract) {
        return Vec::new();
    }
    let offers = |kind: &Provisioning| match kind {
        Provisioning::Installation => service.installation,
        Provisioning::Update => service.update,
    };
    Provisioning::ALL.into_iter().filter(offers).collect()
}

/// The entry in the list of services, if the car did not ask for others alone.
pub(super) fn entry(config: &Config, wanted: Option<ServiceCategory>) -> Option<ServiceList> {
    let asked = wanted.is_none_or(|category| category == ServiceCategory::ContractCertificate);
    if !asked || offered(config).is_empty() {
        return None;
    }
    let entry = Service {
        service_id: SERVICE_ID,
        service_name: Some(fixed("Certificate")),
        service_category: ServiceCategory::ContractCertificate,
        service_scope: None,
        free_service: config.certificate_service.as_ref().is_some_and(|service| service.free),
    };
    Some(ServiceList { service: List::new(alloc::vec![entry]).ok()? })
}

/// A parameter set for each service on offer.
pub(super) fn parameters(config: &Config) -> Option<ServiceParameterList> {
    let set = |service: Provisioning| ParameterSet {
        parameter_set_id: service.parameter_set(),
        parameter: List::new(alloc::vec![Parameter {
            name: fixed(PARAMETER),
            value: ParameterValue::String(fixed(service.name())),
        }])
        .unwrap_or_default(),
    };
    let sets: Vec<_> = offered(config).into_iter().map(set).collect();
    Some(ServiceParameterList { parameter_set: List::new(sets).ok()? })
}

/// What the car picked. Some cars leave the parameter set open; that is all there is. [V2G2-467]
pub(super) fn selected<'a>(
    services: impl Iterator<Item = &'a SelectedService>,
    config: &Config,
) -> Result<Selected, Refusal> {
    let offered = offered(config);
    let mut selected = Selected::default();
    for service in services {
        let id = service.service_id;
        let sets: Vec<_> = offered
            .iter()
            .filter(|s| service.parameter_set_id.is_none_or(|set| set == s.parameter_set()))
            .collect();
        if id != SERVICE_ID || sets.is_empty() {
            return Err(Refusal::new(
                ResponseCode::FailedServiceSelectionInvalid,
                match service.parameter_set_id {
                    Some(set) => alloc::format!("service {id}, set {set} was not offered"),
                    None => alloc::format!("service {id} was not offered"),
                },
            ));
        }
        sets.into_iter().for_each(|service| selected.add(*service));
    }
    Ok(selected)
}
