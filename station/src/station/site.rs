//! Several connectors of this process that share what they hear of a car.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slac::evse::{Event, Input};
use slac::pilot::Pilot;
use slac::{Evse, Output};

use crate::drive::{self, Clock};

/// The connectors of one process whose power lines hear one another: a car is answered by the nearest one alone. Clones are the same
/// site. Give it to every [`Station`](super::Station) of it with [`site`](super::Station::site).
#[derive(Clone)]
pub struct Site(Arc<Shared>);

struct Shared {
    connectors: Mutex<slac::Site>,
    clock: Clock,
}

impl Site {
    /// A site without connectors, inside a tokio runtime.
    pub fn new() -> Self {
        Self(Arc::new(Shared { connectors: Mutex::new(slac::Site::new()), clock: Clock::start() }))
    }

    /// Adds a connector; all are on this clock.
    pub(super) fn add(&self, engine: Evse) -> (Connector, Clock) {
        let number = self.connectors().add(engine);
        (Connector { site: self.clone(), number }, self.0.clock)
    }

    fn connectors(&self) -> MutexGuard<'_, slac::Site> {
        self.0.connectors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Site")
    }
}

/// The matching engine of one connector of a site. Dropping it takes its claims back.
pub(super) struct Connector {
    site: Site,
    number: usize,
}

impl drive::Engine for Connector {
    type Command = Input<'static>;
    type Event = Event;

    fn handle(&mut self, now: Duration, input: drive::Input<'_, Self::Command>) {
        self.site.connectors().handle(now, self.number, drive::evse(input));
    }

    fn wire(&mut self, now: Duration, is_up: bool) {
        let input = if is_up { Input::ModemReset } else { Input::LinkDown };
        self.site.connectors().handle(now, self.number, input);
    }

    fn poll(&mut self) -> drive::Output<Event> {
        drive::slac_output(self.site.connectors().poll(self.number))
    }
}

impl Drop for Connector {
    fn drop(&mut self) {
        let (mut connectors, now) = (self.site.connectors(), self.site.0.clock.now());
        connectors.handle(now, self.number, Input::Pilot(Pilot::A));
        while !matches!(connectors.poll(self.number), Output::Wait(_)) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::Engine;
    use slac::mme::{AttenProfileInd, MnbcSoundInd, SlacParmReq, StartAttenCharInd};
    use slac::modem::Modem;
    use slac::{Frame, Mac, Message, RunId, evse};

    const CAR: Mac = Mac([2, 0, 0, 0, 2, 1]);

    fn connector(site: &Site, last: u8) -> Connector {
        let config = evse::Config {
            modem: Modem::Immediate,
            ..evse::Config::new(Mac([2, 0, 0, 0, 1, last]))
        };
        let random = |out: &mut [u8]| {
            out.fill(7);
            Ok(())
        };
        let (mut connector, _) = site.add(Evse::new(config, random));
        connector.handle(Duration::ZERO, drive::Input::Command(Input::Pilot(Pilot::B)));
        connector
    }

    /// Lets the car sound at a second, heard at these levels, and tells who reports its attenuation.
    fn sound(connectors: &mut [(&mut Connector, u8)], second: u64) -> Vec<bool> {
        let run_id = RunId(second.to_be_bytes());
        let start = StartAttenCharInd {
            application_type: 0,
            security_type: 0,
            num_sounds: 2,
            time_out: 6,
            resp_type: 1,
            forwarding_sta: CAR,
            run_id,
        };
        let sound = MnbcSoundInd {
            application_type: 0,
            security_type: 0,
            sender_id: [0; 17],
            count: 0,
            run_id,
            random: [0; 16],
        };
        let request = SlacParmReq { application_type: 0, security_type: 0, run_id };
        let begin = Duration::from_secs(second);
        let mut reported = vec![false; connectors.len()];
        for at in (0..200).step_by(10).map(|millis| begin + Duration::from_millis(millis)) {
            for ((connector, level), reported) in connectors.iter_mut().zip(&mut reported) {
                let profile =
                    || AttenProfileInd { pev_mac: CAR, groups: [*level; 58].into_iter().collect() };
                let messages: Vec<Message> = match (at - begin).as_millis() {
                    0 => vec![request.clone().into()],
                    50 => vec![start.clone().into()],
                    60 | 70 => vec![sound.clone().into(), profile().into()],
                    _ => Vec::new(),
                };
                for message in messages {
                    let frame = Frame::new(Mac::BROADCAST, CAR, message).emit();
                    connector.handle(at, drive::Input::Received(&frame));
                }
                connector.handle(at, drive::Input::Timeout);
                loop {
                    match connector.poll() {
                        drive::Output::Transmit(octets) => {
                            let frame = Frame::parse(&octets).unwrap();
                            *reported |= matches!(frame.message, Message::AttenCharInd(_));
                        }
                        drive::Output::Event(_) => {}
                        drive::Output::Wait(_) => break,
                    }
                }
            }
        }
        reported
    }

    #[tokio::test]
    async fn of_the_connectors_of_a_site_the_nearest_answers_and_one_that_is_gone_claims_nothing() {
        let site = Site::new();
        let (mut near, mut far) = (connector(&site, 1), connector(&site, 2));
        assert_eq!(sound(&mut [(&mut near, 20), (&mut far, 40)], 1), [true, false]);
        drop(near);
        assert_eq!(sound(&mut [(&mut far, 40)], 2), [true]);
        let (mut one, mut other) = (connector(&Site::new(), 1), connector(&Site::new(), 2));
        assert_eq!(sound(&mut [(&mut one, 20), (&mut other, 40)], 1), [true, true], "no site");
    }
}
