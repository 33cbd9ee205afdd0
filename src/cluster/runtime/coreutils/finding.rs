//! find.

use super::super::filesystem::{FileView, join};
use super::super::shell::matches;
use super::{Call, Outcome, base_name};

/// Entries that one search looks at.
const ENTRIES_MAX: usize = 20_000;
/// Commands that one search runs.
const COMMANDS_MAX: usize = 2_000;
/// Levels of folders, and of parentheses and negations.
const DEPTH_MAX: usize = 64;

/// A condition or an action.
enum Test {
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
    Name { pattern: String, whole: bool, folds: bool },
    Kind(char),
    Age { sign: i64, amount: i64, unit: i64 },
    Size { sign: i64, amount: u64, unit: u64 },
    Mode { sign: char, mode: u16 },
    Newer(i64),
    Owner { user: Option<i64>, group: Option<i64> },
    Empty,
    Runs,
    Prune,
    Print(char),
    Delete,
    Quit,
    Exec(Vec<String>),
    ExecAll(usize),
    Always,
}

/// The command line, as far as it was read.
#[derive(Default)]
struct Request {
    roots: Vec<String>,
    words: Vec<String>,
    at: usize,
    deepest: Option<usize>,
    shallowest: usize,
    depth_first: bool,
    follows: bool,
    acts: bool,
    /// Commands of `-exec … +`, which take all names at once.
    gathered: Vec<(Vec<String>, Vec<String>)>,
}

enum Wrong {
    Needs(String),
    Unknown(String),
    NotSimulated(String),
    Message(String),
}

impl Request {
    fn next(&mut self) -> Option<String> {
        self.at += 1;
        self.words.get(self.at - 1).cloned()
    }

    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn value(&mut self, of: &str) -> Result<String, Wrong> {
        self.next().ok_or_else(|| Wrong::Needs(of.to_owned()))
    }

    fn any(&mut self, call: &mut Call<'_>, depth: usize) -> Result<Test, Wrong> {
        let mut tests = vec![self.all(call, depth)?];
        while matches!(self.peek(), Some("-o" | "-or")) {
            self.at += 1;
            tests.push(self.all(call, depth)?);
        }
        Ok(if tests.len() == 1 { tests.remove(0) } else { Test::Any(tests) })
    }

    fn all(&mut self, call: &mut Call<'_>, depth: usize) -> Result<Test, Wrong> {
        let mut tests = Vec::new();
        while let Some(word) = self.peek() {
            match word {
                "-o" | "-or" | ")" => break,
                "-a" | "-and" => self.at += 1,
                _ => tests.push(self.one(call, depth)?),
            }
        }
        Ok(Test::All(tests))
    }

    fn one(&mut self, call: &mut Call<'_>, depth: usize) -> Result<Test, Wrong> {
        if depth > DEPTH_MAX {
            return Err(Wrong::Message("too deeply nested".to_owned()));
        }
        let word = self.next().unwrap_or_default();
        Ok(match word.as_str() {
            "!" | "-not" => Test::Not(Box::new(self.one(call, depth + 1)?)),
            "(" => {
                let inside = self.any(call, depth + 1)?;
                if self.next().as_deref() != Some(")") {
                    return Err(Wrong::Message("unpaired '('".to_owned()));
                }
                inside
            }
            "-maxdepth" | "-mindepth" => {
                let value = self.value(&word)?;
                let number =
                    value.parse().map_err(|_| Wrong::Message(format!("invalid number '{value}'")))?;
                if word == "-maxdepth" {
                    self.deepest = Some(number)
                } else {
                    self.shallowest = number
                }
                Test::Always
            }
            "-depth" => {
                self.depth_first = true;
                Test::Always
            }
            "-follow" => {
                self.follows = true;
                Test::Always
            }
            "-xdev" | "-mount" | "-noleaf" => Test::Always,
            "-print" | "-print0" => {
                self.acts = true;
                Test::Print(if word == "-print" { '\n' } else { '\0' })
            }
            "-delete" => {
                (self.acts, self.depth_first) = (true, true);
                Test::Delete
            }
            "-prune" => Test::Prune,
            "-quit" => {
                self.acts = true;
                Test::Quit
            }
            "-exec" => self.exec()?,
            "-ok" | "-execdir" | "-printf" | "-ls" | "-regex" | "-inum" | "-samefile" | "-fprint"
            | "-links" => {
                return Err(Wrong::NotSimulated(word));
            }
            _ => self.property(call, &word)?,
        })
    }

    fn exec(&mut self) -> Result<Test, Wrong> {
        self.acts = true;
        let mut words = Vec::new();
        loop {
            let word = self.value("-exec")?;
            if word == ";" {
                return Ok(Test::Exec(words));
            }
            if word == "+" && words.last().is_some_and(|last| last == "{}") {
                words.pop();
                self.gathered.push((words, Vec::new()));
                return Ok(Test::ExecAll(self.gathered.len() - 1));
            }
            words.push(word);
        }
    }

    /// What is asked of a file.
    fn property(&mut self, call: &mut Call<'_>, word: &str) -> Result<Test, Wrong> {
        Ok(match word {
            "-name" | "-iname" | "-path" | "-ipath" | "-wholename" => {
                let pattern = self.value(word)?;
                let folds = word.starts_with("-i");
                let pattern = if folds { pattern.to_lowercase() } else { pattern };
                Test::Name { pattern, whole: !word.ends_with("name") || word == "-wholename", folds }
            }
            "-type" => {
                let kind = self.value(word)?;
                match kind.chars().next().filter(|kind| "fdlbcsp".contains(*kind)) {
                    Some(letter) if kind.len() == 1 => Test::Kind(letter),
                    _ => {
                        return Err(Wrong::Message(match call.is_gnu() {
                            true => format!("Unknown argument to -type: {kind}"),
                            false => format!("invalid argument '{kind}' to '-type'"),
                        }));
                    }
                }
            }
            "-mtime" | "-mmin" | "-ctime" | "-cmin" | "-atime" | "-amin" => {
                let value = self.value(word)?;
                let (sign, amount) = signed(&value)?;
                let unit = if word.ends_with("min") { 60 } else { 86_400 };
                Test::Age { sign, amount: i64::try_from(amount).unwrap_or(i64::MAX), unit }
            }
            "-empty" => Test::Empty,
            "-executable" => Test::Runs,
            "-true" => Test::Always,
            _ => return self.measure(call, word),
        })
    }

    /// What is measured or compared.
    fn measure(&mut self, call: &mut Call<'_>, word: &str) -> Result<Test, Wrong> {
        Ok(match word {
            "-size" => {
                let value = self.value(word)?;
                let (digits, unit) = match value.chars().last() {
                    Some('c') => (value.trim_end_matches('c'), 1),
                    Some('k') => (value.trim_end_matches('k'), 1_024),
                    Some('b') => (value.trim_end_matches('b'), 512),
                    Some('M') => (value.trim_end_matches('M'), 1 << 20),
                    Some('G') => (value.trim_end_matches('G'), 1 << 30),
                    _ => (value.as_str(), 512),
                };
                let (sign, amount) = signed(digits)?;
                Test::Size { sign, amount, unit }
            }
            "-perm" => {
                let value = self.value(word)?;
                let (sign, text) = match value.chars().next() {
                    Some(sign @ ('-' | '+' | '/')) => (sign, &value[1..]),
                    _ => (' ', value.as_str()),
                };
                let none = super::super::ownership::Ownership { mode: 0, user: 0, group: 0 };
                let mode = none.changed_mode(text, false);
                Test::Mode {
                    sign,
                    mode: mode.ok_or_else(|| Wrong::Message(format!("invalid mode '{text}'")))?,
                }
            }
            "-newer" => {
                let name = self.value(word)?;
                let path = call.path(&name);
                let files = call.system.files();
                if !files.exists(&path) {
                    return Err(Wrong::Message(format!("{name}: No such file or directory")));
                }
                Test::Newer(files.modified(&path))
            }
            "-user" | "-group" => {
                let name = self.value(word)?;
                let number =
                    name.parse().ok().or_else(|| super::people::number_of(call, &name, word == "-user"));
                let number =
                    number.ok_or_else(|| Wrong::Message(format!("unknown {} {name}", &word[1..])))?;
                match word {
                    "-user" => Test::Owner { user: Some(number), group: None },
                    _ => Test::Owner { user: None, group: Some(number) },
                }
            }
            _ => return Err(Wrong::Unknown(word.to_owned())),
        })
    }
}

/// `+N`, `-N` or `N`.
fn signed(text: &str) -> Result<(i64, u64), Wrong> {
    let (sign, digits) = match text.chars().next() {
        Some('+') => (1, &text[1..]),
        Some('-') => (-1, &text[1..]),
        _ => (0, text),
    };
    let number = digits.parse().map_err(|_| Wrong::Message(format!("invalid number '{text}'")))?;
    Ok((sign, number))
}

fn compares(sign: i64, value: i64, amount: i64) -> bool {
    match sign {
        1 => value > amount,
        -1 => value < amount,
        _ => value == amount,
    }
}

/// A search under way.
struct Search {
    request: Request,
    commands: Vec<Vec<String>>,
    status: i32,
    seen: usize,
    quits: bool,
}

/// Lists everything below directories, or what of it fits.
pub(super) fn find(call: &mut Call<'_>) -> Outcome {
    let words: Vec<String> = call.arguments[1..].to_vec();
    let follows =
        words.iter().take_while(|word| matches!(word.as_str(), "-L" | "-H" | "-P")).any(|word| word == "-L");
    let words: Vec<String> =
        words.into_iter().skip_while(|word| matches!(word.as_str(), "-L" | "-H" | "-P")).collect();
    let is_root = |word: &&String| !word.starts_with('-') && !matches!(word.as_str(), "(" | "!");
    let roots: Vec<String> = words.iter().take_while(is_root).cloned().collect();
    let mut request = Request { at: roots.len(), roots, words, follows, ..Request::default() };
    if request.roots.is_empty() {
        request.roots.push(".".to_owned());
    }
    let test = request.any(call, 0).and_then(|test| match request.peek() {
        None => Ok(test),
        Some(word) => Err(Wrong::Unknown(word.to_owned())),
    });
    let test = match test {
        Ok(test) => test,
        Err(wrong) => return refuse(call, wrong),
    };
    let roots = request.roots.clone();
    let mut search = Search { request, commands: Vec::new(), status: 0, seen: 0, quits: false };
    for root in roots {
        let path = call.path(&root);
        let files = call.system.files();
        if !files.exists(&path) && files.link_target(&path).is_none() {
            let shown = if call.is_gnu() { format!("'{root}'") } else { root };
            call.complain(&format!("{shown}: No such file or directory"));
            search.status = 1;
            continue;
        }
        search.walk(call, &test, &root, &path, 0);
    }
    let mut commands = search.commands;
    for (mut words, names) in search.request.gathered {
        if !names.is_empty() {
            words.extend(names);
            commands.push(words);
        }
    }
    match commands.is_empty() {
        true => Outcome::Ended(search.status),
        false => Outcome::RunsAll { commands, failed: None },
    }
}

fn refuse(call: &mut Call<'_>, wrong: Wrong) -> Outcome {
    let gnu = call.is_gnu();
    let text = match wrong {
        Wrong::Needs(word) if gnu => format!("missing argument to `{word}'"),
        Wrong::Needs(word) => format!("{word} requires an argument"),
        Wrong::Unknown(word) if gnu => format!("unknown predicate `{word}'"),
        Wrong::Unknown(word) => format!("unrecognized: {word}"),
        Wrong::NotSimulated(word) => format!("not simulated: {word}"),
        Wrong::Message(text) => text,
    };
    call.complain(&text);
    Outcome::Ended(1)
}

impl Search {
    fn walk(&mut self, call: &mut Call<'_>, test: &Test, shown: &str, path: &str, depth: usize) {
        self.seen += 1;
        if self.quits || self.seen > ENTRIES_MAX {
            return;
        }
        let files = call.system.files();
        let link = files.link_target(path).is_some() && !self.request.follows;
        let folder = !link && files.is_directory(path);
        let listed = if folder { files.list(path) } else { Ok(Vec::new()) };
        let wanted = depth >= self.request.shallowest;
        let mut prunes = false;
        if wanted && !self.request.depth_first {
            prunes = self.visit(call, test, shown, path);
        }
        let deeper =
            self.request.deepest.is_none_or(|deepest| depth < deepest) && depth < DEPTH_MAX && !prunes;
        match listed {
            Err(why) => {
                let name = if call.is_gnu() { format!("'{shown}'") } else { shown.to_owned() };
                call.complain(&format!("{name}: {why}"));
                self.status = 1;
            }
            Ok(names) if deeper => {
                for name in names {
                    self.walk(call, test, &join(shown, &name), &join(path, &name), depth + 1);
                }
            }
            Ok(_) => {}
        }
        if wanted && self.request.depth_first {
            self.visit(call, test, shown, path);
        }
    }

    /// Looks at one entry; whether what is below is left out.
    fn visit(&mut self, call: &mut Call<'_>, test: &Test, shown: &str, path: &str) -> bool {
        let mut prunes = false;
        let fits = self.holds(call, test, shown, path, &mut prunes);
        if fits && !self.request.acts {
            self.print(call, shown, '\n');
        }
        prunes
    }

    fn print(&mut self, call: &mut Call<'_>, shown: &str, end: char) {
        // Between commands the names come in their turn.
        if !self.commands.is_empty() && end == '\n' && self.commands.len() < COMMANDS_MAX {
            self.commands.push(vec!["echo".to_owned(), shown.to_owned()]);
            return;
        }
        call.stdout.extend_from_slice(shown.as_bytes());
        call.stdout.push(u8::try_from(end).unwrap_or_default());
    }

    fn holds(
        &mut self,
        call: &mut Call<'_>,
        test: &Test,
        shown: &str,
        path: &str,
        prunes: &mut bool,
    ) -> bool {
        if self.quits {
            return false;
        }
        match test {
            Test::Not(inner) => !self.holds(call, inner, shown, path, prunes),
            Test::All(tests) => tests.iter().all(|test| self.holds(call, test, shown, path, prunes)),
            Test::Any(tests) => tests.iter().any(|test| self.holds(call, test, shown, path, prunes)),
            Test::Prune => {
                *prunes = true;
                true
            }
            Test::Print(end) => {
                self.print(call, shown, *end);
                true
            }
            Test::Quit => {
                self.quits = true;
                true
            }
            Test::Delete => {
                let removed = call.system.files().remove(path);
                if let Err(why) = removed {
                    call.complain(&format!("{shown}: {why}"));
                    self.status = 1;
                    return false;
                }
                true
            }
            Test::Exec(words) => {
                if self.commands.len() < COMMANDS_MAX {
                    self.commands.push(words.iter().map(|word| word.replace("{}", shown)).collect());
                }
                true
            }
            Test::ExecAll(place) => {
                if let Some((_, names)) = self.request.gathered.get_mut(*place) {
                    names.push(shown.to_owned());
                }
                true
            }
            test => is_so(&call.system.files(), test, shown, path, self.request.follows),
        }
    }
}

/// Whether a property is there.
fn is_so(files: &FileView<'_>, test: &Test, shown: &str, path: &str, follows: bool) -> bool {
    let link = files.link_target(path).is_some() && !follows;
    let place = if link { files.followed_parent(path) } else { files.followed(path) };
    let directory = !link && files.is_directory(path);
    let device = super::devices::is_device(&place);
    let length = match link {
        true => files.link_target(path).map_or(0, |target| target.len() as u64),
        false => files.length(&place).unwrap_or(4_096),
    };
    match test {
        Test::Name { pattern, whole, folds } => {
            let name = if *whole { shown } else { base_name(shown.trim_end_matches('/')) };
            if *folds { matches(pattern, &name.to_lowercase()) } else { matches(pattern, name) }
        }
        Test::Kind(kind) => match kind {
            'd' => directory,
            'l' => link,
            'c' => device,
            'f' => !directory && !link && !device,
            _ => false,
        },
        Test::Age { sign, amount, unit } => {
            compares(*sign, (files.now - files.modified(&place)).max(0) / unit, *amount)
        }
        Test::Size { sign, amount, unit } => {
            let units = i64::try_from(length.div_ceil(*unit)).unwrap_or(i64::MAX);
            compares(*sign, units, i64::try_from(*amount).unwrap_or(i64::MAX))
        }
        Test::Mode { sign, mode } => {
            let own = if link { 0o777 } else { files.ownership(&place).map_or(0, |own| own.mode) };
            match sign {
                '-' => own & mode == *mode,
                '+' | '/' => own & mode != 0 || *mode == 0,
                _ => own == *mode,
            }
        }
        Test::Newer(moment) => files.modified(&place) > *moment,
        Test::Owner { user, group } => files.own_ownership(&place).is_some_and(|own| {
            user.is_none_or(|user| own.user == user) && group.is_none_or(|group| own.group == group)
        }),
        Test::Empty if directory => files.list(path).is_ok_and(|names| names.is_empty()),
        Test::Empty => !link && length == 0,
        Test::Runs => files.ownership(&place).is_some_and(|own| own.runs()),
        _ => true,
    }
}
