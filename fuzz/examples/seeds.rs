//! Writes the seed corpus of the targets but `capture` and `tls_session`, whose seeds are recordings.
//!
//! Certificates and keys are new each time.

use exi::Document;
use exi::xml::Form;
use pki::cert::AttributeKind;
use pki::chain::Role;
use pki::delivery::iso20::{self, ConcatKdf};
use pki::delivery::wrap;
use pki::issue::{CsrPlan, Issuer, Options, Plan};
use pki::key::{Algorithm, PrivateKey, Signer};
use pki::profile::{CertificateKind as Kind, Edition};
use pki::revocation::{
    Cache, CertId, CrlPlan, HashAlgorithm, OcspRequest, OcspResponse, Reason, Responder,
    ResponderName, Revocation, Status,
};
use pki::{Evcoid, Hierarchy};
use ring::rand::SystemRandom;
use slac::medium::{Medium, Noise, Path as Cable, Settings};
use slac::mme::AmpMapReq;
use slac::mme::lumissil::{DLinkStatusCnf, Header};
use slac::mme::network::{
    BrgInfoCnf, Bridge, DiscoverListCnf, DiscoveredStation, Network, NwInfoCnf, NwStatsCnf, Rates,
};
use slac::mme::qualcomm::{PlLnkStatusCnf, SwVerCnf};
use slac::{Ev, Evse, Frame, Mac, Message, ev, evse};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use v2g::delivery::iso20::{
    ContractData, ProvisioningService, Wanted, certificate_chain, installation_request,
};
use v2g::iso20::msg::types::{Header as MessageHeader, SessionId};

fn main() -> Result<(), Box<dyn Error>> {
    vectors()?;
    keys()?;
    matching()?;
    charging()?;
    discovery()?;
    texts()
}

fn write(target: &str, name: &str, octets: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = root().join("fuzz/corpus").join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(name), octets)?)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The shortest vector of each message and signed element, in octets and in XML.
fn vectors() -> Result<(), Box<dyn Error>> {
    let mut shortest: BTreeMap<(String, String, String), String> = BTreeMap::new();
    for file in fs::read_dir(root().join("test-vectors/exi"))? {
        for line in fs::read_to_string(file?.path())?.lines() {
            let [Some(schema), Some(kind), Some(message)] =
                ["schema", "kind", "message"].map(|name| field(line, name))
            else {
                continue;
            };
            let best = shortest.entry((schema, kind, message)).or_insert_with(|| line.into());
            if line.len() < best.len() {
                *best = line.into();
            }
        }
    }
    for ((schema, kind, message), line) in &shortest {
        let form = if kind == "fragment" { Form::Fragment } else { Form::Document };
        let which = pnc_fuzz::chosen(schema, form).ok_or("a set that is not known")?;
        let name = format!("{schema}-{kind}-{message}");
        for (member, suffix) in
            [("hex", ""), ("hex_valuepartition", "-table"), ("hex_undeclared_ee", "-ends")]
        {
            if let Some(octets) = field(line, member).filter(|octets| octets.len() < 3000) {
                let input = [&[which], &unhex(&octets)[..]].concat();
                write("exi", &format!("{name}{suffix}"), &input)?;
            }
        }
        if let Some(xml) = field(line, "xml").filter(|xml| xml.len() < 4000) {
            write("exi_xml", &name, &[&[which], xml.as_bytes()].concat())?;
        }
    }
    Ok(())
}

/// A string member of a line of JSON.
fn field(line: &str, name: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!("\"{name}\": \""))?;
    let mut out = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some(out),
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                'u' => return None,
                c => out.push(c),
            },
            c => out.push(c),
        }
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at| text.get(at..at + 2).and_then(|t| u8::from_str_radix(t, 16).ok());
    (0..text.len()).step_by(2).filter_map(digit).collect()
}

/// A contract with several ways up: its authorities under their own root, under the V2G root, and under each other.
fn crossed(hierarchy: &Hierarchy) -> Result<(), Box<dyn Error>> {
    let rng = SystemRandom::new();
    let cross = |subject, issuer| {
        let mut plan = Plan::new(subject, "", pnc_fuzz::NOW - 60, pnc_fuzz::NOW + 3600);
        let names = hierarchy.certificate(subject).subject().attributes();
        plan.subject = names.iter().map(|name| (name.kind.clone(), name.value.clone())).collect();
        let signer = &**hierarchy.key(issuer);
        let issuer = Issuer { certificate: hierarchy.certificate(issuer), signer };
        plan.issue(hierarchy.key(subject).public_key(), issuer, &rng)
    };
    let contract = hierarchy.contract();
    let v2g = hierarchy.certificate(Kind::V2gRoot).der();
    let ways = [
        cross(Kind::MoSub1, Kind::V2gRoot)?,
        cross(Kind::MoRoot, Kind::V2gRoot)?,
        cross(Kind::MoSub1, Kind::MoSub2)?,
        cross(Kind::MoSub2, Kind::MoSub2)?,
    ];
    let [sub1, root, loop1, loop2] = ways.each_ref().map(|way| way.der().to_vec());
    let sent = contract.chain().collect::<Vec<_>>().concat();
    write("chain", "cross-sub", &[&sent, &sub1, v2g].concat())?;
    write("chain", "cross-root", &[&sent, &root, v2g].concat())?;
    write("chain", "loops", &[&sent, &loop1, &loop2, contract.root.der()].concat())?;
    Ok(())
}

fn keys() -> Result<(), Box<dyn Error>> {
    let hierarchy = Hierarchy::generate(&SystemRandom::new(), pnc_fuzz::NOW, Options::default())?;
    for role in Role::of(Edition::Iso2) {
        let identity = hierarchy.identity(role);
        let name = format!("{role:?}").to_lowercase();
        let mut chain = identity.chain().collect::<Vec<_>>().concat();
        if identity.chain().last() != Some(identity.root.der()) {
            chain.extend(identity.root.der());
        }
        write("chain", &name, &chain)?;
        write("certificate", &name, identity.leaf.der())?;
    }
    crossed(&hierarchy)?;
    let contract = hierarchy.contract();
    write("certificate", "sub", contract.subs[0].der())?;
    write("certificate", "root", contract.root.der())?;
    let of_20 =
        Hierarchy::generate(&SystemRandom::new(), pnc_fuzz::NOW, Options::of(Edition::Iso20))?;
    for kind in [Kind::V2gRoot, Kind::OemSub2, Kind::SeccLeaf, Kind::VehicleLeaf, Kind::OcspSigner]
    {
        write("certificate", &format!("iso20_{kind}"), of_20.certificate(kind).der())?;
    }
    write("key", "pkcs8.pem", contract.key.to_pem().as_bytes())?;
    write("key", "pkcs8.der", &contract.key.to_pkcs8_der())?;
    let p521 = PrivateKey::generate_for(Algorithm::P521, &SystemRandom::new())?;
    write("key", "p521.der", &p521.to_pkcs8_der())?;
    let deliver = |name, part, octets: &[u8]| write("delivery", name, &[&[part], octets].concat());
    deliver("emaid", 3, b"DEPNCC00000001")?;
    deliver("certificate", 4, contract.leaf.der())?;
    deliver("authority", 5, contract.subs[0].der())?;
    let wrapped = wrap(&contract.key, contract.key.public_key(), &SystemRandom::new())?;
    deliver("private-key", 1, &wrapped.encrypted)?;
    deliver("public-key", 2, &wrapped.dh_public_key)?;
    let recorded = root().join("test-vectors/delivery/josev-installation.tsv");
    for line in fs::read_to_string(recorded)?.lines().skip(1) {
        let (name, octets) = line.split_once('\t').ok_or("a row of one column")?;
        deliver(name, 0, &unhex(octets))?;
    }
    deliveries20(&of_20)?;
    enrolment(&hierarchy)?;
    revocation(&hierarchy)
}

/// A request, a response, and the parts of a delivery of ISO 15118-20.
fn deliveries20(hierarchy: &Hierarchy) -> Result<(), Box<dyn Error>> {
    let (rng, kdf) = (SystemRandom::new(), ConcatKdf::default());
    let (car, contract) = (hierarchy.oem_provisioning(), hierarchy.contract());
    let cps = hierarchy.cps();
    let session_id = SessionId::new(&[7; 8]).map_err(|_| "no session")?;
    let header = || MessageHeader { session_id, time_stamp: 1, signature: None };
    let evcoid = Evcoid::parse(contract.leaf.subject().common_name().ok_or("no name")?)?;
    let wanted = Wanted { most: 2, first: vec![evcoid] };
    let (subs, anchors) = (car.sub_ders(), hierarchy.anchors());
    let own = (&car.leaf, &subs[..]);
    let request = installation_request(header(), own, anchors, &wanted, &*car.key, &rng)?;
    let subs = contract.sub_ders();
    let data = ContractData::new(&contract.leaf, &subs, &contract.key, &car.leaf, &kdf, &rng)?;
    let chain = certificate_chain(cps.leaf.der(), &cps.sub_ders())?;
    let service = ProvisioningService { chain, signer: &*cps.key };
    let response = data.into_response(header(), service, 1, &rng)?;
    let bound_to = iso20::AssociatedData::new(&car.leaf, &contract.leaf)?;
    let receiver = car.key.public_key();
    let wrapped = iso20::wrap(&contract.key, receiver, &bound_to, &kdf, &rng)?;
    for (name, part, octets) in [
        ("request", 0, request.to_vec()?),
        ("response", 1, response.to_vec()?),
        ("private-key", 2, wrapped.encrypted.to_vec()),
        ("public-key", 3, wrapped.dh_public_key.to_vec()),
        ("certificate", 4, contract.leaf.der().to_vec()),
        ("authority", 5, contract.subs[0].der().to_vec()),
        ("tpm", 6, vec![7; 206]),
    ] {
        write("delivery20", name, &[&[part], &octets[..]].concat())?;
    }
    Ok(())
}

/// A request in every form, its attributes alone, and certificates in a frame.
fn enrolment(hierarchy: &Hierarchy) -> Result<(), Box<dyn Error>> {
    let (rng, station) = (SystemRandom::new(), hierarchy.secc());
    let plan = CsrPlan::new(Edition::Iso2, Kind::SeccLeaf, "DE*PNC*E0000001");
    let request = plan.with(AttributeKind::Country, "DE").sign(&*station.key, &rng)?;
    write("enrolment", "request.der", &request)?;
    write("enrolment", "request.pem", CsrPlan::to_pem(&request).as_bytes())?;
    write("enrolment", "request.base64", pki::pem::to_base64(&request).as_bytes())?;
    // Type, then in a set the list of extensions.
    let kind = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 14];
    let at = request.windows(kind.len()).position(|window| window == kind);
    let at = at.ok_or("a request without extensions")? - 2;
    let len = usize::from(*request.get(at + 1).ok_or("cut off")?) + 2;
    write("enrolment", "attributes", request.get(at..at + len).ok_or("cut off")?)?;
    let password = b"\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07\x31\x0b\x13\x09challenge";
    write("enrolment", "password", password)?;
    let chain: Vec<_> = station.chain().collect();
    write("enrolment", "certificates", &pki::cms::write(&chain))
}

/// Every form alone; a response, a list and a cache also behind the certificate that they speak of and its issuer's.
fn revocation(hierarchy: &Hierarchy) -> Result<(), Box<dyn Error>> {
    let (rng, now) = (SystemRandom::new(), pnc_fuzz::NOW);
    let leaf = hierarchy.certificate(Kind::ContractLeaf);
    let issuer = hierarchy.certificate(Kind::MoSub2);
    let id = CertId::new(HashAlgorithm::Sha1, leaf, issuer)?;
    let other = CertId::of_serial(HashAlgorithm::Sha256, &[5], issuer)?;
    let request = OcspRequest::new([id.clone(), other]).with_nonce(b"nonce").to_der();
    let plain = OcspRequest::new([id]).to_der();
    let key = hierarchy.key(Kind::MoSub2);
    let itself = Responder::new(issuer, &**key);
    let delegated = Responder::new(issuer, &**hierarchy.key(Kind::OcspSigner))
        .with_delegate(hierarchy.certificate(Kind::OcspSigner))
        .named_by(ResponderName::Subject);
    let revoked = Revocation { at: now - 60, reason: Some(Reason::KeyCompromise) };
    let states = |serial: &[u8]| match serial {
        [5] => Status::Unknown,
        _ => Status::Revoked(revoked),
    };
    let good = |_: &[u8]| Status::Good;
    let response = itself.reply(&plain, &good, now, &rng).der;
    let long = delegated.reply(&request, &states, now, &rng).der;
    let mut cache = Cache::new(4, 1_000_000);
    cache.insert(&OcspResponse::parse(&response)?, leaf, issuer, now)?;
    let revoked = vec![(leaf.serial().to_vec(), revoked), (vec![5], revoked)];
    let plan = CrlPlan { number: 3, this_update: now, next_update: now + 86_400, revoked };
    let list = plan.issue(Issuer { certificate: issuer, signer: &**key }, &rng)?;
    write("revocation", "request", &request)?;
    write("revocation", "response", &long)?;
    write("revocation", "list", &list)?;
    write("revocation", "cache", &cache.to_bytes())?;
    write("revocation", "refusal", &[0x30, 3, 0x0a, 1, 6])?;
    let about = |last: &[u8]| [leaf.der(), issuer.der(), last].concat();
    write("revocation", "about-response", &about(&response))?;
    write("revocation", "about-delegated", &about(&long))?;
    write("revocation", "about-list", &about(&list))?;
    write("revocation", "about-cache", &about(&cache.to_bytes()))
}

/// Every kind of frame of a matching, and the scripts of both ends.
fn matching() -> Result<(), Box<dyn Error>> {
    let (car_mac, station_mac) = (Mac([2, 0, 0, 0, 0, 0xC0]), Mac([2, 0, 0, 0, 0, 0xE0]));
    let mut medium = Medium::new(1, Settings::default());
    let car = medium.add_ev(car_mac, Ev::new(ev::Config::new(car_mac), Noise::new(2)));
    let config = evse::Config::new(station_mac);
    let station = medium.add_evse(station_mac, Evse::new(config, Noise::new(3)));
    medium.connect(car, station, Cable::cable(20));
    medium.plug(car, station);
    medium.run_until(Duration::from_secs(5), |medium| medium.peer(car).is_some());
    for (name, answer) in answers_of_modems() {
        write("mme", name, &Frame::new(car_mac, station_mac, answer).emit())?;
    }
    let mut scripts = [vec![1, 1], vec![1, 1, 9, 1]];
    let mut kinds = BTreeSet::new();
    for record in medium.records() {
        if kinds.insert(record.octets.get(15..17).map(<[u8]>::to_vec)) {
            write("mme", &format!("{:02}", kinds.len()), &record.octets)?;
        }
        let content = record.octets.get(15..).unwrap_or_default();
        let sender = record.octets.get(11).copied().unwrap_or_default();
        for (script, from) in scripts.iter_mut().zip([0xC0, 0xE0]) {
            if sender == from || sender != 0xC0 && sender != 0xE0 {
                let select = match record.octets.get(14) {
                    _ if sender == 0xC0 || sender == 0xE0 => 11,
                    Some(0) => 23,
                    _ => 22,
                };
                script.extend([select, 5, u8::try_from(content.len())?]);
                script.extend(content);
            }
        }
    }
    for (target, mut script) in ["slac_evse", "slac_ev"].into_iter().zip(scripts) {
        script.extend([4, 50, 10, 255]);
        write(target, "matching", &script)?;
    }
    Ok(())
}

/// What a host learns of its modem.
fn answers_of_modems() -> Vec<(&'static str, Message)> {
    let (mac, nid) = (Mac([2, 0, 0, 0, 0, 9]), slac::Nid([7; 7]));
    let station = DiscoveredStation {
        mac,
        tei: 2,
        same_network: 1,
        network: 6,
        status: 1,
        signal_level: 3,
        average_ble: 9,
    };
    let network = Network { nid, snid: 6, tei: 1, role: 2, cco: mac, access: 0, coordinating: 0 };
    let rates = Rates { peer: mac, transmit: 9, receive: 300 };
    vec![
        ("discovery", DiscoverListCnf { stations: vec![station], networks: vec![] }.into()),
        ("networks", NwInfoCnf { networks: vec![network] }.into()),
        ("rates", NwStatsCnf { is_wide: true, peers: vec![rates] }.into()),
        ("bridge", BrgInfoCnf { bridge: Some(Bridge { tei: 2, hosts: vec![mac] }) }.into()),
        ("levels", AmpMapReq::new(&[1, 2, 3]).into()),
        ("firmware", SwVerCnf { status: 0, device_class: 0x22, version: b"MAC-1".to_vec() }.into()),
        ("link", PlLnkStatusCnf { status: 0, link: 1 }.into()),
        ("lumissil", DLinkStatusCnf { header: Header { request_id: 1 }, link: 1 }.into()),
    ]
}

/// The straight way through a charge, and some that stray from it.
fn charging() -> Result<(), Box<dyn Error>> {
    let dc = [
        0, 0, 0, 17, 0, 0, 0, 1, 0, 3, 0, 7, 0, 7, 0, 8, 0, 11, 0, 11, 0, 12, 0, 9, 0, 13, 0, 9, 1,
        15, 0, 16, 0,
    ];
    let ac = [
        1, 0, 0, 17, 0, 0, 0, 1, 0, 3, 1, 6, 0, 7, 1, 8, 0, 9, 0, 10, 0, 9, 2, 8, 0, 9, 0, 9, 1,
        16, 0,
    ];
    write("secc", "dc", &dc)?;
    write("secc", "ac-contract", &ac)?;
    let receipts = [
        1, 2, 0, 17, 0, 0, 0, 1, 0, 3, 1, 6, 0, 7, 1, 8, 0, 22, 4, 2, 65, 66, 9, 3, 0, 9, 0, 10, 0,
        14, 0, 10, 0, 14, 0, 9, 1, 16, 0,
    ];
    write("secc", "ac-receipts", &receipts)?;
    let renegotiation = [&dc[..26], &[13, 0, 9, 2, 8, 0, 9, 0, 13, 0, 9, 1, 16, 0]].concat();
    write("secc", "dc-renegotiation", &renegotiation)?;
    let slow = [&[0, 0, 1], &dc[3..20], &[22, 3, 0, 11, 0, 31]].concat();
    write("secc", "dc-slow-hardware", &slow)?;
    let installation =
        [1, 8, 0, 17, 0, 0, 0, 1, 0, 2, 1, 3, 129, 4, 0, 6, 0, 7, 1, 8, 0, 9, 0, 10, 0, 16, 0];
    write("secc", "ac-installation", &installation)?;
    // Checked by the station, answered when the script says so.
    let update = [
        0, 72, 2, 17, 0, 0, 0, 1, 0, 2, 1, 3, 133, 5, 0, 25, 0, 6, 0, 7, 1, 25, 0, 7, 1, 8, 0, 16,
        0,
    ];
    write("secc", "dc-update", &update)?;
    write("evcc", "dc-update", &[[0, 8, 64, 0].to_vec(), vec![0; 76]].concat())?;
    write("evcc", "ac-installation", &[[1, 8, 68, 0].to_vec(), vec![0; 76]].concat())?;
    write("evcc", "dc-not-stored", &[[0, 8, 80, 2].to_vec(), vec![0; 76]].concat())?;
    write("evcc", "dc-contract", &[0; 70])?;
    write("evcc", "ac", &[[1, 0, 4].to_vec(), vec![0; 60]].concat())?;
    write("evcc", "ac-receipts", &[[1, 2, 0].to_vec(), vec![0; 80]].concat())?;
    let stop = [vec![0, 0, 4, 0], vec![0; 24], vec![24], vec![0; 12]].concat();
    write("evcc", "dc-stop", &stop)?;
    let pause = [vec![1, 0, 4, 0], vec![0; 24], vec![25], vec![0; 8]].concat();
    write("evcc", "ac-pause", &pause)?;
    let renegotiation = [vec![0, 0, 4, 0], vec![0; 24], vec![28], vec![0; 24]].concat();
    write("evcc", "dc-renegotiation", &renegotiation)
}

fn discovery() -> Result<(), Box<dyn Error>> {
    let request = [1, 0xFE, 0x90, 0, 0, 0, 0, 2, 0x10, 0];
    let response = [
        1, 0xFE, 0x90, 1, 0, 0, 0, 20, 0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFE, 0, 0, 1,
        0xC7, 0xA7, 0x10, 0,
    ];
    write("sdp", "request", &request)?;
    write("sdp", "response", &response)?;
    let message = [1, 0xFE, 0x80, 1, 0, 0, 0, 4, 0x80, 0x40, 0, 0x40];
    write("v2gtp", "two", &[&[255], &message[..], &message].concat())?;
    write("v2gtp", "pieces", &[&[2], &message[..], &request, &message].concat())?;
    write("v2gtp", "long", &[&[9, 1, 0xFE, 0x80, 1, 0, 0, 0x20, 0][..], &[0; 64]].concat())
}

fn texts() -> Result<(), Box<dyn Error>> {
    let table = fs::read_to_string(root().join("test-vectors/identifiers/texts.tsv"))?;
    let good = table.lines().filter(|line| !line.contains("error@"));
    for (at, line) in good.step_by(4).take(12).enumerate() {
        let text = line.split('\t').nth(1).unwrap_or_default();
        write("identifiers", &format!("{at:02}"), text.as_bytes())?;
    }
    let evcoid = Evcoid::parse("DE-ABC-C12345678")?;
    let pool = format!(
        "# contracts\n{evcoid},  active,  2027-12-31\nNL-TNM-012204-5, blocked, , card stolen\n\
         FR-XYZ-C00000001, active, 2026-06-30T12:00:00Z\n"
    );
    write("pool", "three", pool.as_bytes())
}
