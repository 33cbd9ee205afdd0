//! What was wrong before and has not been touched is no reason to refuse a change (`CRDValidationRatcheting`).

use crate::apimachinery::{FieldError, FieldErrorType, Object};

/// Whether an error is about a value that the object had before, too.
pub(super) fn tolerates(error: &FieldError, new: &Object, old: &Object) -> bool {
    let Some(mut pointer) = pointer_of(&error.path) else { return false };
    // What is missing is a matter of what it is missing from.
    if error.error_type == FieldErrorType::Required {
        pointer.truncate(pointer.rfind('/').unwrap_or_default());
    }
    let inside = pointer.starts_with("/spec") || pointer.starts_with("/status");
    inside && new.get(&pointer).is_some() && new.get(&pointer) == old.get(&pointer)
}

/// The JSON pointer of a path such as `spec.ports[0].name`.
fn pointer_of(path: &str) -> Option<String> {
    if path.is_empty() || path.starts_with('<') {
        return None;
    }
    let mut pointer = String::new();
    for part in path.split(['.', '[']) {
        pointer.push('/');
        pointer.push_str(part.trim_end_matches(']'));
    }
    Some(pointer)
}
