use pki::Evcoid;
use pki::revocation::Revocation;
use serde_json::{Value, json};

use super::{Entry, Step, done, revocation_detail, sha256};
use crate::audit::ISSUED;
use crate::store::error::{Refusal, What};
use crate::store::model::{Certificate, CertificateId, CertificateState};
use crate::store::rows::{Stop, wrong_state};

impl Step<'_> {
    pub(super) fn issue(&mut self, certificate: &Certificate) -> Result<Option<Entry>, Stop> {
        let authority = &certificate.id.authority;
        let issuer = self.rows.authorities.find(authority)?;
        match issuer.map(|issuer| issuer.retired) {
            None => {
                let key = authority.clone();
                return Err(Refusal::Missing { what: What::Authority, key }.into());
            }
            Some(Some(_)) => return Err(wrong_state(What::Authority, authority, "retired")),
            Some(None) => {}
        }
        let key = certificate.id.to_string();
        self.rows.certificates.forbid(&key)?;
        let filed = Certificate { changed: self.now, record: self.seq, ..certificate.clone() };
        self.rows.certificates.put(filed)?;
        let detail = json!({
            "kind": certificate.kind, "subject": certificate.subject,
            "evcoid": certificate.evcoid.as_ref().map(Evcoid::to_string), "pcid": certificate.pcid,
            "not_before": certificate.not_before, "not_after": certificate.not_after,
            "state": certificate.state.name(), "sha256": sha256(&certificate.der),
        });
        done(ISSUED, key, detail)
    }

    pub(super) fn deliver(&mut self, id: &CertificateId) -> Result<Option<Entry>, Stop> {
        let mut certificate = self.rows.certificates.require(&id.to_string())?;
        match certificate.state {
            CertificateState::Issued | CertificateState::Delivered => {}
            state => return Err(wrong_state(What::Certificate, id.to_string(), state.name())),
        }
        certificate.state = CertificateState::Delivered;
        certificate.changed = self.now;
        self.rows.certificates.put(certificate)?;
        done("certificate.delivered", id.to_string(), Value::Null)
    }

    pub(super) fn revoke(
        &mut self,
        id: &CertificateId,
        revocation: Revocation,
    ) -> Result<Option<Entry>, Stop> {
        let mut certificate = self.rows.certificates.require(&id.to_string())?;
        match certificate.state {
            CertificateState::Revoked(before) if before.is_final() => {
                return Err(wrong_state(What::Certificate, id.to_string(), "revoked"));
            }
            _ => {}
        }
        certificate.state = CertificateState::Revoked(revocation);
        certificate.changed = revocation.at;
        self.rows.certificates.put(certificate)?;
        done("certificate.revoked", id.to_string(), revocation_detail(revocation))
    }

    pub(super) fn release(&mut self, id: &CertificateId) -> Result<Option<Entry>, Stop> {
        let mut certificate = self.rows.certificates.require(&id.to_string())?;
        match certificate.state {
            CertificateState::Revoked(revocation) if !revocation.is_final() => {}
            state => return Err(wrong_state(What::Certificate, id.to_string(), state.name())),
        }
        certificate.state = CertificateState::Delivered;
        certificate.changed = self.now;
        self.rows.certificates.put(certificate)?;
        done("certificate.released", id.to_string(), Value::Null)
    }

    pub(super) fn expire_certificate(&mut self, id: &CertificateId) -> Result<Option<Entry>, Stop> {
        let mut certificate = self.rows.certificates.require(&id.to_string())?;
        match certificate.state {
            CertificateState::Issued | CertificateState::Delivered => {}
            state => return Err(wrong_state(What::Certificate, id.to_string(), state.name())),
        }
        certificate.state = CertificateState::Expired;
        certificate.changed = self.now;
        let detail = json!({ "not_after": certificate.not_after });
        self.rows.certificates.put(certificate)?;
        done("certificate.expired", id.to_string(), detail)
    }
}
