//! Wrong definitions and what is said about them.

use super::*;
use crate::apimachinery::Object;
use crate::base::{Value, json};
use crate::cluster::registry::strategy::Strategy;

fn told(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut definition = json!({
        "metadata": {"name": "boxes.e.com"},
        "spec": {
            "group": "e.com", "scope": "Namespaced", "conversion": {"strategy": "None"},
            "names": {"plural": "boxes", "singular": "box", "kind": "Box", "listKind": "BoxList"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": {"type": "object", "properties": {"a": {"type": "string"}}}},
            }}}],
        },
    });
    change(&mut definition);
    let mut definition = Object::from_value(definition).unwrap();
    CustomResourceDefinitionStrategy.prepare_for_create(&mut definition);
    CustomResourceDefinitionStrategy.validate(&definition).iter().map(ToString::to_string).collect()
}

#[test]
fn definitions_are_refused_in_upstreams_words() {
    let a = |value: Value| {
        move |definition: &mut Value| {
            definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
                ["a"] = value;
        }
    };
    let at = "spec.validation.openAPIV3Schema.properties[spec].properties[a]";
    assert_eq!(told(|_| ()), [] as [String; 0]);
    assert_eq!(
        told(|definition| definition["metadata"]["name"] = "box.e.com".into()),
        [r#"metadata.name: Invalid value: "box.e.com": must be spec.names.plural+"."+spec.group"#]
    );
    assert_eq!(
        told(|definition| definition["spec"]["scope"] = "namespaced".into()),
        [r#"spec.scope: Unsupported value: "namespaced": supported values: "Cluster", "Namespaced""#]
    );
    assert_eq!(
        told(|definition| definition["spec"]["versions"][0]["schema"] = Value::Null),
        ["spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required"]
    );
    assert_eq!(
        told(a(json!({"description": "x"}))),
        [format!("{at}.type: Required value: must not be empty for specified object fields")]
    );
    assert_eq!(
        told(a(json!({"type": "text"}))),
        [format!(
            r#"{at}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string""#
        )]
    );
    assert_eq!(told(a(json!({"type": "array"}))), [format!("{at}.items: Required value: must be specified")]);
    assert_eq!(
        told(a(json!({"type": "integer", "default": "x"}))),
        [format!(
            r#"{at}.default: Invalid value: "string": {at}.default in body must be of type integer: "string""#
        )]
    );
    assert_eq!(
        told(a(json!({"type": "object", "oneOf": [{"properties": {"b": {"minLength": 1}}}]}))),
        [format!("{at}.properties[b]: Required value: because it is defined in {at}.oneOf[0].properties[b]")]
    );
    let conversion = |value: Value| move |definition: &mut Value| definition["spec"]["conversion"] = value;
    assert_eq!(
        told(conversion(json!({"strategy": "Webhook"}))),
        [
            "spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook",
            "spec.conversion.conversionReviewVersions: Required value"
        ]
    );
    let service = json!({"namespace": "n", "name": "s", "path": "ab", "port": 0});
    let webhook = json!({"clientConfig": {"service": service}, "conversionReviewVersions": ["v2"]});
    assert_eq!(
        told(conversion(json!({"strategy": "Webhook", "webhook": webhook}))),
        [
            "spec.conversion.webhookClientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive",
            r#"spec.conversion.webhookClientConfig.service.path: Invalid value: "ab": must start with a '/'"#,
            r#"spec.conversion.conversionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1"#,
        ]
    );
    assert_eq!(
        told(|definition| {
            definition["spec"]["versions"][0]["additionalPrinterColumns"] =
                json!([{"name": "A", "type": "text", "jsonPath": "spec.a"}]);
        }),
        [
            r#"spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string"#,
            r#"spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec.a": must be a simple json path starting with ."#,
        ]
    );
}
