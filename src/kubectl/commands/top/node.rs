//! `kubectl top node`.

use super::super::flag_sets::SELECTOR;
use super::{Usage, ensure_served, sort, sort_field, table};
use crate::apimachinery::Quantity;
use crate::base::Value;
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
    arguments: Arguments::One("nodes"),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    SELECTOR,
    Flag::text("sort-by", "", "Sort by 'cpu' or 'memory'"),
    Flag::switch("no-headers", "Leave out the headings"),
    Flag::switch("show-swap", "Show what is swapped out, too"),
    Flag::switch_on("use-protocol-buffers", "Accepted for compatibility"),
    Flag::switch("show-capacity", "Count shares of the capacity instead of what can be allocated"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = match call.args.as_slice() {
        [] => String::new(),
        [name] => name.clone(),
        _ => return Err(call.usage_error("node [NAME | -l label]")),
    };
    let selector = call.flags.text("selector").to_owned();
    if !name.is_empty() && !selector.is_empty() {
        return Err(Failure::message("only one of NAME or --selector can be provided"));
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
    let style = Style { of, headings: !call.flags.on("no-headers"), swap: call.flags.on("show-swap") };
    let text = shown(&metrics, &nodes, &by, style);
    call.text(text)
}

const HEADINGS: &[&str] =
    &["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)", "SWAP(bytes)", "SWAP(%)"];

/// One object, or those that a selector means.
async fn list(api: &Api, path: &str, name: &str, selector: &str) -> Outcome<Vec<Value>> {
    if !name.is_empty() {
        return Ok(vec![api.get(&Url::new(format!("{path}/{name}"))).await?]);
    }
    let list = api.get(&Url::new(path).with("labelSelector", selector)).await?;
    Ok(array(&list["items"]).to_vec())
}

/// Which columns and lines there are.
#[derive(Clone, Copy)]
struct Style {
    /// What shares are counted of: a field of the Node's status.
    of: &'static str,
    headings: bool,
    swap: bool,
}

fn shown(metrics: &[Value], nodes: &[Value], by: &str, style: Style) -> String {
    let name = |object: &Value| text_of(&object["metadata"]["name"]).to_owned();
    let mut measured: Vec<&Value> = metrics.iter().collect();
    match by {
        "" => measured.sort_by_key(|object| name(object)),
        by => sort(&mut measured, by, |object| Usage::of(&object["usage"])),
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    let columns = if style.swap { HEADINGS } else { &HEADINGS[..5] };
    if style.headings {
        rows.push(columns.iter().map(|heading| (*heading).to_owned()).collect());
    }
    for object in &measured {
        let usage = Usage::of(&object["usage"]);
        let mut cells = usage.cells_with(style.swap);
        let node = nodes.iter().find(|node| name(node) == name(object));
        let share = |part: i64, resource: &str| -> String {
            let whole = node.and_then(|node| match resource {
                "swap" => Quantity::from_value(&node["status"]["nodeInfo"]["swap"]["capacity"]),
                _ => Quantity::from_value(&node["status"][style.of][resource]),
            });
            match whole.map(|whole| if resource == "cpu" { whole.milli() } else { whole.whole() }) {
                Some(whole) if whole > 0 => format!("{}%", part.saturating_mul(100) / whole),
                _ => "<unknown>".to_owned(),
            }
        };
        let shares = [
            share(usage.cpu_milli, "cpu"),
            share(usage.bytes, "memory"),
            share(usage.swap.unwrap_or_default(), "swap"),
        ];
        let unmeasured = cells.get_mut(2).filter(|_| usage.swap.is_none());
        unmeasured.into_iter().for_each(|cell| "<unknown>".clone_into(cell));
        let pairs = cells.into_iter().zip(shares).flat_map(|(amount, share)| [amount, share]);
        rows.push(std::iter::once(name(object)).chain(pairs).collect());
    }
    // Nodes that nobody could measure.
    for node in nodes.iter().filter(|node| metrics.iter().all(|object| name(object) != name(node))) {
        let mut row = vec!["<unknown>".to_owned(); columns.len()];
        row[0] = name(node);
        rows.push(row);
    }
    table(&rows)
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn shares_are_counted_of_what_can_be_allocated() {
        let metrics =
            [json!({"metadata": {"name": "n"}, "usage": {"cpu": "250000001n", "memory": "1048576Ki"}})];
        let nodes =
            [json!({"metadata": {"name": "n"}, "status": {"allocatable": {"cpu": "2", "memory": "4Gi"}}})];
        let mut style = Style { of: "allocatable", headings: true, swap: false };
        assert_eq!(
            shown(&metrics, &nodes, "", style),
            "NAME   CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)   \nn      251m         12%      1024Mi          25%         \n"
        );
        style.swap = true;
        assert!(shown(&metrics, &nodes, "", style).contains("SWAP(bytes)   SWAP(%)"));
    }
}
