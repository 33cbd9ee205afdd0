//! Decides how a line is run: a plain tool in process, anything else by the shell.

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
    fn notes_and_nothing_run_nothing() {
        assert_eq!(CommandLine::parse("# a note to myself"), CommandLine::Empty);
        assert_eq!(CommandLine::parse("  "), CommandLine::Empty);
    }
}
