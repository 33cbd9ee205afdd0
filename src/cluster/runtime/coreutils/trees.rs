//! cp, mkdir, mv, rm and rmdir.

use super::super::filesystem::{FileError, join};
use super::super::ownership::Ownership;
use super::options::{Options, Taken, or_end};
use super::{Call, Outcome, base_name};

/// Levels of folders that are walked.
const DEPTH_MAX: usize = 64;

/// Makes directories.
pub(super) fn mkdir(call: &mut Call<'_>) -> Outcome {
    let taken =
        Taken { letters: "pm:v", refused: "Z", long: &[("parents", 'p'), ("mode", 'm'), ("verbose", 'v')] };
    let options = or_end!(call.options(&taken));
    if options.has('v') && !call.is_gnu() {
        return call.refuse_letter('v');
    }
    if options.operands.is_empty() {
        return call.fail_usage("missing operand");
    }
    let mode = match options.value('m').map(|mode| Ownership::DIRECTORY.changed_mode(mode, true)) {
        None => None,
        Some(Some(mode)) => Some(mode),
        Some(None) => {
            let text = options.value('m').unwrap_or_default().to_owned();
            call.complain(&format!("invalid mode '{text}'"));
            return Outcome::Ended(1);
        }
    };
    let mut status = 0;
    for name in &options.operands {
        let path = call.path(name);
        let made = make(call, &path, options.has('p'), mode);
        match made {
            Err(why) => {
                let verb = if call.is_gnu() { "cannot create" } else { "can't create" };
                call.complain(&format!("{verb} directory '{name}': {why}"));
                status = 1;
            }
            Ok(()) if options.has('v') => call.say(&format!("mkdir: created directory '{name}'")),
            Ok(()) => {}
        }
    }
    Outcome::Ended(status)
}

fn make(call: &mut Call<'_>, path: &str, parents: bool, mode: Option<u16>) -> Result<(), FileError> {
    let mut files = call.system.files();
    if parents {
        let above = path.match_indices('/').skip(1).map(|(index, _)| &path[..index]);
        for directory in above.chain([path]) {
            if !files.is_directory(directory) {
                files.make_directory(directory)?;
            }
        }
    } else {
        files.make_directory(path)?;
    }
    match (mode, files.ownership(path)) {
        (Some(mode), Some(own)) => files.set_ownership(path, Ownership { mode, ..own }),
        _ => Ok(()),
    }
}

/// Removes empty directories.
pub(super) fn rmdir(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "piv",
        refused: "",
        long: &[("parents", 'p'), ("ignore-fail-on-non-empty", 'i'), ("verbose", 'v')],
    };
    let options = or_end!(call.options(&taken));
    if options.operands.is_empty() {
        return call.fail_usage("missing operand");
    }
    let mut status = 0;
    for name in &options.operands {
        let mut shown = name.trim_end_matches('/').to_owned();
        loop {
            let path = call.path(&shown);
            let mut files = call.system.files();
            let removed = match files.is_directory(&path) {
                true => files.remove(&path),
                false if files.exists(&path) => Err(FileError::NotADirectory),
                false => Err(FileError::NotFound),
            };
            if let Err(why) = removed {
                if why != FileError::NotEmpty || !options.has('i') {
                    let text = if call.is_gnu() {
                        format!("failed to remove '{shown}': {why}")
                    } else {
                        format!("'{shown}': {why}")
                    };
                    call.complain(&text);
                    status = 1;
                }
                break;
            }
            match shown.rsplit_once('/') {
                Some((above, _)) if options.has('p') && !above.is_empty() => shown = above.to_owned(),
                _ => break,
            }
        }
    }
    Outcome::Ended(status)
}

/// Removes files, and whole trees with `-r`.
pub(super) fn rm(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "rRfiv",
        refused: "Id",
        long: &[("recursive", 'r'), ("force", 'f'), ("verbose", 'v'), ("no-preserve-root", 'P')],
    };
    let options = or_end!(call.options(&taken));
    let force = options.has('f');
    if options.operands.is_empty() {
        return if force { Outcome::Ended(0) } else { call.fail_usage("missing operand") };
    }
    if options.has('i') && !force {
        return ask_about(call, &options);
    }
    let mut status = 0;
    for name in &options.operands {
        status |= remove(call, name, &options);
    }
    Outcome::Ended(status)
}

/// `rm -i`: only what a `y` is said to goes. Answers are not read one by one here.
fn ask_about(call: &mut Call<'_>, options: &Options) -> Outcome {
    let Some(answers) = call.all_input() else { return Outcome::NeedsInput };
    let text = String::from_utf8_lossy(&answers).into_owned();
    let mut answers = text.lines();
    let mut status = 0;
    for name in &options.operands {
        let path = call.path(name);
        if call.system.files().exists(&path) {
            let question = if call.is_gnu() {
                format!("rm: remove regular file '{name}'? ")
            } else {
                format!("rm: remove '{name}'? ")
            };
            call.stderr.extend_from_slice(question.as_bytes());
            if !answers.next().is_some_and(|answer| answer.starts_with(['y', 'Y'])) {
                continue;
            }
        }
        status |= remove(call, name, options);
    }
    Outcome::Ended(status)
}

fn remove(call: &mut Call<'_>, name: &str, options: &Options) -> i32 {
    let path = call.path(name);
    let gnu = call.is_gnu();
    let recursive = options.has('r') || options.has('R');
    let last = base_name(name.trim_end_matches('/'));
    if recursive && path == "/" {
        call.complain("not simulated: removing everything");
        return 1;
    }
    if matches!(last, "." | "..") && recursive {
        call.complain("refusing to remove '.' or '..' directory: skipping the operand");
        return 1;
    }
    let files = call.system.files();
    let link = files.link_target(&path).is_some();
    let directory = !link && files.is_directory(&path);
    let removed =
        if directory && !recursive { Err(FileError::IsADirectory) } else { remove_tree(call, &path, 0) };
    let text = match removed {
        Ok(()) if options.has('v') => {
            call.say(&format!("removed '{name}'"));
            return 0;
        }
        Ok(()) => return 0,
        Err(FileError::NotFound) if options.has('f') => return 0,
        Err(why) if gnu => format!("cannot remove '{name}': {why}"),
        Err(FileError::IsADirectory) => format!("'{name}' is a directory"),
        Err(why) => format!("can't remove '{name}': {why}"),
    };
    call.complain(&text);
    1
}

fn remove_tree(call: &mut Call<'_>, path: &str, depth: usize) -> Result<(), FileError> {
    let is_link = call.system.files().link_target(path).is_some();
    if depth < DEPTH_MAX && !is_link && call.system.files().is_directory(path) {
        for name in call.system.files().list(path)? {
            remove_tree(call, &join(path, &name), depth + 1)?;
        }
    }
    call.system.files().remove(path)
}

const COPIES: Taken = Taken {
    letters: "arRpPdLHfinuvTt:",
    refused: "lsbxSZ",
    long: &[
        ("archive", 'a'),
        ("recursive", 'r'),
        ("force", 'f'),
        ("interactive", 'i'),
        ("no-clobber", 'n'),
        ("update", 'u'),
        ("verbose", 'v'),
        ("preserve", 'p'),
        ("no-target-directory", 'T'),
        ("target-directory", 't'),
        ("dereference", 'L'),
        ("no-dereference", 'P'),
    ],
};

/// Copies files.
pub(super) fn cp(call: &mut Call<'_>) -> Outcome {
    copy(call, false)
}

/// Moves files.
pub(super) fn mv(call: &mut Call<'_>) -> Outcome {
    copy(call, true)
}

/// How something is copied.
#[derive(Clone, Copy)]
struct Manner {
    recursive: bool,
    keeps: bool,
    follows: bool,
}

fn copy(call: &mut Call<'_>, moves: bool) -> Outcome {
    let options = or_end!(call.options(&COPIES));
    if moves && let Some(letter) = "arRpPdLH".chars().find(|letter| options.has(*letter)) {
        return call.refuse_letter(letter);
    }
    let mut names = options.operands.clone();
    let target = options.value('t').map(str::to_owned).or_else(|| names.pop());
    let Some(target) = target.filter(|_| !names.is_empty()) else {
        return match (call.is_gnu(), options.operands.first().cloned()) {
            (true, Some(only)) => {
                call.fail_usage(&format!("missing destination file operand after '{only}'"))
            }
            _ => call.fail_usage("missing file operand"),
        };
    };
    let all = options.has('a');
    let recursive = moves || all || options.has('r') || options.has('R');
    let manner = Manner {
        recursive,
        keeps: moves || all || options.has('p'),
        follows: options.has('L') || !(recursive || options.has('d') || options.has('P')),
    };
    let to = call.path(&target);
    let into = call.system.files().is_directory(&to) && !options.has('T');
    if !into && names.len() > 1 {
        return no_folder(call, &names, &target, moves);
    }
    let mut status = 0;
    for name in &names {
        let from = call.path(name);
        let (to, shown) = match into {
            true => (join(&to, base_name(&from)), join_shown(&target, base_name(&from))),
            false => (to.clone(), target.clone()),
        };
        match one(call, (name, &from), (&shown, &to), &options, manner, moves) {
            Ok(true) if options.has('v') && moves && call.is_gnu() => {
                call.say(&format!("renamed '{name}' -> '{shown}'"))
            }
            Ok(true) if options.has('v') => call.say(&format!("'{name}' -> '{shown}'")),
            Ok(_) => {}
            Err(why) => {
                call.complain(&why);
                status = 1;
            }
        }
    }
    Outcome::Ended(status)
}

fn join_shown(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// Several things have only room in a directory.
fn no_folder(call: &mut Call<'_>, names: &[String], target: &str, moves: bool) -> Outcome {
    if call.is_gnu() {
        let path = call.path(target);
        let there = call.system.files().exists(&path);
        let why = if there { "Not a directory" } else { "No such file or directory" };
        call.complain(&format!("target '{target}': {why}"));
        return Outcome::Ended(1);
    }
    for name in names {
        let path = call.path(name);
        let there = call.system.files().exists(&path);
        call.complain(&match (moves, there) {
            (true, _) => format!("can't rename '{name}': No such file or directory"),
            (false, true) => {
                format!("can't create '{target}/{}': No such file or directory", base_name(&path))
            }
            (false, false) => format!("can't stat '{name}': No such file or directory"),
        });
    }
    Outcome::Ended(1)
}

type Place<'a> = (&'a str, &'a str);

/// Copies or moves one thing; whether anything was done, or what is wrong.
fn one(
    call: &mut Call<'_>,
    (name, from): Place<'_>,
    (shown, to): Place<'_>,
    options: &Options,
    manner: Manner,
    moves: bool,
) -> Result<bool, String> {
    let gnu = call.is_gnu();
    let files = call.system.files();
    let link = files.link_target(from).is_some();
    let as_link = link && !manner.follows;
    if !files.exists(from) && !as_link {
        return Err(match (gnu, moves) {
            (true, _) => format!("cannot stat '{name}': No such file or directory"),
            (false, true) => format!("can't rename '{name}': No such file or directory"),
            (false, false) => format!("can't stat '{name}': No such file or directory"),
        });
    }
    let directory = files.is_directory(from) && !as_link;
    if directory && !manner.recursive {
        return Err(match gnu {
            true => format!("-r not specified; omitting directory '{name}'"),
            false => format!("omitting directory '{name}'"),
        });
    }
    if files.followed(from) == files.followed(to) && files.exists(to) {
        return Err(format!("'{name}' and '{shown}' are the same file"));
    }
    if to.starts_with(&format!("{from}/")) && directory {
        return Err(match (gnu, moves) {
            (true, true) => format!("cannot move '{name}' to a subdirectory of itself, '{shown}'"),
            (true, false) => format!("cannot copy a directory, '{name}', into itself, '{shown}'"),
            (false, true) => format!("can't rename '{name}': Invalid argument"),
            (false, false) => format!("recursion detected, omitting directory '{name}'"),
        });
    }
    if files.exists(to) {
        let older = files.modified(from) <= files.modified(to);
        if options.has('n') || options.has('u') && older {
            return Ok(false);
        }
        if options.has('i') && !options.has('f') {
            let question = format!("{}: overwrite '{shown}'? ", call.name());
            call.stderr.extend_from_slice(question.as_bytes());
            // Whatever was typed comes first; without an answer it stays.
            let yes = call.input.bytes.front().is_some_and(|byte| matches!(byte, b'y' | b'Y'));
            if !yes {
                return Ok(false);
            }
        }
        let files = call.system.files();
        if moves && directory && files.is_directory(to) && files.list(to).is_ok_and(|names| !names.is_empty())
        {
            return Err(match gnu {
                true => format!("cannot overwrite '{shown}': Directory not empty"),
                false => format!("can't rename '{name}': Directory not empty"),
            });
        }
    }
    let copied = copy_tree(call, from, to, manner, 0);
    copied.map_err(|why| match (gnu, moves) {
        (true, true) => format!("cannot move '{name}' to '{shown}': {why}"),
        (true, false) if why == FileError::Program => format!("cannot open '{name}' for reading: {why}"),
        (true, false) => format!("cannot create regular file '{shown}': {why}"),
        (false, false) if why == FileError::Program => format!("can't open '{name}': {why}"),
        (false, true) if why == FileError::NotFound => format!("can't rename '{name}': {why}"),
        (false, _) => format!("can't create '{shown}': {why}"),
    })?;
    if moves {
        remove_tree(call, from, 0).map_err(|why| match gnu {
            true => format!("cannot remove '{name}': {why}"),
            false => format!("can't remove '{name}': {why}"),
        })?;
    }
    Ok(true)
}

fn copy_tree(
    call: &mut Call<'_>,
    from: &str,
    to: &str,
    manner: Manner,
    depth: usize,
) -> Result<(), FileError> {
    let mut files = call.system.files();
    if let Some(target) = files.link_target(from).filter(|_| !manner.follows) {
        if files.link_target(to).is_some() {
            files.remove(to)?;
        }
        return files.make_link(to, &target);
    }
    let (own, moment) = (files.ownership(from), files.modified(from));
    if !files.is_directory(from) || depth > DEPTH_MAX {
        let is_new = !files.exists(to);
        let bytes = files.read(from)?;
        files.write(to, bytes)?;
        if is_new || manner.keeps {
            let new = files.ownership(to);
            if let (Some(own), Some(new)) = (own, new) {
                let next = if manner.keeps { own } else { Ownership { mode: own.mode, ..new } };
                // Without the right to give it away it stays one's own.
                files
                    .set_ownership(to, next)
                    .or_else(|_| files.set_ownership(to, Ownership { mode: own.mode, ..new }))?;
            }
        }
    } else {
        if !files.is_directory(to) {
            files.make_directory(to)?;
        }
        for name in files.list(from)? {
            copy_tree(call, &join(from, &name), &join(to, &name), manner, depth + 1)?;
        }
    }
    if manner.keeps {
        call.system.files().set_modified(to, moment)?;
    }
    Ok(())
}
