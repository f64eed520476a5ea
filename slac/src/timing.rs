//! Every duration and count of the matching, in one table.
//!
//! Standard names are those of ISO 15118-3, annex A; where it gives a range, the default lies inside it. Rows without a standard name
//! are ours. Both engines mention no milliseconds.

use core::ops::Index;
use core::time::Duration;

/// Soundings of one run (`C_EV_match_MNBC`).
pub const SOUNDS: u8 = 10;
/// CM_START_ATTEN_CHAR.IND frames before them (`C_EV_start_atten_char_inds`).
pub const STARTS: u8 = 3;
/// Repetitions of a message without answer (`C_EV_match_retry`).
pub const RETRIES: u8 = 2;
/// Times a modem is asked to take a key before it counts as failed.
pub const SET_KEY_TRIES: u8 = 10;
/// Matching runs with soundings that an EVSE follows at once (`C_EVSE_match_parallel` asks for 5).
pub const SESSIONS: usize = 32;
/// Runs that an EVSE has answered and that wait for soundings: those of the 100 ms that a car takes (`TP_match_sequence`) where 10,000
/// are opened in a second.
pub const OPENINGS: usize = 1_024;
/// Of each for one car: runs that it gave up, or that somebody repeats.
pub const CAR_SESSIONS: usize = 3;
/// Times that a car may try again on the same plug (`C_sequ_retry`).
pub const SEQUENCE_RETRIES: u8 = 2;
/// Runs that a car gives up because a station that may be the right one reported nothing.
pub const SPARE_RUNS: u8 = 2;
/// EVSEs that a car compares.
pub const STATIONS: usize = 32;
/// Most BCB toggles of a validation (`C_vald_nb_toggles`).
pub const TOGGLES: u8 = 3;

macro_rules! timers {
    ($($(#[$meta:meta])* $timer:ident $name:literal $millis:literal)*) => {
        /// A row of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Timer { $($(#[$meta])* $timer,)* }

        impl Timer {
            /// Every row, in order.
            pub const ALL: &'static [Self] = &[$(Self::$timer,)*];

            /// Name in ISO 15118-3, or ours in lower case.
            pub fn name(self) -> &'static str {
                match self { $(Self::$timer => $name,)* }
            }

            /// The value that engines use unless told otherwise.
            pub fn default(self) -> Duration {
                Duration::from_millis(match self { $(Self::$timer => $millis,)* })
            }
        }

        const ROWS: usize = [$($millis,)*].len();
        const DEFAULTS: [Duration; ROWS] = [$(Duration::from_millis($millis),)*];
    };
}

timers! {
    /// EVSE: plug-in to the first CM_SLAC_PARM.REQ; 20 to 50 s.
    SlacInit "TT_EVSE_SLAC_init" 40_000
    /// Both: longest wait for an answer.
    MatchResponse "TT_match_response" 200
    /// Both: longest wait for the next request of a sequence.
    MatchSequence "TT_match_sequence" 400
    /// EV: next request of a sequence after the first answer.
    MatchSequencePerformance "TP_match_sequence" 100
    /// EV: between CM_START_ATTEN_CHAR and CM_MNBC_SOUND frames; 20 to 50 ms.
    BatchInterval "TP_EV_batch_msg_interval" 30
    /// EVSE: collects soundings, from the first CM_START_ATTEN_CHAR.IND. CM_SLAC_PARM.CNF carries it in 100 ms.
    Sounding "TT_EVSE_match_MNBC" 600
    /// EVSE: last sounding to CM_ATTEN_CHAR.IND; at most 100 ms.
    AverageCalculation "TP_EVSE_avg_atten_calc" 20
    /// EV: collects CM_ATTEN_CHAR.IND, from its first CM_START_ATTEN_CHAR.IND. [V2G3-A09-30]
    AttenResults "TT_EV_atten_results" 1_200
    /// EV: decides no earlier than this after its first CM_START_ATTEN_CHAR.IND, so that an EVSE whose CM_SLAC_PARM.CNF was lost
    /// is still compared.
    AttenResultsAtLeast "atten_results_at_least" 700
    /// EVSE: CM_ATTEN_CHAR.RSP to CM_VALIDATE.REQ or CM_SLAC_MATCH.REQ.
    MatchSession "TT_EVSE_match_session" 10_000
    /// EV: one half of a BCB toggle; 200 to 400 ms.
    ToggleState "TP_EV_vald_state_duration" 250
    /// Both: CM_SLAC_MATCH.CNF to the link.
    Join "TT_match_join" 12_000
    /// EV: pause between matching runs. [V2G3-A09-124]
    MatchingRate "TT_matching_rate" 400
    /// EV: no new run later than this after the first one began. [V2G3-A09-125]
    MatchingRepetition "TT_matching_repetition" 10_000
    /// Both: longest wait for CM_AMP_MAP.CNF.
    AmpMapExchange "TT_amp_map_exchange" 200
    /// Both: a link reported down this long is lost; leaves room to leave the network within `TP_match_leave`, 1 s.
    LinkDebounce "link_debounce" 600
    /// Both: between two questions to the modem about its link.
    LinkPoll "link_poll" 200
    /// EVSE: control pilot state E or F that lets a car match again; at least 4 s. [V2G3-M06-09]
    StepError "T_step_EF" 4_000
    /// EVSE: oscillator off before the nominal duty cycle; at least 3 s. [V2G3-M06-06]
    StepSteady "T_step_X1" 3_000
    /// EVSE of a site: what a connector heard of a car counts this long.
    Hearing "hearing" 1_000
    /// Both: wait for CM_SET_KEY.CNF, and pause after a refusal.
    SetKey "set_key" 1_000
    /// Both: wait for a modem's answer to who it is, where the settings do not tell.
    Probe "modem_probe" 300
    /// Both: pause before a failed modem or random source is tried again.
    ModemRecovery "modem_recovery" 5_000
}

/// The durations that one engine works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing([Duration; ROWS]);

impl Timing {
    /// Replaces one row.
    pub fn with(mut self, timer: Timer, duration: Duration) -> Self {
        self.0[timer as usize] = duration;
        self
    }

    /// A row in units of 100 ms, as messages carry it.
    pub(crate) fn tenths(&self, timer: Timer) -> u8 {
        u8::try_from(self[timer].as_millis() / 100).unwrap_or(u8::MAX).max(1)
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self(DEFAULTS)
    }
}

/// Every `Timer` has a row.
impl Index<Timer> for Timing {
    type Output = Duration;

    fn index(&self, timer: Timer) -> &Duration {
        &self.0[timer as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ranges and values of ISO 15118-3 as its implementers quote them.
    #[test]
    fn defaults_lie_in_the_ranges_of_the_standard() {
        let timing = Timing::default();
        for (timer, least, most) in [
            (Timer::SlacInit, 20_000, 50_000),
            (Timer::MatchResponse, 200, 200),
            (Timer::MatchSequence, 400, 400),
            (Timer::MatchSequencePerformance, 0, 100),
            (Timer::BatchInterval, 20, 50),
            (Timer::Sounding, 600, 600),
            (Timer::AverageCalculation, 0, 100),
            (Timer::AttenResults, 1_200, 1_200),
            (Timer::MatchSession, 10_000, 10_000),
            (Timer::ToggleState, 200, 400),
            (Timer::Join, 12_000, 12_000),
            (Timer::MatchingRate, 400, 400),
            (Timer::MatchingRepetition, 10_000, 10_000),
            (Timer::StepError, 4_000, 10_000),
            (Timer::StepSteady, 3_000, 10_000),
        ] {
            let millis = timing[timer].as_millis();
            assert!((least..=most).contains(&millis), "{} is {millis}", timer.name());
        }
    }

    #[test]
    fn a_run_of_soundings_fits_into_the_window_of_the_evse() {
        let timing = Timing::default();
        assert!(
            timing[Timer::BatchInterval] * u32::from(STARTS + SOUNDS) < timing[Timer::Sounding]
        );
    }

    #[test]
    fn a_lost_link_is_noticed_and_left_within_a_second() {
        let timing = Timing::default();
        let noticed = timing[Timer::LinkPoll] + timing[Timer::LinkDebounce];
        assert!(noticed < Duration::from_secs(1), "TP_match_leave");
        assert!(timing[Timer::LinkPoll] * 3 <= timing[Timer::LinkDebounce], "three reports");
    }

    #[test]
    fn rows_are_replaced_one_by_one() {
        let timing = Timing::default().with(Timer::Join, Duration::from_secs(3));
        for &timer in Timer::ALL {
            let expected =
                if timer == Timer::Join { Duration::from_secs(3) } else { timer.default() };
            assert_eq!(timing[timer], expected);
        }
        assert_eq!(timing.tenths(Timer::Sounding), 6);
    }
}
