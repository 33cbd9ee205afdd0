//! The small programs of busybox and coreutils, as far as people use them inside containers.

mod archives;
mod awk;
mod clients;
mod columns;
mod comparing;
mod counts;
mod curl;
mod dates;
mod devices;
mod dumps;
mod encodings;
mod ends;
mod files;
mod filters;
mod format;
mod inputs;
mod interfaces;
mod interpreters;
mod links;
mod listing;
mod load;
mod machine;
mod network;
mod numbers;
mod options;
mod order;
mod people;
mod printing;
mod resolving;
mod running;
mod sed;
mod sockets;
mod system;
mod test;
mod text;
mod tls;

use std::collections::BTreeMap;

use super::executable::{has_tool, is_own_program};
use super::filesystem::absolute;
use super::process::{Input, System};

/// A program being called.
pub(super) struct Call<'a> {
    /// Command line.
    pub arguments: &'a [String],
    /// Environment.
    pub environment: &'a BTreeMap<String, String>,
    /// Present directory.
    pub directory: &'a str,
    /// Name of the shell, for its messages.
    pub shell: &'a str,
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
        /// Milliseconds after which it is ended, and with which code.
        limit: Option<(i64, i32)>,
    },
    /// It is one of the modelled programs and stays in the foreground.
    Becomes(String),
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

    /// An argument as an absolute path.
    fn path(&self, argument: &str) -> String {
        absolute(self.directory, argument)
    }

    /// Arguments that begin with `-` as letters, and the others. `--` ends options.
    fn split_options(&self) -> (String, Vec<String>) {
        let mut options = String::new();
        let mut operands = Vec::new();
        let mut only_operands = false;
        for argument in &self.arguments[1..] {
            match argument.strip_prefix('-') {
                Some("-") if !only_operands => only_operands = true,
                Some(letters) if !only_operands && !letters.is_empty() => options.push_str(letters),
                _ => operands.push(argument.clone()),
            }
        }
        (options, operands)
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
    ("cp", files::cp),
    ("curl", curl::curl),
    ("cut", columns::cut),
    ("date", dates::date),
    ("dirname", text::dirname),
    ("base64", encodings::base64),
    ("echo", printing::echo),
    ("env", running::env),
    ("false", system::fail),
    ("du", listing::du),
    ("expr", numbers::expr),
    ("fallocate", load::fallocate),
    ("find", listing::find),
    ("grep", filters::grep),
    ("head", ends::head),
    ("hostname", system::hostname),
    ("id", people::id),
    ("kill", system::kill),
    ("ln", links::ln),
    ("ls", listing::ls),
    ("mkdir", files::mkdir),
    ("mktemp", files::mktemp),
    ("mv", files::mv),
    ("nc", sockets::nc),
    ("nohup", running::nohup),
    ("nslookup", network::nslookup),
    ("netstat", sockets::sockets),
    ("ping", sockets::ping),
    ("printenv", system::printenv),
    ("printf", printing::printf),
    ("ps", system::ps),
    ("pwd", system::pwd),
    ("readlink", links::readlink),
    ("realpath", links::readlink),
    ("rev", text::rev),
    ("rm", files::rm),
    ("rmdir", files::rmdir),
    ("seq", text::seq),
    ("sleep", system::sleep),
    ("sort", order::sort),
    ("ss", sockets::sockets),
    ("stat", listing::stat),
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
    ("truncate", load::fallocate),
    ("uname", system::uname),
    ("uniq", order::uniq),
    ("vi", system::not_simulated),
    ("wc", counts::wc),
    ("wget", network::wget),
    ("which", system::which),
    ("whoami", people::whoami),
    ("xargs", running::xargs),
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
    ("stress", load::stress),
    ("yes", load::yes),
    ("dd", load::dd),
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
    ("clear", system::succeed),
    ("sync", system::succeed),
    ("chgrp", people::chown),
    ("chmod", people::chmod),
    ("chown", people::chown),
    ("awk", awk::awk),
    ("dig", resolving::dig),
    ("getent", resolving::getent),
    ("host", resolving::host),
    ("ifconfig", interfaces::interfaces),
    ("ip", interfaces::interfaces),
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
            let words = if call.shell == "bash" { "command not found" } else { "not found" };
            call.stderr.extend_from_slice(format!("{}: {name}: {words}\n", call.shell).as_bytes());
            Outcome::Ended(127)
        }
    }
}
