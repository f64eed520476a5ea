use super::{
    Contactor, ControlPilot, Fact, Fault, Hardware, Isolation, IsolationMonitor, Meter, Order,
    PowerSupply, Signal,
};

/// An AC connector.
#[derive(Debug)]
pub struct Ac<P, C, M> {
    pub pilot: P,
    pub contactor: C,
    pub meter: M,
}

impl<P, C, M> Hardware for Ac<P, C, M>
where
    P: ControlPilot + 'static,
    C: Contactor + 'static,
    M: Meter + 'static,
{
    fn poll(&mut self) -> Result<Vec<Fact>, Fault> {
        let mut facts =
            vec![Fact::Contactor(self.contactor.state()?), Fact::Meter(self.meter.reading()?)];
        facts.extend(self.pilot.state()?.map(Fact::ControlPilot));
        Ok(facts)
    }

    fn order(&mut self, order: Order) -> Result<(), Fault> {
        match order {
            Order::CloseContactor => self.contactor.close(),
            Order::OpenContactor => self.contactor.open(),
            Order::CheckCable
            | Order::PreCharge { .. }
            | Order::Deliver { .. }
            | Order::SupplyOff => Ok(()),
        }
    }

    fn signal(&mut self, signal: Signal) -> Result<(), Fault> {
        self.pilot.signal(signal)
    }

    fn toggles(&mut self) -> Option<u32> {
        self.pilot.toggles()
    }
}

/// A DC connector.
#[derive(Debug)]
pub struct Dc<P, C, S, I, M> {
    pilot: P,
    contactor: C,
    supply: S,
    isolation: I,
    meter: M,
    /// A test was ordered and its verdict is not yet told.
    testing: bool,
}

impl<P, C, S, I, M> Dc<P, C, S, I, M> {
    pub fn new(pilot: P, contactor: C, supply: S, isolation: I, meter: M) -> Self {
        Self { pilot, contactor, supply, isolation, meter, testing: false }
    }
}

impl<P, C, S, I, M> Hardware for Dc<P, C, S, I, M>
where
    P: ControlPilot + 'static,
    C: Contactor + 'static,
    S: PowerSupply + 'static,
    I: IsolationMonitor + 'static,
    M: Meter + 'static,
{
    fn poll(&mut self) -> Result<Vec<Fact>, Fault> {
        let mut facts = vec![
            Fact::Contactor(self.contactor.state()?),
            Fact::Supply(self.supply.present()?),
            Fact::Meter(self.meter.reading()?),
        ];
        facts.extend(self.pilot.state()?.map(Fact::ControlPilot));
        if self.testing {
            let verdict = self.isolation.verdict()?;
            self.testing = verdict == Isolation::Unknown;
            facts.push(Fact::Isolation(verdict));
        }
        Ok(facts)
    }

    fn order(&mut self, order: Order) -> Result<(), Fault> {
        match order {
            Order::CheckCable => {
                self.testing = true;
                self.isolation.start()
            }
            Order::PreCharge { voltage, current } | Order::Deliver { voltage, current } => {
                self.supply.set(voltage, current)
            }
            Order::CloseContactor => self.contactor.close(),
            Order::SupplyOff => self.supply.off(),
            Order::OpenContactor => self.contactor.open(),
        }
    }

    fn signal(&mut self, signal: Signal) -> Result<(), Fault> {
        self.pilot.signal(signal)
    }

    fn toggles(&mut self) -> Option<u32> {
        self.pilot.toggles()
    }
}
