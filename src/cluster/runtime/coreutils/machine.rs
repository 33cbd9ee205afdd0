//! What the machine has and does: df, free, mount, nproc, top, uptime.

use super::super::system::ProcessRow;
use super::options::or_end;
use super::{Call, Outcome};

/// df: the disk of the machine, and what is mounted.
pub(super) fn df(call: &mut Call<'_>) -> Outcome {
    let taken = super::options::Taken { letters: "hkmPaT", refused: "iBt", long: &[("human-readable", 'h')] };
    let options = or_end!(call.options(&taken));
    let human = options.has('h');
    let machine = call.system.machine();
    let (size, used, memory) = (machine.disk / 1_024, machine.disk_used / 1_024, machine.memory / 1_024);
    let mut rows = vec![
        ("overlay", size, used, "/".to_owned()),
        ("tmpfs", 65_536, 0, "/dev".to_owned()),
        ("/dev/vda1", size, used, "/etc/hosts".to_owned()),
        ("shm", 65_536, 0, "/dev/shm".to_owned()),
    ];
    for mount in call.system.files().mounts {
        rows.push(match mount.in_memory {
            true => ("tmpfs", memory, 12, mount.path.clone()),
            false => ("/dev/vda1", size, used, mount.path.clone()),
        });
    }
    let mut status = 0;
    if !options.operands.is_empty() {
        rows = mounts_of(call, &options.operands, &rows, &mut status);
    }
    let title = match () {
        () if human => "     Size",
        () if options.has('m') => "1M-blocks",
        () if options.has('P') => "1024-blocks",
        () => "1K-blocks",
    };
    let share_title = if options.has('P') { "Capacity" } else { "Use%" };
    let gap = 24_usize.saturating_sub(title.len() + 9);
    let kind = |name: &str| match name {
        "overlay" => "overlay",
        "/dev/vda1" => "ext4",
        _ => "tmpfs",
    };
    let kind_title = if options.has('T') { "Type       " } else { "" };
    call.say(&format!(
        "Filesystem           {kind_title}{title}{}Used Available {share_title} Mounted on",
        " ".repeat(gap.max(1))
    ));
    for (name, size, used, place) in rows {
        let shown = |kibibytes: u64| match () {
            () if human => human_size(kibibytes),
            () if options.has('m') => (kibibytes / 1_024).to_string(),
            () => kibibytes.to_string(),
        };
        let name = if options.has('T') { format!("{name:<20} {:<10}", kind(name)) } else { name.to_owned() };
        let share = used * 100 / size.max(1);
        let left = shown(size.saturating_sub(used));
        call.say(&format!("{name:<20} {:>9} {:>9} {left:>9} {share:>3}% {place}", shown(size), shown(used)));
    }
    Outcome::Ended(status)
}

/// A line of df: what is mounted, its kibibytes and how many are in use, and where.
type Row = (&'static str, u64, u64, String);

/// Of every operand the mount that it is in.
fn mounts_of(call: &mut Call<'_>, names: &[String], rows: &[Row], status: &mut i32) -> Vec<Row> {
    let mut found = Vec::new();
    for name in names {
        let path = call.path(name);
        if !call.system.files().exists(&path) {
            let gnu = call.is_gnu();
            call.complain(&match gnu {
                true => format!("{name}: No such file or directory"),
                false => format!("{name}: can't find mount point"),
            });
            *status = 1;
            continue;
        }
        let holds = |row: &&Row| row.3 == "/" || path == row.3 || path.starts_with(&format!("{}/", row.3));
        found.extend(rows.iter().filter(holds).max_by_key(|row| row.3.len()).cloned());
    }
    found
}

pub(super) fn human_size(kibibytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", kibibytes / unit, kibibytes % unit * 10 / unit);
    match kibibytes {
        0 => "0".to_owned(),
        1..=1_023 => format!("{kibibytes}.0K"),
        1_024..=1_048_575 => format!("{}M", tenths(1 << 10)),
        _ => format!("{}G", tenths(1 << 20)),
    }
}

/// Bytes in the largest unit that leaves a whole part.
pub(super) fn human_bytes(bytes: u64) -> String {
    let units = ["K", "M", "G", "T"];
    let (mut whole, mut unit) = (bytes * 10 / 1_024, 0);
    while whole >= 10_240 && unit + 1 < units.len() {
        whole /= 1_024;
        unit += 1;
    }
    format!("{}.{}{}", whole / 10, whole % 10, units[unit])
}

/// free.
pub(super) fn free(call: &mut Call<'_>) -> Outcome {
    let shift = call.arguments[1..].iter().find_map(|word| match word.as_str() {
        "-b" => Some(0),
        "-m" => Some(20),
        "-g" => Some(30),
        _ => None,
    });
    let machine = call.system.machine();
    let (total, used) = (machine.memory >> shift.unwrap_or(10), machine.memory_used >> shift.unwrap_or(10));
    let left = total.saturating_sub(used);
    call.say("              total        used        free      shared  buff/cache   available");
    call.say(&format!("Mem:    {total:>11} {used:>11} {left:>11} {:>11} {:>11} {left:>11}", 0, 0));
    call.say(&format!("Swap:   {:>11} {:>11} {:>11}", 0, 0, 0));
    Outcome::Ended(0)
}

/// mount.
pub(super) fn mount(call: &mut Call<'_>) -> Outcome {
    if call.arguments.len() == 2 && !call.arguments[1].starts_with('-') && !call.is_gnu() {
        call.complain("can't read '/etc/fstab': No such file or directory");
        return Outcome::Ended(1);
    }
    if call.arguments.len() > 1 {
        call.complain("permission denied (are you root?)");
        return Outcome::Ended(1);
    }
    call.say("overlay on / type overlay (rw,relatime)");
    call.say("proc on /proc type proc (rw,nosuid,nodev,noexec,relatime)");
    call.say("tmpfs on /dev type tmpfs (rw,nosuid,size=65536k,mode=755)");
    let mounts = call.system.files().mounts.to_vec();
    for mount in mounts {
        let (path, mode) = (&mount.path, if mount.read_only { "ro" } else { "rw" });
        call.say(&match mount.in_memory {
            true => format!("tmpfs on {path} type tmpfs ({mode},relatime)"),
            false => format!("/dev/vda1 on {path} type ext4 ({mode},relatime)"),
        });
    }
    Outcome::Ended(0)
}

/// nproc.
pub(super) fn nproc(call: &mut Call<'_>) -> Outcome {
    let processors = call.system.processors();
    call.say(&processors.to_string());
    Outcome::Ended(0)
}

/// uptime.
pub(super) fn uptime(call: &mut Call<'_>) -> Outcome {
    let now = call.system.now().strftime("%H:%M:%S").to_string();
    let machine = call.system.machine();
    let (days, hours, minutes) = (machine.up / 86_400, machine.up / 3_600 % 24, machine.up / 60 % 60);
    let days = match days {
        0 => String::new(),
        1 => "1 day, ".to_owned(),
        days => format!("{days} days, "),
    };
    let since = if hours > 0 { format!("{hours:>2}:{minutes:02}") } else { format!("{minutes} min") };
    let load = load_text(machine.load).join(", ");
    call.say(&format!(" {now} up {days}{since},  0 users,  load average: {load}"));
    Outcome::Ended(0)
}

/// Three averages: what is modelled changes too slowly to tell them apart.
fn load_text(load: u64) -> [String; 3] {
    [(); 3].map(|()| format!("{}.{:02}", load / 1_000, load / 10 % 100))
}

/// top, once.
pub(super) fn top(call: &mut Call<'_>) -> Outcome {
    if !call.arguments[1..].iter().any(|word| word.starts_with("-n") || word.starts_with("-b")) {
        call.complain("not simulated: top at a terminal; use `top -n 1` or kubectl top");
        return Outcome::Ended(1);
    }
    let machine = call.system.machine();
    let all = machine.processors.max(1) * 1_000;
    let (total, used) = (machine.memory / 1_024, machine.memory_used / 1_024);
    let left = total.saturating_sub(used);
    call.say(&format!("Mem: {used}K used, {left}K free, 0K shrd, 0K buff, 0K cached"));
    let busy = (machine.load * 100 / all).min(100);
    call.say(&format!(
        "CPU: {busy:>3}% usr   0% sys   0% nic {:>3}% idle   0% io   0% irq   0% sirq",
        100 - busy
    ));
    let mut processes = call.system.processes();
    processes.sort();
    let usage = call.system.process_usage();
    let last = processes.last().map(|process| process.number).unwrap_or_default();
    call.say(&format!("Load average: {} 1/{} {last}", load_text(machine.load).join(" "), processes.len()));
    call.say("  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND");
    for ProcessRow { number, user, command } in processes {
        let name = super::people::user_name(call, user);
        let known = usage.iter().find(|(known, ..)| *known == number);
        let (cpu, memory) = known.map_or((0, 0), |(_, cpu, memory)| (*cpu, *memory / 1_024));
        let (share, busy) = (memory * 100 / total.max(1), (cpu * 100 / all).min(100));
        let state = if cpu > 500 { 'R' } else { 'S' };
        call.say(&format!(
            "{number:>5}     0 {name:<8} {state} {memory:>8} {share:>3}%   0 {busy:>3}% {command}"
        ));
    }
    Outcome::Ended(0)
}
