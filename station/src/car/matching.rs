//! The matching over the power line, before a car looks for its station.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use ring::rand::SecureRandom;
use slac::ev::{self, Config, Failure, Input, Validate};
use slac::timing::TOGGLES;
use slac::{Ev, RandomFailed};
use tokio::sync::mpsc;
use v2g::evcc::Ended;

use super::{CarError, Notice};
use crate::drive::{Clock, drive};
use crate::hardware::Vehicle;
use crate::link::PacketLink;

type Observer = Arc<dyn Fn(Notice<'_>) + Send + Sync>;

/// A matching that found its station; dropping it ends it.
pub(super) struct Matching {
    commands: mpsc::UnboundedSender<Input<'static>>,
    left: mpsc::UnboundedReceiver<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Matching {
    /// Matches, and returns once the station has given its network.
    pub(super) async fn find(
        (mut link, mut config): (PacketLink, Config),
        vehicle: &mut impl Vehicle,
        random: Arc<dyn SecureRandom + Send + Sync>,
        observer: Observer,
    ) -> Result<Self, CarError> {
        let fill = move |out: &mut [u8]| random.fill(out).map_err(|_| RandomFailed);
        if !vehicle.can_toggle() {
            config.validate = Validate::Never;
        }
        let mut engine = Ev::new(config, fill);
        let (commands, mut queue) = mpsc::unbounded_channel();
        let (tell, mut told) = mpsc::unbounded_channel::<Told>();
        let (gone, left) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            // Who no longer listens has what it wanted.
            let see = |event| {
                match &event {
                    ev::Event::Matched { .. } => drop(tell.send(Told::Matched)),
                    ev::Event::Failed(failure) => drop(tell.send(Told::Failed(*failure))),
                    ev::Event::Toggle { count, state } => {
                        drop(tell.send(Told::Toggle(*count, *state)));
                    }
                    ev::Event::LinkDown(_) => drop(gone.send(())),
                    _ => {}
                }
                observer(Notice::Slac(&event));
                ControlFlow::<()>::Continue(())
            };
            drive(&mut engine, &mut link, Clock::start(), &mut queue, see).await;
        });
        let matching = Self { commands, left, task };
        matching.send(Input::Start);
        loop {
            match told.recv().await {
                Some(Told::Matched) => return Ok(matching),
                Some(Told::Failed(failure)) => return Err(CarError::Matching(failure)),
                Some(Told::Toggle(count, state)) => toggle(vehicle, count, state).await,
                None => return Err(CarError::Stopped),
            }
        }
    }

    /// A packet came over the link: it is up.
    pub(super) fn linked(&self) {
        self.send(Input::LinkUp);
    }

    /// The session is over: leaves the network, unless the car will come back to it.
    pub(super) async fn end(mut self, ended: Option<&Ended>) {
        match ended {
            Some(Ended::Paused { .. }) => return self.send(Input::Pause),
            Some(Ended::Terminated) => self.send(Input::Terminate),
            _ => self.send(Input::Error),
        }
        let _ = tokio::time::timeout(LEAVE, self.left.recv()).await;
    }

    fn send(&self, input: Input<'static>) {
        let _ = self.commands.send(input);
    }
}

impl Drop for Matching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the one who waits for a match has to know.
enum Told {
    Matched,
    Failed(Failure),
    Toggle(u8, Duration),
}

/// Proves the cable: `count` times from B to C and back, `state` in each.
async fn toggle(vehicle: &mut impl Vehicle, count: u8, state: Duration) {
    /// Back in B also if the matching is broken off.
    struct Ready<'a, V: Vehicle>(&'a mut V);

    impl<V: Vehicle> Drop for Ready<'_, V> {
        fn drop(&mut self) {
            self.0.ready(false);
        }
    }

    let state = state.min(LONGEST);
    for _ in 0..count.min(TOGGLES) {
        let ready = Ready(vehicle);
        ready.0.ready(true);
        tokio::time::sleep(state).await;
        drop(ready);
        tokio::time::sleep(state).await;
    }
}

/// One half of a toggle, however long it is asked for (TP_EV_vald_state_duration, 200 to 400 ms).
const LONGEST: Duration = Duration::from_millis(400);

/// For the network to be left (TP_match_leave, ISO 15118-3).
const LEAVE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::VehicleStatus;
    use tokio::time::Instant;
    use v2g::evcc::{Battery, Order};

    /// Notes when it showed what.
    struct Toggler(Instant, Vec<(u128, bool)>);

    impl Vehicle for Toggler {
        fn poll(&mut self) -> VehicleStatus {
            VehicleStatus { battery: Battery::default(), satisfied: true }
        }

        fn order(&mut self, _: Order) {}

        fn ready(&mut self, ready: bool) {
            self.1.push((self.0.elapsed().as_millis(), ready));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_cable_is_proved_in_time_and_the_pilot_is_back_in_b_also_when_that_is_broken_off() {
        let mut vehicle = Toggler(Instant::now(), Vec::new());
        toggle(&mut vehicle, 2, Duration::from_millis(250)).await;
        assert_eq!(vehicle.1, [(0, true), (250, false), (500, true), (750, false)]);
        let mut vehicle = Toggler(Instant::now(), Vec::new());
        let toggling = toggle(&mut vehicle, u8::MAX, Duration::MAX);
        assert!(tokio::time::timeout(Duration::from_millis(100), toggling).await.is_err());
        assert_eq!(vehicle.1, [(0, true), (100, false)]);
        let mut vehicle = Toggler(Instant::now(), Vec::new());
        toggle(&mut vehicle, u8::MAX, Duration::MAX).await;
        assert_eq!(vehicle.1.len(), 2 * usize::from(TOGGLES));
    }
}
