//! What the station offers, and what the car picks of it.

use super::{BODY, DATA as NS, MANY, PaymentOption, PhysicalValue, ResponseCode, ServiceCategory};
use crate::xmldsig::AnyText;
use exi::{Exi, List, Text};

/// The car asks what there is, narrowed if it likes. [V2G-DC-440]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ServiceDiscoveryReq {
    pub service_scope: Option<Text<0, 32>>,
    pub service_category: Option<ServiceCategory>,
}

/// Ways to pay, the charge service and other services. [V2G-DC-441]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ServiceDiscoveryRes {
    pub response_code: ResponseCode,
    pub payment_options: PaymentOptions,
    pub charge_service: ServiceCharge,
    pub service_list: Option<ServiceTagList>,
}

/// The ways to pay: at most two, though the schema sets no bound. [V2G-DC-634]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PaymentOptions {
    pub payment_option: List<PaymentOption, 1, MANY>,
}

/// The service that charges the car.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceCharge {
    pub service_tag: ServiceTag,
    pub free_service: bool,
    pub energy_transfer_type: EvseSupportedEnergyTransferType,
}

/// What a service is. Name and scope are not used. [V2G-DC-628] [V2G-DC-629]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceTag {
    pub service_id: u16,
    pub service_name: Option<Text<0, 32>>,
    pub service_category: ServiceCategory,
    pub service_scope: Option<Text<0, 32>>,
}

/// How a station can give energy; more forms than a car can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "AC_single_phase_core AC_three_phase_core DC_core DC_extended DC_combo_core \
    DC_dual AC_core1p_DC_extended AC_single_DC_core \
    AC_single_phase_three_phase_core_DC_extended AC_core3p_DC_extended")]
pub enum EvseSupportedEnergyTransferType {
    AcSinglePhaseCore,
    AcThreePhaseCore,
    DcCore,
    DcExtended,
    DcComboCore,
    DcDual,
    AcCore1pDcExtended,
    AcSingleDcCore,
    AcSinglePhaseThreePhaseCoreDcExtended,
    AcCore3pDcExtended,
}

/// Services beside the charge service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ServiceTagList {
    pub service: List<Service, 1, MANY>,
}

/// A service beside the charge service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct Service {
    pub service_tag: ServiceTag,
    pub free_service: bool,
}

/// The car asks for the parameters of a service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ServiceDetailReq {
    pub service_id: u16,
}

/// The parameter sets of a service.
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
    pub parameter_set: List<ParameterSet, 1, MANY>,
}

/// One way a service can be used.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ParameterSet {
    pub parameter_set_id: i16,
    pub parameter: List<Parameter, 1, MANY>,
}

/// A named value of a parameter set.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct Parameter {
    #[exi(attr, unqualified)]
    pub name: AnyText,
    /// The schema does not tie it to the form of `value`.
    #[exi(attr, unqualified)]
    pub value_type: ValueType,
    #[exi(choice)]
    pub value: ParameterValue,
}

/// What a parameter says it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "bool byte short int physicalValue string")]
pub enum ValueType {
    Bool,
    Byte,
    Short,
    Int,
    PhysicalValue,
    String,
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

/// The car picks a way to pay and its services. [V2G-DC-395] [V2G-DC-443]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ServicePaymentSelectionReq {
    pub selected_payment_option: PaymentOption,
    pub selected_service_list: SelectedServiceList,
}

/// The services the car picked: the charge service alone, though the schema sets no bound. [V2G-DC-635]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SelectedServiceList {
    pub selected_service: List<SelectedService, 1, MANY>,
}

/// One service the car picked.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SelectedService {
    pub service_id: u16,
    pub parameter_set_id: Option<i16>,
}

/// Whether the selection stands. [V2G-DC-396]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ServicePaymentSelectionRes {
    pub response_code: ResponseCode,
}
