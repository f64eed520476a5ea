use std::collections::BTreeSet;

use pki_service::api::Form;
use serde_json::Value;

use crate::support::*;

#[tokio::test]
async fn the_description_names_every_route_once_and_nothing_else() {
    let node = Node::new().await;
    let description = node.get("", "/openapi.json").await.is(200).json();
    assert_eq!(description["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            described.insert((path.clone(), method.to_uppercase()));
            assert!(names.insert(operation["operationId"].as_str().unwrap()), "{operation}");
        }
    }
    let routes = node.service.routes().iter();
    let served: BTreeSet<_> =
        routes.map(|route| (node.service.path(route), route.method.to_string())).collect();
    assert_eq!(described, served);
}

#[tokio::test]
async fn every_reference_of_the_description_leads_somewhere() {
    let node = Node::new().await;
    let description = node.get("", "/openapi.json").await.is(200).json();
    let mut count = 0;
    walk(&description, &mut |value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(description.pointer(pointer).is_some(), "{reference}");
            count += 1;
        }
    });
    assert!(count > 100, "{count}");
}

#[tokio::test]
async fn every_route_says_what_it_answers() {
    let node = Node::new().await;
    for route in node.service.routes() {
        assert!(!route.answers.is_empty(), "{}", route.operation);
        assert!(route.summary.ends_with('.'), "{}", route.operation);
        if let Some(content) = route.body {
            assert!(content.limit <= 64 * 1024, "{}", route.operation);
            assert!(matches!(content.form, Form::Binary | Form::Text | Form::Json(_)));
        }
    }
}

fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    match value {
        Value::Array(list) => list.iter().for_each(|value| walk(value, visit)),
        Value::Object(map) => map.values().for_each(|value| walk(value, visit)),
        _ => {}
    }
}
