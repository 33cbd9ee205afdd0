//! What the last command did, where it did not do what was asked: nothing, something beside it, or half of it.

use crate::apimachinery::{Object, builtin, resolve_kind};
use crate::base::Value;
use crate::lesson::{Form, ObjectRef, Quantifier, commands_of, kubectl_verb, writes};

use super::super::super::partial::{Gap, contains, quote, shorten, show};
use super::super::chain::{Chain, near_label};
use super::super::finding::{Aside, Finding, get_yaml, name_of, singular};
use super::super::sentences;
use super::Near;
use super::applied::unread;
use super::missing::is_named;
use super::place::LAST_APPLIED;

/// What a program says whose partner ended while it waited for an answer: no mistake of whoever asked.
const CUT_OFF: &[&str] = &["error getting response", "reset by peer", "EOF", "mpty reply", "closed"];

/// Objects that are named, at most.
const NAMED_MAX: usize = 4;

impl Near<'_> {
    /// It wrote what was there already: `deployment.apps/web unchanged`.
    pub(in crate::check::why) fn unchanged(&self) -> Option<Finding> {
        let last = self.facts.commands.last().filter(|last| writes(last))?;
        let answered = self.facts.answered.filter(|answered| !answered.failed)?;
        let mut lines = answered.out.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
        lines.peek()?;
        let as_before = |line: &str| line.ends_with(" unchanged") || line.ends_with("(no change)");
        if !lines.all(as_before) {
            return None;
        }
        if let Some((_, field)) = answered.err.split_once("unknown field ") {
            let field = field.lines().next().unwrap_or_default().trim_matches('"').to_owned();
            return Some(Finding::lasting(&sentences::NO_SUCH_FIELD, [&told(last), &field]));
        }
        let sentence = if reads_files(last) { &sentences::UNCHANGED } else { &sentences::NO_CHANGE };
        Some(Finding::lasting(sentence, [&told(last)]))
    }

    /// It was to change an object, and left it or brought back what was to go.
    pub(in crate::check::why) fn did_nothing(&self, object: &Object) -> Option<Finding> {
        let last = self.facts.commands.last().filter(|last| writes(last))?;
        let answered = self.facts.answered.filter(|answered| !answered.failed)?;
        let show = format!("kubectl rollout history {}", name_of(object));
        if let Some((_, rest)) = answered.out.split_once("current template already matches revision ") {
            let revision: String = rest.chars().take_while(char::is_ascii_digit).collect();
            return Some(Finding::lasting(&sentences::SKIPPED, [&told(last), &revision]).shown_by(show));
        }
        if [&answered.err, &answered.out].iter().any(|text| text.contains("Edit cancelled, no changes")) {
            return Some(Finding::lasting(&sentences::EDIT_CANCELLED, [&told(last)]));
        }
        let undoes = |line: &String| {
            let words = line.split_whitespace().collect::<Vec<_>>();
            let undo = words.windows(2).any(|pair| pair == ["rollout", "undo"]);
            undo && !line.contains("--to-revision")
                && !line.contains("--dry-run")
                && is_named(line, object.name())
        };
        let times = self.facts.commands.iter().rev().take_while(|line| undoes(line)).count();
        let finding = Finding::lasting(&sentences::UNDONE_TWICE, [&name_of(object), &times.to_string()]);
        (times > 1 && times % 2 == 0).then(|| finding.shown_by(show))
    }

    /// What was written into a container whose Pod was replaced since.
    pub(in crate::check::why) fn written_by_hand(&self) -> Option<Finding> {
        let verb_of = |line: &String| {
            let commands = commands_of(line);
            let verb = commands.iter().find_map(|words| kubectl_verb(words))?;
            Some(verb.to_owned())
        };
        let by_hand = |line: &String| match verb_of(line).as_deref() {
            Some("cp") => true,
            Some("exec") => {
                ["> ", ">>", ">/", "tee ", "sed -i", "cp ", "touch "].iter().any(|sign| line.contains(sign))
            }
            _ => false,
        };
        let replaces = |line: &String| {
            let anew = ["rollout restart", "rollout undo", "set image", "set env", "replace --force"];
            matches!(verb_of(line).as_deref(), Some("delete" | "drain"))
                || verb_of(line).is_some() && anew.iter().any(|words| line.contains(words))
        };
        let commands = self.facts.commands;
        let place = commands.iter().rposition(by_hand)?;
        let since = commands[place + 1..].iter().any(replaces);
        let finding = Finding::lasting(&sentences::WRITTEN_BY_HAND, [&told(&commands[place])]);
        since.then(|| finding.shown_by("kubectl get pods"))
    }

    /// As `made_others`, where a folder or a kustomization was read that may hold more.
    pub(super) fn left_unread(&self, wanted: &ObjectRef) -> Option<Finding> {
        unread(self.facts.commands.last()?)?;
        self.made_others(wanted)
    }

    /// It wrote other objects than the one that is not there.
    pub(super) fn made_others(&self, wanted: &ObjectRef) -> Option<Finding> {
        let last = self.facts.commands.last().filter(|last| writes(last) && reads_files(last))?;
        let answered = self.facts.answered.filter(|answered| !answered.failed)?;
        let written = |line: &str| {
            let (object, done) = line.trim().split_once(' ')?;
            let (kind, name) = object.split_once('/')?;
            let done = done.split_whitespace().next().unwrap_or_default();
            let wrote = matches!(done, "created" | "configured" | "unchanged" | "serverside-applied");
            wrote.then(|| format!("{}/{name}", kind.split('.').next().unwrap_or(kind)))
        };
        let made: Vec<String> = answered.out.lines().filter_map(written).collect();
        let named = made[..made.len().min(NAMED_MAX)].join(", ");
        let words = [told(last), named, wanted.to_string()];
        let others = !made.is_empty() && !made.contains(&words[2]);
        let finding = Finding::lasting(&sentences::MADE_OTHERS, [&words[0], &words[1], &words[2]]);
        others.then(|| finding.aside(unread(last)))
    }

    /// It changed a ReplicaSet, whose template comes from the Deployment above it.
    pub(super) fn changed_set(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let of_set = |word: &str| {
            let kind = resolve_kind(word.split('/').next().unwrap_or_default());
            kind.is_some_and(|kind| kind.kind == "ReplicaSet")
        };
        let changed = gap.path.starts_with("spec.template")
            && object.kind() == "Deployment"
            && self.facts.commands.last().is_some_and(|last| {
                writes(last) && last.split_whitespace().filter(|word| !word.starts_with('-')).any(of_set)
            });
        let finding = Finding::lasting(&sentences::CHANGED_SET, [&name_of(object)]);
        changed.then(|| finding.shown_by("kubectl get replicasets"))
    }

    /// What `kubectl apply` would have noted, where something else wrote the object.
    pub(super) fn not_applied(object: &Object, gap: &Gap) -> Option<Finding> {
        let of_apply = gap.path.starts_with("metadata.managedFields") || gap.path.contains(LAST_APPLIED);
        let applied = object.annotation(LAST_APPLIED).is_some()
            || object.list("/metadata/managedFields").iter().any(|field| field["operation"] == "Apply");
        let (sentence, show) = if applied {
            let show = format!("kubectl apply view-last-applied {}", name_of(object));
            (&sentences::APPLIED_OTHERWISE, show)
        } else {
            (&sentences::NOT_APPLIED, get_yaml(object, object.namespace()))
        };
        of_apply.then(|| Finding::lasting(sentence, [&name_of(object)]).shown_by(show))
    }

    /// A program that the last command ran in a container, and that failed.
    pub(in crate::check::why) fn program_failed(&self) -> Option<Finding> {
        let last = self.facts.commands.last()?;
        let runs = commands_of(last).iter().any(|words| kubectl_verb(words) == Some("exec"));
        let answered = self.facts.answered.filter(|answered| answered.failed && runs)?;
        let mut lines = answered.err.lines().map(str::trim);
        let said = lines.find(|line| !line.is_empty() && !line.starts_with("command terminated"))?;
        let cut_off = CUT_OFF.iter().any(|words| said.contains(words));
        // What ran in the container says more than how it was reached.
        let ran = last.lines().next().unwrap_or_default();
        let ran = ran.split_once(" -- ").map_or_else(|| told(last), |(_, program)| quote(program));
        (!cut_off).then(|| Finding::lasting(&sentences::PROGRAM_FAILED, [&ran, &quote(said)]))
    }

    /// Why an object that should go has not gone, where nobody makes it anew.
    pub(in crate::check::why) fn has_stayed(&self) -> Option<Finding> {
        let Form::Absent(wanted) = &self.check.form else { return None };
        let object = self.facts.world.object(wanted)?;
        let last = self.facts.commands.last().map(String::as_str).unwrap_or_default();
        if last.contains("replace") && last.contains("--force") {
            return Some(Finding::lasting(&sentences::REPLACED, [&told(last), &name_of(object)]));
        }
        self.stayed(object)
    }

    /// As `has_stayed`, for those of a selection that should be none.
    pub(in crate::check::why) fn have_stayed(&self, selected: &[&Object]) -> Option<Finding> {
        let Form::Selection { quantifier, .. } = &self.check.form else { return None };
        let owned = || selected.iter().any(|object| object.controller().is_some());
        let (partial, all) = match quantifier {
            Quantifier::None(partial) => (Some(partial), false),
            // Those that come again are told first.
            Quantifier::Count { at_most: Some(0), .. } if !owned() => (None, true),
            _ => return None,
        };
        let fits = |object: &&&Object| {
            partial.is_none_or(|partial| contains(partial, Some(object.value()), self.facts.snap))
        };
        let mut left = selected.iter().filter(fits);
        left.find_map(|object| {
            self.stayed(object).or_else(|| {
                let alone = all && object.controller().is_none() && object.kind() == "Pod";
                let finding = Finding::lasting(&sentences::OF_NOBODY, [&name_of(object)]);
                alone.then(|| finding.shown_by("kubectl get pods --show-labels"))
            })
        })
    }

    fn stayed(&self, object: &Object) -> Option<Finding> {
        let name = name_of(object);
        let show = format!("kubectl get {} {}", object.kind().to_lowercase(), object.name());
        let commands = self.facts.commands;
        if let Some(finding) = self.found_nothing(object) {
            return Some(finding);
        }
        let orphans = |line: &String| line.contains("--cascade=orphan") || line.contains("--cascade=false");
        if commands.iter().any(orphans) {
            return Some(Finding::lasting(&sentences::LEFT_ON_PURPOSE, [&name]).shown_by(show));
        }
        if let Some(finding) = self.let_go(object) {
            return Some(finding);
        }
        let statuses = object.list("/status/containerStatuses").iter();
        let restarts: i64 = statuses.filter_map(|status| status["restartCount"].as_i64()).sum();
        let entered = commands.iter().any(|line| line.contains("exec"));
        let finding = Finding::lasting(&sentences::PROCESS_ENDED, [&name, &restarts.to_string()]);
        (restarts > 0 && entered).then(|| finding.shown_by(show))
    }

    /// The last command looked for labels that nobody carries.
    fn found_nothing(&self, object: &Object) -> Option<Finding> {
        let last = self.facts.commands.last().filter(|last| writes(last))?;
        let answered = self.facts.answered?;
        let nothing = [&answered.err, &answered.out].iter().any(|text| text.contains("No resources found"));
        let finding =
            Finding::lasting(&sentences::FOUND_NOTHING, [&told(last)]).aside(selector_in(last, object));
        nothing.then(|| finding.shown_by(format!("kubectl get {} --show-labels", singular(object))))
    }

    /// A Pod whose labels were changed, so that its owner let it go.
    pub(super) fn let_go(&self, pod: &Object) -> Option<Finding> {
        let owner = self.former_owner(pod)?;
        let finding = Finding::lasting(&sentences::LET_GO, [&name_of(pod), &owner]);
        Some(finding.shown_by("kubectl get pods --show-labels"))
    }

    /// The Deployment whose ReplicaSet made a Pod that it does not own any more.
    fn former_owner(&self, pod: &Object) -> Option<String> {
        let made = pod.kind() == "Pod" && pod.controller().is_none();
        pod.label("pod-template-hash").filter(|_| made)?;
        let (set, _) = pod.name().rsplit_once('-')?;
        let set = self.facts.world.named(&builtin::REPLICA_SET, Some(pod.namespace()), set)?;
        let owner = set.controller()?;
        Some(format!("{}/{}", owner.kind.to_lowercase(), owner.name))
    }

    /// A rollout that leaves nobody, in a step that waits for one that sticks.
    pub(in crate::check::why) fn goes_first(&self, owner: &Object, gaps: &[Gap]) -> Option<Finding> {
        let asks_ready = gaps.iter().any(|gap| gap.path.starts_with("status.conditions"));
        let nobody = owner.number("/status/readyReplicas").unwrap_or(0) == 0;
        if !asks_ready || !nobody || owner.kind() != "Deployment" {
            return None;
        }
        let how = match owner.text("/spec/strategy/type") {
            "Recreate" => "strategy.type: Recreate".to_owned(),
            _ => {
                let most = owner.get("/spec/strategy/rollingUpdate/maxUnavailable")?;
                let wanted = owner.number("/spec/replicas").unwrap_or(1);
                let percent = most.as_str().and_then(|most| most.strip_suffix('%')?.parse::<i64>().ok());
                let most_of = most.as_i64().or_else(|| Some(percent? * wanted / 100))?;
                (most_of >= wanted).then(|| format!("maxUnavailable: {}", show(most)))?
            }
        };
        let finding = Finding::lasting(&sentences::GOES_FIRST, [&name_of(owner), &how]);
        Some(finding.shown_by(get_yaml(owner, self.facts.world.namespace())))
    }

    /// A Pod whose workload asks for the wanted value already, and keeps it from the Pod.
    pub(super) fn kept_old(&self, pod: &Object, gap: &Gap) -> Option<Finding> {
        let owner = pod.controller().filter(|_| pod.kind() == "Pod")?;
        let kinds = [&builtin::STATEFUL_SET, &builtin::DAEMON_SET];
        let kind = kinds.into_iter().find(|kind| kind.kind == owner.kind)?;
        let workload = self.facts.world.named(kind, Some(pod.namespace()), &owner.name)?;
        let asked = super::place::stands_at(
            workload.value(),
            &format!("spec.template.{}", gap.path),
            gap.wanted.as_ref()?,
        );
        let chain = Chain::new(self.facts.world, self.facts.logs);
        chain.broken_link(workload).filter(|finding| asked && finding.lasts)
    }
}

/// The label of an object that comes near to one that a command selects by.
fn selector_in(line: &str, object: &Object) -> Aside {
    let commands = commands_of(line);
    let words = commands.iter().flatten().map(|word| word.text.as_str());
    let pairs = words.flat_map(|word| word.trim_start_matches("-l").split(',')).filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        Some((key.trim_start_matches("--selector="), Value::from(value.trim_start_matches('='))))
    });
    let labels = object.labels()?;
    let (asked, found) = pairs.into_iter().find_map(|(key, value)| {
        let found = near_label(labels, key, &value)?;
        (labels.get(key) != Some(&value)).then(|| (format!("{key}={}", show(&value)), found))
    })?;
    Some((&sentences::NEAR_LABEL, vec![asked, name_of(object), found]))
}

/// Whether a command reads what it writes from files.
pub(super) fn reads_files(line: &str) -> bool {
    let flags = ["-f", "-k", "--filename", "--kustomize"];
    line.split_whitespace().any(|word| flags.iter().any(|flag| word.starts_with(flag)))
}

/// A command as it is told.
pub(super) fn told(line: &str) -> String {
    shorten(line.lines().next().unwrap_or_default())
}
