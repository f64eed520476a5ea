use crate::error::HsmError;
use crate::key::{TokenKey, public_key};
use crate::pool::Pool;
use crate::uri::Uri;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use pki::key::Algorithm;
use std::fmt;
use std::sync::Arc;

/// A token with its sessions, logged in as its user. Clones share them.
#[derive(Clone)]
pub struct Token {
    pool: Arc<Pool>,
}

/// The PIN of a token's user. It is never printed, and erased on drop.
#[derive(Clone)]
pub struct Pin(AuthPin);

/// What a fresh key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Signatures.
    Sign,
    /// Agreement on secrets.
    Agree,
    /// Both, as keys of contracts and provisioning certificates do.
    Both,
}

impl Pin {
    /// A PIN.
    pub fn new(pin: &str) -> Self {
        Self(AuthPin::from(pin))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

impl Token {
    /// Opens the token that a URI names by label or serial number in the module that it names, and logs in. At most `sessions`
    /// are open at the same time, at least one; more threads wait.
    pub fn open(uri: &Uri, pin: Pin, sessions: usize) -> Result<Self, HsmError> {
        let context = Pkcs11::new(uri.module_path.as_ref().ok_or(HsmError::NoModule)?)?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Another token of the same module is open.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(error.into()),
        }
        let slot = slot(&context, uri)?;
        let token = Self { pool: Arc::new(Pool::new(context, slot, pin.0, sessions)) };
        // A wrong PIN shows here.
        drop(token.pool.lend()?);
        Ok(token)
    }

    /// The key that a URI names by label or identifier.
    pub fn key(&self, uri: &Uri) -> Result<TokenKey, HsmError> {
        let mut name = Vec::new();
        name.extend(uri.object.as_ref().map(|label| Attribute::Label(label.clone().into_bytes())));
        name.extend(uri.id.clone().map(Attribute::Id));
        if name.is_empty() {
            return Err(HsmError::NoName);
        }
        let public = public_key(&*self.pool.lend()?, &name)?;
        TokenKey::find(Arc::clone(&self.pool), name, public)
    }

    /// Makes a key that never leaves the token. Label and identifier must both be new.
    pub fn generate(
        &self,
        label: &str,
        id: &[u8],
        algorithm: Algorithm,
        usage: Use,
    ) -> Result<TokenKey, HsmError> {
        let curve = curve(algorithm).ok_or(pki::key::KeyError::Unsupported)?;
        let (label, id) = (Attribute::Label(label.as_bytes().to_vec()), Attribute::Id(id.to_vec()));
        let session = self.pool.lend()?;
        for name in [&label, &id] {
            let private = [Attribute::Class(ObjectClass::PRIVATE_KEY), name.clone()];
            if !session.find_objects(&private)?.is_empty() {
                return Err(HsmError::Taken);
            }
        }
        let (signs, agrees) = (usage != Use::Agree, usage != Use::Sign);
        let public = [
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(signs),
            Attribute::EcParams(curve.to_vec()),
            label.clone(),
            id.clone(),
        ];
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(signs),
            Attribute::Derive(agrees),
            label.clone(),
            id.clone(),
        ];
        session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)?;
        let name = vec![label, id];
        let public = public_key(&session, &name)?;
        drop(session);
        TokenKey::find(Arc::clone(&self.pool), name, public)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").finish_non_exhaustive()
    }
}

fn slot(context: &Pkcs11, uri: &Uri) -> Result<Slot, HsmError> {
    let mut found = Vec::new();
    for slot in context.get_slots_with_initialized_token()? {
        let info = context.get_token_info(slot)?;
        let label = uri.token.as_ref().is_none_or(|label| label == info.label());
        let serial = uri.serial.as_ref().is_none_or(|serial| serial == info.serial_number());
        if label && serial {
            found.push(slot);
        }
    }
    match found.as_slice() {
        [slot] => Ok(*slot),
        _ => Err(HsmError::Tokens(found.len())),
    }
}

/// The curve's object identifier in DER, as tokens want it; `None` for what PKCS#11 2.40 has not.
fn curve(algorithm: Algorithm) -> Option<&'static [u8]> {
    match algorithm {
        Algorithm::P256 => Some(P256),
        Algorithm::P521 => Some(P521),
        Algorithm::Ed448 | Algorithm::X448 => None,
    }
}

/// 1.2.840.10045.3.1.7
pub(crate) const P256: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
/// 1.3.132.0.35
pub(crate) const P521: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 35];
