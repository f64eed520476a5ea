//! One recorded connection.

use rustls::pki_types::CertificateDer;
use rustls::{CipherSuite, ProtocolVersion};

use super::handshake::{self, Message, ServerHello};
use super::keys::{Protection, RecordKey};
use super::secrets::{Secret, Secrets};
use crate::{ClientHelloInfo, Negotiated};

/// Who sent the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The car.
    Client,
    /// The station.
    Server,
}

/// The application data of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plaintext {
    /// The data, without padding and MAC.
    pub bytes: Vec<u8>,
    /// Where the record begins in the bytes of its direction.
    pub start: u64,
    /// Just after the record.
    pub end: u64,
}

/// An alert, encrypted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Who sent it.
    pub direction: Direction,
    /// 1 warning, 2 fatal.
    pub level: u8,
    /// What it says.
    pub description: rustls::AlertDescription,
    /// Just after its record in the bytes of its direction.
    pub end: u64,
}

/// Why a connection cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{direction:?} at byte {offset}: {kind}")]
pub struct Error {
    /// Whose record it is.
    pub direction: Direction,
    /// Where the record begins.
    pub offset: u64,
    /// What is wrong with it.
    pub kind: ErrorKind,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// No record header where one should begin.
    #[error("not a TLS record")]
    NotTls,
    /// Neither its client random nor the secret that the version needs is in the key log.
    #[error("the key log has no secret for this connection")]
    NoSecret,
    /// This version and suite cannot be undone.
    #[error("no decryption for {0:?} {1:?}")]
    Unsupported(ProtocolVersion, CipherSuite),
    /// Another secret, or damaged octets.
    #[error("the record does not verify under the secret")]
    BadRecord,
    /// A message that no TLS end would take there.
    #[error("a handshake message is malformed or out of place")]
    Handshake,
    /// The recording lacks one direction.
    #[error("more than 1 MiB came before the hello of the other end")]
    OneSided,
}

/// Decrypts one connection from the byte streams of its two directions.
pub struct Session {
    secrets: Secrets,
    client_hello: Option<ClientHelloInfo>,
    retried: bool,
    agreed: Option<Agreed>,
    client: Side,
    server: Side,
    alerts: Vec<Alert>,
    failed: Option<Error>,
}

/// What the ServerHello settles.
struct Agreed {
    hello: ServerHello,
    protection: Option<Protection>,
}

#[derive(Default)]
struct Side {
    /// Bytes not yet read; the first is at `offset` of the direction.
    waiting: Vec<u8>,
    offset: u64,
    handshake: Vec<u8>,
    epoch: Epoch,
    seq: u64,
    chain: Vec<CertificateDer<'static>>,
    out: Vec<Plaintext>,
}

#[derive(Default)]
enum Epoch {
    #[default]
    Plain,
    Tls12(RecordKey),
    /// Before the Finished of this side.
    Handshake(RecordKey),
    Traffic(RecordKey, Secret),
}

/// What to do after a record.
enum Step {
    /// The other direction has to tell more first.
    Blocked,
    Done,
}

impl Session {
    /// Keeps the secrets that are known now.
    pub fn new(secrets: &Secrets) -> Self {
        Self {
            secrets: secrets.clone(),
            client_hello: None,
            retried: false,
            agreed: None,
            client: Side::default(),
            server: Side::default(),
            alerts: Vec::new(),
            failed: None,
        }
    }

    /// Takes the next bytes of a direction, without gaps; the directions may come in any order.
    /// After an error every further call gives the same error; what was read before stays readable.
    pub fn feed(&mut self, direction: Direction, bytes: &[u8]) -> Result<(), Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.side(direction).waiting.extend_from_slice(bytes);
        let result = self.pump();
        self.failed = result.err();
        result
    }

    /// The application data read since the last call, one element a record.
    pub fn read(&mut self, direction: Direction) -> Vec<Plaintext> {
        core::mem::take(&mut self.side(direction).out)
    }

    /// Known once the ServerHello was fed; the chain is the server's.
    pub fn negotiated(&self) -> Option<Negotiated> {
        let ServerHello { version, suite, .. } = self.agreed.as_ref()?.hello;
        let peer_chain = self.server.chain.clone();
        Some(Negotiated { protocol: version, suite, group: None, peer_chain })
    }

    /// True if the ServerHello took up encrypt_then_mac (RFC 7366).
    pub fn encrypt_then_mac(&self) -> bool {
        self.agreed.as_ref().is_some_and(|a| a.hello.encrypt_then_mac)
    }

    /// What the car offered; known once its hello was fed.
    pub fn client_hello(&self) -> Option<&ClientHelloInfo> {
        self.client_hello.as_ref()
    }

    /// The certificates a direction sent, leaf first.
    pub fn chain(&self, direction: Direction) -> &[CertificateDer<'static>] {
        match direction {
            Direction::Client => &self.client.chain,
            Direction::Server => &self.server.chain,
        }
    }

    /// All alerts so far.
    pub fn alerts(&self) -> &[Alert] {
        &self.alerts
    }

    fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::Client => &mut self.client,
            Direction::Server => &mut self.server,
        }
    }

    fn pump(&mut self) -> Result<(), Error> {
        loop {
            let before = (self.client.offset, self.server.offset);
            self.read_side(Direction::Client)?;
            self.read_side(Direction::Server)?;
            if before == (self.client.offset, self.server.offset) {
                return Ok(());
            }
        }
    }

    fn read_side(&mut self, direction: Direction) -> Result<(), Error> {
        let waiting = core::mem::take(&mut self.side(direction).waiting);
        let mut rest = &waiting[..];
        let mut blocked = false;
        let result = loop {
            let (record, after) = match Record::parse(rest) {
                Ok(Some(parsed)) => parsed,
                Ok(None) => break Ok(()),
                Err(kind) => break Err(kind),
            };
            let len = (rest.len() - after.len()) as u64;
            match self.record(direction, &record, len) {
                Ok(Step::Done) => {}
                Ok(Step::Blocked) => {
                    blocked = true;
                    break Ok(());
                }
                Err(kind) => break Err(kind),
            }
            self.side(direction).offset += len;
            rest = after;
        };
        let side = self.side(direction);
        side.waiting = rest.to_vec();
        let result = match result {
            Ok(()) if blocked && rest.len() > MAX_WAITING => Err(ErrorKind::OneSided),
            result => result,
        };
        result.map_err(|kind| Error { direction, offset: self.side(direction).offset, kind })
    }

    fn record(
        &mut self,
        direction: Direction,
        record: &Record<'_>,
        len: u64,
    ) -> Result<Step, ErrorKind> {
        if matches!(self.side(direction).epoch, Epoch::Plain) {
            let opens = match record.typ {
                CHANGE_CIPHER_SPEC => match &self.agreed {
                    None if self.retried => return Ok(Step::Done),
                    Some(a) if a.hello.version == ProtocolVersion::TLSv1_3 => {
                        return Ok(Step::Done);
                    }
                    _ => true,
                },
                APPLICATION_DATA => true,
                _ => false,
            };
            if !opens {
                return self.content(direction, record.typ, record.fragment.to_vec(), len);
            }
            match self.start_epoch(direction, record.typ)? {
                None => return Ok(Step::Blocked),
                Some(epoch) => self.side(direction).epoch = epoch,
            }
            if record.typ == CHANGE_CIPHER_SPEC {
                return Ok(Step::Done);
            }
        }
        let side = self.side(direction);
        let key = match &side.epoch {
            Epoch::Tls12(key) => key,
            Epoch::Handshake(key) | Epoch::Traffic(key, _) => match record.typ {
                CHANGE_CIPHER_SPEC => return Ok(Step::Done),
                // An end that has no keys yet says so in the clear.
                ALERT if record.fragment.len() == 2 => {
                    return self.content(direction, ALERT, record.fragment.to_vec(), len);
                }
                _ => key,
            },
            Epoch::Plain => return Err(ErrorKind::Handshake),
        };
        let (typ, bytes) = key
            .open(side.seq, record.typ, record.version, record.fragment)
            .ok_or(ErrorKind::BadRecord)?;
        side.seq += 1;
        self.content(direction, typ, bytes, len)
    }

    /// The keys after the first ChangeCipherSpec (TLS 1.2) or for the first encrypted record (TLS 1.3);
    /// `None` until both hellos are known.
    fn start_epoch(&self, direction: Direction, typ: u8) -> Result<Option<Epoch>, ErrorKind> {
        let (Some(client), Some(agreed)) = (&self.client_hello, &self.agreed) else {
            return Ok(None);
        };
        let ServerHello { version, suite, random, encrypt_then_mac } = agreed.hello;
        let protection = agreed.protection.ok_or(ErrorKind::Unsupported(version, suite))?;
        let entry = self.secrets.of(&client.random).ok_or(ErrorKind::NoSecret)?;
        if version == ProtocolVersion::TLSv1_3 {
            let [of_client, of_server] = &entry.handshake;
            let secret = if direction == Direction::Client { of_client } else { of_server };
            let key = key13(protection, secret.as_ref())?;
            return Ok(Some(Epoch::Handshake(key)));
        }
        if typ != CHANGE_CIPHER_SPEC {
            return Err(ErrorKind::Handshake);
        }
        let master = entry.master.as_ref().ok_or(ErrorKind::NoSecret)?;
        let [of_client, of_server] = protection
            .tls12(master, &client.random, &random, encrypt_then_mac)
            .ok_or(ErrorKind::NoSecret)?;
        let key = if direction == Direction::Client { of_client } else { of_server };
        Ok(Some(Epoch::Tls12(key)))
    }

    /// The plaintext of one record.
    fn content(
        &mut self,
        direction: Direction,
        typ: u8,
        bytes: Vec<u8>,
        len: u64,
    ) -> Result<Step, ErrorKind> {
        let side = self.side(direction);
        let (start, end) = (side.offset, side.offset + len);
        match typ {
            APPLICATION_DATA => {
                if !bytes.is_empty() {
                    side.out.push(Plaintext { bytes, start, end });
                }
            }
            ALERT => {
                let [level, description] = bytes[..] else { return Err(ErrorKind::Handshake) };
                let description = description.into();
                self.alerts.push(Alert { direction, level, description, end });
            }
            HANDSHAKE => {
                side.handshake.extend(bytes);
                while let Some(message) = handshake::next(&mut self.side(direction).handshake)
                    .map_err(|_| ErrorKind::Handshake)?
                {
                    self.message(direction, &message)?;
                }
            }
            _ => return Err(ErrorKind::Handshake),
        }
        Ok(Step::Done)
    }

    fn message(&mut self, direction: Direction, message: &[u8]) -> Result<(), ErrorKind> {
        let is_tls13 =
            self.agreed.as_ref().is_some_and(|a| a.hello.version == ProtocolVersion::TLSv1_3);
        let plain = matches!(self.side(direction).epoch, Epoch::Plain);
        match handshake::read(message, is_tls13).map_err(|_| ErrorKind::Handshake)? {
            Message::ClientHello(hello) if direction == Direction::Client && plain => {
                self.client_hello = Some(hello);
            }
            Message::RetryRequest if direction == Direction::Server && plain => {
                self.retried = true;
            }
            Message::ServerHello(hello) if direction == Direction::Server && plain => {
                let protection = Protection::of(hello.version, hello.suite);
                self.agreed = Some(Agreed { hello, protection });
            }
            Message::Certificate(chain) => self.side(direction).chain = chain,
            Message::Finished if is_tls13 => self.start_traffic(direction)?,
            Message::KeyUpdate if is_tls13 => self.update_key(direction)?,
            Message::Finished | Message::Other => {}
            _ => return Err(ErrorKind::Handshake),
        }
        Ok(())
    }

    fn start_traffic(&mut self, direction: Direction) -> Result<(), ErrorKind> {
        let (Some(client), Some(agreed)) = (&self.client_hello, &self.agreed) else {
            return Err(ErrorKind::Handshake);
        };
        let protection = agreed.protection.ok_or(ErrorKind::Handshake)?;
        let [of_client, of_server] =
            &self.secrets.of(&client.random).ok_or(ErrorKind::NoSecret)?.traffic;
        let secret = if direction == Direction::Client { of_client } else { of_server }.clone();
        let key = key13(protection, secret.as_ref())?;
        let side = self.side(direction);
        side.epoch = Epoch::Traffic(key, secret.unwrap_or_default()); // `key13` refused `None`
        side.seq = 0;
        Ok(())
    }

    fn update_key(&mut self, direction: Direction) -> Result<(), ErrorKind> {
        let protection =
            self.agreed.as_ref().and_then(|a| a.protection).ok_or(ErrorKind::Handshake)?;
        let side = self.side(direction);
        let Epoch::Traffic(_, secret) = &side.epoch else { return Err(ErrorKind::Handshake) };
        let secret = protection.next_secret(secret).ok_or(ErrorKind::Handshake)?;
        side.epoch = Epoch::Traffic(key13(protection, Some(&secret))?, secret);
        side.seq = 0;
        Ok(())
    }
}

fn key13(protection: Protection, secret: Option<&Secret>) -> Result<RecordKey, ErrorKind> {
    secret
        .filter(|s| s.len() == protection.secret_len())
        .and_then(|s| protection.tls13(s))
        .ok_or(ErrorKind::NoSecret)
}

struct Record<'a> {
    typ: u8,
    version: [u8; 2],
    fragment: &'a [u8],
}

impl<'a> Record<'a> {
    /// The first record and what follows it; `None` if it is not all there.
    fn parse(bytes: &'a [u8]) -> Result<Option<(Self, &'a [u8])>, ErrorKind> {
        let Some(([typ, v0, v1, l0, l1], rest)) = bytes.split_first_chunk::<5>() else {
            return Ok(None);
        };
        let len = usize::from(u16::from_be_bytes([*l0, *l1]));
        if !(CHANGE_CIPHER_SPEC..=APPLICATION_DATA).contains(typ) || *v0 != 3 || len > MAX_FRAGMENT
        {
            return Err(ErrorKind::NotTls);
        }
        Ok(rest
            .split_at_checked(len)
            .map(|(fragment, rest)| (Self { typ: *typ, version: [*v0, *v1], fragment }, rest)))
    }
}

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
/// RFC 5246 6.2.3.
const MAX_FRAGMENT: usize = 16_384 + 2048;
const MAX_WAITING: usize = 1 << 20;
