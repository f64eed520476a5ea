//! The matching over the power line, beside the sessions.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use ring::rand::{SecureRandom, SystemRandom};
use slac::evse::{Config, Event, Input, Validation};
use slac::{Evse, Mac, RandomFailed};
use tokio::sync::mpsc;
use v2g::secc::{ControlPilot, Ended};

use crate::drive::{Clock, Engine, Wire, drive};
use crate::hardware::{Line, Rig};
use crate::link::PacketLink;
use crate::station::serve::keeps_link;
use crate::station::{Notice, Observer, Site};

/// The running matching; dropping it ends it.
#[derive(Debug)]
pub(in crate::station) struct Matching {
    commands: mpsc::UnboundedSender<Input<'static>>,
    car: Car,
    tasks: [tokio::task::JoinHandle<()>; 2],
}

/// The car that was given the network, while it has it.
type Car = Arc<Mutex<Option<Mac>>>;

impl Matching {
    pub(in crate::station) fn start(
        (link, mut config): (PacketLink, Config),
        site: Option<Site>,
        rig: Rig,
        observer: Observer,
    ) -> Self {
        if rig.line().borrow().toggles.is_some() && config.validation == Validation::Unsupported {
            config.validation = Validation::Supported;
        }
        let random = SystemRandom::new();
        let fill = move |out: &mut [u8]| random.fill(out).map_err(|_| RandomFailed);
        let engine = Evse::new(config, fill);
        let (commands, queue) = mpsc::unbounded_channel();
        let pilot = tokio::spawn(watch_pilot(rig.clone(), commands.clone()));
        let car = Car::default();
        let seer = Seer { rig, observer, car: car.clone() };
        let engine = match site {
            Some(site) => {
                let (engine, clock) = site.add(engine);
                tokio::spawn(run(engine, link, clock, queue, seer))
            }
            None => tokio::spawn(run(engine, link, Clock::start(), queue, seer)),
        };
        Self { commands, car, tasks: [engine, pilot] }
    }

    /// A packet came over the link: it is up.
    pub(in crate::station) fn linked(&self) {
        let _ = self.commands.send(Input::LinkUp);
    }

    /// The car in the network of this connector.
    pub(in crate::station) fn car(&self) -> Option<Mac> {
        *self.car.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session is over. [V2G2-739]
    pub(in crate::station) fn ended(&self, ended: &Ended) {
        let input = match ended {
            ended if keeps_link(ended) => Input::Pause,
            ended if ended.is_regular() => Input::Terminate,
            _ => Input::Error,
        };
        let _ = self.commands.send(input);
    }
}

impl Drop for Matching {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

async fn run(
    mut engine: impl Engine<Command = Input<'static>, Event = Event>,
    mut link: impl Wire,
    clock: Clock,
    mut queue: mpsc::UnboundedReceiver<Input<'static>>,
    seer: Seer,
) {
    drive(&mut engine, &mut link, clock, &mut queue, |event| seer.see(&event)).await;
}

/// Where the engine's events go.
struct Seer {
    rig: Rig,
    observer: Observer,
    car: Car,
}

impl Seer {
    fn see(&self, event: &Event) -> ControlFlow<()> {
        let car = |car| *self.car.lock().unwrap_or_else(PoisonError::into_inner) = car;
        match event {
            Event::Matched { peer, .. } | Event::LinkUp { peer } => car(Some(*peer)),
            Event::LinkDown(_) | Event::Failed(_) => car(None),
            Event::PilotRequested(request) => self.rig.pause(*request),
            _ => {}
        }
        self.observer.tell(Notice::Slac(event));
        ControlFlow::Continue(())
    }
}

/// Tells what the pilot shows; a station without one has a car on the plug all the time.
async fn watch_pilot(rig: Rig, commands: mpsc::UnboundedSender<Input<'static>>) {
    let mut line = rig.line();
    // Whoever waits for the end of the hardware must not be kept from it.
    drop(rig);
    let mut told = (None, None);
    loop {
        let Line { pilot, toggles } = *line.borrow_and_update();
        let pilot = match pilot {
            Some(ControlPilot::A) => slac::pilot::Pilot::A,
            Some(ControlPilot::B) | None => slac::pilot::Pilot::B,
            Some(ControlPilot::C) => slac::pilot::Pilot::C,
            Some(ControlPilot::D) => slac::pilot::Pilot::D,
            Some(ControlPilot::E) => slac::pilot::Pilot::E,
            Some(ControlPilot::F) => slac::pilot::Pilot::F,
        };
        // The counter first: a change that both tell is counted by it alone.
        let counted = toggles.filter(|&count| told.1.replace(count) != Some(count));
        let seen = Some(pilot).filter(|&pilot| told.0.replace(pilot) != Some(pilot));
        for input in counted.map(Input::Toggles).into_iter().chain(seen.map(Input::Pilot)) {
            if commands.send(input).is_err() {
                return;
            }
        }
        if line.changed().await.is_err() {
            return;
        }
    }
}
