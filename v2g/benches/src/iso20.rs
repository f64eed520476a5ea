//! The charge loop of ISO 15118-20.

use crate::messages::{Made, SESSION};
use exi::{Few, Int, Octets, Phases, Ranged, Text};
use v2g::iso20::msg::types::{self, *};
use v2g::iso20::msg::{ac, dc};

fn header() -> Made<Header> {
    let session_id = Octets::new(&SESSION)?;
    Ok(Header { session_id, time_stamp: 1_763_800_123, signature: None })
}

fn number(exponent: i8, value: i16) -> RationalNumber {
    RationalNumber { exponent, value }
}

const NO_ENERGY: types::ScheduledClReq = types::ScheduledClReq {
    ev_target_energy_request: None,
    ev_maximum_energy_request: None,
    ev_minimum_energy_request: None,
};

fn meter() -> Made<MeterInfo> {
    Ok(MeterInfo {
        meter_id: Text::new("DEPNC0000000001")?,
        charged_energy_reading_wh: 12_345_678,
        bpt_discharged_energy_reading_wh: None,
        capacitive_energy_reading_varh: None,
        bpt_inductive_energy_reading_varh: None,
        meter_signature: None,
        meter_status: Some(0),
        meter_timestamp: Some(1_763_800_123),
    })
}

/// What the car wants in scheduled control.
pub(crate) fn dc_loop_req() -> Made<dc::ChargeLoopReq> {
    Ok(dc::ChargeLoopReq {
        header: header()?,
        display_parameters: Some(DisplayParameters {
            present_soc: Some(Int::of::<44>()),
            minimum_soc: None,
            target_soc: Some(Int::of::<80>()),
            maximum_soc: None,
            remaining_time_to_minimum_soc: None,
            remaining_time_to_target_soc: Some(1800),
            remaining_time_to_maximum_soc: None,
            charging_complete: Some(false),
            battery_energy_capacity: None,
            inlet_hot: None,
        }),
        meter_info_requested: false,
        ev_present_voltage: number(-1, 3984),
        control_mode: dc::ClReqMode::Scheduled(dc::ScheduledClReq {
            base: NO_ENERGY,
            ev_target_current: number(-1, 1250),
            ev_target_voltage: number(-1, 3985),
            ev_maximum_charge_power: Some(number(3, 100)),
            ev_minimum_charge_power: None,
            ev_maximum_charge_current: Some(number(0, 200)),
            ev_maximum_voltage: Some(number(0, 450)),
            ev_minimum_voltage: None,
        }),
    })
}

/// What the rectifier gives, with a reading of the meter.
pub(crate) fn dc_loop_res() -> Made<dc::ChargeLoopRes> {
    Ok(dc::ChargeLoopRes {
        header: header()?,
        response_code: ResponseCode::Ok,
        evse_status: None,
        meter_info: Some(meter()?),
        receipt: None,
        evse_present_current: number(-1, 1249),
        evse_present_voltage: number(-1, 3984),
        evse_power_limit_achieved: false,
        evse_current_limit_achieved: false,
        evse_voltage_limit_achieved: false,
        control_mode: dc::ClResMode::Scheduled(dc::ScheduledClRes {
            evse_maximum_charge_power: Some(number(3, 150)),
            evse_minimum_charge_power: None,
            evse_maximum_charge_current: Some(number(0, 200)),
            evse_maximum_voltage: Some(number(0, 920)),
        }),
    })
}

/// What the car takes on three phases in dynamic control.
pub(crate) fn ac_loop_req() -> Made<ac::ChargeLoopReq> {
    let each = |exponent, value| Phases {
        l1: number(exponent, value),
        l2: Some(number(exponent, value)),
        l3: Some(number(exponent, value)),
    };
    Ok(ac::ChargeLoopReq {
        header: header()?,
        display_parameters: None,
        meter_info_requested: true,
        control_mode: ac::ClReqMode::Dynamic(ac::DynamicClReq {
            base: types::DynamicClReq {
                departure_time: Some(28_800),
                ev_target_energy_request: number(1, 3000),
                ev_maximum_energy_request: number(1, 4000),
                ev_minimum_energy_request: number(1, 1000),
            },
            ev_maximum_charge_power: number(3, 11).into(),
            ev_minimum_charge_power: number(0, 1400).into(),
            ev_present_active_power: each(0, 3648),
            ev_present_reactive_power: each(0, 12),
        }),
    })
}

/// What the station wants, with a reading of the meter and what it costs so far.
pub(crate) fn ac_loop_res() -> Made<ac::ChargeLoopRes> {
    let tax = DetailedTax { tax_rule_id: Ranged::of::<1>(), amount: number(-2, 123) };
    Ok(ac::ChargeLoopRes {
        header: header()?,
        response_code: ResponseCode::Ok,
        evse_status: None,
        meter_info: Some(meter()?),
        receipt: Some(Receipt {
            time_anchor: 1_763_800_000,
            energy_costs: Some(DetailedCost {
                amount: number(-2, 647),
                cost_per_unit: number(-2, 49),
            }),
            occupancy_costs: None,
            additional_services_costs: None,
            overstay_costs: None,
            tax_costs: Few::new([tax])?,
        }),
        evse_target_frequency: None,
        control_mode: ac::ClResMode::Dynamic(ac::DynamicClRes {
            base: types::DynamicClRes {
                departure_time: None,
                minimum_soc: None,
                target_soc: None,
                ack_max_delay: Some(30),
            },
            evse_target_active_power: number(3, 11).into(),
            evse_target_reactive_power: None.into(),
            evse_present_active_power: None.into(),
        }),
    })
}
