//! The kuberc file: aliases and defaults of flags that a person prefers (`kubectl.config.k8s.io`).

use std::path::PathBuf;

use serde_json::Value;

use super::command::{all_flags, find};
use super::commands::COMMANDS;
use super::errors::{Failure, Outcome};
use super::factory::Factory;
use super::flags::FlagKind;
use crate::base::{Output, parse_yaml};

/// Fields of a Preference of v1beta1.
const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "aliases",
    "defaults",
    "overrides",
    "credentialPluginPolicy",
    "credentialPluginAllowlist",
];

/// The words as the person's preferences make them.
pub(super) fn apply(args: &[String], factory: &Factory, err: &mut Output) -> Outcome<Vec<String>> {
    let given = flag_value(args, "kuberc");
    let switch = factory.variable("KUBERC").unwrap_or_default();
    if factory.variable("KUBECTL_KUBERC") == Some("false") {
        return Ok(args.to_vec());
    }
    if switch == "off" {
        return match given {
            Some(_) => Err(refused(
                "kuberc error disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive",
            )),
            None => Ok(args.to_vec()),
        };
    }
    let explicit = given.or_else(|| Some(switch.to_owned()).filter(|path| !path.is_empty()));
    let path: PathBuf = match (&explicit, factory.home()) {
        (Some(path), _) => factory.path(path),
        (None, Some(home)) => home.join(".kube/kuberc"),
        (None, None) => return Ok(args.to_vec()),
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(_) if explicit.is_none() => return Ok(args.to_vec()),
        Err(_) => {
            let why = format!("kuberc error kuberc: open {}: no such file or directory", path.display());
            return Err(refused(&why));
        }
    };
    // What changes the file must not depend on what it holds.
    if find(args).0.first().is_some_and(|command| command.name == "kuberc") {
        return Ok(args.to_vec());
    }
    let shown = explicit.clone().unwrap_or_else(|| path.display().to_string());
    let Some(preference) = preference(&text, &shown, err)? else {
        let why = format!("no valid preferences found in {shown}, use --v=5 to see details");
        return match explicit {
            _ if text.trim().is_empty() => Ok(args.to_vec()),
            Some(_) => Err(refused(&format!("kuberc error kuberc: {why}"))),
            None => {
                err.line(format!("kuberc: no preferences loaded from {shown}: {why}"))?;
                Ok(args.to_vec())
            }
        };
    };
    // What an alias stands for is taken as it is.
    match with_alias(args, &preference)? {
        Some(words) => Ok(words),
        None => Ok(with_defaults(args, &preference)),
    }
}

fn refused(why: &str) -> Failure {
    Failure::Plain(format!("error occurred while applying preferences {why}"))
}

/// The first document that can be used.
fn preference(text: &str, path: &str, err: &mut Output) -> Outcome<Option<Value>> {
    let documents = parse_yaml(text).unwrap_or_default();
    for value in documents.into_iter().map(|document| document.value).filter(Value::is_object) {
        let version = value["apiVersion"].as_str().unwrap_or_default();
        if !matches!(version, "kubectl.config.k8s.io/v1beta1" | "kubectl.config.k8s.io/v1alpha1") {
            continue;
        }
        for field in value.as_object().into_iter().flatten().map(|(field, _)| field) {
            if !FIELDS.contains(&field.as_str()) {
                err.line(format!(
                    "kuberc: ignoring strict decoding error in {path}: strict decoding error: unknown field {field:?}"
                ))?;
            }
        }
        return Ok(Some(value));
    }
    Ok(None)
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn texts(value: &Value, field: &str) -> Vec<String> {
    list(value, field).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Exchanges an alias for its command, arguments and flags; `None` when it is none.
fn with_alias(args: &[String], preference: &Value) -> Outcome<Option<Vec<String>>> {
    let Some(index) = args.iter().position(|word| !word.starts_with('-')) else { return Ok(None) };
    let Some(alias) = list(preference, "aliases").iter().find(|alias| alias["name"] == *args[index].as_str())
    else {
        return Ok(None);
    };
    let name = alias["name"].as_str().unwrap_or_default();
    if COMMANDS.iter().any(|command| command.name == name) {
        return Err(Failure::message(format!("alias {name} can not be same with built-in command name")));
    }
    let command: Vec<String> =
        alias["command"].as_str().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if find(&command).0.is_empty() {
        let words = command.join(" ");
        return Err(refused(&format!("command {words:?} not found to set alias {name:?}: [{words}]")));
    }
    let rest = [&args[..index], &args[index + 1..]].concat();
    let (before, after) = split_at_dash(&rest);
    let (appended, appended_after) = split_at_dash(&texts(alias, "appendArgs"));
    let options = if alias["options"].is_array() { "options" } else { "flags" };
    let known = [command.clone(), rest.clone()].concat();
    let mut words = [command, texts(alias, "prependArgs"), before, appended].concat();
    words.extend(missing_flags(&known, list(alias, options)));
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
fn with_defaults(args: &[String], preference: &Value) -> Vec<String> {
    let (chain, _) = find(args);
    let path = chain.iter().map(|command| command.name).collect::<Vec<_>>().join(" ");
    let field = if preference["defaults"].is_array() { "defaults" } else { "overrides" };
    let mut words = args.to_vec();
    for entry in list(preference, field).iter().filter(|entry| entry["command"] == path.as_str()) {
        let options = if entry["options"].is_array() { "options" } else { "flags" };
        let added = missing_flags(&words, list(entry, options));
        let dash = words.iter().position(|word| word == "--").unwrap_or(words.len());
        words.splice(dash..dash, added);
    }
    words
}

/// Flags with defaults that the words do not give themselves.
fn missing_flags(words: &[String], options: &[Value]) -> Vec<String> {
    let (chain, rest) = find(words);
    let Some(command) = chain.last() else { return Vec::new() };
    let flags = all_flags(command);
    let mut added = Vec::new();
    for option in options {
        let name = option["name"].as_str().unwrap_or_default();
        let value = match &option["default"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let Some(flag) = flags.iter().find(|flag| flag.long == name) else { continue };
        let (rest, _) = split_at_dash(&rest);
        let is_given = rest.iter().any(|word| {
            let long = word.strip_prefix("--").map(|long| long.split('=').next().unwrap_or_default());
            long == Some(name)
                || flag.short.is_some_and(|letter| {
                    !word.starts_with("--") && word[..].starts_with(&format!("-{letter}"))
                })
                || flag.kind == FlagKind::Bool
                    && flag.short.is_some_and(|letter| is_bundle(word) && word.contains(letter))
        });
        if !is_given {
            added.push(format!("--{name}={value}"));
        }
    }
    added
}

/// `-it`: letters of switches together.
fn is_bundle(word: &str) -> bool {
    word.len() > 2 && word.starts_with('-') && word[1..].chars().all(|c| c.is_ascii_alphabetic())
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
defaults:
- {command: delete, options: [{name: interactive, default: 'true'}]}
";

    fn applied(line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let (mut err, _) = Output::captured();
        let preference = preference(FILE, "kuberc", &mut err).unwrap().unwrap();
        let words =
            with_alias(&words, &preference).unwrap().unwrap_or_else(|| with_defaults(&words, &preference));
        words.join(" ")
    }

    #[test]
    fn aliases_and_defaults_stand_behind_what_is_typed() {
        assert_eq!(applied("getn default"), "get namespace default --output=wide");
        assert_eq!(applied("getn default -ojson"), "get namespace default -ojson");
        assert_eq!(applied("runx -n a"), "run -n a test-pod --image=nginx -- arg");
        assert_eq!(applied("delete pod a"), "delete pod a --interactive=true");
        assert_eq!(applied("delete pod a --interactive=false"), "delete pod a --interactive=false");
        assert_eq!(applied("get pods"), "get pods");
    }

    #[test]
    fn unknown_versions_are_passed_over_and_unknown_fields_warned_about() {
        let (mut err, text) = Output::captured();
        let file = "apiVersion: kubectl.config.k8s.io/nope\nkind: Preference\n---\napiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\nextra: 1\n";
        assert!(preference(file, "kuberc", &mut err).unwrap().is_some());
        let told = String::from_utf8(text.lock().unwrap().clone()).unwrap();
        assert_eq!(
            told,
            "kuberc: ignoring strict decoding error in kuberc: strict decoding error: unknown field \"extra\"\n"
        );
    }
}
