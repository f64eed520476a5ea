//! What the station offers, and what the car picks of it.

use super::{
    BODY, DATA as NS, EnergyTransferMode, PaymentOption, PhysicalValue, ResponseCode,
    ServiceCategory,
};
use crate::xmldsig::AnyText;
use exi::{Exi, List, Text};

/// The car asks what there is, narrowed if it likes. [V2G2-193]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ServiceDiscoveryReq {
    pub service_scope: Option<Text<0, 64>>,
    pub service_category: Option<ServiceCategory>,
}

/// Ways to pay, the charge service and other services. [V2G2-195]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ServiceDiscoveryRes {
    pub response_code: ResponseCode,
    pub payment_option_list: PaymentOptionList,
    pub charge_service: ChargeService,
    pub service_list: Option<ServiceList>,
}

/// The ways to pay, in the station's order.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PaymentOptionList {
    pub payment_option: List<PaymentOption, 1, 2>,
}

/// The service that charges the car.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ChargeService {
    pub service_id: u16,
    pub service_name: Option<Text<0, 32>>,
    pub service_category: ServiceCategory,
    pub service_scope: Option<Text<0, 64>>,
    pub free_service: bool,
    pub supported_energy_transfer_mode: SupportedEnergyTransferMode,
}

/// The modes of the charge service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SupportedEnergyTransferMode {
    pub energy_transfer_mode: List<EnergyTransferMode, 1, 6>,
}

/// Services beside the charge service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceList {
    pub service: List<Service, 1, 8>,
}

/// A service beside the charge service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct Service {
    pub service_id: u16,
    pub service_name: Option<Text<0, 32>>,
    pub service_category: ServiceCategory,
    pub service_scope: Option<Text<0, 64>>,
    pub free_service: bool,
}

/// The car asks for the parameters of a service. [V2G2-197]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ServiceDetailReq {
    pub service_id: u16,
}

/// The parameter sets of a service. [V2G2-199]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ServiceDetailRes {
    pub response_code: ResponseCode,
    pub service_id: u16,
    pub service_parameter_list: Option<ServiceParameterList>,
}

/// The parameter sets of a service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceParameterList {
    pub parameter_set: List<ParameterSet, 1, 255>,
}

/// One way a service can be used.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ParameterSet {
    pub parameter_set_id: i16,
    pub parameter: List<Parameter, 1, 16>,
}

/// A named value of a parameter set.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct Parameter {
    #[exi(attr)]
    pub name: AnyText,
    #[exi(choice)]
    pub value: ParameterValue,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(names = "boolValue byteValue shortValue intValue physicalValue stringValue", rare)]
pub enum ParameterValue {
    Bool(bool),
    Byte(i8),
    Short(i16),
    Int(i32),
    Physical(PhysicalValue),
    String(AnyText),
}

/// The car picks a way to pay and its services. [V2G2-201]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct PaymentServiceSelectionReq {
    pub selected_payment_option: PaymentOption,
    pub selected_service_list: SelectedServiceList,
}

/// The services the car picked.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SelectedServiceList {
    pub selected_service: List<SelectedService, 1, 16>,
}

/// One service the car picked.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SelectedService {
    pub service_id: u16,
    pub parameter_set_id: Option<i16>,
}

/// Whether the selection stands. [V2G2-203]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct PaymentServiceSelectionRes {
    pub response_code: ResponseCode,
}
