//! `kubectl top pod`.

use jiff::SignedDuration;

use super::super::flag_sets::{ALL_NAMESPACES, SELECTORS};
use super::{Usage, ensure_served, sort, sort_field, table};
use crate::base::{Timestamp, Value};
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "pod",
    aliases: &["pods", "po"],
    short: "Display resource (CPU/memory) usage of pods",
    usage: "[NAME | -l label] [options]",
    flags: &[FLAGS, SELECTORS, ALL_NAMESPACES],
    arguments: Arguments::One("pods"),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("sort-by", "", "Sort by 'cpu' or 'memory'"),
    Flag::switch("containers", "Show the containers one by one"),
    Flag::switch("no-headers", "Leave out the headings"),
    Flag::switch("sum", "Add a line with the sum"),
    Flag::switch("show-swap", "Show what is swapped out, too"),
    Flag::switch_on("use-protocol-buffers", "Accepted for compatibility"),
];

/// A Pod of this age has metrics if it ever gets them.
const CREATION_DELAY: SignedDuration = SignedDuration::from_mins(2);

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = match call.args.as_slice() {
        [] => String::new(),
        [name] => name.clone(),
        _ => return Err(call.usage_error("pod [NAME | -l label]")),
    };
    let flag = |name: &str| call.flags.text(name).to_owned();
    let (selector, fields) = (flag("selector"), flag("field-selector"));
    if !name.is_empty() && (!selector.is_empty() || !fields.is_empty()) {
        return Err(Failure::message("only one of NAME or selector can be provided"));
    }
    let by = sort_field(call.flags.text("sort-by"))?.to_owned();
    let api = call.api().await?;
    ensure_served(&api).await?;
    let all = call.flags.on("all-namespaces");
    let namespace = call.namespace()?;
    let scope = if all { String::new() } else { format!("/namespaces/{namespace}") };
    let (metrics, pods) =
        (format!("/apis/metrics.k8s.io/v1beta1{scope}/pods"), format!("/api/v1{scope}/pods"));
    let found = if name.is_empty() {
        let selected =
            |path: &str| Url::new(path).with("labelSelector", &selector).with("fieldSelector", &fields);
        let list = array(&api.get(&selected(&metrics)).await?["items"]).to_vec();
        if list.is_empty() {
            explain_nothing(call, &api, &selected(&pods)).await?;
            let place = if all { String::new() } else { format!(" in {namespace} namespace.") };
            return call.complain(format!("No resources found{place}"));
        }
        list
    } else {
        let url = Url::new(format!("{metrics}/{name}"));
        vec![api.get(&url).await?]
    };
    let style = Style {
        namespaces: all,
        containers: call.flags.on("containers"),
        headings: !call.flags.on("no-headers"),
        sum: call.flags.on("sum"),
        swap: call.flags.on("show-swap"),
    };
    call.text(shown(&found, &by, style))
}

/// Why there are no metrics although there are Pods.
async fn explain_nothing(call: &mut Call<'_>, api: &Api, pods: &Url) -> Outcome {
    let list = api.get(pods).await?;
    let pods = array(&list["items"]);
    for pod in pods {
        let created = text_of(&pod["metadata"]["creationTimestamp"]).parse::<Timestamp>();
        let age = created.map(|created| call.now().duration_since(created)).unwrap_or_default();
        if age > CREATION_DELAY {
            let (namespace, name) =
                (text_of(&pod["metadata"]["namespace"]), text_of(&pod["metadata"]["name"]));
            let age = crate::base::human_duration(age);
            return Err(Failure::message(format!(
                "Metrics not available for pod {namespace}/{name}, age: {age}"
            )));
        }
    }
    if pods.is_empty() { Ok(()) } else { Err(Failure::message("metrics not available yet")) }
}

/// Which columns and lines there are.
#[derive(Clone, Copy)]
struct Style {
    namespaces: bool,
    containers: bool,
    headings: bool,
    sum: bool,
    swap: bool,
}

fn total(pod: &Value) -> Usage {
    array(&pod["containers"]).iter().map(|own| Usage::of(&own["usage"])).fold(Usage::default(), Usage::plus)
}

fn shown(pods: &[Value], by: &str, style: Style) -> String {
    let text = |pod: &Value, field: &str| text_of(&pod["metadata"][field]).to_owned();
    let mut pods: Vec<&Value> = pods.iter().collect();
    match by {
        "" => pods.sort_by_key(|pod| (text(pod, "namespace"), text(pod, "name"))),
        by => sort(&mut pods, by, |pod| total(pod)),
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut headings: Vec<&str> = Vec::new();
    headings.extend(style.namespaces.then_some("NAMESPACE"));
    headings.push(if style.containers { "POD" } else { "NAME" });
    headings.extend(style.containers.then_some("NAME"));
    headings.extend(["CPU(cores)", "MEMORY(bytes)"]);
    headings.extend(style.swap.then_some("SWAP(bytes)"));
    if style.headings {
        rows.push(headings.iter().map(|heading| (*heading).to_owned()).collect());
    }
    for pod in &pods {
        let mut begin = Vec::new();
        begin.extend(style.namespaces.then(|| text(pod, "namespace")));
        begin.push(text(pod, "name"));
        if !style.containers {
            rows.push([begin, total(pod).cells_with(style.swap)].concat());
            continue;
        }
        let mut own: Vec<&Value> = array(&pod["containers"]).iter().collect();
        match by {
            "" => own.sort_by_key(|own| text_of(&own["name"]).to_owned()),
            by => sort(&mut own, by, |own| Usage::of(&own["usage"])),
        }
        for own in own {
            let name = text_of(&own["name"]).to_owned();
            rows.push([begin.clone(), vec![name], Usage::of(&own["usage"]).cells_with(style.swap)].concat());
        }
    }
    if style.sum {
        let shown = if style.swap { 3 } else { 2 };
        let empty = headings.len() - shown;
        rows.push([vec![String::new(); empty], vec!["________".to_owned(); shown]].concat());
        let sum = pods.iter().map(|pod| total(pod)).fold(Usage::default(), Usage::plus);
        rows.push([vec![String::new(); empty], sum.cells_with(style.swap)].concat());
    }
    table(&rows)
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn pods_are_listed_with_their_sum() {
        let pod = |name: &str, cpu: &str| {
            json!({"metadata": {"name": name, "namespace": "default"}, "containers": [
                {"name": "c", "usage": {"cpu": cpu, "memory": "2048Ki"}}]})
        };
        let style = Style { namespaces: false, containers: false, headings: true, sum: true, swap: false };
        assert_eq!(
            shown(&[pod("a", "1m"), pod("b", "7m")], "cpu", style),
            "NAME   CPU(cores)   MEMORY(bytes)   \nb      7m           2Mi             \na      1m           2Mi             \n       ________     ________        \n       8m           4Mi             \n"
        );
    }
}
