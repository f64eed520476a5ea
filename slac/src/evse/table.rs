//! The sessions of all cars in range, bounded.

use alloc::vec::Vec;
use core::time::Duration;

use super::Event;
use super::session::{Context, Session};
use crate::mme::{Mac, RunId};
use crate::timing::SESSIONS;

/// At most one session per car, at most [`SESSIONS`], oldest first. All their memory is there from the beginning.
pub(super) struct Sessions(Vec<Session>);

impl Sessions {
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(SESSIONS))
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Opens a session, in place of an older one of the same car. [V2G3-A09-16]
    ///
    /// A full table gives up its oldest session without soundings; without such a session the car is not answered.
    pub(super) fn open(&mut self, ev: Mac, run_id: RunId, cx: &mut Context<'_>) {
        self.0.retain(|session| session.ev != ev);
        if self.0.len() >= SESSIONS {
            let Some(oldest) = self.0.iter().position(Session::is_fresh) else { return };
            self.0.remove(oldest);
        }
        self.0.push(Session::open(ev, run_id, cx));
    }

    pub(super) fn of(&mut self, ev: Mac) -> Option<&mut Session> {
        self.0.iter_mut().find(|session| session.ev == ev)
    }

    pub(super) fn run(&mut self, ev: Mac, run_id: RunId) -> Option<&mut Session> {
        self.of(ev).filter(|session| session.run_id == run_id)
    }

    /// Whether another car than this one is toggling the control pilot.
    pub(super) fn is_validating_beside(&self, ev: Mac) -> bool {
        self.0.iter().any(|session| session.ev != ev && session.is_validating())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.0.iter().map(Session::deadline).min()
    }

    pub(super) fn expire(&mut self, cx: &mut Context<'_>) {
        self.0.retain_mut(|session| match session.expire(cx) {
            Ok(()) => true,
            Err(end) => {
                cx.out.event(Event::SessionEnded { ev: session.ev, run_id: session.run_id, end });
                false
            }
        });
    }
}
