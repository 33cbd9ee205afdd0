//! Which program a command line starts in an image.

use std::borrow::Cow;

use super::coreutils::is_command;
use super::images::{Base, Image, Toolbox};
use super::process::Work;
use super::programs::SECOND_NAME;

/// The shells.
pub(super) const SHELLS: &[&str] = &["sh", "ash", "dash", "bash"];
/// What busybox has and a Debian base image has not.
const BUSYBOX_ONLY: &[&str] = &[
    "ash",
    "dig",
    "host",
    "ss",
    "ifconfig",
    "ip",
    "nc",
    "nslookup",
    "ping",
    "ps",
    "top",
    "uptime",
    "vi",
    "wget",
    "[[",
    "arp",
    "bc",
    "busybox",
    "crond",
    "dc",
    "hexdump",
    "httpd",
    "killall",
    "less",
    "more",
    "netstat",
    "pgrep",
    "pidof",
    "ping6",
    "pkill",
    "route",
    "telnet",
    "time",
    "traceroute",
    "watch",
    "xxd",
    "free",
    "udhcpc",
    "unzip",
    "usleep",
    "crontab",
    "ed",
];

/// Tools that only some images have, by the last part of their names.
const SPECIAL: &[(&str, &[&str])] = &[
    ("etcdctl", &["etcd"]),
    ("etcdutl", &["etcd"]),
    ("mariadb", &["mariadb"]),
    ("mongo", &["mongo"]),
    ("mongosh", &["mongo"]),
    ("mysql", &["mysql", "mariadb"]),
    ("mysqladmin", &["mysql", "mariadb"]),
    ("node", &["node"]),
    ("perl", &["perl", "debian", "ubuntu"]),
    ("pg_isready", &["postgres"]),
    ("psql", &["postgres"]),
    ("python", &["python"]),
    ("python3", &["python"]),
    ("redis-cli", &["redis"]),
    ("irb", &["ruby"]),
    ("ruby", &["ruby"]),
    ("stress", &["stress", "stress-ng"]),
];

/// What a command line starts.
///
/// # Errors
/// The runtime's words when there is no such program in the image.
pub(crate) fn executable(
    image: Option<&'static Image>,
    arguments: &[String],
    file: Option<NamedFile>,
) -> Result<Work, String> {
    let Some(name) = arguments.first() else { return Err("no command specified".to_owned()) };
    if let Some(image) = image
        && is_own_program(image, name)
    {
        return Ok(match wrapped(image, arguments) {
            Some(_) => Work::new_script(),
            None => Work::Program(image.program.to_owned()),
        });
    }
    let known = is_command(base_name(name)) || SHELLS.contains(&base_name(name));
    match file {
        Some(NamedFile::Directory) => Err(format!("exec: {name:?}: is a directory: unknown")),
        Some(NamedFile::File { runs: true }) => Ok(Work::new_script()),
        Some(NamedFile::File { runs: false }) => Err(format!("exec: {name:?}: permission denied: unknown")),
        None if known && has_tool(image, name) => Ok(Work::new_script()),
        None => Err(not_found(name)),
    }
}

/// What is at the path that a command line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NamedFile {
    /// A directory.
    Directory,
    /// A file.
    File {
        /// Whether its mode lets anybody run it.
        runs: bool,
    },
}

/// The command behind an image's start script when it is not the image's own program:
/// `docker run nginx ls` runs `ls`, and `docker run bash -c ls` runs `bash -c ls`.
pub(super) fn wrapped<'a>(image: &Image, arguments: &'a [String]) -> Option<Cow<'a, [String]>> {
    let entrypoint = image.entrypoint.first()?;
    let rest = arguments.get(1..).filter(|rest| !rest.is_empty())?;
    let is_script =
        entrypoint.ends_with("entrypoint.sh") && base_name(entrypoint) == base_name(&arguments[0]);
    if is_script && image.program == "idle" && rest[0].starts_with('-') {
        let command = image.command.iter().map(|word| (*word).to_owned());
        return Some(command.chain(rest.iter().cloned()).collect());
    }
    let own = image.command.first().is_some_and(|command| base_name(command) == base_name(&rest[0]));
    let tool = is_command(base_name(&rest[0])) || SHELLS.contains(&base_name(&rest[0]));
    (is_script && tool && (!own || image.program == "idle")).then_some(Cow::Borrowed(rest))
}

/// Whether a command is what the image was made for.
pub(super) fn is_own_program(image: &Image, name: &str) -> bool {
    let script = image.entrypoint.first().filter(|entrypoint| base_name(entrypoint) == base_name(name));
    let command = image.command.first().filter(|command| base_name(command) == base_name(name));
    let second = image.program == "agnhost" && name == SECOND_NAME;
    second || script.is_some() || image.program != "idle" && command.is_some()
}

/// Whether an image has a tool under that name or path.
pub(super) fn has_tool(image: Option<&'static Image>, name: &str) -> bool {
    let toolbox = image.map_or(Toolbox::Nothing, |image| image.toolbox);
    let directory = name.rsplit_once('/').map(|(directory, _)| directory);
    let usual =
        directory.is_none_or(|directory| ["/bin", "/usr/bin", "/sbin", "/usr/sbin"].contains(&directory));
    let tool = base_name(name);
    if let Some((_, repositories)) = SPECIAL.iter().find(|(special, _)| *special == tool) {
        let repository = image.map(|image| image.repository).unwrap_or_default();
        let own = repository.rsplit('/').next().unwrap_or_default();
        return usual && repositories.contains(&own);
    }
    let base = image.map_or(Base::Nothing, Image::base);
    let foreign = match tool {
        "apt" | "apt-get" | "apt-cache" | "dpkg" | "service" => base != Base::Debian,
        "apk" => base != Base::Alpine,
        _ => false,
    };
    usual
        && !foreign
        && match toolbox {
            Toolbox::Nothing => false,
            Toolbox::Busybox => !matches!(tool, "curl" | "bash") && !is_for_looking(image, tool),
            Toolbox::BusyboxCurl => tool != "bash" && !is_for_looking(image, tool),
            Toolbox::BusyboxBash => true,
            Toolbox::Debian => tool != "curl" && !BUSYBOX_ONLY.contains(&tool),
            Toolbox::DebianCurl => !BUSYBOX_ONLY.contains(&tool),
        }
}

/// Where an image's own program lies, where that is known.
pub(super) fn place_of_program(image: &Image) -> Option<&'static str> {
    match image.program {
        "nginx" | "nginx-unprivileged" => Some("/usr/sbin/nginx"),
        "httpd" => Some("/usr/local/apache2/bin/httpd"),
        "redis" => Some("/usr/local/bin/redis-server"),
        _ => None,
    }
}

/// Whether a tool comes with images for looking around and with none of the usual ones.
fn is_for_looking(image: Option<&'static Image>, tool: &str) -> bool {
    let repository = image.map(|image| image.repository).unwrap_or_default();
    match tool {
        "dig" | "host" => !repository.contains("dnsutils") && !repository.ends_with("/agnhost"),
        "ss" => !repository.ends_with("/agnhost"),
        "getent" => image.is_some_and(|image| image.base() == Base::Busybox),
        _ => false,
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// runc's words for a program that is not there.
fn not_found(name: &str) -> String {
    if name.contains('/') {
        format!("exec: {name:?}: stat {name}: no such file or directory: unknown")
    } else {
        format!("exec: {name:?}: executable file not found in $PATH: unknown")
    }
}

#[cfg(test)]
mod tests {
    use super::super::images::image_in;
    use super::*;

    fn start(image: &str, words: &[&str]) -> Result<bool, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        executable(image_in(&format!("docker.io/library/{image}")), &words, None)
            .map(|work| matches!(work, Work::Program(_)))
    }

    #[test]
    fn images_run_their_program_and_their_tools() {
        assert_eq!(start("nginx", &["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"]), Ok(true));
        assert_eq!(start("nginx", &["/docker-entrypoint.sh", "sleep", "5"]), Ok(false));
        assert_eq!(start("nginx", &["nginx", "-g", "daemon off;"]), Ok(true));
        assert_eq!(start("busybox", &["sh", "-c", "echo"]), Ok(false));
        assert_eq!(start("nginx", &["bash"]), Ok(false));
        assert_eq!(
            start("busybox", &["bash"]),
            Err("exec: \"bash\": executable file not found in $PATH: unknown".to_owned())
        );
        assert_eq!(
            start("busybox", &["/no/such/binary"]),
            Err("exec: \"/no/such/binary\": stat /no/such/binary: no such file or directory: unknown"
                .to_owned())
        );
        assert_eq!(start("bash", &["docker-entrypoint.sh", "-c", "echo"]), Ok(false));
        for (image, tool, there) in [
            ("nginx", "wget", false),
            ("nginx", "ss", false),
            ("nginx", "getent", true),
            ("busybox", "nslookup", true),
            ("busybox", "dig", false),
            ("busybox", "getent", false),
            ("alpine", "getent", true),
        ] {
            assert_eq!(start(image, &[tool]).is_ok(), there, "{image} {tool}");
        }
    }
}
