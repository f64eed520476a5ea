use super::Level;
use crate::id::{Evcoid, IdError, Likeness};

/// Outcome of comparing the identifier that a car claims with the one its certificate proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Same identifier, separators and case aside.
    Proven,
    /// Same contract written differently: tolerated, worth a line in the log.
    Tolerated(Likeness),
    /// Not the identifier that the certificate proves.
    Refused(Likeness),
    /// The claim is no contract identifier.
    Unreadable(IdError),
}

/// Compares a claimed `eMAID` with the identifier of a verified contract certificate.
///
/// Separators and case never count. A check digit on one side only, or the other form of the same contract, is tolerated
/// below the strict level.
pub fn compare_claim(claimed: &str, certified: &Evcoid, level: Level) -> Claim {
    let claimed = match Evcoid::parse(claimed) {
        Ok(claimed) => claimed,
        Err(error) => return Claim::Unreadable(error),
    };
    match claimed.compare(certified) {
        Likeness::Same => Claim::Proven,
        likeness @ (Likeness::CheckDigitOnOneSide | Likeness::OtherForm)
            if level > Level::Strict =>
        {
            Claim::Tolerated(likeness)
        }
        likeness => Claim::Refused(likeness),
    }
}

impl Claim {
    /// Whether the session may go on with this contract.
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::Proven | Self::Tolerated(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_judged_by_level() {
        let certified = Evcoid::parse("UKSWI123456791A").unwrap();
        for level in Level::ALL {
            assert_eq!(compare_claim("uk-swi-123456791-a", &certified, level), Claim::Proven);
            let wrong = Claim::Refused(Likeness::CheckDigitsDiffer);
            assert_eq!(compare_claim("UKSWI1234567915", &certified, level), wrong);
            assert!(!wrong.is_accepted());
            assert_eq!(
                compare_claim("UKSWI123456792A", &certified, level),
                Claim::Refused(Likeness::Different)
            );
            assert!(matches!(compare_claim("UKSWI", &certified, level), Claim::Unreadable(_)));
        }
        let one = Likeness::CheckDigitOnOneSide;
        assert_eq!(
            compare_claim("UKSWI123456791", &certified, Level::Field),
            Claim::Tolerated(one)
        );
        assert_eq!(compare_claim("UKSWI123456791", &certified, Level::Strict), Claim::Refused(one));
    }
}
