//! What the machine has and does: df, free, mount, nproc, top, uptime.

use super::{Call, Outcome};

/// Processors of the node.
const PROCESSORS: u32 = 2;
/// Kibibytes of the node's disk, and how many of them are in use.
const DISK: (u64, u64) = (82_429_952, 22_118_400);

/// df.
pub(super) fn df(call: &mut Call<'_>) -> Outcome {
    let human = call.arguments[1..].iter().any(|word| word.starts_with('-') && word.contains('h'));
    let (size, used) = DISK;
    let memory = call.system.machine_memory() / 1_024;
    let rows = [
        ("overlay", size, used, "/"),
        ("tmpfs", 65_536, 0, "/dev"),
        ("/dev/vda1", size, used, "/etc/hosts"),
        ("shm", 65_536, 0, "/dev/shm"),
        ("tmpfs", memory, 12, "/var/run/secrets/kubernetes.io/serviceaccount"),
    ];
    let title = if human { "Size" } else { "1K-blocks" };
    call.say(&format!(
        "{:<20} {:>10} {:>9} {:>9} {:>4} Mounted on",
        "Filesystem", title, "Used", "Available", "Use%"
    ));
    for (name, size, used, place) in rows {
        let shown = |kibibytes: u64| if human { human_size(kibibytes) } else { kibibytes.to_string() };
        let share = used * 100 / size.max(1);
        let line = format!(
            "{name:<20} {:>10} {:>9} {:>9} {share:>3}% {place}",
            shown(size),
            shown(used),
            shown(size - used)
        );
        call.say(&line);
    }
    Outcome::Ended(0)
}

fn human_size(kibibytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", kibibytes / unit, kibibytes % unit * 10 / unit);
    match kibibytes {
        0 => "0".to_owned(),
        1..=1_023 => format!("{kibibytes}.0K"),
        1_024..=1_048_575 => format!("{}M", tenths(1 << 10)),
        _ => format!("{}G", tenths(1 << 20)),
    }
}

/// free.
pub(super) fn free(call: &mut Call<'_>) -> Outcome {
    let total = call.system.machine_memory() / 1_024;
    let (used, cached) = (total / 4, total / 3);
    let unit =
        |value: u64| if call.arguments.iter().any(|word| word == "-m") { value / 1_024 } else { value };
    let (total, used, cached, left) = (unit(total), unit(used), unit(cached), unit(total - used - cached));
    call.say("              total        used        free      shared  buff/cache   available");
    call.say(&format!(
        "Mem:    {total:>11} {used:>11} {left:>11} {:>11} {cached:>11} {:>11}",
        0,
        left + cached
    ));
    call.say(&format!("Swap:   {:>11} {:>11} {:>11}", 0, 0, 0));
    Outcome::Ended(0)
}

/// mount.
pub(super) fn mount(call: &mut Call<'_>) -> Outcome {
    if call.arguments.len() > 1 {
        call.complain("permission denied (are you root?)");
        return Outcome::Ended(1);
    }
    call.say("overlay on / type overlay (rw,relatime)");
    call.say("proc on /proc type proc (rw,nosuid,nodev,noexec,relatime)");
    call.say("tmpfs on /dev type tmpfs (rw,nosuid,size=65536k,mode=755)");
    let mounts: Vec<(String, bool)> =
        call.system.files().mounts.iter().map(|mount| (mount.path.clone(), mount.read_only)).collect();
    for (path, read_only) in mounts {
        let mode = if read_only { "ro" } else { "rw" };
        call.say(&format!("/dev/vda1 on {path} type ext4 ({mode},relatime)"));
    }
    Outcome::Ended(0)
}

/// nproc.
pub(super) fn nproc(call: &mut Call<'_>) -> Outcome {
    call.say(&PROCESSORS.to_string());
    Outcome::Ended(0)
}

/// uptime.
pub(super) fn uptime(call: &mut Call<'_>) -> Outcome {
    let now = call.system.now().strftime("%H:%M:%S").to_string();
    call.say(&format!(" {now} up 2 days,  3:12,  0 users,  load average: 0.42, 0.38, 0.35"));
    Outcome::Ended(0)
}

/// top, once.
pub(super) fn top(call: &mut Call<'_>) -> Outcome {
    if !call.arguments[1..].iter().any(|word| word.starts_with("-n") || word.starts_with("-b")) {
        call.complain("not simulated: top at a terminal; use `top -n 1` or kubectl top");
        return Outcome::Ended(1);
    }
    let total = call.system.machine_memory() / 1_024;
    call.say(&format!(
        "Mem: {}K used, {}K free, 0K shrd, 0K buff, {}K cached",
        total / 4,
        total / 2,
        total / 4
    ));
    call.say("CPU:   2% usr   1% sys   0% nic  96% idle   0% io   0% irq   0% sirq");
    call.say("Load average: 0.42 0.38 0.35 2/512 7");
    call.say("  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND");
    let mut processes = call.system.processes();
    processes.sort();
    for (number, command) in processes {
        call.say(&format!("{number:>5}     0 root     S     4404   0%   0   0% {command}"));
    }
    Outcome::Ended(0)
}
