//! How a fresh API server shares its time between requests (`apiserver/pkg/apis/flowcontrol/bootstrap`).

use crate::apimachinery::{Object, Status, builtin};
use crate::base::{Value, json};

use super::super::registry::{Registry, WriteOptions};

/// A level with a limit: name, shares, percent that others may borrow, queues (0: it rejects), hand size.
const LEVELS: &[(&str, i64, i64, i64, i64)] = &[
    ("catch-all", 5, 0, 0, 0),
    ("system", 30, 33, 64, 6),
    ("node-high", 40, 25, 64, 6),
    ("leader-election", 10, 0, 16, 4),
    ("workload-high", 40, 50, 128, 6),
    ("workload-low", 100, 90, 128, 6),
    ("global-default", 20, 50, 128, 6),
];

const EVERYONE: &[&str] = &["group system:unauthenticated", "group system:authenticated"];
const KUBE_SYSTEM: &str = "account *";

/// What a schema matches: subjects, and what they do.
struct Schema {
    name: &'static str,
    level: &'static str,
    precedence: i64,
    /// `ByUser`, `ByNamespace` or empty.
    distinguisher: &'static str,
    subjects: &'static [&'static str],
    rules: Rules,
}

#[derive(Clone, Copy)]
enum Rules {
    /// Everything, paths that are no resources included.
    Everything,
    /// Reading whether the server is healthy.
    Probes,
    /// Verbs, then pairs of group and resource in every namespace.
    Some(&'static [&'static str], &'static [(&'static str, &'static [&'static str])]),
}

const ELECTION: &[&str] = &["get", "create", "update"];
const LEASES: (&str, &[&str]) = ("coordination.k8s.io", &["leases"]);

static SCHEMAS: &[Schema] = &[
    schema("exempt", "exempt", 1, "", &["group system:masters"], Rules::Everything),
    schema("probes", "exempt", 2, "", EVERYONE, Rules::Probes),
    schema(
        "system-leader-election",
        "leader-election",
        100,
        "ByUser",
        &["user system:kube-controller-manager", "user system:kube-scheduler", KUBE_SYSTEM],
        Rules::Some(ELECTION, &[LEASES]),
    ),
    schema(
        "endpoint-controller",
        "workload-high",
        150,
        "ByUser",
        &[
            "user system:kube-controller-manager",
            "account endpoint-controller",
            "account endpointslicemirroring-controller",
        ],
        Rules::Some(ELECTION, &[("", &["endpoints"])]),
    ),
    schema(
        "workload-leader-election",
        "leader-election",
        200,
        "ByUser",
        &[KUBE_SYSTEM],
        Rules::Some(ELECTION, &[("", &["endpoints", "configmaps"]), LEASES]),
    ),
    schema(
        "system-node-high",
        "node-high",
        400,
        "ByUser",
        &["group system:nodes"],
        Rules::Some(&["*"], &[("", &["nodes", "nodes/status"]), LEASES]),
    ),
    schema("system-nodes", "system", 500, "ByUser", &["group system:nodes"], Rules::Everything),
    schema(
        "kube-controller-manager",
        "workload-high",
        800,
        "ByNamespace",
        &["user system:kube-controller-manager"],
        Rules::Everything,
    ),
    schema(
        "kube-scheduler",
        "workload-high",
        800,
        "ByNamespace",
        &["user system:kube-scheduler"],
        Rules::Everything,
    ),
    schema(
        "kube-system-service-accounts",
        "workload-high",
        900,
        "ByNamespace",
        &[KUBE_SYSTEM],
        Rules::Everything,
    ),
    schema(
        "service-accounts",
        "workload-low",
        9_000,
        "ByUser",
        &["group system:serviceaccounts"],
        Rules::Everything,
    ),
    schema("global-default", "global-default", 9_900, "ByUser", EVERYONE, Rules::Everything),
    schema("catch-all", "catch-all", 10_000, "ByUser", EVERYONE, Rules::Everything),
];

const fn schema(
    name: &'static str,
    level: &'static str,
    precedence: i64,
    distinguisher: &'static str,
    subjects: &'static [&'static str],
    rules: Rules,
) -> Schema {
    Schema { name, level, precedence, distinguisher, subjects, rules }
}

/// Creates the levels and the schemas.
pub(super) fn create(registry: &mut Registry) -> Result<(), Status> {
    let options = WriteOptions::component("api-priority-and-fairness-config-producer-v1");
    let level = |name: &str, spec: Value| {
        let mut level = Object::new(&builtin::PRIORITY_LEVEL_CONFIGURATION, "", name);
        level.set_annotation("apf.kubernetes.io/autoupdate-spec", "true");
        level.set("/spec", spec);
        level
    };
    let exempt = json!({"type": "Exempt", "exempt": {"nominalConcurrencyShares": 0, "lendablePercent": 0}});
    let mut levels = vec![level("exempt", exempt)];
    levels.extend(LEVELS.iter().map(|(name, shares, lendable, queues, hand)| {
        let response = match queues {
            0 => json!({"type": "Reject"}),
            queues => json!({
                "type": "Queue",
                "queuing": {"queues": queues, "handSize": hand, "queueLengthLimit": 50},
            }),
        };
        let limited = json!({
            "nominalConcurrencyShares": shares, "lendablePercent": lendable, "limitResponse": response,
        });
        level(name, json!({"type": "Limited", "limited": limited}))
    }));
    for level in levels {
        registry.create(&builtin::PRIORITY_LEVEL_CONFIGURATION, "", level, &options)?;
    }
    for schema in SCHEMAS {
        registry.create(&builtin::FLOW_SCHEMA, "", schema.object(), &options)?;
    }
    Ok(())
}

impl Schema {
    fn object(&self) -> Object {
        let mut object = Object::new(&builtin::FLOW_SCHEMA, "", self.name);
        object.set_annotation("apf.kubernetes.io/autoupdate-spec", "true");
        object.set("/spec/priorityLevelConfiguration/name", self.level);
        object.set("/spec/matchingPrecedence", self.precedence);
        if !self.distinguisher.is_empty() {
            object.set("/spec/distinguisherMethod/type", self.distinguisher);
        }
        let subjects: Vec<Value> = self.subjects.iter().map(|subject| subject_of(subject)).collect();
        let mut rule = json!({"subjects": subjects});
        let every_path = json!([{"verbs": ["*"], "nonResourceURLs": ["*"]}]);
        match self.rules {
            Rules::Everything => {
                rule["resourceRules"] = json!([every_resource()]);
                rule["nonResourceRules"] = every_path;
            }
            Rules::Probes => {
                rule["nonResourceRules"] =
                    json!([{"verbs": ["get"], "nonResourceURLs": ["/healthz", "/readyz", "/livez"]}]);
            }
            Rules::Some(verbs, resources) => {
                let rules = resources.iter().map(|(group, resources)| {
                    let mut rule = json!({
                        "verbs": verbs, "apiGroups": [group], "resources": resources, "namespaces": ["*"],
                    });
                    if resources.contains(&"nodes") {
                        rule["clusterScope"] = true.into();
                    }
                    rule
                });
                rule["resourceRules"] = rules.collect();
            }
        }
        object.set("/spec/rules", json!([rule]));
        object
    }
}

fn every_resource() -> Value {
    json!({
        "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "clusterScope": true, "namespaces": ["*"],
    })
}

/// `user NAME`, `group NAME`, or `account NAME` for a service account of kube-system.
fn subject_of(text: &str) -> Value {
    match text.split_once(' ') {
        Some(("user", name)) => json!({"kind": "User", "user": {"name": name}}),
        Some(("account", name)) => {
            json!({"kind": "ServiceAccount", "serviceAccount": {"namespace": "kube-system", "name": name}})
        }
        _ => json!({"kind": "Group", "group": {"name": text.trim_start_matches("group ")}}),
    }
}
