//! A line as somebody types it: its commands, their words with their places, and what kubectl is asked to do.

use std::ops::Range;

/// Verbs of kubectl that make objects.
const MAKING: &[&str] = &["run", "create", "expose", "autoscale", "apply", "replace"];

/// Verbs of kubectl that change what a cluster holds otherwise.
const CHANGING: &[&str] = &[
    "scale", "set", "patch", "label", "annotate", "taint", "delete", "rollout", "cordon", "uncordon",
    "drain", "edit",
];

/// Subcommands of these that only look.
const LOOKING: &[(&str, &str)] =
    &[("rollout", "status"), ("rollout", "history"), ("apply", "view-last-applied")];

/// A word of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedWord {
    /// Without quotes.
    pub text: String,
    /// Where it stands in the line, quotes included.
    pub range: Range<usize>,
}

/// The commands of a line: what stands between pipes, `;`, `&&`, `||` and line breaks, split into words.
#[must_use]
pub fn commands_of(line: &str) -> Vec<Vec<TypedWord>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<TypedWord> = None;
    let mut quote: Option<char> = None;
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        let end = at + character.len_utf8();
        let within = quote.is_some();
        if !within && (character.is_whitespace() || matches!(character, '|' | ';' | '&')) {
            if let (Some(ended), Some(command)) = (word.take(), commands.last_mut()) {
                command.push(ended);
            }
            if (character == '\n' || !character.is_whitespace())
                && commands.last().is_some_and(|command| !command.is_empty())
            {
                commands.push(Vec::new());
            }
            continue;
        }
        let word = word.get_or_insert_with(|| TypedWord { text: String::new(), range: at..at });
        word.range.end = end;
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (Some('"') | None, '\\') => {
                if let Some((at, next)) = characters.next() {
                    word.text.push(next);
                    word.range.end = at + next.len_utf8();
                }
            }
            _ => word.text.push(character),
        }
    }
    if let (Some(ended), Some(command)) = (word, commands.last_mut()) {
        command.push(ended);
    }
    commands.retain(|command| !command.is_empty());
    commands
}

/// The verb of a kubectl command.
#[must_use]
pub fn kubectl_verb(words: &[TypedWord]) -> Option<&str> {
    let mut rest = words.iter().skip_while(|word| stands_before(&word.text));
    if !matches!(rest.next()?.text.as_str(), "kubectl" | "k") {
        return None;
    }
    while let Some(word) = rest.next() {
        match word.text.as_str() {
            "-n" | "--namespace" | "--context" | "--as" => drop(rest.next()),
            flag if flag.starts_with('-') => {}
            verb => return Some(verb),
        }
    }
    None
}

/// Whether a word may stand before the command that it is about: `KUBE_EDITOR=nano`, `sudo`.
fn stands_before(word: &str) -> bool {
    let assigns = word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    });
    assigns || matches!(word, "sudo" | "time")
}

/// The verb of a kubectl command that changes the cluster.
#[must_use]
pub fn writing_verb(words: &[TypedWord]) -> Option<&str> {
    let verb = kubectl_verb(words)?;
    let looks =
        LOOKING.iter().any(|(looking, part)| *looking == verb && words.iter().any(|word| word.text == *part));
    ((MAKING.contains(&verb) || CHANGING.contains(&verb)) && !looks).then_some(verb)
}

/// Whether a line has kubectl change the cluster.
#[must_use]
pub fn writes(line: &str) -> bool {
    commands_outside_heredocs(line).iter().any(|words| writing_verb(words).is_some())
}

/// Whether a line has kubectl make objects.
#[must_use]
pub fn makes(line: &str) -> bool {
    let makes = |words: &Vec<TypedWord>| writing_verb(words).is_some_and(|verb| MAKING.contains(&verb));
    commands_outside_heredocs(line).iter().any(makes)
}

/// What a heredoc holds is no command.
fn commands_outside_heredocs(line: &str) -> Vec<Vec<TypedWord>> {
    let first = line.lines().next().unwrap_or_default();
    commands_of(if first.contains("<<") { first } else { line })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_writes_is_told_from_what_looks() {
        for line in [
            "kubectl -n shop apply -f a.yaml | tee out",
            "cat a.yaml | k apply -f -",
            "cd x; kubectl create deployment web --image=a",
            "cat > a.yaml <<END && kubectl apply -f a.yaml\nkind: A\nEND",
            "kubectl get pods\nkubectl run a --image=b",
            "A=b sudo kubectl run a --image=b",
        ] {
            assert!(writes(line) && makes(line), "{line}");
        }
        assert!(writes("kubectl rollout undo deploy/a") && !makes("kubectl delete pod a"));
        for line in
            ["kubectl rollout status deploy/a", "echo kubectl apply", "cat > a <<END\nkubectl run a\nEND"]
        {
            assert!(!writes(line), "{line}");
        }
    }

    #[test]
    fn words_keep_their_places_and_lose_their_quotes() {
        let line = "kubectl get pods -l 'app in (a)' | grep \"x y\" && echo a\\ b";
        let commands = commands_of(line);
        let texts: Vec<Vec<&str>> =
            commands.iter().map(|command| command.iter().map(|word| word.text.as_str()).collect()).collect();
        assert_eq!(
            texts,
            [vec!["kubectl", "get", "pods", "-l", "app in (a)"], vec!["grep", "x y"], vec!["echo", "a b"]]
        );
        assert_eq!(&line[commands[0][4].range.clone()], "'app in (a)'");
        assert_eq!(&line[commands[2][1].range.clone()], "a\\ b");
    }
}
