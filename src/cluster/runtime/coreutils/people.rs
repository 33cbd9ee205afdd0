//! Users and groups: chmod, chown, id, whoami, and the names of numbers.

use super::super::filesystem::{FileError, join};
use super::super::ownership::Ownership;
use super::options::{Taken, or_end};
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

/// Changes modes.
pub(super) fn chmod(call: &mut Call<'_>) -> Outcome {
    let mut words: Vec<String> = call.arguments[1..].to_vec();
    let recursive = take_recursive(&mut words);
    if words.len() < 2 {
        call.complain("missing operand");
        return Outcome::Ended(1);
    }
    let mode = words.remove(0);
    let mut wrong = false;
    let status =
        each(call, &words, recursive, &mut |own, directory| match own.changed_mode(&mode, directory) {
            Some(mode) => Ownership { mode, ..own },
            None => {
                wrong = true;
                own
            }
        });
    if wrong {
        call.complain(&format!("invalid mode '{mode}'"));
        return Outcome::Ended(1);
    }
    status
}

/// Changes owners: `USER`, `USER:GROUP`, `:GROUP`, by name or number.
pub(super) fn chown(call: &mut Call<'_>) -> Outcome {
    let mut words: Vec<String> = call.arguments[1..].to_vec();
    let recursive = take_recursive(&mut words);
    if words.len() < 2 {
        call.complain("missing operand");
        return Outcome::Ended(1);
    }
    let owner = words.remove(0);
    let only_group = call.name() == "chgrp";
    let (user, group) = match owner.split_once([':', '.']) {
        _ if only_group => ("", owner.as_str()),
        Some((user, group)) => (user, group),
        None => (owner.as_str(), ""),
    };
    let numbers = [(user, 2), (group, 3)].map(|(name, place)| match name {
        "" => Some(None),
        name => name.parse().ok().map(Some).or_else(|| {
            let fields = entry(call, "/etc/passwd", 0, name)?;
            fields.get(place)?.parse::<i64>().ok().map(Some)
        }),
    });
    let [Some(user), Some(group)] = numbers else {
        let what = if numbers[0].is_none() {
            format!("unknown user {user}")
        } else {
            format!("unknown group {group}")
        };
        call.complain(&what);
        return Outcome::Ended(1);
    };
    each(call, &words, recursive, &mut |own, _| Ownership {
        user: user.unwrap_or(own.user),
        group: group.unwrap_or(own.group),
        ..own
    })
}

fn take_recursive(words: &mut Vec<String>) -> bool {
    let before = words.len();
    let is_option = |word: &String| ["-R", "--recursive", "-v", "-f", "-c", "-h"].contains(&word.as_str());
    let recursive = words.iter().any(|word| word == "-R" || word == "--recursive");
    words.retain(|word| !is_option(word));
    recursive && words.len() < before
}

type Change<'a> = &'a mut dyn FnMut(Ownership, bool) -> Ownership;

fn each(call: &mut Call<'_>, names: &[String], recursive: bool, change: Change<'_>) -> Outcome {
    let mut status = 0;
    for name in names {
        let path = call.path(name);
        if let Err(why) = apply(call, &path, recursive, change, 0) {
            let why =
                if why == FileError::Denied { "Operation not permitted".to_owned() } else { why.to_string() };
            call.complain(&format!("{name}: {why}"));
            status = 1;
        }
    }
    Outcome::Ended(status)
}

fn apply(
    call: &mut Call<'_>,
    path: &str,
    recursive: bool,
    change: Change<'_>,
    depth: usize,
) -> Result<(), FileError> {
    let mut files = call.system.files();
    let directory = files.is_directory(path);
    let own = files.ownership(path).ok_or(FileError::NotFound)?;
    files.set_ownership(path, change(own, directory))?;
    if recursive && directory && depth < DEPTH_MAX {
        for name in files.list(path)? {
            apply(call, &join(path, &name), recursive, change, depth + 1)?;
        }
    }
    Ok(())
}
