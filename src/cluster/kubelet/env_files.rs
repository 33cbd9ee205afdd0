//! Variables from files that containers wrote into a volume of their Pod (`fileKeyRef`).

use std::collections::BTreeMap;

use crate::apimachinery::Object;
use crate::base::Value;

use super::super::runtime::{Files, PathKind};
use super::pod_spec::ContainerSpec;

/// Whether a container has such variables.
pub(super) fn reads_files(spec: &ContainerSpec<'_>) -> bool {
    spec.list("/env").iter().any(|variable| variable["valueFrom"]["fileKeyRef"].is_object())
}

/// What a reference means in the Pod's volumes; nothing when the variable may be missing.
///
/// # Errors
/// The kubelet's words for a file that it cannot read, or a variable that is not in it.
pub(super) fn value_of(
    pod: &Object,
    reference: &Value,
    volumes: &BTreeMap<String, Files>,
) -> Result<Option<String>, String> {
    let text = |field: &str| reference[field].as_str().unwrap_or_default();
    let volume = text("volumeName");
    let Some(files) = volumes.get(volume) else {
        return Err(format!("cannot find the volume {volume:?} referenced by FileKeyRef"));
    };
    let path = files.followed(&format!("/{}", text("path").trim_start_matches('/')));
    let content = (files.path_kind(&path) == PathKind::File).then(|| files.clone().take(&path));
    let found = content.and_then(|content| value_in(&String::from_utf8_lossy(&content), text("key")).ok());
    match found {
        None => Err("couldn't parse env file".to_owned()),
        // Upstream does not tell an empty value from none.
        Some(value) if !value.is_empty() => Ok(Some(value)),
        Some(_) if reference["optional"] == true => Ok(None),
        Some(_) => Err(format!(
            "environment variable key {:?} not found in file \"/var/lib/kubelet/pods/{}/volumes/kubernetes.io~empty-dir/{volume}{path}\"",
            text("key"),
            pod.uid()
        )),
    }
}

/// The value of a variable in a file of lines `NAME='value'`; empty when it is not in it. Lines after the
/// variable are not looked at.
///
/// # Errors
/// Lines before it that are of another form: quotes are needed, and may hold several lines.
fn value_in(text: &str, key: &str) -> Result<String, ()> {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start_matches([' ', '\t']);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=').ok_or(())?;
        if name.is_empty() || name.ends_with([' ', '\t']) {
            return Err(());
        }
        // As in a shell, a blank after the sign makes the value empty.
        if value.starts_with([' ', '\t']) {
            if name == key {
                return Ok(String::new());
            }
            continue;
        }
        let mut rest = value.strip_prefix('\'').ok_or(())?;
        let mut quoted = String::new();
        let after = loop {
            if let Some((inside, after)) = rest.split_once('\'') {
                quoted.push_str(inside);
                break after.trim_start_matches([' ', '\t']);
            }
            quoted.push_str(rest);
            quoted.push('\n');
            rest = lines.next().ok_or(())?;
        };
        if !after.is_empty() && !after.starts_with('#') {
            return Err(());
        }
        if name == key {
            return Ok(quoted);
        }
    }
    Ok(String::new())
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn values_stand_in_single_quotes() {
        let file = "# comment\n\n  A='a'\nMULTI='one\ntwo # kept' # comment\nEMPTY= 'x'\nB='$A'\n";
        for (key, value) in
            [("A", "a"), ("MULTI", "one\ntwo # kept"), ("EMPTY", ""), ("B", "$A"), ("NONE", "")]
        {
            assert_eq!(value_in(file, key), Ok(value.to_owned()), "{key}");
        }
        for file in ["A=a", "A=\"a\"", "A ='a'", "='a'", "A", "A='a", "A='a''b'", "A='a'$B"] {
            assert_eq!(value_in(file, "A"), Err(()), "{file}");
        }
        assert_eq!(value_in("A='a'\nrubbish", "A"), Ok("a".to_owned()), "what follows is not read");
    }

    #[test]
    fn a_missing_variable_is_missed_unless_it_may_be() {
        let pod = Object::from_value(json!({"metadata": {"uid": "u"}})).unwrap();
        let mut files = Files::default();
        files.insert("/dir/a.env", "A='a'\n");
        let volumes = BTreeMap::from([("v".to_owned(), files)]);
        let ask = |path: &str, key: &str, optional: bool| {
            let reference = json!({"volumeName": "v", "path": path, "key": key, "optional": optional});
            value_of(&pod, &reference, &volumes)
        };
        assert_eq!(ask("dir/a.env", "A", false), Ok(Some("a".to_owned())));
        assert_eq!(ask("dir/a.env", "B", true), Ok(None));
        assert_eq!(
            ask("dir/a.env", "B", false),
            Err("environment variable key \"B\" not found in file \"/var/lib/kubelet/pods/u/volumes/kubernetes.io~empty-dir/v/dir/a.env\"".to_owned())
        );
        assert_eq!(ask("b.env", "A", true), Err("couldn't parse env file".to_owned()));
    }
}
