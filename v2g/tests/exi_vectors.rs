//! The EXI vectors hold in both codecs, and nothing near them makes either panic.

mod exi_rows;
mod exi_strict;

use exi::Kind;
use exi::xml::{self, Form};
use exi_rows::{Row, rows};
use std::path::Path;
use std::{fs, io};

/// Every row of every file; of sets that are not built there are none.
fn all() -> io::Result<Vec<Row>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/exi");
    let files: io::Result<Vec<_>> = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect();
    let mut files = files?;
    files.sort();
    let files: io::Result<Vec<_>> = files.iter().map(fs::read_to_string).collect();
    let files = files?;
    let all: Vec<_> = files.iter().flat_map(|file| rows(file)).collect();
    if cfg!(feature = "messages") {
        assert_eq!(all.len(), files.iter().map(|f| f.lines().count()).sum::<usize>());
    }
    Ok(all)
}

#[test]
fn both_codecs_agree_with_an_independent_processor_in_both_directions() {
    for row in all().unwrap() {
        row.check().unwrap_or_else(|why| panic!("{}: {why}", row.id));
    }
}

#[test]
fn every_cut_message_ends_in_eof() {
    for row in all().unwrap() {
        for octets in [&row.octets].into_iter().chain(&row.variants) {
            for cut in 0..octets.len() {
                let error = row.recode(&octets[..cut]).unwrap_err();
                assert_eq!((error.kind, error.bit), (Kind::Eof, 8 * cut), "{} at {cut}", row.id);
            }
        }
    }
}

#[test]
fn octets_behind_a_message_are_left_alone() {
    for row in all().unwrap() {
        let longer = [&row.octets[..], &[0]].concat();
        assert_eq!(row.recode(&longer).as_deref(), Ok(&row.octets[..]), "{}", row.id);
    }
}

#[test]
fn a_flipped_bit_gives_an_error_or_a_message_that_both_codecs_read_alike() {
    let mut read = 0;
    for row in all().unwrap() {
        // The codes of the header and the root element are not part of this.
        let first = if row.form == Form::Document { 16 } else { 17 };
        // Some sixty bits of each row, at odd distances so that all places of an octet come up.
        let step = (row.octets.len() / 8) | 1;
        for bit in (first..8 * row.octets.len()).step_by(step) {
            let mut octets = row.octets.clone();
            octets[bit / 8] ^= 0x80 >> (bit % 8);
            let typed = row.recode(&octets);
            if let Ok(again) = &typed {
                read += 1;
                assert_eq!(row.recode(again).as_ref(), Ok(again), "{} bit {bit}", row.id);
            }
            // The interpreter is slow: some of the bits have to do.
            if (bit / step) % 13 == row.octets.len() % 13 {
                let seen = xml::interpret(row.schema, row.form, &octets);
                let again =
                    typed.as_ref().map(|o| xml::interpret(row.schema, row.form, o).unwrap());
                assert_eq!(seen.is_ok(), typed.is_ok(), "{} bit {bit}: {seen:?} {typed:?}", row.id);
                assert_eq!(seen.ok(), again.ok(), "{} bit {bit}", row.id);
            }
        }
    }
    assert!(read > 1000);
}

#[test]
fn random_octets_never_panic() {
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let all = all().unwrap();
    for round in 0..20_000 {
        let row = &all[next() as usize % all.len()];
        let mut octets = row.octets.clone();
        // A good beginning, then noise, so that every state meets some.
        let from = 3 + next() as usize % octets.len().max(4);
        octets.truncate(from);
        octets.extend((0..next() % 60).flat_map(|_| next().to_be_bytes()));
        if let Ok(again) = row.recode(&octets) {
            assert_eq!(row.recode(&again).as_ref(), Ok(&again), "{} round {round}", row.id);
        }
        if round % 20 == 0 {
            let _ = xml::interpret(row.schema, row.form, &octets);
        }
    }
}
