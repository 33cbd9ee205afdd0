//! Which requests a policy or a webhook is about (`apiserver/pkg/admission/plugin/policy/matching`).

use crate::apimachinery::{
    CelProgram, CelValue, Kind, LabelSelector, Object, ObjectKey, builtin, cel_from_json,
};
use crate::base::{Value, json};

use super::super::super::authorization::Attributes;
use super::super::Registry;
use super::super::options::WriteOptions;
use super::authorizer::Authorizer;

/// A write that somebody may hold something against.
#[derive(Clone, Copy)]
pub(in crate::cluster::registry) struct Request<'a> {
    /// Kind of the object written.
    pub kind: &'static Kind,
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    pub operation: &'static str,
    /// The object as it would be, or the options of a connection; `None` for a deletion.
    pub object: Option<&'a Object>,
    /// The object before; `None` for a creation.
    pub old: Option<&'a Object>,
    /// Who writes, and how.
    pub options: &'a WriteOptions,
    /// Where a connection leads; of what is written the object itself says it.
    pub connection: Option<&'a ObjectKey>,
}

impl<'a> Request<'a> {
    /// The object written or deleted.
    pub(super) fn subject(self) -> Option<&'a Object> {
        self.object.or(self.old)
    }

    /// The name of what the request is about.
    pub(super) fn name(self) -> &'a str {
        let written = || self.subject().map(Object::name).unwrap_or_default();
        self.connection.map_or_else(written, |key| &key.name)
    }

    fn namespace(self) -> &'a str {
        if let Some(key) = self.connection {
            return &key.namespace;
        }
        match self.subject() {
            Some(object) if self.kind == &builtin::NAMESPACE => object.name(),
            Some(object) => object.namespace(),
            None => "",
        }
    }

    /// The Namespace around the object.
    fn namespace_object(self, registry: &Registry) -> Option<Value> {
        if self.namespace().is_empty() || self.kind == &builtin::NAMESPACE {
            return None;
        }
        let key = ObjectKey::new("", self.namespace());
        registry.store().get(&builtin::NAMESPACE, &key).map(|found| found.value().clone())
    }

    /// What expressions may name.
    pub(super) fn variables(self, registry: &Registry) -> Vec<(&'static str, CelValue)> {
        let value =
            |object: Option<&Object>| object.map_or(CelValue::Null, |object| cel_from_json(object.value()));
        let namespace = self.namespace_object(registry).unwrap_or_default();
        vec![
            ("object", value(self.object)),
            ("oldObject", value(self.old)),
            ("request", cel_from_json(&self.request_value())),
            ("namespaceObject", cel_from_json(&namespace)),
            ("authorizer", Authorizer::value(registry.store(), &self.options.user, self.attributes())),
        ]
    }

    /// The request as authorization looks at it, without its verb.
    fn attributes(self) -> Attributes {
        Attributes {
            version: self.kind.version.to_owned(),
            subresource: self.options.subresource.to_owned(),
            ..Attributes::on("", self.kind.group, self.kind.plural, self.name()).within(self.namespace())
        }
    }

    /// `AdmissionRequest` without what is written.
    pub(super) fn request_value(self) -> Value {
        let mut kind =
            json!({"group": self.kind.group, "version": self.kind.version, "kind": self.kind.kind});
        if self.connection.is_some() {
            kind["kind"] = self.object.map(|options| options.text("/kind")).unwrap_or_default().into();
        }
        let resource =
            json!({"group": self.kind.group, "version": self.kind.version, "resource": self.kind.plural});
        json!({
            "kind": kind, "requestKind": kind, "resource": resource, "requestResource": resource,
            "subResource": self.options.subresource, "requestSubResource": self.options.subresource,
            "name": self.name(),
            "namespace": self.namespace(),
            "operation": self.operation,
            "userInfo": self.options.user.info(),
            "dryRun": self.options.dry_run,
        })
    }
}

/// Whether a request is one of those that selectors and rules mean; without rules all are.
pub(super) fn matches(registry: &Registry, resources: &Value, rules: &str, request: Request<'_>) -> bool {
    let any = |list: &str| {
        let rules = resources[list].as_array().into_iter().flatten();
        rules.clone().any(|rule| rule_matches(registry, rule, resources["matchPolicy"] != "Exact", request))
    };
    let listed = resources[rules].as_array().is_some_and(|rules| !rules.is_empty());
    (!listed || any(rules))
        && !any("excludeResourceRules")
        && namespace_matches(registry, resources.get("namespaceSelector"), request)
        && object_matches(resources.get("objectSelector"), request)
}

fn namespace_matches(registry: &Registry, selector: Option<&Value>, request: Request<'_>) -> bool {
    let Some(selector) = selector.map(LabelSelector::from_value).filter(|selector| !selector.is_empty())
    else {
        return true;
    };
    if request.kind == &builtin::NAMESPACE {
        return request.subject().is_some_and(|object| selector.matches(object.labels()));
    }
    if request.namespace().is_empty() {
        return true;
    }
    let namespace = request.namespace_object(registry).and_then(Object::from_value);
    namespace.is_some_and(|namespace| selector.matches(namespace.labels()))
}

fn object_matches(selector: Option<&Value>, request: Request<'_>) -> bool {
    let Some(selector) = selector.map(LabelSelector::from_value).filter(|selector| !selector.is_empty())
    else {
        return true;
    };
    [request.object, request.old].into_iter().flatten().any(|object| selector.matches(object.labels()))
}

fn rule_matches(registry: &Registry, rule: &Value, equivalent: bool, request: Request<'_>) -> bool {
    let lists = |field: &str, text: &str| {
        let items = rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        items.clone().any(|item| item == "*" || item == text)
    };
    let kind = request.kind;
    let other_version = || {
        let versions = rule["apiVersions"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let kinds = registry.store().definitions();
        versions.clone().any(|version| kinds.kind_by_resource(kind.group, version, kind.plural).is_some())
    };
    let in_scope = match rule["scope"].as_str().unwrap_or("*") {
        "Namespaced" => kind.namespaced,
        "Cluster" => !kind.namespaced,
        _ => true,
    };
    let named = rule["resourceNames"]
        .as_array()
        .is_none_or(|names| names.is_empty() || names.iter().any(|known| known == request.name()));
    in_scope
        && named
        && lists("operations", request.operation)
        && lists("apiGroups", kind.group)
        && (lists("apiVersions", kind.version) || (equivalent && other_version()))
        && resource_matches(rule, kind.plural, request.options.subresource)
}

fn resource_matches(rule: &Value, plural: &str, subresource: &str) -> bool {
    let resources = rule["resources"].as_array().into_iter().flatten().filter_map(Value::as_str);
    resources.clone().any(|resource| {
        let (name, part) = resource.split_once('/').unwrap_or((resource, ""));
        (name == "*" || name == plural) && (part == "*" || part == subresource)
    })
}

/// Whether all conditions hold.
///
/// # Errors
/// When one cannot be told and none is false.
pub(super) fn conditions_hold(
    conditions: &Value,
    variables: &[(&'static str, CelValue)],
) -> Result<bool, String> {
    let mut failure = None;
    for condition in conditions.as_array().into_iter().flatten() {
        match evaluated(condition["expression"].as_str().unwrap_or_default(), variables) {
            Ok(CelValue::Bool(true)) => {}
            Ok(_) => return Ok(false),
            Err(error) => failure = Some(error),
        }
    }
    failure.map_or(Ok(true), Err)
}

/// The value of an expression.
///
/// # Errors
/// With the text that upstream shows.
pub(super) fn evaluated(source: &str, variables: &[(&'static str, CelValue)]) -> Result<CelValue, String> {
    let program = CelProgram::parse(source).and_then(|program| program.evaluate(variables));
    program.map_err(|error| format!("expression '{source}' resulted in error: {error}"))
}
