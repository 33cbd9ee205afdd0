//! What names, label keys and values may look like, with upstream's messages.
//!
//! Follows `k8s.io/apimachinery/pkg/util/validation` and `pkg/api/validate/content`.
//! Every function answers with what is wrong; an empty list means nothing is.

const QUALIFIED_NAME_FORMAT: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_1123_FORMAT: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/// A name made of labels and dots, at most 253 bytes: most object names.
#[must_use]
pub fn validate_dns1123_subdomain(value: &str) -> Vec<String> {
    let mut errors = at_most(253, value);
    if !is_dns1123_subdomain(value) {
        let format = format!("{LABEL_1123_FORMAT}(\\.{LABEL_1123_FORMAT})*");
        errors.push(explain(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
             and must start and end with an alphanumeric character",
            &format,
            &["example.com"],
        ));
    }
    errors
}

/// A subdomain whose labels may hold `_`, also as the first character: search domains, names of services.
#[must_use]
pub fn validate_dns1123_subdomain_with_underscore(value: &str) -> Vec<String> {
    let mut errors = at_most(253, value);
    let is_label = |label: &str| {
        let label = label.strip_prefix('_').unwrap_or(label);
        is_edged(label, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), |c| matches!(c, '-' | '_'))
    };
    if !value.split('.').all(is_label) {
        let label = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
        errors.push(explain(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', \
             and must start and end with an alphanumeric character",
            &format!("{label}(\\.{label})*"),
            &["example.com"],
        ));
    }
    errors
}

/// A name without dots, at most 63 bytes: namespaces, containers.
#[must_use]
pub fn validate_dns1123_label(value: &str) -> Vec<String> {
    let mut errors = at_most(63, value);
    if is_dns1123_label(value) {
        return errors;
    }
    errors.push(if is_dns1123_subdomain(value) {
        "must not contain dots".to_owned()
    } else {
        explain(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', \
             and must start and end with an alphanumeric character",
            LABEL_1123_FORMAT,
            &["my-name", "123-abc"],
        )
    });
    errors
}

/// A name that starts with a letter, at most 63 bytes: Services.
#[must_use]
pub fn validate_dns1035_label(value: &str) -> Vec<String> {
    let mut errors = at_most(63, value);
    if !(is_dns1123_label(value) && value.starts_with(|first: char| first.is_ascii_lowercase())) {
        errors.push(explain(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', \
             start with an alphabetic character, and end with an alphanumeric character",
            "[a-z]([-a-z0-9]*[a-z0-9])?",
            &["my-name", "abc-123"],
        ));
    }
    errors
}

/// A label or annotation key: an optional DNS prefix, `/` and a name.
#[must_use]
pub fn validate_label_key(value: &str) -> Vec<String> {
    let explanation = || {
        explain(
            "must consist of alphanumeric characters, '-', '_' or '.', \
             and must start and end with an alphanumeric character",
            QUALIFIED_NAME_FORMAT,
            &["MyName", "my.name", "123-abc"],
        )
    };
    let mut errors = Vec::new();
    let name = match value.split('/').collect::<Vec<_>>()[..] {
        [name] => name,
        ["", name] => {
            errors.push("prefix part must be non-empty".to_owned());
            name
        }
        [prefix, name] => {
            let wrong = validate_dns1123_subdomain(prefix);
            errors.extend(wrong.into_iter().map(|error| format!("prefix part {error}")));
            name
        }
        _ => {
            let text = explanation();
            return vec![format!(
                "a qualified name {text} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    }
    errors.extend(at_most(63, name).into_iter().map(|error| format!("name part {error}")));
    if !is_qualified_name(name) {
        errors.push(format!("name part {}", explanation()));
    }
    errors
}

/// A label value: empty, or like the name of a key, at most 63 bytes.
#[must_use]
pub fn validate_label_value(value: &str) -> Vec<String> {
    let mut errors = at_most(63, value);
    if !value.is_empty() && !is_qualified_name(value) {
        let format = format!("({QUALIFIED_NAME_FORMAT})?");
        errors.push(explain(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
             and must start and end with an alphanumeric character",
            &format,
            &["MyValue", "my_value", "12345"],
        ));
    }
    errors
}

/// A key of a ConfigMap or Secret, at most 253 bytes.
#[must_use]
pub fn validate_config_key(value: &str) -> Vec<String> {
    let mut errors = at_most(253, value);
    if value.is_empty() || !value.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) {
        errors.push(explain(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
            "[-._a-zA-Z0-9]+",
            &["key.name", "KEY_NAME", "key-name"],
        ));
    }
    match value {
        "." => errors.push("must not be '.'".to_owned()),
        ".." => errors.push("must not be '..'".to_owned()),
        _ if value.starts_with("..") => errors.push("must not start with '..'".to_owned()),
        _ => {}
    }
    errors
}

/// The name of an environment variable: printable ASCII without `=`.
#[must_use]
pub fn validate_environment_variable_name(value: &str) -> Vec<String> {
    if value.is_empty() {
        return vec!["a valid environment variable name must be non-empty".to_owned()];
    }
    if value.chars().all(|c| (' '..='~').contains(&c) && c != '=') {
        return Vec::new();
    }
    vec![explain(
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
        "[ -<>-~]+",
        &[],
    )]
}

/// The name of a container or Service port, at most 15 bytes.
#[must_use]
pub fn validate_port_name(value: &str) -> Vec<String> {
    let mut errors = at_most(15, value);
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if value.is_empty() || !value.chars().all(is_allowed) {
        errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    }
    if !value.contains(|c: char| c.is_ascii_lowercase()) {
        errors.push("must contain at least one letter (a-z)".to_owned());
    }
    if value.contains("--") {
        errors.push("must not contain consecutive hyphens".to_owned());
    }
    if value.starts_with('-') || value.ends_with('-') {
        errors.push("must not begin or end with a hyphen".to_owned());
    }
    errors
}

/// A name that only has to fit into a URL path (`ClusterRole`s and the like).
#[must_use]
pub fn validate_path_segment_name(value: &str) -> Vec<String> {
    match value {
        "." => return vec!["may not be '.'".to_owned()],
        ".." => return vec!["may not be '..'".to_owned()],
        _ => {}
    }
    let forbidden = ["/", "%"].into_iter().filter(|part| value.contains(part));
    forbidden.map(|part| format!("may not contain '{part}'")).collect()
}

fn at_most(bytes: usize, value: &str) -> Vec<String> {
    if value.len() > bytes { vec![format!("must be no more than {bytes} bytes")] } else { Vec::new() }
}

fn explain(message: &str, format: &str, examples: &[&str]) -> String {
    if examples.is_empty() {
        return format!("{message} (regex used for validation is '{format}')");
    }
    // The doubled space after the comma is upstream's.
    let examples: Vec<String> = examples.iter().map(|example| format!("'{example}', ")).collect();
    format!("{message} (e.g. {}regex used for validation is '{format}')", examples.join(" or "))
}

fn is_dns1123_label(value: &str) -> bool {
    is_edged(value, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), |c| c == '-')
}

fn is_dns1123_subdomain(value: &str) -> bool {
    value.split('.').all(is_dns1123_label)
}

fn is_qualified_name(value: &str) -> bool {
    is_edged(value, |c| c.is_ascii_alphanumeric(), |c| "-_.".contains(c))
}

/// Whether `value` is made of `edge` and `middle` characters and both ends are `edge`.
fn is_edged(value: &str, edge: fn(char) -> bool, middle: fn(char) -> bool) -> bool {
    value.starts_with(edge) && value.ends_with(edge) && value.chars().all(|c| edge(c) || middle(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_names_have_nothing_wrong() {
        assert!(validate_dns1123_subdomain("a-1.b").is_empty());
        assert!(validate_dns1123_label("0a").is_empty());
        assert!(validate_dns1035_label("web").is_empty());
        assert!(validate_label_key("example.com/MyName").is_empty());
        assert!(validate_label_value("").is_empty());
        assert!(validate_config_key("app.properties").is_empty());
        assert!(validate_port_name("http-8080").is_empty());
        assert!(validate_path_segment_name("system:node").is_empty());
        assert!(validate_environment_variable_name("A_b.c").is_empty());
    }

    #[test]
    fn bad_names_are_explained_in_upstreams_words() {
        assert_eq!(
            validate_dns1123_subdomain("Web_1"),
            [
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            ]
        );
        assert_eq!(
            validate_label_value("a b"),
            [
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
            ]
        );
        assert_eq!(validate_dns1123_label("a.b"), ["must not contain dots"]);
        assert_eq!(validate_dns1035_label("1a").len(), 1);
        assert_eq!(validate_dns1123_label(&"a".repeat(64)), ["must be no more than 63 bytes"]);
        assert_eq!(validate_label_key("/x"), ["prefix part must be non-empty"]);
        assert_eq!(validate_label_key("a/").len(), 2);
        assert_eq!(validate_config_key("..a"), ["must not start with '..'"]);
        assert_eq!(validate_port_name("80"), ["must contain at least one letter (a-z)"]);
    }
}
