//! Key logs in the SSLKEYLOGFILE format, as they are in files and in pcapng secrets blocks.

use std::collections::HashMap;
use std::sync::Arc;

use zeroize::Zeroizing;

/// The secrets of any number of connections, found by the random of their ClientHello.
///
/// A clone is cheap and keeps what was known when it was made.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Arc<HashMap<[u8; 32], Entry>>);

/// What is known of one connection.
#[derive(Clone, Default)]
pub(super) struct Entry {
    /// TLS 1.2.
    pub(super) master: Option<Secret>,
    /// TLS 1.3, client then server.
    pub(super) handshake: [Option<Secret>; 2],
    /// TLS 1.3, client then server.
    pub(super) traffic: [Option<Secret>; 2],
}

pub(super) type Secret = Zeroizing<Vec<u8>>;

impl core::fmt::Debug for Entry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Entry")
    }
}

impl Secrets {
    /// Takes every line it understands; comments, other labels and broken lines are skipped.
    pub fn parse(key_log: &str) -> Self {
        let mut secrets = Self::default();
        secrets.add(key_log);
        secrets
    }

    /// Adds the lines of a further key log; returns how many held a secret.
    pub fn add(&mut self, key_log: &str) -> usize {
        key_log.lines().filter(|line| self.add_line(line).is_some()).count()
    }

    /// The number of connections known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no connection is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of(&self, client_random: &[u8; 32]) -> Option<&Entry> {
        self.0.get(client_random)
    }

    fn add_line(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_ascii_whitespace();
        let label = words.next()?;
        let random: [u8; 32] = bytes(words.next()?)?.as_slice().try_into().ok()?;
        let secret = bytes(words.next()?)?;
        let slot: fn(&mut Entry) -> &mut Option<Secret> = match (label, secret.len()) {
            ("CLIENT_RANDOM", 48) => |e| &mut e.master,
            ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", 32 | 48) => |e| &mut e.handshake[0],
            ("SERVER_HANDSHAKE_TRAFFIC_SECRET", 32 | 48) => |e| &mut e.handshake[1],
            ("CLIENT_TRAFFIC_SECRET_0", 32 | 48) => |e| &mut e.traffic[0],
            ("SERVER_TRAFFIC_SECRET_0", 32 | 48) => |e| &mut e.traffic[1],
            _ => return None,
        };
        *slot(Arc::make_mut(&mut self.0).entry(random).or_default()) = Some(secret);
        Some(())
    }
}

fn bytes(hex: &str) -> Option<Secret> {
    let digit = |c: u8| char::from(c).to_digit(16).map(|d| d as u8);
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|[hi, lo]| Some(digit(*hi)? << 4 | digit(*lo)?)).collect();
    bytes.filter(|_| rest.is_empty()).map(Zeroizing::new)
}
