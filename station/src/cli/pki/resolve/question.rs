//! A line of a batch: which chain is asked about.

use super::files;
use ::pki::{Certificate, pem};
use serde::Deserialize;
use serde_json::Value;

/// Longest line that is read: a chain in PEM needs less than a tenth of it.
pub(super) const MAX_LINE: usize = 256 << 10;

/// Leaf first.
pub(super) struct Question {
    pub(super) id: Option<Value>,
    pub(super) certificates: Result<Vec<Vec<u8>>, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    id: Option<Value>,
    chain: Chain,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Chain {
    Pem(String),
    Base64(Vec<String>),
}

impl Question {
    /// An object or the path of a file.
    pub(super) fn parse(line: &[u8]) -> Self {
        let refused = |why: &str| Self { id: None, certificates: Err(why.to_owned()) };
        if line.len() > MAX_LINE {
            return refused("the line is too long");
        }
        let Ok(text) = core::str::from_utf8(line) else { return refused("not UTF-8") };
        if !text.starts_with('{') {
            return Self { id: None, certificates: files::certificates(text) };
        }
        match serde_json::from_str::<Object>(text) {
            Ok(Object { id, chain }) => Self { id, certificates: chain.certificates() },
            Err(error) => refused(&format!("no question: {error}")),
        }
    }
}

impl Chain {
    fn certificates(self) -> Result<Vec<Vec<u8>>, String> {
        match self {
            Self::Pem(text) => pem::certificates(&text).map_err(|error| error.to_string()),
            Self::Base64(all) => all
                .iter()
                .map(|text| pem::from_base64(text.as_bytes(), Certificate::MAX_DER))
                .collect::<Result<_, _>>()
                .map_err(|error| error.to_string()),
        }
    }
}
