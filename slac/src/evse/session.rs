//! One matching run of one car, from CM_SLAC_PARM.REQ to CM_SLAC_MATCH.REQ: first an opening, then a session.

use core::time::Duration;

use super::{Config, Event, SessionEnd, Validation};
use crate::attenuation::{Decibel, GROUPS, Profiles};
use crate::mme::{
    AttenCharInd, AttenCharRsp, Frame, Mac, RunId, SlacParmCnf, StartAttenCharInd, ValidateCnf,
    ValidateReq, ValidateResult,
};
use crate::output::Outbox;
use crate::site::Hearing;
use crate::timing::{RETRIES, SOUNDS, Timer};

/// Surroundings of a session while it handles something.
pub(super) struct Context<'a> {
    pub(super) now: Duration,
    pub(super) config: &'a Config,
    /// Changes from B to C on the control pilot so far.
    pub(super) edges: u32,
    /// Least attenuation of a car at another connector of the site.
    pub(super) others: &'a dyn Fn(Mac) -> Option<Decibel>,
    /// What this connector of it has heard.
    pub(super) hearing: Option<&'a Hearing>,
    pub(super) out: &'a mut Outbox<Event>,
}

impl Context<'_> {
    pub(super) fn after(&self, timer: Timer) -> Duration {
        self.now + self.config.timing[timer]
    }

    /// Whether another connector of the site hears the car better than this one.
    fn is_nearer(&self, elsewhere: Option<Decibel>, ev: Mac, mean: Decibel) -> bool {
        let gap = self.config.timing[Timer::Hearing];
        let own = self.hearing.and_then(|hearing| hearing.level(ev, self.now, gap));
        elsewhere.is_some_and(|other| other < own.unwrap_or(mean))
    }
}

/// A run that has its parameters and waits for soundings.
pub(super) struct Opening {
    pub(super) ev: Mac,
    pub(super) run_id: RunId,
    pub(super) until: Duration,
    /// It sounds, and there is no place for it yet.
    pub(super) waiting: Option<Sounding>,
}

impl Opening {
    /// Answers CM_SLAC_PARM.REQ.
    pub(super) fn confirm(&self, cx: &mut Context<'_>) {
        let (ev, run_id) = (self.ev, self.run_id);
        let answer = SlacParmCnf {
            sound_target: Mac::BROADCAST,
            num_sounds: SOUNDS,
            time_out: cx.config.timing.tenths(Timer::Sounding),
            resp_type: 1,
            forwarding_sta: ev,
            application_type: 0,
            security_type: 0,
            run_id,
        };
        cx.out.transmit(&Frame::new(ev, cx.config.mac, answer));
        cx.out.event(Event::MatchingStarted { ev, run_id });
    }

    pub(super) fn is(&self, ev: Mac, run_id: RunId) -> bool {
        self.ev == ev && self.run_id == run_id
    }
}

/// A run with soundings.
pub(super) struct Session {
    pub(super) ev: Mac,
    pub(super) run_id: RunId,
    /// What the modem measured.
    profiles: Profiles,
    /// Opened again while sounding: the next CM_START_ATTEN_CHAR.IND begins anew.
    is_reopened: bool,
    state: State,
}

enum State {
    Sounding(Sounding),
    AwaitRsp(AwaitRsp),
    AwaitMatch { until: Duration },
    AwaitToggles(AwaitToggles),
    Counting { since: u32, until: Duration },
}

/// Collects soundings until `until`, the end of the window or soon after the last one.
#[derive(Clone, Copy)]
pub(super) struct Sounding {
    announced: u8,
    heard: u8,
    until: Duration,
}

impl Sounding {
    /// From the first CM_START_ATTEN_CHAR.IND on; `None` if it is not in order.
    pub(super) fn of(ev: Mac, ind: &StartAttenCharInd, cx: &Context<'_>) -> Option<Self> {
        let in_order = ind.num_sounds > 0
            && ind.time_out > 0
            && ind.resp_type == 1
            && ind.forwarding_sta == ev;
        let until = cx.after(Timer::Sounding);
        in_order.then_some(Self { announced: ind.num_sounds, heard: 0, until })
    }
}

/// CM_ATTEN_CHAR.IND is out.
struct AwaitRsp {
    repeats: u8,
    until: Duration,
}

/// Step 1 of the validation is answered with ready.
struct AwaitToggles {
    since: u32,
    repeats: u8,
    until: Duration,
}

impl Session {
    pub(super) fn new(ev: Mac, run_id: RunId, sounding: Sounding) -> Self {
        let state = State::Sounding(sounding);
        Self { ev, run_id, profiles: Profiles::default(), is_reopened: false, state }
    }

    /// The car asked for parameters again.
    pub(super) fn reopen(&mut self) {
        self.is_reopened = true;
    }

    /// A further CM_START_ATTEN_CHAR.IND: of the same soundings, unless the run was opened again.
    pub(super) fn start_again(&mut self, ind: &StartAttenCharInd, cx: &Context<'_>) {
        if self.is_reopened
            && let Some(sounding) = Sounding::of(self.ev, ind, cx)
        {
            *self = Self::new(self.ev, self.run_id, sounding);
        }
    }

    pub(super) fn is(&self, ev: Mac, run_id: RunId) -> bool {
        self.ev == ev && self.run_id == run_id
    }

    pub(super) fn is_sounding(&self) -> bool {
        matches!(self.state, State::Sounding(_))
    }

    /// The level of a car so far.
    pub(super) fn level(&self, cx: &Context<'_>) -> Option<Decibel> {
        self.profiles.mean(&cx.config.calibration)
    }

    /// The level of a car that has been told it.
    pub(super) fn measured(&self, cx: &Context<'_>) -> Option<Decibel> {
        (!self.is_sounding()).then(|| self.level(cx))?
    }

    /// The only session that control pilot toggles belong to.
    pub(super) fn is_validating(&self) -> bool {
        matches!(self.state, State::AwaitToggles(_) | State::Counting { .. })
    }

    /// Whether the car has its attenuation and may ask for the match. A car that asks while its CM_ATTEN_CHAR.RSP is missing has it too.
    pub(super) fn may_match(&self) -> bool {
        matches!(self.state, State::AwaitMatch { .. } | State::AwaitRsp(_))
    }

    /// Whether CM_VALIDATE.REQ can be about this session.
    pub(super) fn may_validate(&self) -> bool {
        matches!(self.state, State::AwaitMatch { .. }) || self.is_validating()
    }

    pub(super) fn deadline(&self) -> Duration {
        match &self.state {
            State::AwaitMatch { until } | State::Counting { until, .. } => *until,
            State::Sounding(sounding) => sounding.until,
            State::AwaitRsp(waiting) => waiting.until,
            State::AwaitToggles(waiting) => waiting.until,
        }
    }

    pub(super) fn sound(&mut self) {
        if let State::Sounding(sounding) = &mut self.state {
            sounding.heard = sounding.heard.saturating_add(1);
        }
    }

    /// Adds what the modem measured. The average follows at once when all announced soundings are in. [V2G3-A09-19]
    pub(super) fn profile(&mut self, groups: &[u8], cx: &Context<'_>) {
        let State::Sounding(sounding) = &mut self.state else { return };
        if self.profiles.count() >= sounding.announced || !self.profiles.add(groups) {
            return;
        }
        if self.profiles.count() == sounding.announced {
            sounding.until = sounding.until.min(cx.after(Timer::AverageCalculation));
        }
    }

    pub(super) fn response(&mut self, rsp: &AttenCharRsp, cx: &Context<'_>) {
        let in_order = rsp.source_address == self.ev
            && rsp.result == 0
            && cx.config.accepts_ids(&rsp.source_id, &rsp.resp_id);
        if in_order && matches!(self.state, State::AwaitRsp(_)) {
            self.state = State::AwaitMatch { until: cx.after(Timer::MatchSession) };
        }
    }

    /// CM_VALIDATE.REQ of this session's car. `busy`: another car is toggling.
    pub(super) fn validate(&mut self, req: &ValidateReq, busy: bool, cx: &mut Context<'_>) {
        if req.signal_type != 0
            || ValidateResult::from_code(req.result) != Some(ValidateResult::Ready)
        {
            return;
        }
        match (&self.state, cx.config.validation) {
            // [V2G3-A09-51]
            (State::AwaitMatch { .. }, Validation::Unsupported) => {
                self.validated(0, ValidateResult::Failure, cx)
            }
            (State::AwaitMatch { .. }, Validation::NotRequired) => {
                self.validated(0, ValidateResult::NotRequired, cx)
            }
            (State::AwaitMatch { .. }, Validation::Supported) if busy => {
                self.validated(0, ValidateResult::NotReady, cx)
            }
            (State::AwaitMatch { .. }, Validation::Supported) if req.timer == 0 => {
                self.validated(0, ValidateResult::Ready, cx);
                let until = cx.after(Timer::MatchSequence);
                self.state =
                    State::AwaitToggles(AwaitToggles { since: cx.edges, repeats: RETRIES, until });
            }
            (State::AwaitToggles(_), _) if req.timer == 0 => {
                self.validated(0, ValidateResult::Ready, cx)
            }
            (State::AwaitToggles(waiting), _) => {
                let until = cx.now + Duration::from_millis(100) * (u32::from(req.timer) + 1);
                self.state = State::Counting { since: waiting.since, until };
            }
            _ => {}
        }
    }

    /// Does what is due; an end says that the session is over.
    pub(super) fn expire(&mut self, cx: &mut Context<'_>) -> Result<(), SessionEnd> {
        if cx.now < self.deadline() {
            return Ok(());
        }
        match &mut self.state {
            State::AwaitMatch { .. } => return Err(SessionEnd::NoMatchRequest),
            // Some cars answer only once their own window is over, and mean it.
            State::AwaitRsp(AwaitRsp { repeats: 0, .. }) if cx.config.is_lenient() => {
                self.state = State::AwaitMatch { until: cx.after(Timer::MatchSession) };
            }
            State::AwaitRsp(AwaitRsp { repeats: 0, .. }) => return Err(SessionEnd::NoResponse),
            State::AwaitToggles(AwaitToggles { repeats: 0, .. }) => {
                return Err(SessionEnd::NoValidation);
            }
            State::Sounding(sounding) => {
                let sounds = self.profiles.count();
                let mean = self.profiles.mean(&cx.config.calibration);
                let (Some(mean), Some(measured)) = (mean, self.profiles.mean(&[0; GROUPS])) else {
                    return Err(SessionEnd::NoProfiles { sounds: sounding.heard });
                };
                let (ev, elsewhere) = (self.ev, (cx.others)(self.ev));
                cx.out.event(Event::Characterized { ev, sounds, mean, measured, elsewhere });
                if cx.is_nearer(elsewhere, ev, mean) {
                    return Err(SessionEnd::NearerElsewhere);
                }
                let until = cx.after(Timer::MatchResponse);
                self.state = State::AwaitRsp(AwaitRsp { repeats: RETRIES, until });
                self.indicate(cx);
            }
            State::AwaitRsp(waiting) => {
                waiting.repeats -= 1; // above zero by the arm before
                waiting.until = cx.after(Timer::MatchResponse);
                self.indicate(cx);
            }
            State::AwaitToggles(waiting) => {
                waiting.repeats -= 1; // above zero by the arm before
                waiting.until = cx.after(Timer::MatchSequence);
                self.validated(0, ValidateResult::Ready, cx);
            }
            State::Counting { since, .. } => {
                let toggles = u8::try_from(cx.edges.wrapping_sub(*since)).unwrap_or(u8::MAX);
                self.state = State::AwaitMatch { until: cx.after(Timer::MatchSequence) };
                self.validated(toggles, ValidateResult::Success, cx);
            }
        }
        Ok(())
    }

    fn indicate(&self, cx: &mut Context<'_>) {
        let Some(groups) = self.profiles.average(&cx.config.calibration) else { return };
        let ind = AttenCharInd {
            application_type: 0,
            security_type: 0,
            source_address: self.ev,
            run_id: self.run_id,
            source_id: [0; 17],
            resp_id: [0; 17],
            num_sounds: self.profiles.count(),
            groups,
        };
        cx.out.transmit(&Frame::new(self.ev, cx.config.mac, ind));
    }

    fn validated(&self, toggles: u8, result: ValidateResult, cx: &mut Context<'_>) {
        let answer = ValidateCnf { signal_type: 0, toggles, result: result.code() };
        cx.out.transmit(&Frame::new(self.ev, cx.config.mac, answer));
    }
}
