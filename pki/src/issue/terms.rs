use super::IssueError;
use super::encode::KeyId;
use crate::der;
use crate::profile::{CertificateKind as Kind, Edition, profile};
use crate::time::DAY;

/// What an authority writes into the certificates that it issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Kinds that it issues: those that [`issued_by`] gives for its own kind, or fewer.
    pub kinds: Vec<Kind>,
    /// Seconds of validity, within that of the authority; `None` for what is [usual](usual_days) for the kind.
    pub lifetime: Option<i64>,
    /// Seconds by which validity starts before the moment of issue, for clocks that are slow.
    pub lead: i64,
    /// Address of the OCSP responder that answers for what is issued. Not for OCSP signers.
    pub ocsp: Option<String>,
    /// Address of the authority's revocation list.
    pub crl: Option<String>,
    /// Policies under which it issues; none by default, for ISO 15118 names none.
    pub policies: Vec<Policy>,
    /// How the keys of subjects are identified.
    pub key_id: KeyId,
}

/// A certificate policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Dotted object identifier.
    pub oid: String,
    /// Address of the practice statement.
    pub statement: Option<String>,
}

impl Terms {
    /// The usual ones of an authority of a kind: everything that it may issue, valid as long as usual, an hour of lead, no
    /// addresses.
    pub fn of(edition: Edition, authority: Kind) -> Self {
        Self {
            kinds: issued_by(authority, edition).collect(),
            lifetime: None,
            lead: LEAD,
            ocsp: None,
            crl: None,
            policies: Vec::new(),
            key_id: KeyId::Sha1,
        }
    }

    /// Whether addresses and policies can be written.
    pub(super) fn check(&self) -> Result<(), IssueError> {
        let statements = self.policies.iter().filter_map(|policy| policy.statement.as_ref());
        for address in self.ocsp.iter().chain(&self.crl).chain(statements) {
            let scheme = ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme));
            if !scheme || !address.bytes().all(|octet| octet.is_ascii_graphic()) {
                return Err(IssueError::Unwritable(address.clone()));
            }
        }
        let bad = self.policies.iter().find(|policy| der::dotted_oid(&policy.oid).is_none());
        bad.map_or(Ok(()), |policy| Err(IssueError::Unwritable(policy.oid.clone())))
    }
}

/// The kinds that an authority of a kind may issue in an edition; none for a leaf.
pub fn issued_by(authority: Kind, edition: Edition) -> impl Iterator<Item = Kind> {
    let kinds: &[Kind] = match authority {
        Kind::V2gRoot => &[
            Kind::CpoSub1,
            Kind::MoSub1,
            Kind::OemSub1,
            Kind::VehicleSub1,
            Kind::CpsSub1,
            Kind::OcspSigner,
        ],
        // Only here a root issues leaves [V2G2-868].
        Kind::PrivateRoot => &[Kind::SeccLeaf],
        Kind::MoRoot => &[Kind::MoSub1, Kind::OcspSigner],
        Kind::OemRoot => &[Kind::OemSub1, Kind::VehicleSub1, Kind::OcspSigner],
        Kind::CpoSub1 => &[Kind::CpoSub2, Kind::OcspSigner],
        Kind::CpoSub2 => &[Kind::SeccLeaf, Kind::OcspSigner],
        Kind::MoSub1 => &[Kind::MoSub2, Kind::OcspSigner],
        Kind::MoSub2 => &[Kind::ContractLeaf, Kind::OcspSigner],
        Kind::OemSub1 => &[Kind::OemSub2, Kind::OcspSigner],
        Kind::OemSub2 => &[Kind::OemProvisioningLeaf, Kind::OcspSigner],
        Kind::VehicleSub1 => &[Kind::VehicleSub2, Kind::OcspSigner],
        Kind::VehicleSub2 => &[Kind::VehicleLeaf, Kind::OcspSigner],
        Kind::CpsSub1 => &[Kind::CpsSub2, Kind::OcspSigner],
        Kind::CpsSub2 => &[Kind::CpsLeaf, Kind::OcspSigner],
        Kind::SeccLeaf
        | Kind::ContractLeaf
        | Kind::OemProvisioningLeaf
        | Kind::VehicleLeaf
        | Kind::CpsLeaf
        | Kind::OcspSigner => &[],
    };
    kinds.iter().copied().filter(move |kind| profile(*kind, edition).edition == edition)
}

/// Days for which certificates of a kind are usually valid.
pub const fn usual_days(kind: Kind) -> i64 {
    match kind {
        // Forty years [V2G2-011].
        Kind::V2gRoot | Kind::OemRoot => 14_610,
        Kind::OemSub1 | Kind::OemSub2 | Kind::VehicleSub1 | Kind::VehicleSub2 => 7300,
        Kind::PrivateRoot | Kind::MoRoot | Kind::OemProvisioningLeaf => 3650,
        Kind::VehicleLeaf => 1825,
        Kind::CpoSub1 | Kind::MoSub1 | Kind::MoSub2 | Kind::CpsSub1 => 1460,
        Kind::CpoSub2 | Kind::CpsSub2 | Kind::ContractLeaf => 730,
        Kind::CpsLeaf | Kind::OcspSigner => 90,
        Kind::SeccLeaf => 60,
    }
}

/// What [`usual_days`] gives, in seconds.
pub(super) const fn usual_lifetime(kind: Kind) -> i64 {
    usual_days(kind) * DAY
}

/// Seconds by which certificates usually start before the moment of issue.
pub(super) const LEAD: i64 = 3600;
