//! What is known about one run: its stations and their results.

use alloc::vec::Vec;
use core::time::Duration;

use super::event::{Comparison, Heard};
use crate::attenuation::{Decibel, GROUPS, Profiles};
use crate::mme::{AttenCharInd, Mac, RunId};
use crate::timing::{SOUNDS, STATIONS};

/// One run of a matching. Its tables are used again by the next run.
pub(super) struct Run {
    pub(super) id: RunId,
    /// No further run begins after this.
    pub(super) last_start: Duration,
    /// Runs that may still be given up because a station reported nothing.
    pub(super) spare: u8,
    stations: Vec<Station>,
    /// What modems of stations told everybody, by modem.
    raw: Vec<(Mac, Profiles)>,
}

struct Station {
    mac: Mac,
    /// Soundings it asked for; `None`: its answer was lost, but it reports.
    asked: Option<u8>,
    heard: Option<Heard>,
}

impl Run {
    /// None yet.
    pub(super) fn new() -> Self {
        Self {
            id: RunId::default(),
            last_start: Duration::ZERO,
            spare: 0,
            stations: Vec::with_capacity(STATIONS),
            raw: Vec::with_capacity(STATIONS),
        }
    }

    pub(super) fn begin(&mut self, id: RunId) {
        self.id = id;
        self.stations.clear();
        self.raw.clear();
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
        let extremes = ind.groups.iter().min().zip(ind.groups.iter().max());
        let (Some(mean), Some((&least, &most))) = (Decibel::mean(&ind.groups), extremes) else {
            return;
        };
        if let Some(station) = self.station(mac) {
            let is_implausible = least == most && mean < Decibel::whole(3);
            station.heard.get_or_insert(Heard {
                station: mac,
                mean,
                least: Decibel::whole(least.into()),
                most: Decibel::whole(most.into()),
                sounds: ind.num_sounds,
                is_implausible,
            });
        }
    }

    /// A station's modem told everybody what it measured.
    pub(super) fn overheard(&mut self, modem: Mac, groups: &[u8]) {
        let place = self.raw.iter().position(|(known, _)| *known == modem);
        if place.is_none() && self.raw.len() < STATIONS {
            self.raw.push((modem, Profiles::default()));
        }
        let place = place.unwrap_or(self.raw.len().saturating_sub(1));
        if let Some((known, profiles)) = self.raw.get_mut(place)
            && *known == modem
        {
            profiles.add(groups);
        }
    }

    /// The least level that a modem told at least three times.
    fn nearest_modem(&self) -> Option<Decibel> {
        let told = self.raw.iter().filter(|(_, profiles)| profiles.count() >= 3);
        told.filter_map(|(_, profiles)| profiles.mean(&[0; GROUPS])).min()
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
        let nearest_modem = self.nearest_modem();
        // A station reports no more than its modem measured: one whose modem is nearer than the best report has not reported.
        let is_passed_over = stations
            .first()
            .zip(nearest_modem)
            .is_some_and(|(best, nearest)| nearest.0 + margin.0 < best.mean.0);
        let is_unsure = is_unsure || is_passed_over;
        Some(Comparison {
            stations,
            lead,
            margin,
            direct,
            nearest_modem,
            is_passed_over,
            is_unsure,
        })
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
