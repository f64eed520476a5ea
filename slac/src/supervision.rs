//! Watching the link of the local modem by its indications and by asking, the same for both roles.

use core::time::Duration;

use crate::mme::lumissil::{DLinkStatusReq, Header, Lumissil};
use crate::mme::network::DiscoverListReq;
use crate::mme::qualcomm::{HstActionRsp, PlLnkStatusReq, Qualcomm};
use crate::mme::{Frame, Message};
use crate::modem::{Link, Modem};
use crate::output::Outbox;
use crate::timing::Timer;

/// How a modem tells about its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkReport {
    /// Not at all: `LinkUp` and `LinkDown` are inputs.
    None,
    /// VS_PL_LNK_STATUS, asked for; at once after VS_HST_ACTION.IND.
    Qualcomm,
    /// NSCM_D_LINK_READY.IND, and NSCM_GET_D_LINK_STATUS asked for.
    Lumissil,
    /// CC_DISCOVER_LIST, asked for: the link is up with a station in the same network. Any maker.
    Discovery,
}

/// When the modem is asked next; `None` while nobody needs to know.
#[derive(Default)]
pub(crate) struct Supervision(Option<Duration>);

impl Supervision {
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.0
    }

    /// Begins or ends the asking.
    pub(crate) fn watch(&mut self, is_wanted: bool, link: &Link<'_>) {
        let asks = matches!(link.modem, Modem::HomePlug { link, .. } if *link != LinkReport::None);
        self.0 = match self.0 {
            _ if !is_wanted || !asks => None,
            None => Some(link.now + link.timing[Timer::LinkPoll]),
            next => next,
        };
    }

    pub(crate) fn expire<E>(&mut self, link: &Link<'_>, out: &mut Outbox<E>) {
        let Modem::HomePlug { address, link: report, .. } = *link.modem else { return };
        if self.0.is_none_or(|next| link.now < next) {
            return;
        }
        self.0 = Some(link.now + link.timing[Timer::LinkPoll]);
        let question: Message = match report {
            LinkReport::None => return,
            LinkReport::Qualcomm => PlLnkStatusReq {}.into(),
            LinkReport::Lumissil => DLinkStatusReq { header: Header::default() }.into(),
            LinkReport::Discovery => DiscoverListReq {}.into(),
        };
        out.transmit(&Frame::new(address, link.host, question));
    }

    /// What the local modem says about its link, if it does.
    pub(crate) fn receive<E>(
        &mut self,
        message: &Message,
        link: &Link<'_>,
        out: &mut Outbox<E>,
    ) -> Option<bool> {
        let Modem::HomePlug { address, link: report, .. } = *link.modem else { return None };
        // An answer that nobody waits for any more is about what was.
        let is_asked = self.0.is_some();
        match (report, message) {
            (LinkReport::Qualcomm, Message::Qualcomm(Qualcomm::PlLnkStatusCnf(cnf)))
                if is_asked =>
            {
                (cnf.status == 0).then_some(cnf.link != 0)
            }
            (_, Message::Qualcomm(Qualcomm::HstActionInd(_))) => {
                out.transmit(&Frame::new(address, link.host, HstActionRsp { status: 0 }));
                self.0 = self.0.map(|_| link.now);
                None
            }
            (LinkReport::Lumissil, Message::Lumissil(Lumissil::DLinkReadyInd(ind))) => {
                Some(ind.link != 0)
            }
            (LinkReport::Lumissil, Message::Lumissil(Lumissil::DLinkStatusCnf(cnf)))
                if is_asked =>
            {
                Some(cnf.link != 0)
            }
            (LinkReport::Discovery, Message::DiscoverListCnf(cnf)) if is_asked => {
                Some(cnf.stations.iter().any(|station| station.same_network != 0))
            }
            _ => None,
        }
    }
}
