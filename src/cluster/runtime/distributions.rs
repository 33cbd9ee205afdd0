//! The files that busybox, Alpine Linux and Debian bring along: who is there, what it is, and the first folders.
//!
//! Users and groups are those of the images `busybox:1.37`, `alpine:3.23` and `debian:13`.

use super::base_files::{DIRECTORY, Table};
use super::image_reference::ImageReference;
use super::images::{Base, Image};

macro_rules! busybox_users {
    () => {
        "root:x:0:0:root:/root:/bin/sh\n\
         daemon:x:1:1:daemon:/usr/sbin:/bin/false\n\
         bin:x:2:2:bin:/bin:/bin/false\n\
         sys:x:3:3:sys:/dev:/bin/false\n\
         sync:x:4:100:sync:/bin:/bin/sync\n\
         mail:x:8:8:mail:/var/spool/mail:/bin/false\n\
         www-data:x:33:33:www-data:/var/www:/bin/false\n\
         operator:x:37:37:Operator:/var:/bin/false\n\
         nobody:x:65534:65534:nobody:/home:/bin/false\n"
    };
}

macro_rules! alpine_users {
    () => {
        "root:x:0:0:root:/root:/bin/sh\n\
         bin:x:1:1:bin:/bin:/sbin/nologin\n\
         daemon:x:2:2:daemon:/sbin:/sbin/nologin\n\
         lp:x:4:7:lp:/var/spool/lpd:/sbin/nologin\n\
         sync:x:5:0:sync:/sbin:/bin/sync\n\
         shutdown:x:6:0:shutdown:/sbin:/sbin/shutdown\n\
         halt:x:7:0:halt:/sbin:/sbin/halt\n\
         mail:x:8:12:mail:/var/mail:/sbin/nologin\n\
         news:x:9:13:news:/usr/lib/news:/sbin/nologin\n\
         uucp:x:10:14:uucp:/var/spool/uucppublic:/sbin/nologin\n\
         cron:x:16:16:cron:/var/spool/cron:/sbin/nologin\n\
         ftp:x:21:21::/var/lib/ftp:/sbin/nologin\n\
         sshd:x:22:22:sshd:/dev/null:/sbin/nologin\n\
         games:x:35:35:games:/usr/games:/sbin/nologin\n\
         ntp:x:123:123:NTP:/var/empty:/sbin/nologin\n\
         guest:x:405:100:guest:/dev/null:/sbin/nologin\n\
         nobody:x:65534:65534:nobody:/:/sbin/nologin\n"
    };
}

macro_rules! alpine_groups {
    () => {
        "root:x:0:root\n\
         bin:x:1:root,bin,daemon\n\
         daemon:x:2:root,bin,daemon\n\
         sys:x:3:root,bin\n\
         adm:x:4:root,daemon\n\
         tty:x:5:\n\
         disk:x:6:root\n\
         lp:x:7:lp\n\
         kmem:x:9:\n\
         wheel:x:10:root\n\
         floppy:x:11:root\n\
         mail:x:12:mail\n\
         news:x:13:news\n\
         uucp:x:14:uucp\n\
         cron:x:16:cron\n\
         audio:x:18:\n\
         cdrom:x:19:\n\
         dialout:x:20:root\n\
         ftp:x:21:\n\
         sshd:x:22:\n\
         input:x:23:\n\
         tape:x:26:root\n\
         video:x:27:root\n\
         netdev:x:28:\n\
         kvm:x:34:kvm\n\
         games:x:35:\n\
         shadow:x:42:\n\
         www-data:x:82:\n\
         users:x:100:games\n\
         ntp:x:123:\n\
         abuild:x:300:\n\
         utmp:x:406:\n\
         ping:x:999:\n\
         nogroup:x:65533:\n\
         nobody:x:65534:\n"
    };
}

macro_rules! debian_users {
    () => {
        "root:x:0:0:root:/root:/bin/bash\n\
         daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
         bin:x:2:2:bin:/bin:/usr/sbin/nologin\n\
         sys:x:3:3:sys:/dev:/usr/sbin/nologin\n\
         sync:x:4:65534:sync:/bin:/bin/sync\n\
         games:x:5:60:games:/usr/games:/usr/sbin/nologin\n\
         man:x:6:12:man:/var/cache/man:/usr/sbin/nologin\n\
         lp:x:7:7:lp:/var/spool/lpd:/usr/sbin/nologin\n\
         mail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n\
         news:x:9:9:news:/var/spool/news:/usr/sbin/nologin\n\
         uucp:x:10:10:uucp:/var/spool/uucp:/usr/sbin/nologin\n\
         proxy:x:13:13:proxy:/bin:/usr/sbin/nologin\n\
         www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n\
         backup:x:34:34:backup:/var/backups:/usr/sbin/nologin\n\
         list:x:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin\n\
         irc:x:39:39:ircd:/run/ircd:/usr/sbin/nologin\n\
         _apt:x:42:65534::/nonexistent:/usr/sbin/nologin\n\
         nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    };
}

macro_rules! debian_groups {
    () => {
        "root:x:0:\n\
         daemon:x:1:\n\
         bin:x:2:\n\
         sys:x:3:\n\
         adm:x:4:\n\
         tty:x:5:\n\
         disk:x:6:\n\
         lp:x:7:\n\
         mail:x:8:\n\
         news:x:9:\n\
         uucp:x:10:\n\
         man:x:12:\n\
         proxy:x:13:\n\
         kmem:x:15:\n\
         dialout:x:20:\n\
         fax:x:21:\n\
         voice:x:22:\n\
         cdrom:x:24:\n\
         floppy:x:25:\n\
         tape:x:26:\n\
         sudo:x:27:\n\
         audio:x:29:\n\
         dip:x:30:\n\
         www-data:x:33:\n\
         backup:x:34:\n\
         operator:x:37:\n\
         list:x:38:\n\
         irc:x:39:\n\
         src:x:40:\n\
         shadow:x:42:\n\
         utmp:x:43:\n\
         video:x:44:\n\
         sasl:x:45:\n\
         plugdev:x:46:\n\
         staff:x:50:\n\
         games:x:60:\n\
         users:x:100:\n\
         nogroup:x:65534:\n"
    };
}

const BUSYBOX_GROUPS: &str = "root:x:0:\n\
     daemon:x:1:\n\
     bin:x:2:\n\
     sys:x:3:\n\
     adm:x:4:\n\
     tty:x:5:\n\
     disk:x:6:\n\
     lp:x:7:\n\
     mail:x:8:\n\
     kmem:x:9:\n\
     wheel:x:10:root\n\
     cdrom:x:11:\n\
     dialout:x:18:\n\
     floppy:x:19:\n\
     video:x:28:\n\
     audio:x:29:\n\
     tape:x:32:\n\
     www-data:x:33:\n\
     operator:x:37:\n\
     utmp:x:43:\n\
     plugdev:x:46:\n\
     staff:x:50:\n\
     lock:x:54:\n\
     netdev:x:82:\n\
     users:x:100:\n\
     nobody:x:65534:\n";

const BUSYBOX: Table = &[
    ("/bin", DIRECTORY),
    ("/dev", DIRECTORY),
    ("/etc/group", BUSYBOX_GROUPS),
    ("/etc/nsswitch.conf", "passwd:\tfiles\ngroup:\tfiles\nhosts:\tfiles dns\n"),
    ("/etc/passwd", busybox_users!()),
    ("/home", DIRECTORY),
    ("/lib", DIRECTORY),
    ("/lib64", DIRECTORY),
    ("/proc", DIRECTORY),
    ("/root", DIRECTORY),
    ("/sys", DIRECTORY),
    ("/tmp", DIRECTORY),
    ("/usr/bin", DIRECTORY),
    ("/usr/sbin", DIRECTORY),
    ("/var/log", DIRECTORY),
    ("/var/spool/mail", DIRECTORY),
    ("/var/www", DIRECTORY),
];

/// Folders that Alpine and Debian have.
const FOLDERS: Table = &[
    ("/dev", DIRECTORY),
    ("/home", DIRECTORY),
    ("/mnt", DIRECTORY),
    ("/opt", DIRECTORY),
    ("/proc", DIRECTORY),
    ("/root", DIRECTORY),
    ("/srv", DIRECTORY),
    ("/sys", DIRECTORY),
    ("/tmp", DIRECTORY),
    ("/usr/bin", DIRECTORY),
    ("/usr/lib", DIRECTORY),
    ("/usr/local/bin", DIRECTORY),
    ("/usr/sbin", DIRECTORY),
    ("/usr/share", DIRECTORY),
    ("/var/lib", DIRECTORY),
    ("/var/local", DIRECTORY),
    ("/var/log", DIRECTORY),
    ("/var/mail", DIRECTORY),
    ("/var/opt", DIRECTORY),
    ("/var/spool", DIRECTORY),
    ("/var/tmp", DIRECTORY),
];

const ALPINE: Table = &[
    ("/bin", DIRECTORY),
    ("/lib", DIRECTORY),
    ("/sbin", DIRECTORY),
    ("/etc/apk", DIRECTORY),
    ("/etc/alpine-release", "3.23.0\n"),
    ("/etc/group", alpine_groups!()),
    ("/etc/issue", "Welcome to Alpine Linux 3.23\nKernel \\r on \\m (\\l)\n\n"),
    ("/etc/nsswitch.conf", "hosts: files dns\n"),
    (
        "/etc/os-release",
        "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.23.0\nPRETTY_NAME=\"Alpine Linux v3.23\"\nHOME_URL=\"https://alpinelinux.org/\"\nBUG_REPORT_URL=\"https://gitlab.alpinelinux.org/alpine/aports/-/issues\"\n",
    ),
    ("/etc/passwd", alpine_users!()),
    ("/etc/shells", "# valid login shells\n/bin/sh\n/bin/ash\n"),
    ("/media/cdrom", DIRECTORY),
    ("/media/floppy", DIRECTORY),
    ("/media/usb", DIRECTORY),
    ("/run", DIRECTORY),
    ("/var/cache", DIRECTORY),
    ("/var/empty", DIRECTORY),
    ("/var/lock", DIRECTORY),
];

const DEBIAN: Table = &[
    ("/bin", "\0link usr/bin"),
    ("/boot", DIRECTORY),
    ("/lib", "\0link usr/lib"),
    ("/sbin", "\0link usr/sbin"),
    ("/etc/apt", DIRECTORY),
    ("/etc/default", DIRECTORY),
    ("/etc/profile.d", DIRECTORY),
    ("/etc/debian_version", "13.2\n"),
    ("/etc/group", debian_groups!()),
    ("/etc/issue", "Debian GNU/Linux 13 \\n \\l\n\n"),
    (
        "/etc/os-release",
        "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\nVERSION=\"13 (trixie)\"\nVERSION_CODENAME=trixie\nDEBIAN_VERSION_FULL=13.2\nID=debian\nHOME_URL=\"https://www.debian.org/\"\nSUPPORT_URL=\"https://www.debian.org/support\"\nBUG_REPORT_URL=\"https://bugs.debian.org/\"\n",
    ),
    ("/etc/passwd", debian_users!()),
    (
        "/etc/shells",
        "# /etc/shells: valid login shells\n/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/rbash\n/usr/bin/rbash\n/bin/dash\n/usr/bin/dash\n",
    ),
    ("/lib64", "\0link usr/lib64"),
    ("/media", DIRECTORY),
    ("/run/lock", DIRECTORY),
    ("/usr/games", DIRECTORY),
    ("/usr/include", DIRECTORY),
    ("/usr/lib64", DIRECTORY),
    ("/usr/src", DIRECTORY),
    ("/var/backups", DIRECTORY),
    ("/var/cache/apt", DIRECTORY),
];

const NOTHING: Table = &[("/dev", DIRECTORY), ("/proc", DIRECTORY), ("/sys", DIRECTORY), ("/tmp", DIRECTORY)];

/// What nginx adds to Debian's users.
pub(super) const NGINX_ON_DEBIAN: Table = &[
    ("/etc/group", concat!(debian_groups!(), "nginx:x:101:\n")),
    ("/etc/passwd", concat!(debian_users!(), "nginx:x:101:101:nginx user:/nonexistent:/bin/false\n")),
];

/// What nginx adds to Alpine's users.
pub(super) const NGINX_ON_ALPINE: Table = &[
    ("/etc/group", concat!(alpine_groups!(), "nginx:x:101:nginx\n")),
    ("/etc/passwd", concat!(alpine_users!(), "nginx:x:101:101:nginx:/var/cache/nginx:/sbin/nologin\n")),
];

/// What Node.js adds to Alpine's users.
pub(super) const NODE_ON_ALPINE: Table = &[
    ("/etc/group", concat!(alpine_groups!(), "node:x:1000:\n")),
    ("/etc/passwd", concat!(alpine_users!(), "node:x:1000:1000::/home/node:/bin/sh\n")),
];

/// Path and text of the files.
pub(super) fn distribution_files(base: Base) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let (own, folders): (Table, Table) = match base {
        Base::Nothing => (NOTHING, &[]),
        Base::Busybox => (BUSYBOX, &[]),
        Base::Alpine => (ALPINE, FOLDERS),
        Base::Debian => (DEBIAN, FOLDERS),
    };
    own.iter().chain(folders)
}

/// Ubuntu's releases: number, names, and the number of the last update.
const UBUNTU: &[(&str, &str, &str, &str)] = &[
    ("16.04", "xenial", "Xenial Xerus", "16.04.7 LTS"),
    ("18.04", "bionic", "Bionic Beaver", "18.04.6 LTS"),
    ("20.04", "focal", "Focal Fossa", "20.04.6 LTS"),
    ("22.04", "jammy", "Jammy Jellyfish", "22.04.5 LTS"),
    ("24.04", "noble", "Noble Numbat", "24.04.3 LTS"),
    ("24.10", "oracular", "Oracular Oriole", "24.10"),
    ("25.04", "plucky", "Plucky Puffin", "25.04"),
    ("25.10", "questing", "Questing Quokka", "25.10"),
];

/// Debian's releases before the one above: number, name, last update.
const DEBIAN_BEFORE: &[(&str, &str, &str)] = &[("11", "bullseye", "11.11"), ("12", "bookworm", "12.12")];

/// What a distribution's own image says of its release, where its tag names another one than the files above.
pub(crate) fn release_files(image: &Image, reference: &ImageReference) -> Vec<(&'static str, String)> {
    let tag = reference.tag.as_str();
    match image.repository {
        "docker.io/library/alpine" => {
            let Some(release) = image.full_release(tag) else { return Vec::new() };
            let series = release.rsplit_once('.').map_or(release.as_str(), |(series, _)| series);
            let os = format!(
                "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID={release}\nPRETTY_NAME=\"Alpine Linux v{series}\"\nHOME_URL=\"https://alpinelinux.org/\"\nBUG_REPORT_URL=\"https://gitlab.alpinelinux.org/alpine/aports/-/issues\"\n"
            );
            let issue = format!("Welcome to Alpine Linux {series}\nKernel \\r on \\m (\\l)\n\n");
            vec![
                ("/etc/alpine-release", format!("{release}\n")),
                ("/etc/issue", issue),
                ("/etc/os-release", os),
            ]
        }
        "docker.io/library/debian" => {
            let release = tag.trim_end_matches("-slim");
            let is_meant =
                |(number, name, update): &&(&str, &str, &str)| [*number, *name, *update].contains(&release);
            let Some((number, name, update)) = DEBIAN_BEFORE.iter().find(is_meant) else { return Vec::new() };
            let os = format!(
                "PRETTY_NAME=\"Debian GNU/Linux {number} ({name})\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"{number}\"\nVERSION=\"{number} ({name})\"\nVERSION_CODENAME={name}\nID=debian\nHOME_URL=\"https://www.debian.org/\"\nSUPPORT_URL=\"https://www.debian.org/support\"\nBUG_REPORT_URL=\"https://bugs.debian.org/\"\n"
            );
            vec![
                ("/etc/debian_version", format!("{update}\n")),
                ("/etc/issue", format!("Debian GNU/Linux {number} \\n \\l\n\n")),
                ("/etc/os-release", os),
            ]
        }
        "docker.io/library/ubuntu" => {
            let tag = match tag {
                "latest" => "24.04",
                "rolling" => "25.10",
                tag => tag,
            };
            let Some((number, name, full_name, update)) =
                UBUNTU.iter().find(|(number, name, ..)| [*number, *name].contains(&tag))
            else {
                return Vec::new();
            };
            let version = update.replace(number, "");
            let os = format!(
                "PRETTY_NAME=\"Ubuntu {update}\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"{number}\"\nVERSION=\"{number}{version} ({full_name})\"\nVERSION_CODENAME={name}\nID=ubuntu\nID_LIKE=debian\nHOME_URL=\"https://www.ubuntu.com/\"\nSUPPORT_URL=\"https://help.ubuntu.com/\"\nBUG_REPORT_URL=\"https://bugs.launchpad.net/ubuntu/\"\nUBUNTU_CODENAME={name}\n"
            );
            vec![("/etc/issue", format!("Ubuntu {update} \\n \\l\n\n")), ("/etc/os-release", os)]
        }
        _ => Vec::new(),
    }
}

impl Base {
    /// The groups that root is in besides its own, as `/etc/group` has them.
    pub(super) fn groups_of_root(self) -> &'static [i64] {
        match self {
            Self::Busybox => &[10],
            Self::Alpine => &[1, 2, 3, 4, 6, 10, 11, 20, 26, 27],
            Self::Nothing | Self::Debian => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_of_root_are_those_of_the_file() {
        for base in [Base::Nothing, Base::Busybox, Base::Alpine, Base::Debian] {
            let text = distribution_files(base).find(|(path, _)| *path == "/etc/group");
            let lines = text.map(|(_, text)| *text).unwrap_or_default().lines();
            let of_root = lines.filter_map(|line| {
                let mut fields = line.split(':');
                let (_, _, number) = (fields.next()?, fields.next()?, fields.next()?.parse::<i64>().ok()?);
                (number != 0 && fields.next()?.split(',').any(|member| member == "root")).then_some(number)
            });
            assert_eq!(of_root.collect::<Vec<_>>(), base.groups_of_root(), "{base:?}");
        }
    }
}
