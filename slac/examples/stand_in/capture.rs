//! Frames of a capture and the runs in it.

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::time::Duration;

use slac::{Frame, Mac, Message, RunId};

/// A frame and its time.
pub(crate) type Timed = (Duration, Frame);

/// One try of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run {
    pub(crate) ev: Mac,
    pub(crate) run_id: RunId,
    number: usize,
}

pub(crate) fn read(path: &str) -> io::Result<Vec<Timed>> {
    let lines = io::BufReader::new(std::fs::File::open(path)?).lines();
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let mut frames: Vec<Timed> = lines.iter().filter_map(|line| timed(line)).collect();
    frames.sort_by_key(|(at, _)| *at);
    Ok(frames)
}

/// Without VLAN tag; `None` for what is no HomePlug frame.
fn timed(line: &str) -> Option<Timed> {
    let text = |name: &str| line.split(&format!("\"{name}\":")).nth(1)?.split('"').nth(1);
    let mut octets = hex::decode(text("hex")?).ok()?;
    if octets.get(12..14) == Some(&[0x81, 0x00]) {
        octets.drain(12..16);
    }
    let seconds: f64 = text("time")?.parse().ok()?;
    Some((Duration::try_from_secs_f64(seconds).ok()?, Frame::parse(&octets).ok()?))
}

/// Car and identifier of a frame of the matching.
fn name_of(frame: &Frame) -> Option<(Mac, RunId)> {
    Some(match &frame.message {
        Message::SlacParmReq(m) => (frame.source, m.run_id),
        Message::SlacParmCnf(m) => (frame.destination, m.run_id),
        Message::StartAttenCharInd(m) => (frame.source, m.run_id),
        Message::MnbcSoundInd(m) => (frame.source, m.run_id),
        Message::AttenCharInd(m) => (frame.destination, m.run_id),
        Message::AttenCharRsp(m) => (frame.source, m.run_id),
        Message::SlacMatchReq(m) => (frame.source, m.run_id),
        Message::SlacMatchCnf(m) => (frame.destination, m.run_id),
        _ => return None,
    })
}

/// When each try of a run begins: cars use one identifier again and again.
pub(crate) struct Tries(BTreeMap<(Mac, RunId), Vec<Duration>>);

impl Tries {
    /// A try begins with the first request, and with a request after any other frame of the car.
    pub(crate) fn of(frames: &[Timed]) -> Self {
        let mut tries: BTreeMap<(Mac, RunId), Vec<Duration>> = BTreeMap::new();
        let mut has_sounded: BTreeMap<(Mac, RunId), bool> = BTreeMap::new();
        for (at, frame) in frames {
            let Some(run) = name_of(frame) else { continue };
            let begins = tries.entry(run).or_default();
            let sounded = has_sounded.entry(run).or_default();
            let is_request = matches!(frame.message, Message::SlacParmReq(_));
            if begins.is_empty() || (is_request && *sounded) {
                begins.push(*at);
                *sounded = false;
            }
            *sounded |= frame.source == run.0 && !is_request;
        }
        Self(tries)
    }

    /// The try that a frame of the matching belongs to, if it comes at this time.
    pub(crate) fn run(&self, at: Duration, frame: &Frame) -> Option<Run> {
        let (ev, run_id) = name_of(frame)?;
        let begins = self.0.get(&(ev, run_id))?;
        let number = begins.iter().filter(|&&begin| begin <= at).count();
        Some(Run { ev, run_id, number: number.checked_sub(1)? })
    }

    /// The frames of each try, in order.
    pub(crate) fn split<'a>(&self, frames: &'a [Timed]) -> BTreeMap<Run, Vec<&'a Timed>> {
        let mut runs: BTreeMap<Run, Vec<&Timed>> = BTreeMap::new();
        for timed in frames {
            if let Some(run) = self.run(timed.0, &timed.1) {
                runs.entry(run).or_default().push(timed);
            }
        }
        runs
    }
}

/// When a message of this name is first among them.
pub(crate) fn first<'a>(frames: &[&'a Timed], name: &str) -> Option<&'a Timed> {
    frames.iter().copied().find(|(_, frame)| frame.message.name() == Some(name))
}
