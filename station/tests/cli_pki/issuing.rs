use crate::command::{Run, pnc};
use pki::Certificate;
use pki::profile::{CertificateKind, Edition, Level, check};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tempfile::TempDir;

struct Operator(TempDir);

impl Operator {
    fn new(edition: &str) -> Self {
        let operator = Self(tempfile::tempdir().unwrap());
        let made = operator.pki(&[
            "init",
            "ca",
            "--edition",
            edition,
            "--ocsp",
            "http://ocsp.example.com",
            "--crl",
            "http://crl.example.com/lists/",
        ]);
        assert_eq!(made.code, Some(0), "{}", made.err);
        operator
    }

    fn path(&self, path: &str) -> String {
        self.0.path().join(path).to_str().unwrap().to_owned()
    }

    /// Runs `pnc pki`; what has a slash, and `ca`, is a path.
    fn pki(&self, arguments: &[&str]) -> Run {
        let place = |text: &&str| match *text {
            path if path == "ca" || (path.contains('/') && !path.contains("://")) => {
                self.path(path)
            }
            other => other.to_owned(),
        };
        let arguments: Vec<String> = arguments.iter().map(place).collect();
        let arguments: Vec<&str> =
            std::iter::once("pki").chain(arguments.iter().map(String::as_str)).collect();
        pnc(&arguments, "")
    }

    fn good(&self, arguments: &[&str]) -> String {
        let run = self.pki(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.err);
        run.out
    }

    fn bad(&self, arguments: &[&str]) -> String {
        let run = self.pki(arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}: {}", run.out);
        run.err + &run.out
    }

    fn certificate(&self, path: &str) -> Certificate {
        let text = fs::read_to_string(self.path(path)).unwrap();
        Certificate::parse(&pki::pem::certificates(&text).unwrap()[0]).unwrap()
    }
}

fn mode(path: &str) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_hierarchy_of_either_edition_follows_its_strict_profiles_and_is_never_overwritten() {
    for (name, edition) in [("2", Edition::Iso2), ("20", Edition::Iso20)] {
        let operator = Operator::new(name);
        let mut count = 0;
        for entry in fs::read_dir(operator.path("ca/ca")).unwrap() {
            let authority = entry.unwrap().file_name().into_string().unwrap();
            let kind = CertificateKind::from_name(&authority).unwrap();
            let certificate = operator.certificate(&format!("ca/ca/{authority}/cert.pem"));
            assert_eq!(
                check(&certificate, kind, edition, Level::Strict),
                [],
                "{kind} of {edition}"
            );
            assert_eq!(mode(&operator.path(&format!("ca/ca/{authority}/key.pem"))), 0o600);
            count += 1;
        }
        assert_eq!(count, if name == "2" { 11 } else { 13 });
        let before = operator.certificate("ca/roots/v2g_root.pem");
        assert!(operator.bad(&["init", "ca"]).contains("not empty; nothing was changed"));
        assert_eq!(operator.certificate("ca/roots/v2g_root.pem"), before);
    }
    let nothing = tempfile::tempdir().unwrap();
    let place = nothing.path().join("ca").to_str().unwrap().to_owned();
    for wrong in [&["--edition", "20"][..], &["--roles", "vehicle"], &["--roles", "baker"]] {
        let run = pnc(&[&["pki", "init", &place], wrong].concat(), "");
        assert_eq!(run.code, Some(2), "{wrong:?}");
    }
    let run = pnc(&["pki", "init", &place, "--organization", &"x".repeat(65)], "");
    assert_eq!(run.code, Some(1));
    let left = fs::read_dir(&place).map_or(0, Iterator::count);
    assert_eq!(left, 0, "a half hierarchy is left");
}

#[test]
fn certificates_are_issued_many_at_once_entered_and_never_twice_into_one_place() {
    let operator = Operator::new("2");
    let told = operator.good(&["issue", "ca", "contract", "DEPNCC00000001", "DE-PNC-C00000002"]);
    assert_eq!(told.lines().count(), 2);
    for name in ["DEPNCC00000001", "DE-PNC-C00000002"] {
        let leaf = operator.certificate(&format!("ca/leaf/{name}/cert.pem"));
        let kind = CertificateKind::ContractLeaf;
        assert_eq!(check(&leaf, kind, Edition::Iso2, Level::Strict), []);
        assert_eq!(
            leaf.extensions().crl.as_ref().unwrap().value,
            ["http://crl.example.com/lists/mo_sub2.crl"]
        );
        assert_eq!(mode(&operator.path(&format!("ca/leaf/{name}/key.pem"))), 0o600);
    }
    let register = fs::read_to_string(operator.path("ca/ca/mo_sub2/register.jsonl")).unwrap();
    assert!(told.lines().all(|line| register.contains(line.split(' ').next().unwrap())));
    let again = operator.bad(&["issue", "ca", "contract", "DEPNCC00000001"]);
    assert!(again.contains("is there already; nothing was issued"), "{again}");
    let after = fs::read_to_string(operator.path("ca/ca/mo_sub2/register.jsonl")).unwrap();
    assert_eq!(after, register);
    let wrong = operator.bad(&["issue", "ca", "contract", "nobody"]);
    assert!(wrong.contains("common-name [V2G2-108]"), "{wrong}");
    assert!(!fs::exists(operator.path("ca/leaf/nobody")).unwrap());
    assert!(operator.bad(&["issue", "ca", "v2g-root", "x"]).contains("issues a v2g_root"));
    let other = ["issue", "ca", "secc", "DE*PNC*E0000001", "--ca", "mo_sub2"];
    assert!(operator.bad(&other).contains("this authority issues no secc"));
}

#[test]
fn a_request_is_made_shown_and_signed() {
    let operator = Operator::new("2");
    operator.good(&[
        "csr",
        "make",
        "secc",
        "DE*PNC*E0000001",
        "--country",
        "DE",
        "--organization",
        "Operator",
        "--key",
        "ca/station.key",
        "-o",
        "ca/station.csr",
    ]);
    assert_eq!(mode(&operator.path("ca/station.key")), 0o600);
    let shown = operator.good(&["csr", "show", "--json", "ca/station.csr"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["subject"], "C=DE, O=Operator, CN=DE*PNC*E0000001, DC=CPO");
    let chain = operator.good(&["sign", "ca", "secc", "ca/station.csr", "--days", "30"]);
    let chain = pki::pem::certificates(&chain).unwrap();
    assert_eq!(chain.len(), 3);
    let leaf = Certificate::parse(&chain[0]).unwrap();
    assert_eq!(leaf.not_after() - leaf.not_before(), 30 * 86_400 - 1);
    let refused = operator.bad(&["sign", "ca", "contract", "ca/station.csr"]);
    assert!(refused.contains("domain component is \"CPO\", not \"MO\""), "{refused}");
    let mut text = fs::read_to_string(operator.path("ca/station.csr")).unwrap();
    let at = text.find('\n').unwrap() + 60;
    let other = if &text[at..=at] == "A" { "B" } else { "A" };
    text.replace_range(at..=at, other);
    fs::write(operator.path("ca/bad.csr"), text).unwrap();
    assert!(operator.bad(&["csr", "show", "ca/bad.csr"]).contains("bad.csr"));
    operator.bad(&["sign", "ca", "secc", "ca/bad.csr"]);
}

#[test]
fn what_is_revoked_is_so_in_lists_and_answers_until_a_hold_ends() {
    let operator = Operator::new("2");
    operator.good(&["issue", "ca", "contract", "DEPNCC00000001", "DEPNCC00000002"]);
    let [one, two] = ["1", "2"].map(|n| format!("ca/leaf/DEPNCC0000000{n}/cert.pem"));
    let issuer = "ca/ca/mo_sub2/cert.pem";
    let check = |of: &str| {
        operator.good(&["crl", "issue", "ca", "mo_sub2", "-o", "ca/mo.crl"]);
        operator.pki(&["crl", "check", "ca/mo.crl", of, issuer])
    };
    let ask = |of: &str| {
        let address = operator.good(&["ocsp", "ask", of, issuer, "--nonce", "-o", "ca/question"]);
        assert_eq!(address, "http://ocsp.example.com\n");
        operator.good(&["ocsp", "answer", "ca", "mo_sub2", "ca/question", "-o", "ca/answer"]);
        operator.pki(&["ocsp", "read", "ca/answer", of, issuer, "--request", "ca/question"])
    };
    assert_eq!((check(&one).out.as_str(), ask(&one).out.as_str()), ("good\n", "good\n"));
    operator.good(&["revoke", "ca", &one, "--reason", "keycompromise"]);
    operator.good(&["revoke", "ca", &two, "--reason", "certificateHold"]);
    for run in [check(&one), ask(&one)] {
        assert_eq!(run.code, Some(1));
        assert!(run.out.contains("keyCompromise"), "{}", run.out);
    }
    assert!(ask(&two).out.contains("certificateHold"));
    operator.good(&["revoke", "ca", &two, "--reason", "removeFromCRL"]);
    assert_eq!((check(&two).out.as_str(), ask(&two).out.as_str()), ("good\n", "good\n"));
    assert!(operator.bad(&["revoke", "ca", &one]).contains("is revoked already"));
    let shown = operator.good(&["crl", "show", "--json", "ca/ca/mo_sub2/crl.pem"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown["number"], shown["revoked"].as_array().unwrap().len()), (&"03".into(), 1));
    let data = operator.good(&["ocsp", "data", "ca/leaf/DEPNCC00000001/chain.pem"]);
    let data: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert_eq!(data[0]["responderURL"], "http://ocsp.example.com");
    assert!(
        operator
            .bad(&["revoke", "ca", issuer, "--reason", "removeFromCRL"])
            .contains("not on hold")
    );
}

#[test]
fn a_delivery_opens_with_the_cars_key_only() {
    let operator = Operator::new("2");
    operator.good(&["issue", "ca", "oem-provisioning", "WVWP00000000000017", "WVWP00000000000025"]);
    let car = "ca/leaf/WVWP00000000000017/cert.pem";
    let make = ["bundle", "make", "ca", "DEPNCC00000001", "--car", car, "-o", "ca/delivery.exi"];
    let other = [&make[..], &["--pcid", "WVWP00000000000025"]].concat();
    assert!(operator.bad(&other).contains("not of WVWP00000000000025"));
    operator.good(&make);
    let open = |number: &str, out: &str| {
        let key = format!("ca/leaf/WVWP000000000000{number}/key.pem");
        operator.pki(&[
            "bundle",
            "open",
            "ca/delivery.exi",
            "--key",
            &key,
            "--v2g-root",
            "ca/roots/v2g_root.pem",
            "--mo-root",
            "ca/roots/mo_root.pem",
            "-o",
            out,
        ])
    };
    let opened = open("17", "ca/got");
    assert_eq!(opened.code, Some(0), "{}", opened.err);
    assert!(opened.out.starts_with("DEPNCC00000001  valid until "), "{}", opened.out);
    let leaf = operator.certificate("ca/got/chain.pem");
    let key = fs::read_to_string(operator.path("ca/got/key.pem")).unwrap();
    let key = pki::PrivateKey::from_pem(&key, &ring::rand::SystemRandom::new()).unwrap();
    assert_eq!(leaf.public_key().unwrap(), pki::Signer::public_key(&key));
    assert_eq!(mode(&operator.path("ca/got/key.pem")), 0o600);
    assert_eq!(open("25", "ca/none").code, Some(1));
    assert!(!fs::exists(operator.path("ca/none")).unwrap());
}

/// [V2G20-2319] [V2G20-2320]
#[test]
fn keys_are_of_ed448_where_that_is_asked_for_and_the_build_has_it() {
    let operator = Operator(tempfile::tempdir().unwrap());
    let init = ["init", "ca", "--ocsp", "http://ocsp.example.com", "--algorithm", "ed448"];
    let older = operator.pki(&init);
    assert_eq!(older.code, Some(2), "ISO 15118-2 has no such keys: {}", older.out);
    let made = operator.pki(&[&init[..], &["--edition", "20"]].concat());
    let request = ["csr", "make", "contract", "DEPNCC000000018", "--edition", "20"];
    let request = [&request[..], &["--algorithm", "ed448", "--key", "a/key", "-o", "a/csr"]];
    fs::create_dir(operator.path("a/")).unwrap();
    let request = operator.pki(&request.concat());
    if !cfg!(feature = "ed448") {
        for refused in [made, request] {
            assert_eq!(refused.code, Some(2), "{}", refused.out);
            assert!(refused.err.contains("needs the feature `ed448`"), "{}", refused.err);
        }
        assert!(!Path::new(&operator.path("ca")).exists());
        return;
    }
    assert_eq!((made.code, request.code), (Some(0), Some(0)), "{} {}", made.err, request.err);
    operator.good(&["issue", "ca", "contract", "DEPNCC000000018"]);
    operator.good(&["sign", "ca", "contract", "a/csr", "-o", "a/chain.pem"]);
    for path in ["ca/leaf/DEPNCC000000018/cert.pem", "a/chain.pem"] {
        let leaf = operator.certificate(path);
        assert_eq!(leaf.key().to_string(), "Ed448");
        let kind = CertificateKind::ContractLeaf;
        assert_eq!(check(&leaf, kind, Edition::Iso20, Level::Strict), []);
    }
    let verify = ["verify", "a/chain.pem", "--role", "contract", "--anchors"];
    operator.good(&[&verify[..], &["ca/roots/mo_root.pem"]].concat());
}

#[test]
fn a_delivery_of_iso_15118_20_opens_with_the_cars_certificate_too() {
    let operator = Operator::new("20");
    let pcid = "WVWP00000000000017";
    operator.good(&["issue", "ca", "oem-provisioning", pcid, "--organization", "Car Maker"]);
    let car = "ca/leaf/WVWP00000000000017/cert.pem";
    let make = ["bundle", "make", "ca", "DEPNCC00000001", "--car", car, "-o", "ca/delivery.exi"];
    operator.good(&make);
    let key = "ca/leaf/WVWP00000000000017/key.pem";
    let root = "ca/roots/v2g_root.pem";
    let open = ["bundle", "open", "ca/delivery.exi", "--key", key, "--v2g-root", root];
    assert!(operator.bad(&open).contains("--car is needed"));
    let opened = operator.good(&[&open[..], &["--car", car, "--json", "-o", "ca/got"]].concat());
    let opened: serde_json::Value = serde_json::from_str(&opened).unwrap();
    assert_eq!((&opened["evcoid"], &opened["anchored"]), (&"DEPNCC00000001".into(), &false.into()));
    assert_eq!(opened["remaining"], 0);
    let leaf = operator.certificate("ca/got/chain.pem");
    let key = fs::read_to_string(operator.path("ca/got/key.pem")).unwrap();
    let key = pki::PrivateKey::from_pem(&key, &ring::rand::SystemRandom::new()).unwrap();
    assert_eq!(leaf.public_key().unwrap(), pki::Signer::public_key(&key));
}

#[test]
#[cfg(feature = "operator")]
fn cars_requests_of_both_editions_are_as_their_services_want_them() {
    for (edition, chain) in [("2", "cert.pem"), ("20", "chain.pem")] {
        let operator = Operator::new(edition);
        let pcid = "WVWP00000000000017";
        operator.good(&["issue", "ca", "oem-provisioning", pcid, "--organization", "Car Maker"]);
        let place = format!("ca/leaf/{pcid}");
        let (car, key) = (format!("{place}/{chain}"), format!("{place}/key.pem"));
        let make = ["bundle", "request", "--car", &car, "--key", &key, "-o", "ca/request.exi"];
        let more = ["--v2g-root", "ca/roots/v2g_root.pem", "--session", "0123456789abcdef"];
        operator.good(&[&make[..], &more].concat());
        let request = fs::read(operator.path("ca/request.exi")).unwrap();
        let request = pki_service::operator::CarRequest::read(&request).unwrap();
        let session = 0x0123_4567_89ab_cdef_u64.to_be_bytes();
        assert_eq!(request.session_id.as_slice(), session);
        let leaf = operator.certificate(&format!("{place}/cert.pem"));
        assert_eq!(request.receiver().unwrap(), leaf);
        assert_eq!(request.roots().len(), 1);
        let wrong = [&make[..], &more[..2], &["--session", "12"]].concat();
        assert_eq!(operator.pki(&wrong).code, Some(2));
        let foreign = [&make[..4], &["--key", "ca/ca/mo_sub2/key.pem"], &make[6..], &more].concat();
        assert!(operator.bad(&foreign).contains("key"));
    }
}
