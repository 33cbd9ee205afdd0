//! Names for files that are kept beside others.

use std::path::{Path, PathBuf};

/// The first of `NAME.SUFFIX-1`, `NAME.SUFFIX-2` … that no file beside `path` has yet.
#[must_use]
pub fn free_name(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let numbered = |number: u32| path.with_file_name(format!("{name}.{suffix}-{number}"));
    (1..u32::MAX).map(numbered).find(|candidate| !candidate.exists()).unwrap_or_else(|| numbered(u32::MAX))
}
