//! Signatures of ISO 15118-2.

use super::{Key, Sheet, Verdict, judge, key_of, stray};
use pki::Certificate;
use v2g::delivery::Delivered;
use v2g::iso2::msg::*;
use v2g::xmldsig::Signature;

/// What one connection showed so far.
#[derive(Debug, Default)]
pub(in crate::inspect) struct Judge {
    contract: Option<Contract>,
    challenge: Option<GenChallenge>,
}

#[derive(Debug)]
struct Contract {
    leaf: Key,
    /// Of the authority that issued the leaf; it signs tariffs.
    issuer: Key,
}

impl Judge {
    /// Takes every message of a connection in order.
    pub(in crate::inspect) fn judge(&mut self, message: &V2gMessage) -> Option<Verdict> {
        let signature = message.header.signature.as_ref();
        match message.body.element.as_ref()? {
            BodyElement::PaymentDetailsReq(request) => {
                self.contract = Some(Contract::of(&request.contract_signature_cert_chain));
                stray(signature)
            }
            BodyElement::PaymentDetailsRes(response) => {
                self.challenge = Some(response.gen_challenge);
                stray(signature)
            }
            BodyElement::AuthorizationReq(request) => self.by_contract(signature, |sheet| {
                sheet.add::<Grammar, _>("AuthorizationReq", request.id.as_ref(), request)
            }),
            BodyElement::MeteringReceiptReq(request) => self.by_contract(signature, |sheet| {
                sheet.add::<Grammar, _>("MeteringReceiptReq", request.id.as_ref(), request)
            }),
            BodyElement::CertificateInstallationReq(request) => {
                let key = key_of(&request.oem_provisioning_cert);
                Some(judge(signature, &key, |sheet| {
                    sheet.add::<Grammar, _>(
                        "CertificateInstallationReq",
                        Some(&request.id),
                        request,
                    )
                }))
            }
            BodyElement::CertificateUpdateReq(request) => {
                let key = key_of(&request.contract_signature_cert_chain.certificate);
                Some(judge(signature, &key, |sheet| {
                    sheet.add::<Grammar, _>("CertificateUpdateReq", Some(&request.id), request)
                }))
            }
            // A refusal carries nothing worth a signature.
            BodyElement::CertificateInstallationRes(r) if !r.response_code.is_failed() => {
                Some(delivered(signature, r.into()))
            }
            BodyElement::CertificateUpdateRes(r) if !r.response_code.is_failed() => {
                Some(delivered(signature, r.into()))
            }
            BodyElement::ChargeParameterDiscoveryRes(response) => self.tariffs(signature, response),
            _ => stray(signature),
        }
    }

    /// What else is to be said of a message.
    pub(in crate::inspect) fn remark(&self, message: &V2gMessage) -> Option<&'static str> {
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
            tariffs.iter().try_for_each(|tariff| {
                sheet.add::<Grammar, _>("SalesTariff", tariff.id.as_ref(), *tariff)
            })
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

/// What the provisioning service signs of a contract that it delivers.
fn delivered(signature: Option<&Signature>, all: Delivered<'_>) -> Verdict {
    let Delivered { chain, private_key, dh_public_key, emaid, .. } = all;
    judge(signature, &key_of(&all.provisioning.certificate), |sheet| {
        sheet.add::<Grammar, _>("ContractSignatureCertChain", chain.id.as_ref(), chain)?;
        let (name, id) = ("ContractSignatureEncryptedPrivateKey", Some(&private_key.id));
        sheet.add::<Grammar, _>(name, id, private_key)?;
        sheet.add::<Grammar, _>("DHpublickey", Some(&dh_public_key.id), dh_public_key)?;
        sheet.add::<Grammar, _>("eMAID", Some(&emaid.id), emaid)
    })
}
