//! Sessions that are logged in, a few at most, each used by one thread at a time.

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use std::ops::Deref;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub(crate) struct Pool {
    context: Pkcs11,
    slot: Slot,
    pin: AuthPin,
    most: usize,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Session>,
    /// Idle and lent ones together.
    open: usize,
}

/// A session lent; it goes back when this is dropped.
pub(crate) struct Lease<'a> {
    pool: &'a Pool,
    session: Option<Session>,
}

impl Pool {
    pub(crate) fn new(context: Pkcs11, slot: Slot, pin: AuthPin, most: usize) -> Self {
        let (state, returned) = (Mutex::default(), Condvar::new());
        Self { context, slot, pin, most: most.max(1), state, returned }
    }

    /// Lends a session; waits while all are lent.
    pub(crate) fn lend(&self) -> Result<Lease<'_>, Error> {
        let mut state = self.lock();
        loop {
            if let Some(session) = state.idle.pop() {
                return Ok(Lease { pool: self, session: Some(session) });
            }
            if state.open < self.most {
                state.open += 1;
                drop(state);
                // Gives the place back if it fails.
                let mut lease = Lease { pool: self, session: None };
                lease.session = Some(self.open()?);
                return Ok(lease);
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Forgets sessions that are not lent: the module may have lost them.
    pub(crate) fn forget_idle(&self) {
        let mut state = self.lock();
        let lost = std::mem::take(&mut state.idle);
        state.open = state.open.saturating_sub(lost.len());
        drop(state);
        self.returned.notify_all();
    }

    fn open(&self) -> Result<Session, Error> {
        let session = self.context.open_rw_session(self.slot)?;
        match session.login(UserType::User, Some(&self.pin)) {
            // All sessions of a program share one login.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => Err(error),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease<'_> {
    /// Closes the session instead of giving it back.
    pub(crate) fn discard(mut self) {
        self.session = None;
    }
}

impl Deref for Lease<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        // Only `discard` and `lend`'s failure take it out, and both consume the lease.
        self.session.as_ref().unwrap_or_else(|| unreachable!("a lease without a session"))
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        match self.session.take() {
            Some(session) => state.idle.push(session),
            None => state.open = state.open.saturating_sub(1),
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}
