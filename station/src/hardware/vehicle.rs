use v2g::evcc::{Battery, Order};

/// What a maker of cars, or of test cars, implements. Every method returns at once.
pub trait Vehicle: Send + 'static {
    /// The battery now, and whether it wants more.
    fn poll(&mut self) -> VehicleStatus;

    /// Does what the session wants. Orders name a wanted state, so a repeated one changes nothing.
    fn order(&mut self, order: Order);

    /// What the station says it gives: DC in V and A; AC the most current for each phase.
    fn present(&mut self, voltage: Option<f64>, current: Option<f64>) {
        let _ = (voltage, current);
    }

    /// Whether [`ready`](Self::ready) does something. A vehicle that cannot toggle proves no cable, whatever its settings say.
    fn can_toggle(&self) -> bool {
        false
    }

    /// Shows state C (`true`) or B on the control pilot, at once. Only while the matching proves the cable (BCB), at most three times, and
    /// B at the end however it ends.
    fn ready(&mut self, ready: bool) {
        let _ = ready;
    }
}

/// The battery and its appetite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VehicleStatus {
    pub battery: Battery,
    /// Nothing more is wanted: the charge is to end.
    pub satisfied: bool,
}
