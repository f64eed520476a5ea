//! ISO 15118-20: one car, one provisioning service, several contracts.

#[cfg(feature = "ed448")]
mod ed448;
mod refusals;
mod whole;

use crate::support::{NOW, RNG, trust};
use exi::Octets;
use pki::delivery::iso20::ConcatKdf;
use pki::issue::{Hierarchy, Identity, Options};
use pki::profile::Edition;
use pki::{Evcoid, Signer};
use std::sync::LazyLock;
use v2g::delivery::iso20::*;
use v2g::iso20::msg::common::*;
use v2g::iso20::msg::types::Header;
use v2g::signature::Signed;
use v2g::xmldsig::Signature;

static HIERARCHY: LazyLock<Hierarchy> =
    LazyLock::new(|| Hierarchy::generate(&*RNG, NOW, Options::of(Edition::Iso20)).unwrap());

static KDF: LazyLock<ConcatKdf> = LazyLock::new(ConcatKdf::default);

fn header() -> Header {
    let session_id = Octets::new([7; 8].as_slice()).unwrap();
    Header { session_id, time_stamp: NOW.unsigned_abs(), signature: None }
}

/// A delivery in the making: the contract, for whom, by whom.
struct Order {
    contract: Identity,
    car: Identity,
    service: Identity,
}

impl Order {
    /// A contract of the hierarchy's mobility operator, for its car.
    fn new(number: u32) -> Self {
        let evcoid = Evcoid::parse(&format!("DEPNCC{number:08}")).unwrap().with_check_digit();
        Self {
            contract: HIERARCHY.issue_contract(&*RNG, &evcoid, NOW).unwrap(),
            car: HIERARCHY.oem_provisioning(),
            service: HIERARCHY.cps(),
        }
    }

    fn data(&self) -> ContractData {
        let Self { contract, car, .. } = self;
        let subs = contract.sub_ders();
        ContractData::new(&contract.leaf, &subs, &contract.key, &car.leaf, &*KDF, &*RNG).unwrap()
    }

    fn deliver(&self, remaining: u8) -> CertificateInstallationRes {
        let chain = certificate_chain(self.service.leaf.der(), &self.service.sub_ders()).unwrap();
        let service = ProvisioningService { chain, signer: &*self.service.key };
        self.data().into_response(header(), service, remaining, &*RNG).unwrap()
    }

    fn contract_id(&self) -> Evcoid {
        Evcoid::parse(self.contract.leaf.subject().common_name().unwrap()).unwrap()
    }

    fn accept(&self, res: &CertificateInstallationRes) -> Result<NewContract, AcceptError> {
        let (leaf, key) = (&self.car.leaf, &*self.car.key);
        accept(res, leaf, key, &*KDF, &trust(HIERARCHY.anchors()), &*RNG)
    }
}

/// Signs whatever stands in a response as anybody.
fn sign(res: &mut CertificateInstallationRes, key: &dyn Signer) {
    let data = &res.signed_installation_data;
    let signed = Signed::element::<Grammar, _>(data.id.as_str(), data).unwrap();
    res.header.signature = Some(Box::new(v2g::signature::sign(&[signed], key, &*RNG).unwrap()));
}

fn signature(res: &mut CertificateInstallationRes) -> &mut Signature {
    res.header.signature.as_deref_mut().unwrap()
}
