//! ln, readlink, realpath.

use super::super::filesystem::join;
use super::options::{Taken, or_end};
use super::{Call, Outcome, base_name};

/// Makes symbolic links.
pub(super) fn ln(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "sfnTvbS:",
        refused: "rLP",
        long: &[
            ("symbolic", 's'),
            ("force", 'f'),
            ("no-dereference", 'n'),
            ("no-target-directory", 'T'),
            ("verbose", 'v'),
        ],
    };
    let options = or_end!(call.options(&taken));
    let mut names = options.operands.clone();
    if names.is_empty() {
        return call.fail_usage("missing file operand");
    }
    let place = if names.len() > 1 { names.pop().unwrap_or_default() } else { "./".to_owned() };
    let mut status = 0;
    for target in names {
        if !options.has('s') {
            status = hard_link(call, &target);
            continue;
        }
        let (mut path, mut shown) = (call.path(&place), place.clone());
        let mut files = call.system.files();
        let stays = options.has('T') || options.has('n') && files.link_target(&path).is_some();
        if files.is_directory(&path) && !stays {
            path = join(&path, base_name(&target));
            shown = format!("{}/{}", place.trim_end_matches('/'), base_name(&target));
        }
        let there = files.exists(&path) || files.link_target(&path).is_some();
        // What cannot be removed is told of when the link is made.
        if options.has('f') && there && !files.is_directory(&path)
            || options.has('f') && files.link_target(&path).is_some()
        {
            files.remove(&path).unwrap_or_default();
        }
        let made = files.make_link(&path, &target);
        match made {
            Ok(()) if options.has('v') => call.say(&format!("'{shown}' -> '{target}'")),
            Ok(()) => {}
            Err(why) => {
                let words = if call.is_gnu() {
                    format!("failed to create symbolic link '{shown}': {why}")
                } else {
                    format!("{shown}: {why}")
                };
                call.complain(&words);
                status = 1;
            }
        }
    }
    Outcome::Ended(status)
}

fn hard_link(call: &mut Call<'_>, target: &str) -> i32 {
    let path = call.path(target);
    let there = call.system.files().exists(&path);
    let words = match (there, call.is_gnu()) {
        (true, _) => "not simulated: hard links; use -s".to_owned(),
        (false, true) => format!("failed to access '{target}': No such file or directory"),
        (false, false) => format!("{target}: No such file or directory"),
    };
    call.complain(&words);
    1
}

/// link: hard links alone.
pub(super) fn link(call: &mut Call<'_>) -> Outcome {
    let [_, target, name] = call.arguments else { return call.fail_usage("missing operand") };
    if call.system.files().exists(&super::absolute(call.directory, target)) {
        return Outcome::Ended(hard_link(call, target));
    }
    call.complain(&format!("can't create hardlink '{name}' to '{target}': No such file or directory"));
    Outcome::Ended(1)
}

/// Prints where links point, or with `-f` where paths lead.
pub(super) fn readlink(call: &mut Call<'_>) -> Outcome {
    let real = call.name() == "realpath";
    let taken = Taken { letters: "fnemvqsz", refused: "", long: &[("canonicalize", 'f')] };
    let options = or_end!(call.options(&taken));
    if options.operands.is_empty() {
        return call.fail_usage("missing operand");
    }
    let gnu_or_strict = call.is_gnu() && !options.has('m');
    let whole = real || ['f', 'e', 'm'].iter().any(|letter| options.has(*letter));
    let mut status = 0;
    for name in &options.operands {
        let path = call.path(name);
        let files = call.system.files();
        let found = files.followed(&path);
        let parent_there =
            found.rsplit_once('/').is_none_or(|(above, _)| above.is_empty() || files.is_directory(above));
        let found = match (whole, real) {
            (true, _) if options.has('m') => Some(found),
            (true, true) if gnu_or_strict => files.exists(&found).then_some(found),
            (true, _) => (parent_there && (!options.has('e') || files.exists(&found))).then_some(found),
            (false, _) => files.link_target(&path),
        };
        match found {
            Some(found) if options.has('n') => call.stdout.extend_from_slice(found.as_bytes()),
            Some(found) => call.say(&found),
            None => {
                status = 1;
                if real && !options.has('q') {
                    call.complain(&format!("{name}: No such file or directory"));
                }
            }
        }
    }
    Outcome::Ended(status)
}
