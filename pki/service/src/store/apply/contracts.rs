use pki::Evcoid;
use pki::revocation::Revocation;
use ring::digest::{Context, SHA256};
use serde_json::{Value, json};

use super::{Entry, Step, done, revocation_detail, sha256};
use crate::store::error::{Refusal, What};
use crate::store::model::{CertificateId, CertificateState, Contract, ContractData, ContractState};
use crate::store::rows::{Stop, wrong_state};

/// What a change of one contract comes to: action and detail, or the state that does not allow it.
type Changed = Result<(&'static str, Value), ContractState>;

impl Step<'_> {
    pub(super) fn create_contract(&mut self, contract: &Contract) -> Result<Option<Entry>, Stop> {
        self.create(contract)?;
        done("contract.created", contract.evcoid.to_string(), contract_detail(contract))
    }

    pub(super) fn import_contracts(
        &mut self,
        contracts: &[Contract],
    ) -> Result<Option<Entry>, Stop> {
        let mut context = Context::new(&SHA256);
        for contract in contracts {
            self.create(contract)?;
            context.update(contract_detail(contract).to_string().as_bytes());
            context.update(b"\n");
        }
        let of = |contract: Option<&Contract>| contract.map(|one| one.evcoid.to_string());
        let detail = json!({
            "count": contracts.len(), "first": of(contracts.first()), "last": of(contracts.last()),
            "sha256": hex::encode(context.finish()),
        });
        done("contracts.imported", "", detail)
    }

    pub(super) fn bind_contract(
        &mut self,
        evcoid: &Evcoid,
        pcid: Option<&String>,
    ) -> Result<Option<Entry>, Stop> {
        self.contract(evcoid, |contract, seq| {
            contract.pcid = pcid.cloned();
            contract.preferred = seq;
            Ok(("contract.bound", json!({ "pcid": pcid })))
        })
    }

    pub(super) fn renew_contract(
        &mut self,
        evcoid: &Evcoid,
        certificate: &CertificateId,
        not_after: Option<i64>,
    ) -> Result<Option<Entry>, Stop> {
        self.rows.certificates.require(&certificate.to_string())?;
        self.contract(evcoid, |contract, _| {
            contract.state = match contract.state {
                ContractState::Revoked => return Err(ContractState::Revoked),
                ContractState::Suspended => ContractState::Suspended,
                ContractState::Active | ContractState::Expired => ContractState::Active,
            };
            contract.certificate = Some(certificate.clone());
            contract.not_after = not_after;
            let detail = json!({ "certificate": certificate.to_string(), "not_after": not_after });
            Ok(("contract.renewed", detail))
        })
    }

    pub(super) fn suspend_contract(
        &mut self,
        evcoid: &Evcoid,
        reason: &str,
    ) -> Result<Option<Entry>, Stop> {
        self.contract(evcoid, |contract, _| {
            contract.turn(&[ContractState::Active], ContractState::Suspended)?;
            contract.reason = Some(reason.to_owned());
            Ok(("contract.suspended", json!({ "reason": reason })))
        })
    }

    pub(super) fn resume_contract(&mut self, evcoid: &Evcoid) -> Result<Option<Entry>, Stop> {
        self.contract(evcoid, |contract, _| {
            contract.turn(&[ContractState::Suspended], ContractState::Active)?;
            contract.reason = None;
            Ok(("contract.resumed", Value::Null))
        })
    }

    pub(super) fn revoke_contract(
        &mut self,
        evcoid: &Evcoid,
        why: &str,
        revocation: Revocation,
    ) -> Result<Option<Entry>, Stop> {
        let certificate = self.rows.contracts.require(evcoid.stem())?.certificate;
        let mut revoked = None;
        if let Some(id) = certificate {
            let mut certificate = self.rows.certificates.require(&id.to_string())?;
            let is_final = matches!(
                certificate.state,
                CertificateState::Revoked(before) if before.is_final()
            );
            if !is_final {
                certificate.state = CertificateState::Revoked(revocation);
                certificate.changed = revocation.at;
                self.rows.certificates.put(certificate)?;
                revoked = Some(id.to_string());
            }
        }
        self.contract(evcoid, |contract, _| {
            if contract.state == ContractState::Revoked {
                return Err(contract.state);
            }
            contract.state = ContractState::Revoked;
            contract.reason = Some(why.to_owned());
            let mut detail = revocation_detail(revocation);
            if let Some(detail) = detail.as_object_mut() {
                detail.insert("why".to_owned(), why.into());
                detail.insert("certificate".to_owned(), revoked.into());
            }
            Ok(("contract.revoked", detail))
        })
    }

    pub(super) fn expire_contract(&mut self, evcoid: &Evcoid) -> Result<Option<Entry>, Stop> {
        self.contract(evcoid, |contract, _| {
            let from = [ContractState::Active, ContractState::Suspended];
            contract.turn(&from, ContractState::Expired)?;
            Ok(("contract.expired", json!({ "not_after": contract.not_after })))
        })
    }

    pub(super) fn remove_contract(&mut self, evcoid: &Evcoid) -> Result<Option<Entry>, Stop> {
        let contract = self.rows.contracts.require(evcoid.stem())?;
        self.rows.contracts.remove(evcoid.stem());
        done("contract.removed", contract.evcoid.to_string(), Value::Null)
    }

    pub(super) fn prefer_contract(&mut self, evcoid: &Evcoid) -> Result<Option<Entry>, Stop> {
        if self.rows.contracts.require(evcoid.stem())?.pcid.is_none() {
            return Err(Refusal::Unbound(evcoid.to_string()).into());
        }
        self.contract(evcoid, |contract, seq| {
            contract.preferred = seq;
            Ok(("contract.preferred", json!({ "pcid": contract.pcid })))
        })
    }

    pub(super) fn put_contract_data(&mut self, data: &ContractData) -> Result<Option<Entry>, Stop> {
        let contract = self.rows.contracts.require(data.evcoid.stem())?;
        if contract.state == ContractState::Revoked {
            let name = data.evcoid.to_string();
            return Err(wrong_state(What::Contract, name, contract.state.name()));
        }
        self.rows.contract_data.put(data.clone())?;
        let detail = json!({
            "pcid": data.pcid, "certificate": data.certificate.to_string(),
            "receiver": hex::encode(data.receiver), "sha256": sha256(&data.body),
        });
        done("contract_data.put", data.evcoid.to_string(), detail)
    }

    pub(super) fn remove_contract_data(
        &mut self,
        evcoid: &Evcoid,
        pcid: &str,
    ) -> Result<Option<Entry>, Stop> {
        let key = ContractData::key_of(evcoid, pcid);
        self.rows.contract_data.require(&key)?;
        self.rows.contract_data.remove(&key);
        done("contract_data.removed", key, Value::Null)
    }

    fn create(&mut self, contract: &Contract) -> Result<(), Stop> {
        self.rows.contracts.forbid(contract.evcoid.stem())?;
        for form in contract.evcoid.other_forms() {
            self.rows.contracts.forbid(form.stem())?;
        }
        let created = Contract { changed: self.now, preferred: self.seq, ..contract.clone() };
        self.rows.contracts.put(created)
    }

    /// Changes one contract.
    fn contract(
        &mut self,
        evcoid: &Evcoid,
        change: impl FnOnce(&mut Contract, u64) -> Changed,
    ) -> Result<Option<Entry>, Stop> {
        let mut contract = self.rows.contracts.require(evcoid.stem())?;
        let name = contract.evcoid.to_string();
        let (action, detail) = change(&mut contract, self.seq)
            .map_err(|state| wrong_state(What::Contract, &name, state.name()))?;
        contract.changed = self.now;
        self.rows.contracts.put(contract)?;
        done(action, name, detail)
    }
}

impl Contract {
    /// Changes the state, if it is one of these.
    fn turn(&mut self, from: &[ContractState], to: ContractState) -> Result<(), ContractState> {
        if !from.contains(&self.state) {
            return Err(self.state);
        }
        self.state = to;
        Ok(())
    }
}

fn contract_detail(contract: &Contract) -> Value {
    json!({
        "evcoid": contract.evcoid.to_string(), "pcid": contract.pcid, "owner": contract.owner,
        "state": contract.state.name(), "not_after": contract.not_after,
        "certificate": contract.certificate.as_ref().map(CertificateId::to_string),
    })
}
