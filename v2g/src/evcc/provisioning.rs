//! How a car gets contract certificates through stations.

use super::{Contract, ContractKey};
use crate::delivery::{AcceptError, BuildError, NewContract};
use crate::provisioning::Service;
use alloc::sync::Arc;
use core::fmt;
use pki::{Anchors, Certificate, Level};

/// What a car needs to ask for contract certificates. Asked is over TLS alone, before the contract is shown.
#[derive(Clone, Debug)]
pub struct Provisioning {
    /// When to ask, and what for.
    pub when: When,
    /// Who the car is; without it only updates can be had.
    pub identity: Option<ProvisioningIdentity>,
    /// V2G roots, which the delivering service hangs on, and mobility operators' roots if the car has any.
    pub anchors: Anchors,
    /// How close certificates must keep to their profiles.
    pub level: Level,
    /// Unix time in seconds when the engine's time is zero.
    pub clock: i64,
    /// Leave when nothing is delivered, instead of charging with what the car has.
    pub required: bool,
}

/// When to ask for a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// Without a contract for a first one, with one that runs out within so many seconds for a fresh one.
    Needed { soon: i64 },
    /// Always, for a first one.
    Installation,
    /// Always, for a fresh one of the contract at hand.
    Update,
}

/// The certificate that the car was made with, and its key.
#[derive(Clone)]
pub struct ProvisioningIdentity {
    /// The OEM provisioning certificate.
    pub certificate: Certificate,
    /// It signs requests and opens what is delivered.
    pub key: Arc<dyn ContractKey>,
}

impl fmt::Debug for ProvisioningIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.certificate.subject().common_name();
        f.debug_struct("ProvisioningIdentity").field("pcid", &name).finish_non_exhaustive()
    }
}

/// A contract has come and passed every check: it is to be kept, by [`stored`](Self::stored) or
/// [`stored_as`](Self::stored_as), or not to be used, by [`failed`](Self::failed).
///
/// It is the car's even if the session ends meanwhile.
#[derive(Clone)]
pub struct Store {
    pub(crate) number: u64,
    pub(crate) service: Service,
    pub(crate) contract: Arc<NewContract>,
}

impl Store {
    /// What was asked for.
    pub fn service(&self) -> Service {
        self.service
    }

    /// Certificates and key. The key is erased when the last one drops it.
    pub fn contract(&self) -> &Arc<NewContract> {
        &self.contract
    }

    /// It is in its place; the car goes on with the key as it came.
    pub fn stored(self) -> Stored {
        let key = self.contract.key.clone();
        self.stored_as(key)
    }

    /// It is in its place, and its key is used from there: in a hardware module for instance.
    pub fn stored_as(self, key: Arc<dyn ContractKey>) -> Stored {
        Stored { number: self.number, key: Some(key) }
    }

    /// It could not be kept: the car goes on as if nothing had come.
    pub fn failed(self) -> Stored {
        Stored { number: self.number, key: None }
    }
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number && Arc::ptr_eq(&self.contract, &other.contract)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({}, {})", self.service, self.contract.evcoid)
    }
}

/// What became of a [`Store`].
pub struct Stored {
    number: u64,
    key: Option<Arc<dyn ContractKey>>,
}

impl Stored {
    /// The contract to go on with, if this is the answer to that question: `Some(None)` if it was not kept, or the key
    /// is not the certificate's.
    pub(crate) fn redeem(self, number: u64, new: &NewContract) -> Option<Option<Contract>> {
        if self.number != number {
            return None;
        }
        let own = |key: &Arc<dyn ContractKey>| new.leaf.public_key() == Ok(key.public_key());
        Some(self.key.filter(own).map(|key| Contract {
            evcoid: new.evcoid.clone(),
            leaf: new.leaf.der().to_vec(),
            subs: new.subs.iter().map(|sub| sub.der().to_vec()).collect(),
            key,
        }))
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.key.is_some() { "Stored" } else { "NotStored" })
    }
}

/// Why a car that wanted a contract certificate has none.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoDelivery {
    /// The car has not what it takes to ask; says what is missing.
    #[error("the car cannot ask: {0}")]
    Unable(&'static str),
    /// The station has no such service.
    #[error("the station does not offer it")]
    NotOffered,
    /// The request cannot be made.
    #[error("the request cannot be made: {0}")]
    Request(BuildError),
    /// What came is not good.
    #[error(transparent)]
    Rejected(AcceptError),
    /// The car could not keep it.
    #[error("it could not be stored")]
    NotStored,
}
