use super::{AcceptError, Delivered, EmaidForm, data};
use crate::xmldsig::Signature;
use alloc::sync::Arc;
use alloc::vec::Vec;
use pki::chain::{Demand, Position, compare_claim, verify};
use pki::delivery::unwrap;
use pki::key::KeyAgreement;
use pki::profile::Edition;
use pki::{Anchors, Certificate, ChainError, Evcoid, Level, PrivateKey, Role};
use ring::rand::SecureRandom;

/// What a car trusts when a delivery comes.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// Its roots: V2G roots for the provisioning service; mobility operators' roots if it has any.
    pub anchors: &'a Anchors,
    /// Seconds since 1970.
    pub now_unix: i64,
    /// How certificates are judged.
    pub level: Level,
}

/// A contract that passed every check: what the car may keep.
#[derive(Debug)]
pub struct NewContract {
    /// The contract certificate.
    pub leaf: Certificate,
    /// The authorities, the leaf's issuer first, as delivered.
    pub subs: Vec<Certificate>,
    /// The contract's private key; it belongs to the certificate.
    pub key: Arc<PrivateKey>,
    /// The contract.
    pub evcoid: Evcoid,
    /// Whether the contract's own chain leads to a root that the car has. Without one it is the provisioning service
    /// alone that vouches for it.
    pub anchored: bool,
    /// How the signer encoded `eMAID`.
    pub emaid_form: EmaidForm,
}

/// Checks a delivery: the provisioning service's chain, its signature over the four parts [V2G2-891], the contract's
/// certificates as far as the car's roots reach, the identifier, and that the private key that comes out for `receiver` is
/// the certificate's [V2G2-823].
///
/// `receiver` is the key of the provisioning certificate in an installation, that of the current contract in an update.
pub fn accept(
    delivered: &Delivered<'_>,
    signature: Option<&Signature>,
    receiver: &dyn KeyAgreement,
    trust: &Trust<'_>,
    rng: &dyn SecureRandom,
) -> Result<NewContract, AcceptError> {
    if delivered.response_code.is_failed() {
        return Err(AcceptError::Refused(delivered.response_code));
    }
    let Trust { anchors, now_unix, level } = *trust;
    let service = delivered.provisioning;
    let subs: Vec<_> = data::subs(service).collect();
    let service = verify(Role::Cps, &service.certificate, &subs, anchors, now_unix, level)
        .map_err(AcceptError::Service)?;
    let signature = signature.ok_or(AcceptError::Unsigned)?;
    let emaid_form =
        delivered.verify(signature, service.public_key()).map_err(AcceptError::Signature)?;

    let chain = delivered.chain;
    let chain_subs: Vec<_> = data::subs(chain).collect();
    let (leaf, subs, anchored) = contract(&chain.certificate, &chain_subs, Edition::Iso2, trust)
        .map_err(AcceptError::Contract)?;
    let name = leaf.subject().common_name();
    let evcoid = name.and_then(|name| Evcoid::parse(name).ok()).ok_or(AcceptError::NoEvcoid)?;
    let claim = compare_claim(delivered.emaid.value.as_str(), &evcoid, level);
    if !claim.is_accepted() {
        return Err(AcceptError::Claim(claim));
    }
    let public = leaf.public_key().map_err(|_| {
        AcceptError::Contract(ChainError::Algorithm {
            at: Position::Leaf,
            found: leaf.key().to_string(),
            edition: Edition::Iso2,
        })
    })?;
    let (encrypted, dh) = (&delivered.private_key.value, &delivered.dh_public_key.value);
    let key = unwrap(encrypted, dh, receiver, public, rng).map_err(AcceptError::Key)?;
    Ok(NewContract { leaf, subs, key: Arc::new(key), evcoid, anchored, emaid_form })
}

/// The contract's certificates. A car need not hold the mobility operator's root; what it can check without, it does.
pub(super) fn contract(
    leaf: &[u8],
    subs: &[&[u8]],
    edition: Edition,
    trust: &Trust<'_>,
) -> Result<(Certificate, Vec<Certificate>, bool), ChainError> {
    let Trust { anchors, now_unix, level } = *trust;
    let demand = Demand { role: Role::Contract, edition, level };
    let anchored = match demand.verify(leaf, subs, anchors, now_unix) {
        Ok(_) => true,
        Err(ChainError::NoIssuer { .. } | ChainError::UntrustedRoot { .. }) => false,
        Err(error) => return Err(error),
    };
    let parse =
        |at, der| Certificate::parse(der).map_err(|error| ChainError::Unparsable { at, error });
    let leaf = parse(Position::Leaf, leaf)?;
    if now_unix > leaf.not_after() {
        return Err(ChainError::Expired { at: Position::Leaf, not_after: leaf.not_after() });
    }
    if now_unix < leaf.not_before() {
        return Err(ChainError::NotYetValid { at: Position::Leaf, not_before: leaf.not_before() });
    }
    let subs = subs.iter().enumerate().map(|(i, der)| parse(Position::Sub(i), der));
    Ok((leaf, subs.collect::<Result<_, _>>()?, anchored))
}
