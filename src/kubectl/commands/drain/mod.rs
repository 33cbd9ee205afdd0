//! `kubectl drain`: cordons nodes and takes their Pods away, asking their disruption budgets.

mod filters;

use std::time::Duration;

use super::flag_sets::{DRY_RUN, SELECTOR};
use super::node_commands::{cordon, nodes_of};
use crate::apimachinery::{LabelSelector, builtin};
use crate::base::{Timestamp, Value, json, sleep};
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run};
use filters::{Chosen, Rules, has_left};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "drain",
    short: "Drain node in preparation for maintenance",
    usage: "NODE [options]",
    flags: &[FLAGS, DRY_RUN],
    arguments: Arguments::One("nodes"),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    SELECTOR,
    Flag::int("chunk-size", "500", "How many objects to ask for at a time"),
    Flag::switch("delete-emptydir-data", "Go on although Pods lose the data of their emptyDir volumes"),
    Flag::switch("disable-eviction", "Delete the Pods without asking their PodDisruptionBudgets"),
    Flag::switch("force", "Go on although Pods have no controller that makes them anew elsewhere"),
    Flag::int("grace-period", "-1", "Seconds that a Pod is given to end; negative for its own setting"),
    Flag::switch("ignore-daemonsets", "Leave Pods of DaemonSets alone"),
    Flag::text("pod-selector", "", "Label selector of the Pods to take away"),
    Flag::int(
        "skip-wait-for-delete-timeout",
        "0",
        "Do not wait for Pods that have been terminating for longer than so many seconds",
    ),
    Flag::duration("timeout", "0s", "How long to try; zero means as long as it takes"),
];

/// Between two attempts to evict a Pod whose budget is used up.
const RETRY: Duration = Duration::from_secs(5);
/// Between two looks at whether a Pod is gone.
const POLL: Duration = Duration::from_secs(1);

/// How to drain.
struct Plan {
    rules: Rules,
    dry_run: DryRun,
    selector: String,
    evict: bool,
    options: Value,
    /// `--timeout` as it is told, and until when.
    limit: Option<(String, Timestamp)>,
}

async fn run(call: &mut Call<'_>) -> Outcome {
    let selected = call.flags.is_set("selector");
    if call.args.is_empty() && !selected {
        return Err(call.usage_error("USAGE: drain NODE [flags]"));
    }
    if !call.args.is_empty() && !call.flags.text("selector").is_empty() {
        return Err(call.usage_error("error: cannot specify both a node name and a --selector option"));
    }
    let plan = plan(call)?;
    let api = call.api().await?;
    let nodes = nodes_of(call, &api).await?;
    for node in &nodes {
        cordon(call, &api, node, true, plan.dry_run).await?;
    }
    let (mut failures, mut pending) = (Vec::new(), Vec::new());
    for node in &nodes {
        match drain(call, &api, &plan, &node.name).await {
            Ok(()) => call.line(format!("{} drained{}", node.named(), plan.dry_run.suffix()))?,
            Err(failure) => {
                call.complain(format!(
                    "error: unable to drain node {:?} due to error: {}, continuing command...",
                    node.name,
                    in_brackets(&failure)
                ))?;
                pending.push(node.name.clone());
                failures.push(failure);
            }
        }
    }
    if !pending.is_empty() {
        call.complain("There are pending nodes to be drained:")?;
        for node in pending {
            call.complain(format!(" {node}"))?;
        }
    }
    // The failures of one node one a line, those of several nodes a line each; none is an `error:`.
    let lines = match failures.as_slice() {
        [] => return Ok(()),
        [one] => one.clone(),
        many => many.iter().map(|failures| in_brackets(failures)).collect(),
    };
    Err(Failure::Plain(lines.join("\n")))
}

fn in_brackets(failures: &[String]) -> String {
    match failures {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

fn plan(call: &Call<'_>) -> Outcome<Plan> {
    let flags = &call.flags;
    let selector = flags.text("pod-selector").to_owned();
    if LabelSelector::parse(&selector).is_err() {
        return Err(Failure::message("--pod-selector=<pod_selector> must be a valid label selector"));
    }
    let grace = flags.int("grace-period");
    let limit = flags.limit("timeout").and_then(|limit| {
        let until = call.now().checked_add(jiff::SignedDuration::try_from(limit).ok()?).ok()?;
        Some((flags.text("timeout").to_owned(), until))
    });
    Ok(Plan {
        rules: Rules {
            force: flags.on("force"),
            ignore_daemon_sets: flags.on("ignore-daemonsets"),
            delete_empty_dir_data: flags.on("delete-emptydir-data"),
            skip_after_seconds: flags.int("skip-wait-for-delete-timeout"),
        },
        dry_run: dry_run(call)?,
        selector,
        evict: !flags.on("disable-eviction"),
        options: if grace >= 0 { json!({"gracePeriodSeconds": grace}) } else { json!({}) },
        limit,
    })
}

async fn chosen(call: &Call<'_>, api: &Api, plan: &Plan, node: &str) -> Result<Chosen, Vec<String>> {
    let url = Resource::from(&builtin::POD)
        .collection("")
        .with("fieldSelector", format!("spec.nodeName={node}"))
        .with("labelSelector", &plan.selector);
    let api = &api.clone().in_pages(call.flags.int("chunk-size"));
    let list = api.list(&url).await.map_err(|failure| vec![failure.to_string()])?;
    Ok(Chosen::of(api, plan.rules, array(&list["items"]), call.now()).await)
}

/// Takes the Pods of one node away.
async fn drain(call: &mut Call<'_>, api: &Api, plan: &Plan, node: &str) -> Result<(), Vec<String>> {
    let told = |failure: Failure| vec![failure.to_string()];
    let chosen = chosen(call, api, plan, node).await?;
    let refusals = chosen.refusals();
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let warning = chosen.warning();
    if !warning.is_empty() {
        call.complain(format!("Warning: {warning}")).map_err(told)?;
    }
    if plan.dry_run == DryRun::Client {
        for pod in &chosen.pods {
            call.line(format!("evicting pod {} (dry run)", full_name(pod))).map_err(told)?;
        }
        return Ok(());
    }
    let taken = take(call, api, plan, &chosen.pods).await;
    if let Err(failures) = &taken {
        let left = self::chosen(call, api, plan, node).await.map(|left| left.pods).unwrap_or_default();
        if !left.is_empty() {
            let text = format!(
                "There are pending pods in node {node:?} when an error occurred: {}",
                in_brackets(failures)
            );
            call.complain(text).map_err(told)?;
            for pod in left {
                call.complain(format!("pod/{}", text_of(&pod["metadata"]["name"]))).map_err(told)?;
            }
        }
    }
    taken
}

fn full_name(pod: &Value) -> String {
    format!("{}/{}", text_of(&pod["metadata"]["namespace"]), text_of(&pod["metadata"]["name"]))
}

/// A Pod that is being taken away.
struct Leaving<'a> {
    pod: &'a Value,
    /// When to ask (again); `None` once it was allowed to go.
    ask_at: Option<Timestamp>,
}

impl Leaving<'_> {
    fn name(&self) -> &str {
        text_of(&self.pod["metadata"]["name"])
    }

    fn namespace(&self) -> &str {
        text_of(&self.pod["metadata"]["namespace"])
    }

    fn url(&self) -> Url {
        Resource::from(&builtin::POD).object(self.namespace(), self.name())
    }
}

/// Asks for every Pod, again every five seconds where a budget is used up, and waits until all are gone.
async fn take(call: &mut Call<'_>, api: &Api, plan: &Plan, pods: &[Value]) -> Result<(), Vec<String>> {
    let told = |failure: Failure| vec![failure.to_string()];
    let mut leaving: Vec<Leaving<'_>> =
        pods.iter().map(|pod| Leaving { pod, ask_at: Some(call.now()) }).collect();
    let mut failures = Vec::new();
    loop {
        let mut staying = Vec::new();
        for mut pod in leaving {
            if pod.ask_at.is_some_and(|at| at <= call.now()) {
                if let Some((limit, _)) = plan.limit.as_ref().filter(|(_, until)| *until <= call.now()) {
                    // As upstream: that the time is over is seen when an eviction is asked for again.
                    if plan.evict {
                        call.line(format!("evicting pod {}", full_name(pod.pod))).map_err(told)?;
                    }
                    failures.push(late(plan, &pod, limit));
                    continue;
                }
                match ask(call, api, plan, &mut pod).await.map_err(told)? {
                    Some(failure) if failure.is_empty() => continue,
                    Some(failure) => {
                        failures.push(failure);
                        continue;
                    }
                    None => {}
                }
            }
            staying.push(pod);
        }
        leaving = Vec::new();
        for pod in staying {
            if pod.ask_at.is_some() || !is_gone(call, api, plan, &pod).await.map_err(told)? {
                leaving.push(pod);
            }
        }
        if leaving.is_empty() {
            return if failures.is_empty() { Ok(()) } else { Err(failures) };
        }
        if let Some((limit, until)) = &plan.limit
            && *until <= call.now()
        {
            let gone = leaving.extract_if(.., |pod| pod.ask_at.is_none());
            failures.extend(gone.map(|pod| late(plan, &pod, limit)));
            if leaving.is_empty() {
                return Err(failures);
            }
        }
        sleep(POLL).await;
    }
}

fn late(plan: &Plan, pod: &Leaving<'_>, limit: &str) -> String {
    if !plan.evict {
        return format!("global timeout reached: {limit}");
    }
    let (name, namespace) = (pod.name(), pod.namespace());
    if pod.ask_at.is_some() {
        format!("error when evicting pods/{name:?} -n {namespace:?}: global timeout reached: {limit}")
    } else {
        format!(
            "error when waiting for pod {name:?} in namespace {namespace:?} to terminate: global timeout reached: {limit}"
        )
    }
}

/// Evicts or deletes a Pod; gives back why that cannot be, empty when it is gone already.
async fn ask(call: &mut Call<'_>, api: &Api, plan: &Plan, pod: &mut Leaving<'_>) -> Outcome<Option<String>> {
    let dry_run = if plan.dry_run == DryRun::Server { "All" } else { "" };
    if !plan.evict {
        pod.ask_at = None;
        return match api.delete(&pod.url().with("dryRun", dry_run), &plan.options).await {
            Err(failure) if failure.is_not_found() => Ok(Some(String::new())),
            Err(failure) => Ok(Some(failure.to_string())),
            Ok(_) => Ok(None),
        };
    }
    let suffix = if dry_run.is_empty() { "" } else { " (server dry run)" };
    call.line(format!("evicting pod {}{suffix}", full_name(pod.pod)))?;
    let mut options = plan.options.clone();
    if !dry_run.is_empty() {
        options["dryRun"] = json!(["All"]);
    }
    let eviction = json!({
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": pod.name(), "namespace": pod.namespace()},
        "deleteOptions": options,
    });
    let url = Url::new(format!("{}/eviction", pod.url().as_str()));
    let failure = match api.post(&url, &eviction).await {
        Ok(_) => {
            pod.ask_at = None;
            return Ok(None);
        }
        Err(failure) if failure.is_not_found() => return Ok(Some(String::new())),
        Err(failure) => failure,
    };
    let (name, namespace) = (pod.name(), pod.namespace());
    let again = failure.status().is_some_and(|status| status.is("TooManyRequests"));
    let terminating = failure.status().is_some_and(|status| {
        let causes = status.details.iter().flat_map(|details| &details.causes);
        status.is("Forbidden") && causes.into_iter().any(|cause| cause.reason == "NamespaceTerminating")
    });
    if again {
        call.complain(format!(
            "error when evicting pods/{name:?} -n {namespace:?} (will retry after 5s): {failure}"
        ))?;
    } else if terminating {
        call.complain(format!(
            "error when evicting pod {name:?} from terminating namespace {namespace:?} (will retry after 5s): {failure}"
        ))?;
    } else {
        return Ok(Some(format!("error when evicting pods/{name:?} -n {namespace:?}: {failure}")));
    }
    let retry = jiff::SignedDuration::try_from(RETRY).unwrap_or_default();
    pod.ask_at = call.now().checked_add(retry).ok();
    Ok(None)
}

/// Whether a Pod is gone, or another one has its name; says so.
async fn is_gone(call: &mut Call<'_>, api: &Api, plan: &Plan, pod: &Leaving<'_>) -> Outcome<bool> {
    let verb = if plan.evict { "evicted" } else { "deleted" };
    if plan.dry_run == DryRun::None {
        match api.get(&pod.url()).await {
            Ok(found) if found["metadata"]["uid"] == pod.pod["metadata"]["uid"] => {
                let seconds = plan.rules.skip_after_seconds;
                if !has_left(&found, seconds, call.now()) {
                    return Ok(false);
                }
                let name = pod.name();
                call.line(format!(
                    "pod {name:?} has DeletionTimestamp older than {seconds} seconds, skipping"
                ))?;
                return Ok(true);
            }
            Err(failure) if !failure.is_not_found() => return Err(failure),
            _ => {}
        }
    }
    if plan.dry_run == DryRun::None {
        call.line(format!("pod/{} {verb}", pod.name()))?;
    }
    Ok(true)
}
