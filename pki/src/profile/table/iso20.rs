//! ISO 15118-20 Annex B with Amendment 1.
//!
//! The branches of stations, cars and OCSP signers are as public test suites check them. What is said of contracts,
//! provisioning certificates and their authorities comes from third parties: where they are silent, anything goes here.

use super::{
    AGREE, ANY, ANY_DOMAIN, Authority, BIND, CLIENT, ISSUE, Kind, NO_MORE, NO_PURPOSE, RESPONDER,
    REVOKE, SERVER, SIGN, YEAR,
};
use crate::cert::KeyUsage;
use crate::profile::{
    Domain, Edition, Holds, Profile, Purposes, RevocationPointers, Subject, Times,
};

pub(super) const fn profile(kind: Kind) -> &'static Profile {
    match kind {
        Kind::V2gRoot => &V2G_ROOT,
        Kind::PrivateRoot => &PRIVATE_ROOT,
        Kind::CpoSub1 => &CSO_SUB1,
        Kind::CpoSub2 => &CSO_SUB2,
        Kind::SeccLeaf => &SECC_LEAF,
        Kind::MoRoot => &MSP_ROOT,
        Kind::MoSub1 => &MSP_SUB1,
        Kind::MoSub2 => &MSP_SUB2,
        Kind::ContractLeaf => &CONTRACT_LEAF,
        Kind::OemRoot => &OEM_ROOT,
        Kind::OemSub1 => &OEM_SUB1,
        Kind::OemSub2 => &OEM_SUB2,
        Kind::OemProvisioningLeaf => &OEM_PROVISIONING_LEAF,
        Kind::VehicleSub1 => &VEHICLE_SUB1,
        Kind::VehicleSub2 => &VEHICLE_SUB2,
        Kind::VehicleLeaf => &VEHICLE_LEAF,
        Kind::CpsSub1 => &CPS_SUB1,
        Kind::CpsSub2 => &CPS_SUB2,
        Kind::CpsLeaf => &CPS_LEAF,
        Kind::OcspSigner => &OCSP_SIGNER,
    }
}

const ROOT: Profile = Profile {
    kind: Kind::V2gRoot,
    edition: Edition::Iso20,
    // Amendment 1.
    max_size: 1600,
    authority: Authority::Root,
    domain: domain(&["V2G"]),
    subject: ANY_SUBJECT,
    name: Holds::Text,
    usage: ISSUE,
    usage_also: KeyUsage::NONE,
    usage_field: ISSUE,
    purposes: NO_PURPOSE,
    revocation: RevocationPointers::Open,
    days: ANY,
};
const LEAF: Profile =
    Profile { authority: Authority::Leaf, usage: SIGN, usage_field: SIGN, ..ROOT };

const ANY_SUBJECT: Subject =
    Subject { country: Times::Any, organization: Times::Any, unit: Times::Any, others: Times::Any };
/// Stations and their authorities, and signers of answers.
const STATION_SUBJECT: Subject = Subject {
    country: Times::Once,
    organization: Times::Once,
    unit: Times::AtMostOnce,
    others: Times::Never,
};
const VEHICLE_CA_SUBJECT: Subject = Subject {
    country: Times::Any,
    organization: Times::Once,
    unit: Times::Any,
    others: Times::Never,
};
/// [V2G20-2598]
const VEHICLE_SUBJECT: Subject = Subject {
    country: Times::Never,
    organization: Times::Once,
    unit: Times::Never,
    others: Times::Never,
};
/// Nothing is known of an extended key usage here.
const OPEN_PURPOSE: Purposes = Purposes { must: &[], may: None, critical: false };

const fn domain(values: &'static [&'static str]) -> Domain {
    Domain { times: Times::Once, optional_field: true, values, suffix: true }
}

const fn sub(kind: Kind, path_len: u32, values: &'static [&'static str]) -> Profile {
    Profile { kind, authority: Authority::Sub(path_len), domain: domain(values), ..ROOT }
}

/// Authorities that may sign revocation lists, because such lists are one of the ways to revoke below them.
const fn listing(profile: Profile) -> Profile {
    Profile { usage_also: REVOKE, ..profile }
}

/// [V2G20-3000] bounds what it issues by its own validity; no length of that is known.
const V2G_ROOT: Profile = Profile { revocation: RevocationPointers::Absent, ..ROOT };
/// [V2G20-2348]
const PRIVATE_ROOT: Profile = Profile {
    kind: Kind::PrivateRoot,
    domain: ANY_DOMAIN,
    revocation: RevocationPointers::Absent,
    ..listing(ROOT)
};
const MSP_ROOT: Profile = Profile { kind: Kind::MoRoot, domain: domain(&["MSP"]), ..listing(ROOT) };
const OEM_ROOT: Profile =
    Profile { kind: Kind::OemRoot, domain: domain(&["OEM"]), ..listing(ROOT) };

const CSO_SUB1: Profile = Profile {
    subject: STATION_SUBJECT,
    revocation: RevocationPointers::NotCritical,
    ..sub(Kind::CpoSub1, 1, &["CSO"])
};
const CSO_SUB2: Profile = Profile { kind: Kind::CpoSub2, authority: Authority::Sub(0), ..CSO_SUB1 };
const MSP_SUB1: Profile =
    Profile { revocation: RevocationPointers::Critical, ..listing(sub(Kind::MoSub1, 1, &["MSP"])) };
/// Its key signs price schedules as well.
const MSP_SUB2: Profile = Profile {
    kind: Kind::MoSub2,
    authority: Authority::Sub(0),
    usage_also: MSP_SUB1.usage_also.with(SIGN).with(BIND),
    ..MSP_SUB1
};
const OEM_SUB1: Profile = Profile {
    revocation: RevocationPointers::Critical,
    ..listing(sub(Kind::OemSub1, 1, &["OEM"]))
};
const OEM_SUB2: Profile = Profile { kind: Kind::OemSub2, authority: Authority::Sub(0), ..OEM_SUB1 };
const VEHICLE_SUB1: Profile =
    Profile { subject: VEHICLE_CA_SUBJECT, ..sub(Kind::VehicleSub1, 1, &["EV"]) };
const VEHICLE_SUB2: Profile =
    Profile { kind: Kind::VehicleSub2, authority: Authority::Sub(0), ..VEHICLE_SUB1 };
const CPS_SUB1: Profile = listing(sub(Kind::CpsSub1, 1, &["CPS"]));
const CPS_SUB2: Profile = listing(sub(Kind::CpsSub2, 0, &["CPS"]));

const SECC_LEAF: Profile = Profile {
    kind: Kind::SeccLeaf,
    domain: Domain { optional_field: false, ..domain(&["CSO"]) },
    subject: STATION_SUBJECT,
    name: Holds::Seccid,
    usage_also: AGREE,
    purposes: Purposes { must: SERVER, may: NO_MORE, critical: true },
    revocation: RevocationPointers::NotCritical,
    ..LEAF
};
const CONTRACT_LEAF: Profile = Profile {
    kind: Kind::ContractLeaf,
    domain: domain(&["MSP"]),
    name: Holds::Evcoid,
    usage_also: BIND.with(KeyUsage::KEY_ENCIPHERMENT).with(AGREE),
    purposes: OPEN_PURPOSE,
    revocation: RevocationPointers::Critical,
    ..LEAF
};
const OEM_PROVISIONING_LEAF: Profile = Profile {
    kind: Kind::OemProvisioningLeaf,
    domain: domain(&["OEM"]),
    name: Holds::Pcid,
    usage: SIGN.with(AGREE),
    purposes: OPEN_PURPOSE,
    revocation: RevocationPointers::Critical,
    ..LEAF
};
/// The edition of 2022 has no domain component here, Amendment 1 has.
const VEHICLE_LEAF: Profile = Profile {
    kind: Kind::VehicleLeaf,
    domain: domain(&["EV"]),
    subject: VEHICLE_SUBJECT,
    name: Holds::Evccid,
    usage_also: BIND.with(KeyUsage::KEY_ENCIPHERMENT).with(AGREE),
    // The extended key usage is critical and may name servers beside clients.
    purposes: Purposes { must: CLIENT, may: Some(SERVER), critical: true },
    ..LEAF
};
const CPS_LEAF: Profile = Profile {
    kind: Kind::CpsLeaf,
    domain: Domain { optional_field: false, ..domain(&["CPS"]) },
    usage_also: BIND,
    purposes: OPEN_PURPOSE,
    ..LEAF
};
/// [V2G20-2327] [V2G20-2330] [V2G20-2332] [V2G20-2334] It lives a year at most, for nobody asks about it.
const OCSP_SIGNER: Profile = Profile {
    kind: Kind::OcspSigner,
    domain: Domain { times: Times::Never, ..ANY_DOMAIN },
    subject: STATION_SUBJECT,
    purposes: Purposes { must: RESPONDER, may: NO_MORE, critical: true },
    revocation: RevocationPointers::Absent,
    days: (0, YEAR),
    ..LEAF
};
