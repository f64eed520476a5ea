//! A line for people: time, who to whom, layer, message, what matters of it.

use super::{Counts, Show};
use crate::cli::colour::{Colour, Painter};
use pnc::capture::inspect::{Endpoint, Note, Record};
use pnc::inspect::Reading;
use std::io::{self, Write};
use std::net::IpAddr;

/// Writes every find as it comes.
pub(super) struct Lines<W> {
    out: W,
    painter: Painter,
    xml: bool,
    /// When the first find was captured.
    start: Option<u64>,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(out: W, painter: Painter, xml: bool) -> Self {
        Self { out, painter, xml, start: None }
    }

    fn since_start(&mut self, time: Option<u64>) -> String {
        let Some(time) = time else { return "-".into() };
        let start = *self.start.get_or_insert(time);
        // Merged captures may step back.
        let sign = if time < start { "-" } else { "" };
        let micros = time.abs_diff(start) / 1000;
        format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
    }
}

impl<W: Write> Show for Lines<W> {
    fn message(&mut self, record: &Record, reading: &Reading) -> io::Result<()> {
        let time = self.since_start(record.time);
        let ends = format!("{} > {}", short(record.src), short(record.dst));
        // Escape codes would count as width: pad first, paint then.
        write!(
            self.out,
            "{time:>12}  {}  {}  {}",
            self.painter.paint(Colour::Dim, &format!("{ends:<37}")),
            self.painter.paint(Colour::Dim, &format!("{:<4}", record.layer)),
            self.painter.paint(Colour::Bold, &reading.message)
        )?;
        for fact in &reading.facts {
            let failed = fact.starts_with("FAILED") || fact.starts_with("Failed");
            let colour = if failed { Colour::Red } else { Colour::Plain };
            write!(self.out, "  {}", self.painter.paint(colour, fact))?;
        }
        if let Some(verdict) = &reading.verdict {
            let colour = if verdict.is_good() { Colour::Green } else { Colour::Red };
            write!(self.out, "  {}", self.painter.paint(colour, &verdict.to_string()))?;
        }
        let mut names: Vec<_> = reading.deviations.iter().map(|d| d.rule.name()).collect();
        names.dedup();
        if !names.is_empty() {
            let text = format!("deviates: {}", names.join(", "));
            write!(self.out, "  {}", self.painter.paint(Colour::Yellow, &text))?;
        }
        if let Some(error) = &reading.error {
            write!(self.out, "  {}", self.painter.paint(Colour::Red, &format!("error: {error}")))?;
        }
        writeln!(self.out)?;
        match reading.xml(record).filter(|_| self.xml) {
            Some(Ok(xml)) => writeln!(self.out, "{xml}"),
            Some(Err(error)) => writeln!(self.out, "error: {error}"),
            None => Ok(()),
        }
    }

    fn note(&mut self, note: &Note) -> io::Result<()> {
        let time = self.since_start(note.time);
        let text = format!("note  frame {}: {}", note.frame, note.kind);
        writeln!(self.out, "{time:>12}  {}", self.painter.paint(Colour::Yellow, &text))
    }

    fn end(&mut self, counts: &Counts) -> io::Result<()> {
        let all = |counts: Vec<(&str, u64)>| {
            let some = counts.iter().filter(|(_, n)| *n > 0);
            let texts: Vec<_> = some.map(|(name, n)| format!("{n} {name}")).collect();
            texts.join(", ")
        };
        let messages = all(counts.messages.iter().map(|(name, n)| (&name[..], *n)).collect());
        let more = all(vec![
            ("good signatures", counts.signatures_good),
            ("other signatures", counts.signatures_not_good),
            ("errors", counts.errors),
        ]);
        let deviations = all(counts.deviations.iter().map(|(name, n)| (*name, *n)).collect());
        for (title, text) in [("messages", messages), ("of them", more), ("deviations", deviations)]
        {
            if !text.is_empty() {
                let line = format!("{title:>12}  {text}");
                writeln!(self.out, "{}", self.painter.paint(Colour::Bold, &line))?;
            }
        }
        Ok(())
    }
}

/// Enough of an address to tell the ends apart: the last octets of a MAC or link-local address.
fn short(end: Endpoint) -> String {
    match end {
        Endpoint::Mac([.., d, e, f]) => format!("..{d:02x}:{e:02x}:{f:02x}"),
        Endpoint::Ip(address) => match address.ip() {
            IpAddr::V6(ip) if ip.is_unicast_link_local() => {
                let [.., a, b, c] = ip.octets();
                format!("..{a:02x}:{b:02x}{c:02x}:{}", address.port())
            }
            _ => end.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_short_but_told_apart() {
        let ip = |text: &str| short(Endpoint::Ip(text.parse().unwrap()));
        assert_eq!(ip("[fe80::664d:70ff:fe01:3bf]:55119"), "..01:03bf:55119");
        assert_eq!(ip("[ff02::1]:15118"), "ff02::1:15118");
        assert_eq!(ip("10.0.0.1:80"), "10.0.0.1:80");
        assert_eq!(short(Endpoint::Mac([2, 0, 0, 0, 0xAB, 1])), "..00:ab:01");
    }

    #[test]
    fn time_counts_from_the_first_find_and_may_step_back() {
        let mut lines = Lines::new(Vec::new(), Painter::none(), false);
        assert_eq!(lines.since_start(None), "-");
        assert_eq!(lines.since_start(Some(5_000_000_000)), "0.000000");
        assert_eq!(lines.since_start(Some(6_000_001_999)), "1.000001");
        assert_eq!(lines.since_start(Some(4_999_000_000)), "-0.001000");
    }
}
