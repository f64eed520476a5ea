//! A request of every kind, good or odd as a script wants.

use super::script::Script;
use super::{CLOCK, hierarchy};
use crate::fixed;
use crate::iso2::Grammar;
use crate::iso2::dialog::{Request, RequestKind};
use crate::iso2::msg::*;
use crate::signature::{self, Signed};
use crate::xmldsig::{Signature, X509IssuerSerial};
use alloc::{vec, vec::Vec};
use exi::{Bytes, Fragment, Int, Integer, List, Octets, Text};
use pki::Signer;
use ring::rand::SystemRandom;

/// What a request may refer to.
pub(super) struct Known {
    pub(super) dc: bool,
    pub(super) session_id: SessionId,
    pub(super) challenge: GenChallenge,
    pub(super) meter: Option<MeterInfo>,
}

/// A request of this kind. An octet of the script says how it deviates from the good one, 0 not at all.
pub(super) fn request(
    kind: RequestKind,
    script: &mut Script<'_>,
    known: &Known,
) -> (Request, Option<Signature>) {
    let how = script.octet();
    let request = match kind {
        RequestKind::Authorization if how & 1 == 1 => return authorization(how, known),
        RequestKind::MeteringReceipt => return receipt(how, known),
        RequestKind::SessionSetup => {
            SessionSetupReq { evcc_id: Octets::new(&[2, 0, 0, 0, 0, 1]).unwrap_or_default() }.into()
        }
        RequestKind::ServiceDiscovery => {
            ServiceDiscoveryReq { service_scope: None, service_category: None }.into()
        }
        RequestKind::ServiceDetail => ServiceDetailReq { service_id: u16::from(how) + 1 }.into(),
        RequestKind::PaymentServiceSelection => selection(how),
        RequestKind::CertificateInstallation => {
            let car = hierarchy().oem_provisioning();
            let request = CertificateInstallationReq {
                id: fixed("id1"),
                oem_provisioning_cert: certificate(car.leaf.der()),
                list_of_root_certificate_ids: roots(),
            };
            let signature = sign_with(&request, how >> 2, &*car.key);
            return (request.into(), signature);
        }
        RequestKind::CertificateUpdate => {
            let request = CertificateUpdateReq {
                id: fixed("id1"),
                contract_signature_cert_chain: contract_chain(how),
                emaid: emaid(),
                list_of_root_certificate_ids: roots(),
            };
            let signature = sign(&request, how >> 2);
            return (request.into(), signature);
        }
        RequestKind::PaymentDetails => PaymentDetailsReq {
            emaid: if how & 1 == 0 { emaid() } else { fixed("DE1ABC123456789") },
            contract_signature_cert_chain: contract_chain(how >> 1),
        }
        .into(),
        RequestKind::Authorization => AuthorizationReq { id: None, gen_challenge: None }.into(),
        RequestKind::ChargeParameterDiscovery => parameters(how, script, known.dc),
        RequestKind::PowerDelivery => power(how, script),
        RequestKind::ChargingStatus => ChargingStatusReq {}.into(),
        RequestKind::CableCheck => CableCheckReq { dc_ev_status: ev_status() }.into(),
        RequestKind::PreCharge => PreChargeReq {
            dc_ev_status: ev_status(),
            ev_target_voltage: amount(how, script, 390.0, Unit::Volt),
            ev_target_current: amount(how >> 1, script, 2.0, Unit::Ampere),
        }
        .into(),
        RequestKind::CurrentDemand => CurrentDemandReq {
            dc_ev_status: ev_status(),
            ev_target_current: amount(how, script, 100.0, Unit::Ampere),
            ev_maximum_voltage_limit: (how & 4 != 0)
                .then(|| amount(how >> 3, script, 400.0, Unit::Volt)),
            ev_maximum_current_limit: None,
            ev_maximum_power_limit: None,
            bulk_charging_complete: None,
            charging_complete: how & 16 != 0,
            remaining_time_to_full_soc: None,
            remaining_time_to_bulk_soc: None,
            ev_target_voltage: amount(how >> 1, script, 390.0, Unit::Volt),
        }
        .into(),
        RequestKind::WeldingDetection => WeldingDetectionReq { dc_ev_status: ev_status() }.into(),
        RequestKind::SessionStop => SessionStopReq {
            charging_session: match how & 1 {
                0 => ChargingSession::Terminate,
                _ => ChargingSession::Pause,
            },
        }
        .into(),
    };
    (request, None)
}

/// The value, or in odd requests one of the script in an odd unit.
fn amount(how: u8, script: &mut Script<'_>, value: f64, unit: Unit) -> PhysicalValue {
    match how & 1 {
        0 => PhysicalValue::clamped(value, unit),
        _ => {
            let unit = script.pick(&[unit, Unit::Watt, Unit::Second]).unwrap_or(unit);
            PhysicalValue::clamped(script.number(), unit)
        }
    }
}

fn ev_status() -> DcEvStatus {
    DcEvStatus {
        ev_ready: true,
        ev_error_code: DcEvErrorCode::NoError,
        ev_ress_soc: Int::of::<40>(),
    }
}

fn selection(how: u8) -> Request {
    let one = |service_id, parameter_set_id| SelectedService { service_id, parameter_set_id };
    let services = match how & 128 {
        0 => vec![one(1 + u16::from(how >> 1), None)],
        // Certificates beside: all, or those of a set.
        _ => vec![one(1, None), one(2, (how & 6 != 0).then_some(i16::from(how >> 1 & 3)))],
    };
    PaymentServiceSelectionReq {
        selected_payment_option: match how & 1 {
            0 => PaymentOption::ExternalPayment,
            _ => PaymentOption::Contract,
        },
        selected_service_list: SelectedServiceList {
            selected_service: List::new(services).unwrap_or_default(),
        },
    }
    .into()
}

fn parameters(how: u8, script: &mut Script<'_>, dc: bool) -> Request {
    const MODES: [EnergyTransferMode; 4] = [
        EnergyTransferMode::AcSinglePhaseCore,
        EnergyTransferMode::AcThreePhaseCore,
        EnergyTransferMode::DcCore,
        EnergyTransferMode::DcExtended,
    ];
    let good =
        if dc { EnergyTransferMode::DcExtended } else { EnergyTransferMode::AcThreePhaseCore };
    let mode = if how & 1 == 0 { good } else { script.pick(&MODES).unwrap_or(good) };
    let departure_time = (how & 2 != 0).then(|| u32::from(script.octet()) << (how >> 3));
    let volts = amount(how >> 5, script, 400.0, Unit::Volt);
    let amperes = amount(how >> 6, script, 32.0, Unit::Ampere);
    ChargeParameterDiscoveryReq {
        max_entries_sa_schedule_tuple: None,
        requested_energy_transfer_mode: mode,
        ev_charge_parameter: if dc != (how & 4 != 0) {
            EvChargeParameter::Dc(DcEvChargeParameter {
                departure_time,
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
                departure_time,
                e_amount: PhysicalValue::clamped(10_000.0, Unit::WattHour),
                ev_max_voltage: volts,
                ev_max_current: amperes,
                ev_min_current: PhysicalValue::clamped(6.0, Unit::Ampere),
            })
        },
    }
    .into()
}

fn power(how: u8, script: &mut Script<'_>) -> Request {
    PowerDeliveryReq {
        charge_progress: match how & 3 {
            0 | 3 => ChargeProgress::Start,
            1 => ChargeProgress::Stop,
            _ => ChargeProgress::Renegotiate,
        },
        sa_schedule_tuple_id: if how & 4 == 0 { Int::of::<1>() } else { Int::of::<200>() },
        charging_profile: (how & 8 != 0).then(|| profile(how >> 4, script)),
        ev_power_delivery_parameter: None,
    }
    .into()
}

fn profile(entries: u8, script: &mut Script<'_>) -> ChargingProfile {
    let entry = |at: u8| ProfileEntry {
        charging_profile_entry_start: u32::from(at) * u32::from(script.octet()),
        charging_profile_entry_max_power: PhysicalValue::clamped(script.number(), Unit::Watt),
        charging_profile_entry_max_number_of_phases_in_use: None,
    };
    let entries: Vec<_> = (0..=entries).map(entry).collect();
    ChargingProfile { profile_entry: List::new(entries).unwrap_or_default() }
}

fn roots() -> ListOfRootCertificateIds {
    let root = X509IssuerSerial {
        issuer_name: fixed("CN=Root"),
        serial_number: Integer::from(CLOCK.unsigned_abs()),
    };
    ListOfRootCertificateIds { root_certificate_id: List::new(vec![root]).unwrap_or_default() }
}

fn certificate(der: &[u8]) -> CertificateBytes {
    Bytes::new(der).unwrap_or_default()
}

/// The contract's chain: whole, without the authorities, of another kind, or in disorder.
fn contract_chain(how: u8) -> CertificateChain {
    let identity = match how & 3 {
        2 => hierarchy().secc(),
        _ => hierarchy().contract(),
    };
    let mut subs: Vec<_> = identity.sub_ders().into_iter().map(certificate).collect();
    match how & 3 {
        1 => subs.clear(),
        3 => subs.reverse(),
        _ => {}
    }
    CertificateChain {
        id: None,
        certificate: certificate(identity.leaf.der()),
        sub_certificates: match subs.is_empty() {
            true => None,
            false => Some(SubCertificates { certificate: List::new(subs).unwrap_or_default() }),
        },
    }
}

fn emaid() -> EmaidText {
    let contract = hierarchy().contract();
    let name = contract.leaf.subject().common_name().unwrap_or_default();
    let normal = pki::Evcoid::parse(name).map(|evcoid| Text::new(evcoid.normal()));
    match normal {
        Ok(Ok(text)) => text,
        _ => panic!("the contract is called {name:?}"),
    }
}

/// The challenge, signed with the contract's key, or another challenge, or a signature of something else.
fn authorization(how: u8, known: &Known) -> (Request, Option<Signature>) {
    let challenge = if how & 2 == 0 { known.challenge } else { GenChallenge::default() };
    let request = AuthorizationReq { id: Some(fixed("id1")), gen_challenge: Some(challenge) };
    let signature = sign(&request, how >> 2);
    (request.into(), signature)
}

fn receipt(how: u8, known: &Known) -> (Request, Option<Signature>) {
    let unknown = MeterInfo {
        meter_id: fixed("METER"),
        meter_reading: Some(1000),
        sig_meter_reading: None,
        meter_status: None,
        t_meter: None,
    };
    let meter = known.meter.clone().filter(|_| how & 2 == 0);
    let request = MeteringReceiptReq {
        id: Some(fixed("id1")),
        session_id: known.session_id,
        sa_schedule_tuple_id: Some(Int::of::<1>()),
        meter_info: meter.unwrap_or(unknown),
    };
    let signature = sign(&request, how >> 2);
    (request.into(), signature)
}

/// A good signature, none, or one under another key.
fn sign<E: Fragment<Grammar>>(element: &E, how: u8) -> Option<Signature> {
    sign_with(element, how, &*hierarchy().contract().key)
}

fn sign_with<E: Fragment<Grammar>>(element: &E, how: u8, own: &dyn Signer) -> Option<Signature> {
    let signed = Signed::element::<Grammar, _>("id1", element).ok()?;
    let other = hierarchy().secc().key;
    let key = match how & 3 {
        0 | 3 => own,
        1 => return None,
        _ => &*other,
    };
    signature::sign(core::slice::from_ref(&signed), key, &SystemRandom::new()).ok()
}
