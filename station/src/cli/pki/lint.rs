//! `pnc pki lint`: certificates against their profiles.

use super::files;
use super::terms::{Strictness, edition};
use super::values::kind;
use crate::cli::colour::{Colour, Painter, plain};
use crate::cli::{misused, out};
use ::pki::profile::{Broken, CertificateKind, Edition, Level, Rule, check, guess, profile, rules};
use ::pki::{Certificate, time};
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Profile of every certificate named: v2g-root, secc, contract, .. Guessed for each where it is not given.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    profile: Option<CertificateKind>,
    /// Edition of the standard: ISO 15118-2 or ISO 15118-20. Guessed for each where it is not given.
    #[arg(long, value_name = "2|20", value_parser = edition)]
    edition: Option<Edition>,
    /// How much deviation is tolerated.
    #[arg(long, value_enum, default_value_t = Strictness::Strict)]
    level: Strictness,
    /// One JSON object for each certificate.
    #[arg(long)]
    json: bool,
    /// Lists the rules instead, with where they come from: of one profile and edition or of all.
    #[arg(long, conflicts_with = "files")]
    rules: bool,
    /// Files of certificates, PEM or DER; `-` is standard input.
    #[arg(required_unless_present = "rules", value_name = "CERT")]
    files: Vec<String>,
}

/// 0: no rule is broken. 1: some are, or a certificate cannot be read. 2: wrong usage, or a kind that must be given.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    if let (Some(kind), Some(edition)) = (arguments.profile, arguments.edition)
        && profile(kind, edition).edition != edition
    {
        return misused(format!("{edition} knows no certificate of kind {kind}"));
    }
    if arguments.rules {
        list(arguments);
        return ExitCode::SUCCESS;
    }
    let mut worst = 0;
    for file in &arguments.files {
        let certificates = match files::certificates(file) {
            Ok(certificates) => certificates,
            Err(error) => {
                out::complain(error);
                worst = worst.max(1);
                continue;
            }
        };
        for (number, der) in (1..).zip(&certificates) {
            let report = Report::new(arguments, der);
            worst = worst.max(report.code());
            if arguments.json {
                out::line(report.object(file, number).to_string());
            } else {
                out::text(&report.text(Painter::stdout(), file, number));
            }
        }
    }
    ExitCode::from(worst)
}

struct Report {
    level: Level,
    verdict: Result<Verdict, String>,
}

struct Verdict {
    certificate: Certificate,
    /// Each with whether it is guessed.
    kind: Option<(CertificateKind, bool)>,
    edition: (Edition, bool),
    broken: Vec<Broken>,
}

impl Report {
    fn new(arguments: &Arguments, der: &[u8]) -> Self {
        let level = arguments.level.level();
        let verdict = Certificate::parse(der).map_err(|error| error.to_string());
        Self { level, verdict: verdict.map(|it| Verdict::new(it, arguments, level)) }
    }

    fn code(&self) -> u8 {
        match &self.verdict {
            Ok(Verdict { kind: None, .. }) => 2,
            Ok(verdict) => u8::from(!verdict.broken.is_empty()),
            Err(_) => 1,
        }
    }

    fn object(&self, file: &str, number: usize) -> Value {
        match &self.verdict {
            Err(error) => json!({"file": file, "number": number, "clean": false, "error": error}),
            Ok(verdict) => {
                let broken = |Broken { rule, requirement, field, found, wanted }: &Broken| {
                    json!({
                        "rule": rule.id(),
                        "requirement": requirement,
                        "field": field,
                        "found": found,
                        "wanted": wanted,
                    })
                };
                json!({
                    "file": file,
                    "number": number,
                    "subject": verdict.certificate.subject().to_string(),
                    "not_after": time::text(verdict.certificate.not_after()),
                    "kind": verdict.kind.map(|(kind, _)| kind.name()),
                    "kind_guessed": verdict.kind.is_none_or(|(_, guessed)| guessed),
                    "edition": match verdict.edition.0 {
                        Edition::Iso2 => "2",
                        Edition::Iso20 => "20",
                    },
                    "edition_guessed": verdict.edition.1,
                    "level": self.level.to_string(),
                    "clean": self.code() == 0,
                    "broken": verdict.broken.iter().map(broken).collect::<Vec<_>>(),
                })
            }
        }
    }

    fn text(&self, painter: Painter, file: &str, number: usize) -> String {
        let place = format!("{file}, certificate {number}");
        let title = painter.paint(Colour::Bold, &place);
        let verdict = match &self.verdict {
            Ok(verdict) => verdict,
            Err(error) => {
                return format!("{title}\n  {}\n", painter.paint(Colour::Red, error));
            }
        };
        let level = self.level;
        let guessed = |guessed| if guessed { " (guessed)" } else { "" };
        let (edition, edition_guessed) = verdict.edition;
        let (colour, outcome) = match (verdict.kind, verdict.broken.len()) {
            (None, _) => (Colour::Yellow, "kind unknown: name it with --profile".to_owned()),
            (Some(_), 0) => (Colour::Green, "clean".to_owned()),
            (Some(_), 1) => (Colour::Red, "1 rule broken".to_owned()),
            (Some(_), count) => (Colour::Red, format!("{count} rules broken")),
        };
        let kind = verdict.kind.map_or_else(String::new, |(kind, kind_guessed)| {
            format!("{kind}{}, ", guessed(kind_guessed))
        });
        let subject = plain(&verdict.certificate.subject().to_string());
        let mut text = format!(
            "{title}  {subject}\n  {kind}{edition}{}, {level}: {}\n",
            guessed(edition_guessed),
            painter.paint(colour, &outcome)
        );
        if !verdict.broken.is_empty() {
            text += &broken_table(&verdict.broken, painter);
        }
        text
    }
}

impl Verdict {
    fn new(certificate: Certificate, arguments: &Arguments, level: Level) -> Self {
        let guess = guess(&certificate);
        let given = arguments.profile.map(|kind| (kind, false));
        let kind = given.or(guess.kind.map(|kind| (kind, true)));
        // What only one edition knows is of that edition.
        let likely = kind.map_or(guess.edition, |(kind, _)| profile(kind, guess.edition).edition);
        let edition = arguments.edition.map_or((likely, true), |edition| (edition, false));
        let broken = kind.map(|(kind, _)| check(&certificate, kind, edition.0, level));
        Self { certificate, kind, edition, broken: broken.unwrap_or_default() }
    }
}

/// The rules that hold at the level asked for.
fn list(arguments: &Arguments) {
    let level = arguments.level.level();
    let mut rows = Vec::new();
    for rule in Rule::ALL {
        let mut row = [rule.id().to_owned(), String::new(), String::new()];
        for (edition, cell) in Edition::ALL.into_iter().zip(row.iter_mut().skip(1)) {
            let asked = arguments.edition.is_none_or(|asked| asked == edition);
            let kinds = edition
                .kinds()
                .filter(|kind| asked && arguments.profile.is_none_or(|asked| asked == *kind));
            let sources = kinds.flat_map(|kind| rules(kind, edition, level));
            let sources: BTreeSet<_> =
                sources.filter(|(known, _)| *known == rule).map(|(_, source)| source).collect();
            *cell = sources.into_iter().collect::<Vec<_>>().join(", ");
        }
        if row.iter().skip(1).any(|cell| !cell.is_empty()) {
            rows.push(row);
        }
    }
    if arguments.json {
        for [rule, iso2, iso20] in rows {
            out::line(json!({"rule": rule, "2": iso2, "20": iso20}).to_string());
        }
    } else {
        let head = ["rule", "ISO 15118-2", "ISO 15118-20"];
        out::text(&table(head, rows.into_iter(), Painter::stdout()));
    }
}

fn broken_table(broken: &[Broken], painter: Painter) -> String {
    let rows = broken.iter().map(|Broken { rule, requirement, field, found, wanted }| {
        [rule.id(), requirement, field, found, wanted].map(plain)
    });
    table(["rule", "requirement", "field", "found", "wanted"], rows, painter)
}

fn table<const N: usize>(
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
    painter: Painter,
) -> String {
    let rows: Vec<[String; N]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let width = |column: usize| {
        let lengths =
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        lengths.max().unwrap_or(0)
    };
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut line = String::from(" ");
        for (column, cell) in row.iter().enumerate() {
            line += &format!(" {cell:<width$} ", width = width(column));
        }
        let colour = if number == 0 { Colour::Dim } else { Colour::Plain };
        text += &format!("{}\n", painter.paint(colour, line.trim_end()));
    }
    text
}
