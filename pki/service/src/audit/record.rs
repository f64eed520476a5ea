use core::fmt;
use core::str::FromStr;

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One record of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, counted from 1.
    pub seq: u64,
    /// When: seconds since 1970, by the clock of the node that wrote it.
    pub time: i64,
    /// Who wanted it.
    pub client: String,
    /// The request that it came with.
    pub request: String,
    /// What was done, `certificate.issued` for instance.
    pub action: String,
    /// What it was done to.
    pub object: String,
    /// More about it.
    pub detail: Value,
}

/// Hash of a record and of all before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

/// The end of the log. Written `SEQ:HASH`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Number of the last record; 0 if there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Hash {
    /// The hash of a record behind this one.
    pub fn then(self, record: &str) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&self.0);
        context.update(record.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Self(hash)
    }
}

impl Head {
    /// The head behind one more record.
    pub fn then(self, record: &str) -> Self {
        Self { seq: self.seq + 1, hash: self.hash.then(record) }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("{text:?} is not NUMBER:HASH with 64 hexadecimal digits");
        let (seq, hash) = text.split_once(':').ok_or_else(wanted)?;
        let mut octets = [0; 32];
        hex::decode_to_slice(hash, &mut octets).map_err(|_| wanted())?;
        Ok(Self { seq: seq.parse().map_err(|_| wanted())?, hash: Hash(octets) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_as_written() {
        let head = Head::default().then("{}").then("{\"seq\":2}");
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(head.seq, 2);
        for bad in ["", "1", "1:", "x:00", &format!("-1:{}", head.hash), "1:zz"] {
            assert!(bad.parse::<Head>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_hash_covers_the_record_and_all_before() {
        // SHA-256 of 32 zero octets and "a", as sha256sum has it.
        let first = Hash::default().then("a");
        assert_eq!(
            first.to_string(),
            "41a0370c3d9f42773a59e8e01651911cf43b1e3f66944cbb690029debc4eb647"
        );
        assert_ne!(first.then("b"), Hash::default().then("b"));
    }
}
