//! `pnc pki audit` on a store made for the test.

use crate::command::pnc;
use pki_service::audit::{Head, Seal};
use pki_service::store::{Actor, Authority, Change, Options, Store, Submission};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

const NOW: i64 = 1_800_000_000;

/// Records 1 and 2 are authorities, record 3 a signed head; the signer's certificate lies beside.
fn store() -> (TempDir, String, String, Head) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (file, signer) = (path("store.db"), path("signer.pem"));
    let hierarchy =
        pki::Hierarchy::generate(&SystemRandom::new(), NOW, pki::issue::Options::default())
            .unwrap();
    fs::write(&signer, pki::pem::certificate(hierarchy.cps().leaf.der())).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let head = runtime.block_on(async {
        let store = Store::open(&format!("sqlite:{file}"), Options::default()).await.unwrap();
        let actor = Actor { client: "tester".to_owned(), request: "r-1".to_owned() };
        let commit = async |change| {
            store.commit(Submission::new(NOW, actor.clone()).with(change)).await.unwrap()
        };
        for name in ["mo_sub1", "mo_sub2"] {
            let authority = Authority {
                name: name.to_owned(),
                kind: "mo-sub2".to_owned(),
                subject: "CN=MO Sub\x1b[2J".to_owned(),
                certificate: vec![0x30, 0],
                chain: Vec::new(),
                not_before: NOW,
                not_after: NOW,
                retired: None,
            };
            commit(Change::PutAuthority(authority)).await;
        }
        let head = store.audit_head().await.unwrap();
        let seal = Seal::sign(head, &*hierarchy.cps().key, &SystemRandom::new()).unwrap();
        commit(Change::Seal(seal)).await;
        let head = store.audit_head().await.unwrap();
        store.close().await;
        head
    });
    (directory, file, signer, head)
}

#[test]
fn a_log_as_written_is_whole_and_leads_through_its_heads() {
    let (_directory, file, signer, head) = store();
    let shown = pnc(&["pki", "audit", "show", "--head", &file], "");
    assert_eq!((shown.code, shown.out.trim()), (Some(0), head.to_string().as_str()));
    let run = pnc(&["pki", "audit", "verify", &file, "--known", shown.out.trim()], "");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.starts_with("whole: 3 records, 0 certificates, 1 signed heads"), "{run:?}");
    let url = format!("sqlite:{file}");
    let run = pnc(&["pki", "audit", "verify", &url, "--json", "--signer", &signer], "");
    let object: Value = serde_json::from_str(&run.out).unwrap();
    let expected = json!({
        "whole": true, "records": 3, "head": head.to_string(), "certificates": 0,
        "signed_heads": 1, "finding": null,
    });
    assert_eq!((run.code, object), (Some(0), expected));
}

#[test]
fn an_altered_log_is_not_whole_and_the_first_bad_record_is_named() {
    let (_directory, file, _, head) = store();
    let mut octets = fs::read(&file).unwrap();
    // The records lie in the file as text, the newest in front.
    let at = octets.windows(8).position(|window| window == b"mo_sub2\"").unwrap();
    octets[at + 6] = b'3';
    fs::write(&file, octets).unwrap();
    let run = pnc(&["pki", "audit", "verify", &file], "");
    assert_eq!(run.code, Some(1));
    assert!(run.out.starts_with("not whole: record 2: the record or its hash"), "{run:?}");
    let run = pnc(&["pki", "audit", "verify", &file, "--json"], "");
    let object: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&object["whole"], &object["finding"]["record"]), (&json!(false), &json!(2)));

    let (_directory, file, signer, _) = store();
    let other = pnc(&["pki", "audit", "verify", &file, "--known", &head.to_string()], "");
    assert_eq!(other.code, Some(1));
    assert!(other.out.contains("record 3: the log does not lead"), "{other:?}");
    fs::write(&signer, pki::pem::certificate(&foreign())).unwrap();
    let run = pnc(&["pki", "audit", "verify", &file, "--signer", &signer], "");
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("record 3: the seal does not hold"), "{run:?}");
}

fn foreign() -> Vec<u8> {
    let options = pki::issue::Options::default();
    let hierarchy = pki::Hierarchy::generate(&SystemRandom::new(), NOW, options).unwrap();
    hierarchy.cps().leaf.der().to_vec()
}

#[test]
fn records_are_shown_from_anywhere_and_cannot_steer_the_terminal() {
    let (_directory, file, _, _) = store();
    let run = pnc(&["pki", "audit", "show", &file], "");
    assert_eq!((run.code, run.out.lines().count()), (Some(0), 3));
    assert!(run.out.contains("       2  2027-01-15T08:00:00Z  authority.put  mo_sub2"), "{run:?}");
    assert!(run.out.contains("by tester r-1") && !run.out.contains('\x1b'), "{run:?}");
    let run = pnc(&["pki", "audit", "show", &file, "--json", "--from", "2", "--limit", "1"], "");
    let object: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&object["seq"], &object["object"]), (&json!(2), &json!("mo_sub2")));
    let last = pnc(&["pki", "audit", "show", &file, "--limit", "1"], "");
    assert!(last.out.contains("audit.sealed"), "{last:?}");
}

#[test]
fn what_is_no_store_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let absent = directory.path().join("absent.db");
    let run = pnc(&["pki", "audit", "verify", absent.to_str().unwrap()], "");
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(!absent.exists() && !run.err.is_empty());
    let text = directory.path().join("text");
    fs::write(&text, "no database ".repeat(999)).unwrap();
    let run = pnc(&["pki", "audit", "verify", text.to_str().unwrap()], "");
    assert_eq!(run.code, Some(1));
    for wrong in [
        &["pki", "audit", "verify", "mysql://db/pnc"][..],
        &["pki", "audit", "verify", "x.db", "--known", "3"],
        &["pki", "audit", "verify", "x.db", "--signer", "absent.pem"],
        &["pki", "audit", "show", "x.db", "--head", "--from", "1"],
    ] {
        let run = pnc(wrong, "");
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{run:?}");
    }
}
