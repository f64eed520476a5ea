//! Entry points for fuzz targets: octets become inputs, and the engines must keep their promises.

use alloc::vec::Vec;
use core::time::Duration;

use crate::medium::Noise;
use crate::mme::{Frame, Mac, Message};
use crate::modem::{Inquiry, Make, Modem};
use crate::output::Output;
use crate::pilot::{EvPilot, Pilot};
use crate::survey::Survey;
use crate::{Ev, Evse, ev, evse};

const EVSE: Mac = Mac([0x02, 0, 0, 0, 0, 0xE0]);
/// Frames of the last two selectors come from it, those of the very last in version 0.
const MODEM: Mac = Mac([0x02, 0, 0, 0, 0, 23]);
const EV: Mac = Mac([0x02, 0, 0, 0, 0, 0xC0]);
/// A modem of any make, as the length of the input has it.
fn modem(octets: &[u8]) -> Modem {
    match octets.len() % 4 {
        0 => Modem::automatic(),
        1 => Modem::lumissil(),
        2 => Modem::generic(),
        _ => Modem::qualcomm(),
    }
}

/// More outputs than any single input can cause.
const OUTPUTS: usize = 128;

/// What is read is what is written, and reads the same again.
pub fn frame(octets: &[u8]) {
    if let Ok(frame) = Frame::parse(octets) {
        let emitted = frame.emit();
        let again = Frame::parse(&emitted);
        assert_eq!(again.as_ref().map(Frame::emit).as_ref(), Ok(&emitted));
        for make in Make::ALL {
            make.driver().report(&frame.message);
        }
        let mut inquiry = Inquiry::new(frame.destination);
        inquiry.receive(octets);
        assert!(inquiry.findings().len() <= 1);
        let mut survey = Survey::default();
        survey.hear(Duration::ZERO, octets);
        assert!(survey.runs().len() <= 1);
        // Padding becomes part of a content that is not known, and of nothing else.
        if octets.len() >= crate::mme::MIN_FRAME {
            assert_eq!(again, Ok(frame));
        }
    }
}

/// Drives an EVSE: each instruction is an octet that selects, an octet that advances the clock, and for frames a length and content.
pub fn evse(mut octets: &[u8]) {
    let mut engine = Evse::new(
        evse::Config {
            modem: modem(octets),
            validation: evse::Validation::Supported,
            ..evse::Config::new(EVSE)
        },
        Noise::new(1),
    );
    let mut now = Duration::ZERO;
    while let Some(instruction) = Instruction::next(&mut octets, EVSE) {
        now += instruction.pause;
        let input = match instruction.select {
            0 => evse::Input::Pilot(Pilot::A),
            1 => evse::Input::Pilot(Pilot::B),
            2 => evse::Input::Pilot(Pilot::C),
            3 => evse::Input::Pilot(Pilot::F),
            4 => evse::Input::LinkUp,
            5 => evse::Input::LinkDown,
            6 => evse::Input::Terminate,
            7 => evse::Input::Pause,
            8 => evse::Input::ModemReset,
            9 => evse::Input::Error,
            10 => evse::Input::Timeout,
            _ => evse::Input::Frame(&instruction.octets),
        };
        engine.handle(now, input);
        for answer in settle(now, &mut engine, Evse::poll) {
            engine.handle(now, evse::Input::Frame(&answer));
            settle(now, &mut engine, Evse::poll);
        }
    }
}

/// Drives a car in the same way.
pub fn ev(mut octets: &[u8]) {
    let mut engine = Ev::new(
        ev::Config { modem: modem(octets), validate: ev::Validate::Always, ..ev::Config::new(EV) },
        Noise::new(1),
    );
    let mut now = Duration::ZERO;
    while let Some(instruction) = Instruction::next(&mut octets, EV) {
        now += instruction.pause;
        let input = match instruction.select {
            0 => ev::Input::Pilot(EvPilot::Unplugged),
            1 => ev::Input::Pilot(EvPilot::Pwm(5)),
            2 => ev::Input::Pilot(EvPilot::Steady),
            3 => ev::Input::Pilot(EvPilot::Error),
            4 => ev::Input::LinkUp,
            5 => ev::Input::LinkDown,
            6 => ev::Input::Terminate,
            7 => ev::Input::Pause,
            8 => ev::Input::ModemReset,
            9 => ev::Input::Start,
            10 => ev::Input::Timeout,
            _ => ev::Input::Frame(&instruction.octets),
        };
        engine.handle(now, input);
        for answer in settle(now, &mut engine, Ev::poll) {
            engine.handle(now, ev::Input::Frame(&answer));
            settle(now, &mut engine, Ev::poll);
        }
    }
}

struct Instruction {
    select: u8,
    pause: Duration,
    octets: Vec<u8>,
}

impl Instruction {
    /// Frames are given the header that lets them reach the engine; the octets say the rest.
    fn next(octets: &mut &[u8], host: Mac) -> Option<Self> {
        let [select, pause, rest @ ..] = *octets else { return None };
        *octets = rest;
        let (select, pause) = (select % 24, Duration::from_millis(u64::from(*pause) * 4));
        if select <= 10 {
            return Some(Self { select, pause, octets: Vec::new() });
        }
        let (len, rest) = octets.split_first()?;
        let (content, rest) = rest.split_at_checked((*len).into()).unwrap_or((rest, &[]));
        *octets = rest;
        let mut frame = host.0.to_vec();
        frame.extend([0x02, 0, 0, 0, 0, if select == 22 { 23 } else { select }]);
        frame.extend([0x88, 0xE1, u8::from(select != 23)]);
        frame.extend(content);
        Some(Self { select, pause, octets: frame })
    }
}

/// Takes all outputs: they end with `Wait`, frames parse. Answers are the modem's to new keys.
fn settle<T, E>(now: Duration, engine: &mut T, poll: fn(&mut T) -> Output<'_, E>) -> Vec<Vec<u8>> {
    let mut answers = Vec::new();
    for _ in 0..OUTPUTS {
        match poll(engine) {
            Output::Transmit(octets) => {
                let frame = Frame::parse(octets);
                assert!(frame.is_ok(), "what is sent can be read");
                if let Ok(Frame { source, message: Message::SetKeyReq(request), .. }) = frame {
                    let answer = request.confirmation(1);
                    answers.push(Frame::new(source, MODEM, answer).emit());
                }
            }
            Output::Event(_) => {}
            Output::Wait(until) => {
                assert!(until.is_none_or(|until| until < now + Duration::from_secs(60)));
                return answers;
            }
        }
    }
    panic!("no end of outputs");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::medium::{Medium, Path, Settings};

    /// All frames of one matching.
    fn corpus() -> Vec<Vec<u8>> {
        let mut medium = Medium::new(1, Settings::default());
        let car = medium.add_ev(EV, Ev::new(ev::Config::new(EV), Noise::new(2)));
        let station = medium.add_evse(EVSE, Evse::new(evse::Config::new(EVSE), Noise::new(3)));
        medium.connect(car, station, Path::cable(20));
        medium.plug(car, station);
        medium.run_until(Duration::from_secs(5), |medium| medium.peer(car).is_some());
        assert!(medium.peer(car).is_some());
        medium.records().iter().map(|record| record.octets.clone()).collect()
    }

    fn mutate(octets: &mut Vec<u8>, noise: &mut Noise) {
        for _ in 0..=noise.below(4) {
            let len = u64::try_from(octets.len()).unwrap().max(1);
            let at = usize::try_from(noise.below(len)).unwrap();
            match noise.below(4) {
                0 => octets.truncate(at),
                1 => octets.insert(at.min(octets.len()), noise.draw().to_le_bytes()[0]),
                _ => {
                    if let Some(octet) = octets.get_mut(at) {
                        *octet = noise.draw().to_le_bytes()[0];
                    }
                }
            }
        }
    }

    #[test]
    fn damaged_frames_never_panic_and_read_back() {
        let corpus = corpus();
        let mut noise = Noise::new(4);
        for round in 0..200 {
            for octets in &corpus {
                let mut octets = octets.clone();
                if round > 0 {
                    mutate(&mut octets, &mut noise);
                }
                frame(&octets);
            }
        }
    }

    /// Instructions in the order of a matching, frames as captured, all then mutated.
    #[test]
    fn engines_keep_their_promises_on_any_input() {
        let corpus = corpus();
        let mut noise = Noise::new(5);
        for round in 0..2_000 {
            let mut script: Vec<u8> = Vec::from([1, 1]);
            for octets in &corpus {
                let content = octets.get(15..).unwrap_or_default();
                let len = u8::try_from(content.len()).unwrap();
                script.extend([
                    11 + noise.draw().to_le_bytes()[0] % 13,
                    noise.draw().to_le_bytes()[0] % 10,
                    len,
                ]);
                script.extend(content);
                if noise.chance(50) {
                    script.extend([
                        noise.draw().to_le_bytes()[0] % 11,
                        noise.draw().to_le_bytes()[0],
                    ]);
                }
            }
            if round > 100 {
                (0..20).for_each(|_| mutate(&mut script, &mut noise));
            }
            evse(&script);
            ev(&script);
        }
    }

    #[test]
    fn engines_keep_their_promises_on_noise() {
        let mut noise = Noise::new(6);
        for _ in 0..2_000 {
            let script: Vec<u8> =
                (0..noise.below(600)).map(|_| noise.draw().to_le_bytes()[0]).collect();
            frame(&script);
            evse(&script);
            ev(&script);
        }
    }
}
