//! Commands: their table, how words find one, and what every running command is given.

use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;

use crate::base::{Streams, Timestamp, Value, nearest};

use super::api::{Api, Log};
use super::commands::{COMMANDS, complete_words, run_plugin};
use super::errors::{Failure, Outcome};
use super::factory::{Factory, Target};
use super::flag_values::check_values;
use super::flags::{Flag, Flags, parse};
use super::global_flags::GLOBAL_FLAGS;
use super::klog::{self, Severity};
use super::kubeconfig::Kubeconfig;
use super::warnings::Warned;
use super::{explanation, help, kuberc};

/// What the words after a command name, for completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arguments {
    /// Nothing that could be completed.
    None,
    /// A kind, then names of that kind; or `kind/name`. Only the listed kinds, or all.
    Objects(&'static [&'static str]),
    /// As [`Self::Objects`], one object only.
    Object(&'static [&'static str]),
    /// One Pod, or one object that leads to Pods.
    Pod,
    /// One object of that kind.
    One(&'static str),
    /// Somewhere in a container, or here.
    Path,
    /// An entry of the kubeconfig.
    Entry(&'static str),
    /// Words.
    Words(&'static [&'static str]),
    /// As [`Self::Objects`], at the prompt only: what shells ask is answered as upstream does, with nothing.
    ObjectsAtPrompt,
    /// Kinds only, at the prompt only.
    KindsAtPrompt,
}

/// A command, or a group of them.
pub(super) struct Command {
    /// Its word.
    pub(super) name: &'static str,
    /// Other words for it.
    pub(super) aliases: &'static [&'static str],
    /// One line about it.
    pub(super) short: &'static str,
    /// What follows the name in the usage line.
    pub(super) usage: &'static str,
    /// Tables of its flags.
    pub(super) flags: &'static [&'static [Flag]],
    /// Commands below it.
    pub(super) subcommands: &'static [&'static Command],
    /// What completion offers after it.
    pub(super) arguments: Arguments,
    /// How it runs.
    pub(super) run: Run,
}

/// How a command runs.
pub(super) type Run = for<'c> fn(&'c mut Call<'_>) -> BoxFuture<'c, Outcome>;

impl Command {
    /// What a command has unless its entry says otherwise.
    pub(super) const PLAIN: Self = Self {
        name: "",
        aliases: &[],
        short: "",
        usage: "",
        flags: &[],
        subcommands: &[],
        arguments: Arguments::None,
        run: |call| Box::pin(help::run_group(call)),
    };

    pub(super) fn answers_to(&self, word: &str) -> bool {
        self.name == word || self.aliases.contains(&word)
    }
}

/// One run of one command.
pub(super) struct Call<'a> {
    /// The command.
    pub(super) command: &'static Command,
    /// `kubectl rollout status`.
    pub(super) path: String,
    /// Flags given.
    pub(super) flags: Flags,
    /// Arguments given.
    pub(super) args: Vec<String>,
    /// How many arguments stood before `--`, if there was one.
    pub(super) dash: Option<usize>,
    /// Where to read and print.
    pub(super) streams: &'a mut Streams,
    /// What makes connections.
    pub(super) factory: &'a Factory,
    /// Failures that did not keep the rest from being done; told at the end.
    pub(super) deferred: Vec<Failure>,
    /// How many objects were printed as YAML; they are kept apart.
    pub(super) yaml_documents: usize,
    /// Warnings of the server so far, each printed once.
    pub(super) warned: Warned,
    /// What the kuberc file prefers.
    preference: Value,
    /// The kubeconfig, once it was read.
    config: OnceLock<Arc<Kubeconfig>>,
    /// The connection, once there is one.
    pub(super) connection: OnceLock<Api>,
    /// Context and namespace, once they were asked for.
    pub(super) place: OnceLock<Target>,
}

impl<'a> Call<'a> {
    fn new(
        command: &'static Command,
        path: String,
        flags: Flags,
        (args, dash): (Vec<String>, Option<usize>),
        streams: &'a mut Streams,
        factory: &'a Factory,
    ) -> Self {
        Self {
            command,
            path,
            flags,
            args,
            dash,
            streams,
            factory,
            deferred: Vec::new(),
            yaml_documents: 0,
            warned: Warned::default(),
            preference: Value::Null,
            config: OnceLock::new(),
            connection: OnceLock::new(),
            place: OnceLock::new(),
        }
    }
}

impl Call<'_> {
    /// Connects to the API server; asks who is there where nothing says it.
    pub(super) async fn api(&mut self) -> Outcome<Api> {
        if let Some(api) = self.connection.get() {
            return Ok(api.clone());
        }
        let log = self.log();
        let connected = match self.kubeconfig() {
            Ok(config) => {
                let from = (&*config, &self.preference);
                self.factory.connect(from, &self.flags, log, Some(&mut *self.streams)).await
            }
            Err(failure) => Err(failure),
        };
        let api = connected.map_err(|failure| self.of_context(failure))?;
        Ok(self.connection.get_or_init(|| api).clone())
    }

    /// As [`Self::api`], for what runs while somebody types: nothing is asked.
    pub(super) async fn api_unasked(&self) -> Outcome<Api> {
        if let Some(api) = self.connection.get() {
            return Ok(api.clone());
        }
        let config = self.kubeconfig()?;
        let api = self.factory.connect((&config, &self.preference), &self.flags, self.log(), None).await?;
        Ok(self.connection.get_or_init(|| api).clone())
    }

    fn log(&self) -> Log {
        Log { err: self.streams.err.clone(), level: self.flags.int("v"), warned: self.warned.clone() }
    }

    /// The kubeconfig, read once.
    fn kubeconfig(&self) -> Outcome<Arc<Kubeconfig>> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(self.factory.kubeconfig(&self.flags)?);
        Ok(Arc::clone(self.config.get_or_init(|| config)))
    }

    /// Context and namespace.
    pub(super) fn target(&self) -> Outcome<Target> {
        if let Some(place) = self.place.get() {
            return Ok(place.clone());
        }
        let place = self.kubeconfig().and_then(|config| self.factory.target(&config, &self.flags));
        let place = place.map_err(|failure| self.of_context(failure))?;
        Ok(self.place.get_or_init(|| place).clone())
    }

    /// The namespace to work in.
    pub(super) fn namespace(&self) -> Outcome<String> {
        Ok(self.target()?.namespace)
    }

    /// Prints a line.
    pub(super) fn line(&mut self, text: impl AsRef<str>) -> Outcome {
        Ok(self.streams.out.line(text)?)
    }

    /// Prints text as it is.
    pub(super) fn text(&mut self, text: impl AsRef<str>) -> Outcome {
        Ok(self.streams.out.text(text)?)
    }

    /// Prints a line to standard error.
    pub(super) fn complain(&mut self, text: impl AsRef<str>) -> Outcome {
        Ok(self.streams.err.line(text)?)
    }

    /// What a command ended with, and what failed on the way.
    fn with_deferred(&mut self, ended: Outcome) -> Outcome {
        let mut failures = std::mem::take(&mut self.deferred);
        match ended {
            ended if failures.is_empty() => return ended,
            Ok(()) => {}
            Err(Failure::Many(more)) => failures.extend(more),
            Err(failure) => failures.push(failure),
        }
        Failure::many(failures)
    }

    /// Tells what the server answered when it refused, to who asked for much (`-v=5`).
    fn tell_refusal(&mut self, ended: &Outcome) -> Outcome {
        let status = ended.as_ref().err().and_then(Failure::status).filter(|_| self.flags.int("v") >= 5);
        let Some(status) = status else { return Ok(()) };
        let shown = serde_json::to_string_pretty(status).unwrap_or_default();
        // Upstream's `%s` is left over from another way of printing.
        let text = format!("server response object: %s[{shown}]");
        self.complain(klog::line(Severity::Info, "helpers.go:246", &text))
    }

    /// Fails when the server warned and `--warnings-as-errors` was given.
    fn warnings_as_errors(&self) -> Outcome {
        match self.warned.count() {
            count if count > 0 && self.flags.on("warnings-as-errors") => {
                let plural = if count == 1 { "" } else { "s" };
                Err(Failure::message(format!("{count} warning{plural} received")))
            }
            _ => Ok(()),
        }
    }

    /// The present moment, for ages.
    pub(super) fn now(&self) -> Timestamp {
        self.factory.clock().now()
    }

    /// A complaint about usage.
    pub(super) fn usage_error(&self, text: impl std::fmt::Display) -> Failure {
        Failure::usage(&self.path, text)
    }
}

/// Runs a command line (without the leading `kubectl`); gives back the exit code.
///
/// Prints to `streams`; errors read as those of kubectl 1.36. Dropping the future ends the command,
/// as Ctrl-C does.
pub async fn run(args: &[String], streams: &mut Streams, factory: &Factory) -> i32 {
    match run_words(args, streams, factory).await {
        Ok(()) => 0,
        Err(Failure::ClosedPipe) => 141,
        Err(failure) => {
            let mut report = failure.report();
            if !report.is_empty() {
                if !report.ends_with('\n') {
                    report.push('\n');
                }
                // Nobody is left to be told when standard error is closed, too.
                let _ = streams.err.text(report);
            }
            failure.exit_code()
        }
    }
}

/// Why arguments could never run: no such command, no such flag, or one that must be there; `None` when
/// they can be tried.
#[must_use]
pub fn problem_of(args: &[String]) -> Option<String> {
    let (chain, rest) = find(args);
    let Some(command) = chain.last().copied() else {
        let first = args.iter().find(|word| !word.starts_with('-'))?;
        let names = COMMANDS.iter().flat_map(|command| std::iter::once(&command.name).chain(command.aliases));
        let nearest = nearest(first, names.copied());
        let advice = nearest.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default();
        return Some(format!("unknown command {first:?} for \"kubectl\"{advice}"));
    };
    let flags = all_flags(command);
    let parsed = match parse(&flags, &rest) {
        Ok((parsed, ..)) => parsed,
        Err(failure) => return Some(failure.to_string()),
    };
    let missing = flags.iter().find(|flag| flag.required && !parsed.is_set(flag.long));
    missing.map(|flag| format!("required flag(s) {:?} not set", flag.long))
}

async fn run_words(args: &[String], streams: &mut Streams, factory: &Factory) -> Outcome {
    if let Some((first, words)) = args.split_first()
        && matches!(first.as_str(), "__complete" | "__completeNoDesc")
    {
        return complete(words, first == "__complete", streams, factory).await;
    }
    let preferred = kuberc::apply(args, factory, &mut streams.err)?;
    let args = &preferred.words;
    let (chain, rest) = find(args);
    let Some(command) = chain.last().copied().filter(|_| !kuberc::lacks(factory, chain[0])) else {
        return match run_plugin(args, 1, factory).await {
            Some(ended) => ended,
            None => help::root(streams, args, args.clone()),
        };
    };
    let path = path_of(&chain);
    // Plugins may add subcommands to this one.
    if path == "kubectl create"
        && let Some(ended) = run_plugin(args, 2, factory).await
    {
        return ended;
    }
    let flags = all_flags(command);
    let rest = [preferred.flags, rest].concat();
    let (parsed, args, dash) = parse(&flags, &rest).map_err(|failure| flag_error(&failure, &path))?;
    kuberc::check_flag(factory, &parsed).map_err(|failure| flag_error(&failure, &path))?;
    for (name, _) in parsed.typed() {
        if let Some(flag) = flags.iter().find(|flag| flag.long == *name && !flag.deprecated.is_empty()) {
            streams.err.line(format!("Flag --{name} has been deprecated, {}", flag.deprecated))?;
        }
    }
    if parsed.on("help") {
        return help::print(command, &path, &mut streams.out);
    }
    let missing: Vec<String> = flags
        .iter()
        .filter(|flag| flag.required && !parsed.is_set(flag.long))
        .map(|flag| format!("{:?}", flag.long))
        .collect();
    if !missing.is_empty() {
        return Err(Failure::message(format!("required flag(s) {} not set", missing.join(", "))));
    }
    check_values(command, &parsed, streams)?;
    let mut call = Call::new(command, path, parsed, (args, dash), streams, factory);
    call.preference = preferred.file;
    let ended = (command.run)(&mut call).await;
    let ended = call.with_deferred(ended);
    call.tell_refusal(&ended)?;
    match ended {
        Ok(()) => call.warnings_as_errors(),
        Err(failure) if call.factory.explains_errors() || call.flags.on("explain-errors") => {
            let explanation = explanation::explain(&call, &failure).await;
            if explanation.is_empty() {
                return Err(failure);
            }
            call.complain(failure.report().trim_end_matches('\n'))?;
            call.streams.err.text(explanation)?;
            Err(Failure::Exit(failure.exit_code()))
        }
        Err(failure) => Err(failure),
    }
}

/// `__complete WORD…`: what shells ask.
async fn complete(words: &[String], described: bool, streams: &mut Streams, factory: &Factory) -> Outcome {
    let (before, last) = words.split_at(words.len().saturating_sub(1));
    let preferred = kuberc::apply_unheard(before, factory);
    let words = &[&preferred.words, last].concat();
    let (chain, mut rest) = find(&preferred.words);
    let command = chain.last().copied().unwrap_or(&Command::PLAIN);
    // A half-typed line need not parse; what does not counts as not typed.
    let parsed = parse(&all_flags(command), &rest).or_else(|_| {
        // The last flag may still wait for its value.
        rest.pop();
        parse(&all_flags(command), &rest)
    });
    let (flags, args, dash) = parsed.unwrap_or_default();
    let mut call = Call::new(command, path_of(&chain), flags, (args, dash), streams, factory);
    call.preference = preferred.file;
    complete_words(&mut call, words, described).await
}

fn flag_error(failure: &Failure, path: &str) -> Failure {
    let text = failure.to_string();
    if path == "kubectl options" {
        return Failure::message(format!("{text}\nRun 'kubectl options' without flags."));
    }
    Failure::message(format!("{text}\nSee '{path} --help' for usage."))
}

/// Every flag that a command takes, its own before the global ones.
pub(super) fn all_flags(command: &Command) -> Vec<&'static Flag> {
    let own: Vec<&'static Flag> = command.flags.iter().flat_map(|table| table.iter()).collect();
    // A command's own flag stands before a global one of the same name.
    let global = GLOBAL_FLAGS.iter().filter(|flag| !own.iter().any(|known| known.long == flag.long));
    own.iter().copied().chain(global).collect()
}

/// `kubectl rollout status`.
pub(super) fn path_of(chain: &[&Command]) -> String {
    let mut path = "kubectl".to_owned();
    for command in chain {
        path.push(' ');
        path.push_str(command.name);
    }
    path
}

/// The commands that the words name, outermost first, and the words that are left.
pub(super) fn find(args: &[String]) -> (Vec<&'static Command>, Vec<String>) {
    let mut chain: Vec<&'static Command> = Vec::new();
    let mut rest = args.to_vec();
    loop {
        let known = chain.last().map_or(COMMANDS, |command| command.subcommands);
        let flags = chain.last().map_or_else(|| GLOBAL_FLAGS.iter().collect(), |command| all_flags(command));
        let Some(index) = first_argument(&flags, &rest) else { return (chain, rest) };
        let Some(command) = known.iter().find(|command| command.answers_to(&rest[index])) else {
            return (chain, rest);
        };
        rest.remove(index);
        chain.push(command);
    }
}

/// Index of the first word that is neither a flag nor the value of one (cobra's `stripFlags`).
pub(super) fn first_argument(flags: &[&Flag], words: &[String]) -> Option<usize> {
    let stands_alone = |word: &str| {
        let named = word.strip_prefix("--").map_or_else(
            || flags.iter().find(|flag| flag.short.is_some_and(|letter| word[1..].starts_with(letter))),
            |long| flags.iter().find(|flag| flag.long == long),
        );
        named.is_some_and(|flag| !flag.bare.is_empty())
    };
    let mut index = 0;
    while let Some(word) = words.get(index) {
        if word == "--" {
            return None;
        }
        let takes_next = word.starts_with("--") && !word.contains('=')
            || word.starts_with('-') && word.chars().count() == 2 && !word.contains('=');
        // Neither nothing nor a dash names a command.
        if !word.is_empty() && !word.starts_with('-') {
            return Some(index);
        }
        index += if takes_next && !stands_alone(word) { 2 } else { 1 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn commands_are_found_behind_flags() {
        let (chain, rest) = find(&words("-n kube-system --context=x rollout status -w deploy/web"));
        assert_eq!(path_of(&chain), "kubectl rollout status");
        assert_eq!(rest, words("-n kube-system --context=x -w deploy/web"));
        let (chain, rest) = find(&["", "-", "config", "", "view"].map(str::to_owned));
        assert_eq!((path_of(&chain).as_str(), rest.len()), ("kubectl config view", 3));
    }

    fn check_flags(command: &Command) {
        let flags = all_flags(command);
        for (index, flag) in flags.iter().enumerate() {
            for other in &flags[..index] {
                assert_ne!(other.long, flag.long, "{}", command.name);
                assert!(flag.short.is_none() || other.short != flag.short, "{} {}", command.name, flag.long);
            }
        }
    }

    fn check_commands(commands: &[&Command]) {
        for (index, command) in commands.iter().enumerate() {
            assert!(
                !commands[..index].iter().any(|other| other.answers_to(command.name)),
                "{}",
                command.name
            );
            check_flags(command);
            check_commands(command.subcommands);
        }
    }

    #[test]
    fn no_two_commands_share_a_word_and_no_two_flags_a_letter() {
        check_commands(COMMANDS);
    }
}
