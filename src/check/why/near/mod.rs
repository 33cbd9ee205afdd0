//! What a learner seems to have done instead of what was asked: generic mistakes, told without an author's help.

mod applied;
mod by_hand;
mod deed;
mod fields;
mod files;
mod letters;
mod missing;
mod place;
mod refusal;
mod sources;
mod spec;
mod usage;
mod values;
mod wordings;

pub(super) use letters::odd_letters;
pub(super) use missing::{is_of_cluster, taken_for};
pub(super) use sources::service_of;

use std::collections::BTreeMap;

use crate::apimachinery::{LabelSelector, Object, builtin};
use crate::base::{Map, Value};
use crate::lesson::{Expectation, Form, Quantifier, Selection, TypedWord, commands_of, kubectl_verb, writes};

use super::super::judge::Facts;
use super::super::last_answer::in_short;
use super::super::partial::{Gap, contains, shorten, show};
use super::super::rule::{Bindings, Outcome};
use super::chain::{Chain, near_label};
use super::finding::{Finding, name_of};
use super::sentences;

/// What is looked at to find what was done instead.
pub(super) struct Near<'a> {
    facts: &'a Facts<'a>,
    check: &'a Expectation,
}

impl<'a> Near<'a> {
    pub(super) fn new(facts: &'a Facts<'a>, check: &'a Expectation) -> Self {
        Self { facts, check }
    }

    /// The last command showed what it would do and did nothing.
    pub(super) fn dry_run(&self) -> Option<Finding> {
        let last = self.facts.commands.last()?;
        let only_shown = last.contains("--dry-run")
            && !last.contains("--dry-run=none")
            && !last.contains('|')
            && !last.contains('>');
        only_shown.then(|| Finding::new(&sentences::DRY_RUN, []))
    }

    /// The last command was refused, in the words of who refused it.
    pub(super) fn refused(&self) -> Option<Finding> {
        let (command, complaint) = self.refusal()?;
        let finding = Finding::lasting(&sentences::REFUSED, [&command, &in_short(&complaint)]);
        Some(self.with_usage(refusal::explained(finding, &complaint), &complaint))
    }

    /// As `refused`, where what a file was to bring is not there.
    pub(super) fn refused_file(&self) -> Option<Finding> {
        let (_, complaint) = self.refusal()?;
        complaint.contains("error when creating ").then(|| self.refused()).flatten()
    }

    /// As `refused`, where the command was to clear away what is still there.
    pub(super) fn refused_to_clear(&self) -> Option<Finding> {
        let last = self.facts.commands.last()?;
        let clears = |words: &Vec<TypedWord>| {
            kubectl_verb(words).is_some_and(|verb| matches!(verb, "drain" | "delete"))
        };
        commands_of(last).iter().any(clears).then(|| self.refused()).flatten()
    }

    /// As `refused`, where a command is asked for that could not follow.
    pub(super) fn refused_before_running(&self) -> Option<Finding> {
        matches!(self.check.form, Form::Command(_)).then(|| self.refused()).flatten()
    }

    /// The last command was taken, and warned of something.
    pub(super) fn warned(&self) -> Option<Finding> {
        let last = self.facts.commands.last().filter(|last| writes(last))?;
        let answered = self.facts.answered.filter(|answered| !answered.failed)?;
        let warning = answered.err.lines().find_map(|line| line.trim().strip_prefix("Warning: "))?;
        let command = shorten(last.lines().next().unwrap_or_default());
        Some(Finding::lasting(&sentences::WARNED, [&command, &in_short(warning)]))
    }

    /// As `warned`, where the command did nothing for what it was warned of: nobody of the name, no field of it.
    pub(super) fn warned_in_vain(&self) -> Option<Finding> {
        let complaints = ["does not have any containers matching", "unknown field "];
        let in_vain = |err: &str| complaints.iter().any(|complaint| err.contains(complaint));
        let in_vain = self.facts.answered.is_some_and(|answered| in_vain(&answered.err));
        self.warned().filter(|_| in_vain)
    }

    /// The last command, had it something to write, and the refusal.
    pub(super) fn refusal(&self) -> Option<(String, String)> {
        self.refusal_in(self.facts.answered?.complaint()?)
    }

    fn refusal_in(&self, complaint: String) -> Option<(String, String)> {
        let last = self.facts.commands.last()?;
        writes(last).then(|| (shorten(last.lines().next().unwrap_or_default()), complaint))
    }

    /// As `refused`, where the command or the refusal names an object.
    pub(super) fn refused_about(&self, object: &Object) -> Option<Finding> {
        let named = |text: &str| missing::is_named(text, object.name());
        let objection = self.facts.answered?.objection()?;
        let last = self.facts.commands.last()?;
        // A conflict of managers names no object.
        let about = named(last)
            || named(&objection)
            || refusal::is_conflict(&objection)
            || refusal::is_kustomization(&objection)
            || usage::names_only_the_kind(last, object)
            || usage::nearly_names(&objection, object);
        let (command, complaint) = self.refusal_in(objection).filter(|_| about)?;
        let finding = Finding::lasting(&sentences::REFUSED, [&command, &in_short(&complaint)]);
        let finding = refusal::explained(finding, &complaint);
        Some(match refusal::of_object(object, last, &complaint) {
            Some((aside, show)) => finding.aside(aside).shown_by(show),
            None => finding,
        })
        .map(|finding| self.with_usage(finding, &complaint))
    }

    /// As `refused`, where the command named nearly an object, and nobody has the name.
    pub(super) fn refused_nearly(&self, object: &Object) -> Option<Finding> {
        // What else is wrong with it says more, unless a command was to change what a rule is about.
        let Form::Match { rule: Some(_), .. } = &self.check.form else { return None };
        let objection = self.facts.answered?.objection()?;
        usage::nearly_names(&objection, object).then(|| self.refused_about(object)).flatten()
    }

    /// Nothing carries the labels, or nothing here does.
    pub(super) fn nothing_selected(&self, selection: &Selection) -> Option<Finding> {
        let kind = selection.kind;
        let namespace = selection.namespace.as_deref();
        let written = |(key, value): &(String, String)| format!("{key}={value}");
        let wanted = selection.labels.iter().map(written).collect::<Vec<_>>().join(",");
        for (key, value) in &selection.labels {
            let value = Value::String(value.clone());
            let near = self.facts.world.all(kind, namespace).iter().find_map(|object| {
                let found = near_label(object.labels()?, key, &value)?;
                (object.label(key) != value.as_str()).then_some((object, found))
            });
            if let Some((object, found)) = near {
                let words = [kind.kind, &wanted, &name_of(object), &found];
                let show = format!("kubectl get {} --show-labels", kind.plural);
                return Some(Finding::lasting(&sentences::SELECTED_LABEL, words).shown_by(show));
            }
        }
        if let Some(finding) = self.labels_of_owner_only(selection) {
            return Some(finding);
        }
        let selector = LabelSelector::parse(&selection.selector).unwrap_or_else(|_| LabelSelector::nothing());
        let fits = |object: &&Object| {
            selection.labels.iter().all(|(key, value)| object.label(key) == Some(value))
                && selector.matches(object.labels())
                && !object.namespace().starts_with("kube-")
        };
        let narrow = !selection.labels.is_empty() || !selector.is_empty();
        let elsewhere = self.facts.world.everywhere(kind).iter().filter(|_| narrow).find(fits);
        elsewhere
            .map(|object| self.elsewhere(object, namespace))
            .or_else(|| self.dry_run())
            .or_else(|| self.quota_used())
            .or_else(|| self.refused())
            .or_else(|| self.no_jobs_yet(selection))
    }

    /// An object of another kind that says what is asked for: a RoleBinding for a ClusterRoleBinding.
    pub(super) fn taken_for_another(&self, selection: &Selection) -> Option<Finding> {
        let Form::Selection { quantifier: Quantifier::Any(partial), .. } = &self.check.form else {
            return None;
        };
        let world = self.facts.world;
        let mut others = taken_for(selection.kind).flat_map(|kind| world.all(kind, Some(world.namespace())));
        let other = others.find(|other| contains(partial, Some(other.value()), self.facts.snap))?;
        let name = name_of(other);
        let finding = Finding::lasting(&sentences::OTHER_KIND_SAYS, [&name, selection.kind.kind]);
        Some(finding.shown_by(format!("kubectl get {name}")))
    }

    /// One of those that must not be as they are.
    pub(super) fn one_that_is(&self, selected: &[&Object]) -> Option<Finding> {
        let Form::Selection { quantifier: Quantifier::None(partial), .. } = &self.check.form else {
            return None;
        };
        let found =
            selected.iter().find(|object| contains(partial, Some(object.value()), self.facts.snap))?;
        let told = said(partial, found.value(), String::new()).unwrap_or_default();
        let finding = Finding::lasting(&sentences::ONE_THAT_IS, [&name_of(found), &told]);
        Some(finding.shown_by(super::finding::get_yaml(found, self.facts.world.namespace())))
    }

    /// The one of which a rule about all is not true, while it is of others, or where it is the only one.
    pub(super) fn breaks_rule(&self, selected: &[&Object]) -> Option<Finding> {
        let Form::Selection { quantifier: Quantifier::Rule(rule), .. } = &self.check.form else {
            return None;
        };
        let is_false = |object: &Object| {
            let alone = Bindings::new(self.facts.snap).with_list("objects", &[object]);
            matches!(alone.judge(rule), Outcome::False)
        };
        let of_each = rule.0.trim_start().starts_with("objects.all(");
        let breaks = selected.iter().filter(|_| of_each).find(|object| is_false(object))?;
        let finding = Finding::lasting(&sentences::BREAKS_RULE, [&name_of(breaks)]);
        Some(finding.shown_by(super::finding::get_yaml(breaks, self.facts.world.namespace())))
    }

    /// Jobs that a CronJob has not begun, or does not keep.
    fn no_jobs_yet(&self, selection: &Selection) -> Option<Finding> {
        if selection.kind != &builtin::JOB {
            return None;
        }
        let chain = Chain::new(self.facts.world, self.facts.logs);
        let namespace = selection.namespace.as_deref();
        let mut schedules = self.facts.world.all(&builtin::CRON_JOB, namespace).iter();
        schedules.find_map(|schedule| chain.forgets(schedule).or_else(|| chain.broken_link(schedule)))
    }

    /// Jobs that are awaited, and that their CronJob removes as soon as they have ended.
    pub(super) fn forgotten(&self, selected: &[&Object], gaps: &[Gap]) -> Option<Finding> {
        let awaited = gaps.iter().any(|gap| gap.path.starts_with("status"));
        let chain = Chain::new(self.facts.world, self.facts.logs);
        let jobs = selected.iter().filter(|object| object.kind() == "Job" && awaited);
        jobs.filter_map(|job| Some((job.namespace(), job.controller()?))).find_map(|(namespace, owner)| {
            let schedule = self.facts.world.named(&builtin::CRON_JOB, Some(namespace), &owner.name)?;
            let none = schedule.number("/spec/successfulJobsHistoryLimit") == Some(0);
            chain.forgets(schedule).filter(|_| none).or_else(|| chain.ends_its_runs(schedule))
        })
    }

    /// A label that stands on a workload and not on its template.
    fn labels_of_owner_only(&self, selection: &Selection) -> Option<Finding> {
        if selection.kind != &builtin::POD {
            return None;
        }
        let (key, value) = selection.labels.first()?;
        let kinds = [&builtin::DEPLOYMENT, &builtin::STATEFUL_SET, &builtin::DAEMON_SET];
        let mut workloads =
            kinds.into_iter().flat_map(|kind| self.facts.world.all(kind, selection.namespace.as_deref()));
        let workload = workloads.find(|workload| workload.label(key) == Some(value))?;
        let words = [format!("{key}={value}"), name_of(workload)];
        let finding = Finding::lasting(&sentences::TEMPLATE_LABELS, [&words[0], &words[1]]);
        Some(finding.shown_by("kubectl get pods --show-labels"))
    }

    fn elsewhere(&self, object: &Object, wanted: Option<&str>) -> Finding {
        let wanted = wanted.unwrap_or(self.facts.world.namespace());
        let words = [name_of(object), object.namespace().to_owned(), wanted.to_owned()];
        let show = format!("kubectl get {}s --all-namespaces", super::finding::singular(object));
        let show = show.replace("sss", "sses").replace("ys --all", "ies --all");
        Finding::lasting(&sentences::OTHER_NAMESPACE, [&words[0], &words[1], &words[2]]).shown_by(show)
    }

    /// What is asked of an object is so in another namespace.
    pub(super) fn right_elsewhere(&self, object: &Object, gaps: &[Gap]) -> Option<Finding> {
        let Form::Match { object: wanted, contains: asked, .. } = &self.check.form else { return None };
        let by_learner = gaps.iter().any(|gap| !gap.path.starts_with("status"));
        let right = |other: &&Object| {
            other.name() == object.name()
                && other.namespace() != object.namespace()
                && contains(asked, Some(other.value()), self.facts.snap)
        };
        let right = self.facts.world.everywhere(wanted.kind).iter().filter(|_| by_learner).find(right)?;
        let words = [name_of(object), right.namespace().to_owned(), object.namespace().to_owned()];
        let finding = Finding::lasting(&sentences::RIGHT_ELSEWHERE, [&words[0], &words[1], &words[2]]);
        Some(finding.shown_by(format!("kubectl get {} --all-namespaces", wanted.kind.plural)))
    }

    /// An object that is still there because its owner makes another each time.
    pub(super) fn makes_anew(&self) -> Option<Finding> {
        let Form::Absent(wanted) = &self.check.form else { return None };
        let object = self.facts.world.object(wanted)?;
        self.made_anew(object).or_else(|| self.claim_stays(object))
    }

    /// A claim that a StatefulSet's template made: it does not go with the set.
    fn claim_stays(&self, claim: &Object) -> Option<Finding> {
        let (made_for, ordinal) = claim.name().rsplit_once('-')?;
        let (_, set) = made_for.split_once('-')?;
        let of_set = claim.kind() == "PersistentVolumeClaim" && ordinal.parse::<u32>().is_ok();
        let finding = Finding::lasting(&sentences::CLAIM_STAYS, [&name_of(claim), set]);
        of_set.then(|| finding.shown_by("kubectl get persistentvolumeclaims"))
    }

    /// As `makes_anew`, for a selection that should be empty.
    pub(super) fn makes_anew_of(&self, selected: &[&Object]) -> Option<Finding> {
        let Form::Selection { quantifier, .. } = &self.check.form else { return None };
        let none = match quantifier {
            Quantifier::Count { at_most, .. } => *at_most == Some(0),
            // Of what is only not to be so, another one will do.
            Quantifier::None(partial) => partial.as_object().is_none_or(Map::is_empty),
            _ => false,
        };
        selected.iter().filter(|_| none).find_map(|object| self.made_anew(object))
    }

    /// What should go is there, and the command that should have removed it was refused.
    pub(super) fn not_deleted(&self) -> Option<Finding> {
        matches!(self.check.form, Form::Absent(_)).then(|| self.refused()).flatten()
    }

    /// Fewer than are wanted, and as many as the workload asks for that makes them.
    pub(super) fn kept_at(&self, selected: &[&Object]) -> Option<Finding> {
        let Form::Selection { quantifier: Quantifier::Count { at_least, .. }, selection } = &self.check.form
        else {
            return None;
        };
        let count = u64::try_from(selected.len()).unwrap_or(u64::MAX);
        let chain = Chain::new(self.facts.world, self.facts.logs);
        if let Some(job) = selected.first().filter(|first| first.kind() == "Job" && count < *at_least) {
            let name = &job.controller()?.name;
            let namespace = Some(job.namespace());
            return chain.broken_link(self.facts.world.named(&builtin::CRON_JOB, namespace, name)?);
        }
        let first = selected.first().filter(|first| first.kind() == "Pod")?;
        let owner = chain.workload_of(first);
        let kinds = [&builtin::DEPLOYMENT, &builtin::STATEFUL_SET, &builtin::REPLICA_SET];
        let mut workloads =
            kinds.into_iter().flat_map(|kind| self.facts.world.all(kind, selection.namespace.as_deref()));
        let workload = workloads.find(|workload| name_of(workload) == owner)?;
        let wanted = u64::try_from(workload.number("/spec/replicas").unwrap_or(1)).unwrap_or_default();
        let words = [owner, wanted.to_string(), at_least.to_string()];
        let finding = Finding::lasting(&sentences::KEEPS_COUNT, [&words[0], &words[1], &words[2]]);
        (count < *at_least && wanted == count).then(|| finding.shown_by(format!("kubectl get {}", words[0])))
    }

    fn made_anew(&self, object: &Object) -> Option<Finding> {
        object.controller()?;
        let owner = Chain::new(self.facts.world, self.facts.logs).workload_of(object);
        let finding = Finding::lasting(&sentences::MAKES_ANEW, [&name_of(object), &owner]);
        Some(finding.shown_by(format!("kubectl get {owner}")))
    }

    /// Pods that a drain leaves where they are, since a budget needs them.
    pub(super) fn may_not_go(&self, selected: &[&Object]) -> Option<Finding> {
        let world = self.facts.world;
        let chain = Chain::new(world, self.facts.logs);
        selected.iter().filter(|pod| pod.kind() == "Pod").find_map(|pod| {
            let node = world.named(&builtin::NODE, None, pod.text("/spec/nodeName"))?;
            let budgets = world.all(&builtin::POD_DISRUPTION_BUDGET, Some(pod.namespace())).iter();
            let of_pod = |budget: &&Object| {
                let selector = budget.get("/spec/selector").map(LabelSelector::from_value);
                selector.unwrap_or_default().matches(pod.labels())
            };
            let held = budgets.filter(of_pod).find_map(|budget| chain.broken_link(budget))?;
            node.flag("/spec/unschedulable").then_some(held.lasts_if(true))
        })
    }

    /// More than are wanted: the same made twice under different names.
    pub(super) fn too_many(&self, selection: &Selection, selected: &[&Object]) -> Option<Finding> {
        let Form::Selection { quantifier: Quantifier::Count { at_most: Some(at_most), .. }, .. } =
            &self.check.form
        else {
            return None;
        };
        let count = u64::try_from(selected.len()).unwrap_or(u64::MAX);
        if count <= *at_most || *at_most == 0 {
            return None;
        }
        let names: Vec<&str> = selected.iter().map(|object| object.name()).collect();
        let words = [count.to_string(), at_most.to_string(), names.join(", ")];
        let show = format!("kubectl get {}", selection.kind.plural);
        let (owned, alone): (Vec<&Object>, Vec<&Object>) =
            selected.iter().partition(|object| object.controller().is_some());
        let by_hand = alone.first().filter(|_| !owned.is_empty());
        let aside = by_hand.map(|object| (&sentences::MADE_BY_HAND, vec![name_of(object)]));
        let finding = Finding::lasting(&sentences::TWICE, [&words[0], &words[1], &words[2]]);
        Some(finding.aside(aside).shown_by(show))
    }

    /// A quota that lets nothing more be made.
    pub(super) fn quota_used(&self) -> Option<Finding> {
        let quotas = self.facts.world.all(&builtin::RESOURCE_QUOTA, None).iter();
        let (quota, full) = quotas
            .map(|quota| (quota, super::chain::full_resources(quota)))
            .find(|(_, full)| !full.is_empty())?;
        let words = [quota.name().to_owned(), full.join(", ")];
        let show = format!("kubectl describe resourcequota {}", words[0]);
        Some(Finding::lasting(&sentences::QUOTA_USED, [&words[0], &words[1]]).shown_by(show))
    }
}

/// The first field that a partial object speaks of, and what stands there: `spec.replicas: 1`.
fn said(partial: &Value, found: &Value, path: String) -> Option<String> {
    let below = partial.as_object().filter(|map| !map.keys().any(|key| key.starts_with('$')));
    if let Some((key, inner)) = below.and_then(|map| map.iter().next()) {
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        return said(inner, found.get(key)?, path);
    }
    if let (Some(items), Some(found)) = (partial.as_array(), found.as_array()) {
        let item = items.first()?;
        let none = BTreeMap::new();
        let place = found.iter().position(|one| contains(item, Some(one), &none))?;
        return said(item, &found[place], format!("{path}[{place}]"));
    }
    Some(format!("{path}: {}", show(found)))
}
