//! ValidatingAdmissionPolicy: expressions that a request must fulfil (`apiserver/pkg/admission/plugin/policy/validating`).

use std::sync::Arc;

use crate::apimachinery::{
    CelValue, LabelSelector, Object, ObjectKey, Status, StatusCause, StatusDetails, builtin, cel_from_json,
};
use crate::base::Value;

use super::super::Registry;
use super::matching::{Request, conditions_hold, evaluated, matches};

/// Kinds about which no policy is asked, lest it locks itself in.
pub(super) const EXEMPT: &[&str] = &[
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
];

/// Something that a policy holds against a request.
struct Denial {
    message: String,
    reason: String,
}

/// Asks every policy; gives back the warnings.
pub(super) fn validate(registry: &Registry, request: Request<'_>) -> Result<Vec<String>, Status> {
    if request.kind.group == builtin::VALIDATING_ADMISSION_POLICY.group && EXEMPT.contains(&request.kind.kind)
    {
        return Ok(Vec::new());
    }
    let mut warnings = Vec::new();
    let mut denied: Option<Denial> = None;
    for policy in registry.store().list(&builtin::VALIDATING_ADMISSION_POLICY, None) {
        let constraints = policy.get("/spec/matchConstraints").unwrap_or(&Value::Null);
        if !matches(registry, constraints, "resourceRules", request) {
            continue;
        }
        for binding in registry.store().list(&builtin::VALIDATING_ADMISSION_POLICY_BINDING, None) {
            let resources = binding.get("/spec/matchResources").unwrap_or(&Value::Null);
            let is_bound = binding.text("/spec/policyName") == policy.name();
            if !is_bound || !matches(registry, resources, "resourceRules", request) {
                continue;
            }
            let names = (policy.name(), binding.name());
            for denial in denials(registry, policy, binding, request) {
                let actions = binding.list("/spec/validationActions");
                if actions.iter().any(|action| action == "Warn") {
                    warnings.push(format!(
                        "Validation failed for ValidatingAdmissionPolicy '{}' with binding '{}': {}",
                        names.0, names.1, denial.message
                    ));
                }
                if denied.is_none() && actions.iter().any(|action| action == "Deny") {
                    let message = format!(
                        "ValidatingAdmissionPolicy '{}' with binding '{}' denied request: {}",
                        names.0, names.1, denial.message
                    );
                    denied = Some(Denial { message, ..denial });
                }
            }
        }
    }
    denied.map_or(Ok(warnings), |denial| Err(refusal(request, denial)))
}

fn refusal(request: Request<'_>, denial: Denial) -> Status {
    let name = request.name();
    let reason = if denial.reason.is_empty() { "Invalid" } else { &denial.reason };
    let code = match reason {
        "Forbidden" => 403,
        "Unauthorized" => 401,
        "RequestEntityTooLarge" => 413,
        _ => 422,
    };
    let resource = request.kind.group_resource();
    let text = format!("{resource} {name:?} is forbidden: {}", denial.message);
    let mut status = Status::failure(code, reason, text);
    let cause = StatusCause { reason: String::new(), message: denial.message, field: String::new() };
    status.details = Some(Box::new(StatusDetails {
        name: name.to_owned(),
        group: request.kind.group.to_owned(),
        kind: request.kind.plural.to_owned(),
        causes: vec![cause],
        ..StatusDetails::default()
    }));
    status
}

/// What a policy holds against a request, with the parameters of one binding.
fn denials(registry: &Registry, policy: &Object, binding: &Object, request: Request<'_>) -> Vec<Denial> {
    let fails = policy.text("/spec/failurePolicy") != "Ignore";
    let failed = |message: String| {
        if fails { vec![Denial { message, reason: String::new() }] } else { Vec::new() }
    };
    let parameters = match parameters_of(registry, policy, binding, request) {
        Ok(parameters) => parameters,
        Err(message) => return failed(message),
    };
    let mut all = Vec::new();
    for parameter in parameters {
        let mut variables = request.variables(registry);
        if policy.get("/spec/paramKind").is_some() {
            variables.push(("params", parameter));
        }
        let conditions = policy.get("/spec/matchConditions").unwrap_or(&Value::Null);
        match conditions_hold(conditions, &variables) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(message) => {
                all.extend(failed(message));
                continue;
            }
        }
        let broken = add_variables(policy, &mut variables);
        for validation in policy.list("/spec/validations") {
            all.extend(judged(validation, &variables, &broken, fails));
        }
    }
    all
}

/// Adds the policy's own variables; gives back those that cannot be told, and why.
pub(super) fn add_variables(
    policy: &Object,
    variables: &mut Vec<(&'static str, CelValue)>,
) -> Vec<(String, String)> {
    let (mut known, mut broken) = (Vec::new(), Vec::new());
    for variable in policy.list("/spec/variables") {
        let name = variable["name"].as_str().unwrap_or_default();
        let mut with = variables.clone();
        with.push(("variables", CelValue::Map(Arc::new(known.clone()))));
        match evaluated(variable["expression"].as_str().unwrap_or_default(), &with) {
            Ok(value) => known.push((CelValue::text(name), value)),
            Err(error) => {
                let why = error.split_once("resulted in error: ").map_or(error.as_str(), |(_, why)| why);
                broken.push((
                    name.to_owned(),
                    format!("composited variable {name:?} fails to evaluate: {why}"),
                ));
            }
        }
    }
    variables.push(("variables", CelValue::Map(Arc::new(known))));
    broken
}

fn judged(
    validation: &Value,
    variables: &[(&'static str, CelValue)],
    broken: &[(String, String)],
    fails: bool,
) -> Option<Denial> {
    let text = |field: &str| validation[field].as_str().unwrap_or_default().trim();
    let reason = text("reason").to_owned();
    match evaluated(text("expression"), variables) {
        Ok(CelValue::Bool(true)) => None,
        Ok(_) => {
            let told = match text("messageExpression") {
                "" => None,
                source => match evaluated(source, variables) {
                    Ok(CelValue::Text(told)) if !told.trim().is_empty() => Some(told.trim().to_owned()),
                    _ => None,
                },
            };
            let message = told.unwrap_or_else(|| match text("message") {
                "" => format!("failed expression: {}", text("expression")),
                message => message.to_owned(),
            });
            Some(Denial { message, reason })
        }
        Err(error) => fails.then(|| Denial { message: explained(error, broken), reason }),
    }
}

/// Why an expression failed; where it asked for a variable that is broken, why that is.
pub(super) fn explained(error: String, broken: &[(String, String)]) -> String {
    match broken.iter().find(|(name, _)| error.ends_with(&format!("no such key: {name}"))) {
        Some((name, why)) => error.replace(&format!("no such key: {name}"), why),
        None => error,
    }
}

/// The parameters of a binding, one evaluation each; null where the policy takes none.
pub(super) fn parameters_of(
    registry: &Registry,
    policy: &Object,
    binding: &Object,
    request: Request<'_>,
) -> Result<Vec<CelValue>, String> {
    let Some(kind) = policy.get("/spec/paramKind") else { return Ok(vec![CelValue::Null]) };
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let Some(reference) = binding.get("/spec/paramRef") else { return Ok(vec![CelValue::Null]) };
    let (version, name) = (text(kind, "apiVersion"), text(kind, "kind"));
    let Some(found) = registry.store().definitions().kind_of(&version, &name) else {
        return Err(format!("failed to find resource referenced by paramKind: '{version}, Kind={name}'"));
    };
    let namespace = match (found.namespaced, text(reference, "namespace")) {
        (false, _) => String::new(),
        (true, given) if given.is_empty() => {
            request.subject().map(|object| object.namespace().to_owned()).unwrap_or_default()
        }
        (true, given) => given,
    };
    let objects: Vec<Arc<Object>> = match text(reference, "name").as_str() {
        "" => {
            let selector = LabelSelector::from_value(&reference["selector"]);
            let all = registry.list(found, found.namespaced.then_some(namespace.as_str()));
            all.into_iter().filter(|object| selector.matches(object.labels())).collect()
        }
        name => registry.get(found, &ObjectKey::new(namespace, name)).into_iter().collect(),
    };
    if objects.is_empty() && text(reference, "parameterNotFoundAction") == "Deny" {
        return Err("failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction".to_owned());
    }
    Ok(objects.iter().map(|object| cel_from_json(object.value())).collect())
}
