//! From Rust's names to the schema's, by the table in the documentation of the derive.

use syn::Ident;

/// The name of an element, from a field's or a variant's name.
pub(crate) fn element(ident: &Ident) -> String {
    join(&words(&plain(ident)))
}

/// The name of an attribute.
pub(crate) fn attribute(ident: &Ident) -> String {
    let name = plain(ident);
    if name == "id" { "Id".into() } else { join(&words(&name)) }
}

/// The value of an enumeration.
pub(crate) fn value(ident: &Ident) -> String {
    let words = words(&plain(ident));
    let (first, rest) = (words.first().map(String::as_str), words.get(1..).unwrap_or(&[]));
    let front = match first {
        Some("ok") => "OK",
        Some("failed") => "FAILED",
        Some("warning") if !rest.is_empty() => "WARNING",
        _ => return join(&words),
    };
    if rest.is_empty() { front.into() } else { format!("{front}_{}", join(rest)) }
}

fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).into()
}

/// The words of `snake_case` or `CamelCase`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c.is_uppercase() {
            words.push(String::new());
        }
        if c != '_' {
            words.last_mut().into_iter().for_each(|w| w.extend(c.to_lowercase()));
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

fn join(words: &[String]) -> String {
    let mut name = String::new();
    for (i, word) in words.iter().enumerate() {
        let more = i + 1 < words.len();
        match word.as_str() {
            "ids" => name += "IDs",
            "emaids" => name += "EMAIDs",
            "pnc" => name += if more { "PnC_" } else { "PnC" },
            "dynamic" | "scheduled" if more => name += &[&capital(word), "_"].concat(),
            w if CAPITALS.contains(&w) => name += &w.to_uppercase(),
            w if PREFIXES.contains(&w) => {
                name += &w.to_uppercase();
                name += if more { "_" } else { "" };
            }
            w if PHASES.contains(&w) && i > 0 => {
                name += "_";
                name += &w.to_uppercase();
            }
            w => name += &capital(w),
        }
    }
    name
}

fn capital(word: &str) -> String {
    let mut rest = word.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}

const CAPITALS: &[&str] = &[
    "bssid", "cl", "cpd", "cps", "crl", "der", "dh", "dso", "ecdh", "emaid", "ev", "evcc", "evpc",
    "evppt", "evse", "frt", "hmac", "id", "ip", "lpe", "oem", "pd", "pgp", "pt1", "rcd", "ress",
    "rssi", "sa", "sd", "se", "secc", "ski", "smdt", "soc", "spc", "spki", "ssid", "tls", "uri",
    "v2x", "vas", "wlan",
];
const PREFIXES: &[&str] = &["ac", "acdp", "bpt", "dc", "eim", "lf", "wpt"];
const PHASES: &[&str] = &["l2", "l3"];

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    fn ident(s: &str) -> Ident {
        Ident::new(s, Span::call_site())
    }

    #[test]
    fn elements_take_the_spelling_of_the_standards() {
        for (rust, schema) in [
            ("response_code", "ResponseCode"),
            ("evse_id", "EVSEID"),
            ("ev_ress_soc", "EVRESSSOC"),
            ("dc_ev_status", "DC_EVStatus"),
            ("sa_schedule_tuple_id", "SAScheduleTupleID"),
            ("p_max_schedule_entry", "PMaxScheduleEntry"),
            ("list_of_root_certificate_ids", "ListOfRootCertificateIDs"),
            ("x509_ski", "X509SKI"),
            ("dso_q_setpoint", "DSOQSetpoint"),
            ("der_control_cpd_res", "DERControlCPDRes"),
            ("voltage_limit_start_frt", "VoltageLimitStartFRT"),
            ("pt1_response_active_power", "PT1ResponseActivePower"),
            ("ev_maximum_charge_power_l2", "EVMaximumChargePower_L2"),
            ("bpt_ac_cpd_req_energy_transfer_mode", "BPT_AC_CPDReqEnergyTransferMode"),
            ("DcEvseChargeParameter", "DC_EVSEChargeParameter"),
            ("AcChargeLoopReq", "AC_ChargeLoopReq"),
            ("BptScheduledAcClReqControlMode", "BPT_Scheduled_AC_CLReqControlMode"),
            ("dynamic_se_res_control_mode", "Dynamic_SEResControlMode"),
            ("PncAReqAuthorizationMode", "PnC_AReqAuthorizationMode"),
            ("X509IssuerSerial", "X509IssuerSerial"),
            ("spc_max_output_power_limit", "SPCMaxOutputPowerLimit"),
            ("sd_power_input", "SDPowerInput"),
            ("pd_input_power_class", "PDInputPowerClass"),
            ("ev_maximum_v2x_energy_request", "EVMaximumV2XEnergyRequest"),
        ] {
            assert_eq!(element(&ident(rust)), schema);
        }
        assert_eq!(attribute(&ident("id")), "Id");
        assert_eq!(attribute(&ident("uri")), "URI");
    }

    #[test]
    fn enumeration_values_take_the_spelling_of_the_standards() {
        for (rust, schema) in [
            ("Ok", "OK"),
            ("OkNewSessionEstablished", "OK_NewSessionEstablished"),
            ("FailedServiceIdInvalid", "FAILED_ServiceIDInvalid"),
            ("FailedEvRessMalfunction", "FAILED_EVRESSMalfunction"),
            ("WarningCertificateExpired", "WARNING_CertificateExpired"),
            ("Warning", "Warning"),
            ("EvCharging", "EVCharging"),
            ("Pnc", "PnC"),
            ("Eim", "EIM"),
            ("ReNegotiation", "ReNegotiation"),
            ("Lpe", "LPE"),
            ("LfTxEv", "LF_TxEV"),
        ] {
            assert_eq!(value(&ident(rust)), schema);
        }
    }
}
