//! How fast the embedded cluster is: `cargo bench` prints each figure beside its target.
//!
//! `cargo bench -- WORD…` runs the benches whose name contains one of the words; a number among them is
//! how many Deployments or Pods those have that count them.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on shall stop")]

mod api;
mod churn;
mod scale;
mod time;
mod verdict;

use podlings::base::Stopwatch;
use podlings::cluster::{Cluster, ClusterConfig};

/// The executable's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One bench: what it is called, and what measures it.
struct Bench {
    name: &'static str,
    run: fn(&mut Report),
}

static BENCHES: &[Bench] = &[
    Bench { name: "ready", run: time::ready },
    Bench { name: "snapshot", run: time::snapshot },
    Bench { name: "idle-day", run: time::idle_day },
    Bench { name: "idle-cpu", run: time::idle_cpu },
    Bench { name: "latency", run: api::latency },
    Bench { name: "deployments", run: scale::deployments },
    Bench { name: "nodes", run: scale::nodes },
    Bench { name: "churn", run: churn::churn },
    Bench { name: "verdict", run: verdict::verdict },
];

/// Prints figures as they come.
struct Report {
    /// How many objects were asked for.
    size: Option<usize>,
}

impl Report {
    fn row(&mut self, what: &str, figure: &str, target: &str) {
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), "{what:<58} {figure:>14}   {target}");
    }
}

fn main() {
    let words: Vec<String> = arguments();
    let mut report = Report { size: words.iter().find_map(|word| word.parse().ok()) };
    report.row("bench", "figure", "target");
    for bench in BENCHES {
        let all = words.iter().all(|word| word.parse::<usize>().is_ok());
        if all || words.iter().any(|word| bench.name.contains(word.as_str())) {
            (bench.run)(&mut report);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench is a program of its own")]
fn arguments() -> Vec<String> {
    // Cargo itself passes `--bench`.
    std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect()
}

/// A runtime as the program has it.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// A cluster in memory whose time is moved by hand.
fn manual(nodes: usize) -> Cluster {
    Cluster::start(ClusterConfig { manual_time: true, nodes, ..ClusterConfig::default() }).unwrap()
}

fn milliseconds(watch: &Stopwatch) -> String {
    format!("{:.2} ms", watch.elapsed().as_secs_f64() * 1e3)
}

fn seconds(watch: &Stopwatch) -> String {
    format!("{:.2} s", watch.elapsed().as_secs_f64())
}

/// Resident memory of this process in bytes; 0 where the system does not tell.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.as_deref().and_then(|text| text.split(' ').nth(1)).and_then(|word| word.parse().ok());
    pages.unwrap_or(0_u64) * 4096
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}
