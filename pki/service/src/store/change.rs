//! What can be asked of the store, and what it answers.

use core::ops::Range;

use pki::Evcoid;
use pki::revocation::Revocation;

use super::model::{
    Authority, Certificate, CertificateId, Client, Contract, ContractData, Crl, Endpoint, Event,
    Provisioning, Reply, Response, Root,
};

/// Changes that are made together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    pub(super) now: i64,
    pub(super) actor: Actor,
    pub(super) changes: Vec<Change>,
    pub(super) events: Vec<Event>,
    pub(super) reply: Option<Reply>,
}

/// Who wants a change; stands in the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// Name of the client.
    pub client: String,
    /// Its request's identifier.
    pub request: String,
}

/// How a submission ended, durably.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    /// All changes are made.
    Done {
        /// Numbers of their records in the audit log; fewer than changes if some changed nothing.
        records: Range<u64>,
    },
    /// The request was answered before, and nothing was done now.
    Replayed(Response),
}

/// One change. What it refuses is named at each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds an authority or replaces what is known of it.
    PutAuthority(Authority),
    /// Ends its issuing; its lists go on.
    RetireAuthority {
        /// Its name.
        name: String,
    },
    /// Files a certificate. Refused if the serial number was used, or the authority is unknown or retired.
    IssueCertificate(Certificate),
    /// Marks a certificate as handed out; refused if it is revoked or expired.
    DeliverCertificate(CertificateId),
    /// Revokes a certificate, or puts it on hold. Refused if it is revoked for good.
    RevokeCertificate {
        /// Which.
        id: CertificateId,
        /// When and why.
        revocation: Revocation,
    },
    /// Ends a certificate's hold; refused unless it is on hold.
    ReleaseCertificate(CertificateId),
    /// Adds a provisioning certificate or replaces it; refused if it is revoked.
    PutProvisioning(Provisioning),
    /// Revokes a provisioning certificate.
    RevokeProvisioning {
        /// Which.
        pcid: String,
        /// Why.
        reason: String,
    },
    /// Forgets a provisioning certificate.
    RemoveProvisioning {
        /// Which.
        pcid: String,
    },
    /// Adds a contract; refused if it is there in any spelling or form.
    CreateContract(Contract),
    /// Adds many contracts with one audit record; refused if one of them is there.
    ImportContracts(Vec<Contract>),
    /// Binds a contract to a car, or frees it.
    BindContract {
        /// Which.
        evcoid: Evcoid,
        /// The car's provisioning certificate.
        pcid: Option<String>,
    },
    /// Gives a contract a new certificate.
    RenewContract {
        /// Which.
        evcoid: Evcoid,
        /// The certificate, issued here before or by the same submission.
        certificate: CertificateId,
        /// Last second of the contract.
        not_after: Option<i64>,
    },
    /// Suspends an active contract.
    SuspendContract {
        /// Which.
        evcoid: Evcoid,
        /// Why.
        reason: String,
    },
    /// Makes a suspended contract active.
    ResumeContract {
        /// Which.
        evcoid: Evcoid,
    },
    /// Revokes a contract, and its certificate if that is not revoked for good.
    RevokeContract {
        /// Which.
        evcoid: Evcoid,
        /// Why, in words.
        why: String,
        /// When and why, for the certificate.
        revocation: Revocation,
    },
    /// Forgets a contract. Its certificates stay on file.
    RemoveContract {
        /// Which.
        evcoid: Evcoid,
    },
    /// Makes a contract the default of its car.
    PreferContract {
        /// Which.
        evcoid: Evcoid,
    },
    /// Adds or replaces the data of a contract for a car; refused if the contract is unknown.
    PutContractData(ContractData),
    /// Forgets the data of a contract for a car.
    RemoveContractData {
        /// Which contract.
        evcoid: Evcoid,
        /// Which car.
        pcid: String,
    },
    /// Adds or replaces a root.
    PutRoot(Root),
    /// Forgets a root.
    RemoveRoot {
        /// Which.
        id: String,
    },
    /// Adds or replaces the address of a webhook.
    PutEndpoint(Endpoint),
    /// Forgets the address of a webhook.
    RemoveEndpoint {
        /// Which.
        id: String,
    },
    /// Adds a client; refused if its name or its secret is there.
    AddClient(Client),
    /// Takes a client's rights.
    RevokeClient {
        /// Which.
        id: String,
    },
    /// Files a revocation list; refused unless its number is greater than the last.
    PublishCrl(Crl),
    /// Puts on record that a contract's time is over.
    ExpireContract {
        /// Which.
        evcoid: Evcoid,
    },
    /// Puts on record that a certificate's time is over.
    ExpireCertificate(CertificateId),
    /// Puts a signed head of the audit log on record; see [`crate::audit::Seal`].
    Seal(crate::audit::Seal),
}

impl Submission {
    /// Nothing yet, by somebody, at a moment (seconds since 1970).
    pub fn new(now: i64, actor: Actor) -> Self {
        Self { now, actor, changes: Vec::new(), events: Vec::new(), reply: None }
    }

    /// Adds a change.
    #[must_use]
    pub fn with(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// Adds an event for the webhooks.
    #[must_use]
    pub fn announce(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Keeps the answer, so that a repetition gets it and does nothing again.
    #[must_use]
    pub fn replying(mut self, reply: Reply) -> Self {
        self.reply = Some(reply);
        self
    }
}
