use super::*;
use std::sync::Mutex;
use v2g::secc::AcLimits;

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
