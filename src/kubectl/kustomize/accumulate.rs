//! Layers: resources and bases first, then generators, components and transformers.

use std::path::{Path, PathBuf};

use super::file::Kustomization;
use super::resource::{Resource, ensure};
use super::{generators, images, patches, replacements, transformers};
use crate::base::{Value, parse_yaml};
use crate::kubectl::errors::{Failure, Outcome};

/// What is known on the way through the layers.
#[derive(Debug, Default)]
pub(super) struct Accumulator {
    /// Folders that are being read, outermost first.
    open: Vec<PathBuf>,
    /// Whether files outside of their kustomization's folder may be read.
    pub(super) anywhere: bool,
    /// The outermost folder, when each object is to bear where it comes from.
    origins_from: Option<PathBuf>,
    pub(super) warnings: Vec<String>,
    /// What the outermost kustomization says of the order.
    pub(super) sort_options: Value,
}

impl Accumulator {
    /// Builds the folder that the person named.
    pub(super) fn root(&mut self, folder: &Path, shown: &str) -> Outcome<Vec<Resource>> {
        if shown.contains("://") || shown.starts_with("github.com/") {
            return Err(Failure::message(format!(
                "not simulated: fetching {shown}; copy it into a folder and name that"
            )));
        }
        let absolute = folder.canonicalize().map_err(|_| {
            Failure::message(format!(
                "must build at directory: not a valid directory: evalsymlink failure on '{shown}' : lstat {}: no such file or directory",
                folder.display()
            ))
        })?;
        if !absolute.is_dir() {
            return Err(Failure::message(format!(
                "must build at directory: '{}': file is not directory",
                shown
            )));
        }
        let file = Kustomization::read(&absolute)?;
        let metadata = file.texts("buildMetadata");
        if metadata.contains(&"transformerAnnotations") {
            return Err(Failure::message(
                "not simulated: \"transformerAnnotations\" in buildMetadata; the kustomize program has it",
            ));
        }
        self.origins_from = metadata.contains(&"originAnnotations").then(|| absolute.clone());
        self.sort_options = file.value("sortOptions").clone();
        let is_labelled = metadata.contains(&"managedByLabel");
        let mut resources = self.layer(file, Vec::new())?;
        if is_labelled {
            for resource in &mut resources {
                if let Some(labels) = ensure(&mut resource.value, &["metadata", "labels"]) {
                    labels.insert(MANAGED_BY, format!("kustomize-{VERSION}").into());
                }
            }
        }
        Ok(resources)
    }

    /// Adds a folder's layer on top of what is there (`resources` of the layer below a component).
    fn layer(&mut self, mut file: Kustomization, below: Vec<Resource>) -> Outcome<Vec<Resource>> {
        let folder = file.folder.clone();
        if self.open.contains(&folder) {
            return Err(Failure::message(format!(
                "cycle detected: candidate root '{}' contains visited root '{}'",
                folder.display(),
                folder.display()
            )));
        }
        file.anywhere = self.anywhere;
        self.warn(&file);
        self.open.push(folder);
        let mut resources = below;
        for name in file.texts("resources").into_iter().chain(file.texts("bases")) {
            let more = self.resource(&file, name).map_err(|failure| wrapped(&failure))?;
            append(&mut resources, more).map_err(|failure| merging(&file, name, &failure))?;
        }
        generators::run(&file, &mut resources)?;
        self.note_generators(&file, &mut resources);
        for name in file.texts("components") {
            let path = cleaned(&file.folder.join(name));
            let path = path.canonicalize().map_err(|_| {
                let why = format!("must build at directory: not a valid directory: {}", unresolved(&path));
                Failure::message(format!("accumulating components: loader.New {why:?}"))
            })?;
            let added = self.directory(&path, resources, true);
            resources = added.map_err(|failure| {
                let why = failure.to_string();
                Failure::message(format!("accumulating components: accumulateDirectory: {why:?}"))
            })?;
        }
        self.transform(&file, &mut resources)?;
        self.open.pop();
        Ok(resources)
    }

    /// A folder with a kustomization of its own.
    fn directory(&mut self, path: &Path, below: Vec<Resource>, component: bool) -> Outcome<Vec<Resource>> {
        let about = |what: &str, failure: &Failure| match failure.to_string() {
            // What this program does not do is said without ways and detours.
            text if text.starts_with("not simulated: ") => Failure::message(text),
            text => Failure::message(format!("{what} path '{}': {text}", path.display())),
        };
        let file =
            Kustomization::read(path).map_err(|failure| about("couldn't make target for", &failure))?;
        if file.is_component() != component {
            let path = path.display();
            return Err(Failure::message(match component {
                true => format!("expected kind 'Component' for path '{path}' but got 'Kustomization'"),
                false => format!("expected kind != 'Component' for path '{path}'"),
            }));
        }
        self.layer(file, below).map_err(|failure| about("recursed accumulation of", &failure))
    }

    fn transform(&mut self, file: &Kustomization, resources: &mut Vec<Resource>) -> Outcome {
        patches::strategic_files(file, resources)?;
        patches::run(file, resources)?;
        transformers::namespace(file, resources);
        transformers::names(file, resources);
        transformers::labels(file, resources);
        transformers::annotations(file, resources);
        patches::json_files(file, resources)?;
        transformers::replicas(file, resources)?;
        images::run(file, resources);
        replacements::run(file, resources)
    }

    fn warn(&mut self, file: &Kustomization) {
        for (field, instead) in [
            ("bases", "resources"),
            ("commonLabels", "labels"),
            ("imageTags", "images"),
            ("patchesJson6902", "patches"),
            ("patchesStrategicMerge", "patches"),
        ] {
            let text = format!(
                "# Warning: '{field}' is deprecated. Please use '{instead}' instead. Run 'kustomize edit fix' to update your Kustomization automatically."
            );
            if file.has(field) && !self.warnings.contains(&text) {
                self.warnings.push(text);
            }
        }
    }

    /// A file of objects, or a folder with a kustomization.
    fn resource(&mut self, file: &Kustomization, name: &str) -> Outcome<Vec<Resource>> {
        if name.contains("://") || name.starts_with("github.com/") || name.starts_with("git@") {
            return Err(Failure::message(format!(
                "not simulated: fetching {name}; copy it into the folder and name that"
            )));
        }
        let path = cleaned(&file.folder.join(name));
        let Ok(real) = path.canonicalize() else {
            let why = unresolved(&path);
            return Err(Failure::message(format!(
                "accumulation err='accumulating resources from '{name}': {why}': must build at directory: not a valid directory: {why}"
            )));
        };
        if real.is_dir() {
            return self.directory(&real, Vec::new(), false).map_err(|failure| match failure.to_string() {
                text if text.starts_with("not simulated: ") => Failure::message(text),
                text => Failure::message(format!(
                    "accumulation err='accumulating resources from '{name}': '{}' must resolve to a file': {text}",
                    real.display()
                )),
            });
        }
        let refused = |why: Failure| match why.to_string() {
            text if text.starts_with("MalformedYAMLError") => {
                Failure::message(format!("accumulating resources from '{name}': {text}"))
            }
            text => Failure::message(format!(
                "accumulation err='accumulating resources from '{name}': {text}': must build at directory: '{}': file is not directory",
                real.display()
            )),
        };
        let text = file.read_text(name).map_err(refused)?;
        let mut resources = Vec::new();
        append(&mut resources, objects(&text, name).map_err(refused)?).map_err(refused)?;
        if let Some(root) = &self.origins_from {
            let origin = format!("path: {}\n", relative(root, &real));
            resources.iter_mut().for_each(|resource| note_origin(resource, &origin));
        }
        Ok(resources)
    }

    /// What bears no origin yet was generated just now.
    fn note_generators(&self, file: &Kustomization, resources: &mut [Resource]) {
        let Some(root) = &self.origins_from else { return };
        let configured = relative(root, &file.folder.join("kustomization.yaml"));
        for resource in resources {
            if !resource.value["metadata"]["annotations"][ORIGIN].is_null() {
                continue;
            }
            let kind = resource.kind().to_owned();
            note_origin(
                resource,
                &format!(
                    "configuredIn: {configured}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {kind}Generator\n"
                ),
            );
        }
    }
}

/// The annotation that says where an object comes from.
const ORIGIN: &str = "config.kubernetes.io/origin";
/// The label that says who built an object, and the version that is imitated.
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const VERSION: &str = "v5.8.1";

fn note_origin(resource: &mut Resource, origin: &str) {
    if let Some(annotations) = ensure(&mut resource.value, &["metadata", "annotations"]) {
        annotations.insert(ORIGIN, origin.into());
    }
}

/// A path without its `.` and `..` (Go's `filepath.Clean`).
fn cleaned(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => drop(clean.pop()),
            part => clean.push(part),
        }
    }
    clean
}

/// Why a path leads nowhere.
fn unresolved(path: &Path) -> String {
    let path = path.display();
    format!("evalsymlink failure on '{path}' : lstat {path}: no such file or directory")
}

/// How a path is named from a folder.
fn relative(folder: &Path, path: &Path) -> String {
    let common = folder.components().zip(path.components()).take_while(|(one, two)| one == two).count();
    let up = folder.components().skip(common).map(|_| "..".to_owned());
    let down = path.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Says of which file or folder the objects are that cannot be added.
fn merging(file: &Kustomization, name: &str, failure: &Failure) -> Failure {
    let path = file.folder.join(name);
    let path = path.canonicalize().unwrap_or(path);
    let shown = path.display();
    Failure::message(match path.is_dir() {
        true => format!(
            "accumulating resources: accumulation err='accumulating resources from '{name}': '{shown}' must resolve to a file': recursed merging from path '{shown}': {failure}"
        ),
        false => format!(
            "accumulating resources: accumulation err='merging resources from '{name}': {failure}': must build at directory: '{shown}': file is not directory"
        ),
    })
}

fn wrapped(failure: &Failure) -> Failure {
    Failure::message(format!("accumulating resources: {failure}"))
}

/// The objects of a text; the items of Lists stand for themselves.
pub(super) fn objects(text: &str, name: &str) -> Outcome<Vec<Resource>> {
    let documents = parse_yaml(text)
        .map_err(|error| Failure::message(format!("MalformedYAMLError: {error} in File: {name}")))?;
    let mut resources = Vec::new();
    for value in documents.into_iter().map(|document| document.value).filter(|value| !value.is_null()) {
        add(value, name, &mut resources)?;
    }
    Ok(resources)
}

fn add(value: Value, name: &str, resources: &mut Vec<Resource>) -> Outcome {
    if value["kind"].as_str().is_some_and(|kind| kind.ends_with("List"))
        && let Some(items) = value["items"].as_array()
    {
        return items.iter().try_for_each(|item| add(item.clone(), name, resources));
    }
    if !value.is_object() {
        return Err(Failure::message("missing Resource metadata"));
    }
    if value["kind"].as_str().is_none_or(str::is_empty) {
        return Err(Failure::message(format!("missing Resource metadata in File: {name}: kind is missing")));
    }
    if value["metadata"]["name"].as_str().is_none_or(str::is_empty) {
        return Err(Failure::message(format!("missing metadata.name in object {value}")));
    }
    resources.push(Resource::new(value));
    Ok(())
}

/// Adds objects whose ids nobody has yet.
pub(super) fn append(resources: &mut Vec<Resource>, more: Vec<Resource>) -> Outcome {
    for resource in more {
        if resources.iter().any(|known| known.id() == resource.id()) {
            return Err(Failure::message(format!(
                "may not add resource with an already registered id: {}",
                resource.id()
            )));
        }
        resources.push(resource);
    }
    Ok(())
}
