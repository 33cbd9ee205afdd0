//! ln, readlink, realpath.

use super::super::filesystem::join;
use super::{Call, Outcome, base_name};

/// Makes symbolic links.
pub(super) fn ln(call: &mut Call<'_>) -> Outcome {
    let (options, mut names) = call.split_options();
    if !options.contains('s') {
        call.complain("not simulated: hard links; use -s");
        return Outcome::Ended(1);
    }
    let place = if names.len() > 1 { names.pop().unwrap_or_default() } else { ".".to_owned() };
    for target in names {
        let mut path = call.path(&place);
        let mut files = call.system.files();
        if files.is_directory(&path) && !(options.contains('n') && files.link_target(&path).is_some()) {
            path = join(&path, base_name(&target));
        }
        if options.contains('f') && (files.exists(&path) || files.link_target(&path).is_some()) {
            // What cannot be removed is told of when the link is made.
            files.remove(&path).unwrap_or_default();
        }
        if let Err(why) = files.make_link(&path, &target) {
            call.complain(&format!("{place}: {why}"));
            return Outcome::Ended(1);
        }
    }
    Outcome::Ended(0)
}

/// Prints where links point, or with `-f` where paths lead.
pub(super) fn readlink(call: &mut Call<'_>) -> Outcome {
    let (options, names) = call.split_options();
    let whole = call.name() == "realpath" || options.contains(['f', 'e', 'm']);
    let mut status = 0;
    for name in names {
        let path = call.path(&name);
        let files = call.system.files();
        let found = if whole { Some(files.followed(&path)) } else { files.link_target(&path) };
        match found {
            Some(found) => call.say(&found),
            None => status = 1,
        }
    }
    Outcome::Ended(status)
}
