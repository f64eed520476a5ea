//! `pnc slac watch`: who is heard on a line.

use super::super::colour::{Colour, Painter};
use super::super::{failed, logging, misused, out, stop};
use super::matching::decibel;
use pnc::capture::file::{Item, Packet, Reader};
use pnc::capture::net::{Content, HOMEPLUG_AV, dissect};
use pnc::drive::Received;
use pnc::link::PacketLink;
use serde_json::{Value, json};
use slac::survey::{Phase, Run, Station, Survey};
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("source").required(true))]
pub(crate) struct Arguments {
    /// Network interface of the modem. Needs CAP_NET_RAW: root, or once `setcap cap_net_raw+ep` on this program.
    #[arg(long, value_name = "IF", group = "source")]
    interface: Option<String>,
    /// Read a capture instead, pcap or pcapng.
    #[arg(long, value_name = "FILE", group = "source")]
    read: Option<PathBuf>,
    /// Print a line of JSON for each frame of a run: the whole run as it is known then.
    #[arg(long)]
    json: bool,
    /// End after so many seconds.
    #[arg(long, value_name = "S", value_parser = stop::seconds, conflicts_with = "read")]
    timeout: Option<Duration>,
    /// Say more on standard error; twice: everything.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    logging::start(arguments.verbose);
    if let Some(path) = &arguments.read {
        return match read(path, arguments.json) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(format!("{}: {error}", path.display())),
        };
    }
    let Some(interface) = &arguments.interface else {
        return misused("--interface or --read is needed");
    };
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(listen(interface, arguments)),
        Err(error) => failed(error),
    }
}

fn read(path: &Path, json: bool) -> Result<(), pnc::capture::file::Error> {
    let mut reader = Reader::open(path)?;
    let mut view = View::new(if json { Style::Json } else { Style::Lines });
    let mut begin = None;
    while let Some(item) = reader.next()? {
        let Item::Packet(packet) = item else { continue };
        let Some(frame) = homeplug(&packet) else { continue };
        let time = packet.time.unwrap_or_default();
        let begin = *begin.get_or_insert(time);
        view.hear(Duration::from_nanos(time.saturating_sub(begin)), &frame);
    }
    view.end();
    Ok(())
}

/// The frame without VLAN tags.
fn homeplug(packet: &Packet<'_>) -> Option<Zeroizing<Vec<u8>>> {
    match dissect(packet.link, packet.data).ok()? {
        Content::Homeplug(frame) if frame.ethertype == HOMEPLUG_AV => Some(Zeroizing::new(
            [&frame.dst[..], &frame.src, &frame.ethertype.to_be_bytes(), frame.body].concat(),
        )),
        _ => None,
    }
}

async fn listen(interface: &str, arguments: &Arguments) -> ExitCode {
    let mut link = match PacketLink::listen(interface) {
        Ok(link) => link,
        Err(error) => return misused(error),
    };
    let mut view = View::new(match arguments.json {
        true => Style::Json,
        false if std::io::stdout().is_terminal() => Style::Table,
        false => Style::Lines,
    });
    let (begin, mut buffer) = (Instant::now(), Zeroizing::new([0; 2048]));
    let stopped = stop::requested(arguments.timeout);
    let mut tick = tokio::time::interval(REDRAW);
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            received = link.recv(&mut buffer[..]) => {
                if let Received::Octets(len) = received {
                    view.hear(begin.elapsed(), buffer.get(..len).unwrap_or_default());
                }
            }
            _ = tick.tick() => view.draw(begin.elapsed()),
            _ = &mut stopped => break,
        }
    }
    view.end();
    ExitCode::SUCCESS
}

const REDRAW: Duration = Duration::from_millis(250);

/// How a survey is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Style {
    /// A line of JSON for each frame.
    Json,
    /// A line for each step of a run.
    Lines,
    /// All runs, drawn again and again.
    Table,
}

struct View {
    style: Style,
    survey: Survey,
    painter: Painter,
    /// The last step of a run that was told.
    told: Vec<(slac::Mac, slac::RunId, Duration, Phase)>,
}

impl View {
    fn new(style: Style) -> Self {
        Self { style, survey: Survey::default(), painter: Painter::stdout(), told: Vec::new() }
    }

    fn hear(&mut self, now: Duration, frame: &[u8]) {
        let Some(run) = self.survey.hear(now, frame) else { return };
        match self.style {
            Style::Json => out::line(machines(now, run).to_string()),
            Style::Lines => {
                let step = (run.ev, run.run_id, run.first, run.phase);
                let place = self.told.iter().position(|told| (told.0, told.1) == (step.0, step.1));
                let before = place.map(|place| self.told.remove(place));
                // As many as the survey remembers.
                if self.told.len() >= slac::survey::RUNS {
                    self.told.remove(0);
                }
                self.told.push(step);
                if before != Some(step) {
                    out::line(people(run, now, self.painter));
                }
            }
            Style::Table => {}
        }
    }

    /// The whole table, in place of the last.
    fn draw(&self, now: Duration) {
        if self.style != Style::Table {
            return;
        }
        let mut table = String::from("\x1b[H\x1b[J");
        let _ = writeln!(table, "{:>9}  {HEAD}", format!("{:.1} s", now.as_secs_f64()));
        for run in self.survey.runs().iter().rev() {
            let _ = writeln!(table, "{}", people(run, run.last, self.painter));
        }
        out::text(&table);
    }

    /// What was found, once there is nothing more to hear.
    fn end(&self) {
        if self.style == Style::Lines && self.survey.runs().is_empty() {
            out::note("no matching was heard");
        }
    }
}

const HEAD: &str =
    "car                run               phase       sounds  stations, the nearest first";

fn people(run: &Run, at: Duration, painter: Painter) -> String {
    let colour = match run.phase {
        Phase::Matched => Colour::Green,
        Phase::Asking => Colour::Yellow,
        _ => Colour::Plain,
    };
    let phase = format!("{:<10}", run.phase);
    let mut line = format!(
        "{:9.3}  {}  {}  {}  {:>6}",
        at.as_secs_f64(),
        run.ev,
        run.run_id,
        painter.paint(colour, &phase),
        run.sounds
    );
    for Station { mac, mean, .. } in run.by_distance() {
        let is_chosen = run.network.is_some_and(|(chosen, _)| chosen == mac);
        let told = match mean {
            Some(mean) => format!("  {mac} {mean}"),
            None => format!("  {mac} -"),
        };
        let colour = if is_chosen { Colour::Green } else { Colour::Plain };
        let _ = write!(line, "{}", painter.paint(colour, &told));
    }
    for level in &run.modems {
        if let Some(mean) = level.mean() {
            let told = format!("  (modem {} {mean})", level.modem);
            let _ = write!(line, "{}", painter.paint(Colour::Dim, &told));
        }
    }
    line
}

fn machines(now: Duration, run: &Run) -> Value {
    let station = |station: Station| {
        json!({
            "mac": station.mac.to_string(),
            "mean_db": station.mean.map(decibel),
            "sounds": station.sounds,
            "acknowledged": station.is_acknowledged,
        })
    };
    let modem = |level: &slac::survey::Level| {
        json!({
            "mac": level.modem.to_string(),
            "mean_db": level.mean().map(decibel),
            "profiles": level.count(),
        })
    };
    json!({
        "time": now.as_secs_f64(),
        "ev_mac": run.ev.to_string(),
        "run_id": run.run_id.to_string(),
        "begin": run.first.as_secs_f64(),
        "phase": run.phase.to_string(),
        "sounds": run.sounds,
        "stations": run.by_distance().into_iter().map(station).collect::<Vec<_>>(),
        "modems": run.modems.iter().map(modem).collect::<Vec<_>>(),
        "evse_mac": run.network.map(|(station, _)| station.to_string()),
        "nid": run.network.map(|(_, nid)| nid.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use slac::medium::{Direction, Medium, Noise, Settings};
    use slac::{Ev, Evse, Mac, ev, evse};

    fn heard() -> Survey {
        let [car, station] = [Mac([2, 0, 0, 0, 0, 1]), Mac([2, 0, 0, 0, 0, 2])];
        let mut medium = Medium::new(1, Settings::default());
        let ev = medium.add_ev(car, Ev::new(ev::Config::new(car), Noise::new(1)));
        let evse = medium.add_evse(station, Evse::new(evse::Config::new(station), Noise::new(2)));
        medium.connect(ev, evse, slac::medium::Path::cable(26));
        medium.plug(ev, evse);
        assert!(medium.run_until(Duration::from_secs(9), |medium| medium.peer(ev).is_some()));
        let mut survey = Survey::default();
        for record in medium
            .records()
            .iter()
            .filter(|record| record.station == evse || record.direction == Direction::Sent)
        {
            survey.hear(record.at, &record.octets);
        }
        survey
    }

    #[test]
    fn a_run_is_shown_with_phase_station_and_level_and_without_a_key() {
        let survey = heard();
        let [run] = survey.runs() else { panic!() };
        let line = people(run, Duration::from_millis(1_500), Painter::none());
        assert!(line.starts_with("    1.500  02:00:00:00:00:01  "), "{line}");
        assert!(line.contains("  matched   ") && line.contains("  02:00:00:00:00:02 2"), "{line}");
        let json = machines(Duration::from_millis(1_500), run);
        assert_eq!(
            (&json["phase"], &json["evse_mac"]),
            (&json!("matched"), &json!("02:00:00:00:00:02"))
        );
        let mean = json["stations"][0]["mean_db"].as_f64().unwrap();
        assert!((25.0..27.5).contains(&mean), "{json}");
        assert!(json.get("nmk").is_none());
    }
}
