use ring::rand::SecureRandom;

use super::{CRL_NUMBER, REASON};
use crate::der::{self, extension};
use crate::issue::{AUTHORITY_KEY_ID, IssueError, Issuer, KeyId};
use crate::pem;
use crate::revocation::signed::{algorithm_identifier, sign};
use crate::revocation::{Reason, Revocation};
use crate::time;

/// What a revocation list is to say: complete, version 2, with its number and the issuer's key identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlPlan {
    /// Its number: greater than that of the list before.
    pub number: u64,
    /// When it is made, seconds since 1970, not before 1950.
    pub this_update: i64,
    /// When the next one will be there at the latest.
    pub next_update: i64,
    /// Content octets of the serial numbers of revoked certificates, each once, with what is said about them.
    pub revoked: Vec<(Vec<u8>, Revocation)>,
}

impl CrlPlan {
    /// Media type of a list sent by HTTP.
    pub const MEDIA_TYPE: &str = "application/pkix-crl";

    /// Issues the list in DER.
    pub fn issue(&self, issuer: Issuer<'_>, rng: &dyn SecureRandom) -> Result<Vec<u8>, IssueError> {
        let moment = |unix| time::to_der(unix).ok_or(IssueError::Validity);
        let mut entries = Vec::new();
        for (serial, revocation) in &self.revoked {
            entries.extend(der::sequence(&[
                &der::element(der::INTEGER, serial),
                &moment(revocation.at)?,
                &revocation.reason.map_or_else(Vec::new, reason),
            ]));
        }
        // An empty list is left out (RFC 5280 5.1.2.6).
        let list = Some(entries).filter(|entries| !entries.is_empty());
        let list = list.map_or_else(Vec::new, |entries| der::element(der::SEQUENCE, &entries));
        let id = issuer.certificate.extensions().subject_key_id.as_ref();
        let id =
            id.map_or_else(|| KeyId::Sha1.of(issuer.signer.public_key()), |id| id.value.clone());
        let id = der::sequence(&[&der::element(der::implicit(0), &id)]);
        let extensions = der::sequence(&[
            &extension(AUTHORITY_KEY_ID, false, &id),
            &extension(CRL_NUMBER, false, &der::unsigned(&self.number.to_be_bytes())),
        ]);
        let body = der::sequence(&[
            &der::unsigned(&[1]),
            &algorithm_identifier(issuer.signer.public_key().algorithm()),
            issuer.certificate.subject().der(),
            &moment(self.this_update)?,
            &moment(self.next_update)?,
            &list,
            &der::element(der::explicit(0), &extensions),
        ]);
        Ok(der::element(der::SEQUENCE, &sign(body, issuer.signer, rng)?))
    }

    /// PEM text of a list in DER.
    pub fn to_pem(der: &[u8]) -> String {
        pem::revocation_list(der)
    }
}

/// The extensions of an entry. No reason is better left out than given as unspecified (RFC 5280 5.3.1).
fn reason(reason: Reason) -> Vec<u8> {
    if reason == Reason::Unspecified {
        return Vec::new();
    }
    der::sequence(&[&extension(REASON, false, &der::element(der::ENUMERATED, &[reason.code()]))])
}
