//! Plug & Charge without I/O: both engines hand each other their messages, on a clock that is a number.

use pki::Hierarchy;
use pki::issue::Options;
use pnc_examples::Outcome;
use ring::rand::SystemRandom;
use std::io::{Write, stdout};
use std::sync::Arc;
use std::time::Duration;
use v2g::engine::{Input, Output};
use v2g::evcc::{self, Evcc};
use v2g::secc::{self, Contactor, Fact, Order, Secc};

fn main() -> Outcome {
    let random = Arc::new(SystemRandom::new());
    let today = pnc::time::unix();
    let pki = Hierarchy::generate(&*random, today, Options::default())?;
    let mut now = Duration::ZERO;
    let mut station =
        Secc::new(pnc_examples::station(pki.anchors().clone(), today), random.clone());
    let mut car = Evcc::new(now, pnc_examples::car(&pki)?, random);
    let mut ended = false;
    while !ended {
        let car_waits = match car.poll() {
            Output::Transmit(octets) => {
                station.handle(now, Input::Received(&octets));
                continue;
            }
            Output::Event(event) => {
                writeln!(stdout(), "{now:>6.1?}  car      {event:?}")?;
                if event == evcc::Event::EnergyOn {
                    car.handle(now, Input::Command(evcc::Command::Stop));
                }
                continue;
            }
            Output::Wait(until) => until,
        };
        match station.poll() {
            Output::Transmit(octets) => car.handle(now, Input::Received(&octets)),
            Output::Event(secc::Event::Authorize(question)) => {
                let answer = question.accept("the example", None);
                station.handle(now, Input::Command(secc::Command::Answer(answer)));
            }
            Output::Event(secc::Event::Order(order)) => {
                let closed = order == Order::CloseContactor;
                let state = if closed { Contactor::Closed } else { Contactor::Open };
                station.handle(now, Input::Command(secc::Command::Fact(Fact::Contactor(state))));
            }
            Output::Event(event) => {
                writeln!(stdout(), "{now:>6.1?}  station  {event:?}")?;
                ended = matches!(event, secc::Event::Ended(secc::Ended::Terminated));
            }
            Output::Wait(_) => {
                now = now.max(car_waits.ok_or("both wait for ever")?);
                car.handle(now, Input::Timeout);
            }
        }
    }
    Ok(())
}
