use core::fmt;

use super::{
    CheckDigit, Evccid, EvccidKind, Evcoid, EvcoidKind, Evseid, EvseidKind, IdError, Party, Pcid,
    Seccid, Vin,
};

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
    /// Who issued it, where the form names a country and a party.
    pub party: Option<Party>,
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
    /// Station.
    Seccid,
    /// Car, for contract deliveries.
    Pcid,
    /// Car's communication controller.
    Evccid(EvccidKind),
    /// Vehicle identification number.
    Vin,
}

/// Reads a text as every kind of identifier and judges each reading, contracts first.
///
/// When no kind fits, the error is the one of the reading that came furthest.
pub fn identify(text: &str) -> Result<Vec<Verdict>, IdError> {
    let readings = [
        Evcoid::parse(text).map(|id| Verdict::from(&id)),
        Evseid::parse(text).map(|id| Verdict::from(&id)),
        Seccid::parse(text).map(|id| Verdict::from(&id)),
        Pcid::parse(text).map(|id| Verdict::from(&id)),
        Evccid::parse(text).map(|id| Verdict::from(&id)),
        Vin::parse(text).map(|id| Verdict::from(&id)),
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
            party: Some(id.into()),
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
            party: id.try_into().ok(),
            conversions: Vec::new(),
        }
    }
}

impl From<&Seccid> for Verdict {
    fn from(id: &Seccid) -> Self {
        let party = id.party();
        Self { party, ..plain(IdKind::Seccid, id.normal(), id.separated(), id.check_digit()) }
    }
}

impl From<&Pcid> for Verdict {
    fn from(id: &Pcid) -> Self {
        plain(IdKind::Pcid, id.normal(), id.normal().to_owned(), id.check_digit())
    }
}

impl From<&Evccid> for Verdict {
    fn from(id: &Evccid) -> Self {
        plain(IdKind::Evccid(id.kind()), id.normal(), id.separated(), id.check_digit())
    }
}

impl From<&Vin> for Verdict {
    fn from(id: &Vin) -> Self {
        plain(IdKind::Vin, id.normal(), id.normal().to_owned(), id.check_digit())
    }
}

fn plain(kind: IdKind, normal: &str, separated: String, check: CheckDigit) -> Verdict {
    let normal = normal.to_owned();
    Verdict { kind, normal, separated, check, party: None, conversions: Vec::new() }
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
            Self::Seccid => "station (SECCID)",
            Self::Pcid => "car (PCID)",
            Self::Evccid(EvccidKind::Mac) => "car's controller (EVCCID, MAC address)",
            Self::Evccid(EvccidKind::Iso20) => "car's controller (EVCCID, ISO 15118-20 form)",
            Self::Vin => "car (VIN)",
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
        if let Some(party) = self.party {
            write!(f, "\n  party        {party}")?;
        }
        for (kind, text) in &self.conversions {
            write!(f, "\n  same as      {text}, {kind}")?;
        }
        Ok(())
    }
}
