use cryptoki::error::Error;
use pki::key::KeyError;

/// Why a token or a key in it cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HsmError {
    /// The module or the token failed.
    #[error("the token: {0}")]
    Token(#[from] Error),
    /// The URI names no module.
    #[error("the URI names no module-path")]
    NoModule,
    /// No token, or several, of the label or serial number asked for.
    #[error("{0} tokens of that name are there, not one")]
    Tokens(usize),
    /// The URI names neither a label nor an identifier of a key.
    #[error("the URI names no key")]
    NoName,
    /// No key, or several, of the label or identifier asked for.
    #[error("{0} keys of that name are there, not one")]
    Keys(usize),
    /// There is a key of this label or identifier already; nothing was made.
    #[error("there is a key of that name already")]
    Taken,
    /// The key is none that ISO 15118 has, or its public half cannot be read.
    #[error("the key: {0}")]
    Key(#[from] KeyError),
}
