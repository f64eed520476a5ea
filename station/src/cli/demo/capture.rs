//! The session as a capture, TLS secrets inside.

use super::timeline::Timeline;
use pnc::capture::synth::{Sender, Synth};
use pnc::net::discovery::Found;
use pnc::net::{Side, Tap};
use std::fs::File;
use std::io::{self, BufWriter};
use std::net::SocketAddrV6;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use v2g::sdp::{Request, Response, Security, Transport};

/// Collects what was on the wire. Clones collect into the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wire(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    frames: Vec<(Duration, Vec<u8>)>,
    found: Option<(Duration, Found)>,
    connected: Option<(Duration, [SocketAddrV6; 2])>,
    octets: Vec<(Duration, Side, Vec<u8>)>,
    secrets: String,
}

impl Wire {
    pub(crate) fn frames(&self, frames: Vec<(Duration, Vec<u8>)>) {
        self.seen().frames = frames;
    }

    pub(crate) fn found(&self, at: Duration, found: Found) {
        self.seen().found = Some((at, found));
    }

    pub(crate) fn connected(&self, at: Duration, local: SocketAddrV6, station: SocketAddrV6) {
        self.seen().connected = Some((at, [local, station]));
    }

    pub(crate) fn secret(&self, line: &str) {
        let mut seen = self.seen();
        seen.secrets.push_str(line);
        seen.secrets.push('\n');
    }

    /// Sees the car's connection.
    pub(crate) fn tap(&self, timeline: &Timeline) -> Tap {
        let (wire, timeline) = (self.clone(), timeline.clone());
        Tap::new(move |side, octets| {
            let at = timeline.elapsed();
            wire.seen().octets.push((at, side, octets.to_vec()));
        })
    }

    /// Writes everything as pcapng.
    pub(crate) fn write(&self, path: &Path, timeline: &Timeline) -> io::Result<()> {
        let seen = self.seen();
        let mut synth = Synth::new(BufWriter::new(File::create(path)?), "pnc demo", "plug")?;
        if !seen.secrets.is_empty() {
            synth.secrets(&seen.secrets)?;
        }
        for (at, frame) in &seen.frames {
            synth.frame(timeline.stamp(*at), frame)?;
        }
        if let Some((at, found)) = &seen.found {
            let request = Request { security: Security::Tls, transport: Transport::Tcp };
            let (address, port) = (*found.station.ip(), found.station.port());
            let response =
                Response { address, port, security: found.security, transport: Transport::Tcp };
            synth.datagram(timeline.stamp(*at), found.local, found.asked, &request.datagram())?;
            synth.datagram(timeline.stamp(*at), found.from, found.local, &response.datagram())?;
        }
        if let Some((at, [car, station])) = seen.connected {
            let stream = synth.connect(timeline.stamp(at), car, station)?;
            let mut last = at;
            for (at, side, octets) in &seen.octets {
                let from = match side {
                    Side::Ours => Sender::Client,
                    Side::Theirs => Sender::Server,
                };
                synth.send(timeline.stamp(*at), stream, from, octets)?;
                last = *at;
            }
            synth.close(timeline.stamp(last), stream, Sender::Client)?;
        }
        synth.finish()?;
        Ok(())
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
