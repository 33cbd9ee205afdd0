//! sed, awk and xargs, as far as one-liners use them.

use super::super::pattern::Pattern;
use super::text::text_of;
use super::{Call, Outcome};

/// One instruction of sed.
enum Edit {
    /// `s/pattern/text/`, everywhere in a line or once.
    Replace { pattern: Pattern, text: String, everywhere: bool },
    /// `/pattern/d` and `/pattern/p`.
    Lines { pattern: Pattern, deletes: bool },
    /// `2d` and `2p`.
    Line { number: usize, deletes: bool },
}

/// sed with `s`, `d` and `p`.
pub(super) fn sed(call: &mut Call<'_>) -> Outcome {
    let (mut scripts, mut names) = (Vec::new(), Vec::new());
    let (mut quiet, mut in_place, mut extended) = (false, false, false);
    let mut arguments = call.arguments[1..].iter().cloned();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-e" => scripts.extend(arguments.next()),
            "-i" => in_place = true,
            "-n" => quiet = true,
            "-E" | "-r" => extended = true,
            _ if scripts.is_empty() => scripts.push(argument),
            _ => names.push(argument),
        }
    }
    let edits: Option<Vec<Edit>> =
        scripts.iter().flat_map(|script| script.split(';')).map(|text| edit(text.trim(), extended)).collect();
    let Some(edits) = edits.filter(|edits| !edits.is_empty()) else {
        call.complain("not simulated: of sed only s///, /pattern/d and /pattern/p are");
        return Outcome::Ended(1);
    };
    let text = match text_of(call, &names) {
        None => return Outcome::NeedsInput,
        Some(Err(ended)) => return ended,
        Some(Ok(text)) => text,
    };
    let mut out = String::new();
    for (index, line) in text.lines().enumerate() {
        for line in edited(&edits, index + 1, line, quiet) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    match names.first().filter(|_| in_place) {
        None => call.stdout.extend_from_slice(out.as_bytes()),
        Some(name) => {
            let path = call.path(name);
            if let Err(why) = call.system.files().write(&path, out.into_bytes()) {
                call.complain(&format!("can't create '{name}': {why}"));
                return Outcome::Ended(1);
            }
        }
    }
    Outcome::Ended(0)
}

fn edit(script: &str, extended: bool) -> Option<Edit> {
    if let Some(rest) = script.strip_prefix('s') {
        let separator = rest.chars().next()?;
        let mut parts = rest[separator.len_utf8()..].split(separator);
        let (pattern, text, flags) = (parts.next()?, parts.next()?, parts.next()?);
        let everywhere = flags.contains('g');
        return Some(Edit::Replace {
            pattern: Pattern::new(pattern, false, extended),
            text: text.to_owned(),
            everywhere,
        });
    }
    let deletes = match script.chars().last()? {
        'd' => true,
        'p' => false,
        _ => return None,
    };
    let address = &script[..script.len() - 1];
    if let Ok(number) = address.parse() {
        return Some(Edit::Line { number, deletes });
    }
    let pattern = address.strip_prefix('/')?.strip_suffix('/')?;
    Some(Edit::Lines { pattern: Pattern::new(pattern, false, extended), deletes })
}

fn edited(edits: &[Edit], number: usize, line: &str, quiet: bool) -> Vec<String> {
    let (mut line, mut printed) = (line.to_owned(), Vec::new());
    for edit in edits {
        let meant = match edit {
            Edit::Replace { pattern, text, everywhere } => {
                line = replaced(pattern, text, *everywhere, &line);
                continue;
            }
            Edit::Lines { pattern, .. } => pattern.is_found_in(&line),
            Edit::Line { number: wanted, .. } => *wanted == number,
        };
        match edit {
            Edit::Lines { deletes: true, .. } | Edit::Line { deletes: true, .. } if meant => return printed,
            _ if meant => printed.push(line.clone()),
            _ => {}
        }
    }
    if !quiet {
        printed.push(line);
    }
    printed
}

fn replaced(pattern: &Pattern, text: &str, everywhere: bool, line: &str) -> String {
    let characters: Vec<char> = line.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    while let Some((start, end)) = pattern.find(&characters, at) {
        out.extend(&characters[at..start]);
        let found: String = characters[start..end].iter().collect();
        out.push_str(&text.replace('&', &found));
        at = end;
        if start == end {
            let Some(character) = characters.get(at) else { return out };
            out.push(*character);
            at += 1;
        }
        if !everywhere || at >= characters.len() {
            break;
        }
    }
    out.extend(&characters[at.min(characters.len())..]);
    out
}

/// awk with `{print …}`, behind a pattern or not.
pub(super) fn awk(call: &mut Call<'_>) -> Outcome {
    let (mut separator, mut program, mut names) = (String::new(), None, Vec::new());
    let mut arguments = call.arguments[1..].iter().cloned();
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("-F") {
            Some("") => separator = arguments.next().unwrap_or_default(),
            Some(own) => own.clone_into(&mut separator),
            None if program.is_none() => program = Some(argument),
            None => names.push(argument),
        }
    }
    let program = program.unwrap_or_default();
    let parts = program.trim().strip_suffix('}').and_then(|program| program.split_once('{'));
    let Some((pattern, body)) = parts.filter(|(_, body)| body.trim().starts_with("print")) else {
        call.complain("not simulated: of awk only {print …}, behind /pattern/ or NR==n, is");
        return Outcome::Ended(1);
    };
    let (pattern, body) = (pattern.trim().to_owned(), body.trim()["print".len()..].trim().to_owned());
    let text = match text_of(call, &names) {
        None => return Outcome::NeedsInput,
        Some(Err(ended)) => return ended,
        Some(Ok(text)) => text,
    };
    let matches = pattern.strip_prefix('/').and_then(|text| text.strip_suffix('/'));
    let matches = matches.map(|text| Pattern::new(text, false, true));
    let wanted = pattern.strip_prefix("NR==").and_then(|number| number.trim().parse::<usize>().ok());
    for (index, line) in text.lines().enumerate() {
        let meant = match (&matches, wanted) {
            (Some(pattern), _) => pattern.is_found_in(line),
            (None, Some(number)) => number == index + 1,
            (None, None) => true,
        };
        if meant {
            let printed = awk_print(&body, line, &separator, index + 1);
            call.say(&printed);
        }
    }
    Outcome::Ended(0)
}

fn awk_print(body: &str, line: &str, separator: &str, number: usize) -> String {
    let fields: Vec<&str> = match separator {
        "" => line.split_whitespace().collect(),
        separator => line.split(separator).collect(),
    };
    if body.is_empty() {
        return line.to_owned();
    }
    let value = |term: &str| -> String {
        let term = term.trim();
        match term.strip_prefix('$') {
            Some("0") => line.to_owned(),
            Some("NF") => fields.last().copied().unwrap_or_default().to_owned(),
            Some(index) => index
                .parse::<usize>()
                .ok()
                .and_then(|index| fields.get(index.wrapping_sub(1)))
                .map(|field| (*field).to_owned())
                .unwrap_or_default(),
            None if term == "NF" => fields.len().to_string(),
            None if term == "NR" => number.to_string(),
            None => term.trim_matches('"').to_owned(),
        }
    };
    body.split(',').map(value).collect::<Vec<_>>().join(" ")
}

/// ip and ifconfig: the one interface of a Pod.
pub(super) fn interfaces(call: &mut Call<'_>) -> Outcome {
    let address = call.system.address();
    if call.name() == "ifconfig" {
        call.say(&format!("eth0      Link encap:Ethernet\n          inet addr:{address}  Bcast:10.244.0.255  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n"));
        call.say("lo        Link encap:Local Loopback\n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n");
        return Outcome::Ended(0);
    }
    if call.arguments[1..].iter().any(|word| word.starts_with('r')) {
        call.say("default via 10.244.0.1 dev eth0");
        call.say(&format!("10.244.0.0/24 dev eth0 scope link  src {address}"));
        return Outcome::Ended(0);
    }
    call.say("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo");
    call.say(&format!("2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue\n    inet {address}/24 brd 10.244.0.255 scope global eth0"));
    Outcome::Ended(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_edited() {
        let run =
            |script: &str, line: &str| edited(&[edit(script, false).unwrap()], 1, line, false).join("|");
        assert_eq!(run("s/a/b/", "aaa"), "baa");
        assert_eq!(run("s/a/b/g", "aaa"), "bbb");
        assert_eq!(run("s|/old|/new|", "at /old"), "at /new");
        assert_eq!(run("s/[0-9]*$/<&>/", "x12"), "x<12>");
        assert_eq!(
            (run("/x/d", "axb"), run("1d", "a"), run("/x/p", "x")),
            (String::new(), String::new(), "x|x".into())
        );
    }

    #[test]
    fn fields_are_printed() {
        assert_eq!(awk_print("$1, $NF", "a b c", "", 1), "a c");
        assert_eq!(awk_print("$2", "a:b", ":", 1), "b");
        assert_eq!(awk_print("\"n\", NR", "x", "", 3), "n 3");
    }
}
