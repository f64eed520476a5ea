use std::sync::Arc;

use ring::rand::SecureRandom;

use super::terms::{LEAD, usual_lifetime};
use super::{IssueError, Issuer, Plan};
use crate::cert::{AttributeKind, Certificate};
use crate::chain::{Anchors, Role, RootKind};
use crate::id::Evcoid;
use crate::key::{Algorithm, KeyError, PrivateKey, Signer};
use crate::pem;
use crate::profile::{
    Authority, CertificateKind as Kind, Edition, RevocationPointers, Times, profile,
};

/// A complete hierarchy for tests, after the profiles of an edition: every root, authority and leaf with its key.
pub struct Hierarchy {
    pub(super) members: Vec<Member>,
    pub(super) anchors: Anchors,
    pub(super) now: i64,
    options: Options,
}

/// What a hierarchy says about its owners.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whose profiles are followed.
    pub edition: Edition,
    /// What all keys are: on P-256 in ISO 15118-2, on P-521 or of Ed448 in ISO 15118-20 [V2G20-2320].
    pub algorithm: Algorithm,
    /// Organization in every subject.
    pub organization: String,
    /// Country where a profile wants one.
    pub country: String,
    /// Common name of the station.
    pub secc: String,
    /// Contract of the car.
    pub evcoid: Evcoid,
    /// Common name of the provisioning certificate: a PCID.
    pub pcid: String,
    /// Common name of the car's certificate for TLS in ISO 15118-20: an EVCCID.
    pub evccid: String,
    /// Address of an OCSP responder, for authorities below a root and for leaves.
    pub ocsp: Option<String>,
}

/// A leaf with its chain and key, as one side of a session holds it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// What it is good for.
    pub role: Role,
    /// The leaf.
    pub leaf: Certificate,
    /// The authorities below the root, the leaf's issuer first.
    pub subs: Vec<Certificate>,
    /// The root.
    pub root: Certificate,
    /// The leaf's key.
    pub key: Arc<PrivateKey>,
}

pub(super) struct Member {
    pub(super) kind: Kind,
    pub(super) plan: Plan,
    pub(super) certificate: Certificate,
    pub(super) key: Arc<PrivateKey>,
}

impl Default for Options {
    /// Those of ISO 15118-2.
    fn default() -> Self {
        Self::of(Edition::Iso2)
    }
}

impl Options {
    /// Those of an edition. In ISO 15118-20 a responder is named, for most of its profiles want one; keys are on P-521.
    pub fn of(edition: Edition) -> Self {
        let (algorithm, secc, ocsp) = match edition {
            Edition::Iso2 => (Algorithm::P256, "DE*PNC*E0000001", None),
            Edition::Iso20 => (
                Algorithm::P521,
                "DEPNCS000000000000000000000000000000013",
                Some("http://ocsp.example.com"),
            ),
        };
        // All identifiers are of the right form, so the fallback is never taken.
        let evcoid = Evcoid::from_elements("DE", "PNC", "C00000001");
        Self {
            edition,
            algorithm,
            organization: "Plug and Charge Test".to_owned(),
            country: "DE".to_owned(),
            secc: secc.to_owned(),
            evcoid: evcoid
                .unwrap_or_else(|_| unreachable!("two, three and nine letters or digits")),
            pcid: "WVWP00000000000017".to_owned(),
            evccid: "WVWV0000000000000010".to_owned(),
            ocsp: ocsp.map(str::to_owned),
        }
    }
}

impl Hierarchy {
    /// Generates every key and certificate. Validity starts an hour before `now_unix` (seconds since 1970).
    pub fn generate(
        rng: &dyn SecureRandom,
        now_unix: i64,
        options: Options,
    ) -> Result<Self, IssueError> {
        let mut hierarchy =
            Self { members: Vec::new(), anchors: Anchors::new(), now: now_unix, options };
        let edition = hierarchy.options.edition;
        for slot in &SLOTS {
            if profile(slot.kind, edition).edition != edition {
                continue;
            }
            let key = Arc::new(hierarchy.fresh_key(rng)?);
            let plan = hierarchy.plan_of(slot);
            let issuer =
                slot.issuer.and_then(|issuer| hierarchy.member(issuer)).map(Member::issuer);
            let certificate = match issuer {
                Some(issuer) => plan.issue(key.public_key(), issuer, rng)?,
                None => plan.issue_self_signed(&*key, rng)?,
            };
            if let Some(root) = root_kind(slot.kind) {
                // A self-signed authority is always a root.
                let _ = hierarchy.anchors.add(root, certificate.der());
            }
            hierarchy.members.push(Member { kind: slot.kind, plan, certificate, key });
        }
        Ok(hierarchy)
    }

    /// What it was made from.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Every root of the hierarchy, for what it may anchor.
    pub fn anchors(&self) -> &Anchors {
        &self.anchors
    }

    /// The station's certificate, under the V2G root.
    pub fn secc(&self) -> Identity {
        self.identity(Role::Secc)
    }

    /// The car's contract, under the mobility operator's root.
    pub fn contract(&self) -> Identity {
        self.identity(Role::Contract)
    }

    /// The car's provisioning certificate, under the car maker's root.
    pub fn oem_provisioning(&self) -> Identity {
        self.identity(Role::OemProvisioning)
    }

    /// The provisioning service's certificate, under the V2G root.
    pub fn cps(&self) -> Identity {
        self.identity(Role::Cps)
    }

    /// The leaf of a role with its chain.
    pub fn identity(&self, role: Role) -> Identity {
        let [root, sub1, sub2, leaf] = kinds(role).map(|kind| self.of(kind));
        Identity {
            role,
            leaf: leaf.certificate.clone(),
            subs: vec![sub2.certificate.clone(), sub1.certificate.clone()],
            root: root.certificate.clone(),
            key: Arc::clone(&leaf.key),
        }
    }

    /// The certificate of a kind.
    pub fn certificate(&self, kind: Kind) -> &Certificate {
        &self.of(kind).certificate
    }

    /// The key of a kind: tariffs are signed with the one of [`Kind::MoSub2`].
    pub fn key(&self, kind: Kind) -> &Arc<PrivateKey> {
        &self.of(kind).key
    }

    /// Another contract of the same mobility operator, valid for two years from `now_unix`.
    pub fn issue_contract(
        &self,
        rng: &dyn SecureRandom,
        evcoid: &Evcoid,
        now_unix: i64,
    ) -> Result<Identity, IssueError> {
        let sub2 = self.of(Kind::MoSub2);
        let not_before = now_unix - LEAD;
        let not_after =
            (not_before + usual_lifetime(Kind::ContractLeaf) - 1).min(sub2.certificate.not_after());
        let plan = self.plan(Kind::ContractLeaf, evcoid.normal(), not_before, not_after);
        let key = Arc::new(self.fresh_key(rng)?);
        let leaf = plan.issue(key.public_key(), sub2.issuer(), rng)?;
        Ok(Identity { leaf, key, ..self.contract() })
    }

    /// A station's certificate issued by the operator's private root itself [V2G2-868].
    pub fn issue_private_secc(&self, rng: &dyn SecureRandom) -> Result<Identity, IssueError> {
        let (root, leaf) = (self.of(Kind::PrivateRoot), self.of(Kind::SeccLeaf));
        let key = Arc::new(self.fresh_key(rng)?);
        let certificate = leaf.plan.issue(key.public_key(), root.issuer(), rng)?;
        let root = root.certificate.clone();
        Ok(Identity { role: Role::Secc, leaf: certificate, subs: Vec::new(), root, key })
    }

    /// Everything as files: `certs/NAME.pem`, `keys/NAME.pem`, and `chains/NAME.pem` for each leaf with its authorities.
    pub fn files(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let members = self.members.iter().flat_map(|member| {
            let name = member.kind.name();
            let certificate = pem::certificate(member.certificate.der());
            [
                (format!("certs/{name}.pem"), certificate.into_bytes()),
                (format!("keys/{name}.pem"), member.key.to_pem().as_bytes().to_vec()),
            ]
        });
        let chains = Role::of(self.options.edition).map(|role| {
            let text: String = self.identity(role).chain().map(pem::certificate).collect();
            (format!("chains/{}.pem", role.leaf_kind().name()), text.into_bytes())
        });
        members.chain(chains)
    }

    pub(super) fn of(&self, kind: Kind) -> &Member {
        // `generate` makes one member of every kind and is the only constructor.
        self.member(kind).unwrap_or_else(|| unreachable!("no {kind:?} in the hierarchy"))
    }

    fn member(&self, kind: Kind) -> Option<&Member> {
        self.members.iter().find(|member| member.kind == kind)
    }

    /// A fresh key as all keys are.
    pub(super) fn fresh_key(&self, rng: &dyn SecureRandom) -> Result<PrivateKey, KeyError> {
        PrivateKey::generate_for(self.options.algorithm, rng)
    }

    fn plan_of(&self, slot: &Slot) -> Plan {
        let options = &self.options;
        let common_name = match slot.kind {
            Kind::SeccLeaf => &options.secc,
            Kind::ContractLeaf => options.evcoid.normal(),
            Kind::OemProvisioningLeaf => &options.pcid,
            Kind::VehicleLeaf => &options.evccid,
            _ => slot.common_name,
        };
        let not_before = self.now - LEAD;
        // Both ends count.
        let not_after = not_before + usual_lifetime(slot.kind) - 1;
        self.plan(slot.kind, common_name, not_before, not_after)
    }

    fn plan(&self, kind: Kind, common_name: &str, not_before: i64, not_after: i64) -> Plan {
        let options = &self.options;
        let profile = profile(kind, options.edition);
        let mut plan = Plan::of(options.edition, kind, common_name, not_before, not_after);
        plan.key_usage = plan.key_usage.of_key(options.algorithm);
        let mut plan = plan.with(AttributeKind::Organization, &options.organization);
        if profile.subject.country == Times::Once {
            plan = plan.with(AttributeKind::Country, &options.country);
        }
        let asked = profile.revocation != RevocationPointers::Absent;
        if profile.authority != Authority::Root && kind != Kind::OcspSigner && asked {
            plan.ocsp.clone_from(&options.ocsp);
        }
        plan
    }
}

impl Identity {
    /// Leaf and authorities in DER, leaf first, without the root: what goes over the wire.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        core::iter::once(&self.leaf).chain(&self.subs).map(Certificate::der)
    }

    /// The authorities in DER, the leaf's issuer first.
    pub fn sub_ders(&self) -> Vec<&[u8]> {
        self.subs.iter().map(Certificate::der).collect()
    }
}

impl Member {
    pub(super) fn issuer(&self) -> Issuer<'_> {
        Issuer { certificate: &self.certificate, signer: &*self.key }
    }
}

/// Root, authorities and leaf of a role.
pub(super) fn kinds(role: Role) -> [Kind; 4] {
    match role {
        Role::Secc => [Kind::V2gRoot, Kind::CpoSub1, Kind::CpoSub2, Kind::SeccLeaf],
        Role::Contract => [Kind::MoRoot, Kind::MoSub1, Kind::MoSub2, Kind::ContractLeaf],
        Role::OemProvisioning => {
            [Kind::OemRoot, Kind::OemSub1, Kind::OemSub2, Kind::OemProvisioningLeaf]
        }
        Role::Cps => [Kind::V2gRoot, Kind::CpsSub1, Kind::CpsSub2, Kind::CpsLeaf],
        Role::OcspSigner => [Kind::MoRoot, Kind::MoSub1, Kind::MoSub2, Kind::OcspSigner],
        Role::Vehicle => [Kind::OemRoot, Kind::VehicleSub1, Kind::VehicleSub2, Kind::VehicleLeaf],
    }
}

pub(super) fn root_kind(kind: Kind) -> Option<RootKind> {
    match kind {
        Kind::V2gRoot => Some(RootKind::V2g),
        Kind::MoRoot => Some(RootKind::Mo),
        Kind::OemRoot => Some(RootKind::Oem),
        Kind::PrivateRoot => Some(RootKind::PrivateOperator),
        _ => None,
    }
}

struct Slot {
    kind: Kind,
    issuer: Option<Kind>,
    common_name: &'static str,
}

const fn slot(kind: Kind, issuer: Option<Kind>, common_name: &'static str) -> Slot {
    Slot { kind, issuer, common_name }
}

/// In the order of issuing. Leaves get their common names from the options.
const SLOTS: [Slot; 20] = [
    slot(Kind::V2gRoot, None, "V2G Root CA"),
    slot(Kind::PrivateRoot, None, "CPO Private Root CA"),
    slot(Kind::CpoSub1, Some(Kind::V2gRoot), "CPO Sub-CA 1"),
    slot(Kind::CpoSub2, Some(Kind::CpoSub1), "CPO Sub-CA 2"),
    slot(Kind::SeccLeaf, Some(Kind::CpoSub2), ""),
    slot(Kind::MoRoot, None, "MO Root CA"),
    slot(Kind::MoSub1, Some(Kind::MoRoot), "MO Sub-CA 1"),
    slot(Kind::MoSub2, Some(Kind::MoSub1), "MO Sub-CA 2"),
    slot(Kind::ContractLeaf, Some(Kind::MoSub2), ""),
    slot(Kind::OemRoot, None, "OEM Root CA"),
    slot(Kind::OemSub1, Some(Kind::OemRoot), "OEM Sub-CA 1"),
    slot(Kind::OemSub2, Some(Kind::OemSub1), "OEM Sub-CA 2"),
    slot(Kind::OemProvisioningLeaf, Some(Kind::OemSub2), ""),
    slot(Kind::VehicleSub1, Some(Kind::OemRoot), "Vehicle Sub-CA 1"),
    slot(Kind::VehicleSub2, Some(Kind::VehicleSub1), "Vehicle Sub-CA 2"),
    slot(Kind::VehicleLeaf, Some(Kind::VehicleSub2), ""),
    slot(Kind::CpsSub1, Some(Kind::V2gRoot), "CPS Sub-CA 1"),
    slot(Kind::CpsSub2, Some(Kind::CpsSub1), "CPS Sub-CA 2"),
    slot(Kind::CpsLeaf, Some(Kind::CpsSub2), "CPS Prov"),
    slot(Kind::OcspSigner, Some(Kind::MoSub2), "MO OCSP Signer"),
];
