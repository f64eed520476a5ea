use exi::{Integer, List, Text};
use pki::chain::{Anchors, Level};
use pki::issue::{Hierarchy, Identity, Options};
use pki::{Evcoid, Signer};
use ring::rand::SystemRandom;
use std::sync::LazyLock;
use v2g::delivery::*;
use v2g::iso2::msg::*;
use v2g::xmldsig::{Signature, X509IssuerSerial};

pub(crate) const NOW: i64 = 1_795_366_984;

pub(crate) static RNG: LazyLock<SystemRandom> = LazyLock::new(SystemRandom::new);

pub(crate) static HIERARCHY: LazyLock<Hierarchy> =
    LazyLock::new(|| Hierarchy::generate(&*RNG, NOW, Options::default()).unwrap());

/// A delivery in the making: the contract, for whom, by whom.
pub(crate) struct Order {
    pub(crate) contract: Identity,
    pub(crate) receiver: Identity,
    pub(crate) service: Identity,
}

impl Order {
    /// The second contract of a mobility operator, for the provisioning certificate of a car.
    pub(crate) fn installation() -> Self {
        let evcoid = Evcoid::parse("DEPNCC00000002").unwrap().with_check_digit();
        Self {
            contract: HIERARCHY.issue_contract(&*RNG, &evcoid, NOW).unwrap(),
            receiver: HIERARCHY.oem_provisioning(),
            service: HIERARCHY.cps(),
        }
    }

    pub(crate) fn data(&self) -> ContractData {
        let Self { contract, receiver, .. } = self;
        let subs = contract.sub_ders();
        ContractData::new(&contract.leaf, &subs, &contract.key, &receiver.leaf, &*RNG).unwrap()
    }

    pub(crate) fn provisioning(&self) -> CertificateChain {
        certificate_chain(None, self.service.leaf.der(), &self.service.sub_ders()).unwrap()
    }

    pub(crate) fn deliver(&self) -> (CertificateInstallationRes, Signature) {
        let data = self.data();
        let signature = data.sign(&*self.service.key, &*RNG).unwrap();
        (data.into_installation(self.provisioning()), signature)
    }

    pub(crate) fn accept(
        &self,
        res: &CertificateInstallationRes,
        signature: Option<&Signature>,
    ) -> Result<NewContract, AcceptError> {
        accept(&res.into(), signature, &*self.receiver.key, &trust(HIERARCHY.anchors()), &*RNG)
    }
}

pub(crate) fn trust(anchors: &Anchors) -> Trust<'_> {
    Trust { anchors, now_unix: NOW, level: Level::Strict }
}

pub(crate) fn roots() -> ListOfRootCertificateIds {
    let root = X509IssuerSerial {
        issuer_name: Text::new("CN=V2G Root CA").unwrap(),
        serial_number: Integer::from(1_u64),
    };
    ListOfRootCertificateIds { root_certificate_id: List::new(vec![root]).unwrap() }
}

/// Signs anything as anybody.
pub(crate) fn sign(res: &CertificateInstallationRes, key: &dyn Signer) -> Signature {
    use v2g::signature::Signed;
    let chain = &res.contract_signature_cert_chain;
    let private = &res.contract_signature_encrypted_private_key;
    let (dh, emaid) = (&res.dh_public_key, &res.emaid);
    let id = chain.id.as_ref().unwrap().as_str();
    let signed = [
        Signed::element::<Grammar, _>(id, chain).unwrap(),
        Signed::element::<Grammar, _>(private.id.as_str(), private).unwrap(),
        Signed::element::<Grammar, _>(dh.id.as_str(), dh).unwrap(),
        Signed::element::<Grammar, _>(emaid.id.as_str(), emaid).unwrap(),
    ];
    v2g::signature::sign(&signed, key, &*RNG).unwrap()
}
