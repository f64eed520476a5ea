use super::{Authorizer, Decision, Denial, Identity};
use pki::ContractPool;
use pki::pool::ContractState;
use std::pin::Pin;
use std::sync::{PoisonError, RwLock};

/// Decides about contracts by a pool.
#[derive(Debug)]
pub struct KnownContracts {
    name: String,
    pool: RwLock<ContractPool>,
}

impl KnownContracts {
    /// `name`: how records call this pool.
    pub fn new(name: impl Into<String>, pool: ContractPool) -> Self {
        Self { name: name.into(), pool: RwLock::new(pool) }
    }

    /// Takes another pool for all later questions.
    pub fn replace(&self, pool: ContractPool) {
        *self.pool.write().unwrap_or_else(PoisonError::into_inner) = pool;
    }

    fn judge(&self, identity: &Identity, now: i64) -> Decision {
        let Identity::Contract(contract) = identity else { return Decision::Pass };
        let pool = self.pool.read().unwrap_or_else(PoisonError::into_inner);
        let deny = |denial, reason: String| Decision::Deny { denial, reason };
        match pool.resolve(&contract.evcoid, now) {
            ContractState::Active { valid_until: None } => {
                Decision::Accept { token: None, reason: "contract is active".into() }
            }
            ContractState::Active { valid_until: Some(until) } => Decision::Accept {
                token: None,
                reason: format!("contract is active until {}", moment(until)),
            },
            ContractState::Blocked { reason } => {
                deny(Denial::Blocked, reason.unwrap_or_else(|| "contract is blocked".into()))
            }
            ContractState::Expired { valid_until } => {
                deny(Denial::Expired, format!("contract ended {}", moment(valid_until)))
            }
            ContractState::Unknown { near: None } => {
                deny(Denial::Unknown, "contract is not in the pool".into())
            }
            ContractState::Unknown { near: Some(near) } => {
                deny(Denial::Unknown, format!("contract is not in the pool; it has {near}"))
            }
        }
    }
}

impl Authorizer for KnownContracts {
    fn name(&self) -> &str {
        &self.name
    }

    fn decide<'a>(
        &'a self,
        identity: &'a Identity,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'a>> {
        Box::pin(std::future::ready(self.judge(identity, crate::time::unix())))
    }
}

fn moment(unix: i64) -> String {
    let seconds = u64::try_from(unix).unwrap_or_default();
    crate::time::rfc3339(std::time::Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pki::Evcoid;
    use v2g::authorization::ContractIdentity;

    #[test]
    fn the_pool_decides_about_contracts_and_about_nothing_else() {
        let pool =
            ContractPool::parse("DEABC123456789Y, active\nNL-TNM-012204-5, blocked, , stolen\n")
                .unwrap();
        let known = KnownContracts::new("pool", pool);
        let judge = |text: &str| {
            let evcoid = Evcoid::parse(text).unwrap();
            known.judge(
                &Identity::Contract(ContractIdentity { evcoid, chain: vec![], expires: 0 }),
                0,
            )
        };
        assert!(matches!(judge("DEABC123456789Y"), Decision::Accept { token: None, .. }));
        assert_eq!(
            judge("NLTNM0122045"),
            Decision::Deny { denial: Denial::Blocked, reason: "stolen".into() }
        );
        assert!(matches!(judge("DEABC999999999"), Decision::Deny { denial: Denial::Unknown, .. }));
        assert_eq!(known.judge(&Identity::External, 0), Decision::Pass);
    }
}
