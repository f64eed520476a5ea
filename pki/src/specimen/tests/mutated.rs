use crate::drive::{Dice, certificate};

use super::keys;
use crate::specimen::Flaw;

/// Every kind in every edition at every level judges them; the driver panics where levels contradict each other.
#[test]
fn damaged_certificates_are_judged_without_a_panic() {
    let mut dice = Dice::new(11);
    for flaw in Flaw::ALL {
        let der = flaw.certificate(keys());
        certificate(&der);
        for _ in 0..12 {
            certificate(&dice.mutate(&der));
        }
    }
}
