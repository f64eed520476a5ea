//! Databases to test on: SQLite always, PostgreSQL if `PNC_TEST_POSTGRES` says where one is.

use pki::Evcoid;
use pki_service::store::{
    Actor, Authority, Certificate, CertificateId, CertificateState, Change, Committed, Options,
    Refusal, Store, StoreError, Submission,
};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(crate) const NOW: i64 = 1_800_000_000;

/// An empty database of its own.
pub(crate) struct Place {
    pub(crate) url: String,
    kind: Kind,
}

enum Kind {
    Sqlite(#[expect(dead_code, reason = "removed when dropped")] TempDir),
    Postgres { server: String, name: String, tablespace: bool, _alone: Alone },
}

/// Whoever restarts the server does so when nobody else uses it.
type Alone = Either<RwLockReadGuard<'static, ()>, RwLockWriteGuard<'static, ()>>;
static SERVER: RwLock<()> = RwLock::const_new(());

enum Either<A, B> {
    Left(A),
    Right(B),
}

/// Somebody who holds what every change needs.
pub(crate) enum Holder {
    Sqlite(#[expect(dead_code, reason = "held")] SqliteConnection),
    Postgres(#[expect(dead_code, reason = "held")] PgConnection),
}

/// How the server is restarted, as after a crash.
pub(crate) struct Server {
    command: String,
}

impl Server {
    pub(crate) async fn restart(&self) {
        let mut words = self.command.split(' ');
        let mut command = tokio::process::Command::new(words.next().unwrap());
        assert!(command.args(words).status().await.unwrap().success());
    }
}

impl Place {
    /// One of each kind that there is.
    pub(crate) async fn all() -> Vec<Self> {
        let mut all = vec![Self::sqlite()];
        all.extend(Self::postgres().await);
        all
    }

    pub(crate) fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("store.db").display());
        Self { url, kind: Kind::Sqlite(dir) }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let server = std::env::var("PNC_TEST_POSTGRES").ok()?;
        Some(Self::create(server, "", Either::Left(SERVER.read().await)).await)
    }

    /// A server that this test has for itself, and how to restart it.
    pub(crate) async fn restartable() -> Option<(Self, Server)> {
        let server = std::env::var("PNC_TEST_POSTGRES").ok()?;
        let command = std::env::var("PNC_TEST_POSTGRES_RESTART").ok()?;
        let place = Self::create(server, "", Either::Right(SERVER.write().await)).await;
        Some((place, Server { command }))
    }

    /// Databases on file systems that are soon full, and on each a file that can be removed for space.
    pub(crate) async fn small() -> Vec<(Self, PathBuf)> {
        let mut all = Vec::new();
        let ballast = |directory: &str| {
            let path = PathBuf::from(directory).join("ballast");
            std::fs::write(&path, vec![1; 1 << 20]).unwrap();
            path
        };
        if let Ok(directory) = std::env::var("PNC_TEST_FULL") {
            let dir = TempDir::new_in(&directory).unwrap();
            let url = format!("sqlite:{}", dir.path().join("store.db").display());
            all.push((Self { url, kind: Kind::Sqlite(dir) }, ballast(&directory)));
        }
        let server = std::env::var("PNC_TEST_POSTGRES");
        let directory = std::env::var("PNC_TEST_FULL_SERVER");
        if let (Ok(server), Ok(directory)) = (server, directory) {
            let mut admin = PgConnection::connect(&server).await.unwrap();
            let sql = format!("CREATE TABLESPACE small LOCATION '{directory}'");
            admin.execute(sql.as_str()).await.unwrap();
            let alone = Either::Left(SERVER.read().await);
            let place = Self::create(server, "TABLESPACE small", alone).await;
            all.push((place, ballast(&directory)));
        }
        all
    }

    async fn create(server: String, options: &str, alone: Alone) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pnc_test_{}_{count}", std::process::id());
        let mut admin = PgConnection::connect(&server).await.unwrap();
        admin.execute(format!("CREATE DATABASE {name} {options}").as_str()).await.unwrap();
        let (address, rest) = server.split_once('?').unwrap_or((&server, ""));
        let (front, _) = address.rsplit_once('/').unwrap();
        let url = format!("{front}/{name}?{rest}");
        let tablespace = !options.is_empty();
        Self { url, kind: Kind::Postgres { server, name, tablespace, _alone: alone } }
    }

    /// Holds what every change needs until dropped.
    pub(crate) async fn hold(&self) -> Holder {
        match &self.kind {
            Kind::Sqlite(_) => {
                let mut holder = SqliteConnection::connect(&self.url).await.unwrap();
                holder.execute("BEGIN EXCLUSIVE").await.unwrap();
                Holder::Sqlite(holder)
            }
            Kind::Postgres { .. } => {
                let mut holder = PgConnection::connect(&self.url).await.unwrap();
                holder.execute("BEGIN").await.unwrap();
                holder.execute("SELECT * FROM audit_head FOR UPDATE").await.unwrap();
                Holder::Postgres(holder)
            }
        }
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url, Options::default()).await.unwrap()
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.try_tamper(sql).await.unwrap();
    }

    pub(crate) async fn try_tamper(&self, sql: &str) -> Result<(), sqlx::Error> {
        match &self.kind {
            Kind::Sqlite(_) => {
                SqliteConnection::connect(&self.url).await?.execute(sql).await.map(drop)
            }
            Kind::Postgres { .. } => {
                PgConnection::connect(&self.url).await?.execute(sql).await.map(drop)
            }
        }
    }

    /// Rows of a table.
    pub(crate) async fn count(&self, table: &str) -> usize {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let count: i64 = match &self.kind {
            Kind::Sqlite(_) => {
                let mut direct = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(&sql).fetch_one(&mut direct).await.unwrap()
            }
            Kind::Postgres { .. } => {
                let mut direct = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(&sql).fetch_one(&mut direct).await.unwrap()
            }
        };
        usize::try_from(count).unwrap()
    }

    /// Takes the triggers away that keep the audit log from being altered.
    pub(crate) async fn unlock_audit(&self) {
        let on = if matches!(self.kind, Kind::Sqlite(_)) { "" } else { " ON audit" };
        self.tamper(&format!("DROP TRIGGER audit_keeps_records{on}")).await;
        self.tamper(&format!("DROP TRIGGER audit_keeps_all{on}")).await;
    }

    pub(crate) async fn remove(self) {
        if let Kind::Postgres { server, name, tablespace, .. } = self.kind {
            let mut admin = PgConnection::connect(&server).await.unwrap();
            admin.execute(format!("DROP DATABASE {name} WITH (FORCE)").as_str()).await.unwrap();
            if tablespace {
                admin.execute("DROP TABLESPACE small").await.unwrap();
                // Nothing of it is to be done again after a crash.
                admin.execute("CHECKPOINT").await.unwrap();
            }
        }
    }
}

/// Runs a test on an empty store of each kind.
pub(crate) async fn on_each(test: impl AsyncFn(&Place, Store)) {
    for place in Place::all().await {
        let store = place.open().await;
        test(&place, store.clone()).await;
        store.close().await;
        place.remove().await;
    }
}

pub(crate) fn actor() -> Actor {
    Actor { client: "tester".to_owned(), request: "r-1".to_owned() }
}

pub(crate) fn submit(changes: impl IntoIterator<Item = Change>) -> Submission {
    changes.into_iter().fold(Submission::new(NOW, actor()), Submission::with)
}

pub(crate) async fn commit(store: &Store, change: Change) -> Result<Committed, StoreError> {
    store.commit(submit([change])).await
}

pub(crate) async fn refused(store: &Store, change: Change) -> Refusal {
    match commit(store, change).await {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn authority() -> Authority {
    Authority {
        name: "mo_sub2".to_owned(),
        kind: "MoSub2".to_owned(),
        subject: "CN=MO Sub 2".to_owned(),
        certificate: vec![0x30, 0],
        chain: vec![vec![0x30, 1, 1], vec![]],
        not_before: NOW,
        not_after: NOW + 1_000_000,
        retired: None,
    }
}

pub(crate) fn id(serial: u64) -> CertificateId {
    CertificateId::new("mo_sub2", &serial.to_be_bytes())
}

pub(crate) fn certificate(serial: u64) -> Certificate {
    Certificate {
        id: id(serial),
        kind: "ContractLeaf".to_owned(),
        subject: format!("CN=contract {serial}"),
        evcoid: Some(evcoid(serial)),
        pcid: Some("WMI00000000000001".to_owned()),
        not_before: NOW,
        not_after: NOW + 1_000,
        der: serial.to_be_bytes().repeat(70),
        state: CertificateState::Issued,
        changed: 0,
        record: 0,
    }
}

pub(crate) fn evcoid(number: u64) -> Evcoid {
    Evcoid::parse(&format!("DE-PNC-C{number:08}")).unwrap().with_check_digit()
}
