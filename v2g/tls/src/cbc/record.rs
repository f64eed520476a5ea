//! Sealing and opening of records: IV || AES-128-CBC(data || HMAC-SHA256 || padding || its length).

use core::hint::black_box;

use aes::Aes128;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit, array::Array};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use rustls::crypto::cipher::{
    InboundOpaqueMessage, InboundPlainMessage, MessageDecrypter, MessageEncrypter,
    OutboundOpaqueMessage, OutboundPlainMessage, PrefixedPayload,
};
use rustls::{ContentType, Error, ProtocolVersion};

use super::mac::{MAC, MacThenEncrypt};

pub(crate) const BLOCK: usize = 16;
const MAX_PLAINTEXT: usize = 16_384;

/// Seals records with a fresh random IV each.
pub(super) struct Encrypter {
    mac: hmac::Key,
    aes: Aes128,
    random: SystemRandom,
}

impl Encrypter {
    pub(super) fn new(mac_key: &[u8], key: &[u8]) -> Self {
        let mac = hmac::Key::new(hmac::HMAC_SHA256, mac_key);
        Self { mac, aes: aes128(key), random: SystemRandom::new() }
    }
}

impl MessageEncrypter for Encrypter {
    fn encrypt(
        &mut self,
        msg: OutboundPlainMessage<'_>,
        seq: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        let len = msg.payload.len();
        let mut out = PrefixedPayload::with_capacity(self.encrypted_payload_len(len));
        let mut iv = [0u8; BLOCK];
        self.random.fill(&mut iv).map_err(|_| Error::EncryptError)?;
        out.extend_from_slice(&iv);
        out.extend_from_chunks(&msg.payload);

        let mut mac = hmac::Context::with_key(&self.mac);
        mac.update(&pseudo_header(seq, msg.typ, msg.version));
        mac.update(&(len as u16).to_be_bytes());
        mac.update(&out.as_ref()[BLOCK..]); // the IV was put in above
        out.extend_from_slice(mac.sign().as_ref());

        let pad = BLOCK - 1 - (len + MAC) % BLOCK; // 0..=15
        out.extend_from_slice(&[pad as u8; BLOCK][..=pad]);

        let (blocks, rest) = Array::slice_as_chunks_mut(&mut out.as_mut()[BLOCK..]);
        debug_assert!(rest.is_empty());
        cbc::Encryptor::inner_iv_init(&self.aes, &iv.into()).encrypt_blocks(blocks);
        Ok(OutboundOpaqueMessage::new(msg.typ, msg.version, out))
    }

    fn encrypted_payload_len(&self, len: usize) -> usize {
        BLOCK + (len + MAC) / BLOCK * BLOCK + BLOCK
    }
}

/// Opens records; every way a record can be wrong is the same `DecryptError`.
pub(super) struct Decrypter {
    mac: MacThenEncrypt,
    aes: Aes128,
}

impl Decrypter {
    pub(super) fn new(mac_key: &[u8], key: &[u8]) -> Self {
        Self { mac: MacThenEncrypt::new(mac_key), aes: aes128(key) }
    }
}

impl MessageDecrypter for Decrypter {
    fn decrypt<'a>(
        &mut self,
        mut msg: InboundOpaqueMessage<'a>,
        seq: u64,
    ) -> Result<InboundPlainMessage<'a>, Error> {
        let header = pseudo_header(seq, msg.typ, msg.version);
        let len = open(&self.mac, &self.aes, &header, &mut msg.payload)?;
        Ok(msg.into_plain_message_range(BLOCK..BLOCK + len))
    }
}

/// Decrypts `payload` in place and checks it; the data then is `payload[16..16 + n]` for the `n` returned.
///
/// Which of padding and MAC was wrong does not leave this function, by result or by time.
pub(crate) fn open(
    mac: &MacThenEncrypt,
    aes: &Aes128,
    header: &[u8; 11],
    payload: &mut [u8],
) -> Result<usize, Error> {
    // The length is public. The shortest record holds the IV, a MAC and a padding length.
    if payload.len() < BLOCK + MAC + BLOCK {
        return Err(Error::DecryptError);
    }
    let Some(body) = decrypt(aes, payload) else { return Err(Error::DecryptError) };
    let (good, len) = mac.check(header, body);
    if black_box(good) == 0 {
        return Err(Error::DecryptError);
    }
    if len > MAX_PLAINTEXT {
        return Err(Error::PeerSentOversizedRecord);
    }
    Ok(len)
}

/// CBC decryption in place of what follows the IV; `None` unless `payload` is whole blocks.
pub(crate) fn decrypt<'a>(aes: &Aes128, payload: &'a mut [u8]) -> Option<&'a mut [u8]> {
    let (iv, body) = payload.split_first_chunk_mut::<BLOCK>()?;
    let (blocks, rest) = Array::slice_as_chunks_mut(body);
    if !rest.is_empty() {
        return None;
    }
    cbc::Decryptor::inner_iv_init(aes, &(*iv).into()).decrypt_blocks(blocks);
    Some(body)
}

/// What the MAC covers before the length: sequence number, type, version.
pub(crate) fn pseudo_header(seq: u64, typ: ContentType, version: ProtocolVersion) -> [u8; 11] {
    let mut header = [0; 11];
    header[..8].copy_from_slice(&seq.to_be_bytes());
    header[8] = typ.into();
    header[9..].copy_from_slice(&u16::from(version).to_be_bytes());
    header
}

pub(crate) fn aes128(key: &[u8]) -> Aes128 {
    let Ok(aes) = Aes128::new_from_slice(key) else {
        unreachable!("the key block shape fixes 16 bytes")
    };
    aes
}
