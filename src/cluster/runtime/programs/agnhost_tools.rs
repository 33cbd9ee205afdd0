//! The subcommands of agnhost that look at files and names, or only print.

use jiff::SignedDuration;

use super::super::files::is_below;
use super::super::ownership::Ownership;
use super::super::process::Process;
use super::super::system::System;

/// What mounttest writes into new files.
const CONTENT: &str = "mount-tester new file\n";
/// Between two looks at a file in a loop.
const LOOP_PAUSE: SignedDuration = SignedDuration::from_secs(2);
/// Where a process remembers until when it goes on.
const UNTIL: &str = "until";
/// How many lines it has printed.
const PRINTED: &str = "printed";
/// Number of Linux for the file system that the disk has.
const EXT4: u32 = 0xef53;

/// The value of `--name=value` or `--name value`.
fn option(process: &Process, name: &str) -> Option<String> {
    let command = process.command();
    let joined = command.iter().find_map(|word| word.strip_prefix(&format!("--{name}=")).map(str::to_owned));
    let apart = command.iter().position(|word| *word == format!("--{name}"));
    joined.or_else(|| command.get(apart? + 1).cloned())
}

/// Runs a subcommand; false when it is none of these.
pub(super) fn start(subcommand: &str, process: &mut Process, system: &mut dyn System) -> bool {
    match subcommand {
        "mounttest" => mounttest(process, system),
        "logs-generator" => {
            let duration = option(process, "run-duration").and_then(|text| seconds(&text)).unwrap_or(30);
            process.memory.insert(UNTIL.to_owned(), duration.to_string());
            generate(process, system);
        }
        "dns-suffix" | "dns-server-list" => {
            let text = system.files().read("/etc/resolv.conf").unwrap_or_default();
            let wanted = if subcommand == "dns-suffix" { "search" } else { "nameserver" };
            let found: Vec<String> = String::from_utf8_lossy(&text)
                .lines()
                .filter_map(|line| line.strip_prefix(wanted).map(|rest| rest.trim().replace(' ', ",")))
                .collect();
            process.print_line(&found.join(","));
            process.exit_code = Some(0);
        }
        "etc-hosts" => {
            let text = system.files().read("/etc/hosts").unwrap_or_default();
            process.print(&text);
            process.exit_code = Some(0);
        }
        "connect" => connect(process, system),
        // A program with the set-user-ID bit, which counts for nothing where privileges do not grow.
        "nonewprivs" => {
            let status = system.files().read("/proc/1/status").unwrap_or_default();
            let locked = String::from_utf8_lossy(&status).contains("NoNewPrivs:\t1");
            process.print_line(&format!("Effective uid: {}", if locked { system.user() } else { 0 }));
            process.exit_code = Some(0);
        }
        _ => return false,
    }
    true
}

/// Goes on where one of them waits.
pub(super) fn wake(subcommand: &str, process: &mut Process, system: &mut dyn System) {
    match subcommand {
        "mounttest" => look_again(process, system),
        "logs-generator" => generate(process, system),
        _ => {}
    }
}

/// Tells of files and file systems in the order in which the options are worked through.
fn mounttest(process: &mut Process, system: &mut dyn System) {
    let mut failed = false;
    if let Some(path) = option(process, "fs_type") {
        let line = fs_type(system, &path);
        process.print_line(&line);
    }
    for mode in [0o644, 0o666, 0o660, 0o777] {
        let Some(path) = option(process, &format!("new_file_{mode:04o}")) else { continue };
        let mut files = system.files();
        let written = files.write(&path, CONTENT.as_bytes().to_vec()).and_then(|()| {
            let own = files.ownership(&path).unwrap_or(Ownership::FILE);
            files.set_ownership(&path, Ownership { mode, ..own })
        });
        if let Err(why) = written {
            let why = why.to_string().to_lowercase();
            process.print_line(&format!("error writing new file {path:?}: open {path}: {why}"));
            failed = true;
        }
    }
    for (name, what) in
        [("file_mode", "mode of file"), ("file_perm", "perms of file"), ("file_owner", "owner")]
    {
        let Some(path) = option(process, name) else { continue };
        let files = system.files();
        let Some(own) = files.ownership(&path).filter(|_| files.exists(&path)) else {
            process.print_line(&format!("error: stat {path}: no such file or directory"));
            failed = true;
            continue;
        };
        let directory = files.is_directory(&path);
        process.print_line(&match name {
            "file_mode" => format!("{what} {path:?}: {}", go_mode(own, directory)),
            "file_perm" => {
                format!("{what} {path:?}: {}", Ownership { mode: own.mode & 0o777, ..own }.letters(false))
            }
            _ => format!("owner UID of {path:?}: {}\nowner GID of {path:?}: {}", own.user, own.group),
        });
    }
    for path in option(process, "file_content").iter().flat_map(|paths| paths.split(',')) {
        match system.files().read(path) {
            Ok(bytes) => {
                process.print_line(&format!("content of file {path:?}: {}", String::from_utf8_lossy(&bytes)));
            }
            Err(why) => {
                let why = why.to_string().to_lowercase();
                process.print_line(&format!("error reading file content for {path:?}: open {path}: {why}"));
                failed = true;
            }
        }
    }
    if option(process, "file_content_in_loop").is_some() {
        let retry = option(process, "retry_time").and_then(|text| text.parse().ok()).unwrap_or(180);
        let until = system.now().checked_add(SignedDuration::from_secs(retry)).ok();
        process.memory.insert(UNTIL.to_owned(), until.map(|until| until.to_string()).unwrap_or_default());
        look_again(process, system);
    } else {
        process.exit_code = Some(i32::from(failed));
    }
}

/// Reads a file every two seconds, until it holds what is expected or the time is over.
fn look_again(process: &mut Process, system: &mut dyn System) {
    let path = option(process, "file_content_in_loop").unwrap_or_default();
    let breaks = option(process, "break_on_expected_content").as_deref() != Some("false");
    let until: Option<crate::base::Timestamp> = process.memory.get(UNTIL).and_then(|at| at.parse().ok());
    if until.is_none_or(|until| system.now() >= until) {
        let there = system.files().read(&path).is_ok();
        process.exit_code = Some(i32::from(!there));
        return;
    }
    match system.files().read(&path) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            process.print_line(&format!("content of file {path:?}: {text}"));
            if breaks && text == CONTENT {
                process.exit_code = Some(0);
                return;
            }
            if breaks {
                process.print(format!("Unexpected content. Expected: {CONTENT}. Retrying").as_bytes());
            }
        }
        Err(why) => {
            let why = why.to_string().to_lowercase();
            process.print_line(&format!("Error reading file {path}: open {path}: {why}, retrying"));
        }
    }
    process.wake = system.now().checked_add(LOOP_PAUSE).ok();
}

fn fs_type(system: &mut dyn System, path: &str) -> String {
    let files = system.files();
    let mount = files.mounts.iter().filter(|mount| path == mount.path || is_below(path, &mount.path));
    let in_memory = mount.max_by_key(|mount| mount.path.len()).is_some_and(|mount| mount.in_memory);
    if in_memory {
        format!("mount type of {path:?}: tmpfs")
    } else {
        format!("mount type of {path:?}: {EXT4}")
    }
}

/// A mode as Go writes it: special bits go in front.
fn go_mode(own: Ownership, directory: bool) -> String {
    let mut text = String::new();
    for (set, letter) in [
        (directory, 'd'),
        (own.mode & 0o4000 != 0, 'u'),
        (own.mode & 0o2000 != 0, 'g'),
        (own.mode & 0o1000 != 0, 't'),
    ] {
        if set {
            text.push(letter);
        }
    }
    if text.is_empty() {
        text.push('-');
    }
    text + &Ownership { mode: own.mode & 0o777, ..own }.letters(false)[1..]
}

/// Whole seconds of a Go duration of seconds or minutes.
fn seconds(text: &str) -> Option<i64> {
    match text.split_at_checked(text.len().checked_sub(1)?)? {
        (number, "s") => number.parse().ok(),
        (number, "m") => number.parse::<i64>().ok()?.checked_mul(60),
        _ => None,
    }
}

/// Prints as many lines as have come due: all of them, evenly, over the duration.
fn generate(process: &mut Process, system: &mut dyn System) {
    let total = option(process, "log-lines-total").and_then(|text| text.parse().ok()).unwrap_or(0_i64).max(0);
    let duration: i64 = process.memory.get(UNTIL).and_then(|text| text.parse().ok()).unwrap_or(30);
    let number: i64 = process.memory.get(PRINTED).and_then(|text| text.parse().ok()).unwrap_or(0);
    if number >= total {
        process.exit_code = Some(0);
        return;
    }
    let verb = ["GET", "PUT", "POST"][usize::try_from(system.random(3)).unwrap_or_default()];
    let namespace = ["kube-system", "default", "ns"][usize::try_from(system.random(3)).unwrap_or_default()];
    let name: String =
        (0..3).map(|_| char::from(b'a' + u8::try_from(system.random(26)).unwrap_or_default())).collect();
    let code = 200 + system.random(400);
    let at = system.now().strftime("%m%d %H:%M:%S%.6f").to_string();
    let line = format!(
        "I{at}       1 logs_generator.go:76] {number} {verb} /api/v1/namespaces/{namespace}/pods/{name} {code}\n"
    );
    process.print_error(line.as_bytes());
    process.memory.insert(PRINTED.to_owned(), (number + 1).to_string());
    process.wake = system
        .now()
        .checked_add(SignedDuration::from_millis(duration.saturating_mul(1_000) / total.max(1)))
        .ok();
}

/// Tells whether a connection comes about.
fn connect(process: &mut Process, system: &mut dyn System) {
    let command = process.command();
    let place =
        command.iter().skip_while(|word| *word != "connect").skip(1).find(|word| !word.starts_with('-'));
    let (host, port) = place.and_then(|place| place.rsplit_once(':')).unwrap_or_default();
    let outcome = system.connects(host, port.parse().unwrap_or_default());
    let word = match outcome {
        Ok(()) => None,
        Err(super::super::http::ConnectError::TimedOut) => Some("TIMEOUT\n"),
        Err(super::super::http::ConnectError::UnknownHost) => Some("DNS\n"),
        Err(_) => Some("REFUSED\n"),
    };
    process.print_error(word.unwrap_or_default().as_bytes());
    process.exit_code = Some(i32::from(word.is_some()));
}
