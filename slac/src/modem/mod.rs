//! The modem between a host and the power line: who made it, how it is keyed, how it tells about its link.
//!
//! A [`Driver`] knows the messages of one maker and nothing else; what is known of the one modem that is there is kept by the engines.

mod driver;
mod generic;
mod inquiry;
mod keying;
mod local;
mod lumissil;
mod qualcomm;
mod supervision;

use alloc::string::String;
use core::fmt;
use core::time::Duration;

pub use driver::{Driver, Report, Request};
pub use inquiry::{Finding, Inquiry};
pub(crate) use local::{Link, Local, Told};

use crate::mme::Mac;

/// What stands behind the host's interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modem {
    /// A Green PHY modem. Inputs `LinkUp` and `LinkDown` count beside its own reports.
    HomePlug(HomePlug),
    /// No modem: keys count as set and the link as up once matched. For media that connect by themselves.
    Immediate,
}

/// Settings of a modem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomePlug {
    /// Who made it. `None`: found out by asking before the first key.
    pub make: Option<Make>,
    /// Where it listens for its host, if not where modems of its make do.
    pub address: Option<Mac>,
    /// Which CM_SET_KEY.CNF means that the key is set, if not what modems of its make mean.
    pub set: Option<SetKeyResult>,
    /// Value of the CCo capability field: 0 at a car.
    pub cco_capability: u8,
    /// How it tells about its link.
    pub link: LinkReport,
    /// Restarts it this long after each key: some firmware joins the new network only then.
    pub restart: Option<Duration>,
}

/// Whose messages a modem speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Make {
    /// Qualcomm (QCA7000 and its kin).
    Qualcomm,
    /// Lumissil (CG5317).
    Lumissil,
    /// Any other: only what HomePlug specifies.
    Generic,
}

/// Reading of the result of CM_SET_KEY.CNF, which modems and specification turn opposite ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetKeyResult {
    /// 1 is success, as Qualcomm modems answer.
    One,
    /// 0 is success, as HomePlug specifies.
    Zero,
    /// Any answer is success.
    Any,
}

/// How a modem tells about its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkReport {
    /// As modems of its make do.
    Own,
    /// As modems of this make do; [`Make::Generic`]: its list of stations is asked for.
    By(Make),
    /// Not at all: `LinkUp` and `LinkDown` are inputs.
    None,
}

/// What a modem says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Whose messages it speaks.
    pub make: Make,
    /// The chip, as far as it tells.
    pub chip: String,
    /// The firmware.
    pub firmware: String,
}

/// What is wrong with a modem. It is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModemFailure {
    /// It never answered CM_SET_KEY.
    Silent,
    /// It answered that the key is not set, and its network is another one. It is restarted.
    Refused,
    /// No key could be made.
    Random,
    /// Soundings of a car were heard, and it measured none of them: it is set up for a car, or cannot measure.
    NoProfiles,
}

/// Counts since the engine was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Keys confirmed.
    pub keys_set: u32,
    /// Keys confirmed by the name of its network, although the modem called them refused.
    pub keys_found_set: u32,
    /// Answers that refused a key.
    pub keys_refused: u32,
    /// Requests to take a key that were sent again for want of an answer or after a refusal.
    pub keys_repeated: u32,
    /// Restarts that the modem or the caller told of.
    pub restarts: u32,
    /// Questions about the link.
    pub link_questions: u32,
    /// Answers to them, and what the modem told by itself.
    pub link_reports: u32,
    /// Soundings of cars heard; at an EVSE.
    pub soundings: u32,
    /// Measurements of the modem that hold something; at an EVSE.
    pub profiles: u32,
}

impl Modem {
    /// A Qualcomm modem beside this host.
    pub fn qualcomm() -> Self {
        Self::made_by(Make::Qualcomm)
    }

    /// A Lumissil modem beside this host.
    pub fn lumissil() -> Self {
        Self::made_by(Make::Lumissil)
    }

    /// A modem of any other maker: its link is looked up in its list of stations.
    pub fn generic() -> Self {
        Self::made_by(Make::Generic)
    }

    /// A modem that is asked who made it; one that does not tell is taken as of any other maker.
    pub fn automatic() -> Self {
        Self::HomePlug(HomePlug::default())
    }

    fn made_by(make: Make) -> Self {
        Self::HomePlug(HomePlug { make: Some(make), ..HomePlug::default() })
    }
}

impl Default for HomePlug {
    fn default() -> Self {
        Self {
            make: None,
            address: None,
            set: None,
            cco_capability: 0,
            link: LinkReport::Own,
            restart: None,
        }
    }
}

impl Make {
    /// Every make; the one that takes any modem stands last.
    pub const ALL: [Self; 3] = [Self::Qualcomm, Self::Lumissil, Self::Generic];

    /// How its modems are spoken to.
    pub fn driver(self) -> &'static dyn Driver {
        match self {
            Self::Qualcomm => &qualcomm::Driver,
            Self::Lumissil => &lumissil::Driver,
            Self::Generic => &generic::Driver,
        }
    }
}

impl fmt::Display for Make {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Qualcomm => "Qualcomm",
            Self::Lumissil => "Lumissil",
            Self::Generic => "HomePlug",
        })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, firmware {}", self.make, self.chip, self.firmware)
    }
}

impl SetKeyResult {
    fn is_success(self, result: u8) -> bool {
        match self {
            Self::One => result == 1,
            Self::Zero => result == 0,
            Self::Any => true,
        }
    }
}
