//! SQLite or PostgreSQL: connections, values and rows. Statements are the same text for both.

mod bulk;
mod migrate;
mod open;
mod row;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};

use super::error::StoreError;

pub(super) use bulk::OnConflict;
pub(super) use row::{Row, Value};

/// An open database. Whoever writes has a connection of its own, so that readers cannot hold it up.
#[derive(Clone, Debug)]
pub(super) enum Database {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres { writer: PgPool, readers: PgPool },
}

/// A connection of either kind.
#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Runs a piece of code for the query of either kind of connection, with all values bound.
macro_rules! with_query {
    ($self:expr, $sql:expr, $values:expr, |$query:ident, $connection:ident| $run:expr, $row:path => $other:path) => {
        match $self {
            Connection::Sqlite($connection) => {
                let mut $query = sqlx::query::<Sqlite>($sql);
                for value in $values {
                    $query = match value {
                        Value::Integer(value) => $query.bind(value),
                        Value::Text(value) => $query.bind(value),
                        Value::Blob(value) => $query.bind(value),
                    };
                }
                $run.map($row)
            }
            Connection::Postgres($connection) => {
                let mut $query = sqlx::query::<Postgres>($sql);
                for value in $values {
                    $query = match value {
                        Value::Integer(value) => $query.bind(value),
                        Value::Text(value) => $query.bind(value),
                        Value::Blob(value) => $query.bind(value),
                    };
                }
                $run.map($other)
            }
        }
    };
}

impl Database {
    /// The connection for changes.
    pub(super) async fn writer(&self) -> Result<Connection, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Connection::Sqlite(writer.acquire().await?),
            Self::Postgres { writer, .. } => Connection::Postgres(writer.acquire().await?),
        })
    }

    /// A connection to read.
    pub(super) async fn reader(&self) -> Result<Connection, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Connection::Sqlite(readers.acquire().await?),
            Self::Postgres { readers, .. } => Connection::Postgres(readers.acquire().await?),
        })
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                // Leaves one file, unless others still work on it.
                let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await;
                writer.close().await;
            }
            Self::Postgres { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }

    /// Begins a change: nobody else can make one until it ends.
    pub(super) const fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "BEGIN IMMEDIATE",
            Self::Postgres { .. } => "BEGIN",
        }
    }

    /// What makes a `SELECT` keep others from changing its rows; SQLite's transactions do that anyway.
    pub(super) const fn for_update(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "",
            Self::Postgres { .. } => " FOR UPDATE",
        }
    }
}

impl Connection {
    /// Runs a statement and tells how many rows it touched.
    pub(super) async fn execute(
        &mut self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<u64, StoreError> {
        let result = with_query!(
            self, sql, values, |query, connection| query.execute(&mut **connection).await,
            touched_sqlite => touched_postgres
        );
        Ok(result?)
    }

    /// Runs a statement and reads every row it gives.
    pub(super) async fn rows<T>(
        &mut self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
        read: impl Fn(&mut Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows: Vec<Row> = with_query!(
            self, sql, values, |query, connection| query.fetch_all(&mut **connection).await,
            Row::all_of_sqlite => Row::all_of_postgres
        )?;
        rows.into_iter().map(|mut row| read(&mut row)).collect()
    }

    /// Runs a statement and reads its only row, if there is one.
    pub(super) async fn row<T>(
        &mut self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
        read: impl Fn(&mut Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, values, read).await?.into_iter().next())
    }

    /// Ends it for good: whatever it was doing is undone.
    pub(super) async fn abandon(self) {
        // The other side may be gone already; then there is nothing left to end.
        let _ = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
    }
}

fn touched_sqlite(result: sqlx::sqlite::SqliteQueryResult) -> u64 {
    result.rows_affected()
}

fn touched_postgres(result: sqlx::postgres::PgQueryResult) -> u64 {
    result.rows_affected()
}
