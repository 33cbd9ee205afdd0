//! The controllers at work in whole simulations: objects are applied, time passes, the world is looked at.

mod autoscaling;
mod conversions;
mod cron_jobs;
mod custom_resources;
mod daemon_sets;
mod deletion;
mod deployments;
mod fresh_cluster;
mod identity;
mod jobs;
mod networking;
mod nodes;
mod policy;
mod replication_controllers;
mod services;
mod stateful_sets;
mod volumes;
mod webhooks;

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{Kind, Object, ObjectKey, builtin};
use crate::base::Value;

use super::super::config::ClusterConfig;
use super::super::registry::WriteOptions;
use super::super::simulation::Simulation;

/// A fresh cluster with one node.
fn cluster() -> Simulation {
    Simulation::new(&ClusterConfig::default(), "2026-01-01T00:00:00Z".parse().unwrap())
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new("default", name)
}

fn run(simulation: &mut Simulation, seconds: i64) {
    let until = simulation.registry.now() + SignedDuration::from_secs(seconds);
    simulation.advance_to(until);
    assert_eq!(simulation.livelocks(), [] as [String; 0]);
}

/// Creates an object from YAML-like JSON in the namespace `default`.
fn create(simulation: &mut Simulation, kind: &'static Kind, name: &str, fields: Value) {
    let mut object = Object::new(kind, if kind.namespaced { "default" } else { "" }, name);
    for (field, value) in fields.as_object().into_iter().flatten() {
        if field == "labels" {
            object.set("/metadata/labels", value.clone());
        } else {
            object.set(&format!("/{field}"), value.clone());
        }
    }
    let namespace = object.namespace().to_owned();
    simulation.registry.create(kind, &namespace, object, &WriteOptions::component("test")).unwrap();
}

fn get(simulation: &Simulation, kind: &'static Kind, name: &str) -> Arc<Object> {
    let namespace = if kind.namespaced { "default" } else { "" };
    simulation.registry.get(kind, &ObjectKey::new(namespace, name)).unwrap()
}

/// Changes an object of the namespace `default` as a person would.
fn change(simulation: &mut Simulation, kind: &'static Kind, name: &str, change: impl FnOnce(&mut Object)) {
    let mut object = Object::clone(&get(simulation, kind, name));
    change(&mut object);
    simulation.registry.update(kind, &object.key(), object, &WriteOptions::component("test")).unwrap();
}

fn delete(simulation: &mut Simulation, kind: &'static Kind, name: &str) {
    let namespace = if kind.namespaced { "default" } else { "" };
    let (delete, options) = (Default::default(), WriteOptions::component("test"));
    simulation.registry.delete(kind, &ObjectKey::new(namespace, name), &delete, &options).unwrap();
}

fn pods(simulation: &Simulation) -> Vec<Arc<Object>> {
    simulation.registry.list(&builtin::POD, Some("default"))
}

/// Messages of the events with that reason, oldest first.
fn messages(simulation: &Simulation, reason: &str) -> Vec<String> {
    let mut events = simulation.registry.list(&builtin::EVENT, Some("default"));
    events.retain(|event| event.text("/reason") == reason);
    events.sort_by_cached_key(|event| event.resource_version());
    events.iter().map(|event| event.text("/message").to_owned()).collect()
}
