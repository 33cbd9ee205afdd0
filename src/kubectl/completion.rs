//! Completion of a half-typed command line from the commands' own tables.

use crate::apimachinery::KINDS;

use super::command::{Arguments, Command, all_flags, find};
use super::commands::COMMANDS;

/// Candidates for the last of `words` (without the leading `kubectl`), which may be empty.
///
/// `names` gives the names of live objects of a kind by its plural; contexts are asked for as `contexts`.
pub fn complete(words: &[String], names: &dyn Fn(&str) -> Vec<String>) -> Vec<String> {
    let Some((last, before)) = words.split_last() else { return Vec::new() };
    let (chain, rest) = find(before);
    let command = chain.last().copied();
    let mut candidates = if last.starts_with('-') {
        flags_of(command)
    } else if let Some(values) = flag_value(before, names) {
        values
    } else {
        let mut found: Vec<String> = subcommands(command).map(|command| command.name.to_owned()).collect();
        let arguments: Vec<&String> = rest.iter().filter(|word| !word.starts_with('-')).collect();
        if let Some(command) = command {
            found.extend(arguments_of(command.arguments, &arguments, last, names));
        }
        found
    };
    candidates.retain(|candidate| candidate.starts_with(last.as_str()));
    candidates.sort();
    candidates.dedup();
    candidates
}

fn subcommands(command: Option<&'static Command>) -> impl Iterator<Item = &'static &'static Command> {
    command.map_or(COMMANDS, |command| command.subcommands).iter()
}

fn flags_of(command: Option<&'static Command>) -> Vec<String> {
    let flags = command.map(all_flags).unwrap_or_else(|| super::global_flags::GLOBAL_FLAGS.iter().collect());
    flags
        .into_iter()
        .map(
            |flag| {
                if flag.bare.is_empty() { format!("--{}=", flag.long) } else { format!("--{}", flag.long) }
            },
        )
        .collect()
}

/// Values of the flag that stands before the last word.
fn flag_value(before: &[String], names: &dyn Fn(&str) -> Vec<String>) -> Option<Vec<String>> {
    match before.last().map(String::as_str)? {
        "-n" | "--namespace" => Some(names("namespaces")),
        "-o" | "--output" => {
            Some(["json", "yaml", "wide", "name", "jsonpath=", "custom-columns="].map(str::to_owned).to_vec())
        }
        "--context" => Some(names("contexts")),
        _ => None,
    }
}

fn arguments_of(
    arguments: Arguments,
    before: &[&String],
    last: &str,
    names: &dyn Fn(&str) -> Vec<String>,
) -> Vec<String> {
    match arguments {
        Arguments::None | Arguments::Path => Vec::new(),
        Arguments::Words(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        Arguments::Entry(what) | Arguments::One(what) => names(what),
        Arguments::KindsAtPrompt => kinds(),
        Arguments::Pod => {
            let mut found = names("pods");
            found.extend(slashed(last, names));
            found
        }
        Arguments::Objects(_) | Arguments::Object(_) | Arguments::ObjectsAtPrompt => match before.first() {
            None if last.contains('/') => slashed(last, names),
            None => kinds(),
            Some(kind) if !kind.contains('/') => names(plural(kind)),
            Some(_) => slashed(last, names),
        },
    }
}

fn kinds() -> Vec<String> {
    let kinds = KINDS.iter().filter(|kind| kind.stored_as.is_none());
    kinds.map(|kind| kind.plural.to_owned()).chain(["all".to_owned()]).collect()
}

/// Names for `deployment/we`.
fn slashed(last: &str, names: &dyn Fn(&str) -> Vec<String>) -> Vec<String> {
    let Some((kind, _)) = last.split_once('/') else { return Vec::new() };
    names(plural(kind)).into_iter().map(|name| format!("{kind}/{name}")).collect()
}

fn plural(typed: &str) -> &str {
    let lower = typed.to_lowercase();
    let known = KINDS.iter().find(|kind| {
        kind.plural == lower || kind.singular == lower || kind.short_names.contains(&lower.as_str())
    });
    known.map_or(typed, |kind| kind.plural)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(line: &str) -> Vec<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        complete(&words, &|plural| match plural {
            "pods" => vec!["web-1".to_owned(), "web-2".to_owned()],
            "deployments" => vec!["web".to_owned()],
            _ => Vec::new(),
        })
    }

    #[test]
    fn commands_kinds_names_and_flags_are_offered() {
        assert_eq!(candidates("dele"), ["delete"]);
        assert_eq!(candidates("create dep"), ["deployment"]);
        assert_eq!(candidates("get deplo"), ["deployments"]);
        assert_eq!(candidates("get po web-1 we"), ["web-1", "web-2"]);
        assert_eq!(candidates("scale deployment/"), ["deployment/web"]);
        assert_eq!(candidates("scale --repl"), ["--replicas="]);
    }
}
