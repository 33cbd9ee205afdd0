//! MutatingAdmissionPolicy: expressions that change what is written
//! (`apiserver/pkg/admission/plugin/policy/mutating`).

use serde_json::Value;

use crate::apimachinery::{
    Object, Status, StatusCause, StatusDetails, apply_json_patch, builtin, decode_strictly,
    merge_configuration,
};

use super::super::Registry;
use super::super::strategy::strategy_of;
use super::Attributes;
use super::matching::{Request, conditions_hold, evaluated, matches};
use super::policies::{EXEMPT, add_variables, parameters_of};

/// Lets every policy that means a write change the object; those that want it look again at what later
/// ones made of it.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    let group = builtin::MUTATING_ADMISSION_POLICY.group;
    if attributes.kind.group == group && EXEMPT.contains(&attributes.kind.kind) {
        return Ok(());
    }
    let policies: Vec<_> =
        registry.store().list(&builtin::MUTATING_ADMISSION_POLICY, None).cloned().collect();
    let mut seen: Vec<Option<Object>> = vec![None; policies.len()];
    let mut causes = Vec::new();
    for pass in [1, 2] {
        for (policy, seen) in policies.iter().zip(&mut seen) {
            let again =
                policy.text("/spec/reinvocationPolicy") == "IfNeeded" && seen.as_ref() != Some(object);
            if pass == 1 || again {
                causes.extend(apply_policy(registry, policy, attributes, object));
                *seen = Some(object.clone());
            }
        }
    }
    if causes.is_empty() { Ok(()) } else { Err(refusal(attributes, object, causes)) }
}

fn refusal(attributes: &Attributes<'_>, object: &Object, causes: Vec<String>) -> Status {
    let kind = attributes.kind;
    let mut status = Status::forbidden(kind, object.name(), "admission request denied by policy");
    let cause = |message| StatusCause { message, ..StatusCause::default() };
    status.details = Some(Box::new(StatusDetails {
        name: object.name().to_owned(),
        group: kind.group.to_owned(),
        kind: kind.plural.to_owned(),
        causes: causes.into_iter().map(cause).collect(),
        ..StatusDetails::default()
    }));
    status
}

/// Applies one policy under each of its bindings; gives back what fails the request.
fn apply_policy(
    registry: &Registry,
    policy: &Object,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Vec<String> {
    let constraints = policy.get("/spec/matchConstraints").unwrap_or(&Value::Null);
    if !matches(registry, constraints, "resourceRules", attributes.request(object)) {
        return Vec::new();
    }
    let fails = policy.text("/spec/failurePolicy") != "Ignore";
    let mut causes = Vec::new();
    for binding in registry.store().list(&builtin::MUTATING_ADMISSION_POLICY_BINDING, None) {
        let resources = binding.get("/spec/matchResources").unwrap_or(&Value::Null);
        let is_bound = binding.text("/spec/policyName") == policy.name();
        if !is_bound || !matches(registry, resources, "resourceRules", attributes.request(object)) {
            continue;
        }
        if let Err(why) = apply_binding(registry, policy, binding, attributes, object)
            && fails
        {
            let names = (policy.name(), binding.name());
            causes.push(format!("policy '{}' with binding '{}' denied request: {why}", names.0, names.1));
        }
    }
    causes
}

fn apply_binding(
    registry: &Registry,
    policy: &Object,
    binding: &Object,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), String> {
    for parameter in parameters_of(registry, policy, binding, attributes.request(object))? {
        for mutation in policy.list("/spec/mutations") {
            let request = attributes.request(object);
            let mut variables = request.variables(registry);
            if policy.get("/spec/paramKind").is_some() {
                variables.push(("params", parameter.clone()));
            }
            let conditions = policy.get("/spec/matchConditions").unwrap_or(&Value::Null);
            if !conditions_hold(conditions, &variables)? {
                break;
            }
            if let Some((_, why)) = add_variables(policy, &mut variables).into_iter().next() {
                return Err(why);
            }
            *object = mutated(request, mutation, &variables)?;
        }
    }
    Ok(())
}

/// What one mutation makes of the object.
fn mutated(
    request: Request<'_>,
    mutation: &Value,
    variables: &[(&'static str, crate::apimachinery::CelValue)],
) -> Result<Object, String> {
    let object = request.subject().map(Object::value).ok_or("there is nothing to change")?;
    let patch_of = |part: &str| -> Result<Value, String> {
        let source = mutation[part]["expression"].as_str().unwrap_or_default();
        let value = evaluated(source, variables)?;
        value.to_json().ok_or_else(|| format!("expression '{source}' does not evaluate to a patch"))
    };
    let changed = if mutation["patchType"] == "JSONPatch" {
        apply_json_patch(object, &patch_of("jsonPatch")?).map_err(|status| status.message)?
    } else {
        merge_configuration(request.kind, object, &patch_of("applyConfiguration")?)
    };
    let decoded = decode_strictly(request.kind, &changed).map_err(|status| status.message)?;
    if let Some(field) = decoded.unknown_fields.first() {
        return Err(format!("error applying patch: field not declared in schema: {field}"));
    }
    let mut next = Object::from_value(decoded.value).ok_or("the patched object is no object")?;
    strategy_of(request.kind).set_defaults(&mut next);
    Ok(next)
}
