use crate::command::pnc;
use crate::support::OnDisk;
use pki::chain::Role;
use pki::issue::Defect;
use pki::profile::Edition;
use ring::rand::SystemRandom;
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn every_chain_verifies_under_the_roots_of_a_directory_with_all_its_checks() {
    for edition in Edition::ALL {
        let disk = OnDisk::of(edition);
        let roots = disk.path("certs");
        for role in Role::of(edition) {
            let chain = disk.path(&format!("chains/{}.pem", role.leaf_kind().name()));
            let arguments =
                ["pki", "verify", &chain, "--anchors", &roots, "--role", role.name(), "--json"];
            let run = pnc(&arguments, "");
            let object = json(&run.out);
            assert_eq!((run.code, &object["verified"]), (Some(0), &true.into()), "{}", run.out);
            assert_eq!(object["edition"], if edition == Edition::Iso2 { "2" } else { "20" });
            assert_eq!(object["chain"].as_array().unwrap().len(), 4);
            assert!(object["checks"].as_array().unwrap().len() > 60);
            let text = pnc(&arguments[..7], "").out;
            assert!(text.starts_with("verified") && !text.contains("tolerated"), "{text}");
        }
    }
}

#[test]
fn what_is_wrong_is_named_by_check_rule_and_requirement() {
    let disk = OnDisk::of(Edition::Iso2);
    let root = disk.path("certs/v2g_root.pem");
    let verify = |defect, more: &[&str]| {
        let chain = disk.hierarchy.damaged(Role::Secc, defect, &SystemRandom::new()).unwrap();
        let pem: String = std::iter::once(&chain.leaf)
            .chain(&chain.subs)
            .map(|der| pki::pem::certificate(der))
            .collect();
        let arguments = ["pki", "verify", "-", "--anchors", &root, "--role", "secc"];
        pnc(&[&arguments[..], more].concat(), pem)
    };
    let run = verify(Defect::ExpiredLeaf, &["--json"]);
    let error = &json(&run.out)["error"];
    assert_eq!(
        (run.code, &error["check"], &error["at"]),
        (Some(1), &"validity".into(), &"leaf".into())
    );
    let run = verify(Defect::WrongDomainComponent, &["--json"]);
    let broken = &json(&run.out)["error"]["broken"][0];
    assert_eq!(
        (&broken["rule"], &broken["requirement"]),
        (&"domain-component".into(), &"V2G2-925".into())
    );
    let run = verify(Defect::KeyUsageNotCritical, &[]);
    assert!(run.code == Some(1) && run.out.contains("key-usage-critical"), "{}", run.out);
    let run = verify(Defect::KeyUsageNotCritical, &["--level", "field"]);
    assert!(
        run.code == Some(0) && run.out.contains("tolerated     leaf: key-usage-critical"),
        "{}",
        run.out
    );
    let run = verify(Defect::None, &["--at", "2090-01-01"]);
    assert!(run.code == Some(1) && run.out.contains("expired on"), "{}", run.out);
}

#[test]
fn roots_are_what_they_are_said_to_be() {
    let disk = OnDisk::of(Edition::Iso2);
    let (chain, root) = (disk.path("chains/secc.pem"), disk.path("certs/v2g_root.pem"));
    let verify = |anchors: &str| {
        pnc(&["pki", "verify", &chain, "--anchors", anchors, "--role", "secc", "--json"], "")
    };
    assert_eq!(verify(&format!("v2g:{root}")).code, Some(0));
    let run = verify(&format!("mo:{root}"));
    assert_eq!((run.code, &json(&run.out)["error"]["check"]), (Some(1), &"root-of-role".into()));
    // A leaf is no anchor, a key no certificate, an authority alone no root.
    for wrong in ["certs/secc.pem", "keys/secc.pem", "certs/cpo_sub1.pem", "nothing.pem"] {
        assert_eq!(verify(&disk.path(wrong)).code, Some(2), "{wrong}");
    }
    assert_eq!(
        pnc(&["pki", "verify", &chain, "--anchors", &root, "--role", "king"], "").code,
        Some(2)
    );
}
