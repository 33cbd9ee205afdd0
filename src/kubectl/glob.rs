//! Patterns of file names, `manifests/*.yaml`, matched as Go's `filepath.Glob` does.

use std::path::Path;

use super::errors::{Failure, Outcome};

/// The names that a pattern matches, starting from a folder, in order.
///
/// # Errors
/// When the pattern is none, or when nothing matches it.
pub(super) fn matching(folder: &Path, pattern: &str) -> Outcome<Vec<String>> {
    let mut found = vec![if pattern.starts_with('/') { "/".to_owned() } else { String::new() }];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        let part: Vec<char> = part.chars().collect();
        let wrong = || Failure::message(format!("pattern {pattern:?} is not valid: syntax error in pattern"));
        let mut next = Vec::new();
        for parent in &found {
            let join = |name: &str| match parent.as_str() {
                "" => name.to_owned(),
                "/" => format!("/{name}"),
                parent => format!("{parent}/{name}"),
            };
            if !part.iter().any(|c| "*?[\\".contains(*c)) {
                next.push(join(&part.iter().collect::<String>()));
                continue;
            }
            let entries = std::fs::read_dir(folder.join(parent)).into_iter().flatten().flatten();
            let mut names: Vec<String> =
                entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
            names.sort();
            for name in names {
                if fits(&part, &name.chars().collect::<Vec<_>>()).ok_or_else(wrong)? {
                    next.push(join(&name));
                }
            }
        }
        found = next;
    }
    found.retain(|name| folder.join(name).exists());
    if found.is_empty() {
        return Err(Failure::message(format!("the path {pattern:?} does not exist")));
    }
    Ok(found)
}

/// Whether a name fits; `None` when the pattern is broken.
fn fits(pattern: &[char], name: &[char]) -> Option<bool> {
    let Some((first, rest)) = pattern.split_first() else { return Some(name.is_empty()) };
    match first {
        '*' => {
            for skipped in 0..=name.len() {
                if fits(rest, &name[skipped..])? {
                    return Some(true);
                }
            }
            Some(false)
        }
        '?' => {
            if name.is_empty() {
                Some(false)
            } else {
                fits(rest, &name[1..])
            }
        }
        '[' => {
            let end = rest.iter().skip(1).position(|c| *c == ']')? + 1;
            let (set, rest) = (&rest[..end], &rest[end + 1..]);
            let (negated, set) = match set.split_first() {
                Some(('^', set)) => (true, set),
                _ => (false, set),
            };
            let Some((letter, name)) = name.split_first() else { return Some(false) };
            if is_among(set, *letter) == negated { Some(false) } else { fits(rest, name) }
        }
        '\\' => {
            let (letter, rest) = rest.split_first()?;
            if name.first() == Some(letter) { fits(rest, &name[1..]) } else { Some(false) }
        }
        letter => {
            if name.first() == Some(letter) {
                fits(rest, &name[1..])
            } else {
                Some(false)
            }
        }
    }
}

fn is_among(set: &[char], letter: char) -> bool {
    match set {
        [low, '-', high, rest @ ..] => (*low..=*high).contains(&letter) || is_among(rest, letter),
        [one, rest @ ..] => *one == letter || is_among(rest, letter),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_find_files_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["d/b.yaml", "d/a.yaml", "d/c.json", "e/a.yaml"] {
            std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let find = |pattern: &str| matching(folder.path(), pattern).map_err(|failure| failure.to_string());
        assert_eq!(find("d/*.yaml").unwrap(), ["d/a.yaml", "d/b.yaml"]);
        assert_eq!(find("?/[a-b].y*l").unwrap(), ["d/a.yaml", "d/b.yaml", "e/a.yaml"]);
        assert_eq!(find("d/[^ab].*").unwrap(), ["d/c.json"]);
        assert_eq!(find("d/*.toml").unwrap_err(), "the path \"d/*.toml\" does not exist");
        assert_eq!(find("d/[a").unwrap_err(), "pattern \"d/[a\" is not valid: syntax error in pattern");
        let whole = format!("{}/d/*.json", folder.path().display());
        assert_eq!(find(&whole).unwrap(), [format!("{}/d/c.json", folder.path().display())]);
    }
}
