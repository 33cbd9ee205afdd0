//! A command line as words with their places, so that one can be changed and the rest stays as it was typed.

use std::ops::Range;

/// A word of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Without quotes.
    pub text: String,
    /// Where it stands in the line, quotes included.
    pub range: Range<usize>,
}

/// The commands of a line: what stands between pipes, `;`, `&&` and `||`, split into words.
pub(super) fn commands_of(line: &str) -> Vec<Vec<Word>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<Word> = None;
    let mut quote: Option<char> = None;
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        let end = at + character.len_utf8();
        let within = quote.is_some();
        if !within && (character.is_whitespace() || matches!(character, '|' | ';' | '&')) {
            if let (Some(ended), Some(command)) = (word.take(), commands.last_mut()) {
                command.push(ended);
            }
            if !character.is_whitespace() && commands.last().is_some_and(|command| !command.is_empty()) {
                commands.push(Vec::new());
            }
            continue;
        }
        let word = word.get_or_insert_with(|| Word { text: String::new(), range: at..at });
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

#[cfg(test)]
mod tests {
    use super::*;

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
