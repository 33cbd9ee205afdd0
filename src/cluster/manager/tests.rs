//! The manager alone, with reconcilers made for the purpose.

use crate::apimachinery::{Object, Status, builtin};
use crate::base::Random;

use super::super::registry::WriteOptions;
use super::super::storage::Store;
use super::*;

fn itself(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    vec![change.object.key()]
}

static WATCHES: &[Watch] = &[Watch { kind: &builtin::CONFIG_MAP, keys: itself }];

/// Counts its reconciles in an annotation, and so wakes itself for ever.
struct Restless;

impl Reconciler for Restless {
    fn name(&self) -> &'static str {
        "restless-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let mut object = Object::clone(&*context.registry.get(&builtin::CONFIG_MAP, key)?);
        let count: u32 = object.annotation("count").and_then(|text| text.parse().ok()).unwrap_or_default();
        object.set_annotation("count", (count + 1).to_string());
        context.registry.update(&builtin::CONFIG_MAP, key, object, &WriteOptions::component("test"))?;
        Ok(Action::AwaitChange)
    }
}

/// Fails always.
struct Hopeless;

impl Reconciler for Hopeless {
    fn name(&self) -> &'static str {
        "hopeless-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, _context: &mut ReconcileContext<'_>, _key: &ObjectKey) -> Result<Action, Status> {
        Err(Status::internal("no hope"))
    }
}

fn registry_with_config_map() -> Registry {
    let mut registry = Registry::new(Timestamp::from_second(1_700_000_000).unwrap(), Random::seeded(1));
    let namespace = Object::new(&builtin::NAMESPACE, "", "default");
    registry.create(&builtin::NAMESPACE, "", namespace, &WriteOptions::component("test")).unwrap();
    let object = Object::new(&builtin::CONFIG_MAP, "default", "c");
    registry.create(&builtin::CONFIG_MAP, "default", object, &WriteOptions::component("test")).unwrap();
    registry
}

#[test]
fn a_controller_that_runs_in_circles_is_paused_and_named() {
    let mut registry = registry_with_config_map();
    let mut node = NodeState::default();
    let mut manager = Manager::new(vec![&Restless]);
    manager.drain(&registry);
    while manager.run_next(&mut registry, &mut node) {
        manager.drain(&registry);
    }
    assert_eq!(manager.livelocks(), ["restless-controller default/c"]);
    assert_eq!(manager.next_due(&registry), registry.now().checked_add(LIVELOCK_PAUSE).ok());
}

/// Has a fault.
struct Faulty;

impl Reconciler for Faulty {
    fn name(&self) -> &'static str {
        "faulty-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, _context: &mut ReconcileContext<'_>, _key: &ObjectKey) -> Result<Action, Status> {
        panic!("a fault of the controller, on purpose")
    }
}

#[test]
fn a_controller_that_panics_is_retried_and_harms_no_other() {
    let mut registry = registry_with_config_map();
    let mut node = NodeState::default();
    let mut manager = Manager::new(vec![&Faulty, &Hopeless]);
    manager.drain(&registry);
    assert!(manager.run_next(&mut registry, &mut node));
    assert!(manager.run_next(&mut registry, &mut node), "the other controller has its turn");
    let due = manager.next_due(&registry).unwrap();
    assert_eq!(due.duration_since(registry.now()).as_millis(), 5);
}

#[test]
fn an_error_is_retried_later_and_later() {
    let mut registry = registry_with_config_map();
    let mut node = NodeState::default();
    let mut manager = Manager::new(vec![&Hopeless]);
    manager.drain(&registry);
    let mut waits = Vec::new();
    for _ in 0..4 {
        assert!(manager.run_next(&mut registry, &mut node));
        let due = manager.next_due(&registry).unwrap();
        waits.push(due.duration_since(registry.now()).as_millis());
        registry.set_now(due);
    }
    assert_eq!(waits, [5, 10, 20, 40]);
}

#[test]
fn a_look_at_everything_anew_wakes_nothing() {
    let config_map = |number| Object::new(&builtin::CONFIG_MAP, "default", &format!("c-{number}"));
    let objects = (0..9_000).map(|number| (&builtin::CONFIG_MAP, config_map(number)));
    let store = Store::restore(objects, 9_000);
    let registry = Registry::with_store(store, Timestamp::UNIX_EPOCH, Random::seeded(1));
    let asleep = || registry.store().all().filter(|object| object.is_asleep()).count();
    let before = asleep();
    assert!(before > 0);
    Manager::new(Vec::new()).resync(&registry);
    assert_eq!(asleep(), before);
}
