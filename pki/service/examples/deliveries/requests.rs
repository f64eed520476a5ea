use std::time::{SystemTime, UNIX_EPOCH};

use exi::{Document as _, Integer, List, Octets, Text};
use pki::issue::{Hierarchy, Issuer, Options, Plan};
use pki::profile::CertificateKind;
use pki::{Evcoid, PrivateKey, Signer as _};
use pki_service::api::{Role, Token};
use pki_service::store::{
    Actor, Change, Client, ClientKind, Contract, Provisioning, ProvisioningState, Store, Submission,
};
use ring::rand::SystemRandom;
use v2g::delivery::installation_request;
use v2g::iso2::msg::{Body, BodyElement, Header, ListOfRootCertificateIds, V2gMessage};
use v2g::xmldsig::X509IssuerSerial;

use crate::Failure;

/// Cars with their certificates and what they send.
pub(crate) struct Requests {
    pub(crate) hierarchy: Hierarchy,
    cars: Vec<(String, Vec<u8>)>,
    /// What each car sends.
    pub(crate) exi: Vec<Vec<u8>>,
    now: i64,
}

impl Requests {
    pub(crate) fn new(cars: u32) -> Result<Self, Failure> {
        let rng = SystemRandom::new();
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
        let options =
            Options { ocsp: Some("http://ocsp.example.com/v2g".to_owned()), ..Options::default() };
        let hierarchy = Hierarchy::generate(&rng, now, options)?;
        let kind = CertificateKind::OemSub2;
        let issuer =
            Issuer { certificate: hierarchy.certificate(kind), signer: &**hierarchy.key(kind) };
        let roots = ListOfRootCertificateIds {
            root_certificate_id: List::new(vec![X509IssuerSerial {
                issuer_name: Text::new("CN=V2G Root CA")?,
                serial_number: Integer::from(1_u64),
            }])?,
        };
        // Numbers of their own, for databases that have seen cars before.
        let first = u64::try_from(now)? % 10_000_000 * 1_000_000;
        let (mut all, mut exi) = (Vec::new(), Vec::new());
        for number in 0..cars {
            let pcid = format!("WVW{:014}", first + u64::from(number));
            let plan =
                Plan::new(CertificateKind::OemProvisioningLeaf, &pcid, now - 60, now + 86_400);
            let key = PrivateKey::generate(&rng)?;
            let leaf = plan.issue(key.public_key(), issuer, &rng)?;
            let (request, signature) = installation_request(&leaf, roots.clone(), &key, &rng)?;
            let session_id = Octets::new([7; 8].as_slice())?;
            let header = Header { session_id, notification: None, signature: Some(signature) };
            let element = Some(BodyElement::CertificateInstallationReq(request));
            exi.push(V2gMessage { header, body: Body { element } }.to_vec()?);
            all.push((pcid, leaf.der().to_vec()));
        }
        Ok(Self { hierarchy, cars: all, exi, now })
    }

    /// Puts every car with a contract into the pools, and a client that asks for them.
    pub(crate) async fn fill(&self, store: &Store) -> Result<String, Failure> {
        let (id, token) = Token::generate(&SystemRandom::new()).map_err(|_| "no randomness")?;
        let client = Client {
            id,
            name: "bench".to_owned(),
            kind: ClientKind::Token,
            hash: token.hash(),
            roles: vec![Role::Cpo.name().to_owned()],
            party: None,
            expires: None,
            revoked: None,
        };
        let submission = Submission::new(self.now, Actor::default());
        store.commit(submission.with(Change::AddClient(client))).await?;
        let subs = self.hierarchy.oem_provisioning().subs;
        let subs: Vec<_> = subs.iter().map(|sub| sub.der().to_vec()).collect();
        // Contracts of their own too: of the second, and counted.
        let second = self.now % 100_000;
        for (place, part) in self.cars.chunks(500).enumerate() {
            let mut submission = Submission::new(self.now, Actor::default());
            let mut contracts = Vec::new();
            for (number, (pcid, leaf)) in part.iter().enumerate() {
                let number = place * 500 + number;
                let provider = format!("{:03}", second % 1000);
                let instance = format!("C{:02}{number:06}", second / 1000);
                let mut contract =
                    Contract::new(Evcoid::from_elements("DE", &provider, &instance)?);
                contract.pcid = Some(pcid.clone());
                contracts.push(contract);
                submission = submission.with(Change::PutProvisioning(Provisioning {
                    pcid: pcid.clone(),
                    leaf: leaf.clone(),
                    subs: subs.clone(),
                    roots: Vec::new(),
                    owner: None,
                    previous_pcid: None,
                    not_after: self.now + 86_400,
                    state: ProvisioningState::Active,
                    changed: self.now,
                    reason: None,
                }));
            }
            store.commit(submission.with(Change::ImportContracts(contracts))).await?;
        }
        Ok(token.as_str().to_owned())
    }
}
