//! `pnc id`: identifiers of contracts, charging points, stations and cars, and the routes of messages about them.

use clap::{Args, ValueEnum};
use pki::id::{
    CheckDigit, EvccidKind, EvcoidKind, EvseidKind, IdError, IdKind, Routes, Verdict, identify,
};
use serde_json::{Map, Value, json};
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// One JSON object for each identifier.
    #[arg(long)]
    json: bool,
    /// Reads it as this kind only. Some texts are identifiers of two kinds.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Tells where each goes: a file with a line `DE*ABC TARGET` for a party, `DE TARGET` for a country, `* TARGET` for the rest.
    #[arg(long, value_name = "FILE")]
    routes: Option<PathBuf>,
    /// Identifiers, with or without separators; `-` reads them from standard input, one a line.
    #[arg(required = true, value_name = "TEXT|-")]
    texts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Contract (eMAID).
    Evcoid,
    /// Charging point.
    Evseid,
    /// Station.
    Seccid,
    /// Car, for contract deliveries.
    Pcid,
    /// Car's communication controller.
    Evccid,
    /// Vehicle identification number.
    Vin,
}

/// 0: all are identifiers, and no check digit is wrong. 1: some are not. 2: wrong usage.
pub(super) fn run(arguments: Arguments) -> ExitCode {
    let routes = match arguments.routes.as_deref().map(read_routes).transpose() {
        Ok(routes) => routes,
        Err(error) => return super::misused(error),
    };
    match judge_all(&arguments, routes.as_ref()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pnc id: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read_routes(path: &Path) -> Result<Routes<String>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut routes = Routes::new();
    for (at, line) in text.lines().enumerate() {
        let place = || format!("{}:{}", path.display(), at + 1);
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (pattern, target) = line
            .split_once(char::is_whitespace)
            .ok_or_else(|| format!("{}: a pattern and a target are wanted", place()))?;
        let replaced = routes
            .insert(pattern, target.trim().to_owned())
            .map_err(|error| format!("{}: {error}", place()))?;
        if replaced.is_some() {
            return Err(format!("{}: a second route for {pattern}", place()));
        }
    }
    Ok(routes)
}

fn judge_all(arguments: &Arguments, routes: Option<&Routes<String>>) -> io::Result<bool> {
    let mut output = Output { arguments, routes, all_good: true, printed: false };
    for text in &arguments.texts {
        if text != "-" {
            output.judge(text)?;
            continue;
        }
        for line in io::stdin().lock().lines() {
            let line = line?;
            if !line.trim().is_empty() {
                output.judge(line.trim())?;
            }
        }
    }
    Ok(output.all_good)
}

struct Output<'a> {
    arguments: &'a Arguments,
    routes: Option<&'a Routes<String>>,
    all_good: bool,
    printed: bool,
}

impl Output<'_> {
    fn judge(&mut self, text: &str) -> io::Result<()> {
        let readings = identify(text).map(|all| self.of_kind(all));
        let good = readings.as_ref().is_ok_and(|readings| are_good(readings));
        self.all_good &= good;
        let mut out = io::stdout().lock();
        if self.arguments.json {
            return writeln!(out, "{}", self.object(text, good, &readings));
        }
        if std::mem::replace(&mut self.printed, true) {
            writeln!(out)?;
        }
        match &readings {
            Err(error) => writeln!(out, "{text}: not an identifier: {error}"),
            Ok(readings) if readings.is_empty() => {
                writeln!(out, "{text}: not an identifier of the kind asked for")
            }
            Ok(readings) => {
                writeln!(out, "{text}")?;
                readings.iter().try_for_each(|reading| {
                    writeln!(out, "{reading}")?;
                    match self.route(reading) {
                        Some(target) => writeln!(out, "  goes to      {target}"),
                        None => Ok(()),
                    }
                })
            }
        }
    }

    fn route(&self, reading: &Verdict) -> Option<&str> {
        self.routes?.route(reading.party?).map(String::as_str)
    }

    fn object(&self, text: &str, good: bool, readings: &Result<Vec<Verdict>, IdError>) -> Value {
        match readings {
            Err(error) => {
                json!({"text": text, "valid": false, "at": error.at, "error": error.to_string()})
            }
            Ok(readings) => {
                let readings: Vec<_> =
                    readings.iter().map(|verdict| reading(verdict, self.route(verdict))).collect();
                json!({"text": text, "valid": good, "readings": readings})
            }
        }
    }

    fn of_kind(&self, mut readings: Vec<Verdict>) -> Vec<Verdict> {
        readings
            .retain(|reading| self.arguments.kind.is_none_or(|kind| kind == names(reading.kind).0));
        readings
    }
}

/// Whether any reading stands. Nearly every text reads as a long contract identifier,
/// so that counts only where nothing else fits.
fn are_good(readings: &[Verdict]) -> bool {
    readings.iter().any(|reading| {
        let weak = reading.kind == IdKind::Evcoid(EvcoidKind::Extended) && readings.len() > 1;
        reading.check.is_acceptable() && !weak
    })
}

fn reading(verdict: &Verdict, route: Option<&str>) -> Value {
    let (kind, form) = names(verdict.kind);
    let conversions: Map<_, _> = verdict
        .conversions
        .iter()
        .filter_map(|(kind, text)| Some((names(*kind).1?.to_owned(), text.as_str().into())))
        .collect();
    json!({
        "kind": kind.to_possible_value().map(|value| value.get_name().to_owned()),
        "form": form,
        "normal": verdict.normal,
        "separated": verdict.separated,
        "check_digit": {
            "verdict": match verdict.check {
                CheckDigit::Valid(_) => "right",
                CheckDigit::Wrong { .. } => "wrong",
                CheckDigit::Absent { .. } => "absent",
                CheckDigit::Undefined => "undefined",
            },
            "given": verdict.check.given(),
            "expected": verdict.check.expected(),
        },
        "party": verdict.party.map(|party| party.to_string()),
        "route": route,
        "conversions": conversions,
    })
}

/// Kind and form by their names in JSON.
fn names(kind: IdKind) -> (Kind, Option<&'static str>) {
    match kind {
        IdKind::Evcoid(EvcoidKind::Iso) => (Kind::Evcoid, Some("iso")),
        IdKind::Evcoid(EvcoidKind::Emi3) => (Kind::Evcoid, Some("emi3")),
        IdKind::Evcoid(EvcoidKind::Din) => (Kind::Evcoid, Some("din")),
        IdKind::Evcoid(EvcoidKind::Extended) => (Kind::Evcoid, Some("extended")),
        IdKind::Evseid(EvseidKind::Iso) => (Kind::Evseid, Some("iso")),
        IdKind::Evseid(EvseidKind::Din) => (Kind::Evseid, Some("din")),
        IdKind::Seccid => (Kind::Seccid, None),
        IdKind::Pcid => (Kind::Pcid, None),
        IdKind::Evccid(EvccidKind::Mac) => (Kind::Evccid, Some("mac")),
        IdKind::Evccid(EvccidKind::Iso20) => (Kind::Evccid, Some("iso20")),
        IdKind::Vin => (Kind::Vin, None),
    }
}
