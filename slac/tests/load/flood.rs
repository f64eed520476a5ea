//! Ten thousand frames a second that mean nothing, before, while and after a car matches.

use std::time::Duration;

use slac::medium::Noise;
use slac::mme::*;
use slac::{Frame, Mac, RunId};

use crate::line::*;

/// Frames in each millisecond.
const RATE: usize = 10;

/// Frames from the captured past of this line, and what makes the rest.
struct Flood {
    noise: Noise,
    past: Vec<Vec<u8>>,
}

impl Flood {
    fn next(&mut self) -> Vec<u8> {
        match self.noise.below(6) {
            0 => self.random(),
            1 => self.truncated(),
            2 => self.foreign(),
            3 => {
                let place = self.index(self.past.len());
                self.past[place].clone()
            }
            4 => oversize(),
            _ => self.damaged(),
        }
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.noise.below(len as u64)).unwrap()
    }

    fn octets(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.noise.draw().to_le_bytes()[0]).collect()
    }

    fn random(&mut self) -> Vec<u8> {
        let len = self.index(1_515);
        let mut octets = self.octets(len);
        if self.noise.chance(500) && len > 14 {
            octets[..6].copy_from_slice(&EVSE.0);
            octets[12..14].copy_from_slice(&[0x88, 0xE1]);
        }
        octets
    }

    fn truncated(&mut self) -> Vec<u8> {
        let mut octets = self.foreign();
        let len = self.index(octets.len());
        octets.truncate(len);
        octets
    }

    fn damaged(&mut self) -> Vec<u8> {
        let mut octets = self.foreign();
        // What the local modem itself says is no garbage.
        if octets[6..12] == EVSE_MODEM.0 {
            return octets;
        }
        let at = 14 + self.index(octets.len() - 14);
        octets[at] ^= self.noise.draw().to_le_bytes()[0];
        octets
    }

    /// In order, but of a car or station that is not here.
    fn foreign(&mut self) -> Vec<u8> {
        // Some are there only once, others get as far as to sound.
        let number = if self.noise.chance(500) { self.noise.draw() } else { self.noise.below(300) };
        let run_id = RunId(number.to_le_bytes());
        let [a, b, c, d, e, ..] = run_id.0;
        let stranger = Mac([2, a, b, c, d, e]);
        let mut frames = matching_of(stranger, run_id);
        let place = self.index(frames.len() + 2);
        if let Some(to) = [EVSE, EV].get(place.wrapping_sub(frames.len())) {
            let (application_type, security_type) = (0, 0);
            let (source_id, resp_id) = ([0; 17], [0; 17]);
            let ind = AttenCharInd {
                application_type,
                security_type,
                source_address: EV,
                run_id,
                source_id,
                resp_id,
                num_sounds: 10,
                groups: [1; 58].into(),
            };
            return Frame::new(*to, stranger, ind).emit();
        }
        frames.swap_remove(place).1
    }
}

/// A map of as many levels as it can tell, which no frame can hold, and one that fills the longest frame.
fn oversize() -> Vec<u8> {
    let mut octets = Frame::new(EVSE, EV, AmpMapReq::new(&[7; 2_986])).emit();
    octets[19..21].copy_from_slice(&[0xFF, 0xFF]);
    octets
}

/// A matching alone on the line, then with the flood; what was sent before is repeated in it.
fn matching(mut flood: Option<&mut Flood>) -> Line {
    let mut line = Line::new(1);
    for millis in 1..=5_100 {
        line.run_until(ms(millis));
        match millis {
            1_000 => line.plug(),
            5_000 => line.unplug(),
            _ => {}
        }
        if let Some(flood) = &mut flood {
            for _ in 0..RATE {
                let octets = flood.next();
                line.hear(Side::Evse, &octets);
                line.hear(Side::Ev, &octets);
            }
        }
        if millis == 4_999 {
            assert!(line.is_linked());
        }
    }
    line
}

/// What the two said to each other, and when.
fn conversation(line: &Line) -> Vec<(Duration, &'static str)> {
    let between = |frame: &Frame| {
        (frame.source == EV && [EVSE, Mac::BROADCAST].contains(&frame.destination))
            || (frame.source == EVSE && frame.destination == EV)
    };
    let sent = line.sent.iter().filter(|(_, frame)| between(frame));
    sent.map(|(at, frame)| (*at, frame.message.name().unwrap())).collect()
}

/// With all frames of an earlier matching of the same two.
fn flood(seed: u64) -> Flood {
    let mut line = Line::new(1_000);
    line.run_until(ms(100));
    line.plug();
    line.run_until(ms(5_000));
    assert!(line.is_linked());
    let past = line.sent.iter().map(|(_, frame)| frame.emit()).collect();
    Flood { noise: Noise::new(seed), past }
}

#[test]
fn a_flood_delays_no_frame_of_a_matching() {
    let quiet = matching(None);
    let expected = conversation(&quiet);
    assert!(expected.len() >= 18, "a whole matching: {expected:?}");
    let line = matching(Some(&mut flood(1)));
    let told = conversation(&line);
    let missing: Vec<_> = expected.iter().filter(|line| !told.contains(line)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!((line.evse_cost.by_frames, line.ev_cost.by_frames), (0, 0));
}

/// Ten thousand frames a second leave 100 µs for each; half of that must do for both sides together, even without optimization. Of many
/// stretches the fastest counts: the others measure what else the machine does.
#[test]
fn a_frame_of_a_flood_costs_little_work() {
    let mut flood = flood(9);
    let mut line = Line::new(1);
    line.plug();
    let mut stretches = vec![];
    for _ in 0..30 {
        let before = line.evse_cost.total + line.ev_cost.total;
        for _ in 0..500 {
            let octets = flood.next();
            line.hear(Side::Evse, &octets);
            line.hear(Side::Ev, &octets);
        }
        stretches.push((line.evse_cost.total + line.ev_cost.total - before) / 500);
        line.run_until(line.now + ms(50));
    }
    let fastest = stretches.into_iter().min().unwrap();
    assert!(fastest < Duration::from_micros(50), "{fastest:?}");
}
