//! Private keys, in files or in tokens.

use super::CaError;
use pki::key::{Algorithm, PrivateKey, Signer};
use ring::rand::SystemRandom;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The key that settings or an argument name: a file in PEM, in `directory` unless it says otherwise, or the `pkcs11:` URI
/// of one in a token, for which the feature `hsm` is needed. The token's PIN is in the file that `pin-source` names, or in
/// the environment as `PNC_HSM_PIN`.
pub fn signer(name: &str, directory: &Path) -> Result<Arc<dyn Signer>, CaError> {
    if is_token(name) {
        return token::key(name, None);
    }
    Ok(Arc::new(private_key(&directory.join(name))?))
}

/// The same, but a key that is not in the token yet is made there: its label is the URI's `object`, its identifier the
/// URI's `id` or else the label. With `agrees` it can agree on secrets as well.
pub fn token_signer(
    uri: &str,
    algorithm: Algorithm,
    agrees: bool,
) -> Result<Arc<dyn Signer>, CaError> {
    token::key(uri, Some((algorithm, agrees)))
}

/// Whether a name is that of a key in a token.
pub fn is_token(name: &str) -> bool {
    name.starts_with("pkcs11:")
}

fn private_key(path: &Path) -> Result<PrivateKey, CaError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(CaError::file(path))?);
    PrivateKey::from_pem(&text, &SystemRandom::new()).map_err(|error| CaError::content(path, error))
}

#[cfg(not(feature = "hsm"))]
mod token {
    use super::{Algorithm, Arc, CaError, Signer};

    pub(super) fn key(_: &str, _: Option<(Algorithm, bool)>) -> Result<Arc<dyn Signer>, CaError> {
        Err(CaError::Token("this program is built without the feature hsm".to_owned()))
    }
}

#[cfg(feature = "hsm")]
mod token {
    use super::{Algorithm, Arc, CaError, Signer, Zeroizing, fs};
    use pki_hsm::{HsmError, Pin, Token, Uri, Use};

    pub(super) fn key(
        name: &str,
        fresh: Option<(Algorithm, bool)>,
    ) -> Result<Arc<dyn Signer>, CaError> {
        let wrong = |error: &dyn std::fmt::Display| CaError::Token(error.to_string());
        let uri = Uri::parse(name).map_err(|error| wrong(&error))?;
        let token = Token::open(&uri, pin(&uri)?, SESSIONS).map_err(|error| wrong(&error))?;
        let key = match (token.key(&uri), fresh) {
            (Err(HsmError::Keys(0)), Some((algorithm, agrees))) => {
                let label = uri.object.as_deref().unwrap_or_default();
                let id = uri.id.as_deref().unwrap_or(label.as_bytes());
                let usage = if agrees { Use::Both } else { Use::Sign };
                token.generate(label, id, algorithm, usage)
            }
            (found, _) => found,
        };
        Ok(Arc::new(key.map_err(|error| wrong(&error))?))
    }

    fn pin(uri: &Uri) -> Result<Pin, CaError> {
        if let Some(path) = &uri.pin_source {
            let text = Zeroizing::new(fs::read_to_string(path).map_err(CaError::file(path))?);
            return Ok(Pin::new(text.trim_end_matches(['\r', '\n'])));
        }
        let pin = std::env::var("PNC_HSM_PIN").map(Zeroizing::new);
        let pin = pin.map_err(|_| CaError::Token("no pin-source and no PNC_HSM_PIN".to_owned()))?;
        Ok(Pin::new(&pin))
    }

    /// As many threads as sign at once.
    const SESSIONS: usize = 8;
}
