//! Runs the hardware beside the sessions: polled on time whatever a peer does, safe when nobody is attached.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use slac::pilot::PilotRequest;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;
use v2g::secc::{Command, Facts, Limits};

use super::{Fact, Fault, Hardware, Isolation, Order, Signal};
pub(crate) use pause::Line;
use pause::Pause;

mod pause;

/// The running hardware of one connector. Clones drive the same; the last one dropped switches off and ends it.
#[derive(Clone, Debug)]
pub struct Rig {
    orders: mpsc::UnboundedSender<Task>,
    facts: watch::Receiver<Facts>,
    line: watch::Receiver<Line>,
    next: Arc<AtomicU64>,
}

enum Task {
    Order(u64, Order),
    Signal(Signal),
    Pause(PilotRequest),
    Limits(Limits),
    Attach(u64, mpsc::UnboundedSender<Command>),
    Detach(u64),
}

impl Rig {
    /// Starts to run the hardware, inside a tokio runtime.
    pub fn start(mut hardware: impl Hardware, limits: Limits) -> Self {
        let (orders, tasks) = mpsc::unbounded_channel();
        let (told, facts) = watch::channel(Facts::new(limits));
        let (shown, line) = watch::channel(Line { toggles: hardware.toggles(), ..Line::default() });
        let runner = Runner {
            hardware,
            told,
            shown,
            known: HashMap::new(),
            stated: None,
            defect: None,
            session: None,
            signal: None,
            pause: None,
        };
        tokio::spawn(runner.run(tasks));
        Self { orders, facts, line, next: Arc::default() }
    }

    /// What is known now.
    pub fn facts(&self) -> Facts {
        self.facts.borrow().clone()
    }

    /// Puts a signal on the control pilot.
    pub fn signal(&self, signal: Signal) {
        self.tell(Task::Signal(signal));
    }

    /// Lets the control pilot pause, as the matching wants it: for 10 s at most, and not while a session runs or the contactor is
    /// closed.
    pub(crate) fn pause(&self, request: PilotRequest) {
        self.tell(Task::Pause(request));
    }

    /// What the matching has to know of the control pilot, now and whenever it changes.
    pub(crate) fn line(&self) -> watch::Receiver<Line> {
        self.line.clone()
    }

    /// What the station can give has changed.
    pub fn set_limits(&self, limits: Limits) {
        self.tell(Task::Limits(limits));
    }

    /// Tells `session` all that is known and all that changes, until what is returned is dropped.
    /// Only the session attached last is listened to.
    pub(crate) fn attach(&self, session: mpsc::UnboundedSender<Command>) -> Attached {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.tell(Task::Attach(number, session));
        Attached { rig: self.clone(), number }
    }

    /// Returns once the hardware runs no more: its code has panicked.
    pub(crate) async fn ended(&self) {
        let mut facts = self.facts.clone();
        while facts.changed().await.is_ok() {}
    }

    fn tell(&self, task: Task) {
        // The runner ends after the last `Rig` only.
        let _ = self.orders.send(task);
    }
}

/// A session's hold on the hardware. Dropping it switches everything off.
#[derive(Debug)]
pub(crate) struct Attached {
    rig: Rig,
    number: u64,
}

impl Attached {
    pub(crate) fn order(&self, order: Order) {
        self.rig.tell(Task::Order(self.number, order));
    }

    pub(crate) fn facts(&self) -> Facts {
        self.rig.facts()
    }

    /// Switches everything off and listens no more.
    pub(crate) fn release(&self) {
        self.rig.tell(Task::Detach(self.number));
    }

    /// Returns once that is so, or after [`SETTLE`].
    pub(crate) async fn until(&self, done: impl FnMut(&Facts) -> bool) {
        let mut facts = self.rig.facts.clone();
        let _ = tokio::time::timeout(SETTLE, facts.wait_for(done)).await;
    }
}

/// How long the hardware gets to come to rest.
const SETTLE: Duration = Duration::from_secs(3);

impl Drop for Attached {
    fn drop(&mut self) {
        self.rig.tell(Task::Detach(self.number));
    }
}

struct Runner<H: Hardware> {
    hardware: H,
    told: watch::Sender<Facts>,
    shown: watch::Sender<Line>,
    known: HashMap<Discriminant<Fact>, Fact>,
    /// Told by [`Fact::Fault`]; stays until that tells otherwise.
    stated: Option<Fault>,
    /// An order failed; stays until the next session.
    defect: Option<Fault>,
    session: Option<(u64, mpsc::UnboundedSender<Command>)>,
    /// Put on the control pilot last.
    signal: Option<Signal>,
    pause: Option<Pause>,
}

impl<H: Hardware> Runner<H> {
    async fn run(mut self, mut tasks: mpsc::UnboundedReceiver<Task>) {
        let mut ticks = tokio::time::interval(self.hardware.period());
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                task = tasks.recv() => match task {
                    Some(task) => self.act(task),
                    None => return,
                },
                _ = ticks.tick() => {}
            }
            self.look();
            self.go_on();
            self.show();
        }
    }

    fn act(&mut self, task: Task) {
        match task {
            Task::Order(number, order) => {
                if self.session.as_ref().is_some_and(|(session, _)| *session == number) {
                    self.order(order);
                }
            }
            Task::Signal(signal) => {
                self.pause = None;
                self.put(signal);
            }
            Task::Pause(request) => self.pause_for(request),
            Task::Limits(limits) => self.learn(Fact::Limits(limits)),
            Task::Attach(number, session) => {
                if self.session.is_some() {
                    self.switch_off();
                }
                self.end_pause();
                self.defect = None;
                // Not what was known at the last tick: a car may have been plugged in since.
                self.look();
                // A verdict of an earlier session is not one of this.
                self.learn(Fact::Isolation(Isolation::Unknown));
                for fact in self.known.values() {
                    let _ = session.send(Command::Fact(fact.clone()));
                }
                self.session = Some((number, session));
            }
            Task::Detach(number) => {
                if self.session.as_ref().is_some_and(|(session, _)| *session == number) {
                    self.session = None;
                    self.switch_off();
                }
            }
        }
    }

    fn order(&mut self, order: Order) {
        if order == Order::CheckCable {
            // The engine has forgotten the old verdict, too.
            self.learn(Fact::Isolation(Isolation::Unknown));
        }
        let outcome = self.hardware.order(order);
        self.judge(outcome);
    }

    fn look(&mut self) {
        let named = match self.hardware.poll() {
            Ok(facts) => {
                let mut stated = None;
                for fact in facts {
                    match fact {
                        Fact::Fault(fault) => stated = Some(stated.flatten().or(fault)),
                        fact => self.learn(fact),
                    }
                }
                self.stated = stated.unwrap_or(self.stated);
                self.stated
            }
            Err(fault) => Some(fault),
        };
        // A fault that stands now outlives the defect of an order, which the next session forgets.
        let is_new = named.is_some() && self.told.borrow().fault != named;
        self.learn(Fact::Fault(named.or(self.defect)));
        if is_new {
            self.switch_off();
        }
    }

    fn judge(&mut self, outcome: Result<(), Fault>) {
        if let Err(fault) = outcome {
            self.defect = Some(fault);
            self.learn(Fact::Fault(Some(fault)));
            self.switch_off();
        }
    }

    /// Tells what is new.
    fn learn(&mut self, fact: Fact) {
        if self.known.get(&discriminant(&fact)) == Some(&fact) {
            return;
        }
        self.known.insert(discriminant(&fact), fact.clone());
        self.told.send_modify(|facts| facts.learn(fact.clone()));
        if let Some((_, session)) = &self.session {
            // A session that has just ended need not know.
            let _ = session.send(Command::Fact(fact));
        }
    }

    /// As safe as it gets; a defect here cannot be helped any more.
    fn switch_off(&mut self) {
        SWITCH_OFF.into_iter().for_each(|order| self.try_hard(order));
    }

    fn try_hard(&mut self, order: Order) {
        if let Err(fault) = self.hardware.order(order) {
            log::error!("{order:?} failed: {fault:?}");
        }
    }
}

/// However the runner ends, also by a panic of the hardware's code or with the runtime: all is switched off.
impl<H: Hardware> Drop for Runner<H> {
    fn drop(&mut self) {
        for order in SWITCH_OFF {
            // What one order leaves broken must not keep the next from being tried.
            if catch_unwind(AssertUnwindSafe(|| self.try_hard(order))).is_err() {
                log::error!("{order:?} panicked");
            }
        }
    }
}

const SWITCH_OFF: [Order; 2] = [Order::SupplyOff, Order::OpenContactor];

#[cfg(test)]
mod tests;
