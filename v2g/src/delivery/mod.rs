//! Contract certificates on their way to the car, as ISO 15118-2 sends them; as ISO 15118-20 does in `iso20`.
//!
//! The car signs its request; a mobility operator makes [`ContractData`]; the certificate provisioning service (CPS)
//! signs its four parts; the car checks all of it with [`accept`] before it keeps anything. The engines carry the
//! messages, here is what stands in them.

mod accept;
mod data;
mod error;
#[cfg(feature = "iso20-common")]
pub mod iso20;
mod request;
mod roots;

use crate::iso2::msg::{DATA as NS, *};
use crate::signature::{SignError, Signed, VerifyError, sign, verify};
use crate::xmldsig::Signature;
use exi::{Exi, Fragment};
use pki::{PublicKey, Signer};
use ring::rand::SecureRandom;

pub use accept::{NewContract, Trust, accept};
pub use data::{ContractData, certificate_chain};
pub use error::{AcceptError, BuildError, RequestError};
pub use request::{
    check_installation, check_installation_by, check_update, check_update_by, installation_request,
    update_request,
};
pub use roots::root_ids;

/// What the responses to an installation and to an update both deliver.
#[derive(Clone, Copy, Debug)]
pub struct Delivered<'a> {
    /// Whether anything is delivered.
    pub response_code: ResponseCode,
    /// The provisioning service's certificates. No signature covers them.
    pub provisioning: &'a CertificateChain,
    /// The contract's certificates.
    pub chain: &'a CertificateChain,
    /// The contract's private key, wrapped.
    pub private_key: &'a ContractSignatureEncryptedPrivateKey,
    /// The public key by which it was wrapped.
    pub dh_public_key: &'a DiffieHellmanPublicKey,
    /// The contract's identifier.
    pub emaid: &'a Emaid,
}

/// How the signer of a delivery encoded `eMAID` for its digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EmaidForm {
    /// By the relaxed grammar, as EXI has it for a name with two types.
    Relaxed,
    /// By the grammar of its own type, as stacks on libcbv2g do.
    Plain,
}

impl<'a> From<&'a CertificateInstallationRes> for Delivered<'a> {
    fn from(res: &'a CertificateInstallationRes) -> Self {
        Self {
            response_code: res.response_code,
            provisioning: &res.sa_provisioning_certificate_chain,
            chain: &res.contract_signature_cert_chain,
            private_key: &res.contract_signature_encrypted_private_key,
            dh_public_key: &res.dh_public_key,
            emaid: &res.emaid,
        }
    }
}

impl<'a> From<&'a CertificateUpdateRes> for Delivered<'a> {
    fn from(res: &'a CertificateUpdateRes) -> Self {
        Self {
            response_code: res.response_code,
            provisioning: &res.sa_provisioning_certificate_chain,
            chain: &res.contract_signature_cert_chain,
            private_key: &res.contract_signature_encrypted_private_key,
            dh_public_key: &res.dh_public_key,
            emaid: &res.emaid,
        }
    }
}

impl<'a> Delivered<'a> {
    /// Checks that the signature covers the four parts and nothing else, and fits the key [V2G2-891] [V2G2-909].
    ///
    /// That the key belongs to a provisioning service is not checked here.
    pub fn verify(&self, signature: &Signature, key: &PublicKey) -> Result<EmaidForm, VerifyError> {
        match verify(signature, &self.elements(EmaidForm::Relaxed)?, key) {
            Err(VerifyError::Digest(id)) if id == self.emaid.id.as_str() => {
                let plain = self.elements(EmaidForm::Plain)?;
                verify(signature, &plain, key).map(|_| EmaidForm::Plain)
            }
            verdict => verdict.map(|_| EmaidForm::Relaxed),
        }
    }

    /// The provisioning service's signature over the four parts [V2G2-891].
    pub fn sign(
        &self,
        service: &dyn Signer,
        rng: &dyn SecureRandom,
    ) -> Result<Signature, SignError> {
        let elements = self.elements(EmaidForm::Relaxed).map_err(|error| match error {
            VerifyError::Element(error) => SignError::Element(error),
            _ => SignError::Id,
        })?;
        sign(&elements, service, rng)
    }

    /// The four parts that are signed.
    fn elements(&self, form: EmaidForm) -> Result<[Signed<'a>; 4], VerifyError> {
        let no_id = || VerifyError::Missing("ContractSignatureCertChain".into());
        let id = self.chain.id.as_ref().ok_or_else(no_id)?;
        let emaid = self.emaid;
        Ok([
            Signed::element::<Grammar, _>(id.as_str(), self.chain)?,
            Signed::element::<Grammar, _>(self.private_key.id.as_str(), self.private_key)?,
            Signed::element::<Grammar, _>(self.dh_public_key.id.as_str(), self.dh_public_key)?,
            match form {
                EmaidForm::Relaxed => Signed::element::<Grammar, _>(emaid.id.as_str(), emaid)?,
                EmaidForm::Plain => Signed::element::<Grammar, _>(
                    emaid.id.as_str(),
                    &PlainEmaid { id: emaid.id.clone(), value: emaid.value.clone() },
                )?,
            },
        ])
    }
}

/// [`Emaid`] without the relaxed grammar.
#[derive(Clone, Debug, Exi, PartialEq)]
struct PlainEmaid {
    #[exi(attr)]
    id: crate::xmldsig::AnyText,
    #[exi(text)]
    value: EmaidText,
}

impl Fragment<Grammar> for PlainEmaid {
    const NAME: &'static str = <Emaid as Fragment<Grammar>>::NAME;
    const NS: &'static str = <Emaid as Fragment<Grammar>>::NS;
    const CODE: u64 = <Emaid as Fragment<Grammar>>::CODE;
}

#[cfg(test)]
mod tests {
    use super::*;
    use pki::issue::{Hierarchy, Options};
    use ring::rand::SystemRandom;

    /// The first octets are those that libcbv2g writes for this identifier.
    #[test]
    fn a_signature_over_the_plain_form_of_emaid_is_told_apart() {
        let rng = SystemRandom::new();
        let hierarchy = Hierarchy::generate(&rng, 1_795_366_984, Options::default()).unwrap();
        let (contract, car, cps) =
            (hierarchy.contract(), hierarchy.oem_provisioning(), hierarchy.cps());
        let subs = contract.sub_ders();
        let data = ContractData::new(&contract.leaf, &subs, &contract.key, &car.leaf, &rng);
        let res = data
            .unwrap()
            .into_installation(certificate_chain(None, cps.leaf.der(), &cps.sub_ders()).unwrap());
        let delivered = Delivered::from(&res);
        for form in [EmaidForm::Relaxed, EmaidForm::Plain] {
            let elements = delivered.elements(form).unwrap();
            let signature = sign(&elements, &*cps.key, &rng).unwrap();
            let key = cps.leaf.public_key().unwrap();
            assert_eq!(delivered.verify(&signature, key), Ok(form));
            let foreign = car.leaf.public_key().unwrap();
            assert_eq!(delivered.verify(&signature, foreign), Err(VerifyError::Value));
        }
        let plain = PlainEmaid {
            id: exi::Text::new("id4").unwrap(),
            value: exi::Text::new("DEABCC123ABC56").unwrap(),
        };
        let octets = plain.encode_fragment().unwrap();
        assert_eq!(octets[..6], [0x80, 0xec, 0x02, 0xb4, 0xb2, 0x1a]);
    }
}
