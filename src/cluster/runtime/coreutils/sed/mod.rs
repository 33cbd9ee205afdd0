//! sed: its language but for reading and writing other files.

mod run;
mod script;

use super::inputs::{Read, inputs};
use super::options::{Options, Taken, or_end};
use super::{Call, Outcome};

const TAKEN: Taken = Taken {
    letters: "e:f:ni::Ersu",
    refused: "zl",
    long: &[
        ("expression", 'e'),
        ("file", 'f'),
        ("quiet", 'n'),
        ("silent", 'n'),
        ("in-place", 'i'),
        ("regexp-extended", 'E'),
        ("separate", 's'),
        ("null-data", 'z'),
    ],
};

/// Edits lines.
pub(super) fn sed(call: &mut Call<'_>) -> Outcome {
    let mut options = or_end!(call.options(&TAKEN));
    let script = or_end!(script_of(call, &mut options));
    let commands = match script::read(&script, options.has('E') || options.has('r')) {
        Ok(commands) => commands,
        Err(why) => {
            call.complain(&why);
            return Outcome::Ended(1);
        }
    };
    let mut status = 0;
    let Some(read) = inputs(call, &options.operands, &mut status) else { return Outcome::NeedsInput };
    let in_place = options.value('i').map(str::to_owned);
    let texts = if in_place.is_some() || options.has('s') {
        read
    } else {
        vec![Read { name: "-".to_owned(), bytes: read.into_iter().flat_map(|read| read.bytes).collect() }]
    };
    for read in texts {
        let text = read.text();
        let edited = match run::edited(&commands, &text, options.has('n')) {
            Ok(edited) => edited,
            Err(why) => {
                call.complain(&why);
                return Outcome::Ended(1);
            }
        };
        status = status.max(edited.status);
        match in_place.as_deref().filter(|_| read.name != "-") {
            None => call.stdout.extend_from_slice(edited.text.as_bytes()),
            Some(suffix) => {
                if let Err(ended) = replace(call, &read.name, suffix, read.bytes.clone(), edited.text) {
                    return ended;
                }
            }
        }
    }
    Outcome::Ended(status)
}

/// The scripts of `-e` and `-f`, or the first operand.
fn script_of(call: &mut Call<'_>, options: &mut Options) -> Result<String, Outcome> {
    let mut scripts: Vec<String> = options.values('e').map(str::to_owned).collect();
    for name in options.values('f') {
        let path = call.path(name);
        let read = call.system.files().read(&path);
        match read {
            Ok(bytes) => scripts.push(String::from_utf8_lossy(&bytes).into_owned()),
            Err(why) => {
                call.complain(&format!("can't open '{name}': {why}"));
                return Err(Outcome::Ended(1));
            }
        }
    }
    if scripts.is_empty() {
        if options.operands.is_empty() {
            call.complain("missing command");
            return Err(Outcome::Ended(1));
        }
        scripts.push(options.operands.remove(0));
    }
    Ok(scripts.join("\n"))
}

/// Writes an edited file in its place, and what it was beside it when a suffix asks for that.
fn replace(
    call: &mut Call<'_>,
    name: &str,
    suffix: &str,
    before: Vec<u8>,
    after: String,
) -> Result<(), Outcome> {
    let path = call.path(name);
    let mut written = Ok(());
    let mut files = call.system.files();
    if !suffix.is_empty() {
        written = files.write(&format!("{path}{suffix}"), before);
    }
    written.and_then(|()| files.write(&path, after.into_bytes())).map_err(|why| {
        call.complain(&format!("can't create '{name}': {why}"));
        Outcome::Ended(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, text: &str) -> String {
        let (script, quiet) = script.strip_prefix("-n ").map_or((script, false), |script| (script, true));
        let (script, extended) = script.strip_prefix("-E ").map_or((script, false), |script| (script, true));
        match script::read(script, extended).and_then(|commands| run::edited(&commands, text, quiet)) {
            Ok(edited) => edited.text,
            Err(why) => why,
        }
    }

    #[test]
    fn lines_are_edited() {
        for (script, text, edited) in [
            ("s/a/b/", "aaa\n", "baa\n"),
            ("s/a/b/g", "aaa\n", "bbb\n"),
            ("s/a/b/2", "aaa\n", "aba\n"),
            ("s#t#T#2;s/$/!/", "test\n", "tesT!\n"),
            ("s|/old|/new|", "at /old\n", "at /new\n"),
            ("s/[0-9]*$/<&>/", "x12\n", "x<12>\n"),
            ("s/\\(a\\)\\(b\\)/\\2\\1/", "ab\n", "ba\n"),
            ("-E s/(a+)b/[\\1]/", "aab\n", "[aa]\n"),
            ("s/b/\\n/", "abc\n", "a\nc\n"),
            ("/x/d", "axb\ny\n", "y\n"),
            ("$d", "a\nb\n", "a\n"),
            ("2!d", "a\nb\nc\n", "b\n"),
            ("-n 2,3p", "a\nb\nc\nd\n", "b\nc\n"),
            ("-n /b/,/c/p", "a\nb\nx\nc\nd\n", "b\nx\nc\n"),
            ("-n /b/,+1p", "a\nb\nx\nc\n", "b\nx\n"),
            ("-n 1,+18446744073709551615p", "a\nb\n", "a\nb\n"),
            ("-n 1~2p", "a\nb\nc\n", "a\nc\n"),
            ("1d;s/b/c/;p", "a\nb\n", "c\nc\n"),
            ("2q", "a\nb\nc\n", "a\nb\n"),
            ("y/abc/xyz/", "cab\n", "zxy\n"),
            ("2i\\\nnew", "a\nb\n", "a\nnew\nb\n"),
            ("1a new", "a\nb\n", "a\nnew\nb\n"),
            ("2c new", "a\nb\n", "a\nnew\n"),
            ("1!G;h;$!d", "a\nb\nc\n", "c\nb\na\n"),
            (":a;N;$!ba;s/\\n/,/g", "a\nb\nc\n", "a,b,c\n"),
            ("/a/{s/a/b/;s/b/c/}", "a\nb\n", "c\nb\n"),
            ("-n $=", "a\nb\n", "2\n"),
            ("s/a/b/", "a", "b"),
            ("s/x//;t;s/^/-/", "x\ny\n", "\n-y\n"),
        ] {
            assert_eq!(run(script, text), edited, "{script}");
        }
    }

    #[test]
    fn what_is_no_script_is_told() {
        for (script, why) in [
            ("s/a/b", "unmatched '/'"),
            ("s/a/b/k", "bad option in substitution expression"),
            ("k", "unsupported command k"),
            ("b nowhere", "can't find label for jump to 'nowhere'"),
            ("/a/{p", "unmatched '{'"),
            ("w out", "not simulated: command w"),
            (":a;ba", "not simulated: scripts of sed that go on and on"),
            (":a;s/.*/&&/;ba", "not simulated: scripts of sed that go on and on"),
            (":a;H;G;ba", "not simulated: scripts of sed that go on and on"),
        ] {
            assert_eq!(run(script, "a\n"), why, "{script}");
        }
    }
}
