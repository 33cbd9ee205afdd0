//! Symbolic links: what they point at, and where a path leads through them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::base_files::{base_link, may_lead_through_base_links};
use super::files::{Entry, Files};
use super::filesystem::{FileError, FileView, join, parent};

/// Links that one path may lead through.
const HOPS_MAX: usize = 40;

/// The path without links; what `link_at` gives for a path is where the link there points. A chain
/// without end stays at one of its links.
fn follow(path: &str, link_at: impl Fn(&str) -> Option<String>) -> String {
    let mut rest: VecDeque<String> = path.split('/').map(str::to_owned).collect();
    let (mut done, mut hops) = (String::new(), 0);
    while let Some(part) = rest.pop_front() {
        match part.as_str() {
            "" | "." => continue,
            ".." => {
                done.truncate(done.rfind('/').unwrap_or_default());
                continue;
            }
            _ => {}
        }
        let here = format!("{done}/{part}");
        match link_at(&here).filter(|_| hops < HOPS_MAX) {
            Some(target) => {
                hops += 1;
                if target.starts_with('/') {
                    done.clear();
                }
                target.rsplit('/').for_each(|part| rest.push_front(part.to_owned()));
            }
            None => done = here,
        }
    }
    if done.is_empty() { "/".to_owned() } else { done }
}

impl Files {
    /// Puts a symbolic link.
    pub(crate) fn insert_link(&mut self, path: &str, target: &str) {
        self.has_links = true;
        self.entries.insert(path.to_owned(), Entry::Link(target.to_owned()));
    }

    /// Where the link at a path points.
    pub(crate) fn link_target(&self, path: &str) -> Option<&str> {
        match self.entries.get(path)? {
            Entry::Link(target) => Some(target),
            _ => None,
        }
    }

    /// The same files as the kubelet publishes them: in a folder of their own, `..data` a link to it, and
    /// each of them a link through that.
    pub(crate) fn published(self, folder: &str) -> Self {
        let moved = |path: &str| if path == "/" { path.to_owned() } else { format!("/{folder}{path}") };
        let tops: BTreeSet<String> =
            self.entries.keys().filter_map(|path| path.split('/').nth(1)).map(str::to_owned).collect();
        let mut published = Self {
            entries: self.entries.into_iter().map(|(path, entry)| (moved(&path), entry)).collect(),
            owners: self.owners.into_iter().map(|(path, own)| (moved(&path), own)).collect(),
            times: self.times.into_iter().map(|(path, moment)| (moved(&path), moment)).collect(),
            has_links: true,
        };
        published.entries.insert(format!("/{folder}"), Entry::Directory);
        published.insert_link("/..data", folder);
        for top in tops {
            published.insert_link(&format!("/{top}"), &format!("..data/{top}"));
        }
        published
    }

    /// Whether both publish the same, in whatever folder.
    pub(crate) fn holds_what(&self, other: &Self) -> bool {
        let inside = |files: &Self| {
            let folder = format!("/{}/", files.link_target("/..data").unwrap_or_default());
            let inner = |path: &String| path.strip_prefix(&folder).map(str::to_owned);
            let entries =
                files.entries.iter().filter_map(|(path, entry)| Some((inner(path)?, entry.clone())));
            let owners = files.owners.iter().filter_map(|(path, own)| Some((inner(path)?, *own)));
            (entries.collect::<BTreeMap<_, _>>(), owners.collect::<BTreeMap<_, _>>())
        };
        inside(self) == inside(other)
    }

    /// A path of this tree without links.
    pub(crate) fn followed(&self, path: &str) -> String {
        follow(path, |path| self.link_target(path).map(str::to_owned))
    }
}

impl FileView<'_> {
    /// Where the link at a path points; the folders above may be links, too.
    pub(crate) fn link_target(&self, path: &str) -> Option<String> {
        self.link_at(&self.followed_parent(path))
    }

    fn link_at(&self, path: &str) -> Option<String> {
        match self.raw_entry(path) {
            Some(Entry::Link(target)) => Some(target.clone()),
            Some(_) => None,
            None => base_link(self.image, path).filter(|_| self.place(path).volume.is_none()),
        }
    }

    fn has_links(&self) -> bool {
        self.layer.has_links || self.disk.has_links || self.volumes.values().any(|files| files.has_links)
    }

    /// A path without links.
    pub(crate) fn followed(&self, path: &str) -> String {
        match self.has_links() || may_lead_through_base_links(path) {
            true => follow(path, |path| self.link_at(path)),
            false => path.to_owned(),
        }
    }

    /// The same for the folder of a path alone: what is there may be a link.
    pub(super) fn followed_parent(&self, path: &str) -> String {
        match path.rsplit_once('/') {
            Some((_, name)) if !name.is_empty() => join(&self.followed(parent(path)), name),
            _ => path.to_owned(),
        }
    }

    /// Makes a symbolic link.
    ///
    /// # Errors
    /// When something is there, or the folder takes no new entries.
    pub(crate) fn make_link(&mut self, path: &str, target: &str) -> Result<(), FileError> {
        let path = self.followed_parent(path);
        if self.raw_entry(&path).is_some_and(|entry| *entry != Entry::Removed) || self.exists(&path) {
            return Err(FileError::Exists);
        }
        self.write(&path, Vec::new())?;
        self.replace_by_link(&path, target)
    }
}

#[cfg(test)]
mod tests {
    use super::super::filesystem::Mount;
    use super::super::ownership::Identity;
    use super::*;

    #[test]
    fn paths_lead_through_links() {
        let mut volume = Files::default();
        volume.insert("/..stamp/key", "value");
        volume.insert_link("/..data", "..stamp");
        volume.insert_link("/key", "..data/key");
        assert_eq!(volume.followed("/key"), "/..stamp/key");
        let (mut layer, mut disk) = (Files::default(), Files::default());
        let mut volumes = BTreeMap::from([("v".to_owned(), volume)]);
        let mount = |path: &str, read_only| Mount {
            path: path.to_owned(),
            volume: "v".to_owned(),
            sub_path: String::new(),
            read_only,
            in_memory: false,
        };
        let mounts = [mount("/etc/config", true)];
        let mut view = FileView {
            image: None,
            layer: &mut layer,
            mounts: &mounts,
            volumes: &mut volumes,
            disk: &mut disk,
            read_only_root: false,
            who: Identity::default(),
            now: 0,
            born: 0,
        };
        assert_eq!(view.read("/etc/config/key").unwrap(), b"value");
        assert_eq!(view.list("/etc/config").unwrap(), ["..data", "..stamp", "key"]);
        assert_eq!(view.list("/etc/config/..data").unwrap(), ["key"]);
        assert_eq!(view.link_target("/etc/config/..data/key"), None);
        assert_eq!(view.make_link("/etc/config/more", "x"), Err(FileError::ReadOnly));
        view.make_link("/here", "etc/config/key").unwrap();
        view.make_link("/round", "round").unwrap();
        assert_eq!(view.read("/here").unwrap(), b"value");
        assert_eq!(view.read("/round"), Err(FileError::NotFound));
        assert_eq!(view.make_link("/here", "y"), Err(FileError::Exists));
        view.remove("/here").unwrap();
        assert!(!view.exists("/here") && view.exists("/etc/config/key"));
    }
}
