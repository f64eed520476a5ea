use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use v2g::iso2::msg::ResponseCode;

use super::reply::{PROBLEM_JSON, Reply};

/// A failure as clients see it: a problem document (RFC 9457) with a code that stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What is wrong.
    pub code: Code,
    /// What is wrong with this request.
    pub detail: String,
    /// What a station may answer to the car, as the schema names it.
    pub response_code: Option<&'static str>,
    /// Seconds after which another try may do better.
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem with what is wrong with this request.
    pub fn new(code: Code, detail: impl ToString) -> Self {
        let retry_after = match code {
            Code::TooManyRequests | Code::Unavailable | Code::Overloaded => Some(1),
            Code::StorageFull => Some(60),
            _ => None,
        };
        Self { code, detail: detail.to_string(), response_code: None, retry_after }
    }

    /// With what a station may answer to the car.
    #[must_use]
    pub fn answering(mut self, response_code: ResponseCode) -> Self {
        self.response_code = Some(response_code_name(response_code));
        self
    }

    /// The same for a car of ISO 15118-20, whose session goes on after a warning.
    #[must_use]
    pub fn told_by_iso20(mut self) -> Self {
        self.response_code = self.response_code.map(|code| match code {
            "FAILED_CertificateExpired" => "WARNING_CertificateExpired",
            "FAILED_CertificateRevoked" => "WARNING_CertificateRevoked",
            "FAILED_CertChainError" => "WARNING_CertificateValidationError",
            "FAILED_NoCertificateAvailable" | "FAILED_ContractCanceled" => {
                "WARNING_NoContractMatchingPCIDFound"
            }
            code => code,
        });
        self
    }

    /// The document of a request.
    pub fn into_reply(self, request_id: &str) -> Reply {
        let mut body = Map::new();
        body.insert("type".into(), json!(self.code.uri()));
        body.insert("title".into(), json!(self.code.title()));
        body.insert("status".into(), json!(self.code.status().as_u16()));
        body.insert("detail".into(), json!(self.detail));
        body.insert("code".into(), json!(self.code.name()));
        body.insert("request_id".into(), json!(request_id));
        if let Some(code) = self.response_code {
            body.insert("response_code".into(), json!(code));
        }
        let mut reply =
            Reply::new(self.code.status(), PROBLEM_JSON, Value::Object(body).to_string());
        if let Some(seconds) = self.retry_after {
            reply.headers.push(("retry-after", seconds.to_string()));
        }
        if self.code == Code::Unauthenticated {
            reply.headers.push(("www-authenticate", "Bearer".to_owned()));
        }
        reply
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.detail)
    }
}

impl std::error::Error for Problem {}

/// The name of a response code in the schema.
pub(crate) fn response_code_name(code: ResponseCode) -> &'static str {
    match code {
        ResponseCode::FailedSignatureError => "FAILED_SignatureError",
        ResponseCode::FailedCertificateExpired => "FAILED_CertificateExpired",
        ResponseCode::FailedCertificateRevoked => "FAILED_CertificateRevoked",
        ResponseCode::FailedCertChainError => "FAILED_CertChainError",
        ResponseCode::FailedNoCertificateAvailable => "FAILED_NoCertificateAvailable",
        ResponseCode::FailedContractCanceled => "FAILED_ContractCanceled",
        // The service tells of no other failure.
        _ => "FAILED",
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:ident, $name:literal, $title:literal;)*) => {
        /// Everything that can be wrong, with HTTP status, name and title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $title] $variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Status of the response.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// The name that stays: member `code` of the document, end of its type.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence for people.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

codes! {
    MalformedRequest = BAD_REQUEST, "malformed-request", "A parameter or header cannot be read";
    MalformedJson = BAD_REQUEST, "malformed-json", "The body is not the JSON that is wanted";
    MalformedExi = BAD_REQUEST, "malformed-exi", "The body is no EXI message of ISO 15118";
    MalformedDer = BAD_REQUEST, "malformed-der", "A certificate, request or list is no DER of its kind";
    MalformedId = BAD_REQUEST, "malformed-identifier", "A contract, car or other identifier cannot be read";
    Unauthenticated = UNAUTHORIZED, "unauthenticated", "No credentials, or none that are valid";
    Forbidden = FORBIDDEN, "forbidden", "The client's roles do not allow this";
    ForeignParty = FORBIDDEN, "foreign-party", "The identifier belongs to another party";
    NotFound = NOT_FOUND, "not-found", "No such resource";
    UnknownPcid = NOT_FOUND, "unknown-pcid", "No provisioning certificate of this car is in the pool";
    UnknownContract = NOT_FOUND, "unknown-contract", "No such contract";
    NoContract = NOT_FOUND, "no-contract", "The car has no contract";
    UnknownCertificate = NOT_FOUND, "unknown-certificate", "No such certificate was issued here";
    UnknownAuthority = NOT_FOUND, "unknown-authority", "No such authority issues here";
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method-not-allowed", "The resource has no such method";
    RequestTimeout = REQUEST_TIMEOUT, "request-timeout", "The body did not come in time";
    Conflict = CONFLICT, "conflict", "The state of the resource does not allow this";
    ContractTaken = CONFLICT, "contract-taken", "The contract is there already";
    ProvisioningTaken = CONFLICT, "provisioning-taken", "The car has another provisioning certificate";
    TooLarge = PAYLOAD_TOO_LARGE, "too-large", "The body is larger than is read";
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body has another media type than is wanted";
    UnexpectedMessage = UNPROCESSABLE_ENTITY, "unexpected-message", "The message is no request for a contract certificate";
    BadSignature = UNPROCESSABLE_ENTITY, "bad-signature", "A signature does not verify";
    CertificateChain = UNPROCESSABLE_ENTITY, "certificate-chain", "A chain of certificates does not verify";
    CertificateExpired = UNPROCESSABLE_ENTITY, "certificate-expired", "A certificate is not valid now";
    CertificateRevoked = UNPROCESSABLE_ENTITY, "certificate-revoked", "A certificate is revoked";
    ContractEnded = UNPROCESSABLE_ENTITY, "contract-ended", "The contract is suspended, revoked or over";
    WrongRole = UNPROCESSABLE_ENTITY, "wrong-role", "The certificate or request is for another role";
    Profile = UNPROCESSABLE_ENTITY, "profile", "The certificate breaks its profile";
    UnsupportedKey = UNPROCESSABLE_ENTITY, "unsupported-key", "The key is of another algorithm than is wanted";
    UnsupportedEdition = UNPROCESSABLE_ENTITY, "unsupported-edition", "The edition of ISO 15118 is not offered here";
    KeyReused = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The idempotency key came with another request before";
    HostNotAllowed = UNPROCESSABLE_ENTITY, "host-not-allowed", "Webhooks to this host are not allowed";
    TooManyRequests = TOO_MANY_REQUESTS, "too-many-requests", "The client asks more often than it may";
    Internal = INTERNAL_SERVER_ERROR, "internal", "The service failed";
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "The database does not answer";
    Overloaded = SERVICE_UNAVAILABLE, "overloaded", "The service cannot answer in time";
    StorageFull = INSUFFICIENT_STORAGE, "storage-full", "The database's disk is full";
}

impl Code {
    /// The document's type.
    pub fn uri(self) -> String {
        format!("urn:pnc:problem:{}", self.name())
    }
}
