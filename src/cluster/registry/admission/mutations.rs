//! MutatingAdmissionPolicy: expressions that change what is written
//! (`apiserver/pkg/admission/plugin/policy/mutating`).

use crate::apimachinery::{
    CelValue, Kind, Object, Status, StatusCause, Unapplied, apply_operations, atomic_parts, builtin,
    decode_strictly, merge_configuration,
};
use crate::base::Value;

use super::super::Registry;
use super::super::patch::undeclared;
use super::super::strategy::strategy_of;
use super::matching::{Request, conditions_hold, evaluated, matches};
use super::policies::{EXEMPT, add_variables, explained, parameters_of};
use super::{Attributes, Called, is_due};

/// Why a policy could not do what it should.
struct PolicyError {
    message: String,
    /// Reason of the answer, unless the policy is wrongly configured.
    reason: Option<&'static str>,
}

/// Lets every policy that means a write change the object; those that want it look again at what later
/// ones made of it.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
    called: &mut Called,
) -> Result<(), Status> {
    let group = builtin::MUTATING_ADMISSION_POLICY.group;
    if attributes.kind.group == group && EXEMPT.contains(&attributes.kind.kind) {
        return Ok(());
    }
    let policies: Vec<_> =
        registry.store().list(&builtin::MUTATING_ADMISSION_POLICY, None).cloned().collect();
    for _ in [1, 2] {
        let mut errors = Vec::new();
        for policy in &policies {
            let key = (String::new(), policy.name().to_owned());
            if is_due(called, &key, policy.get("/spec/reinvocationPolicy"), object) {
                errors.extend(apply_policy(registry, policy, attributes, object)?);
                called.insert(key, object.clone());
            }
        }
        if !errors.is_empty() {
            return Err(refusal(attributes, object, errors));
        }
    }
    Ok(())
}

/// The first error speaks for all.
fn refusal(attributes: &Attributes<'_>, object: &Object, errors: Vec<PolicyError>) -> Status {
    let mut status = Status::forbidden(attributes.kind, object.name(), "");
    if let Some(first) = errors.first() {
        status.message.clone_from(&first.message);
        status.reason = first.reason.map_or(status.reason, str::to_owned);
    }
    let cause = |error: PolicyError| StatusCause { message: error.message, ..StatusCause::default() };
    if let Some(details) = &mut status.details {
        details.causes = errors.into_iter().map(cause).collect();
    }
    status
}

/// Applies one policy under each of its bindings; gives back what fails the request.
fn apply_policy(
    registry: &Registry,
    policy: &Object,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<Vec<PolicyError>, Status> {
    let constraints = policy.get("/spec/matchConstraints").unwrap_or(&Value::Null);
    if !matches(registry, constraints, "resourceRules", attributes.request(object)) {
        return Ok(Vec::new());
    }
    let mut errors = Vec::new();
    for binding in registry.store().list(&builtin::MUTATING_ADMISSION_POLICY_BINDING, None) {
        let resources = binding.get("/spec/matchResources").unwrap_or(&Value::Null);
        let is_bound = binding.text("/spec/policyName") == policy.name();
        if !is_bound || !matches(registry, resources, "resourceRules", attributes.request(object)) {
            continue;
        }
        let names = (policy.name(), binding.name());
        let told = |why| format!("policy '{}' with binding '{}' denied request: {why}", names.0, names.1);
        let parameters = match parameters_of(registry, policy, binding, attributes.request(object)) {
            Ok(parameters) => parameters,
            Err(why) => {
                errors.push(PolicyError { message: told(why), reason: None });
                continue;
            }
        };
        for parameter in parameters {
            let failures = apply_mutations(registry, policy, &parameter, attributes, object)?;
            let error = |why| PolicyError { message: told(why), reason: Some("Invalid") };
            errors.extend(failures.into_iter().map(error));
        }
    }
    if policy.text("/spec/failurePolicy") == "Ignore" {
        errors.clear();
    }
    Ok(errors)
}

/// Applies a policy's mutations with one set of parameters; one that fails is left out.
fn apply_mutations(
    registry: &Registry,
    policy: &Object,
    parameter: &CelValue,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<Vec<String>, Status> {
    let variables_of = |request: Request<'_>| {
        let mut variables = request.variables(registry);
        if policy.get("/spec/paramKind").is_some() {
            variables.push(("params", parameter.clone()));
        }
        variables
    };
    let conditions = policy.get("/spec/matchConditions").unwrap_or(&Value::Null);
    match conditions_hold(conditions, &variables_of(attributes.request(object))) {
        Ok(true) => {}
        Ok(false) => return Ok(Vec::new()),
        Err(why) => return Ok(vec![why]),
    }
    let mut failures = Vec::new();
    for mutation in policy.list("/spec/mutations") {
        let request = attributes.request(object);
        let mut variables = variables_of(request);
        let broken = add_variables(policy, &mut variables);
        match mutated(request, mutation, &variables) {
            Ok(next) => *object = next,
            Err(Failure::OfPolicy(why)) => failures.push(explained(why, &broken)),
            Err(Failure::OfRequest(status)) => return Err(status),
        }
    }
    Ok(failures)
}

/// Why a mutation came to nothing.
enum Failure {
    /// The policy says whether that matters.
    OfPolicy(String),
    /// The request fails, whatever the policy says.
    OfRequest(Status),
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self::OfPolicy(why)
    }
}

/// What one mutation makes of the object.
fn mutated(
    request: Request<'_>,
    mutation: &Value,
    variables: &[(&'static str, CelValue)],
) -> Result<Object, Failure> {
    let Some(object) = request.subject() else { return Err("there is nothing to change".to_owned().into()) };
    let patch_of = |part: &str| -> Result<Value, String> {
        let source = mutation[part]["expression"].as_str().unwrap_or_default();
        let value = evaluated(source, variables)?;
        value.to_json().ok_or_else(|| format!("expression '{source}' does not evaluate to a patch"))
    };
    let changed = if mutation["patchType"] == "JSONPatch" {
        let patch = patch_of("jsonPatch")?;
        let operations = patch.as_array().map(Vec::as_slice).unwrap_or_default();
        match apply_operations(object.value(), operations) {
            Ok(changed) => changed,
            Err(Unapplied::TestFailed(_)) => return Ok(object.clone()),
            Err(Unapplied::Rejected(why)) => return Err(format!("JSON Patch: {why}").into()),
        }
    } else {
        let configuration = patch_of("applyConfiguration")?;
        check_configuration(request, &configuration).map_err(|why| format!("error applying patch: {why}"))?;
        merge_configuration(request.kind, object.value(), &configuration)
    };
    let (next, unknown) = decoded(request.kind, &changed).map_err(Failure::OfRequest)?;
    if !unknown.is_empty() {
        let unknown: Vec<String> = unknown.iter().map(|field| format!("unknown field {field:?}")).collect();
        let why = format!("strict decoding error: {}", unknown.join(", "));
        return Err(Failure::OfRequest(Status::internal(why)));
    }
    Ok(next)
}

/// What was made of an object, with its defaults, and the fields that its kind does not have.
///
/// # Errors
/// When it is no object of the kind.
pub(super) fn decoded(kind: &'static Kind, changed: &Value) -> Result<(Object, Vec<String>), Status> {
    let decoded = decode_strictly(kind, changed).map_err(|status| {
        let about = format!("cannot be handled as a {}: ", kind.kind);
        let why = status.message.split_once(&about).map_or(status.message.as_str(), |(_, why)| why);
        Status::internal(why)
    })?;
    let next = Object::from_value(decoded.value);
    let mut next = next.ok_or_else(|| Status::internal("the patched object is no object"))?;
    strategy_of(kind).set_defaults(&mut next);
    Ok((next, decoded.unknown_fields))
}

/// An applied configuration may hold only what its type knows, and nothing that would replace a value
/// with parts of its own as a whole.
fn check_configuration(request: Request<'_>, configuration: &Value) -> Result<(), String> {
    let unknown = undeclared(request.kind, configuration).unwrap_or_else(|status| Some(status.message));
    if let Some(why) = unknown {
        return Err(format!("failed to convert patch object to typed object: {why}"));
    }
    match atomic_parts(request.kind, configuration) {
        paths if paths.is_empty() => Ok(()),
        paths => Err(format!(
            "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {}",
            paths.join(", ")
        )),
    }
}
