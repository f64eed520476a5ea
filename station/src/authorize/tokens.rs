//! External identification: cards and app references from a list.

use super::{Authorizer, CarToken, Decision, Denial, Identity, VID};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Tokens and whether they are good. One a line, `TOKEN` or `TOKEN, blocked`; `#` starts a comment. A car's MAC address is there as
/// [`CarToken`] writes it, and counts with autocharge alone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TokenList(BTreeMap<String, bool>);

/// A line that is no token.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TokenError {
    /// Counted from 1.
    pub line: usize,
    pub problem: String,
}

impl TokenList {
    /// Reads the text form; upper and lower case are the same.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let mut tokens = BTreeMap::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.split('#').next().unwrap_or_default();
            let mut fields = content.split(',').map(str::trim);
            let token = fields.next().unwrap_or_default();
            if token.is_empty() {
                continue;
            }
            let good = match fields.next() {
                None | Some("" | "active") => true,
                Some("blocked") => false,
                Some(other) => {
                    let problem = format!("state {other:?} is neither \"active\" nor \"blocked\"");
                    return Err(TokenError { line, problem });
                }
            };
            if tokens.insert(token.to_ascii_uppercase(), good).is_some() {
                return Err(TokenError {
                    line,
                    problem: format!("token {token} is there already"),
                });
            }
        }
        Ok(Self(tokens))
    }

    pub fn insert(&mut self, token: &str) {
        self.0.insert(token.to_ascii_uppercase(), true);
    }

    fn is_good(&self, token: &str) -> Option<bool> {
        self.0.get(&token.to_ascii_uppercase()).copied()
    }
}

/// Waits for a token to be presented and looks it up. Clones are the same desk.
#[derive(Clone, Debug)]
pub struct TokenDesk(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    list: TokenList,
    /// On the desk since then.
    presented: Mutex<Option<(String, Instant)>>,
    news: Notify,
}

impl TokenDesk {
    pub fn new(list: TokenList) -> Self {
        Self(Arc::new(Desk { list, presented: Mutex::new(None), news: Notify::new() }))
    }

    /// Somebody shows a token: for the car that waits, or the next one within [`HOLD`].
    pub fn present(&self, token: impl Into<String>) {
        *self.presented() = Some((token.into(), Instant::now()));
        self.0.news.notify_one();
    }

    async fn next(&self) -> String {
        loop {
            let taken = self.presented().take();
            match taken {
                Some((token, since)) if since.elapsed() < HOLD => return token,
                _ => self.0.news.notified().await,
            }
        }
    }

    fn presented(&self) -> std::sync::MutexGuard<'_, Option<(String, Instant)>> {
        self.0.presented.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authorizer for TokenDesk {
    fn name(&self) -> &str {
        "token list"
    }

    fn decide<'a>(
        &'a self,
        identity: &'a Identity,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'a>> {
        Box::pin(async move {
            if *identity != Identity::External {
                return Decision::Pass;
            }
            let token = self.next().await;
            // What says a car's address has to come from the car's modem.
            let shown = Some(&token).filter(|token| !token.to_ascii_uppercase().starts_with(VID));
            match shown.and_then(|token| self.0.list.is_good(token)) {
                Some(true) => {
                    let reason = "token is in the list".into();
                    Decision::Accept { token: Some(token), reason }
                }
                Some(false) => Decision::Deny {
                    denial: Denial::Blocked,
                    reason: format!("token {token} is blocked"),
                },
                None => Decision::Deny {
                    denial: Denial::Unknown,
                    reason: format!("token {token} is not in the list"),
                },
            }
        })
    }

    /// A car that is not in the list may still show a token.
    fn recognize<'a>(
        &'a self,
        car: &'a CarToken,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'a>> {
        let decision = match self.0.list.is_good(&car.to_string()) {
            Some(true) => {
                Decision::Accept { token: None, reason: "the car's address is in the list".into() }
            }
            Some(false) => Decision::Deny {
                denial: Denial::Blocked,
                reason: format!("the car's address {car} is blocked"),
            },
            None => Decision::Pass,
        };
        Box::pin(std::future::ready(decision))
    }
}

/// How long a token counts that was shown before the car asked.
pub const HOLD: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_name_tokens_and_errors_name_lines() {
        let list = TokenList::parse("04A2B3C4 # card\n\nAPP-7, blocked\n").unwrap();
        assert_eq!(
            (list.is_good("04a2b3c4"), list.is_good("app-7"), list.is_good("x")),
            (Some(true), Some(false), None)
        );
        assert_eq!(TokenList::parse("A\nB, maybe").unwrap_err().line, 2);
        assert_eq!(TokenList::parse("A\na").unwrap_err().line, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_counts_once_and_not_for_ever() {
        let desk = TokenDesk::new(TokenList::parse("A").unwrap());
        desk.present("A");
        assert!(
            matches!(desk.decide(&Identity::External).await, Decision::Accept { token: Some(t), .. } if t == "A")
        );
        let waiting = tokio::time::timeout(HOLD, desk.decide(&Identity::External)).await;
        assert!(waiting.is_err(), "the token was used up");
        desk.present("A");
        tokio::time::advance(HOLD).await;
        assert!(tokio::time::timeout(HOLD, desk.decide(&Identity::External)).await.is_err());
        let (late, decision) = (desk.clone(), desk.decide(&Identity::External));
        late.present("B");
        assert!(matches!(decision.await, Decision::Deny { denial: Denial::Unknown, .. }));
    }
    #[tokio::test]
    async fn a_listed_car_is_recognized_another_may_show_a_token_and_nobody_shows_a_cars() {
        let list = TokenList::parse("VID:0250AABBCCDD\nVID:0250AABBCCEE, blocked\nA").unwrap();
        let desk = TokenDesk::new(list);
        let car = |last| CarToken(slac::Mac([0x02, 0x50, 0xAA, 0xBB, 0xCC, last]));
        assert_eq!(car(0xDD).to_string(), "VID:0250AABBCCDD");
        assert!(matches!(desk.recognize(&car(0xDD)).await, Decision::Accept { .. }));
        let blocked = desk.recognize(&car(0xEE)).await;
        assert!(matches!(blocked, Decision::Deny { denial: Denial::Blocked, .. }));
        assert_eq!(desk.recognize(&car(0xFF)).await, Decision::Pass);
        desk.present("vid:0250aabbccdd");
        let shown = desk.decide(&Identity::External).await;
        assert!(matches!(shown, Decision::Deny { denial: Denial::Unknown, .. }), "{shown:?}");
    }
}
