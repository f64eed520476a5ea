//! The matching over the power line, beside the sessions.

use std::ops::ControlFlow;
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use slac::evse::{self, Input};
use slac::{Evse, RandomFailed};
use tokio::sync::mpsc;
use v2g::secc::{ControlPilot, Ended};

use crate::drive::{Clock, drive};
use crate::hardware::Rig;
use crate::link::PacketLink;
use crate::station::serve::keeps_link;
use crate::station::{Notice, Observer};

/// The running matching; dropping it ends it.
#[derive(Debug)]
pub(in crate::station) struct Matching {
    commands: mpsc::UnboundedSender<Input<'static>>,
    tasks: [tokio::task::JoinHandle<()>; 2],
}

impl Matching {
    pub(in crate::station) fn start(mut link: PacketLink, rig: Rig, observer: Observer) -> Self {
        let random = SystemRandom::new();
        let fill = move |out: &mut [u8]| random.fill(out).map_err(|_| RandomFailed);
        let mut engine = Evse::new(evse::Config::new(link.mac()), fill);
        let (commands, mut queue) = mpsc::unbounded_channel();
        let engine = tokio::spawn(async move {
            let see = |event| {
                observer.tell(Notice::Slac(&event));
                ControlFlow::<()>::Continue(())
            };
            drive(&mut engine, &mut link, Clock::start(), &mut queue, see).await;
        });
        let pilot = tokio::spawn(watch_pilot(rig, commands.clone()));
        Self { commands, tasks: [engine, pilot] }
    }

    /// A packet came over the link: it is up.
    pub(in crate::station) fn linked(&self) {
        let _ = self.commands.send(Input::LinkUp);
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

/// Tells what the pilot shows; a station without one has a car on the plug all the time.
async fn watch_pilot(rig: Rig, commands: mpsc::UnboundedSender<Input<'static>>) {
    let mut told = None;
    loop {
        let pilot = match rig.facts().control_pilot {
            Some(ControlPilot::A) => slac::pilot::Pilot::A,
            Some(ControlPilot::B) | None => slac::pilot::Pilot::B,
            Some(ControlPilot::C) => slac::pilot::Pilot::C,
            Some(ControlPilot::D) => slac::pilot::Pilot::D,
            Some(ControlPilot::E) => slac::pilot::Pilot::E,
            Some(ControlPilot::F) => slac::pilot::Pilot::F,
        };
        if told.replace(pilot) != Some(pilot) && commands.send(Input::Pilot(pilot)).is_err() {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

const LOOK: Duration = Duration::from_millis(20);
