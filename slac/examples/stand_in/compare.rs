//! What is compared, and what may differ for which reason.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use slac::{Frame, Message};

/// Fields that may differ: message, field, reason.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("CM_SLAC_MATCH.CNF", "nid", "every station makes its own network"),
    ("CM_SLAC_MATCH.CNF", "nmk", "every station makes its own key"),
    ("CM_MNBC_SOUND.IND", "random", "soundings are filled at random"),
    (
        "CM_START_ATTEN_CHAR.IND",
        "time_out",
        "a car that sounds for longer than the standard has it",
    ),
];

/// What was compared.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) runs: usize,
    /// Runs that end with the network's key.
    matched: usize,
    frames: usize,
    fields: usize,
    reasons: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.matched += other.matched;
        self.frames += other.frames;
        self.fields += other.fields;
        for (reason, count) in other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        self.wrong.extend(other.wrong);
    }

    pub(crate) fn is_good(&self) -> bool {
        self.wrong.is_empty() && self.frames > 0
    }

    pub(crate) fn reasons(&self) -> impl Iterator<Item = (&String, &usize)> {
        self.reasons.iter()
    }

    pub(crate) fn matched(&mut self) {
        self.matched += 1;
    }

    pub(crate) fn wrong(&mut self, what: impl Into<String>) {
        self.wrong.push(what.into());
    }

    /// Something not compared, with the reason.
    pub(crate) fn except(&mut self, reason: &str) {
        *self.reasons.entry(reason.to_string()).or_default() += 1;
    }

    /// Ours against the real one that the other side took.
    pub(crate) fn frame(&mut self, real: &Frame, ours: &Frame) {
        self.frames += 1;
        let name = real.message.name().unwrap_or_default();
        let ends = [real, ours].map(|frame| (frame.destination, frame.source, frame.version));
        if ends[0] != ends[1] {
            self.wrong.push(format!("{name}: {:?}, really {:?}", ends[1], ends[0]));
        }
        let (real, ours) = (fields(&real.message), fields(&ours.message));
        if real.len() != ours.len() {
            self.wrong.push(format!("{name}: another message"));
        }
        for ((field, real), (_, ours)) in real.into_iter().zip(ours) {
            self.fields += 1;
            let reason = EXPECTED.iter().find(|(of, name_of, _)| (*of, *name_of) == (name, field));
            match reason {
                _ if real == ours => {}
                Some((.., reason)) => self.except(&format!("{name} {field}: {reason}")),
                None => self.wrong.push(format!("{name}.{field}: {ours}, really {real}")),
            }
        }
    }

    /// A time against its window.
    pub(crate) fn window(&mut self, what: &str, least: u64, most: u64, time: Option<Duration>) {
        self.fields += 1;
        let window = Duration::from_millis(least)..=Duration::from_millis(most);
        if !time.is_some_and(|time| window.contains(&time)) {
            self.wrong.push(format!("{what}: {time:?} is not in {window:?}"));
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, matched, frames, fields, reasons, wrong } = self;
        let listed: usize = reasons.values().sum();
        write!(
            f,
            "{runs} runs, {matched} matched, {frames} frames with {fields} fields and times, {listed} differences with a reason, {} without",
            wrong.len()
        )?;
        wrong.iter().try_for_each(|wrong| write!(f, "\n    {wrong}"))
    }
}

macro_rules! fields {
    ($message:expr, $($variant:ident { $($field:ident)* })*) => {
        match $message {
            $(Message::$variant(m) => vec![$((stringify!($field), format!("{:?}", m.$field)),)*],)*
            _ => vec![],
        }
    };
}

/// Every field by its name; the key is compared as a whole, and shown to nobody.
fn fields(message: &Message) -> Vec<(&'static str, String)> {
    let mut fields = fields! { message,
        SlacParmReq { application_type security_type run_id }
        SlacParmCnf { sound_target num_sounds time_out resp_type forwarding_sta application_type security_type run_id }
        StartAttenCharInd { application_type security_type num_sounds time_out resp_type forwarding_sta run_id }
        MnbcSoundInd { application_type security_type sender_id count run_id random }
        AttenCharInd { application_type security_type source_address run_id source_id resp_id num_sounds groups }
        AttenCharRsp { application_type security_type source_address run_id source_id resp_id result }
        SlacMatchReq { application_type security_type mvf_length pev_id pev_mac evse_id evse_mac run_id reserved }
        SlacMatchCnf { application_type security_type mvf_length pev_id pev_mac evse_id evse_mac run_id reserved nid reserved_2 }
        SetKeyReq { key_type nid new_eks }
    };
    match message {
        Message::SlacMatchCnf(m) => fields.push(("nmk", hex::encode(m.nmk.expose()))),
        Message::SetKeyReq(m) => fields.push(("new_key", hex::encode(m.new_key.expose()))),
        _ => {}
    }
    fields
}
