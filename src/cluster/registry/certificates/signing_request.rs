//! Rules of CertificateSigningRequests (`pkg/registry/certificates`, `pkg/apis/certificates/validation`).

use std::time::Duration;

use crate::apimachinery::{
    FieldError, FieldErrors, Object, Status, builtin, seconds, validate_dns1123_subdomain,
};
use crate::base::{Map, Timestamp, Value};

use super::super::super::authentication::{CertificateRequest, Usage};
use super::super::super::authorization::{Attributes, Decision, MASTERS, authorize};
use super::super::Registry;
use super::super::columns::{self, Column};
use super::super::options::WriteOptions;
use super::super::strategy::Strategy;
use super::super::validation::Field;

/// The signer of certificates with which users prove themselves.
const CLIENT_SIGNER: &str = "kubernetes.io/kube-apiserver-client";
/// The signer that only old versions of the API had.
const LEGACY_SIGNER: &str = "kubernetes.io/legacy-unknown";
/// Fewest seconds that a certificate may be asked for.
const LIFETIME_MIN: i64 = 600;

/// `pkg/registry/certificates/certificates`.
pub(crate) struct SigningRequestStrategy;

impl Strategy for SigningRequestStrategy {
    fn check_user(
        &self,
        registry: &Registry,
        options: &WriteOptions,
        new: &mut Object,
        old: Option<&Object>,
    ) -> Result<(), Status> {
        let Some(old) = old else {
            note_requester(new, options);
            return refuse_masters(new);
        };
        new.set("/spec", old.get("/spec").cloned().unwrap_or_default());
        match options.subresource {
            "approval" => {
                keep_conditions(new, old, &["Failed"]);
                stamp_conditions(new, registry.now());
                self.check_signer(registry, options, old, "approve")
            }
            "status" => {
                keep_conditions(new, old, &["Approved", "Denied"]);
                stamp_conditions(new, registry.now());
                let signs = new.text("/status/certificate") != old.text("/status/certificate");
                if signs { self.check_signer(registry, options, old, "sign") } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn name_errors(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let spec = Field::of(object, "spec");
        let mut errors = FieldErrors::new();
        let request = spec.child("request");
        if let Err(why) = parse(object) {
            errors.push(request.invalid_value(request.text(), why));
        }
        errors.extend(usage_errors(&spec.child("usages")));
        errors.extend(signer_errors(&spec.child("signerName")));
        let lifetime = spec.child("expirationSeconds");
        if !lifetime.is_absent() && lifetime.number() < LIFETIME_MIN {
            let detail = "may not specify a duration less than 600 seconds (10 minutes)";
            errors.push(lifetime.invalid(detail));
        }
        errors
    }

    fn validate_part(&self, _subresource: &str, new: &Object, old: &Object) -> FieldErrors {
        let both =
            |object: &Object| ["Approved", "Denied"].iter().all(|name| object.condition(name).is_some());
        let mut errors = FieldErrors::new();
        if both(new) && !both(old) {
            let detail = "Approved and Denied conditions are mutually exclusive";
            errors.push(FieldError::invalid("status.conditions", "", detail));
        }
        let lost = |name: &&str| old.condition(name).is_some() && new.condition(name).is_none();
        errors.extend(["Approved", "Denied", "Failed"].iter().copied().filter(|name| lost(name)).map(
            |name| {
                let detail = format!("updates may not remove a condition of type {name:?}");
                FieldError::forbidden("status.conditions", detail)
            },
        ));
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                columns::AGE,
                Column::text("SignerName"),
                Column::text("Requestor"),
                Column::text("RequestedDuration"),
                Column::text("Condition"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let lifetime = object.number("/spec/expirationSeconds").and_then(|seconds| seconds.try_into().ok());
        let lifetime = lifetime.map(|seconds| {
            let duration = jiff::SignedDuration::try_from(Duration::from_secs(seconds)).unwrap_or_default();
            crate::base::human_duration(duration)
        });
        vec![
            object.name().into(),
            columns::age(object, now),
            columns::text_or_none(object, "/spec/signerName"),
            object.text("/spec/username").into(),
            lifetime.unwrap_or_else(|| columns::NONE.to_owned()).into(),
            condition(object).into(),
        ]
    }
}

impl SigningRequestStrategy {
    /// Who approves or signs needs the right to do so for this signer, or for all of its domain.
    fn check_signer(
        &self,
        registry: &Registry,
        options: &WriteOptions,
        object: &Object,
        verb: &str,
    ) -> Result<(), Status> {
        let signer = object.text("/spec/signerName");
        let domain = format!("{}/*", signer.split('/').next().unwrap_or_default());
        let may = [signer, &domain].into_iter().any(|name| {
            let attributes = Attributes::on(verb, "certificates.k8s.io", "signers", name);
            matches!(authorize(registry.store(), &options.user, &attributes), Decision::Allowed(_))
        });
        if may {
            return Ok(());
        }
        let why = format!("user not permitted to {verb} requests with signerName {signer:?}");
        Err(Status::forbidden(&builtin::CERTIFICATE_SIGNING_REQUEST, object.name(), &why))
    }
}

fn parse(object: &Object) -> Result<CertificateRequest, String> {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(object.text("/spec/request"));
    CertificateRequest::parse(&bytes.unwrap_or_default())
}

/// Writes down who asks; a client cannot.
fn note_requester(object: &mut Object, options: &WriteOptions) {
    let user = &options.user;
    for field in ["username", "uid", "groups", "extra"] {
        object.remove(&format!("/spec/{field}"));
    }
    for (field, value) in user.info().as_object().cloned().unwrap_or_else(Map::new) {
        object.set(&format!("/spec/{field}"), value);
    }
    object.remove("/status");
}

/// Nobody gets into the group that may do everything this way (CertificateSubjectRestriction).
fn refuse_masters(object: &Object) -> Result<(), Status> {
    let wants = object.text("/spec/signerName") == CLIENT_SIGNER
        && parse(object).is_ok_and(|request| request.organizations.iter().any(|name| name == MASTERS));
    if !wants {
        return Ok(());
    }
    let why = format!("use of {CLIENT_SIGNER} signer with {MASTERS} group is not allowed");
    Err(Status::forbidden(&builtin::CERTIFICATE_SIGNING_REQUEST, object.name(), &why))
}

/// Conditions of these types are as they were: they are another subresource's.
fn keep_conditions(new: &mut Object, old: &Object, types: &[&str]) {
    let of_types = |condition: &Value| types.iter().any(|kept| condition["type"] == *kept);
    let mut conditions: Vec<Value> = new.list("/status/conditions").to_vec();
    conditions.retain(|condition| !of_types(condition));
    let kept = old.list("/status/conditions").iter().filter(|condition| of_types(condition));
    conditions.splice(0..0, kept.cloned());
    if !conditions.is_empty() {
        new.set("/status/conditions", conditions);
    }
}

fn stamp_conditions(object: &mut Object, now: Timestamp) {
    let Some(Value::Array(conditions)) = object.get_mut("/status/conditions") else { return };
    for condition in conditions {
        for field in ["lastUpdateTime", "lastTransitionTime"] {
            if condition[field].is_null() {
                condition[field] = seconds(now).into();
            }
        }
    }
}

fn usage_errors(usages: &Field<'_>) -> FieldErrors {
    if usages.is_empty() {
        return vec![usages.required("")];
    }
    let mut errors = FieldErrors::new();
    let mut known: Vec<&str> = Vec::new();
    for usage in usages.items() {
        if Usage::named(usage.text()).is_none() {
            errors.push(usage.not_supported(&Usage::names()));
        } else if known.contains(&usage.text()) {
            errors.push(usage.duplicate());
        }
        known.push(usage.text());
    }
    errors
}

fn signer_errors(signer: &Field<'_>) -> Option<FieldError> {
    if signer.is_empty() {
        return Some(signer.required(""));
    }
    if signer.text() == LEGACY_SIGNER {
        return Some(signer.invalid("the legacy signerName is not allowed via this API version"));
    }
    let form = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    let Some((domain, path)) = signer.text().split_once('/') else { return Some(signer.invalid(form)) };
    if path.is_empty() || path.contains('/') {
        return Some(signer.invalid(form));
    }
    if let Some(why) = validate_dns1123_subdomain(domain).into_iter().next() {
        return Some(signer.invalid(format!("validating domain {domain:?}: {why}")));
    }
    let segments = "should be a domain with at least two segments separated by dots";
    (!domain.contains('.')).then(|| signer.invalid(segments))
}

/// `Pending`, `Approved,Issued` and the like.
fn condition(object: &Object) -> String {
    let has = |kind: &str| object.condition(kind).is_some();
    let mut text = if has("Denied") {
        "Denied"
    } else if has("Approved") {
        "Approved"
    } else {
        "Pending"
    }
    .to_owned();
    if has("Failed") {
        text.push_str(",Failed");
    }
    if !object.text("/status/certificate").is_empty() {
        text.push_str(",Issued");
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn what_is_missing_is_told() {
        let mut object = Object::new(&builtin::CERTIFICATE_SIGNING_REQUEST, "", "jane");
        object.set(
            "/spec",
            json!({"request": "bm9uZQ==", "usages": ["client auth", "spying", "client auth"],
            "expirationSeconds": 5}),
        );
        let errors: Vec<String> =
            SigningRequestStrategy.validate(&object).iter().map(ToString::to_string).collect();
        assert_eq!(
            errors[0],
            r#"spec.request: Invalid value: "bm9uZQ==": PEM block type must be CERTIFICATE REQUEST"#
        );
        assert!(
            errors[1]
                .starts_with(r#"spec.usages[1]: Unsupported value: "spying": supported values: "any", "#)
        );
        assert_eq!(errors[2], r#"spec.usages[2]: Duplicate value: "client auth""#);
        assert_eq!(errors[3], "spec.signerName: Required value");
        assert_eq!(
            errors[4],
            "spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)"
        );
        let signer = |name: &str| {
            let object = Object::from_value(json!({"signerName": name})).unwrap();
            signer_errors(&Field::of(&object, "signerName")).map(|error| error.detail)
        };
        assert_eq!(signer("example.com/mine"), None);
        let with = |types: &[&str]| {
            let conditions: Vec<Value> =
                types.iter().map(|name| json!({"type": name, "status": "True"})).collect();
            let mut object = Object::new(&builtin::CERTIFICATE_SIGNING_REQUEST, "", "jane");
            object.set("/status/conditions", conditions);
            object
        };
        let told = |new: &[&str], old: &[&str]| {
            SigningRequestStrategy.validate_part("approval", &with(new), &with(old)).len()
        };
        let both = ["Approved", "Denied"];
        assert_eq!((told(&both, &both[..1]), told(&both, &both), told(&both[1..], &[])), (1, 0, 0));
        assert!(signer("mine").unwrap().starts_with("must be a fully qualified domain"));
        assert!(signer("local/mine").unwrap().starts_with("should be a domain"));
    }

    #[test]
    fn a_decision_is_neither_taken_back_nor_turned() {
        let told = |old: &[&str], new: &[&str]| {
            let request = |decided: &[&str]| {
                let conditions: Vec<Value> =
                    decided.iter().map(|name| json!({"type": name, "status": "True"})).collect();
                Object::from_value(json!({"status": {"conditions": conditions}})).unwrap()
            };
            let errors = SigningRequestStrategy.validate_part("approval", &request(new), &request(old));
            errors.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert!(told(&[], &["Approved"]).is_empty());
        let kept = r#"status.conditions: Forbidden: updates may not remove a condition of type "Approved""#;
        assert_eq!(told(&["Approved"], &["Denied"]), [kept]);
        let both =
            "status.conditions: Invalid value: \"\": Approved and Denied conditions are mutually exclusive";
        assert_eq!(told(&["Approved"], &["Approved", "Denied"]), [both]);
    }
}
