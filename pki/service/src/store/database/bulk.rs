//! Many rows with one statement: PostgreSQL takes a list for each column, SQLite a value for each place.

use sqlx::Postgres;

use super::{Connection, Row, Value};
use crate::store::error::StoreError;

/// What becomes of a row whose key is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum OnConflict {
    Fail,
    Replace,
}

impl Connection {
    /// Runs a `SELECT` for rows whose column `key` is one of these.
    pub(in crate::store) async fn rows_of<T>(
        &mut self,
        select: &str,
        key: &str,
        keys: &[String],
        read: impl Fn(&mut Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::with_capacity(keys.len());
        if let Self::Postgres(connection) = self {
            let sql = format!("{select} WHERE {key} = ANY($1)");
            for keys in keys.chunks(ROWS) {
                let found = sqlx::query::<Postgres>(&sql).bind(keys).fetch_all(&mut **connection);
                for mut row in Row::all_of_postgres(found.await?) {
                    all.push(read(&mut row)?);
                }
            }
            return Ok(all);
        }
        for keys in chunks(keys, READ) {
            let sql = format!("{select} WHERE {key} IN ({})", marks(0, keys.len()));
            all.extend(self.rows(&sql, keys.iter().map(Value::from), &read).await?);
        }
        Ok(all)
    }

    /// Deletes the rows of a table whose column `key` is one of these.
    pub(in crate::store) async fn delete(
        &mut self,
        table: &str,
        key: &str,
        keys: &[String],
    ) -> Result<(), StoreError> {
        if let Self::Postgres(connection) = self {
            let sql = format!("DELETE FROM {table} WHERE {key} = ANY($1)");
            for keys in keys.chunks(ROWS) {
                sqlx::query::<Postgres>(&sql).bind(keys).execute(&mut **connection).await?;
            }
            return Ok(());
        }
        for keys in chunks(keys, READ) {
            let sql = format!("DELETE FROM {table} WHERE {key} IN ({})", marks(0, keys.len()));
            self.execute(&sql, keys.iter().map(Value::from)).await?;
        }
        Ok(())
    }

    /// Inserts rows; the first column is the key.
    pub(in crate::store) async fn insert(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: Vec<Vec<Value>>,
        on_conflict: OnConflict,
    ) -> Result<(), StoreError> {
        let head = format!("INSERT INTO {table} ({})", columns.join(","));
        let tail = match (on_conflict, columns) {
            (OnConflict::Replace, [key, rest @ ..]) => {
                let assignments: Vec<String> =
                    rest.iter().map(|column| format!("{column}=excluded.{column}")).collect();
                format!(" ON CONFLICT ({key}) DO UPDATE SET {}", assignments.join(","))
            }
            _ => String::new(),
        };
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            if let Self::Postgres(connection) = self {
                let lists = lists(columns.len(), rows.by_ref().take(ROWS))?;
                let types: Vec<String> =
                    (1..).zip(&lists).map(|(n, list)| format!("${n}::{}", list.kind())).collect();
                let sql = format!("{head} SELECT * FROM UNNEST({}){tail}", types.join(","));
                let mut query = sqlx::query::<Postgres>(&sql);
                for list in lists {
                    query = match list {
                        List::Integer(list) => query.bind(list),
                        List::Text(list) => query.bind(list),
                        List::Blob(list) => query.bind(list),
                    };
                }
                query.execute(&mut **connection).await?;
            } else {
                let count = chunk(rows.len(), WRITE);
                let tuples: Vec<String> = (0..count)
                    .map(|row| format!("({})", marks(row * columns.len(), columns.len())))
                    .collect();
                let sql = format!("{head} VALUES {}{tail}", tuples.join(","));
                self.execute(&sql, rows.by_ref().take(count).flatten()).await?;
            }
        }
        Ok(())
    }
}

/// The values of one column.
enum List {
    Integer(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Blob(Vec<Option<Vec<u8>>>),
}

impl List {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Integer(_) => "bigint[]",
            Self::Text(_) => "text[]",
            Self::Blob(_) => "bytea[]",
        }
    }
}

/// Rows as columns. Every row has values of the same kinds.
fn lists(columns: usize, rows: impl Iterator<Item = Vec<Value>>) -> Result<Vec<List>, StoreError> {
    let mut lists: Vec<List> = Vec::with_capacity(columns);
    for row in rows {
        for (place, value) in row.into_iter().enumerate() {
            match (lists.get_mut(place), value) {
                (Some(List::Integer(list)), Value::Integer(value)) => list.push(value),
                (Some(List::Text(list)), Value::Text(value)) => list.push(value),
                (Some(List::Blob(list)), Value::Blob(value)) => list.push(value),
                (None, Value::Integer(value)) => lists.push(List::Integer(vec![value])),
                (None, Value::Text(value)) => lists.push(List::Text(vec![value])),
                (None, Value::Blob(value)) => lists.push(List::Blob(vec![value])),
                (Some(_), _) => {
                    return Err(StoreError::Database(format!("column {place} of two kinds")));
                }
            }
        }
    }
    Ok(lists)
}

/// Greatest number of rows in lists: a message to the server must stay below 1 GiB, and a blob is 1 MiB at most.
const ROWS: usize = 512;

/// Greatest numbers of rows with a place for each. Few sizes, so that a connection can keep the plans of all.
const READ: &[usize] = &[256, 64, 16, 4, 1];
const WRITE: &[usize] = &[128, 32, 8, 1];

fn chunk(len: usize, sizes: &[usize]) -> usize {
    sizes.iter().copied().find(|size| *size <= len).unwrap_or(1)
}

fn chunks<'a, T>(all: &'a [T], sizes: &'a [usize]) -> impl Iterator<Item = &'a [T]> {
    let mut rest = all;
    core::iter::from_fn(move || {
        let (first, behind) = rest.split_at_checked(chunk(rest.len(), sizes))?;
        rest = behind;
        Some(first)
    })
}

/// `$1,$2,..`, both databases understand it.
fn marks(from: usize, count: usize) -> String {
    let marks: Vec<String> = (from + 1..=from + count).map(|number| format!("${number}")).collect();
    marks.join(",")
}
