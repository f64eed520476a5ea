//! The matching over the power line, before a car looks for its station.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use ring::rand::SecureRandom;
use slac::ev::{self, Failure, Input};
use slac::{Ev, RandomFailed};
use tokio::sync::mpsc;
use v2g::evcc::Ended;

use super::{CarError, Notice};
use crate::drive::{Clock, drive};
use crate::link::PacketLink;

type Observer = Arc<dyn Fn(Notice<'_>) + Send + Sync>;

/// A matching that found its station; dropping it ends it.
pub(super) struct Matching {
    commands: mpsc::UnboundedSender<Input<'static>>,
    left: mpsc::UnboundedReceiver<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Matching {
    /// Matches, and returns once the station has given its network.
    pub(super) async fn find(
        mut link: PacketLink,
        random: Arc<dyn SecureRandom + Send + Sync>,
        observer: Observer,
    ) -> Result<Self, CarError> {
        let fill = move |out: &mut [u8]| random.fill(out).map_err(|_| RandomFailed);
        let mut engine = Ev::new(ev::Config::new(link.mac()), fill);
        let (commands, mut queue) = mpsc::unbounded_channel();
        let (tell, mut told) = mpsc::unbounded_channel::<Result<(), Failure>>();
        let (gone, left) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            // Who no longer listens has what it wanted.
            let see = |event| {
                match &event {
                    ev::Event::Matched { .. } => drop(tell.send(Ok(()))),
                    ev::Event::Failed(failure) => drop(tell.send(Err(*failure))),
                    ev::Event::LinkDown(_) => drop(gone.send(())),
                    _ => {}
                }
                observer(Notice::Slac(&event));
                ControlFlow::<()>::Continue(())
            };
            drive(&mut engine, &mut link, Clock::start(), &mut queue, see).await;
        });
        let matching = Self { commands, left, task };
        matching.send(Input::Start);
        match told.recv().await {
            Some(Ok(())) => Ok(matching),
            Some(Err(failure)) => Err(CarError::Matching(failure)),
            None => Err(CarError::Stopped),
        }
    }

    /// A packet came over the link: it is up.
    pub(super) fn linked(&self) {
        self.send(Input::LinkUp);
    }

    /// The session is over: leaves the network, unless the car will come back to it.
    pub(super) async fn end(mut self, ended: Option<&Ended>) {
        match ended {
            Some(Ended::Paused { .. }) => return self.send(Input::Pause),
            Some(Ended::Terminated) => self.send(Input::Terminate),
            _ => self.send(Input::Error),
        }
        let _ = tokio::time::timeout(LEAVE, self.left.recv()).await;
    }

    fn send(&self, input: Input<'static>) {
        let _ = self.commands.send(input);
    }
}

impl Drop for Matching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// For the network to be left (TP_match_leave, ISO 15118-3).
const LEAVE: Duration = Duration::from_secs(1);
