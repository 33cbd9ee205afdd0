//! Waiting for a debug container, and attaching to it or showing what it printed.

use super::super::attach::connect;
use super::super::exec::Place;
use super::super::logs::print_log;
use crate::apimachinery::builtin;
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::command::Call;
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::watch::until;

/// Attaches to a container of a Pod once it runs.
pub(super) async fn attach(call: &mut Call<'_>, api: &Api, pod: &Value, container: &str) -> Outcome {
    let (namespace, name) = (text_of(&pod["metadata"]["namespace"]), text_of(&pod["metadata"]["name"]));
    let pods = Resource::from(&builtin::POD);
    let mut told = String::new();
    let quiet = call.flags.on("quiet");
    let mut err = call.streams.err.clone();
    let started = until(api, &pods, namespace, name, |pod| {
        let Some(pod) = pod else { return Err(Failure::message(format!("pods {name:?} not found"))) };
        let state = state_of(pod, container);
        let message = text_of(&state["waiting"]["message"]);
        if !quiet && !message.is_empty() && message != told {
            err.line(format!("Warning: container {container}: {message}"))?;
            message.clone_into(&mut told);
        }
        Ok((state["running"].is_object() || state["terminated"].is_object()).then(|| pod.clone()))
    })
    .await?;
    if state_of(&started, container)["terminated"].is_object() {
        return print_log(call, api, (namespace, name), container).await;
    }
    let place = Place { pod: started, container: container.to_owned() };
    match connect(call, api, &place).await {
        Ok(()) => Ok(()),
        Err(failure @ (Failure::ClosedPipe | Failure::WithCode(..))) => Err(failure),
        Err(failure) => {
            call.complain(format!(
                "warning: couldn't attach to pod/{name}, falling back to streaming logs: {failure}"
            ))?;
            print_log(call, api, (namespace, name), container).await
        }
    }
}

fn state_of(pod: &Value, container: &str) -> Value {
    let lists = ["containerStatuses", "ephemeralContainerStatuses", "initContainerStatuses"];
    let mut statuses = lists.iter().flat_map(|list| array(&pod["status"][*list]));
    statuses
        .find(|status| status["name"] == container)
        .map(|status| status["state"].clone())
        .unwrap_or_default()
}
