//! What stands behind an interface, asked once and without changing anything.

use alloc::vec::Vec;
use core::time::Duration;

use super::driver::{Report, Request};
use super::{Identity, Make};
use crate::key::{Nid, Nmk};
use crate::mme::{Frame, Mac};
use crate::output::{Outbox, Output};

/// Modems that one host may have; more answers are passed over.
const MODEMS: usize = 16;

/// Asks the modems of all makers behind an interface.
///
/// Call [`poll`](Self::poll) until it waits, hand frames to [`receive`](Self::receive) and poll again, and take the
/// [`findings`](Self::findings) when nothing more can come; half a second is long.
pub struct Inquiry {
    host: Mac,
    findings: Vec<Finding>,
    out: Outbox<()>,
}

/// What one modem tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The modem.
    pub modem: Mac,
    /// Who it says it is.
    pub identity: Option<Identity>,
    /// The networks it is in; `None`: it did not tell.
    pub networks: Option<Vec<Nid>>,
    /// Whether it has company in its network; `None`: it did not tell.
    pub link: Option<bool>,
}

impl Inquiry {
    /// `host`: address of the interface.
    pub fn new(host: Mac) -> Self {
        let mut out = Outbox::with_capacity(16, 1024);
        for driver in Make::ALL.map(Make::driver) {
            for request in [Request::Identity, Request::Networks, Request::Link] {
                if let Some(message) = driver.request(request) {
                    out.transmit(&Frame::new(driver.address(), host, message));
                }
            }
        }
        Self { host, findings: Vec::new(), out }
    }

    /// What to send; then `Wait`, for answers alone.
    pub fn poll(&mut self) -> Output<'_, ()> {
        self.out.poll(None::<Duration>)
    }

    /// Takes a frame from the interface.
    pub fn receive(&mut self, octets: &[u8]) {
        let Ok(frame) = Frame::parse(octets) else { return };
        if frame.destination != self.host || frame.source.is_group() || frame.source == self.host {
            return;
        }
        for report in Make::ALL.iter().filter_map(|make| make.driver().report(&frame.message)) {
            if let Some(finding) = self.finding(frame.source) {
                finding.add(report);
            }
        }
    }

    fn finding(&mut self, modem: Mac) -> Option<&mut Finding> {
        let known = self.findings.iter().position(|finding| finding.modem == modem);
        if known.is_none() && self.findings.len() < MODEMS {
            self.findings.push(Finding { modem, identity: None, networks: None, link: None });
        }
        match known {
            Some(place) => self.findings.get_mut(place),
            None => self.findings.last_mut().filter(|finding| finding.modem == modem),
        }
    }

    /// What has been told so far.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl Finding {
    fn add(&mut self, report: Report) {
        match report {
            // A maker's own answer says more than the general one.
            Report::Identity(identity)
                if identity.make != Make::Generic || self.identity.is_none() =>
            {
                self.identity = Some(identity);
            }
            Report::Networks(nids) => self.networks = Some(nids),
            Report::Link { is_up, .. } => {
                self.link = Some(is_up || self.link.unwrap_or_default());
            }
            Report::Identity(_) | Report::Key { .. } | Report::Started => {}
        }
    }

    /// Whether the modem has been given a key of its own; `None`: it did not tell.
    ///
    /// Known by the name of its network alone: that of the keys that modems have from the factory, or of none, is no own key.
    pub fn has_own_key(&self) -> Option<bool> {
        let networks = self.networks.as_ref()?;
        let factory = FACTORY_KEYS.map(|key| Nid::derive(&Nmk::new(key)));
        Some(networks.iter().any(|nid| *nid != Nid::default() && !factory.contains(nid)))
    }
}

/// Keys that modems are sold with, known to everybody: of the password `HomePlugAV`, and of Lumissil's boot image.
const FACTORY_KEYS: [[u8; 16]; 2] = [
    [
        0x50, 0xD3, 0xE4, 0x93, 0x3F, 0x85, 0x5B, 0x70, 0x40, 0x78, 0x4D, 0xF8, 0x15, 0xAA, 0x8D,
        0xB7,
    ],
    [
        0x49, 0xCC, 0x49, 0x81, 0x69, 0x8D, 0x5F, 0x70, 0x9B, 0xBE, 0x66, 0x0C, 0x50, 0x30, 0x6C,
        0x94,
    ],
];
