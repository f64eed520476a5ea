use super::super::terms::Strictness;
use super::super::{files, values};
use super::{Roots, text};
use crate::cli::out;
use ::pki::delivery::iso20::ConcatKdf;
use ::pki::{Anchors, Certificate, Evcoid, PrivateKey, pem};
use clap::Args;
use exi::Document as _;
use pnc::ca::{write_key, write_new};
use ring::rand::SystemRandom;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use v2g::delivery::{self, Delivered, Trust, iso20};
use v2g::iso2::msg::{BodyElement, V2gMessage};
use v2g::iso20::msg::common::CertificateInstallationRes;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// File of the delivery: a message with a CertificateInstallationRes of either edition or a CertificateUpdateRes, in EXI.
    #[arg(value_name = "FILE")]
    delivery: String,
    /// Private key of the car's provisioning certificate, or for an update of its contract.
    #[arg(long, value_name = "FILE")]
    key: String,
    /// File of the car's provisioning certificate, to which deliveries of ISO 15118-20 are bound.
    #[arg(long, value_name = "CERT")]
    car: Option<String>,
    #[command(flatten)]
    roots: Roots,
    /// How much deviation is tolerated.
    #[arg(long, value_enum, default_value_t = Strictness::Strict)]
    level: Strictness,
    /// Directory for the contract's chain.pem and key.pem.
    #[arg(long, short, value_name = "PLACE")]
    out: Option<PathBuf>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// A contract of either edition that passed every check.
struct Contract {
    leaf: Certificate,
    subs: Vec<Certificate>,
    key: Arc<PrivateKey>,
    evcoid: Evcoid,
    anchored: bool,
    /// How many more the car may ask for; ISO 15118-20 only.
    remaining: Option<u8>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let octets = files::octets(&arguments.delivery)?;
    let anchors = arguments.roots.anchors()?;
    let contract = opened(arguments, &octets, &anchors)
        .map_err(|why| format!("{}: {why}", arguments.delivery))?;
    if let Some(place) = &arguments.out {
        std::fs::create_dir_all(place).map_err(|error| format!("{}: {error}", place.display()))?;
        let chain: String = std::iter::once(&contract.leaf)
            .chain(&contract.subs)
            .map(|certificate| pem::certificate(certificate.der()))
            .collect();
        write_key(&place.join("key.pem"), contract.key.to_pem().as_bytes()).map_err(text)?;
        write_new(&place.join("chain.pem"), chain.as_bytes()).map_err(text)?;
    }
    let not_after = ::pki::time::text(contract.leaf.not_after());
    let evcoid = contract.evcoid.normal();
    if arguments.json {
        let mut object = json!({
            "evcoid": evcoid,
            "not_after": not_after,
            "anchored": contract.anchored,
            "octets": octets.len(),
        });
        if let Some(remaining) = contract.remaining {
            object["remaining"] = remaining.into();
        }
        out::line(object.to_string());
    } else {
        let anchored = if contract.anchored { "to a root" } else { "not to a root given" };
        let more = match contract.remaining {
            None | Some(0) => String::new(),
            Some(remaining) => format!("  {remaining} more to ask for"),
        };
        out::line(format!("{evcoid}  valid until {not_after}  its chain leads {anchored}{more}"));
    }
    Ok(())
}

fn opened(arguments: &Arguments, octets: &[u8], anchors: &Anchors) -> Result<Contract, String> {
    let key = values::private_key(&arguments.key)?;
    let level = arguments.level.level();
    let trust = Trust { anchors, now_unix: pnc::time::unix(), level };
    let rng = SystemRandom::new();
    let message = match V2gMessage::decode(octets) {
        Ok(message) => message,
        Err(error) => {
            let response = CertificateInstallationRes::decode(octets).map_err(|_| error);
            let car = arguments.car.as_deref().ok_or("by ISO 15118-20 --car is needed");
            let (response, car) = (response.map_err(text)?, values::certificate(car?)?);
            let kdf = ConcatKdf::default();
            let contract = iso20::accept(&response, &car, &key, &kdf, &trust, &rng);
            let iso20::NewContract { leaf, subs, key, evcoid, anchored, remaining } =
                contract.map_err(text)?;
            let remaining = Some(remaining);
            return Ok(Contract { leaf, subs, key, evcoid, anchored, remaining });
        }
    };
    let delivered: Delivered<'_> = match &message.body.element {
        Some(BodyElement::CertificateInstallationRes(response)) => response.into(),
        Some(BodyElement::CertificateUpdateRes(response)) => response.into(),
        _ => return Err("another message".to_owned()),
    };
    let signature = message.header.signature.as_ref();
    let contract = delivery::accept(&delivered, signature, &key, &trust, &rng).map_err(text)?;
    let delivery::NewContract { leaf, subs, key, evcoid, anchored, .. } = contract;
    Ok(Contract { leaf, subs, key, evcoid, anchored, remaining: None })
}
