//! `pnc exi trace`: what every bit of a message says.

use super::{Failure, GrammarArguments, hex, octets};
use crate::cli::colour::{Colour, Painter, plain};
use ::exi::Schema;
use ::exi::xml::{self, Deviation, Event, Form, Step, Stop, What};
use clap::Args;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    grammar: GrammarArguments,
    /// Everything that could come at each event code, too; in JSON it always is there.
    #[arg(long)]
    alternatives: bool,
    /// One JSON object for each step.
    #[arg(long)]
    json: bool,
    /// The octets, with or without their V2GTP header; `-` reads them from standard input.
    #[arg(value_name = "HEX|-")]
    hex: String,
}

/// Prints the steps up to the end or the error. An error is the last line, and the exit status 1.
pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let octets = octets(&arguments.hex)?;
    let (schema, form) = arguments.grammar.chosen()?;
    let trace = Trace::new(schema, form, &octets);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let printed = if arguments.json {
        trace.json(&mut out)
    } else {
        Table { painter: Painter::stdout(), alternatives: arguments.alternatives }
            .print(&trace, &mut out)
    };
    printed.and_then(|()| out.flush())?;
    match trace.done {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::Told),
    }
}

/// A message that was read once, so that it is known what will come of it.
struct Trace<'a> {
    schema: &'static Schema,
    form: Form,
    octets: &'a [u8],
    done: Result<Vec<Deviation>, Stop>,
    /// Letters of the longest step.
    widest: usize,
}

impl<'a> Trace<'a> {
    fn new(schema: &'static Schema, form: Form, octets: &'a [u8]) -> Self {
        let mut widest = 0;
        let done = xml::trace(schema, form, octets, &mut |step| {
            widest = widest.max(2 * step.path.len() + saying(step).chars().count());
        });
        Self { schema, form, octets, done, widest }
    }

    /// Letters of the longest place, which is that of the last octet and bit.
    fn place(&self) -> usize {
        format!("{}.0", self.octets.len()).len().max("OCTET".len())
    }

    /// Every step with the names of its deviations.
    fn each(
        &self,
        mut print: impl FnMut(&Step<'_>, &[&'static str]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut deviations = self.done.as_deref().unwrap_or_default().iter().peekable();
        let mut printed = Ok(());
        let _ = xml::trace(self.schema, self.form, self.octets, &mut |step| {
            let mut names = Vec::new();
            while let Some(deviation) = deviations.next_if(|d| d.bit <= step.bit) {
                names.push(deviation.rule.name());
            }
            if printed.is_ok() {
                printed = print(step, &names);
            }
        });
        printed
    }

    fn json(&self, out: &mut impl Write) -> io::Result<()> {
        self.each(|step, deviations| line(out, &Line::of(step, deviations)))?;
        match &self.done {
            Ok(_) => Ok(()),
            Err(stop) => line(out, &Broken::of(stop)),
        }
    }
}

fn line(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// Bits shown of a long value.
const SHOWN_BITS: usize = 16;
/// Letters shown of one.
const SHOWN_LETTERS: usize = 48;
/// Octets shown of one: a digest is shown whole.
const SHOWN_OCTETS: usize = 32;

struct Table {
    painter: Painter,
    alternatives: bool,
}

impl Table {
    fn print(&self, trace: &Trace<'_>, out: &mut impl Write) -> io::Result<()> {
        let (place, bits) = (trace.place(), SHOWN_BITS + 2);
        let head = format!(
            "{:>place$} {:>place$} {:>5}  {:<bits$} {:>4}  MEANING",
            "BIT", "OCTET", "WIDTH", "BITS", "CODE"
        );
        writeln!(out, "{}", self.painter.paint(Colour::Dim, &head))?;
        trace.each(|step, deviations| self.row(step, deviations, trace, out))?;
        match &trace.done {
            Ok(deviations) if deviations.is_empty() => Ok(()),
            Ok(deviations) => {
                writeln!(out)?;
                deviations.iter().try_for_each(|deviation| {
                    let text = format!("deviation at {deviation}");
                    writeln!(out, "{}", self.painter.paint(Colour::Yellow, &text))
                })
            }
            Err(stop) => {
                let error = stop.error;
                let (octet, bit) = (error.bit / 8, error.bit % 8);
                let text = format!("error at octet {octet}.{bit}, {stop}");
                writeln!(out, "\n{}", self.painter.paint(Colour::Red, &text))
            }
        }
    }

    fn row(
        &self,
        step: &Step<'_>,
        deviations: &[&str],
        trace: &Trace<'_>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut bits: String = digits(step).take(SHOWN_BITS).collect();
        if step.width > SHOWN_BITS {
            bits += "..";
        }
        let octet = format!("{}.{}", step.bit / 8, step.bit % 8);
        let (code, alternatives) = match step.what {
            What::Event { code, alternatives, .. } | What::Escape { code, alternatives } => {
                (code.to_string(), alternatives)
            }
            _ => (String::new(), &[][..]),
        };
        let place = trace.place();
        let front = format!("{:>place$} {octet:>place$} {:>5}", step.bit, step.width);
        let (colour, saying) = (colour(step), saying(step));
        write!(
            out,
            "{}  {}{:pad$} {code:>4}  {:indent$}{}",
            self.painter.paint(Colour::Dim, &front),
            bits,
            "",
            "",
            self.painter.paint(colour, &saying),
            pad = SHOWN_BITS + 2 - bits.len(),
            indent = 2 * step.path.len(),
        )?;
        if !deviations.is_empty() {
            let text = format!("  <- {}", deviations.join(", "));
            write!(out, "{}", self.painter.paint(Colour::Yellow, &text))?;
        }
        if self.alternatives && alternatives.len() > 1 {
            let pad = trace.widest - 2 * step.path.len() - saying.chars().count();
            let text: Vec<_> = alternatives.iter().map(|(code, e)| format!("{code} {e}")).collect();
            let text = format!("  {:pad$}of {}", "", text.join(", "));
            write!(out, "{}", self.painter.paint(Colour::Dim, &text))?;
        }
        writeln!(out)
    }
}

fn digits<'a>(step: &'a Step<'_>) -> impl Iterator<Item = char> + 'a {
    step.bits().map(|bit| if bit { '1' } else { '0' })
}

fn colour(step: &Step<'_>) -> Colour {
    match step.what {
        What::Event { event: Event::Start { .. } | Event::Attribute { .. }, .. } => Colour::Bold,
        What::Text(_) | What::Octets(..) | What::Value { .. } => Colour::Green,
        What::Reference { .. } | What::Escape { .. } | What::UndeclaredEnd => Colour::Yellow,
        What::Padding { zero: false } | What::Trailing(_) => Colour::Yellow,
        _ => Colour::Plain,
    }
}

/// What a step says, in a line. Control characters of the message are not in it.
fn saying(step: &Step<'_>) -> String {
    match step.what {
        What::Header => "header: EXI 1.0, no options".into(),
        What::Event { event: Event::End, .. } => match step.path.last() {
            Some(name) => format!("EE {name}"),
            None => "EE".into(),
        },
        What::Event { event, .. } => event.to_string(),
        What::Escape { .. } => "escape to the undeclared events".into(),
        What::UndeclaredEnd => "EE, undeclared: empty content".into(),
        What::Length(n, unit) => format!("length {n} ({unit})"),
        What::Reference { local, index, of, text } => {
            let table = if local { "of this name" } else { "of any name" };
            format!("string {index} of {of} {table}: {}", quoted(text))
        }
        What::Text(text) => quoted(text),
        What::Octets(octets, _) | What::Trailing(octets) => shortened(octets),
        What::Value { text, coding } => format!("{} ({coding})", plain(text)),
        What::Padding { .. } => "padding".into(),
        what => what.name().into(),
    }
}

fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN_LETTERS).collect();
    let more = if shown.len() < text.len() { ".." } else { "" };
    format!("\"{}\"{more}", plain(&shown))
}

fn shortened(octets: &[u8]) -> String {
    match octets.get(..SHOWN_OCTETS) {
        Some(shown) if octets.len() > SHOWN_OCTETS => format!("{}..", hex::hex(shown)),
        _ => hex::hex(octets),
    }
}

/// A step as JSON.
#[derive(Serialize)]
struct Line<'a> {
    bit: usize,
    width: usize,
    bits: String,
    path: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    /// Event codes and what they stand for.
    #[serde(skip_serializing_if = "Option::is_none")]
    alternatives: Option<Vec<(u64, String)>>,
    /// Characters, octets in hex, a number or name, or how many follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coding: Option<String>,
    /// The place of a string in the table and how many there were.
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<(&'static str, usize, usize)>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    deviations: &'a [&'a str],
}

impl<'a> Line<'a> {
    fn of(step: &Step<'a>, deviations: &'a [&'a str]) -> Self {
        let mut line = Self {
            bit: step.bit,
            width: step.width,
            bits: digits(step).collect(),
            path: step.place(),
            kind: step.what.name(),
            code: None,
            event: None,
            namespace: None,
            alternatives: None,
            value: None,
            coding: None,
            table: None,
            deviations,
        };
        let written = |all: &[(u64, Event)]| all.iter().map(|(c, e)| (*c, e.to_string())).collect();
        match step.what {
            What::Event { code, event, alternatives } => {
                line.code = Some(code);
                line.event = Some(event.to_string());
                line.alternatives = Some(written(alternatives));
                if let Event::Start { ns, .. } | Event::Attribute { ns, .. } = event {
                    line.namespace = Some(ns);
                }
            }
            What::Escape { code, alternatives } => {
                line.code = Some(code);
                line.alternatives = Some(written(alternatives));
            }
            What::Length(n, unit) => {
                line.value = Some(n.to_string());
                line.coding = Some(unit.to_string());
            }
            What::Reference { local, index, of, text } => {
                line.value = Some(text.into());
                line.table = Some((if local { "name" } else { "all" }, index, of));
            }
            What::Text(text) => line.value = Some(text.into()),
            What::Octets(octets, _) | What::Trailing(octets) => {
                line.value = Some(hex::hex(octets));
            }
            What::Value { text, coding } => {
                line.value = Some(text.into());
                line.coding = Some(coding.to_string());
            }
            _ => {}
        }
        line
    }
}

/// The last line of a broken message.
#[derive(Serialize)]
struct Broken<'a> {
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    kind: &'static str,
    bit: usize,
    path: &'a str,
    message: String,
    allowed: &'a [String],
}

impl<'a> Broken<'a> {
    fn of(stop: &'a Stop) -> Self {
        let (error, path) = (stop.error, stop.path.as_str());
        let (kind, message) = (super::batch::name(error.kind), error.to_string());
        Self { error: Error { kind, bit: error.bit, path, message, allowed: &stop.allowed } }
    }
}
