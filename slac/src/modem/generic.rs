//! Modems of any maker: what HomePlug specifies.

use alloc::format;

use super::driver::{self, Report, Request};
use super::{Identity, Make, SetKeyResult};
use crate::mme::Message;
use crate::mme::network::StaCapReq;

#[derive(Debug)]
pub(super) struct Driver;

impl super::Driver for Driver {
    fn make(&self) -> Make {
        Make::Generic
    }

    fn success(&self) -> SetKeyResult {
        SetKeyResult::Any
    }

    fn request(&self, request: Request<'_>) -> Option<Message> {
        match request {
            Request::Identity => Some(StaCapReq {}.into()),
            other => driver::request(other),
        }
    }

    fn report(&self, message: &Message) -> Option<Report> {
        match message {
            Message::StaCapCnf(answer) => {
                let [a, b, c] = answer.oui;
                Some(Report::Identity(Identity {
                    make: Make::Generic,
                    chip: format!("of maker {a:02x}:{b:02x}:{c:02x}"),
                    firmware: format!("{:#06x}", answer.implementation),
                }))
            }
            other => driver::report(other),
        }
    }
}
