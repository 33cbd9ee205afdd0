//! ls and find.

use super::super::filesystem::{absolute, join};
use super::super::shell::matches;
use super::{Call, Outcome, people};

/// Entries that one listing shows.
const ENTRIES_MAX: usize = 5_000;

/// Lists directories.
pub(super) fn ls(call: &mut Call<'_>) -> Outcome {
    let (options, mut names) = call.split_options();
    if names.is_empty() {
        names.push(".".to_owned());
    }
    let mut status = 0;
    let many = names.len() > 1;
    for name in names {
        let path = call.path(&name);
        let files = call.system.files();
        if !files.exists(&path) {
            call.complain(&format!("{name}: No such file or directory"));
            status = 1;
            continue;
        }
        if !files.is_directory(&path) || options.contains('d') {
            let line = line(call, &path, &name, &options);
            call.say(&line);
            continue;
        }
        let mut entries = match files.list(&path) {
            Ok(entries) => entries,
            Err(why) => {
                call.complain(&format!("can't open '{name}': {why}"));
                status = 1;
                continue;
            }
        };
        if options.contains('a') {
            entries.splice(0..0, [".".to_owned(), "..".to_owned()]);
        }
        entries.retain(|entry| options.contains(['a', 'A']) || !entry.starts_with('.'));
        if many {
            call.say(&format!("{name}:"));
        }
        if options.contains('l') {
            call.say(&format!(
                "total {}",
                entries.iter().filter(|entry| !entry.starts_with('.')).count() * 4
            ));
        }
        for entry in entries {
            let place = absolute(&path, &entry);
            let line = line(call, &place, &entry, &options);
            call.say(&line);
        }
    }
    Outcome::Ended(status)
}

fn line(call: &mut Call<'_>, path: &str, name: &str, options: &str) -> String {
    if !options.contains('l') {
        return name.to_owned();
    }
    let at = call.system.now().strftime("%b %e %H:%M").to_string();
    let files = call.system.files();
    let size = files.length(path).unwrap_or(4_096);
    let directory = files.is_directory(path);
    let Some(own) = files.ownership(path) else { return name.to_owned() };
    let (mode, links) = (own.letters(directory), if directory { 2 } else { 1 });
    let numeric = options.contains('n');
    let (user, group) = if numeric {
        (own.user.to_string(), own.group.to_string())
    } else {
        (people::user_name(call, own.user), people::group_name(call, own.group))
    };
    format!("{mode}    {links} {user:<8} {group:<8} {size:>9} {at} {name}")
}

/// stat.
pub(super) fn stat(call: &mut Call<'_>) -> Outcome {
    let mut words = call.arguments[1..].iter().cloned();
    let (mut format, mut names) = (None, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-c" => format = words.next(),
            "-L" => {}
            option if option.starts_with('-') => {
                call.complain(&format!("not simulated: {option}"));
                return Outcome::Ended(1);
            }
            _ => names.push(word),
        }
    }
    let mut status = 0;
    for name in &names {
        let path = call.path(name);
        let files = call.system.files();
        if !files.exists(&path) {
            call.complain(&format!("can't stat '{name}': No such file or directory"));
            status = 1;
            continue;
        }
        let size = files.length(&path).unwrap_or(4_096);
        let directory = files.is_directory(&path);
        let Some(own) = files.ownership(&path) else { continue };
        let what = if directory { "directory" } else { "regular file" };
        let (user, group) = (people::user_name(call, own.user), people::group_name(call, own.group));
        if let Some(format) = &format {
            let text = [
                ("%a", format!("{:o}", own.mode)),
                ("%A", own.letters(directory)),
                ("%u", own.user.to_string()),
                ("%g", own.group.to_string()),
                ("%U", user),
                ("%G", group),
                ("%s", size.to_string()),
                ("%n", name.clone()),
                ("%F", what.to_owned()),
            ];
            let text = text.iter().fold(format.clone(), |text, (sign, value)| text.replace(sign, value));
            call.say(&text);
            continue;
        }
        call.say(&format!(
            "  File: {name}\n  Size: {size:<10}\tBlocks: {:<10} IO Block: 4096   {what}",
            size.div_ceil(4_096) * 8
        ));
        call.say(&format!(
            "Access: ({:04o}/{})  Uid: ({:>5}/{user:>8})   Gid: ({:>5}/{group:>8})",
            own.mode,
            own.letters(directory),
            own.user,
            own.group
        ));
    }
    Outcome::Ended(status)
}

/// Levels of folders that are summed up.
const DEPTH_MAX: usize = 64;

/// du: what a folder holds, in kibibytes.
pub(super) fn du(call: &mut Call<'_>) -> Outcome {
    let (options, mut names) = call.split_options();
    if names.is_empty() {
        names.push(".".to_owned());
    }
    for name in names {
        let path = call.path(&name);
        if !call.system.files().exists(&path) {
            call.complain(&format!("{name}: No such file or directory"));
            return Outcome::Ended(1);
        }
        let kibibytes = usage(call, &path, 0);
        let shown =
            if options.contains('h') { super::machine::human_size(kibibytes) } else { kibibytes.to_string() };
        call.say(&format!("{shown}\t{name}"));
    }
    Outcome::Ended(0)
}

fn usage(call: &mut Call<'_>, path: &str, depth: usize) -> u64 {
    let files = call.system.files();
    if let Some(length) = files.length(path) {
        return length.div_ceil(4_096) * 4;
    }
    let names = if depth < DEPTH_MAX { files.list(path).unwrap_or_default() } else { Vec::new() };
    4 + names.iter().map(|name| usage(call, &join(path, name), depth + 1)).sum::<u64>()
}

/// Lists everything below a directory.
pub(super) fn find(call: &mut Call<'_>) -> Outcome {
    let mut arguments = call.arguments[1..].iter();
    let (mut roots, mut pattern, mut kind) = (Vec::new(), None, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-name" => pattern = arguments.next().cloned(),
            "-type" => kind = arguments.next().cloned(),
            other if other.starts_with('-') => {
                call.complain(&format!("not simulated: {other}"));
                return Outcome::Ended(1);
            }
            root => roots.push(root.to_owned()),
        }
    }
    if roots.is_empty() {
        roots.push(".".to_owned());
    }
    let mut waiting: Vec<String> = roots.into_iter().rev().collect();
    let mut seen = 0;
    while let Some(shown) = waiting.pop().filter(|_| seen < ENTRIES_MAX) {
        seen += 1;
        let path = call.path(&shown);
        let files = call.system.files();
        if !files.exists(&path) {
            call.complain(&format!("{shown}: No such file or directory"));
            return Outcome::Ended(1);
        }
        let directory = files.is_directory(&path);
        if directory {
            let names = files.list(&path).unwrap_or_default();
            waiting.extend(names.iter().rev().map(|name| join(&shown, name)));
        }
        let right_kind = match kind.as_deref() {
            Some("d") => directory,
            Some("f") => !directory,
            _ => true,
        };
        let right_name = pattern.as_deref().is_none_or(|pattern| matches(pattern, super::base_name(&shown)));
        if right_kind && right_name {
            call.say(&shown);
        }
    }
    Outcome::Ended(0)
}
