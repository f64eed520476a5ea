//! `pnc slac modem`: what stands behind an interface.

use super::super::{exit, failed, logging, misused, out, stop};
use pnc::drive::Received;
use pnc::link::PacketLink;
use serde_json::{Value, json};
use slac::Output;
use slac::modem::{Finding, Inquiry};
use std::process::ExitCode;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Network interface of the modem. Needs CAP_NET_RAW: root, or once `setcap cap_net_raw+ep` on this program.
    #[arg(long, value_name = "IF")]
    interface: String,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    /// Wait so many seconds for answers.
    #[arg(long, value_name = "S", value_parser = stop::seconds, default_value = "0.5")]
    timeout: Duration,
    /// Say more on standard error; twice: everything.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    logging::start(arguments.verbose);
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(ask(arguments)),
        Err(error) => failed(error),
    }
}

async fn ask(arguments: &Arguments) -> ExitCode {
    let mut link = match PacketLink::open(&arguments.interface) {
        Ok(link) => link,
        Err(error) => return misused(error),
    };
    let mut inquiry = Inquiry::new(link.mac());
    let mut questions = Vec::new();
    while let Output::Transmit(frame) = inquiry.poll() {
        questions.push(frame.to_vec());
    }
    send(&mut link, &questions).await;
    let (end, mut buffer) = (Instant::now() + arguments.timeout, Zeroizing::new([0; 2048]));
    while let Ok(received) = timeout_at(end, link.recv(&mut buffer[..])).await {
        match received {
            Received::Octets(len) => inquiry.receive(buffer.get(..len).unwrap_or_default()),
            // Whoever was asked before is another one, or has not heard it.
            Received::Up => send(&mut link, &questions).await,
            Received::Down => {}
        }
    }
    let findings = inquiry.findings();
    if arguments.json {
        let modems: Vec<Value> = findings.iter().map(machines).collect();
        out::line(json!({ "interface": arguments.interface, "modems": modems }).to_string());
    } else if findings.is_empty() {
        return failed(format!("no modem answers on {}", arguments.interface));
    } else {
        findings.iter().for_each(people);
    }
    exit(!findings.is_empty())
}

async fn send(link: &mut PacketLink, frames: &[Vec<u8>]) {
    for frame in frames {
        link.send(frame).await;
    }
}

fn machines(finding: &Finding) -> Value {
    let identity = finding.identity.as_ref();
    json!({
        "mac": finding.modem.to_string(),
        "make": identity.map(|identity| identity.make.to_string()),
        "chip": identity.map(|identity| &identity.chip),
        "firmware": identity.map(|identity| &identity.firmware),
        "nids": finding.networks.as_ref().map(|nids| nids.iter().map(ToString::to_string).collect::<Vec<_>>()),
        "own_key": finding.has_own_key(),
        "link": finding.link,
    })
}

fn people(finding: &Finding) {
    out::line(format!("modem     {}", finding.modem));
    match &finding.identity {
        Some(identity) => {
            out::line(format!("chip      {} {}", identity.make, identity.chip));
            out::line(format!("firmware  {}", identity.firmware));
        }
        None => out::line("chip      does not tell"),
    }
    let key = match finding.has_own_key() {
        Some(true) => "own",
        Some(false) => "none, or that of the factory",
        None => "does not tell",
    };
    out::line(format!("key       {key}"));
    for nid in finding.networks.iter().flatten() {
        out::line(format!("network   {nid}"));
    }
    let link = match finding.link {
        Some(true) => "up",
        Some(false) => "down: alone in its network",
        None => "does not tell",
    };
    out::line(format!("link      {link}"));
}
