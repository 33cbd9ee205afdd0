//! Services: who stands behind them.

use crate::base::json;

use super::super::super::registry::DeleteOptions;
use super::*;

fn service(simulation: &mut Simulation, target: Value) {
    create(
        simulation,
        &builtin::SERVICE,
        "web",
        json!({"spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": target}]}}),
    );
}

fn slices(simulation: &Simulation) -> Vec<Arc<Object>> {
    let mut slices = simulation.registry.list(&builtin::ENDPOINT_SLICE, Some("default"));
    slices.retain(|slice| slice.label("kubernetes.io/service-name") == Some("web"));
    slices
}

/// Addresses of the ready endpoints, sorted.
fn ready(simulation: &Simulation) -> Vec<String> {
    let slices = slices(simulation);
    let endpoints = slices.iter().flat_map(|slice| slice.list("/endpoints"));
    let mut ready: Vec<String> = endpoints
        .filter(|endpoint| endpoint["conditions"]["ready"] == true)
        .filter_map(|endpoint| endpoint["addresses"][0].as_str().map(str::to_owned))
        .collect();
    ready.sort();
    ready
}

fn addresses(simulation: &Simulation) -> Vec<String> {
    let mut addresses: Vec<String> =
        pods(simulation).iter().map(|pod| pod.text("/status/podIP").to_owned()).collect();
    addresses.sort();
    addresses
}

#[test]
fn a_service_follows_the_pods_that_it_selects() {
    let mut simulation = cluster();
    service(&mut simulation, json!(80));
    run(&mut simulation, 1);
    assert_eq!(slices(&simulation).len(), 1);
    assert!(ready(&simulation).is_empty());
    create(&mut simulation, &builtin::DEPLOYMENT, "web", deployments::web(3));
    run(&mut simulation, 60);
    assert_eq!(ready(&simulation), addresses(&simulation));
    let slice = &slices(&simulation)[0];
    assert!(slice.name().starts_with("web-") && slice.name().len() == "web-".len() + 5, "{}", slice.name());
    assert_eq!(slice.list("/ports"), [json!({"name": "", "port": 80, "protocol": "TCP"})]);
    let endpoints = get(&simulation, &builtin::ENDPOINTS, "web");
    assert_eq!(endpoints.list("/subsets/0/addresses").len(), 3);

    change(&mut simulation, &builtin::SERVICE, "web", |web| {
        web.set("/spec/selector", json!({"app": "typo"}))
    });
    run(&mut simulation, 1);
    assert!(ready(&simulation).is_empty());
    assert!(get(&simulation, &builtin::ENDPOINTS, "web").list("/subsets").is_empty());
}

#[test]
fn a_pod_that_is_going_gets_no_more_traffic() {
    let mut simulation = cluster();
    service(&mut simulation, json!(80));
    create(&mut simulation, &builtin::DEPLOYMENT, "web", deployments::web(2));
    run(&mut simulation, 60);
    let leaving = Arc::clone(&pods(&simulation)[0]);
    delete(&mut simulation, &builtin::POD, leaving.name());
    run(&mut simulation, 0);
    assert!(!ready(&simulation).contains(&leaving.text("/status/podIP").to_owned()));
    let slice = &slices(&simulation)[0];
    let endpoint =
        slice.list("/endpoints").iter().find(|endpoint| endpoint["targetRef"]["name"] == leaving.name());
    assert_eq!(endpoint.map(|endpoint| &endpoint["conditions"]["terminating"]), Some(&json!(true)));
}

#[test]
fn a_named_target_port_is_looked_up_in_the_pod() {
    let mut simulation = cluster();
    service(&mut simulation, json!("http"));
    create(&mut simulation, &builtin::DEPLOYMENT, "web", deployments::web(1));
    change(&mut simulation, &builtin::DEPLOYMENT, "web", |web| {
        web.set("/spec/template/spec/containers/0/ports", json!([{"name": "http", "containerPort": 8080}]));
    });
    run(&mut simulation, 60);
    assert_eq!(slices(&simulation)[0].list("/ports"), [json!({"name": "", "port": 8080, "protocol": "TCP"})]);
}

#[test]
fn what_belongs_to_a_service_goes_with_it() {
    let mut simulation = cluster();
    service(&mut simulation, json!(80));
    run(&mut simulation, 1);
    delete(&mut simulation, &builtin::SERVICE, "web");
    run(&mut simulation, 1);
    assert!(slices(&simulation).is_empty());
    assert!(simulation.registry.get(&builtin::ENDPOINTS, &key("web")).is_err());
    assert!(simulation.registry.get(&builtin::ENDPOINTS, &key("kubernetes")).is_ok());
}

#[test]
fn a_pod_that_is_gone_at_once_leaves_its_service_at_once() {
    let mut simulation = cluster();
    service(&mut simulation, json!(80));
    create(
        &mut simulation,
        &builtin::POD,
        "alone",
        json!({"labels": {"app": "web"}, "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}}),
    );
    run(&mut simulation, 30);
    assert_eq!(ready(&simulation), addresses(&simulation));
    let (now, options) = (
        DeleteOptions { grace_period_seconds: Some(0), ..Default::default() },
        WriteOptions::component("test"),
    );
    simulation.registry.delete(&builtin::POD, &key("alone"), &now, &options).unwrap();
    run(&mut simulation, 0);
    assert!(ready(&simulation).is_empty());
}

#[test]
fn a_further_range_gives_addresses_once_it_is_ready() {
    let mut simulation = cluster();
    let wanted = |address: &str| json!({"spec": {"clusterIP": address, "ports": [{"port": 80}]}});
    create(&mut simulation, &builtin::SERVICE_CIDR, "extra", json!({"spec": {"cidrs": ["10.250.250.0/24"]}}));
    run(&mut simulation, 1);
    create(&mut simulation, &builtin::SERVICE, "inside", wanted("10.250.250.7"));
    run(&mut simulation, 1);
    assert!(simulation.registry.get(&builtin::IP_ADDRESS, &ObjectKey::new("", "10.250.250.7")).is_ok());
    let mut outside = Object::new(&builtin::SERVICE, "default", "outside");
    outside.set("/spec", wanted("10.250.251.7")["spec"].clone());
    let options = super::super::super::registry::WriteOptions::component("test");
    let refused = simulation.registry.create(&builtin::SERVICE, "default", outside, &options).unwrap_err();
    assert!(
        refused.message.ends_with("the provided network does not match the current range"),
        "{refused:?}"
    );
}
