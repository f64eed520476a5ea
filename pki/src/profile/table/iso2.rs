//! ISO 15118-2 Annex F.

use super::{
    AGREE, ANY, ANY_DOMAIN, Authority, BIND, ISSUE, Kind, NO_MORE, NO_PURPOSE, QUARTER, RESPONDER,
    REVOKE, SERVER, SIGN, YEAR, iso20,
};
use crate::cert::KeyUsage;
use crate::profile::{
    Domain, Edition, Holds, Profile, Purposes, RevocationPointers, Subject, Times,
};

pub(super) const fn profile(kind: Kind) -> &'static Profile {
    match kind {
        Kind::V2gRoot => &V2G_ROOT,
        Kind::PrivateRoot => &PRIVATE_ROOT,
        Kind::CpoSub1 => &CPO_SUB1,
        Kind::CpoSub2 => &CPO_SUB2,
        Kind::SeccLeaf => &SECC_LEAF,
        Kind::MoRoot => &MO_ROOT,
        Kind::MoSub1 => &MO_SUB1,
        Kind::MoSub2 => &MO_SUB2,
        Kind::ContractLeaf => &CONTRACT_LEAF,
        Kind::OemRoot => &OEM_ROOT,
        Kind::OemSub1 => &OEM_SUB1,
        Kind::OemSub2 => &OEM_SUB2,
        Kind::OemProvisioningLeaf => &OEM_PROVISIONING_LEAF,
        Kind::VehicleSub1 | Kind::VehicleSub2 | Kind::VehicleLeaf => iso20::profile(kind),
        Kind::CpsSub1 => &CPS_SUB1,
        Kind::CpsSub2 => &CPS_SUB2,
        Kind::CpsLeaf => &CPS_LEAF,
        Kind::OcspSigner => &OCSP_SIGNER,
    }
}

const ROOT: Profile = Profile {
    kind: Kind::V2gRoot,
    edition: Edition::Iso2,
    // [V2G2-010]
    max_size: 800,
    authority: Authority::Root,
    domain: domain(&["V2G"]),
    subject: Subject {
        country: Times::Any,
        organization: Times::Any,
        unit: Times::Any,
        others: Times::Any,
    },
    name: Holds::Text,
    usage: ISSUE.with(REVOKE),
    usage_also: KeyUsage::NONE,
    usage_field: ISSUE,
    purposes: NO_PURPOSE,
    revocation: RevocationPointers::NotCritical,
    days: ANY,
};
const LEAF: Profile =
    Profile { authority: Authority::Leaf, usage: SIGN, usage_field: SIGN, ..ROOT };

const fn domain(values: &'static [&'static str]) -> Domain {
    Domain { times: Times::Once, optional_field: true, values, suffix: false }
}

const fn sub(
    kind: Kind,
    path_len: u32,
    values: &'static [&'static str],
    days: (i64, i64),
) -> Profile {
    Profile { kind, authority: Authority::Sub(path_len), domain: domain(values), days, ..ROOT }
}

/// Forty years [V2G2-011], give or take the leap days.
const V2G_ROOT: Profile =
    Profile { days: (14_600, 14_620), revocation: RevocationPointers::Absent, ..ROOT };
/// In a private environment nobody asks about revocation [V2G2-868].
const PRIVATE_ROOT: Profile = Profile {
    kind: Kind::PrivateRoot,
    domain: Domain { times: Times::AtMostOnce, ..domain(&["CPO", "V2G"]) },
    usage: ISSUE,
    usage_also: REVOKE,
    revocation: RevocationPointers::Absent,
    ..ROOT
};
const MO_ROOT: Profile = Profile { kind: Kind::MoRoot, domain: domain(&["MO"]), ..ROOT };
const OEM_ROOT: Profile = Profile { kind: Kind::OemRoot, domain: domain(&["OEM"]), ..ROOT };

const CPO_SUB1: Profile = sub(Kind::CpoSub1, 1, &["V2G", "CPO"], (0, 4 * YEAR));
const CPO_SUB2: Profile = sub(Kind::CpoSub2, 0, &["V2G", "CPO"], (0, 2 * YEAR));
const MO_SUB1: Profile =
    Profile { usage_also: SIGN.with(BIND), ..sub(Kind::MoSub1, 1, &["MO"], ANY) };
const MO_SUB2: Profile =
    Profile { usage_also: SIGN.with(BIND), ..sub(Kind::MoSub2, 0, &["MO"], ANY) };
const OEM_SUB1: Profile = sub(Kind::OemSub1, 1, &["OEM"], ANY);
const OEM_SUB2: Profile = sub(Kind::OemSub2, 0, &["OEM"], ANY);
const CPS_SUB1: Profile = sub(Kind::CpsSub1, 1, &["CPS"], (0, 4 * YEAR));
const CPS_SUB2: Profile = sub(Kind::CpsSub2, 0, &["CPS"], (0, 2 * YEAR));

const SECC_LEAF: Profile = Profile {
    kind: Kind::SeccLeaf,
    domain: Domain { optional_field: false, ..domain(&["CPO"]) },
    usage: SIGN.with(AGREE),
    purposes: Purposes { must: &[], may: Some(SERVER), critical: false },
    days: (0, QUARTER),
    ..LEAF
};
const CONTRACT_LEAF: Profile = Profile {
    kind: Kind::ContractLeaf,
    domain: Domain { times: Times::AtMostOnce, ..domain(&["MO"]) },
    subject: Subject { country: Times::Never, ..ROOT.subject },
    usage: SIGN.with(BIND).with(KeyUsage::KEY_ENCIPHERMENT).with(AGREE),
    name: Holds::Evcoid,
    days: (28, 2 * YEAR),
    ..LEAF
};
const OEM_PROVISIONING_LEAF: Profile = Profile {
    kind: Kind::OemProvisioningLeaf,
    domain: domain(&["OEM"]),
    usage: SIGN.with(AGREE),
    name: Holds::Pcid,
    ..LEAF
};
const CPS_LEAF: Profile = Profile {
    kind: Kind::CpsLeaf,
    domain: Domain { optional_field: false, ..domain(&["CPS"]) },
    days: (0, QUARTER),
    ..LEAF
};
const OCSP_SIGNER: Profile = Profile {
    kind: Kind::OcspSigner,
    domain: ANY_DOMAIN,
    purposes: Purposes { must: RESPONDER, may: NO_MORE, critical: false },
    days: (0, YEAR),
    ..LEAF
};
