use core::fmt;

use super::{CheckDigit, Evcoid, EvcoidKind, Evseid, EvseidKind, IdError, Pcid};

/// What one text is, read as one kind of identifier: made for display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Kind and form.
    pub kind: IdKind,
    /// Normal form.
    pub normal: String,
    /// Form with separators.
    pub separated: String,
    /// Check digit, given and expected.
    pub check: CheckDigit,
    /// The same identifier in other forms.
    pub conversions: Vec<(IdKind, String)>,
}

/// Kind and form of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdKind {
    /// Contract.
    Evcoid(EvcoidKind),
    /// Charging point.
    Evseid(EvseidKind),
    /// Car.
    Pcid,
}

/// Reads a text as every kind of identifier and judges each reading, contracts first.
///
/// When no kind fits, the error is the one of the reading that came furthest.
pub fn identify(text: &str) -> Result<Vec<Verdict>, IdError> {
    let readings = [
        Evcoid::parse(text).map(|id| Verdict::from(&id)),
        Evseid::parse(text).map(|id| Verdict::from(&id)),
        Pcid::parse(text).map(|id| Verdict::from(&id)),
    ];
    let mut verdicts = Vec::new();
    let mut furthest: Option<IdError> = None;
    for reading in readings {
        match reading {
            Ok(verdict) => verdicts.push(verdict),
            Err(error) if furthest.is_none_or(|other| error.at > other.at) => {
                furthest = Some(error)
            }
            Err(_) => {}
        }
    }
    match furthest {
        Some(error) if verdicts.is_empty() => Err(error),
        _ => Ok(verdicts),
    }
}

impl From<&Evcoid> for Verdict {
    fn from(id: &Evcoid) -> Self {
        let conversions = id.other_forms();
        Self {
            kind: IdKind::Evcoid(id.kind()),
            normal: id.normal().to_owned(),
            separated: id.separated('-'),
            check: id.check_digit(),
            conversions: conversions
                .map(|form| (IdKind::Evcoid(form.kind()), form.separated('-')))
                .collect(),
        }
    }
}

impl From<&Evseid> for Verdict {
    fn from(id: &Evseid) -> Self {
        Self {
            kind: IdKind::Evseid(id.kind()),
            normal: id.normal().to_owned(),
            separated: id.separated(),
            check: CheckDigit::Undefined,
            conversions: Vec::new(),
        }
    }
}

impl From<&Pcid> for Verdict {
    fn from(id: &Pcid) -> Self {
        Self {
            kind: IdKind::Pcid,
            normal: id.normal().to_owned(),
            separated: id.normal().to_owned(),
            check: id.check_digit(),
            conversions: Vec::new(),
        }
    }
}

impl fmt::Display for IdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Evcoid(EvcoidKind::Iso) => "contract (EVCOID, ISO form)",
            Self::Evcoid(EvcoidKind::Emi3) => "contract (EVCOID, eMI3 form)",
            Self::Evcoid(EvcoidKind::Din) => "contract (EVCOID, DIN form)",
            Self::Evcoid(EvcoidKind::Extended) => "contract (EVCOID, long form)",
            Self::Evseid(EvseidKind::Iso) => "charging point (EVSEID, ISO form)",
            Self::Evseid(EvseidKind::Din) => "charging point (EVSEID, DIN form)",
            Self::Pcid => "car (PCID)",
        })
    }
}

impl fmt::Display for CheckDigit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid(digit) => write!(f, "{digit}, right"),
            Self::Wrong { given, expected } => write!(f, "{given}, wrong: {expected} expected"),
            Self::Absent { expected } => write!(f, "none given, {expected} would be right"),
            Self::Undefined => f.write_str("none defined"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.kind)?;
        writeln!(f, "  normal form  {}", self.normal)?;
        writeln!(f, "  separated    {}", self.separated)?;
        write!(f, "  check digit  {}", self.check)?;
        for (kind, text) in &self.conversions {
            write!(f, "\n  same as      {text}, {kind}")?;
        }
        Ok(())
    }
}
