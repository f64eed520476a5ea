//! `pnc pki init`: a complete hierarchy of an operator.

use super::terms::{KeyName, edition};
use crate::cli::{failed, misused, out};
use ::pki::profile::Edition;
use clap::{Args, ValueEnum};
use pnc::ca::{CaError, Operator, Role};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Where it is made; the directory must be empty or not there yet.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Edition of the standard: keys on P-256 in ISO 15118-2, on P-521 in ISO 15118-20.
    #[arg(long, value_name = "2|20", value_parser = edition, default_value = "2")]
    edition: Edition,
    /// What every key is, where the edition leaves a choice: ISO 15118-20 also has ed448.
    #[arg(long, value_enum)]
    algorithm: Option<KeyName>,
    /// What the operator is, several by commas. All but private where it is not given.
    #[arg(long, value_enum, value_delimiter = ',')]
    roles: Vec<RoleName>,
    /// Organization in every subject.
    #[arg(long, value_name = "TEXT", default_value = "Plug and Charge")]
    organization: String,
    /// Country, where a profile wants one: two capital letters.
    #[arg(long, value_name = "CC", default_value = "DE")]
    country: String,
    /// Address of the OCSP responder, written into what is issued.
    #[arg(long, value_name = "URL")]
    ocsp: Option<String>,
    /// Where the revocation lists will be, written into what is issued with NAME.crl behind it.
    #[arg(long, value_name = "URL")]
    crl: Option<String>,
    /// One JSON object for each authority.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RoleName {
    /// Charging point operator (CSO): stations.
    #[value(alias = "cso")]
    Cpo,
    /// Mobility operator (MSP): contracts.
    #[value(alias = "msp")]
    Mo,
    /// Car maker: provisioning certificates.
    Oem,
    /// Car maker: certificates for TLS in ISO 15118-20.
    Vehicle,
    /// Certificate provisioning service: signs deliveries.
    Cps,
    /// Charging point operator with a private root.
    Private,
}

/// 0: made. 1: not made, and nothing is left. 2: wrong usage.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let known = |role: &Role| arguments.edition == Edition::Iso20 || *role != Role::Vehicle;
    let named: Vec<Role> = arguments.roles.iter().map(|role| role.role()).collect();
    if let Some(role) = named.iter().find(|role| !known(role)) {
        return misused(format!("{} knows no role {role:?}", arguments.edition));
    }
    let public = |role: &Role| known(role) && *role != Role::Private;
    let all = || Role::ALL.into_iter().filter(public).collect();
    let roles = if named.is_empty() { all() } else { named };
    let contracts = roles.iter().any(|role| matches!(role, Role::Mo | Role::Oem));
    let addresses = arguments.ocsp.is_some() || arguments.crl.is_some();
    if arguments.edition == Edition::Iso20 && contracts && !addresses {
        return misused(
            "contracts and provisioning certificates of ISO 15118-20 must say where to ask about revocation: give --ocsp or --crl",
        );
    }
    let algorithm = match KeyName::algorithm(arguments.algorithm, arguments.edition) {
        Ok(algorithm) => algorithm,
        Err(error) => return misused(error),
    };
    let operator = Operator {
        edition: arguments.edition,
        algorithm,
        roles,
        organization: arguments.organization.clone(),
        country: arguments.country.clone(),
        ocsp: arguments.ocsp.clone(),
        crl: arguments.crl.clone(),
    };
    match operator
        .create(&arguments.directory, pnc::time::unix())
        .and_then(|directory| told(&directory, arguments.json))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error),
    }
}

fn told(directory: &pnc::ca::Directory, json: bool) -> Result<(), CaError> {
    for name in directory.names()? {
        let ca = directory.open(&name)?;
        let subject = ca.authority().certificate().subject().to_string();
        let place = directory.path().join("ca").join(&name);
        if json {
            out::line(
                json!({"authority": name, "subject": subject, "directory": place}).to_string(),
            );
        } else {
            out::line(format!("{}  {subject}", place.display()));
        }
    }
    Ok(())
}

impl RoleName {
    fn role(self) -> Role {
        match self {
            Self::Cpo => Role::Cpo,
            Self::Mo => Role::Mo,
            Self::Oem => Role::Oem,
            Self::Vehicle => Role::Vehicle,
            Self::Cps => Role::Cps,
            Self::Private => Role::Private,
        }
    }
}
