//! The rows that a commit reads and changes, held in memory until they are written together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::database::{Connection, OnConflict, Value};
use super::error::{Refusal, StoreError, What};
use super::model::{
    Authority, Certificate, Client, Contract, ContractData, Crl, Endpoint, Entity, Parcel,
    Provisioning, Reply, Root,
};

/// Everything that a commit may touch.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) authorities: Table<Authority>,
    pub(super) certificates: Table<Certificate>,
    pub(super) provisionings: Table<Provisioning>,
    pub(super) contracts: Table<Contract>,
    pub(super) contract_data: Table<ContractData>,
    pub(super) roots: Table<Root>,
    pub(super) crls: Table<Crl>,
    pub(super) endpoints: Table<Endpoint>,
    pub(super) parcels: Table<Parcel>,
    pub(super) clients: Table<Client>,
    pub(super) replies: Table<Reply>,
    /// Whether every endpoint is among the rows.
    pub(super) all_endpoints: bool,
}

/// Rows of one kind.
pub(super) struct Table<T> {
    /// As read, and as changed by submissions that were accepted; `None`: there is no such row.
    known: HashMap<String, Option<T>>,
    /// As changed by the submission at hand.
    touched: BTreeMap<String, Option<T>>,
    /// To be written.
    changed: BTreeSet<String>,
    /// To be read.
    wanted: BTreeSet<String>,
}

/// Why a change stops.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// A row must be read first.
    Unread,
    Refused(Refusal),
}

/// Longest text and blob in octets.
const LIMITS: (usize, usize) = (1 << 20, 1 << 20);

macro_rules! each {
    ($rows:expr, |$table:ident| $run:expr) => {{
        let Rows {
            authorities,
            certificates,
            provisionings,
            contracts,
            contract_data,
            roots,
            crls,
            endpoints,
            parcels,
            clients,
            replies,
            all_endpoints: _,
        } = $rows;
        each!(@ $table $run; authorities certificates provisionings contracts contract_data roots crls endpoints parcels clients replies);
    }};
    (@ $table:ident $run:expr; $($name:ident)*) => { $( { let $table = $name; $run } )* };
}

impl Rows {
    /// Reads what is wanted.
    pub(super) async fn read(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        each!(self, |table| table.read(connection).await?);
        Ok(())
    }

    pub(super) async fn read_endpoints(
        &mut self,
        connection: &mut Connection,
    ) -> Result<(), StoreError> {
        if !self.all_endpoints {
            let sql = select::<Endpoint>("");
            for endpoint in connection.rows(&sql, [], Endpoint::read).await? {
                self.endpoints.known.entry(endpoint.key()).or_insert(Some(endpoint));
            }
            self.all_endpoints = true;
        }
        Ok(())
    }

    /// Writes what was changed.
    pub(super) async fn write(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        each!(self, |table| table.write(connection).await?);
        Ok(())
    }

    /// Keeps what the submission at hand changed.
    pub(super) fn accept(&mut self) {
        each!(self, |table| table.accept());
    }

    /// Forgets what the submission at hand changed.
    pub(super) fn discard(&mut self) {
        each!(self, |table| table.touched.clear());
    }
}

impl<T: Entity> Table<T> {
    /// Has a row read before the changes begin.
    pub(super) fn want(&mut self, key: impl Into<String>) {
        let key = key.into();
        if !self.known.contains_key(&key) {
            self.wanted.insert(key);
        }
    }

    /// A row as the submission at hand sees it.
    pub(super) fn find(&mut self, key: &str) -> Result<Option<&T>, Stop> {
        if let Some(row) = self.touched.get(key) {
            return Ok(row.as_ref());
        }
        match self.known.get(key) {
            Some(row) => Ok(row.as_ref()),
            None => {
                self.wanted.insert(key.to_owned());
                Err(Stop::Unread)
            }
        }
    }

    /// A row that must be there.
    pub(super) fn require(&mut self, key: &str) -> Result<T, Stop> {
        let found = self.find(key)?.cloned();
        found.ok_or_else(|| Refusal::Missing { what: T::WHAT, key: key.to_owned() }.into())
    }

    /// Refuses if a row is there.
    pub(super) fn forbid(&mut self, key: &str) -> Result<(), Stop> {
        match self.find(key)? {
            Some(_) => Err(Refusal::Taken { what: T::WHAT, key: key.to_owned() }.into()),
            None => Ok(()),
        }
    }

    /// Adds or replaces a row.
    pub(super) fn put(&mut self, row: T) -> Result<(), Stop> {
        check(&row)?;
        self.touched.insert(row.key(), Some(row));
        Ok(())
    }

    /// Takes a row out.
    pub(super) fn remove(&mut self, key: &str) {
        self.touched.insert(key.to_owned(), None);
    }

    /// Every row known, in the order of the keys.
    pub(super) fn all(&self) -> Vec<&T> {
        let mut all: BTreeMap<&str, &Option<T>> =
            self.known.iter().map(|(key, row)| (key.as_str(), row)).collect();
        all.extend(self.touched.iter().map(|(key, row)| (key.as_str(), row)));
        all.into_values().flatten().collect()
    }

    fn accept(&mut self) {
        for (key, row) in std::mem::take(&mut self.touched) {
            self.changed.insert(key.clone());
            self.known.insert(key, row);
        }
    }

    async fn read(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        let wanted: Vec<String> = std::mem::take(&mut self.wanted).into_iter().collect();
        let key = T::COLUMNS.first().unwrap_or(&"");
        for row in connection.rows_of(&select::<T>(""), key, &wanted, T::read).await? {
            self.known.insert(row.key(), Some(row));
        }
        for key in wanted {
            self.known.entry(key).or_insert(None);
        }
        Ok(())
    }

    async fn write(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        let (mut rows, mut gone) = (Vec::new(), Vec::new());
        for key in std::mem::take(&mut self.changed) {
            match self.known.get(&key) {
                Some(Some(row)) => rows.push(row.values()),
                _ => gone.push(key),
            }
        }
        connection.insert(T::TABLE, T::COLUMNS, rows, OnConflict::Replace).await?;
        let key = T::COLUMNS.first().unwrap_or(&"");
        connection.delete(T::TABLE, key, &gone).await
    }
}

/// `SELECT` of all columns of an entity.
pub(super) fn select<T: Entity>(rest: &str) -> String {
    format!("SELECT {} FROM {}{rest}", T::COLUMNS.join(","), T::TABLE)
}

/// Refuses what one of the databases could not hold, so that it cannot spoil the commit of others.
fn check<T: Entity>(row: &T) -> Result<(), Refusal> {
    for (value, column) in row.values().iter().zip(T::COLUMNS) {
        let fits = match value {
            Value::Integer(_) => true,
            Value::Text(text) => {
                text.as_ref().is_none_or(|text| text.len() <= LIMITS.0 && !text.contains('\0'))
            }
            Value::Blob(blob) => blob.as_ref().is_none_or(|blob| blob.len() <= LIMITS.1),
        };
        if !fits {
            return Err(Refusal::Unstorable { what: T::WHAT, column });
        }
    }
    Ok(())
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            touched: BTreeMap::new(),
            changed: BTreeSet::new(),
            wanted: BTreeSet::new(),
        }
    }
}

/// What a refusal is about when no row is at hand.
pub(super) fn wrong_state(what: What, key: impl Into<String>, state: &'static str) -> Stop {
    Refusal::State { what, key: key.into(), state }.into()
}
