//! tar: packs, unpacks and lists archives, over the files of the container.

use std::io::ErrorKind;

use super::super::filesystem::{absolute, join};
use super::super::ownership::Ownership;
use super::super::shell::matches;
use super::compression::{compressed, unpacked};
use super::unpacking::Reading;
use super::{Call, Outcome};

/// Levels of folders that are packed.
const DEPTH_MAX: usize = 64;

/// What the command line asks for.
#[derive(Default)]
pub(super) struct Request {
    pub mode: Option<char>,
    /// The archive; `-` or nothing is a standard stream.
    file: Option<String>,
    /// `-C`.
    pub directory: String,
    pub verbose: bool,
    /// `-z`.
    gzip: bool,
    /// `-O`: the files go to standard output.
    pub to_output: bool,
    /// `--exclude`.
    excluded: Vec<String>,
    /// `--strip-components`.
    pub stripped: usize,
    pub members: Vec<String>,
}

impl Request {
    /// Reads the command line; the message that refuses it otherwise.
    fn parse(call: &Call<'_>) -> Result<Self, String> {
        let mut request = Self { directory: call.directory.to_owned(), ..Self::default() };
        let mut words = call.arguments[1..].iter();
        let mut first = true;
        let mut only_members = false;
        while let Some(word) = words.next() {
            let letters = match word.strip_prefix('-') {
                _ if only_members => None,
                Some("-") => {
                    only_members = true;
                    continue;
                }
                Some("-no-same-owner" | "-no-same-permissions" | "-overwrite" | "-numeric-owner") => continue,
                Some("-gzip") => Some("z"),
                Some("-create") => Some("c"),
                Some("-extract") => Some("x"),
                Some("-list") => Some("t"),
                Some("-verbose") => Some("v"),
                Some(long) if long.starts_with("-exclude") || long.starts_with("-strip-components") => {
                    let (name, value) = long
                        .split_once('=')
                        .map_or((long, None), |(name, value)| (name, Some(value.to_owned())));
                    let value = value.or_else(|| words.next().cloned());
                    let value =
                        value.ok_or_else(|| format!("option requires an argument -- '{}'", &name[1..]))?;
                    match name {
                        "-exclude" => request.excluded.push(value.trim_end_matches('/').to_owned()),
                        _ => {
                            request.stripped =
                                value.parse().map_err(|_| format!("invalid number '{value}'"))?
                        }
                    }
                    continue;
                }
                Some(long) if long.starts_with('-') => return Err(format!("not simulated: {word}")),
                Some(letters) if !letters.is_empty() => Some(letters),
                Some(_) => None,
                None => first.then_some(word.as_str()),
            };
            first = false;
            let Some(letters) = letters else {
                request.members.push(word.clone());
                continue;
            };
            for (index, letter) in letters.char_indices() {
                if !matches!(letter, 'f' | 'C') {
                    request.switch(letter)?;
                    continue;
                }
                // With a dash, the rest of the word is the value.
                let rest = &letters[index + 1..];
                let glued = word.starts_with('-') && !rest.is_empty();
                let value = if glued { Some(rest.to_owned()) } else { words.next().cloned() };
                let value = value.ok_or_else(|| format!("option requires an argument -- '{letter}'"))?;
                if letter == 'f' {
                    request.file = Some(value);
                } else {
                    request.directory = absolute(&request.directory, &value);
                }
                if glued {
                    break;
                }
            }
        }
        Ok(request)
    }

    fn switch(&mut self, letter: char) -> Result<(), String> {
        match letter {
            'c' | 'x' | 't' => self.mode = Some(letter),
            'v' => self.verbose = true,
            // What root unpacks keeps its mode, and links are packed as links.
            'm' | 'p' | 'o' | 'h' => {}
            'z' | 'a' => self.gzip = true,
            'O' => self.to_output = true,
            'j' | 'J' => {
                return Err(format!("not simulated: -{letter}; use gzip: -z"));
            }
            'Z' | 'k' | 'r' | 'u' | 'A' | 'd' | 'P' | 'S' | 'X' | 'T' | 'W' => {
                return Err(format!("not simulated: -{letter}"));
            }
            other => return Err(format!("invalid option -- '{other}'")),
        }
        Ok(())
    }

    /// The archive's path, when it is a file.
    fn path(&self, call: &Call<'_>) -> Option<String> {
        self.file.as_deref().filter(|file| *file != "-").map(|file| call.path(file))
    }

    pub(super) fn wants(&self, name: &str) -> bool {
        let below = |member: &String| {
            let member = member.trim_matches('/');
            name.strip_prefix(member).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.members.is_empty() || self.members.iter().any(below)
    }

    /// Whether `--exclude` leaves a name out, by its whole or any of its parts.
    pub(super) fn leaves_out(&self, name: &str) -> bool {
        let name = name.trim_end_matches('/');
        self.excluded.iter().any(|pattern| {
            matches(pattern, name)
                || matches(pattern, name.trim_start_matches("./"))
                || name.split('/').any(|part| matches(pattern, part))
        })
    }
}

/// tar.
pub(super) fn tar(call: &mut Call<'_>) -> Outcome {
    let request = match Request::parse(call) {
        Ok(request) => request,
        Err(why) => return fail(call, &why),
    };
    if !call.system.files().is_directory(&request.directory) {
        let why = "No such file or directory";
        let directory = &request.directory;
        let words = if call.is_gnu() {
            format!("{directory}: Cannot open: {why}\ntar: Error is not recoverable: exiting now")
        } else {
            format!("can't change directory to '{directory}': {why}")
        };
        return fail(call, &words);
    }
    match request.mode {
        Some('c') => create(call, &request),
        Some(_) => read(call, &request),
        None if call.is_gnu() => fail(
            call,
            "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.",
        ),
        None => fail(call, "must specify one of -c, -x or -t"),
    }
}

fn fail(call: &mut Call<'_>, why: &str) -> Outcome {
    call.complain(why);
    Outcome::Ended(if call.is_gnu() { 2 } else { 1 })
}

/// The end after something was left out.
fn fail_late(call: &mut Call<'_>) -> Outcome {
    let gnu = call.is_gnu();
    fail(
        call,
        if gnu {
            "Exiting with failure status due to previous errors"
        } else {
            "error exit delayed from previous errors"
        },
    )
}

/// A name without what would lead out of the present directory; says so the first time.
pub(super) fn safe_name<'a>(call: &mut Call<'_>, name: &'a str, warned: &mut bool) -> &'a str {
    let mut rest = name;
    loop {
        if let Some(after) = rest.strip_prefix('/').or_else(|| rest.strip_prefix("../")) {
            rest = after;
        } else if let Some(index) = rest.find("/../") {
            rest = &rest[index + 4..];
        } else {
            break;
        }
    }
    let prefix = &name[..name.len() - rest.len()];
    if !prefix.is_empty() && !std::mem::replace(warned, true) {
        let words = if call.is_gnu() {
            format!("Removing leading `{prefix}' from member names")
        } else {
            format!("removing leading '{prefix}' from member names")
        };
        call.complain(&words);
    }
    rest
}

/// An archive on its way to a stream or file.
struct Packing<'a> {
    builder: ::tar::Builder<Vec<u8>>,
    request: &'a Request,
    /// The archive's own path.
    archive: Option<String>,
    warned: bool,
    failed: bool,
}

fn create(call: &mut Call<'_>, request: &Request) -> Outcome {
    if request.members.is_empty() {
        let words = if call.is_gnu() {
            "Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information."
        } else {
            "empty archive"
        };
        return fail(call, words);
    }
    let archive = request.path(call);
    let builder = ::tar::Builder::new(Vec::new());
    let mut packing = Packing { builder, request, archive, warned: false, failed: false };
    for member in &request.members {
        let trimmed = member.trim_end_matches('/');
        let name = if trimmed.is_empty() { "/" } else { trimmed };
        packing.add(call, name, 0);
    }
    let Packing { builder, archive, failed, .. } = packing;
    let packed =
        builder.into_inner().and_then(|bytes| if request.gzip { compressed(&bytes) } else { Ok(bytes) });
    let written = match (packed, archive) {
        (Err(why), _) => Err(why.to_string()),
        (Ok(bytes), Some(path)) => call.system.files().write(&path, bytes).map_err(|why| why.to_string()),
        (Ok(bytes), None) => {
            call.stdout.extend(bytes);
            Ok(())
        }
    };
    if let Err(why) = written {
        let name = request.file.clone().unwrap_or_default();
        return fail(call, &format!("can't open '{name}': {why}"));
    }
    if failed { fail_late(call) } else { Outcome::Ended(0) }
}

impl Packing<'_> {
    fn add(&mut self, call: &mut Call<'_>, name: &str, depth: usize) {
        if self.request.leaves_out(name) {
            return;
        }
        let path = absolute(&self.request.directory, name);
        if self.archive.as_ref() == Some(&path) {
            let words = if call.is_gnu() { "not dumped" } else { "skipping" };
            return call.complain(&format!("{name}: file is the archive; {words}"));
        }
        let link = call.system.files().link_target(&path);
        let there = link.is_some() || call.system.files().exists(&path);
        let member = if there { safe_name(call, name, &mut self.warned).to_owned() } else { name.to_owned() };
        if let Some(target) = link {
            if let Err(why) = self.append_link(call, &member, &target) {
                self.failed = true;
                call.complain(&format!("{name}: {why}"));
            }
            return;
        }
        let is_directory = call.system.files().is_directory(&path);
        let bytes = if is_directory { Ok(Vec::new()) } else { call.system.files().read(&path) };
        let added = match bytes {
            Ok(bytes) => {
                self.append(call, (&member, &path), is_directory, &bytes).map_err(|why| why.to_string())
            }
            Err(why) if call.is_gnu() => Err(format!("Cannot stat: {why}")),
            Err(why) => Err(why.to_string()),
        };
        if let Err(why) = added {
            self.failed = true;
            return call.complain(&format!("{name}: {why}"));
        }
        if !is_directory || depth >= DEPTH_MAX {
            return;
        }
        let inner = call.system.files().list(&path).unwrap_or_default();
        for child in inner {
            self.add(call, &join(name, &child), depth + 1);
        }
    }

    fn append(
        &mut self,
        call: &mut Call<'_>,
        (member, path): (&str, &str),
        is_directory: bool,
        bytes: &[u8],
    ) -> std::io::Result<()> {
        if member.is_empty() {
            return Ok(());
        }
        let shown = if is_directory { format!("{member}/") } else { member.to_owned() };
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        let files = call.system.files();
        let usual = if is_directory { Ownership::DIRECTORY } else { Ownership::FILE };
        let own = files.ownership(path).unwrap_or(usual);
        header.set_mode(u32::from(own.mode));
        header.set_mtime(u64::try_from(files.modified(path)).unwrap_or_default());
        header.set_uid(u64::try_from(own.user).unwrap_or_default());
        header.set_gid(u64::try_from(own.group).unwrap_or_default());
        header.set_entry_type(if is_directory {
            ::tar::EntryType::Directory
        } else {
            ::tar::EntryType::Regular
        });
        self.builder.append_data(&mut header, &shown, bytes)?;
        self.tell(call, &shown);
        Ok(())
    }

    fn append_link(&mut self, call: &mut Call<'_>, member: &str, target: &str) -> std::io::Result<()> {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(0);
        header.set_mode(0o777);
        header.set_mtime(u64::try_from(call.system.now().as_second()).unwrap_or_default());
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(::tar::EntryType::Symlink);
        self.builder.append_link(&mut header, member, target)?;
        self.tell(call, member);
        Ok(())
    }

    fn tell(&self, call: &mut Call<'_>, member: &str) {
        if self.request.verbose && self.archive.is_some() {
            call.say(member);
        } else if self.request.verbose {
            call.stderr.extend_from_slice(format!("{member}\n").as_bytes());
        }
    }
}

fn read(call: &mut Call<'_>, request: &Request) -> Outcome {
    let bytes = match request.path(call) {
        Some(path) => match call.system.files().read(&path) {
            Ok(bytes) => bytes,
            Err(why) => {
                let name = request.file.clone().unwrap_or_default();
                let words = if call.is_gnu() {
                    format!("{name}: Cannot open: {why}\ntar: Error is not recoverable: exiting now")
                } else {
                    format!("can't open '{name}': {why}")
                };
                return fail(call, &words);
            }
        },
        None => match call.all_input() {
            Some(bytes) => bytes,
            None => return Outcome::NeedsInput,
        },
    };
    let plain = match bytes.starts_with(&[0x1f, 0x8b]) {
        true => unpacked(&bytes),
        false if request.gzip => {
            let words = if call.is_gnu() { "This does not look like a tar archive" } else { "invalid magic" };
            call.complain(words);
            return fail(call, "short read");
        }
        false => Ok(bytes),
    };
    let bytes = match plain {
        Ok(bytes) => bytes,
        Err(why) if why.kind() == ErrorKind::Other => return fail(call, &why.to_string()),
        Err(_) => Vec::new(),
    };
    let mut reading = Reading::new(request);
    if reading.members(call, &bytes).is_err() {
        return match call.is_gnu() {
            true => {
                call.complain("This does not look like a tar archive");
                fail_late(call)
            }
            false if bytes.len() < 512 => fail(call, "short read"),
            false => fail(call, "invalid tar magic"),
        };
    }
    let missing: Vec<String> = request
        .members
        .iter()
        .zip(&reading.found)
        .filter(|(_, found)| !**found)
        .map(|(name, _)| name.clone())
        .collect();
    for name in &missing {
        let words = if call.is_gnu() {
            format!("{name}: Not found in archive")
        } else {
            format!("{name}: not found in archive")
        };
        call.complain(&words);
    }
    match (reading.failed, missing.is_empty(), call.is_gnu()) {
        (true, ..) | (_, false, true) => fail_late(call),
        (false, false, false) => Outcome::Ended(1),
        (false, true, _) => Outcome::Ended(0),
    }
}
