use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use v2g::secc::{Command, Facts, Limits};

use crate::hardware::{Rig, Signal};

/// Reaches into a running station. Clones reach the same.
#[derive(Clone, Debug)]
pub struct Handle(Arc<Reach>);

#[derive(Debug)]
struct Reach {
    rig: Rig,
    stop: watch::Sender<bool>,
    session: Mutex<Option<mpsc::UnboundedSender<Command>>>,
}

impl Handle {
    pub(super) fn new(rig: Rig) -> Self {
        Self(Arc::new(Reach { rig, stop: watch::Sender::new(false), session: Mutex::new(None) }))
    }

    /// What is known of the hardware.
    pub fn facts(&self) -> Facts {
        self.0.rig.facts()
    }

    /// What the station can give has changed.
    pub fn set_limits(&self, limits: Limits) {
        self.0.rig.set_limits(limits);
    }

    /// Asks the car of the present session to end the charge.
    pub fn stop_charging(&self) {
        self.command(Command::Stop);
    }

    /// Asks the car of the present session to take a new schedule.
    pub fn renegotiate(&self) {
        self.command(Command::Renegotiate);
    }

    /// Breaks off the present session, switches everything off and serves no more.
    pub fn shut_down(&self) {
        self.0.stop.send_replace(true);
        self.0.rig.signal(Signal::NotAvailable);
        self.command(Command::Abort);
    }

    /// Returns once the station is to stop.
    pub(super) async fn stopped(&self) {
        // The sender lives in this handle.
        let _ = self.0.stop.subscribe().wait_for(|stop| *stop).await;
    }

    pub(super) fn is_stopped(&self) -> bool {
        *self.0.stop.borrow()
    }

    pub(super) fn enter(&self, session: mpsc::UnboundedSender<Command>) {
        *self.session() = Some(session);
    }

    pub(super) fn leave(&self) {
        *self.session() = None;
    }

    fn command(&self, command: Command) {
        if let Some(session) = &*self.session() {
            // A session that has just ended needs no command.
            let _ = session.send(command);
        }
    }

    fn session(&self) -> MutexGuard<'_, Option<mpsc::UnboundedSender<Command>>> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
