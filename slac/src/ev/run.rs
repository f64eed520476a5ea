//! What is known about one run: its stations and their results.

use alloc::vec::Vec;
use core::time::Duration;

use super::event::{Comparison, Heard};
use crate::attenuation::Decibel;
use crate::mme::{AttenCharInd, Mac, RunId};
use crate::timing::{SOUNDS, STATIONS};

/// One run of a matching.
pub(super) struct Run {
    pub(super) id: RunId,
    /// No further run begins after this.
    pub(super) last_start: Duration,
    /// Runs that may still be given up because a station reported nothing.
    pub(super) spare: u8,
    stations: Vec<Station>,
}

struct Station {
    mac: Mac,
    /// Soundings it asked for; `None`: its answer was lost, but it reports.
    asked: Option<u8>,
    heard: Option<Heard>,
}

impl Run {
    pub(super) fn new(id: RunId, last_start: Duration, spare: u8) -> Self {
        Self { id, last_start, spare, stations: Vec::new() }
    }

    /// A station answered CM_SLAC_PARM.REQ.
    pub(super) fn answered(&mut self, mac: Mac, num_sounds: u8) {
        if let Some(station) = self.station(mac) {
            station.asked = Some(num_sounds);
        }
    }

    pub(super) fn has_stations(&self) -> bool {
        !self.stations.is_empty()
    }

    /// Soundings that satisfy every station, within what fits into the window.
    pub(super) fn sounds(&self) -> u8 {
        self.stations
            .iter()
            .filter_map(|station| station.asked)
            .max()
            .unwrap_or(SOUNDS)
            .clamp(1, SOUNDS)
    }

    /// Keeps the first result of each station.
    pub(super) fn report(&mut self, mac: Mac, ind: &AttenCharInd) {
        let Some(mean) = Decibel::mean(&ind.groups) else { return };
        if let Some(station) = self.station(mac) {
            let is_flat = ind.groups.windows(2).all(|pair| pair[0] == pair[1]);
            let is_implausible = is_flat && mean < Decibel::whole(3);
            station.heard.get_or_insert(Heard {
                station: mac,
                mean,
                sounds: ind.num_sounds,
                is_implausible,
            });
        }
    }

    /// Whether every station that answered has reported.
    pub(super) fn is_complete(&self) -> bool {
        self.stations.iter().all(|station| station.heard.is_some())
    }

    pub(super) fn compare(&self, margin: Decibel, direct: Decibel) -> Option<Comparison> {
        let mut stations: Vec<Heard> =
            self.stations.iter().filter_map(|station| station.heard).collect();
        stations.sort_by_key(|heard| (heard.is_implausible, heard.mean));
        let (lead, is_unsure) = match *stations {
            [] => return None,
            [only] => (None, only.mean >= direct),
            [first, second, ..] => {
                let lead = Decibel(second.mean.0 - first.mean.0);
                (Some(lead), lead < margin)
            }
        };
        Some(Comparison { stations, lead, is_unsure })
    }

    /// The entry of a station, new while there is room.
    fn station(&mut self, mac: Mac) -> Option<&mut Station> {
        match self.stations.iter().position(|station| station.mac == mac) {
            Some(index) => self.stations.get_mut(index),
            None if self.stations.len() < STATIONS => {
                self.stations.push(Station { mac, asked: None, heard: None });
                self.stations.last_mut()
            }
            None => None,
        }
    }
}
