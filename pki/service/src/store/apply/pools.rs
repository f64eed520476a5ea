use serde_json::{Value, json};

use super::{Entry, Step, done, sha256};
use crate::store::error::{Refusal, What};
use crate::store::model::{
    Authority, Client, Crl, Endpoint, Provisioning, ProvisioningState, Root,
};
use crate::store::rows::{Stop, wrong_state};

impl Step<'_> {
    pub(super) fn put_authority(&mut self, authority: &Authority) -> Result<Option<Entry>, Stop> {
        if self.rows.authorities.find(&authority.name)? == Some(authority) {
            return Ok(None);
        }
        self.rows.authorities.put(authority.clone())?;
        let detail = json!({
            "kind": authority.kind, "subject": authority.subject,
            "not_before": authority.not_before, "not_after": authority.not_after,
            "sha256": sha256(&authority.certificate),
        });
        done("authority.put", &authority.name, detail)
    }

    pub(super) fn retire_authority(&mut self, name: &str) -> Result<Option<Entry>, Stop> {
        let mut authority = self.rows.authorities.require(name)?;
        if authority.retired.is_some() {
            return Err(wrong_state(What::Authority, name, "retired"));
        }
        authority.retired = Some(self.now);
        self.rows.authorities.put(authority)?;
        done("authority.retired", name, Value::Null)
    }

    pub(super) fn publish_crl(&mut self, crl: &Crl) -> Result<Option<Entry>, Stop> {
        self.rows.authorities.require(&crl.authority)?;
        let current = self.rows.crls.find(&crl.authority)?.map_or(0, |last| last.number);
        if crl.number <= current {
            return Err(Refusal::CrlNumber { current }.into());
        }
        self.rows.crls.put(crl.clone())?;
        let detail = json!({
            "number": crl.number, "this_update": crl.this_update,
            "next_update": crl.next_update, "sha256": sha256(&crl.der),
        });
        done("crl.published", &crl.authority, detail)
    }

    pub(super) fn put_provisioning(
        &mut self,
        provisioning: &Provisioning,
    ) -> Result<Option<Entry>, Stop> {
        let before = self.rows.provisionings.find(&provisioning.pcid)?;
        if before.is_some_and(|before| before.state == ProvisioningState::Revoked) {
            return Err(wrong_state(What::Provisioning, &provisioning.pcid, "revoked"));
        }
        let row = Provisioning { changed: self.now, ..provisioning.clone() };
        self.rows.provisionings.put(row)?;
        let detail = json!({
            "owner": provisioning.owner, "previous_pcid": provisioning.previous_pcid,
            "not_after": provisioning.not_after, "sha256": sha256(&provisioning.leaf),
        });
        done("provisioning.put", &provisioning.pcid, detail)
    }

    pub(super) fn revoke_provisioning(
        &mut self,
        pcid: &str,
        reason: &str,
    ) -> Result<Option<Entry>, Stop> {
        let mut provisioning = self.rows.provisionings.require(pcid)?;
        if provisioning.state == ProvisioningState::Revoked {
            return Err(wrong_state(What::Provisioning, pcid, "revoked"));
        }
        provisioning.state = ProvisioningState::Revoked;
        provisioning.changed = self.now;
        provisioning.reason = Some(reason.to_owned());
        self.rows.provisionings.put(provisioning)?;
        done("provisioning.revoked", pcid, json!({ "reason": reason }))
    }

    pub(super) fn remove_provisioning(&mut self, pcid: &str) -> Result<Option<Entry>, Stop> {
        self.rows.provisionings.require(pcid)?;
        self.rows.provisionings.remove(pcid);
        done("provisioning.removed", pcid, Value::Null)
    }

    pub(super) fn put_root(&mut self, root: &Root) -> Result<Option<Entry>, Stop> {
        if self.rows.roots.find(&root.id)? == Some(root) {
            return Ok(None);
        }
        self.rows.roots.put(root.clone())?;
        let detail = json!({
            "kind": root.kind.name(), "subject": root.subject, "not_after": root.not_after,
            "owner": root.owner,
        });
        done("root.put", &root.id, detail)
    }

    pub(super) fn remove_root(&mut self, id: &str) -> Result<Option<Entry>, Stop> {
        self.rows.roots.require(id)?;
        self.rows.roots.remove(id);
        done("root.removed", id, Value::Null)
    }

    pub(super) fn put_endpoint(&mut self, endpoint: &Endpoint) -> Result<Option<Entry>, Stop> {
        self.rows.endpoints.put(endpoint.clone())?;
        let detail = json!({
            "url": endpoint.url, "events": endpoint.events, "owner": endpoint.owner,
        });
        done("endpoint.put", &endpoint.id, detail)
    }

    pub(super) fn remove_endpoint(&mut self, id: &str) -> Result<Option<Entry>, Stop> {
        self.rows.endpoints.require(id)?;
        self.rows.endpoints.remove(id);
        done("endpoint.removed", id, Value::Null)
    }

    pub(super) fn add_client(&mut self, client: &Client) -> Result<Option<Entry>, Stop> {
        self.rows.clients.forbid(&client.id)?;
        self.rows.clients.put(client.clone())?;
        let detail = json!({
            "name": client.name, "kind": client.kind.name(), "roles": client.roles,
            "party": client.party, "expires": client.expires,
        });
        done("client.added", &client.id, detail)
    }

    pub(super) fn revoke_client(&mut self, id: &str) -> Result<Option<Entry>, Stop> {
        let mut client = self.rows.clients.require(id)?;
        if client.revoked.is_some() {
            return Err(wrong_state(What::Client, id, "revoked"));
        }
        client.revoked = Some(self.now);
        self.rows.clients.put(client)?;
        done("client.revoked", id, Value::Null)
    }
}
