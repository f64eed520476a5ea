//! Proving the cable: CM_VALIDATE with toggles on the control pilot.

use alloc::vec::Vec;
use core::time::Duration;

use super::Ev;
use super::event::{Event, RunFailure};
use super::state::{State, Step, Validating};
use crate::mme::{Frame, Mac, ValidateCnf, ValidateReq, ValidateResult};
use crate::random;
use crate::timing::{RETRIES, TOGGLES, Timer};

impl Ev {
    /// Asks the first candidate; without candidate the run has failed.
    pub(super) fn validate(&mut self, candidates: Vec<Mac>) -> State {
        if candidates.is_empty() {
            return self.run_failed(RunFailure::NotValidated);
        }
        self.ask(Validating { candidates, step: Step::Asking, repeats: RETRIES, until: self.now })
    }

    fn ask(&mut self, mut state: Validating) -> State {
        let timer = match state.step {
            Step::Toggling { timer, .. } => timer,
            Step::Asking | Step::Busy => 0,
        };
        if let Some(&station) = state.candidates.first() {
            let request =
                ValidateReq { signal_type: 0, timer, result: ValidateResult::Ready.code() };
            self.out.transmit(&Frame::new(station, self.config.mac, request));
        }
        if state.step == Step::Busy {
            state.step = Step::Asking;
        }
        state.until = match state.step {
            Step::Toggling { timer, .. } => {
                self.after(Timer::MatchResponse)
                    + Duration::from_millis(100) * (u32::from(timer) + 1)
            }
            _ => self.after(Timer::MatchResponse),
        };
        State::Validating(state)
    }

    pub(super) fn validation_due(&mut self, mut state: Validating) -> State {
        match state.step {
            Step::Asking | Step::Busy if state.repeats > 0 => {
                state.repeats -= 1;
                self.ask(state)
            }
            _ => self.not_validated(state),
        }
    }

    fn not_validated(&mut self, state: Validating) -> State {
        let Validating { mut candidates, .. } = state;
        let station = candidates.remove(0); // never empty
        self.out.event(Event::NotValidated { station });
        self.validate(candidates)
    }

    pub(super) fn validated(&mut self, from: Mac, cnf: &ValidateCnf) {
        if !matches!(&self.state, State::Validating(state) if state.candidates.first() == Some(&from))
            || cnf.signal_type != 0
        {
            return;
        }
        let Some(result) = ValidateResult::from_code(cnf.result) else { return };
        let State::Validating(mut state) = core::mem::replace(&mut self.state, State::Idle) else {
            return;
        };
        self.state = match (state.step, result) {
            (Step::Asking, ValidateResult::Ready) if cnf.toggles == 0 => self.toggle(state),
            // The station counts from the first step, so a lost second request costs no toggles.
            (Step::Toggling { .. }, ValidateResult::Ready) if state.repeats > 0 => {
                state.repeats -= 1;
                let until = state.until;
                match self.ask(state) {
                    State::Validating(state) => {
                        State::Validating(Validating { until: state.until.max(until), ..state })
                    }
                    other => other,
                }
            }
            (Step::Asking, ValidateResult::NotReady) => {
                state.step = Step::Busy;
                state.until = self.after(Timer::MatchSequence);
                State::Validating(state)
            }
            // The station cannot validate; the car goes on without. [V2G3-A09-51]
            (Step::Asking, ValidateResult::Failure | ValidateResult::NotRequired) => {
                self.match_request(from, RETRIES)
            }
            (Step::Toggling { count, .. }, ValidateResult::Success) if cnf.toggles == count => {
                self.match_request(from, RETRIES)
            }
            (Step::Toggling { .. }, ValidateResult::Ready) => State::Validating(state),
            (Step::Toggling { .. }, _) => self.not_validated(state),
            _ => State::Validating(state),
        };
    }

    /// A count that a neighbour cannot guess each time.
    fn toggle(&mut self, mut state: Validating) -> State {
        let Ok([chance]) = random::array(&mut *self.random) else {
            return self.not_validated(state);
        };
        let count = 1 + chance % TOGGLES;
        let each = self.config.timing[Timer::ToggleState];
        let tenths = (each * 2 * u32::from(count)).as_millis() / 100 + 1;
        self.out.event(Event::Toggle { count, state: each });
        state.step = Step::Toggling { count, timer: u8::try_from(tenths).unwrap_or(u8::MAX) };
        state.repeats = RETRIES;
        self.ask(state)
    }
}
