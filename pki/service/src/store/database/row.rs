use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Type, ValueRef as _};

use crate::store::error::StoreError;

/// A value that a statement takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
}

/// A row that a statement gives, read column by column from the left.
pub(in crate::store) struct Row {
    columns: Columns,
    next: usize,
}

enum Columns {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(super) fn all_of_sqlite(rows: Vec<SqliteRow>) -> Vec<Self> {
        rows.into_iter().map(|row| Self { columns: Columns::Sqlite(row), next: 0 }).collect()
    }

    pub(super) fn all_of_postgres(rows: Vec<PgRow>) -> Vec<Self> {
        rows.into_iter().map(|row| Self { columns: Columns::Postgres(row), next: 0 }).collect()
    }

    pub(in crate::store) fn skip(&mut self, columns: usize) {
        self.next += columns;
    }

    /// Whether the next column is empty.
    pub(in crate::store) fn is_null(&self) -> Result<bool, StoreError> {
        Ok(match &self.columns {
            Columns::Sqlite(row) => row.try_get_raw(self.next)?.is_null(),
            Columns::Postgres(row) => row.try_get_raw(self.next)?.is_null(),
        })
    }

    pub(in crate::store) fn integer(&mut self) -> Result<i64, StoreError> {
        self.read()
    }

    pub(in crate::store) fn maybe_integer(&mut self) -> Result<Option<i64>, StoreError> {
        self.read()
    }

    pub(in crate::store) fn text(&mut self) -> Result<String, StoreError> {
        self.read()
    }

    pub(in crate::store) fn maybe_text(&mut self) -> Result<Option<String>, StoreError> {
        self.read()
    }

    pub(in crate::store) fn blob(&mut self) -> Result<Vec<u8>, StoreError> {
        self.read()
    }

    fn read<T>(&mut self) -> Result<T, StoreError>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Sqlite>
            + Type<sqlx::Sqlite>
            + for<'r> sqlx::Decode<'r, sqlx::Postgres>
            + Type<sqlx::Postgres>,
    {
        let column = self.next;
        self.next += 1;
        Ok(match &self.columns {
            Columns::Sqlite(row) => row.try_get(column)?,
            Columns::Postgres(row) => row.try_get(column)?,
        })
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

/// Counters only; none comes near the limit.
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Integer(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(Some(value.clone()))
    }
}

impl From<Option<&String>> for Value {
    fn from(value: Option<&String>) -> Self {
        Self::Text(value.cloned())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Blob(Some(value.to_vec()))
    }
}
