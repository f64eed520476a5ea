//! Signatures of ISO 15118-20 whose signer shows a certificate, all of them in CommonMessages.

use super::{Key, Verdict, judge, key_of, stray};
use exi::Document;
use v2g::iso20::msg::common::*;
use v2g::xmldsig::Signature;

/// What one connection showed so far.
#[derive(Debug, Default)]
pub(in crate::inspect) struct Judge {
    contract: Option<Key>,
    challenge: Option<GenChallenge>,
}

impl Judge {
    /// Takes every message of a connection in order, by the name of its element, and tells what
    /// else is to be said of it.
    pub(in crate::inspect) fn judge(
        &mut self,
        name: &str,
        exi: &[u8],
    ) -> (Option<Verdict>, Option<&'static str>) {
        match name {
            "AuthorizationSetupRes" => {
                if let Ok(response) = AuthorizationSetupRes::decode(exi)
                    && let AsResAuthorizationMode::Pnc(mode) = response.authorization_mode
                {
                    self.challenge = Some(mode.gen_challenge);
                }
                (None, None)
            }
            "AuthorizationReq" => match AuthorizationReq::decode(exi) {
                Ok(request) => self.authorization(&request),
                Err(_) => (None, None),
            },
            "CertificateInstallationReq" => {
                let verdict = CertificateInstallationReq::decode(exi).ok().map(|request| {
                    let chain = &request.oem_provisioning_certificate_chain;
                    judge(
                        signature(&request.header.signature),
                        &key_of(&chain.certificate),
                        |sheet| {
                            sheet.add::<Grammar, _>(
                                "OEMProvisioningCertificateChain",
                                Some(&chain.id),
                                chain,
                            )
                        },
                    )
                });
                (verdict, None)
            }
            "CertificateInstallationRes" => {
                let verdict = CertificateInstallationRes::decode(exi).ok().and_then(|response| {
                    // A refusal carries nothing worth a signature.
                    if response.response_code.is_failed() {
                        return stray(signature(&response.header.signature));
                    }
                    let key = key_of(&response.cps_certificate_chain.certificate);
                    let data = &response.signed_installation_data;
                    Some(judge(signature(&response.header.signature), &key, |sheet| {
                        sheet.add::<Grammar, _>("SignedInstallationData", Some(&data.id), data)
                    }))
                });
                (verdict, None)
            }
            "MeteringConfirmationReq" => {
                let verdict = MeteringConfirmationReq::decode(exi).ok().map(|request| {
                    let unknown = Err("the connection shows no contract certificate".into());
                    let data = &request.signed_metering_data;
                    let key = self.contract.as_ref().unwrap_or(&unknown);
                    judge(signature(&request.header.signature), key, |sheet| {
                        sheet.add::<Grammar, _>("SignedMeteringData", Some(&data.id), data)
                    })
                });
                (verdict, None)
            }
            _ => (None, None),
        }
    }

    fn authorization(
        &mut self,
        request: &AuthorizationReq,
    ) -> (Option<Verdict>, Option<&'static str>) {
        let signature = signature(&request.header.signature);
        let AReqAuthorizationMode::Pnc(mode) = &request.authorization_mode else {
            return (stray(signature), None);
        };
        let key = key_of(&mode.contract_certificate_chain.certificate);
        let verdict = judge(signature, &key, |sheet| {
            sheet.add::<Grammar, _>("PnC_AReqAuthorizationMode", Some(&mode.id), mode)
        });
        self.contract = Some(key);
        let remark = match &self.challenge {
            Some(challenge) if *challenge == mode.gen_challenge => "challenge echoed",
            Some(_) => "challenge is not the station's",
            None => "challenge of nobody",
        };
        (Some(verdict), Some(remark))
    }
}

fn signature(header: &Option<Box<Signature>>) -> Option<&Signature> {
    header.as_deref()
}
