//! Custom objects: which rules they are under, and when none can be added.

use crate::apimachinery::{Kind, Object, ObjectKey, Status, builtin};

use super::Registry;
use super::delete::{FOREGROUND_FINALIZER, ORPHAN_FINALIZER};
use super::strategy::{Strategy, strategy_of};

impl Registry {
    /// Refuses new objects of a kind whose definition is going.
    pub(super) fn check_definition(&self, kind: &'static Kind) -> Result<(), Status> {
        let Some(custom) = kind.custom else { return Ok(()) };
        let key = ObjectKey::new("", custom.definition);
        let definition = self.store.get(&builtin::CUSTOM_RESOURCE_DEFINITION, &key);
        if definition.is_some_and(|definition| definition.is_terminating()) {
            let mut refusal = Status::method_not_allowed(kind, "create");
            "create not allowed while custom resource definition is terminating"
                .clone_into(&mut refusal.message);
            return Err(refusal);
        }
        Ok(())
    }
}

/// The rules of an object stored as one of `kind` that came as one of `version`: a custom object is
/// judged by the schema of the version in which it came, and an Event by the rules of its own.
pub(super) fn rules_of(kind: &'static Kind, version: &'static Kind) -> &'static dyn Strategy {
    let own = kind.custom.is_some() || std::ptr::eq(version, &builtin::EVENTS_EVENT);
    strategy_of(if own { version } else { kind })
}

/// The rules that tell the columns of a kind: those of what is stored, but for custom kinds, whose versions have
/// columns of their own.
pub(super) fn table_rules(kind: &'static Kind) -> &'static dyn Strategy {
    strategy_of(if kind.custom.is_some() { kind } else { kind.stored() })
}

/// What a client is told about new finalizers of custom objects that others may choose, too.
pub(super) fn finalizer_warnings(kind: &Kind, object: &Object, old: Option<&Object>) -> Vec<String> {
    if kind.custom.is_none() { Vec::new() } else { custom_finalizer_warnings(object, old) }
}

fn custom_finalizer_warnings(object: &Object, old: Option<&Object>) -> Vec<String> {
    let own = [FOREGROUND_FINALIZER, ORPHAN_FINALIZER];
    let had = |name: &str| old.is_some_and(|old| old.finalizers().any(|other| other == name));
    let bare = object.finalizers().filter(|name| !name.contains('/') && !own.contains(name) && !had(name));
    bare.map(|name| {
        format!(
            "metadata.finalizers: {name:?}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers"
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::base::{Value, json};

    use super::*;

    #[test]
    fn finalizers_without_a_path_are_pointed_out_once() {
        let with =
            |finalizers: Value| Object::from_value(json!({"metadata": {"finalizers": finalizers}})).unwrap();
        let warned = |new: &Object, old: Option<&Object>| custom_finalizer_warnings(new, old).len();
        let one = with(json!(["bare", "a.example.com/whole", "foregroundDeletion"]));
        assert_eq!(warned(&one, None), 1);
        assert_eq!(warned(&one, Some(&one)), 0);
        assert_eq!(warned(&with(json!(["bare", "other"])), Some(&one)), 1);
    }
}
