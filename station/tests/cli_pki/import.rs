//! Authorities that were there before.

use crate::command::{Run, pnc};
use pki::Certificate;
use pki::chain::Role;
use pki::issue::{Hierarchy, Issuer, Options};
use pki::profile::{CertificateKind as Kind, Edition};
use pki::revocation::{Crl, CrlPlan, Reason, Revocation};
use ring::rand::SystemRandom;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

/// A hierarchy's files, and a directory to take authorities over into.
struct Works {
    hierarchy: Hierarchy,
    place: TempDir,
}

impl Works {
    fn new(edition: Edition) -> Self {
        let options = Options { ocsp: Some("http://o.example".into()), ..Options::of(edition) };
        let hierarchy = Hierarchy::generate(&SystemRandom::new(), pnc::time::unix(), options);
        let works = Self { hierarchy: hierarchy.unwrap(), place: tempfile::tempdir().unwrap() };
        for (path, octets) in works.hierarchy.files() {
            works.write(&path, &octets);
        }
        works
    }

    fn path(&self, path: &str) -> String {
        self.place.path().join(path).to_str().unwrap().to_owned()
    }

    fn write(&self, path: &str, octets: &[u8]) {
        let path = self.place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, octets).unwrap();
    }

    fn import(&self, name: &str, key: &str, above: &[&str], more: &[&str]) -> Run {
        let [ca, own] = [self.path("ca"), self.path(&format!("certs/{name}.pem"))];
        let key = self.path(&format!("keys/{key}.pem"));
        let above: Vec<_> =
            above.iter().map(|name| self.path(&format!("certs/{name}.pem"))).collect();
        let mut arguments = vec!["pki", "import", &ca, &own, "--key", &key];
        for above in &above {
            arguments.extend(["--above", above]);
        }
        pnc(&[&arguments[..], more].concat(), "")
    }

    fn pki(&self, arguments: &[&str]) -> Run {
        pnc(&[&["pki"], arguments].concat(), "")
    }
}

#[test]
fn an_authority_taken_over_issues_and_lists_on() {
    for edition in Edition::ALL {
        let works = Works::new(edition);
        let issuer = Issuer {
            certificate: works.hierarchy.certificate(Kind::MoSub2),
            signer: &**works.hierarchy.key(Kind::MoSub2),
        };
        let revocation = Revocation { at: 1_700_000_000, reason: Some(Reason::KeyCompromise) };
        let now = pnc::time::unix();
        let plan = CrlPlan {
            number: 41,
            this_update: now,
            next_update: now + 86_400,
            revoked: vec![(vec![0x1f, 0x2e], revocation)],
        };
        works.write("old.crl", &plan.issue(issuer, &SystemRandom::new()).unwrap());
        let (list, issued) = (works.path("old.crl"), works.path("certs/contract.pem"));
        let more = ["--list", &list, "--issued", &issued, "--ocsp", "http://o.example", "--json"];
        let run = works.import("mo_sub2", "mo_sub2", &["mo_root", "mo_sub1"], &more);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let told: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!((&told["authority"], &told["kind"]), (&"mo_sub2".into(), &"mo_sub2".into()));
        assert_eq!((&told["certificates"], &told["broken"]), (&2.into(), &Value::Array(vec![])));
        let key = works.path("ca/ca/mo_sub2/key.pem");
        assert_eq!(fs::metadata(key).unwrap().permissions().mode() & 0o777, 0o600);

        let ca = works.path("ca");
        let contract = ["issue", &ca, "contract", "DEPNCC00000009", "--organization", "MO"];
        assert_eq!(works.pki(&contract).code, Some(0));
        let chain = works.path("ca/leaf/DEPNCC00000009/chain.pem");
        let roots = works.path("ca/roots");
        let verify = ["verify", &chain, "--anchors", &roots, "--role", Role::Contract.name()];
        let verified = works.pki(&verify);
        assert_eq!(verified.code, Some(0), "{}{}", verified.out, verified.err);

        // What was revoked stays revoked, what was issued can be, and numbers go on.
        let file = works.path("certs/contract.pem");
        assert_eq!(works.pki(&["revoke", &ca, &file, "--reason", "superseded"]).code, Some(0));
        let out = works.path("new.crl");
        assert_eq!(works.pki(&["crl", "issue", &ca, "mo_sub2", "--out", &out]).code, Some(0));
        let list = Crl::parse(&fs::read(&out).unwrap()).unwrap();
        list.verify(works.hierarchy.certificate(Kind::MoSub2)).unwrap();
        assert_eq!(list.number(), Some([42].as_slice()));
        let revoked: Vec<_> = list.revoked().map(|(serial, _)| serial.to_vec()).collect();
        assert!(revoked.contains(&vec![0x1f, 0x2e]) && revoked.len() == 2, "{revoked:?}");
        assert_eq!(
            list.revoked().find(|(serial, _)| *serial == [0x1f, 0x2e]).unwrap().1,
            revocation
        );
    }
}

#[test]
fn whole_branches_are_taken_over_root_and_all() {
    let works = Works::new(Edition::Iso2);
    for (name, above) in
        [("mo_root", &[][..]), ("mo_sub1", &["mo_root"]), ("mo_sub2", &["mo_sub1", "mo_root"])]
    {
        let run = works.import(name, name, above, &[]);
        assert_eq!(run.code, Some(0), "{name}: {}", run.err);
    }
    assert!(!fs::exists(works.path("ca/ca/mo_root/chain.pem")).unwrap());
    let names: Vec<_> = fs::read_dir(works.path("ca/roots"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["mo_root.pem"]);
    // Another operator's beside it, with a root of its own.
    let other = Works::new(Edition::Iso2);
    let ca = works.path("ca");
    let [chain, key] = ["chains/contract.pem", "keys/mo_sub2.pem"].map(|path| other.path(path));
    let text = fs::read_to_string(chain).unwrap();
    let ders = pki::pem::certificates(&text).unwrap();
    let subs: String = ders.iter().skip(1).map(|der| pki::pem::certificate(der)).collect();
    other.write("above.pem", subs.as_bytes());
    let (subs, root) = (other.path("above.pem"), other.path("certs/mo_root.pem"));
    let import = ["import", &ca, &subs, "--key", &key, "--above", &root];
    assert!(works.pki(&import).err.contains("is there already"));
    assert_eq!(works.pki(&[&import[..], &["--name", "mo_other"]].concat()).code, Some(0));
    assert_eq!(fs::read_dir(works.path("ca/roots")).unwrap().count(), 2);
    let run = works.pki(&["issue", &ca, "contract", "DEPNCC00000009", "--organization", "MO"]);
    assert!(run.err.contains("mo_other"), "{}", run.err);
    let by_name = ["issue", &ca, "contract", "DEPNCC00000009", "--organization", "MO", "--ca"];
    assert_eq!(works.pki(&[&by_name[..], &["mo_other"]].concat()).code, Some(0));
    let issued = fs::read_to_string(works.path("ca/leaf/DEPNCC00000009/cert.pem")).unwrap();
    let issued = Certificate::parse(&pki::pem::certificates(&issued).unwrap()[0]).unwrap();
    issued
        .verify_signed_by(other.hierarchy.certificate(Kind::MoSub2).public_key().unwrap())
        .unwrap();
}

#[test]
fn what_does_not_fit_is_refused_and_leaves_nothing() {
    let works = Works::new(Edition::Iso2);
    let refused = |name: &str, key: &str, above: &[&str], more: &[&str], why: &str| {
        let run = works.import(name, key, above, more);
        assert!(run.code == Some(1) && run.err.contains(why), "{name}: {}", run.err);
    };
    let whole = ["mo_sub1", "mo_root"];
    refused("mo_sub2", "mo_sub1", &whole, &[], "the key is not that of the certificate");
    refused("mo_sub2", "mo_sub2", &["mo_sub1"], &[], "no issuer of");
    refused("mo_sub2", "mo_sub2", &["mo_root"], &[], "no issuer of");
    refused("contract", "contract", &["mo_sub2", "mo_sub1", "mo_root"], &[], "cannot be told");
    refused("mo_sub2", "mo_sub2", &whole, &["--kind", "cps_sub2", "--level", "strict"], "breaks");
    let twin = Works::new(Edition::Iso2);
    works.write("certs/twin.pem", &fs::read(twin.path("certs/mo_root.pem")).unwrap());
    refused("mo_sub2", "mo_sub2", &["mo_sub1", "twin"], &[], "signature");
    // A list of somebody else, and a certificate that somebody else issued.
    let issuer = Issuer {
        certificate: works.hierarchy.certificate(Kind::OemSub2),
        signer: &**works.hierarchy.key(Kind::OemSub2),
    };
    let now = pnc::time::unix();
    let plan = CrlPlan { number: 1, this_update: now, next_update: now + 1, revoked: Vec::new() };
    works.write("other.crl", &plan.issue(issuer, &SystemRandom::new()).unwrap());
    let (list, issued) = (works.path("other.crl"), works.path("certs/secc.pem"));
    refused("mo_sub2", "mo_sub2", &whole, &["--list", &list], "another issuer's");
    refused("mo_sub2", "mo_sub2", &whole, &["--issued", &issued], "not issued by");
    works.write("keys/secret.pem", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
    refused("mo_sub2", "secret", &whole, &[], "encrypted");
    let left = fs::read_dir(works.path("ca")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "something is left");
}

#[test]
fn deviations_of_what_is_taken_over_are_named_and_strictness_is_a_choice() {
    let works = Works::new(Edition::Iso2);
    // A root of ten years, which the strict profile wants to last for forty.
    let key = works.hierarchy.key(Kind::V2gRoot);
    let now = pnc::time::unix();
    let plan = pki::issue::Plan::new(Kind::V2gRoot, "Old V2G Root", now - 10, now + 3650 * 86_400);
    let root = plan.issue_self_signed(&**key, &SystemRandom::new()).unwrap();
    works.write("certs/old.pem", pki::pem::certificate(root.der()).as_bytes());
    let strict = works.import("old", "v2g_root", &[], &["--level", "strict"]);
    assert!(strict.code == Some(1) && strict.err.contains("validity"), "{}", strict.err);
    let run = works.import("old", "v2g_root", &[], &[]);
    assert!(run.code == Some(0) && run.err.contains("warning: "), "{}", run.err);
    assert!(run.err.contains("validity"), "{}", run.err);
    let ca = works.path("ca");
    let sub = ["issue", &ca, "cps_sub1", "A service", "--ca", "v2g_root"];
    assert_eq!(works.pki(&sub).code, Some(0));
}
