//! A message in short: the fields that people look for, whatever message they are in.

use super::protocol;
use crate::capture::inspect::Record;
use serde_json::{Map, Value};

/// Values shown of a field that occurs often.
const MOST_VALUES: usize = 4;

/// The message's name and what matters of its content. `root` is the message as JSON.
pub(super) fn of(root: &Value, record: &Record) -> (String, Vec<String>) {
    let Some((name, content)) = only(root) else { return ("message".into(), Vec::new()) };
    match name.as_str() {
        "V2G_Message" => message(content),
        "supportedAppProtocolReq" => (name.clone(), offers(content)),
        "supportedAppProtocolRes" => (name.clone(), answer(content, record)),
        _ => (name.clone(), facts(name, content)),
    }
}

fn message(content: &Value) -> (String, Vec<String>) {
    let header = content.get("Header").unwrap_or(&Value::Null);
    let Some((name, body)) = content.get("Body").and_then(only) else {
        return ("empty Body".into(), Vec::new());
    };
    let mut facts = facts(name, body);
    if name.starts_with("SessionSetup")
        && let Some(session) = header.get("SessionID").and_then(Value::as_str)
    {
        facts.push(format!("session {session}"));
    }
    if let Some(notification) = header.get("Notification") {
        let text = ["FaultCode", "FaultMsg"].map(|key| notification.get(key).and_then(plain));
        facts.push(format!(
            "notification {}",
            text.into_iter().flatten().collect::<Vec<_>>().join(": ")
        ));
    }
    (name.clone(), facts)
}

fn offers(content: &Value) -> Vec<String> {
    let entries = content.get("AppProtocol").and_then(Value::as_array).into_iter().flatten();
    let entry = |entry: &Value| {
        let field = |key| entry.get(key).and_then(plain).unwrap_or_default();
        format!(
            "{} {}.{} as {} priority {}",
            protocol::name(&field("ProtocolNamespace")),
            field("VersionNumberMajor"),
            field("VersionNumberMinor"),
            field("SchemaID"),
            field("Priority")
        )
    };
    entries.map(entry).collect()
}

fn answer(content: &Value, record: &Record) -> Vec<String> {
    let mut facts: Vec<_> = ["ResponseCode", "SchemaID"]
        .iter()
        .filter_map(|key| content.get(*key).and_then(plain))
        .collect();
    facts.extend(record.protocol.as_ref().map(|agreed| protocol::name(&agreed.namespace)));
    facts
}

/// One field that is shown.
struct Shown {
    name: &'static str,
    label: &'static str,
    show: fn(&Value) -> Option<String>,
    /// In which messages, by the begin of their name.
    within: &'static str,
}

const fn shown(
    name: &'static str,
    label: &'static str,
    show: fn(&Value) -> Option<String>,
) -> Shown {
    Shown { name, label, show, within: "" }
}

const fn limit(name: &'static str, label: &'static str) -> Shown {
    Shown { name, label, show: quantity, within: "ChargeParameterDiscovery" }
}

/// In the order they are shown.
const SHOWN: &[Shown] = &[
    shown("ResponseCode", "", plain),
    shown("EVCCID", "EVCCID", plain),
    shown("EVSEID", "EVSEID", plain),
    shown("EVSEProcessing", "", plain),
    shown("PaymentOption", "offers", plain),
    shown("SelectedPaymentOption", "", plain),
    shown("eMAID", "eMAID", plain),
    shown("RequestedEnergyTransferMode", "", plain),
    shown("EnergyTransferMode", "", plain),
    shown("ServiceID", "service", plain),
    shown("ParameterSetID", "set", plain),
    shown("ChargeProgress", "", plain),
    shown("ChargingSession", "", plain),
    shown("SAScheduleTupleID", "schedule", plain),
    shown("EVTargetVoltage", "target", quantity),
    shown("EVTargetCurrent", "target", quantity),
    shown("EVSEPresentVoltage", "present", quantity),
    shown("EVSEPresentCurrent", "present", quantity),
    shown("EVSEMaxCurrent", "max", quantity),
    limit("EVMaximumVoltageLimit", "max"),
    limit("EVMaximumCurrentLimit", "max"),
    limit("EVMaximumPowerLimit", "max"),
    limit("EVSEMaximumVoltageLimit", "max"),
    limit("EVSEMaximumCurrentLimit", "max"),
    limit("EVSEMaximumPowerLimit", "max"),
    limit("EVMaxVoltage", "max"),
    limit("EVMaxCurrent", "max"),
    limit("EVMinCurrent", "min"),
    limit("EVSENominalVoltage", "nominal"),
    limit("EAmount", "wants"),
    limit("EVEnergyRequest", "wants"),
    limit("PMax", "PMax"),
    shown("DepartureTime", "leaves in s", plain),
    shown("EVRESSSOC", "SoC %", plain),
    shown("ChargingComplete", "charging complete", flag),
    shown("EVReady", "EV not ready", unset),
    shown("EVErrorCode", "", unusual),
    shown("EVSEStatusCode", "", unusual),
    shown("EVSEIsolationStatus", "isolation", plain),
    shown("EVSENotification", "notification", unusual),
    shown("RCD", "RCD tripped", flag),
    shown("EVSEVoltageLimitAchieved", "voltage limit", flag),
    shown("EVSECurrentLimitAchieved", "current limit", flag),
    shown("EVSEPowerLimitAchieved", "power limit", flag),
    shown("MeterReading", "meter Wh", plain),
    shown("ReceiptRequired", "receipt wanted", flag),
    shown("RetryCounter", "retry in days", plain),
];

fn facts(message: &str, body: &Value) -> Vec<String> {
    let fact = |shown: &Shown| {
        let mut values = Vec::new();
        collect(body, shown.name, &mut values);
        let more = values.len() > MOST_VALUES;
        let mut texts: Vec<_> =
            values.into_iter().take(MOST_VALUES).filter_map(shown.show).collect();
        texts.dedup();
        if texts.is_empty() {
            return None;
        }
        let text = texts.join(", ") + if more { ", .." } else { "" };
        Some(match (shown.label, text.as_str()) {
            ("", _) => text,
            (label, "") => label.into(),
            (label, _) => format!("{label} {text}"),
        })
    };
    SHOWN.iter().filter(|shown| message.starts_with(shown.within)).filter_map(fact).collect()
}

/// All values of a field, at any depth. Depth is bounded by the schema.
fn collect<'a>(content: &'a Value, name: &str, values: &mut Vec<&'a Value>) {
    match content {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::Array(items) if key == name => values.extend(items),
                    value if key == name => values.push(value),
                    value => collect(value, name, values),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, values)),
        _ => {}
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        // Text beside an attribute.
        Value::Object(members) => plain(members.get("value")?),
        _ => None,
    }
}

/// The label alone, if the field is true.
fn flag(value: &Value) -> Option<String> {
    (value.as_bool() == Some(true)).then(String::new)
}

/// The label alone, if the field is false.
fn unset(value: &Value) -> Option<String> {
    (value.as_bool() == Some(false)).then(String::new)
}

/// What is not as it should be.
fn unusual(value: &Value) -> Option<String> {
    plain(value).filter(|text| !matches!(text.as_str(), "NO_ERROR" | "EVSE_Ready" | "None"))
}

/// `400.5 V`
fn quantity(value: &Value) -> Option<String> {
    let number = value.get("Value")?.as_i64()? as f64;
    let multiplier = i32::try_from(value.get("Multiplier")?.as_i64()?).ok()?;
    let unit = value.get("Unit").and_then(Value::as_str).unwrap_or_default();
    // Divided, not multiplied by a fraction: that prints as short as it was written.
    let number = match multiplier {
        ..0 => number / 10_f64.powi(-multiplier),
        _ => number * 10_f64.powi(multiplier),
    };
    Some(format!("{number} {unit}").trim_end().to_owned())
}

/// The only member of an object.
fn only(value: &Value) -> Option<(&String, &Value)> {
    value.as_object().and_then(|members: &Map<String, Value>| members.iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities_are_written_as_people_do() {
        let text = |value: i64, multiplier: i64, unit: &str| {
            quantity(&json!({"Multiplier": multiplier, "Unit": unit, "Value": value}))
        };
        assert_eq!(text(4005, -1, "V").as_deref(), Some("400.5 V"));
        assert_eq!(text(-3, -3, "A").as_deref(), Some("-0.003 A"));
        assert_eq!(text(15, 3, "W").as_deref(), Some("15000 W"));
        assert_eq!(quantity(&json!({"Value": 1})), None);
        assert_eq!(quantity(&json!("1 V")), None);
    }

    #[test]
    fn only_what_is_unusual_is_told_of_states() {
        let body = |status: &str, notification: &str, ready: bool| {
            let status = json!({"EVSEStatusCode": status, "EVSENotification": notification});
            facts(
                "AnyRes",
                &json!({"ResponseCode": "OK", "DC_EVSEStatus": status, "EVReady": ready}),
            )
        };
        assert_eq!(body("EVSE_Ready", "None", true), ["OK"]);
        assert_eq!(
            body("EVSE_Shutdown", "StopCharging", false),
            ["OK", "EV not ready", "EVSE_Shutdown", "notification StopCharging"]
        );
    }

    #[test]
    fn long_lists_are_cut_and_limits_stand_where_they_are_agreed() {
        let items: Vec<_> = (1..9).map(|id| json!({"ServiceID": id})).collect();
        assert_eq!(facts("AnyRes", &json!({"Service": items})), ["service 1, 2, 3, 4, .."]);
        let limit = json!({"EVMaximumVoltageLimit": {"Multiplier": 0, "Unit": "V", "Value": 500}});
        assert_eq!(facts("CurrentDemandReq", &limit), [""; 0]);
        assert_eq!(facts("ChargeParameterDiscoveryReq", &limit), ["max 500 V"]);
    }

    #[test]
    fn a_notification_of_the_header_is_told() {
        let notification = json!({"FaultCode": "UnknownError", "FaultMsg": "ouch"});
        let root = json!({"V2G_Message": {
            "Header": {"SessionID": "00", "Notification": notification},
            "Body": {"SessionStopRes": {"ResponseCode": "FAILED"}},
        }});
        let (name, facts) = message(&root["V2G_Message"]);
        assert_eq!(name, "SessionStopRes");
        assert_eq!(facts, ["FAILED", "notification UnknownError: ouch"]);
        let empty = json!({"Header": {"SessionID": "00"}, "Body": {}});
        assert_eq!(message(&empty).0, "empty Body");
    }
}
