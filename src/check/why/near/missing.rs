//! An object that is not there: perhaps under another name, of another kind, or in another namespace.

use crate::apimachinery::{Kind, Object, builtin};
use crate::base::{Value, is_typo};
use crate::lesson::{Expectation, Form, ObjectRef, ValueOrigin, makes, writes};

use super::super::super::last_answer::in_short;
use super::super::super::partial::{Gap, contains, shorten};
use super::super::finding::{Finding, name_of};
use super::super::sentences;
use super::{Near, refusal, usage};

/// Kinds that are taken for one another.
const CONFUSED: &[&[&Kind]] = &[
    &[
        &builtin::POD,
        &builtin::DEPLOYMENT,
        &builtin::STATEFUL_SET,
        &builtin::DAEMON_SET,
        &builtin::REPLICA_SET,
        &builtin::JOB,
        &builtin::CRON_JOB,
        &builtin::REPLICATION_CONTROLLER,
    ],
    &[&builtin::CONFIG_MAP, &builtin::SECRET],
    &[&builtin::ROLE, &builtin::CLUSTER_ROLE],
    &[&builtin::ROLE_BINDING, &builtin::CLUSTER_ROLE_BINDING],
    &[&builtin::PERSISTENT_VOLUME_CLAIM, &builtin::PERSISTENT_VOLUME],
    &[&builtin::SERVICE, &builtin::INGRESS],
];

/// The kinds that one is taken for.
pub(in crate::check::why) fn taken_for(wanted: &'static Kind) -> impl Iterator<Item = &'static Kind> {
    let family = CONFUSED.iter().find(|kinds| kinds.iter().any(|kind| kind.kind == wanted.kind));
    let others = family.into_iter().flat_map(|family| family.iter().copied());
    others.filter(|kind| kind.kind != wanted.kind)
}

impl Near<'_> {
    /// What is there instead of an object that is not.
    pub(in crate::check::why) fn missing(&self, wanted: &ObjectRef) -> Option<Finding> {
        let namespace = wanted.namespace.as_deref();
        // Whatever else is there: a refusal that names it, or of a file, which names nothing, is why it is not.
        if self.refusal().is_some_and(|(command, complaint)| {
            is_named(&command, &wanted.name)
                || is_named(&complaint, &wanted.name)
                || complaint.contains("error when creating ")
        }) {
            return self.refused_to_make(wanted);
        }
        let same_name = self.of_other_kind(wanted, |object| object.name() == wanted.name);
        same_name
            .or_else(|| {
                let everywhere = self.facts.world.everywhere(wanted.kind).iter();
                let mut elsewhere =
                    everywhere.filter(|object| wanted.kind.namespaced && object.name() == wanted.name);
                elsewhere.next().map(|object| self.elsewhere(object, namespace))
            })
            .or_else(|| self.of_other_name(wanted))
            .or_else(|| self.of_other_kind(wanted, |object| is_typo(&wanted.name, object.name())))
            .or_else(|| {
                let everywhere = self.facts.world.everywhere(wanted.kind).iter();
                let mut near = everywhere.filter(|object| {
                    wanted.kind.namespaced
                        && !self.is_known(object)
                        && self.is_near(&wanted.name, object)
                        && !object.namespace().starts_with("kube-")
                });
                near.next().map(|object| self.elsewhere(object, namespace))
            })
            .or_else(|| self.dry_run())
            .or_else(|| self.quota_used())
            .or_else(|| self.refused_to_make(wanted))
            .or_else(|| self.left_unread(wanted))
            .or_else(|| self.not_exposed(wanted))
            .or_else(|| self.gone(wanted))
            .or_else(|| self.made_others(wanted))
            .or_else(|| self.not_made(wanted))
            .or_else(|| self.only_shown(wanted))
            .or_else(|| self.not_there(wanted))
    }

    /// A Service that is not there, while what it should lead to is.
    fn not_exposed(&self, wanted: &ObjectRef) -> Option<Finding> {
        if wanted.kind != &builtin::SERVICE || self.facts.commands.is_empty() {
            return None;
        }
        let sets = self.facts.world.all(&builtin::STATEFUL_SET, wanted.namespace.as_deref());
        if let Some(set) = sets.iter().find(|set| set.text("/spec/serviceName") == wanted.name) {
            let finding = Finding::lasting(&sentences::HEADLESS_MISSING, [&name_of(set), &wanted.name]);
            return Some(finding.shown_by("kubectl get services"));
        }
        let kinds = [&builtin::DEPLOYMENT, &builtin::POD];
        let mut behind =
            kinds.into_iter().flat_map(|kind| self.facts.world.all(kind, wanted.namespace.as_deref()));
        let behind = behind.find(|object| object.name() == wanted.name)?;
        let finding = Finding::lasting(&sentences::NOT_EXPOSED, [&wanted.name, &name_of(behind)]);
        Some(finding.shown_by("kubectl get services"))
    }

    /// The last command should have made it, and was refused.
    fn refused_to_make(&self, wanted: &ObjectRef) -> Option<Finding> {
        let (command, complaint) = self.refusal()?;
        let words = [wanted.to_string(), command, in_short(&complaint)];
        let finding = Finding::lasting(&sentences::REFUSED_TO_MAKE, [&words[0], &words[1], &words[2]]);
        Some(self.with_usage(refusal::explained(finding, &complaint), &complaint))
    }

    /// The object was there since the step began, and went again.
    fn gone(&self, wanted: &ObjectRef) -> Option<Finding> {
        let last = self.facts.commands.last()?;
        let kind = wanted.kind;
        let events = self.facts.world.all(&builtin::EVENT, wanted.namespace.as_deref()).iter();
        let mut about = events.filter(|event| {
            event.text("/involvedObject/kind") == kind.kind
                && event.text("/involvedObject/name") == wanted.name
        });
        let told = self.facts.answered.is_some_and(|answered| answered.made(kind.singular, &wanted.name));
        let deleted = last.split_whitespace().any(|word| word == "delete");
        let took_it = deleted && is_named(last, &wanted.name);
        // What happened before this step was the learner's task then.
        let tried = self.facts.commands.iter().any(|line| makes(line));
        let was_there = told || took_it || (tried && about.next().is_some());
        if let Some(finding) = self.preempted(wanted).or_else(|| self.driven_away(wanted)) {
            return Some(finding);
        }
        if let Some(finding) = self.one_too_many(wanted) {
            return Some(finding);
        }
        let removes = |line: &String| {
            line.split_whitespace().any(|word| word == "--rm") && is_named(line, &wanted.name)
        };
        let by_itself = !deleted && self.facts.commands.iter().any(removes);
        let sentence = if deleted { &sentences::GONE } else { &sentences::GONE_AGAIN };
        let sentence = if by_itself { &sentences::REMOVED_ITSELF } else { sentence };
        let finding = Finding::lasting(sentence, [&wanted.to_string()]);
        let show = format!("kubectl get events --field-selector involvedObject.name={}", wanted.name);
        was_there.then(|| finding.shown_by(show))
    }

    /// A Pod that had to make room for one of a higher priority.
    fn preempted(&self, wanted: &ObjectRef) -> Option<Finding> {
        let mut events = self.facts.world.all(&builtin::EVENT, wanted.namespace.as_deref()).iter();
        let event = events.find(|event| {
            event.text("/reason") == "Preempted" && event.text("/involvedObject/name") == wanted.name
        })?;
        let pods = self.facts.world.everywhere(&builtin::POD).iter();
        let mut pods = pods.chain(self.facts.world.all(&builtin::POD, wanted.namespace.as_deref()));
        let by = pods.find(|pod| event.text("/message").contains(pod.uid()) && !pod.uid().is_empty())?;
        let words = [wanted.to_string(), name_of(by), by.text("/spec/priorityClassName").to_owned()];
        let finding = Finding::lasting(&sentences::PREEMPTED, [&words[0], &words[1], &words[2]]);
        Some(finding.shown_by("kubectl get priorityclasses"))
    }

    /// A Pod that a taint of its node drove away.
    fn driven_away(&self, wanted: &ObjectRef) -> Option<Finding> {
        let mut events = self.facts.world.all(&builtin::EVENT, wanted.namespace.as_deref()).iter();
        let driven = events.any(|event| {
            event.text("/reason") == "TaintManagerEviction"
                && event.text("/message").starts_with("Marking for deletion")
                && event.text("/involvedObject/name") == wanted.name
        });
        let nodes = self.facts.world.all(&builtin::NODE, None).iter();
        let taints =
            nodes.flat_map(|node| node.list("/spec/taints")).filter(|taint| taint["effect"] == "NoExecute");
        let taints: Vec<&str> = taints.filter_map(|taint| taint["key"].as_str()).collect();
        let told = format!("{}:NoExecute", taints.first().filter(|_| driven)?);
        let finding = Finding::lasting(&sentences::DRIVEN_AWAY, [&wanted.to_string(), &told]);
        Some(finding.shown_by("kubectl describe nodes"))
    }

    /// A Pod that a controller counted as its own, and deleted because it had enough of them.
    fn one_too_many(&self, wanted: &ObjectRef) -> Option<Finding> {
        let said = format!("Deleted pod: {}", wanted.name);
        let mut events = self.facts.world.all(&builtin::EVENT, wanted.namespace.as_deref()).iter();
        let event = events.find(|event| {
            wanted.kind.kind == "Pod"
                && event.text("/reason") == "SuccessfulDelete"
                && event.text("/message") == said
        })?;
        let (kind, name) = (event.text("/involvedObject/kind"), event.text("/involvedObject/name"));
        let owner = format!("{}/{name}", kind.to_lowercase());
        let finding = Finding::lasting(&sentences::ONE_TOO_MANY, [&wanted.to_string(), &owner]);
        Some(finding.shown_by(format!("kubectl describe {owner}")))
    }

    /// The last command should have made something, and this is not there.
    fn not_made(&self, wanted: &ObjectRef) -> Option<Finding> {
        let last = self.facts.commands.last()?;
        // A command that did something else, and well, has nothing to do with it.
        let meant = match self.facts.answered {
            Some(answered) => answered.failed,
            None => last.contains(wanted.name.as_str()),
        };
        let made = meant && makes(last);
        let words = [wanted.to_string(), shorten(last.lines().next().unwrap_or_default())];
        let finding = Finding::lasting(&sentences::NOT_MADE, [&words[0], &words[1]]);
        let finding = finding.or_aside(|| usage::taken_apart(last));
        made.then(|| finding.shown_by(format!("kubectl get {}", wanted.kind.plural)))
    }

    /// Nothing is known but that the learner wrote something, and not this.
    fn not_there(&self, wanted: &ObjectRef) -> Option<Finding> {
        let namespace = wanted.namespace.as_deref().unwrap_or(self.facts.world.namespace());
        let tried = self.facts.commands.iter().any(|line| makes(line) && is_named(line, &wanted.name));
        let finding = Finding::lasting(&sentences::NOT_THERE, [&wanted.to_string(), namespace]);
        tried.then(|| finding.shown_by(format!("kubectl get {}", wanted.kind.plural)))
    }

    /// A command before the last one that only showed what it would make.
    fn only_shown(&self, wanted: &ObjectRef) -> Option<Finding> {
        let shows = |line: &&String| {
            line.contains("--dry-run")
                && !line.contains("--dry-run=none")
                && makes(line)
                && is_named(line, &wanted.name)
        };
        let shown = self.facts.commands.iter().rev().find(shows)?;
        let words = [wanted.to_string(), shorten(shown.lines().next().unwrap_or_default())];
        let finding = Finding::lasting(&sentences::ONLY_SHOWN, [&words[0], &words[1]]);
        Some(finding.shown_by(format!("kubectl get {}", wanted.kind.plural)))
    }

    /// An object of a kind that is taken for the wanted one.
    fn of_other_kind(&self, wanted: &ObjectRef, fits: impl Fn(&Object) -> bool) -> Option<Finding> {
        let mut objects =
            taken_for(wanted.kind).flat_map(|kind| self.facts.world.all(kind, wanted.namespace.as_deref()));
        let found =
            objects.find(|object| object.controller().is_none() && !self.is_known(object) && fits(object))?;
        let name = name_of(found);
        let show = format!("kubectl get {name}");
        let sentence = if found.kind() == "Pod" && wanted.kind.kind != "ReplicaSet" {
            &sentences::BARE_POD
        } else {
            &sentences::OTHER_KIND
        };
        Some(Finding::lasting(sentence, [&name, wanted.kind.kind]).shown_by(show))
    }

    /// An object of the kind whose name comes near, or that is otherwise just what was asked.
    fn of_other_name(&self, wanted: &ObjectRef) -> Option<Finding> {
        let candidates: Vec<&Object> = self
            .facts
            .world
            .all(wanted.kind, wanted.namespace.as_deref())
            .iter()
            .filter(|object| {
                !self.is_known(object) && object.controller().is_none() && !is_of_cluster(object)
            })
            .collect();
        let show = format!("kubectl get {}", wanted.kind.plural);
        let found = candidates.iter().copied().find(|object| self.is_near(&wanted.name, object));
        if let Some(found) = found {
            let words = [wanted.kind.singular, found.name(), &wanted.name];
            let last = self.facts.commands.last().filter(|_| found.name().contains(&wanted.name));
            let customized = last.is_some_and(|last| last.contains("apply -k"));
            let aside = customized.then(|| (&sentences::NAMES_CHANGED, Vec::new()));
            return Some(Finding::lasting(&sentences::OTHER_NAME, words).aside(aside).shown_by(show));
        }
        let partial = self.expected_of(wanted)?;
        let fits = |object: &&&Object| contains(&partial, Some(object.value()), self.facts.snap);
        let found = candidates.iter().find(fits)?;
        let words = [name_of(found), wanted.to_string()];
        Some(Finding::lasting(&sentences::UNDER_OTHER_NAME, [&words[0], &words[1]]).shown_by(show))
    }

    /// What is asked of an object that is there stands in another one of nearly its name.
    pub(in crate::check::why) fn in_another(&self, object: &Object, gaps: &[Gap]) -> Option<Finding> {
        let Form::Match { object: wanted, contains: asked, .. } = &self.check.form else { return None };
        let asks = gaps.iter().any(|gap| !gap.path.starts_with("status"));
        let mut others = self.facts.world.all(wanted.kind, Some(object.namespace())).iter().filter(|other| {
            asks && other.uid() != object.uid()
                && other.controller().is_none()
                && !self.is_known(other)
                && !is_of_cluster(other)
        });
        let meant = others.find(|other| {
            (self.is_near(object.name(), other) || self.was_changed_instead(other, object))
                && contains(asked, Some(other.value()), self.facts.snap)
        })?;
        let words = [name_of(meant), wanted.to_string()];
        if self.was_changed_instead(meant, object) {
            let last = self.facts.commands.last()?.lines().next().unwrap_or_default();
            let words = [shorten(last), words[0].clone(), words[1].clone()];
            return Some(Finding::lasting(&sentences::CHANGED_OTHER, [&words[0], &words[1], &words[2]]));
        }
        let show = format!("kubectl get {}", wanted.kind.plural);
        Some(Finding::lasting(&sentences::UNDER_OTHER_NAME, [&words[0], &words[1]]).shown_by(show))
    }

    /// Whether the last command names an object and not the one that is asked for.
    fn was_changed_instead(&self, other: &Object, object: &Object) -> bool {
        let last = self.facts.commands.last().filter(|last| writes(last));
        last.is_some_and(|last| is_named(last, other.name()) && !is_named(last, object.name()))
    }

    /// Whether a name is the wanted one with a letter more, less or other, or contains it as a word.
    fn is_near(&self, wanted: &str, object: &Object) -> bool {
        let name = object.name();
        let parts = |text: &str| -> Vec<String> { text.split(['-', '.', '_']).map(str::to_owned).collect() };
        let (one, two) = (parts(wanted), parts(name));
        let within = |small: &[String], large: &[String]| small.iter().all(|part| large.contains(part));
        is_typo(wanted, name) || within(&one, &two) || within(&two, &one)
    }

    /// What the step's checks ask of an object, the name aside.
    fn expected_of(&self, wanted: &ObjectRef) -> Option<Value> {
        self.facts.step.checks.iter().find_map(|check| match &check.form {
            Form::Match { object, contains, .. } if object == wanted && contains.is_object() => {
                let mut contains = contains.clone();
                contains.as_object_mut()?.remove("status");
                contains.as_object().is_some_and(|map| !map.is_empty()).then_some(contains)
            }
            _ => None,
        })
    }

    /// Whether an object was there at the start, or is one that the step asks for itself.
    pub(super) fn is_known(&self, object: &Object) -> bool {
        let started = self
            .facts
            .step
            .start
            .iter()
            .any(|start| start["kind"] == object.kind() && start["metadata"]["name"] == object.name());
        started || self.facts.step.checks.iter().any(|check| names(check, object))
    }
}

/// Whether a text speaks of an object by its name.
pub(super) fn is_named(text: &str, name: &str) -> bool {
    let ends = |letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '.';
    text.split(ends).any(|word| word == name)
}

/// Whether an expectation is about an object of that name.
fn names(check: &Expectation, object: &Object) -> bool {
    let is = |wanted: &ObjectRef| wanted.kind.kind == object.kind() && wanted.name == object.name();
    match &check.form {
        Form::Match { object, .. } => is(object),
        Form::Rule { with, .. } => {
            with.iter().any(|(_, origin)| matches!(origin, ValueOrigin::Object(object) if is(object)))
        }
        Form::Http(probe) => object.kind() == "Service" && object.name() == probe.service,
        Form::Either(either) => either.iter().any(|check| names(check, object)),
        _ => false,
    }
}

/// What every namespace holds from the beginning.
pub(in crate::check::why) fn is_of_cluster(object: &Object) -> bool {
    matches!(
        (object.kind(), object.name()),
        ("Service", "kubernetes") | ("ConfigMap", "kube-root-ca.crt") | ("ServiceAccount", "default")
    ) || ["system:", "kubeadm:", "minikube-"].iter().any(|of_cluster| object.name().starts_with(of_cluster))
        || object.label("kubernetes.io/bootstrapping").is_some()
}
