//! `--help`, the overview of all commands, and unknown commands.

use crate::base::{Output, Streams};

use super::command::{Call, Command, find, path_of};
use super::commands::COMMANDS;
use super::errors::{Failure, Outcome};
use super::examples;
use super::flags::{Flag, FlagKind, parse};
use super::global_flags::GLOBAL_FLAGS;

/// Runs `kubectl` without a command that exists: the overview, `help TOPIC`, or a refusal.
pub(super) fn root(streams: &mut Streams, args: &[String], rest: Vec<String>) -> Outcome {
    let before_dash = rest.iter().take_while(|word| *word != "--");
    let word = before_dash.into_iter().find(|word| !word.is_empty() && !word.starts_with('-'));
    let Some(word) = word else {
        let global: Vec<&Flag> = GLOBAL_FLAGS.iter().collect();
        parse(&global, args)
            .map_err(|failure| Failure::message(format!("{failure}\nSee 'kubectl --help' for usage.")))?;
        return overview(&mut streams.out);
    };
    if word == "help" {
        let words: Vec<String> =
            rest.iter().filter(|one| !one.is_empty() && !one.starts_with('-')).skip(1).cloned().collect();
        return topic(streams, &words);
    }
    let mut text = format!("unknown command {word:?} for \"kubectl\"\n");
    let known = COMMANDS.iter().map(|command| command.name).filter(|name| *name != "alpha");
    let meant =
        |name: &str| SUGGESTED_FOR.iter().any(|(typed, meant)| typed == word && meant.contains(&name));
    let similar: Vec<&str> = known.filter(|name| is_similar(word, name) || meant(name)).collect();
    if !similar.is_empty() {
        text.push_str("\nDid you mean this?\n");
        for name in similar {
            text.push_str(&format!("\t{name}\n"));
        }
    }
    Err(Failure::message(text))
}

/// Words of other tools, and the commands that are meant by them.
const SUGGESTED_FOR: &[(&str, &[&str])] =
    &[("list", &["get"]), ("ps", &["get"]), ("rm", &["delete"]), ("inspect", &["describe"])];

/// `kubectl help rollout undo`.
fn topic(streams: &mut Streams, words: &[String]) -> Outcome {
    let (chain, _) = find(words);
    match chain.last() {
        Some(command) => print(command, &path_of(&chain), &mut streams.out),
        None if words.is_empty() => overview(&mut streams.out),
        None => {
            let topics: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            streams.err.line(format!("Unknown help topic [{}]\n", topics.join(" ")))?;
            overview(&mut streams.err)
        }
    }
}

/// Cobra's rule for suggestions: at most two edits apart, or the beginning of the name.
fn is_similar(word: &str, name: &str) -> bool {
    name.starts_with(&word.to_lowercase()) || distance(word, name) <= 2
}

fn distance(one: &str, two: &str) -> usize {
    let two: Vec<char> = two.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (i, a) in one.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in two.iter().enumerate() {
            let substitution = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[two.len()]
}

/// The groups of the overview, and the commands of each; the rest comes at the end.
const GROUPS: &[(&str, &[&str])] = &[
    ("Basic Commands (Beginner)", &["create", "expose", "run", "set"]),
    ("Basic Commands (Intermediate)", &["explain", "get", "edit", "delete"]),
    ("Deploy Commands", &["rollout", "scale", "autoscale"]),
    (
        "Cluster Management Commands",
        &["certificate", "cluster-info", "top", "cordon", "uncordon", "drain", "taint"],
    ),
    (
        "Troubleshooting and Debugging Commands",
        &["describe", "logs", "attach", "exec", "port-forward", "proxy", "cp", "auth", "debug", "events"],
    ),
    ("Advanced Commands", &["diff", "apply", "patch", "replace", "wait", "kustomize"]),
    ("Settings Commands", &["label", "annotate", "completion"]),
];

fn overview(out: &mut Output) -> Outcome {
    let mut text = "kubectl controls the cluster that the current context names.\n".to_owned();
    let width = COMMANDS.iter().map(|command| command.name.len()).max().unwrap_or_default();
    let line = |command: &Command| format!("  {:width$}   {}\n", command.name, command.short);
    for (title, names) in GROUPS {
        text.push_str(&format!("\n{title}:\n"));
        let commands = names.iter().filter_map(|name| COMMANDS.iter().find(|command| command.name == *name));
        commands.for_each(|command| text.push_str(&line(command)));
    }
    text.push_str("\nOther Commands:\n");
    let grouped = |command: &Command| {
        matches!(command.name, "options" | "alpha")
            || GROUPS.iter().any(|(_, names)| names.contains(&command.name))
    };
    COMMANDS.iter().filter(|command| !grouped(command)).for_each(|command| text.push_str(&line(command)));
    text.push_str("\nUsage:\n  kubectl [flags] [options]\n\n");
    text.push_str("Use \"kubectl <command> --help\" for more information about a given command.\n");
    text.push_str(
        "Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n",
    );
    Ok(out.text(text)?)
}

/// Runs a group (`kubectl rollout`) that was given no command of its own.
pub(super) async fn run_group(call: &mut Call<'_>) -> Outcome {
    let path = call.path.clone();
    if call.command.name == "certificate" {
        // Upstream's only group that is satisfied with showing its help.
        return print(call.command, &path, &mut call.streams.out);
    }
    if !call.args.is_empty() {
        return Err(call.usage_error(format!("unknown command {:?}", call.args.join(" "))));
    }
    let to = if call.command.name == "rollout" { &mut call.streams.out } else { &mut call.streams.err };
    print(call.command, &path, to)?;
    Err(Failure::Exit(1))
}

/// Prints the help of the command that runs, as some do before they complain.
pub(super) fn print_own(call: &mut Call<'_>) -> Outcome {
    print(call.command, &call.path.clone(), &mut call.streams.out)
}

/// Columns of the names of subcommands at least.
const NARROWEST: usize = 11;

/// Prints the help of a command: what it does, its commands, options and usage.
pub(super) fn print(command: &Command, path: &str, out: &mut Output) -> Outcome {
    let mut text = format!("{}.\n", command.short);
    let more = examples::description(path);
    if !more.is_empty() {
        text.push_str(&format!("\n{more}\n"));
    }
    if !command.aliases.is_empty() {
        text.push_str(&format!("\nAliases:\n{}, {}\n", command.name, command.aliases.join(", ")));
    }
    let examples = examples::of(path);
    if !examples.is_empty() {
        text.push_str(&format!("\nExamples:\n{examples}"));
    }
    if !command.subcommands.is_empty() {
        text.push_str("\nAvailable Commands:\n");
        let longest = command.subcommands.iter().map(|one| one.name.len()).max().unwrap_or_default();
        let width = longest.max(NARROWEST);
        let mut subcommands = command.subcommands.to_vec();
        subcommands.sort_by_key(|one| one.name);
        for one in subcommands {
            text.push_str(&format!("  {:width$}   {}\n", one.name, one.short));
        }
    }
    let mut flags: Vec<&Flag> = command.flags.iter().flat_map(|table| table.iter()).collect();
    flags.retain(|flag| flag.deprecated.is_empty());
    flags.sort_by_key(|flag| flag.long);
    if !flags.is_empty() {
        text.push_str("\nOptions:\n");
        for flag in flags {
            text.push_str(&describe(flag));
        }
    }
    let usage = if command.usage.is_empty() { "[options]" } else { command.usage };
    text.push_str(&format!("\nUsage:\n  {path} {usage}\n"));
    text.push('\n');
    if !command.subcommands.is_empty() {
        text.push_str(&format!(
            "Use \"{path} <command> --help\" for more information about a given command.\n"
        ));
    }
    text.push_str(
        "Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n",
    );
    Ok(out.text(text)?)
}

/// `kubectl options`: the flags that every command takes.
pub(super) async fn options(call: &mut Call<'_>) -> Outcome {
    call.line("The following options can be passed to any command:\n")?;
    let mut flags: Vec<&Flag> = GLOBAL_FLAGS.iter().filter(|flag| flag.long != "help").collect();
    flags.sort_by_key(|flag| flag.long);
    for flag in flags {
        call.text(describe(flag))?;
    }
    Ok(())
}

fn describe(flag: &Flag) -> String {
    let letter = flag.short.map(|letter| format!("-{letter}, ")).unwrap_or_default();
    let default = match flag.kind {
        FlagKind::Text if flag.default.is_empty() => "''".to_owned(),
        FlagKind::Text | FlagKind::Timeout => format!("'{}'", flag.default),
        FlagKind::List | FlagKind::Array => format!("[{}]", flag.default),
        _ => flag.default.to_owned(),
    };
    format!("    {letter}--{}={default}:\n\t{}\n\n", flag.long, flag.help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Streams;

    #[test]
    fn an_unknown_command_suggests_what_is_near() {
        let (mut streams, _) = Streams::captured("");
        let failure = root(&mut streams, &[], vec!["nope".to_owned()]).unwrap_err();
        assert_eq!(
            failure.report(),
            "error: unknown command \"nope\" for \"kubectl\"\n\nDid you mean this?\n\ttop\n"
        );
        let failure = root(&mut streams, &[], vec!["delte".to_owned()]).unwrap_err();
        assert!(failure.report().contains("\tdelete\n"));
    }
}
