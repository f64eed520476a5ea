//! The frames that a car sends, filled in.

use crate::mme::{
    AttenCharRsp, Frame, MATCH_REQ_LEN, Mac, MnbcSoundInd, RunId, SlacMatchReq, SlacParmReq,
    StartAttenCharInd,
};
use crate::timing::{Timer, Timing};

pub(super) fn parameters(ev: Mac, run_id: RunId) -> Frame {
    Frame::new(Mac::BROADCAST, ev, SlacParmReq { application_type: 0, security_type: 0, run_id })
}

pub(super) fn start(ev: Mac, run_id: RunId, num_sounds: u8, timing: &Timing) -> Frame {
    let message = StartAttenCharInd {
        application_type: 0,
        security_type: 0,
        num_sounds,
        time_out: timing.tenths(Timer::Sounding),
        resp_type: 1,
        forwarding_sta: ev,
        run_id,
    };
    Frame::new(Mac::BROADCAST, ev, message)
}

pub(super) fn sound(ev: Mac, run_id: RunId, count: u8, random: [u8; 16]) -> Frame {
    let message = MnbcSoundInd {
        application_type: 0,
        security_type: 0,
        sender_id: [0; 17],
        count,
        run_id,
        random,
    };
    Frame::new(Mac::BROADCAST, ev, message)
}

pub(super) fn response(ev: Mac, evse: Mac, run_id: RunId) -> Frame {
    let message = AttenCharRsp {
        application_type: 0,
        security_type: 0,
        source_address: ev,
        run_id,
        source_id: [0; 17],
        resp_id: [0; 17],
        result: 0,
    };
    Frame::new(evse, ev, message)
}

pub(super) fn match_request(ev: Mac, evse: Mac, run_id: RunId) -> Frame {
    let message = SlacMatchReq {
        application_type: 0,
        security_type: 0,
        mvf_length: MATCH_REQ_LEN,
        pev_id: [0; 17],
        pev_mac: ev,
        evse_id: [0; 17],
        evse_mac: evse,
        run_id,
        reserved: [0; 8],
    };
    Frame::new(evse, ev, message)
}
