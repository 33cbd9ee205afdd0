//! The label `pod-template-hash`: a short, stable name for a pod template.

use crate::base::Value;

use super::object::Object;

const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
const HASH_LABEL: &str = "/metadata/labels/pod-template-hash";

/// The hash of a pod template, written as `ComputeHash` in `pkg/controller` writes it.
///
/// The value differs from upstream's, which hashes the memory layout of Go structs; the form
/// (FNV-1a over a canonical text, digits as ten safe characters) is the same.
#[must_use]
pub fn pod_template_hash(template: &Value, collision_count: Option<i32>) -> String {
    let canonical = match Object::from_value(template.clone()) {
        Some(mut template) => {
            template.remove(HASH_LABEL);
            template.value().to_string()
        }
        None => template.to_string(),
    };
    let mut hash = fnv1a(0x811c_9dc5, canonical.as_bytes());
    if let Some(count) = collision_count {
        hash = fnv1a(hash, &count.to_le_bytes());
        hash = fnv1a(hash, &[0; 4]);
    }
    safe_encode(&hash.to_string())
}

/// A hash of a text that is the same in every run (FNV-1a).
#[must_use]
pub fn stable_hash(text: &str) -> u32 {
    fnv1a(0x811c_9dc5, text.as_bytes())
}

fn fnv1a(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Replaces each character so that no words can appear, `rand.SafeEncodeString`.
fn safe_encode(text: &str) -> String {
    text.bytes().map(|byte| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()])).collect()
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn the_hash_is_stable_and_ignores_its_own_label() {
        let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": []}});
        let mut labelled = template.clone();
        labelled["metadata"]["labels"]["pod-template-hash"] = json!("x");
        let hash = pod_template_hash(&template, None);
        assert_eq!(hash, pod_template_hash(&labelled, None));
        assert!(hash.chars().all(|c| "456789bcdf".contains(c)), "{hash}");
    }

    #[test]
    fn a_collision_gives_another_hash() {
        let template = json!({"spec": {}});
        assert_ne!(pod_template_hash(&template, None), pod_template_hash(&template, Some(1)));
        assert_ne!(pod_template_hash(&template, Some(1)), pod_template_hash(&template, Some(2)));
    }
}
