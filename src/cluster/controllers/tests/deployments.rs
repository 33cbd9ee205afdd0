//! Deployments and their ReplicaSets.

use crate::base::json;

use super::*;

/// A Deployment of nginx with that many replicas.
pub(super) fn web(replicas: i64) -> Value {
    json!({"spec": {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "nginx", "image": "nginx:1.26"}]},
        },
    }})
}

fn set_image(simulation: &mut Simulation, image: &str) {
    change(simulation, &builtin::DEPLOYMENT, "web", |web| {
        web.set("/spec/template/spec/containers/0/image", image);
    });
}

fn sets(simulation: &Simulation) -> Vec<(String, i64)> {
    let mut sets = simulation.registry.list(&builtin::REPLICA_SET, Some("default"));
    sets.sort_by_key(|set| set.annotation("deployment.kubernetes.io/revision").map(str::to_owned));
    sets.iter()
        .map(|set| {
            let image = set.text("/spec/template/spec/containers/0/image").to_owned();
            (image, set.number("/spec/replicas").unwrap())
        })
        .collect()
}

fn condition(simulation: &Simulation, condition_type: &str) -> (String, String) {
    let web = get(simulation, &builtin::DEPLOYMENT, "web");
    let condition = web.condition(condition_type).cloned().unwrap_or_default();
    let text = |field: &str| condition.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("status"), text("reason"))
}

fn started(replicas: i64) -> Simulation {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::DEPLOYMENT, "web", web(replicas));
    run(&mut simulation, 60);
    simulation
}

#[test]
fn a_deployment_comes_up_with_status_conditions_and_events() {
    let simulation = started(3);
    let web = get(&simulation, &builtin::DEPLOYMENT, "web");
    for field in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
        assert_eq!(web.number(&format!("/status/{field}")), Some(3), "{field}");
    }
    assert_eq!((web.annotation("deployment.kubernetes.io/revision"), web.generation()), (Some("1"), 1));
    let told = |status: &str, reason: &str| (status.to_owned(), reason.to_owned());
    assert_eq!(condition(&simulation, "Available"), told("True", "MinimumReplicasAvailable"));
    assert_eq!(condition(&simulation, "Progressing"), told("True", "NewReplicaSetAvailable"));
    let set = &simulation.registry.list(&builtin::REPLICA_SET, Some("default"))[0];
    let hash = set.label("pod-template-hash").unwrap();
    assert_eq!(set.name(), format!("web-{hash}"));
    assert_eq!(set.text("/spec/selector/matchLabels/pod-template-hash"), hash);
    assert_eq!(
        messages(&simulation, "ScalingReplicaSet"),
        [format!("Scaled up replica set {} from 0 to 3", set.name())]
    );
    assert_eq!(messages(&simulation, "SuccessfulCreate").len(), 3);
}

#[test]
fn a_deleted_pod_is_replaced() {
    let mut simulation = started(2);
    let gone = pods(&simulation)[0].name().to_owned();
    delete(&mut simulation, &builtin::POD, &gone);
    run(&mut simulation, 60);
    let names: Vec<String> = pods(&simulation).iter().map(|pod| pod.name().to_owned()).collect();
    assert_eq!(names.len(), 2);
    assert!(!names.contains(&gone));
}

#[test]
fn a_rolling_update_keeps_enough_pods_available_and_numbers_its_revisions() {
    let mut simulation = started(3);
    set_image(&mut simulation, "nginx:1.27");
    for _ in 0..120 {
        run(&mut simulation, 1);
        let web = get(&simulation, &builtin::DEPLOYMENT, "web");
        assert!(web.number("/status/availableReplicas").unwrap_or_default() >= 3);
        let live = pods(&simulation).iter().filter(|pod| !pod.is_terminating()).count();
        assert!(live <= 4, "{live} pods");
    }
    assert_eq!(sets(&simulation), [("nginx:1.26".to_owned(), 0), ("nginx:1.27".to_owned(), 3)]);
    assert_eq!(messages(&simulation, "ScalingReplicaSet").len(), 7);
    let web = get(&simulation, &builtin::DEPLOYMENT, "web");
    assert_eq!(web.annotation("deployment.kubernetes.io/revision"), Some("2"));

    set_image(&mut simulation, "nginx:1.26");
    run(&mut simulation, 120);
    let first = simulation.registry.list(&builtin::REPLICA_SET, Some("default"));
    let back = first.iter().find(|set| set.number("/spec/replicas") == Some(3)).unwrap();
    assert_eq!(back.annotation("deployment.kubernetes.io/revision"), Some("3"));
    assert_eq!(back.annotation("deployment.kubernetes.io/revision-history"), Some("1"));
}

#[test]
fn a_rollout_that_cannot_finish_keeps_the_old_pods_and_misses_its_deadline() {
    let mut simulation = started(3);
    set_image(&mut simulation, "nginx:nope");
    run(&mut simulation, 120);
    assert_eq!(sets(&simulation), [("nginx:1.26".to_owned(), 3), ("nginx:nope".to_owned(), 1)]);
    assert_eq!(condition(&simulation, "Progressing").1, "ReplicaSetUpdated");
    run(&mut simulation, 600);
    let timed_out = ("False".to_owned(), "ProgressDeadlineExceeded".to_owned());
    assert_eq!(condition(&simulation, "Progressing"), timed_out);
    assert_eq!(condition(&simulation, "Available").0, "True");
}

#[test]
fn recreate_stops_all_old_pods_before_the_first_new_one() {
    let mut simulation = started(2);
    change(&mut simulation, &builtin::DEPLOYMENT, "web", |web| {
        web.set("/spec/strategy", json!({"type": "Recreate"}));
        web.set("/spec/template/spec/containers/0/image", "nginx:1.27");
    });
    for _ in 0..90 {
        run(&mut simulation, 1);
        let images: std::collections::BTreeSet<String> =
            pods(&simulation).iter().map(|pod| pod.text("/spec/containers/0/image").to_owned()).collect();
        assert!(images.len() <= 1, "{images:?}");
    }
    assert_eq!(sets(&simulation), [("nginx:1.26".to_owned(), 0), ("nginx:1.27".to_owned(), 2)]);
}

#[test]
fn a_paused_deployment_scales_but_does_not_roll_out() {
    let mut simulation = started(2);
    change(&mut simulation, &builtin::DEPLOYMENT, "web", |web| web.set("/spec/paused", true));
    set_image(&mut simulation, "nginx:1.27");
    change(&mut simulation, &builtin::DEPLOYMENT, "web", |web| web.set("/spec/replicas", 4));
    run(&mut simulation, 60);
    assert_eq!(sets(&simulation), [("nginx:1.26".to_owned(), 4)]);
    assert_eq!(condition(&simulation, "Progressing"), ("Unknown".to_owned(), "DeploymentPaused".to_owned()));
    change(&mut simulation, &builtin::DEPLOYMENT, "web", |web| web.set("/spec/paused", false));
    run(&mut simulation, 120);
    assert_eq!(sets(&simulation), [("nginx:1.26".to_owned(), 0), ("nginx:1.27".to_owned(), 4)]);
}

#[test]
fn old_replica_sets_beyond_the_history_limit_are_deleted() {
    let mut simulation = started(1);
    change(&mut simulation, &builtin::DEPLOYMENT, "web", |web| web.set("/spec/revisionHistoryLimit", 1));
    for image in ["nginx:1.27", "nginx:1.28", "nginx:1.29"] {
        set_image(&mut simulation, image);
        run(&mut simulation, 120);
    }
    assert_eq!(sets(&simulation), [("nginx:1.28".to_owned(), 0), ("nginx:1.29".to_owned(), 1)]);
}

#[test]
fn a_pod_whose_label_is_taken_away_is_released_and_replaced() {
    let mut simulation = started(2);
    let name = pods(&simulation)[0].name().to_owned();
    change(&mut simulation, &builtin::POD, &name, |pod| pod.set_label("app", "other"));
    run(&mut simulation, 30);
    assert_eq!(pods(&simulation).len(), 3);
    assert!(get(&simulation, &builtin::POD, &name).controller().is_none());
    change(&mut simulation, &builtin::POD, &name, |pod| pod.set_label("app", "web"));
    run(&mut simulation, 60);
    assert_eq!(pods(&simulation).len(), 2);
}
