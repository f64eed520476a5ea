//! Every target on its corpus and on mutations of it, the same each time.

use exi::Schema;
use exi::xml::Form;
use pki::drive::Dice;
use pnc_fuzz::{TARGETS, Target, chosen};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{fs, panic, thread};

/// Mutations of the whole corpus of a target.
const MUTATIONS: usize = 3_000;

#[test]
fn every_target_takes_its_corpus_and_mutations_of_it() {
    let queue = Mutex::new(TARGETS.iter());
    let wrong = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some((name, target)) = next else { return };
                    if let Err(input) = run(name, *target) {
                        wrong.lock().unwrap().push((*name, input));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "panicked on: {wrong:?}");
}

#[test]
fn every_target_has_a_corpus_and_a_binary() {
    for (name, _) in TARGETS {
        assert!(!corpus(name).is_empty(), "{name} has no corpus");
        let binary = root().join("fuzz_targets").join(name).with_extension("rs");
        assert!(binary.exists(), "{} is missing", binary.display());
    }
    let binaries = fs::read_dir(root().join("fuzz_targets")).unwrap().count();
    assert_eq!(binaries, TARGETS.len());
}

#[test]
fn every_message_set_has_messages_and_fragments_in_the_corpus() {
    for (name, decodes) in [("exi", octets as Reads), ("exi_xml", xml)] {
        let corpus = corpus(name);
        for schema in v2g::SCHEMAS {
            let forms = [(Form::Document, schema.documents), (Form::Fragment, schema.fragments)];
            for (form, _) in forms.iter().filter(|(_, roots)| !roots.is_empty()) {
                let which = chosen(schema.name, *form).unwrap();
                let mut seeds = corpus.iter().filter(|seed| seed[0] == which);
                let found = seeds.any(|seed| decodes(schema, *form, &seed[1..]));
                assert!(found, "no seed of {name} for {} {form:?}", schema.name);
            }
        }
    }
}

type Reads = for<'a> fn(&'a Schema, Form, &'a [u8]) -> bool;

fn octets(schema: &Schema, form: Form, octets: &[u8]) -> bool {
    exi::xml::decode(schema, form, octets).is_ok()
}

fn xml(schema: &Schema, form: Form, xml: &[u8]) -> bool {
    str::from_utf8(xml).is_ok_and(|xml| exi::xml::encode(schema, form, xml).is_ok())
}

/// The input that panicked, in hexadecimal.
fn run(name: &str, target: Target) -> Result<(), String> {
    let corpus = corpus(name);
    let mut dice = Dice::new(1);
    for input in &corpus {
        try_on(target, input)?;
    }
    for at in 0..MUTATIONS {
        let mut input = corpus[at % corpus.len()].clone();
        for _ in 0..=dice.below(4) {
            input = dice.mutate(&input);
        }
        if dice.below(8) == 0 {
            let other = &corpus[dice.below(corpus.len())];
            input.extend(&other[dice.below(other.len())..]);
        }
        try_on(target, &input)?;
    }
    Ok(())
}

fn try_on(target: Target, input: &[u8]) -> Result<(), String> {
    panic::catch_unwind(|| target(input))
        .map_err(|_| input.iter().map(|octet| format!("{octet:02x}")).collect())
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = root().join("corpus").join(name);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).filter(|octets| !octets.is_empty()).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
