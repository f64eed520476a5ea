//! `pnc slac ev`: the car's side of a matching.

use super::matching::{self, Arguments, Meaning, Role, decibel};
use super::settings;
use pnc::link::PacketLink;
use serde_json::{Value, json};
use slac::Ev;
use slac::ev::{Comparison, Config, Event, Failure, Heard, Input};
use slac::modem::Modem;
use slac::pilot::EvPilot;
use std::process::ExitCode;
use tokio::sync::mpsc::UnboundedSender;

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    matching::run::<Car>(arguments)
}

/// A car that sees 5 % on its control pilot from the start.
struct Car {
    /// The modem tells nothing about its link: it counts as up once matched.
    assumes_link: bool,
}

impl Role for Car {
    type Engine = Ev;

    const NAME: &'static str = "ev";

    fn start(link: &PacketLink, settings: &[String]) -> Result<(Self, Ev, Input<'static>), String> {
        let mut config = Config { modem: Modem::automatic(), ..Config::new(link.mac()) };
        settings::read(settings, &mut config)?;
        let role = Self { assumes_link: settings::tells_no_link(&config.modem) };
        Ok((role, Ev::new(config, matching::random()), Input::Pilot(EvPilot::Pwm(5))))
    }

    fn meaning(&self, event: &Event, commands: &UnboundedSender<Input<'static>>) -> Meaning {
        match event {
            Event::Matched { peer, key, .. } => {
                if self.assumes_link {
                    let _ = commands.send(Input::LinkUp);
                }
                Meaning::Matched(*peer, key.clone())
            }
            Event::Compared(comparison) => Meaning::Measured(None, compared(comparison)),
            Event::LinkUp { .. } => Meaning::Linked,
            Event::LinkDown(cause) => Meaning::Lost(format!("link down: {cause:?}")),
            Event::RunFailed(failure) => Meaning::Trouble(format!("{failure:?}")),
            // A modem is tried again; a matching that ended is not.
            Event::Failed(Failure::Modem(failure)) => {
                Meaning::Trouble(format!("modem: {failure:?}"))
            }
            Event::Failed(failure) => Meaning::Failed(format!("{failure:?}")),
            _ => Meaning::Other,
        }
    }
}

/// All that a choice is made of.
fn compared(comparison: &Comparison) -> Value {
    let station = |heard: &Heard| {
        json!({
            "evse_mac": heard.station.to_string(),
            "mean_db": decibel(heard.mean),
            "least_db": decibel(heard.least),
            "most_db": decibel(heard.most),
            "sounds": heard.sounds,
            "implausible": heard.is_implausible,
        })
    };
    json!({
        "stations": comparison.stations.iter().map(station).collect::<Vec<_>>(),
        "lead_db": comparison.lead.map(decibel),
        "margin_db": decibel(comparison.margin),
        "direct_db": decibel(comparison.direct),
        "nearest_modem_db": comparison.nearest_modem.map(decibel),
        "passed_over": comparison.is_passed_over,
        "unsure": comparison.is_unsure,
    })
}
