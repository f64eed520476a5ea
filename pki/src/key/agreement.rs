use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{Algorithm, KeyError, PublicKey, p256, p521, x448};

/// Agrees with the owner of `peer` on a secret by a key that is forgotten at once: gives that key's public half, and the
/// secret, which is what [`super::KeyAgreement::agree`] gives the peer for it. With a peer of Ed448 it is a key of X448.
pub fn agree_ephemeral(
    peer: &PublicKey,
    rng: &dyn SecureRandom,
) -> Result<(PublicKey, Zeroizing<Vec<u8>>), KeyError> {
    let (algorithm, (public, secret)) = match peer {
        PublicKey::P256(peer) => (Algorithm::P256, p256::agree_once(peer, rng)?),
        PublicKey::P521(peer) => (Algorithm::P521, p521::agree_once(peer, rng)?),
        PublicKey::Ed448(_) | PublicKey::X448(_) => {
            let peer = peer.to_x448()?;
            let (key, public) = x448::Secret::generate(rng)?;
            (Algorithm::X448, (public.to_vec(), key.agree(&peer)?))
        }
    };
    Ok((PublicKey::of(algorithm, &public)?, secret))
}
