//! What must be refused, for tests: chains with one [`Defect`] each, certificates with one [`Flaw`] each, and what is to be said
//! of them. A [`Catalogue`] has all of an edition beside the hierarchy that they were made from.

mod draft;
mod flaw;
#[cfg(test)]
mod tests;

use ring::rand::SecureRandom;

use crate::chain::{Demand, Level, Role};
use crate::issue::{Damaged, Defect, Ending, Hierarchy, IssueError, Issuer, Options};
use crate::profile::CertificateKind;
use crate::revocation::{CrlPlan, Reason, Revocation};
use crate::time::DAY;

pub use draft::Keys;
pub(crate) use draft::compressed;
pub use flaw::Flaw;

/// A hierarchy and everything that must be refused.
pub struct Catalogue {
    /// The hierarchy, sound in itself.
    pub hierarchy: Hierarchy,
    /// Chains with a defect that the strict level minds, role by role, each after its sound one.
    pub chains: Vec<Chain>,
    /// Certificates with a flaw.
    pub certificates: Vec<Certificate>,
    /// A revocation list in DER, by which [`CertificateKind::MoSub1`] revoked the contract's issuer an hour ago: the contract's
    /// chain verifies, and is good for nothing. It is valid for a week.
    pub revoked_sub2: Vec<u8>,
}

/// A chain with at most one defect.
pub struct Chain {
    /// What it is to be good for.
    pub role: Role,
    /// What is wrong.
    pub defect: Defect,
    /// The chain, with the roots of its receiver.
    pub chain: Damaged,
    /// What verification must make of it at the strict, the field and the lab level.
    pub endings: [(Level, Ending); 3],
}

/// A certificate with a flaw.
pub struct Certificate {
    /// What is wrong, and which rules it breaks.
    pub flaw: &'static Flaw,
    /// The certificate. Nobody signed it.
    pub der: Vec<u8>,
}

impl Catalogue {
    /// Makes all of an edition. Validity starts an hour before `now_unix` (seconds since 1970), at which what expired has just
    /// done so.
    pub fn generate(
        rng: &dyn SecureRandom,
        now_unix: i64,
        options: Options,
    ) -> Result<Self, IssueError> {
        let edition = options.edition;
        let hierarchy = Hierarchy::generate(rng, now_unix, options)?;
        let mut chains = Vec::new();
        // An OCSP signer stands below any authority, so that little is wrong with its chain.
        for role in Role::of(edition).filter(|role| *role != Role::OcspSigner) {
            for defect in Defect::ALL {
                let ending = |level| (level, defect.ending(Demand { role, edition, level }));
                let endings = Level::ALL.map(ending);
                let minded = endings.iter().any(|(_, ending)| *ending != Ending::Accepted);
                if minded || defect == Defect::None {
                    let chain = hierarchy.damaged(role, defect, rng)?;
                    chains.push(Chain { role, defect, chain, endings });
                }
            }
        }
        let keys = Keys::generate(rng)?;
        let flaws = Flaw::ALL.iter().filter(|flaw| flaw.edition == edition);
        let certificates =
            flaws.map(|flaw| Certificate { flaw, der: flaw.certificate(&keys) }).collect();
        let issuer = Issuer {
            certificate: hierarchy.certificate(CertificateKind::MoSub1),
            signer: &**hierarchy.key(CertificateKind::MoSub1),
        };
        let revoked = hierarchy.certificate(CertificateKind::MoSub2).serial().to_vec();
        let compromised = Revocation { at: now_unix - 3600, reason: Some(Reason::CaCompromise) };
        let plan = CrlPlan {
            number: 1,
            this_update: now_unix,
            next_update: now_unix + 7 * DAY,
            revoked: vec![(revoked, compromised)],
        };
        let revoked_sub2 = plan.issue(issuer, rng)?;
        Ok(Self { hierarchy, chains, certificates, revoked_sub2 })
    }
}
