//! What the manifest says of each file is what the commands say.

use crate::command::pnc;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn verification_and_profiles_agree_with_the_manifest() {
    let work = tempfile::tempdir().unwrap();
    let directory = work.path().join("fixtures");
    let place = directory.to_str().unwrap();
    assert_eq!(pnc(&["pki", "fixtures", place, "--edition", "2"], "").code, Some(0));
    let manifest = parsed(&fs::read_to_string(directory.join("manifest.json")).unwrap());
    let path = |name: &Value| directory.join(text(name)).to_str().unwrap().to_owned();
    let chains = manifest["chains"].as_array().unwrap();
    let mut refused = BTreeSet::new();
    for (number, chain) in chains.iter().enumerate() {
        // Each at one level, so that all three have their turn.
        let level = ["strict", "field", "lab"][number % 3];
        let wanted = &chain["expected"][level];
        let (file, at) = (path(&chain["file"]), text(&manifest["at"]));
        let mut arguments = vec!["pki", "verify", &file, "--json", "--level", level, "--at", at];
        arguments.extend(["--edition", text(&chain["edition"]), "--role", text(&chain["role"])]);
        let anchors: Vec<String> = chain["anchors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|anchor| {
                let (kind, file) = text(anchor).split_once(':').unwrap();
                format!("{kind}:{}", directory.join(file).display())
            })
            .collect();
        arguments.push("--anchors");
        arguments.extend(anchors.iter().map(String::as_str));
        let run = pnc(&arguments, "");
        let object = parsed(&run.out);
        assert_eq!(run.code, Some(if wanted["verified"] == true { 0 } else { 1 }), "{file}");
        let found = if object["verified"] == true {
            json!({"verified": true})
        } else {
            refused.insert(text(&chain["defect"]));
            let error = &object["error"];
            let rules: Vec<_> =
                error["broken"].as_array().unwrap().iter().map(|broken| &broken["rule"]).collect();
            json!({"verified": false, "check": error["check"], "at": error["at"], "rules": rules})
        };
        assert_eq!(found, *wanted, "{file}, {level}");
        if let Some(key) = chain["key"].as_str() {
            let mode = fs::metadata(directory.join(key)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{key}");
        }
    }
    assert!(chains.len() > 160 && refused.len() > 40, "{} {}", chains.len(), refused.len());
    let flaws = manifest["certificates"].as_array().unwrap();
    for (number, flaw) in flaws.iter().enumerate() {
        let level = ["strict", "field", "lab"][number % 3];
        let file = path(&flaw["file"]);
        let (edition, kind) = (text(&flaw["edition"]), text(&flaw["kind"]));
        let run = pnc(
            &[
                "pki",
                "lint",
                &file,
                "--json",
                "--edition",
                edition,
                "--profile",
                kind,
                "--level",
                level,
            ],
            "",
        );
        let object = parsed(&run.out);
        let rules: Vec<_> =
            object["broken"].as_array().unwrap().iter().map(|broken| &broken["rule"]).collect();
        assert_eq!(json!(rules), flaw["expected"][level], "{file}, {level}");
    }
    assert!(flaws.len() > 40, "{}", flaws.len());
    let revoked = &manifest["revocation"][0];
    let [list, certificate, issuer] =
        ["list", "certificate", "issuer"].map(|name| path(&revoked[name]));
    let run = pnc(&["pki", "crl", "check", &list, &certificate, &issuer], "");
    assert!(run.code == Some(1) && run.out.contains("revoked"), "{}", run.out);
}

#[test]
fn fixtures_of_both_editions_are_made_where_nothing_is_and_nowhere_else() {
    let work = tempfile::tempdir().unwrap();
    let directory = work.path().join("fixtures");
    let place = directory.to_str().unwrap();
    let run = pnc(&["pki", "fixtures", place, "--json"], "");
    let manifest = parsed(&run.out);
    let editions: BTreeSet<_> = manifest["chains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chain| text(&chain["edition"]))
        .collect();
    assert_eq!((run.code, editions), (Some(0), BTreeSet::from(["2", "20"])));
    for list in ["chains", "certificates"] {
        for row in manifest[list].as_array().unwrap() {
            assert!(directory.join(text(&row["file"])).is_file(), "{row}");
        }
    }
    let names: BTreeSet<_> =
        fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["2", "20", "manifest.json"].map(Into::into).into());
    let run = pnc(&["pki", "fixtures", place], "");
    assert!(run.code == Some(1) && run.err.contains("not empty"), "{}", run.err);
}
