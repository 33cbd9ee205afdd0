//! Files that a program misses, may not write or may not run: what is mounted there, and who fills it.

use crate::apimachinery::{Object, builtin};
use crate::base::{Key, Value, is_typo};

use super::super::finding::Aside;
use super::super::sentences;
use super::program::is_shell;
use super::{Chain, text};

/// How programs say that a file is not there.
const NOT_THERE: &[&str] = &["no such file", "nonexistent directory", "not found"];

/// Files of a volume that are named, at most.
const FILES_MAX: usize = 6;

/// Volumes whose files the kubelet writes: nobody else may.
const WRITTEN_BY_KUBELET: &[(&str, &str)] = &[
    ("configMap", "ConfigMap"),
    ("secret", "Secret"),
    ("projected", "projected volume"),
    ("downwardAPI", "downwardAPI volume"),
];

impl<'a> Chain<'a> {
    /// What of a Pod's volumes lies behind a program's words about a file.
    pub(super) fn behind_the_file(self, pod: &Object, container: &Value, line: &str) -> Aside {
        let lower = line.to_lowercase();
        let says = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
        let (missing, read_only, denied) =
            (says(NOT_THERE), says(&["read-only file system"]), says(&["permission denied"]));
        paths(line).find_map(|path| {
            let here = mount_at(container, path);
            match here {
                Some(mount) if missing => {
                    let hidden = || self.hidden(pod, mount, path);
                    filled_later(pod, container, mount)
                        .or_else(hidden)
                        .or_else(|| covered(pod, container, mount))
                }
                Some(mount) if read_only => {
                    let (_, kind) = written_by_kubelet(pod, mount)?;
                    Some((&sentences::KUBELETS_FILES, vec![mount_path(mount), kind.to_owned()]))
                }
                Some(mount) if denied => narrow_mode(pod, container, mount)
                    .or_else(|| not_run(pod, mount, path, line))
                    .or_else(|| belongs_to_others(pod, container, mount)),
                None if missing => mounted_beside(pod, container, path),
                _ => None,
            }
        })
    }

    /// A script whose first line names a program that is not there: `exec /run.sh: no such file or directory`.
    pub(super) fn interpreter(self, pod: &Object, container: &Value, line: &str) -> Aside {
        let path = line.strip_prefix("exec ").and_then(|rest| rest.split_once(": no such file"))?.0;
        let script = self.content(pod, mount_at(container, path)?, path)?;
        let first = script.split('\n').next()?.strip_prefix("#!")?;
        let named = first.trim().to_owned();
        let sentence =
            if first.ends_with('\r') { &sentences::WINDOWS_LINES } else { &sentences::NO_INTERPRETER };
        Some((sentence, vec![path.to_owned(), named]))
    }

    /// The text of a ConfigMap's key that is mounted as a file.
    fn content(self, pod: &Object, mount: &Value, path: &str) -> Option<&'a str> {
        let volume = pod.list("/spec/volumes").iter().find(|volume| volume["name"] == mount["name"])?;
        let source = text(volume, "/configMap/name");
        let map = self.world.named(&builtin::CONFIG_MAP, Some(pod.namespace()), source)?.map("/data")?;
        let below = path.strip_prefix(text(mount, "/mountPath"))?.trim_start_matches('/');
        let file = if below.is_empty() { text(mount, "/subPath") } else { below };
        let mut items = volume.pointer("/configMap/items").and_then(Value::as_array).into_iter().flatten();
        let key = items.find(|item| text(item, "/path") == file).map_or(file, |item| text(item, "/key"));
        map.get(key)?.as_str()
    }

    /// The files that a volume from a ConfigMap or Secret has.
    pub(super) fn held(self, pod: &Object, volume: &Value) -> Vec<String> {
        self.names_in(pod, volume).into_iter().take(FILES_MAX).map(str::to_owned).collect()
    }

    /// Why a program cannot be started that is there, or is looked for in another folder.
    pub(super) fn behind_the_start(self, pod: &Object, program: &str, message: &str) -> Aside {
        let containers = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
        let container = containers.into_iter().find(|container| {
            let lists = [&container["command"], &container["args"]].into_iter();
            lists.filter_map(|words| words.get(0)?.as_str()).next() == Some(program)
        })?;
        if message.contains("permission denied") {
            let mount = mount_at(container, program)?;
            let (_, kind) = written_by_kubelet(pod, mount)?;
            return Some((&sentences::NOT_EXECUTABLE, vec![kind.to_owned(), program.to_owned()]));
        }
        let folder = text(container, "/workingDir");
        let missing = NOT_THERE.iter().any(|mark| message.contains(mark));
        let relative = missing && program.starts_with('.') && !folder.is_empty();
        relative.then(|| (&sentences::RELATIVE, vec![program.to_owned(), folder.to_owned()]))
    }

    /// A file that a volume has under nearly its name, or else the image, which the volume covers.
    fn hidden(self, pod: &Object, mount: &Value, path: &str) -> Aside {
        let (volume, _) = written_by_kubelet(pod, mount)?;
        let place = mount_path(mount);
        let wanted = path.strip_prefix(place.trim_end_matches('/'))?.trim_start_matches('/');
        let names = self.names_in(pod, volume);
        if !text(mount, "/subPath").is_empty() || names.contains(&wanted) {
            return None;
        }
        match names.into_iter().find(|name| is_typo(wanted, name)) {
            Some(near) => Some((&sentences::NEAREST, vec![near.to_owned()])),
            None if self.held(pod, volume).is_empty() => Some((&sentences::MOUNTED_OVER, vec![place])),
            None => Some((&sentences::MOUNTED_OVER_WITH, vec![place, self.held(pod, volume).join(", ")])),
        }
    }

    /// The files of a volume that is made of a ConfigMap or a Secret.
    fn names_in<'v>(self, pod: &Object, volume: &'v Value) -> Vec<&'v str>
    where
        Self: 'v,
    {
        let sources = [
            (&builtin::CONFIG_MAP, volume.get("configMap"), "/name"),
            (&builtin::SECRET, volume.get("secret"), "/secretName"),
        ];
        let Some((kind, Some(source), name)) = sources.into_iter().find(|(_, source, _)| source.is_some())
        else {
            return Vec::new();
        };
        if let Some(items) = source["items"].as_array() {
            return items.iter().map(|item| text(item, "/path")).collect();
        }
        let found = self.world.named(kind, Some(pod.namespace()), text(source, name));
        let maps = ["/data", "/binaryData"].into_iter().filter_map(|map| found?.map(map));
        maps.flat_map(|map| map.keys().map(Key::as_str)).collect()
    }
}

/// The absolute paths that a line names.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '(' | ')' | ',' | '`');
    let words = line.split(ends).map(|word| word.trim_end_matches([':', '.', ';']));
    words.filter(|word| word.len() > 1 && word.starts_with('/'))
}

pub(super) fn mount_path(mount: &Value) -> String {
    text(mount, "/mountPath").to_owned()
}

/// The mount of a container that a path lies in.
fn mount_at<'c>(container: &'c Value, path: &str) -> Option<&'c Value> {
    let mounts = container["volumeMounts"].as_array().into_iter().flatten();
    mounts
        .filter(|mount| lies_in(path, text(mount, "/mountPath")))
        .max_by_key(|mount| mount_path(mount).len())
}

fn lies_in(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    let rest = path.strip_prefix(folder).filter(|_| !folder.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The volume of a mount whose files the kubelet writes, and what it is called.
fn written_by_kubelet<'p>(pod: &'p Object, mount: &Value) -> Option<(&'p Value, &'static str)> {
    let volume = pod.list("/spec/volumes").iter().find(|volume| volume["name"] == mount["name"])?;
    let kind = WRITTEN_BY_KUBELET.iter().find(|(field, _)| volume.get(field).is_some())?;
    Some((volume, kind.1))
}

/// An init container that misses what one after it is to write.
fn filled_later(pod: &Object, container: &Value, mount: &Value) -> Aside {
    let all = pod.list("/spec/initContainers");
    let own = all.iter().position(|one| one["name"] == container["name"])?;
    let writes = |one: &&Value| {
        let mounts = one["volumeMounts"].as_array().into_iter().flatten();
        mounts.into_iter().any(|other| other["name"] == mount["name"] && other["readOnly"] != true)
    };
    // Where one before it could have written the file, the order is right.
    if all[..own].iter().any(|one| writes(&one)) {
        return None;
    }
    let later = all[own + 1..].iter().chain(pod.list("/spec/containers")).find(writes)?;
    let words = [later, container].map(|one| text(one, "/name").to_owned());
    written_by_kubelet(pod, mount).is_none().then(|| (&sentences::COMES_LATER, words.to_vec()))
}

/// What an image's own program misses where a volume that begins empty is mounted.
fn covered(pod: &Object, container: &Value, mount: &Value) -> Aside {
    let place = text(mount, "/mountPath");
    let named = |word: &Value| word.as_str().is_some_and(|word| word.contains(place));
    let told = container["args"].as_array().is_some_and(|args| args.iter().any(named));
    let own = container.get("command").is_none() && written_by_kubelet(pod, mount).is_none();
    let others = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
    let mounts = others.filter(|other| other["name"] != container["name"]);
    let mut mounts = mounts.filter_map(|other| other["volumeMounts"].as_array()).flatten();
    // Of a file that another container was to write, the image knows nothing.
    let shared = mounts.any(|other| other["name"] == mount["name"]);
    (own && !told && !shared).then(|| (&sentences::MOUNTED_OVER, vec![mount_path(mount)]))
}

/// A file of the kubelet's that a shell was to run: `sh: /scripts/run.sh: Permission denied`.
fn not_run(pod: &Object, mount: &Value, path: &str, line: &str) -> Aside {
    let (_, kind) = written_by_kubelet(pod, mount)?;
    let by_shell = line.split(':').next().is_some_and(|program| is_shell(program.trim()));
    let opened = ["can't", "cannot"].iter().any(|word| line.contains(word));
    (by_shell && !opened).then(|| (&sentences::NOT_EXECUTABLE, vec![kind.to_owned(), path.to_owned()]))
}

/// A volume that another container has at the path, and this one somewhere else or not at all.
fn mounted_beside(pod: &Object, container: &Value, path: &str) -> Aside {
    let others = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
    let mut beside = others.filter(|other| other["name"] != container["name"]);
    let (other, there) = beside.find_map(|other| Some((other, mount_at(other, path)?)))?;
    let own = container["volumeMounts"].as_array().into_iter().flatten();
    let here = own.into_iter().find(|mount| mount["name"] == there["name"]);
    let mut words = vec![text(there, "/name").to_owned(), text(other, "/name").to_owned(), mount_path(there)];
    let Some(here) = here else { return Some((&sentences::NOT_MOUNTED_HERE, words)) };
    words.push(mount_path(here));
    Some((&sentences::MOUNTED_BESIDE, words))
}

/// The rights that others than a file's owner need to read it.
const READ_BY_OTHERS: i64 = 0o004;

/// Files that only their owner may read, who is root, by the volume's `defaultMode`.
fn narrow_mode(pod: &Object, container: &Value, mount: &Value) -> Aside {
    let (volume, kind) = written_by_kubelet(pod, mount)?;
    let mode = volume.as_object()?.values().find_map(|source| source.get("defaultMode")?.as_i64())?;
    let user = container
        .pointer("/securityContext/runAsUser")
        .or_else(|| pod.get("/spec/securityContext/runAsUser"));
    let user = user.filter(|user| user.as_i64() != Some(0)).map(ToString::to_string)?;
    let grouped = pod.get("/spec/securityContext/fsGroup").is_some();
    let words = vec![kind.to_owned(), mount_path(mount), format!("{mode:04o}"), user];
    (mode & READ_BY_OTHERS == 0 && !grouped).then_some((&sentences::NARROW_MODE, words))
}

/// A folder that belongs to another user than the one a container runs as.
fn belongs_to_others(pod: &Object, container: &Value, mount: &Value) -> Aside {
    let user = container
        .pointer("/securityContext/runAsUser")
        .or_else(|| pod.get("/spec/securityContext/runAsUser"));
    let user = user.filter(|user| user.as_i64() != Some(0))?.to_string();
    let grouped = pod.get("/spec/securityContext/fsGroup").is_some();
    let volume = pod.list("/spec/volumes").iter().find(|volume| volume["name"] == mount["name"])?;
    // Into an empty folder everybody may write.
    if volume.get("emptyDir").is_some() {
        return None;
    }
    let of_node = volume.get("hostPath").is_some();
    let sentence = if of_node { &sentences::NODES_FOLDER } else { &sentences::OTHERS_FOLDER };
    (of_node || !grouped).then(|| (sentence, vec![user, mount_path(mount)]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::base::json;

    use super::super::super::super::world::World;
    use super::super::super::finding::Sentence;
    use super::*;

    /// What is told of the first container's words, by a sentence; an init container where there is one.
    fn told(spec: Value, line: &str) -> Option<&'static Sentence> {
        let settings = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "settings", "namespace": "default"},
            "data": {"app.yml": "", "run.sh": ""},
        });
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default"}, "spec": spec});
        let pod = Object::from_value(pod).unwrap();
        let (world, logs) = (World::of("default", vec![settings]), BTreeMap::new());
        let container = pod.list("/spec/initContainers").last().or(pod.list("/spec/containers").first());
        let aside = Chain::new(&world, &logs).behind_the_file(&pod, container.unwrap(), line);
        aside.map(|(sentence, _)| sentence)
    }

    #[test]
    fn a_file_of_nearly_the_name_is_told_before_what_a_volume_covers() {
        let spec = |items: Value| {
            json!({
                "volumes": [{"name": "s", "configMap": {"name": "settings", "items": items}}],
                "containers": [{"name": "c", "volumeMounts": [{"name": "s", "mountPath": "/etc/app"}]}],
            })
        };
        let line = "cat: can't open '/etc/app/app.yaml': No such file or directory";
        assert_eq!(told(spec(Value::Null), line), Some(&sentences::NEAREST));
        assert_eq!(told(spec(json!([{"key": "app.yml", "path": "app.yaml"}])), line), None);
        let other = "cat: can't open '/etc/app/mime.types': No such file or directory";
        assert_eq!(told(spec(Value::Null), other), Some(&sentences::MOUNTED_OVER_WITH));
    }

    #[test]
    fn what_comes_later_is_missed_only_where_nothing_before_could_have_written_it() {
        let mounts = json!([{"name": "work", "mountPath": "/work"}]);
        let container = |name: &str| json!({"name": name, "volumeMounts": mounts});
        let line = "cat: can't open '/work/a': No such file or directory";
        let spec = |init: Value| json!({"volumes": [{"name": "work", "emptyDir": {}}], "initContainers": init, "containers": [container("web")]});
        assert_eq!(told(spec(json!([container("read")])), line), Some(&sentences::COMES_LATER));
        assert_eq!(told(spec(json!([container("write"), container("read")])), line), None);
    }

    #[test]
    fn a_right_that_is_missing_has_its_reason_in_the_volume() {
        let spec = |source: Value| {
            let mut volume = source;
            volume["name"] = "v".into();
            json!({
                "securityContext": {"runAsUser": 1000},
                "volumes": [volume],
                "containers": [{"name": "c", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}],
            })
        };
        let (run, touch) = ("sh: /v/run.sh: Permission denied", "touch: /v/x: Permission denied");
        for (source, line, sentence) in [
            (json!({"configMap": {"name": "settings"}}), run, Some(&sentences::NOT_EXECUTABLE)),
            (
                json!({"secret": {"secretName": "s"}}),
                "cat: can't open '/v/x': Permission denied",
                Some(&sentences::OTHERS_FOLDER),
            ),
            (json!({"persistentVolumeClaim": {"claimName": "c"}}), touch, Some(&sentences::OTHERS_FOLDER)),
            (json!({"hostPath": {"path": "/d"}}), touch, Some(&sentences::NODES_FOLDER)),
            (json!({"emptyDir": {}}), touch, None),
        ] {
            assert_eq!(told(spec(source.clone()), line), sentence, "{source}");
        }
    }

    #[test]
    fn paths_are_found_in_what_programs_write() {
        for (line, found) in [
            ("cat: can't open '/work/index.html': No such file or directory", "/work/index.html"),
            ("touch: /d/x: Permission denied", "/d/x"),
            ("nginx: [emerg] open() \"/etc/nginx/nginx.conf\" failed (2: …)", "/etc/nginx/nginx.conf"),
        ] {
            assert_eq!(paths(line).next(), Some(found), "{line}");
        }
        assert!(lies_in("/work/a", "/work") && lies_in("/work", "/work/") && !lies_in("/works/a", "/work"));
    }
}
