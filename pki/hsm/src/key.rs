use crate::error::HsmError;
use crate::pool::Pool;
use crate::token::{P256, P521};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::elliptic_curve::{EcKdf, Ecdh1DeriveParams};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use pki::key::{Algorithm, KeyError};
use pki::{KeyAgreement, PublicKey, Signer};
use ring::digest::{SHA256, SHA512, digest};
use ring::rand::SecureRandom;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// A private key in a token. What it signs is hashed here, so that only the digest goes to the token.
pub struct TokenKey {
    pool: Arc<Pool>,
    /// Label, identifier or both.
    name: Vec<Attribute>,
    public: PublicKey,
    /// Where the token has it. Found anew when the token has forgotten.
    handle: Mutex<ObjectHandle>,
}

impl TokenKey {
    pub(crate) fn find(
        pool: Arc<Pool>,
        name: Vec<Attribute>,
        public: PublicKey,
    ) -> Result<Self, HsmError> {
        let handle = private_key(&*pool.lend()?, &name)?;
        Ok(Self { pool, name, public, handle: Mutex::new(handle) })
    }

    /// Does something with the key. Where the module has lost its sessions or its objects, once more on a fresh session.
    fn with<T>(
        &self,
        work: impl Fn(&Session, ObjectHandle) -> Result<T, Error>,
    ) -> Result<T, HsmError> {
        let session = self.pool.lend()?;
        let handle = *self.handle.lock().unwrap_or_else(PoisonError::into_inner);
        let error = match work(&session, handle) {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if !is_lost(&error) {
            return Err(error.into());
        }
        log::warn!("a session with the token is lost, opening another: {error}");
        session.discard();
        self.pool.forget_idle();
        let session = self.pool.lend()?;
        let handle = private_key(&session, &self.name)?;
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = handle;
        Ok(work(&session, handle)?)
    }
}

impl Signer for TokenKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The token draws its own random numbers.
    fn sign_raw(&self, message: &[u8], _: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
        let algorithm = self.public.algorithm();
        let hash = match algorithm {
            Algorithm::P256 => &SHA256,
            Algorithm::P521 => &SHA512,
            Algorithm::Ed448 | Algorithm::X448 => return Err(KeyError::Unsupported),
        };
        let hash = digest(hash, message);
        let signature =
            self.with(|session, key| session.sign(&Mechanism::Ecdsa, key, hash.as_ref()));
        let signature = signature.map_err(|error| told(&error))?;
        // r and s as long as the order, one after the other.
        if signature.len() != algorithm.signature_len() {
            log::error!("the token signs in a form unknown here: {} octets", signature.len());
            return Err(KeyError::Signer);
        }
        Ok(signature)
    }
}

impl KeyAgreement for TokenKey {
    fn agree(&self, peer: &PublicKey) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let wanted = self.public.algorithm();
        if peer.algorithm() != wanted {
            return Err(KeyError::Mismatch { wanted });
        }
        let length = wanted.secret_len().try_into().map_err(|_| KeyError::Signer)?;
        let secret = self.with(|session, key| {
            let params = Ecdh1DeriveParams::new(EcKdf::null(), peer.point());
            let template = [
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(KeyType::GENERIC_SECRET),
                Attribute::Token(false),
                Attribute::Sensitive(false),
                Attribute::Extractable(true),
                Attribute::ValueLen(length),
            ];
            let derived = session.derive_key(&Mechanism::Ecdh1Derive(params), key, &template)?;
            let value = session.get_attributes(derived, &[AttributeType::Value]);
            let destroyed = session.destroy_object(derived);
            let secret = value?.into_iter().find_map(|attribute| match attribute {
                Attribute::Value(value) => Some(Zeroizing::new(value)),
                _ => None,
            });
            destroyed.map(|()| secret)
        });
        match secret {
            Ok(Some(secret)) if secret.len() == wanted.secret_len() => Ok(secret),
            Ok(_) => Err(KeyError::Signer),
            // A point that is not on the curve is the peer's fault.
            Err(HsmError::Token(Error::Pkcs11(
                RvError::MechanismParamInvalid | RvError::ArgumentsBad,
                _,
            ))) => Err(KeyError::NotOnCurve),
            Err(error) => Err(told(&error)),
        }
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// The public half of the key of this name.
pub(crate) fn public_key(session: &Session, name: &[Attribute]) -> Result<PublicKey, HsmError> {
    let key = only(session, ObjectClass::PUBLIC_KEY, name)?;
    let wanted = [AttributeType::EcParams, AttributeType::EcPoint];
    let (mut curve, mut point) = (Vec::new(), Vec::new());
    for attribute in session.get_attributes(key, &wanted)? {
        match attribute {
            Attribute::EcParams(value) => curve = value,
            Attribute::EcPoint(value) => point = value,
            _ => {}
        }
    }
    let wanted = match curve.as_slice() {
        P256 => Algorithm::P256,
        P521 => Algorithm::P521,
        _ => return Err(KeyError::Unsupported.into()),
    };
    // PKCS#11 wants the point in an OCTET STRING; some tokens leave that out.
    let bare = match point.as_slice() {
        [4, 0x81, _, point @ ..] if point.len() == 133 => point,
        [4, 65, point @ ..] if point.len() == 65 => point,
        point => point,
    };
    let public = PublicKey::from_point(bare)?;
    if public.algorithm() == wanted {
        Ok(public)
    } else {
        Err(KeyError::Mismatch { wanted }.into())
    }
}

fn private_key(session: &Session, name: &[Attribute]) -> Result<ObjectHandle, HsmError> {
    only(session, ObjectClass::PRIVATE_KEY, name)
}

fn only(
    session: &Session,
    class: ObjectClass,
    name: &[Attribute],
) -> Result<ObjectHandle, HsmError> {
    let mut template = vec![Attribute::Class(class)];
    template.extend_from_slice(name);
    match session.find_objects(&template)?.as_slice() {
        [key] => Ok(*key),
        found => Err(HsmError::Keys(found.len())),
    }
}

/// Whether a fresh session may help.
fn is_lost(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::SessionHandleInvalid
                | RvError::SessionClosed
                | RvError::ObjectHandleInvalid
                | RvError::KeyHandleInvalid
                | RvError::UserNotLoggedIn
                | RvError::DeviceError
                | RvError::DeviceRemoved
                | RvError::TokenNotPresent,
            _
        )
    )
}

fn told(error: &HsmError) -> KeyError {
    log::error!("{error}");
    KeyError::Signer
}
