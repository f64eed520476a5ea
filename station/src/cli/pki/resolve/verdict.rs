//! What a contract chain resolves to.

use crate::cli::colour::{Colour, Painter, plain};
use crate::cli::pki::trust::{TrustArguments, root_name};
use crate::cli::pki::verify::error_object;
use ::pki::chain::{Cache, Chain, ChainError, Demand, Role, Verified};
use ::pki::id::CheckDigit;
use ::pki::pool::ContractState;
use ::pki::{Anchors, ContractPool, Evcoid, time};
use serde_json::{Value, json};
use std::sync::Arc;

/// Chains that a thread remembers, and for how many seconds.
const REMEMBERED: (usize, u32) = (1024, 3600);

/// Resolves chains, at one moment.
pub(super) struct Resolver<'a> {
    trust: &'a TrustArguments,
    anchors: &'a Anchors,
    pool: Option<&'a ContractPool>,
    cache: Cache,
    now: i64,
}

/// What became of a chain.
pub(super) enum Answer {
    /// Nothing to verify.
    Unreadable(String),
    Refused(Demand, ChainError),
    /// The state is unknown where there is no pool.
    Resolved(Arc<Verified<Chain>>, Evcoid, Option<ContractState>),
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        trust: &'a TrustArguments,
        anchors: &'a Anchors,
        pool: Option<&'a ContractPool>,
    ) -> Self {
        let cache = Cache::new(REMEMBERED.0, REMEMBERED.1);
        Self { trust, anchors, pool, cache, now: trust.now() }
    }

    /// Leaf first.
    pub(super) fn resolve(&mut self, certificates: &[Vec<u8>]) -> Answer {
        let Some((leaf, subs)) = certificates.split_first() else {
            return Answer::Unreadable("no certificate".to_owned());
        };
        let demand = self.trust.demand(Role::Contract, leaf);
        let chain = match self.cache.verify(demand, leaf, subs, self.anchors, self.now) {
            Ok(chain) => chain,
            Err(error) => return Answer::Refused(demand, error),
        };
        match chain.evcoid().cloned() {
            Some(evcoid) => {
                let state = self.pool.map(|pool| pool.resolve(&evcoid, self.now));
                Answer::Resolved(chain, evcoid, state)
            }
            None => Answer::Unreadable("no contract identifier".to_owned()),
        }
    }
}

impl Answer {
    /// Whether nothing is known that speaks against charging.
    pub(super) fn is_good(&self) -> bool {
        matches!(self, Self::Resolved(_, _, None | Some(ContractState::Active { .. })))
    }

    pub(super) fn object(&self) -> Value {
        match self {
            Self::Unreadable(why) => {
                json!({"verified": false, "charge": false, "error": {"check": "input", "message": why}})
            }
            Self::Refused(demand, error) => {
                let error = error_object(error, *demand);
                json!({"verified": false, "charge": false, "error": error})
            }
            Self::Resolved(chain, evcoid, state) => {
                let (name, why) = state.as_ref().map_or(("not asked", None), describe);
                let anchor = chain.anchor();
                let tolerated = chain.checks().iter().filter(|d| d.tolerated.is_some()).count();
                json!({
                    "verified": true,
                    "charge": state.as_ref().map(|_| self.is_good()),
                    "evcoid": evcoid.normal(),
                    "contract": evcoid.separated('-'),
                    "check_digit": match evcoid.check_digit() {
                        CheckDigit::Valid(_) => "right",
                        CheckDigit::Wrong { .. } => "wrong",
                        CheckDigit::Absent { .. } => "absent",
                        CheckDigit::Undefined => "undefined",
                    },
                    "state": name,
                    "why": why,
                    "certificate_until": time::text(chain.not_after()),
                    "anchor": {
                        "kind": root_name(anchor.kind()),
                        "subject": anchor.certificate().subject().to_string(),
                    },
                    "tolerated": tolerated,
                })
            }
        }
    }

    pub(super) fn text(&self) -> String {
        let painter = Painter::stdout();
        let mut text = match self {
            Self::Resolved(_, evcoid, _) => {
                format!("{}\n", painter.paint(Colour::Bold, &evcoid.separated('-')))
            }
            _ => format!("{}\n", painter.paint(Colour::Red, "refused")),
        };
        let mut row = |name: &str, value: &str| text += &format!("  {name:<14}{}\n", plain(value));
        match self {
            Self::Unreadable(why) => row("why", why),
            Self::Refused(demand, error) => {
                let check = error.check();
                row("check", &format!("{check} [{}]", check.requirement(demand.edition)));
                row("why", &error.to_string());
            }
            Self::Resolved(chain, evcoid, state) => {
                row("check digit", &evcoid.check_digit().to_string());
                let anchor = chain.anchor();
                let (subject, kind) = (anchor.certificate().subject(), root_name(anchor.kind()));
                row("vouched by", &format!("{subject} ({kind})"));
                row("certificate", &format!("until {}", time::text(chain.not_after())));
                let (name, why) = state.as_ref().map_or(("not asked", None), describe);
                row("state", name);
                if let Some(why) = why {
                    row("why", &why);
                }
            }
        }
        text
    }
}

fn describe(state: &ContractState) -> (&'static str, Option<String>) {
    match state {
        ContractState::Active { valid_until } => {
            ("active", valid_until.map(|until| format!("until {}", time::text(until))))
        }
        ContractState::Blocked { reason } => ("blocked", reason.clone()),
        ContractState::Expired { valid_until } => {
            ("expired", Some(format!("ended {}", time::text(*valid_until))))
        }
        ContractState::Unknown { near } => {
            ("unknown", near.as_ref().map(|near| format!("the pool has {}", near.separated('-'))))
        }
    }
}
