//! Owners, modes and moments of files as one container sees them.

use super::base_files::base_files;
use super::files::{Entry, FileError, Files};
use super::filesystem::{DEVICES, FileView, NODE_DISK};
use super::ownership::{Access, Ownership};

impl FileView<'_> {
    /// Who owns what a path leads to.
    pub(crate) fn ownership(&self, path: &str) -> Option<Ownership> {
        self.own_ownership(&self.followed(path))
    }

    /// Who owns what is at a path itself.
    pub(crate) fn own_ownership(&self, path: &str) -> Option<Ownership> {
        let entry = self.entry(path)?;
        let place = self.place(path);
        let found = match &place.volume {
            Some((volume, _)) => self.tree(volume).and_then(|files| files.ownership(&place.path)),
            None if self.layer.owners.contains_key(&place.path) => self.layer.ownership(&place.path),
            None if base_files(self.image).any(|(name, _)| *name == place.path) => None,
            None => self.layer.ownership(&place.path),
        };
        Some(found.unwrap_or_else(|| Ownership::of_base(self.image, path, entry == Entry::Directory)))
    }

    pub(super) fn may(&self, path: &str, access: Access) -> bool {
        if self.who.user == 0 {
            return true;
        }
        let mut above = path.match_indices('/').skip(1).map(|(index, _)| &path[..index]);
        let reachable = above.all(|folder| {
            self.ownership(folder).is_none_or(|ownership| ownership.allows(&self.who, Access::Search))
        });
        reachable && self.ownership(path).is_none_or(|ownership| ownership.allows(&self.who, access))
    }

    /// Gives a file or directory another mode or owner.
    ///
    /// # Errors
    /// EPERM's words are the caller's: here it is [`FileError::Denied`].
    pub(crate) fn set_ownership(&mut self, path: &str, next: Ownership) -> Result<(), FileError> {
        let path = &*self.followed(path);
        let (Some(entry), Some(own)) = (self.entry(path), self.ownership(path)) else {
            return Err(FileError::NotFound);
        };
        if !self.is_writable_place(path) {
            return Err(FileError::ReadOnly);
        }
        let gives_away =
            next.user != own.user || next.group != own.group && !self.who.groups.contains(&next.group);
        if self.who.user != 0 && (self.who.user != own.user || gives_away) {
            return Err(FileError::Denied);
        }
        if DEVICES.contains(&path) {
            return Ok(());
        }
        let modified = self.modified(path);
        self.put_entry(path, entry)?;
        self.own(path, next);
        let (files, place) = self.tree_of(path);
        files.times.insert(place, modified);
        Ok(())
    }

    pub(super) fn own(&mut self, path: &str, ownership: Ownership) {
        let (files, path) = self.tree_of(path);
        files.owners.insert(path, ownership);
    }

    /// The tree that a path is in, and its path there.
    pub(super) fn tree_of(&mut self, path: &str) -> (&mut Files, String) {
        let place = self.place(path);
        let files = match place.volume {
            Some((volume, _)) if volume == NODE_DISK => &mut *self.disk,
            Some((volume, _)) => self.volumes.entry(volume).or_default(),
            None => &mut *self.layer,
        };
        (files, place.path)
    }

    /// When what a path leads to was last changed, in seconds.
    pub(crate) fn modified(&self, path: &str) -> i64 {
        let place = self.place(&self.followed(path));
        let known = match &place.volume {
            Some((volume, _)) => self.tree(volume).and_then(|files| files.times.get(&place.path)),
            None => self.layer.times.get(&place.path),
        };
        known.copied().unwrap_or(self.born)
    }

    /// Sets that moment.
    ///
    /// # Errors
    /// When nothing is there, or it is not one's own.
    pub(crate) fn set_modified(&mut self, path: &str, moment: i64) -> Result<(), FileError> {
        let path = &*self.followed(path);
        let own = self.ownership(path).ok_or(FileError::NotFound)?;
        if !self.is_writable_place(path) {
            return Err(FileError::ReadOnly);
        }
        if self.who.user != 0 && self.who.user != own.user && !self.may(path, Access::Write) {
            return Err(FileError::Denied);
        }
        let (files, place) = self.tree_of(path);
        files.times.insert(place, moment);
        Ok(())
    }
}
