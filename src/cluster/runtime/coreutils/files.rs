//! cat, cp, mkdir, mv, rm, rmdir, tee, touch.

use super::super::filesystem::{FileError, join};
use super::devices::{bytes_of, is_endless};
use super::load::piece;
use super::{Call, Outcome, base_name};

/// Copies files or standard input to standard output.
pub(super) fn cat(call: &mut Call<'_>) -> Outcome {
    let (_, mut names) = call.split_options();
    if names.is_empty() {
        names.push("-".to_owned());
    }
    let mut status = 0;
    for name in names {
        if name == "-" {
            let bytes: Vec<u8> = call.input.bytes.drain(..).collect();
            call.stdout.extend(bytes);
            if call.input.open {
                return Outcome::NeedsInput;
            }
            continue;
        }
        let path = call.path(&name);
        if is_endless(&path) {
            if call.discards {
                return Outcome::Becomes("burner".to_owned());
            }
            let (piece, path) = (piece(call), path.clone());
            let bytes = bytes_of(&path, piece, call.system);
            call.stdout.extend(bytes);
            return Outcome::More;
        }
        match call.system.files().read(&path) {
            Ok(bytes) => call.stdout.extend(bytes),
            Err(FileError::IsADirectory) => {
                call.complain("read error: Is a directory");
                status = 1;
            }
            Err(why) => {
                call.complain(&format!("can't open '{name}': {why}"));
                status = 1;
            }
        }
    }
    Outcome::Ended(status)
}

/// Copies input to output and to files.
pub(super) fn tee(call: &mut Call<'_>) -> Outcome {
    let bytes: Vec<u8> = call.input.bytes.drain(..).collect();
    let (options, names) = call.split_options();
    // What came before has been written already.
    let goes_on = std::mem::replace(call.memory, 1) == 1;
    for name in names {
        let path = call.path(&name);
        let mut files = call.system.files();
        let written = if options.contains('a') || goes_on {
            files.append(&path, &bytes)
        } else {
            files.write(&path, bytes.clone())
        };
        if let Err(why) = written {
            call.complain(&format!("{name}: {why}"));
        }
    }
    call.stdout.extend(bytes);
    if call.input.open { Outcome::NeedsInput } else { Outcome::Ended(0) }
}

/// Makes files that are not there.
pub(super) fn touch(call: &mut Call<'_>) -> Outcome {
    each(call, |call, name| {
        let path = call.path(name);
        let mut files = call.system.files();
        if files.exists(&path) { Ok(()) } else { files.write(&path, Vec::new()) }
    })
}

/// Makes directories.
pub(super) fn mkdir(call: &mut Call<'_>) -> Outcome {
    let parents = call.split_options().0.contains('p');
    let (_, names) = call.split_options();
    for name in names {
        let path = call.path(&name);
        let mut files = call.system.files();
        let mut made = Ok(());
        if parents {
            let inner =
                path.match_indices('/').skip(1).map(|(index, _)| &path[..index]).chain([path.as_str()]);
            for directory in inner {
                if !files.is_directory(directory) {
                    made = made.and_then(|()| files.make_directory(directory));
                }
            }
        } else {
            made = files.make_directory(&path);
        }
        if let Err(why) = made {
            call.complain(&format!("can't create directory '{name}': {why}"));
            return Outcome::Ended(1);
        }
    }
    Outcome::Ended(0)
}

/// Makes a file or directory with a name of its own.
pub(super) fn mktemp(call: &mut Call<'_>) -> Outcome {
    let (options, _) = call.split_options();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut path = "/tmp/tmp.".to_owned();
    for _ in 0..6 {
        let place = usize::try_from(call.system.random(letters.len() as u64)).unwrap_or_default();
        path.push(char::from(letters[place]));
    }
    let mut files = call.system.files();
    let made =
        if options.contains('d') { files.make_directory(&path) } else { files.write(&path, Vec::new()) };
    match made {
        Ok(()) => {
            call.say(&path);
            Outcome::Ended(0)
        }
        Err(why) => {
            call.complain(&format!("{path}: {why}"));
            Outcome::Ended(1)
        }
    }
}

/// Removes empty directories.
pub(super) fn rmdir(call: &mut Call<'_>) -> Outcome {
    each(call, |call, name| {
        let path = call.path(name);
        call.system.files().remove(&path)
    })
}

/// Removes files, and whole trees with `-r`.
pub(super) fn rm(call: &mut Call<'_>) -> Outcome {
    let (options, names) = call.split_options();
    let (recursive, force) = (options.contains(['r', 'R']), options.contains('f'));
    let mut status = 0;
    for name in names {
        let path = call.path(&name);
        let removed = if recursive {
            remove_tree(call, &path, 0)
        } else if call.system.files().link_target(&path).is_none() && call.system.files().is_directory(&path)
        {
            Err(FileError::IsADirectory)
        } else {
            call.system.files().remove(&path)
        };
        match removed {
            Ok(()) => {}
            Err(FileError::NotFound) if force => {}
            Err(FileError::IsADirectory) => {
                call.complain(&format!("'{name}' is a directory"));
                status = 1;
            }
            Err(why) => {
                call.complain(&format!("can't remove '{name}': {why}"));
                status = 1;
            }
        }
    }
    Outcome::Ended(status)
}

/// Levels of folders that are walked.
const DEPTH_MAX: usize = 64;

fn remove_tree(call: &mut Call<'_>, path: &str, depth: usize) -> Result<(), FileError> {
    let is_link = call.system.files().link_target(path).is_some();
    if depth < DEPTH_MAX && !is_link && call.system.files().is_directory(path) {
        for name in call.system.files().list(path)? {
            remove_tree(call, &join(path, &name), depth + 1)?;
        }
    }
    call.system.files().remove(path)
}

/// Copies files.
pub(super) fn cp(call: &mut Call<'_>) -> Outcome {
    copy(call, false)
}

/// Moves files.
pub(super) fn mv(call: &mut Call<'_>) -> Outcome {
    copy(call, true)
}

fn copy(call: &mut Call<'_>, moves: bool) -> Outcome {
    let (_, mut names) = call.split_options();
    let Some(target) = names.pop().filter(|_| !names.is_empty()) else {
        call.complain("missing file operand");
        return Outcome::Ended(1);
    };
    let to = call.path(&target);
    let mut status = 0;
    for name in names {
        let from = call.path(&name);
        let to = if call.system.files().is_directory(&to) { join(&to, base_name(&from)) } else { to.clone() };
        if let Err(why) = copy_tree(call, &from, &to, 0) {
            let message = match (why, moves) {
                (FileError::NotFound, true) => format!("can't rename '{name}': {why}"),
                (FileError::NotFound, false) => format!("can't stat '{name}': {why}"),
                (why, _) => format!("can't create '{target}': {why}"),
            };
            call.complain(&message);
            status = 1;
        } else if moves && remove_tree(call, &from, 0).is_err() {
            call.complain(&format!("can't remove '{name}'"));
            status = 1;
        }
    }
    Outcome::Ended(status)
}

fn copy_tree(call: &mut Call<'_>, from: &str, to: &str, depth: usize) -> Result<(), FileError> {
    let mut files = call.system.files();
    if !files.is_directory(from) || depth > DEPTH_MAX {
        let bytes = files.read(from)?;
        return files.write(to, bytes);
    }
    if !files.is_directory(to) {
        files.make_directory(to)?;
    }
    for name in files.list(from)? {
        copy_tree(call, &join(from, &name), &join(to, &name), depth + 1)?;
    }
    Ok(())
}

/// Does something to every operand and complains about those for which it fails.
fn each(call: &mut Call<'_>, act: fn(&mut Call<'_>, &str) -> Result<(), FileError>) -> Outcome {
    let (_, names) = call.split_options();
    let mut status = 0;
    for name in names {
        if let Err(why) = act(call, &name) {
            call.complain(&format!("{name}: {why}"));
            status = 1;
        }
    }
    Outcome::Ended(status)
}
