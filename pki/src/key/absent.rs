//! What stands in for Ed448 and X448 in a build without them. Nobody can have a key.

use core::convert::Infallible;

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{Algorithm, KeyError};

pub(super) mod ed448 {
    use super::*;

    pub(in crate::key) struct Secret(Infallible);

    impl Secret {
        pub(in crate::key) fn generate(_: &dyn SecureRandom) -> Result<(Self, [u8; 57]), KeyError> {
            Err(MISSING)
        }

        pub(in crate::key) fn from_seed(_: &[u8]) -> Result<(Self, [u8; 57]), KeyError> {
            Err(MISSING)
        }

        pub(in crate::key) fn scalar(&self) -> &[u8] {
            match self.0 {}
        }

        pub(in crate::key) fn sign(&self, _: &[u8]) -> Result<Vec<u8>, KeyError> {
            match self.0 {}
        }

        pub(in crate::key) fn agree(&self, _: &[u8; 56]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
            match self.0 {}
        }
    }

    pub(in crate::key) fn to_x448(_: &[u8; 57]) -> Result<[u8; 56], KeyError> {
        Err(MISSING)
    }

    pub(in crate::key) fn verify(_: &[u8; 57], _: &[u8], _: &[u8]) -> Result<(), KeyError> {
        Err(MISSING)
    }

    const MISSING: KeyError = KeyError::NotBuilt { algorithm: Algorithm::Ed448 };
}

pub(super) mod x448 {
    use super::*;

    pub(in crate::key) struct Secret(Infallible);

    impl Secret {
        pub(in crate::key) fn generate(_: &dyn SecureRandom) -> Result<(Self, [u8; 56]), KeyError> {
            Err(MISSING)
        }

        pub(in crate::key) fn from_number(_: &[u8]) -> Result<(Self, [u8; 56]), KeyError> {
            Err(MISSING)
        }

        pub(in crate::key) fn scalar(&self) -> &[u8] {
            match self.0 {}
        }

        pub(in crate::key) fn agree(&self, _: &[u8; 56]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
            match self.0 {}
        }
    }

    const MISSING: KeyError = KeyError::NotBuilt { algorithm: Algorithm::X448 };
}
