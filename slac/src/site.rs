//! Several connectors of one process that share what they hear of a car, so that only the nearest of them answers it.
//!
//! A connector whose own modem hears a car less well than the modem of another connector with a car on its plug withholds its
//! CM_ATTEN_CHAR.IND: the car is not on its cable. This is worth as much as the calibration of the connectors. A connector whose modem
//! has not answered yet lays no claim.

use alloc::vec::Vec;
use core::time::Duration;

use crate::attenuation::{Decibel, GROUPS};
use crate::evse::{Event, Evse, Input};
use crate::mme::Mac;
use crate::output::Output;
use crate::timing::{SESSIONS, SOUNDS};

/// The connectors of a site, numbered in the order in which they were added.
#[derive(Default)]
pub struct Site(Vec<Evse>);

impl Site {
    /// A site without connectors.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a connector and tells its number.
    pub fn add(&mut self, mut connector: Evse) -> usize {
        connector.join_site();
        self.0.push(connector);
        self.0.len() - 1
    }

    /// Hands an input to a connector, as [`Evse::handle`]; other connectors have nothing new to poll. A number too large does nothing.
    pub fn handle(&mut self, now: Duration, connector: usize, input: Input<'_>) {
        let Some((before, [own, after @ ..])) = self.0.split_at_mut_checked(connector) else {
            return;
        };
        let others =
            |ev| before.iter().chain(&*after).filter_map(|other| other.claim(ev, now)).min();
        own.handle_among(now, input, &others);
    }

    /// What a connector wants done, as [`Evse::poll`].
    pub fn poll(&mut self, connector: usize) -> Output<'_, Event> {
        self.0.get_mut(connector).map_or(Output::Wait(None), Evse::poll)
    }
}

/// What the modem of one connector heard of cars of late, whether or not they had a run with it. At most [`SESSIONS`] cars, whose
/// memory is there from the beginning.
pub(crate) struct Hearing(Vec<Heard>);

struct Heard {
    ev: Mac,
    /// Calibrated, of as many of the last soundings as are `sounds`.
    levels: [Decibel; SOUNDS as usize],
    sounds: usize,
    last: Duration,
}

impl Hearing {
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(SESSIONS))
    }

    /// Adds a profile; one that comes `gap` after the last begins anew.
    pub(crate) fn add(
        &mut self,
        ev: Mac,
        groups: &[u8],
        calibration: &[u8; GROUPS],
        now: Duration,
        gap: Duration,
    ) {
        let Some(level) = Decibel::calibrated(groups, calibration) else { return };
        let place = self.0.iter().position(|heard| heard.ev == ev);
        let mut heard = match place {
            Some(place) => self.0.remove(place),
            None => Heard { ev, levels: [level; SOUNDS as usize], sounds: 0, last: now },
        };
        if now > heard.last + gap {
            heard.sounds = 0;
        }
        heard.levels.rotate_right(1);
        heard.levels[0] = level;
        heard.sounds = (heard.sounds + 1).min(heard.levels.len());
        heard.last = now;
        // The one not heard for longest stands first.
        if self.0.len() >= SESSIONS {
            self.0.remove(0);
        }
        self.0.push(heard);
    }

    /// The calibrated level of a car that was heard within `gap`: the median, which a sounding that was measured wrongly does not move.
    pub(crate) fn level(&self, ev: Mac, now: Duration, gap: Duration) -> Option<Decibel> {
        let heard = self.0.iter().find(|heard| heard.ev == ev && now <= heard.last + gap)?;
        let mut levels = heard.levels;
        let levels = levels.get_mut(..heard.sounds)?;
        levels.sort_unstable();
        levels.get(levels.len().checked_sub(1)? / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_secs(1);

    #[test]
    fn what_is_heard_is_bounded_and_forgotten() {
        let (mut hearing, now) = (Hearing::new(), Duration::from_secs(9));
        for index in 0..=u8::MAX {
            hearing.add(Mac([2, 0, 0, 0, 0, index]), &[index; GROUPS], &[1; GROUPS], now, GAP);
        }
        assert_eq!(hearing.0.len(), SESSIONS);
        let level =
            |hearing: &Hearing, index, now| hearing.level(Mac([2, 0, 0, 0, 0, index]), now, GAP);
        assert_eq!(level(&hearing, 255, now), Some(Decibel::whole(254)));
        assert_eq!(level(&hearing, 0, now), None);
        assert_eq!(level(&hearing, 255, now + GAP * 2), None);
        let later = now + GAP * 2;
        hearing.add(Mac([2, 0, 0, 0, 0, 255]), &[41; GROUPS], &[1; GROUPS], later, GAP);
        assert_eq!(level(&hearing, 255, later), Some(Decibel::whole(40)));
    }

    #[test]
    fn a_sounding_measured_wrongly_does_not_move_the_level_nor_does_one_without_groups() {
        let (mut hearing, now, ev) = (Hearing::new(), Duration::from_secs(9), Mac([2; 6]));
        for level in [40, 40, 75, 41, 20, 41, 42] {
            hearing.add(ev, &[level; GROUPS], &[10; GROUPS], now, GAP);
            hearing.add(ev, &[], &[10; GROUPS], now, GAP);
        }
        assert_eq!(hearing.level(ev, now, GAP), Some(Decibel::whole(31)));
    }
}
