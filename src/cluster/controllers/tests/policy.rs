//! Quotas, limits and disruption budgets at work.

use crate::apimachinery::builtin::{
    DEPLOYMENT, LIMIT_RANGE, POD, POD_DISRUPTION_BUDGET, REPLICA_SET, RESOURCE_QUOTA,
    VALIDATING_ADMISSION_POLICY,
};
use crate::apimachinery::{Object, Status};
use crate::base::{Value, json};

use super::super::super::registry::{DeleteOptions, WriteOptions};
use super::super::super::simulation::Simulation;
use super::{change, cluster, create, delete, get, key, messages, pods, run};

fn deployment(replicas: i64, resources: Value) -> Value {
    let container = json!({"name": "c", "image": "nginx:1.27", "resources": resources});
    json!({"spec": {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}},
    }})
}

fn refusal(simulation: &mut Simulation, name: &str, resources: Value) -> String {
    let mut pod = Object::new(&POD, "default", name);
    pod.set("/spec/containers", json!([{"name": "c", "image": "nginx:1.27", "resources": resources}]));
    let refused = simulation.registry.create(&POD, "default", pod, &WriteOptions::component("test"));
    refused.map_or_else(|status| status.message, |_| String::new())
}

#[test]
fn a_quota_holds_a_replica_set_back_and_counts_what_leaves() {
    let mut simulation = cluster();
    create(
        &mut simulation,
        &RESOURCE_QUOTA,
        "q",
        json!({"spec": {"hard": {"pods": "2", "limits.cpu": "1"}}}),
    );
    run(&mut simulation, 1);
    let limits = json!({"limits": {"cpu": "200m"}});
    create(&mut simulation, &DEPLOYMENT, "web", deployment(3, limits.clone()));
    run(&mut simulation, 5);
    assert_eq!(pods(&simulation).len(), 2);
    let quota = get(&simulation, &RESOURCE_QUOTA, "q");
    assert_eq!(quota.get("/status/used"), Some(&json!({"pods": "2", "limits.cpu": "400m"})));
    let told = messages(&simulation, "FailedCreate").remove(0);
    let end = "is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2";
    assert!(told.starts_with("Error creating: pods \"web-") && told.ends_with(end), "{told}");
    let set = simulation.registry.list(&REPLICA_SET, Some("default")).remove(0);
    assert!(set.condition_is_true("ReplicaFailure"));
    assert_eq!(
        refusal(&mut simulation, "p", json!({})),
        "pods \"p\" is forbidden: failed quota: q: must specify limits.cpu for: c"
    );
    change(&mut simulation, &DEPLOYMENT, "web", |web| web.set("/spec/replicas", 1));
    run(&mut simulation, 60);
    assert_eq!(get(&simulation, &RESOURCE_QUOTA, "q").text("/status/used/pods"), "1");
    assert_eq!(refusal(&mut simulation, "p", limits), "");
}

#[test]
fn a_limit_range_fills_in_and_bounds() {
    let mut simulation = cluster();
    let item = json!({"type": "Container", "max": {"cpu": "1"}, "min": {"cpu": "100m"}, "defaultRequest": {"memory": "64Mi"}});
    create(&mut simulation, &LIMIT_RANGE, "l", json!({"spec": {"limits": [item]}}));
    assert_eq!(refusal(&mut simulation, "p", json!({})), "");
    let pod = get(&simulation, &POD, "p");
    assert_eq!(
        pod.get("/spec/containers/0/resources"),
        Some(&json!({"limits": {"cpu": "1"}, "requests": {"cpu": "1", "memory": "64Mi"}}))
    );
    assert_eq!(
        pod.annotation("kubernetes.io/limit-ranger"),
        Some("LimitRanger plugin set: cpu, memory request for container c; cpu limit for container c")
    );
    assert_eq!(
        refusal(&mut simulation, "big", json!({"limits": {"cpu": "2"}})),
        "pods \"big\" is forbidden: maximum cpu usage per Container is 1, but limit is 2"
    );
    assert_eq!(
        refusal(&mut simulation, "small", json!({"requests": {"cpu": "50m"}})),
        "pods \"small\" is forbidden: minimum cpu usage per Container is 100m, but request is 50m"
    );
}

fn evict(simulation: &mut Simulation, name: &str) -> Result<(), Status> {
    simulation.registry.evict(&key(name), &DeleteOptions::default(), &WriteOptions::component("test"))
}

#[test]
fn a_budget_lets_no_more_pods_go_than_it_can_spare() {
    let mut simulation = cluster();
    create(&mut simulation, &DEPLOYMENT, "web", deployment(3, json!({})));
    let budget = json!({"spec": {"minAvailable": "60%", "selector": {"matchLabels": {"app": "web"}}}});
    create(&mut simulation, &POD_DISRUPTION_BUDGET, "b", budget);
    run(&mut simulation, 60);
    let status = |simulation: &Simulation| -> Vec<i64> {
        let budget = get(simulation, &POD_DISRUPTION_BUDGET, "b");
        ["currentHealthy", "desiredHealthy", "expectedPods", "disruptionsAllowed"]
            .map(|field| budget.number(&format!("/status/{field}")).unwrap())
            .to_vec()
    };
    assert_eq!(status(&simulation), [3, 2, 3, 1]);
    let names: Vec<String> = pods(&simulation).iter().map(|pod| pod.name().to_owned()).collect();
    evict(&mut simulation, &names[0]).unwrap();
    let refused = evict(&mut simulation, &names[1]).unwrap_err();
    assert_eq!((refused.code, refused.reason.as_str()), (429, "TooManyRequests"));
    let cause = &refused.details.unwrap().causes[0];
    assert_eq!(cause.message, "The disruption budget b needs 2 healthy pods and has 3 currently");
    run(&mut simulation, 60);
    assert_eq!(status(&simulation), [3, 2, 3, 1], "the evicted Pod was replaced");
    let budget = json!({"spec": {"maxUnavailable": 0, "selector": {}}});
    create(&mut simulation, &POD_DISRUPTION_BUDGET, "c", budget);
    run(&mut simulation, 1);
    let refused = evict(&mut simulation, &names[1]).unwrap_err();
    assert_eq!(refused.code, 500);
    assert_eq!(
        refused.message,
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    );
    delete(&mut simulation, &POD_DISRUPTION_BUDGET, "b");
    run(&mut simulation, 1);
    assert_eq!(evict(&mut simulation, &names[1]).unwrap_err().code, 429);
}

#[test]
fn a_policy_is_told_which_of_its_expressions_do_not_fit_their_kinds() {
    let mut simulation = cluster();
    let rule = json!({"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]});
    let fits = "object.spec.template.spec.containers.all(c, has(c.image) && c.image != '') && object.metadata.labels['a'] == 'b'";
    create(
        &mut simulation,
        &VALIDATING_ADMISSION_POLICY,
        "p",
        json!({"spec": {"matchConstraints": {"resourceRules": [rule]}, "validations": [
            {"expression": fits},
            {"expression": "object.spec.replicas > \"1\"", "messageExpression": "'got ' + object.spec.replicas"},
            {"expression": "object.spec.replicaz > 1"},
        ]}}),
    );
    run(&mut simulation, 1);
    let policy = get(&simulation, &VALIDATING_ADMISSION_POLICY, "p");
    let told: Vec<(&str, &str)> = policy
        .list("/status/typeChecking/expressionWarnings")
        .iter()
        .map(|warning| (warning["fieldRef"].as_str().unwrap(), warning["warning"].as_str().unwrap()))
        .collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(
        told[0],
        (
            "spec.validations[1].expression",
            "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > \"1\"\n | .....................^"
        )
    );
    assert_eq!(told[1].0, "spec.validations[1].messageExpression");
    assert!(told[2].1.contains("ERROR: <input>:1:12: undefined field 'replicaz'"), "{told:?}");
}
