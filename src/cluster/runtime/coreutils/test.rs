//! test and [.

use super::super::filesystem::FileView;
use super::super::ownership::Access;
use super::super::shell::{Dialect, matches};
use super::{Call, Outcome};

/// Levels of parentheses.
const DEPTH_MAX: usize = 40;

const BINARY: &[&str] =
    &["=", "==", "!=", "<", ">", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];

/// Why a condition makes no sense.
enum Wrong {
    Operand(String),
    Argument(String),
    Number(String),
    Parenthesis,
}

/// Evaluates a condition.
pub(super) fn test(call: &mut Call<'_>) -> Outcome {
    let mut words: Vec<String> = call.arguments[1..].to_vec();
    let closing = match call.name() {
        "[" => "]",
        "[[" => "]]",
        _ => "",
    };
    if !closing.is_empty() && words.pop().as_deref() != Some(closing) {
        let text = if call.dialect == Dialect::Bash {
            format!("missing `{closing}'")
        } else {
            format!("missing {closing}")
        };
        call.complain_inside(&text);
        return Outcome::Ended(2);
    }
    let double = call.name() == "[[";
    let mut reader = Reader { call, words: &words, at: 0, double, depth: 0 };
    match reader.whole() {
        Ok(truth) => Outcome::Ended(i32::from(!truth)),
        Err(wrong) => {
            let text = words_for(&wrong, call.dialect, &words);
            call.complain_inside(&text);
            Outcome::Ended(2)
        }
    }
}

fn words_for(wrong: &Wrong, dialect: Dialect, words: &[String]) -> String {
    match (dialect, wrong) {
        (Dialect::Bash, Wrong::Number(text)) => format!("{text}: integer expression expected"),
        (Dialect::Bash, _) if words.len() > 3 => "too many arguments".to_owned(),
        (Dialect::Bash, Wrong::Operand(_)) if words.len() == 2 => {
            format!("{}: unary operator expected", words[0])
        }
        (Dialect::Bash, Wrong::Operand(text)) => format!("{text}: binary operator expected"),
        (Dialect::Bash, Wrong::Argument(_)) => {
            format!("{}: unary operator expected", words.first().map_or("", String::as_str))
        }
        (Dialect::Dash, Wrong::Number(text)) => format!("Illegal number: {text}"),
        (Dialect::Dash, Wrong::Operand(text)) => format!("{text}: unexpected operator"),
        (_, Wrong::Operand(text)) => format!("{text}: unknown operand"),
        (_, Wrong::Argument(text)) => format!("{text}: argument expected"),
        (_, Wrong::Number(text)) if text.is_empty() => "bad number".to_owned(),
        (_, Wrong::Number(text)) => format!("{text}: bad number"),
        (_, Wrong::Parenthesis) => "closing paren expected".to_owned(),
    }
}

struct Reader<'a, 'b> {
    call: &'a mut Call<'b>,
    words: &'a [String],
    at: usize,
    double: bool,
    depth: usize,
}

impl Reader<'_, '_> {
    fn word(&self, offset: usize) -> Option<&str> {
        self.words.get(self.at + offset).map(String::as_str)
    }

    fn whole(&mut self) -> Result<bool, Wrong> {
        match self.words {
            [] => return Ok(false),
            [word] => return Ok(!word.is_empty()),
            [not, word] if not == "!" => return Ok(word.is_empty()),
            [_, operator, _] if BINARY.contains(&operator.as_str()) => return self.binary(),
            [not, left, operator, right] if not == "!" && BINARY.contains(&operator.as_str()) => {
                let _ = (left, right);
                self.at = 1;
                return self.binary().map(|truth| !truth);
            }
            _ => {}
        }
        let truth = self.any()?;
        match self.word(0) {
            None => Ok(truth),
            Some(word) => Err(Wrong::Operand(word.to_owned())),
        }
    }

    fn any(&mut self) -> Result<bool, Wrong> {
        let mut truth = self.all()?;
        while self.word(0) == Some("-o") {
            self.at += 1;
            truth |= self.all()?;
        }
        Ok(truth)
    }

    fn all(&mut self) -> Result<bool, Wrong> {
        let mut truth = self.negated()?;
        while self.word(0) == Some("-a") {
            self.at += 1;
            truth &= self.negated()?;
        }
        Ok(truth)
    }

    fn negated(&mut self) -> Result<bool, Wrong> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Wrong::Parenthesis);
        }
        let truth = if self.word(0) == Some("!") && self.word(1).is_some() {
            self.at += 1;
            !self.negated()?
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(truth)
    }

    fn primary(&mut self) -> Result<bool, Wrong> {
        let Some(first) = self.word(0).map(str::to_owned) else {
            let last = self.words.last().cloned().unwrap_or_default();
            return Err(Wrong::Argument(last));
        };
        let binary = self.word(1).filter(|operator| BINARY.contains(operator)).map(str::to_owned);
        if let Some(operator) = binary {
            return if self.word(2).is_some() { self.binary() } else { Err(Wrong::Argument(operator)) };
        }
        if first == "(" && self.word(1).is_some() {
            self.at += 1;
            let truth = self.any()?;
            if self.word(0) != Some(")") {
                return Err(Wrong::Parenthesis);
            }
            self.at += 1;
            return Ok(truth);
        }
        if let (true, Some(operand)) = (is_unary(&first), self.word(1).map(str::to_owned)) {
            self.at += 2;
            return Ok(self.unary(&first, &operand));
        }
        self.at += 1;
        Ok(!first.is_empty())
    }

    fn unary(&mut self, operator: &str, operand: &str) -> bool {
        match operator {
            "-n" => return !operand.is_empty(),
            "-z" => return operand.is_empty(),
            "-t" => return self.call.terminal && matches!(operand, "0" | "1" | "2"),
            _ => {}
        }
        let path = self.call.path(operand);
        let user = self.call.system.user();
        let files = self.call.system.files();
        let own = files.ownership(&path);
        let device = path.starts_with("/dev/") && files.exists(&path) && !files.is_directory(&path);
        let file = files.length(&path).is_some();
        match operator {
            "-f" => file && !device,
            "-d" => files.is_directory(&path),
            "-c" => device,
            "-b" | "-p" | "-S" => false,
            "-s" => files.is_directory(&path) || files.length(&path).is_some_and(|length| length > 0),
            "-L" | "-h" => files.link_target(&path).is_some(),
            "-r" => may(&files, &path, Access::Read),
            "-w" => may(&files, &path, Access::Write),
            "-x" => may_run(&files, &path),
            "-O" => own.is_some_and(|own| own.user == user),
            "-G" => own.is_some_and(|own| files.who.groups.first() == Some(&own.group)),
            "-u" => own.is_some_and(|own| own.mode & 0o4000 != 0),
            "-g" => own.is_some_and(|own| own.mode & 0o2000 != 0),
            "-k" => own.is_some_and(|own| own.mode & 0o1000 != 0),
            _ => files.exists(&path),
        }
    }

    fn binary(&mut self) -> Result<bool, Wrong> {
        let (left, operator, right) = match &self.words[self.at..] {
            [left, operator, right, ..] => (left.clone(), operator.as_str(), right.clone()),
            _ => return Err(Wrong::Argument(String::new())),
        };
        self.at += 3;
        Ok(match operator {
            "=" | "==" if self.double => matches(&right, &left),
            "!=" if self.double => !matches(&right, &left),
            "=~" => regex::RegexBuilder::new(&right)
                .size_limit(1 << 20)
                .build()
                .map_err(|_| Wrong::Operand(right.clone()))?
                .is_match(&left),
            "=" | "==" => left == right,
            "!=" => left != right,
            "<" => left < right,
            ">" => left > right,
            "-ef" => {
                let (left, right) = (self.call.path(&left), self.call.path(&right));
                let files = self.call.system.files();
                files.exists(&left) && files.followed(&left) == files.followed(&right)
            }
            "-nt" | "-ot" => {
                let (left, right) = (self.call.path(&left), self.call.path(&right));
                let files = self.call.system.files();
                let moment = |path: &str| files.exists(path).then(|| files.modified(path));
                let (left, right) = (moment(&left), moment(&right));
                let (one, other) = if operator == "-nt" { (left, right) } else { (right, left) };
                one.zip(other).is_some_and(|(one, other)| one > other)
            }
            operator => {
                let (left, right) = (number(&left)?, number(&right)?);
                match operator {
                    "-eq" => left == right,
                    "-ne" => left != right,
                    "-lt" => left < right,
                    "-le" => left <= right,
                    "-gt" => left > right,
                    _ => left >= right,
                }
            }
        })
    }
}

fn number(text: &str) -> Result<i64, Wrong> {
    text.trim().parse().map_err(|_| Wrong::Number(text.to_owned()))
}

fn is_unary(operator: &str) -> bool {
    let letter = operator.strip_prefix('-').filter(|rest| rest.len() == 1);
    letter.is_some_and(|letter| "bcdefghkLnOGprsStuwxz".contains(letter))
}

fn may(files: &FileView<'_>, path: &str, access: Access) -> bool {
    files.exists(path) && files.ownership(path).is_some_and(|own| own.allows(&files.who, access))
}

/// What root may run must be for somebody to run at all.
fn may_run(files: &FileView<'_>, path: &str) -> bool {
    let tool =
        ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"].iter().find_map(|folder| path.strip_prefix(folder));
    if tool.is_some_and(|name| {
        super::has(files.image, name)
            || super::has_shell(files.image, name) && matches!(name, "sh" | "ash" | "bash" | "dash")
    }) {
        return true;
    }
    let Some(own) = files.ownership(path) else { return false };
    match files.who.user {
        0 => own.mode & 0o111 != 0,
        _ => own.allows(&files.who, Access::Search),
    }
}
