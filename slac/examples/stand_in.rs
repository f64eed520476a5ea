//! Puts our EVSE engine in the place of a real charging station: feeds it what the station heard in a capture and shows both answers.
//!
//! `cargo run -p pnc-slac --example stand_in -- FILE...`, one JSON object per line with `"time"` in seconds and `"hex"`. The capture has to hold
//! the station's own modem (CM_ATTEN_PROFILE.IND). Exit code 1 if the engine left a car unanswered that the station answered.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::time::Duration;

use slac::evse::{Config, Input, Strictness};
use slac::medium::Noise;
use slac::mme::{SetKeyCnf, SetKeyReq};
use slac::pilot::Pilot;
use slac::{Decibel, Evse, Frame, Mac, Message, Output, RunId};

fn main() -> ExitCode {
    let mut is_good = true;
    for path in std::env::args().skip(1) {
        match stand_in(&path) {
            Ok(good) => is_good &= good,
            Err(error) => {
                let _ = writeln!(io::stderr(), "{path}: {error}");
                is_good = false;
            }
        }
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What one side answered in one run.
#[derive(Default)]
struct Answers {
    parameters: bool,
    result: Option<(Duration, Vec<u8>, u8)>,
    key: bool,
}

type Runs = BTreeMap<(Mac, RunId), [Answers; 2]>;

const REAL: usize = 0;
const OURS: usize = 1;

fn stand_in(path: &str) -> io::Result<bool> {
    let lines =
        io::BufReader::new(std::fs::File::open(path)?).lines().collect::<Result<Vec<_>, _>>()?;
    let frames: Vec<(Duration, Frame)> =
        lines.iter().filter_map(|line| timed_frame(line)).collect();
    // A modem that reports no groups measures nothing, and without a measurement our engine answers no car.
    let modem = frames.iter().find_map(|(_, frame)| match &frame.message {
        Message::AttenProfileInd(ind) if !ind.groups.is_empty() => Some(frame.source),
        _ => None,
    });
    let stations = frames
        .iter()
        .filter(|(_, frame)| matches!(frame.message, Message::AttenCharInd(_)))
        .map(|(_, frame)| frame.source);
    let (Some(modem), Some(station), Some(&(begin, _))) = (modem, stations.min(), frames.first())
    else {
        return Ok(true);
    };

    let config = Config { strictness: Strictness::Lenient, ..Config::new(station) };
    let mut place =
        Place { engine: Evse::new(config, Noise::new(1)), modem, now: begin, runs: Runs::new() };
    place.engine.handle(begin, Input::Pilot(Pilot::B));
    place.drain();
    for (at, frame) in &frames {
        place.run(*at);
        if frame.source == station {
            note(&mut place.runs, REAL, *at, &frame.message);
        } else if frame.destination == Mac::BROADCAST || frame.destination == station {
            place.engine.handle(*at, Input::Frame(&frame.emit()));
            place.drain();
        }
    }
    show(path, &place.runs)
}

struct Place {
    engine: Evse,
    modem: Mac,
    now: Duration,
    runs: Runs,
}

impl Place {
    fn run(&mut self, until: Duration) {
        while let Some(wait) = self.drain().filter(|&wait| wait <= until) {
            self.now = self.now.max(wait);
            self.engine.handle(self.now, Input::Timeout);
        }
        self.now = until;
    }

    fn drain(&mut self) -> Option<Duration> {
        loop {
            match self.engine.poll() {
                Output::Transmit(octets) => {
                    let Ok(frame) = Frame::parse(octets) else { continue };
                    if let Message::SetKeyReq(request) = &frame.message {
                        let answer = Frame::new(frame.source, self.modem, confirmation(request));
                        self.engine.handle(self.now, Input::Frame(&answer.emit()));
                    }
                    note(&mut self.runs, OURS, self.now, &frame.message);
                }
                Output::Event(slac::evse::Event::Failed(_)) => {
                    // The capture does not tell the control pilot: it steps over E, as a station would let it.
                    self.engine.handle(self.now, Input::Pilot(Pilot::E));
                    self.engine.handle(self.now, Input::Pilot(Pilot::B));
                }
                Output::Event(_) => {}
                Output::Wait(wait) => return wait,
            }
        }
    }
}

fn confirmation(request: &SetKeyReq) -> SetKeyCnf {
    SetKeyCnf {
        result: 1,
        my_nonce: [0; 4],
        your_nonce: request.my_nonce,
        protocol_id: 4,
        protocol_run: 0,
        protocol_message: 255,
        cco_capability: 0,
    }
}

fn note(runs: &mut Runs, side: usize, at: Duration, message: &Message) {
    match message {
        Message::SlacParmCnf(cnf) => {
            of(runs, cnf.forwarding_sta, cnf.run_id, side).parameters = true
        }
        Message::AttenCharInd(ind) => {
            let answers = of(runs, ind.source_address, ind.run_id, side);
            answers.result.get_or_insert_with(|| (at, ind.groups.to_vec(), ind.num_sounds));
        }
        Message::SlacMatchCnf(cnf) => of(runs, cnf.pev_mac, cnf.run_id, side).key = true,
        _ => {}
    }
}

fn of(runs: &mut Runs, ev: Mac, run_id: RunId, side: usize) -> &mut Answers {
    let [real, ours] = runs.entry((ev, run_id)).or_default();
    if side == REAL { real } else { ours }
}

fn show(path: &str, runs: &Runs) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let mut is_good = true;
    writeln!(out, "{path}")?;
    for ((ev, run_id), [real, ours]) in runs {
        let missing = (real.parameters && !ours.parameters)
            || (real.result.is_some() && ours.result.is_none())
            || (real.key && !ours.key);
        is_good &= !missing;
        writeln!(out, "  car {ev} run {run_id}{}", if missing { ": UNANSWERED" } else { "" })?;
        for (name, answers) in [("real", real), ("ours", ours)] {
            let mean = answers.result.as_ref().and_then(|(_, groups, _)| Decibel::mean(groups));
            let (parameters, key) = (answers.parameters, answers.key);
            write!(out, "    {name}: parameters {parameters:5} key {key:5}")?;
            match (&answers.result, mean) {
                (Some((at, _, sounds)), Some(mean)) => {
                    writeln!(out, " result at {at:?}: {mean} of {sounds} soundings")?
                }
                _ => writeln!(out)?,
            }
        }
        if let (Some((_, real, _)), Some((_, ours, _))) = (&real.result, &ours.result) {
            let differences =
                real.iter().zip(ours).map(|(&real, &ours)| i16::from(ours) - i16::from(real));
            let (least, most) =
                (differences.clone().min().unwrap_or(0), differences.max().unwrap_or(0));
            writeln!(out, "    ours less real per group: {least} to {most} dB")?;
        }
    }
    Ok(is_good)
}

fn timed_frame(line: &str) -> Option<(Duration, Frame)> {
    let text = |name: &str| line.split(&format!("\"{name}\":")).nth(1)?.split('"').nth(1);
    let mut octets = hex::decode(text("hex")?).ok()?;
    if octets.get(12..14) == Some(&[0x81, 0x00]) {
        octets.drain(12..16);
    }
    let seconds: f64 = text("time")?.parse().ok()?;
    Some((Duration::try_from_secs_f64(seconds).ok()?, Frame::parse(&octets).ok()?))
}
