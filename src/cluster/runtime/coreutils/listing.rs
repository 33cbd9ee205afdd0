//! ls and find.

use super::super::filesystem::{FileView, absolute, join};
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
        let link = files.link_target(&path).is_some();
        if !files.exists(&path) && !link {
            call.complain(&format!("{name}: No such file or directory"));
            status = 1;
            continue;
        }
        if !files.is_directory(&path) || options.contains('d') || link && options.contains('l') {
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
            let files = call.system.files();
            let total: u64 = entries.iter().map(|entry| blocks(&files, &absolute(&path, entry))).sum();
            call.say(&format!("total {total}"));
        }
        for entry in entries {
            let place = absolute(&path, &entry);
            let line = line(call, &place, &entry, &options);
            call.say(&line);
        }
    }
    Outcome::Ended(status)
}

/// Kibibytes on the disk.
fn blocks(files: &FileView<'_>, path: &str) -> u64 {
    if files.link_target(path).is_some() {
        return 0;
    }
    files.length(path).map_or(4, |length| length.div_ceil(4_096) * 4)
}

fn line(call: &mut Call<'_>, path: &str, name: &str, options: &str) -> String {
    if !options.contains('l') {
        return name.to_owned();
    }
    let at = call.system.now().strftime("%b %e %H:%M").to_string();
    let files = call.system.files();
    let size = files.length(path).unwrap_or(4_096);
    let target = files.link_target(path);
    let size = target.as_ref().map_or(size, |target| target.len() as u64);
    let directory = target.is_none() && files.is_directory(path);
    let Some(own) = files.own_ownership(&files.followed_parent(path)) else { return name.to_owned() };
    let mode = if target.is_some() { "lrwxrwxrwx".to_owned() } else { own.letters(directory) };
    let links = if directory { 2 } else { 1 };
    let name = target.map_or_else(|| name.to_owned(), |target| format!("{name} -> {target}"));
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
    let (mut format, mut names, mut follows) = (None, Vec::new(), false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-c" => format = words.next(),
            "-L" => follows = true,
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
        let target = files.link_target(&path).filter(|_| !follows);
        let size = target.as_ref().map_or(files.length(&path).unwrap_or(4_096), |target| target.len() as u64);
        let directory = files.is_directory(&path);
        let Some(mut own) = files.ownership(&path) else { continue };
        if target.is_some() {
            own.mode = 0o777;
        }
        let letters = if target.is_some() { "lrwxrwxrwx".to_owned() } else { own.letters(directory) };
        let what = match (&target, directory) {
            (Some(_), _) => "symbolic link",
            (None, true) => "directory",
            (None, false) => "regular file",
        };
        let (user, group) = (people::user_name(call, own.user), people::group_name(call, own.group));
        if let Some(format) = &format {
            let text = [
                ("%a", format!("{:o}", own.mode)),
                ("%A", letters),
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
            if target.is_some() { 0 } else { size.div_ceil(4_096) * 8 }
        ));
        call.say(&format!(
            "Access: ({:04o}/{})  Uid: ({:>5}/{user:>8})   Gid: ({:>5}/{group:>8})",
            own.mode, letters, own.user, own.group
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
    if files.link_target(path).is_some() || files.length(path).is_some() {
        return blocks(&files, path);
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
        if !files.exists(&path) && files.link_target(&path).is_none() {
            call.complain(&format!("{shown}: No such file or directory"));
            return Outcome::Ended(1);
        }
        let link = files.link_target(&path).is_some();
        let directory = !link && files.is_directory(&path);
        if directory {
            let names = files.list(&path).unwrap_or_default();
            waiting.extend(names.iter().rev().map(|name| join(&shown, name)));
        }
        let right_kind = match kind.as_deref() {
            Some("d") => directory,
            Some("f") => !directory && !link,
            Some("l") => link,
            _ => true,
        };
        let right_name = pattern.as_deref().is_none_or(|pattern| matches(pattern, super::base_name(&shown)));
        if right_kind && right_name {
            call.say(&shown);
        }
    }
    Outcome::Ended(0)
}
