//! Notices in words.

use super::timeline::Timeline;
use pnc::authorize::{Identity, TokenDesk};
use pnc::cdr::Record;
use pnc::{car, station};
use std::time::Duration;
use v2g::sdp::Security;
use v2g::{evcc, secc};

/// Tells what the station sees, and shows a card when the station asks for one.
#[derive(Clone, Debug)]
pub(super) struct Narrator {
    timeline: Timeline,
    desk: TokenDesk,
}

impl Narrator {
    pub(super) fn new(timeline: Timeline, desk: TokenDesk) -> Self {
        Self { timeline, desk }
    }

    pub(super) fn station(&self, notice: station::Notice<'_>) {
        let say = |layer: &str, what: String| self.timeline.say(layer, what);
        match notice {
            station::Notice::Listening(offer) => {
                say("TCP", format!("station listens on {}", offer.to(Security::Tls).0));
            }
            station::Notice::Secured { tls, .. } => say("TLS", tls.to_string()),
            station::Notice::HandshakeFailed { why, .. } => say("TLS", format!("failed: {why}")),
            station::Notice::TurnedAway { peer, why } => {
                say("TCP", format!("{peer} turned away: {why}"))
            }
            station::Notice::Decided(verdict) => {
                let word = if verdict.accepted { "accepted" } else { "denied" };
                say("auth", format!("{word} by {}: {}", verdict.by, verdict.reason));
            }
            station::Notice::Trouble(why) => say("station", why.to_owned()),
            station::Notice::Session(event) => self.session(event),
            station::Notice::Slac(_)
            | station::Notice::Discovery(_)
            | station::Notice::Connected { .. }
            | station::Notice::Provided(_)
            | station::Notice::Record(_) => {}
        }
    }

    fn session(&self, event: &secc::Event) {
        let say = |layer: &str, what: String| self.timeline.say(layer, what);
        match event {
            secc::Event::Protocol(protocol) => say("V2G", format!("protocol {}", protocol.name())),
            secc::Event::Session { id, evcc_id, .. } => {
                say("V2G", format!("session {:016x} with car {evcc_id}", u64::from_be_bytes(*id)));
            }
            secc::Event::ContractVerified { identity: Identity::Contract(contract), .. } => {
                say("contract", format!("EVCOID {}, chain verified:", contract.evcoid));
                contract.chain.iter().for_each(|subject| say("contract", format!("  {subject}")));
            }
            secc::Event::SignatureVerified(_) => {
                say("contract", "the car signed the challenge with the contract's key".into());
            }
            secc::Event::Authorize(question) if *question.identity() == Identity::External => {
                say("auth", "the car waits for a card; the driver shows one".into());
                let desk = self.desk.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    desk.present("04A2B3C4D5E6F7");
                });
            }
            secc::Event::Authorized { identity, token, .. } => match token {
                Some(token) => say("auth", format!("energy for token {token}")),
                None => say("auth", format!("energy for {identity}")),
            },
            secc::Event::Order(order) => match order {
                secc::Order::CheckCable => say("energy", "isolation test".into()),
                secc::Order::CloseContactor => say("energy", "contactor closes".into()),
                secc::Order::OpenContactor => say("energy", "contactor opens".into()),
                secc::Order::PreCharge { .. }
                | secc::Order::Deliver { .. }
                | secc::Order::SupplyOff => {}
            },
            secc::Event::EnergyOn => say("energy", "on".into()),
            secc::Event::EnergyOff => say("energy", "off".into()),
            secc::Event::Receipt { energy: Some(energy) } => {
                say("contract", format!("the car signed the meter reading {energy} Wh"));
            }
            secc::Event::Refused { request, why, .. } => {
                say("V2G", format!("{request} refused: {why}"))
            }
            secc::Event::Ended(ended) => {
                say("V2G", format!("session ended: {}", format!("{ended:?}").to_lowercase()))
            }
            _ => {}
        }
    }
}

/// Tells what the car sees.
#[derive(Clone, Debug)]
pub(super) struct Passenger {
    timeline: Timeline,
}

impl Passenger {
    pub(super) fn new(timeline: Timeline) -> Self {
        Self { timeline }
    }

    pub(super) fn car(&self, notice: car::Notice<'_>) {
        let say = |layer: &str, what: String| self.timeline.say(layer, what);
        match notice {
            car::Notice::Found(found) => {
                let security = match found.security {
                    Security::Tls => "TLS",
                    Security::None => "no TLS",
                };
                say("SDP", format!("station at {} offers {security}", found.station));
            }
            car::Notice::Connected { local, .. } => {
                say("TCP", format!("car connects from {local}"))
            }
            car::Notice::Session(evcc::Event::Present {
                voltage: Some(voltage),
                current: Some(current),
            }) if self.timeline.is_sample_due(SAMPLE) => {
                say("energy", format!("{voltage:.1} V, {current:.1} A"));
            }
            car::Notice::Session(evcc::Event::Meter(meter))
                if self.timeline.is_sample_due(SAMPLE) =>
            {
                if let Some(energy) = meter.meter_reading {
                    say("energy", format!("meter {} reads {energy} Wh", meter.meter_id.as_str()));
                }
            }
            _ => {}
        }
    }
}

/// The lines of a record.
pub(super) fn record(record: &Record) -> Vec<(&'static str, String)> {
    let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".into());
    let reading = |value: Option<u64>| value.map_or("none".into(), |wh| format!("{wh} Wh"));
    vec![
        ("EVCOID", or_none(&record.evcoid)),
        ("token", or_none(&record.token)),
        ("EVSEID", record.evse_id.clone()),
        ("session", record.session_id.clone()),
        ("start", record.start.clone()),
        ("stop", record.stop.clone()),
        ("meter start", reading(record.meter_start_wh)),
        ("meter stop", reading(record.meter_stop_wh)),
        ("energy", format!("{} Wh", record.energy_wh)),
        ("receipts", record.receipts.to_string()),
        (
            "authorized",
            format!(
                "{} by {} ({})",
                or_none(&record.authorization.result),
                or_none(&record.authorization.by),
                or_none(&record.authorization.reason)
            ),
        ),
        ("protocol", or_none(&record.protocol)),
        ("TLS", or_none(&record.tls)),
        ("ended", or_none(&record.stop_reason)),
    ]
}

const SAMPLE: Duration = Duration::from_millis(400);
