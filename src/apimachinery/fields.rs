//! Field selectors: `status.phase=Running,spec.nodeName!=minikube`.
//!
//! Follows `k8s.io/apimachinery/pkg/fields` and the conversion functions of each kind.

use std::fmt;

use crate::base::Value;

use super::custom::CustomType;
use super::kinds::Kind;
use super::object::Object;
use super::status::Status;

/// One comparison of a field selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTerm {
    /// Field path such as `status.phase`.
    pub field: String,
    /// The value compared with.
    pub value: String,
    /// Whether the field must differ from the value.
    pub negated: bool,
}

/// Selects objects by the few fields their kind allows. Displays as the canonical text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSelector(Vec<FieldTerm>);

impl FieldSelector {
    /// Parses `a=b,c!=d`; `\` escapes `,`, `=` and itself in values.
    ///
    /// # Errors
    /// With upstream's text when it is not a selector.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = split_terms(text);
        parts.sort_unstable();
        let mut terms = Vec::new();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            let Some((field, negated, value)) = split_term(part) else {
                return Err(format!("invalid selector: '{text}'; can't understand '{part}'"));
            };
            terms.push(FieldTerm { field: field.to_owned(), value: unescape(value)?, negated });
        }
        Ok(Self(terms))
    }

    /// The comparisons, all of which must hold.
    #[must_use]
    pub fn terms(&self) -> &[FieldTerm] {
        &self.0
    }

    /// Whether it demands nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that `field` must equal, if the selector says so.
    #[must_use]
    pub fn required(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|term| term.field == field && !term.negated).map(|term| term.value.as_str())
    }

    /// Whether the kind supports every field named.
    ///
    /// # Errors
    /// 400 with upstream's text at the first field that it does not support.
    pub fn check(&self, kind: &Kind) -> Result<(), Status> {
        if let Some(custom) = kind.custom {
            return self.check_custom(kind, custom);
        }
        let own = own_fields(kind);
        for FieldTerm { field, .. } in &self.0 {
            let is_cluster_wide = !kind.namespaced && field == "metadata.namespace" && own.is_some();
            let is_common =
                matches!(field.as_str(), "metadata.name" | "metadata.namespace") && !is_cluster_wide;
            if is_common || own.unwrap_or_default().contains(&field.as_str()) {
                continue;
            }
            return Err(Status::bad_request(match (own, kind.kind) {
                (Some(_), "Job") => format!("field label {field:?} not supported for Job"),
                (Some(_), _) => format!("field label not supported: {field}"),
                (None, _) => format!(
                    "{field:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
                ),
            }));
        }
        Ok(())
    }

    fn check_custom(&self, kind: &Kind, custom: &CustomType) -> Result<(), Status> {
        let known = |field: &str| match field {
            "metadata.name" => true,
            "metadata.namespace" => kind.namespaced,
            field => custom.selectable_fields.iter().any(|known| known == field),
        };
        match self.0.iter().find(|term| !known(&term.field)) {
            Some(term) => Err(Status::bad_request(format!("field label not supported: {}", term.field))),
            None => Ok(()),
        }
    }

    /// Whether the object is selected.
    #[must_use]
    pub fn matches(&self, object: &Object) -> bool {
        self.0.iter().all(|term| (field_of(object, &term.field) == term.value) != term.negated)
    }
}

impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, FieldTerm { field, value, negated }) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let operator = if *negated { "!=" } else { "=" };
            let value = value.replace('\\', "\\\\").replace(',', "\\,").replace('=', "\\=");
            write!(f, "{comma}{field}{operator}{value}")?;
        }
        Ok(())
    }
}

/// The fields a kind supports besides name and namespace; `None` when it has no list of its own.
fn own_fields(kind: &Kind) -> Option<&'static [&'static str]> {
    Some(match (kind.group, kind.kind) {
        ("", "Pod") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        ("", "Node") => &["spec.unschedulable"],
        ("", "Event") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        ("events.k8s.io", "Event") => &[
            "reason",
            "regarding.kind",
            "regarding.namespace",
            "regarding.name",
            "regarding.uid",
            "regarding.apiVersion",
            "regarding.resourceVersion",
            "regarding.fieldPath",
            "reportingController",
            "type",
        ],
        ("", "Namespace") => &["status.phase"],
        ("", "Secret") => &["type"],
        ("", "Service") => &["spec.clusterIP", "spec.type"],
        ("", "ReplicationController") => &["status.replicas"],
        ("resource.k8s.io", "ResourceSlice") => &["spec.driver", "spec.nodeName"],
        ("batch", "Job") => &["status.successful"],
        ("certificates.k8s.io", "CertificateSigningRequest") => &["spec.signerName"],
        _ => return None,
    })
}

fn field_of(object: &Object, field: &str) -> String {
    let pointer = match field {
        "reportingComponent" => "/reportingComponent".to_owned(),
        "source" if object.text("/source/component").is_empty() => "/reportingComponent".to_owned(),
        "source" => "/source/component".to_owned(),
        "status.podIPs" => "/status/podIP".to_owned(),
        "status.successful" => "/status/succeeded".to_owned(),
        _ => format!("/{}", field.replace('.', "/")),
    };
    match object.get(&pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => match field {
            "spec.hostNetwork" | "spec.unschedulable" => "false".to_owned(),
            "status.replicas" | "status.successful" => "0".to_owned(),
            _ => String::new(),
        },
    }
}

fn split_terms(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut is_escaped) = (0, false);
    for (index, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ',' => {
                terms.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    terms.push(&text[start..]);
    terms
}

fn split_term(term: &str) -> Option<(&str, bool, &str)> {
    let at = term
        .find(['=', '!'].as_slice())
        .filter(|at| !term[*at..].starts_with('!') || term[*at..].starts_with("!="))?;
    let (field, rest) = term.split_at(at);
    if let Some(value) = rest.strip_prefix("!=") {
        return Some((field, true, value));
    }
    let value = rest.strip_prefix("==").or_else(|| rest.strip_prefix('='))?;
    Some((field, false, value))
}

fn unescape(value: &str) -> Result<String, String> {
    let mut plain = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some(escaped @ ('\\' | ',' | '=')) => plain.push(escaped),
                Some(other) => {
                    return Err(format!("invalid field selector: invalid escape sequence: \\{other}"));
                }
                None => return Err("invalid field selector: invalid escape sequence: \\".to_owned()),
            },
            ',' | '=' => {
                let code = u32::from(c);
                return Err(format!("invalid field selector: unescaped character in value: {code}"));
            }
            _ => plain.push(c),
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin;
    use crate::base::json;

    #[test]
    fn terms_select_as_the_server_does() {
        let pod = json!({"metadata": {"name": "a"}, "spec": {}, "status": {"phase": "Running"}});
        let pod = Object::from_value(pod).unwrap();
        let cases = [
            ("", true),
            ("status.phase=Running", true),
            ("status.phase==Running,metadata.name=a", true),
            ("status.phase!=Running", false),
            ("spec.nodeName=", true),
            ("spec.hostNetwork=false", true),
            ("metadata.name=b", false),
        ];
        for (text, expected) in cases {
            let selector = FieldSelector::parse(text).unwrap();
            assert_eq!(selector.matches(&pod), expected, "{text}");
            assert!(selector.check(&builtin::POD).is_ok(), "{text}");
        }
    }

    #[test]
    fn unsupported_fields_are_refused_in_upstreams_words() {
        let selector = FieldSelector::parse("x=y").unwrap();
        assert_eq!(selector.check(&builtin::POD).unwrap_err().message, "field label not supported: x");
        assert_eq!(
            selector.check(&builtin::DEPLOYMENT).unwrap_err().message,
            r#""x" is not a known field selector: only "metadata.name", "metadata.namespace""#
        );
    }

    #[test]
    fn malformed_selectors_are_refused() {
        assert_eq!(
            FieldSelector::parse("a=b,c").unwrap_err(),
            "invalid selector: 'a=b,c'; can't understand 'c'"
        );
        assert_eq!(
            FieldSelector::parse(r"a=\x").unwrap_err(),
            r"invalid field selector: invalid escape sequence: \x"
        );
    }

    #[test]
    fn the_canonical_text_is_sorted_and_escaped() {
        let selector = FieldSelector::parse(r"b=1\,2,a!=3").unwrap();
        assert_eq!(selector.to_string(), r"a!=3,b=1\,2");
        assert_eq!(selector.required("b"), Some("1,2"));
        assert_eq!(selector.terms().len(), 2);
    }
}
