//! The programs of an image as files: where each lies, and what is there.

use super::coreutils;
use super::executable::place_of_program;
use super::files::Entry;
use super::images::{Base, Image};

/// Bytes of busybox.
const BUSYBOX_SIZE: u64 = 1_131_168;
/// Bytes of any other program.
const SIZE: u64 = 142_312;

/// The program that most of Alpine's are links to.
const BUSYBOX: &str = "/bin/busybox";

/// Where programs lie.
const FOLDERS: &[&str] = &["/bin", "/sbin", "/usr/bin", "/usr/sbin"];

/// What Alpine keeps in `/bin`; what it keeps in none of these lists lies in `/usr/bin`.
const ALPINE_BIN: &[&str] = &[
    "ash", "base64", "bash", "busybox", "cat", "chgrp", "chmod", "chown", "cp", "date", "dd", "df", "echo",
    "ed", "egrep", "false", "fgrep", "grep", "gunzip", "gzip", "hostname", "kill", "link", "ln", "ls",
    "mkdir", "mktemp", "more", "mount", "mv", "netstat", "nice", "pidof", "ping", "printenv", "ps", "pwd",
    "rev", "rm", "rmdir", "sed", "sh", "sleep", "stat", "stty", "su", "sync", "tar", "touch", "true",
    "uname", "usleep", "watch", "zcat",
];
/// What Alpine keeps in `/sbin`.
const ALPINE_SBIN: &[&str] = &["apk", "arp", "ifconfig", "ip", "route", "sysctl"];
/// What Alpine keeps in `/usr/sbin`.
const ALPINE_USR_SBIN: &[&str] = &["adduser", "chroot", "crond"];
/// What Alpine has that is not a part of its busybox.
const NOT_BUSYBOX: &[&str] = &["apk", "bash", "busybox", "curl", "dig", "getent", "host", "ss"];
/// What Debian keeps in `/usr/sbin`; all else lies in `/usr/bin`.
const DEBIAN_SBIN: &[&str] = &["adduser", "chroot", "service"];

/// The folder of a program.
pub(super) fn folder_of(image: Option<&'static Image>, name: &str) -> &'static str {
    match image.map_or(Base::Nothing, Image::base) {
        Base::Nothing | Base::Busybox => "/bin",
        Base::Debian if DEBIAN_SBIN.contains(&name) => "/usr/sbin",
        Base::Debian => "/usr/bin",
        Base::Alpine if ALPINE_BIN.contains(&name) => "/bin",
        Base::Alpine if ALPINE_SBIN.contains(&name) => "/sbin",
        Base::Alpine if ALPINE_USR_SBIN.contains(&name) => "/usr/sbin",
        Base::Alpine => "/usr/bin",
    }
}

/// Whether programs may lie somewhere.
pub(super) fn may_hold_tools(path: &str) -> bool {
    FOLDERS.iter().any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

/// The program at a path.
pub(super) fn tool_at(image: Option<&'static Image>, path: &str) -> Option<Entry> {
    let (folder, name) = path.rsplit_once('/')?;
    if image.and_then(place_of_program) == Some(path) {
        return Some(Entry::Zeros(SIZE));
    }
    if !FOLDERS.contains(&folder) || folder_of(image, name) != folder || !coreutils::is_there(image, name) {
        return None;
    }
    Some(match image.map_or(Base::Nothing, Image::base) {
        Base::Alpine if !NOT_BUSYBOX.contains(&name) => Entry::Link(BUSYBOX.to_owned()),
        Base::Busybox => Entry::Zeros(BUSYBOX_SIZE),
        Base::Alpine if path == BUSYBOX => Entry::Zeros(BUSYBOX_SIZE),
        _ => Entry::Zeros(SIZE),
    })
}

/// The names of the programs in a folder.
pub(super) fn tools_in(image: Option<&'static Image>, folder: &str) -> Vec<&'static str> {
    if !FOLDERS.contains(&folder) {
        return Vec::new();
    }
    let own = image.and_then(place_of_program).and_then(|place| place.rsplit_once('/'));
    let own = own.filter(|(place, _)| *place == folder).map(|(_, name)| name);
    let names = coreutils::names(image).into_iter().filter(|name| folder_of(image, name) == folder);
    names.chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::super::image_reference::ImageReference;
    use super::super::images::image_of;
    use super::*;

    #[test]
    fn each_program_lies_where_its_distribution_has_it() {
        let image = |name: &str| image_of(&ImageReference::parse(name).unwrap());
        let (busybox, alpine, debian) = (image("busybox"), image("alpine"), image("nginx"));
        assert_eq!(tool_at(busybox, "/bin/wget"), Some(Entry::Zeros(BUSYBOX_SIZE)));
        assert_eq!(tool_at(alpine, "/usr/bin/wget"), Some(Entry::Link(BUSYBOX.to_owned())));
        assert_eq!(tool_at(debian, "/usr/bin/cat"), Some(Entry::Zeros(SIZE)));
        assert_eq!(tool_at(debian, "/usr/sbin/nginx"), Some(Entry::Zeros(SIZE)));
        for (image, path) in
            [(busybox, "/bin/bash"), (alpine, "/bin/wget"), (debian, "/usr/bin/ping"), (None, "/bin/sh")]
        {
            assert_eq!(tool_at(image, path), None, "{path}");
        }
        for (image, folder) in [(busybox, "/bin"), (alpine, "/usr/bin"), (debian, "/usr/sbin")] {
            let names = tools_in(image, folder);
            assert!(
                names.len() > 2
                    && names.iter().all(|name| tool_at(image, &format!("{folder}/{name}")).is_some())
            );
        }
    }
}
