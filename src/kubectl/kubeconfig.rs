//! The kubeconfig: found, merged and written as `client-go/tools/clientcmd` does, fields it does not know kept.

use std::path::{Path, PathBuf};

use crate::base::{Map, Value, json, parse_yaml, to_yaml, write_private};

use super::errors::{Failure, Outcome, reason, unwritten};
use super::kubeconfig_shape;
use super::manifest::json_type;

/// The named lists of a kubeconfig, and what an entry of each holds.
pub(super) const SECTIONS: [(&str, &str); 3] =
    [("clusters", "cluster"), ("contexts", "context"), ("users", "user")];

/// What an entry names files with.
const PATHS: &[&str] = &["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/// One or more files, merged.
#[derive(Clone, Debug)]
pub(super) struct Kubeconfig {
    /// The files, in the order of KUBECONFIG, with what each holds.
    files: Vec<(PathBuf, Map)>,
    /// Where relative paths of files start from.
    base: PathBuf,
    /// Paths that were asked for; the first is written to when no file holds what changes.
    paths: Vec<PathBuf>,
}

impl Kubeconfig {
    /// Reads the files that exist; missing ones are left out.
    pub(super) fn load(paths: Vec<PathBuf>) -> Outcome<Self> {
        let mut files = Vec::new();
        for path in &paths {
            match std::fs::read_to_string(path) {
                Ok(text) => files.push((path.clone(), parse(path, &text)?)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(Failure::message(format!(
                        "error loading config file {:?}: {} {}: {}",
                        path.display().to_string(),
                        if path.is_dir() { "read" } else { "open" },
                        path.display(),
                        reason(&error)
                    )));
                }
            }
        }
        Ok(Self { files, paths, base: PathBuf::new() })
    }

    /// Says where relative paths of files start from.
    pub(super) fn seen_from(self, base: PathBuf) -> Self {
        Self { base, ..self }
    }

    /// All files as one: the first that names a thing wins.
    pub(super) fn merged(&self) -> Value {
        let mut merged = json!({"apiVersion": "v1", "kind": "Config", "current-context": ""});
        let preferences = |file: &Map| file.get("preferences").filter(|held| !is_empty(held)).cloned();
        if let Some(preferences) = self.files.iter().find_map(|(_, file)| preferences(file)) {
            merged["preferences"] = preferences;
        }
        if let Some(extensions) = self.files.iter().find_map(|(_, file)| file.get("extensions")) {
            merged["extensions"] = extensions.clone();
        }
        for (section, _) in SECTIONS {
            let mut entries: Vec<Value> = Vec::new();
            for entry in self.files.iter().flat_map(|(_, file)| list(file, section)) {
                if !entries.iter().any(|known| known.get("name") == entry.get("name")) {
                    entries.push(entry.clone());
                }
            }
            complete_entries(section, &mut entries);
            merged[section] = if entries.is_empty() { Value::Null } else { entries.into() };
        }
        merged["current-context"] = self.current_context().into();
        merged
    }

    /// The current context; empty when there is none.
    pub(super) fn current_context(&self) -> &str {
        self.files
            .iter()
            .filter_map(|(_, file)| file.get("current-context").and_then(Value::as_str))
            .find(|name| !name.is_empty())
            .unwrap_or_default()
    }

    /// Whether no file says anything.
    pub(super) fn is_empty(&self) -> bool {
        self.current_context().is_empty()
            && SECTIONS
                .iter()
                .all(|(section, _)| self.files.iter().all(|(_, file)| list(file, section).is_empty()))
    }

    /// What a named entry of a section holds (`clusters` → the `cluster` object).
    pub(super) fn entry(&self, section: &str, name: &str) -> Option<&Value> {
        let (_, inner) = SECTIONS.iter().find(|(known, _)| *known == section)?;
        self.files
            .iter()
            .flat_map(|(_, file)| list(file, section))
            .find(|entry| name_of(entry) == name)
            .and_then(|entry| entry.get(inner))
    }

    /// As [`Self::entry`], with the paths that it names as seen from the folder of its file.
    pub(super) fn resolved_entry(&self, section: &str, name: &str) -> Option<Value> {
        let mut entry = self.entry(section, name)?.clone();
        let file = self.file_of(section, name);
        let folder = self.base.join(file.parent().unwrap_or(Path::new("")));
        let resolve = |value: &mut Value| {
            if let Some(path) = value.as_str().filter(|path| !path.is_empty()) {
                *value = folder.join(path).display().to_string().into();
            }
        };
        for field in PATHS {
            entry.get_mut(*field).map(resolve);
        }
        // A program that is named without a folder is one of PATH.
        let program = entry.get_mut("exec").and_then(|exec| exec.get_mut("command"));
        program.filter(|command| command.as_str().is_some_and(|command| command.contains('/'))).map(resolve);
        Some(entry)
    }

    /// Names of a section, sorted.
    pub(super) fn names(&self, section: &str) -> Vec<String> {
        let mut names: Vec<String> = self
            .files
            .iter()
            .flat_map(|(_, file)| list(file, section))
            .map(|entry| name_of(entry).to_owned())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The file whose entry (or, without a name, whose current context) counts; the first otherwise.
    fn file_of(&self, section: &str, name: &str) -> PathBuf {
        let holds = |file: &Map| list(file, section).iter().any(|entry| name_of(entry) == name);
        self.files
            .iter()
            .find(|(_, file)| holds(file))
            .map(|(path, _)| path.clone())
            .unwrap_or_else(|| self.new_things())
    }

    /// Where new things go: the first file that exists, or else the last of the list.
    pub(super) fn new_things(&self) -> PathBuf {
        let existing = self.files.first().map(|(path, _)| path);
        existing.or_else(|| self.paths.last()).cloned().unwrap_or_default()
    }

    /// Makes a context the current one, and writes the file.
    pub(super) fn use_context(&self, name: &str) -> Outcome {
        let path = self
            .files
            .iter()
            .find(|(_, file)| {
                file.get("current-context").and_then(Value::as_str).is_some_and(|text| !text.is_empty())
            })
            .map(|(path, _)| path.clone())
            .unwrap_or_else(|| self.new_things());
        self.write(&path, |file| {
            if name.is_empty() {
                file.remove("current-context");
            } else {
                file.insert("current-context", name.into());
            }
        })
    }

    /// Changes the preferences in the first file.
    pub(super) fn change_preferences(&self, change: impl FnOnce(&mut Map)) -> Outcome {
        self.write(&self.first_path(), |file| {
            let preferences = file.entry("preferences").or_insert_with(|| json!({}));
            if let Some(held) = preferences.as_object_mut() {
                change(held);
            }
        })
    }

    /// Changes what a named entry holds, making it when it is missing; `true` when it was there.
    pub(super) fn change(&self, section: &str, name: &str, change: impl FnOnce(&mut Map)) -> Outcome<bool> {
        let Some((_, inner)) = SECTIONS.iter().find(|(known, _)| *known == section) else { return Ok(false) };
        let known = self.entry(section, name).is_some();
        self.write(&self.file_of(section, name), |file| {
            change_entries(file, section, |entries| {
                let index = entries.iter().position(|entry| name_of(entry) == name).unwrap_or_else(|| {
                    entries.push(json!({"name": name, *inner: {}}));
                    entries.len() - 1
                });
                if !entries[index].get(inner).is_some_and(Value::is_object) {
                    entries[index][*inner] = json!({});
                }
                if let Some(held) = entries[index][*inner].as_object_mut() {
                    change(held);
                }
            });
        })?;
        Ok(known)
    }

    /// Removes a named entry; gives back the file it stood in, `None` when there is no such entry.
    pub(super) fn remove(&self, section: &str, name: &str) -> Outcome<Option<PathBuf>> {
        if !self.names(section).iter().any(|known| known == name) {
            return Ok(None);
        }
        let path = self.file_of(section, name);
        self.write(&path, |file| {
            change_entries(file, section, |entries| entries.retain(|entry| name_of(entry) != name));
        })?;
        Ok(Some(path))
    }

    /// Renames a context in the file it stands in, following it with the current context.
    pub(super) fn rename_context(&self, old: &str, new: &str) -> Outcome {
        self.write(&self.file_of("contexts", old), |file| {
            change_entries(file, "contexts", |entries| {
                for entry in entries.iter_mut().filter(|entry| name_of(entry) == old) {
                    entry["name"] = new.into();
                }
            });
        })?;
        if self.current_context() == old { Self::load(self.paths.clone())?.use_context(new) } else { Ok(()) }
    }

    fn write(&self, path: &Path, change: impl FnOnce(&mut Map)) -> Outcome {
        let mut file = self
            .files
            .iter()
            .find(|(known, _)| known == path)
            .map(|(_, file)| file.clone())
            .unwrap_or_else(|| {
                Map::from_iter([("apiVersion".to_owned(), "v1".into()), ("kind".to_owned(), "Config".into())])
            });
        let mut before = file.clone();
        change(&mut file);
        complete(&mut file);
        complete(&mut before);
        // A file that stays as it is keeps its own look.
        if file == before && path.exists() {
            return Ok(());
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| unwritten("mkdir", folder, &error))?;
        }
        write_private(path, &to_yaml(&Value::Object(file))).map_err(|error| unwritten("open", path, &error))
    }

    /// The files that were there.
    pub(super) fn read(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().map(|(path, _)| path)
    }

    /// The first path that was asked for.
    pub(super) fn first_path(&self) -> PathBuf {
        self.paths.first().cloned().unwrap_or_default()
    }
}

fn parse(path: &Path, text: &str) -> Outcome<Map> {
    let wrong = |why: String| {
        Failure::message(format!("error loading config file {:?}: {why}", path.display().to_string()))
    };
    let documents = parse_yaml(text).map_err(|error| wrong(error.to_string()))?;
    let document = documents.into_iter().next().map(|document| document.value).unwrap_or_default();
    if document.is_object()
        && let Some(mistake) = other_type(&document).or_else(|| kubeconfig_shape::mistake(&document))
    {
        return Err(wrong(mistake));
    }
    match document {
        Value::Null => Ok(Map::new()),
        Value::Object(map) => Ok(map),
        other => Err(wrong(format!(
            "couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}",
            json_type(&other)
        ))),
    }
}

/// What is said of a file that says that it is something else.
fn other_type(document: &Value) -> Option<String> {
    let or = |field: &str, default| match document[field].as_str() {
        None | Some("") => default,
        Some(text) => text.to_owned(),
    };
    let (version, kind) = (or("apiVersion", "v1".to_owned()), or("kind", "Config".to_owned()));
    (version != "v1" || kind != "Config").then(|| {
        format!(
            "no kind {kind:?} is registered for version {version:?} in scheme \"k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50\""
        )
    })
}

/// What stands at the top of a kubeconfig; Go's struct has no place for more.
const KNOWN: &[&str] =
    &["apiVersion", "kind", "preferences", "clusters", "users", "contexts", "current-context", "extensions"];

/// Fills in what Go writes in any case, and leaves out what it does not know.
fn complete(file: &mut Map) {
    file.retain(|key, _| KNOWN.contains(&key.as_str()));
    file.insert("apiVersion", "v1".into());
    file.insert("kind", "Config".into());
    for (section, _) in SECTIONS {
        let entries = match file.get_mut(section).map(Value::take) {
            Some(Value::Array(mut entries)) if !entries.is_empty() => {
                complete_entries(section, &mut entries);
                Value::Array(entries)
            }
            _ => Value::Null,
        };
        file.insert(section.to_owned(), entries);
    }
    file.entry("current-context").or_insert_with(|| "".into());
    if file.get("preferences").is_some_and(is_empty) {
        file.remove("preferences");
    }
}

/// Puts entries in the order of their names, and fills in the fields that Go's structures always write.
fn complete_entries(section: &str, entries: &mut [Value]) {
    entries.sort_by_key(|entry| name_of(entry).to_owned());
    let fill = |held: &mut Value, fields: &[(&str, Value)]| {
        let Some(held) = held.as_object_mut() else { return };
        for (field, value) in fields {
            held.entry(*field).or_insert_with(|| value.clone());
        }
    };
    for entry in entries {
        match section {
            "clusters" => {
                fill(&mut entry["cluster"], &[("server", json!(""))]);
                if let Some(held) = entry["cluster"].as_object_mut() {
                    held.retain(|_, value| *value != false);
                }
            }
            "contexts" => fill(&mut entry["context"], &[("cluster", json!("")), ("user", json!(""))]),
            _ => {
                let user = &mut entry["user"];
                let plugin =
                    [("args", Value::Null), ("env", Value::Null), ("provideClusterInfo", json!(false))];
                if let Some(exec) = user.get_mut("exec") {
                    fill(exec, &plugin);
                }
                if let Some(provider) = user.get_mut("auth-provider") {
                    fill(provider, &[("config", Value::Null)]);
                }
            }
        }
    }
}

/// Whether Go leaves it out (`omitzero`), which since 1.34 it does with preferences that say nothing.
fn is_empty(preferences: &Value) -> bool {
    preferences.as_object().is_none_or(Map::is_empty)
}

fn list<'m>(file: &'m Map, section: &str) -> &'m [Value] {
    file.get(section).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Changes the entries of a section; one that is missing or no list counts as empty.
fn change_entries<T>(file: &mut Map, section: &str, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
    let mut entries = match file.get_mut(section).map(Value::take) {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    };
    let result = change(&mut entries);
    file.insert(section.to_owned(), entries.into());
    result
}

fn name_of(entry: &Value) -> &str {
    entry.get("name").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "current-context: ''
contexts:
- {name: one, context: {cluster: a, user: u, namespace: first}}
clusters:
- {name: a, cluster: {server: 'https://a:6443'}, extra: kept}
";
    const SECOND: &str = "current-context: two
contexts:
- {name: two, context: {cluster: b}}
- {name: one, context: {cluster: b}}
";

    fn two_files() -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let paths = vec![folder.path().join("first"), folder.path().join("second")];
        std::fs::write(&paths[0], FIRST).unwrap();
        std::fs::write(&paths[1], SECOND).unwrap();
        (folder, paths)
    }

    #[test]
    fn the_first_file_that_names_a_thing_wins() {
        let (folder, mut paths) = two_files();
        paths.insert(0, folder.path().join("missing"));
        let config = Kubeconfig::load(paths).unwrap();
        assert_eq!(config.names("contexts"), ["one", "two"]);
        assert_eq!(config.entry("contexts", "one").unwrap()["namespace"], "first");
        assert_eq!(config.current_context(), "two");
        let merged = config.merged();
        assert_eq!(merged["contexts"].as_array().unwrap().len(), 2);
        assert_eq!(merged["users"], Value::Null);
        assert_eq!(merged["current-context"], "two");
    }

    #[test]
    fn a_change_goes_to_the_file_that_holds_the_thing_and_keeps_the_rest() {
        let (_folder, paths) = two_files();
        let config = Kubeconfig::load(paths.clone()).unwrap();
        let set = |held: &mut Map| drop(held.insert("server", "https://c".into()));
        assert!(config.change("clusters", "a", set).unwrap());
        config.use_context("one").unwrap();
        let first = std::fs::read_to_string(&paths[0]).unwrap();
        assert!(first.contains("https://c") && first.contains("extra: kept"), "{first}");
        let again = Kubeconfig::load(paths.clone()).unwrap();
        assert_eq!(again.current_context(), "one");
        assert_eq!(again.remove("contexts", "two").unwrap(), Some(paths[1].clone()));
        assert_eq!(again.remove("contexts", "nobody").unwrap(), None);
        let again = Kubeconfig::load(paths.clone()).unwrap();
        assert!(!again.names("contexts").contains(&"two".to_owned()));
        again.rename_context("one", "uno").unwrap();
        let again = Kubeconfig::load(paths).unwrap();
        assert_eq!(again.entry("contexts", "uno").unwrap()["namespace"], "first");
        assert_eq!(again.current_context(), "uno");
    }

    #[test]
    fn paths_are_seen_from_the_folder_of_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let users = "users: [{name: a, user: {client-key: k/a.key, tokenFile: /t, exec: {command: ./log}}}, {name: b, user: {exec: {command: aws}}}]";
        std::fs::write(&path, users).unwrap();
        let config = Kubeconfig::load(vec![path]).unwrap();
        let entry = config.resolved_entry("users", "a").unwrap();
        assert_eq!(entry["client-key"], folder.path().join("k/a.key").display().to_string());
        assert_eq!(entry["tokenFile"], "/t");
        assert_eq!(entry["exec"]["command"], folder.path().join("./log").display().to_string());
        assert_eq!(config.resolved_entry("users", "b").unwrap()["exec"]["command"], "aws");
    }

    #[test]
    fn what_is_written_is_complete_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let paths = vec![folder.path().join("a"), folder.path().join("b")];
        for name in ["z", "y"] {
            Kubeconfig::load(paths.clone()).unwrap().change("contexts", name, |_| ()).unwrap();
        }
        assert!(!paths[0].exists(), "new things go to the last file when there is none");
        assert_eq!(
            std::fs::read_to_string(&paths[1]).unwrap(),
            "apiVersion: v1\nclusters: null\ncontexts:\n- context:\n    cluster: \"\"\n    user: \"\"\n  name: \"y\"\n- context:\n    cluster: \"\"\n    user: \"\"\n  name: z\ncurrent-context: \"\"\nkind: Config\nusers: null\n"
        );
    }

    #[test]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, "- a list\n").unwrap();
        let failure = Kubeconfig::load(vec![path.clone()]).unwrap_err().report();
        assert!(
            failure.starts_with(&format!("error: error loading config file \"{}\": ", path.display())),
            "{failure}"
        );
    }
}
