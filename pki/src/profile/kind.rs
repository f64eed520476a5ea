use core::fmt;

/// Kind of a certificate in the hierarchies of ISO 15118. Names are those of ISO 15118-2; ISO 15118-20 says CSO for the
/// charging point operator (CPO) and MSP for the mobility operator (MO).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateKind {
    /// V2G root.
    V2gRoot,
    /// Root of a charging point operator's private environment [V2G20-2348].
    PrivateRoot,
    /// First authority of a charging point operator.
    CpoSub1,
    /// Second authority of a charging point operator; issues station certificates.
    CpoSub2,
    /// Station.
    SeccLeaf,
    /// Root of a mobility operator.
    MoRoot,
    /// First authority of a mobility operator.
    MoSub1,
    /// Second authority of a mobility operator; issues contract certificates and signs tariffs.
    MoSub2,
    /// Contract.
    ContractLeaf,
    /// Root of a car maker.
    OemRoot,
    /// First authority of a car maker.
    OemSub1,
    /// Second authority of a car maker.
    OemSub2,
    /// Car, for the delivery of contracts [V2G20-2342].
    OemProvisioningLeaf,
    /// First authority for cars at the connection; ISO 15118-20 only.
    VehicleSub1,
    /// Second authority for cars at the connection; ISO 15118-20 only.
    VehicleSub2,
    /// Car, for its end of TLS; ISO 15118-20 only [V2G20-2339].
    VehicleLeaf,
    /// First authority of a certificate provisioning service.
    CpsSub1,
    /// Second authority of a certificate provisioning service.
    CpsSub2,
    /// Certificate provisioning service; signs contract deliveries.
    CpsLeaf,
    /// Signer of OCSP responses, issued by the authority that it answers for [V2G20-2327].
    OcspSigner,
}

impl CertificateKind {
    /// Every kind.
    pub const ALL: [Self; 20] = [
        Self::V2gRoot,
        Self::PrivateRoot,
        Self::CpoSub1,
        Self::CpoSub2,
        Self::SeccLeaf,
        Self::MoRoot,
        Self::MoSub1,
        Self::MoSub2,
        Self::ContractLeaf,
        Self::OemRoot,
        Self::OemSub1,
        Self::OemSub2,
        Self::OemProvisioningLeaf,
        Self::VehicleSub1,
        Self::VehicleSub2,
        Self::VehicleLeaf,
        Self::CpsSub1,
        Self::CpsSub2,
        Self::CpsLeaf,
        Self::OcspSigner,
    ];

    /// Its name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2gRoot => "v2g_root",
            Self::PrivateRoot => "private_root",
            Self::CpoSub1 => "cpo_sub1",
            Self::CpoSub2 => "cpo_sub2",
            Self::SeccLeaf => "secc",
            Self::MoRoot => "mo_root",
            Self::MoSub1 => "mo_sub1",
            Self::MoSub2 => "mo_sub2",
            Self::ContractLeaf => "contract",
            Self::OemRoot => "oem_root",
            Self::OemSub1 => "oem_sub1",
            Self::OemSub2 => "oem_sub2",
            Self::OemProvisioningLeaf => "oem_provisioning",
            Self::VehicleSub1 => "vehicle_sub1",
            Self::VehicleSub2 => "vehicle_sub2",
            Self::VehicleLeaf => "vehicle",
            Self::CpsSub1 => "cps_sub1",
            Self::CpsSub2 => "cps_sub2",
            Self::CpsLeaf => "cps",
            Self::OcspSigner => "ocsp_signer",
        }
    }

    /// The kind of a name, in any case, with `-` or `_` between its words.
    pub fn from_name(name: &str) -> Option<Self> {
        let same = |known: &str| {
            let letter = |b: u8| if b == b'-' { b'_' } else { b.to_ascii_lowercase() };
            known.bytes().eq(name.bytes().map(letter))
        };
        Self::ALL.into_iter().find(|kind| same(kind.name()))
    }
}

impl fmt::Display for CertificateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
