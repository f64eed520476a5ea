//! The one line of JSON that says how a session went.

use pnc::station;
use serde::Serialize;
use std::time::Duration;

/// How a session went, for machines.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Verdict {
    /// `pass` or `fail`.
    pub(crate) verdict: &'static str,
    pub(crate) protocol: Option<String>,
    pub(crate) tls: Option<String>,
    pub(crate) evse_id: Option<String>,
    pub(crate) evcoid: Option<String>,
    /// The contract that came to the car with the session, or why none did; of a station, what it delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivered: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_delivered: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) authorized_by: Option<String>,
    pub(crate) energy_wh: Option<u64>,
    pub(crate) receipts: Option<u32>,
    pub(crate) ended: String,
    pub(crate) why: Option<String>,
    pub(crate) elapsed_ms: u64,
}

impl Verdict {
    pub(crate) fn of_station(report: &station::Report) -> Self {
        let record = report.record.clone();
        let accepted = record.authorization.result.as_deref() == Some("accepted");
        let good = report.is_regular() && accepted;
        Self {
            verdict: word(good),
            protocol: record.protocol,
            tls: record.tls,
            evse_id: Some(record.evse_id),
            evcoid: record.evcoid,
            delivered: record.delivered,
            not_delivered: None,
            token: record.token,
            authorized_by: record.authorization.by.filter(|_| accepted),
            energy_wh: record.meter_start_wh.map(|_| record.energy_wh),
            receipts: Some(record.receipts),
            ended: record.stop_reason.unwrap_or_default(),
            why: record.refusal,
            elapsed_ms: millis(report.elapsed),
        }
    }

    /// A session that never began.
    pub(crate) fn of_failure(why: impl ToString, elapsed: Duration) -> Self {
        Self {
            verdict: word(false),
            ended: "no session".into(),
            why: Some(why.to_string()),
            elapsed_ms: millis(elapsed),
            ..Self::default()
        }
    }

    pub(crate) fn is_pass(&self) -> bool {
        self.verdict == word(true)
    }

    pub(crate) fn line(&self) -> String {
        // Strings and numbers always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }
}

pub(crate) fn word(good: bool) -> &'static str {
    if good { "pass" } else { "fail" }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
