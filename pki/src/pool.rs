//! Contract pool: what a station or an operator knows about contracts, in memory, with a text form.
//!
//! One contract a line, fields separated by commas, `#` starts a comment:
//!
//! ```text
//! # contract,          state,   valid until (optional),  reason (optional)
//! DE-ABC-C12345678-9,  active,  2027-12-31
//! NL-TNM-012204-5,     blocked, ,                        card reported stolen
//! FR-XYZ-C00000001,    active,  2026-06-30T12:00:00Z
//! ```
//!
//! A day ends with its last second; moments are UTC. The reason may hold commas.

use core::fmt;
use core::fmt::Write as _;
use std::collections::BTreeMap;

use crate::id::{Evcoid, IdError, Likeness};
use crate::time;

/// Contracts by identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContractPool {
    /// By identifier without check digit.
    contracts: BTreeMap<String, Contract>,
}

/// One entry of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Identifier, with its check digit if known.
    pub evcoid: Evcoid,
    /// Whether it may charge.
    pub standing: Standing,
    /// Last second of the contract, seconds since 1970.
    pub valid_until: Option<i64>,
    /// Why it is blocked, or any remark.
    pub reason: Option<String>,
}

/// Whether a contract may charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Active,
    /// It may not.
    Blocked,
}

/// What a pool says about a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractState {
    /// May charge, until that second if one is known.
    Active {
        /// Last second of the contract.
        valid_until: Option<i64>,
    },
    /// May not charge.
    Blocked {
        /// Why, if known.
        reason: Option<String>,
    },
    /// Has ended.
    Expired {
        /// Its last second.
        valid_until: i64,
    },
    /// Not in the pool.
    Unknown {
        /// There is one that differs in the check digit only.
        near: Option<Evcoid>,
    },
}

/// Why a text is no contract pool.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct PoolError {
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong in it.
    pub problem: PoolProblem,
}

/// What is wrong in a line of a contract pool.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolProblem {
    /// The first field is no contract identifier.
    #[error("no contract identifier: {0}")]
    Evcoid(IdError),
    /// The identifier's check digit is wrong, so it is mistyped.
    #[error("check digit {given} is wrong, {expected} is right")]
    CheckDigit {
        /// Digit found.
        given: char,
        /// Digit that belongs there.
        expected: char,
    },
    /// The second field is neither `active` nor `blocked`.
    #[error("state {0:?} is neither \"active\" nor \"blocked\"")]
    State(String),
    /// The third field is no date.
    #[error("{0:?} is neither YYYY-MM-DD nor YYYY-MM-DDThh:mm:ssZ")]
    Date(String),
    /// The contract is already there.
    #[error("the contract is in line {first} already")]
    Duplicate {
        /// Line of the first entry.
        first: usize,
    },
}

impl ContractPool {
    /// An empty pool.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the text form; the error names the first line that cannot be read.
    ///
    /// A wrong check digit is refused unless it is marked as deliberate by `!` in front of the identifier.
    pub fn parse(text: &str) -> Result<Self, PoolError> {
        let mut pool = Self::new();
        let mut lines = BTreeMap::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.split('#').next().unwrap_or_default().trim();
            if content.is_empty() {
                continue;
            }
            let error = |problem| PoolError { line, problem };
            let contract = parse_line(content).map_err(error)?;
            let stem = contract.evcoid.stem().to_owned();
            if let Some(&first) = lines.get(&stem) {
                return Err(error(PoolProblem::Duplicate { first }));
            }
            lines.insert(stem, line);
            pool.insert(contract);
        }
        Ok(pool)
    }

    /// Writes the text form, by identifier.
    pub fn to_text(&self) -> String {
        let mut text = "# contract, state, valid until, reason\n".to_owned();
        for contract in self.iter() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{contract}");
        }
        text
    }

    /// Adds a contract; returns the one that it replaces.
    pub fn insert(&mut self, contract: Contract) -> Option<Contract> {
        self.contracts.insert(contract.evcoid.stem().to_owned(), contract)
    }

    /// Takes a contract out, whatever its check digit.
    pub fn remove(&mut self, evcoid: &Evcoid) -> Option<Contract> {
        self.contracts.remove(evcoid.stem())
    }

    /// Contracts by identifier.
    pub fn iter(&self) -> impl Iterator<Item = &Contract> {
        self.contracts.values()
    }

    /// Number of contracts.
    pub fn len(&self) -> usize {
        self.contracts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.contracts.is_empty()
    }

    /// The entry of a contract: a missing check digit on either side and the DIN or ISO form are tolerated.
    pub fn find(&self, evcoid: &Evcoid) -> Option<&Contract> {
        let direct = self.contracts.get(evcoid.stem()).into_iter();
        let other = evcoid.other_forms().filter_map(|form| self.contracts.get(form.stem()));
        direct.chain(other).find(|contract| {
            matches!(
                contract.evcoid.compare(evcoid),
                Likeness::Same | Likeness::CheckDigitOnOneSide | Likeness::OtherForm
            )
        })
    }

    /// What the pool says about a contract now (seconds since 1970). Blocked goes before expired.
    pub fn resolve(&self, evcoid: &Evcoid, now_unix: i64) -> ContractState {
        let Some(contract) = self.find(evcoid) else {
            return ContractState::Unknown {
                near: self.contracts.get(evcoid.stem()).map(|near| near.evcoid.clone()),
            };
        };
        match (contract.standing, contract.valid_until) {
            (Standing::Blocked, _) => ContractState::Blocked { reason: contract.reason.clone() },
            (Standing::Active, Some(valid_until)) if now_unix > valid_until => {
                ContractState::Expired { valid_until }
            }
            (Standing::Active, valid_until) => ContractState::Active { valid_until },
        }
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.evcoid.check_digit().is_acceptable() { "" } else { "!" };
        let standing = match self.standing {
            Standing::Active => "active",
            Standing::Blocked => "blocked",
        };
        let until = self.valid_until.map(time::text).unwrap_or_default();
        write!(f, "{mark}{}, {standing}, {until}", self.evcoid.separated('-'))?;
        match &self.reason {
            Some(reason) => write!(f, ", {}", one_line(reason)),
            None => Ok(()),
        }
    }
}

/// A reason that neither starts a comment nor another line.
fn one_line(reason: &str) -> String {
    reason.replace(|c: char| c == '#' || c.is_control(), " ").trim().to_owned()
}

fn parse_line(content: &str) -> Result<Contract, PoolProblem> {
    let mut fields = content.splitn(4, ',').map(str::trim);
    let first = fields.next().unwrap_or_default();
    let deliberate = first.strip_prefix('!');
    let evcoid = Evcoid::parse(deliberate.unwrap_or(first)).map_err(PoolProblem::Evcoid)?;
    if let (None, crate::id::CheckDigit::Wrong { given, expected }) =
        (deliberate, evcoid.check_digit())
    {
        return Err(PoolProblem::CheckDigit { given, expected });
    }
    let standing = match fields.next().unwrap_or_default() {
        state if state.eq_ignore_ascii_case("active") => Standing::Active,
        state if state.eq_ignore_ascii_case("blocked") => Standing::Blocked,
        other => return Err(PoolProblem::State(other.to_owned())),
    };
    let valid_until = match fields.next().unwrap_or_default() {
        "" => None,
        date => {
            let moment = time::parse(date).ok_or_else(|| PoolProblem::Date(date.to_owned()))?;
            Some(if date.contains('T') { moment } else { moment + time::DAY - 1 })
        }
    };
    let reason = fields.next().map(one_line).filter(|reason| !reason.is_empty());
    Ok(Contract { evcoid, standing, valid_until, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# a comment
NL-TNM-012204-5,     blocked, ,                     stolen, reported by phone
fr*xyz*c00000001,    Active,  2026-06-30T12:00:00Z  # until noon
DEABC123456789Y,     active,  2027-12-31

!UKSWI123456791A,    active
";

    fn resolve(text: &str, now: &str) -> ContractState {
        let pool = ContractPool::parse(TEXT).unwrap();
        pool.resolve(&Evcoid::parse(text).unwrap(), time::parse(now).unwrap())
    }

    #[test]
    fn contracts_are_found_in_any_spelling_and_judged_by_time() {
        let until = time::parse("2027-12-31T23:59:59Z");
        assert_eq!(
            resolve("de-abc-123456789-y", "2027-12-31T23:59:59Z"),
            ContractState::Active { valid_until: until }
        );
        assert_eq!(
            resolve("DEABC123456789", "2027-12-31"),
            ContractState::Active { valid_until: until }
        );
        assert_eq!(
            resolve("DEABC123456789", "2028-01-01"),
            ContractState::Expired { valid_until: until.unwrap() }
        );
        let blocked =
            ContractState::Blocked { reason: Some("stolen, reported by phone".to_owned()) };
        assert_eq!(resolve("NLTNM0122045", "2026-01-01"), blocked);
        assert_eq!(resolve("NL-TNM-C00122045-K", "2026-01-01"), blocked);
        assert_eq!(
            resolve("UKSWI123456791A", "2026-01-01"),
            ContractState::Active { valid_until: None }
        );
        assert_eq!(resolve("UKSWI123456792", "2026-01-01"), ContractState::Unknown { near: None });
        let near = Evcoid::parse("UKSWI123456791A").ok();
        assert_eq!(resolve("UKSWI1234567915", "2026-01-01"), ContractState::Unknown { near });
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let pool = ContractPool::parse(TEXT).unwrap();
        assert_eq!(pool.len(), 4);
        assert_eq!(ContractPool::parse(&pool.to_text()), Ok(pool));
    }

    #[test]
    fn a_reason_of_control_characters_alone_is_none() {
        let pool = ContractPool::parse("NL-TNM-012204-5, blocked, ,\0\u{b}\0").unwrap();
        assert!(pool.iter().all(|contract| contract.reason.is_none()));
        assert_eq!(ContractPool::parse(&pool.to_text()), Ok(pool));
    }

    #[test]
    fn errors_name_the_line_and_the_problem() {
        for (text, line, message) in [
            (
                "\n\nDEABC12345678, active",
                3,
                "line 3: no contract identifier: 13 letters and digits",
            ),
            ("DEABC123456789X, active", 1, "line 1: check digit X is wrong, Y is right"),
            ("DEABC123456789, revoked", 1, "line 1: state \"revoked\""),
            ("DEABC123456789", 1, "line 1: state \"\""),
            ("# c\nDEABC123456789, active, 2026-02-30", 2, "line 2: \"2026-02-30\" is neither"),
            (
                "DEABC123456789, active\nDE-ABC-123456789-Y, blocked",
                2,
                "line 2: the contract is in line 1 already",
            ),
        ] {
            let error = ContractPool::parse(text).unwrap_err();
            assert_eq!(error.line, line);
            assert!(error.to_string().starts_with(message), "{error}");
        }
    }

    #[test]
    fn mutated_texts_end_in_a_pool_or_an_error() {
        let mut dice = crate::drive::Dice::new(4);
        for _ in 0..5_000 {
            crate::drive::pool(&dice.mutate_text(TEXT));
        }
    }
}
