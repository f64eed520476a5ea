//! Our car in the place of a real one.

use std::time::Duration;

use slac::ev::{Config, Input};
use slac::{Ev, Frame, Mac, Message, Output, RandomFailed};

use crate::capture::{Run, Timed, Tries, first};
use crate::compare::Tally;

const MODEM: Mac = Mac([0x02, 0, 0, 0, 0, 0x4D]);

pub(crate) fn stand_in(frames: &[Timed]) -> Tally {
    let mut tally = Tally::default();
    for (run, frames) in Tries::of(frames).split(frames) {
        if first(&frames, "CM_SLAC_PARM.CNF").is_some() {
            tally.runs += 1;
            one(run, &frames, &mut tally);
        }
    }
    tally
}

/// The stations' frames reach our car as long after its own frames as they reached the real one after its.
fn one(run: Run, frames: &[&Timed], tally: &mut Tally) {
    let at = |name| first(frames, name).map(|(at, _)| *at);
    let Some(confirmed) = at("CM_SLAC_PARM.CNF") else { return };
    // The request that was answered: those before it were not.
    let requests = frames
        .iter()
        .filter(|(at, frame)| *at <= confirmed && matches!(frame.message, Message::SlacParmReq(_)));
    let opened = requests.max_by_key(|(at, _)| *at).map_or(confirmed, |(at, _)| *at);
    let mut place = Place::new(run, opened);
    place.handle(opened, Input::Start);
    let last_sound =
        frames.iter().rev().find(|(_, frame)| matches!(frame.message, Message::MnbcSoundInd(_)));
    let mut asked = None;
    for (real_at, frame) in frames.iter().filter(|(_, frame)| frame.destination == run.ev) {
        let since =
            |reference: Option<Duration>| real_at.saturating_sub(reference.unwrap_or(*real_at));
        let due = match &frame.message {
            Message::SlacParmCnf(_) => *real_at,
            Message::AttenCharInd(_) => {
                place.run_until_sent("CM_MNBC_SOUND.IND", 10);
                place.now + since(last_sound.map(|(at, _)| *at))
            }
            Message::SlacMatchCnf(_) => {
                place.run_until_sent("CM_SLAC_MATCH.REQ", 1);
                asked.get_or_insert(place.now);
                place.now + since(at("CM_SLAC_MATCH.REQ"))
            }
            _ => continue,
        };
        place.run(due);
        place.handle(due, Input::Frame(&frame.emit()));
    }
    place.run(place.now + Duration::from_secs(1));
    judge(run, frames, &place, tally);
}

fn judge(run: Run, frames: &[&Timed], place: &Place, tally: &mut Tally) {
    let ours: Vec<&Timed> = place.sent.iter().collect();
    let mine = |frames: &[&Timed], name: &str| -> Vec<Timed> {
        let named = frames
            .iter()
            .filter(|(_, frame)| frame.message.name() == Some(name) && frame.source == run.ev);
        named.map(|timed| (*timed).clone()).collect()
    };
    for name in [
        "CM_SLAC_PARM.REQ",
        "CM_START_ATTEN_CHAR.IND",
        "CM_MNBC_SOUND.IND",
        "CM_ATTEN_CHAR.RSP",
        "CM_SLAC_MATCH.REQ",
    ] {
        let (real, ours) = (mine(frames, name), mine(&ours, name));
        if real.is_empty() {
            continue;
        }
        // Repetitions are a matter of what was lost.
        let pairs = if matches!(name, "CM_START_ATTEN_CHAR.IND" | "CM_MNBC_SOUND.IND") {
            real.len()
        } else {
            1
        };
        if ours.len() < pairs {
            tally.wrong(format!("{name}: {} of {pairs} sent", ours.len()));
        }
        for ((_, real), (_, ours)) in real.iter().zip(&ours).take(pairs) {
            tally.frame(real, ours);
        }
    }
    let sent = |name| first(&ours, name).map(|(at, _)| *at);
    let heard = |name| place.heard.iter().find(|(_, heard)| *heard == name).map(|(at, _)| *at);
    let between = |one: Option<Duration>, two: Option<Duration>| {
        one.zip(two).and_then(|(one, two)| two.checked_sub(one))
    };
    let started = sent("CM_START_ATTEN_CHAR.IND");
    if first(frames, "CM_START_ATTEN_CHAR.IND").is_some() {
        tally.window(
            "CM_SLAC_PARM.CNF to start",
            0,
            400,
            between(heard("CM_SLAC_PARM.CNF"), started),
        );
        let batch: Vec<_> = place
            .sent
            .iter()
            .filter(|(_, frame)| frame.destination == Mac::BROADCAST)
            .skip_while(|(_, frame)| matches!(frame.message, Message::SlacParmReq(_)))
            .map(|(at, _)| *at)
            .collect();
        for pair in batch.windows(2) {
            tally.window("between soundings", 20, 50, between(Some(pair[0]), Some(pair[1])));
        }
    }
    if heard("CM_ATTEN_CHAR.IND").is_some() {
        let answered = sent("CM_ATTEN_CHAR.RSP");
        tally.window("result to response", 0, 100, between(heard("CM_ATTEN_CHAR.IND"), answered));
        if first(frames, "CM_SLAC_MATCH.REQ").is_some() {
            tally.window(
                "start to match request",
                0,
                1_700,
                between(started, sent("CM_SLAC_MATCH.REQ")),
            );
        }
    }
    // The modem is given the network of the station.
    let given = first(frames, "CM_SLAC_MATCH.CNF");
    let set = place.sent.iter().find(|(_, frame)| matches!(frame.message, Message::SetKeyReq(_)));
    match (given, set) {
        (Some((_, given)), Some((_, set))) => {
            if let (Message::SlacMatchCnf(given), Message::SetKeyReq(set)) =
                (&given.message, &set.message)
            {
                let is_same = given.nid == set.nid && given.nmk == set.new_key;
                if is_same {
                    tally.matched()
                } else {
                    tally.wrong("another network than the station's")
                }
            }
        }
        (Some((_, given)), None) => tally.wrong(format!("{given}: not taken")),
        (None, Some(_)) => tally.wrong("a network from nowhere"),
        (None, None) => {}
    }
}

struct Place {
    engine: Ev,
    now: Duration,
    sent: Vec<Timed>,
    heard: Vec<(Duration, &'static str)>,
}

impl Place {
    /// A car whose first run has the identifier of the capture.
    fn new(Run { ev, run_id, .. }: Run, now: Duration) -> Self {
        let mut next = Some(run_id.0);
        let random = move |out: &mut [u8]| -> Result<(), RandomFailed> {
            match next.take_if(|run_id| run_id.len() == out.len()) {
                Some(run_id) => out.copy_from_slice(&run_id),
                None => out.fill(7),
            }
            Ok(())
        };
        Self { engine: Ev::new(Config::new(ev), random), now, sent: vec![], heard: vec![] }
    }

    fn handle(&mut self, at: Duration, input: Input<'_>) {
        if let Input::Frame(octets) = input
            && let Some(name) = Frame::parse(octets).ok().and_then(|frame| frame.message.name())
        {
            self.heard.push((at, name));
        }
        self.now = self.now.max(at);
        self.engine.handle(self.now, input);
        self.drain();
    }

    fn run(&mut self, until: Duration) {
        while let Some(wait) = self.drain().filter(|&wait| wait <= until) {
            self.handle(wait, Input::Timeout);
        }
        self.now = self.now.max(until);
    }

    /// Until so many frames of this name are out, at most for two seconds.
    fn run_until_sent(&mut self, name: &str, count: usize) {
        let end = self.now + Duration::from_secs(2);
        let sent = |place: &Self| {
            place.sent.iter().filter(|(_, frame)| frame.message.name() == Some(name)).count()
        };
        while sent(self) < count
            && let Some(wait) = self.drain().filter(|&wait| wait <= end)
        {
            self.handle(wait, Input::Timeout);
        }
    }

    fn drain(&mut self) -> Option<Duration> {
        loop {
            match self.engine.poll() {
                Output::Transmit(octets) => {
                    let Ok(frame) = Frame::parse(octets) else { continue };
                    if let Message::SetKeyReq(request) = &frame.message {
                        let answer = Frame::new(frame.source, MODEM, request.confirmation(1));
                        self.engine.handle(self.now, Input::Frame(&answer.emit()));
                    }
                    self.sent.push((self.now, frame));
                }
                Output::Event(_) => {}
                Output::Wait(wait) => return wait,
            }
        }
    }
}
