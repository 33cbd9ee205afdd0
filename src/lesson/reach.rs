//! What of a step reaches beyond a namespace of its own.

use crate::apimachinery::kind_of;
use crate::base::Value;

use super::course::Step;

/// Commands that change what belongs to no namespace, or other namespaces.
const REACHING_OUT: &[&str] = &[
    "create namespace",
    "create ns",
    "create clusterrole",
    "create priorityclass",
    "delete namespace",
    "delete ns",
    "delete node",
    "taint ",
    "cordon ",
    "drain ",
    "uncordon ",
    "label node",
    "annotate node",
    "-n default",
    "--namespace=default",
    "--namespace default",
];

impl Step {
    /// The lines of its first solution.
    pub fn first_solution(&self) -> impl Iterator<Item = &str> {
        self.solutions.first().into_iter().flatten().map(String::as_str)
    }

    /// Something that belongs to no namespace, or to another than the step's own: an example.
    #[must_use]
    pub fn beyond_its_namespace(&self) -> Option<String> {
        let reaches_out = |object: &Value| {
            let text = |field: &str| object[field].as_str().unwrap_or_default();
            let namespace = object["metadata"]["namespace"].as_str();
            let kind = kind_of(text("apiVersion"), text("kind"));
            let outside = kind.is_some_and(|kind| !kind.namespaced) || namespace.is_some();
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            outside.then(|| format!("{} {name}", text("kind")))
        };
        let started = self.start.iter().find_map(reaches_out);
        let typed = || {
            let line = self.first_solution().find(|line| REACHING_OUT.iter().any(|part| line.contains(part)));
            line.map(str::to_owned)
        };
        started.or_else(typed)
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn what_leaves_the_namespace_is_found_in_starts_and_solutions() {
        let step = |start: Vec<Value>, line: &str| Step {
            start,
            solutions: vec![vec![line.to_owned()]],
            ..Step::default()
        };
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}});
        let volume = json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "v"}});
        let elsewhere =
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "b"}});
        assert_eq!(step(vec![pod.clone()], "kubectl get pods").beyond_its_namespace(), None);
        assert_eq!(step(vec![volume], "").beyond_its_namespace(), Some("PersistentVolume v".to_owned()));
        assert_eq!(step(vec![elsewhere], "").beyond_its_namespace(), Some("Pod a".to_owned()));
        let line = "kubectl create namespace team";
        assert_eq!(step(vec![pod], line).beyond_its_namespace(), Some(line.to_owned()));
    }
}
