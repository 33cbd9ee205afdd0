//! The kuberc file: aliases and defaults of flags that a person prefers (`kubectl.config.k8s.io`).

use std::io::ErrorKind;
use std::path::PathBuf;

use serde_json::Value;

use super::command::{all_flags, find};
use super::commands::COMMANDS;
use super::errors::{Failure, Outcome, reason};
use super::factory::Factory;
use super::flags::parse;
use super::kuberc_document::{Found, read};
use crate::base::Output;

/// The words as the person's preferences make them, and those preferences; null where there are none.
pub(super) fn apply(args: &[String], factory: &Factory, err: &mut Output) -> Outcome<(Vec<String>, Value)> {
    let plain = || (args.to_vec(), Value::Null);
    let given = flag_value(args, "kuberc");
    let switch = factory.variable("KUBERC").unwrap_or_default();
    if factory.variable("KUBECTL_KUBERC") == Some("false") {
        return Ok(plain());
    }
    if switch == "off" {
        return match given {
            Some(_) => Err(refused(
                "kuberc error disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive",
            )),
            None => Ok(plain()),
        };
    }
    let explicit = given.or_else(|| Some(switch.to_owned()).filter(|path| !path.is_empty()));
    let path: PathBuf = match (&explicit, factory.home()) {
        (Some(path), _) => factory.path(path),
        (None, Some(home)) => home.join(".kube/kuberc"),
        (None, None) => return Ok(plain()),
    };
    // A file that was named is told as it was named.
    let shown = explicit.clone().unwrap_or_else(|| path.display().to_string());
    let found = match std::fs::read_to_string(&path) {
        Ok(text) => read(&text, &shown, err)?,
        Err(error) if explicit.is_none() && error.kind() == ErrorKind::NotFound => return Ok(plain()),
        Err(error) => {
            let what = if path.is_dir() { "read" } else { "open" };
            Found::NothingValid(format!("{what} {shown}: {}", reason(&error)))
        }
    };
    let preference = match found {
        Found::Preference(preference) => preference,
        Found::Nothing => {
            let level = flag_value(args, "v").and_then(|level| level.parse::<i64>().ok());
            if level.is_some_and(|level| level >= 5) {
                err.line(format!("kuberc: no preferences found in {shown}"))?;
            }
            return Ok(plain());
        }
        Found::NothingValid(why) if explicit.is_some() => {
            return Err(refused(format!("kuberc error kuberc: {why}")));
        }
        Found::NothingValid(why) => {
            err.line(format!("kuberc: no preferences loaded from {shown}: {why}"))?;
            return Ok(plain());
        }
    };
    warn_of_unknown_commands(&preference, err)?;
    Ok((with_preference(args, &preference)?, preference))
}

/// The words behind an alias, as they are, or the words with the defaults of their command.
fn with_preference(args: &[String], preference: &Value) -> Outcome<Vec<String>> {
    match with_alias(args, preference)? {
        Some(words) => Ok(words),
        None => with_defaults(args, preference),
    }
}

/// What kubectl says when it does not take the preferences.
pub(super) fn refused(why: impl std::fmt::Display) -> Failure {
    Failure::Plain(format!("error occurred while applying preferences {why}"))
}

/// Defaults of commands that there are not.
fn warn_of_unknown_commands(preference: &Value, err: &mut Output) -> Outcome {
    for entry in defaults_of(preference) {
        let command = entry["command"].as_str().unwrap_or_default();
        if !is_command(&words_of(command)) {
            err.line(format!("Warning: command {command:?} not found to set kuberc override"))?;
        }
    }
    Ok(())
}

fn words_of(command: &str) -> Vec<String> {
    command.split_whitespace().map(str::to_owned).collect()
}

fn is_command(words: &[String]) -> bool {
    find(words).1.is_empty()
}

/// Defaults; v1alpha1 calls them overrides.
fn defaults_of(preference: &Value) -> &[Value] {
    list(preference, if preference["defaults"].is_array() { "defaults" } else { "overrides" })
}

/// Flags with their defaults; v1alpha1 does not call them options.
fn options_of(entry: &Value) -> &[Value] {
    list(entry, if entry["options"].is_array() { "options" } else { "flags" })
}

/// The items of a list; none of what is no list.
pub(super) fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn texts(value: &Value, field: &str) -> Vec<String> {
    list(value, field).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Exchanges an alias for its command, arguments and flags; `None` when there is none.
fn with_alias(args: &[String], preference: &Value) -> Outcome<Option<Vec<String>>> {
    let Some(index) = args.iter().position(|word| !word.starts_with('-')) else { return Ok(None) };
    let Some(alias) = list(preference, "aliases").iter().find(|alias| alias["name"] == *args[index].as_str())
    else {
        return Ok(None);
    };
    // An alias does not hide a command.
    if COMMANDS.iter().any(|command| command.answers_to(&args[index])) {
        return Ok(None);
    }
    let command = words_of(alias["command"].as_str().unwrap_or_default());
    if !is_command(&command) {
        return Err(refused(format!(
            "command {:?} not found to set alias {:?}: [{}]",
            command.join(" "),
            args[index],
            command.join(" ")
        )));
    }
    let rest = [&args[..index], &args[index + 1..]].concat();
    let (before, after) = split_at_dash(&rest);
    let (appended, appended_after) = split_at_dash(&texts(alias, "appendArgs"));
    let unknown = |name: &str| refused(format!("invalid alias flag {name} in alias kubectl"));
    let known = [command.clone(), rest.clone()].concat();
    let mut words = [command, texts(alias, "prependArgs"), before, appended].concat();
    words.extend(missing_flags(&known, options_of(alias), unknown)?);
    let after = [after, appended_after].concat();
    if !after.is_empty() {
        words.push("--".to_owned());
        words.extend(after);
    }
    Ok(Some(words))
}

/// What stands before and behind `--`.
fn split_at_dash(words: &[String]) -> (Vec<String>, Vec<String>) {
    match words.iter().position(|word| word == "--") {
        Some(dash) => (words[..dash].to_vec(), words[dash + 1..].to_vec()),
        None => (words.to_vec(), Vec::new()),
    }
}

/// Adds the defaults of the command that the words name.
fn with_defaults(args: &[String], preference: &Value) -> Outcome<Vec<String>> {
    let (chain, _) = find(args);
    let name = chain.last().map(|command| command.name).unwrap_or_default();
    let unknown = |flag: &str| refused(format!("invalid flag {flag} for command {name}"));
    let mut words = args.to_vec();
    for entry in defaults_of(preference) {
        let meant = find(&words_of(entry["command"].as_str().unwrap_or_default())).0;
        if meant.is_empty() || !meant.iter().map(|command| command.name).eq(chain.iter().map(|one| one.name))
        {
            continue;
        }
        let added = missing_flags(&words, options_of(entry), unknown)?;
        for flag in &added {
            if let Err(failure) = parse(&all_flags(meant[meant.len() - 1]), std::slice::from_ref(flag)) {
                let (option, value) = flag.trim_start_matches('-').split_once('=').unwrap_or_default();
                return Err(refused(format!(
                    "could not apply override value {value} to flag {option} in command {name} err: {failure}"
                )));
            }
        }
        let dash = words.iter().position(|word| word == "--").unwrap_or(words.len());
        words.splice(dash..dash, added);
    }
    Ok(words)
}

/// Flags with defaults that the words do not give themselves.
fn missing_flags(
    words: &[String],
    options: &[Value],
    unknown: impl Fn(&str) -> Failure,
) -> Outcome<Vec<String>> {
    let (chain, rest) = find(words);
    let Some(command) = chain.last() else { return Ok(Vec::new()) };
    let flags = all_flags(command);
    // What cannot be parsed is told when the command begins.
    let (given, ..) = parse(&flags, &rest).unwrap_or_default();
    let mut added = Vec::new();
    for option in options {
        let name = option["name"].as_str().unwrap_or_default();
        let value = option["default"].as_str().unwrap_or_default();
        if !flags.iter().any(|flag| flag.long == name) {
            return Err(unknown(name));
        }
        if !given.is_set(name) {
            added.push(format!("--{name}={value}"));
        }
    }
    Ok(added)
}

/// The value of a global flag, before anything is parsed.
fn flag_value(args: &[String], name: &str) -> Option<String> {
    let (args, _) = split_at_dash(args);
    let mut found = None;
    for (index, word) in args.iter().enumerate() {
        let dashes = word.strip_prefix("--").or_else(|| word.strip_prefix('-').filter(|_| name.len() == 1));
        let Some(rest) = dashes else { continue };
        if let Some(value) = rest.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            found = Some(value.to_owned());
        } else if rest == name {
            found = args.get(index + 1).cloned();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
aliases:
- {name: getn, command: get, prependArgs: [namespace], options: [{name: output, default: wide}]}
- name: runx
  command: run
  options: [{name: image, default: nginx}]
  appendArgs: [test-pod, --, arg]
- {name: odd, command: get, options: [{name: nope, default: x}]}
- {name: far, command: away}
defaults:
- {command: delete, options: [{name: interactive, default: 'true'}]}
- {command: run, options: [{name: quiet, default: 'true'}]}
- {command: describe, options: [{name: nope, default: x}]}
- {command: logs, options: [{name: tail, default: many}]}
";

    fn applied(line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let (mut err, _) = Output::captured();
        let Found::Preference(preference) = read(FILE, "kuberc", &mut err).unwrap() else {
            panic!("nothing")
        };
        match with_preference(&words, &preference) {
            Ok(words) => words.join(" "),
            Err(failure) => failure.report().trim_end().to_owned(),
        }
    }

    #[test]
    fn aliases_and_defaults_stand_behind_what_is_typed() {
        assert_eq!(applied("getn default"), "get namespace default --output=wide");
        assert_eq!(applied("getn default -ojson"), "get namespace default -ojson");
        assert_eq!(applied("runx -n a"), "run -n a test-pod --image=nginx -- arg");
        assert_eq!(applied("delete pod a"), "delete pod a --interactive=true");
        assert_eq!(applied("delete pod a --interactive=false"), "delete pod a --interactive=false");
        assert_eq!(applied("get pods"), "get pods");
        assert_eq!(applied("getn -Ao json"), "get namespace -Ao json");
        assert_eq!(applied("run a"), "run a --quiet=true");
    }

    #[test]
    fn what_there_is_not_is_told() {
        let refused = |why: &str| format!("error occurred while applying preferences {why}");
        assert_eq!(applied("odd pods"), refused("invalid alias flag nope in alias kubectl"));
        assert_eq!(applied("far pods"), refused("command \"away\" not found to set alias \"far\": [away]"));
        assert_eq!(applied("describe pods"), refused("invalid flag nope for command describe"));
        assert_eq!(
            applied("logs web"),
            refused(
                "could not apply override value many to flag tail in command logs err: invalid argument \"many\" for \"--tail\" flag: strconv.ParseInt: parsing \"many\": invalid syntax"
            )
        );
    }
}
