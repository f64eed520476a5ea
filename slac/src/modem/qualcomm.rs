//! Modems of Qualcomm: link and restarts are told by vendor messages.

use super::driver::{self, Report, Request};
use super::{Identity, Make, SetKeyResult};
use crate::mme::Message;
use crate::mme::qualcomm::{HstActionRsp, PlLnkStatusReq, Qualcomm, RsDevReq, SwVerReq};

#[derive(Debug)]
pub(super) struct Driver;

impl super::Driver for Driver {
    fn make(&self) -> Make {
        Make::Qualcomm
    }

    fn success(&self) -> SetKeyResult {
        SetKeyResult::One
    }

    fn request(&self, request: Request<'_>) -> Option<Message> {
        match request {
            Request::Identity => Some(SwVerReq {}.into()),
            Request::Link => Some(PlLnkStatusReq {}.into()),
            Request::Restart => Some(RsDevReq {}.into()),
            Request::Heard => Some(HstActionRsp { status: 0 }.into()),
            other => driver::request(other),
        }
    }

    fn report(&self, message: &Message) -> Option<Report> {
        let Message::Qualcomm(message) = message else {
            // Its link is told by its own messages alone.
            return driver::report(message).filter(|report| !matches!(report, Report::Link { .. }));
        };
        match message {
            Qualcomm::SwVerCnf(answer) if answer.status == 0 => {
                let firmware = answer.name();
                // MAC-QCA7000-1.2.6.20-00-20200303-CS
                let chip = firmware.split('-').nth(1).unwrap_or_default().into();
                Some(Report::Identity(Identity { make: Make::Qualcomm, chip, firmware }))
            }
            Qualcomm::PlLnkStatusCnf(answer) if answer.status == 0 => {
                Some(Report::Link { is_up: answer.link != 0, is_answer: true })
            }
            Qualcomm::HstActionInd(_) => Some(Report::Started),
            _ => None,
        }
    }
}
