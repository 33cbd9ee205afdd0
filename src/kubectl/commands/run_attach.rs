//! `kubectl run -it --rm`: attaching to the new Pod, its exit code, its end.

use super::attach;
use super::exec::Place;
use super::logs::print_log;
use crate::apimachinery::{Kind, builtin};
use crate::base::{Value, json};
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::Call;
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::watch::until;

/// A Pod that `run` created.
pub(super) struct NewPod {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) container: String,
    /// Whether a Service of that name was created, too.
    pub(super) exposed: bool,
}

impl NewPod {
    /// Attaches until the container ends; deletes the Pod afterwards when `--rm` says so.
    pub(super) async fn attach(&self, call: &mut Call<'_>, api: &Api) -> Outcome {
        let ended = self.follow(call, api).await;
        if call.flags.on("rm") {
            self.delete(call, api, &builtin::POD).await?;
            if self.exposed {
                self.delete(call, api, &builtin::SERVICE).await?;
            }
        }
        ended
    }

    async fn follow(&self, call: &mut Call<'_>, api: &Api) -> Outcome {
        let limit = call.flags.limit("pod-running-timeout").unwrap_or(std::time::Duration::from_secs(60));
        let started = self.wait_until(api, has_started);
        let pod = crate::base::timeout(limit, started)
            .await
            .unwrap_or_else(|| Err(Failure::message("timed out waiting for the condition")))?;
        if pod["status"]["phase"] == "Running" {
            self.connect(call, api, pod).await?;
        } else {
            self.print_log(call, api).await?;
        }
        if call.flags.text("restart") == "Always" {
            return Ok(());
        }
        let ended =
            self.wait_until(api, |pod| matches!(text_of(&pod["status"]["phase"]), "Succeeded" | "Failed"));
        self.exit_code(&ended.await?)
    }

    async fn connect(&self, call: &mut Call<'_>, api: &Api, pod: Value) -> Outcome {
        let place = Place { pod, container: self.container.clone() };
        let attached = attach::connect(call, api, &place).await;
        match attached {
            Err(Failure::ClosedPipe) => Err(Failure::ClosedPipe),
            Err(failure @ Failure::WithCode(..)) => Err(failure),
            Err(failure) => {
                call.complain(format!(
                    "warning: couldn't attach to pod/{}, falling back to streaming logs: {failure}",
                    self.name
                ))?;
                self.print_log(call, api).await
            }
            Ok(()) => Ok(()),
        }
    }

    async fn print_log(&self, call: &mut Call<'_>, api: &Api) -> Outcome {
        print_log(call, api, (&self.namespace, &self.name), &self.container).await
    }

    async fn wait_until(&self, api: &Api, is_reached: impl Fn(&Value) -> bool) -> Outcome<Value> {
        let pods = Resource::from(&builtin::POD);
        until(api, &pods, &self.namespace, &self.name, |pod| match pod {
            Some(pod) => Ok(is_reached(pod).then(|| pod.clone())),
            None => Err(Failure::message("pod deleted before it completed")),
        })
        .await
    }

    /// Fails when the container did.
    fn exit_code(&self, pod: &Value) -> Outcome {
        if pod["status"]["phase"] == "Succeeded" {
            return Ok(());
        }
        let mut ended =
            array(&pod["status"]["containerStatuses"]).iter().map(|status| &status["state"]["terminated"]);
        let place = format!("pod {}/{}", self.namespace, self.name);
        match ended.find(|ended| ended["exitCode"].as_i64().is_some_and(|code| code != 0)) {
            Some(ended) => {
                let code = ended["exitCode"].as_i64().and_then(|code| code.try_into().ok()).unwrap_or(1);
                let (reason, message) = (text_of(&ended["reason"]), text_of(&ended["message"]));
                let text = format!("{place} terminated ({reason})\n{message}");
                Err(Failure::WithCode(text.trim_end().to_owned(), code))
            }
            None => Err(Failure::message(format!("{place} failed with unknown exit code"))),
        }
    }

    async fn delete(&self, call: &mut Call<'_>, api: &Api, kind: &'static Kind) -> Outcome {
        let url: Url = Resource::from(kind).object(&self.namespace, &self.name);
        match api.delete(&url, &json!({"propagationPolicy": "Background"})).await {
            Err(failure) if failure.is_not_found() => Ok(()),
            Err(failure) => Err(failure),
            Ok(_) if call.flags.on("quiet") => Ok(()),
            Ok(_) => {
                let (kind, name) = (kind.singular, &self.name);
                call.line(format!("{kind} {name:?} deleted from {} namespace", self.namespace))
            }
        }
    }
}

/// Whether there is somebody to attach to, or all is over: a Pod that runs and is not ready is waited for.
fn has_started(pod: &Value) -> bool {
    match text_of(&pod["status"]["phase"]) {
        "Succeeded" | "Failed" => true,
        "Running" => array(&pod["status"]["conditions"])
            .iter()
            .any(|condition| condition["type"] == "Ready" && condition["status"] == "True"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_that_runs_is_attached_to_once_it_is_ready() {
        let pod = |phase: &str, ready: &str| json!({"status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]}});
        assert!(!has_started(&pod("Pending", "False")));
        assert!(!has_started(&pod("Running", "False")));
        assert!(has_started(&pod("Running", "True")));
        assert!(has_started(&pod("Failed", "False")));
    }
}
