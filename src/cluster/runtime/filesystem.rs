//! The files as one container sees them: the image's own, the writable layer over them, mounted volumes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::base_files::{DIRECTORY, LINK, base_files};
use super::files::{Entry, is_below};
pub(crate) use super::files::{FileError, Files, PathKind};
use super::images::{Base, Image};
use super::ownership::{Access, Identity, Ownership};
use super::proc_files::MainStatus;
use super::tool_files::{tool_at, tools_in};

/// Bytes of zeros that it may hold besides: they take no room here.
const ZEROS_MAX: u64 = 64 << 30;
/// Bytes of zeros that are read at once.
const ZEROS_READ_MAX: u64 = 64 << 20;

/// The devices that every container has.
pub(super) const DEVICES: &[&str] = &[
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

/// Stands for the node's disk in a mount; no volume of a Pod can be called so.
pub(crate) const NODE_DISK: &str = "node/disk";

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
    /// Whether it is held in memory.
    #[serde(default)]
    pub in_memory: bool,
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
    /// Who looks.
    pub who: Identity,
    /// The present moment, in seconds.
    pub now: i64,
    /// When the container began, in seconds: as old is what nobody has changed.
    pub born: i64,
}

/// Where a path leads: into a mounted volume or into the layer.
pub(super) struct Place {
    pub volume: Option<(String, bool)>,
    pub path: String,
}

impl FileView<'_> {
    pub(super) fn place(&self, path: &str) -> Place {
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

    /// What was put at a path itself, in the layer or in what is mounted there.
    pub(super) fn raw_entry(&self, path: &str) -> Option<&Entry> {
        let place = self.place(path);
        match &place.volume {
            Some((volume, _)) => self.tree(volume)?.entries.get(&place.path),
            None => self.layer.entries.get(&place.path),
        }
    }

    pub(super) fn entry(&self, path: &str) -> Option<Entry> {
        let place = self.place(path);
        if place.path == "/" {
            return Some(Entry::Directory);
        }
        let Some((volume, _)) = &place.volume else {
            return match self.layer.entries.get(&place.path) {
                Some(Entry::Removed) => None,
                Some(entry) => Some(entry.clone()),
                None if self.is_above_a_mount(path) => Some(Entry::Directory),
                None => self.base_entry(&place.path),
            };
        };
        self.tree(volume)?.entries.get(&place.path).filter(|entry| **entry != Entry::Removed).cloned()
    }

    /// What a mounted volume holds.
    pub(super) fn tree(&self, volume: &str) -> Option<&Files> {
        if volume == NODE_DISK { Some(&*self.disk) } else { self.volumes.get(volume) }
    }

    fn base_entry(&self, path: &str) -> Option<Entry> {
        if DEVICES.contains(&path) {
            return Some(Entry::File(Vec::new()));
        }
        if path == "/proc/1/status" {
            return Some(Entry::File(MainStatus::usual(self.image).into()));
        }
        if path == "/proc/1" {
            return Some(Entry::Directory);
        }
        if let Some(tool) = tool_at(self.image, path) {
            return Some(tool);
        }
        if let Some((_, text)) = base_files(self.image).find(|(name, _)| *name == path) {
            return Some(match text.strip_prefix(LINK) {
                Some(target) => Entry::Link(target.to_owned()),
                None if *text == DIRECTORY => Entry::Directory,
                None => Entry::File(text.as_bytes().to_vec()),
            });
        }
        base_files(self.image).any(|(name, _)| is_below(name, path)).then_some(Entry::Directory)
    }

    /// Whether a path leads to a program as the image brought it.
    pub(crate) fn is_tool(&self, path: &str) -> bool {
        let path = &*self.followed(path);
        self.raw_entry(path).is_none()
            && self.place(path).volume.is_none()
            && tool_at(self.image, path).is_some()
    }

    /// Whether a path is one more name of busybox' one file.
    pub(super) fn is_busybox_again(&self, path: &str) -> bool {
        let base = self.image.map(Image::base);
        base == Some(Base::Busybox) && self.is_tool(path) && !path.ends_with("/busybox")
    }

    /// Whether everything below a folder is as the image brought it.
    pub(super) fn is_untouched(&self, folder: &str) -> bool {
        let written = self.layer.entries.keys().any(|path| is_below(path, folder));
        let near = |path: &str| path == folder || is_below(path, folder) || is_below(folder, path);
        !written && !self.mounts.iter().any(|mount| near(&mount.path))
    }

    fn is_above_a_mount(&self, path: &str) -> bool {
        self.mounts.iter().any(|mount| is_below(&mount.path, path))
    }

    /// Whether something is there.
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.entry(&self.followed(path)).is_some_and(|entry| !matches!(entry, Entry::Link(_)))
    }

    /// Whether a directory is there.
    pub(crate) fn is_directory(&self, path: &str) -> bool {
        self.entry(&self.followed(path)) == Some(Entry::Directory)
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = &*self.followed(path);
        if DEVICES.contains(&path) && !FINITE_DEVICES.contains(&path) {
            return Err(FileError::Endless);
        }
        let entry = self.entry(path);
        if entry.is_some() && !self.may(path, Access::Read) {
            return Err(FileError::Denied);
        }
        match entry {
            Some(Entry::File(bytes)) => Ok(bytes),
            Some(Entry::Zeros(_)) if self.is_tool(path) => Err(FileError::Program),
            Some(Entry::Zeros(length)) if length > ZEROS_READ_MAX => Err(FileError::TooLong),
            Some(Entry::Zeros(length)) => Ok(vec![0; usize::try_from(length).unwrap_or_default()]),
            Some(Entry::Directory) => Err(FileError::IsADirectory),
            _ => Err(FileError::NotFound),
        }
    }

    /// Bytes of a file; `None` for what is none.
    pub(crate) fn length(&self, path: &str) -> Option<u64> {
        match self.entry(&self.followed(path))? {
            entry @ (Entry::File(_) | Entry::Zeros(_)) => Some(entry.length()),
            Entry::Directory | Entry::Link(_) | Entry::Removed => None,
        }
    }

    /// Writes a file of so many zeros.
    pub(crate) fn write_zeros(&mut self, path: &str, length: u64) -> Result<(), FileError> {
        let path = &*self.followed(path);
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
        let path = &*self.followed(path);
        match self.entry(path) {
            Some(Entry::Directory) => {}
            Some(_) => return Err(FileError::NotADirectory),
            None => return Err(FileError::NotFound),
        }
        if !self.may(path, Access::Read) {
            return Err(FileError::Denied);
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
            for name in self.tree(volume).into_iter().flat_map(|files| files.entries.keys()) {
                add(name, &place.path);
            }
        } else {
            base_files(self.image).for_each(|(name, _)| add(name, path));
            DEVICES.iter().for_each(|name| add(name, path));
            tools_in(self.image, path).iter().for_each(|name| add(&join(path, name), path));
            self.layer.entries.keys().for_each(|name| add(name, path));
            self.mounts.iter().for_each(|mount| add(&mount.path, path));
        }
        names.retain(|name| self.entry(&join(path, name)).is_some());
        Ok(names.into_iter().collect())
    }

    /// Writes a file whole.
    pub(crate) fn write(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), FileError> {
        let path = &*self.followed(path);
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

    /// Makes a directory.
    pub(crate) fn make_directory(&mut self, path: &str) -> Result<(), FileError> {
        let path = &*self.followed_parent(path);
        if self.entry(path).is_some() {
            return Err(FileError::Exists);
        }
        self.check_parent(path)?;
        self.put(path, Entry::Directory)
    }

    /// Removes a file or an empty directory.
    pub(crate) fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let path = &*self.followed_parent(path);
        if self.entry(path) == Some(Entry::Directory) && !self.list(path)?.is_empty() {
            return Err(FileError::NotEmpty);
        }
        let Some(own) = self.own_ownership(path) else { return Err(FileError::NotFound) };
        let above = self.ownership(parent(path)).unwrap_or(Ownership::DIRECTORY);
        if self.is_writable_place(path) && !above.lets_remove(&self.who, own) {
            return Err(FileError::Denied);
        }
        self.put_entry(path, Entry::Removed)
    }

    fn check_parent(&self, path: &str) -> Result<(), FileError> {
        match self.entry(parent(path)) {
            Some(Entry::Directory) => Ok(()),
            Some(_) => Err(FileError::NotADirectory),
            None => Err(FileError::NotFound),
        }
    }

    /// Whether a path is on something that takes writes at all.
    pub(super) fn is_writable_place(&self, path: &str) -> bool {
        match self.place(path).volume {
            Some((_, read_only)) => !read_only,
            None => !self.read_only_root,
        }
    }

    /// Puts a new entry or a new content, when whoever looks may do that.
    fn put(&mut self, path: &str, entry: Entry) -> Result<(), FileError> {
        let old = self.ownership(path);
        if old.is_none() && is_below(path, "/proc") {
            return Err(FileError::NotFound);
        }
        let above = self.ownership(parent(path)).unwrap_or(Ownership::DIRECTORY);
        let asked = if old.is_some() { path } else { parent(path) };
        if self.is_writable_place(path) && !self.may(asked, Access::Write) {
            return Err(FileError::Denied);
        }
        let directory = entry == Entry::Directory;
        self.put_entry(path, entry)?;
        let next = old.unwrap_or_else(|| above.for_new(&self.who, directory));
        let usual = if directory { Ownership::DIRECTORY } else { Ownership::FILE };
        if next != usual || old.is_some() {
            self.own(path, next);
        }
        Ok(())
    }

    /// Puts a link in the place of a file.
    pub(super) fn replace_by_link(&mut self, path: &str, target: &str) -> Result<(), FileError> {
        self.put_entry(path, Entry::Link(target.to_owned()))
    }

    pub(super) fn put_entry(&mut self, path: &str, entry: Entry) -> Result<(), FileError> {
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
        files.has_links |= matches!(entry, Entry::Link(_));
        let is_new = files.entries.get(&place.path).is_none_or(|old| *old == Entry::Removed);
        if entry == Entry::Removed {
            files.times.remove(&place.path);
            files.owners.remove(&place.path);
        } else {
            files.times.insert(place.path.clone(), self.now);
        }
        if is_new || entry == Entry::Removed {
            files.times.insert(parent(&place.path).to_owned(), self.now);
        }
        files.entries.insert(place.path, entry);
        Ok(())
    }
}

/// The directory above a path.
pub(super) fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
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
    use super::super::images::image_in;
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
            in_memory: false,
        }];
        let mut view = FileView {
            image: image_in("docker.io/library/nginx"),
            layer: &mut layer,
            mounts: &mounts,
            volumes: &mut volumes,
            disk: &mut disk,
            read_only_root: false,
            who: Identity::default(),
            now: 0,
            born: 0,
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
        assert!(!layer.entries.contains_key("/data/x"));
    }

    #[test]
    fn paths_are_made_absolute() {
        assert_eq!(absolute("/app", "x/../y"), "/app/y");
        assert_eq!(absolute("/app", "/"), "/");
        assert_eq!(absolute("/", "../../etc//hosts"), "/etc/hosts");
    }
}
