//! Modems of Lumissil: the link is told as it happens, too.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::driver::{self, Report, Request};
use super::{Identity, Make, SetKeyResult};
use crate::mme::lumissil::{DLinkStatusReq, Header, Lumissil, NscmGetFwVersionReq, ResetDeviceReq};
use crate::mme::{Mac, Message, Payload};

#[derive(Debug)]
pub(super) struct Driver;

impl super::Driver for Driver {
    fn make(&self) -> Make {
        Make::Lumissil
    }

    fn address(&self) -> Mac {
        Mac::LUMISSIL_MODEM
    }

    fn success(&self) -> SetKeyResult {
        SetKeyResult::Any
    }

    fn request(&self, request: Request<'_>) -> Option<Message> {
        let header = Header::default();
        match request {
            Request::Identity => {
                Some(NscmGetFwVersionReq { header, content: Payload::default() }.into())
            }
            Request::Link => Some(DLinkStatusReq { header }.into()),
            // From its own memory.
            Request::Restart => Some(ResetDeviceReq { header, mode: 0 }.into()),
            other => driver::request(other),
        }
    }

    fn report(&self, message: &Message) -> Option<Report> {
        let Message::Lumissil(message) = message else {
            return driver::report(message).filter(|report| !matches!(report, Report::Link { .. }));
        };
        match message {
            Lumissil::NscmGetFwVersionCnf(answer) => Some(Report::Identity(Identity {
                make: Make::Lumissil,
                chip: "CG5317".into(),
                firmware: version(&answer.content.0),
            })),
            Lumissil::DLinkReadyInd(told) => {
                Some(Report::Link { is_up: told.link != 0, is_answer: false })
            }
            Lumissil::DLinkStatusCnf(answer) => {
                Some(Report::Link { is_up: answer.link != 0, is_answer: true })
            }
            _ => None,
        }
    }
}

/// Numbers of two octets, the least significant first.
fn version(content: &[u8]) -> String {
    let numbers = content.chunks_exact(2).take(4).map(|pair| {
        pair.iter().rev().fold(0, |number, &octet| number << 8 | u16::from(octet)).to_string()
    });
    numbers.collect::<Vec<_>>().join(".")
}
