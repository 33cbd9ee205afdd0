//! Paths in the words of version 2: bodies are parameters, and each operation names its media types.

use crate::base::{Map, Value, json};

/// What can be done at one path.
pub(super) fn older(item: Value) -> Value {
    let Value::Object(mut item) = item else { return item };
    for (name, part) in &mut item {
        *part = match name.as_str() {
            "parameters" => parameters(part.take()).into(),
            _ => operation(part.take()),
        };
    }
    Value::Object(item)
}

fn parameters(given: Value) -> Vec<Value> {
    let Value::Array(given) = given else { return Vec::new() };
    given.into_iter().map(parameter).collect()
}

/// A parameter, whose type stands beside its name.
fn parameter(given: Value) -> Value {
    let Value::Object(mut parameter) = given else { return given };
    if let Some(Value::Object(schema)) = parameter.remove("schema") {
        parameter.extend(schema);
    }
    parameter.into()
}

fn operation(given: Value) -> Value {
    let Value::Object(mut operation) = given else { return given };
    let mut given = parameters(operation.remove("parameters").unwrap_or_default());
    let mut consumes = vec![Value::from("*/*")];
    if let Some(body) = operation.remove("requestBody") {
        let contents = contents(&body);
        let mut parameter = json!({"in": "body", "name": "body", "schema": schema_of(&contents)});
        if let Some(required) = body.get("required") {
            parameter["required"] = required.clone();
        }
        given.insert(0, parameter);
        consumes = contents.keys().cloned().map(Value::from).collect();
    }
    if !given.is_empty() {
        operation.insert("parameters", given.into());
    }
    let mut produces = Vec::new();
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        for response in responses.values_mut() {
            let contents = contents(response);
            let Value::Object(response) = response else { continue };
            if response.remove("content").is_some() {
                response.insert("schema", schema_of(&contents));
                produces = contents.keys().cloned().map(Value::from).collect();
            }
        }
    }
    operation.insert("consumes", consumes.into());
    operation.insert("produces", produces.into());
    operation.insert("schemes", json!(["https"]));
    operation.into()
}

fn contents(part: &Value) -> Map {
    part.get("content").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// What all media types of a body have in common: its schema.
fn schema_of(contents: &Map) -> Value {
    contents.values().next().map(|content| content["schema"].clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_media_types_stand_where_version_2_has_them() {
        let body = json!({"schema": {"$ref": "#/definitions/Pod"}});
        let older = older(json!({
            "post": {
                "parameters": [{"name": "dryRun", "in": "query", "schema": {"type": "string"}}],
                "requestBody": {"content": {"*/*": body}, "required": true},
                "responses": {
                    "201": {"description": "Created", "content": {"application/json": body}},
                    "401": {"description": "Unauthorized"},
                },
            },
            "parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
        }));
        let post = &older["post"];
        assert_eq!(
            post["parameters"],
            json!([
                {"in": "body", "name": "body", "required": true, "schema": {"$ref": "#/definitions/Pod"}},
                {"in": "query", "name": "dryRun", "type": "string"},
            ])
        );
        assert_eq!((&post["consumes"], &post["produces"]), (&json!(["*/*"]), &json!(["application/json"])));
        assert_eq!(post["responses"]["201"]["schema"]["$ref"], "#/definitions/Pod");
        assert_eq!(post["responses"]["401"], json!({"description": "Unauthorized"}));
        let name = json!({"in": "path", "name": "name", "required": true, "type": "string"});
        assert_eq!(older["parameters"], json!([name]));
    }
}
