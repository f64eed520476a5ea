//! Pauses of the control pilot that let a car match again: bounded in time, and never beside energy.

use std::time::Duration;

use slac::pilot::{Duty, PilotRequest, Step};
use tokio::time::Instant;
use v2g::secc::{Contactor, ControlPilot, Limits};

use super::{Hardware, Runner, SETTLE};
use crate::hardware::Signal;

/// The control pilot as the matching sees it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Line {
    /// State F in a pause that a car notices, whatever the hardware can measure then.
    pub(crate) pilot: Option<ControlPilot>,
    /// The hardware's counter of changes from B to C, if it has one.
    pub(crate) toggles: Option<u32>,
}

/// A pause that is wanted or under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pause {
    signal: Signal,
    hold: Duration,
    then: Signal,
    /// Under way until then; without it the contactor is not open yet, and the pause is wanted until then.
    until: Instant,
    is_held: bool,
}

impl<H: Hardware> Runner<H> {
    /// Begins a pause with the next look. A station that has no way to charge without communication stays as it is in the end.
    pub(super) fn pause_for(&mut self, PilotRequest { step, hold, then }: PilotRequest) {
        let facts = self.told.borrow();
        let is_ac = matches!(facts.limits, Limits::Ac(_));
        let then = match then {
            Duty::Digital => Signal::Digital,
            // Without a pilot to look at nobody sees the car leave.
            Duty::Nominal if is_ac && facts.control_pilot.is_some() => Signal::Nominal,
            Duty::Nominal => return,
        };
        if self.session.is_some() || self.signal != Some(Signal::Digital) {
            return;
        }
        let signal = match step {
            Step::Error => Signal::Error,
            Step::Steady => Signal::Off,
        };
        let until = Instant::now() + SETTLE;
        self.pause = Some(Pause { signal, hold: hold.min(LONGEST), then, until, is_held: false });
    }

    /// Does what is due. Unplugging ends a pause, and with it charging without communication.
    pub(super) fn go_on(&mut self) {
        let (contactor, pilot) = {
            let facts = self.told.borrow();
            (facts.contactor, facts.control_pilot)
        };
        let is_unplugged = pilot == Some(ControlPilot::A);
        let now = Instant::now();
        match &mut self.pause {
            Some(pause) if !pause.is_held && contactor == Contactor::Open => {
                pause.is_held = true;
                pause.until = now + pause.hold;
                let signal = pause.signal;
                self.put(signal);
            }
            Some(pause) if !pause.is_held && now >= pause.until => {
                log::error!("the contactor is {contactor:?}: no pause of the control pilot");
                self.pause = None;
            }
            Some(pause) if pause.is_held && (now >= pause.until || is_unplugged) => {
                let signal = if is_unplugged { Signal::Digital } else { pause.then };
                self.pause = None;
                self.put(signal);
            }
            None if is_unplugged && self.signal == Some(Signal::Nominal) => {
                self.put(Signal::Digital);
            }
            _ => {}
        }
    }

    /// A session begins: the car is there.
    pub(super) fn end_pause(&mut self) {
        if self.pause.take().is_some_and(|pause| pause.is_held) {
            self.put(Signal::Digital);
        }
    }

    pub(super) fn put(&mut self, signal: Signal) {
        self.signal = Some(signal);
        let outcome = self.hardware.signal(signal);
        self.judge(outcome);
    }

    /// Tells the matching what is new.
    pub(super) fn show(&mut self) {
        let pilot = self.told.borrow().control_pilot;
        let is_error =
            self.pause.is_some_and(|pause| pause.is_held && pause.signal == Signal::Error);
        let line = Line {
            pilot: if is_error { Some(ControlPilot::F) } else { pilot },
            toggles: self.hardware.toggles(),
        };
        self.shown.send_if_modified(|shown| std::mem::replace(shown, line) != line);
    }
}

/// However long a pause is asked for.
const LONGEST: Duration = Duration::from_secs(10);
