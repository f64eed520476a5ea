//! Parameter exchange, sounding and attenuation results.

use alloc::vec::Vec;

use super::wire::{Error, Field, Reader, layout};
use super::{Groups, Mac, RunId};

/// An identifier field that ISO 15118-3 leaves empty.
pub type EmptyId = [u8; 17];

layout! {
    /// CM_SLAC_PARM.REQ: a car opens a matching run. Cipher suites (security type 1) are not read; ISO 15118-3 has security type 0.
    pub struct SlacParmReq {
        /// 0: car and EVSE matching.
        pub application_type: u8,
        /// 0: no security.
        pub security_type: u8,
        /// The run of the car.
        pub run_id: RunId,
    }

    /// CM_SLAC_PARM.CNF: how an EVSE wants to be sounded.
    pub struct SlacParmCnf {
        /// Where soundings go; broadcast.
        pub sound_target: Mac,
        /// Soundings expected.
        pub num_sounds: u8,
        /// Length of the sounding in 100 ms.
        pub time_out: u8,
        /// 1: results to another station, the car's host.
        pub resp_type: u8,
        /// The car.
        pub forwarding_sta: Mac,
        /// 0: car and EVSE matching.
        pub application_type: u8,
        /// 0: no security.
        pub security_type: u8,
        /// The run of the car.
        pub run_id: RunId,
    }

    /// CM_START_ATTEN_CHAR.IND: soundings follow.
    pub struct StartAttenCharInd {
        /// 0: car and EVSE matching.
        pub application_type: u8,
        /// 0: no security.
        pub security_type: u8,
        /// Soundings that follow.
        pub num_sounds: u8,
        /// Length of the sounding in 100 ms.
        pub time_out: u8,
        /// 1: results to another station, the car's host.
        pub resp_type: u8,
        /// The car.
        pub forwarding_sta: Mac,
        /// The run of the car.
        pub run_id: RunId,
    }

    /// CM_ATTEN_CHAR.IND: what an EVSE measured.
    pub struct AttenCharInd {
        /// 0: car and EVSE matching.
        pub application_type: u8,
        /// 0: no security.
        pub security_type: u8,
        /// The car.
        pub source_address: Mac,
        /// The run of the car.
        pub run_id: RunId,
        /// Empty.
        pub source_id: EmptyId,
        /// Empty.
        pub resp_id: EmptyId,
        /// Soundings that went into the average.
        pub num_sounds: u8,
        /// The average.
        pub groups: Groups,
    }

    /// CM_ATTEN_CHAR.RSP: the car has the result.
    pub struct AttenCharRsp {
        /// 0: car and EVSE matching.
        pub application_type: u8,
        /// 0: no security.
        pub security_type: u8,
        /// The car.
        pub source_address: Mac,
        /// The run of the car.
        pub run_id: RunId,
        /// Empty.
        pub source_id: EmptyId,
        /// Empty.
        pub resp_id: EmptyId,
        /// 0: taken.
        pub result: u8,
    }
}

/// CM_MNBC_SOUND.IND: one sounding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MnbcSoundInd {
    /// 0: car and EVSE matching.
    pub application_type: u8,
    /// 0: no security.
    pub security_type: u8,
    /// Empty.
    pub sender_id: EmptyId,
    /// Soundings still to come.
    pub count: u8,
    /// The run of the car.
    pub run_id: RunId,
    /// Fills the sounding; all zero when the sender left it out.
    pub random: [u8; 16],
}

impl Field for MnbcSoundInd {
    /// Accepts frames that end after the run identifier, as older senders cut them.
    fn read(reader: &mut Reader<'_>, _: &'static str) -> Result<Self, Error> {
        Ok(Self {
            application_type: Field::read(reader, "MnbcSoundInd.application_type")?,
            security_type: Field::read(reader, "MnbcSoundInd.security_type")?,
            sender_id: Field::read(reader, "MnbcSoundInd.sender_id")?,
            count: Field::read(reader, "MnbcSoundInd.count")?,
            run_id: Field::read(reader, "MnbcSoundInd.run_id")?,
            random: reader
                .rest()
                .get(8..24)
                .and_then(|octets| octets.try_into().ok())
                .unwrap_or_default(),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend([self.application_type, self.security_type]);
        self.sender_id.write(out);
        out.push(self.count);
        self.run_id.write(out);
        out.extend([0; 8]);
        out.extend(self.random);
    }
}

/// CM_ATTEN_PROFILE.IND: the local modem heard one sounding. It names no run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttenProfileInd {
    /// The car.
    pub pev_mac: Mac,
    /// What it measured.
    pub groups: Groups,
}

impl Field for AttenProfileInd {
    fn read(reader: &mut Reader<'_>, _: &'static str) -> Result<Self, Error> {
        let pev_mac = Field::read(reader, "AttenProfileInd.pev_mac")?;
        let [count, _reserved] = Field::read(reader, "AttenProfileInd.num_groups")?;
        let groups = reader.take(count.into(), "AttenProfileInd.groups")?.into();
        Ok(Self { pev_mac, groups })
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.pev_mac.write(out);
        out.extend([u8::try_from(self.groups.len()).unwrap_or(u8::MAX), 0]);
        out.extend_from_slice(&self.groups);
    }
}
