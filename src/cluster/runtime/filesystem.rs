//! Files of a container: the image's own, the writable layer over them, and mounted volumes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::base_files::base_files;
use super::images::Image;

/// Bytes of zeros that it may hold besides: they take no room here.
const ZEROS_MAX: u64 = 64 << 30;
/// Bytes of zeros that are read at once.
const ZEROS_READ_MAX: u64 = 64 << 20;

/// The devices that every container has.
const DEVICES: &[&str] = &[
    "/dev/full",
    "/dev/null",
    "/dev/random",
    "/dev/stderr",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/tty",
    "/dev/urandom",
    "/dev/zero",
];
/// Those that can be read to the end.
const FINITE_DEVICES: &[&str] = &["/dev/null", "/dev/stderr", "/dev/stdin", "/dev/stdout", "/dev/tty"];

/// Bytes that one writable layer or volume may hold.
const SIZE_MAX: usize = 16 << 20;

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
    /// ENOSPC.
    NoSpace,
    /// It has no end, and whoever reads wants all of it.
    Endless,
    /// It has one, but far away.
    TooLong,
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
            Self::NoSpace => "No space left on device",
            Self::Endless => "not simulated: reading all of a file that never ends",
            Self::TooLong => "not simulated: reading files of more than 64 MiB",
        })
    }
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Entry {
    File(Vec<u8>),
    /// A file of so many zeros.
    Zeros(u64),
    Directory,
    /// A file of the image that was removed.
    Removed,
}

impl Entry {
    fn length(&self) -> u64 {
        match self {
            Self::File(bytes) => bytes.len() as u64,
            Self::Zeros(length) => *length,
            Self::Directory | Self::Removed => 0,
        }
    }
}

/// A tree of files by absolute path: a writable layer, or a volume (whose root is `/`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Files(BTreeMap<String, Entry>);

impl Files {
    /// Puts a file and the directories above it.
    pub(crate) fn insert(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        for directory in parents(path) {
            self.0.insert(directory.to_owned(), Entry::Directory);
        }
        self.0.insert(path.to_owned(), Entry::File(bytes.into()));
    }

    /// Takes a file out; empty when there is none.
    pub(crate) fn take(&mut self, path: &str) -> Vec<u8> {
        match self.0.remove(path) {
            Some(Entry::File(bytes)) => bytes,
            _ => Vec::new(),
        }
    }

    /// What is at a path.
    pub(crate) fn path_kind(&self, path: &str) -> PathKind {
        match self.0.get(path) {
            Some(Entry::File(_) | Entry::Zeros(_)) => PathKind::File,
            Some(Entry::Directory) => PathKind::Directory,
            _ if path.is_empty() || path == "/" => PathKind::Directory,
            _ => PathKind::Nothing,
        }
    }

    /// Makes a directory and those above it.
    pub(crate) fn make_folder(&mut self, path: &str) {
        for directory in parents(path).chain([path]) {
            self.0.insert(directory.to_owned(), Entry::Directory);
        }
    }

    /// Removes a directory and all below it.
    pub(crate) fn remove_folder(&mut self, path: &str) {
        self.0.retain(|name, _| name != path && !is_below(name, path));
    }

    fn size(&self) -> usize {
        self.0.values().map(|entry| if let Entry::File(bytes) = entry { bytes.len() } else { 0 }).sum()
    }

    /// Bytes that it takes of a disk.
    pub(crate) fn disk_usage(&self) -> u64 {
        self.0.values().map(Entry::length).sum()
    }
}

/// The directories above an absolute path, the root left out.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').skip(1).map(|(index, _)| &path[..index])
}

/// Stands for the node's disk in a mount; no volume of a Pod can be called so.
pub(crate) const NODE_DISK: &str = "node/disk";

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

/// A volume mounted into a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mount {
    /// Where it appears.
    pub path: String,
    /// Name of the Pod's volume.
    pub volume: String,
    /// Path inside the volume; empty for its root.
    pub sub_path: String,
    /// Refuse writes.
    pub read_only: bool,
}

/// The files as one container sees them.
pub(crate) struct FileView<'a> {
    /// The image below everything, when it is one of the catalogue.
    pub image: Option<&'static Image>,
    /// The container's writable layer.
    pub layer: &'a mut Files,
    /// What is mounted where.
    pub mounts: &'a [Mount],
    /// The Pod's volumes by name.
    pub volumes: &'a mut BTreeMap<String, Files>,
    /// The node's disk, which mounts of the volume [`NODE_DISK`] show a part of.
    pub disk: &'a mut Files,
    /// `readOnlyRootFilesystem`.
    pub read_only_root: bool,
}

/// Where a path leads: into a mounted volume or into the layer.
struct Place {
    volume: Option<(String, bool)>,
    path: String,
}

impl FileView<'_> {
    fn place(&self, path: &str) -> Place {
        let mount = self
            .mounts
            .iter()
            .filter(|mount| path == mount.path || is_below(path, &mount.path))
            .max_by_key(|mount| mount.path.len());
        match mount {
            Some(mount) => {
                let sub = mount.sub_path.trim_matches('/');
                let sub = if sub.is_empty() { String::new() } else { format!("/{sub}") };
                let rest = path.strip_prefix(mount.path.trim_end_matches('/')).unwrap_or_default();
                let path = format!("{sub}{rest}");
                let path = if path.is_empty() { "/".to_owned() } else { path };
                Place { volume: Some((mount.volume.clone(), mount.read_only)), path }
            }
            None => Place { volume: None, path: path.to_owned() },
        }
    }

    fn entry(&self, path: &str) -> Option<Entry> {
        let place = self.place(path);
        if place.path == "/" {
            return Some(Entry::Directory);
        }
        let Some((volume, _)) = &place.volume else {
            return match self.layer.0.get(&place.path) {
                Some(Entry::Removed) => None,
                Some(entry) => Some(entry.clone()),
                None if self.is_above_a_mount(path) => Some(Entry::Directory),
                None => self.base_entry(&place.path),
            };
        };
        self.tree(volume)?.0.get(&place.path).filter(|entry| **entry != Entry::Removed).cloned()
    }

    /// What a mounted volume holds.
    fn tree(&self, volume: &str) -> Option<&Files> {
        if volume == NODE_DISK { Some(&*self.disk) } else { self.volumes.get(volume) }
    }

    fn base_entry(&self, path: &str) -> Option<Entry> {
        if DEVICES.contains(&path) {
            return Some(Entry::File(Vec::new()));
        }
        let base = base_files(self.image);
        if let Some((_, text)) = base.iter().find(|(name, _)| *name == path) {
            return Some(if path_is_directory(text) {
                Entry::Directory
            } else {
                Entry::File(text.as_bytes().to_vec())
            });
        }
        base.iter().any(|(name, _)| is_below(name, path)).then_some(Entry::Directory)
    }

    fn is_above_a_mount(&self, path: &str) -> bool {
        self.mounts.iter().any(|mount| is_below(&mount.path, path))
    }

    /// Whether something is there.
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// Whether a directory is there.
    pub(crate) fn is_directory(&self, path: &str) -> bool {
        self.entry(path) == Some(Entry::Directory)
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if DEVICES.contains(&path) && !FINITE_DEVICES.contains(&path) {
            return Err(FileError::Endless);
        }
        match self.entry(path) {
            Some(Entry::File(bytes)) => Ok(bytes),
            Some(Entry::Zeros(length)) if length > ZEROS_READ_MAX => Err(FileError::TooLong),
            Some(Entry::Zeros(length)) => Ok(vec![0; usize::try_from(length).unwrap_or_default()]),
            Some(Entry::Directory) => Err(FileError::IsADirectory),
            _ => Err(FileError::NotFound),
        }
    }

    /// Bytes of a file; `None` for what is none.
    pub(crate) fn length(&self, path: &str) -> Option<u64> {
        match self.entry(path)? {
            entry @ (Entry::File(_) | Entry::Zeros(_)) => Some(entry.length()),
            Entry::Directory | Entry::Removed => None,
        }
    }

    /// Writes a file of so many zeros.
    pub(crate) fn write_zeros(&mut self, path: &str, length: u64) -> Result<(), FileError> {
        if DEVICES.contains(&path) {
            return Ok(());
        }
        if self.is_directory(path) {
            return Err(FileError::IsADirectory);
        }
        self.check_parent(path)?;
        self.put(path, Entry::Zeros(length))
    }

    /// The names in a directory, sorted.
    pub(crate) fn list(&self, path: &str) -> Result<Vec<String>, FileError> {
        match self.entry(path) {
            Some(Entry::Directory) => {}
            Some(_) => return Err(FileError::NotADirectory),
            None => return Err(FileError::NotFound),
        }
        let place = self.place(path);
        let mut names = BTreeSet::new();
        let mut add = |name: &str, base: &str| {
            let rest = name.strip_prefix(base.trim_end_matches('/')).unwrap_or_default();
            if let Some(first) = rest.strip_prefix('/').and_then(|rest| rest.split('/').next())
                && !first.is_empty()
            {
                names.insert(first.to_owned());
            }
        };
        if let Some((volume, _)) = &place.volume {
            for name in self.tree(volume).into_iter().flat_map(|files| files.0.keys()) {
                add(name, &place.path);
            }
        } else {
            base_files(self.image).iter().for_each(|(name, _)| add(name, path));
            DEVICES.iter().for_each(|name| add(name, path));
            self.layer.0.keys().for_each(|name| add(name, path));
            self.mounts.iter().for_each(|mount| add(&mount.path, path));
        }
        names.retain(|name| self.exists(&join(path, name)));
        Ok(names.into_iter().collect())
    }

    /// Writes a file whole.
    pub(crate) fn write(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), FileError> {
        match path {
            "/dev/full" if !bytes.is_empty() => return Err(FileError::NoSpace),
            path if DEVICES.contains(&path) => return Ok(()),
            _ => {}
        }
        if self.is_directory(path) {
            return Err(FileError::IsADirectory);
        }
        self.check_parent(path)?;
        self.put(path, Entry::File(bytes))
    }

    /// Writes at the end of a file, which is made when absent.
    pub(crate) fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let mut all = match self.read(path) {
            Ok(all) => all,
            Err(FileError::NotFound) => Vec::new(),
            Err(error) => return Err(error),
        };
        all.extend_from_slice(bytes);
        self.write(path, all)
    }

    /// Whether nothing can be written at a path, whatever is there.
    pub(crate) fn is_read_only(&self, path: &str) -> bool {
        self.place(path).volume.map_or(self.read_only_root, |(_, read_only)| read_only)
    }

    /// Makes a directory.
    pub(crate) fn make_directory(&mut self, path: &str) -> Result<(), FileError> {
        if self.exists(path) {
            return Err(FileError::Exists);
        }
        self.check_parent(path)?;
        self.put(path, Entry::Directory)
    }

    /// Removes a file or an empty directory.
    pub(crate) fn remove(&mut self, path: &str) -> Result<(), FileError> {
        if self.is_directory(path) && !self.list(path)?.is_empty() {
            return Err(FileError::NotEmpty);
        }
        if !self.exists(path) {
            return Err(FileError::NotFound);
        }
        self.put(path, Entry::Removed)
    }

    fn check_parent(&self, path: &str) -> Result<(), FileError> {
        let parent = path.rsplit_once('/').map_or("/", |(parent, _)| parent);
        match self.entry(if parent.is_empty() { "/" } else { parent }) {
            Some(Entry::Directory) => Ok(()),
            Some(_) => Err(FileError::NotADirectory),
            None => Err(FileError::NotFound),
        }
    }

    fn put(&mut self, path: &str, entry: Entry) -> Result<(), FileError> {
        let place = self.place(path);
        let files = match place.volume {
            Some((_, true)) => return Err(FileError::ReadOnly),
            Some((volume, false)) if volume == NODE_DISK => &mut *self.disk,
            Some((volume, false)) => self.volumes.entry(volume).or_default(),
            None if self.read_only_root => return Err(FileError::ReadOnly),
            None => &mut *self.layer,
        };
        if let Entry::File(bytes) = &entry
            && files.size() + bytes.len() > SIZE_MAX
        {
            return Err(FileError::NoSpace);
        }
        if let Entry::Zeros(length) = &entry
            && files.disk_usage().saturating_add(*length) > ZEROS_MAX
        {
            return Err(FileError::NoSpace);
        }
        files.0.insert(place.path, entry);
        Ok(())
    }
}

fn path_is_directory(text: &str) -> bool {
    text == super::base_files::DIRECTORY
}

fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory.trim_end_matches('/'))
        .is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
}

/// `/etc` and `hosts` → `/etc/hosts`.
pub(crate) fn join(directory: &str, name: &str) -> String {
    format!("{}/{name}", directory.trim_end_matches('/'))
}

/// An absolute path without `.`, `..` and doubled slashes.
pub(crate) fn absolute(working_directory: &str, path: &str) -> String {
    let full = if path.starts_with('/') { path.to_owned() } else { join(working_directory, path) };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::images::image_of;
    use super::*;

    #[test]
    fn a_layer_covers_the_image_and_mounts_cover_both() {
        let (mut layer, mut volumes, mut disk) = (Files::default(), BTreeMap::new(), Files::default());
        volumes.insert("data".to_owned(), Files::default());
        let mounts = [Mount {
            path: "/data".to_owned(),
            volume: "data".to_owned(),
            sub_path: String::new(),
            read_only: false,
        }];
        let mut view = FileView {
            image: image_of("docker.io/library/nginx"),
            layer: &mut layer,
            mounts: &mounts,
            volumes: &mut volumes,
            disk: &mut disk,
            read_only_root: false,
        };
        let page = "/usr/share/nginx/html/index.html";
        assert!(view.read(page).is_ok());
        view.write(page, b"mine".to_vec()).unwrap();
        assert_eq!(view.read(page).unwrap(), b"mine");
        view.remove(page).unwrap();
        assert_eq!(view.read(page), Err(FileError::NotFound));
        view.write("/data/x", b"kept".to_vec()).unwrap();
        assert_eq!(view.list("/data").unwrap(), ["x"]);
        assert!(view.list("/").unwrap().contains(&"data".to_owned()));
        assert_eq!(view.write("/nowhere/x", Vec::new()), Err(FileError::NotFound));
        assert!(!layer.0.contains_key("/data/x"));
    }

    #[test]
    fn paths_are_made_absolute() {
        assert_eq!(absolute("/app", "x/../y"), "/app/y");
        assert_eq!(absolute("/app", "/"), "/");
        assert_eq!(absolute("/", "../../etc//hosts"), "/etc/hosts");
    }
}
