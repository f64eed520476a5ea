//! Every target on its corpus and on mutations of it, the same each time.

use pki::drive::Dice;
use pnc_fuzz::{TARGETS, Target};
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
