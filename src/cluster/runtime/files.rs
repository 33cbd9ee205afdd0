//! A tree of files: a container's writable layer, a volume, a node's disk.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::ownership::Ownership;

/// Why a file operation failed; shown with the C library's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileError {
    /// ENOENT.
    NotFound,
    /// ENOTDIR.
    NotADirectory,
    /// EISDIR.
    IsADirectory,
    /// EEXIST.
    Exists,
    /// ENOTEMPTY.
    NotEmpty,
    /// EROFS.
    ReadOnly,
    /// EACCES.
    Denied,
    /// ENOSPC.
    NoSpace,
    /// It has no end, and whoever reads wants all of it.
    Endless,
    /// It has one, but far away.
    TooLong,
    /// It is a program of the image.
    Program,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "No such file or directory",
            Self::NotADirectory => "Not a directory",
            Self::IsADirectory => "Is a directory",
            Self::Exists => "File exists",
            Self::NotEmpty => "Directory not empty",
            Self::ReadOnly => "Read-only file system",
            Self::Denied => "Permission denied",
            Self::NoSpace => "No space left on device",
            Self::Endless => "not simulated: reading all of a file that never ends",
            Self::Program => "not simulated: what is in the file of a program",
            Self::TooLong => "not simulated: reading files of more than 64 MiB",
        })
    }
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Entry {
    /// A file.
    File(#[serde(with = "super::text_bytes")] Vec<u8>),
    /// A file of so many zeros.
    Zeros(u64),
    /// A directory.
    Directory,
    /// A symbolic link, and where it points.
    Link(String),
    /// A file of the image that was removed.
    Removed,
}

impl Entry {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::File(bytes) => bytes.len() as u64,
            Self::Zeros(length) => *length,
            Self::Directory | Self::Link(_) | Self::Removed => 0,
        }
    }
}

/// A tree of files by absolute path: a writable layer, or a volume (whose root is `/`).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Files {
    pub(super) entries: BTreeMap<String, Entry>,
    /// Of those that are not root's with the usual mode.
    #[serde(default)]
    pub(super) owners: BTreeMap<String, Ownership>,
    /// Whether there was ever a symbolic link in it.
    #[serde(default)]
    pub(super) has_links: bool,
    /// When what is in it was changed, in seconds, as far as it was changed from inside.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) times: BTreeMap<String, i64>,
}

impl PartialEq for Files {
    /// The same content is the same, whenever it was written.
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries && self.owners == other.owners && self.has_links == other.has_links
    }
}

impl Eq for Files {}

impl Files {
    /// Puts a file and the directories above it.
    pub(crate) fn insert(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        for directory in parents(path) {
            self.entries.insert(directory.to_owned(), Entry::Directory);
        }
        self.owners.remove(path);
        self.times.remove(path);
        let mut bytes = bytes.into();
        // Files are many and stay: what a text was given to grow is given back.
        bytes.shrink_to_fit();
        self.entries.insert(path.to_owned(), Entry::File(bytes));
    }

    /// Takes a file out; empty when there is none.
    pub(crate) fn take(&mut self, path: &str) -> Vec<u8> {
        match self.entries.remove(path) {
            Some(Entry::File(bytes)) => bytes,
            _ => Vec::new(),
        }
    }

    /// What is at a path.
    pub(crate) fn path_kind(&self, path: &str) -> PathKind {
        match self.entries.get(path) {
            Some(Entry::File(_) | Entry::Zeros(_)) => PathKind::File,
            Some(Entry::Directory) => PathKind::Directory,
            _ if path.is_empty() || path == "/" => PathKind::Directory,
            _ => PathKind::Nothing,
        }
    }

    /// Makes a directory and those above it.
    pub(crate) fn make_folder(&mut self, path: &str) {
        for directory in parents(path).chain([path]) {
            self.entries.insert(directory.to_owned(), Entry::Directory);
        }
    }

    /// Makes a directory, if nothing is there, for whom the whole tree is for (`subPath`).
    pub(crate) fn make_part(&mut self, path: &str) {
        if self.path_kind(path) == PathKind::Nothing {
            self.make_folder(path);
            if let Some(root) = self.ownership("/") {
                self.owners.insert(path.to_owned(), root);
            }
        }
    }

    /// Removes a directory and all below it.
    pub(crate) fn remove_folder(&mut self, path: &str) {
        self.entries.retain(|name, _| name != path && !is_below(name, path));
    }

    /// Gives a file or directory an owner and a mode; the root of a volume is `/`.
    pub(crate) fn set_ownership(&mut self, path: &str, ownership: Ownership) {
        self.owners.insert(path.to_owned(), ownership);
    }

    /// Gives everything in it a group and a mode for files, as the kubelet does with what it writes.
    pub(crate) fn set_all(&mut self, mode_of: impl Fn(&str) -> u16, group: i64) {
        let names: Vec<(String, bool)> =
            self.entries.iter().map(|(name, entry)| (name.clone(), *entry == Entry::Directory)).collect();
        for (name, directory) in names {
            let mode = if directory { 0o755 } else { mode_of(&name) };
            self.owners.insert(name, Ownership { mode, user: 0, group });
        }
    }

    pub(super) fn ownership(&self, path: &str) -> Option<Ownership> {
        let directory = match self.entries.get(path) {
            Some(Entry::Directory) => true,
            Some(Entry::Removed) => return None,
            Some(_) => false,
            None if path == "/" => true,
            None => return None,
        };
        let default = if directory { Ownership::DIRECTORY } else { Ownership::FILE };
        Some(self.owners.get(path).copied().unwrap_or(default))
    }

    pub(super) fn size(&self) -> usize {
        self.entries.values().map(|entry| if let Entry::File(bytes) = entry { bytes.len() } else { 0 }).sum()
    }

    /// Bytes that it takes of a disk.
    pub(crate) fn disk_usage(&self) -> u64 {
        self.entries.values().map(Entry::length).sum()
    }
}

/// The directories above an absolute path, the root left out.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').skip(1).map(|(index, _)| &path[..index])
}

/// What a path of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathKind {
    /// Nothing is there.
    Nothing,
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// Whether a path is inside of a directory.
pub(super) fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory.trim_end_matches('/'))
        .is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
}
