//! Opening, and what makes a commit durable.

use core::time::Duration;
use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use super::Database;
use crate::store::error::StoreError;
use crate::store::options::Options;

/// Statements whose plans a connection keeps; there are fewer.
const STATEMENTS: usize = 512;

/// What PostgreSQL must not do. Every row is found by an index, but what it knows of tables that just grew is old, and a plan
/// that reads a small table from end to end is kept when the table is large.
const BY_INDEX: [&str; 4] = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"];

/// After this, a connection to a server may be gone.
const IDLE: Duration = Duration::from_secs(1);

impl Database {
    /// Opens the database at an address, creates the file if it is one, and brings the tables up to date.
    pub(in crate::store) async fn open(url: &str, options: &Options) -> Result<Self, StoreError> {
        let database = match url.split_once(':') {
            Some(("sqlite", _)) => Self::sqlite(url, options).await?,
            Some(("postgres" | "postgresql", _)) => Self::postgres(url, options).await?,
            _ => return Err(StoreError::Url(without_password(url))),
        };
        if options.create {
            database.migrate().await?;
        }
        Ok(database)
    }

    async fn sqlite(url: &str, options: &Options) -> Result<Self, StoreError> {
        let parsed = SqliteConnectOptions::from_str(url);
        let connect = parsed
            .map_err(|_| StoreError::Url(url.to_owned()))?
            .create_if_missing(options.create)
            // With the write-ahead log synced at every commit, what is committed is on the disk.
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(options.patience)
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let pool =
            SqlitePoolOptions::new().acquire_timeout(options.patience).test_before_acquire(false);
        let writer = pool.clone().max_connections(1).connect_with(connect.clone()).await?;
        let readers = pool
            .max_connections(options.readers)
            .connect_lazy_with(connect.pragma("query_only", "on"));
        Ok(Self::Sqlite { writer, readers })
    }

    async fn postgres(url: &str, options: &Options) -> Result<Self, StoreError> {
        let parsed = PgConnectOptions::from_str(url);
        let patience = milliseconds(options.patience);
        let connect = parsed
            .map_err(|_| StoreError::Url(without_password(url)))?
            .application_name("pnc")
            // Whatever the server's default: a commit is on its disk before it is answered.
            .options([
                ("synchronous_commit", "on".to_owned()),
                ("lock_timeout", patience.clone()),
                ("statement_timeout", milliseconds(4 * options.patience)),
                ("idle_in_transaction_session_timeout", milliseconds(4 * options.patience)),
            ])
            .options(BY_INDEX.map(|way| (way, "off")))
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .acquire_timeout(options.patience)
            // Asked whether it still works only if it was idle for a while: asking costs as much as a look-up.
            .test_before_acquire(false)
            .before_acquire(|connection, use_before| {
                Box::pin(async move {
                    let asked = use_before.idle_for >= IDLE;
                    Ok(!asked || connection.ping().await.is_ok())
                })
            });
        let writer = pool.clone().max_connections(1).connect_with(connect.clone()).await?;
        let readers = pool
            .max_connections(options.readers)
            .connect_lazy_with(connect.options([("default_transaction_read_only", "on")]));
        Ok(Self::Postgres { writer, readers })
    }
}

fn milliseconds(duration: Duration) -> String {
    duration.as_millis().to_string()
}

/// An address for messages.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.find('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => {
            let user = url.get(scheme + 3..at).unwrap_or_default();
            let name = user.split(':').next().unwrap_or_default();
            let (front, rest) = (url.get(..scheme + 3), url.get(at..));
            format!("{}{name}{}", front.unwrap_or_default(), rest.unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_show_no_password() {
        for (url, shown) in [
            ("postgres://ops:secret@db/pnc", "postgres://ops@db/pnc"),
            ("postgres://ops@db/pnc", "postgres://ops@db/pnc"),
            ("mysql://ops:secret@db/pnc", "mysql://ops@db/pnc"),
            ("sqlite:a@b.db", "sqlite:a@b.db"),
            ("://@", "://@"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
