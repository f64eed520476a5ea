use pki::drive::{Dice, certificate};

use crate::cases::CASES;

/// Every kind in every edition at every level judges them; the driver panics where levels contradict each other.
#[test]
fn damaged_certificates_are_judged_without_a_panic() {
    let mut dice = Dice::new(11);
    for case in CASES {
        let der = case.draft().der();
        certificate(&der);
        for _ in 0..12 {
            certificate(&dice.mutate(&der));
        }
    }
}
