//! The kuberc file: aliases and defaults of flags that a person prefers (`kubectl.config.k8s.io`).

use std::io::ErrorKind;
use std::path::PathBuf;

use super::command::{Command, all_flags, find};
use super::commands::COMMANDS;
use super::errors::{Failure, Outcome, reason};
use super::factory::Factory;
use super::flags::{Flags, parse};
use super::klog::{self, Severity};
use super::kuberc_document::{Found, read};
use crate::base::{Output, Value, json};

/// A command line as the person's preferences make it.
#[derive(Debug, Default)]
pub(super) struct Preferred {
    /// The words, with the command in place of an alias.
    pub(super) words: Vec<String>,
    /// Flags that are preferred where the words say nothing of them.
    pub(super) flags: Vec<String>,
    /// What the file holds; null where there is none.
    pub(super) file: Value,
}

/// The words with the person's preferences.
pub(super) fn apply(args: &[String], factory: &Factory, err: &mut Output) -> Outcome<Preferred> {
    let plain = || Preferred { words: args.to_vec(), ..Preferred::default() };
    if args.is_empty() || is_disabled(factory) {
        return Ok(plain());
    }
    let given = named_file(args)?;
    let switch = factory.variable("KUBERC").unwrap_or_default();
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
    match found {
        Found::Preference(preference) => with_preference(args, preference, err),
        Found::Nothing => {
            if flag_value(args, "v").is_some_and(|level| level.parse::<i64>().is_ok_and(|level| level >= 5)) {
                let text = format!("kuberc: no preferences found in {shown}");
                err.line(klog::line(Severity::Info, "marshal.go:103", &text))?;
            }
            Ok(plain())
        }
        Found::NothingValid(why) if explicit.is_some() => Err(refused(format!("kuberc error kuberc: {why}"))),
        Found::NothingValid(why) => {
            // Upstream ends no line here.
            err.text(format!("kuberc: no preferences loaded from {shown}: {why}"))?;
            Ok(plain())
        }
    }
}

/// As [`apply`], where nobody is told of mistakes.
pub(super) fn apply_unheard(args: &[String], factory: &Factory) -> Preferred {
    apply(args, factory, &mut Output::captured().0).unwrap_or_else(|_| Preferred {
        words: args.to_vec(),
        // Preferences that make no sense let no program run.
        file: json!({"credentialPluginPolicy": "DenyAll"}),
        ..Preferred::default()
    })
}

/// Whether preferences, their flag and their command are switched off altogether.
fn is_disabled(factory: &Factory) -> bool {
    factory.variable("KUBECTL_KUBERC").is_some_and(|value| value.eq_ignore_ascii_case("false"))
}

/// Whether the command is not there because preferences are switched off.
pub(super) fn lacks(factory: &Factory, command: &Command) -> bool {
    command.name == "kuberc" && is_disabled(factory)
}

/// Refuses the flag that is not there when preferences are switched off.
pub(super) fn check_flag(factory: &Factory, flags: &Flags) -> Outcome {
    match flags.is_set("kuberc") && is_disabled(factory) {
        true => Err(Failure::message("unknown flag: --kuberc")),
        false => Ok(()),
    }
}

/// The file that the words name first, as upstream looks for it before it parses anything.
fn named_file(args: &[String]) -> Outcome<Option<String>> {
    let (before_dash, _) = split_at_dash(args);
    let is_it = |word: &String| word == "--kuberc" || word.contains("--kuberc=");
    let Some(index) = before_dash.iter().position(is_it) else { return Ok(None) };
    let value = match before_dash[index].split('=').nth(1) {
        Some(value) => Some(value).filter(|value| !value.is_empty()),
        None => args.get(index + 1).map(String::as_str),
    };
    // A value of its own may be empty, and then counts for nothing.
    match value {
        Some(value) => Ok(Some(value.to_owned()).filter(|value| !value.is_empty())),
        None => Err(refused("kuberc file is not found")),
    }
}

/// The words behind an alias, as they are, or the words with the defaults of their command.
fn with_preference(args: &[String], preference: Value, err: &mut Output) -> Outcome<Preferred> {
    let mut preferred = Preferred { words: args.to_vec(), ..Preferred::default() };
    let alias = match find(args).0.is_empty() {
        true => with_alias(&mut preferred, &preference)?,
        false => None,
    };
    let name = alias.or_else(|| find(args).0.last().map(|command| command.name.to_owned()));
    // What names no command is somebody else's.
    if let Some(name) = name {
        add_defaults(&mut preferred, &preference, &name, err)?;
    }
    preferred.file = preference;
    Ok(preferred)
}

/// What kubectl says when it does not take the preferences.
pub(super) fn refused(why: impl std::fmt::Display) -> Failure {
    Failure::Plain(format!("error occurred while applying preferences {why}"))
}

fn words_of(command: &str) -> Vec<String> {
    command.split_whitespace().map(str::to_owned).collect()
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

/// Exchanges an alias for its command, arguments and flags; gives back its name.
fn with_alias(preferred: &mut Preferred, preference: &Value) -> Outcome<Option<String>> {
    let args = &preferred.words;
    let Some(index) = args.iter().position(|word| !word.starts_with('-')) else { return Ok(None) };
    let name = args[index].clone();
    let Some(alias) = list(preference, "aliases").iter().find(|alias| alias["name"] == *name) else {
        return Ok(None);
    };
    // An alias does not hide a command.
    if COMMANDS.iter().any(|command| command.answers_to(&name)) {
        return Ok(None);
    }
    let meant = alias["command"].as_str().unwrap_or_default();
    let (chain, _) = find(&words_of(meant));
    if chain.is_empty() {
        let words = words_of(meant).join(" ");
        return Err(refused(format!("command {meant:?} not found to set alias {name:?}: [{words}]")));
    }
    let command: Vec<String> = chain.iter().map(|command| command.name.to_owned()).collect();
    let typed = [&args[..index], &command, &args[index + 1..]].concat();
    let refusals = Refusals {
        unknown: &|flag| format!("invalid alias flag {flag} in alias kubectl"),
        wrong: &|flag, value, why| {
            format!("could not apply value {value} to flag {flag} in alias kubectl err: {why}")
        },
    };
    preferred.flags = missing_flags(&typed, options_of(alias), &refusals)?;
    let (before, after) = (&args[..index], &args[index + 1..]);
    preferred.words =
        [before, &command, &texts(alias, "prependArgs"), after, &texts(alias, "appendArgs")].concat();
    Ok(Some(name))
}

/// What stands before and behind `--`.
fn split_at_dash(words: &[String]) -> (Vec<String>, Vec<String>) {
    match words.iter().position(|word| word == "--") {
        Some(dash) => (words[..dash].to_vec(), words[dash + 1..].to_vec()),
        None => (words.to_vec(), Vec::new()),
    }
}

/// Adds the defaults of the command of that name; upstream compares no more than the last word of commands.
fn add_defaults(preferred: &mut Preferred, preference: &Value, name: &str, err: &mut Output) -> Outcome {
    for entry in defaults_of(preference) {
        let command = entry["command"].as_str().unwrap_or_default();
        let (meant, words) = (find(&words_of(command)).0, words_of(command));
        if words.first().is_some_and(|first| first == name) && meant.is_empty() {
            return Err(refused(format!("alias {name} can not be overridden")));
        }
        let Some(meant) = meant.last() else {
            err.line(format!("Warning: command {command:?} not found to set kuberc override"))?;
            continue;
        };
        if meant.name != name {
            continue;
        }
        let refusals = Refusals {
            unknown: &|flag| format!("invalid flag {flag} for command {command}"),
            wrong: &|flag, value, why| {
                format!(
                    "could not apply override value {value} to flag {flag} in command {command} err: {why}"
                )
            },
        };
        preferred.flags.extend(missing_flags(&preferred.words, options_of(entry), &refusals)?);
    }
    Ok(())
}

/// What is said of flags that cannot be preferred.
struct Refusals<'r> {
    unknown: &'r dyn Fn(&str) -> String,
    wrong: &'r dyn Fn(&str, &str, &Failure) -> String,
}

/// Flags with defaults that the words do not give themselves.
fn missing_flags(words: &[String], options: &[Value], refusals: &Refusals<'_>) -> Outcome<Vec<String>> {
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
            return Err(refused((refusals.unknown)(name)));
        }
        if !given.is_set(name) {
            let flag = format!("--{name}={value}");
            parse(&flags, std::slice::from_ref(&flag))
                .map_err(|why| refused((refusals.wrong)(name, value, &why)))?;
            added.push(flag);
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
- {name: more, command: get pods}
- {name: unsure, command: get, options: [{name: watch, default: maybe}]}
defaults:
- {command: delete, options: [{name: interactive, default: 'true'}]}
- {command: run, options: [{name: quiet, default: 'true'}]}
- {command: describe, options: [{name: nope, default: x}]}
- {command: logs, options: [{name: tail, default: many}]}
- {command: config view, options: [{name: output, default: json}]}
";

    fn applied(line: &str) -> String {
        applied_from(FILE, line)
    }

    fn applied_from(file: &str, line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let (mut err, said) = Output::captured();
        let Found::Preference(preference) = read(file, "kuberc", &mut err).unwrap() else {
            panic!("nothing")
        };
        let told = match with_preference(&words, preference, &mut err) {
            Ok(preferred) => [preferred.words, preferred.flags].concat().join(" "),
            Err(failure) => failure.report().trim_end().to_owned(),
        };
        format!("{}{told}", String::from_utf8(said.lock().unwrap().clone()).unwrap())
    }

    #[test]
    fn aliases_and_defaults_stand_behind_what_is_typed() {
        assert_eq!(applied("getn default"), "get namespace default --output=wide");
        assert_eq!(applied("getn default -ojson"), "get namespace default -ojson");
        assert_eq!(applied("runx -n a"), "run -n a test-pod -- arg --image=nginx");
        assert_eq!(applied("runx -- typed"), "run -- typed test-pod -- arg --image=nginx");
        assert_eq!(applied("delete pod a"), "delete pod a --interactive=true");
        assert_eq!(applied("delete pod a --interactive=false"), "delete pod a --interactive=false");
        assert_eq!(applied("get pods"), "get pods");
        assert_eq!(applied("getn -Ao json"), "get namespace -Ao json");
        assert_eq!(applied("run a"), "run a --quiet=true");
        assert_eq!(applied("more"), "get", "words behind the command of an alias count for nothing");
        assert_eq!(applied("kuberc view"), "kuberc view --output=json", "the last word of a command counts");
    }

    #[test]
    fn what_there_is_not_is_told() {
        let refused = |why: &str| format!("error occurred while applying preferences {why}");
        assert_eq!(applied("odd pods"), refused("invalid alias flag nope in alias kubectl"));
        assert_eq!(applied("far pods"), refused("command \"away\" not found to set alias \"far\": [away]"));
        assert_eq!(applied("describe pods"), refused("invalid flag nope for command describe"));
        let why = "invalid argument \"maybe\" for \"-w, --watch\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax";
        let value = "could not apply value maybe to flag watch in alias kubectl err: ";
        assert_eq!(applied("unsure pods"), refused(&format!("{value}{why}")));
        let why = "invalid argument \"many\" for \"--tail\" flag: strconv.ParseInt: parsing \"many\": invalid syntax";
        let value = "could not apply override value many to flag tail in command logs err: ";
        assert_eq!(applied("logs web"), refused(&format!("{value}{why}")));
    }

    #[test]
    fn defaults_of_no_command_are_told_where_a_command_runs() {
        let file = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\naliases: [{name: twice, command: get}]\ndefaults: [{command: gone}, {command: twice}]\n";
        let warned = |name: &str| format!("Warning: command {name:?} not found to set kuberc override\n");
        assert_eq!(applied_from(file, "a plugin"), "a plugin");
        assert_eq!(applied_from(file, "exec web"), format!("{}{}exec web", warned("gone"), warned("twice")));
        let refused = "error occurred while applying preferences alias twice can not be overridden";
        assert_eq!(applied_from(file, "twice"), format!("{}{refused}", warned("gone")));
    }

    #[test]
    fn the_file_is_the_first_that_is_named() {
        let named = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            named_file(&words).map_err(|failure| failure.report())
        };
        assert_eq!(named("get --kuberc a --kuberc=b"), Ok(Some("a".to_owned())));
        assert_eq!(named("get --kuberc=a=b"), Ok(Some("a".to_owned())));
        assert_eq!(named("exec web -- --kuberc=a"), Ok(None));
        let refused = "error occurred while applying preferences kuberc file is not found".to_owned();
        assert_eq!(named("get --kuberc"), Err(refused.clone()));
        assert_eq!(named("get --kuberc= pods"), Err(refused));
    }
}
