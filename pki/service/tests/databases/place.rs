//! Databases to test on: SQLite always, PostgreSQL if `PNC_TEST_POSTGRES` says where one is.

use pki::Evcoid;
use pki_service::store::{
    Actor, Authority, Certificate, CertificateId, CertificateState, Change, Committed, Options,
    Refusal, Store, StoreError, Submission,
};
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

pub(crate) const NOW: i64 = 1_800_000_000;

/// An empty database of its own.
pub(crate) struct Place {
    pub(crate) url: String,
    kind: Kind,
}

enum Kind {
    Sqlite(#[expect(dead_code, reason = "removed when dropped")] TempDir),
    Postgres { server: String, name: String },
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
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("PNC_TEST_POSTGRES").ok()?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pnc_test_{}_{count}", std::process::id());
        let mut admin = PgConnection::connect(&server).await.unwrap();
        admin.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
        let (address, rest) = server.split_once('?').unwrap_or((&server, ""));
        let (front, _) = address.rsplit_once('/').unwrap();
        let url = format!("{front}/{name}?{rest}");
        Some(Self { url, kind: Kind::Postgres { server, name } })
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
                sqlx::SqliteConnection::connect(&self.url).await?.execute(sql).await.map(drop)
            }
            Kind::Postgres { .. } => {
                PgConnection::connect(&self.url).await?.execute(sql).await.map(drop)
            }
        }
    }

    /// Takes the triggers away that keep the audit log from being altered.
    pub(crate) async fn unlock_audit(&self) {
        let on = if matches!(self.kind, Kind::Sqlite(_)) { "" } else { " ON audit" };
        self.tamper(&format!("DROP TRIGGER audit_keeps_records{on}")).await;
        self.tamper(&format!("DROP TRIGGER audit_keeps_all{on}")).await;
    }

    pub(crate) async fn remove(self) {
        if let Kind::Postgres { server, name } = self.kind {
            let mut admin = PgConnection::connect(&server).await.unwrap();
            admin.execute(format!("DROP DATABASE {name} WITH (FORCE)").as_str()).await.unwrap();
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
