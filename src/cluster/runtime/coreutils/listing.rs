//! ls.

use super::super::filesystem::{FileView, absolute, join};
use super::options::{Options, Taken};
use super::{Call, Outcome, people};

/// Entries that one listing shows.
const ENTRIES_MAX: usize = 5_000;
/// Levels of folders that are walked.
const DEPTH_MAX: usize = 64;
/// Columns of a terminal that nobody has measured.
const WIDTH: usize = 80;
/// Half a year in seconds: how far back the time of day is told.
const HALF_YEAR: i64 = 183 * 86_400;

/// Options that have no letter.
const FULL_TIME: char = '\u{1}';
const FOLDERS_FIRST: char = '\u{2}';
const COLOR: char = '\u{3}';

const LS: Taken = Taken {
    letters: "1aACdhilnrRSstFpLHxXvw:gocuGq\u{1}\u{2}\u{3}",
    refused: "",
    long: &[
        ("all", 'a'),
        ("almost-all", 'A'),
        ("classify", 'F'),
        ("color", COLOR),
        ("dereference", 'L'),
        ("directory", 'd'),
        ("full-time", FULL_TIME),
        ("group-directories-first", FOLDERS_FIRST),
        ("human-readable", 'h'),
        ("inode", 'i'),
        ("recursive", 'R'),
        ("reverse", 'r'),
        ("size", 's'),
        ("width", 'w'),
    ],
};

/// Lists directories.
pub(super) fn ls(call: &mut Call<'_>) -> Outcome {
    let options = match call.options(&LS) {
        Ok(options) => options,
        Err(Outcome::Ended(0)) => return Outcome::Ended(0),
        Err(_) => return Outcome::Ended(if call.is_gnu() { 2 } else { 1 }),
    };
    let status = if call.is_gnu() { 2 } else { 1 };
    let mut names = options.operands.clone();
    if names.is_empty() {
        names.push(".".to_owned());
    }
    let many = names.len() > 1 || options.has('R');
    let mut lister = Lister { options: &options, failed: false, shown: 0, begun: false };
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for name in names {
        let path = call.path(&name);
        let view = call.system.files();
        let link = view.link_target(&path).is_some();
        let follows = options.has('L')
            || options.has('H')
            || name.ends_with('/')
            || !(options.has('l') || options.has('F') || options.has('n'));
        if !view.exists(&path) && (!link || follows) {
            let why = if call.is_gnu() { format!("cannot access '{name}'") } else { name };
            call.complain(&format!("{why}: No such file or directory"));
            lister.failed = true;
            continue;
        }
        let directory = view.is_directory(&path) && (!link || follows) && !options.has('d');
        let item = Item { name, path };
        if directory { folders.push(item) } else { files.push(item) }
    }
    lister.sort(call, &mut files);
    lister.sort(call, &mut folders);
    if !files.is_empty() {
        lister.show(call, &files);
        lister.begun = true;
    }
    for folder in folders {
        lister.folder(call, &folder, many, 0);
    }
    Outcome::Ended(if lister.failed { status } else { 0 })
}

/// Something to show: as it is called, and where it is.
#[derive(Clone)]
struct Item {
    name: String,
    path: String,
}

struct Lister<'a> {
    options: &'a Options,
    failed: bool,
    shown: usize,
    /// Whether something was printed before, so that a line comes between.
    begun: bool,
}

impl Lister<'_> {
    fn long(&self) -> bool {
        self.options.has('l')
            || self.options.has('n')
            || self.options.has('g')
            || self.options.has('o')
            || self.options.has(FULL_TIME)
    }

    fn sort(&self, call: &mut Call<'_>, items: &mut [Item]) {
        let files = call.system.files();
        let size = |item: &Item| files.length(&item.path).unwrap_or(4_096);
        items.sort_by(|one, other| one.name.cmp(&other.name));
        if self.options.has('t') {
            items.sort_by_key(|item| std::cmp::Reverse(files.modified(&item.path)));
        } else if self.options.has('S') {
            items.sort_by_key(|item| std::cmp::Reverse(size(item)));
        } else if self.options.has('X') {
            items.sort_by_key(|item| item.name.rsplit_once('.').map(|(_, end)| end.to_owned()));
        }
        if self.options.has('r') {
            items.reverse();
        }
        if self.options.has(FOLDERS_FIRST) {
            items.sort_by_key(|item| !files.is_directory(&item.path));
        }
    }

    fn folder(&mut self, call: &mut Call<'_>, folder: &Item, titled: bool, depth: usize) {
        let entries = match call.system.files().list(&folder.path) {
            Ok(entries) => entries,
            Err(why) => {
                let verb = if call.is_gnu() { "cannot open directory" } else { "can't open" };
                call.complain(&format!("{verb} '{}': {why}", folder.name));
                self.failed = true;
                return;
            }
        };
        if std::mem::replace(&mut self.begun, true) {
            call.say("");
        }
        if titled {
            call.say(&format!("{}:", folder.name));
        }
        let hidden = self.options.has('a') || self.options.has('A');
        let room = ENTRIES_MAX.saturating_sub(self.shown);
        let own = entries.into_iter().filter(|entry| hidden || !entry.starts_with('.')).take(room);
        let mut items: Vec<Item> =
            own.map(|name| Item { path: absolute(&folder.path, &name), name }).collect();
        self.shown += items.len();
        if self.options.has('a') {
            let dots =
                [".", ".."].map(|name| Item { name: name.to_owned(), path: absolute(&folder.path, name) });
            items.extend(dots);
        }
        self.sort(call, &mut items);
        if self.long() || self.options.has('s') {
            let files = call.system.files();
            let total: u64 = items.iter().map(|item| blocks(&files, &item.path)).sum();
            let total =
                if self.options.has('h') { super::machine::human_size(total) } else { total.to_string() };
            call.say(&format!("total {total}"));
        }
        self.show(call, &items);
        if !self.options.has('R') || depth >= DEPTH_MAX {
            return;
        }
        for item in items.iter().filter(|item| !matches!(item.name.as_str(), "." | "..")) {
            let files = call.system.files();
            if files.link_target(&item.path).is_none() && files.is_directory(&item.path) {
                let inner = Item { name: join(&folder.name, &item.name), path: item.path.clone() };
                self.folder(call, &inner, true, depth + 1);
            }
        }
    }

    fn show(&self, call: &mut Call<'_>, items: &[Item]) {
        let lines: Vec<String> = items.iter().map(|item| self.line(call, item)).collect();
        let columns = self.options.has('C')
            || self.options.has('x')
            || call.terminal && !call.to_file && !self.options.has('1');
        if !columns || self.long() {
            lines.iter().for_each(|line| call.say(line));
            return;
        }
        let width = self.options.value('w').and_then(|width| width.parse().ok()).unwrap_or(WIDTH);
        in_columns(&lines, width, self.options.has('x')).iter().for_each(|line| call.say(line));
    }

    fn line(&self, call: &mut Call<'_>, item: &Item) -> String {
        let options = self.options;
        let follows = options.has('L');
        let files = call.system.files();
        let mut target = files.link_target(&item.path).filter(|_| !follows);
        let directory = target.is_none() && files.is_directory(&item.path);
        let mut line = String::new();
        if options.has('i') {
            line.push_str(&format!("{:>7} ", inode(&item.path)));
        }
        if options.has('s') {
            line.push_str(&format!("{:>6} ", blocks(&files, &item.path)));
        }
        let place = if follows { files.followed(&item.path) } else { files.followed_parent(&item.path) };
        let Some(own) = files.own_ownership(&place) else { return line + &item.name };
        let sign = match (options.has('F'), options.has('p')) {
            (true, _) if target.is_some() && !self.long() => "@",
            (true, _) if target.is_none() && !directory && own.runs() => "*",
            (true, _) | (_, true) if directory => "/",
            _ => "",
        };
        if !self.long() {
            return format!("{line}{}{sign}", item.name);
        }
        let size = files.length(&place).unwrap_or(4_096);
        let size = target.as_ref().map_or(size, |target| target.len() as u64);
        let moment = files.modified(&place);
        let mode = if target.is_some() { "lrwxrwxrwx".to_owned() } else { own.letters(directory) };
        let mode = if super::devices::is_device(&place) { mode.replacen('-', "c", 1) } else { mode };
        let links = links(&files, &place);
        let size = match options.has('h') {
            true if size < 1_024 => size.to_string(),
            true => super::machine::human_bytes(size),
            false => size.to_string(),
        };
        let at = self.moment(call, moment);
        let (user, group) = if options.has('n') {
            (own.user.to_string(), own.group.to_string())
        } else {
            (people::user_name(call, own.user), people::group_name(call, own.group))
        };
        let name = match target.take() {
            Some(target) => format!("{} -> {target}", item.name),
            None => format!("{}{sign}", item.name),
        };
        if call.is_gnu() {
            return format!("{line}{mode} {links} {user} {group} {size:>5} {at} {name}");
        }
        format!("{line}{mode}    {links} {user:<8} {group:<8} {size:>9} {at} {name}")
    }

    fn moment(&self, call: &Call<'_>, seconds: i64) -> String {
        let now = call.system.now().as_second();
        let Ok(moment) = jiff::Timestamp::from_second(seconds) else { return String::new() };
        let format = match self.options.has(FULL_TIME) {
            true if call.is_gnu() => "%Y-%m-%d %H:%M:%S.000000000 +0000",
            true => "%Y-%m-%d %H:%M:%S +0000",
            false if now - seconds > HALF_YEAR || seconds > now + 900 => "%b %e  %Y",
            false => "%b %e %H:%M",
        };
        moment.strftime(format).to_string()
    }
}

/// A number for a path that stays the same, as an inode's does.
pub(super) fn inode(path: &str) -> u64 {
    let sum = path.bytes().fold(5_381_u64, |sum, byte| sum.wrapping_mul(33) ^ u64::from(byte));
    1_000_000 + sum % 8_000_000
}

/// How many names lead to something: to a directory its own, `.`, and the `..` of those inside.
pub(super) fn links(files: &FileView<'_>, path: &str) -> usize {
    if files.link_target(path).is_some() || !files.is_directory(path) {
        return 1;
    }
    let names = files.list(path).unwrap_or_default();
    let folder = |name: &&String| {
        let inside = join(path, name);
        files.link_target(&inside).is_none() && files.is_directory(&inside)
    };
    2 + names.iter().filter(folder).count()
}

/// Kibibytes on the disk.
pub(super) fn blocks(files: &FileView<'_>, path: &str) -> u64 {
    if files.link_target(path).is_some() {
        return 0;
    }
    files.length(path).map_or(4, |length| length.div_ceil(4_096) * 4)
}

/// Names side by side, from top to bottom or from left to right.
fn in_columns(names: &[String], width: usize, across: bool) -> Vec<String> {
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or_default() + 2;
    let columns = (width / longest).clamp(1, names.len().max(1));
    let rows = names.len().div_ceil(columns);
    let mut lines = Vec::new();
    for row in 0..rows {
        let places =
            (0..columns).map(|column| if across { row * columns + column } else { column * rows + row });
        let cells: Vec<&String> = places.filter_map(|place| names.get(place)).collect();
        let mut line = String::new();
        for (index, cell) in cells.iter().enumerate() {
            line.push_str(cell);
            if index + 1 < cells.len() {
                line.push_str(&" ".repeat(longest - cell.chars().count()));
            }
        }
        lines.push(line);
    }
    lines
}
