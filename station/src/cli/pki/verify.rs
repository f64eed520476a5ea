//! `pnc pki verify`: a chain up to a root.

use super::files;
use super::trust::{TrustArguments, anchor_object, edition_number, place, root_name};
use crate::cli::colour::{Colour, Painter, plain};
use crate::cli::{exit, failed, misused, out};
use ::pki::chain::{Chain, ChainError, Check, Demand, Done, Position, Role};
use ::pki::time;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The leaf with its authorities, PEM; `-` is standard input.
    chain: String,
    #[command(flatten)]
    trust: TrustArguments,
    /// What the leaf is to be good for.
    #[arg(long, value_parser = roles())]
    role: Role,
    /// One JSON object with every check.
    #[arg(long)]
    json: bool,
}

/// 0: it verifies. 1: it does not, or cannot be read. 2: wrong usage.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let anchors = match arguments.trust.anchors() {
        Ok(anchors) => anchors,
        Err(error) => return misused(error),
    };
    let certificates = match files::certificates(&arguments.chain) {
        Ok(certificates) => certificates,
        Err(error) => return failed(error),
    };
    let Some((leaf, subs)) = certificates.split_first() else {
        return failed(format!("{}: no certificate", arguments.chain));
    };
    let (demand, now) = (arguments.trust.demand(arguments.role, leaf), arguments.trust.now());
    let outcome = demand.verify(leaf, subs, &anchors, now);
    let painter = Painter::stdout();
    match &outcome {
        Ok(chain) if arguments.json => out::line(verified_object(chain).to_string()),
        Ok(chain) => out::text(&verified_text(chain, painter)),
        Err(error) if arguments.json => {
            let mut object = demand_object(demand, now);
            object["verified"] = false.into();
            object["error"] = error_object(error, demand);
            out::line(object.to_string());
        }
        Err(error) => out::text(&refused_text(error, demand, painter)),
    }
    exit(outcome.is_ok())
}

fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::name)).try_map(|name| {
        Role::ALL.into_iter().find(|role| role.name() == name).ok_or("no such role")
    })
}

fn demand_object(demand: Demand, now: i64) -> Value {
    json!({
        "role": demand.role.name(),
        "edition": edition_number(demand.edition),
        "level": demand.level.to_string(),
        "at": time::text(now),
    })
}

fn verified_object(chain: &Chain) -> Value {
    let demand = Demand { role: chain.role(), edition: chain.edition(), level: chain.level() };
    let mut object = demand_object(demand, chain.verified_at());
    let members = chain.members().map(|(at, certificate, kind)| {
        json!({
            "at": place(at),
            "kind": kind.name(),
            "subject": certificate.subject().to_string(),
            "not_before": time::text(certificate.not_before()),
            "not_after": time::text(certificate.not_after()),
        })
    });
    let done = |done: &Done| {
        json!({
            "check": done.check.name(),
            "at": place(done.at),
            "rule": done.rule.map(|rule| rule.id()),
            "requirement": done.requirement,
            "tolerated": done.tolerated,
        })
    };
    object["verified"] = true.into();
    object["chain"] = members.collect();
    object["anchor"] = anchor_object(chain.anchor());
    object["evcoid"] = chain.evcoid().map(|evcoid| evcoid.normal()).into();
    object["not_before"] = time::text(chain.not_before()).into();
    object["not_after"] = time::text(chain.not_after()).into();
    object["checks"] = chain.checks().iter().map(done).collect();
    object
}

/// Why a chain is refused, for machines.
pub(super) fn error_object(error: &ChainError, demand: Demand) -> Value {
    let broken = match error {
        ChainError::Profile { broken, .. } => broken.as_slice(),
        _ => &[],
    };
    let broken = broken.iter().map(|broken| {
        json!({
            "rule": broken.rule.id(),
            "requirement": broken.requirement,
            "field": broken.field,
            "found": broken.found,
            "wanted": broken.wanted,
        })
    });
    json!({
        "check": error.check().name(),
        "requirement": error.check().requirement(demand.edition),
        "at": error.at().map(place),
        "message": error.to_string(),
        "broken": broken.collect::<Vec<_>>(),
    })
}

fn verified_text(chain: &Chain, painter: Painter) -> String {
    let title = painter.paint(Colour::Green, "verified");
    let (role, edition, level) = (chain.role().name(), chain.edition(), chain.level());
    let mut text = format!("{title}  {role}, {edition}, {level}\n");
    let mut row = |name: &str, value: &str| text += &format!("  {name:<14}{}\n", plain(value));
    for (at, certificate, kind) in chain.members() {
        let until = time::text(certificate.not_after());
        let held = match at {
            Position::Root => format!(" ({})", root_name(chain.anchor().kind())),
            _ => String::new(),
        };
        row(&at.to_string(), &format!("{}{held}, {kind}, until {until}", certificate.subject()));
    }
    if let Some(evcoid) = chain.evcoid() {
        let digit = evcoid.check_digit();
        row("contract", &format!("{}, check digit {digit}", evcoid.separated('-')));
    }
    let span = [chain.not_before(), chain.not_after()].map(time::text);
    row("good", &format!("{} to {}", span[0], span[1]));
    let all = chain.checks();
    row("checks", &format!("{} done", all.len()));
    for group in all.chunk_by(|a, b| a.check == b.check) {
        let Some(first) = group.first() else { continue };
        let places: Vec<String> =
            group.chunk_by(|a, b| a.at == b.at).filter_map(|same| same.first()).map(at).collect();
        let requirement = match first.check {
            Check::Profile => format!("{} rules", group.len()),
            _ => format!("[{}]", first.requirement),
        };
        row("", &format!("{:<20} {requirement:<17} {}", first.check.name(), places.join(", ")));
    }
    for done in all.iter().filter(|done| done.tolerated.is_some()) {
        let rule = done.rule.map_or(done.check.name(), |rule| rule.id());
        let what = done.tolerated.as_deref().unwrap_or_default();
        row("tolerated", &format!("{}: {rule} [{}] {what}", done.at, done.requirement));
    }
    text
}

fn at(done: &Done) -> String {
    done.at.to_string()
}

fn refused_text(error: &ChainError, demand: Demand, painter: Painter) -> String {
    let title = painter.paint(Colour::Red, "refused");
    let Demand { role, edition, level } = demand;
    let check = error.check();
    let mut text = format!("{title}  {}, {edition}, {level}\n", role.name());
    text += &format!("  {:<14}{check} [{}]\n", "check", check.requirement(edition));
    if let Some(at) = error.at() {
        text += &format!("  {:<14}{at}\n", "certificate");
    }
    if let ChainError::Profile { broken, .. } = error {
        for broken in broken {
            text += &format!("  {:<14}{}\n", "rule", plain(&broken.to_string()));
        }
    } else {
        text += &format!("  {:<14}{}\n", "why", plain(&error.to_string()));
    }
    text
}
