use crate::cert::Certificate;
use crate::chain::Chain;

use super::{CertId, HashAlgorithm};

/// What OCPP wants to know about a certificate to ask for its state elsewhere (`OCSPRequestDataType`).
///
/// The field is `responderURL` in OCPP, whatever its other names' spelling suggests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspRequestData {
    /// `hashAlgorithm`: always `SHA256`, which OCPP has and every CSMS takes. SHA-1 it does not have.
    pub hash_algorithm: &'static str,
    /// `issuerNameHash`: lower-case hex of the hash of the issuer's name in DER.
    pub issuer_name_hash: String,
    /// `issuerKeyHash`: lower-case hex of the hash of the issuer's public key.
    pub issuer_key_hash: String,
    /// `serialNumber`: lower-case hex without leading zeros.
    pub serial_number: String,
    /// `responderURL`: the first responder that the certificate names.
    pub responder_url: String,
}

impl OcspRequestData {
    /// The data of one certificate; `None` when it names no responder, or its issuer has a key that is none of ISO 15118.
    pub fn new(certificate: &Certificate, issuer: &Certificate) -> Option<Self> {
        let responders = certificate.extensions().ocsp.as_ref()?;
        let id = CertId::new(HashAlgorithm::Sha256, certificate, issuer).ok()?;
        Some(Self {
            hash_algorithm: "SHA256",
            issuer_name_hash: hex(id.issuer_name_hash()),
            issuer_key_hash: hex(id.issuer_key_hash()),
            serial_number: without_leading_zeros(&hex(id.serial())),
            responder_url: responders.value.first()?.clone(),
        })
    }

    /// The data of every certificate below the root that names a responder, leaf first: at most four go into `Authorize`.
    pub fn of_chain(chain: &Chain) -> Vec<Self> {
        chain
            .issued()
            .filter_map(|(_, certificate, issuer)| Self::new(certificate, issuer))
            .collect()
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn without_leading_zeros(hex: &str) -> String {
    match hex.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_leading_zeros;

    #[test]
    fn serial_numbers_lose_their_leading_zeros_but_not_the_last_one() {
        for (hex, wanted) in [("0080", "80"), ("0a01", "a01"), ("00", "0"), ("10", "10")] {
            assert_eq!(without_leading_zeros(hex), wanted);
        }
    }
}
