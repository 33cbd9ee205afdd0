//! Small programs: busybox itself, clear, factor, less, logger, shuf, su, tty, and those that are refused.

use super::super::filesystem::FileError;
use super::options::{Taken, or_end};
use super::{Call, Outcome};

/// The largest number whose factors are looked for at once.
const FACTOR_MAX: u64 = 1 << 50;
/// Numbers that shuf makes at most.
const RANGE_MAX: u64 = 100_000;

/// busybox: one of its programs by name, or a list of them.
pub(super) fn busybox(call: &mut Call<'_>) -> Outcome {
    let words: Vec<String> = call.arguments[1..].to_vec();
    let image = call.system.image();
    match words.first().map(String::as_str) {
        None | Some("--help") => {
            call.say("BusyBox v1.37.0 multi-call binary.\n\nPrograms that are modelled here:");
            let names = super::names(image);
            call.say(&format!("\t{}", names.join(", ")));
            Outcome::Ended(0)
        }
        Some("--list") => {
            super::names(image).iter().for_each(|name| call.say(name));
            Outcome::Ended(0)
        }
        Some(name) if name.starts_with('-') => {
            call.complain(&format!("not simulated: {name}"));
            Outcome::Ended(1)
        }
        Some(name) => {
            let known = super::has(image, name) || matches!(name, "sh" | "ash");
            if name.contains('/') || !known {
                call.stderr.extend_from_slice(format!("{name}: applet not found\n").as_bytes());
                return Outcome::Ended(127);
            }
            Outcome::Runs { words, assignments: Vec::new(), removed: Vec::new(), limit: None }
        }
    }
}

/// clear: what a terminal takes as the command to empty itself.
pub(super) fn clear(call: &mut Call<'_>) -> Outcome {
    call.stdout.extend_from_slice(if call.is_gnu() { b"\x1b[H\x1b[2J\x1b[3J" } else { b"\x1b[H\x1b[J" });
    Outcome::Ended(0)
}

/// tty.
pub(super) fn tty(call: &mut Call<'_>) -> Outcome {
    let silent = call.arguments[1..].iter().any(|word| word == "-s");
    if !silent {
        call.say(if call.terminal { "/dev/pts/0" } else { "not a tty" });
    }
    Outcome::Ended(i32::from(!call.terminal))
}

/// stty: there is a terminal or none; its settings are not modelled.
pub(super) fn stty(call: &mut Call<'_>) -> Outcome {
    if !call.terminal {
        let name = if call.is_gnu() { "'standard input'" } else { "standard input" };
        call.complain(&format!("{name}: Inappropriate ioctl for device"));
    } else if call.arguments[1..].iter().any(|word| word == "size") {
        call.say("24 80");
        return Outcome::Ended(0);
    } else {
        call.complain("not simulated: settings of the terminal");
    }
    Outcome::Ended(1)
}

/// logger: nobody keeps a log of the system in a container.
pub(super) fn logger(call: &mut Call<'_>) -> Outcome {
    match call.arguments.len() {
        1 => call.all_input().map_or(Outcome::NeedsInput, |_| Outcome::Ended(0)),
        _ => Outcome::Ended(0),
    }
}

/// less and more, where nobody turns pages: the whole text.
pub(super) fn pager(call: &mut Call<'_>) -> Outcome {
    let names: Vec<String> =
        call.arguments[1..].iter().filter(|word| !word.starts_with('-')).cloned().collect();
    if names.is_empty() {
        let Some(bytes) = call.all_input() else { return Outcome::NeedsInput };
        call.stdout.extend(bytes);
        return Outcome::Ended(0);
    }
    let mut status = 0;
    for name in names {
        let path = call.path(&name);
        match call.system.files().read(&path) {
            Ok(bytes) => call.stdout.extend(bytes),
            Err(why) => {
                let why = if why == FileError::IsADirectory {
                    "Is a directory".to_owned()
                } else {
                    why.to_string()
                };
                call.complain(&format!("can't open '{name}': {why}"));
                status = 1;
            }
        }
    }
    Outcome::Ended(status)
}

/// su: root becomes anybody; others would be asked for a password.
pub(super) fn su(call: &mut Call<'_>) -> Outcome {
    let (mut command, mut names) = (None, Vec::new());
    let mut words = call.arguments[1..].iter().cloned();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-c" => command = words.next(),
            "-s" => drop(words.next()),
            "-" | "-l" | "-m" | "-p" => {}
            option if option.starts_with('-') => {
                return call.fail_usage(&format!("invalid option -- '{}'", &option[1..]));
            }
            _ => names.push(word),
        }
    }
    let name = names.first().map_or("root", String::as_str).to_owned();
    let Some(number) = super::people::number_of(call, &name, true) else {
        call.complain(&format!("unknown user {name}"));
        return Outcome::Ended(1);
    };
    if number != call.system.user() {
        call.complain("not simulated: becoming another user; set securityContext.runAsUser of the container");
        return Outcome::Ended(1);
    }
    let mut words = vec!["sh".to_owned()];
    words.extend(command.map(|command| ["-c".to_owned(), command]).into_iter().flatten());
    Outcome::Runs { words, assignments: Vec::new(), removed: Vec::new(), limit: None }
}

/// factor.
pub(super) fn factor(call: &mut Call<'_>) -> Outcome {
    let mut words: Vec<String> = call.arguments[1..].to_vec();
    if words.is_empty() {
        let Some(bytes) = call.all_input() else { return Outcome::NeedsInput };
        words = String::from_utf8_lossy(&bytes).split_whitespace().map(str::to_owned).collect();
    }
    for word in words {
        let Ok(number) = word.parse::<u64>() else {
            return call.fail_usage(&format!("invalid number '{word}'"));
        };
        if number > FACTOR_MAX {
            call.complain("not simulated: numbers of more than 50 bits");
            return Outcome::Ended(1);
        }
        let mut line = format!("{number}:");
        let (mut rest, mut divisor) = (number, 2);
        while rest > 1 && divisor * divisor <= rest {
            if rest % divisor == 0 {
                line.push_str(&format!(" {divisor}"));
                rest /= divisor;
            } else {
                divisor += if divisor == 2 { 1 } else { 2 };
            }
        }
        if rest > 1 {
            line.push_str(&format!(" {rest}"));
        }
        call.say(&line);
    }
    Outcome::Ended(0)
}

/// shuf: lines, words or numbers in another order.
pub(super) fn shuf(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "ei:n:o:",
        refused: "rz",
        long: &[("echo", 'e'), ("input-range", 'i'), ("head-count", 'n'), ("output", 'o')],
    };
    let options = or_end!(call.options(&taken));
    let mut items: Vec<String> = if options.has('e') {
        options.operands.clone()
    } else if let Some(range) = options.value('i') {
        let ends = range
            .split_once('-')
            .and_then(|(low, high)| Some((low.parse::<u64>().ok()?, high.parse::<u64>().ok()?)));
        match ends {
            Some((low, high)) if low <= high && high - low < RANGE_MAX => {
                (low..=high).map(|number| number.to_string()).collect()
            }
            _ => {
                let why = format!("bad range '{range}'");
                call.complain(&why);
                return Outcome::Ended(1);
            }
        }
    } else {
        let bytes = match options.operands.first().filter(|name| *name != "-") {
            None => match call.all_input() {
                Some(bytes) => bytes,
                None => return Outcome::NeedsInput,
            },
            Some(name) => {
                let path = call.path(name);
                match call.system.files().read(&path) {
                    Ok(bytes) => bytes,
                    Err(why) => {
                        let why = format!("can't open '{name}': {why}");
                        call.complain(&why);
                        return Outcome::Ended(1);
                    }
                }
            }
        };
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    };
    for place in (1..items.len()).rev() {
        let other = call.system.random(place as u64 + 1);
        items.swap(place, usize::try_from(other).unwrap_or_default());
    }
    let most = options.value('n').and_then(|count| count.parse().ok()).unwrap_or(usize::MAX);
    items.truncate(most);
    let text: String = items.iter().map(|item| format!("{item}\n")).collect();
    if let Some(name) = options.value('o') {
        let path = call.path(name);
        if let Err(why) = call.system.files().write(&path, text.into_bytes()) {
            let why = format!("can't open '{name}': {why}");
            call.complain(&why);
            return Outcome::Ended(1);
        }
        return Outcome::Ended(0);
    }
    call.stdout.extend_from_slice(text.as_bytes());
    Outcome::Ended(0)
}

/// Programs that are there and refuse to work, and what to do instead.
pub(super) fn refused(call: &mut Call<'_>) -> Outcome {
    let advice = match call.name() {
        "vi" | "ed" => "an editor; write the file with cat <<EOF > FILE, or with sed -i",
        "bc" | "dc" => "a calculator; use $(( … )) of the shell, or awk",
        "mkfifo" => "named pipes; use a pipeline or a file",
        "watch" => "a screen that renews itself; use a loop with sleep",
        "crond" | "crontab" => "a daemon for timed commands; use a CronJob",
        "chroot" | "unshare" | "nsenter" => "other roots and namespaces; use another container",
        "adduser" | "addgroup" | "passwd" | "deluser" => {
            "accounts; set securityContext.runAsUser of the container"
        }
        "cal" => "a calendar; use date",
        "apt" | "apt-get" | "apk" => {
            "installing packages; use an image that brings the tool, such as nicolaka/netshoot or curlimages/curl"
        }
        "dpkg" | "apt-cache" => "the packages of the image",
        "service" => "services; the container runs one program, its process 1",
        "unzip" => "ZIP archives; use tar",
        _ => "this program",
    };
    call.complain(&format!("not simulated: {advice}"));
    Outcome::Ended(1)
}

/// sync: everything is written already.
pub(super) fn sync(call: &mut Call<'_>) -> Outcome {
    let mut status = 0;
    for name in call.arguments[1..].iter().filter(|word| !word.starts_with('-')) {
        let path = super::absolute(call.directory, name);
        if !call.system.files().exists(&path) {
            let text = format!("sync: can't open '{name}': No such file or directory\n");
            call.stderr.extend_from_slice(text.as_bytes());
            status = 1;
        }
    }
    Outcome::Ended(status)
}

/// unlink: removes one file.
pub(super) fn unlink(call: &mut Call<'_>) -> Outcome {
    let [_, name] = call.arguments else { return call.fail_usage("missing operand") };
    let path = call.path(name);
    let mut files = call.system.files();
    let removed = if files.is_directory(&path) { Err(FileError::IsADirectory) } else { files.remove(&path) };
    match removed {
        Ok(()) => Outcome::Ended(0),
        Err(why) => {
            let why = format!("can't remove file '{name}': {why}");
            call.complain(&why);
            Outcome::Ended(1)
        }
    }
}

/// usleep.
pub(super) fn usleep(call: &mut Call<'_>) -> Outcome {
    match call.arguments.get(1).and_then(|word| word.parse::<i64>().ok()) {
        Some(microseconds) => Outcome::Sleep((microseconds / 1_000).clamp(0, i64::from(i32::MAX))),
        None => call.fail_usage("missing operand"),
    }
}
