//! `kubectl __complete`: what the completion scripts of shells ask, answered as cobra answers it.

use crate::apimachinery::builtin;
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command, all_flags, find};
use crate::kubectl::discovery::{Resource, discover};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::{Flag, FlagKind, parse};
use crate::kubectl::object_names::names_at;
use crate::kubectl::resource_args::{Selection, select};

use super::COMMANDS;

/// What the shell is to make of the candidates (cobra's `ShellCompDirective`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directive {
    Default = 0,
    NoSpace = 2,
    NoFileComp = 4,
    NoSpaceNoFileComp = 6,
    FilterFileExt = 8,
}

impl Directive {
    fn name(self) -> &'static str {
        match self {
            Self::Default => "ShellCompDirectiveDefault",
            Self::NoSpace => "ShellCompDirectiveNoSpace",
            Self::NoFileComp => "ShellCompDirectiveNoFileComp",
            Self::NoSpaceNoFileComp => "ShellCompDirectiveNoSpace, ShellCompDirectiveNoFileComp",
            Self::FilterFileExt => "ShellCompDirectiveFilterFileExt",
        }
    }
}

/// A candidate and what is said of it.
type Candidate = (String, String);

/// Kinds that lead to Pods.
const POD_OWNERS: &[&str] = &[
    "daemonsets",
    "deployments",
    "pods",
    "jobs",
    "replicasets",
    "replicationcontrollers",
    "services",
    "statefulsets",
];
const OUTPUTS: &[&str] = &[
    "json",
    "yaml",
    "kyaml",
    "name",
    "go-template",
    "go-template-file",
    "template",
    "templatefile",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "custom-columns",
    "custom-columns-file",
    "wide",
];

/// Prints candidates for the last word, one a line, and what shells are to make of them.
pub(in crate::kubectl) async fn complete_words(
    call: &mut Call<'_>,
    words: &[String],
    described: bool,
) -> Outcome {
    let Some((last, before)) = words.split_last() else {
        return Err(Failure::message("requires at least 1 arg(s), only received 0"));
    };
    let (chain, rest) = find(before);
    let is_unknown = chain.is_empty() && !call.args.is_empty() && call.args[0] != "help";
    if is_unknown {
        call.complain("[Debug] Cleared global flags for plugin completion")?;
        let words: Vec<&str> = call.args.iter().map(String::as_str).collect();
        let words = words.join(" ");
        call.complain(format!("[Debug] [Error] unable to find a command for arguments: [{words}]"))?;
    }
    let refusal = refusal(call.command, &rest, last).filter(|_| !is_unknown);
    if let Some(why) = &refusal {
        call.complain(format!("[Debug] [Error] {why}"))?;
    }
    let (found, directive) = match pending_flag(call, last, before) {
        _ if is_unknown || refusal.is_some() => (Vec::new(), Directive::Default),
        Some((flag, typed)) => flag_values(call, flag, typed).await,
        None if last.starts_with('-') && !rest.iter().any(|word| word == "--") => {
            (flags_of(call, chain.last().copied(), last), Directive::NoFileComp)
        }
        None => arguments_of(call, chain.last().copied(), last).await,
    };
    let mut text = String::new();
    for (candidate, about) in found {
        let about = about.lines().next().unwrap_or_default();
        match about {
            "" => text.push_str(&candidate),
            about if described => text.push_str(&format!("{candidate}\t{about}")),
            _ => text.push_str(&candidate),
        }
        text.push('\n');
    }
    call.text(text)?;
    call.line(format!(":{}", directive as i32))?;
    call.complain(format!("Completion ended with directive: {}", directive.name()))
}

/// Why nothing can be completed: flags that the command does not have, or values that they do not take
/// (cobra's `checkIfFlagCompletion`).
fn refusal(command: &Command, rest: &[String], last: &str) -> Option<String> {
    let flags = all_flags(command);
    let mut before = rest;
    let typed = match last.split_once('=').filter(|_| last.starts_with('-')) {
        Some((flag, _)) => Some(flag),
        None if last.starts_with('-') => None,
        None => rest.last().map(String::as_str).filter(|word| is_flag(word) && !word.contains('=')),
    };
    let mut unsupported = None;
    if let Some(word) = typed {
        let (long, letter) = (word.strip_prefix("--"), word.chars().next_back());
        let known = flags.iter().find(|flag| match long {
            Some(long) => flag.long == long,
            None => flag.short.is_some() && flag.short == letter,
        });
        match known {
            // The value is not there yet.
            Some(flag) if flag.bare.is_empty() && !last.starts_with('-') => {
                before = &rest[..rest.len() - 1];
            }
            Some(_) => {}
            None => {
                let name = long.map_or_else(|| letter.into_iter().collect(), str::to_owned);
                unsupported =
                    Some(format!("Subcommand '{}' does not support flag '{name}'", called(command)));
            }
        }
    }
    match parse(&flags, before) {
        Err(failure) => {
            Some(format!("Error while parsing flags from args [{}]: {failure}", before.join(" ")))
        }
        // Behind two dashes there are no flags.
        Ok((.., Some(_))) => None,
        Ok(_) => unsupported,
    }
}

fn called(command: &Command) -> &str {
    if command.name.is_empty() { "kubectl" } else { command.name }
}

/// Whether a word is a flag: a letter or a name behind dashes.
fn is_flag(word: &str) -> bool {
    match word.strip_prefix("--") {
        Some(long) => !long.is_empty() && !long.starts_with('-'),
        None => word.len() == 2 && word.starts_with('-'),
    }
}

/// The flag whose value is being typed, and what there is of it.
fn pending_flag<'w>(call: &Call<'_>, last: &'w str, before: &[String]) -> Option<(&'static Flag, &'w str)> {
    let flags = all_flags(call.command);
    let named = |word: &str| {
        flags.iter().copied().find(|flag| match word.strip_prefix("--") {
            Some(long) => flag.long == long,
            None => {
                flag.short.is_some_and(|letter| word.strip_prefix('-') == Some(letter.to_string().as_str()))
            }
        })
    };
    if before.iter().any(|word| word == "--") {
        return None;
    }
    if let Some((name, typed)) = last.split_once('=').filter(|_| last.starts_with('-')) {
        return Some((named(name)?, typed));
    }
    let flag = named(before.last()?)?;
    (flag.bare.is_empty() && !last.starts_with('-')).then_some((flag, last))
}

async fn flag_values(call: &Call<'_>, flag: &Flag, typed: &str) -> (Vec<Candidate>, Directive) {
    let fixed = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let words = match flag.long {
        "namespace" => names(call, "namespaces").await,
        "context" => entries(call, "contexts"),
        "cluster" => entries(call, "clusters"),
        "user" if flag.kind == FlagKind::Text => entries(call, "users"),
        "clusterrole" if call.command.name == "clusterrolebinding" => names(call, "clusterroles").await,
        "output" if call.command.name == "get" => fixed(OUTPUTS),
        "subresource" if call.command.name != "can-i" => fixed(&["status", "scale", "resize"]),
        "container" if call.command.name == "exec" => containers(call).await,
        "filename" => {
            return (starting(fixed(&["json", "yaml", "yml"]), ""), Directive::FilterFileExt);
        }
        _ => return (Vec::new(), Directive::Default),
    };
    (starting(words, typed), Directive::NoFileComp)
}

/// The words that go on from what is typed, without anything to say of them.
fn starting(words: Vec<String>, typed: &str) -> Vec<Candidate> {
    words.into_iter().filter(|word| word.starts_with(typed)).map(|word| (word, String::new())).collect()
}

/// Flags that have to be given, if any is missing; else all that can be.
fn flags_of(call: &Call<'_>, command: Option<&'static Command>, typed: &str) -> Vec<Candidate> {
    let required = required_flags(call, typed);
    if !required.is_empty() {
        return required;
    }
    let own: Vec<&str> = command
        .into_iter()
        .flat_map(|command| command.flags.iter().copied().flatten())
        .map(|flag| flag.long)
        .collect();
    let mut flags = all_flags(call.command);
    // Flags of all commands come first, the way to help among a command's own.
    flags.sort_by_key(|flag| {
        (own.contains(&flag.long) || flag.long == "help" && command.is_some(), flag.long)
    });
    let mut found = Vec::new();
    let is_told = |flag: &&Flag| {
        // Upstream has this flag only where the environment says so.
        let applies_sets = call.factory.variable("KUBECTL_APPLYSET") == Some("true");
        flag.deprecated.is_empty() && (flag.long != "applyset" || applies_sets)
    };
    for flag in flags.into_iter().filter(is_told) {
        let repeats = matches!(flag.kind, FlagKind::List | FlagKind::Array);
        if call.flags.is_set(flag.long) && !repeats {
            continue;
        }
        let letter = flag.short.map(|letter| format!("-{letter}"));
        let forms = std::iter::once(format!("--{}", flag.long)).chain(letter);
        found.extend(forms.filter(|form| form.starts_with(typed)).map(|form| (form, flag.help.to_owned())));
    }
    found
}

fn required_flags(call: &Call<'_>, typed: &str) -> Vec<Candidate> {
    let missing = all_flags(call.command);
    let missing = missing.into_iter().filter(|flag| flag.required && !call.flags.is_set(flag.long));
    missing
        .map(|flag| (format!("--{}", flag.long), flag.help.to_owned()))
        .filter(|(form, _)| form.starts_with(typed))
        .collect()
}

async fn arguments_of(
    call: &Call<'_>,
    command: Option<&'static Command>,
    typed: &str,
) -> (Vec<Candidate>, Directive) {
    let mut found = required_flags(call, typed);
    let helps = command.is_none() && call.args.first().is_some_and(|word| word == "help");
    let (subcommands, is_first) = if helps {
        let (chain, _) = find(&call.args[1..]);
        (chain.last().map_or(COMMANDS, |command| command.subcommands), true)
    } else {
        (command.map_or(COMMANDS, |command| command.subcommands), call.args.is_empty())
    };
    let own = command.into_iter().flat_map(|command| command.flags.iter().copied().flatten());
    let is_plain = !own.map(|flag| flag.long).any(|flag| call.flags.is_set(flag));
    if is_first && is_plain && (helps || !subcommands.is_empty()) {
        let mut known: Vec<(&str, &str)> = subcommands
            .iter()
            .map(|one| (one.name, one.short))
            .filter(|(name, _)| *name != "alpha")
            .collect();
        if command.is_none() {
            known.push(("help", "Help about any command"));
        }
        known.sort_unstable();
        let known = known.into_iter().filter(|(name, _)| name.starts_with(typed));
        found.extend(known.map(|(name, short)| (name.to_owned(), short.to_owned())));
        return (found, Directive::NoFileComp);
    }
    let (words, directive) = offered(call, typed).await;
    found.extend(starting(words, typed));
    (found, directive)
}

async fn offered(call: &Call<'_>, typed: &str) -> (Vec<String>, Directive) {
    let quiet = |words: Vec<String>| (words, Directive::NoFileComp);
    let is_first = call.args.is_empty();
    match call.command.arguments {
        Arguments::None | Arguments::ObjectsAtPrompt | Arguments::KindsAtPrompt => {
            (Vec::new(), Directive::Default)
        }
        Arguments::Words(words) if is_first => quiet(words.iter().map(|word| (*word).to_owned()).collect()),
        Arguments::Entry(section) if is_first => quiet(entries(call, section)),
        Arguments::One(plural) if is_first => quiet(names(call, plural).await),
        Arguments::Pod if is_first => match typed.split_once('/') {
            Some((kind, _)) => quiet(slashed(call, kind).await),
            None => {
                let owners = POD_OWNERS.iter().map(|kind| format!("{kind}/"));
                quiet(names(call, "pods").await.into_iter().chain(owners).collect())
            }
        },
        Arguments::Pod if call.command.name == "logs" && call.args.len() == 1 => {
            quiet(containers(call).await)
        }
        Arguments::Pod if call.command.name == "port-forward" && call.args.len() == 1 => {
            quiet(ports(call).await)
        }
        Arguments::Path if is_first => (paths(call, typed).await, Directive::NoSpace),
        Arguments::Path => (Vec::new(), Directive::NoSpace),
        Arguments::Object(kinds) if call.args.len() < 2 => objects(call, kinds, typed).await,
        Arguments::Objects(kinds) => objects(call, kinds, typed).await,
        _ => quiet(Vec::new()),
    }
}

/// `TYPE NAME…` or `TYPE/NAME…`, what is typed already left out.
async fn objects(call: &Call<'_>, kinds: &[&str], typed: &str) -> (Vec<String>, Directive) {
    let known = async || match kinds {
        [] => served(call).await,
        kinds => kinds.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    let found = match (call.args.first(), typed.split_once('/')) {
        (None, None) => match typed.rsplit_once(',').filter(|_| kinds.is_empty()) {
            Some((others, _)) => known().await.into_iter().map(|kind| format!("{others},{kind}")).collect(),
            None => known().await,
        },
        (Some(first), None) if first.contains('/') => {
            let slashed = known().await.into_iter().map(|kind| format!("{kind}/")).collect();
            return (slashed, Directive::NoSpaceNoFileComp);
        }
        (Some(first), None) => names(call, first).await,
        (_, Some((kind, _))) => slashed(call, kind).await,
    };
    (found.into_iter().filter(|name| !call.args.contains(name)).collect(), Directive::NoFileComp)
}

/// Kinds that can be read, as `api-resources -o name` lists them.
async fn served(call: &Call<'_>) -> Vec<String> {
    let Ok(api) = call.api_unasked().await else { return Vec::new() };
    let Ok(served) = discover(&api).await else { return Vec::new() };
    let readable = served.iter().filter(|resource| resource.verbs.iter().any(|verb| verb == "get"));
    let mut keys: Vec<(String, String, String)> = readable
        .map(|resource| (resource.group.clone(), resource.plural.clone(), resource.group_resource()))
        .collect();
    keys.sort();
    keys.dedup();
    keys.into_iter().map(|(.., name)| name).collect()
}

/// Names of the objects of what a person calls a kind, in the namespace.
async fn names(call: &Call<'_>, kind: &str) -> Vec<String> {
    let (Ok(api), Ok(namespace)) = (call.api_unasked().await, call.namespace()) else { return Vec::new() };
    names_in(&api, &namespace, kind).await
}

async fn names_in(api: &Api, namespace: &str, kind: &str) -> Vec<String> {
    let Ok(selections) = select(api, &[kind.to_owned()]).await else { return Vec::new() };
    let mut found = Vec::new();
    for selection in selections {
        let Selection::Every(resource) = selection else { continue };
        found.extend(names_at(api, resource.collection(namespace)).await);
    }
    found
}

async fn slashed(call: &Call<'_>, kind: &str) -> Vec<String> {
    names(call, kind).await.into_iter().map(|name| format!("{kind}/{name}")).collect()
}

fn entries(call: &Call<'_>, section: &str) -> Vec<String> {
    call.factory.kubeconfig(&call.flags).map(|config| config.names(section)).unwrap_or_default()
}

/// Containers of the Pod that was named: first init, then others, then ephemeral ones.
async fn containers(call: &Call<'_>) -> Vec<String> {
    let (Ok(api), Ok(namespace), Some(name)) =
        (call.api_unasked().await, call.namespace(), call.args.first())
    else {
        return Vec::new();
    };
    let pod = api.get(&Resource::from(&builtin::POD).object(&namespace, name)).await.unwrap_or(Value::Null);
    crate::kubectl::pods::container_names(&pod)
}

/// The Pod that `web` or `pod/web` names.
fn pod_named(typed: &str) -> Option<&str> {
    let (kind, name) = typed.split_once('/').unwrap_or(("pod", typed));
    matches!(kind, "po" | "pod" | "pods").then_some(name)
}

/// `80:80` for each port that the Pod's containers name.
async fn ports(call: &Call<'_>) -> Vec<String> {
    let (Ok(api), Ok(namespace), Some(typed)) =
        (call.api_unasked().await, call.namespace(), call.args.first())
    else {
        return Vec::new();
    };
    let Some(name) = pod_named(typed) else { return Vec::new() };
    let pod = api.get(&Resource::from(&builtin::POD).object(&namespace, name)).await.unwrap_or(Value::Null);
    let containers = pod["spec"]["containers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ports = containers.iter().filter_map(|container| container["ports"].as_array()).flatten();
    ports.map(|port| format!("{0}:{0}", port["containerPort"])).collect()
}

/// `namespace/pod:` and `pod:`, or a place here.
async fn paths(call: &Call<'_>, typed: &str) -> Vec<String> {
    if typed.contains(':') {
        return Vec::new();
    }
    let pods = |names: Vec<String>, namespace: &str| -> Vec<String> {
        names.into_iter().map(|name| format!("{namespace}{name}:")).collect()
    };
    if let Some((namespace, _)) = typed.split_once('/') {
        let Ok(api) = call.api_unasked().await else { return Vec::new() };
        return pods(names_in(&api, namespace, "pods").await, &format!("{namespace}/"));
    }
    let mut found: Vec<String> =
        names(call, "namespaces").await.into_iter().map(|name| format!("{name}/")).collect();
    found.extend(pods(names(call, "pods").await, ""));
    if typed.is_empty() {
        found.extend(["./".to_owned(), "/".to_owned()]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{find, pod_named, refusal};

    #[test]
    fn only_pods_are_asked_for_the_ports_of_pods() {
        assert_eq!(["web", "pod/web", "po/web"].map(pod_named), [Some("web"); 3]);
        assert_eq!(["podtemplates/web", "svc/web"].map(pod_named), [None; 2]);
    }

    #[test]
    fn flags_that_a_command_does_not_have_complete_to_nothing() {
        let refused = |line: &str| {
            let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let last = words.pop().unwrap_or_default();
            let (chain, rest) = find(&words);
            refusal(chain.last().unwrap(), &rest, &last)
        };
        for (line, expected) in [
            ("describe --validate=", Some("Subcommand 'describe' does not support flag 'validate'")),
            (
                "exec -o j",
                Some("Error while parsing flags from args [-o]: unknown shorthand flag: 'o' in -o"),
            ),
            ("get pods -o j", None),
            ("get pods -n ", None),
            ("exec web -- ls -o ", None),
            ("get -A ", None),
            ("get --", None),
        ] {
            assert_eq!(refused(line).as_deref(), expected, "{line}");
        }
    }
}
