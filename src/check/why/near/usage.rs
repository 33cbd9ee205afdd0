//! What a command line says that kubectl or the API server did not take: words, flags and files in the wrong form.

use std::sync::LazyLock;

use regex::Regex;

use crate::apimachinery::{Object, SHOWN_FIELDS, builtin, resolve_kind};
use crate::base::{is_typo, nearest};
use crate::lesson::{commands_of, kubectl_verb};

use super::super::chain::{Chain, near};
use super::super::finding::{Aside, Finding, Sentence};
use super::super::sentences;
use super::Near;
use super::letters::odd_letters;
use super::wordings;

static UNKNOWN_FLAG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"unknown flag: (--[\w-]+)").ok());
static NOT_FOUND: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:^|\s)([a-z][\w.]*) "([^"]+)" not found"#).ok());
static OWN_POD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"Pod "([^"]+)" is invalid"#).ok());

/// What `kubectl create` makes without a file.
const MADE_BY_CREATE: &[&str] = &[
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "CronJob",
    "Deployment",
    "Ingress",
    "Job",
    "Namespace",
    "PodDisruptionBudget",
    "PriorityClass",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "Secret",
    "Service",
    "ServiceAccount",
];

/// What `kubectl create` takes between the kind and the name.
const TYPES: &[(&str, &[&str])] = &[
    ("secret", &["generic", "tls", "docker-registry"]),
    ("service", &["clusterip", "nodeport", "loadbalancer", "externalname"]),
];

/// Flags that learners write, whole.
const FLAGS: &[&str] = &[
    "--all",
    "--as",
    "--command",
    "--cpu-percent",
    "--dry-run",
    "--env",
    "--filename",
    "--force",
    "--from-env-file",
    "--from-file",
    "--from-literal",
    "--grace-period",
    "--ignore-daemonsets",
    "--image",
    "--labels",
    "--limits",
    "--max",
    "--min",
    "--min-available",
    "--name",
    "--namespace",
    "--output",
    "--overwrite",
    "--port",
    "--replicas",
    "--requests",
    "--resource",
    "--restart",
    "--role",
    "--schedule",
    "--selector",
    "--serviceaccount",
    "--target-port",
    "--tcp",
    "--timeout",
    "--to-revision",
    "--type",
    "--verb",
];

/// Flags of `kubectl create` and its like that take no value.
const SWITCHES: &[&str] =
    &["--command", "--expose", "--rm", "-i", "-t", "-it", "-ti", "--stdin", "--tty", "-q"];

/// Flags that a command has not, and what does the same.
const FLAGS_OF_OTHERS: &[(&str, &str)] = &[
    ("--env", "`kubectl set env`"),
    ("--requests", "`kubectl set resources`"),
    ("--limits", "`kubectl set resources`"),
    ("--serviceaccount", "`kubectl set serviceaccount`"),
    ("--labels", "`kubectl label`"),
    ("--annotations", "`kubectl annotate`"),
    ("--replicas", "`kubectl create deployment --replicas`, `kubectl scale`"),
    ("--node-port", "`kubectl create service nodeport --node-port`, spec.ports[].nodePort"),
    ("--nodeport", "`kubectl create service nodeport --node-port`, spec.ports[].nodePort"),
    ("--node-selector", "spec.template.spec.nodeSelector"),
    ("--volume", "spec.volumes"),
];

/// Names that are told of what a quota counts, at most.
const COUNTED_MAX: usize = 6;

/// Words of a shell that begin a command only within another.
const WITHIN: &[&str] = &["do", "done", "then", "else", "fi"];

const RESTART_POLICIES: [&str; 3] = ["Always", "OnFailure", "Never"];

impl Near<'_> {
    /// A finding about a refusal, with what the command line or the cluster tells of it, where nothing is told yet.
    pub(super) fn with_usage(&self, finding: Finding, complaint: &str) -> Finding {
        let last = self.facts.commands.last().map(String::as_str).unwrap_or_default();
        let edited =
            self.facts.answered.is_some_and(|answered| answered.err.contains("no valid changes were saved"));
        let finding = finding.or_aside(|| edited.then(|| (&sentences::EDIT_INVALID, Vec::new())));
        let finding = finding.or_aside(|| odd_letters(last));
        let finding = finding.or_aside(|| self.counted(last, complaint));
        let finding = finding.or_aside(|| self.of_owner(complaint));
        let finding = finding.or_aside(|| self.not_found(last, complaint));
        finding.or_aside(|| of_line(last, complaint))
    }

    /// A Pod that may not be changed, and whose template may.
    fn of_owner(&self, complaint: &str) -> Aside {
        let fixed = ["may not change fields", "may not add or remove containers"];
        fixed.iter().any(|words| complaint.contains(words)).then_some(())?;
        let name = OWN_POD.as_ref()?.captures(complaint)?.get(1)?.as_str();
        let pod = self.facts.world.named(&builtin::POD, None, name);
        let owner = pod.filter(|pod| pod.controller().is_some());
        let owner = owner.map(|pod| Chain::new(self.facts.world, self.facts.logs).workload_of(pod));
        Some(match owner {
            Some(owner) => (&sentences::OWNED_POD, vec![owner]),
            None => (&sentences::IMMUTABLE, Vec::new()),
        })
    }

    /// An object that a command names and that is not there, where one of nearly its name is.
    fn not_found(&self, line: &str, complaint: &str) -> Aside {
        let found = NOT_FOUND.as_ref()?.captures(complaint)?;
        let (resource, name) = (found.get(1)?.as_str(), found.get(2)?.as_str());
        if resource == "taint" {
            return self.taints();
        }
        let kind = resolve_kind(resource)?;
        let named = namespace_in(line);
        let namespace = named.as_deref().unwrap_or(self.facts.world.namespace());
        Chain::new(self.facts.world, self.facts.logs).near_or_elsewhere(kind, namespace, name)
    }

    /// What is there already of what a quota counts.
    fn counted(&self, line: &str, complaint: &str) -> Aside {
        let (_, rest) = complaint.split_once("exceeded quota: ")?;
        let (_, rest) = rest.split_once("requested: ")?;
        let resource = rest.split('=').next()?;
        // Of a part of a kind (`services.nodeports`) it counts not all.
        let plural = match resource.strip_prefix("count/") {
            Some(counted) => counted.split('.').next()?,
            None => resource,
        };
        let kind = resolve_kind(plural).filter(|kind| kind.plural == plural)?;
        let there = self.facts.world.all(kind, namespace_in(line).as_deref()).iter().map(Object::name);
        let there = there.take(COUNTED_MAX).collect::<Vec<_>>().join(", ");
        (!there.is_empty()).then(|| (&sentences::QUOTA_COUNTS, vec![there]))
    }

    /// The taints that the nodes have.
    fn taints(&self) -> Aside {
        let taints = Chain::new(self.facts.world, self.facts.logs).taints();
        (!taints.is_empty()).then(|| (&sentences::NODE_TAINTS, vec![taints]))
    }
}

/// The namespace that a kubectl command names.
fn namespace_in(line: &str) -> Option<String> {
    let commands = commands_of(line);
    let words = commands.iter().find(|words| kubectl_verb(words).is_some())?;
    words.iter().enumerate().find_map(|(place, word)| match word.text.as_str() {
        "-n" | "--namespace" => words.get(place + 1).map(|next| next.text.clone()),
        word => word.strip_prefix("--namespace=").map(str::to_owned),
    })
}

/// What the words of a line have to do with what was complained of.
fn of_line(line: &str, complaint: &str) -> Aside {
    let commands = commands_of(line);
    let words = commands.iter().find(|words| kubectl_verb(words).is_some())?;
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let plain = positional(&words);
    let with = |sentence: &'static Sentence, words: Vec<String>| -> Aside { Some((sentence, words)) };
    let unfit = ["unknown flag: ", "NAME is required", "must specify one of -f and -k"];
    if let Some(aside) = of_create(&plain).filter(|_| unfit.iter().any(|words| complaint.contains(words))) {
        return Some(aside);
    }
    if let Some(flag) = UNKNOWN_FLAG.as_ref()?.captures(complaint).and_then(|found| found.get(1)) {
        let of_others = FLAGS_OF_OTHERS.iter().find(|(known, _)| *known == flag.as_str());
        if let Some((_, meant)) = of_others {
            return with(&sentences::FLAG_OF_OTHERS, vec![(*meant).to_owned()]);
        }
        let known = nearest(flag.as_str(), FLAGS.iter().copied()).filter(|known| *known != flag.as_str());
        return with(&sentences::NEAREST, vec![known?.to_owned()]);
    }
    if let Some(aside) = wordings::of_words(&words, complaint) {
        return Some(aside);
    }
    if let Some(pair) = apart(&words) {
        return with(&sentences::NO_BLANKS, vec![pair]);
    }
    let joined = complaint.contains("spec.ports") && complaint.contains(".name: Required value");
    if joined && plain.first() == Some(&"patch") {
        return with(&sentences::PORTS_JOINED, Vec::new());
    }
    if complaint.contains("NAME is required") {
        return too_many(&words, &plain);
    }
    if complaint.contains("invalid env:") {
        return with(&sentences::VARIABLE_FORM, Vec::new());
    }
    if let Some((_, written)) = complaint.split_once("invalid restart policy: ") {
        let meant = RESTART_POLICIES.into_iter().find(|policy| policy.eq_ignore_ascii_case(written.trim()));
        let meant = meant.map_or_else(|| RESTART_POLICIES.join(", "), str::to_owned);
        return with(&sentences::SPELT_AS, vec![meant]);
    }
    let file = plain.iter().find(|word| [".yaml", ".yml", ".json"].iter().any(|end| word.ends_with(end)));
    let unnamed =
        ["nexpected args", "must specify one of -f and -k"].iter().any(|text| complaint.contains(text));
    if let Some(file) = file.filter(|_| unnamed) {
        return with(&sentences::FILE_FLAG, vec![(*file).to_owned()]);
    }
    if complaint.contains("taint(s) with same effect(s)") {
        let taint = plain.last()?;
        let (key, effect) = (taint.split(['=', ':']).next()?, taint.rsplit(':').next()?);
        return with(&sentences::TAINT_GOES, vec![format!("{key}:{effect}-")]);
    }
    let nameless = ["no name was specified", "must be specified as <resource> <name>"];
    if nameless.iter().any(|words| complaint.contains(words)) {
        return with(&sentences::NAME_BEHIND_KIND, vec![plain.get(..2)?.join(" ")]);
    }
    None
}

/// The words of a command that are no flags and no values of flags, the verb first, as far as ` -- `.
fn positional<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let mut plain = Vec::new();
    let own = words.iter().skip_while(|word| !matches!(**word, "kubectl" | "k")).skip(1);
    let mut rest = own.copied().take_while(|word| *word != "--").peekable();
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            plain.push(word);
        } else if !word.contains('=') && !SWITCHES.contains(&word) {
            // What follows such a flag is its value.
            rest.next_if(|next| !next.starts_with('-'));
        }
    }
    plain
}

/// A pair whose equals sign stands by itself: `env = prod`.
fn apart(words: &[&str]) -> Option<String> {
    // What a container is to run is none of kubectl's.
    let words: Vec<&str> = words.iter().copied().take_while(|word| *word != "--").collect();
    let place = words.iter().position(|word| *word == "=")?;
    let (key, value) = (words.get(place.checked_sub(1)?)?, words.get(place + 1)?);
    Some(format!("{key}={value}"))
}

/// A kind that `kubectl create` makes from a file only, or one whose type is missing.
fn of_create(plain: &[&str]) -> Aside {
    let [verb, written, rest @ ..] = plain else { return None };
    let kind = resolve_kind(written).filter(|_| *verb == "create")?;
    if kind.kind == "Pod" {
        return Some((&sentences::RUN_MAKES_PODS, Vec::new()));
    }
    if !MADE_BY_CREATE.contains(&kind.kind) {
        return Some((&sentences::NO_GENERATOR, vec![kind.kind.to_owned()]));
    }
    let (_, types) = TYPES.iter().find(|(of, _)| *of == kind.singular)?;
    let given = rest.first().is_some_and(|first| types.contains(first));
    (!given).then(|| (&sentences::TYPE_FIRST, vec![format!("create {written}"), types.join(", ")]))
}

/// Words beside the one name that a command takes.
fn too_many(words: &[&str], plain: &[&str]) -> Aside {
    let schedule = words.iter().position(|word| word.starts_with("--schedule"));
    let apart = schedule.is_some_and(|place| words[place + 1..].contains(&"*"));
    if apart {
        return Some((&sentences::SCHEDULE_QUOTES, Vec::new()));
    }
    let runs =
        plain.get(1).is_some_and(|kind| matches!(*kind, "job" | "cronjob" | "cj" | "deployment" | "deploy"));
    if runs && !words.contains(&"--") && plain.len() > 3 {
        return Some((&sentences::COMMAND_BEHIND, vec![plain[3..].join(" ")]));
    }
    let extra =
        plain.get(3..).and_then(<[&str]>::last).or_else(|| plain.last().filter(|_| plain.len() > 3))?;
    Some((&sentences::WORD_ALONE, vec![(*extra).to_owned()]))
}

/// A line that the shell took apart within what was to be run in a container.
pub(super) fn taken_apart(line: &str) -> Aside {
    let commands = commands_of(line);
    let mut firsts = commands.iter().filter_map(|words| words.first()).map(|word| word.text.as_str());
    let runs = commands.iter().any(|words| {
        kubectl_verb(words).is_some() && words.iter().any(|word| word.text == "-c" || word.text == "--")
    });
    let within = firsts.find(|first| WITHIN.contains(first)).filter(|_| runs)?;
    Some((&sentences::TAKEN_APART, vec![within.to_owned()]))
}

/// What a complaint means whatever the command was.
pub(super) fn by_complaint(complaint: &str) -> Aside {
    let plain: [(&str, &'static Sentence); 10] = [
        ("serviceaccount must be <namespace>:<name>", &sentences::ACCOUNT_FORM),
        ("must match `ingressClassName` when both are specified", &sentences::CLASS_TWICE),
        ("there is no need to specify a resource type as a separate argument", &sentences::MIXED_FORMS),
        ("already set in map", &sentences::KEY_TWICE),
        ("already defined at line", &sentences::KEY_TWICE),
        ("not a valid selector operator", &sentences::OPERATORS),
        ("must specify a volume type", &sentences::VOLUME_TYPE),
        ("may not be specified when strategy `type` is 'Recreate'", &sentences::STRATEGY_REST),
        ("apiVersion not set", &sentences::TOP_KEYS),
        ("kind not set", &sentences::TOP_KEYS),
    ];
    if let Some((_, sentence)) = plain.into_iter().find(|(words, _)| complaint.contains(words)) {
        return Some((sentence, Vec::new()));
    }
    if complaint.contains("0777 (octal)") {
        let (_, rest) = complaint.split_once("Invalid value: ")?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        return (!digits.is_empty()).then(|| (&sentences::OCTAL, vec![format!("0{digits}")]));
    }
    if let Some((_, written)) = complaint.split_once("field label not supported: ") {
        let written = written.split([',', ' ', '"']).next().unwrap_or(written);
        return near(written, SHOWN_FIELDS.iter().copied());
    }
    if let Some((_, key)) = complaint.split_once("does not contain declared merge key: ") {
        return Some((&sentences::MERGE_KEY, vec![key.trim().to_owned()]));
    }
    let letterless =
        complaint.split_once("Invalid value: \"").filter(|_| complaint.contains("at least one letter"));
    if let Some((written, _)) = letterless.and_then(|(_, rest)| rest.split_once('"')) {
        let number = !written.is_empty() && written.chars().all(|letter| letter.is_ascii_digit());
        let sentence = if complaint.contains(".port.name: ") {
            &sentences::UNDER_NUMBER
        } else {
            &sentences::PORT_WITHOUT_QUOTES
        };
        return number.then(|| (sentence, vec![written.to_owned()]));
    }
    None
}

/// Whether a command was refused for a name that nobody bears and that comes near to an object's.
pub(super) fn nearly_names(objection: &str, object: &Object) -> bool {
    let found = NOT_FOUND.as_ref().and_then(|pattern| pattern.captures(objection));
    let Some([_, Some(resource), Some(name)]) = found.map(|found| [found.get(0), found.get(1), found.get(2)])
    else {
        return false;
    };
    let kind = resolve_kind(resource.as_str());
    kind.is_some_and(|kind| kind.kind == object.kind()) && is_typo(name.as_str(), object.name())
}

/// Whether the last command names no object at all, only a kind: it may have been meant for any of them.
pub(super) fn names_only_the_kind(line: &str, object: &Object) -> bool {
    let commands = commands_of(line);
    let Some(words) = commands.iter().find(|words| kubectl_verb(words).is_some()) else { return false };
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let plain = positional(&words);
    let kind = plain.get(1).and_then(|written| resolve_kind(written));
    let nameless = plain.get(2).is_none_or(|word| word.contains('=') || word.ends_with('-'));
    nameless && kind.is_some_and(|kind| kind.kind == object.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubectl_did_not_take_is_read_from_the_line() {
        for (line, complaint, sentence, words) in [
            (
                "kubectl create deployment web --image=a --replica=3",
                "error: unknown flag: --replica",
                Some(&sentences::NEAREST),
                vec!["--replicas"],
            ),
            (
                "kubectl create daemonset a --image=b",
                "error: unknown flag: --image",
                Some(&sentences::NO_GENERATOR),
                vec!["DaemonSet"],
            ),
            (
                "kubectl create secret db --from-literal=a=b",
                "error: unknown flag: --from-literal",
                Some(&sentences::TYPE_FIRST),
                vec!["create secret", "generic, tls, docker-registry"],
            ),
            (
                "kubectl create job hello --image=busybox echo hello",
                "error: exactly one NAME is required, got 3",
                Some(&sentences::COMMAND_BEHIND),
                vec!["echo hello"],
            ),
            (
                "kubectl create configmap app --from-literal GREETING 'hello world'",
                "error: exactly one NAME is required, got 2",
                Some(&sentences::WORD_ALONE),
                vec!["hello world"],
            ),
            (
                "kubectl create cronjob a --image=b --schedule=*/1 * * * * -- date",
                "error: exactly one NAME is required, got 201",
                Some(&sentences::SCHEDULE_QUOTES),
                vec![],
            ),
            (
                "kubectl apply a.yaml",
                "error: Unexpected args: [a.yaml]",
                Some(&sentences::FILE_FLAG),
                vec!["a.yaml"],
            ),
            ("kubectl apply -f a.yaml", "error: unknown flag: --zzzzzzzzzzzz", None, vec![]),
            ("kubectl create secret generic", "error: exactly one NAME is required, got 0", None, vec![]),
        ] {
            let told = of_line(line, complaint);
            assert_eq!(told.as_ref().map(|(sentence, _)| *sentence), sentence, "{line}");
            assert_eq!(told.map(|(_, words)| words).unwrap_or_default(), words, "{line}");
        }
    }

    #[test]
    fn a_line_is_taken_apart_only_where_a_word_of_the_shell_begins_a_command() {
        assert!(taken_apart("kubectl run a --image=b -- sh -c while true; do sleep 5; done").is_some());
        assert!(taken_apart("kubectl run a --image=b -- sh -c 'while true; do sleep 5; done'").is_none());
        assert!(taken_apart("for a in 1 2; do kubectl delete pod $a; done").is_none());
    }
}
