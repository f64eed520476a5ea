//! Certificates and keys as files, for other tools to judge.
//!
//! ```text
//! pki_files write DIR [20] [URL]  a complete test hierarchy of ISO 15118-2, or of ISO 15118-20, with this responder
//! pki_files defects DIR          chains with one defect each, as EDITION/ROLE/DEFECT: leaf.pem, subs.pem, root.pem, and in
//!                                `ours` the check that refuses them at the field level
//! pki_files contracts DIR NUMBER         mo_root.pem, a chain in each line of batch.ndjson, a contract in each of pool.txt
//! pki_files verify ROLE ROOT LEAF SUBS    verifies PEM files at the field level, prints deviations from the strict one
//! pki_files check KIND FILE       checks PEM certificates against a profile (`contract`, `mo_sub1`, ..)
//! pki_files certs-only CHAIN FRAME    writes the certificates of a PEM file into a CMS frame
//! pki_files certificates FRAME        the certificates of a CMS frame, in PEM
//! pki_files generate ALGORITHM   a fresh private key on standard output: P-256, P-521, Ed448 or X448
//! pki_files sign KEY FILE        signs a file, the signature as certificates have it on standard output
//! pki_files check-signature SPKI FILE SIGNATURE   verifies such a signature by a public key in DER
//! pki_files agree KEY SPKI       the secret shared with the owner of a public key in DER, on standard output
//! pki_files public KEY           public key as PEM on standard output
//! pki_files wrap RECEIVER CONTRACT       wraps a contract's key for a receiver's: both fields in hexadecimal, a line each
//! pki_files unwrap RECEIVER CONTRACT ENCRYPTED DH      the contract's number, if that is what comes out
//! pki_files wrap20 CAR CONTRACT-KEY CONTRACT           the same as ISO 15118-20 has it, for a car's certificate
//! pki_files unwrap20 CAR-KEY CAR CONTRACT-KEY CONTRACT ENCRYPTED DH
//! pki_files identify TEXT        what an identifier is
//! ```
use std::error::Error;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use pki::chain::{Anchors, Demand, Level, Role, RootKind, verify};
use pki::delivery::iso20::{self, AssociatedData, ConcatKdf};
use pki::delivery::{unwrap, wrap};
use pki::issue::{Defect, Hierarchy, Options};
use pki::key::{Algorithm, KeyAgreement as _, PrivateKey, PublicKey, Signer};
use pki::profile::{CertificateKind, Edition, check};
use pki::{Certificate, Evcoid, id, pem};
use ring::rand::SystemRandom;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    match arguments.as_slice() {
        ["write", directory, how @ ..] => {
            let edition = if how.contains(&"20") { Edition::Iso20 } else { Edition::Iso2 };
            let ocsp = how.iter().find(|how| how.starts_with("http:")).unwrap_or(&RESPONDER);
            for (path, octets) in hierarchy(edition, ocsp)?.files() {
                save(&Path::new(directory).join(path), &octets)?;
            }
        }
        ["contracts", directory, number] => contracts(Path::new(directory), number.parse()?)?,
        ["defects", directory] => defects(Path::new(directory))?,
        ["verify", role, root, leaf, subs] => {
            writeln!(out, "{}", verified(role, root, leaf, subs)?)?
        }
        ["check", kind, file] => {
            let kind = CertificateKind::from_name(kind).ok_or("no such kind of certificate")?;
            for der in pem::certificates(&std::fs::read_to_string(file)?)? {
                let certificate = Certificate::parse(&der)?;
                writeln!(out, "{}", certificate.subject())?;
                for level in Level::ALL {
                    for broken in check(&certificate, kind, Edition::Iso2, level) {
                        writeln!(out, "  {level:?}: {broken}")?;
                    }
                }
            }
        }
        ["certs-only", chain, frame] => {
            let certificates = pem::certificates(&std::fs::read_to_string(chain)?)?;
            std::fs::write(frame, pki::cms::write(&certificates))?;
        }
        ["certificates", frame] => {
            for certificate in pki::cms::read(&std::fs::read(frame)?)? {
                write!(out, "{}", pem::certificate(&certificate))?;
            }
        }
        ["generate", name] => {
            let wanted = Algorithm::ALL.into_iter().find(|wanted| wanted.to_string() == *name);
            let wanted = wanted.ok_or("no such algorithm")?;
            let key = PrivateKey::generate_for(wanted, &SystemRandom::new())?;
            out.write_all(key.to_pem().as_bytes())?;
        }
        ["check-signature", spki, file, signature] => {
            let key = PublicKey::from_spki(&std::fs::read(spki)?)?;
            key.verify_der(&std::fs::read(file)?, &std::fs::read(signature)?)?;
        }
        ["agree", key, spki] => {
            let peer = PublicKey::from_spki(&std::fs::read(spki)?)?;
            out.write_all(&private_key(key)?.agree(&peer)?)?;
        }
        ["sign", key, file] => {
            let key = private_key(key)?;
            let signature = key.sign_raw(&std::fs::read(file)?, &SystemRandom::new())?;
            out.write_all(&key.public_key().algorithm().signature_to_der(&signature))?;
        }
        ["public", key] => {
            let spki = private_key(key)?.public_key().to_spki();
            let text = pem::certificate(&spki).replace("CERTIFICATE", "PUBLIC KEY");
            out.write_all(text.as_bytes())?;
        }
        ["wrap", receiver, contract] => {
            let (receiver, contract) = (private_key(receiver)?, private_key(contract)?);
            let wrapped = wrap(&contract, receiver.public_key(), &SystemRandom::new())?;
            writeln!(out, "{}\n{}", hex(&wrapped.encrypted), hex(&wrapped.dh_public_key))?;
        }
        ["unwrap", receiver, contract, encrypted, dh] => {
            let (receiver, contract) = (private_key(receiver)?, private_key(contract)?);
            let (encrypted, dh) = (unhex(encrypted)?, unhex(dh)?);
            let public = contract.public_key();
            let key = unwrap(&encrypted, &dh, &receiver, public, &SystemRandom::new())?;
            writeln!(out, "{}", hex(key.scalar()))?;
        }
        ["wrap20", car, key, contract] => {
            let (car, contract) = (certificate(car)?, certificate(contract)?);
            let (bound_to, kdf) = (AssociatedData::new(&car, &contract)?, ConcatKdf::default());
            let (key, receiver) = (private_key(key)?, iso20::receiver(&car)?);
            let wrapped = iso20::wrap(&key, receiver, &bound_to, &kdf, &SystemRandom::new())?;
            writeln!(out, "{}\n{}", hex(&wrapped.encrypted), hex(&wrapped.dh_public_key))?;
        }
        ["unwrap20", car_key, car, key, contract, encrypted, dh] => {
            let bound_to = AssociatedData::new(&certificate(car)?, &certificate(contract)?)?;
            let (receiver, contract) = (private_key(car_key)?, private_key(key)?);
            let (encrypted, dh, kdf) = (unhex(encrypted)?, unhex(dh)?, ConcatKdf::default());
            let (public, rng) = (contract.public_key(), SystemRandom::new());
            let key = iso20::unwrap(&encrypted, &dh, &receiver, public, &bound_to, &kdf, &rng)?;
            writeln!(out, "{}", hex(key.scalar()))?;
        }
        ["identify", text] => {
            for verdict in id::identify(text)? {
                writeln!(out, "{verdict}")?;
            }
        }
        _ => return Err("see the head of pki/examples/pki_files.rs".into()),
    }
    Ok(())
}

fn hierarchy(edition: Edition, ocsp: &str) -> Result<Hierarchy, Box<dyn Error>> {
    let ocsp = Some(ocsp.to_owned());
    Ok(Hierarchy::generate(&SystemRandom::new(), now()?, Options { ocsp, ..Options::of(edition) })?)
}

/// Every tenth contract is blocked, every hundredth chain is damaged.
fn contracts(directory: &Path, number: u32) -> Result<(), Box<dyn Error>> {
    let (rng, hierarchy) = (SystemRandom::new(), hierarchy(Edition::Iso2, RESPONDER)?);
    save(
        &directory.join("mo_root.pem"),
        pem::certificate(hierarchy.contract().root.der()).as_bytes(),
    )?;
    let file = |name| std::fs::File::create(directory.join(name)).map(BufWriter::new);
    let (mut batch, mut pool) = (file("batch.ndjson")?, file("pool.txt")?);
    for number in 0..number {
        let evcoid = Evcoid::from_elements("DE", "PNC", &format!("C{number:08}"))?;
        let contract = hierarchy.issue_contract(&rng, &evcoid, now()?)?;
        let mut chain: Vec<_> =
            contract.chain().map(|der| pem::to_base64(der).replace('\n', "")).collect();
        if number % 100 == 7 {
            chain.truncate(1);
        }
        let state = if number % 10 == 3 { "blocked, , test" } else { "active" };
        writeln!(pool, "{evcoid}, {state}")?;
        writeln!(batch, "{{\"id\":{number},\"chain\":[\"{}\"]}}", chain.join("\",\""))?;
    }
    batch.flush()?;
    Ok(pool.flush()?)
}

fn defects(directory: &Path) -> Result<(), Box<dyn Error>> {
    let all = [
        (Edition::Iso2, Role::Secc),
        (Edition::Iso2, Role::Contract),
        (Edition::Iso20, Role::Secc),
        (Edition::Iso20, Role::Contract),
    ];
    for (edition, role) in all {
        let hierarchy = hierarchy(edition, RESPONDER)?;
        let demand = Demand { role, edition, level: Level::Field };
        for defect in Defect::ALL {
            let chain = hierarchy.damaged(role, defect, &SystemRandom::new())?;
            let number = if edition == Edition::Iso2 { "2" } else { "20" };
            let place = directory.join(number).join(role.name()).join(format!("{defect:?}"));
            let roots =
                chain.anchors.iter().filter(|anchor| role.roots().first() == Some(&anchor.kind()));
            let roots: String =
                roots.map(|anchor| pem::certificate(anchor.certificate().der())).collect();
            let subs: String = chain.subs.iter().map(|sub| pem::certificate(sub)).collect();
            let ours = demand.verify(&chain.leaf, &chain.subs, &chain.anchors, now()?);
            let ours = ours.map_or_else(|error| error.check().name(), |_| "accepted");
            save(&place.join("leaf.pem"), pem::certificate(&chain.leaf).as_bytes())?;
            save(&place.join("subs.pem"), subs.as_bytes())?;
            save(&place.join("root.pem"), roots.as_bytes())?;
            save(&place.join("ours"), ours.as_bytes())?;
        }
    }
    Ok(())
}

fn verified(role: &str, root: &str, leaf: &str, subs: &str) -> Result<String, Box<dyn Error>> {
    let (role, kind) = match role {
        "secc" => (Role::Secc, RootKind::V2g),
        "contract" => (Role::Contract, RootKind::Mo),
        "oem" => (Role::OemProvisioning, RootKind::Oem),
        "cps" => (Role::Cps, RootKind::V2g),
        _ => return Err("ROLE is secc, contract, oem or cps".into()),
    };
    let read = |path: &str| -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
        Ok(pem::certificates(&std::fs::read_to_string(path)?)?)
    };
    let mut anchors = Anchors::new();
    anchors.add_pem(kind, &std::fs::read_to_string(root)?)?;
    let leaf = read(leaf)?.into_iter().next().unwrap_or_default();
    // A file of the whole chain holds the leaf once more.
    let subs: Vec<_> = read(subs)?.into_iter().filter(|sub| *sub != leaf).collect();
    let chain = verify(role, &leaf, &subs, &anchors, now()?, Level::Field)?;
    let mut text = format!("verified: {}", chain.leaf().subject());
    if let Some(evcoid) = chain.evcoid() {
        text += &format!("\ncontract {evcoid}, check digit {}", evcoid.check_digit());
    }
    for (position, broken) in chain.deviations() {
        text += &format!("\ndeviation, {position}: {broken}");
    }
    Ok(text)
}

fn private_key(path: &str) -> Result<PrivateKey, Box<dyn Error>> {
    Ok(PrivateKey::from_pem(&std::fs::read_to_string(path)?, &SystemRandom::new())?)
}

fn certificate(path: &str) -> Result<Certificate, Box<dyn Error>> {
    let ders = pem::certificates(&std::fs::read_to_string(path)?)?;
    Ok(Certificate::parse(ders.first().ok_or("no certificate")?)?)
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.ok_or("not hexadecimal")?;
    Ok(digits.chunks(2).map(|pair| pair.iter().fold(0, |n, digit| n << 4 | digit) as u8).collect())
}

fn save(path: &Path, octets: &[u8]) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(path, octets)
}

const RESPONDER: &str = "http://ocsp.example.com/v2g";

fn now() -> Result<i64, Box<dyn Error>> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)
}
