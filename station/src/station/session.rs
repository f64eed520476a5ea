//! One session: the engine between connection, hardware, authorizers and record.

use std::net::SocketAddrV6;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use v2g::authorization::{Identity, Question};
use v2g::provisioning;
use v2g::secc::{Command, Config, Contactor, Contracts, Ended, Event, Paused, Secc};
use v2g_tls::Negotiated;

mod journal;
mod matching;

use super::{Handle, Notice, Observer, PROTOCOLS, Report, Settings, report};
use crate::authorize::{self, Authorizer, CarToken, Verdict};
use crate::cdr::{Ledger, Record};
use crate::drive::{Clock, Stream, drive};
use crate::hardware::{Attached, Rig};
use crate::net::Connection;
use crate::provision;
use crate::revocation::{Inquiry, Revocation};
use journal::Journal;
pub(super) use matching::Matching;

/// Who is at the other end.
pub(super) struct Peer {
    pub(super) address: SocketAddrV6,
    pub(super) tls: Option<Negotiated>,
    /// Zero when the connection was accepted.
    pub(super) clock: Clock,
}

/// What outlives a session.
pub(super) struct Lasting<'a> {
    pub(super) settings: &'a Settings,
    pub(super) rig: &'a Rig,
    pub(super) handle: &'a Handle,
    pub(super) ledger: Option<&'a Ledger>,
    pub(super) matching: Option<&'a Matching>,
    /// What a car may come back to: forgotten when a session is set up, not by a connection.
    pub(super) paused: &'a mut Option<Paused>,
}

/// Runs the session to its end; the hardware is safe and the record closed when this returns.
pub(super) async fn run(stream: Box<dyn Connection>, peer: Peer, lasting: Lasting<'_>) -> Report {
    let Peer { address, tls, clock } = peer;
    let Lasting { settings, rig, handle, ledger, matching, paused } = lasting;
    let mut engine =
        Secc::new(config(settings, tls.is_some(), clock, paused.clone()), settings.random.clone());
    let (sender, mut commands) = mpsc::unbounded_channel();
    let hardware = rig.attach(sender.clone());
    handle.enter(sender.clone());
    if handle.is_stopped() {
        // The shutdown came before the session could hear of it.
        let _ = sender.send(Command::Abort);
    }
    let desk = Desk {
        settings,
        matching,
        hardware,
        commands: sender,
        inquiry: None,
        asking: None,
        verdict: Arc::default(),
        journal: Journal::new(ledger.cloned()),
        session_id: [0; 8],
        record: Record {
            evse_id: settings.evse_id.clone(),
            tls: tls.map(|tls| tls.to_string()),
            ..Record::default()
        },
    };
    let desk = Mutex::new(desk);
    let mut wire = Stream(stream);
    let driving =
        drive(&mut engine, &mut wire, clock, &mut commands, |event| lock(&desk).take(event));
    let ended = tokio::select! {
        ended = driving => ended,
        () = journal(&desk, settings.patience.journal) => Ended::Aborted,
        () = rig.ended() => Ended::Aborted,
    };
    let elapsed = clock.now();
    handle.leave();
    let desk = desk.into_inner().unwrap_or_else(PoisonError::into_inner);
    let linger = settings.patience.linger;
    let closing = async {
        let closed = desk.close(&ended).await;
        match ended {
            Ended::Terminated | Ended::Paused => wire.close_after_peer(linger).await,
            _ => wire.close(linger).await,
        }
        closed
    };
    let leave = || matching.into_iter().for_each(|matching| matching.ended(&ended));
    tokio::pin!(closing);
    // The link does not outlast the session by what hardware and peer still take.
    let (record, session_id) = tokio::select! {
        closed = &mut closing => {
            leave();
            closed
        }
        () = tokio::time::sleep(LEAVE) => {
            leave();
            closing.await
        }
    };
    if !record.session_id.is_empty() {
        *paused = (ended == Ended::Paused).then_some(Paused { session_id });
    }
    Report { peer: address, ended: ended.clone(), record, elapsed }
}

/// For the last answer to reach the car before the link is left; with
/// [`LAST_LIMIT`](crate::drive::LAST_LIMIT) within the 1 s there is for that.
const LEAVE: Duration = Duration::from_millis(300);

fn config(settings: &Settings, tls: bool, clock: Clock, resume: Option<Paused>) -> Config {
    let since_zero = i64::try_from(clock.now().as_secs()).unwrap_or_default();
    Config {
        evse_id: settings.evse_id.clone(),
        protocols: PROTOCOLS.to_vec(),
        limits: settings.limits,
        tls,
        payment: settings.payment,
        contracts: Contracts {
            revocation: settings.revocation.as_ref().map(Revocation::known).unwrap_or_default(),
            ..settings.contracts.clone()
        },
        certificate_service: settings.certificates.as_ref().map(|(_, service)| service.clone()),
        receipts: settings.receipts,
        free: settings.free,
        clock: crate::time::unix() - since_zero,
        setup_until: settings.patience.setup,
        resume,
        strict_profile: settings.strict_profile,
    }
}

/// Notes now and then how things stand. Never returns.
async fn journal(desk: &Mutex<Desk<'_>>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        lock(desk).note();
    }
}

fn lock<'a, 'd>(desk: &'a Mutex<Desk<'d>>) -> MutexGuard<'a, Desk<'d>> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who decides about revoked contracts, as records say it.
const INQUIRY: &str = "revocation";

/// Where the engine's events go.
struct Desk<'a> {
    settings: &'a Settings,
    matching: Option<&'a Matching>,
    hardware: Attached,
    commands: mpsc::UnboundedSender<Command>,
    /// Whether the contract's certificates are revoked.
    inquiry: Option<Inquiry>,
    /// Somebody is asked, about the car or by it.
    asking: Option<tokio::task::JoinHandle<()>>,
    verdict: Arc<Mutex<Option<Verdict>>>,
    journal: Journal,
    session_id: [u8; 8],
    record: Record,
}

impl Desk<'_> {
    fn take(&mut self, event: Event) -> ControlFlow<Ended> {
        self.settings.observer.tell(Notice::Session(&event));
        match event {
            Event::Protocol(protocol) => self.record.protocol = Some(protocol.name().into()),
            Event::Session { id, evcc_id, resumed } => self.begin(id, evcc_id, resumed),
            Event::ContractVerified { identity, chain } => {
                if let Identity::Contract(contract) = identity {
                    self.record.evcoid = Some(contract.evcoid.normal().into());
                }
                self.inquiry = self
                    .settings
                    .revocation
                    .clone()
                    .map(|revocation| Inquiry::start(revocation, chain));
            }
            Event::Authorize(question) => self.ask(question),
            Event::Authorized { token, .. } => {
                self.record.token = token;
                self.decided();
            }
            Event::Denied { .. } => self.decided(),
            Event::Provision(question) => self.provide(question),
            Event::Order(order) => self.hardware.order(order),
            Event::Receipt { .. } => self.record.receipts += 1,
            Event::Refused { request, why, .. } => {
                self.record.refusal = Some(format!("{request}: {why}"))
            }
            Event::Ended(ended) => return ControlFlow::Break(ended),
            Event::Provisioned { service, code } => {
                self.record.delivered = (!code.is_failed()).then(|| service.to_string());
            }
            Event::Phase(_) | Event::SignatureVerified(_) => {}
            Event::EnergyOn | Event::EnergyOff => self.note(),
        }
        ControlFlow::Continue(())
    }

    fn begin(&mut self, id: [u8; 8], evcc_id: String, resumed: bool) {
        self.session_id = id;
        self.record.session_id = format!("{:016x}", u64::from_be_bytes(id));
        self.record.evcc_id = evcc_id;
        self.record.resumed = resumed;
        self.record.start = crate::time::rfc3339(crate::time::since_epoch());
        self.read_meter();
        self.record.stop = self.record.start.clone();
        self.journal.begin(&self.record);
    }

    fn ask(&mut self, question: Question) {
        let authorizers: Vec<Arc<dyn Authorizer>> = self.settings.authorizers.clone();
        let (commands, verdict) = (self.commands.clone(), self.verdict.clone());
        let observer: Observer = self.settings.observer.clone();
        let inquiry = self.inquiry.take();
        let car = self.matching.filter(|_| self.settings.autocharge).and_then(Matching::car);
        self.replace(tokio::spawn(async move {
            let (answer, decided) = match Inquiry::end(inquiry).await {
                Ok(()) => authorize::decide(&authorizers, question, car.map(CarToken)).await,
                Err((denial, reason)) => authorize::refuse(question, INQUIRY, denial, reason),
            };
            observer.tell(Notice::Decided(&decided));
            *verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(decided);
            // A session that has ended needs no answer.
            let _ = commands.send(Command::Answer(answer));
        }));
    }

    /// The engine refuses by itself when this takes too long.
    fn provide(&mut self, question: provisioning::Question) {
        let Some((provisioner, _)) = self.settings.certificates.clone() else { return };
        let (commands, observer) = (self.commands.clone(), self.settings.observer.clone());
        self.replace(tokio::spawn(async move {
            let (answer, provided) = provision::provide(provisioner, question).await;
            observer.tell(Notice::Provided(&provided));
            // A session that has ended needs no answer.
            let _ = commands.send(Command::Provisioned(answer));
        }));
    }

    fn replace(&mut self, asking: tokio::task::JoinHandle<()>) {
        if let Some(before) = self.asking.replace(asking) {
            before.abort();
        }
    }

    fn decided(&mut self) {
        if let Some(verdict) = self.verdict.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let result = if verdict.accepted { "accepted" } else { "denied" };
            self.record.authorization.result = Some(result.into());
            self.record.token_kind = verdict.token;
            self.record.authorization.by = Some(verdict.by);
            self.record.authorization.reason = Some(verdict.reason);
        }
        self.note();
    }

    fn read_meter(&mut self) {
        if let Some(reading) = self.hardware.facts().meter {
            self.record.read_meter(&reading.meter_id, reading.energy);
        }
    }

    /// How things stand goes to the journal.
    fn note(&mut self) {
        if !self.record.session_id.is_empty() {
            self.read_meter();
            self.record.stop = crate::time::rfc3339(crate::time::since_epoch());
            self.journal.note(&self.record);
        }
    }

    /// After the contactor has opened the meter stands still.
    async fn close(mut self, ended: &Ended) -> (Record, [u8; 8]) {
        if let Some(asking) = &self.asking {
            asking.abort();
        }
        self.hardware.release();
        self.hardware.until(|facts| facts.contactor != Contactor::Closed).await;
        if !self.record.session_id.is_empty() {
            self.read_meter();
            self.record.stop = crate::time::rfc3339(crate::time::since_epoch());
        }
        self.record.stop_reason = Some(report::reason(ended).into());
        match self.journal.close(&self.record).await {
            Ok(true) => self.settings.observer.tell(Notice::Record(&self.record)),
            Ok(false) => {}
            Err(error) => {
                let why = format!("record of session {}: {error}", self.record.session_id);
                self.settings.observer.tell(Notice::Trouble(&why));
            }
        }
        (self.record, self.session_id)
    }
}
