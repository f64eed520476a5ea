use std::borrow::Cow;

use super::message::{ALPN, SERVER_HELLO};
use super::rewrite::{from_wire, to_wire};
use super::*;
use crate::tests::Xorshift;

/// Extensions of the kinds that matter, then the ClientHello or ServerHello with them.
fn hello(typ: u8, extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut fixed = vec![3, 3];
    fixed.extend([0x5a; 32]);
    fixed.push(0);
    fixed.extend(if typ == CLIENT_HELLO {
        &[0, 2, 0xc0, 0x23, 1, 0][..]
    } else {
        &[0xc0, 0x23, 0]
    });
    let extensions = extensions.iter().map(|(t, b)| (*t, Cow::from(b))).collect::<Vec<_>>();
    Hello {
        typ,
        fixed: &fixed,
        legacy_version: 0x303,
        random: [0x5a; 32],
        cipher_suites: &[],
        has_extensions: !extensions.is_empty(),
        extensions,
    }
    .encode()
}

fn record(message: &[u8]) -> Vec<u8> {
    [&[22, 3, 1][..], &(message.len() as u16).to_be_bytes(), message].concat()
}

#[test]
fn shapes_of_trusted_ca_keys_in_the_field_are_read() {
    let two = hex::decode(
        "002a03d8367e861f5807f8141fea572d676dbf58bb5f7c038c821f41604ed4c3431cf6d19f2ae107cf1f50e1",
    )
    .unwrap();
    let list = Authority::list(&two).unwrap();
    assert!(matches!(list[..], [Authority::CertSha1(_), Authority::CertSha1(_)]));
    assert_eq!(Authority::encode(&list).unwrap(), two);
    let without_length = hex::decode(
        "014cd7290bf592d2c1ba90f56e08946d4c8e99dc380100fae3900795c888a4d4d7bd9fdffa60418ac19f",
    )
    .unwrap();
    let list = Authority::list(&without_length).unwrap();
    assert!(matches!(list[..], [Authority::KeySha1(_), Authority::KeySha1(_)]));
    assert_eq!(Authority::list(&[0, 0]), Some(vec![]));
    assert_eq!(Authority::list(&[0xff; 5]), None);
    let name = vec![Authority::Name(vec![0x30, 0]), Authority::PreAgreed];
    assert_eq!(Authority::list(&Authority::encode(&name).unwrap()), Some(name));
}

#[test]
fn a_hello_is_taken_apart() {
    let message = hello(
        CLIENT_HELLO,
        &[
            (SERVER_NAME, b"\0\x0c\0\0\x09fe80::1%e".to_vec()),
            (TRUSTED_CA_KEYS, vec![9]),
            (SUPPORTED_GROUPS, vec![0, 2, 0, 23]),
            (17, vec![0, 7, 2, 0, 4, 0, 0, 0, 0]),
            (22, vec![]),
            (23, vec![]),
            (43, vec![4, 3, 4, 3, 3]),
        ],
    );
    let info = ClientHelloInfo::parse(&message).unwrap();
    assert_eq!(info.random, [0x5a; 32]);
    assert_eq!(info.versions, [ProtocolVersion::TLSv1_3, ProtocolVersion::TLSv1_2]);
    assert_eq!(info.cipher_suites, [CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256]);
    assert_eq!(info.groups, Some(vec![NamedGroup::secp256r1]));
    assert_eq!(info.signature_schemes, None);
    assert_eq!(info.server_name.as_deref(), Some(&b"fe80::1%e"[..]));
    assert_eq!(info.trusted_authorities, Some(vec![]));
    assert!(info.ocsp_multi && !info.status_request);
    assert!(info.encrypt_then_mac && info.extended_master_secret);
    assert_eq!(info.extensions, [0, 3, 10, 17, 22, 23, 43]);
    assert!(info.to_string().contains("fe80::1%e"));
    for cut in 0..message.len() {
        assert_eq!(ClientHelloInfo::parse(&message[..cut]), None);
    }
    assert_eq!(ClientHelloInfo::parse(&hello(SERVER_HELLO, &[])), None);
}

#[test]
fn the_wire_form_comes_back_from_the_form_for_rustls() {
    let mut random = Xorshift::new(3);
    let (mut edited, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let typ = 1 + random.below(2) as u8;
        let extensions: Vec<_> = (0..random.below(6))
            .map(|_| {
                let typ = [0, 3, 3, 10, 16, 43, 0xffa0, 23, 5, 13][random.below(10)];
                let len = if random.below(4) == 0 { 0 } else { random.below(600) };
                (typ, random.bytes(len))
            })
            .collect();
        let message = hello(typ, &extensions);
        match from_wire(&message) {
            Ok(form) => {
                assert_eq!(to_wire(&form), message);
                edited += usize::from(*form != *message);
            }
            Err(HelloError::ReservedExtension(0xffa0) | HelloError::UnsolicitedAlpn) => {
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(edited > 5000 && refused > 1000, "{edited} edited, {refused} refused");
}

#[test]
fn a_protocol_selected_without_offer_is_refused() {
    let message = hello(SERVER_HELLO, &[(ALPN, b"\0\x10\x0ftrusted_ca_keys".to_vec())]);
    let error = from_wire(&message).unwrap_err();
    assert_eq!(error, HelloError::UnsolicitedAlpn);
    assert_eq!(error.alert(), [21, 3, 3, 0, 2, 2, 110]);
}

#[test]
fn what_is_no_hello_passes_unchanged() {
    for bytes in
        [&b"GET / HTTP/1.1\r\n"[..], &[21, 3, 3, 0, 2, 2, 40], &[22, 3, 1, 0, 4, 14, 0, 0, 0]]
    {
        let mut filter = HelloFilter::default();
        assert_eq!(filter.inbound(bytes), Ok(bytes.to_vec()));
        assert!(filter.inbound_is_through() && !filter.outbound_is_through());
        assert_eq!(filter.client_hello(), None);
    }
}

#[test]
fn what_follows_a_hello_passes_unchanged() {
    let message = hello(CLIENT_HELLO, &[(SERVER_NAME, vec![1]), (43, vec![2, 3, 3])]);
    let more = [message.clone(), vec![16, 0, 0, 1, 9]].concat();
    let sent = [record(&more), vec![20, 3, 3, 0, 1, 1]].concat();
    let mut filter = HelloFilter::default();
    let got = filter.inbound(&sent).unwrap();
    let form = from_wire(&message).unwrap();
    let expected = [record(&[&form[..], &[16, 0, 0, 1, 9]].concat()), vec![20, 3, 3, 0, 1, 1]];
    assert_eq!(got, expected.concat());
    assert_eq!(filter.inbound(b"anything"), Ok(b"anything".to_vec()));
}

#[test]
fn a_hello_cut_into_records_is_put_together_and_bounded() {
    let message = hello(CLIENT_HELLO, &[(SERVER_NAME, vec![1; 400])]);
    let mut filter = HelloFilter::default();
    let cut: Vec<u8> = message.chunks(7).flat_map(record).collect();
    let (last, first) = cut.split_last().unwrap();
    assert_eq!(filter.inbound(first), Ok(vec![]));
    let got = filter.inbound(&[*last]).unwrap();
    assert_eq!(got, record(&from_wire(&message).unwrap()));
    assert_eq!(filter.client_hello(), ClientHelloInfo::parse(&message).as_ref());

    let mut filter = HelloFilter::default();
    assert_eq!(filter.inbound(&record(&[1, 0, 0x50, 0, 0])), Err(HelloError::TooLong(0x5004)));
    let mut filter = HelloFilter::default();
    let interrupted = [record(&message[..50]), vec![23, 3, 3, 0, 1, 0]].concat();
    assert_eq!(filter.inbound(&interrupted), Err(HelloError::Interrupted));
}

#[test]
fn mutated_hellos_never_panic_and_never_change_on_the_way_back() {
    let mut random = Xorshift::new(11);
    let seeds: Vec<_> = [
        hello(CLIENT_HELLO, &[]),
        hello(CLIENT_HELLO, &[(3, vec![0, 21, 3]), (10, vec![0, 2, 0, 23]), (0, vec![5; 9])]),
        hello(CLIENT_HELLO, &[(43, vec![2, 3, 4]), (17, vec![0, 7, 2, 0, 4, 0, 0, 0, 0])]),
        hello(SERVER_HELLO, &[(3, vec![]), (23, vec![])]),
    ]
    .into();
    for round in 0..40_000 {
        let mut bytes = record(&seeds[round % seeds.len()]);
        random.mutate(&mut bytes);
        let _ = ClientHelloInfo::parse(bytes.get(5..).unwrap_or_default());
        let (mut there, mut back) = (HelloFilter::default(), HelloFilter::default());
        if let Ok(form) = there.inbound(&bytes)
            && there.inbound_is_through()
        {
            // One record in is one record out here, so nothing but the content can differ.
            let wire = back.outbound(&form).unwrap();
            assert_eq!(hex::encode(wire), hex::encode(&bytes), "round {round}");
        }
    }
}
