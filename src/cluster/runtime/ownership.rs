//! Who owns a file and who may do what with it.

use serde::{Deserialize, Serialize};

use super::images::Image;
use super::tool_files::tool_at;

/// Mode, owner and group of a file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ownership {
    /// Permission bits, with those for set-group-id (2000) and sticky (1000).
    pub mode: u16,
    /// The user.
    pub user: i64,
    /// The group.
    pub group: i64,
}

/// Somebody who wants to do something with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The user.
    pub user: i64,
    /// The groups, the first one first.
    pub groups: Vec<i64>,
}

/// The permissions that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Reading, or listing a directory.
    Read = 4,
    /// Writing, or changing what is in a directory.
    Write = 2,
    /// Searching a directory.
    Search = 1,
}

/// Runs as its owner.
const SET_USER: u16 = 0o4000;
/// Group-id of the directory goes to what is made inside.
const SET_GROUP: u16 = 0o2000;
/// Only owners remove.
const STICKY: u16 = 0o1000;
/// What a shell in a container keeps from new files.
const UMASK: u16 = 0o022;

impl Ownership {
    /// A directory of root that everybody may look into.
    pub(super) const DIRECTORY: Self = Self { mode: 0o755, user: 0, group: 0 };
    /// A file of root that everybody may read.
    pub(super) const FILE: Self = Self { mode: 0o644, user: 0, group: 0 };

    /// Whether somebody may.
    pub(super) fn allows(self, who: &Identity, access: Access) -> bool {
        let shift = match who {
            who if who.user == 0 => return true,
            who if who.user == self.user => 6,
            who if who.groups.contains(&self.group) => 3,
            _ => 0,
        };
        (self.mode >> shift) & access as u16 != 0
    }

    /// Whether its mode lets anybody run it.
    pub(crate) fn runs(self) -> bool {
        self.mode & 0o111 != 0
    }

    /// Whether somebody may remove what `inside` says of an entry of this directory.
    pub(super) fn lets_remove(self, who: &Identity, inside: Self) -> bool {
        self.allows(who, Access::Write)
            && (self.mode & STICKY == 0 || who.user == 0 || who.user == self.user || who.user == inside.user)
    }

    /// What somebody makes in this directory belongs to.
    pub(super) fn for_new(self, who: &Identity, directory: bool) -> Self {
        let inherits = self.mode & SET_GROUP != 0;
        let group = if inherits { self.group } else { who.groups.first().copied().unwrap_or_default() };
        let mode = match directory {
            true if inherits => 0o755 | SET_GROUP,
            true => 0o755,
            false => 0o644,
        };
        Self { mode, user: who.user, group }
    }

    /// What an image or the machine brings along.
    pub(super) fn of_base(image: Option<&'static Image>, path: &str, directory: bool) -> Self {
        let default = if directory { Self::DIRECTORY } else { Self::FILE };
        let mode = match path {
            "/tmp" | "/var/tmp" => 0o1777,
            "/root" => 0o700,
            path if path.starts_with("/dev/") && !directory => 0o666,
            path if path.ends_with(".sh") => 0o755,
            path if !directory && tool_at(image, path).is_some() => 0o755,
            path if path.starts_with("/proc") => default.mode & 0o555,
            _ => default.mode,
        };
        // What an image with a user of its own is made for belongs to that user.
        let own = image.filter(|image| image.user != 0).filter(|image| {
            let home = image.working_directory;
            home != "/" && (path == home || path.starts_with(&format!("{home}/")))
        });
        match own {
            Some(image) => Self { mode, user: image.user, group: image.user },
            None => Self { mode, ..default },
        }
    }

    /// `drwxr-xr-x`.
    pub(super) fn letters(self, directory: bool) -> String {
        let mut text = String::from(if directory { "d" } else { "-" });
        for (shift, special, low, high) in
            [(6, SET_USER, 's', 'S'), (3, SET_GROUP, 's', 'S'), (0, STICKY, 't', 'T')]
        {
            let bits = self.mode >> shift;
            text.push(if bits & 4 != 0 { 'r' } else { '-' });
            text.push(if bits & 2 != 0 { 'w' } else { '-' });
            text.push(match (bits & 1 != 0, self.mode & special != 0) {
                (true, true) => low,
                (false, true) => high,
                (true, false) => 'x',
                (false, false) => '-',
            });
        }
        text
    }

    /// Changes a mode as `chmod` is told to: `755`, `u+x`, `go-w`, `a=r`, `+x`.
    pub(super) fn changed_mode(self, words: &str, directory: bool) -> Option<u16> {
        if let Ok(mode) = u16::from_str_radix(words, 8) {
            return (mode <= 0o7777).then_some(mode);
        }
        let mut mode = self.mode;
        for clause in words.split(',') {
            let at = clause.find(['+', '-', '='])?;
            let (who, mut rest) = clause.split_at(at);
            let mut mask =
                if who.is_empty() || who.contains('a') { 0o777 | SET_USER | SET_GROUP | STICKY } else { 0 };
            for letter in who.chars() {
                mask |= match letter {
                    'u' => 0o700 | SET_USER,
                    'g' => 0o070 | SET_GROUP,
                    'o' => 0o007 | STICKY,
                    'a' => 0,
                    _ => return None,
                };
            }
            while let Some(operator) = rest.chars().next() {
                let end = rest[1..].find(['+', '-', '=']).map_or(rest.len(), |place| place + 1);
                let mut bits = permissions(&rest[1..end], mode, directory)? & mask;
                if who.is_empty() {
                    // Where nobody is named, what the shell keeps from new files is kept.
                    bits &= !UMASK;
                }
                match operator {
                    '+' => mode |= bits,
                    '-' => mode &= !bits,
                    _ => mode = mode & !mask | bits,
                }
                rest = &rest[end..];
            }
        }
        Some(mode)
    }
}

/// The bits that letters, or one class whose bits are copied, stand for.
fn permissions(letters: &str, mode: u16, directory: bool) -> Option<u16> {
    let spread = |bits: u16| bits << 6 | bits << 3 | bits;
    match letters {
        "u" => return Some(spread(mode >> 6 & 7)),
        "g" => return Some(spread(mode >> 3 & 7)),
        "o" => return Some(spread(mode & 7)),
        _ => {}
    }
    letters.chars().try_fold(0, |bits, letter| {
        Some(
            bits | match letter {
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                'X' if directory || mode & 0o111 != 0 => 0o111,
                'X' => 0,
                's' => SET_USER | SET_GROUP,
                't' => STICKY,
                _ => return None,
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_shown_changed_and_kept_to() {
        let volume = Ownership { mode: 0o2777, user: 0, group: 2000 };
        assert_eq!(volume.letters(true), "drwxrwsrwx");
        assert_eq!(Ownership { mode: 0o1777, ..volume }.letters(true), "drwxrwxrwt");
        let somebody = Identity { user: 1000, groups: vec![3000, 2000] };
        let file = volume.for_new(&somebody, false);
        assert_eq!((file.mode, file.user, file.group), (0o644, 1000, 2000));
        assert!(file.allows(&somebody, Access::Write));
        assert!(!Ownership::FILE.allows(&somebody, Access::Write));
        assert!(Ownership::FILE.allows(&Identity::default(), Access::Write));
        assert_eq!(Ownership::FILE.changed_mode("u+x,go-r", false), Some(0o700));
        assert_eq!(Ownership::FILE.changed_mode("600", false), Some(0o600));
        assert_eq!(Ownership::FILE.changed_mode("+x", false), Some(0o755));
        assert_eq!(Ownership::FILE.changed_mode("nope", false), None);
        for (words, mode) in [
            ("+w", 0o644),
            ("a+w", 0o666),
            ("-w", 0o444),
            ("g=u", 0o664),
            ("o=", 0o640),
            ("u+x-w", 0o544),
            ("u+s,+t", 0o5644),
        ] {
            assert_eq!(Ownership::FILE.changed_mode(words, false), Some(mode), "{words}");
        }
        assert_eq!(volume.changed_mode("g=rx", true), Some(0o757));
        let sticky = Ownership { mode: 0o1777, ..Ownership::DIRECTORY };
        assert!(!sticky.lets_remove(&somebody, Ownership::FILE));
    }
}
