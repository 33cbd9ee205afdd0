//! Values that are nearly right: a line break too many, encoded twice, thousandths of bytes, another probe.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::Object;
use crate::base::{Value, is_typo};

use super::super::super::partial::Gap;
use super::super::chain::tiny_memory;
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
    if object.kind() == "Secret" && wanted.get("$base64").is_some_and(|wanted| wanted == stored) {
        return Some(Finding::lasting(&sentences::NOT_ENCODED, [&name, &key]).shown_by(show));
    }
    let (wanted, found) = match wanted.get("$base64") {
        Some(wanted) => (wanted.as_str()?, decode(stored)?),
        None => (wanted.as_str()?, stored.to_owned()),
    };
    let plain = |text: &str| decode(text).filter(|_| object.kind() == "Secret");
    if let (Some(one), Some(two)) = (plain(wanted), plain(stored))
        && one != two
        && one.trim() == two.trim()
    {
        return Some(Finding::lasting(&sentences::LINE_BREAK, [&name, &key]).shown_by(show));
    }
    if found != wanted && found.trim() == wanted.trim() {
        return Some(Finding::lasting(&sentences::LINE_BREAK, [&name, &key]).shown_by(show));
    }
    // In double quotes the shell puts in a value where a dollar stands, and most often an empty one.
    if let Some((before, after)) = wanted.split_once('$') {
        let name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let rest = after.trim_start_matches(name);
        let eaten = found.starts_with(before) && found.ends_with(rest) && found.len() < wanted.len();
        if eaten && rest.len() < after.len() {
            return Some(
                Finding::lasting(&sentences::DOLLAR_EATEN, [&name_of(object), &key, &found]).shown_by(show),
            );
        }
    }
    let quoted = ['"', '\''].iter().any(|mark| found == format!("{mark}{wanted}{mark}"));
    if quoted {
        return Some(Finding::lasting(&sentences::QUOTES_INSIDE, [&name, &key, &found]).shown_by(show));
    }
    let meant = plain(wanted).filter(|meant| *meant == stored && meant != wanted);
    if meant.is_some() {
        return Some(Finding::lasting(&sentences::NOT_ENCODED, [&name, &key]).shown_by(show));
    }
    let twice = decode(found.trim()).is_some_and(|inner| inner.trim() == wanted);
    twice.then(|| Finding::lasting(&sentences::ENCODED_TWICE, [&name, &key]).shown_by(show))
}

/// Memory in bytes, or thousandths of them.
pub(super) fn memory(object: &Object, gap: &Gap) -> Option<Finding> {
    let found = gap.actual.as_deref()?;
    let sentence = tiny_memory(found).filter(|_| gap.path.ends_with(".memory"))?;
    let finding = Finding::lasting(sentence, [&name_of(object), found]);
    Some(finding.shown_by(get_yaml(object, object.namespace())))
}

/// A key of a ConfigMap or Secret that is spelled otherwise, or stands in a file that is one value.
pub(super) fn key(object: &Object, gap: &Gap) -> Option<Finding> {
    let wanted = gap.path.strip_prefix("data").filter(|_| gap.actual.is_none())?;
    let wanted =
        if wanted.starts_with('[') { last_key(&gap.path) } else { wanted.strip_prefix('.')?.to_owned() };
    let data = object.map("/data")?;
    let name = name_of(object);
    let show = format!("kubectl describe {}", name.replacen('/', " ", 1));
    let near = data.keys().find(|key| key.eq_ignore_ascii_case(&wanted) || is_typo(key, &wanted));
    if let Some(near) = near {
        return Some(Finding::lasting(&sentences::OTHER_KEY, [&name, near, &wanted]).shown_by(show));
    }
    let decode = |value: &Value| -> Option<String> {
        let text = value.as_str()?;
        if object.kind() != "Secret" {
            return Some(text.to_owned());
        }
        String::from_utf8(STANDARD.decode(text).ok()?).ok()
    };
    let assigns = |text: &str| text.lines().any(|line| line.trim_start().starts_with(&format!("{wanted}=")));
    let beside =
        |text: &str| text.split(',').skip(1).any(|part| part.trim().starts_with(&format!("{wanted}=")));
    let crowded =
        data.iter().find_map(|(key, value)| Some((key, decode(value).filter(|text| beside(text))?)));
    if let Some((key, text)) = crowded {
        let words = [name.as_str(), key, &text, &wanted];
        return Some(Finding::lasting(&sentences::ONE_LITERAL, words).shown_by(show));
    }
    let (file, _) = data.iter().find(|(_, value)| decode(value).is_some_and(|text| assigns(&text)))?;
    Some(Finding::lasting(&sentences::FILE_AS_VALUE, [&name, file, &wanted]).shown_by(show))
}

/// A variable that has its value written out, where it is to come from somewhere.
pub(super) fn plain_variable(object: &Object, gap: &Gap) -> Option<Finding> {
    let (variable, _) = gap.path.split_once(".valueFrom")?;
    let pointer = format!("/{}", variable.replace('[', "/").replace(']', "").replace('.', "/"));
    let found = object.get(&pointer)?;
    let value = found.get("value")?.as_str()?;
    let words = [&name_of(object), found.get("name")?.as_str()?, value];
    let finding = Finding::lasting(&sentences::PLAIN_VARIABLE, words);
    Some(finding.shown_by(get_yaml(object, object.namespace())))
}

/// A variable that stands, with its value, within the value of another: `--env=A=b,C=d`.
pub(super) fn one_variable(object: &Object, gap: &Gap) -> Option<Finding> {
    let (list, rest) = gap.path.split_once(".env")?;
    let pointer = format!("/{}/env", list.replace('[', "/").replace(']', "").replace('.', "/"));
    let wanted = gap.wanted.as_ref()?.as_str().filter(|_| rest.ends_with(".name"))?;
    let (variable, value) = object.list(&pointer).iter().find_map(|variable| {
        let value = variable["value"].as_str()?;
        value.split(',').skip(1).any(|part| part.trim().starts_with(&format!("{wanted}="))).then_some(())?;
        Some((variable["name"].as_str()?, value))
    })?;
    let finding = Finding::lasting(&sentences::ONE_VARIABLE, [&name_of(object), variable, value, wanted]);
    Some(finding.shown_by(get_yaml(object, object.namespace())))
}

/// A variable in a subPath, which takes its text as it is.
pub(super) fn literal_path(object: &Object, gap: &Gap) -> Option<Finding> {
    let place = gap.path.strip_suffix("Expr").filter(|place| place.ends_with(".subPath"))?;
    let pointer = format!("/{}", place.replace('[', "/").replace(']', "").replace('.', "/"));
    let written = object.text(&pointer);
    let finding = Finding::lasting(&sentences::LITERAL_PATH, [&name_of(object), written]);
    written.contains("$(").then(|| finding.shown_by(get_yaml(object, object.namespace())))
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
