//! Judges signatures by the certificates that the same connection shows.
//!
//! That the certificates lead to a root is not judged here: a capture says nothing of roots.

use exi::Fragment;
use pki::{Certificate, PublicKey};
use std::fmt;
use v2g::iso2::msg::*;
use v2g::signature::{Signed, SignedInfoGrammar, VerifyError, verify};
use v2g::xmldsig::{AnyText, Signature};

/// What is to be said of a message's signature.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// All digests and the signature fit.
    Good { references: usize, grammar: SignedInfoGrammar },
    /// They do not.
    Bad(VerifyError),
    /// An element that should be signed has no `Id`.
    NoId(&'static str),
    /// There should be a signature.
    Missing,
    /// The certificate with the key is not to be had.
    NoKey(String),
    /// A signature over something that is not in the message.
    Stray { references: usize },
}

impl Verdict {
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Good { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good { references: 1, grammar } => write!(f, "signature good ({grammar})"),
            Self::Good { references, grammar } => {
                write!(f, "signature good ({grammar}, {references} references)")
            }
            Self::Bad(error) => write!(f, "signature bad: {error}"),
            Self::NoId(element) => write!(f, "signature bad: {element} has no Id"),
            Self::Missing => f.write_str("signature missing"),
            Self::NoKey(why) => write!(f, "signature not judged: {why}"),
            Self::Stray { references } => {
                write!(f, "signature over {references} elements of no message seen here")
            }
        }
    }
}

/// What one connection showed so far.
#[derive(Debug, Default)]
pub(super) struct Judge {
    contract: Option<Contract>,
    challenge: Option<GenChallenge>,
}

type Key = Result<PublicKey, String>;

#[derive(Debug)]
struct Contract {
    leaf: Key,
    /// Of the authority that issued the leaf; it signs tariffs.
    issuer: Key,
}

impl Judge {
    /// Takes every message of a connection in order.
    pub(super) fn judge(&mut self, message: &V2gMessage) -> Option<Verdict> {
        let signature = message.header.signature.as_ref();
        match message.body.element.as_ref()? {
            BodyElement::PaymentDetailsReq(request) => {
                self.contract = Some(Contract::of(&request.contract_signature_cert_chain));
                stray(signature)
            }
            BodyElement::PaymentDetailsRes(response) => {
                self.challenge = Some(response.gen_challenge.clone());
                stray(signature)
            }
            BodyElement::AuthorizationReq(request) => self.by_contract(signature, |sheet| {
                sheet.add("AuthorizationReq", request.id.as_ref(), request)
            }),
            BodyElement::MeteringReceiptReq(request) => self.by_contract(signature, |sheet| {
                sheet.add("MeteringReceiptReq", request.id.as_ref(), request)
            }),
            BodyElement::CertificateInstallationReq(request) => {
                let key = key_of(&request.oem_provisioning_cert);
                Some(judge(signature, &key, |sheet| {
                    sheet.add("CertificateInstallationReq", Some(&request.id), request)
                }))
            }
            BodyElement::CertificateUpdateReq(request) => {
                let key = key_of(&request.contract_signature_cert_chain.certificate);
                Some(judge(signature, &key, |sheet| {
                    sheet.add("CertificateUpdateReq", Some(&request.id), request)
                }))
            }
            // A refusal carries nothing worth a signature.
            BodyElement::CertificateInstallationRes(r) if !r.response_code.is_failed() => {
                let key = key_of(&r.sa_provisioning_certificate_chain.certificate);
                Some(judge(signature, &key, |sheet| {
                    sheet.delivery(
                        &r.contract_signature_cert_chain,
                        &r.contract_signature_encrypted_private_key,
                        &r.dh_public_key,
                        &r.emaid,
                    )
                }))
            }
            BodyElement::CertificateUpdateRes(r) if !r.response_code.is_failed() => {
                let key = key_of(&r.sa_provisioning_certificate_chain.certificate);
                Some(judge(signature, &key, |sheet| {
                    sheet.delivery(
                        &r.contract_signature_cert_chain,
                        &r.contract_signature_encrypted_private_key,
                        &r.dh_public_key,
                        &r.emaid,
                    )
                }))
            }
            BodyElement::ChargeParameterDiscoveryRes(response) => self.tariffs(signature, response),
            _ => stray(signature),
        }
    }

    /// What else is to be said of a message.
    pub(super) fn remark(&self, message: &V2gMessage) -> Option<&'static str> {
        let BodyElement::AuthorizationReq(request) = message.body.element.as_ref()? else {
            return None;
        };
        match (&request.gen_challenge, &self.challenge) {
            (None, None) => None,
            (Some(echo), Some(challenge)) if echo == challenge => Some("challenge echoed"),
            (Some(_), Some(_)) => Some("challenge is not the station's"),
            (Some(_), None) => Some("challenge of nobody"),
            (None, Some(_)) => Some("challenge not echoed"),
        }
    }

    /// A car that showed no contract need not sign.
    fn by_contract<'m>(
        &self,
        signature: Option<&Signature>,
        elements: impl FnOnce(&mut Sheet<'m>) -> Result<(), Verdict>,
    ) -> Option<Verdict> {
        match (&self.contract, signature) {
            (None, None) => None,
            (None, Some(_)) => {
                Some(Verdict::NoKey("the connection shows no contract certificate".into()))
            }
            (Some(contract), signature) => Some(judge(signature, &contract.leaf, elements)),
        }
    }

    /// A tariff without signature is not blamed: where no contract is, it needs none.
    fn tariffs(
        &self,
        signature: Option<&Signature>,
        response: &ChargeParameterDiscoveryRes,
    ) -> Option<Verdict> {
        let tuples = match &response.sa_schedules {
            Some(SaSchedules::List(list)) => &list.sa_schedule_tuple[..],
            _ => &[],
        };
        let tariffs: Vec<_> =
            tuples.iter().filter_map(|tuple| tuple.sales_tariff.as_ref()).collect();
        if tariffs.is_empty() || signature.is_none() {
            return stray(signature);
        }
        let Some(contract) = &self.contract else {
            return Some(Verdict::NoKey("the connection shows no contract certificate".into()));
        };
        Some(judge(signature, &contract.issuer, |sheet| {
            tariffs
                .iter()
                .try_for_each(|tariff| sheet.add("SalesTariff", tariff.id.as_ref(), *tariff))
        }))
    }
}

impl Contract {
    fn of(chain: &CertificateChain) -> Self {
        let issuer = || {
            let leaf = Certificate::parse(&chain.certificate).map_err(|error| error.to_string())?;
            let subs = chain.sub_certificates.iter().flat_map(|subs| subs.certificate.iter());
            let mut subs = subs.filter_map(|der| Certificate::parse(der).ok());
            let issuer = subs.find(|sub| sub.subject() == leaf.issuer());
            let issuer = issuer.ok_or("the contract's authority did not come with it")?;
            issuer.public_key().cloned().map_err(|error| error.to_string())
        };
        Self { leaf: key_of(&chain.certificate), issuer: issuer() }
    }
}

/// The elements that a signature has to cover.
#[derive(Default)]
struct Sheet<'a>(Vec<Signed<'a>>);

impl<'a> Sheet<'a> {
    fn add<E: Fragment<Grammar>>(
        &mut self,
        name: &'static str,
        id: Option<&'a AnyText>,
        element: &E,
    ) -> Result<(), Verdict> {
        let id = id.ok_or(Verdict::NoId(name))?;
        let signed = Signed::element::<Grammar, E>(id.as_str(), element);
        self.0.push(signed.map_err(|error| Verdict::Bad(error.into()))?);
        Ok(())
    }

    /// What the provisioning service signs of a contract that it delivers.
    fn delivery(
        &mut self,
        chain: &'a CertificateChain,
        private: &'a ContractSignatureEncryptedPrivateKey,
        dh_public_key: &'a DiffieHellmanPublicKey,
        emaid: &'a Emaid,
    ) -> Result<(), Verdict> {
        self.add("ContractSignatureCertChain", chain.id.as_ref(), chain)?;
        self.add("ContractSignatureEncryptedPrivateKey", Some(&private.id), private)?;
        self.add("DHpublickey", Some(&dh_public_key.id), dh_public_key)?;
        self.add("eMAID", Some(&emaid.id), emaid)
    }
}

fn judge<'m>(
    signature: Option<&Signature>,
    key: &Key,
    elements: impl FnOnce(&mut Sheet<'m>) -> Result<(), Verdict>,
) -> Verdict {
    let Some(signature) = signature else { return Verdict::Missing };
    let mut sheet = Sheet::default();
    if let Err(verdict) = elements(&mut sheet) {
        return verdict;
    }
    match key {
        Err(why) => Verdict::NoKey(why.clone()),
        Ok(key) => match verify(signature, &sheet.0, key) {
            Ok(grammar) => Verdict::Good { references: sheet.0.len(), grammar },
            Err(error) => Verdict::Bad(error),
        },
    }
}

fn stray(signature: Option<&Signature>) -> Option<Verdict> {
    signature.map(|signature| Verdict::Stray { references: signature.signed_info.reference.len() })
}

fn key_of(certificate: &[u8]) -> Key {
    let certificate = Certificate::parse(certificate).map_err(|error| error.to_string())?;
    certificate.public_key().cloned().map_err(|error| error.to_string())
}
