//! Certificates: approved requests are signed, old requests go
//! (`pkg/controller/certificates/{signer,cleaner}`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;

use crate::apimachinery::{Object, ObjectKey, Status, builtin, seconds};
use crate::base::{Timestamp, Value, json};

use super::super::authentication::{CertificateRequest, Usage};
use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{DeleteOptions, WriteOptions};
use super::MANAGER;

/// How long a certificate is valid when the request does not say, and at most.
const LIFETIME: SignedDuration = SignedDuration::from_hours(365 * 24);
/// How long it is valid at least.
const LIFETIME_MIN: SignedDuration = SignedDuration::from_mins(10);
/// How long an answered request is kept.
const ANSWERED: SignedDuration = SignedDuration::from_hours(1);
/// How long a request is kept that nobody answers.
const PENDING: SignedDuration = SignedDuration::from_hours(24);

/// Signs for the signers that are built in, and cleans up.
pub(super) struct CertificateController;

static WATCHES: &[Watch] = &[Watch { kind: &builtin::CERTIFICATE_SIGNING_REQUEST, keys: super::itself }];

impl Reconciler for CertificateController {
    fn name(&self) -> &'static str {
        "certificatesigningrequest-signing-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(request) = registry.get(&builtin::CERTIFICATE_SIGNING_REQUEST, key) else {
            return Ok(Action::AwaitChange);
        };
        let now = registry.now();
        let end = end_of(&request);
        if end.is_some_and(|end| end <= now) {
            let options = WriteOptions::component(MANAGER);
            registry.delete(
                &builtin::CERTIFICATE_SIGNING_REQUEST,
                key,
                &DeleteOptions::default(),
                &options,
            )?;
            return Ok(Action::AwaitChange);
        }
        if awaits_signature(&request)
            && let Some(checked) = check(&request)
        {
            let mut next = Object::clone(&request);
            match checked {
                Ok((parsed, usages)) => {
                    let lifetime = lifetime_of(&request);
                    let pem = parsed.signed(registry.authority()?, &usages, now, lifetime);
                    let pem = pem.ok_or_else(|| Status::internal("no randomness"))?;
                    next.set("/status/certificate", STANDARD.encode(pem));
                }
                Err(why) => fail(&mut next, &why, now),
            }
            registry.update_status(&builtin::CERTIFICATE_SIGNING_REQUEST, next, MANAGER)?;
        }
        Ok(end.map_or(Action::AwaitChange, |end| Action::RequeueAfter(end.duration_since(now))))
    }
}

fn awaits_signature(request: &Object) -> bool {
    let has = |kind: &str| request.condition(kind).is_some();
    has("Approved") && !has("Denied") && !has("Failed") && request.text("/status/certificate").is_empty()
}

/// The moment at which a request goes.
fn end_of(request: &Object) -> Option<Timestamp> {
    // Whoever answers notes the time by a clock of their own, which may be behind the cluster's.
    let made = request.creation_timestamp();
    let answered = |kind: &str| {
        let moment = request.condition(kind)?.get("lastUpdateTime")?.as_str()?.parse::<Timestamp>().ok()?;
        made.map_or(moment, |made| moment.max(made)).checked_add(ANSWERED).ok()
    };
    let issued = !request.text("/status/certificate").is_empty();
    let pending = request.creation_timestamp().and_then(|made| made.checked_add(PENDING).ok());
    if let Some(end) = answered("Denied").or_else(|| answered("Failed")) {
        return Some(end);
    }
    match answered("Approved") {
        Some(end) if issued => Some(end),
        // Approved, but for a signer that is not here: it waits as others do.
        _ => pending,
    }
}

fn lifetime_of(request: &Object) -> SignedDuration {
    let wanted = request.number("/spec/expirationSeconds").map(SignedDuration::from_secs);
    wanted.map_or(LIFETIME, |wanted| wanted.clamp(LIFETIME_MIN, LIFETIME))
}

fn fail(request: &mut Object, why: &str, now: Timestamp) {
    let now = seconds(now);
    let mut conditions = request.list("/status/conditions").to_vec();
    conditions.push(json!({
        "type": "Failed", "status": "True", "reason": "SignerValidationFailure", "message": why,
        "lastUpdateTime": now, "lastTransitionTime": now,
    }));
    request.set("/status/conditions", conditions);
}

/// What is asked for, if it is what its signer signs; `None` for signers that are not built in.
fn check(request: &Object) -> Option<Result<(CertificateRequest, Vec<Usage>), String>> {
    let signer = request.text("/spec/signerName").strip_prefix("kubernetes.io/")?;
    let rules: fn(&CertificateRequest, &[&str]) -> Result<(), String> = match signer {
        "kube-apiserver-client" => api_client,
        "kube-apiserver-client-kubelet" => kubelet_client,
        "kubelet-serving" => kubelet_server,
        _ => return None,
    };
    let pem = STANDARD.decode(request.text("/spec/request")).unwrap_or_default();
    Some(CertificateRequest::parse(&pem).and_then(|parsed| {
        let names: Vec<&str> = request.list("/spec/usages").iter().filter_map(Value::as_str).collect();
        rules(&parsed, &names)?;
        Ok((parsed, names.into_iter().filter_map(Usage::named).collect()))
    }))
}

/// `required` has to be there; besides it, only what every certificate may be used for.
fn has_usages(usages: &[&str], required: &str) -> bool {
    let others = ["digital signature", "key encipherment"];
    usages.contains(&required) && usages.iter().all(|usage| *usage == required || others.contains(usage))
}

fn api_client(_request: &CertificateRequest, usages: &[&str]) -> Result<(), String> {
    let allowed = ["client auth", "digital signature", "key encipherment"];
    if let Some(usage) = usages.iter().find(|usage| !allowed.contains(usage)) {
        return Err(format!("invalid usage for client certificate: {usage}"));
    }
    if !usages.contains(&"client auth") {
        return Err("missing required usage for client certificate: client auth".to_owned());
    }
    Ok(())
}

fn kubelet_subject(request: &CertificateRequest) -> Result<(), String> {
    if request.organizations != ["system:nodes"] {
        return Err("subject organization is not system:nodes".to_owned());
    }
    if !request.common_name.starts_with("system:node:") {
        return Err("subject common name does not begin with system:node:".to_owned());
    }
    Ok(())
}

fn kubelet_client(request: &CertificateRequest, usages: &[&str]) -> Result<(), String> {
    kubelet_subject(request)?;
    if !request.dns_names.is_empty() {
        return Err("DNS subjectAltNames are not allowed".to_owned());
    }
    if request.ip_addresses > 0 {
        return Err("IP subjectAltNames are not allowed".to_owned());
    }
    other_names(request)?;
    if has_usages(usages, "client auth") {
        return Ok(());
    }
    Err("usages did not match [client auth digital signature key encipherment]".to_owned())
}

fn kubelet_server(request: &CertificateRequest, usages: &[&str]) -> Result<(), String> {
    kubelet_subject(request)?;
    if request.dns_names.is_empty() && request.ip_addresses == 0 {
        return Err("DNS or IP subjectAltName is required".to_owned());
    }
    other_names(request)?;
    if has_usages(usages, "server auth") {
        return Ok(());
    }
    Err("usages did not match [digital signature key encipherment server auth]".to_owned())
}

fn other_names(request: &CertificateRequest) -> Result<(), String> {
    if request.other_names == 0 {
        return Ok(());
    }
    Err("Email and URI subjectAltNames are not allowed".to_owned())
}
