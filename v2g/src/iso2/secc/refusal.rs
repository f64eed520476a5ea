use super::super::dialog::{RequestKind, Response};
use super::super::msg::*;
use super::super::order::Phase;
use super::context::Notice;
use super::{discovery, parameters, status};
use crate::fixed;
use crate::secc::{Config, Facts};
use alloc::borrow::Cow;
use alloc::format;
use exi::{Bytes, Text};

/// Why a request gets a FAILED answer.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: ResponseCode,
    pub(crate) why: Cow<'static, str>,
}

impl Refusal {
    pub(super) fn new(code: ResponseCode, why: impl Into<Cow<'static, str>>) -> Self {
        Self { code, why: why.into() }
    }

    /// [V2G2-459] [V2G2-538]
    pub(super) fn out_of_sequence(kind: RequestKind, phase: Phase) -> Self {
        Self::new(
            ResponseCode::FailedSequenceError,
            format!("{kind} does not belong in phase {phase}"),
        )
    }

    /// [V2G2-460]
    pub(super) fn unknown_session() -> Self {
        Self::new(ResponseCode::FailedUnknownSession, "the request is of another session")
    }

    /// The response that pairs with the request, every mandatory element filled. [V2G2-538] [V2G2-736]
    pub(crate) fn response(&self, kind: RequestKind, config: &Config, facts: &Facts) -> Response {
        let response_code = self.code;
        let ac = status::ac(facts, Notice::None);
        let dc = status::dc(facts, Notice::None);
        match kind {
            RequestKind::SessionSetup => {
                SessionSetupRes { response_code, evse_id: evse_id(config), evse_time_stamp: None }
                    .into()
            }
            RequestKind::ServiceDiscovery => {
                ServiceDiscoveryRes { response_code, ..discovery::services(config) }.into()
            }
            RequestKind::ServiceDetail => {
                ServiceDetailRes { response_code, service_id: 0, service_parameter_list: None }
                    .into()
            }
            RequestKind::PaymentServiceSelection => {
                PaymentServiceSelectionRes { response_code }.into()
            }
            RequestKind::CertificateInstallation => CertificateInstallationRes {
                response_code,
                sa_provisioning_certificate_chain: no_chain(None),
                contract_signature_cert_chain: no_chain(Some("id1")),
                contract_signature_encrypted_private_key: no_key(),
                dh_public_key: no_public_key(),
                emaid: no_emaid(),
            }
            .into(),
            RequestKind::CertificateUpdate => CertificateUpdateRes {
                response_code,
                sa_provisioning_certificate_chain: no_chain(None),
                contract_signature_cert_chain: no_chain(Some("id1")),
                contract_signature_encrypted_private_key: no_key(),
                dh_public_key: no_public_key(),
                emaid: no_emaid(),
                // [V2G2-696]
                retry_counter: Some(0),
            }
            .into(),
            RequestKind::PaymentDetails => PaymentDetailsRes {
                response_code,
                gen_challenge: challenge([0; 16]),
                evse_time_stamp: config.clock,
            }
            .into(),
            RequestKind::Authorization => {
                AuthorizationRes { response_code, evse_processing: EvseProcessing::Finished }.into()
            }
            RequestKind::ChargeParameterDiscovery => ChargeParameterDiscoveryRes {
                response_code,
                evse_processing: EvseProcessing::Finished,
                sa_schedules: None,
                evse_charge_parameter: parameters::limits(facts, Notice::None),
            }
            .into(),
            RequestKind::PowerDelivery => {
                PowerDeliveryRes { response_code, evse_status: status::either(facts, Notice::None) }
                    .into()
            }
            RequestKind::ChargingStatus => ChargingStatusRes {
                response_code,
                evse_id: evse_id(config),
                sa_schedule_tuple_id: SaId::MIN,
                evse_max_current: None,
                meter_info: None,
                receipt_required: None,
                ac_evse_status: ac,
            }
            .into(),
            RequestKind::CableCheck => CableCheckRes {
                response_code,
                dc_evse_status: dc,
                evse_processing: EvseProcessing::Finished,
            }
            .into(),
            RequestKind::PreCharge => PreChargeRes {
                response_code,
                dc_evse_status: dc,
                evse_present_voltage: status::voltage(facts),
            }
            .into(),
            RequestKind::CurrentDemand => CurrentDemandRes {
                response_code,
                dc_evse_status: dc,
                evse_present_voltage: status::voltage(facts),
                evse_present_current: status::current(facts),
                evse_current_limit_achieved: false,
                evse_voltage_limit_achieved: false,
                evse_power_limit_achieved: false,
                evse_maximum_voltage_limit: None,
                evse_maximum_current_limit: None,
                evse_maximum_power_limit: None,
                evse_id: evse_id(config),
                sa_schedule_tuple_id: SaId::MIN,
                meter_info: None,
                receipt_required: None,
            }
            .into(),
            RequestKind::MeteringReceipt => MeteringReceiptRes {
                response_code,
                evse_status: status::either(facts, Notice::None),
            }
            .into(),
            RequestKind::WeldingDetection => WeldingDetectionRes {
                response_code,
                dc_evse_status: dc,
                evse_present_voltage: status::voltage(facts),
            }
            .into(),
            RequestKind::SessionStop => SessionStopRes { response_code }.into(),
        }
    }
}

/// The EVSE's identifier as the message wants it. A configuration out of range gives the standard's
/// own text for an unknown one.
pub(super) fn evse_id(config: &Config) -> EvseIdText {
    Text::new(config.evse_id.as_str()).unwrap_or_else(|_| fixed("ZZ00000"))
}

/// A challenge has the 16 octets that its type wants.
pub(super) fn challenge(octets: [u8; 16]) -> GenChallenge {
    GenChallenge::new(octets.as_slice()).unwrap_or_default()
}

fn no_chain(id: Option<&'static str>) -> CertificateChain {
    CertificateChain { id: id.map(fixed), certificate: Bytes::default(), sub_certificates: None }
}

fn no_key() -> ContractSignatureEncryptedPrivateKey {
    ContractSignatureEncryptedPrivateKey { id: fixed("id2"), value: Bytes::default() }
}

fn no_public_key() -> DiffieHellmanPublicKey {
    DiffieHellmanPublicKey { id: fixed("id3"), value: Bytes::default() }
}

fn no_emaid() -> Emaid {
    Emaid { id: fixed("id4"), value: fixed("ZZ000000000000") }
}
