//! The small programs of busybox and coreutils, as far as people use them inside containers.

mod archives;
mod awk;
mod clients;
mod columns;
mod comparing;
mod compression;
mod counts;
mod curl;
mod dates;
mod dd;
mod devices;
mod dumps;
mod encodings;
mod ends;
mod files;
mod filters;
mod finding;
mod format;
mod inputs;
mod interfaces;
mod interpreters;
mod lengths;
mod links;
mod listing;
mod load;
mod machine;
mod network;
mod numbers;
mod oddments;
mod options;
mod order;
mod people;
mod printing;
mod processes;
mod resolving;
mod running;
mod sed;
mod servers;
mod sockets;
mod stat;
mod system;
mod test;
mod text;
mod tls;
mod trees;
mod unpacking;
mod wget;
mod xargs;

use std::collections::BTreeMap;

use super::executable::{SHELLS, has_tool, is_own_program};
use super::filesystem::absolute;
use super::images::{Base, Image, Toolbox};
use super::process::Input;
use super::shell::Dialect;
use super::system::System;
use super::tool_files::folder_of;

/// A program being called.
pub(super) struct Call<'a> {
    /// Command line.
    pub arguments: &'a [String],
    /// Environment.
    pub environment: &'a BTreeMap<String, String>,
    /// Present directory.
    pub directory: &'a str,
    /// What the shell's own messages begin with.
    pub shell: &'a str,
    /// What those of commands begin with that a shell has inside, colon and space included.
    pub speaker: &'a str,
    /// Whose ways the shell has.
    pub dialect: Dialect,
    /// Whether somebody types at the shell.
    pub terminal: bool,
    /// Standard input.
    pub input: &'a mut Input,
    /// Whether standard output leads nowhere.
    pub discards: bool,
    /// Whether it leads into a file.
    pub to_file: bool,
    /// A number kept from call to call while the program waits.
    pub memory: &'a mut u64,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// The node.
    pub system: &'a mut dyn System,
}

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The program ended.
    Ended(i32),
    /// It ends well after so many milliseconds.
    Sleep(i64),
    /// It is called again when input comes, or ends.
    NeedsInput,
    /// It is called again after so many milliseconds.
    Again(i64),
    /// It has printed a part and is called again for the next one.
    More,
    /// Another command runs in its place, with more of an environment.
    Runs {
        /// Its words.
        words: Vec<String>,
        /// Names and values.
        assignments: Vec<(String, String)>,
        /// Names that are taken out of it first.
        removed: Vec<String>,
        /// Milliseconds after which it is ended, and with which code.
        limit: Option<(i64, i32)>,
    },
    /// Other commands run in its place, one after the other.
    RunsAll {
        /// Their words.
        commands: Vec<Vec<String>>,
        /// The status when one of them fails; `None` counts that for nothing.
        failed: Option<i32>,
    },
    /// It is one of the modelled programs and stays in the foreground.
    Becomes(String),
    /// The same with a command line of its own.
    Serves {
        /// Name of the program.
        program: String,
        /// Its command line.
        arguments: Vec<String>,
    },
    /// A command goes on in the background, and this one has ended well.
    Spawns(Vec<String>),
}

impl Call<'_> {
    /// Name of the program, without its folder.
    fn name(&self) -> &str {
        base_name(&self.arguments[0])
    }

    /// Prints a line.
    fn say(&mut self, line: &str) {
        self.stdout.extend_from_slice(line.as_bytes());
        self.stdout.push(b'\n');
    }

    /// Prints a line `name: message` on standard error.
    fn complain(&mut self, message: &str) {
        let text = format!("{}: {message}\n", self.name());
        self.stderr.extend_from_slice(text.as_bytes());
    }

    /// Prints a message of a command that a shell has inside.
    fn complain_inside(&mut self, message: &str) {
        let text = format!("{}{message}\n", self.speaker);
        self.stderr.extend_from_slice(text.as_bytes());
    }

    /// Prints what is wrong with the command line.
    fn fail_usage(&mut self, message: &str) -> Outcome {
        self.complain(message);
        if self.is_gnu() {
            let hint = format!("Try '{} --help' for more information.\n", self.name());
            self.stderr.extend_from_slice(hint.as_bytes());
        }
        Outcome::Ended(1)
    }

    /// Refuses an option that the program does not have.
    fn refuse_letter(&mut self, letter: char) -> Outcome {
        self.fail_usage(&format!("invalid option -- '{letter}'"))
    }

    /// Whether there is a command of that name.
    fn can_run(&mut self, name: &str) -> bool {
        let image = self.system.image();
        let shell = ["sh", "ash", "bash", "dash"].contains(&base_name(name)) && has_shell(image, name);
        if shell || has(image, name) {
            return true;
        }
        let folders = self.environment.get("PATH").cloned().unwrap_or_default();
        let folders = folders.split(':').filter(|_| !name.contains('/'));
        let places: Vec<String> = match name.contains('/') {
            true => vec![self.path(name)],
            false => folders.map(|folder| format!("{folder}/{name}")).collect(),
        };
        let files = self.system.files();
        places.iter().any(|place| files.length(place).is_some())
    }

    /// Whether the image has GNU's tools and not busybox'.
    fn is_gnu(&self) -> bool {
        let toolbox = self.system.image().map(|image| image.toolbox);
        matches!(toolbox, Some(Toolbox::Debian | Toolbox::DebianCurl))
    }

    /// An argument as an absolute path.
    fn path(&self, argument: &str) -> String {
        absolute(self.directory, argument)
    }

    /// Everything on standard input; `None` while more may come.
    fn all_input(&mut self) -> Option<Vec<u8>> {
        (!self.input.open).then(|| self.input.bytes.drain(..).collect())
    }
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

type Command = fn(&mut Call<'_>) -> Outcome;

/// Every command by name.
static COMMANDS: &[(&str, Command)] = &[
    ("[", test::test),
    ("[[", test::test),
    ("basename", text::basename),
    ("cat", files::cat),
    ("cp", trees::cp),
    ("curl", curl::curl),
    ("cut", columns::cut),
    ("date", dates::date),
    ("dirname", text::dirname),
    ("base64", encodings::base64),
    ("echo", printing::echo),
    ("env", running::env),
    ("etcdctl", clients::etcd),
    ("etcdutl", clients::etcd),
    ("false", system::fail),
    ("du", stat::du),
    ("expr", numbers::expr),
    ("fallocate", lengths::fallocate),
    ("find", finding::find),
    ("grep", filters::grep),
    ("head", ends::head),
    ("hostname", system::hostname),
    ("id", people::id),
    ("kill", processes::kill),
    ("ln", links::ln),
    ("ls", listing::ls),
    ("mkdir", trees::mkdir),
    ("mktemp", files::mktemp),
    ("mv", trees::mv),
    ("nc", sockets::nc),
    ("nohup", running::nohup),
    ("nslookup", network::nslookup),
    ("netstat", sockets::sockets),
    ("ping", sockets::ping),
    ("printenv", system::printenv),
    ("printf", printing::printf),
    ("ps", processes::ps),
    ("pwd", system::pwd),
    ("readlink", links::readlink),
    ("realpath", links::readlink),
    ("rev", text::rev),
    ("rm", trees::rm),
    ("rmdir", trees::rmdir),
    ("seq", text::seq),
    ("sleep", system::sleep),
    ("sort", order::sort),
    ("ss", sockets::sockets),
    ("stat", stat::stat),
    ("sysctl", system::sysctl),
    ("tac", text::tac),
    ("tail", ends::tail),
    ("tar", archives::tar),
    ("tee", files::tee),
    ("test", test::test),
    ("timeout", running::timeout),
    ("touch", files::touch),
    ("tr", filters::tr),
    ("true", system::succeed),
    ("truncate", lengths::truncate),
    ("uname", system::uname),
    ("uniq", order::uniq),
    ("vi", oddments::refused),
    ("apk", oddments::refused),
    ("apt", oddments::refused),
    ("apt-cache", oddments::refused),
    ("apt-get", oddments::refused),
    ("dpkg", oddments::refused),
    ("service", oddments::refused),
    ("wc", counts::wc),
    ("wget", wget::wget),
    ("which", system::which),
    ("whoami", people::whoami),
    ("xargs", xargs::xargs),
    ("mongo", clients::sql),
    ("mongosh", clients::sql),
    ("mysql", clients::sql),
    ("mariadb", clients::sql),
    ("psql", clients::sql),
    ("mysqladmin", clients::is_ready),
    ("pg_isready", clients::is_ready),
    ("redis-cli", clients::redis_cli),
    ("perl", interpreters::perl),
    ("python", interpreters::python),
    ("python3", interpreters::python),
    ("node", interpreters::node),
    ("irb", interpreters::ruby),
    ("ruby", interpreters::ruby),
    ("stress", load::stress),
    ("yes", load::yes),
    ("dd", dd::dd),
    ("md5sum", encodings::sum),
    ("sha1sum", encodings::sum),
    ("sha256sum", encodings::sum),
    ("sha512sum", encodings::sum),
    ("df", machine::df),
    ("free", machine::free),
    ("mount", machine::mount),
    ("nproc", machine::nproc),
    ("top", machine::top),
    ("uptime", machine::uptime),
    ("clear", oddments::clear),
    ("sync", oddments::sync),
    ("chgrp", people::chown),
    ("chmod", people::chmod),
    ("chown", people::chown),
    ("awk", awk::awk),
    ("dig", resolving::dig),
    ("getent", resolving::getent),
    ("host", resolving::host),
    ("ifconfig", interfaces::ifconfig),
    ("ip", interfaces::ip),
    ("gunzip", compression::gzip),
    ("gzip", compression::gzip),
    ("killall", processes::killall),
    ("nice", running::nice),
    ("pgrep", processes::pgrep),
    ("pidof", processes::pidof),
    ("pkill", processes::pgrep),
    ("setsid", running::nohup),
    ("zcat", compression::gzip),
    ("adduser", oddments::refused),
    ("arp", interfaces::arp),
    ("bc", oddments::refused),
    ("busybox", oddments::busybox),
    ("cal", oddments::refused),
    ("chroot", oddments::refused),
    ("crond", oddments::refused),
    ("crontab", oddments::refused),
    ("dc", oddments::refused),
    ("ed", oddments::refused),
    ("factor", oddments::factor),
    ("groups", people::groups),
    ("less", oddments::pager),
    ("link", links::link),
    ("logger", oddments::logger),
    ("mkfifo", oddments::refused),
    ("more", oddments::pager),
    ("nsenter", oddments::refused),
    ("passwd", oddments::refused),
    ("route", interfaces::route),
    ("shuf", oddments::shuf),
    ("stty", oddments::stty),
    ("su", oddments::su),
    ("telnet", sockets::telnet),
    ("traceroute", sockets::traceroute),
    ("tty", oddments::tty),
    ("unlink", oddments::unlink),
    ("unshare", oddments::refused),
    ("unzip", oddments::refused),
    ("usleep", oddments::usleep),
    ("watch", oddments::refused),
    ("httpd", servers::httpd),
    ("sed", sed::sed),
    ("cmp", comparing::cmp),
    ("diff", comparing::diff),
    ("egrep", filters::grep),
    ("fgrep", filters::grep),
    ("fold", text::fold),
    ("hexdump", dumps::hexdump),
    ("nl", text::nl),
    ("od", dumps::od),
    ("paste", text::paste),
    ("strings", text::strings),
    ("xxd", dumps::xxd),
];

/// Whether there is such a command at all.
pub(super) fn is_command(name: &str) -> bool {
    COMMANDS.iter().any(|(command, _)| *command == name)
}

/// Whether an image has a command, be it one of these or its own program.
pub(super) fn has(image: Option<&'static Image>, name: &str) -> bool {
    image.is_some_and(|image| is_own_program(image, name))
        || is_command(base_name(name)) && has_tool(image, name)
}

/// Whether an image has a command or shell of that name.
pub(super) fn is_there(image: Option<&'static Image>, name: &str) -> bool {
    let gnu = image.is_some_and(|image| image.base() == Base::Debian);
    (is_command(name) || SHELLS.contains(&name) && (name != "dash" || gnu)) && has_tool(image, name)
}

/// The commands and shells that an image has, sorted.
pub(super) fn names(image: Option<&'static Image>) -> Vec<&'static str> {
    let known = COMMANDS.iter().map(|(name, _)| name).chain(SHELLS).copied();
    let mut names: Vec<&'static str> = known.filter(|name| is_there(image, name)).collect();
    names.sort_unstable();
    names
}

/// Whether an image has a shell.
pub(super) fn has_shell(image: Option<&'static Image>, name: &str) -> bool {
    has_tool(image, name)
}

/// The path of a command.
pub(super) fn place(image: Option<&'static Image>, name: &str) -> String {
    format!("{}/{name}", folder_of(image, name))
}

/// What `test` says of some words.
pub(super) fn holds(words: &[String], directory: &str, system: &mut dyn System) -> Outcome {
    let arguments: Vec<String> = ["test".to_owned()].into_iter().chain(words.iter().cloned()).collect();
    let mut call = Call {
        arguments: &arguments,
        environment: &BTreeMap::new(),
        directory,
        shell: "",
        speaker: "",
        dialect: Dialect::Bash,
        terminal: false,
        input: &mut Input::default(),
        discards: false,
        to_file: false,
        memory: &mut 0,
        stdout: Vec::new(),
        stderr: Vec::new(),
        system,
    };
    test::test(&mut call)
}

/// Runs a command, or says that there is none of that name.
pub(super) fn run(call: &mut Call<'_>) -> Outcome {
    let name = call.arguments[0].clone();
    let image = call.system.image();
    if let Some(image) = image
        && is_own_program(image, &name)
    {
        return Outcome::Becomes(image.program.to_owned());
    }
    let command = COMMANDS.iter().find(|(command, _)| *command == base_name(&name));
    match command {
        Some((_, command)) if has_tool(image, &name) => command(call),
        _ => {
            let bash = call.dialect == Dialect::Bash;
            let words = match name.contains('/') {
                true if bash => "No such file or directory",
                false if bash => "command not found",
                _ => "not found",
            };
            call.stderr.extend_from_slice(format!("{}: {name}: {words}\n", call.shell).as_bytes());
            Outcome::Ended(127)
        }
    }
}
