//! redis-server with strings, counters and lists: enough for a guestbook, a counter or a probe.

use std::collections::BTreeMap;

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::{Program, Sigterm};
use super::super::system::System;
use super::super::system::loops_back;

/// `redis-server`.
pub(in super::super) struct Redis;

/// The method under which redis-cli's commands travel; the path holds the words, one a line.
pub(in super::super) const METHOD: &str = "REDIS";
/// What a key in the process' memory begins with.
const KEY: &str = "key ";
/// What a list in it begins with; the items stand in lines.
const LIST: &str = "list ";
/// What a setting begins with.
const SETTING: &str = "setting ";
/// Keys that one server holds.
const KEYS_MAX: usize = 10_000;

impl Program for Redis {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        for (name, value) in [("maxmemory", "0"), ("maxmemory-policy", "noeviction")] {
            process.memory.insert(format!("{SETTING}{name}"), value.to_owned());
        }
        let command = process.command();
        let file = command.iter().find(|word| word.ends_with(".conf")).cloned();
        if let Some(file) = file {
            let text = system.files().read(&file).unwrap_or_default();
            for line in String::from_utf8_lossy(&text).lines() {
                if let Some((name, value)) = line.trim().split_once(' ') {
                    process.memory.insert(format!("{SETTING}{name}"), bytes(name, value.trim()));
                }
            }
        }
        let at = system.now().strftime("1:M %d %b %Y %H:%M:%S%.3f").to_string();
        process.print_line(&format!("{at} * Running mode=standalone, port=6379."));
        process.print_line(&format!("{at} * Server initialized"));
        process.print_line(&format!("{at} * Ready to accept connections tcp"));
    }

    fn ports(&self, _: &Process) -> Vec<u16> {
        vec![6379]
    }

    fn only_inside(&self, process: &Process) -> bool {
        let command = process.command();
        let behind = command.iter().skip_while(|word| *word != "--bind").skip(1);
        let mut given =
            behind.take_while(|word| !word.starts_with("--")).flat_map(|word| word.split(' ')).peekable();
        given.peek().is_some() && given.all(|host| loops_back(host.trim_start_matches('-')))
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        _: &mut dyn System,
    ) -> Option<HttpResponse> {
        if request.method != METHOD {
            return None;
        }
        let words: Vec<String> = request.path.split('\n').map(str::to_owned).collect();
        Some(HttpResponse::text(200, "text/plain", answer(&mut process.memory, &words)))
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Exits { code: 0, after: 120 }
    }
}

/// `maxmemory 2mb` is shown in bytes.
fn bytes(name: &str, value: &str) -> String {
    let lower = value.to_ascii_lowercase();
    let scaled = |suffix: &str, factor: u64| {
        Some(lower.strip_suffix(suffix)?.parse::<u64>().ok()?.saturating_mul(factor).to_string())
    };
    if name != "maxmemory" {
        return value.to_owned();
    }
    scaled("mb", 1 << 20)
        .or_else(|| scaled("gb", 1 << 30))
        .or_else(|| scaled("kb", 1 << 10))
        .unwrap_or_else(|| value.to_owned())
}

fn answer(memory: &mut BTreeMap<String, String>, words: &[String]) -> String {
    let word = |index: usize| words.get(index).map(String::as_str).unwrap_or_default();
    let key = format!("{KEY}{}", word(1));
    let count = memory.keys().filter(|name| name.starts_with(KEY) || name.starts_with(LIST)).count();
    let is_full = count >= KEYS_MAX;
    if let Some(answer) = list_answer(memory, words, is_full) {
        return answer;
    }
    match (word(0).to_ascii_uppercase().as_str(), words.len()) {
        ("PING", 1) => "PONG".to_owned(),
        ("PING" | "ECHO", 2) => quoted(word(1)),
        ("SET", 3..) if is_full => "(error) OOM command not allowed".to_owned(),
        ("SET", 3..) => {
            memory.remove(&format!("{LIST}{}", word(1)));
            memory.insert(key, word(2).to_owned());
            "OK".to_owned()
        }
        ("GET", 2) => memory.get(&key).map_or_else(|| "(nil)".to_owned(), |value| quoted(value)),
        ("DEL", 2) => format!("(integer) {}", i32::from(memory.remove(&key).is_some())),
        ("EXISTS", 2) => format!("(integer) {}", i32::from(memory.contains_key(&key))),
        ("INCR" | "DECR", 2) => {
            let step = if word(0).eq_ignore_ascii_case("incr") { 1 } else { -1 };
            match memory.get(&key).map_or(Ok(0), |value| value.parse::<i64>()) {
                Ok(value) => {
                    memory.insert(key, (value + step).to_string());
                    format!("(integer) {}", value + step)
                }
                Err(_) => "(error) ERR value is not an integer or out of range".to_owned(),
            }
        }
        ("KEYS", 2) => {
            let name = |name: &'_ String| {
                name.strip_prefix(KEY).or_else(|| name.strip_prefix(LIST)).map(str::to_owned)
            };
            let names: Vec<String> = memory.keys().filter_map(name).collect();
            listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
        }
        ("DBSIZE", 1) => format!("(integer) {count}"),
        ("FLUSHALL" | "FLUSHDB", _) => {
            memory.retain(|name, _| !name.starts_with(KEY) && !name.starts_with(LIST));
            "OK".to_owned()
        }
        ("CONFIG", 3) if word(1).eq_ignore_ascii_case("get") => {
            match memory.get(&format!("{SETTING}{}", word(2))) {
                Some(value) => listed(&[word(2), value]),
                None => "(empty array)".to_owned(),
            }
        }
        ("INFO", _) => {
            "# Server\nredis_mode:standalone\n# Replication\nrole:master\nconnected_slaves:0".to_owned()
        }
        (name, _) => format!("(error) not simulated: the command {name} in this form"),
    }
}

/// The answer to a command about a list; `None` when it is about something else. No list begins where
/// there is no room for one.
fn list_answer(memory: &mut BTreeMap<String, String>, words: &[String], is_full: bool) -> Option<String> {
    let (command, key) = (words.first()?.to_ascii_uppercase(), words.get(1)?);
    let place = format!("{LIST}{key}");
    let mut items: Vec<String> =
        memory.get(&place).map(|text| text.split('\n').map(str::to_owned).collect()).unwrap_or_default();
    let rest = &words[2..];
    let wrong =
        || Some("(error) WRONGTYPE Operation against a key holding the wrong kind of value".to_owned());
    if memory.contains_key(&format!("{KEY}{key}")) {
        return if ["RPUSH", "LPUSH", "LRANGE", "LLEN", "LPOP", "RPOP"].contains(&command.as_str()) {
            wrong()
        } else {
            None
        };
    }
    let count = |items: &[String]| format!("(integer) {}", items.len());
    let answer = match (command.as_str(), rest) {
        ("RPUSH" | "LPUSH", [_, ..])
            if items.len() + rest.len() > KEYS_MAX || is_full && items.is_empty() =>
        {
            return Some("(error) OOM command not allowed".to_owned());
        }
        ("RPUSH", [_, ..]) => {
            items.extend(rest.iter().cloned());
            count(&items)
        }
        ("LPUSH", [_, ..]) => {
            rest.iter().for_each(|item| items.insert(0, item.clone()));
            count(&items)
        }
        ("LLEN", []) => count(&items),
        ("LRANGE", [from, to]) => {
            let length = i64::try_from(items.len()).unwrap_or_default();
            let at = |text: &str| text.parse::<i64>().ok().map(|at| if at < 0 { at + length } else { at });
            let (Some(from), Some(to)) = (at(from), at(to)) else {
                return Some("(error) ERR value is not an integer or out of range".to_owned());
            };
            let range =
                (from.max(0)..=to.min(length - 1)).filter_map(|at| items.get(usize::try_from(at).ok()?));
            return Some(listed(&range.map(String::as_str).collect::<Vec<_>>()));
        }
        ("LPOP" | "RPOP", []) if items.is_empty() => return Some("(nil)".to_owned()),
        ("LPOP", []) => quoted(&items.remove(0)),
        ("RPOP", []) => quoted(&items.pop().unwrap_or_default()),
        ("DEL", []) if !items.is_empty() => {
            items.clear();
            "(integer) 1".to_owned()
        }
        ("EXISTS", []) if !items.is_empty() => return Some("(integer) 1".to_owned()),
        ("GET" | "INCR" | "DECR", []) if !items.is_empty() => return wrong(),
        _ => return None,
    };
    if items.is_empty() {
        memory.remove(&place);
    } else {
        memory.insert(place, items.join("\n"));
    }
    Some(answer)
}

fn listed(texts: &[&str]) -> String {
    if texts.is_empty() {
        return "(empty array)".to_owned();
    }
    let lines: Vec<String> =
        texts.iter().enumerate().map(|(index, text)| format!("{}) {}", index + 1, quoted(text))).collect();
    lines.join("\n")
}

/// A text as redis-cli shows it at a terminal (`sdscatrepr`).
fn quoted(text: &str) -> String {
    let shown = text.bytes().map(|byte| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\t' => "\\t".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    });
    format!("\"{}\"", shown.collect::<String>())
}

/// The text that was shown in such a way; what is not in quotes stays.
pub(in super::super) fn unquoted(shown: &str) -> String {
    let Some(inner) = shown.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return shown.to_owned();
    };
    let mut bytes = Vec::new();
    let mut rest = inner.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, taken) = match (first, after) {
            (b'\\', [b'n', ..]) => (b'\n', 1),
            (b'\\', [b'r', ..]) => (b'\r', 1),
            (b'\\', [b't', ..]) => (b'\t', 1),
            (b'\\', [b'x', code @ ..]) => {
                let code = code.get(..2).and_then(|code| std::str::from_utf8(code).ok());
                (code.and_then(|code| u8::from_str_radix(code, 16).ok()).unwrap_or(b'x'), 3)
            }
            (b'\\', [other, ..]) => (*other, 1),
            _ => (*first, 0),
        };
        bytes.push(byte);
        rest = after.get(taken..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept() {
        let mut memory = BTreeMap::from([(format!("{SETTING}maxmemory"), bytes("maxmemory", "2mb"))]);
        let mut ask = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            answer(&mut memory, &words)
        };
        assert_eq!(ask("ping"), "PONG");
        assert_eq!(
            (ask("set a 1"), ask("get a"), ask("get b")),
            ("OK".into(), "\"1\"".into(), "(nil)".into())
        );
        assert_eq!((ask("incr a"), ask("keys *")), ("(integer) 2".into(), "1) \"a\"".into()));
        assert_eq!(
            (ask("rpush jobs apple banana"), ask("lpush jobs cherry")),
            ("(integer) 2".into(), "(integer) 3".into())
        );
        assert_eq!(ask("lrange jobs 0 -1"), "1) \"cherry\"\n2) \"apple\"\n3) \"banana\"");
        assert_eq!(
            (ask("lpop jobs"), ask("rpop jobs"), ask("llen jobs")),
            ("\"cherry\"".into(), "\"banana\"".into(), "(integer) 1".into())
        );
        assert!(ask("get jobs").contains("WRONGTYPE") && ask("rpush a x").contains("WRONGTYPE"));
        assert_eq!((ask("del jobs"), ask("lpop jobs")), ("(integer) 1".into(), "(nil)".into()));
        assert_eq!((ask("rpush jobs x"), ask("set jobs y")), ("(integer) 1".into(), "OK".into()));
        assert_eq!((ask("get jobs"), ask("dbsize")), ("\"y\"".into(), "(integer) 2".into()));
        assert_eq!(ask("config get maxmemory"), "1) \"maxmemory\"\n2) \"2097152\"");
    }

    #[test]
    fn no_list_begins_where_there_is_no_room() {
        let mut memory: BTreeMap<String, String> =
            (0..KEYS_MAX).map(|number| (format!("{KEY}{number}"), String::new())).collect();
        let words = ["rpush", "jobs", "x"].map(str::to_owned);
        assert_eq!(answer(&mut memory, &words), "(error) OOM command not allowed");
    }

    #[test]
    fn what_is_quoted_can_be_read_back() {
        assert_eq!(quoted("{\"a\": \"\u{d55c}\"}\n"), r#""{\"a\": \"\xed\x95\x9c\"}\n""#);
        for text in ["", "a\\b\"\t", "\u{d55c}\u{ae00}", "1) \"x\""] {
            assert_eq!(unquoted(&quoted(text)), text);
        }
        assert_eq!(unquoted("(nil)"), "(nil)");
    }
}
