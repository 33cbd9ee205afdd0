//! What is said of a context that the kubeconfig does not have: it depends on what a command does first.

use super::command::Call;
use super::errors::Failure;

/// Commands that connect before they ask for the namespace, with those below them.
const CONNECT_FIRST: &[&str] = &[
    "api-resources",
    "api-versions",
    "apply",
    "auth can-i",
    "auth whoami",
    "autoscale",
    "certificate",
    "cluster-info",
    "cordon",
    "create",
    "diff",
    "drain",
    "explain",
    "expose",
    "proxy",
    "replace",
    "run",
    "set env",
    "top node",
    "uncordon",
    "version",
    "wait",
];

impl Call<'_> {
    /// Words what is said of a context that is missing: it depends on whether a command connects first, or
    /// asks for the namespace first.
    pub(super) fn of_context(&self, failure: Failure) -> Failure {
        match failure {
            // Only of one that was typed.
            Failure::UnknownContext(context)
                if self.flags.text("context") == context && self.connects_first() =>
            {
                Failure::Plain(format!("error: context {context:?} does not exist"))
            }
            Failure::Message(text) if self.connects_first() => {
                Failure::Message(match text.strip_prefix("no server found for cluster ") {
                    Some(cluster) => format!("cluster {cluster} does not exist"),
                    None => text,
                })
            }
            other => other,
        }
    }

    fn connects_first(&self) -> bool {
        let path = self.path.strip_prefix("kubectl ").unwrap_or_default();
        let named = |known: &&str| {
            path == *known || path.strip_prefix(*known).is_some_and(|rest| rest.starts_with(' '))
        };
        let unchecked = path == "create" && matches!(self.flags.text("validate"), "false" | "ignore");
        let elsewhere = unchecked || path == "create token";
        // A namespace that is typed needs no context.
        (CONNECT_FIRST.iter().any(named) && !elsewhere)
            || self.flags.is_set("raw")
            || !self.flags.global("namespace").is_empty()
    }
}
