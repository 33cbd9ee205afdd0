//! Decides how a line is run: a plain tool in process, anything else by the shell.

use std::collections::BTreeSet;

use crate::kubectl;

/// A learner's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandLine {
    /// Nothing to run.
    Empty,
    /// A plain kubectl line; its arguments.
    Kubectl(Vec<String>),
    /// A plain minikube line; its arguments.
    Minikube(Vec<String>),
    /// A line for the shell, as typed.
    Shell(String),
    /// A line that needs another one.
    Unfinished,
}

/// Characters that mean something to a shell when they are not quoted.
const SYNTAX: &[char] =
    &['|', '&', ';', '<', '>', '(', ')', '$', '`', '*', '?', '[', '#', '~', '{', '!', '\n'];

impl CommandLine {
    /// Classifies a line.
    #[must_use]
    pub fn parse(line: &str) -> Self {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Self::Empty;
        }
        let scan = Scan::of(line);
        if scan.open || heredoc_is_open(line, &scan.heredocs) {
            return Self::Unfinished;
        }
        if scan.has_syntax {
            return Self::Shell(line.to_owned());
        }
        let Some(mut words) = shlex::split(line) else { return Self::Shell(line.to_owned()) };
        match words.first().map(String::as_str) {
            Some("kubectl" | "k") => Self::Kubectl(words.split_off(1)),
            Some("minikube") => Self::Minikube(words.split_off(1)),
            _ => Self::Shell(line.to_owned()),
        }
    }

    /// What stands before a single `&` at the end of a line, which asks to run it in the background.
    #[must_use]
    pub fn before_ampersand(line: &str) -> Option<&str> {
        let before = line.trim().strip_suffix('&')?;
        // Behind an open quote, a comment or another mark it is a letter, or means something else.
        let means_it = !before.ends_with(['&', '|', '>', '<', '\\'])
            && Scan::of(line.trim()).has_syntax
            && !Scan::of(before).open
            && !before.contains(['#', '\n']);
        means_it.then(|| before.trim()).filter(|before| !before.is_empty())
    }

    /// Whether this goes on until somebody ends it.
    #[must_use]
    pub fn runs_on(&self) -> bool {
        match self {
            Self::Kubectl(arguments) => kubectl::runs_on(arguments),
            Self::Minikube(arguments) => {
                arguments.iter().find(|word| !word.starts_with('-')).is_some_and(|word| word == "tunnel")
            }
            Self::Shell(text) => match Scan::of(text).heredocs.is_empty() {
                true => parts(text).any(|part| match Self::parse(part) {
                    Self::Shell(_) => false,
                    plain => plain.runs_on(),
                }),
                false => false,
            },
            Self::Empty | Self::Unfinished => false,
        }
    }

    /// Whether this may change the cluster: everything but what is known to only read.
    #[must_use]
    pub fn may_write(&self) -> bool {
        match self {
            Self::Kubectl(arguments) => !kubectl::only_reads(arguments),
            Self::Minikube(arguments) => {
                let verb = arguments.iter().find(|word| !word.starts_with('-')).map(String::as_str);
                !matches!(verb, None | Some("status" | "ip" | "version" | "profile" | "help" | "logs"))
            }
            Self::Shell(text) => parts(text).any(|part| {
                let part = part.trim();
                match Self::parse(part) {
                    Self::Shell(_) => {
                        let program = part.split_whitespace().next().unwrap_or_default();
                        !READING_PROGRAMS.contains(&program)
                    }
                    plain => plain.may_write(),
                }
            }),
            Self::Empty | Self::Unfinished => false,
        }
    }
}

impl CommandLine {
    /// Names of programs, besides our own kubectl, that may write: as they call themselves on what they make.
    #[must_use]
    pub fn programs(&self) -> BTreeSet<String> {
        let Self::Shell(text) = self else { return BTreeSet::new() };
        let words = text.split(|character: char| character.is_whitespace() || SYNTAX.contains(&character));
        let words = words.filter(|word| !matches!(*word, "kubectl" | "k"));
        let programs = words.filter_map(|word| {
            let name = word.rsplit('/').next()?.split(|c: char| !c.is_alphanumeric()).next()?;
            Some(name.to_owned())
        });
        programs.filter(|name| !name.is_empty() && !READING_PROGRAMS.contains(&name.as_str())).collect()
    }
}

/// Programs that change no cluster.
const READING_PROGRAMS: &[&str] = &[
    "", "awk", "base64", "cat", "cd", "clear", "cut", "date", "diff", "echo", "env", "grep", "head", "jq",
    "less", "ls", "mkdir", "more", "nano", "nl", "pwd", "printf", "rm", "sed", "sleep", "sort", "tail",
    "touch", "tr", "true", "uniq", "vi", "vim", "wc", "which", "yq",
];

/// The commands of a line, as far as its marks tell; a redirection belongs to its command.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['|', ';', '&']).map(|part| part.split(['>', '<']).next().unwrap_or_default())
}

/// Why a line could never run: it does not end, or kubectl knows no such command or flag.
#[must_use]
pub fn problem_of_line(line: &str) -> Option<String> {
    match CommandLine::parse(line) {
        CommandLine::Unfinished => {
            Some("the line does not end: a quote, a heredoc or a backslash is open".to_owned())
        }
        CommandLine::Kubectl(arguments) => crate::kubectl::problem_of(&arguments),
        _ => None,
    }
}

/// What a walk over the line finds.
struct Scan {
    /// Whether a quote or a trailing backslash is open at the end.
    open: bool,
    /// Whether a character outside quotes means something to the shell.
    has_syntax: bool,
    /// End words of the heredocs that begin in the line.
    heredocs: Vec<String>,
}

impl Scan {
    fn of(line: &str) -> Self {
        let mut scan = Self { open: false, has_syntax: false, heredocs: Vec::new() };
        let mut quote: Option<char> = None;
        let mut characters = line.char_indices().peekable();
        while let Some((index, character)) = characters.next() {
            match (quote, character) {
                (Some('\''), '\'') | (Some('"'), '"') => quote = None,
                (Some('\''), _) => {}
                (_, '\\') => scan.open = characters.next().is_none(),
                (Some(_), '$' | '`') => scan.has_syntax = true,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(character),
                (None, '<') if line[index..].starts_with("<<") && !line[index..].starts_with("<<<") => {
                    scan.has_syntax = true;
                    characters.next();
                    scan.heredocs.extend(end_word(&line[index + 2..]));
                }
                (None, '=') if index < line.find(char::is_whitespace).unwrap_or(line.len()) => {
                    // `NAME=value command` is the shell's business.
                    scan.has_syntax = true;
                }
                (None, other) if SYNTAX.contains(&other) => scan.has_syntax = true,
                (None, _) => {}
            }
            // What a heredoc holds is not syntax; only its end matters.
            if character == '\n' && quote.is_none() && !scan.heredocs.is_empty() {
                break;
            }
        }
        scan.open |= quote.is_some();
        scan
    }
}

/// The word that ends a heredoc, from behind `<<`.
fn end_word(rest: &str) -> Option<String> {
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches([' ', '\t']);
    let word: String = rest
        .chars()
        .take_while(|character| {
            !character.is_whitespace() && !matches!(character, ';' | '|' | '&' | '>' | ')')
        })
        .filter(|character| !matches!(character, '\'' | '"' | '\\'))
        .collect();
    (!word.is_empty()).then_some(word)
}

fn heredoc_is_open(line: &str, ends: &[String]) -> bool {
    let mut lines = line.lines().skip(1);
    ends.iter().any(|end| !lines.any(|line| line.trim_start_matches('\t') == end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kubectl(words: &[&str]) -> CommandLine {
        CommandLine::Kubectl(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn programs_of_a_line_are_those_that_may_write_by_themselves() {
        for (line, wanted) in [
            ("kubectl create deployment web --image=nginx", &[][..]),
            ("echo '{}' | kubectl apply -f -", &[]),
            ("cd charts; helm install web .", &["charts", "helm", "install", "web"]),
            ("/usr/bin/kubectl run web --image=nginx", &["kubectl", "run", "web"]),
        ] {
            let programs = CommandLine::parse(line).programs();
            let missing: Vec<_> = wanted.iter().filter(|name| !programs.contains(**name)).collect();
            assert!(missing.is_empty(), "{line}: {programs:?}");
            assert_eq!(programs.contains("kubectl"), wanted.contains(&"kubectl"), "{line}: {programs:?}");
        }
    }

    #[test]
    fn plain_tool_lines_run_in_process() {
        let cases = [
            ("kubectl get pods", kubectl(&["get", "pods"])),
            ("  k get pods -l 'app in (a,b)' ", kubectl(&["get", "pods", "-l", "app in (a,b)"])),
            (
                r#"kubectl patch svc x -p '{"spec":{}}'"#,
                kubectl(&["patch", "svc", "x", "-p", r#"{"spec":{}}"#]),
            ),
            ("kubectl set image deployment/a a=b:2", kubectl(&["set", "image", "deployment/a", "a=b:2"])),
            ("minikube status", CommandLine::Minikube(vec!["status".into()])),
        ];
        for (line, expected) in cases {
            assert_eq!(CommandLine::parse(line), expected, "{line}");
        }
    }

    #[test]
    fn shell_syntax_goes_to_the_shell() {
        for line in [
            "kubectl get pods | grep web",
            "kubectl get pods > pods.txt",
            "kubectl delete pod $NAME",
            r#"kubectl delete pod "$NAME""#,
            "NAMESPACE=x kubectl get pods",
            "kubectl get pods && echo ok",
            "kubectl apply -f *.yaml",
            "ls -la",
            "kubectl apply -f - <<END\na: b\nEND",
        ] {
            assert_eq!(CommandLine::parse(line), CommandLine::Shell(line.into()), "{line}");
        }
    }

    #[test]
    fn open_lines_wait_for_more() {
        for line in [
            "echo 'open",
            "echo \"open",
            "kubectl get \\",
            "cat > f.yaml <<END",
            "cat > f.yaml <<'END'\nit's open",
        ] {
            assert_eq!(CommandLine::parse(line), CommandLine::Unfinished, "{line}");
        }
        assert_eq!(
            CommandLine::parse("cat > f.yaml <<END\nit's done\nEND"),
            CommandLine::Shell("cat > f.yaml <<END\nit's done\nEND".into())
        );
    }

    #[test]
    fn an_ampersand_at_the_end_asks_for_the_background() {
        let before = CommandLine::before_ampersand;
        assert_eq!(before("kubectl proxy &"), Some("kubectl proxy"));
        assert_eq!(
            before("kubectl port-forward svc/a 80 >/dev/null&"),
            Some("kubectl port-forward svc/a 80 >/dev/null")
        );
        for line in ["a && b", "a &&", "echo 'x &", "echo \\&", "&", "kubectl get pods", "echo 'a &'"] {
            assert_eq!(before(line), None, "{line}");
        }
    }

    #[test]
    fn what_may_write_and_what_runs_on_are_told_from_the_rest() {
        let parse = CommandLine::parse;
        for line in [
            "kubectl apply -f a.yaml",
            "k delete pod a",
            "./deploy.sh",
            "cat a | kubectl apply -f -",
            "minikube start",
        ] {
            assert!(parse(line).may_write(), "{line}");
        }
        for line in [
            "kubectl get pods",
            "kubectl get pods | grep web | wc -l",
            "ls -la",
            "kubectl rollout status deploy/a",
            "minikube ip",
        ] {
            assert!(!parse(line).may_write(), "{line}");
        }
        for line in ["kubectl get pods -w | grep web", "minikube tunnel", "kubectl logs -f a > a.log"] {
            assert!(parse(line).runs_on(), "{line}");
        }
        assert!(!parse("kubectl get pods | grep -w web").runs_on());
    }

    #[test]
    fn notes_and_nothing_run_nothing() {
        assert_eq!(CommandLine::parse("# a note to myself"), CommandLine::Empty);
        assert_eq!(CommandLine::parse("  "), CommandLine::Empty);
    }
}
