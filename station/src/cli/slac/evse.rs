//! `pnc slac evse`: the station's side of a matching.

use super::matching::{self, Arguments, Meaning, Role, decibel};
use super::settings;
use pnc::link::PacketLink;
use serde_json::json;
use slac::Evse;
use slac::evse::{Config, Event, Input};
use slac::modem::Modem;
use slac::pilot::{Duty, Pilot, PilotRequest, Step};
use std::process::ExitCode;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    matching::run::<Station>(arguments)
}

/// A station with a car on its plug all the time, but for the pauses of the control pilot that its engine asks for.
struct Station {
    /// The modem tells nothing about its link: it counts as up once matched.
    assumes_link: bool,
}

impl Role for Station {
    type Engine = Evse;

    const NAME: &'static str = "evse";

    fn start(
        link: &PacketLink,
        settings: &[String],
    ) -> Result<(Self, Evse, Input<'static>), String> {
        let mut config = Config { modem: Modem::automatic(), ..Config::new(link.mac()) };
        settings::read(settings, &mut config)?;
        let role = Self { assumes_link: settings::tells_no_link(&config.modem) };
        Ok((role, Evse::new(config, matching::random()), Input::Pilot(Pilot::B)))
    }

    fn meaning(&self, event: &Event, commands: &UnboundedSender<Input<'static>>) -> Meaning {
        match event {
            Event::Matched { peer, key, .. } => {
                if self.assumes_link {
                    let _ = commands.send(Input::LinkUp);
                }
                Meaning::Matched(*peer, key.clone())
            }
            Event::Characterized { ev, sounds, mean, measured, elsewhere } => Meaning::Measured(
                Some(*ev),
                json!({
                    "mean_db": decibel(*mean),
                    "uncalibrated_db": decibel(*measured),
                    "sounds": sounds,
                    "elsewhere_db": elsewhere.map(decibel),
                }),
            ),
            Event::LinkUp { .. } => Meaning::Linked,
            Event::LinkDown(cause) => Meaning::Lost(format!("link down: {cause:?}")),
            Event::Failed(failure) => Meaning::Trouble(format!("{failure:?}")),
            Event::PilotRequested(request) if request.then == Duty::Nominal => Meaning::GaveUp,
            Event::PilotRequested(request) => {
                tokio::spawn(step(*request, commands.clone()));
                Meaning::Other
            }
            _ => Meaning::Other,
        }
    }
}

/// What a control pilot would do.
async fn step(request: PilotRequest, commands: UnboundedSender<Input<'static>>) {
    let pilot = if request.step == Step::Error { Pilot::E } else { Pilot::B };
    let _ = commands.send(Input::Pilot(pilot));
    tokio::time::sleep(request.hold.min(Duration::from_secs(60))).await;
    let _ = commands.send(Input::Pilot(Pilot::B));
}
