//! `kubectl top node`.

use serde_json::Value;

use super::super::flag_sets::SELECTOR;
use super::{Usage, ensure_served, sort, sort_field, table};
use crate::apimachinery::Quantity;
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "node",
    aliases: &["nodes", "no"],
    short: "Display resource (CPU/memory) usage of nodes",
    usage: "[NAME | -l label] [options]",
    flags: &[FLAGS],
    arguments: Arguments::Nodes,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    SELECTOR,
    Flag::text("sort-by", "", "Sort by 'cpu' or 'memory'"),
    Flag::switch("no-headers", "Leave out the headings"),
    Flag::switch("use-protocol-buffers", "Accepted for compatibility"),
    Flag::switch("show-capacity", "Count shares of the capacity instead of what can be allocated"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = match call.args.as_slice() {
        [] => String::new(),
        [name] => name.clone(),
        more => return Err(call.usage_error(format!("one name at most, got {}", more.len()))),
    };
    let selector = call.flags.text("selector").to_owned();
    if !name.is_empty() && !selector.is_empty() {
        return Err(call.usage_error("only one of NAME or --selector can be provided".to_owned()));
    }
    let by = sort_field(call.flags.text("sort-by"))?.to_owned();
    let api = call.api().await?;
    ensure_served(&api).await?;
    let metrics = list(&api, "/apis/metrics.k8s.io/v1beta1/nodes", &name, &selector).await?;
    if metrics.is_empty() {
        return Err(Failure::message("metrics not available yet"));
    }
    let nodes = list(&api, "/api/v1/nodes", &name, &selector).await?;
    let of = if call.flags.on("show-capacity") { "capacity" } else { "allocatable" };
    let text = shown(&metrics, &nodes, of, &by, !call.flags.on("no-headers"));
    call.text(text)
}

/// One object, or those that a selector means.
async fn list(api: &Api, path: &str, name: &str, selector: &str) -> Outcome<Vec<Value>> {
    if !name.is_empty() {
        return Ok(vec![api.get(&Url::new(format!("{path}/{name}"))).await?]);
    }
    let list = api.get(&Url::new(path).with("labelSelector", selector)).await?;
    Ok(array(&list["items"]).to_vec())
}

fn shown(metrics: &[Value], nodes: &[Value], of: &str, by: &str, headings: bool) -> String {
    let name = |object: &Value| text_of(&object["metadata"]["name"]).to_owned();
    let mut measured: Vec<&Value> = metrics.iter().collect();
    measured.sort_by_key(|object| name(object));
    sort(&mut measured, by, |object| Usage::of(&object["usage"]));
    let mut rows: Vec<Vec<String>> = Vec::new();
    if headings {
        rows.push(["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"].map(str::to_owned).to_vec());
    }
    for object in &measured {
        let usage = Usage::of(&object["usage"]);
        let [cpu, memory] = usage.cells();
        let node = nodes.iter().find(|node| name(node) == name(object));
        let share = |part: i64, resource: &str| -> String {
            let whole = node.and_then(|node| Quantity::from_value(&node["status"][of][resource]));
            match whole.map(|whole| if resource == "cpu" { whole.milli() } else { whole.whole() }) {
                Some(whole) if whole > 0 => format!("{}%", part.saturating_mul(100) / whole),
                _ => "<unknown>".to_owned(),
            }
        };
        rows.push(vec![
            name(object),
            cpu,
            share(usage.cpu_milli, "cpu"),
            memory,
            share(usage.bytes, "memory"),
        ]);
    }
    // Nodes that nobody could measure.
    for node in nodes.iter().filter(|node| metrics.iter().all(|object| name(object) != name(node))) {
        let unknown = || "<unknown>".to_owned();
        rows.push(vec![name(node), unknown(), unknown(), unknown(), unknown()]);
    }
    table(&rows)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shares_are_counted_of_what_can_be_allocated() {
        let metrics =
            [json!({"metadata": {"name": "n"}, "usage": {"cpu": "250000001n", "memory": "1048576Ki"}})];
        let nodes =
            [json!({"metadata": {"name": "n"}, "status": {"allocatable": {"cpu": "2", "memory": "4Gi"}}})];
        assert_eq!(
            shown(&metrics, &nodes, "allocatable", "", true),
            "NAME   CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)   \nn      251m         12%      1024Mi          25%         \n"
        );
    }
}
