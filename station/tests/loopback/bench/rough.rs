//! A client that sends what it likes over plain TCP.

use exi::Document;
use std::net::SocketAddrV6;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use v2g::iso2::msg::V2gMessage;
use v2g::v2gtp::{self, PayloadType};

pub(crate) struct Rough {
    socket: TcpStream,
    /// Given by SessionSetupRes.
    session: Option<v2g::iso2::msg::SessionId>,
    sent: usize,
}

impl Rough {
    pub(crate) async fn connect(address: SocketAddrV6) -> Self {
        Self { socket: TcpStream::connect(address).await.unwrap(), session: None, sent: 0 }
    }

    /// Sends octets as they are. A station may have closed already.
    pub(crate) async fn raw(&mut self, octets: &[u8]) {
        let _ = self.socket.write_all(octets).await;
    }

    /// Sends a payload in a V2GTP message.
    pub(crate) async fn payload(&mut self, payload: &[u8]) {
        let mut octets = Vec::new();
        v2gtp::emit(PayloadType::Exi, payload, &mut octets).unwrap();
        self.raw(&octets).await;
    }

    /// Sends a recorded message under the number of this session.
    pub(crate) async fn replay(&mut self, payload: &[u8]) -> Option<V2gMessage> {
        let patched = self.patched(payload);
        self.sent += 1;
        self.payload(&patched).await;
        let answer = self.answer().await?;
        // The first answer picks the protocol and is no V2gMessage.
        let message = V2gMessage::decode(&answer).ok().filter(|_| self.sent > 1)?;
        self.session.get_or_insert(message.header.session_id);
        Some(message)
    }

    pub(crate) fn patched(&self, payload: &[u8]) -> Vec<u8> {
        match (&self.session, V2gMessage::decode(payload)) {
            (Some(session), Ok(mut message)) => {
                message.header.session_id = *session;
                message.to_vec().unwrap()
            }
            _ => payload.to_vec(),
        }
    }

    /// The next answer's payload; `None` when the station has closed.
    pub(crate) async fn answer(&mut self) -> Option<Vec<u8>> {
        let reading = async {
            let mut header = [0; 8];
            self.socket.read_exact(&mut header).await.ok()?;
            let header = v2gtp::Header::parse(&header).unwrap();
            let mut payload = vec![0; header.length as usize];
            self.socket.read_exact(&mut payload).await.ok()?;
            Some(payload)
        };
        tokio::time::timeout(Duration::from_secs(5), reading).await.expect("an answer or the end")
    }

    /// The station closes without another word.
    pub(crate) async fn closed(&mut self) -> bool {
        self.answer().await.is_none()
    }

    /// The station closes, perhaps after words of another protocol.
    pub(crate) async fn closed_or_reset(&mut self) -> bool {
        let mut rest = Vec::new();
        let reading = self.socket.read_to_end(&mut rest);
        tokio::time::timeout(Duration::from_secs(5), reading).await.is_ok()
    }
}
