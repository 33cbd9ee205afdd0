//! stat and du.

use super::super::filesystem::join;
use super::listing::{blocks, inode, links};
use super::options::{Options, Taken, or_end};
use super::text::number_of;
use super::{Call, Outcome, people};

/// Levels of folders that are summed up.
const DEPTH_MAX: usize = 64;

/// What is known of a file.
struct Known {
    name: String,
    target: Option<String>,
    size: u64,
    blocks: u64,
    mode: u16,
    kind: u32,
    letters: String,
    what: &'static str,
    links: usize,
    inode: u64,
    user: (i64, String),
    group: (i64, String),
    modified: i64,
}

fn known(call: &mut Call<'_>, name: &str, follows: bool) -> Option<Known> {
    let path = call.path(name);
    let files = call.system.files();
    let target = files.link_target(&path).filter(|_| !follows);
    if !files.exists(&path) && target.is_none() {
        return None;
    }
    let place = if target.is_some() { files.followed_parent(&path) } else { files.followed(&path) };
    let length = files.length(&place);
    let size = target.as_ref().map_or(length.unwrap_or(4_096), |target| target.len() as u64);
    let directory = target.is_none() && files.is_directory(&path);
    let own = files.own_ownership(&place)?;
    let device = super::devices::is_device(&place);
    let kibibytes = if target.is_some() || device { 0 } else { blocks(&files, &place) };
    let modified = files.modified(&place);
    let links = if target.is_some() { 1 } else { links(&files, &place) };
    let (what, kind) = match (&target, directory) {
        (Some(_), _) => ("symbolic link", 0o120_000),
        (None, true) => ("directory", 0o040_000),
        (None, false) if device => ("character special file", 0o020_000),
        (None, false) if size == 0 => ("regular empty file", 0o100_000),
        (None, false) => ("regular file", 0o100_000),
    };
    let mode = if target.is_some() { 0o777 } else { own.mode };
    let letters = match (&target, device) {
        (Some(_), _) => "lrwxrwxrwx".to_owned(),
        (None, true) => own.letters(directory).replacen('-', "c", 1),
        (None, false) => own.letters(directory),
    };
    Some(Known {
        name: name.to_owned(),
        target,
        size,
        blocks: kibibytes * 2,
        mode,
        kind,
        letters,
        what,
        links,
        inode: inode(&path),
        user: (own.user, people::user_name(call, own.user)),
        group: (own.group, people::group_name(call, own.group)),
        modified,
    })
}

/// stat.
pub(super) fn stat(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "c:Lt",
        refused: "f",
        long: &[("format", 'c'), ("dereference", 'L'), ("terse", 't'), ("printf", 'f')],
    };
    let options = or_end!(call.options(&taken));
    if options.operands.is_empty() {
        return call.fail_usage("missing operand");
    }
    let mut status = 0;
    for name in &options.operands {
        let Some(known) = known(call, name, options.has('L')) else {
            let verb = if call.is_gnu() { "cannot statx" } else { "can't stat" };
            call.complain(&format!("{verb} '{name}': No such file or directory"));
            status = 1;
            continue;
        };
        let text = match options.value('c') {
            Some(format) => known.formatted(format),
            None if options.has('t') => known.formatted("%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %o"),
            None => known.told(),
        };
        call.say(&text);
    }
    Outcome::Ended(status)
}

fn full(seconds: i64) -> String {
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    moment.strftime("%Y-%m-%d %H:%M:%S.000000000 +0000").to_string()
}

impl Known {
    fn told(&self) -> String {
        let shown = match &self.target {
            Some(target) => format!("{} -> {target}", self.name),
            None => self.name.clone(),
        };
        let moment = full(self.modified);
        format!(
            "  File: {shown}\n  Size: {:<10}\tBlocks: {:<10} IO Block: 4096   {}\nDevice: fe00h/65024d\tInode: {:<10}  Links: {}\nAccess: ({:04o}/{})  Uid: ({:>5}/{:>8})   Gid: ({:>5}/{:>8})\nAccess: {moment}\nModify: {moment}\nChange: {moment}",
            self.size,
            self.blocks,
            self.what,
            self.inode,
            self.links,
            self.mode,
            self.letters,
            self.user.0,
            self.user.1,
            self.group.0,
            self.group.1
        )
    }

    fn formatted(&self, format: &str) -> String {
        let mut text = String::new();
        let mut letters = format.chars();
        while let Some(next) = letters.next() {
            if next != '%' {
                text.push(next);
                continue;
            }
            let mut width = String::new();
            let letter = loop {
                match letters.next() {
                    Some(digit) if digit.is_ascii_digit() || digit == '-' => width.push(digit),
                    other => break other,
                }
            };
            let value = match letter {
                Some(letter) => self.value(letter),
                None => "%".to_owned(),
            };
            let left = width.starts_with('-');
            let width = width.trim_start_matches('-').parse::<usize>().unwrap_or_default().min(1_000);
            text.push_str(&if left { format!("{value:<width$}") } else { format!("{value:>width$}") });
        }
        text
    }

    fn value(&self, letter: char) -> String {
        match letter {
            'a' => format!("{:o}", self.mode),
            'A' => self.letters.clone(),
            'b' => self.blocks.to_string(),
            'B' => "512".to_owned(),
            'd' => "65024".to_owned(),
            'D' => "fe00".to_owned(),
            'f' => format!("{:x}", self.kind | u32::from(self.mode)),
            'F' => self.what.to_owned(),
            'g' => self.group.0.to_string(),
            'G' => self.group.1.clone(),
            'h' => self.links.to_string(),
            'i' => self.inode.to_string(),
            'n' => self.name.clone(),
            'N' => match &self.target {
                Some(target) => format!("'{}' -> '{target}'", self.name),
                None => self.name.clone(),
            },
            'o' => "4096".to_owned(),
            's' => self.size.to_string(),
            't' | 'T' => "0".to_owned(),
            'u' => self.user.0.to_string(),
            'U' => self.user.1.clone(),
            'x' | 'y' | 'z' => full(self.modified),
            'X' | 'Y' | 'Z' => self.modified.to_string(),
            '%' => "%".to_owned(),
            other => other.to_string(),
        }
    }
}

/// du: what a folder holds, in kibibytes.
pub(super) fn du(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "achsbkmd:HLlx",
        refused: "0BDSt",
        long: &[
            ("all", 'a'),
            ("total", 'c'),
            ("human-readable", 'h'),
            ("summarize", 's'),
            ("bytes", 'b'),
            ("max-depth", 'd'),
        ],
    };
    let options = or_end!(call.options(&taken));
    let mut names = options.operands.clone();
    if names.is_empty() {
        names.push(".".to_owned());
    }
    let deepest = match options.value('d') {
        Some(depth) => or_end!(number_of(call, depth)),
        None if options.has('s') => 0,
        None => usize::MAX,
    };
    let (mut total, mut status) = (0, 0);
    for name in names {
        let path = call.path(&name);
        let files = call.system.files();
        if !files.exists(&path) && files.link_target(&path).is_none() {
            let why = if call.is_gnu() { format!("cannot access '{name}'") } else { name };
            call.complain(&format!("{why}: No such file or directory"));
            status = 1;
            continue;
        }
        total += usage(call, &options, (&name, &path), deepest, 0);
    }
    if options.has('c') {
        let shown = shown(&options, total);
        call.say(&format!("{shown}\ttotal"));
    }
    Outcome::Ended(status)
}

fn shown(options: &Options, amount: u64) -> String {
    match () {
        () if options.has('b') => amount.to_string(),
        () if options.has('h') => super::machine::human_size(amount),
        () if options.has('m') => amount.div_ceil(1_024).to_string(),
        () => amount.to_string(),
    }
}

/// Kibibytes, or bytes with `-b`, of a tree; tells of it where the options want that.
fn usage(
    call: &mut Call<'_>,
    options: &Options,
    (name, path): (&str, &str),
    deepest: usize,
    depth: usize,
) -> u64 {
    let files = call.system.files();
    let folder = files.link_target(path).is_none() && files.is_directory(path);
    let own = match (options.has('b'), folder) {
        _ if files.is_busybox_again(path) => 0,
        (true, true) => 4_096,
        (true, false) => files.length(path).unwrap_or_default(),
        (false, _) => blocks(&files, path),
    };
    let names = if folder && depth < DEPTH_MAX { files.list(path).unwrap_or_default() } else { Vec::new() };
    let inside: u64 = names
        .iter()
        .map(|inner| usage(call, options, (&join(name, inner), &join(path, inner)), deepest, depth + 1))
        .sum();
    if depth <= deepest && (folder || depth == 0 || options.has('a')) {
        let shown = shown(options, own + inside);
        call.say(&format!("{shown}\t{name}"));
    }
    own + inside
}
