use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{KeyError, PublicKey, p256, p521};

/// Agrees with the owner of `peer` on a secret by a key that is forgotten at once: gives that key's public half, and the
/// secret, which is what [`super::KeyAgreement::agree`] gives the peer for it.
pub fn agree_ephemeral(
    peer: &PublicKey,
    rng: &dyn SecureRandom,
) -> Result<(PublicKey, Zeroizing<Vec<u8>>), KeyError> {
    let (public, secret) = match peer {
        PublicKey::P256(peer) => p256::agree_once(peer, rng)?,
        PublicKey::P521(peer) => p521::agree_once(peer, rng)?,
    };
    Ok((PublicKey::of(peer.algorithm(), &public)?, secret))
}
