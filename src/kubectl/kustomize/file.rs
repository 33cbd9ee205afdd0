//! The kustomization file: found, read, and its fields known or refused.

use std::path::{Path, PathBuf};

use super::shape;
use crate::base::{Map, Value, parse_yaml};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::manifest::json_type;

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Fields that exist and are refused.
const REFUSED: &[&str] = &[
    "crds",
    "generators",
    "transformers",
    "validators",
    "configurations",
    "helmCharts",
    "helmGlobals",
    "helmChartInflationGenerator",
    "openapi",
    "vars",
];

/// A kustomization file and the folder it stands in.
#[derive(Clone, Debug)]
pub(super) struct Kustomization {
    pub(super) folder: PathBuf,
    /// Whether files outside of the folder may be read.
    pub(super) anywhere: bool,
    fields: Map,
}

impl Kustomization {
    /// Reads the one file of a folder.
    pub(super) fn read(folder: &Path) -> Outcome<Self> {
        let found: Vec<PathBuf> =
            NAMES.iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect();
        let path = match found.as_slice() {
            [path] => path,
            [] => {
                return Err(Failure::message(format!(
                    "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{}'",
                    folder.display()
                )));
            }
            _ => {
                return Err(Failure::message(format!(
                    "Found multiple kustomization files under: {}\n",
                    folder.display()
                )));
            }
        };
        let text = std::fs::read_to_string(path)?;
        let documents =
            parse_yaml(&text).map_err(|error| Failure::message(format!("invalid Kustomization: {error}")))?;
        let document = documents.into_iter().next().map(|document| document.value).unwrap_or_default();
        if document.is_object() {
            if let Some(mistake) = shape::mistake(&document) {
                return Err(Failure::message(format!("invalid Kustomization: {mistake}")));
            }
            require_type(&document, folder)?;
        }
        let fields = match document {
            Value::Object(fields) => fields,
            Value::Null => return Err(Failure::message("kustomization.yaml is empty")),
            other => {
                let kind = json_type(&other);
                return Err(Failure::message(format!(
                    "invalid Kustomization: json: cannot unmarshal {kind} into Go value of type types.Kustomization"
                )));
            }
        };
        if fields.keys().all(|field| matches!(field.as_str(), "apiVersion" | "kind")) {
            return Err(Failure::message("kustomization.yaml is empty"));
        }
        if let Some(field) = fields.keys().find(|field| REFUSED.contains(&field.as_str())) {
            return Err(Failure::message(format!(
                "not simulated: {field:?} in {}; the kustomize program has it",
                path.display()
            )));
        }
        Ok(Self { folder: folder.to_owned(), anywhere: false, fields })
    }

    pub(super) fn is_component(&self) -> bool {
        self.fields.get("kind").and_then(Value::as_str) == Some("Component")
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// A text; empty when it is missing.
    pub(super) fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// The items of a list.
    pub(super) fn list(&self, field: &str) -> &[Value] {
        self.fields.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The texts of a list.
    pub(super) fn texts(&self, field: &str) -> Vec<&str> {
        self.list(field).iter().filter_map(Value::as_str).collect()
    }

    /// A value as it is.
    pub(super) fn value(&self, field: &str) -> &Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }

    /// Reads a file that the kustomization names.
    pub(super) fn read_file(&self, name: &str) -> Outcome<Vec<u8>> {
        let path = self.folder.join(name);
        let real = path.canonicalize().map_err(|_| missing(&path))?;
        let root = self.folder.canonicalize()?;
        if !self.anywhere && !real.starts_with(&root) {
            return Err(Failure::message(format!(
                "security; file '{}' is not in or below '{}'",
                real.display(),
                root.display()
            )));
        }
        Ok(std::fs::read(real)?)
    }

    /// Reads a text file that the kustomization names.
    pub(super) fn read_text(&self, name: &str) -> Outcome<String> {
        Ok(String::from_utf8_lossy(&self.read_file(name)?).into_owned())
    }
}

/// Refuses a file that says that it is something else.
fn require_type(fields: &Value, folder: &Path) -> Outcome {
    let text = |field: &str| fields[field].as_str().unwrap_or_default();
    let wanted = match text("kind") {
        "" | "Kustomization" => ("Kustomization", "kustomize.config.k8s.io/v1beta1"),
        "Component" => ("Component", "kustomize.config.k8s.io/v1alpha1"),
        _ => return Err(unusable(folder, "kind should be Kustomization or Component")),
    };
    match text("apiVersion") {
        "" => Ok(()),
        version if version == wanted.1 => Ok(()),
        _ => Err(unusable(folder, &format!("apiVersion for {} should be {}", wanted.0, wanted.1))),
    }
}

fn unusable(folder: &Path, why: &str) -> Failure {
    Failure::message(format!("Failed to read kustomization file under {}:\n{why}", folder.display()))
}

fn missing(path: &Path) -> Failure {
    Failure::message(format!(
        "evalsymlink failure on '{}' : lstat {}: no such file or directory",
        path.display(),
        path.display()
    ))
}
