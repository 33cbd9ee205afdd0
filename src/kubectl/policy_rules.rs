//! Rules of roles, put together for people as `k8s.io/kubectl/pkg/util/rbac` does.

use crate::base::{Value, json};

/// One rule, as the tables of `describe` and `auth can-i --list` show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PolicyRule {
    verbs: Vec<String>,
    groups: Vec<String>,
    resources: Vec<String>,
    names: Vec<String>,
    paths: Vec<String>,
}

impl PolicyRule {
    fn from_value(rule: &Value) -> Self {
        let texts = |field: &str| -> Vec<String> {
            let values = rule[field].as_array().into_iter().flatten();
            values.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Self {
            verbs: texts("verbs"),
            groups: texts("apiGroups"),
            resources: texts("resources"),
            names: texts("resourceNames"),
            paths: texts("nonResourceURLs"),
        }
    }

    /// As rules of one group, resource, name and verb each.
    fn broken_down(&self) -> Vec<Self> {
        let one = |value: &String| vec![value.clone()];
        let mut parts = Vec::new();
        for group in &self.groups {
            for resource in &self.resources {
                for verb in &self.verbs {
                    let part = Self {
                        verbs: one(verb),
                        groups: one(group),
                        resources: one(resource),
                        ..Self::default()
                    };
                    if self.names.is_empty() {
                        parts.push(part);
                    } else {
                        let names = self.names.iter();
                        parts.extend(names.map(|name| Self { names: one(name), ..part.clone() }));
                    }
                }
            }
        }
        for path in &self.paths {
            let verbs = self.verbs.iter();
            parts.extend(verbs.map(|verb| Self { verbs: one(verb), paths: one(path), ..Self::default() }));
        }
        parts
    }

    /// Whether the rule allows all that a broken-down one does (`rbac/validation.ruleCovers`).
    fn covers(&self, part: &Self) -> bool {
        let all = |known: &[String], wanted: &[String]| {
            known.iter().any(|one| one == "*") || wanted.iter().all(|one| known.contains(one))
        };
        let is_path = |wanted: &String| {
            self.paths.iter().any(|known| {
                known == wanted || known.strip_suffix('*').is_some_and(|start| wanted.starts_with(start))
            })
        };
        let is_resource = |wanted: &String| {
            let below = |known: &String| match (known.strip_prefix("*/"), wanted.split_once('/')) {
                (Some(known), Some((_, wanted))) => known == wanted,
                _ => false,
            };
            self.resources.iter().any(|known| known == "*" || known == wanted || below(known))
        };
        let names = self.names.is_empty() || !part.names.is_empty() && all(&self.names, &part.names);
        all(&self.verbs, &part.verbs)
            && all(&self.groups, &part.groups)
            && part.resources.iter().all(is_resource)
            && names
            && part.paths.iter().all(is_path)
    }

    /// As Go prints it.
    pub(super) fn go_text(&self) -> String {
        let list = |values: &[String]| format!("[{}]", values.join(" "));
        format!(
            "{{Verbs:{} APIGroups:{} Resources:{} ResourceNames:{} NonResourceURLs:{}}}",
            list(&self.verbs),
            list(&self.groups),
            list(&self.resources),
            list(&self.names),
            list(&self.paths)
        )
    }

    /// As a role holds it.
    pub(super) fn to_value(&self) -> Value {
        let mut value = json!({"verbs": self.verbs});
        let lists = [
            ("apiGroups", &self.groups),
            ("resources", &self.resources),
            ("resourceNames", &self.names),
            ("nonResourceURLs", &self.paths),
        ];
        for (field, list) in lists {
            if !list.is_empty() {
                value[field] = json!(list);
            }
        }
        value
    }

    /// The text that upstream sorts by.
    fn sort_key(&self) -> String {
        let list = |values: &[String]| format!("[{}]", values.join(" "));
        format!(
            "Verbs:{},APIGroups:{},Resources:{},ResourceNames:{},NonResourceURLs:{},",
            list(&self.verbs),
            list(&self.groups),
            list(&self.resources),
            list(&self.names),
            list(&self.paths)
        )
    }

    /// `deployments.apps/scale`.
    fn resource(&self) -> String {
        let Some(resource) = self.resources.first() else { return String::new() };
        let (name, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let mut text = name.to_owned();
        if let Some(group) = self.groups.first().filter(|group| !group.is_empty()) {
            text = format!("{text}.{group}");
        }
        if !subresource.is_empty() {
            text = format!("{text}/{subresource}");
        }
        text
    }

    /// Resources, paths, names and verbs, separated by tabs.
    pub(super) fn row(&self) -> String {
        let list = |values: &[String]| format!("[{}]", values.join(" "));
        format!("{}\t{}\t{}\t{}", self.resource(), list(&self.paths), list(&self.names), list(&self.verbs))
    }
}

/// What some rules allow and others do not, broken down.
pub(super) fn uncovered(owner: &[Value], rules: &[Value]) -> Vec<PolicyRule> {
    let owner: Vec<PolicyRule> = owner.iter().map(PolicyRule::from_value).collect();
    let parts = rules.iter().flat_map(|rule| PolicyRule::from_value(rule).broken_down());
    parts.filter(|part| !owner.iter().any(|known| known.covers(part))).collect()
}

/// Rules as they are.
pub(super) fn as_given(rules: &[Value]) -> Vec<PolicyRule> {
    rules.iter().map(PolicyRule::from_value).collect()
}

/// The rules in their shortest form, sorted.
pub(super) fn compacted(rules: &[Value]) -> Vec<PolicyRule> {
    let mut compact: Vec<PolicyRule> = Vec::new();
    for rule in rules.iter().flat_map(|rule| PolicyRule::from_value(rule).broken_down()) {
        let same = |known: &&mut PolicyRule| {
            known.paths.is_empty()
                && rule.paths.is_empty()
                && known.groups == rule.groups
                && known.resources == rule.resources
                && known.names == rule.names
        };
        match compact.iter_mut().find(same) {
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
    compact.sort_by_cached_key(PolicyRule::sort_key);
    compact
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn what_no_rule_allows_is_left_over() {
        let rule = |verbs: &[&str], resources: &[&str]| json!({"verbs": verbs, "apiGroups": [""], "resources": resources});
        let left = |owner: &Value, wanted: &Value| -> Vec<String> {
            let parts = uncovered(std::slice::from_ref(owner), std::slice::from_ref(wanted));
            parts.iter().map(PolicyRule::go_text).collect()
        };
        assert_eq!(
            left(&rule(&["get"], &["pods"]), &rule(&["get", "list"], &["pods"])),
            ["{Verbs:[list] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}"]
        );
        assert!(left(&rule(&["*"], &["*"]), &rule(&["get"], &["pods/log"])).is_empty());
        assert!(left(&rule(&["get"], &["*/log"]), &rule(&["get"], &["pods/log"])).is_empty());
        assert_eq!(left(&rule(&["get"], &["*/log"]), &rule(&["get"], &["pods"])).len(), 1);
    }

    #[test]
    fn rules_about_the_same_resource_share_a_row() {
        let rules = [
            json!({"verbs": ["list"], "apiGroups": ["", "apps"], "resources": ["pods/log"], "resourceNames": ["a"]}),
            json!({"verbs": ["get"], "nonResourceURLs": ["/version", "/api/*"]}),
            json!({"verbs": ["get"], "apiGroups": [""], "resources": ["pods/log"], "resourceNames": ["a"]}),
        ];
        let rows: Vec<String> = compacted(&rules).iter().map(PolicyRule::row).collect();
        assert_eq!(
            rows,
            [
                "\t[/api/*]\t[]\t[get]",
                "\t[/version]\t[]\t[get]",
                "pods/log\t[]\t[a]\t[list get]",
                "pods.apps/log\t[]\t[a]\t[list]",
            ]
        );
    }
}
