use std::fmt;
use std::str::FromStr;

use super::{Code, Problem};

/// What a client is in the market, and so what it may do. Which role may use which route stands in the route table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Admin,
    /// Mobility operator: contracts, the certificates of their authorities.
    Emsp,
    /// Station operator: asks for contract certificates on behalf of cars, enrols stations.
    Cpo,
    /// Car maker: the pool of provisioning certificates.
    Oem,
    /// Provisioning service: signs contract data.
    Cps,
    /// Reads what is there, changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Admin, Self::Emsp, Self::Cpo, Self::Oem, Self::Cps, Self::Auditor];

    /// The name in tokens, configuration and documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Emsp => "emsp",
            Self::Cpo => "cpo",
            Self::Oem => "oem",
            Self::Cps => "cps",
            Self::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role: admin, emsp, cpo, oem, cps or auditor")]
pub struct NoRole(String);

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        let role = Self::ALL.into_iter().find(|role| role.name() == text);
        role.ok_or_else(|| NoRole(text.to_owned()))
    }
}

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without credentials.
    Public,
    /// Clients with one of these roles, and admins.
    Roles(&'static [Role]),
}

/// A client that has shown who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Its identifier in the store.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// What the identifiers that it may touch begin with: country and provider of contracts, manufacturer of cars. None
    /// for any.
    pub parties: Option<Vec<String>>,
}

impl Principal {
    /// Whether it has a role; an admin has all.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&Role::Admin) || self.roles.contains(&role)
    }

    /// Whose things are its own in the store; none for those of nobody in particular.
    pub fn owner(&self) -> Option<String> {
        self.parties.as_ref().map(|parties| parties.join(","))
    }

    /// Refuses identifiers (in normal form) of other parties.
    pub fn owns(&self, identifier: &str) -> Result<(), Problem> {
        if self.may_touch(identifier) {
            return Ok(());
        }
        Err(Problem::new(Code::ForeignParty, format!("{identifier} is not of this client's party")))
    }

    /// Whether an identifier (in normal form) is of its party.
    pub fn may_touch(&self, identifier: &str) -> bool {
        match &self.parties {
            Some(parties) if !self.roles.contains(&Role::Admin) => {
                parties.iter().any(|party| identifier.starts_with(party.as_str()))
            }
            _ => true,
        }
    }
}

impl Access {
    /// Whether a client may use the route.
    pub fn allows(self, principal: Option<&Principal>) -> Result<(), Problem> {
        match (self, principal) {
            (Self::Public, _) => Ok(()),
            (Self::Roles(_), None) => Err(Problem::new(
                Code::Unauthenticated,
                "a token or a client certificate is wanted",
            )),
            (Self::Roles(roles), Some(principal)) => {
                if roles.iter().any(|role| principal.has(*role)) || principal.has(Role::Admin) {
                    return Ok(());
                }
                let roles: Vec<_> = roles.iter().map(|role| role.name()).collect();
                let detail = format!("for {} only", roles.join(", "));
                Err(Problem::new(Code::Forbidden, detail))
            }
        }
    }
}
