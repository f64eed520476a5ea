use super::*;

const UDP: [u8; 12] = [0x3B, 0x0E, 0xC3, 0x50, 0, 12, 0, 0, b'd', b'a', b't', b'a'];

fn ipv4(payload: &[u8], fragment: u16) -> Vec<u8> {
    let mut out = vec![0x45, 0, 0, (20 + payload.len()) as u8, 0, 0];
    out.extend(fragment.to_be_bytes());
    out.extend([64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    out.extend(payload);
    out
}

fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0x60, 0, 0, 0, 0, payload.len() as u8, next, 1];
    out.extend("fe80::1".parse::<Ipv6Addr>().unwrap().octets());
    out.extend("ff02::1".parse::<Ipv6Addr>().unwrap().octets());
    out.extend(payload);
    out
}

fn ethernet(tags: &[u8], packet: &[u8]) -> Vec<u8> {
    let kind = if packet[0] >> 4 == 4 { [0x08, 0x00] } else { [0x86, 0xDD] };
    [&[2; 6], &[4; 6], tags, &kind, packet].concat()
}

fn udp_payload(link: LinkType, data: &[u8]) -> Option<String> {
    match dissect(link, data) {
        Ok(Content::Udp(datagram)) => {
            Some(format!("{} {} {}", datagram.src, datagram.dst, datagram.payload.escape_ascii()))
        }
        _ => None,
    }
}

const FOUND: &str = "[fe80::1]:15118 [ff02::1]:50000 data";

#[test]
fn every_link_type_leads_to_the_same_datagram() {
    let packet = ipv6(17, &UDP);
    let sll = [&[0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x86, 0xDD][..], &packet].concat();
    let sll2 =
        [&[0x86, 0xDD, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0][..], &packet].concat();
    for (link, data) in [
        (LinkType::Ethernet, ethernet(&[], &packet)),
        (LinkType::Ethernet, ethernet(&[0x81, 0, 0, 7], &packet)),
        (LinkType::Ethernet, ethernet(&[0x88, 0xA8, 0, 1, 0x81, 0, 0, 7], &packet)),
        (LinkType::Ethernet, [ethernet(&[], &packet), vec![0; 30]].concat()),
        (LinkType::LinuxSll, sll),
        (LinkType::LinuxSll2, sll2),
        (LinkType::Raw, packet.clone()),
        (LinkType::Ipv6, packet.clone()),
        (LinkType::Null, [&[30, 0, 0, 0][..], &packet].concat()),
        (LinkType::Loop, [&[0, 0, 0, 24][..], &packet].concat()),
    ] {
        assert_eq!(udp_payload(link, &data).as_deref(), Some(FOUND), "{link:?}");
    }
    let old = udp_payload(LinkType::Raw, &ipv4(&UDP, 0x4000));
    assert_eq!(old.as_deref(), Some("10.0.0.1:15118 10.0.0.2:50000 data"));
}

#[test]
fn extension_headers_are_passed() {
    let hop_by_hop = [60, 0, 1, 4, 0, 0, 0, 0];
    let destination = [[43, 1, 0, 0, 0, 0, 0, 0], [0; 8]].concat();
    let routing = [51, 0, 0, 0, 0, 0, 0, 0];
    let authentication = [[44, 2, 0, 0, 0, 0, 0, 0], [0; 8]].concat();
    let atomic_fragment = [17, 0, 0, 0, 1, 2, 3, 4];
    let payload =
        [&hop_by_hop[..], &destination, &routing, &authentication, &atomic_fragment, &UDP].concat();
    assert_eq!(udp_payload(LinkType::Raw, &ipv6(0, &payload)).as_deref(), Some(FOUND));
}

#[test]
fn fragments_are_left_alone() {
    assert_eq!(dissect(LinkType::Raw, &ipv4(&UDP, 0x2000)), Ok(Content::Other));
    assert_eq!(dissect(LinkType::Raw, &ipv4(&UDP, 0x0001)), Ok(Content::Other));
    let fragment = [&[17, 0, 0, 1, 0, 0, 0, 1][..], &UDP].concat();
    assert_eq!(dissect(LinkType::Raw, &ipv6(44, &fragment)), Ok(Content::Other));
}

#[test]
fn a_segment_says_how_much_of_it_was_captured() {
    let mut tcp =
        vec![0, 80, 0, 81, 0, 0, 0, 9, 0, 0, 0, 7, 0x60, 0x13, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
    tcp.extend(b"payload");
    let packet = ipv6(6, &tcp);
    let Ok(Content::Tcp(segment)) = dissect(LinkType::Raw, &packet) else { panic!("no segment") };
    assert_eq!(
        (segment.seq, segment.ack, segment.payload, segment.payload_len),
        (9, Some(7), &b"payload"[..], 7)
    );
    assert!(segment.syn && segment.fin && !segment.rst);
    let Ok(Content::Tcp(cut)) = dissect(LinkType::Raw, &packet[..packet.len() - 4]) else {
        panic!("no segment")
    };
    assert_eq!((cut.payload, cut.payload_len), (&b"pay"[..], 7));
}

#[test]
fn homeplug_frames_are_found_under_a_vlan_tag() {
    let frame = [&[1; 6][..], &[2; 6], &[0x81, 0, 0, 3, 0x88, 0xE1, 1, 0x64, 0x60]].concat();
    let want = Homeplug { src: [2; 6], dst: [1; 6], ethertype: 0x88E1, body: &[1, 0x64, 0x60] };
    assert_eq!(dissect(LinkType::Ethernet, &frame), Ok(Content::Homeplug(want)));
}

#[test]
fn a_cut_header_is_named_with_its_place() {
    let frame = ethernet(&[], &ipv6(17, &UDP));
    let error = |len: usize| dissect(LinkType::Ethernet, &frame[..len]).unwrap_err();
    assert_eq!(error(13), Malformed { header: "Ethernet", at: 12 });
    assert_eq!(error(40), Malformed { header: "IPv6", at: 38 });
    assert_eq!(error(60), Malformed { header: "UDP", at: 54 });
    // Every length either is an error or finds the datagram.
    for len in 0..frame.len() {
        match dissect(LinkType::Ethernet, &frame[..len]) {
            Ok(content) => assert!(len >= 62 && matches!(content, Content::Udp(_))),
            Err(Malformed { at, .. }) => assert!(at <= len),
        }
    }
}
