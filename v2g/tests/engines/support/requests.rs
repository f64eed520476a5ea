//! A good request of every kind.

use super::hierarchy;
use exi::{Bytes, Int, Integer, List, Octets, Text};
use v2g::iso2::Grammar;
use v2g::iso2::dialog::{Request, RequestKind};
use v2g::iso2::msg::*;
use v2g::signature::{self, Signed};
use v2g::xmldsig::{Signature, X509IssuerSerial};

pub(crate) fn amount(value: f64, unit: Unit) -> PhysicalValue {
    PhysicalValue::new(value, unit).unwrap()
}

pub(crate) fn ev_status() -> DcEvStatus {
    DcEvStatus {
        ev_ready: true,
        ev_error_code: DcEvErrorCode::NoError,
        ev_ress_soc: Int::of::<40>(),
    }
}

pub(crate) fn selection(option: PaymentOption) -> Request {
    let service = SelectedService { service_id: 1, parameter_set_id: None };
    PaymentServiceSelectionReq {
        selected_payment_option: option,
        selected_service_list: SelectedServiceList {
            selected_service: List::new(vec![service]).unwrap(),
        },
    }
    .into()
}

/// A contract, and certificates before.
pub(crate) fn selection_of_sets(sets: &[Option<i16>]) -> Request {
    let charge = SelectedService { service_id: 1, parameter_set_id: None };
    let certificates =
        sets.iter().map(|set| SelectedService { service_id: 2, parameter_set_id: *set });
    PaymentServiceSelectionReq {
        selected_payment_option: PaymentOption::Contract,
        selected_service_list: SelectedServiceList {
            selected_service: List::new([charge].into_iter().chain(certificates).collect())
                .unwrap(),
        },
    }
    .into()
}

pub(crate) fn parameters(dc: bool) -> Request {
    let volts = amount(400.0, Unit::Volt);
    let amperes = amount(32.0, Unit::Ampere);
    ChargeParameterDiscoveryReq {
        max_entries_sa_schedule_tuple: None,
        requested_energy_transfer_mode: match dc {
            true => EnergyTransferMode::DcExtended,
            false => EnergyTransferMode::AcThreePhaseCore,
        },
        ev_charge_parameter: if dc {
            EvChargeParameter::Dc(DcEvChargeParameter {
                departure_time: None,
                dc_ev_status: ev_status(),
                ev_maximum_current_limit: amperes,
                ev_maximum_power_limit: None,
                ev_maximum_voltage_limit: volts,
                ev_energy_capacity: None,
                ev_energy_request: None,
                full_soc: None,
                bulk_soc: None,
            })
        } else {
            EvChargeParameter::Ac(AcEvChargeParameter {
                departure_time: None,
                e_amount: amount(10_000.0, Unit::WattHour),
                ev_max_voltage: volts,
                ev_max_current: amperes,
                ev_min_current: amount(6.0, Unit::Ampere),
            })
        },
    }
    .into()
}

pub(crate) fn power(charge_progress: ChargeProgress) -> Request {
    PowerDeliveryReq {
        charge_progress,
        sa_schedule_tuple_id: Int::of::<1>(),
        charging_profile: None,
        ev_power_delivery_parameter: None,
    }
    .into()
}

pub(crate) fn profile(watts: f64) -> ChargingProfile {
    ChargingProfile {
        profile_entry: List::new(vec![ProfileEntry {
            charging_profile_entry_start: 0,
            charging_profile_entry_max_power: amount(watts, Unit::Watt),
            charging_profile_entry_max_number_of_phases_in_use: None,
        }])
        .unwrap(),
    }
}

pub(crate) fn roots() -> ListOfRootCertificateIds {
    let root = X509IssuerSerial {
        issuer_name: Text::new("CN=Root").unwrap(),
        serial_number: Integer::from(1u64),
    };
    ListOfRootCertificateIds { root_certificate_id: List::new(vec![root]).unwrap() }
}

pub(crate) fn contract_chain() -> CertificateChain {
    let contract = hierarchy().contract();
    let subs = contract.sub_ders().into_iter().map(|der| Bytes::new(der).unwrap()).collect();
    CertificateChain {
        id: None,
        certificate: Bytes::new(contract.leaf.der()).unwrap(),
        sub_certificates: Some(SubCertificates { certificate: List::new(subs).unwrap() }),
    }
}

pub(crate) fn emaid() -> EmaidText {
    let chain = hierarchy().contract().leaf;
    Text::new(pki::Evcoid::parse(chain.subject().common_name().unwrap()).unwrap().normal()).unwrap()
}

pub(crate) fn payment_details() -> Request {
    PaymentDetailsReq { emaid: emaid(), contract_signature_cert_chain: contract_chain() }.into()
}

/// The challenge, signed with the contract's key.
pub(crate) fn authorization(challenge: &GenChallenge) -> (Request, Signature) {
    let request =
        AuthorizationReq { id: Some(Text::new("id1").unwrap()), gen_challenge: Some(*challenge) };
    let signature = sign(&Signed::element::<Grammar, _>("id1", &request).unwrap());
    (request.into(), signature)
}

pub(crate) fn receipt(session_id: SessionId, meter_info: MeterInfo) -> (Request, Signature) {
    let request = MeteringReceiptReq {
        id: Some(Text::new("id1").unwrap()),
        session_id,
        sa_schedule_tuple_id: Some(Int::of::<1>()),
        meter_info,
    };
    let signature = sign(&Signed::element::<Grammar, _>("id1", &request).unwrap());
    (request.into(), signature)
}

pub(crate) fn sign(signed: &Signed<'_>) -> Signature {
    let key = hierarchy().contract().key;
    signature::sign(core::slice::from_ref(signed), &*key, &ring::rand::SystemRandom::new()).unwrap()
}

/// A request of this kind that is good where the kind is.
pub(crate) fn any(kind: RequestKind, dc: bool) -> Request {
    let volts = amount(390.0, Unit::Volt);
    let amperes = amount(2.0, Unit::Ampere);
    match kind {
        RequestKind::SessionSetup => {
            SessionSetupReq { evcc_id: Octets::new(&[2, 0, 0, 0, 0, 1]).unwrap() }.into()
        }
        RequestKind::ServiceDiscovery => {
            ServiceDiscoveryReq { service_scope: None, service_category: None }.into()
        }
        RequestKind::ServiceDetail => ServiceDetailReq { service_id: 1 }.into(),
        RequestKind::PaymentServiceSelection => selection(PaymentOption::ExternalPayment),
        RequestKind::CertificateInstallation => CertificateInstallationReq {
            id: Text::new("id1").unwrap(),
            oem_provisioning_cert: Bytes::new(hierarchy().oem_provisioning().leaf.der()).unwrap(),
            list_of_root_certificate_ids: roots(),
        }
        .into(),
        RequestKind::CertificateUpdate => CertificateUpdateReq {
            id: Text::new("id1").unwrap(),
            contract_signature_cert_chain: contract_chain(),
            emaid: emaid(),
            list_of_root_certificate_ids: roots(),
        }
        .into(),
        RequestKind::PaymentDetails => payment_details(),
        RequestKind::Authorization => AuthorizationReq { id: None, gen_challenge: None }.into(),
        RequestKind::ChargeParameterDiscovery => parameters(dc),
        RequestKind::PowerDelivery => power(ChargeProgress::Start),
        RequestKind::ChargingStatus => ChargingStatusReq {}.into(),
        RequestKind::CableCheck => CableCheckReq { dc_ev_status: ev_status() }.into(),
        RequestKind::PreCharge => PreChargeReq {
            dc_ev_status: ev_status(),
            ev_target_voltage: volts,
            ev_target_current: amperes,
        }
        .into(),
        RequestKind::CurrentDemand => current_demand(390.0, 100.0),
        RequestKind::MeteringReceipt => MeteringReceiptReq {
            id: None,
            session_id: SessionId::default(),
            sa_schedule_tuple_id: None,
            meter_info: MeterInfo {
                meter_id: Text::new("METER").unwrap(),
                meter_reading: Some(1000),
                sig_meter_reading: None,
                meter_status: None,
                t_meter: None,
            },
        }
        .into(),
        RequestKind::WeldingDetection => WeldingDetectionReq { dc_ev_status: ev_status() }.into(),
        RequestKind::SessionStop => {
            SessionStopReq { charging_session: ChargingSession::Terminate }.into()
        }
    }
}

pub(crate) fn current_demand(volts: f64, amperes: f64) -> Request {
    CurrentDemandReq {
        dc_ev_status: ev_status(),
        ev_target_current: amount(amperes, Unit::Ampere),
        ev_maximum_voltage_limit: None,
        ev_maximum_current_limit: None,
        ev_maximum_power_limit: None,
        bulk_charging_complete: None,
        charging_complete: false,
        remaining_time_to_full_soc: None,
        remaining_time_to_bulk_soc: None,
        ev_target_voltage: amount(volts, Unit::Volt),
    }
    .into()
}
