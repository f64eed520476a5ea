//! Processor time of the service and of the database's server.

use sqlx::{Connection as _, PgConnection};

use crate::Failure;

/// The processes whose time counts.
pub(crate) struct Processor {
    service: u32,
    /// The server's first process, if the database is one and on this machine.
    server: Option<u32>,
}

/// Seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pub(crate) service: f64,
    pub(crate) server: f64,
}

impl Used {
    pub(crate) fn since(self, before: Self) -> Self {
        Self { service: self.service - before.service, server: self.server - before.server }
    }
}

impl Processor {
    pub(crate) async fn of(service: u32, url: &str) -> Result<Self, Failure> {
        let server = if url.starts_with("sqlite:") { None } else { Some(server(url).await?) };
        Ok(Self { service, server })
    }

    /// The server's time is that of all its processes, whatever they work on.
    pub(crate) fn used(&self) -> Result<Used, Failure> {
        let mut used = Used { service: Times::of(self.service)?.own, server: 0.0 };
        if let Some(server) = self.server {
            let first = Times::of(server)?;
            used.server = first.own + first.ended;
            for entry in std::fs::read_dir("/proc")? {
                let name = entry?.file_name();
                // Processes may end while they are asked.
                let child = name.to_str().and_then(|name| Times::of(name.parse().ok()?).ok());
                used.server += child.filter(|times| times.parent == server).map_or(0.0, |t| t.own);
            }
        }
        Ok(used)
    }
}

async fn server(url: &str) -> Result<u32, Failure> {
    let mut connection = PgConnection::connect(url).await?;
    let session: i32 =
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await?;
    let session = u32::try_from(session)?;
    let name = std::fs::read_to_string(format!("/proc/{session}/comm")).unwrap_or_default();
    if name.trim() != "postgres" {
        return Err("the server is not on this machine: its processor time is not known".into());
    }
    let server = Times::of(session)?.parent;
    connection.close().await?;
    Ok(server)
}

/// Of a process, user and system together.
struct Times {
    parent: u32,
    own: f64,
    /// Of its children that have ended.
    ended: f64,
}

impl Times {
    fn of(process: u32) -> Result<Self, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let field = |place: usize| fields.split_whitespace().nth(place).unwrap_or_default();
        let ticks = |place: usize| field(place).parse::<f64>();
        // In hundredths of a second on every Linux.
        let own = (ticks(11)? + ticks(12)?) / 100.0;
        let ended = (ticks(13)? + ticks(14)?) / 100.0;
        Ok(Self { parent: field(1).parse()?, own, ended })
    }
}
