use crate::command::pnc;
use crate::support::OnDisk;
use pki::Evcoid;
use pki::chain::Role;
use pki::issue::Defect;
use pki::profile::Edition;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_contract_resolves_to_its_identifier_and_its_state() {
    let disk = OnDisk::of(Edition::Iso2);
    let (chain, root) = (disk.path("chains/contract.pem"), disk.path("certs/mo_root.pem"));
    let resolve = |pool: &str| {
        let pool = disk.write("pool.txt", pool.as_bytes());
        let run =
            pnc(&["pki", "resolve", &chain, "--anchors", &root, "--pool", &pool, "--json"], "");
        let object = object(&run.out);
        (run.code, object["state"].as_str().unwrap().to_owned(), object["why"].clone())
    };
    let good = |state: &str| (Some(0), state.to_owned());
    let bad = |state: &str| (Some(1), state.to_owned());
    let short = |(code, state, _)| (code, state);
    assert_eq!(short(resolve("DE-PNC-C00000001, active")), good("active"));
    assert_eq!(short(resolve("DE-PNC-C00000001-A, active, 2020-01-01")), bad("expired"));
    assert_eq!(
        resolve("DE-PNC-C00000001, blocked, , stolen"),
        (Some(1), "blocked".into(), json!("stolen"))
    );
    assert_eq!(short(resolve("DE-PNC-C00000002, active")), bad("unknown"));
    let run = pnc(&["pki", "resolve", &chain, "--anchors", &root], "");
    assert_eq!(run.code, Some(0));
    assert!(
        run.out.starts_with("DE-PNC-C00000001-A\n") && run.out.contains("not asked"),
        "{}",
        run.out
    );
    let other = disk.path("certs/oem_root.pem");
    let run = pnc(&["pki", "resolve", &chain, "--anchors", &other, "--json"], "");
    assert_eq!((run.code, &object(&run.out)["error"]["check"]), (Some(1), &json!("issuer")));
}

#[test]
fn a_batch_answers_every_line_in_order_whatever_stands_there() {
    let disk = OnDisk::of(Edition::Iso2);
    let (rng, now) = (SystemRandom::new(), pnc::time::unix());
    let mut lines = Vec::new();
    for number in 0..300 {
        let evcoid = Evcoid::from_elements("DE", "PNC", &format!("C{number:08}")).unwrap();
        let contract = disk.hierarchy.issue_contract(&rng, &evcoid, now).unwrap();
        let pem: String = contract.chain().map(pki::pem::certificate).collect();
        let base64: Vec<_> = contract.chain().map(pki::pem::to_base64).collect();
        lines.push(match number % 3 {
            0 => json!({"id": number, "chain": pem}).to_string(),
            1 => json!({"id": number, "chain": base64}).to_string(),
            _ => disk.write(&format!("batch/{number}.pem"), pem.as_bytes()),
        });
    }
    let damaged = disk.hierarchy.damaged(Role::Contract, Defect::TamperedSignature, &rng).unwrap();
    let damaged: Vec<_> = std::iter::once(&damaged.leaf)
        .chain(&damaged.subs)
        .map(|der| pki::pem::to_base64(der))
        .collect();
    lines[17] = json!({"id": [17], "chain": damaged}).to_string();
    lines[18] = "{\"chain\": 7}".to_owned();
    lines[19] = "/nowhere/at/all.pem".to_owned();
    lines[20] = "x".repeat(300_000);
    lines[21] = String::new();
    lines[22] = "{\"chain\": []}".to_owned();
    let (root, pool) =
        (disk.path("certs/mo_root.pem"), disk.write("pool.txt", b"DE-PNC-C00000005, blocked"));
    let file = disk.write("batch.ndjson", lines.join("\r\n").as_bytes());
    for threads in ["1", "7"] {
        let arguments = [
            "pki",
            "resolve",
            "--batch",
            &file,
            "--anchors",
            &root,
            "--pool",
            &pool,
            "--threads",
            threads,
        ];
        let run = pnc(&arguments, "");
        assert_eq!(run.code, Some(1));
        assert!(
            run.err.contains("299 lines: 0 may charge, 295 may not, 4 unreadable"),
            "{}",
            run.err
        );
        let answers: Vec<Value> = run.out.lines().map(object).collect();
        assert_eq!(answers.len(), 299);
        let numbers = answers.iter().map(|answer| answer["line"].as_u64().unwrap());
        assert!(numbers.eq((1..=300).filter(|number| *number != 22)));
        assert_eq!(answers[5]["state"], "blocked");
        assert_eq!(
            answers[6]["evcoid"],
            Evcoid::parse("DEPNCC00000006").unwrap().with_check_digit().normal()
        );
        assert_eq!((&answers[6]["id"], &answers[6]["state"]), (&json!(6), &json!("unknown")));
        assert_eq!(
            (&answers[17]["id"], &answers[17]["error"]["check"]),
            (&json!([17]), &json!("signature"))
        );
        for unreadable in [18, 19, 20, 21] {
            assert_eq!(answers[unreadable]["error"]["check"], "input", "{}", answers[unreadable]);
        }
    }
    // Without a pool nothing speaks against them; from standard input.
    let input = lines[..15].join("\n");
    let run = pnc(&["pki", "resolve", "--batch", "-", "--anchors", &root], input);
    assert_eq!((run.code, run.out.lines().count()), (Some(0), 15), "{}", run.err);
}
