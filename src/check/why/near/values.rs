//! Values that are nearly right: a line break too many, encoded twice, thousandths of bytes, another probe.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::Object;

use super::super::super::partial::Gap;
use super::super::finding::{Finding, get_yaml, name_of};
use super::super::sentences;
use super::place::last_key;

/// A value that ends with a line break, or that is encoded twice.
pub(super) fn encoded(object: &Object, gap: &Gap) -> Option<Finding> {
    let wanted = gap.wanted.as_ref()?;
    let key = last_key(&gap.path);
    let name = name_of(object);
    let show = format!("kubectl get {} -o jsonpath='{{.data.{}}}'", name, key.replace('.', "\\."));
    let stored = object.map("/data").and_then(|data| data.get(&key))?.as_str()?;
    let decode = |text: &str| STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let (wanted, found) = match wanted.get("$base64") {
        Some(wanted) => (wanted.as_str()?, decode(stored)?),
        None => (wanted.as_str()?, stored.to_owned()),
    };
    if found != wanted && found.trim() == wanted.trim() {
        return Some(Finding::lasting(&sentences::LINE_BREAK, [&name, &key]).shown_by(show));
    }
    let twice = decode(found.trim()).is_some_and(|inner| inner.trim() == wanted);
    twice.then(|| Finding::lasting(&sentences::ENCODED_TWICE, [&name, &key]).shown_by(show))
}

/// Memory in thousandths of a byte.
pub(super) fn memory(object: &Object, gap: &Gap) -> Option<Finding> {
    let found = gap.actual.as_deref()?;
    let milli = gap.path.ends_with(".memory") && found.ends_with('m');
    let finding = Finding::lasting(&sentences::MILLIBYTES, [&name_of(object), found]);
    milli.then(|| finding.shown_by(get_yaml(object, object.namespace())))
}

/// A probe of another kind than the one that is asked for.
pub(super) fn probe(object: &Object, gap: &Gap) -> Option<Finding> {
    const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
    let wanted = PROBES.into_iter().find(|probe| gap.path.split(['.', '[']).any(|part| part == *probe))?;
    let containers =
        if object.kind() == "Pod" { "/spec/containers" } else { "/spec/template/spec/containers" };
    let mut containers = object.list(containers).iter();
    let other = containers.find_map(|container| {
        container.get(wanted).is_none().then_some(())?;
        PROBES.into_iter().find(|probe| container.get(*probe).is_some())
    })?;
    let finding = Finding::lasting(&sentences::OTHER_PROBE, [&name_of(object), other, wanted]);
    Some(finding.shown_by(get_yaml(object, object.namespace())))
}
