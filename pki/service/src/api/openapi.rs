use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::reply::PROBLEM_JSON;
use super::route::{Answer, Content, Form, Route};
use super::service::Paths;
use super::{Access, Code, Role};

/// The description of the routes: OpenAPI 3.1.
pub(super) fn describe(routes: &[Route], paths: &Paths) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut described: Map<String, Value> = Map::new();
    for route in routes {
        let operation = operation(route, &mut generator);
        let item = described.entry(paths.of(route)).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(route.method.as_str().to_lowercase(), operation);
        }
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Problem".into(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Plug & Charge contract certificate service",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Issues, delivers and revokes contract certificates of ISO 15118.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "paths": described,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of `pnc pki token add`."},
                "certificate": {"type": "mutualTLS", "description": "A client certificate that was registered."},
            },
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut operation = Map::new();
    let id = format!("{}{}", route.base.prefix(), route.operation);
    operation.insert("operationId".into(), json!(id));
    operation.insert("summary".into(), json!(route.summary));
    let security = match route.access {
        Access::Public => json!([]),
        Access::Roles(roles) => {
            let names: Vec<_> =
                roles.iter().chain([&Role::Admin]).map(|role| role.name()).collect();
            operation.insert("description".into(), json!(format!("For {}.", names.join(", "))));
            json!([{"token": []}, {"certificate": []}])
        }
    };
    operation.insert("security".into(), security);
    operation.insert("parameters".into(), parameters(route, generator));
    if let Some(content) = route.body {
        operation.insert("requestBody".into(), request_body(content, generator));
    }
    operation.insert("responses".into(), responses(route, generator));
    Value::Object(operation)
}

fn parameters(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let path = route.parameters().map(
        |name| json!({"name": name, "in": "path", "required": true, "schema": path_schema(name)}),
    );
    let mut list: Vec<_> = path.collect();
    for parameter in route.query {
        list.push(json!({
            "name": parameter.name, "in": "query", "required": false,
            "description": parameter.summary, "schema": (parameter.schema)(generator),
        }));
    }
    if route.is_write() {
        list.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "A repetition with the same key within a day gets the first answer and changes nothing.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
        }));
    }
    Value::Array(list)
}

/// Parameters of one name mean the same in every path.
fn path_schema(name: &str) -> Value {
    match name {
        "emaid" => json!({
            "type": "string", "description": "Contract identifier, with or without separators and check digit.",
            "examples": ["DE-PNC-C00000001-X"],
        }),
        "pcid" => json!({
            "type": "string", "description": "Identifier of a car's provisioning certificate.",
            "examples": ["WVWP00000000000017"],
        }),
        _ => json!({"type": "string"}),
    }
}

fn request_body(content: Content, generator: &mut SchemaGenerator) -> Value {
    let media =
        content.media.iter().map(|media| ((*media).to_owned(), form(content.form, generator)));
    let media: Map<_, _> = media.collect();
    json!({"required": true, "content": media})
}

fn form(form: Form, generator: &mut SchemaGenerator) -> Value {
    match form {
        Form::Binary => json!({"schema": {"type": "string", "format": "binary"}}),
        Form::Text => json!({"schema": {"type": "string"}}),
        Form::Json(schema) => json!({"schema": schema(generator)}),
    }
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    for Answer { status, content } in &route.answers {
        let mut response = json!({
            "description": status.canonical_reason().unwrap_or("Done"),
            "headers": {"X-Request-ID": {"schema": {"type": "string"}}},
        });
        if let Some((media, form_)) = content
            && let Some(response) = response.as_object_mut()
        {
            let content = Map::from_iter([((*media).to_owned(), form(*form_, generator))]);
            response.insert("content".into(), Value::Object(content));
        }
        responses.insert(status.as_u16().to_string(), response);
    }
    let mut codes = route.usual_problems();
    codes.extend(&route.problems);
    codes.sort_by_key(|code| (code.status().as_u16(), code.name()));
    codes.dedup();
    for group in codes.chunk_by(|a, b| a.status() == b.status()) {
        let Some(first) = group.first() else { continue };
        let names: Vec<_> = group.iter().map(|code| format!("`{}`", code.name())).collect();
        let status = first.status().as_u16().to_string();
        responses.entry(status).or_insert(json!({
            "description": names.join(", "),
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }));
    }
    Value::Object(responses)
}

fn problem() -> Value {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
    json!({
        "type": "object",
        "description": "A failure (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "pattern": "^urn:pnc:problem:"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
            "code": {"type": "string", "enum": codes},
            "request_id": {"type": "string"},
            "response_code": {"type": "string", "description": "What a station may answer to the car."},
        },
    })
}
