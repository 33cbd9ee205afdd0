//! What is not there on the embedded cluster, and what to do instead.

use super::printer::{Failure, Style};

/// Command (one or two words), why it is absent, what to do instead.
const ABSENT: &[(&str, &str, &str)] = &[
    ("stop", "the embedded cluster stops when podlings does, and keeps its state", "leave with: quit"),
    (
        "pause",
        "the cluster inside podlings has no containers to pause",
        "the tutor's own word stops time: :pause",
    ),
    (
        "unpause",
        "the cluster inside podlings has no containers to resume",
        "the tutor's own word lets time run: :resume",
    ),
    (
        "delete",
        "the embedded cluster cannot be deleted from here",
        "the tutor's own word gives a fresh one: reset",
    ),
    (
        "dashboard",
        "the dashboard is a web page that is not simulated",
        "look at everything with: kubectl get all -A",
    ),
    ("ssh", "the node has no shell", "look inside a container with: kubectl exec -it POD -- sh"),
    ("logs", "the node's own logs are not simulated", "see what happened with: kubectl events -A"),
    ("mount", "folders of this machine cannot be mounted", "put files into Pods with a ConfigMap"),
    ("cp", "the node has no file system of its own", "copy into a Pod with: kubectl cp FILE POD:PATH"),
    (
        "docker-env",
        "there is no container engine behind the embedded cluster",
        "use an image of its registry: minikube image ls",
    ),
    (
        "podman-env",
        "there is no container engine behind the embedded cluster",
        "use an image of its registry: minikube image ls",
    ),
    (
        "image",
        "there is no container engine behind the embedded cluster",
        "use an image of its registry: minikube image ls",
    ),
    ("addons", "further addons are not simulated", "see what is there with: minikube addons list"),
    ("kubectl", "kubectl is built in", "leave out the first two words: kubectl get pods"),
    (
        "config",
        "the embedded cluster has no minikube settings",
        "see it as it is with: minikube profile list",
    ),
    (
        "update-context",
        "the kubeconfig already points to the embedded cluster",
        "see it with: kubectl config current-context",
    ),
    ("ssh-key", "the node has no shell", "look inside a container with: kubectl exec -it POD -- sh"),
    ("ssh-host", "the node has no shell", "look inside a container with: kubectl exec -it POD -- sh"),
    (
        "cache",
        "there is no container engine behind the embedded cluster",
        "use an image of its registry: minikube image ls",
    ),
    ("update-check", "podlings asks nobody on the internet", "see what is imitated with: minikube version"),
    ("completion", "the tutor's prompt completes by itself", "press Tab"),
    ("options", "flags of all commands are not listed", "see those of one: minikube status --help"),
    ("license", "nothing of minikube is inside", "read podlings' own: podlings --help"),
];

/// Subcommands of `minikube image` that are absent, whatever their flags.
const OF_IMAGES: &[&str] = &["build", "load", "pull", "push", "rm", "remove", "save", "tag", "unload"];

/// Whether a command that is here has a subcommand that is not.
pub(super) fn of_subcommand(command: &str, rest: &[String]) -> Option<Failure> {
    let word = rest.iter().find(|word| !word.starts_with('-')).filter(|_| command == "image")?;
    OF_IMAGES.contains(&word.as_str()).then(|| failure(&format!("{command} {word}")))
}

/// Whether a command exists in minikube but not here.
pub(super) fn is_known(command: &str) -> bool {
    ABSENT.iter().any(|(name, ..)| *name == command)
}

/// What `command` is told; its first word decides.
pub(super) fn failure(command: &str) -> Failure {
    let first = command.split(' ').next().unwrap_or_default();
    let (why, instead) = ABSENT
        .iter()
        .find(|(name, ..)| *name == first)
        .map_or(("it is not there yet", "see what is with: minikube --help"), |(_, why, instead)| {
            (why, instead)
        });
    Failure::usage(1, format!("not simulated: minikube {command}: {why}")).with(Some(Style::Tip), instead)
}
