//! tar: what is taken out of an archive, and what is told of it.

use super::super::filesystem::absolute;
use super::super::ownership::Ownership;
use super::archives::{Request, safe_name};
use super::{Call, people};

/// An archive on its way into the files.
pub(super) struct Reading<'a> {
    request: &'a Request,
    warned: bool,
    /// Whether something could not be put where it belongs.
    pub failed: bool,
    /// Which of the members that were asked for have come.
    pub found: Vec<bool>,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet.
    pub(super) fn new(request: &'a Request) -> Self {
        Self { request, warned: false, failed: false, found: vec![false; request.members.len()] }
    }

    /// Reads every member.
    pub(super) fn members(&mut self, call: &mut Call<'_>, mut bytes: &[u8]) -> std::io::Result<()> {
        let mut archive = ::tar::Archive::new(&mut bytes);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let full = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let name = safe_name(call, &full, &mut self.warned).to_owned();
            let plain = name.trim_end_matches('/');
            if !self.request.wants(plain) || self.request.leaves_out(plain) {
                continue;
            }
            for (member, found) in self.request.members.iter().zip(&mut self.found) {
                let member = member.trim_matches('/');
                *found |=
                    plain.strip_prefix(member).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            }
            let listed = self.request.mode == Some('t');
            if listed && self.request.verbose {
                let line = listing(call, entry.header(), &name);
                call.say(&line);
            } else if listed || self.request.verbose && !self.request.to_output {
                call.say(&name);
            }
            if listed {
                continue;
            }
            let target = entry.link_name()?.map(|target| target.to_string_lossy().into_owned());
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut content)?;
            let header = entry.header().clone();
            if self.request.to_output {
                call.stdout.extend(content);
                continue;
            }
            let kept: Vec<&str> =
                plain.split('/').filter(|part| *part != ".").skip(self.request.stripped).collect();
            if kept.is_empty() && self.request.stripped > 0 {
                continue;
            }
            let path = absolute(&self.request.directory, &kept.join("/"));
            if let Err(why) = place(call, &path, &header, target, content) {
                self.failed = true;
                let words = if call.is_gnu() {
                    format!("{name}: Cannot open: {why}")
                } else {
                    format!("can't open '{name}': {why}")
                };
                call.complain(&words);
            }
        }
        Ok(())
    }
}

/// A line of `tar tv`.
fn listing(call: &mut Call<'_>, header: &::tar::Header, name: &str) -> String {
    let kind = header.entry_type();
    let number = |field: std::io::Result<u64>| {
        field.ok().and_then(|field| i64::try_from(field).ok()).unwrap_or_default()
    };
    let own = Ownership {
        mode: u16::try_from(header.mode().unwrap_or_default() & 0o7777).unwrap_or_default(),
        user: number(header.uid()),
        group: number(header.gid()),
    };
    let letters = match kind.is_symlink() {
        true => "lrwxrwxrwx".to_owned(),
        false => own.letters(kind.is_dir()),
    };
    let seconds = header.mtime().ok().and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or_default();
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    let (user, group) = (people::user_name(call, own.user), people::group_name(call, own.group));
    let size = header.size().unwrap_or_default();
    let target = header.link_name().ok().flatten().map(|target| format!(" -> {}", target.to_string_lossy()));
    let target = target.unwrap_or_default();
    match call.is_gnu() {
        true => {
            let owners = format!("{user}/{group}");
            let width = 19_usize.saturating_sub(owners.len() + 1);
            format!("{letters} {owners} {size:>width$} {} {name}{target}", moment.strftime("%Y-%m-%d %H:%M"))
        }
        false => format!(
            "{letters} {user}/{group} {size:>9} {} {name}{target}",
            moment.strftime("%Y-%m-%d %H:%M:%S")
        ),
    }
}

/// Puts a member where it belongs.
fn place(
    call: &mut Call<'_>,
    path: &str,
    header: &::tar::Header,
    target: Option<String>,
    content: Vec<u8>,
) -> Result<(), String> {
    let kind = header.entry_type();
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    if kind.is_dir() {
        make_directories(call, path)?;
    } else if kind.is_symlink() {
        make_directories(call, parent)?;
        let mut files = call.system.files();
        if files.link_target(path).is_some() {
            files.remove(path).map_err(|why| why.to_string())?;
        }
        return files.make_link(path, &target.unwrap_or_default()).map_err(|why| why.to_string());
    } else if kind.is_file() {
        make_directories(call, parent)?;
        call.system.files().write(path, content).map_err(|why| why.to_string())?;
    } else {
        return Err("not simulated: hard links and devices in containers".to_owned());
    }
    let mode = u16::try_from(header.mode().unwrap_or_default() & 0o7777).unwrap_or_default();
    let mut files = call.system.files();
    let Some(own) = files.ownership(path) else { return Ok(()) };
    if path != "/" && mode != own.mode && files.who.user == own.user {
        files.set_ownership(path, Ownership { mode, ..own }).map_err(|why| why.to_string())?;
    }
    Ok(())
}

/// Makes a directory and those above it, as far as they are not there.
fn make_directories(call: &mut Call<'_>, path: &str) -> Result<(), String> {
    let mut files = call.system.files();
    let above = path.match_indices('/').skip(1).map(|(index, _)| &path[..index]);
    for directory in above.chain([path]) {
        if !directory.is_empty() && !files.is_directory(directory) {
            files.make_directory(directory).map_err(|why| why.to_string())?;
        }
    }
    Ok(())
}
