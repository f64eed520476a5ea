use super::*;
use crate::cbc::record::{aes128, pseudo_header};
use aes::cipher::{BlockModeEncrypt, InnerIvInit, array::Array};
use ring::hmac;
use rustls::crypto::cipher::{InboundOpaqueMessage, OutboundChunks, OutboundPlainMessage};
use rustls::{ContentType, Error, ProtocolVersion};

const MAC_KEY: [u8; 32] = [7; 32];
const KEY: [u8; 16] = [9; 16];

fn pair() -> (Box<dyn MessageEncrypter>, Box<dyn MessageDecrypter>) {
    (
        CbcHmacSha256.encrypter(AeadKey::from(MAC_KEY), &KEY, &[]),
        CbcHmacSha256.decrypter(AeadKey::from(MAC_KEY), &KEY),
    )
}

fn seal(e: &mut dyn MessageEncrypter, data: &[u8], seq: u64) -> Vec<u8> {
    let m = OutboundPlainMessage {
        typ: ContentType::ApplicationData,
        version: ProtocolVersion::TLSv1_2,
        payload: OutboundChunks::Single(data),
    };
    e.encrypt(m, seq).unwrap().payload.as_ref().to_vec()
}

fn open(d: &mut dyn MessageDecrypter, record: &[u8], seq: u64) -> Result<Vec<u8>, Error> {
    let mut record = record.to_vec();
    let m = InboundOpaqueMessage::new(
        ContentType::ApplicationData,
        ProtocolVersion::TLSv1_2,
        &mut record,
    );
    d.decrypt(m, seq).map(|p| p.payload.to_vec())
}

/// A record built without the code under test: any padding length; `flip` names a bit of MAC || padding to invert.
fn craft(data: &[u8], pad: u8, seq: u64, flip: Option<usize>) -> Vec<u8> {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &MAC_KEY));
    mac.update(&pseudo_header(seq, ContentType::ApplicationData, ProtocolVersion::TLSv1_2));
    mac.update(&(data.len() as u16).to_be_bytes());
    mac.update(data);
    let mut body = data.to_vec();
    body.extend(mac.sign().as_ref());
    body.extend(core::iter::repeat_n(pad, usize::from(pad) + 1));
    if let Some(bit) = flip {
        body[data.len() + bit / 8] ^= 1 << (bit % 8);
    }
    let iv = [3u8; 16];
    let (blocks, rest) = Array::slice_as_chunks_mut(&mut body);
    assert!(rest.is_empty());
    cbc::Encryptor::inner_iv_init(&aes128(&KEY), &iv.into()).encrypt_blocks(blocks);
    [&iv[..], &body].concat()
}

#[test]
fn every_size_up_to_the_maximum_round_trips() {
    let (mut e, mut d) = pair();
    let data: Vec<u8> = (0..16_384u32).map(|i| ((i * 31) >> 3) as u8).collect();
    // Every size near both ends, then every residue modulo the block and hash sizes.
    for n in (0..=600).chain((601..15_900).step_by(61)).chain(15_900..=16_384) {
        let record = seal(&mut *e, &data[..n], n as u64);
        assert_eq!(record.len(), e.encrypted_payload_len(n));
        assert_eq!(open(&mut *d, &record, n as u64).unwrap(), data[..n]);
    }
}

#[test]
fn all_256_paddings_are_accepted_and_refused_with_one_bit_flipped() {
    let (_, mut d) = pair();
    let data: Vec<u8> = (0..2000u32).map(|i| (i * 7) as u8).collect();
    let mut seen = [false; 256];
    for n in 0..500usize {
        for pad in (0..=255u8).filter(|pad| (n + 33 + usize::from(*pad)).is_multiple_of(16)) {
            assert_eq!(open(&mut *d, &craft(&data[..n], pad, 5, None), 5).unwrap(), data[..n]);
            seen[usize::from(pad)] = true;
            let tail = (33 + usize::from(pad)) * 8;
            for bit in [n * 7 % 256, 256 + n * 13 % (tail - 256), tail - 1] {
                let record = craft(&data[..n], pad, 5, Some(bit));
                assert_eq!(open(&mut *d, &record, 5), Err(Error::DecryptError));
            }
        }
    }
    assert!(seen.iter().all(|s| *s));
}

#[test]
fn a_padding_longer_than_the_record_is_refused() {
    let (_, mut d) = pair();
    // The last byte claims more padding than there is: flipping its high bit gives 0x8f.
    let record = craft(&[1; 16], 15, 0, Some((32 + 15) * 8 + 7));
    assert_eq!(open(&mut *d, &record, 0), Err(Error::DecryptError));
}

#[test]
fn a_flipped_bit_a_replay_and_a_cut_record_are_refused() {
    let (mut e, mut d) = pair();
    let record = seal(&mut *e, b"supportedAppProtocolReq", 1);
    for bit in 0..record.len() * 8 {
        let mut bad = record.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&mut *d, &bad, 1), Err(Error::DecryptError), "bit {bit}");
    }
    assert_eq!(open(&mut *d, &record, 2), Err(Error::DecryptError));
    for n in 0..record.len() {
        assert_eq!(open(&mut *d, &record[..n], 1), Err(Error::DecryptError));
    }
    let other = seal(&mut *e, b"supportedAppProtocolReq", 1);
    let swapped = [&other[..16], &record[16..]].concat();
    assert_eq!(open(&mut *d, &swapped, 1), Err(Error::DecryptError));
    assert!(open(&mut *d, &record, 1).is_ok());
}

#[test]
fn a_record_of_the_wrong_type_is_refused() {
    let (mut e, mut d) = pair();
    let mut record = seal(&mut *e, b"supportedAppProtocolReq", 1);
    let m = InboundOpaqueMessage::new(ContentType::Alert, ProtocolVersion::TLSv1_2, &mut record);
    assert_eq!(d.decrypt(m, 1).map(|_| ()), Err(Error::DecryptError));
}

#[test]
fn more_than_16384_bytes_of_plaintext_are_a_record_overflow() {
    let (_, mut d) = pair();
    assert!(open(&mut *d, &craft(&[1; 16_384], 15, 0, None), 0).is_ok());
    let record = craft(&[1; 16_385], 14, 0, None);
    assert_eq!(open(&mut *d, &record, 0), Err(Error::PeerSentOversizedRecord));
}

#[test]
fn garbage_is_refused() {
    let (_, mut d) = pair();
    let mut random = crate::tests::Xorshift::new(1);
    for _ in 0..3000 {
        let len = random.below(1200);
        let record = random.bytes(len);
        assert_eq!(open(&mut *d, &record, 0), Err(Error::DecryptError));
    }
}
