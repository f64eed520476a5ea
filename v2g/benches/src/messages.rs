//! The messages that are measured, with the values a charging session has.

use exi::{Int, List, Octets, Text};
use v2g::app_protocol::{AppProtocol, SupportedAppProtocolReq};
use v2g::iso2::msg::*;
use v2g::xmldsig::*;

/// The number of the session.
pub(crate) const SESSION: [u8; 8] = [0x3d, 0x4c, 0xbf, 0x93, 0x37, 0x4e, 0xd8, 0x9b];

pub(crate) type Made<T> = Result<T, exi::Facet>;

/// An offer of two protocols.
pub(crate) fn offer() -> Made<SupportedAppProtocolReq> {
    let entry = |namespace, schema_id| -> Made<AppProtocol> {
        Ok(AppProtocol {
            protocol_namespace: Text::new(namespace)?,
            version_number_major: 2,
            version_number_minor: 0,
            schema_id,
            priority: Int::saturating(schema_id.into()),
        })
    };
    let entries =
        [entry("urn:iso:15118:2:2013:MsgDef", 1)?, entry("urn:din:70121:2012:MsgDef", 2)?];
    Ok(SupportedAppProtocolReq { app_protocol: entries.try_into()? })
}

fn message(signature: Option<Signature>, element: BodyElement) -> Made<V2gMessage> {
    let session_id = Octets::new(&SESSION)?;
    Ok(V2gMessage {
        header: Header { session_id, notification: None, signature },
        body: Body { element: Some(element) },
    })
}

pub(crate) fn session_setup_res() -> Made<V2gMessage> {
    let response = SessionSetupRes {
        response_code: ResponseCode::OkNewSessionEstablished,
        evse_id: Text::new("DE*PNC*E1*2")?,
        evse_time_stamp: Some(1_763_800_000),
    };
    message(None, BodyElement::SessionSetupRes(response))
}

pub(crate) fn authorization_req() -> Made<V2gMessage> {
    let request = AuthorizationReq {
        id: Some(Text::new("id1")?),
        gen_challenge: Some(GenChallenge::new(&[0x5a; 16])?),
    };
    message(Some(signature(1)?), BodyElement::AuthorizationReq(request))
}

fn signature(references: usize) -> Made<Signature> {
    let exi = || Text::new("http://www.w3.org/TR/canonical-exi/");
    let reference = |i: usize| -> Made<Reference> {
        let transform = Transform { algorithm: exi()?, content: List::default() };
        Ok(Reference {
            id: None,
            kind: None,
            uri: Some(Text::new(format!("#id{}", i + 1))?),
            transforms: Some(Transforms { transform: [transform].try_into()? }),
            digest_method: DigestMethod {
                algorithm: Text::new("http://www.w3.org/2001/04/xmlenc#sha256")?,
                any: List::default(),
            },
            digest_value: AnyBytes::new(&[0xc3; 32])?,
        })
    };
    Ok(Signature {
        id: None,
        signed_info: SignedInfo {
            id: None,
            canonicalization_method: CanonicalizationMethod {
                algorithm: exi()?,
                any: List::default(),
            },
            signature_method: SignatureMethod {
                algorithm: Text::new("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")?,
                hmac_output_length: None,
                any: List::default(),
            },
            reference: (0..references).map(reference).collect::<Made<Vec<_>>>()?.try_into()?,
        },
        signature_value: SignatureValue { id: None, value: AnyBytes::new(&[0x96; 64])? },
        key_info: None,
        object: List::default(),
    })
}

pub(crate) fn installation_res() -> Made<V2gMessage> {
    let certificate = || CertificateBytes::new(&[0x30; 560]);
    let chain = |id: Option<&str>| -> Made<CertificateChain> {
        Ok(CertificateChain {
            id: id.map(Text::new).transpose()?,
            certificate: certificate()?,
            sub_certificates: Some(SubCertificates { certificate: [certificate()?].try_into()? }),
        })
    };
    let response = CertificateInstallationRes {
        response_code: ResponseCode::Ok,
        sa_provisioning_certificate_chain: chain(None)?,
        contract_signature_cert_chain: chain(Some("id1"))?,
        contract_signature_encrypted_private_key: ContractSignatureEncryptedPrivateKey {
            id: Text::new("id2")?,
            value: exi::Bytes::new(&[0x71; 48])?,
        },
        dh_public_key: DiffieHellmanPublicKey {
            id: Text::new("id3")?,
            value: exi::Bytes::new(&[0x04; 65])?,
        },
        emaid: Emaid { id: Text::new("id4")?, value: Text::new("DEABCC123ABC56")? },
    };
    message(Some(signature(4)?), BodyElement::CertificateInstallationRes(response))
}

fn quantity(multiplier: i16, unit: Unit, value: i16) -> PhysicalValue {
    PhysicalValue { multiplier: Int::saturating(multiplier), unit, value }
}

pub(crate) fn current_demand_req() -> Made<V2gMessage> {
    let request = CurrentDemandReq {
        dc_ev_status: DcEvStatus {
            ev_ready: true,
            ev_error_code: DcEvErrorCode::NoError,
            ev_ress_soc: Int::of::<44>(),
        },
        ev_target_current: quantity(-1, Unit::Ampere, 1250),
        ev_maximum_voltage_limit: Some(quantity(0, Unit::Volt, 450)),
        ev_maximum_current_limit: Some(quantity(0, Unit::Ampere, 200)),
        ev_maximum_power_limit: None,
        bulk_charging_complete: Some(false),
        charging_complete: false,
        remaining_time_to_full_soc: Some(quantity(0, Unit::Second, 1800)),
        remaining_time_to_bulk_soc: None,
        ev_target_voltage: quantity(-1, Unit::Volt, 3985),
    };
    message(None, BodyElement::CurrentDemandReq(request))
}

pub(crate) fn current_demand_res() -> Made<V2gMessage> {
    let response = CurrentDemandRes {
        response_code: ResponseCode::Ok,
        dc_evse_status: DcEvseStatus {
            notification_max_delay: 0,
            notification: EvseNotification::None,
            isolation_status: Some(IsolationLevel::Valid),
            status_code: DcEvseStatusCode::Ready,
        },
        evse_present_voltage: quantity(-1, Unit::Volt, 3984),
        evse_present_current: quantity(-1, Unit::Ampere, 1249),
        evse_current_limit_achieved: false,
        evse_voltage_limit_achieved: false,
        evse_power_limit_achieved: false,
        evse_maximum_voltage_limit: Some(quantity(0, Unit::Volt, 920)),
        evse_maximum_current_limit: Some(quantity(0, Unit::Ampere, 200)),
        evse_maximum_power_limit: Some(quantity(3, Unit::Watt, 150)),
        evse_id: Text::new("DE*PNC*E1*2")?,
        sa_schedule_tuple_id: Int::of::<1>(),
        meter_info: Some(MeterInfo {
            meter_id: Text::new("DEPNC0000000001")?,
            meter_reading: Some(12_345_678),
            sig_meter_reading: None,
            meter_status: Some(0),
            t_meter: Some(1_763_800_123),
        }),
        receipt_required: Some(false),
    };
    message(None, BodyElement::CurrentDemandRes(response))
}
