use crate::command::pnc;
use crate::support::OnDisk;
use serde_json::Value;

#[test]
fn certificates_are_described_for_people_and_machines() {
    let disk = OnDisk::new();
    let (chain, contract) = (disk.path("chains/contract.pem"), disk.hierarchy.contract());
    let run = pnc(&["pki", "show", &chain], "");
    assert_eq!(run.code, Some(0), "{}", run.err);
    for wanted in [
        "chains/contract.pem, certificate 3",
        "CN=DEPNCC00000001",
        "EC P-256",
        "contract",
        "http://ocsp.example.com/v2g",
        "authority, path length 1 (critical)",
        "digitalSignature, nonRepudiation, keyEncipherment, keyAgreement (critical)",
    ] {
        assert!(run.out.contains(wanted), "{wanted} in {}", run.out);
    }
    let run = pnc(&["pki", "show", "--json", &chain], "");
    let objects: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 3);
    assert_eq!(objects[0]["octets"], contract.leaf.der().len());
    assert_eq!(objects[0]["not_after"], pki::time::text(contract.leaf.not_after()));
    assert_eq!(objects[0]["identifiers"][0], "DEPNCC00000001A");
    assert_eq!(objects[2]["path_length"], 1);
    assert_eq!(objects[1]["subject"], objects[0]["issuer"]);
}

#[test]
fn der_and_standard_input_are_read_and_what_is_no_certificate_is_named() {
    let disk = OnDisk::new();
    let der = disk.hierarchy.secc().leaf.der().to_vec();
    let file = disk.write("secc.der", &der);
    let from_file = pnc(&["pki", "show", "--json", &file], "");
    let from_input = pnc(&["pki", "show", "--json", "-"], der);
    assert_eq!(from_file.code, Some(0));
    assert_eq!(from_file.out.replace(&file, "-"), from_input.out);
    let (key, missing) = (disk.path("keys/secc.pem"), disk.path("nothing.pem"));
    let run = pnc(&["pki", "show", &key, &missing, &file], "");
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("no certificate in the PEM text"), "{}", run.err);
    assert!(run.err.contains(&missing) && run.out.contains("certificate 1"), "{}", run.err);
}
