use super::{Authority, CertificateKind as Kind, Domain, Holds, Profile};
use crate::cert::KeyUsage;

/// The profile of a kind.
pub const fn profile(kind: Kind) -> &'static Profile {
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
        Kind::CpsSub1 => &CPS_SUB1,
        Kind::CpsSub2 => &CPS_SUB2,
        Kind::CpsLeaf => &CPS_LEAF,
        Kind::OcspSigner => &OCSP_SIGNER,
    }
}

const SIGN: KeyUsage = KeyUsage::DIGITAL_SIGNATURE;
const AGREE: KeyUsage = KeyUsage::KEY_AGREEMENT;
const ISSUE: KeyUsage = KeyUsage::KEY_CERT_SIGN;
const ISSUE_AND_REVOKE: KeyUsage = ISSUE.with(KeyUsage::CRL_SIGN);
const SIGN_AND_BIND: KeyUsage = SIGN.with(KeyUsage::NON_REPUDIATION);
const CONTRACT: KeyUsage = SIGN_AND_BIND.with(KeyUsage::KEY_ENCIPHERMENT).with(AGREE);

const YEAR: i64 = 366;
const QUARTER: i64 = 93;
const ANY: (i64, i64) = (0, i64::MAX);

const ROOT: Profile = Profile {
    kind: Kind::V2gRoot,
    authority: Authority::Root,
    domain: Domain { values: &["V2G"], optional_strict: false, optional_field: true },
    usage: ISSUE_AND_REVOKE,
    usage_also: KeyUsage::NONE,
    usage_field: ISSUE,
    name: Holds::Text,
    days: ANY,
};

const fn sub(
    kind: Kind,
    path_len: u32,
    values: &'static [&'static str],
    days: (i64, i64),
) -> Profile {
    let domain = Domain { values, optional_strict: false, optional_field: true };
    Profile { kind, authority: Authority::Sub(path_len), domain, days, ..ROOT }
}

const LEAF: Profile =
    Profile { authority: Authority::Leaf, usage: SIGN, usage_field: SIGN, ..ROOT };

/// Forty years [V2G2-011], give or take the leap days.
const V2G_ROOT: Profile = Profile { days: (14_600, 14_620), ..ROOT };
const PRIVATE_ROOT: Profile = Profile {
    kind: Kind::PrivateRoot,
    domain: Domain { values: &["CPO", "V2G"], optional_strict: true, optional_field: true },
    usage: ISSUE,
    usage_also: KeyUsage::CRL_SIGN,
    ..ROOT
};
const MO_ROOT: Profile =
    Profile { kind: Kind::MoRoot, domain: Domain { values: &["MO"], ..ROOT.domain }, ..ROOT };
const OEM_ROOT: Profile =
    Profile { kind: Kind::OemRoot, domain: Domain { values: &["OEM"], ..ROOT.domain }, ..ROOT };

const CPO_SUB1: Profile = sub(Kind::CpoSub1, 1, &["V2G", "CPO"], (0, 4 * YEAR));
const CPO_SUB2: Profile = sub(Kind::CpoSub2, 0, &["V2G", "CPO"], (0, 2 * YEAR));
const MO_SUB1: Profile =
    Profile { usage_also: SIGN_AND_BIND, ..sub(Kind::MoSub1, 1, &["MO"], ANY) };
const MO_SUB2: Profile =
    Profile { usage_also: SIGN_AND_BIND, ..sub(Kind::MoSub2, 0, &["MO"], ANY) };
const OEM_SUB1: Profile = sub(Kind::OemSub1, 1, &["OEM"], ANY);
const OEM_SUB2: Profile = sub(Kind::OemSub2, 0, &["OEM"], ANY);
const CPS_SUB1: Profile = sub(Kind::CpsSub1, 1, &["CPS"], (0, 4 * YEAR));
const CPS_SUB2: Profile = sub(Kind::CpsSub2, 0, &["CPS"], (0, 2 * YEAR));

const SECC_LEAF: Profile = Profile {
    kind: Kind::SeccLeaf,
    domain: Domain { values: &["CPO"], optional_strict: false, optional_field: false },
    usage: SIGN.with(AGREE),
    days: (0, QUARTER),
    ..LEAF
};
const CONTRACT_LEAF: Profile = Profile {
    kind: Kind::ContractLeaf,
    domain: Domain { values: &["MO"], optional_strict: true, optional_field: true },
    usage: CONTRACT,
    name: Holds::Evcoid,
    days: (28, 2 * YEAR),
    ..LEAF
};
const OEM_PROVISIONING_LEAF: Profile = Profile {
    kind: Kind::OemProvisioningLeaf,
    domain: Domain { values: &["OEM"], optional_strict: false, optional_field: true },
    usage: SIGN.with(AGREE),
    name: Holds::Pcid,
    ..LEAF
};
const CPS_LEAF: Profile = Profile {
    kind: Kind::CpsLeaf,
    domain: Domain { values: &["CPS"], optional_strict: false, optional_field: false },
    days: (0, QUARTER),
    ..LEAF
};
const OCSP_SIGNER: Profile = Profile {
    kind: Kind::OcspSigner,
    domain: Domain { values: &[], optional_strict: true, optional_field: true },
    days: (0, YEAR),
    ..LEAF
};
