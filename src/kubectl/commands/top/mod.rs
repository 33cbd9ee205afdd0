//! `kubectl top`: what Nodes and Pods use.

mod node;
mod pod;

use crate::apimachinery::Quantity;
use crate::base::{Columns, Value, align};
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::Command;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::go_sort;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "top",
    short: "Display resource (CPU/memory) usage",
    usage: "[flags] [options]",
    subcommands: &[&node::COMMAND, &pod::COMMAND],
    ..Command::PLAIN
};

/// Bytes of a mebibyte.
const MI: i64 = 1 << 20;

/// Fails when nobody serves metrics.
async fn ensure_served(api: &Api) -> Outcome {
    api.prove(0).await?;
    let groups = api.get(&Url::new("/apis")).await?;
    let groups = groups["groups"].as_array().map(Vec::as_slice).unwrap_or_default();
    let versions = groups
        .iter()
        .filter(|group| group["name"] == "metrics.k8s.io")
        .filter_map(|group| group["versions"].as_array())
        .flatten();
    let served = versions.into_iter().any(|version| version["version"] == "v1beta1");
    if served { Ok(()) } else { Err(Failure::message("Metrics API not available")) }
}

/// An amount of processors and memory.
#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    cpu_milli: i64,
    bytes: i64,
    /// `None` where nobody measured it.
    swap: Option<i64>,
}

impl Usage {
    fn of(usage: &Value) -> Self {
        let amount = |name: &str| Quantity::from_value(&usage[name]).unwrap_or(Quantity::ZERO);
        Self {
            cpu_milli: amount("cpu").milli(),
            bytes: amount("memory").whole(),
            swap: Quantity::from_value(&usage["swap"]).map(|swap| swap.whole()),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            cpu_milli: self.cpu_milli + other.cpu_milli,
            bytes: self.bytes + other.bytes,
            swap: match (self.swap, other.swap) {
                (None, None) => None,
                (one, two) => Some(one.unwrap_or_default() + two.unwrap_or_default()),
            },
        }
    }

    /// `12m` and `34Mi`.
    fn cells(self) -> [String; 2] {
        [format!("{}m", self.cpu_milli), format!("{}Mi", self.bytes / MI)]
    }

    /// As [`Self::cells`], and what is swapped out when that is shown.
    fn cells_with(self, swap: bool) -> Vec<String> {
        let swapped = swap.then(|| format!("{}Mi", self.swap.unwrap_or_default() / MI));
        self.cells().into_iter().chain(swapped).collect()
    }
}

/// What to sort by.
fn sort_field(text: &str) -> Outcome<&str> {
    match text {
        "" | "cpu" | "memory" => Ok(text),
        _ => Err(Failure::message("--sort-by accepts only cpu or memory")),
    }
}

/// Puts the largest first.
fn sort<T>(rows: &mut [T], by: &str, usage: impl Fn(&T) -> Usage) {
    match by {
        "cpu" => go_sort::sort(rows, |one, two| usage(one).cpu_milli > usage(two).cpu_milli),
        "memory" => go_sort::sort(rows, |one, two| usage(one).bytes > usage(two).bytes),
        _ => {}
    }
}

/// Lines whose every cell, the last one too, ends in a tab.
fn table(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        for cell in row {
            text.push_str(cell);
            text.push('\t');
        }
        text.push('\n');
    }
    align(Columns::Get, &text)
}
