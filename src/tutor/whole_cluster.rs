//! What a step needs beyond a namespace of its own, so that a shared cluster can be spared it.

use serde_json::Value;

use crate::apimachinery::kind_of;
use crate::base::UserError;
use crate::environment::Environment;
use crate::lesson::{Language, Step};

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

/// What a step needs that a namespace does not give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// To change what belongs to no namespace: an example.
    WholeCluster(String),
    /// minikube, whose `service` looks in `default`.
    Minikube(String),
}

/// What a step needs and the environment does not give.
pub(super) fn needs(step: &Step, environment: &Environment) -> Option<Needs> {
    let whole =
        || whole_cluster(step).map(Needs::WholeCluster).filter(|_| !environment.allows_whole_cluster());
    let minikube = || {
        let line = lines(step).find(|line| line.split_whitespace().next() == Some("minikube"));
        line.map(|line| Needs::Minikube(line.to_owned())).filter(|_| !environment.is_minikube())
    };
    whole().or_else(minikube)
}

fn lines(step: &Step) -> impl Iterator<Item = &str> {
    step.solutions.first().into_iter().flatten().map(String::as_str)
}

/// Something of a step that belongs to no namespace, or to another than its own.
fn whole_cluster(step: &Step) -> Option<String> {
    let reaches_out = |object: &Value| {
        let text = |field: &str| object[field].as_str().unwrap_or_default();
        let namespace = object["metadata"]["namespace"].as_str();
        let kind = kind_of(text("apiVersion"), text("kind"));
        let outside = kind.is_some_and(|kind| !kind.namespaced) || namespace.is_some();
        outside
            .then(|| format!("{} {}", text("kind"), object["metadata"]["name"].as_str().unwrap_or_default()))
    };
    let started = step.start.iter().find_map(reaches_out);
    let typed = || {
        let line = lines(step).find(|line| REACHING_OUT.iter().any(|part| line.contains(part)));
        line.map(str::to_owned)
    };
    started.or_else(typed)
}

impl Needs {
    /// Says so, and where the step can be done.
    pub(super) fn refusal(&self, language: Language) -> UserError {
        let (what, hints) = match (self, language) {
            (Self::WholeCluster(example), Language::En) => (
                format!(
                    "this step changes more than a namespace ({example}); on a shared cluster it is not offered"
                ),
                [
                    "do it on the embedded cluster (podlings learn) or on minikube (--environment minikube)",
                    "`goto` leads to other steps; --i-know allows it on a cluster that is yours alone",
                ],
            ),
            (Self::WholeCluster(example), Language::Ko) => (
                format!(
                    "이 단계는 네임스페이스 밖의 것을 바꿉니다({example}). 함께 쓰는 클러스터에서는 제공하지 않습니다"
                ),
                [
                    "내장 클러스터(podlings learn)나 minikube(--environment minikube)에서 해 보세요",
                    "`goto`로 다른 단계로 갈 수 있습니다. 혼자 쓰는 클러스터라면 --i-know 로 허용할 수 있습니다",
                ],
            ),
            (Self::Minikube(line), Language::En) => (
                format!("this step is about minikube itself ({line}), and this cluster is not run by it"),
                [
                    "do it on the embedded cluster (podlings learn) or on minikube (--environment minikube)",
                    "the nearest thing here: kubectl port-forward service/NAME PORT; `goto` leads to other steps",
                ],
            ),
            (Self::Minikube(line), Language::Ko) => (
                format!("이 단계는 minikube 자체를 다루는데({line}), 이 클러스터는 minikube가 아닙니다"),
                [
                    "내장 클러스터(podlings learn)나 minikube(--environment minikube)에서 해 보세요",
                    "여기서 가장 가까운 방법: kubectl port-forward service/이름 포트. `goto`로 다른 단계로 갈 수 있습니다",
                ],
            ),
        };
        hints.into_iter().fold(UserError::new(what), UserError::hint)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        assert_eq!(whole_cluster(&step(vec![pod.clone()], "kubectl get pods")), None);
        assert_eq!(whole_cluster(&step(vec![volume], "")), Some("PersistentVolume v".to_owned()));
        assert_eq!(whole_cluster(&step(vec![elsewhere], "")), Some("Pod a".to_owned()));
        let line = "kubectl create namespace team";
        assert_eq!(whole_cluster(&step(vec![pod], line)), Some(line.to_owned()));
    }
}
