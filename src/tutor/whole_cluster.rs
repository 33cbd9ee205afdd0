//! What a step needs beyond a namespace of its own, so that a shared cluster can be spared it.

use crate::base::UserError;
use crate::environment::Environment;
use crate::lesson::{Language, Step};

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
    let whole = || {
        step.beyond_its_namespace().map(Needs::WholeCluster).filter(|_| !environment.allows_whole_cluster())
    };
    let minikube = || {
        let line = step.first_solution().find(|line| line.split_whitespace().next() == Some("minikube"));
        line.map(|line| Needs::Minikube(line.to_owned())).filter(|_| !environment.is_minikube())
    };
    whole().or_else(minikube)
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
