//! The charge loop of DIN SPEC 70121, with the values that the one of ISO 15118-2 has.

use crate::messages::{Made, SESSION};
use exi::{Int, Octets};
use v2g::din::msg::*;

fn message(element: BodyElement) -> Made<V2gMessage> {
    let session_id = Octets::new(&SESSION)?;
    Ok(V2gMessage {
        header: Header { session_id, notification: None, signature: None },
        body: Body { element: Some(element) },
    })
}

fn quantity(multiplier: i16, unit: Unit, value: i16) -> PhysicalValue {
    PhysicalValue { multiplier: Int::saturating(multiplier), unit: Some(unit), value }
}

pub(crate) fn current_demand_req() -> Made<V2gMessage> {
    message(BodyElement::CurrentDemandReq(CurrentDemandReq {
        dc_ev_status: DcEvStatus {
            ev_ready: true,
            ev_cabin_conditioning: None,
            ev_ress_conditioning: None,
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
    }))
}

pub(crate) fn current_demand_res() -> Made<V2gMessage> {
    message(BodyElement::CurrentDemandRes(CurrentDemandRes {
        response_code: ResponseCode::Ok,
        dc_evse_status: DcEvseStatus {
            isolation_status: Some(IsolationLevel::Valid),
            status_code: DcEvseStatusCode::Ready,
            notification_max_delay: 0,
            notification: EvseNotification::None,
        },
        evse_present_voltage: quantity(-1, Unit::Volt, 3984),
        evse_present_current: quantity(-1, Unit::Ampere, 1249),
        evse_current_limit_achieved: false,
        evse_voltage_limit_achieved: false,
        evse_power_limit_achieved: false,
        evse_maximum_voltage_limit: Some(quantity(0, Unit::Volt, 920)),
        evse_maximum_current_limit: Some(quantity(0, Unit::Ampere, 200)),
        evse_maximum_power_limit: Some(quantity(3, Unit::Watt, 150)),
    }))
}
