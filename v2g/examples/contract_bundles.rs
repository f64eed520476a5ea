//! How many complete contract deliveries of ISO 15118-2 one core makes in a second: key, certificate, key wrap, four
//! references, the provisioning service's signature, and the response in EXI. Nothing is stored.
//!
//! ```text
//! contract_bundles [SECONDS [LEAST]]     exits with an error below LEAST a second
//! ```
use cpu_time::ThreadTime;
use exi::{Document, Octets};
use pki::Evcoid;
use pki::issue::{Hierarchy, Identity, Options};
use ring::rand::SystemRandom;
use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use v2g::delivery::{ContractData, Trust, accept, certificate_chain};
use v2g::iso2::msg::{Body, BodyElement, CertificateChain, Header, V2gMessage};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<f64>());
    let seconds = arguments.next().transpose()?.unwrap_or(3.0);
    let least = arguments.next().transpose()?.unwrap_or(0.0);
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let operator = Operator::new(now)?;
    let (begin, mut count, mut octets) = (ThreadTime::now(), 0_u32, 0);
    while begin.elapsed() < Duration::from_secs_f64(seconds) {
        octets = operator.bundle(count)?.len();
        count += 1;
    }
    let rate = f64::from(count) / begin.elapsed().as_secs_f64();
    operator.check(count)?;
    writeln!(
        std::io::stdout(),
        "{rate:.0} contract bundles a second and core, {octets} octets each"
    )?;
    if rate < least { Err(format!("below {least}").into()) } else { Ok(()) }
}

struct Operator {
    hierarchy: Hierarchy,
    car: Identity,
    service: Identity,
    provisioning: CertificateChain,
    rng: SystemRandom,
    now: i64,
}

impl Operator {
    fn new(now: i64) -> Result<Self, Box<dyn Error>> {
        let rng = SystemRandom::new();
        let options =
            Options { ocsp: Some("http://ocsp.example.com/v2g".to_owned()), ..Options::default() };
        let hierarchy = Hierarchy::generate(&rng, now, options)?;
        let (car, service) = (hierarchy.oem_provisioning(), hierarchy.cps());
        let provisioning = certificate_chain(None, service.leaf.der(), &service.sub_ders())?;
        Ok(Self { hierarchy, car, service, provisioning, rng, now })
    }

    /// The whole response as it goes to the car.
    fn bundle(&self, number: u32) -> Result<Vec<u8>, Box<dyn Error>> {
        let evcoid = Evcoid::from_elements("DE", "PNC", &format!("C{number:08}"))?;
        let contract = self.hierarchy.issue_contract(&self.rng, &evcoid, self.now)?;
        let subs = contract.sub_ders();
        let data =
            ContractData::new(&contract.leaf, &subs, &contract.key, &self.car.leaf, &self.rng)?;
        let signature = data.sign(&*self.service.key, &self.rng)?;
        let response = data.into_installation(self.provisioning.clone());
        let session_id = Octets::new([7; 8].as_slice())?;
        let header = Header { session_id, notification: None, signature: Some(signature) };
        let element = Some(BodyElement::CertificateInstallationRes(response));
        Ok(V2gMessage { header, body: Body { element } }.to_vec()?)
    }

    /// A car takes one of them.
    fn check(&self, number: u32) -> Result<(), Box<dyn Error>> {
        let message = V2gMessage::decode(&self.bundle(number)?)?;
        let Some(BodyElement::CertificateInstallationRes(response)) = &message.body.element else {
            return Err("another message".into());
        };
        let anchors = self.hierarchy.anchors();
        let trust = Trust { anchors, now_unix: self.now, level: pki::Level::Strict };
        let signature = message.header.signature.as_ref();
        accept(&response.into(), signature, &*self.car.key, &trust, &self.rng)?;
        Ok(())
    }
}
