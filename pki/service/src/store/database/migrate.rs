//! The tables, brought up to this version.

use core::future::Future;
use core::pin::Pin;

use sqlx::migrate::{Migration, MigrationSource, MigrationType, Migrator};

use super::Database;
use crate::audit::Hash;
use crate::store::error::StoreError;

/// One text for both databases: types have SQLite's names, and lines between `-- only NAME` and `-- all` are for one of them.
const MIGRATIONS: &[(i64, &str, &str)] =
    &[(1, "store", include_str!("0001_store.sql")), (2, "inline", include_str!("0002_inline.sql"))];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Database {
    /// Creates the tables or brings them up to this version; several nodes may do so at once.
    pub(super) async fn migrate(&self) -> Result<(), StoreError> {
        let dialect = match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres { .. } => Dialect::Postgres,
        };
        let migrator = Migrator::new(dialect).await.map_err(failed)?;
        match self {
            Self::Sqlite { writer, .. } => migrator.run(writer).await,
            Self::Postgres { writer, .. } => migrator.run(writer).await,
        }
        .map_err(failed)?;
        let sql =
            "INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, $1) ON CONFLICT (id) DO NOTHING";
        let none = Hash::default();
        self.writer().await?.execute(sql, [none.0.as_slice().into()]).await.map(drop)
    }
}

fn failed(error: sqlx::migrate::MigrateError) -> StoreError {
    match error {
        sqlx::migrate::MigrateError::Execute(error) => error.into(),
        other => StoreError::Schema(other.to_string()),
    }
}

type Resolved = Result<Vec<Migration>, Box<dyn std::error::Error + Send + Sync>>;

impl MigrationSource<'static> for Dialect {
    fn resolve(self) -> Pin<Box<dyn Future<Output = Resolved> + Send + 'static>> {
        let migrations = MIGRATIONS.iter().map(|&(version, name, sql)| {
            let sql = self.translate(sql);
            Migration::new(version, name.into(), MigrationType::Simple, sql.into(), false)
        });
        Box::pin(core::future::ready(Ok(migrations.collect())))
    }
}

impl Dialect {
    fn translate(self, sql: &str) -> String {
        let mut ours = true;
        let mut text = String::with_capacity(sql.len());
        for line in sql.lines() {
            match line.trim() {
                "-- only sqlite" => ours = self == Self::Sqlite,
                "-- only postgres" => ours = self == Self::Postgres,
                "-- all" => ours = true,
                _ if ours => {
                    text.push_str(line);
                    text.push('\n');
                }
                _ => {}
            }
        }
        match self {
            Self::Sqlite => text,
            // Texts in the order of their octets, as in SQLite.
            Self::Postgres => text
                .replace(" TEXT", " TEXT COLLATE \"C\"")
                .replace(" BLOB", " BYTEA")
                .replace(" WITHOUT ROWID", ""),
        }
    }
}
