//! env, hostname, id, kill, ps, sleep, uname and the like.

use super::super::base_files::sysctl_path;
use super::super::executable::{has_tool, place_of_program};
use super::options::{Taken, or_end};
use super::{Call, Outcome, base_name, is_command};

/// Ends well.
pub(super) fn succeed(_: &mut Call<'_>) -> Outcome {
    Outcome::Ended(0)
}

/// Ends badly.
pub(super) fn fail(_: &mut Call<'_>) -> Outcome {
    Outcome::Ended(1)
}

/// Waits.
pub(super) fn sleep(call: &mut Call<'_>) -> Outcome {
    let operands: Vec<String> = call.arguments[1..].to_vec();
    if operands.is_empty() {
        return call.fail_usage("missing operand");
    }
    let mut total = 0.0;
    for operand in &operands {
        let (number, factor) = match operand.char_indices().last() {
            Some((index, 's')) => (&operand[..index], 1.0),
            Some((index, 'm')) => (&operand[..index], 60.0),
            Some((index, 'h')) => (&operand[..index], 3_600.0),
            Some((index, 'd')) => (&operand[..index], 86_400.0),
            _ => (operand.as_str(), 1.0),
        };
        match (number.parse::<f64>(), operand.as_str()) {
            (_, "infinity" | "inf") => total = f64::from(i32::MAX),
            (Ok(seconds), _) if seconds >= 0.0 => total += seconds * factor,
            _ => {
                let gnu = call.is_gnu();
                let what = if gnu { "invalid time interval" } else { "invalid number" };
                return match gnu {
                    true => call.fail_usage(&format!("{what} '{operand}'")),
                    false => {
                        call.complain(&format!("{what} '{operand}'"));
                        Outcome::Ended(1)
                    }
                };
            }
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    Outcome::Sleep((total.min(f64::from(i32::MAX)) * 1_000.0) as i64)
}

/// The environment, or some of it.
pub(super) fn printenv(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "0", refused: "", long: &[("null", '0')] }));
    if options.operands.is_empty() {
        return super::running::env(call);
    }
    let mut status = 0;
    let end = if options.has('0') { '\0' } else { '\n' };
    for name in &options.operands {
        match call.environment.get(name) {
            Some(value) => call.stdout.extend_from_slice(format!("{value}{end}").as_bytes()),
            None => status = 1,
        }
    }
    Outcome::Ended(status)
}

/// The name of the machine.
pub(super) fn hostname(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "sidfI",
        refused: "F",
        long: &[("short", 's'), ("ip-address", 'i'), ("domain", 'd'), ("fqdn", 'f')],
    };
    let options = or_end!(call.options(&taken));
    if !options.operands.is_empty() {
        call.complain("sethostname: Operation not permitted");
        return Outcome::Ended(1);
    }
    let name = call.system.hostname();
    let line = match () {
        () if options.has('i') || options.has('I') => call.system.address(),
        () if options.has('s') => name.split('.').next().unwrap_or_default().to_owned(),
        () if options.has('d') => {
            let name = call.system.full_name(&name);
            name.split_once('.').map_or_else(String::new, |(_, domain)| domain.to_owned())
        }
        () if options.has('f') => call.system.full_name(&name),
        () => name,
    };
    call.say(&line);
    Outcome::Ended(0)
}

/// The present directory.
pub(super) fn pwd(call: &mut Call<'_>) -> Outcome {
    let directory = call.directory.to_owned();
    call.say(&directory);
    Outcome::Ended(0)
}

/// The system's name.
pub(super) fn uname(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "asnrvmpio",
        refused: "",
        long: &[
            ("all", 'a'),
            ("kernel-name", 's'),
            ("nodename", 'n'),
            ("kernel-release", 'r'),
            ("machine", 'm'),
            ("operating-system", 'o'),
        ],
    };
    let options = or_end!(call.options(&taken));
    let host = call.system.hostname();
    let all = options.has('a');
    let none = !all && !"snrvmpio".chars().any(|letter| options.has(letter));
    let parts = [
        ('s', "Linux"),
        ('n', host.as_str()),
        ('r', "6.8.0"),
        ('v', "#1 SMP"),
        ('m', "x86_64"),
        ('p', "unknown"),
        ('i', "unknown"),
        ('o', "GNU/Linux"),
    ];
    let shown = parts.iter().filter(|(letter, _)| match letter {
        's' if none => true,
        'p' | 'i' => options.has(*letter),
        letter => all || options.has(*letter),
    });
    let line: Vec<&str> = shown.map(|(_, text)| *text).collect();
    call.say(&line.join(" "));
    Outcome::Ended(0)
}

/// Parameters of the kernel.
pub(super) fn sysctl(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "n", refused: "aAeNpqw", long: &[] }));
    let mut status = 0;
    for name in &options.operands {
        match call.system.files().read(&sysctl_path(name)) {
            Ok(value) if options.has('n') => call.stdout.extend(value),
            Ok(value) => call.say(&format!("{name} = {}", String::from_utf8_lossy(&value).trim_end())),
            Err(_) => {
                call.complain(&format!("error: '{name}' is an unknown key"));
                status = 1;
            }
        }
    }
    Outcome::Ended(status)
}

/// Where a program is.
pub(super) fn which(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "as", refused: "", long: &[] };
    let options = or_end!(call.options(&taken));
    let image = call.system.image();
    let folders = call.environment.get("PATH").cloned().unwrap_or_default();
    let mut status = 0;
    for name in &options.operands {
        let in_folder = folders.split(':').filter(|folder| !folder.is_empty() && !name.contains('/'));
        let places: Vec<String> = in_folder
            .map(|folder| format!("{folder}/{name}"))
            .chain(name.contains('/').then(|| name.clone()))
            .collect();
        let files = call.system.files();
        let made = places.into_iter().find(|place| {
            files.length(place).is_some() && files.ownership(place).is_some_and(|own| own.runs())
        });
        let shell = ["sh", "ash", "bash", "dash"].contains(&base_name(name)) && super::has_shell(image, name);
        let found = made.or_else(|| {
            let own = image.and_then(place_of_program);
            if let Some(place) = own.filter(|place| base_name(place) == name) {
                return Some(place.to_owned());
            }
            let known = shell || is_command(base_name(name)) && has_tool(image, name);
            known.then(|| if name.contains('/') { name.clone() } else { super::place(image, name) })
        });
        match found {
            Some(found) => call.say(&found),
            None => status = 1,
        }
    }
    Outcome::Ended(status)
}
