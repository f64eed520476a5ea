use super::*;
use slac::pilot::{Duty, PilotRequest, Step};
use std::sync::Mutex;
use v2g::secc::{AcLimits, Contactor, ControlPilot};

type Orders = Arc<Mutex<Vec<Order>>>;

/// Hardware that does as each poll and order is scripted.
struct Scripted<P, O>(P, O);

impl<P, O> Hardware for Scripted<P, O>
where
    P: FnMut() -> Result<Vec<Fact>, Fault> + Send + 'static,
    O: FnMut(Order) -> Result<(), Fault> + Send + 'static,
{
    fn poll(&mut self) -> Result<Vec<Fact>, Fault> {
        self.0()
    }

    fn order(&mut self, order: Order) -> Result<(), Fault> {
        self.1(order)
    }
}

fn limits() -> Limits {
    Limits::Ac(AcLimits { nominal_voltage: 230.0, max_current: 32.0, phases: 3 })
}

fn noting(orders: &Orders) -> impl FnMut(Order) -> Result<(), Fault> + Send + use<> {
    let orders = orders.clone();
    move |order| {
        orders.lock().unwrap().push(order);
        Ok(())
    }
}

/// The faults that a new session is told at first and while it looks on for a while.
async fn faults(rig: &Rig) -> Vec<Option<Fault>> {
    let (sender, mut facts) = mpsc::unbounded_channel();
    let attached = rig.attach(sender);
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(attached);
    let mut faults = Vec::new();
    while let Ok(command) = facts.try_recv() {
        if let Command::Fact(Fact::Fault(fault)) = command {
            faults.push(fault);
        }
    }
    faults
}

#[tokio::test(start_paused = true)]
async fn a_fault_among_the_facts_stands_and_switches_off_once() {
    let orders = Orders::default();
    let mut told = false;
    let poll = move || {
        let facts = [Fact::Fault(Some(Fault::Malfunction)), Fact::Fault(None)];
        Ok(if std::mem::replace(&mut told, true) { Vec::new() } else { facts.to_vec() })
    };
    let rig = Rig::start(Scripted(poll, noting(&orders)), limits());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(orders.lock().unwrap()[..], SWITCH_OFF);
    for _ in 0..2 {
        assert_eq!(faults(&rig).await, [Some(Fault::Malfunction)]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_defect_of_an_order_is_not_covered_by_a_poll_that_names_no_fault() {
    let order = |order| match order {
        Order::CloseContactor => Err(Fault::Malfunction),
        _ => Ok(()),
    };
    let rig = Rig::start(Scripted(|| Ok(vec![Fact::Fault(None)]), order), limits());
    let (sender, _facts) = mpsc::unbounded_channel();
    let attached = rig.attach(sender);
    attached.order(Order::CloseContactor);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(rig.facts().fault, Some(Fault::Malfunction));
    drop(attached);
    assert_eq!(faults(&rig).await, [None]);
}

#[tokio::test(start_paused = true)]
async fn hardware_that_panics_is_switched_off_whatever_else_panics_then() {
    let orders = Orders::default();
    let mut note = noting(&orders);
    let order = move |order| {
        note(order)?;
        assert_ne!(order, Order::SupplyOff, "the supply is gone");
        Ok(())
    };
    let mut polls = 0;
    let poll = move || {
        polls += 1;
        assert!(polls < 3, "a maker's mistake");
        Ok(Vec::new())
    };
    let rig = Rig::start(Scripted(poll, order), limits());
    rig.ended().await;
    assert_eq!(orders.lock().unwrap()[..], SWITCH_OFF);
}

#[test]
fn a_runtime_that_ends_switches_off() {
    let orders = Orders::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let hardware = Scripted(|| Ok(Vec::new()), noting(&orders));
    let _rig = runtime.block_on(async { Rig::start(hardware, limits()) });
    drop(runtime);
    assert_eq!(orders.lock().unwrap()[..], SWITCH_OFF);
}

/// Hardware that notes its signals, with pilot and contactor as the test has them.
struct Piloted {
    signals: Arc<Mutex<Vec<Signal>>>,
    shown: Arc<Mutex<(Option<ControlPilot>, Contactor)>>,
}

impl Hardware for Piloted {
    fn poll(&mut self) -> Result<Vec<Fact>, Fault> {
        let (pilot, contactor) = *self.shown.lock().unwrap();
        Ok(pilot.map(Fact::ControlPilot).into_iter().chain([Fact::Contactor(contactor)]).collect())
    }

    fn order(&mut self, _: Order) -> Result<(), Fault> {
        Ok(())
    }

    fn signal(&mut self, signal: Signal) -> Result<(), Fault> {
        self.signals.lock().unwrap().push(signal);
        Ok(())
    }
}

/// A rig with 5 % on its pilot, what it shows, and what is put on it from then on.
struct Pilots {
    rig: Rig,
    shown: Arc<Mutex<(Option<ControlPilot>, Contactor)>>,
    signals: Arc<Mutex<Vec<Signal>>>,
}

#[cfg(test)]
impl Pilots {
    async fn new(limits: Limits, pilot: Option<ControlPilot>, contactor: Contactor) -> Self {
        let shown = Arc::new(Mutex::new((pilot, contactor)));
        let signals = Arc::default();
        let hardware = Piloted { signals: Arc::clone(&signals), shown: Arc::clone(&shown) };
        let rig = Rig::start(hardware, limits);
        rig.signal(Signal::Digital);
        tokio::time::sleep(Duration::from_millis(100)).await;
        signals.lock().unwrap().clear();
        Self { rig, shown, signals }
    }

    async fn pause(&self, step: Step, seconds: u64, then: Duty) {
        self.rig.pause(PilotRequest { step, hold: Duration::from_secs(seconds), then });
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    async fn after(&self, seconds: u64) -> Vec<Signal> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        std::mem::take(&mut self.signals.lock().unwrap())
    }
}

const B: Option<ControlPilot> = Some(ControlPilot::B);

#[tokio::test(start_paused = true)]
async fn a_pause_of_the_pilot_is_held_as_asked_but_never_longer_than_10_s() {
    let pilots = Pilots::new(limits(), None, Contactor::Open).await;
    pilots.pause(Step::Error, 4, Duty::Digital).await;
    assert_eq!(pilots.rig.line().borrow().pilot, Some(ControlPilot::F), "also without a pilot");
    assert_eq!(pilots.after(3).await, [Signal::Error]);
    assert_eq!(pilots.after(1).await, [Signal::Digital]);
    assert_eq!(pilots.rig.line().borrow().pilot, None);
    pilots.pause(Step::Steady, 3_600, Duty::Digital).await;
    assert_eq!(pilots.after(11).await, [Signal::Off, Signal::Digital]);
}

#[tokio::test(start_paused = true)]
async fn the_pilot_does_not_pause_beside_energy_or_a_session_nor_after_the_end() {
    let pilots = Pilots::new(limits(), B, Contactor::Closed).await;
    pilots.pause(Step::Error, 4, Duty::Digital).await;
    assert_eq!(pilots.after(60).await, [], "the contactor never opened");
    pilots.shown.lock().unwrap().1 = Contactor::Open;
    let (sender, _facts) = mpsc::unbounded_channel();
    let attached = pilots.rig.attach(sender.clone());
    pilots.pause(Step::Error, 4, Duty::Digital).await;
    assert_eq!(pilots.after(10).await, []);
    drop(attached);
    pilots.pause(Step::Error, 4, Duty::Digital).await;
    let _attached = pilots.rig.attach(sender);
    assert_eq!(pilots.after(1).await, [Signal::Error, Signal::Digital], "a session ends it");
    drop(_attached);
    pilots.pause(Step::Error, 4, Duty::Digital).await;
    pilots.rig.signal(Signal::NotAvailable);
    pilots.pause(Step::Error, 4, Duty::Digital).await;
    assert_eq!(pilots.after(20).await, [Signal::Error, Signal::NotAvailable]);
}

#[tokio::test(start_paused = true)]
async fn only_ac_with_a_pilot_to_look_at_charges_without_communication_until_the_car_leaves() {
    let pilots = Pilots::new(limits(), B, Contactor::Open).await;
    pilots.pause(Step::Steady, 3, Duty::Nominal).await;
    assert_eq!(pilots.after(60).await, [Signal::Off, Signal::Nominal]);
    pilots.shown.lock().unwrap().0 = Some(ControlPilot::A);
    assert_eq!(pilots.after(1).await, [Signal::Digital]);
    let pilots = Pilots::new(limits(), None, Contactor::Open).await;
    pilots.pause(Step::Steady, 3, Duty::Nominal).await;
    assert_eq!(pilots.after(60).await, []);
}
