//! `pnc slac ev`: the car's side of a matching.

use super::matching::{self, Arguments, Meaning, Role};
use super::settings;
use pnc::link::PacketLink;
use slac::Ev;
use slac::ev::{Config, Event, Failure, Input};
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
    const PEER: &'static str = "evse_mac";

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
