//! Watching the link of the local modem by its indications and by asking.

use core::time::Duration;

use super::driver::{Driver, Report, Request};
use super::keying::ask;
use super::{Health, HomePlug, Link, LinkReport, Make, Modem};
use crate::mme::Message;
use crate::output::Outbox;
use crate::timing::Timer;

/// When the modem is asked next; `None` while nobody needs to know.
#[derive(Default)]
pub(super) struct Supervision(Option<Duration>);

impl Supervision {
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.0
    }

    /// Begins or ends the asking.
    pub(super) fn watch(&mut self, is_wanted: bool, link: &Link<'_>) {
        let asks = matches!(link.modem, Modem::HomePlug(modem) if modem.link != LinkReport::None);
        self.0 = match self.0 {
            _ if !is_wanted || !asks => None,
            None => Some(link.now + link.timing[Timer::LinkPoll]),
            next => next,
        };
    }

    pub(super) fn expire<E>(
        &mut self,
        make: Option<Make>,
        link: &Link<'_>,
        out: &mut Outbox<E>,
        health: &mut Health,
    ) {
        if self.0.is_none_or(|next| link.now < next) {
            return;
        }
        self.0 = Some(link.now + link.timing[Timer::LinkPoll]);
        let (Some(make), Modem::HomePlug(modem)) = (make, link.modem) else { return };
        if let Some(driver) = driver(make, modem) {
            health.link_questions = health.link_questions.saturating_add(1);
            ask(driver, modem, Request::Link, link, out);
        }
    }

    /// Something happened at the modem: asks at once, if at all.
    pub(super) fn ask_now(&mut self, now: Duration) {
        self.0 = self.0.map(|_| now);
    }

    /// What the local modem says about its link, if it does.
    pub(super) fn receive(
        &mut self,
        make: Make,
        modem: &HomePlug,
        message: &Message,
        health: &mut Health,
    ) -> Option<bool> {
        let Report::Link { is_up, is_answer } = driver(make, modem)?.report(message)? else {
            return None;
        };
        // An answer that nobody waits for any more is about what was.
        (!is_answer || self.0.is_some()).then(|| {
            health.link_reports = health.link_reports.saturating_add(1);
            is_up
        })
    }
}

/// Who tells about the link.
fn driver(make: Make, modem: &HomePlug) -> Option<&'static dyn Driver> {
    match modem.link {
        LinkReport::Own => Some(make.driver()),
        LinkReport::By(make) => Some(make.driver()),
        LinkReport::None => None,
    }
}
