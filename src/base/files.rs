//! Files that are kept beside others, or take their place.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The first of `NAME.SUFFIX-1`, `NAME.SUFFIX-2` … that no file beside `path` has yet.
#[must_use]
pub fn free_name(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let numbered = |number: u32| path.with_file_name(format!("{name}.{suffix}-{number}"));
    (1..u32::MAX).map(numbered).find(|candidate| !candidate.exists()).unwrap_or_else(|| numbered(u32::MAX))
}

/// Writes a file that nobody else may read: beside, then renamed, so that whoever reads it finds it whole.
/// A link stays, and what it leads to is written: people keep their kubeconfig elsewhere.
///
/// # Errors
/// When it cannot be written.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(path);
    let path = target.as_deref().unwrap_or(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!("{name}.podlings-new"));
    let mut options = fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // One left behind by a kill may have another mode, and no link is followed that lies in its place.
    let _ = fs::remove_file(&beside);
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_it_leads_to_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_private(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::read_link(&link).unwrap(), real);
        write_private(&folder.path().join("first"), "text").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("first")).unwrap(), "text");
    }
}
