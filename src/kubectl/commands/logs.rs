//! `kubectl logs`.

use std::io::Write;
use std::time::Duration;

use futures::StreamExt;
use futures::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use futures::stream::FuturesUnordered;

use super::flag_sets::SELECTOR;
use crate::apimachinery::builtin;
use crate::base::{Output, Timestamp, Value};
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::text_of;
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::pods::{
    Use, container_names, default_container, named, pods_of, rank, selected, shown_containers,
};
use crate::kubectl::resource_args::NOTHING_NAMED;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "logs",
    short: "Print the logs for a container in a pod",
    usage: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]",
    flags: &[FLAGS],
    arguments: Arguments::Pod,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("follow", "Keep printing what comes").short('f'),
    Flag::switch("previous", "The log of the container's previous run").short('p'),
    Flag::text("container", "", "The container").short('c'),
    Flag::switch("all-containers", "The logs of all containers"),
    Flag::switch("all-pods", "The logs of all pods of the workload"),
    Flag::int("tail", "-1", "How many of the last lines to print; -1 for all, 10 with a selector"),
    Flag::text("since-time", "", "Only what was logged after this moment (RFC 3339)"),
    Flag::duration("since", "0s", "Only what was logged in the last while"),
    Flag::switch("timestamps", "Begin each line with its moment"),
    Flag::switch("prefix", "Begin each line with pod and container"),
    Flag::int("limit-bytes", "0", "How many bytes to print at most"),
    Flag::int("max-log-requests", "5", "How many logs to follow at once"),
    Flag::switch("ignore-errors", "Go on when a log cannot be read"),
    Flag::duration("pod-running-timeout", "20s", "How long to wait until a pod runs"),
    Flag::switch("insecure-skip-tls-verify-backend", "Accepted for compatibility"),
    SELECTOR,
];

/// One log to print.
struct Source {
    url: Url,
    prefix: String,
}

async fn run(call: &mut Call<'_>) -> Outcome {
    let selector = call.flags.text("selector").to_owned();
    check(call, &selector)?;
    let api = call.api().await?;
    let namespace = call.namespace()?;
    let pods = if selector.is_empty() {
        pods(call, &api, &namespace).await?
    } else {
        validate(call)?;
        selected(&api, &namespace, &selector).await?
    };
    if pods.is_empty() {
        return call.complain(format!("No resources found in {namespace} namespace."));
    }
    let mut sources = Vec::new();
    for pod in &pods {
        sources.extend(sources_of(call, pod, &namespace)?);
    }
    // The limit of a request is one for reading its whole answer, however long that goes on.
    let limit = call.flags.limit("request-timeout");
    let printed = print_all(call, &api, sources);
    match limit {
        Some(limit) => crate::base::timeout(limit, printed).await.unwrap_or_else(|| {
            Err(Failure::message(
                "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
            ))
        }),
        None => printed.await,
    }
}

fn check(call: &Call<'_>, selector: &str) -> Outcome {
    if call.args.is_empty() && selector.is_empty() {
        return Err(call.usage_error("expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"));
    }
    if !call.args.is_empty() && !selector.is_empty() {
        return Err(call.usage_error("only a selector (-l) or a POD name is allowed"));
    }
    if call.args.len() > 2 {
        return Err(call.usage_error("expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"));
    }
    let since = call.flags.text("since-time");
    if !since.is_empty() && since.parse::<Timestamp>().is_err() {
        return Err(Failure::message(format!(
            "parsing time {since:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {since:?} as \"2006\""
        )));
    }
    Ok(())
}

/// Refuses flags that do not go together; upstream does so only once it has found the objects.
fn validate(call: &Call<'_>) -> Outcome {
    if call.flags.is_set("since") && call.flags.is_set("since-time") {
        return Err(Failure::message("at most one of `sinceTime` or `sinceSeconds` may be specified"));
    }
    let inline = call.args.get(1).map(String::as_str).unwrap_or_default();
    let container = if inline.is_empty() { call.flags.text("container") } else { inline };
    if call.flags.on("all-containers") && !container.is_empty() {
        return Err(Failure::message(format!(
            "--all-containers=true should not be specified with container name {container}"
        )));
    }
    if call.flags.is_set("container") && !inline.is_empty() {
        return Err(Failure::message("only one of -c or an inline [CONTAINER] arg is allowed"));
    }
    if call.flags.int("limit-bytes") < 0 {
        return Err(Failure::message("--limit-bytes must be greater than 0"));
    }
    if call.flags.seconds("since") < 0.0 {
        return Err(Failure::message("--since must be greater than 0"));
    }
    if call.flags.int("tail") < -1 {
        return Err(Failure::message("--tail must be greater than or equal to -1"));
    }
    Ok(())
}

/// The Pods of the argument: all of them when asked for, else one, saying which.
async fn pods(call: &mut Call<'_>, api: &Api, namespace: &str) -> Outcome<Vec<Value>> {
    let typed = call.args[0].clone();
    if typed.is_empty() {
        return Err(Failure::message(NOTHING_NAMED));
    }
    let found = match named(api, namespace, &typed).await {
        Err(Failure::Status(status)) if status.is("NotFound") => {
            // A namespace that is missing is the better reason.
            let place = Resource::from(&builtin::NAMESPACE).object("", namespace);
            let message = match api.get(&place).await {
                Err(Failure::Status(missing)) if missing.is("NotFound") => missing.message,
                _ => status.message,
            };
            return Err(Failure::message(format!(
                "error from server (NotFound): {message} in namespace {namespace:?}"
            )));
        }
        other => other?,
    };
    validate(call)?;
    let mut pods = pods_of(api, &found, "get the logs from").await?;
    if call.flags.on("all-pods") || pods.len() < 2 {
        if pods.is_empty() {
            return Err(Failure::message(format!("timed out waiting for the condition: no pods of {typed}")));
        }
        return Ok(pods);
    }
    pods.sort_by_key(|pod| rank(pod, Use::Logs));
    call.complain(format!("Found {} pods, using pod/{}", pods.len(), text_of(&pods[0]["metadata"]["name"])))?;
    pods.truncate(1);
    Ok(pods)
}

fn sources_of(call: &mut Call<'_>, pod: &Value, namespace: &str) -> Outcome<Vec<Source>> {
    let name = text_of(&pod["metadata"]["name"]).to_owned();
    let known = container_names(pod);
    let named = match call.flags.text("container") {
        "" => call.args.get(1).cloned().unwrap_or_default(),
        container => container.to_owned(),
    };
    let containers = if call.flags.on("all-containers") {
        known
    } else if named.is_empty() {
        let (chosen, notice) = default_container(pod);
        if let Some(notice) = notice.filter(|_| !call.flags.on("all-pods")) {
            call.complain(notice)?;
        }
        vec![chosen]
    } else if known.contains(&named) {
        vec![named]
    } else {
        return Err(Failure::message(format!(
            "container {named} is not valid for pod {name} out of: {}",
            shown_containers(pod).join(", ")
        )));
    };
    Ok(containers
        .into_iter()
        .map(|container| Source {
            prefix: if call.flags.on("prefix") || call.flags.on("all-pods") {
                format!("[pod/{name}/{container}] ")
            } else {
                String::new()
            },
            url: url(call, namespace, &name, &container),
        })
        .collect())
}

fn url(call: &Call<'_>, namespace: &str, pod: &str, container: &str) -> Url {
    let flag = |name: &str| if call.flags.on(name) { "true" } else { "" };
    let tail = match call.flags.int("tail") {
        _ if !call.flags.is_set("tail") && call.flags.is_set("selector") => "10".to_owned(),
        -1 => String::new(),
        lines => lines.to_string(),
    };
    let since = call.flags.seconds("since");
    let since = if since == 0.0 { String::new() } else { format!("{:.0}", since.round()) };
    let bytes = call.flags.int("limit-bytes");
    Resource::from(&builtin::POD)
        .subresource(namespace, pod, "log")
        .with("container", container)
        .with("follow", flag("follow"))
        .with("insecureSkipTLSVerifyBackend", flag("insecure-skip-tls-verify-backend"))
        .with("limitBytes", if bytes > 0 { bytes.to_string() } else { String::new() })
        .with("previous", flag("previous"))
        .with("sinceSeconds", since)
        .with("sinceTime", call.flags.text("since-time"))
        .with("tailLines", tail)
        .with("timestamps", flag("timestamps"))
}

async fn print_all(call: &mut Call<'_>, api: &Api, sources: Vec<Source>) -> Outcome {
    let ignore = call.flags.on("ignore-errors");
    // Who follows a log waits for its container to start.
    let patience = call.flags.limit("pod-running-timeout").filter(|_| call.flags.on("follow"));
    let out = call.streams.out.clone();
    if call.flags.on("follow") && sources.len() > 1 {
        let most = call.flags.int("max-log-requests");
        if i64::try_from(sources.len()).unwrap_or(i64::MAX) > most {
            return Err(Failure::message(format!(
                "you are attempting to follow {} log streams, but maximum allowed concurrency is {most}, use --max-log-requests to increase the limit",
                sources.len()
            )));
        }
        let mut running: FuturesUnordered<_> =
            sources.iter().map(|source| print(api, source, out.clone(), patience)).collect();
        while let Some(ended) = running.next().await {
            settle(call, ended, ignore)?;
        }
        return Ok(());
    }
    for source in &sources {
        let ended = print(api, source, out.clone(), patience).await;
        settle(call, ended, ignore)?;
    }
    Ok(())
}

fn settle(call: &mut Call<'_>, ended: Outcome, ignore: bool) -> Outcome {
    match ended {
        Err(Failure::ClosedPipe) => Err(Failure::ClosedPipe),
        // As upstream: among what is printed.
        Err(failure) if ignore => call.line(format!("error: {failure}")),
        other => other,
    }
}

/// Bytes of a line that are printed at once.
const LONGEST_PIECE: u64 = 1 << 20;

/// How long to wait before asking again for the log of a container that has not started.
const PAUSE: Duration = Duration::from_millis(500);

/// Opens a log; waits a while for a container that is being started.
async fn open(
    api: &Api,
    source: &Source,
    patience: Option<Duration>,
) -> Outcome<Box<dyn AsyncBufRead + Unpin + Send>> {
    let is_starting = |failure: &Failure| {
        failure.status().is_some_and(|status| {
            status.message.ends_with("is waiting to start: ContainerCreating")
                || status.message.ends_with("is waiting to start: PodInitializing")
        })
    };
    let mut left = patience.unwrap_or_default();
    loop {
        match api.stream(&source.url, "*/*").await {
            Err(failure) if is_starting(&failure) && !left.is_zero() => {
                crate::base::sleep(PAUSE.min(left)).await;
                left = left.saturating_sub(PAUSE);
            }
            other => return Ok(Box::new(other?)),
        }
    }
}

/// Prints what a container has written so far, byte by byte as it is.
pub(super) async fn print_log(
    call: &mut Call<'_>,
    api: &Api,
    (namespace, pod): (&str, &str),
    container: &str,
) -> Outcome {
    let url = Resource::from(&builtin::POD).subresource(namespace, pod, "log").with("container", container);
    super::raw::copy(call, api.stream(&url, "*/*").await?).await
}

async fn print(api: &Api, source: &Source, mut out: Output, patience: Option<Duration>) -> Outcome {
    let mut lines = open(api, source, patience).await?;
    let mut line = Vec::new();
    let mut begins = true;
    loop {
        line.clear();
        // A line that does not end is printed piece by piece.
        let mut piece = (&mut lines).take(LONGEST_PIECE);
        if piece.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        if begins {
            out.write_all(source.prefix.as_bytes())?;
        }
        begins = line.ends_with(b"\n");
        out.write_all(&line)?;
        out.flush()?;
    }
}
