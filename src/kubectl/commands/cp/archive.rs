//! Packing and unpacking the archive of `kubectl cp`, never outside of the destination.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};

use crate::kubectl::errors::{Failure, Outcome};

/// A path without `.`, `..` and doubled slashes (`path.Clean`).
pub(super) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if path.starts_with('/') => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match path.starts_with('/') {
        true => format!("/{joined}"),
        false if joined.is_empty() => ".".to_owned(),
        false => joined,
    }
}

/// The last part of a clean path.
pub(super) fn base(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// The folder of a clean path; empty when it has none.
pub(super) fn parent(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
        None => ".".to_owned(),
    }
}

/// A path below a folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    clean(&format!("{folder}/{name}"))
}

/// Packs a file or folder under another name.
pub(super) fn pack(source: &Path, name: &str, target: &mut impl Write) -> io::Result<()> {
    let mut builder = tar::Builder::new(target);
    builder.follow_symlinks(false);
    add(&mut builder, source, Path::new(name))?;
    builder.finish()
}

fn add(builder: &mut tar::Builder<impl Write>, source: &Path, name: &Path) -> io::Result<()> {
    if !std::fs::symlink_metadata(source)?.is_dir() {
        return builder.append_path_with_name(source, name);
    }
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(source)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    if entries.is_empty() {
        return builder.append_dir(name, source);
    }
    for entry in entries {
        if let Some(file) = entry.file_name() {
            add(builder, &entry, &name.join(file))?;
        }
    }
    Ok(())
}

/// Where an archive is unpacked, and how that is told.
pub(super) struct Target<'a> {
    /// The file or folder.
    pub path: &'a Path,
    /// The same as the person named it.
    pub named: &'a str,
    /// What copies the links that are left out here; told with the first.
    pub hint: &'a str,
}

/// Bytes of zeros that end an archive.
const END: usize = 1024;

/// Whether a file ends as an archive does.
pub(super) fn is_whole(file: &mut File) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    let Some(start) = length.checked_sub(END as u64) else { return Ok(false) };
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::with_capacity(END);
    file.read_to_end(&mut end)?;
    Ok(end.iter().all(|byte| *byte == 0))
}

/// Unpacks what stands below `prefix`; gives back warnings about what was left out.
pub(super) fn unpack(archive: File, prefix: &str, target: &Target<'_>) -> Outcome<Vec<String>> {
    let (mut warnings, mut hinted) = (Vec::new(), false);
    let mut archive = tar::Archive::new(archive);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix(prefix) else {
            return Err(Failure::message("tar contents corrupted"));
        };
        let rest = Path::new(rest.trim_start_matches('/'));
        let below =
            |folder: &Path| if rest.as_os_str().is_empty() { folder.to_owned() } else { folder.join(rest) };
        let (place, told) =
            (below(target.path), clean(&below(Path::new(target.named)).display().to_string()));
        if rest.components().any(|part| part == Component::ParentDir) {
            warnings.push(format!("warning: file {told:?} is outside target destination, skipping"));
            continue;
        }
        let kind = entry.header().entry_type();
        if kind.is_symlink() || kind.is_hard_link() {
            let link = entry.link_name()?.map(|link| link.display().to_string()).unwrap_or_default();
            let hint = if hinted { String::new() } else { format!(" (consider using \"{}\")", target.hint) };
            warnings.push(format!("warning: skipping symlink: {told:?} -> {link:?}{hint}"));
            hinted = true;
            continue;
        }
        if kind.is_dir() {
            std::fs::create_dir_all(&place)?;
            continue;
        }
        if let Some(folder) = place.parent() {
            std::fs::create_dir_all(folder)?;
        }
        io::copy(&mut entry, &mut File::create(&place)?)?;
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, expected) in
            [("/a//b/../c/.", "/a/c"), ("", "."), ("../x", "../x"), ("/../x", "/x"), ("a/..", ".")]
        {
            assert_eq!(clean(path), expected, "{path}");
        }
        assert_eq!(
            (parent("/x"), parent("x"), parent("/a/x")),
            ("/".to_owned(), ".".to_owned(), "/a".to_owned())
        );
    }

    #[test]
    fn what_was_packed_comes_out_again() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("in/deep/empty")).unwrap();
        std::fs::write(folder.path().join("in/deep/file"), "hello").unwrap();
        let spool = folder.path().join("spool");
        pack(&folder.path().join("in"), "renamed", &mut File::create(&spool).unwrap()).unwrap();
        let out = folder.path().join("out");
        let target = Target { path: &out, named: "out", hint: "" };
        let warnings = unpack(File::open(&spool).unwrap(), "renamed", &target).unwrap();
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(std::fs::read_to_string(out.join("deep/file")).unwrap(), "hello");
        assert!(out.join("deep/empty").is_dir());
        let wrong = unpack(File::open(&spool).unwrap(), "other", &target).unwrap_err();
        assert_eq!(wrong.report(), "error: tar contents corrupted");
    }

    #[test]
    fn links_are_left_out_and_the_first_tells_how_to_copy_them() {
        let folder = tempfile::tempdir().unwrap();
        let spool = folder.path().join("spool");
        let mut builder = tar::Builder::new(File::create(&spool).unwrap());
        for name in ["v/..data", "v/a"] {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            builder.append_link(&mut header, name, "there").unwrap();
        }
        builder.into_inner().unwrap();
        let target = Target { path: &folder.path().join("out"), named: "./out/", hint: "kubectl exec" };
        let warnings = unpack(File::open(&spool).unwrap(), "v", &target).unwrap();
        assert_eq!(
            warnings,
            [
                "warning: skipping symlink: \"out/..data\" -> \"there\" (consider using \"kubectl exec\")",
                "warning: skipping symlink: \"out/a\" -> \"there\""
            ]
        );
    }
}
