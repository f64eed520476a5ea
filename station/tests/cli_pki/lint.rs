use crate::command::{Run, pnc};
use crate::support::OnDisk;
use pki::issue::Plan;
use pki::key::PrivateKey;
use pki::profile::{CertificateKind, Edition, Rule};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

#[test]
fn our_own_hierarchy_is_clean_and_every_kind_is_guessed() {
    let disk = OnDisk::new();
    let files: Vec<_> = Edition::Iso2
        .kinds()
        .map(|kind| (kind.name(), disk.path(&format!("certs/{kind}.pem"))))
        .collect();
    let mut arguments = vec!["pki", "lint", "--json"];
    arguments.extend(files.iter().map(|(_, file)| file.as_str()));
    let run = pnc(&arguments, "");
    assert_eq!(run.code, Some(0), "{}", run.out);
    for (object, (kind, file)) in objects(&run).iter().zip(&files) {
        assert_eq!(object["file"], file.as_str());
        assert_eq!((&object["kind"], &object["kind_guessed"]), (&json!(kind), &json!(true)));
        assert_eq!((&object["edition"], &object["level"]), (&json!("2"), &json!("strict")));
        assert_eq!((&object["clean"], &object["broken"]), (&json!(true), &json!([])));
    }
    let chain = pnc(&["pki", "lint", &disk.path("chains/contract.pem")], "");
    assert_eq!(chain.code, Some(0));
    assert_eq!(chain.out.matches("clean").count(), 3, "{}", chain.out);
}

#[test]
fn broken_rules_are_named_with_what_was_found_and_wanted() {
    let disk = OnDisk::new();
    let secc = disk.path("certs/secc.pem");
    let arguments = ["pki", "lint", "--profile", "contract", "--edition", "2", &secc];
    let run = pnc(&arguments, "");
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("contract, ISO 15118-2, strict: 3 rules broken"), "{}", run.out);
    let table = [
        "  rule              requirement  field       found",
        "  key-usage         V2G2-884     key usage   digitalSignature, keyAgreement",
        "  domain-component  V2G2-925     subject DC  CPO",
        "  common-name       V2G2-108     subject CN  \"DE*PNC*E0000001\"",
    ];
    for line in table {
        assert!(run.out.lines().any(|found| found.starts_with(line)), "{line} in {}", run.out);
    }
    let run = pnc(&[&arguments[..], &["--json", "--level", "lenient"]].concat(), "");
    let [object] = &objects(&run)[..] else { panic!("{}", run.out) };
    assert_eq!(
        (&object["kind_guessed"], &object["edition_guessed"]),
        (&false.into(), &false.into())
    );
    assert_eq!(object["level"], "field");
    let rules = object["broken"].as_array().unwrap().iter().map(|broken| &broken["rule"]);
    assert!(rules.eq(["domain-component", "common-name"]), "{object}");
    assert_eq!(
        object["broken"][0],
        json!({
            "rule": "domain-component",
            "requirement": "V2G2-925",
            "field": "subject DC",
            "found": "CPO",
            "wanted": "MO",
        })
    );
}

#[test]
fn what_is_no_certificate_and_what_cannot_be_guessed_is_said() {
    let disk = OnDisk::new();
    let der = disk.hierarchy.secc().leaf.der().to_vec();
    let cut = disk.write("cut.der", &der[..der.len() - 1]);
    let run = pnc(&["pki", "lint", &cut, "--json"], "");
    assert_eq!((run.code, objects(&run)[0]["clean"].as_bool()), (Some(1), Some(false)));
    assert!(objects(&run)[0]["error"].is_string());
    let run = pnc(&["pki", "lint", &disk.path("nothing.pem"), "-"], der);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("nothing.pem") && run.out.contains("secc (guessed)"), "{run:?}");

    let rng = SystemRandom::new();
    let mut plan = Plan::new(CertificateKind::SeccLeaf, "nobody", 0, 1_000_000);
    plan.subject.truncate(1);
    let nameless = plan.issue_self_signed(&PrivateKey::generate(&rng).unwrap(), &rng).unwrap();
    let run = pnc(&["pki", "lint", "-"], nameless.der());
    assert_eq!(run.code, Some(2));
    assert!(run.out.contains("kind unknown: name it with --profile"), "{}", run.out);
    assert_eq!(pnc(&["pki", "lint", "-", "--profile", "secc"], nameless.der()).code, Some(1));
}

#[test]
fn rules_are_listed_with_their_sources() {
    let all = pnc(&["pki", "lint", "--rules"], "");
    assert_eq!((all.code, all.out.lines().count()), (Some(0), 1 + Rule::ALL.len()));
    let rules = |arguments: &[&str]| {
        let run = pnc(&[&["pki", "lint", "--rules", "--json"], arguments].concat(), "");
        objects(&run)
    };
    let size = json!({"rule": "size", "2": "V2G2-010", "20": "ISO 15118-20 Amd 1"});
    assert_eq!(rules(&[])[0], size);
    let vehicle = rules(&["--profile", "vehicle"]);
    assert!(vehicle.iter().all(|row| row["2"] == "" && row["20"] != ""), "{vehicle:?}");
    assert!(vehicle.contains(&json!({"rule": "country", "2": "", "20": "V2G20-2598"})));
    let field = rules(&["--level", "field", "--edition", "2"]);
    assert!(field.len() < 10 && field.iter().all(|row| row["20"] == ""), "{field:?}");
}

#[test]
fn wrong_usage_is_told_from_broken_rules() {
    for arguments in [
        &["pki", "lint"][..],
        &["pki", "lint", "--rules", "-"],
        &["pki", "lint", "-", "--profile", "root"],
        &["pki", "lint", "-", "--edition", "3"],
        &["pki", "lint", "-", "--level", "loose"],
        &["pki", "lint", "-", "--profile", "vehicle", "--edition", "2"],
    ] {
        let run = pnc(arguments, "");
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}: {}", run.err);
        assert!(!run.err.is_empty());
    }
}

fn objects(run: &Run) -> Vec<Value> {
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
