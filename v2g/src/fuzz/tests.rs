use super::*;
use alloc::vec::Vec;
use pki::drive::Dice;

/// Settings, habits and the straight way through a charge with DC and with AC, by request.
const DC_CHARGE: &[u8] = &[
    0, 0, 0, 17, 0, 0, 0, 1, 0, 3, 0, 7, 0, 7, 0, 8, 0, 11, 0, 11, 0, 12, 0, 9, 0, 13, 0, 9, 1, 15,
    0, 16, 0,
];
const AC_CHARGE: &[u8] = &[
    1, 0, 0, 17, 0, 0, 0, 1, 0, 3, 1, 6, 0, 7, 1, 8, 0, 9, 0, 10, 0, 9, 2, 8, 0, 9, 0, 9, 1, 16, 0,
];
/// A certificate is installed, one is updated, before the contract is shown.
const INSTALLATION: &[u8] = &[1, 8, 0, 17, 0, 0, 0, 1, 0, 2, 1, 3, 129, 4, 0, 6, 0, 7, 1, 8, 0];
const UPDATE: &[u8] =
    &[0, 72, 2, 17, 0, 0, 0, 1, 0, 2, 1, 3, 133, 5, 0, 25, 0, 6, 0, 7, 1, 8, 0, 16, 0];
/// Settings, then one instruction after the other of what is right.
const CAR: &[u8] = &[0; 80];
/// The same for cars that ask for certificates: to update, for a first one.
const UPDATING_CAR: [u8; 80] = settings([0, 8, 64, 0]);
const INSTALLING_CAR: [u8; 80] = settings([1, 8, 68, 0]);

const fn settings([a, b, c, d]: [u8; 4]) -> [u8; 80] {
    let mut script = [0; 80];
    (script[0], script[1], script[2], script[3]) = (a, b, c, d);
    script
}

const SEEDS: [&[u8]; 7] =
    [DC_CHARGE, AC_CHARGE, INSTALLATION, UPDATE, CAR, &UPDATING_CAR, &INSTALLING_CAR];

#[test]
fn engines_keep_their_promises_on_damaged_scripts() {
    let mut dice = Dice::new(1);
    for round in 0..400 {
        for seed in SEEDS {
            let mut script = seed.to_vec();
            for _ in 0..round % 8 {
                script = dice.mutate(&script);
            }
            run(&script);
        }
    }
}

#[test]
fn engines_keep_their_promises_on_noise() {
    let mut dice = Dice::new(2);
    for _ in 0..1_000 {
        let script: Vec<u8> = (0..dice.below(300)).map(|_| dice.roll().to_le_bytes()[0]).collect();
        run(&script);
    }
}

fn run(script: &[u8]) {
    let done = std::panic::catch_unwind(|| {
        secc(script);
        evcc(script);
    });
    assert!(done.is_ok(), "{script:?}");
}

#[test]
fn damaged_deliveries_are_never_kept_with_a_foreign_key() {
    let vectors = include_str!("../../../test-vectors/delivery/josev-installation.tsv");
    let mut dice = Dice::new(3);
    for row in vectors.lines().skip(1).filter_map(|row| row.split_once('\t')) {
        let digits: Vec<_> = row.1.chars().filter_map(|digit| digit.to_digit(16)).collect();
        let octets: Vec<_> = digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect();
        for how in 0..6 {
            let seed = [&[how], octets.as_slice()].concat();
            delivery(&seed);
            for _ in 0..20 {
                delivery(&dice.mutate(&seed));
            }
        }
    }
}

#[cfg(feature = "iso20-common")]
#[test]
fn damaged_deliveries_of_iso_15118_20_are_never_kept_with_a_foreign_key() {
    let good = exi::Document::to_vec(delivery20::good()).unwrap();
    let mut dice = Dice::new(20);
    for how in 0..7 {
        let seed = [&[how], good.as_slice()].concat();
        delivery20(&seed);
        for _ in 0..5 {
            delivery20(&dice.mutate(&seed));
        }
    }
}
