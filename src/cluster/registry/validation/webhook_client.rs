//! What is wrong with the address of a webhook (`apiserver/pkg/util/webhook/validation.go`).

use crate::apimachinery::{FieldErrors, validate_dns1123_subdomain};

use super::Field;

/// How an address is to look.
const FORM: &str = "; desired format: https://host[/path]";

/// What is wrong with a `clientConfig`.
pub(crate) fn webhook_client_errors(client: &Field<'_>) -> FieldErrors {
    let (url, service) = (client.child("url"), client.child("service"));
    match (url.is_absent(), service.is_absent()) {
        (false, true) => url_errors(&url),
        (true, false) => service_errors(&service),
        _ => vec![client.required("exactly one of url or service is required")],
    }
}

fn url_errors(url: &Field<'_>) -> FieldErrors {
    let (scheme, rest) = url.text().split_once("://").unwrap_or(("", url.text()));
    let mut errors = FieldErrors::new();
    if scheme != "https" {
        errors.push(url.invalid_value(scheme, format!("'https' is the only allowed URL scheme{FORM}")));
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = if scheme.is_empty() { "" } else { rest.split('/').next().unwrap_or_default() };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if host.is_empty() {
        errors.push(url.invalid_value("", format!("host must be specified{FORM}")));
    }
    for (part, what) in [
        (user, "user information is not permitted in the URL"),
        (fragment, "fragments are not permitted in the URL"),
        (query, "query parameters are not permitted in the URL"),
    ] {
        if !part.is_empty() {
            errors.push(url.invalid_value(part, what));
        }
    }
    errors
}

fn service_errors(service: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for name in ["name", "namespace"] {
        let field = service.child(name);
        if field.is_empty() {
            errors.push(field.required(&format!("service {name} is required")));
        }
    }
    let port = service.child("port");
    if !port.is_absent() && !(1..=65_535).contains(&port.number()) {
        errors.push(port.invalid("port is not valid: must be between 1 and 65535, inclusive"));
    }
    errors.extend(path_errors(&service.child("path")));
    errors
}

fn path_errors(path: &Field<'_>) -> FieldErrors {
    let text = path.text();
    if matches!(text, "" | "/") {
        return FieldErrors::new();
    }
    if text == "//" {
        return vec![path.invalid("segment[0] may not be empty")];
    }
    let mut errors = FieldErrors::new();
    if !text.starts_with('/') {
        errors.push(path.invalid("must start with a '/'"));
    }
    let steps = text.get(1..).unwrap_or_default();
    for (index, step) in steps.strip_suffix('/').unwrap_or(steps).split('/').enumerate() {
        if step.is_empty() {
            errors.push(path.invalid(format!("segment[{index}] may not be empty")));
            continue;
        }
        let found = validate_dns1123_subdomain(step);
        errors.extend(found.into_iter().map(|why| path.invalid(format!("segment[{index}]: {why}"))));
    }
    errors
}
