//! What the station offers, and what the car takes.

use super::MSG as NS;
use crate::iso20::msg::types::{Header, Name, RationalNumber, ResponseCode};
use exi::{Exi, Few, List};

/// The car asks for the services it knows, or for all. [V2G20-1248]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceDiscoveryReq {
    pub header: Header,
    pub supported_service_ids: Option<ServiceIdList>,
}

/// The services a car knows.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceIdList {
    pub service_id: Few<u16, 1, 16>,
}

/// The kinds of energy transfer and the other services on offer. [V2G20-1249]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceDiscoveryRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub service_renegotiation_supported: bool,
    pub energy_transfer_service_list: ServiceList,
    pub vas_list: Option<ServiceList>,
}

/// Services on offer.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceList {
    pub service: Few<Service, 1, 8>,
}

/// A service on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct Service {
    pub service_id: u16,
    pub free_service: bool,
}

/// The car asks for the forms of a service. [V2G20-464]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceDetailReq {
    pub header: Header,
    pub service_id: u16,
}

/// The forms of a service, each a set of parameters.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceDetailRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub service_id: u16,
    pub service_parameter_list: ServiceParameterList,
}

/// The forms of a service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceParameterList {
    pub parameter_set: List<ParameterSet, 1, 32>,
}

/// One form of a service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ParameterSet {
    pub parameter_set_id: u16,
    pub parameter: List<Parameter, 1, 32>,
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct Parameter {
    #[exi(attr)]
    pub name: Name,
    #[exi(choice)]
    pub value: ParameterValue,
}

/// A value of one of six types.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(names = "boolValue byteValue shortValue intValue rationalNumber finiteString", rare)]
pub enum ParameterValue {
    Bool(bool),
    Byte(i8),
    Short(i16),
    Int(i32),
    Rational(RationalNumber),
    Text(Name),
}

/// The car takes one kind of energy transfer, and other services with it. [V2G20-1216]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceSelectionReq {
    pub header: Header,
    pub selected_energy_transfer_service: SelectedService,
    pub selected_vas_list: Option<SelectedServiceList>,
}

/// The other services a car takes.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SelectedServiceList {
    pub selected_service: Few<SelectedService, 1, 16>,
}

/// A service in one of its forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct SelectedService {
    pub service_id: u16,
    pub parameter_set_id: u16,
}

/// Whether the selection is good. [V2G20-467] [V2G20-1618]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceSelectionRes {
    pub header: Header,
    pub response_code: ResponseCode,
}
