//! Network membership key (NMK) and network identifier (NID) of a HomePlug logical network.

use core::fmt;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::random::{Random, RandomFailed};

/// Network membership key: 128 secret bits, wiped on drop, never shown.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Nmk([u8; 16]);

/// Network identifier: 54 bits; octet 6 holds the security level in its upper half.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Nid(pub [u8; 7]);

/// A logical network: its key and its name. The name need not be derived from the key when a peer chose both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkKey {
    /// The key.
    pub nmk: Nmk,
    /// The name.
    pub nid: Nid,
}

impl Nmk {
    /// Takes over the 16 octets in transmission order.
    pub fn new(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// The secret octets, for the modem only.
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Nid {
    /// The name that belongs to a key: five rounds of SHA-256, cut to 52 bits, security level 0 (simple connect).
    pub fn derive(nmk: &Nmk) -> Self {
        let mut digest: [u8; 32] = Sha256::digest(nmk.0).into();
        for _ in 1..5 {
            digest = Sha256::digest(digest).into();
        }
        let [a, b, c, d, e, f, g, ..] = digest;
        digest.zeroize();
        Self([a, b, c, d, e, f, g >> 4])
    }
}

impl NetworkKey {
    /// A fresh network with a derived name.
    pub fn random(random: &mut dyn Random) -> Result<Self, RandomFailed> {
        let mut nmk = Nmk::default();
        random.fill(&mut nmk.0)?;
        let nid = Nid::derive(&nmk);
        Ok(Self { nmk, nid })
    }
}

impl Drop for Nmk {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for Nmk {}

impl fmt::Debug for Nmk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nmk(..)")
    }
}

impl fmt::Display for Nid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Nid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn nmk(text: &str) -> Nmk {
        Nmk::new(hex::decode(text).unwrap().try_into().unwrap())
    }

    /// Pairs published with HomePlug tools and modems; each was also recomputed independently.
    #[test]
    fn nid_is_derived_as_modems_derive_it() {
        for (key, nid) in [
            ("50d3e4933f855b7040784df815aa8db7", "b0f2e695666b03"),
            ("b59319d7e8157ba001b018669ccee30d", "026bcba5354e08"),
            ("3452235445aef2d455feff31a3b303ad", "b1c913b5aa0702"),
            ("49cc4981698d5f709bbe660c50306c94", "2fecb0d5327903"),
        ] {
            assert_eq!(format!("{}", Nid::derive(&nmk(key))), nid);
        }
    }

    #[test]
    fn debug_never_shows_the_key() {
        let key = NetworkKey { nmk: nmk("50d3e4933f855b7040784df815aa8db7"), nid: Nid::default() };
        let shown = format!("{key:?}").to_lowercase();
        assert!(
            !shown.contains("50") && !shown.contains("d3") && shown.contains("nmk(..)"),
            "{shown}"
        );
    }
}
