//! `pnc pki audit show`

use super::with_store;
use crate::cli::colour::{Colour, Painter, plain};
use crate::cli::out;
use ::pki::time;
use ::pki_service::audit::Record;
use ::pki_service::store::Entry;
use clap::Args;
use serde_json::Value;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Records as they are stored, one JSON object a line.
    #[arg(long)]
    json: bool,
    /// Only the head, to be noted elsewhere for `verify --known`.
    #[arg(long, conflicts_with_all = ["from", "limit"])]
    head: bool,
    /// Number of the first record; the last ones are shown without it.
    #[arg(long, value_name = "NUMBER")]
    from: Option<u64>,
    /// How many records are shown at most.
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: u32,
    /// The store: a file, sqlite:FILE or postgres://USER@HOST/DATABASE.
    store: String,
}

/// 0: shown. 1: cannot be read. 2: wrong usage.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    with_store(&arguments.store, async |store| {
        let head = store.audit_head().await?;
        if arguments.head {
            out::line(head.to_string());
            return Ok(ExitCode::SUCCESS);
        }
        let first = match arguments.from {
            Some(from) => from.max(1),
            None => (head.seq + 1).saturating_sub(u64::from(arguments.limit)).max(1),
        };
        let (mut after, mut left) = (first - 1, arguments.limit);
        while left > 0 {
            let page = store.audit_entries(after, left.min(1_000)).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            left = left.saturating_sub(u32::try_from(page.len()).unwrap_or(u32::MAX));
            page.iter().for_each(|entry| show(entry, arguments.json));
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn show(entry: &Entry, json: bool) {
    let record: Record = match serde_json::from_str(&entry.record) {
        Ok(record) if !json => record,
        // As it is, whatever it is; `verify` judges it.
        _ => return out::line(plain(&entry.record)),
    };
    let painter = Painter::stdout();
    let details: Vec<String> = match &record.detail {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                Value::String(text) => format!("{name}={text}"),
                other => format!("{name}={other}"),
            })
            .collect(),
        _ => Vec::new(),
    };
    out::line(format!(
        "{:>8}  {}  {}  {}  {}",
        record.seq,
        time::text(record.time),
        painter.paint(Colour::Bold, &record.action),
        plain(&record.object),
        painter.paint(
            Colour::Dim,
            &format!("{} by {} {}", details.join(" "), record.client, record.request)
        ),
    ));
}
