use std::future::Future;
use std::pin::Pin;

use axum::http::{Method, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{Access, Call, Code, Problem, Reply, Role};

/// One operation of the interface. The table of routes is what the server serves and what the description says.
#[derive(Clone, Debug)]
pub struct Route {
    /// Name of the operation, the same in description and metrics.
    pub operation: &'static str,
    /// Method.
    pub method: Method,
    /// Which of the configured bases stands before the path.
    pub base: Base,
    /// Path, parameters in braces.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Who may.
    pub access: Access,
    /// Parameters of the query.
    pub query: &'static [Parameter],
    /// Media type and form of the body; none takes no body.
    pub body: Option<Content>,
    /// What it answers when it did what was asked.
    pub answers: Vec<Answer>,
    /// What can be wrong beyond [`Route::usual_problems`].
    pub problems: Vec<Code>,
    /// What it does.
    pub run: Handler,
}

/// What serves a route.
pub type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Result<Reply, Problem>> + Send>>;

/// The interfaces that live side by side, each under a base that can be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Our own, and what operators of services want: no base.
    Own,
    /// The pools of OPCP.
    Opcp,
    /// The pools of OPNC.
    Opnc,
    /// Enrolment over secure transport, RFC 7030.
    Est,
}

/// A parameter of a path, a query or a header.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub summary: &'static str,
    /// Its schema.
    pub schema: SchemaOf,
}

/// Writes a schema into a description.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A body.
#[derive(Clone, Copy, Debug)]
pub struct Content {
    /// Media types; a request without one is taken for the first.
    pub media: &'static [&'static str],
    /// Most octets that are read.
    pub limit: usize,
    /// Its form.
    pub form: Form,
}

/// Form of a body.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Octets.
    Binary,
    /// Text.
    Text,
    /// A document.
    Json(SchemaOf),
}

/// An answer of success.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Media type and form; none for an empty one.
    pub content: Option<(&'static str, Form)>,
}

impl Route {
    /// A public route without body, answers and problems of its own.
    pub fn new(
        operation: &'static str,
        method: Method,
        base: Base,
        path: &'static str,
        summary: &'static str,
        run: Handler,
    ) -> Self {
        let (access, query, body) = (Access::Public, &[] as &[_], None);
        let (answers, problems) = (Vec::new(), Vec::new());
        Self { operation, method, base, path, summary, access, query, body, answers, problems, run }
    }

    /// For these roles, and admins.
    #[must_use]
    pub fn access(mut self, roles: &'static [Role]) -> Self {
        self.access = Access::Roles(roles);
        self
    }

    /// With parameters in the query.
    #[must_use]
    pub fn query(mut self, query: &'static [Parameter]) -> Self {
        self.query = query;
        self
    }

    /// With a body.
    #[must_use]
    pub fn body(mut self, body: Content) -> Self {
        self.body = Some(body);
        self
    }

    /// With answers.
    #[must_use]
    pub fn answers(mut self, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.answers.extend(answers);
        self
    }

    /// With what can be wrong.
    #[must_use]
    pub fn problems(mut self, problems: &[Code]) -> Self {
        self.problems.extend(problems);
        self
    }

    /// What can be wrong with every request of this route.
    pub fn usual_problems(&self) -> Vec<Code> {
        let mut codes = vec![Code::MalformedRequest, Code::TooManyRequests, Code::Overloaded];
        codes.extend([Code::Unavailable, Code::Internal, Code::Unauthenticated]);
        if self.access != Access::Public {
            codes.extend([Code::Forbidden, Code::ForeignParty]);
        }
        if let Some(content) = self.body {
            codes.extend([Code::TooLarge, Code::UnsupportedMediaType, Code::RequestTimeout]);
            if matches!(content.form, Form::Json(_)) {
                codes.push(Code::MalformedJson);
            }
        }
        if self.is_write() {
            codes.extend([Code::StorageFull, Code::Conflict, Code::KeyReused]);
        }
        codes
    }

    /// Whether it takes an idempotency key: it changes something for a client.
    pub fn is_write(&self) -> bool {
        self.method != Method::GET && self.access != Access::Public
    }

    /// Names of the path's parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

impl Base {
    /// What the names of its operations begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Opcp => "opcp_",
            Self::Opnc => "opnc_",
            Self::Est => "est_",
        }
    }
}

/// The schema of a type of the interface.
pub(super) fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// A document of a type.
pub(super) const fn json<T: JsonSchema>() -> Form {
    Form::Json(schema_of::<T>)
}
