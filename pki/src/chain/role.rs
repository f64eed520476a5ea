use super::RootKind;
use crate::profile::{CertificateKind as Kind, Edition, Level};

/// What a leaf certificate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A station's end of TLS.
    Secc,
    /// A car's end of TLS; ISO 15118-20 only [V2G20-2339].
    Vehicle,
    /// A contract, as in `PaymentDetailsReq` and `CertificateUpdateReq`.
    Contract,
    /// A car that asks for a contract, as in `CertificateInstallationReq`.
    OemProvisioning,
    /// The service that signs a contract delivery.
    Cps,
    /// Whom an authority lets answer for it: below any authority of any branch [V2G20-2327].
    OcspSigner,
}

/// What a chain is to be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Demand {
    /// What the leaf is used for.
    pub role: Role,
    /// Whose profiles the certificates follow.
    pub edition: Edition,
    /// How much deviation is tolerated.
    pub level: Level,
}

/// The authorities of one branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Branch {
    /// Below the root.
    pub(super) sub1: Kind,
    /// Below that; issues leaves.
    pub(super) sub2: Kind,
}

impl Branch {
    pub(super) const OPERATOR: Self = Self { sub1: Kind::CpoSub1, sub2: Kind::CpoSub2 };
    const VEHICLE: Self = Self { sub1: Kind::VehicleSub1, sub2: Kind::VehicleSub2 };
    const MOBILITY: Self = Self { sub1: Kind::MoSub1, sub2: Kind::MoSub2 };
    const OEM: Self = Self { sub1: Kind::OemSub1, sub2: Kind::OemSub2 };
    const PROVISIONING: Self = Self { sub1: Kind::CpsSub1, sub2: Kind::CpsSub2 };
    pub(super) const ALL: [Self; 5] =
        [Self::OPERATOR, Self::VEHICLE, Self::MOBILITY, Self::OEM, Self::PROVISIONING];
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::Secc,
        Self::Vehicle,
        Self::Contract,
        Self::OemProvisioning,
        Self::Cps,
        Self::OcspSigner,
    ];

    /// The roles that an edition has.
    pub fn of(edition: Edition) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |role| edition == Edition::Iso20 || *role != Self::Vehicle)
    }

    /// Its name, which stays: for configuration, logs and scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secc => "secc",
            Self::Vehicle => "vehicle",
            Self::Contract => "contract",
            Self::OemProvisioning => "oem-provisioning",
            Self::Cps => "cps",
            Self::OcspSigner => "ocsp-signer",
        }
    }

    /// Kinds of roots that may anchor this role [V2G2-925] [V2G20-2331] [V2G20-2333]; a private root anchors stations only
    /// [V2G2-927].
    pub fn roots(self) -> &'static [RootKind] {
        match self {
            Self::Secc => &[RootKind::V2g, RootKind::PrivateOperator],
            Self::Contract => &[RootKind::Mo, RootKind::V2g],
            Self::OemProvisioning | Self::Vehicle => &[RootKind::Oem, RootKind::V2g],
            Self::Cps => &[RootKind::V2g],
            Self::OcspSigner => &[RootKind::V2g, RootKind::Mo, RootKind::Oem],
        }
    }

    /// Kind of the leaf.
    pub fn leaf_kind(self) -> Kind {
        match self {
            Self::Secc => Kind::SeccLeaf,
            Self::Vehicle => Kind::VehicleLeaf,
            Self::Contract => Kind::ContractLeaf,
            Self::OemProvisioning => Kind::OemProvisioningLeaf,
            Self::Cps => Kind::CpsLeaf,
            Self::OcspSigner => Kind::OcspSigner,
        }
    }

    /// The branch that such a leaf stands in; `None` for any.
    pub(super) fn branch(self) -> Option<Branch> {
        Some(match self {
            Self::Secc => Branch::OPERATOR,
            Self::Vehicle => Branch::VEHICLE,
            Self::Contract => Branch::MOBILITY,
            Self::OemProvisioning => Branch::OEM,
            Self::Cps => Branch::PROVISIONING,
            Self::OcspSigner => return None,
        })
    }
}

impl Demand {
    /// Of a chain of ISO 15118-2.
    pub const fn iso2(role: Role, level: Level) -> Self {
        Self { role, edition: Edition::Iso2, level }
    }

    /// Of a chain of ISO 15118-20.
    pub const fn iso20(role: Role, level: Level) -> Self {
        Self { role, edition: Edition::Iso20, level }
    }
}
