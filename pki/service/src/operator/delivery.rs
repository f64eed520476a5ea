use pki::delivery::iso20::{self, EncryptedKey};
use pki::delivery::{self, DeliveryError};
use pki::profile::Edition;
use pki::{Certificate, PublicKey};

/// A contract's certificate with its key as only the car can read it. The key itself is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The contract's certificate.
    pub certificate: Certificate,
    /// Its private key, wrapped.
    pub wrapped: Wrapped,
}

/// A wrapped private key, as messages of its edition carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapped {
    /// Of ISO 15118-2.
    Iso2(delivery::WrappedKey),
    /// Of ISO 15118-20.
    Iso20(iso20::WrappedKey),
}

/// The public key of a provisioning certificate, if a contract's key can be wrapped for it by an edition.
pub fn receiver(edition: Edition, car: &Certificate) -> Result<&PublicKey, DeliveryError> {
    match edition {
        Edition::Iso2 => delivery::receiver(car),
        Edition::Iso20 => iso20::receiver(car),
    }
}

impl Delivery {
    /// As it is stored: encrypted key, public key of the agreement, certificate.
    pub fn to_octets(&self) -> Vec<u8> {
        let (encrypted, dh_public_key) = self.wrapped.parts();
        [encrypted, dh_public_key, self.certificate.der()].concat()
    }

    /// From what was stored.
    pub fn read(octets: &[u8]) -> Option<Self> {
        // What follows the keys of one kind is a certificate, of the others it is none.
        LENGTHS.iter().find_map(|(edition, encrypted, dh_public_key)| {
            let (encrypted, rest) = octets.split_at_checked(*encrypted)?;
            let (dh_public_key, der) = rest.split_at_checked(*dh_public_key)?;
            let certificate = Certificate::parse(der).ok()?;
            Some(Self { certificate, wrapped: Wrapped::of(*edition, encrypted, dh_public_key)? })
        })
    }
}

impl Wrapped {
    /// From both parts; `None` where one has another length than in messages of the edition.
    pub fn of(edition: Edition, encrypted: &[u8], dh_public_key: &[u8]) -> Option<Self> {
        Some(match edition {
            Edition::Iso2 => Self::Iso2(delivery::WrappedKey {
                encrypted: encrypted.try_into().ok()?,
                dh_public_key: dh_public_key.try_into().ok()?,
            }),
            Edition::Iso20 => {
                let secp521 = encrypted.try_into().map(EncryptedKey::Secp521);
                let encrypted =
                    secp521.or_else(|_| encrypted.try_into().map(EncryptedKey::X448)).ok()?;
                let dh_public_key = dh_public_key.try_into().ok()?;
                Self::Iso20(iso20::WrappedKey { encrypted, dh_public_key })
            }
        })
    }

    /// Whose messages carry it.
    pub fn edition(&self) -> Edition {
        match self {
            Self::Iso2(_) => Edition::Iso2,
            Self::Iso20(_) => Edition::Iso20,
        }
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        match self {
            Self::Iso2(wrapped) => (&wrapped.encrypted, &wrapped.dh_public_key),
            Self::Iso20(wrapped) => (&wrapped.encrypted, &wrapped.dh_public_key),
        }
    }
}

/// Octets of encrypted keys and of the public keys beside them.
const LENGTHS: [(Edition, usize, usize); 3] =
    [(Edition::Iso2, 48, 65), (Edition::Iso20, 94, 133), (Edition::Iso20, 84, 133)];
