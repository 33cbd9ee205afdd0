//! ls and find.

use super::super::filesystem::join;
use super::super::shell::matches;
use super::{Call, Outcome};

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
        let mut entries = files.list(&path).unwrap_or_default();
        entries.retain(|entry| options.contains(['a', 'A']) || !entry.starts_with('.'));
        if many {
            call.say(&format!("{name}:"));
        }
        if options.contains('l') {
            call.say(&format!("total {}", entries.len() * 4));
        }
        for entry in entries {
            let line = line(call, &join(&path, &entry), &entry, &options);
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
    let mode = if files.is_directory(path) { "drwxr-xr-x" } else { "-rw-r--r--" };
    format!("{mode}    1 root     root     {size:>9} {at} {name}")
}

/// stat.
pub(super) fn stat(call: &mut Call<'_>) -> Outcome {
    if let Some(option) = call.arguments[1..].iter().find(|word| word.starts_with('-')).cloned() {
        call.complain(&format!("not simulated: {option}"));
        return Outcome::Ended(1);
    }
    let mut status = 0;
    for name in call.arguments.iter().skip(1) {
        let path = call.path(name);
        let files = call.system.files();
        if !files.exists(&path) {
            call.complain(&format!("can't stat '{name}': No such file or directory"));
            status = 1;
            continue;
        }
        let size = files.length(&path).unwrap_or(4_096);
        let (what, mode) = match files.is_directory(&path) {
            true => ("directory", "(0755/drwxr-xr-x)"),
            false => ("regular file", "(0644/-rw-r--r--)"),
        };
        call.say(&format!(
            "  File: {name}\n  Size: {size:<10}\tBlocks: {:<10} IO Block: 4096   {what}",
            size.div_ceil(4_096) * 8
        ));
        call.say(&format!("Access: {mode}  Uid: (    0/    root)   Gid: (    0/    root)"));
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
