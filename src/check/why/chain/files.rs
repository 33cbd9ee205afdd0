//! Files that a program misses, may not write or may not run: what is mounted there, and who fills it.

use serde_json::Value;

use crate::apimachinery::Object;

use super::super::finding::Aside;
use super::super::sentences;
use super::{Chain, text};

/// How programs say that a file is not there.
const NOT_THERE: &[&str] = &["no such file", "nonexistent directory", "not found"];

/// Volumes whose files the kubelet writes: nobody else may.
const WRITTEN_BY_KUBELET: &[(&str, &str)] = &[
    ("configMap", "ConfigMap"),
    ("secret", "Secret"),
    ("projected", "projected volume"),
    ("downwardAPI", "downwardAPI volume"),
];

impl Chain<'_> {
    /// What of a Pod's volumes lies behind a program's words about a file.
    pub(super) fn behind_the_file(self, pod: &Object, container: &Value, line: &str) -> Aside {
        let lower = line.to_lowercase();
        let says = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
        let (missing, read_only, denied) =
            (says(NOT_THERE), says(&["read-only file system"]), says(&["permission denied"]));
        paths(line).find_map(|path| {
            let here = mount_at(container, path);
            match here {
                Some(mount) if missing => filled_later(pod, container, mount).or_else(|| hidden(pod, mount)),
                Some(mount) if read_only => {
                    let (_, kind) = written_by_kubelet(pod, mount)?;
                    Some((&sentences::KUBELETS_FILES, vec![mount_path(mount), kind.to_owned()]))
                }
                Some(mount) if denied => belongs_to_others(pod, container, mount),
                None if missing => mounted_beside(pod, container, path),
                _ => None,
            }
        })
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
        let relative = program.starts_with('.') && !folder.is_empty();
        relative.then(|| (&sentences::RELATIVE, vec![program.to_owned(), folder.to_owned()]))
    }
}

/// The absolute paths that a line names.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '(' | ')' | ',' | '`');
    let words = line.split(ends).map(|word| word.trim_end_matches([':', '.', ';']));
    words.filter(|word| word.len() > 1 && word.starts_with('/'))
}

fn mount_path(mount: &Value) -> String {
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
    let later = all[own + 1..].iter().chain(pod.list("/spec/containers")).find(writes)?;
    let words = [later, container].map(|one| text(one, "/name").to_owned());
    written_by_kubelet(pod, mount).is_none().then(|| (&sentences::COMES_LATER, words.to_vec()))
}

/// A volume that shows its own files in place of the image's.
fn hidden(pod: &Object, mount: &Value) -> Aside {
    written_by_kubelet(pod, mount)?;
    text(mount, "/subPath").is_empty().then(|| (&sentences::MOUNTED_OVER, vec![mount_path(mount)]))
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

/// A folder that belongs to another user than the one a container runs as.
fn belongs_to_others(pod: &Object, container: &Value, mount: &Value) -> Aside {
    let user = container
        .pointer("/securityContext/runAsUser")
        .or_else(|| pod.get("/spec/securityContext/runAsUser"));
    let user = user.filter(|user| user.as_i64() != Some(0))?.to_string();
    let grouped = pod.get("/spec/securityContext/fsGroup").is_some();
    let volume = pod.list("/spec/volumes").iter().find(|volume| volume["name"] == mount["name"])?;
    let of_node = volume.get("hostPath").is_some();
    let sentence = if of_node { &sentences::NODES_FOLDER } else { &sentences::OTHERS_FOLDER };
    (of_node || !grouped).then(|| (sentence, vec![user, mount_path(mount)]))
}

#[cfg(test)]
mod tests {
    use super::*;

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
