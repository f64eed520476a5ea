//! One line per frame for people who read captures. The network key is never part of it.

use core::fmt;

use super::lumissil::Lumissil;
use super::qualcomm::Qualcomm;
use super::{Frame, Message, ValidateResult};
use crate::attenuation::Decibel;

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} > {} {}", self.source, self.destination, self.message)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name)?,
            None => write!(f, "MMTYPE {:#06x}", self.code())?,
        }
        match self {
            Self::SlacParmReq(m) => write!(f, " run {}", m.run_id),
            Self::SlacParmCnf(m) => {
                write!(
                    f,
                    " run {} {} sounds in {}00 ms for {}",
                    m.run_id, m.num_sounds, m.time_out, m.forwarding_sta
                )
            }
            Self::StartAttenCharInd(m) => {
                write!(f, " run {} {} sounds in {}00 ms", m.run_id, m.num_sounds, m.time_out)
            }
            Self::MnbcSoundInd(m) => write!(f, " run {} {} to come", m.run_id, m.count),
            Self::AttenProfileInd(m) => write!(f, " car {} {}", m.pev_mac, Levels(&m.groups)),
            Self::AttenCharInd(m) => {
                write!(
                    f,
                    " run {} car {} {} sounds {}",
                    m.run_id,
                    m.source_address,
                    m.num_sounds,
                    Levels(&m.groups)
                )
            }
            Self::AttenCharRsp(m) => {
                write!(f, " run {} car {} result {}", m.run_id, m.source_address, m.result)
            }
            Self::ValidateReq(m) => {
                write!(f, " signal {} timer {} {}", m.signal_type, m.timer, Verdict(m.result))
            }
            Self::ValidateCnf(m) => {
                write!(f, " signal {} toggles {} {}", m.signal_type, m.toggles, Verdict(m.result))
            }
            Self::SlacMatchReq(m) => {
                write!(f, " run {} car {} EVSE {}", m.run_id, m.pev_mac, m.evse_mac)
            }
            Self::SlacMatchCnf(m) => {
                write!(f, " run {} car {} EVSE {} NID {}", m.run_id, m.pev_mac, m.evse_mac, m.nid)
            }
            Self::SetKeyReq(m) => write!(f, " NID {}", m.nid),
            Self::SetKeyCnf(m) => write!(f, " result {}", m.result),
            Self::AmpMapReq(m) => write!(f, " {} carriers", m.carriers),
            Self::AmpMapCnf(m) => write!(f, " result {}", m.result),
            Self::GetKeyReq(m) => write!(f, " NID {}", m.nid),
            Self::GetKeyCnf(m) => write!(f, " result {} NID {}", m.result, m.nid),
            Self::DiscoverListCnf(m) => {
                write!(f, " {} stations {} networks", m.stations.len(), m.networks.len())
            }
            Self::NwInfoCnf(m) => m.networks.iter().try_for_each(|network| {
                write!(f, " NID {} coordinator {}", network.nid, network.cco)
            }),
            Self::NwStatsCnf(m) => m.peers.iter().try_for_each(|rates| {
                write!(f, " {} {}/{} Mbit/s", rates.peer, rates.transmit, rates.receive)
            }),
            Self::MmeErrorInd(m) => write!(f, " reason {} type {:#06x}", m.reason, m.code),
            Self::AttenuationCharacteristicsInd(m) => {
                write!(f, " car {} {}", m.pev_mac, Levels(&m.groups))
            }
            Self::Qualcomm(Qualcomm::SwVerCnf(m)) => write!(f, " {}", m.name()),
            Self::Qualcomm(Qualcomm::OpAttributesCnf(m)) => {
                let [hardware, software] = m.names();
                write!(f, " {hardware} {software}")
            }
            Self::Qualcomm(Qualcomm::PlLnkStatusCnf(m)) => write!(f, " link {}", m.link),
            Self::Qualcomm(Qualcomm::HstActionInd(m)) => write!(f, " action {}", m.action),
            Self::Lumissil(Lumissil::DLinkReadyInd(m)) => write!(f, " link {}", m.link),
            Self::Lumissil(Lumissil::DLinkStatusCnf(m)) => write!(f, " link {}", m.link),
            Self::Unknown { body, .. } => write!(f, " {} octets", body.0.len()),
            _ => Ok(()),
        }
    }
}

struct Levels<'a>(&'a [u8]);

impl fmt::Display for Levels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Decibel::mean(self.0) {
            Some(mean) => write!(f, "{mean} over {} groups", self.0.len()),
            None => f.write_str("no groups"),
        }
    }
}

struct Verdict(u8);

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match ValidateResult::from_code(self.0) {
            Some(result) => write!(f, "{result:?}"),
            None => write!(f, "result {}", self.0),
        }
    }
}
