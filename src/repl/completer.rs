//! Tab: tutor words, kubectl's verbs, flags, kinds and live names, and files of the workspace.

use std::path::PathBuf;

use rustyline::Context;
use rustyline::completion::{Completer, Pair};

use crate::kubectl;
use crate::tutor::WORDS;

use super::names::ObjectNames;

/// Programs that can be typed here besides those of the shell.
const PROGRAMS: &[&str] = &["kubectl", "minikube"];

/// minikube's verbs.
const MINIKUBE_VERBS: &[&str] =
    &["addons", "image", "ip", "node", "profile", "service", "start", "status", "version"];

/// Completes the word before the cursor.
pub(super) struct LineCompleter {
    names: ObjectNames,
    workspace: PathBuf,
    /// Chapters and steps, as `goto` takes them.
    places: Vec<String>,
}

impl LineCompleter {
    pub(super) fn new(names: ObjectNames, workspace: PathBuf, places: Vec<String>) -> Self {
        Self { names, workspace, places }
    }

    fn candidates(&self, words: &[String]) -> Vec<String> {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return Vec::new() };
        if words.len() == 1 {
            let tutor = WORDS.iter().flat_map(|help| [help.word, help.korean_word]);
            return starting_with(last, tutor.chain(PROGRAMS.iter().copied()));
        }
        let follows_file_flag =
            words.iter().rev().nth(1).is_some_and(|word| matches!(word.as_str(), "-f" | "--filename"));
        match first.as_str() {
            "kubectl" | "k" if follows_file_flag => self.files(last),
            "kubectl" | "k" => kubectl::complete(&words[1..], &|plural| self.names.of_kind(plural)),
            "goto" | "이동" => {
                let deep = last.contains('/');
                let places = self.places.iter().map(String::as_str);
                starting_with(last, places.filter(|place| place.contains('/') == deep))
            }
            "explain" | "설명" if words.len() == 2 => {
                kubectl::complete(&["explain".to_owned(), last.clone()], &|_| Vec::new())
            }
            "diff" | "차이" if words.len() == 2 && last.is_empty() => {
                let files = self.files(last);
                std::iter::once("step".to_owned()).chain(files).collect()
            }
            "minikube" if words.len() == 2 => starting_with(last, MINIKUBE_VERBS.iter().copied()),
            "minikube" => starting_with(last, self.names.of_kind("services").iter().map(String::as_str)),
            _ => self.files(last),
        }
    }

    fn files(&self, start: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.workspace) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        starting_with(start, names.iter().map(String::as_str).filter(|name| !name.starts_with('.')))
    }
}

fn starting_with<'a>(start: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
    candidates.filter(|candidate| candidate.starts_with(start)).map(str::to_owned).collect()
}

/// The words of the last command before the cursor; the last one is being typed.
fn words_of(line: &str) -> (usize, Vec<String>) {
    let command_start = line.rfind(['|', ';', '&']).map_or(0, |index| index + 1);
    let word_start = line.rfind(char::is_whitespace).map_or(command_start, |index| index + 1);
    let word_start = word_start.max(command_start);
    let mut words: Vec<String> =
        line[command_start..word_start].split_whitespace().map(str::to_owned).collect();
    words.push(line[word_start..].to_owned());
    (word_start, words)
}

impl Completer for LineCompleter {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..position];
        let (start, words) = words_of(before);
        let mut candidates = self.candidates(&words);
        candidates.dedup();
        let pairs = candidates
            .into_iter()
            .map(|candidate| {
                let open = candidate.ends_with('/') || candidate.ends_with('=');
                let replacement = if open { candidate.clone() } else { format!("{candidate} ") };
                Pair { display: candidate, replacement }
            })
            .collect();
        Ok((start, pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_being_typed_is_the_last_one() {
        let (start, words) = words_of("kubectl get po");
        assert_eq!((start, words), (12, vec!["kubectl".into(), "get".into(), "po".into()]));
        let (_, words) = words_of("kubectl get pods | grep x; kubectl ");
        assert_eq!(words, ["kubectl", ""]);
    }
}
