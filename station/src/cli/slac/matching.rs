//! One matching from the command line, the same for both roles.

use super::super::hex::hex;
use super::super::stop::{self, Stop};
use super::super::{exit, logging, misused, out, verdict};
use pnc::drive::{Clock, Engine, drive};
use pnc::link::PacketLink;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;
use serde_json::Value;
use slac::timing::SESSIONS;
use slac::{Decibel, Mac, NetworkKey, RandomFailed};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use zeroize::Zeroizing;

#[derive(Debug, clap::Args)]
#[command(after_help = super::settings::HELP)]
pub(crate) struct Arguments {
    /// Network interface of the modem. Needs CAP_NET_RAW: root, or once `setcap cap_net_raw+ep` on this program.
    #[arg(long, value_name = "IF")]
    interface: String,
    /// Print one line of JSON: role, verdict (matched, failed, timeout), time, network, the other side.
    #[arg(long)]
    json: bool,
    /// End after so many seconds without a link.
    #[arg(long, value_name = "S", value_parser = stop::seconds)]
    timeout: Option<Duration>,
    /// Keep the link for so many seconds before ending. The modem stays in the network afterwards.
    #[arg(long, value_name = "S", value_parser = stop::seconds, default_value = "0")]
    hold: Duration,
    /// Change a setting; which there are stands below.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Show the key of the network too: whoever knows it can read the line.
    #[arg(long)]
    reveal_nmk: bool,
    /// Say more on standard error; twice: everything.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// One side of the cable.
pub(super) trait Role: Sized {
    type Engine: Engine<Event: Debug, Command: 'static>;

    const NAME: &'static str;

    /// Everything with these settings.
    fn start(link: &PacketLink, settings: &[String]) -> Result<Start<Self>, String>;

    /// What an event means for the verdict. What it asks for is done.
    fn meaning(
        &self,
        event: &<Self::Engine as Engine>::Event,
        commands: &UnboundedSender<<Self::Engine as Engine>::Command>,
    ) -> Meaning;
}

/// A role, its engine, and the input that lets it begin.
pub(super) type Start<R> = (R, <R as Role>::Engine, <<R as Role>::Engine as Engine>::Command);

pub(super) enum Meaning {
    Other,
    /// What was measured, of this car if it is not the only one.
    Measured(Option<Mac>, Value),
    /// The network of the other side.
    Matched(Mac, NetworkKey),
    /// The link is up.
    Linked,
    /// It is down again.
    Lost(String),
    /// What is wrong; it is tried again.
    Trouble(String),
    /// It is not tried again, because of this.
    Failed(String),
    /// It is not tried again, because of the last trouble.
    GaveUp,
}

/// As machines read it.
pub(super) fn decibel(level: Decibel) -> f64 {
    f64::from(level.0) / 100.0
}

/// Randomness of the operating system.
pub(super) fn random() -> impl slac::Random + Send {
    let system = SystemRandom::new();
    move |out: &mut [u8]| system.fill(out).map_err(|_| RandomFailed)
}

pub(super) fn run<R: Role>(arguments: &Arguments) -> ExitCode {
    logging::start(arguments.verbose);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(matching::<R>(arguments)),
        Err(error) => super::super::failed(error),
    }
}

async fn matching<R: Role>(arguments: &Arguments) -> ExitCode {
    let begin = Instant::now();
    let mut link = match PacketLink::open(&arguments.interface) {
        Ok(link) => link,
        Err(error) => return misused(error),
    };
    let (role, mut engine, first) = match R::start(&link, &arguments.set) {
        Ok(start) => start,
        Err(why) => return misused(why),
    };
    let (commands, mut queue) = mpsc::unbounded_channel();
    let (tell, mut told) = mpsc::unbounded_channel();
    let _ = commands.send(first);
    let see = |event: <R::Engine as Engine>::Event| {
        log::info!("{event:?}");
        let _ = tell.send(role.meaning(&event, &commands));
        ControlFlow::<Infallible>::Continue(())
    };
    let driven = drive(&mut engine, &mut link, Clock::start(), &mut queue, see);
    let mut report = Report { verdict: "timeout", ..Report::default() };
    let decided = async {
        let matching = async {
            while let Some(meaning) = told.recv().await {
                if report.add(meaning) {
                    return;
                }
            }
        };
        tokio::select! {
            () = matching => {}
            stop = stop::requested(arguments.timeout) => report.stopped(stop),
        }
        report.print::<R>(arguments, begin.elapsed());
        report.verdict == MATCHED && held(&mut told, arguments.hold).await
    };
    tokio::select! {
        good = decided => exit(good),
        never = driven => match never {},
    }
}

/// Whether the link stays up for so long, or until a signal.
async fn held(told: &mut UnboundedReceiver<Meaning>, hold: Duration) -> bool {
    let lost = async {
        loop {
            match told.recv().await {
                Some(Meaning::Lost(why)) => break why,
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    };
    tokio::select! {
        why = lost => {
            out::complain(why);
            false
        }
        _ = stop::requested(Some(hold)) => true,
    }
}

/// What is known of the matching so far.
#[derive(Default)]
struct Report {
    verdict: &'static str,
    peer: Option<(Mac, NetworkKey)>,
    measured: VecDeque<(Option<Mac>, Value)>,
    why: Option<String>,
}

/// The line for machines.
#[derive(Serialize)]
struct Line<'a> {
    peer: &'static str,
    role: &'static str,
    verdict: &'static str,
    elapsed_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nmk: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ev_mac: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evse_mac: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

const MATCHED: &str = "matched";

impl Report {
    /// Whether the matching is decided by this.
    fn add(&mut self, meaning: Meaning) -> bool {
        match meaning {
            Meaning::Other => return false,
            Meaning::Measured(ev, measured) => {
                self.measured.truncate(SESSIONS - 1);
                self.measured.push_front((ev, measured));
                return false;
            }
            Meaning::Matched(peer, key) => {
                self.peer = Some((peer, key));
                return false;
            }
            Meaning::Linked => (self.verdict, self.why) = (MATCHED, None),
            Meaning::Lost(why) | Meaning::Trouble(why) => {
                self.why = Some(why);
                return false;
            }
            Meaning::Failed(why) => (self.verdict, self.why) = ("failed", Some(why)),
            Meaning::GaveUp => self.verdict = "failed",
        }
        true
    }

    fn stopped(&mut self, stop: Stop) {
        if stop == Stop::Signal {
            self.why = Some("ended by a signal".into());
        }
    }

    fn print<R: Role>(&self, arguments: &Arguments, elapsed: Duration) {
        let peer = self.peer.as_ref().filter(|_| self.verdict == MATCHED);
        let nmk = peer.filter(|_| arguments.reveal_nmk);
        let nmk = nmk.map(|(_, key)| Zeroizing::new(hex(key.nmk.expose())));
        if !arguments.json {
            let nmk = nmk.map(|nmk| format!(", NMK {}", *nmk)).unwrap_or_default();
            out::line(match (peer, &self.why) {
                (Some((peer, key)), _) => {
                    format!("matched with {peer}, NID {}{nmk}, in {elapsed:.3?}", key.nid)
                }
                (None, Some(why)) => format!("{} after {elapsed:.3?}: {why}", self.verdict),
                (None, None) => format!("{} after {elapsed:.3?}", self.verdict),
            });
            return;
        }
        let mac = peer.map(|(peer, _)| peer.to_string());
        let (ev_mac, evse_mac) = if R::NAME == "evse" { (mac, None) } else { (None, mac) };
        let is_of_peer = |(ev, _): &&(Option<Mac>, Value)| {
            ev.is_none() || peer.is_none_or(|(peer, _)| *ev == Some(*peer))
        };
        let line = Line {
            peer: "pnc",
            role: R::NAME,
            verdict: self.verdict,
            elapsed_ms: verdict::millis(elapsed),
            nmk: nmk.as_deref().map(String::as_str),
            nid: peer.map(|(_, key)| key.nid.to_string()),
            ev_mac,
            evse_mac,
            measured: self.measured.iter().find(is_of_peer).map(|(_, measured)| measured),
            why: self.why.as_deref(),
        };
        // Strings and numbers always serialize.
        out::line(serde_json::to_string(&line).unwrap_or_default());
    }
}
