//! Programs that use processors and memory on purpose: stress, vish/stress, and endless pipes.

use jiff::SignedDuration;

use super::super::consumption::Consumption;
use super::super::process::Process;
use super::super::program::{Program, Sigterm};
use super::super::system::System;

/// Bytes of a mebibyte.
const MI: u64 = 1 << 20;
/// What the parent of all hogs takes.
const PARENT: u64 = 700 << 10;
/// How often a growing process grows, in milliseconds.
const GROWTH_PERIOD: i64 = 100;
/// By how much it grows each time.
const GROWTH: u64 = 32 * MI;

/// The value of an option, in any of its spellings: `--cpu 2`, `--cpu=2`, `-c 2`, `-c2`.
fn option(process: &Process, names: &[&str]) -> Option<String> {
    let arguments = process.command();
    for (index, argument) in arguments.iter().enumerate() {
        for name in names {
            if argument == name {
                return arguments.get(index + 1).cloned();
            }
            let short = name.len() == 2 && !name.starts_with("--");
            let rest = argument.strip_prefix(name);
            if let Some(value) = rest.and_then(|rest| rest.strip_prefix('=')) {
                return Some(value.to_owned());
            }
            if let Some(value) = rest.filter(|_| short) {
                return Some(value.to_owned());
            }
        }
    }
    None
}

fn count(process: &Process, names: &[&str]) -> u64 {
    option(process, names).and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// `256M`, `1G`, `150MiB`, `4Ki` in bytes.
fn bytes(text: &str) -> u64 {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().unwrap_or_default();
    let factor = match text[digits..].chars().next().map(|unit| unit.to_ascii_uppercase()) {
        Some('K') => 1 << 10,
        Some('M') => MI,
        Some('G') => MI << 10,
        _ => 1,
    };
    number.saturating_mul(factor)
}

/// `60`, `60s`, `5m`, `1h` in seconds.
fn seconds(text: &str) -> i64 {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number: i64 = text[..digits].parse().unwrap_or_default();
    match text[digits..].chars().next() {
        Some('m') => number * 60,
        Some('h') => number * 3_600,
        Some('d') => number * 86_400,
        _ => number,
    }
}

/// `stress` and `stress-ng`.
pub(in super::super) struct Stress;

impl Stress {
    fn hogs(process: &Process) -> (u64, u64) {
        (count(process, &["--cpu", "-c"]), count(process, &["--vm", "-m"]))
    }
}

impl Program for Stress {
    fn name(&self) -> &'static str {
        "stress"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        let (cpu, vm) = Self::hogs(process);
        let (io, hdd) = (count(process, &["--io", "-i"]), count(process, &["--hdd", "-d"]));
        if cpu + vm + io + hdd == 0 {
            process.print_line("`stress' imposes certain types of compute stress on your system\n\nUsage: stress [OPTION [ARG]] ...");
            process.exit_code = Some(i32::from(process.command().len() > 1));
            return;
        }
        process.print_line(&format!(
            "stress: info: [1] dispatching hogs: {cpu} cpu, {io} io, {vm} vm, {hdd} hdd"
        ));
        if let Some(limit) = option(process, &["--timeout", "-t"]) {
            let limit = seconds(&limit);
            let end = system.now().checked_add(SignedDuration::from_secs(limit)).ok();
            process.memory.insert("stress".to_owned(), limit.to_string());
            process.memory.insert("end".to_owned(), end.map(|end| end.to_string()).unwrap_or_default());
            process.wake = end;
        }
    }

    fn wake(&self, process: &mut Process, system: &mut dyn System) {
        let end = process.memory.get("end").and_then(|end| end.parse().ok());
        let Some(end) = end else { return };
        if system.now() < end {
            process.wake = Some(end);
            return;
        }
        let limit = process.memory.remove("stress").unwrap_or_default();
        process.memory.remove("end");
        process.print_line(&format!("stress: info: [1] successful run completed in {limit}s"));
        process.exit_code = Some(0);
    }

    fn consumption(&self, process: &Process) -> Option<Consumption> {
        let (cpu, vm) = Self::hogs(process);
        let each = option(process, &["--vm-bytes"]).map_or(256 * MI, |text| bytes(&text));
        let waits = option(process, &["--vm-hang"]).is_some()
            || process.command().iter().any(|argument| argument == "--vm-keep");
        let busy = if waits { 45 } else { 1_000 };
        Some(Consumption { cpu_milli: cpu * 1_000 + vm * busy, memory: PARENT + vm * each })
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Exits { code: 1, after: 20 }
    }
}

/// `vish/stress`, which the tutorials on processors use.
pub(in super::super) struct GoStress;

impl Program for GoStress {
    fn name(&self) -> &'static str {
        "go-stress"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        let at = system.now().strftime("I%m%d %H:%M:%S%.6f").to_string();
        let text = |name: &str, default: &str| {
            option(process, &[&format!("-{name}"), &format!("--{name}")])
                .unwrap_or_else(|| default.to_owned())
        };
        let (total, size, sleep) =
            (text("mem-total", "0"), text("mem-alloc-size", "4Ki"), text("mem-alloc-sleep", "1ms"));
        let threads = count(process, &["-cpus", "--cpus"]);
        process.print_error(
            format!("{at}       1 main.go:26] Allocating {total:?} memory, in {size:?} chunks, with a {sleep} sleep between allocations\n")
                .as_bytes(),
        );
        for _ in 0..threads.min(64) {
            process.print_error(
                format!("{at}       1 main.go:39] Spawning a thread to consume CPU\n").as_bytes(),
            );
        }
        process.print_error(format!("{at}       1 main.go:29] Allocated {total:?} memory\n").as_bytes());
    }

    fn consumption(&self, process: &Process) -> Option<Consumption> {
        let memory = option(process, &["-mem-total", "--mem-total"]).map_or(0, |text| bytes(&text));
        let cpu_milli = count(process, &["-cpus", "--cpus"]) * 1_000;
        Some(Consumption { cpu_milli, memory: 2 * MI + memory })
    }
}

/// What reads or writes without end: `yes > /dev/null`, `dd if=/dev/zero of=/dev/null`.
pub(in super::super) struct Burner;

impl Program for Burner {
    fn name(&self) -> &'static str {
        "burner"
    }

    fn start(&self, _: &mut Process, _: &mut dyn System) {}

    fn consumption(&self, _: &Process) -> Option<Consumption> {
        Some(Consumption { cpu_milli: 1_000, memory: PARENT })
    }
}

/// What keeps everything it reads: `tail /dev/zero`.
pub(in super::super) struct Hoarder;

impl Program for Hoarder {
    fn name(&self) -> &'static str {
        "hoarder"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        self.wake(process, system);
    }

    fn wake(&self, process: &mut Process, system: &mut dyn System) {
        let held = held(process) + GROWTH;
        process.memory.insert("held".to_owned(), held.to_string());
        if held > system.machine_memory() {
            process.exit_code = Some(137);
        }
        process.wake = system.now().checked_add(SignedDuration::from_millis(GROWTH_PERIOD)).ok();
    }

    fn consumption(&self, process: &Process) -> Option<Consumption> {
        Some(Consumption { cpu_milli: 900, memory: PARENT + held(process) })
    }
}

fn held(process: &Process) -> u64 {
    process.memory.get("held").and_then(|held| held.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_stress_writes_them() {
        assert_eq!((bytes("150M"), bytes("1G"), bytes("4Ki"), bytes("512")), (150 * MI, 1 << 30, 4_096, 512));
        assert_eq!((seconds("60"), seconds("60s"), seconds("5m")), (60, 60, 300));
    }
}
