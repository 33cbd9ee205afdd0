//! test and [.

use super::super::shell::matches;
use super::{Call, Outcome};

/// Evaluates a condition.
pub(super) fn test(call: &mut Call<'_>) -> Outcome {
    let mut words: Vec<String> = call.arguments[1..].to_vec();
    let closing = match call.name() {
        "[" => "]",
        "[[" => "]]",
        _ => "",
    };
    if !closing.is_empty() && words.pop().as_deref() != Some(closing) {
        call.complain(&format!("missing {closing}"));
        return Outcome::Ended(2);
    }
    match either(call, &words) {
        Some(truth) => Outcome::Ended(i32::from(!truth)),
        None => {
            call.complain("unknown operand");
            Outcome::Ended(2)
        }
    }
}

/// `-o`, then `-a`, then single conditions; `None` when it makes no sense.
fn either(call: &mut Call<'_>, words: &[String]) -> Option<bool> {
    for (operator, any) in [("-o", true), ("-a", false)] {
        if let Some(index) = words.iter().position(|word| word == operator).filter(|index| *index > 0) {
            let left = either(call, &words[..index])?;
            let right = either(call, &words[index + 1..])?;
            return Some(if any { left || right } else { left && right });
        }
    }
    single(call, words)
}

fn single(call: &mut Call<'_>, words: &[String]) -> Option<bool> {
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    match texts.as_slice() {
        [] => Some(false),
        ["!", ..] => either(call, &words[1..]).map(|truth| !truth),
        [word] => Some(!word.is_empty()),
        ["-n", word] => Some(!word.is_empty()),
        ["-z", word] => Some(word.is_empty()),
        [operator @ ("-e" | "-f" | "-d" | "-s" | "-r" | "-w" | "-x" | "-L" | "-h"), name] => {
            let path = call.path(name);
            let files = call.system.files();
            Some(match *operator {
                "-f" => files.exists(&path) && !files.is_directory(&path),
                "-d" => files.is_directory(&path),
                "-s" => files.length(&path).is_some_and(|length| length > 0),
                "-L" | "-h" => files.link_target(&path).is_some(),
                _ => files.exists(&path),
            })
        }
        [left, "=" | "==", pattern] if call.name() == "[[" => Some(matches(pattern, left)),
        [left, "!=", pattern] if call.name() == "[[" => Some(!matches(pattern, left)),
        [left, "=~", pattern] if call.name() == "[[" => {
            regex::Regex::new(pattern).ok().map(|pattern| pattern.is_match(left))
        }
        [left, "=" | "==", right] => Some(left == right),
        [left, "!=", right] => Some(left != right),
        [left, operator, right] => {
            let (left, right) = (left.trim().parse::<i64>().ok()?, right.trim().parse::<i64>().ok()?);
            Some(match *operator {
                "-eq" => left == right,
                "-ne" => left != right,
                "-lt" => left < right,
                "-le" => left <= right,
                "-gt" => left > right,
                "-ge" => left >= right,
                _ => return None,
            })
        }
        _ => None,
    }
}
