//! Connections: found, secured, and one at a time turned into a session.

use std::io;
use std::net::{SocketAddr, SocketAddrV6};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use v2g::secc::{Ended, Paused};
use v2g_tls::Negotiated;

use super::session::{self, Lasting, Matching, Peer};
use super::{Handle, Notice, Report, Settings};
use crate::cdr::Ledger;
use crate::drive::Clock;
use crate::hardware::{Rig, Signal};
use crate::net::{self, Connection, Interface, sdp};
use crate::revocation::staple;

/// A station on the network.
pub struct Bound {
    settings: Settings,
    rig: Rig,
    handle: Handle,
    address: SocketAddrV6,
    listener: TcpListener,
    /// Without TLS beside the one with it.
    plain: Option<TcpListener>,
    discovery: Option<sdp::Server>,
    ledger: Option<Ledger>,
    matching: Option<Matching>,
    handshakes: JoinSet<(SocketAddrV6, Clock, io::Result<Secured>)>,
    /// Ends with the station.
    _staples: JoinSet<()>,
    paused: Option<Paused>,
}

type Secured = (Box<dyn Connection>, Option<Negotiated>);

impl Bound {
    pub(super) fn new(mut settings: Settings, rig: Rig) -> io::Result<Self> {
        let interface = match settings.interface.take() {
            Some(interface) => interface,
            None => Interface::loopback()?,
        };
        let ledger = match &settings.records {
            Some(directory) => {
                let (ledger, interrupted) = Ledger::open(directory)?;
                interrupted
                    .iter()
                    .for_each(|record| settings.observer.tell(Notice::Record(record)));
                Some(ledger)
            }
            None => None,
        };
        let listener = net::listen(&interface, settings.port, &*settings.random)?;
        let address = interface.socket(listener.local_addr()?.port());
        let plain = match settings.tls.is_some() && settings.plain {
            true => Some(net::listen(&interface, 0, &*settings.random)?),
            false => None,
        };
        let offer = match (&plain, settings.tls.is_some()) {
            (Some(plain), _) => {
                let plain = interface.socket(plain.local_addr()?.port());
                sdp::Offer::Both { tls: address, plain }
            }
            (None, true) => sdp::Offer::Tls(address),
            (None, false) => sdp::Offer::Plain(address),
        };
        let discovery = match settings.discovery {
            true => Some(sdp::Server::bind(&interface, offer)?),
            false => None,
        };
        let observer = settings.observer.clone();
        let (line, site) = (settings.slac.take(), settings.site.take());
        let matching = line.map(|line| Matching::start(line, site, rig.clone(), observer));
        if settings.autocharge {
            let line = if matching.is_some() { "" } else { ", and without SLAC no car has one" };
            log::warn!("autocharge: a MAC address is no identity, anybody can copy it{line}");
        }
        let mut staples = JoinSet::new();
        for (chain, staple) in settings.staples.drain(..) {
            if let Some(revocation) = &settings.revocation {
                staples.spawn(staple::keep(revocation.clone(), chain, staple));
            }
        }
        settings.observer.tell(Notice::Listening(offer));
        rig.signal(Signal::Digital);
        Ok(Self {
            settings,
            handle: Handle::new(rig.clone()),
            rig,
            address,
            listener,
            plain,
            discovery,
            ledger,
            matching,
            handshakes: JoinSet::new(),
            _staples: staples,
            paused: None,
        })
    }

    /// Where cars connect to.
    pub fn address(&self) -> SocketAddrV6 {
        self.address
    }

    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Serves the next session to its end; `None` once the station was shut down, or its hardware has died.
    ///
    /// A connection that fails before it speaks counts for nothing. Others are turned away meanwhile.
    pub async fn serve_one(&mut self) -> Option<Report> {
        let (handle, rig) = (self.handle.clone(), self.rig.clone());
        let (peer, stream) = tokio::select! {
            connection = self.connection() => connection,
            () = handle.stopped() => return None,
            () = rig.ended() => {
                self.settings.observer.tell(Notice::Trouble("the hardware runs no more"));
                return None;
            }
        };
        self.turn_away_handshakes();
        if let Some(matching) = &self.matching {
            matching.linked();
        }
        let lasting = Lasting {
            settings: &self.settings,
            rig: &self.rig,
            handle: &self.handle,
            ledger: self.ledger.as_ref(),
            matching: self.matching.as_ref(),
            paused: &mut self.paused,
        };
        let session = session::run(stream, peer, lasting);
        tokio::select! {
            report = session => Some(report),
            () = turn_away(&self.listener, self.plain.as_ref(), self.discovery.as_ref(), &self.settings) => None,
        }
    }

    /// Those under way, and those that are done but came second.
    fn turn_away_handshakes(&mut self) {
        while let Some(done) = self.handshakes.try_join_next() {
            if let Ok((peer, _, Ok(_))) = done {
                self.settings.observer.tell(Notice::TurnedAway { peer, why: BUSY });
            }
        }
        // Also one that finishes now is dropped, and its connection with it.
        self.handshakes = JoinSet::new();
    }

    /// The next connection that got as far as messages.
    async fn connection(&mut self) -> (Peer, Box<dyn Connection>) {
        loop {
            tokio::select! {
                asked = answer(self.discovery.as_ref()) => {
                    if let Some(matching) = &self.matching {
                        matching.linked();
                    }
                    told(&self.settings, asked).await;
                }
                accepted = accept(&self.listener, self.plain.as_ref()) => match accepted {
                    Ok((socket, peer, false)) => self.greet(socket, peer, self.settings.tls.clone()),
                    Ok((socket, peer, true)) => self.greet(socket, peer, None),
                    Err(error) => pause(&self.settings, &error).await,
                },
                Some(done) = self.handshakes.join_next() => {
                    // A handshake that was aborted or panicked is a connection that failed.
                    let Ok((address, clock, outcome)) = done else { continue };
                    match outcome {
                        Ok((stream, tls)) => {
                            if let Some(tls) = &tls {
                                self.settings.observer.tell(Notice::Secured { peer: address, tls });
                            }
                            return (Peer { address, tls, clock }, stream);
                        }
                        Err(error) => {
                            let why = &*error.to_string();
                            self.settings.observer.tell(Notice::HandshakeFailed { peer: address, why });
                        }
                    }
                }
            }
        }
    }

    fn greet(&mut self, socket: TcpStream, peer: SocketAddrV6, tls: Option<Arc<ServerConfig>>) {
        if self.handshakes.len() >= MOST_HANDSHAKES {
            let why = "too many connections shake hands";
            return self.settings.observer.tell(Notice::TurnedAway { peer, why });
        }
        self.settings.observer.tell(Notice::Connected { peer });
        let limit = self.settings.patience.handshake;
        let clock = Clock::start();
        self.handshakes.spawn(async move {
            let outcome = tokio::time::timeout(limit, secure(socket, tls)).await;
            (peer, clock, outcome.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())))
        });
    }
}

async fn secure(socket: TcpStream, tls: Option<Arc<ServerConfig>>) -> io::Result<Secured> {
    socket.set_nodelay(true)?;
    match tls {
        Some(config) => {
            let (stream, negotiated) = net::accept_tls(config, socket).await?;
            Ok((Box::new(stream), Some(negotiated)))
        }
        None => Ok((Box::new(socket), None)),
    }
}

/// While a session runs: nobody else is served, and nobody is left waiting.
async fn turn_away(
    listener: &TcpListener,
    plain: Option<&TcpListener>,
    discovery: Option<&sdp::Server>,
    settings: &Settings,
) {
    loop {
        tokio::select! {
            accepted = accept(listener, plain) => match accepted {
                Ok((_, peer, _)) => {
                    settings.observer.tell(Notice::TurnedAway { peer, why: BUSY });
                }
                Err(error) => pause(settings, &error).await,
            },
            asked = answer(discovery) => told(settings, asked).await,
        }
    }
}

/// The next connection, and whether it came without TLS by its own port.
async fn accept(
    listener: &TcpListener,
    plain: Option<&TcpListener>,
) -> io::Result<(TcpStream, SocketAddrV6, bool)> {
    let plainly = async {
        match plain {
            Some(plain) => plain.accept().await,
            None => std::future::pending().await,
        }
    };
    let ((socket, peer), is_plain) = tokio::select! {
        accepted = listener.accept() => (accepted?, false),
        accepted = plainly => (accepted?, true),
    };
    match peer {
        SocketAddr::V6(peer) => Ok((socket, peer, is_plain)),
        SocketAddr::V4(peer) => Err(io::Error::other(format!("{peer} on an IPv6 socket"))),
    }
}

async fn answer(discovery: Option<&sdp::Server>) -> io::Result<sdp::Asked> {
    match discovery {
        Some(server) => server.answer().await,
        None => std::future::pending().await,
    }
}

async fn told(settings: &Settings, asked: io::Result<sdp::Asked>) {
    match asked {
        Ok(asked) => settings.observer.tell(Notice::Discovery(&asked)),
        Err(error) => pause(settings, &error).await,
    }
}

/// An error of a socket that goes on: said, and not repeated at full speed.
async fn pause(settings: &Settings, error: &io::Error) {
    settings.observer.tell(Notice::Trouble(&error.to_string()));
    tokio::time::sleep(PAUSE).await;
}

const BUSY: &str = "a session is running";
const MOST_HANDSHAKES: usize = 4;
const PAUSE: Duration = Duration::from_millis(100);

/// Whether the data link is to be kept.
pub(super) fn keeps_link(ended: &Ended) -> bool {
    matches!(ended, Ended::Paused)
}
