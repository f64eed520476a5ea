//! The runs of all cars in range, bounded. All their memory is there from the beginning.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use super::session::{Context, Opening, Session, Sounding};
use super::{Event, SessionEnd};
use crate::attenuation::Profiles;
use crate::mme::{Mac, RunId, StartAttenCharInd};
use crate::timing::{CAR_SESSIONS, OPENINGS, SESSIONS, Timer};

/// Most openings that end in one step: each is an event.
pub(super) const ENDINGS: usize = 128;

/// Runs that wait for soundings, oldest first, and sessions, the runs with soundings, oldest first. Most cars of a busy line belong to
/// other stations and come no further than the opening, so that there is room for many.
pub(super) struct Sessions {
    openings: VecDeque<Opening>,
    sessions: Vec<Session>,
}

impl Sessions {
    pub(super) fn new() -> Self {
        Self { openings: VecDeque::with_capacity(OPENINGS), sessions: Vec::with_capacity(SESSIONS) }
    }

    pub(super) fn clear(&mut self) {
        self.openings.clear();
        self.sessions.clear();
    }

    /// Answers CM_SLAC_PARM.REQ. A known run begins anew. [V2G3-A09-16]
    ///
    /// While it sounds, only with its next CM_START_ATTEN_CHAR.IND: whoever repeats a frame of the car must not end its run.
    pub(super) fn open(&mut self, ev: Mac, run_id: RunId, cx: &mut Context<'_>) {
        let until = cx.after(Timer::MatchSequence);
        let opening = Opening { ev, run_id, until, waiting: None };
        opening.confirm(cx);
        if let Some(session) = self.run(ev, run_id).filter(|session| session.is_sounding()) {
            return session.reopen();
        }
        self.sessions.retain(|session| !session.is(ev, run_id));
        self.openings.retain(|opening| !opening.is(ev, run_id));
        // The runs that the car gave up.
        let own = |opening: &Opening| opening.ev == ev;
        if self.openings.iter().filter(|opening| own(opening)).count() >= CAR_SESSIONS {
            let oldest = self.openings.iter().position(own);
            oldest.map(|oldest| self.openings.remove(oldest));
        }
        if self.openings.len() >= OPENINGS {
            self.openings.pop_front();
        }
        self.openings.push_back(opening);
    }

    /// The first CM_START_ATTEN_CHAR.IND of an opened run makes it a session, further ones change nothing.
    ///
    /// A full table gives up [the session that can be spared](Self::dispensable); without one the run waits for a place.
    pub(super) fn start(&mut self, ev: Mac, ind: &StartAttenCharInd, cx: &Context<'_>) {
        if let Some(session) = self.run(ev, ind.run_id) {
            return session.start_again(ind, cx);
        }
        let Some(place) = self.openings.iter().position(|opening| opening.is(ev, ind.run_id))
        else {
            return;
        };
        let Some(opening) = self.openings.get_mut(place) else { return };
        opening.waiting = opening.waiting.or_else(|| Sounding::of(ev, ind, cx));
        let Some(sounding) = opening.waiting else { return };
        if self.of(ev).count() >= CAR_SESSIONS {
            let oldest = self.sessions.iter().position(|session| session.ev == ev);
            oldest.map(|oldest| self.sessions.remove(oldest));
        }
        if self.sessions.len() >= SESSIONS {
            let Some(dispensable) = self.dispensable(cx) else { return };
            self.sessions.remove(dispensable);
        }
        self.openings.remove(place);
        self.sessions.push(Session::new(ev, ind.run_id, sounding));
    }

    /// What the modem measured of a car. One that waits for a place takes that of the car which is heard least, if itself is heard better.
    pub(super) fn profile(&mut self, ev: Mac, groups: &[u8], cx: &Context<'_>) {
        if self.of(ev).count() == 0 {
            self.displace(ev, groups, cx);
        }
        self.of(ev).for_each(|session| session.profile(groups, cx));
    }

    fn displace(&mut self, ev: Mac, groups: &[u8], cx: &Context<'_>) -> Option<()> {
        let is_waiting = |opening: &Opening| opening.ev == ev && opening.waiting.is_some();
        let place = self.openings.iter().rposition(is_waiting)?;
        let level = Profiles::level(groups, &cx.config.calibration)?;
        if self.sessions.len() >= SESSIONS {
            let others = self.sessions.iter().enumerate();
            let heard = others
                .filter(|(_, session)| !session.is_validating())
                .filter_map(|(index, session)| Some((session.level(cx)?, index)));
            let (_, worst) = heard.max().filter(|(worst, _)| level < *worst)?;
            self.sessions.remove(worst);
        }
        let Opening { run_id, waiting, .. } = self.openings.remove(place)?;
        self.sessions.push(Session::new(ev, run_id, waiting?));
        Some(())
    }

    /// The car that is heard least of those that have their result, but never the one that is heard best.
    fn dispensable(&self, cx: &Context<'_>) -> Option<usize> {
        let measured = || {
            let sessions = self.sessions.iter().enumerate();
            sessions.filter_map(|(index, session)| Some((session.measured(cx)?, index)))
        };
        let (worst, index) = measured().max()?;
        measured().any(|(level, _)| level < worst).then_some(index)
    }

    /// The sessions of a car.
    pub(super) fn of(&mut self, ev: Mac) -> impl Iterator<Item = &mut Session> {
        self.sessions.iter_mut().filter(move |session| session.ev == ev)
    }

    pub(super) fn run(&mut self, ev: Mac, run_id: RunId) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.is(ev, run_id))
    }

    /// Whether another car than this one is toggling the control pilot.
    pub(super) fn is_validating_beside(&self, ev: Mac) -> bool {
        self.sessions.iter().any(|session| session.ev != ev && session.is_validating())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.openings.is_empty() && self.sessions.is_empty()
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        let opening = self.openings.front().map(|opening| opening.until);
        self.sessions.iter().map(Session::deadline).chain(opening).min()
    }

    pub(super) fn expire(&mut self, cx: &mut Context<'_>) {
        let ended = |ev, run_id, end| Event::SessionEnded { ev, run_id, end };
        let due = self.openings.iter().take(ENDINGS).take_while(|opening| cx.now >= opening.until);
        for Opening { ev, run_id, .. } in self.openings.drain(..due.count()) {
            cx.out.event(ended(ev, run_id, SessionEnd::NoSounding));
        }
        self.sessions.retain_mut(|session| match session.expire(cx) {
            Ok(()) => true,
            Err(end) => {
                cx.out.event(ended(session.ev, session.run_id, end));
                false
            }
        });
    }
}
