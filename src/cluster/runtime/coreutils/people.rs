//! Users and groups: chmod, chown, id, whoami, and the names of numbers.

use super::super::filesystem::{FileError, join};
use super::super::ownership::Ownership;
use super::options::{Options, Taken, or_end};
use super::{Call, Outcome};

/// Levels of folders that are walked.
const DEPTH_MAX: usize = 64;

/// Fields of the line of a file like /etc/passwd whose field at `place` is that.
fn entry(call: &mut Call<'_>, file: &str, place: usize, value: &str) -> Option<Vec<String>> {
    let text = call.system.files().read(file).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines()
        .map(|line| line.split(':').map(str::to_owned).collect::<Vec<String>>())
        .find(|fields| fields.get(place).is_some_and(|field| field == value))
}

fn known_user(call: &mut Call<'_>, user: i64) -> Option<String> {
    entry(call, "/etc/passwd", 2, &user.to_string()).and_then(|fields| fields.into_iter().next())
}

fn known_group(call: &mut Call<'_>, group: i64) -> Option<String> {
    let number = group.to_string();
    let found = entry(call, "/etc/group", 2, &number).or_else(|| entry(call, "/etc/passwd", 3, &number));
    found.and_then(|fields| fields.into_iter().next())
}

/// The name of a user, or its number.
pub(super) fn user_name(call: &mut Call<'_>, user: i64) -> String {
    known_user(call, user).unwrap_or_else(|| user.to_string())
}

/// The name of a group, or its number.
pub(super) fn group_name(call: &mut Call<'_>, group: i64) -> String {
    known_group(call, group).unwrap_or_else(|| group.to_string())
}

/// The number of a user or group.
pub(super) fn number_of(call: &mut Call<'_>, name: &str, user: bool) -> Option<i64> {
    match user {
        true => entry(call, "/etc/passwd", 0, name).and_then(|fields| fields.get(2)?.parse().ok()),
        false => {
            let group = entry(call, "/etc/group", 0, name).and_then(|fields| fields.get(2)?.parse().ok());
            group.or_else(|| entry(call, "/etc/passwd", 0, name)?.get(3)?.parse().ok())
        }
    }
}

/// Who somebody is: by default whoever runs this.
pub(super) fn id(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "ugGnr",
        refused: "Zz",
        long: &[("user", 'u'), ("group", 'g'), ("groups", 'G'), ("name", 'n'), ("real", 'r')],
    };
    let options = or_end!(call.options(&taken));
    let (user, mut groups) = match options.operands.first() {
        None => (call.system.user(), call.system.groups()),
        Some(name) => match entry(call, "/etc/passwd", 0, name) {
            Some(fields) => {
                let number =
                    |place: usize| fields.get(place).and_then(|field| field.parse().ok()).unwrap_or_default();
                (number(2), vec![number(3)])
            }
            None if call.is_gnu() => {
                call.complain(&format!("'{name}': no such user"));
                return Outcome::Ended(1);
            }
            None => {
                call.complain(&format!("unknown user {name}"));
                return Outcome::Ended(1);
            }
        },
    };
    let first = groups.first().copied().unwrap_or_default();
    // The kernel keeps them sorted.
    groups.sort_unstable();
    let named = options.has('n');
    let line = match "ugG".chars().find(|letter| options.has(*letter)) {
        Some('u') if named => user_name(call, user),
        Some('u') => user.to_string(),
        Some('g') if named => group_name(call, first),
        Some('g') => first.to_string(),
        Some(_) if named => groups.iter().map(|group| group_name(call, *group)).collect::<Vec<_>>().join(" "),
        Some(_) => groups.iter().map(i64::to_string).collect::<Vec<_>>().join(" "),
        None => {
            let shown = |number: i64, name: Option<String>| match name {
                Some(name) => format!("{number}({name})"),
                None => number.to_string(),
            };
            let user = shown(user, known_user(call, user));
            let mut name = |group: i64| shown(group, known_group(call, group));
            let gid = name(first);
            let all: Vec<String> = groups.iter().map(|group| name(*group)).collect();
            format!("uid={user} gid={gid} groups={}", all.join(","))
        }
    };
    call.say(&line);
    Outcome::Ended(0)
}

/// The names of the groups that whoever runs this is in.
pub(super) fn groups(call: &mut Call<'_>) -> Outcome {
    if call.arguments.len() > 1 {
        call.complain("not simulated: groups of others; use id NAME");
        return Outcome::Ended(1);
    }
    let mut groups = call.system.groups();
    groups.sort_unstable();
    let names: Vec<String> = groups.iter().map(|group| group_name(call, *group)).collect();
    call.say(&names.join(" "));
    Outcome::Ended(0)
}

/// The name of who runs this.
pub(super) fn whoami(call: &mut Call<'_>) -> Outcome {
    let user = call.system.user();
    match known_user(call, user) {
        Some(name) => {
            call.say(&name);
            Outcome::Ended(0)
        }
        None => {
            call.complain(&format!("unknown uid {user}"));
            Outcome::Ended(1)
        }
    }
}

/// How files are changed.
struct Manner {
    recursive: bool,
    /// Every file is told, or with `-c` each that was changed.
    tells: bool,
    tells_changes: bool,
    /// What GNU's keeps silent about; busybox' does not.
    quiet: bool,
}

impl Manner {
    fn of(options: &Options, gnu: bool) -> Self {
        Self {
            recursive: options.has('R'),
            tells: options.has('v'),
            tells_changes: options.has('c'),
            quiet: options.has('f') && gnu,
        }
    }
}

const LONG: &[(&str, char)] = &[
    ("recursive", 'R'),
    ("verbose", 'v'),
    ("changes", 'c'),
    ("quiet", 'f'),
    ("silent", 'f'),
    ("no-dereference", 'h'),
    ("reference", 'r'),
];

/// Changes modes.
pub(super) fn chmod(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "Rvcf", refused: "r", long: LONG };
    let mut words: Vec<String> = call.arguments[1..].to_vec();
    // A mode may look like an option: `-x`.
    let dashed = words.iter().position(|word| {
        word.strip_prefix('-')
            .is_some_and(|rest| rest.starts_with(['r', 'w', 'x', 'X', 's', 't', 'u', 'g', 'o', 'a']))
    });
    let leading = words.iter().take_while(|word| word.starts_with('-') && *word != "--").count();
    let dashed = dashed.filter(|place| *place < leading).map(|place| words.remove(place));
    let options = or_end!(call.options_of(&words, &taken));
    let mut operands = options.operands.clone();
    let mode = match dashed {
        Some(mode) => mode,
        None if operands.is_empty() => return call.fail_usage("missing operand"),
        None => operands.remove(0),
    };
    if operands.is_empty() {
        let missing = if call.is_gnu() {
            format!("missing operand after '{mode}'")
        } else {
            "missing operand".to_owned()
        };
        return call.fail_usage(&missing);
    }
    if Ownership::FILE.changed_mode(&mode, false).is_none() {
        let colon = if call.is_gnu() { ":" } else { "" };
        return match call.is_gnu() {
            true => call.fail_usage(&format!("invalid mode{colon} '{mode}'")),
            false => {
                call.complain(&format!("invalid mode '{mode}'"));
                Outcome::Ended(1)
            }
        };
    }
    let manner = Manner::of(&options, call.is_gnu());
    each(call, &operands, &manner, &mut |own, directory| Ownership {
        mode: own.changed_mode(&mode, directory).unwrap_or(own.mode),
        ..own
    })
}

/// Changes owners: `USER`, `USER:`, `USER:GROUP`, `:GROUP`, by name or number.
pub(super) fn chown(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "Rvcfh", refused: "rLHP", long: LONG };
    let options = or_end!(call.options(&taken));
    let mut operands = options.operands.clone();
    let owner = if operands.is_empty() { String::new() } else { operands.remove(0) };
    if operands.is_empty() {
        return call.fail_usage("missing operand");
    }
    let only_group = call.name() == "chgrp";
    let (user, group) = match owner.split_once(':') {
        _ if only_group => (None, Some(owner.as_str())),
        // With nothing behind the colon it is the group that the user logs in with.
        Some((user, "")) if !user.is_empty() => (Some(user), Some("")),
        Some((user, group)) => {
            (Some(user).filter(|user| !user.is_empty()), Some(group).filter(|group| !group.is_empty()))
        }
        None => (Some(owner.as_str()), None),
    };
    let login = |call: &mut Call<'_>, name: &str| {
        let place = if name.parse::<i64>().is_ok() { 2 } else { 0 };
        entry(call, "/etc/passwd", place, name)?.get(3)?.parse::<i64>().ok()
    };
    let number = |call: &mut Call<'_>, name: &str, is_user: bool| {
        name.parse().ok().or_else(|| number_of(call, name, is_user))
    };
    let (quote, colon) = if call.is_gnu() { ("'", ":") } else { ("", "") };
    let to_user = match user.map(|name| (name, number(call, name, true))) {
        Some((name, None)) => {
            call.complain(&match call.is_gnu() {
                true => format!("invalid user: '{owner}'"),
                false => format!("unknown user {name}"),
            });
            return Outcome::Ended(1);
        }
        Some((_, number)) => number,
        None => None,
    };
    let to_group = match group {
        Some("") => login(call, user.unwrap_or_default()).or(to_user),
        Some(name) => match number(call, name, false) {
            None => {
                let shown = if only_group { name } else { &owner };
                call.complain(&match call.is_gnu() {
                    true => format!("invalid group{colon} {quote}{shown}{quote}"),
                    false => format!("unknown group {name}"),
                });
                return Outcome::Ended(1);
            }
            number => number,
        },
        None => None,
    };
    let manner = Manner::of(&options, call.is_gnu());
    each(call, &operands, &manner, &mut |own, _| Ownership {
        user: to_user.unwrap_or(own.user),
        group: to_group.unwrap_or(own.group),
        ..own
    })
}

type Change<'a> = &'a mut dyn FnMut(Ownership, bool) -> Ownership;

fn each(call: &mut Call<'_>, names: &[String], manner: &Manner, change: Change<'_>) -> Outcome {
    let mut status = 0;
    for name in names {
        if let Err((name, why)) = apply(call, name, manner, change, 0) {
            if !manner.quiet {
                let message = match (call.is_gnu(), why) {
                    (true, FileError::NotFound) => format!("cannot access '{name}': {why}"),
                    (true, FileError::Denied) => {
                        let what = if call.name() == "chmod" { "permissions" } else { "ownership" };
                        format!("changing {what} of '{name}': Operation not permitted")
                    }
                    (_, FileError::Denied) => format!("{name}: Operation not permitted"),
                    _ => format!("{name}: {why}"),
                };
                call.complain(&message);
            }
            status = 1;
        }
    }
    Outcome::Ended(status)
}

/// Changes a file and, where that is asked for, what is in it.
///
/// # Errors
/// The name of the first file that could not be changed, and why.
fn apply(
    call: &mut Call<'_>,
    name: &str,
    manner: &Manner,
    change: Change<'_>,
    depth: usize,
) -> Result<(), (String, FileError)> {
    let failed = |why| (name.to_owned(), why);
    let path = call.path(name);
    let files = call.system.files();
    let directory = files.is_directory(&path);
    let own = files.ownership(&path).ok_or(FileError::NotFound).map_err(failed)?;
    let new = change(own, directory);
    call.system.files().set_ownership(&path, new).map_err(failed)?;
    if manner.tells || manner.tells_changes && new != own {
        let line = told(call, name, own, new);
        call.say(&line);
    }
    if manner.recursive && directory && depth < DEPTH_MAX {
        let entries = call.system.files().list(&path).map_err(failed)?;
        for entry in entries {
            apply(call, &join(name, &entry), manner, change, depth + 1)?;
        }
    }
    Ok(())
}

/// What is said of a file that was changed.
fn told(call: &mut Call<'_>, name: &str, own: Ownership, new: Ownership) -> String {
    let mode = |of: Ownership| format!("{:04o} ({})", of.mode, &of.letters(false)[1..]);
    if call.name() == "chmod" {
        return match call.is_gnu() {
            true if own.mode == new.mode => format!("mode of '{name}' retained as {}", mode(own)),
            true => format!("mode of '{name}' changed from {} to {}", mode(own), mode(new)),
            false => format!("mode of '{name}' changed to {}", mode(new)),
        };
    }
    if !call.is_gnu() {
        return format!("changed ownership of '{name}' to {}:{}", new.user, new.group);
    }
    let (what, only_group) = if call.name() == "chgrp" { ("group", true) } else { ("ownership", false) };
    let mut owner = |of: Ownership| match only_group {
        true => group_name(call, of.group),
        false => format!("{}:{}", user_name(call, of.user), group_name(call, of.group)),
    };
    let (before, after) = (owner(own), owner(new));
    match own == new {
        true => format!("{what} of '{name}' retained as {after}"),
        false => format!("changed {what} of '{name}' from {before} to {after}"),
    }
}
