//! A back end that is asked over HTTP.

use super::{Denial, NoCertificate, Provisioner, Question};
use crate::net::http::{Client, HttpError, Reply, Request, Token, Url};
use serde::Deserialize;
use std::pin::Pin;
use std::time::Duration;

/// Sends the car's message by POST, and takes the message for the car from the answer: EXI both ways
/// (`application/exi`). Whatever else comes is `application/problem+json` (RFC 9457), whose member `response_code`
/// may name what the car is told.
#[derive(Clone, Debug)]
pub struct Remote {
    name: String,
    url: Url,
    client: Client,
    token: Option<Token>,
}

impl Remote {
    /// Asks at this URL.
    pub fn new(url: Url, client: Client) -> Self {
        Self { name: url.to_string(), url, client: client.limit(MOST), token: None }
    }

    /// Shows this token.
    pub fn bearer(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// A back end that is away or busy is asked again; it answers the same request only once.
    async fn ask(&self, question: &Question) -> Result<Vec<u8>, NoCertificate> {
        let mut tries = TRIES;
        loop {
            tries -= 1;
            let mut request =
                Request::post(self.url.clone(), EXI, question.exi().to_vec()).accept(EXI);
            if let Some(token) = &self.token {
                request = request.bearer(token);
            }
            let outcome = self.client.send(request).await;
            let again = match &outcome {
                Ok(reply) => matches!(reply.status, 429 | 502 | 503 | 504),
                Err(error) => matches!(error, HttpError::Connect(..)),
            };
            if !again || tries == 0 {
                return read(outcome);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Provisioner for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn provision<'a>(
        &'a self,
        question: &'a Question,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, NoCertificate>> + Send + 'a>> {
        Box::pin(self.ask(question))
    }
}

fn read(outcome: Result<Reply, HttpError>) -> Result<Vec<u8>, NoCertificate> {
    let reply = outcome.map_err(|error| NoCertificate::new(Denial::Unavailable, error))?;
    if reply.is_success() {
        return Ok(reply.body);
    }
    let problem: Problem = serde_json::from_slice(&reply.body).unwrap_or_default();
    let named = problem.response_code.as_deref();
    let named = named.and_then(|name| CODES.iter().find(|(code, _)| *code == name));
    let denial = match (named, reply.status) {
        (Some((_, denial)), _) => *denial,
        (None, 404) => Denial::NoContract,
        (None, _) => Denial::Unavailable,
    };
    let texts = [problem.code, problem.title, problem.detail].into_iter().flatten();
    let short = |text: String| text.escape_debug().take(MOST_TEXT).collect::<String>();
    let why = texts.map(short).collect::<Vec<_>>().join(", ");
    Err(NoCertificate::new(denial, format_args!("status {} {why}", reply.status)))
}

/// Of a problem, what is told.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    response_code: Option<String>,
}

const CODES: [(&str, Denial); 6] = [
    ("FAILED_NoCertificateAvailable", Denial::NoContract),
    ("FAILED_ContractCanceled", Denial::Canceled),
    ("FAILED_SignatureError", Denial::Signature),
    ("FAILED_CertChainError", Denial::Chain),
    ("FAILED_CertificateExpired", Denial::Expired),
    ("FAILED_CertificateRevoked", Denial::Revoked),
];

const EXI: &str = "application/exi";
/// Octets of an answer; the largest response has 8 KiB.
const MOST: usize = 1 << 16;
/// Characters of each text of a problem.
const MOST_TEXT: usize = 200;
/// As many as the time of a question has room for.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, body: &str) -> NoCertificate {
        let content_type = "application/problem+json".into();
        read(Ok(Reply { status, content_type, body: body.into() })).unwrap_err()
    }

    #[test]
    fn a_problem_is_told_to_the_car_by_its_response_code() {
        for (code, denial) in CODES {
            let body = format!(r#"{{"code": "x", "title": "t", "response_code": "{code}"}}"#);
            assert_eq!(problem(422, &body), NoCertificate::new(denial, "status 422 x, t"));
        }
        assert_eq!(problem(404, "{}").denial, Denial::NoContract);
        assert_eq!(problem(500, "<html>").denial, Denial::Unavailable);
        assert_eq!(problem(401, r#"{"response_code": "OK"}"#).denial, Denial::Unavailable);
        let told = problem(500, &format!(r#"{{"detail": "a\n{}"}}"#, "b".repeat(10_000)));
        assert!(told.why.len() < 300 && !told.why.contains('\n'), "{told}");
    }
}
