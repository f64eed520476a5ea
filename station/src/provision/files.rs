//! A provisioning service with its contracts in a directory, for tests and laboratories.

use super::{Denial, NoCertificate, Provisioner, Question};
use exi::Document;
use pki::{Certificate, Evcoid, PrivateKey};
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use v2g::delivery::{ContractData, Delivered, certificate_chain};
use v2g::iso2::msg::{Body, BodyElement, Header, V2gMessage};

/// Delivers contracts from files: `cps.pem` and `cps.key` are the provisioning service, `NAME.pem` and `NAME.key` a
/// contract for the car whose provisioning certificate has that common name (PCID), or a fresh one of the contract whose
/// identifier that is (EVCOID). Each `.pem` has the leaf first, then its authorities.
///
/// Requests are not checked here: let the station check them, by [`RequestCheck`](super::RequestCheck).
pub struct ContractFiles {
    service: Holder,
    contracts: BTreeMap<String, Holder>,
    random: Arc<dyn SecureRandom + Send + Sync>,
}

struct Holder {
    leaf: Certificate,
    subs: Vec<Vec<u8>>,
    key: PrivateKey,
}

/// A directory that holds no service.
#[derive(Debug, thiserror::Error)]
#[error("{0}: {1}")]
pub struct FilesError(PathBuf, String);

impl ContractFiles {
    /// Reads everything at once.
    pub fn open(directory: &Path) -> Result<Self, FilesError> {
        let random = Arc::new(SystemRandom::new());
        let failed = |why: std::io::Error| FilesError(directory.to_owned(), why.to_string());
        let service = Holder::read(&directory.join("cps.pem"), &*random)?;
        let mut contracts = BTreeMap::new();
        for entry in std::fs::read_dir(directory).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|kind| kind == "pem") && name != "cps" {
                contracts.insert(name.to_owned(), Holder::read(&path, &*random)?);
            }
        }
        Ok(Self { service, contracts, random })
    }

    /// The message for the car, from the car's; both in EXI.
    pub fn answer(&self, request: &[u8]) -> Result<Vec<u8>, NoCertificate> {
        let request = V2gMessage::decode(request).map_err(unavailable)?;
        let (receiver, update) = match &request.body.element {
            Some(BodyElement::CertificateInstallationReq(r)) => (&r.oem_provisioning_cert, false),
            Some(BodyElement::CertificateUpdateReq(r)) => {
                (&r.contract_signature_cert_chain.certificate, true)
            }
            _ => return Err(unavailable("no request for a certificate")),
        };
        let receiver = Certificate::parse(receiver)
            .map_err(|error| NoCertificate::new(Denial::Chain, error))?;
        let name = receiver.subject().common_name().unwrap_or_default();
        let name = match Evcoid::parse(name) {
            Ok(evcoid) if update => evcoid.normal().to_owned(),
            _ => name.to_owned(),
        };
        let contract = self.contracts.get(&name).ok_or_else(|| {
            NoCertificate::new(Denial::NoContract, format_args!("nothing for {name:?}"))
        })?;
        let (rng, subs) = (&*self.random, &contract.subs);
        let data = ContractData::new(&contract.leaf, subs, &contract.key, &receiver, rng)
            .map_err(unavailable)?;
        let service = &self.service;
        let provisioning =
            certificate_chain(None, service.leaf.der(), &service.subs).map_err(unavailable)?;
        let (signature, body) = if update {
            let res = data.into_update(provisioning);
            (Delivered::from(&res).sign(&service.key, rng), BodyElement::CertificateUpdateRes(res))
        } else {
            let res = data.into_installation(provisioning);
            let signature = Delivered::from(&res).sign(&service.key, rng);
            (signature, BodyElement::CertificateInstallationRes(res))
        };
        let message = V2gMessage {
            header: Header {
                session_id: request.header.session_id,
                notification: None,
                signature: Some(signature.map_err(unavailable)?),
            },
            body: Body { element: Some(body) },
        };
        message.to_vec().map_err(unavailable)
    }
}

impl Provisioner for ContractFiles {
    fn name(&self) -> &str {
        "contract files"
    }

    fn provision<'a>(
        &'a self,
        question: &'a Question,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, NoCertificate>> + Send + 'a>> {
        Box::pin(std::future::ready(self.answer(question.exi())))
    }
}

impl Holder {
    /// The key is beside the chain.
    fn read(path: &Path, rng: &dyn SecureRandom) -> Result<Self, FilesError> {
        let failed = |path: &Path, why: String| FilesError(path.to_owned(), why);
        let text = |path: &Path| {
            std::fs::read_to_string(path).map_err(|error| failed(path, error.to_string()))
        };
        let ders = pki::pem::certificates(&text(path)?);
        let mut ders = ders.map_err(|error| failed(path, error.to_string()))?.into_iter();
        let leaf = Certificate::parse(&ders.next().unwrap_or_default())
            .map_err(|error| failed(path, error.to_string()))?;
        let beside = path.with_extension("key");
        let key = PrivateKey::from_pem(&text(&beside)?, rng)
            .map_err(|error| failed(&beside, error.to_string()))?;
        Ok(Self { leaf, subs: ders.collect(), key })
    }
}

fn unavailable(why: impl std::fmt::Display) -> NoCertificate {
    NoCertificate::new(Denial::Unavailable, why)
}
