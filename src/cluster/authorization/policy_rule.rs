//! Rules of roles: what they allow, and whether some of them cover another
//! (`pkg/apis/rbac/v1`, `component-helpers/auth/rbac/validation`).

use serde::{Deserialize, Serialize};

use crate::base::Value;

use super::attributes::Attributes;

/// `rbac/v1 PolicyRule`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PolicyRule {
    /// Verbs.
    pub verbs: Vec<String>,
    /// API groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub api_groups: Vec<String>,
    /// Resources, `pods` or `pods/log`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Names of objects; all of them when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_names: Vec<String>,
    /// Paths.
    #[serde(rename = "nonResourceURLs", skip_serializing_if = "Vec::is_empty")]
    pub non_resource_urls: Vec<String>,
}

impl PolicyRule {
    /// The rules of a role.
    pub(crate) fn all(rules: &[Value]) -> Vec<Self> {
        rules.iter().filter_map(|rule| Self::deserialize(rule).ok()).collect()
    }

    /// Whether the rule covers `other`, which is one of [`PolicyRule::broken_down`] (`ruleCovers`).
    fn covers(&self, other: &Self) -> bool {
        let all = |own: &[String], wanted: &[String]| {
            holds(own, "*") || wanted.iter().all(|value| holds(own, value))
        };
        let names = self.resource_names.is_empty()
            || (!other.resource_names.is_empty()
                && other.resource_names.iter().all(|name| holds(&self.resource_names, name)));
        let resources =
            other.resources.iter().all(|resource| resource_matches(self.resources.iter(), resource));
        let paths =
            other.non_resource_urls.iter().all(|path| path_matches(self.non_resource_urls.iter(), path));
        all(&self.verbs, &other.verbs)
            && all(&self.api_groups, &other.api_groups)
            && (resources && !self.resources.is_empty() || other.resources.is_empty())
            && names
            && paths
    }

    /// The same as rules of one group, resource, name and verb each.
    pub(crate) fn broken_down(&self) -> Vec<Self> {
        let one = |value: &String| vec![value.clone()];
        let mut parts = Vec::new();
        for group in &self.api_groups {
            for resource in &self.resources {
                for verb in &self.verbs {
                    let part = Self {
                        verbs: one(verb),
                        api_groups: one(group),
                        resources: one(resource),
                        ..Self::default()
                    };
                    if self.resource_names.is_empty() {
                        parts.push(part);
                        continue;
                    }
                    let named = self.resource_names.iter();
                    parts.extend(named.map(|name| Self { resource_names: one(name), ..part.clone() }));
                }
            }
        }
        for path in &self.non_resource_urls {
            let verbs = self.verbs.iter();
            parts.extend(verbs.map(|verb| Self {
                verbs: one(verb),
                non_resource_urls: one(path),
                ..Self::default()
            }));
        }
        parts
    }

    /// As upstream's messages write it: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`.
    pub(crate) fn compact_text(&self) -> String {
        let fields = [
            ("APIGroups", &self.api_groups),
            ("Resources", &self.resources),
            ("NonResourceURLs", &self.non_resource_urls),
            ("ResourceNames", &self.resource_names),
            ("Verbs", &self.verbs),
        ];
        let texts: Vec<String> = fields
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(name, values)| format!("{name}:{}", quoted(values)))
            .collect();
        format!("{{{}}}", texts.join(", "))
    }

    fn is_of_the_same_objects(&self, other: &Self) -> bool {
        self.non_resource_urls.is_empty()
            && other.non_resource_urls.is_empty()
            && self.api_groups == other.api_groups
            && self.resources == other.resources
            && self.resource_names == other.resource_names
    }
}

/// Texts as Go's `%q` writes a slice of them.
pub(crate) fn quoted(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    format!("[{}]", values.join(" "))
}

/// What of `wanted` no rule of `owned` covers.
pub(crate) fn uncovered(owned: &[PolicyRule], wanted: &[PolicyRule]) -> Vec<PolicyRule> {
    let owned: Vec<PolicyRule> = owned.iter().flat_map(PolicyRule::broken_down).collect();
    let parts = wanted.iter().flat_map(PolicyRule::broken_down);
    parts.filter(|part| !owned.iter().any(|rule| rule.covers(part))).collect()
}

/// Joins the verbs of broken-down rules about the same objects (`CompactRules`).
pub(crate) fn compacted(rules: Vec<PolicyRule>) -> Vec<PolicyRule> {
    let mut compact: Vec<PolicyRule> = Vec::new();
    for rule in rules {
        match compact.iter_mut().find(|known| known.is_of_the_same_objects(&rule)) {
            Some(known) => {
                for verb in rule.verbs {
                    if !known.verbs.contains(&verb) {
                        known.verbs.push(verb);
                    }
                }
            }
            None => compact.push(rule),
        }
    }
    compact
}

fn holds(values: &[String], wanted: &str) -> bool {
    values.iter().any(|value| value == wanted)
}

/// `*`, the resource itself, or `*/subresource`.
fn resource_matches(mut rules: impl Iterator<Item = impl AsRef<str>>, wanted: &str) -> bool {
    let subresource = wanted.split_once('/').map(|(_, subresource)| subresource);
    rules.any(|rule| {
        let rule = rule.as_ref();
        rule == "*" || rule == wanted || subresource.is_some_and(|part| rule.strip_prefix("*/") == Some(part))
    })
}

/// `*`, the path itself, or a beginning of it that ends in `*`.
fn path_matches(mut rules: impl Iterator<Item = impl AsRef<str>>, wanted: &str) -> bool {
    rules.any(|rule| {
        let rule = rule.as_ref();
        rule == "*"
            || rule == wanted
            || (rule.ends_with('*') && wanted.starts_with(rule.trim_end_matches('*')))
    })
}

/// Whether a rule, as it stands in a role, allows a request (`rbac.RuleAllows`).
pub(crate) fn allows(rule: &Value, attributes: &Attributes) -> bool {
    let texts = |field: &str| rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
    if !texts("verbs").any(|verb| verb == "*" || verb == attributes.verb) {
        return false;
    }
    if !attributes.is_resource {
        return path_matches(texts("nonResourceURLs"), &attributes.path);
    }
    let mut names = texts("resourceNames").peekable();
    texts("apiGroups").any(|group| group == "*" || group == attributes.group)
        && resource_matches(texts("resources"), &attributes.whole_resource())
        && (names.peek().is_none() || names.any(|name| name == attributes.name))
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn rules(value: Value) -> Vec<PolicyRule> {
        PolicyRule::all(value.as_array().unwrap())
    }

    #[test]
    fn a_rule_allows_what_it_names() {
        let get = |resource: &str, subresource: &str, name: &str| Attributes {
            subresource: subresource.to_owned(),
            ..Attributes::on("get", "", resource, name)
        };
        let cases = [
            (json!({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}), get("pods", "", "a"), true),
            (
                json!({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}),
                get("pods", "log", "a"),
                false,
            ),
            (
                json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*/log"]}),
                get("pods", "log", "a"),
                true,
            ),
            (json!({"verbs": ["*"], "apiGroups": ["apps"], "resources": ["*"]}), get("pods", "", "a"), false),
            (
                json!({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["b"]}),
                get("pods", "", "a"),
                false,
            ),
            (
                json!({"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}),
                get("pods", "", ""),
                false,
            ),
            (
                json!({"verbs": ["get"], "nonResourceURLs": ["/healthz/*"]}),
                Attributes::at("get", "/healthz/etcd"),
                true,
            ),
            (
                json!({"verbs": ["get"], "nonResourceURLs": ["/healthz"]}),
                Attributes::at("get", "/healthz/etcd"),
                false,
            ),
        ];
        for (rule, attributes, expected) in cases {
            assert_eq!(allows(&rule, &attributes), expected, "{rule} {attributes:?}");
        }
    }

    #[test]
    fn what_is_missing_is_told_compactly() {
        let owned = rules(json!([
            {"verbs": ["get"], "apiGroups": [""], "resources": ["pods", "secrets"]},
            {"verbs": ["*"], "apiGroups": ["apps"], "resources": ["*"]},
            {"verbs": ["delete"], "apiGroups": [""], "resources": ["nodes"], "resourceNames": ["one"]},
        ]));
        let wanted = rules(json!([
            {"verbs": ["get", "list", "watch"], "apiGroups": [""], "resources": ["pods"]},
            {"verbs": ["patch"], "apiGroups": ["apps"], "resources": ["deployments", "deployments/scale"]},
            {"verbs": ["delete"], "apiGroups": [""], "resources": ["nodes"]},
            {"verbs": ["get"], "nonResourceURLs": ["/metrics"]},
        ]));
        let missing: Vec<String> =
            compacted(uncovered(&owned, &wanted)).iter().map(PolicyRule::compact_text).collect();
        assert_eq!(
            missing,
            [
                r#"{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}"#,
                r#"{APIGroups:[""], Resources:["nodes"], Verbs:["delete"]}"#,
                r#"{NonResourceURLs:["/metrics"], Verbs:["get"]}"#,
            ]
        );
        let everything = rules(json!([
            {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
            {"verbs": ["*"], "nonResourceURLs": ["*"]},
        ]));
        assert_eq!(uncovered(&everything, &wanted), []);
        assert_eq!(uncovered(&owned, &everything).len(), 2);
    }
}
