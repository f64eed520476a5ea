//! The crates import one another only along the arrows of ARCHITECTURE.md.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// What each package may import of this workspace.
const ARROWS: &[(&str, &[&str])] = &[
    ("pnc-exi-derive", &[]),
    ("pnc-exi", &["pnc-exi-derive"]),
    ("pnc-slac", &[]),
    ("pnc-pki", &[]),
    ("pnc-pki-hsm", &["pnc-pki"]),
    ("pnc-pki-service", &["pnc-exi", "pnc-pki", "pnc-v2g"]),
    ("pnc-v2g", &["pnc-exi", "pnc-pki"]),
    ("pnc-tls", &["pnc-pki"]),
    (
        "pnc",
        &["pnc-exi", "pnc-slac", "pnc-pki", "pnc-pki-hsm", "pnc-pki-service", "pnc-v2g", "pnc-tls"],
    ),
    ("pnc-examples", &["pnc-exi", "pnc-slac", "pnc-pki", "pnc-v2g", "pnc-tls", "pnc"]),
];

/// Packages that do no I/O, and what would give it to them.
const SANS_IO: &[&str] = &["pnc-exi", "pnc-slac", "pnc-pki", "pnc-v2g", "pnc-tls"];
const IO: &[&str] =
    &["tokio", "tokio-rustls", "socket2", "nix", "libc", "mio", "async-io", "getrandom"];

#[test]
fn the_crates_import_one_another_only_along_the_arrows() {
    let imports = imports();
    let members: BTreeSet<&str> = imports.keys().map(String::as_str).collect();
    assert_eq!(members, ARROWS.iter().map(|(name, _)| *name).collect());
    for (name, allowed) in ARROWS {
        for import in imports[*name].iter().filter(|import| members.contains(import.as_str())) {
            assert!(allowed.contains(&import.as_str()), "{name} imports {import}");
        }
    }
}

#[test]
fn the_libraries_cannot_do_io() {
    let imports = imports();
    for name in SANS_IO {
        for io in IO {
            assert!(!imports[*name].contains(*io), "{name} imports {io}");
        }
    }
}

/// Dependencies that are built into each package; those for tests alone do not count.
#[cfg(test)]
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let built = dependencies.filter(|d| d["kind"].is_null() || d["kind"] == "build");
            (text(&package["name"]), built.map(|d| text(&d["name"])).collect())
        })
        .collect()
}
