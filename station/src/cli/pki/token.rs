//! `pnc pki token`: who may use the contract certificate service.

use super::files;
use crate::cli::{failed, misused, out};
use ::pki::time;
use clap::{Args, Subcommand};
use pki_service::api::{Role, Token};
use pki_service::store::{
    Actor, Change, Client, ClientKind, Options, Store, StoreError, Submission,
};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::json;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Adds a client; its token is shown this once, only its hash is stored.
    Add(AddArguments),
    /// Shows every client: identifier, name, roles, party, state.
    List(ListArguments),
    /// Takes a client's rights; other nodes know within seconds.
    Revoke(RevokeArguments),
}

#[derive(Debug, Args)]
struct Place {
    /// `sqlite:FILE` or `postgres://USER@HOST/DATABASE`.
    #[arg(long, value_name = "URL", default_value = "sqlite:pnc-pki.db")]
    database: String,
    /// One JSON object for each client.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AddArguments {
    #[command(flatten)]
    place: Place,
    /// Name of the client, for people.
    name: String,
    /// What it may do, several by commas: admin, emsp, cpo, oem, cps, auditor.
    #[arg(long = "role", value_name = "ROLE", value_delimiter = ',', required = true)]
    roles: Vec<Role>,
    /// What the identifiers that it may touch begin with, several by commas: country and provider of contracts (DEPNC),
    /// manufacturer of cars (WVW). Any without it.
    #[arg(long, value_name = "PREFIX")]
    party: Option<String>,
    /// Days until the credentials expire. Never without it.
    #[arg(long, value_name = "DAYS")]
    days: Option<u32>,
    /// A TLS certificate of the client, PEM or DER, instead of a token.
    #[arg(long, value_name = "FILE")]
    certificate: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArguments {
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RevokeArguments {
    #[command(flatten)]
    place: Place,
    /// Identifier of the client.
    id: String,
}

/// 0: done. 1: the store refused or cannot be reached. 2: wrong usage.
pub(in crate::cli) fn run(command: &Command) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(error),
    };
    let done = match command {
        Command::Add(arguments) => match client(arguments) {
            Ok((client, token)) => runtime.block_on(add(&arguments.place, client, token)),
            Err(why) => return misused(why),
        },
        Command::List(arguments) => runtime.block_on(list(&arguments.place)),
        Command::Revoke(arguments) => runtime.block_on(revoke(arguments)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error),
    }
}

fn client(arguments: &AddArguments) -> Result<(Client, Option<Token>), String> {
    let rng = SystemRandom::new();
    let (id, kind, hash, token) = match &arguments.certificate {
        Some(path) => {
            let certificates = files::certificates(path)?;
            let leaf = certificates.first().ok_or_else(|| format!("{path}: no certificate"))?;
            let hash = digest(&SHA256, leaf).as_ref().try_into().map_err(|_| "no SHA-256")?;
            let mut id = [0; 6];
            rng.fill(&mut id).map_err(|_| "no randomness")?;
            let id = id.iter().map(|octet| format!("{octet:02x}")).collect();
            (id, ClientKind::Certificate, hash, None)
        }
        None => {
            let (id, token) = Token::generate(&rng).map_err(|_| "no randomness")?;
            (id, ClientKind::Token, token.hash(), Some(token))
        }
    };
    let lasts = arguments.days.map(|days| i64::from(days) * 86_400);
    let client = Client {
        id,
        name: arguments.name.clone(),
        kind,
        hash,
        roles: arguments.roles.iter().map(ToString::to_string).collect(),
        party: arguments.party.clone(),
        expires: lasts.map(|lasts| pnc::time::unix() + lasts),
        revoked: None,
    };
    Ok((client, token))
}

async fn add(place: &Place, client: Client, token: Option<Token>) -> Result<(), StoreError> {
    let id = client.id.clone();
    commit(place, Change::AddClient(client)).await?;
    match (token, place.json) {
        (Some(token), true) => out::line(json!({"id": id, "token": token.as_str()}).to_string()),
        (None, true) => out::line(json!({"id": id}).to_string()),
        (Some(token), false) => out::line(token.as_str()),
        (None, false) => out::line(id),
    }
    Ok(())
}

async fn list(place: &Place) -> Result<(), StoreError> {
    let store = Store::open(&place.database, Options::default()).await?;
    let clients = store.clients().await;
    store.close().await;
    for client in clients? {
        out::line(if place.json { object(&client) } else { line(&client) });
    }
    Ok(())
}

async fn revoke(arguments: &RevokeArguments) -> Result<(), StoreError> {
    let id = arguments.id.clone();
    commit(&arguments.place, Change::RevokeClient { id }).await
}

async fn commit(place: &Place, change: Change) -> Result<(), StoreError> {
    let store = Store::open(&place.database, Options::default()).await?;
    let actor = Actor { client: "pnc pki token".to_owned(), request: String::new() };
    let done = store.commit(Submission::new(pnc::time::unix(), actor).with(change)).await;
    store.close().await;
    done.map(drop)
}

fn state(client: &Client) -> &'static str {
    match (client.revoked, client.is_valid(pnc::time::unix())) {
        (Some(_), _) => "revoked",
        (None, true) => "valid",
        (None, false) => "expired",
    }
}

fn line(client: &Client) -> String {
    let Client { id, name, kind, roles, party, expires, .. } = client;
    let party = party.as_deref().unwrap_or("any party");
    let until =
        expires.map_or_else(|| "forever".to_owned(), |end| format!("until {}", time::text(end)));
    let (roles, state) = (roles.join(","), state(client));
    format!("{id}  {name}  {}  {roles}  {party}  {until}  {state}", kind.name())
}

fn object(client: &Client) -> String {
    json!({
        "id": client.id, "name": client.name, "kind": client.kind.name(), "roles": client.roles,
        "party": client.party, "expires": client.expires.map(time::text), "state": state(client),
    })
    .to_string()
}
