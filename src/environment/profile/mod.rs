//! A minikube profile of our own: the real program, with a kubeconfig that is not the learner's.

mod event;
mod trouble;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::base::Value;

use super::process::{Captured, Running, ask_program, find_program};

pub use event::StartEvent;
pub use trouble::{Cause, Trouble};

/// The name of the profile, which is also that of its context.
pub const PROFILE: &str = "podlings";

/// How long minikube may take to say how the profile is.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// How long stopping or deleting may take.
const END_MAX: Duration = Duration::from_secs(300);

/// Exit code of minikube for a profile that does not exist.
const NO_PROFILE: i32 = 85;

/// How the profile is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileState {
    /// There is none yet.
    Absent,
    /// Everything runs.
    Running,
    /// Stopped; a start resumes it.
    Stopped,
    /// Paused; a start resumes it.
    Paused,
    /// Something of it does not run as it should: what minikube says of host, kubelet and API server.
    Broken(String),
}

/// The minikube program and our profile in it.
#[derive(Clone, Debug)]
pub struct Profile {
    program: PathBuf,
    kubeconfig: PathBuf,
    environment: BTreeMap<String, String>,
}

impl Profile {
    /// Finds minikube on the search path of `environment`; links to this program do not count.
    #[must_use]
    pub fn find(
        environment: &BTreeMap<String, String>,
        own: Option<&Path>,
        kubeconfig: &Path,
    ) -> Option<Self> {
        let path = environment.get("PATH").map(String::as_str).unwrap_or_default();
        let program = find_program("minikube", path, own)?;
        let mut environment = environment.clone();
        environment.insert("KUBECONFIG".to_owned(), kubeconfig.display().to_string());
        environment.insert("MINIKUBE_PROFILE".to_owned(), PROFILE.to_owned());
        // What is read by us must not be translated.
        environment.insert("LC_ALL".to_owned(), "C".to_owned());
        Some(Self { program, kubeconfig: kubeconfig.to_owned(), environment })
    }

    /// Where the program is.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The kubeconfig that minikube writes for us.
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The program's version, such as `v1.38.1`; `None` when it does not answer.
    pub async fn version(&self) -> Option<String> {
        let answer = self.ask(&["version", "-o", "json"], ANSWER_MAX).await.ok()?;
        let value: Value = serde_json::from_str(answer.out.trim()).ok()?;
        value["minikubeVersion"].as_str().map(str::to_owned)
    }

    /// How the profile is.
    ///
    /// # Errors
    /// When minikube cannot tell.
    pub async fn state(&self) -> Result<ProfileState, Trouble> {
        let answer = self.ask(&["status", "-o", "json", "-p", PROFILE], ANSWER_MAX).await?;
        if answer.code == NO_PROFILE {
            return Ok(ProfileState::Absent);
        }
        state_of(&answer)
    }

    /// Starts the profile, or resumes it; `on_event` is told of every step. Ctrl-C ends minikube, too.
    ///
    /// # Errors
    /// What minikube says went wrong.
    pub async fn start(&self, on_event: &mut (dyn FnMut(StartEvent) + Send)) -> Result<(), Trouble> {
        // `--keep-context` is of no use here: the kubeconfig is ours.
        let arguments = ["start", "-p", PROFILE, "-o", "json", "--interactive=false"];
        let mut running = Running::start(&self.program, &arguments, &self.environment)
            .map_err(|error| Trouble::cannot_run(&error))?;
        let mut reported: Option<Trouble> = None;
        loop {
            let line = tokio::select! {
                line = running.line() => line,
                _ = tokio::signal::ctrl_c() => {
                    running.interrupt().await;
                    return Err(Trouble::interrupted());
                }
            };
            let Some(line) = line else { break };
            match StartEvent::parse(&line) {
                Some(StartEvent::Error(trouble)) => {
                    // The first names the cause; what follows only follows from it.
                    reported.get_or_insert(trouble);
                }
                Some(event) => on_event(event),
                None => {}
            }
        }
        let (code, errors) = running.end().await;
        match (code, reported) {
            (0, _) => Ok(()),
            (_, Some(trouble)) => Err(trouble),
            (code, None) => Err(Trouble::from_exit(code, &errors)),
        }
    }

    /// Has minikube write our kubeconfig anew, for a profile that runs already.
    ///
    /// # Errors
    /// What minikube says went wrong.
    pub async fn write_kubeconfig(&self) -> Result<(), Trouble> {
        let answer = self.ask(&["update-context", "-p", PROFILE], ANSWER_MAX).await?;
        if answer.code == 0 { Ok(()) } else { Err(Trouble::from_exit(answer.code, &answer.err)) }
    }

    /// Builds an image from a folder with a Dockerfile, on the node itself.
    ///
    /// # Errors
    /// What minikube says went wrong.
    pub async fn build_image(&self, folder: &Path, tag: &str, version: &str) -> Result<(), Trouble> {
        let build_argument = format!("--build-opt=build-arg=VERSION={version}");
        let folder = folder.to_string_lossy();
        let arguments = ["image", "build", "-p", PROFILE, "-t", tag, &build_argument, &folder];
        let answer = self.ask(&arguments, END_MAX).await?;
        if answer.code == 0 { Ok(()) } else { Err(Trouble::from_exit(answer.code, &answer.err)) }
    }

    /// Whether the node has an image, by its full name; `false` where minikube does not tell.
    pub async fn has_image(&self, name: &str) -> bool {
        let listed = self.ask(&["image", "ls", "-p", PROFILE], ANSWER_MAX).await;
        listed.is_ok_and(|answer| answer.out.lines().any(|line| line.trim() == name))
    }

    /// Stops the profile; everything in it is kept.
    ///
    /// # Errors
    /// What minikube says went wrong.
    pub async fn stop(&self) -> Result<(), Trouble> {
        self.end(&["stop", "-p", PROFILE, "-o", "json"]).await
    }

    /// Deletes the profile and everything in it.
    ///
    /// # Errors
    /// What minikube says went wrong.
    pub async fn delete(&self) -> Result<(), Trouble> {
        self.end(&["delete", "-p", PROFILE, "-o", "json"]).await
    }

    async fn end(&self, arguments: &[&str]) -> Result<(), Trouble> {
        let answer = self.ask(arguments, END_MAX).await?;
        if answer.code == 0 {
            return Ok(());
        }
        let said = answer.out.lines().find_map(|line| match StartEvent::parse(line) {
            Some(StartEvent::Error(trouble)) => Some(trouble),
            _ => None,
        });
        Err(said.unwrap_or_else(|| Trouble::from_exit(answer.code, &answer.err)))
    }

    async fn ask(&self, arguments: &[&str], at_most: Duration) -> Result<Captured, Trouble> {
        let asked = ask_program(&self.program, arguments, &self.environment, at_most).await;
        asked.map_err(|error| Trouble::cannot_run(&error))
    }
}

/// Reads `minikube status -o json`: one object, or a list of them where there are several nodes.
fn state_of(answer: &Captured) -> Result<ProfileState, Trouble> {
    let Ok(value) = serde_json::from_str::<Value>(answer.out.trim()) else {
        let said = answer.out.lines().find_map(|line| match StartEvent::parse(line) {
            Some(StartEvent::Error(trouble)) => Some(trouble),
            _ => None,
        });
        return Err(said.unwrap_or_else(|| match Trouble::from_exit(answer.code, &answer.err) {
            trouble if trouble.cause == Cause::Unknown => Trouble::unreadable(answer.code, "status -o json"),
            trouble => trouble,
        }));
    };
    let nodes = value.as_array().cloned().unwrap_or_else(|| vec![value]);
    let Some(plane) = nodes.iter().find(|node| node["Worker"] != true) else {
        return Ok(ProfileState::Broken("no control plane".to_owned()));
    };
    let field = |name: &str| plane[name].as_str().unwrap_or_default();
    let all = [field("Host"), field("Kubelet"), field("APIServer")];
    Ok(match all {
        ["Running", "Running", "Running"] => ProfileState::Running,
        ["Stopped", ..] => ProfileState::Stopped,
        ["Nonexistent", ..] => ProfileState::Absent,
        [_, _, "Paused"] | ["Paused", ..] => ProfileState::Paused,
        [host, kubelet, server] => {
            ProfileState::Broken(format!("host {host}, kubelet {kubelet}, apiserver {server}"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(out: &str, code: i32) -> Result<ProfileState, Trouble> {
        state_of(&Captured { code, out: out.to_owned(), err: String::new() })
    }

    #[test]
    fn what_status_says_is_read_from_its_fields() {
        let node = |host: &str, kubelet: &str, server: &str| {
            format!(
                r#"{{"Name":"podlings","Host":"{host}","Kubelet":"{kubelet}","APIServer":"{server}","Kubeconfig":"Configured","Worker":false}}"#
            )
        };
        assert_eq!(state(&node("Running", "Running", "Running"), 0).unwrap(), ProfileState::Running);
        assert_eq!(state(&node("Stopped", "Stopped", "Stopped"), 7).unwrap(), ProfileState::Stopped);
        assert_eq!(state(&node("Running", "Stopped", "Paused"), 2).unwrap(), ProfileState::Paused);
        let broken = state(&node("Running", "Running", "Stopped"), 2).unwrap();
        assert_eq!(broken, ProfileState::Broken("host Running, kubelet Running, apiserver Stopped".into()));
        let several =
            format!("[{},{}]", node("Running", "Running", "Running"), r#"{"Host":"Stopped","Worker":true}"#);
        assert_eq!(state(&several, 7).unwrap(), ProfileState::Running);
        assert_eq!(state("no JSON", 80).unwrap_err().cause, Cause::ProfileBroken);
        assert_eq!(state("no JSON", 0).unwrap_err().cause, Cause::Usage);
    }
}
