//! Workloads: Deployment → ReplicaSet → Pod, and the others that make Pods.

use crate::apimachinery::{CronSchedule, LabelSelector, Object, builtin};
use crate::base::Timestamp;

use super::super::super::partial::show;
use super::super::super::state;
use super::super::finding::{Aside, Finding, get_yaml, name_of};
use super::super::sentences;
use super::scheduling::wanted_of_nodes;
use super::{Chain, text};

impl<'a> Chain<'a> {
    pub(super) fn deployment(self, object: &Object) -> Option<Finding> {
        let name = name_of(object);
        if object.flag("/spec/paused") && self.template_waits(object) {
            let rollout = format!("kubectl rollout status {}", name.replace("deployment/", "deployment "));
            return Some(Finding::lasting(&sentences::PAUSED, [&name]).shown_by(rollout));
        }
        let below = self
            .world
            .current_replica_set(object)
            .and_then(|current| self.replica_set_of(current, object))
            .or_else(|| self.refused_by_condition(object));
        if let Some(finding) = below {
            return Some(finding);
        }
        if object.number("/spec/replicas") == Some(0) {
            return Some(self.zero(object));
        }
        if let Some(finding) = self.held_old_pod(object) {
            return Some(finding);
        }
        if let Some(finding) = self.ready_and_waits(object) {
            return Some(finding);
        }
        let progressing = object.condition("Progressing")?;
        let stopped = progressing.get("reason").is_some_and(|reason| reason == "ProgressDeadlineExceeded");
        let finding = Finding::lasting(&sentences::DEADLINE, [&name]).called("ProgressDeadlineExceeded");
        stopped.then(|| finding.shown_by(format!("kubectl rollout status deployment {}", object.name())))
    }

    /// A Pod of an older version that should go and is held, where new ones wait for that.
    fn held_old_pod(self, object: &Object) -> Option<Finding> {
        let name = name_of(object);
        let pods = self.world.all(&builtin::POD, Some(object.namespace())).iter();
        let mut going = pods.filter(|pod| pod.is_terminating() && self.workload_of(pod) == name);
        let waits = object.text("/spec/strategy/type") == "Recreate";
        let finding = going.find_map(|pod| self.broken_link(pod)).filter(|_| waits)?;
        Some(finding.or_aside(|| Some((&sentences::RECREATE_WAITS, vec![name]))))
    }

    /// Pods that are ready, but not for long enough.
    fn ready_and_waits(self, object: &Object) -> Option<Finding> {
        let seconds = object.number("/spec/minReadySeconds").filter(|seconds| *seconds > 0)?;
        let status = |field: &str| object.number(&format!("/status/{field}")).unwrap_or(0);
        let words = [name_of(object), seconds.to_string()];
        let finding = Finding::new(&sentences::MIN_READY, [&words[0], &words[1]]);
        let show = get_yaml(object, self.world.namespace());
        (status("readyReplicas") > status("availableReplicas")).then(|| finding.shown_by(show))
    }

    /// Whether a template was written that no ReplicaSet has yet.
    fn template_waits(self, deployment: &Object) -> bool {
        let Some(current) = self.world.current_replica_set(deployment) else { return true };
        let images = |object: &Object| -> Vec<String> {
            let containers = object.list("/spec/template/spec/containers").iter();
            containers.map(|container| text(container, "/image").to_owned()).collect()
        };
        let updated = deployment.number("/status/updatedReplicas").unwrap_or(0);
        images(current) != images(deployment) || updated < deployment.number("/spec/replicas").unwrap_or(1)
    }

    pub(super) fn replica_set(self, object: &Object) -> Option<Finding> {
        self.replica_set_of(object, object)
    }

    /// As `replica_set`, with the owner that a learner knows.
    fn replica_set_of(self, object: &Object, known: &Object) -> Option<Finding> {
        if object.number("/spec/replicas") == Some(0) && object.uid() == known.uid() {
            return Some(self.zero(object));
        }
        self.refused_by_condition(object)
            .or_else(|| self.refused_by_event(object, state::unsettled(object).is_some()))
            .or_else(|| self.worst_pod(object))
    }

    fn zero(self, object: &Object) -> Finding {
        let show = format!("kubectl get {} {}", super::super::finding::singular(object), object.name());
        Finding::lasting(&sentences::ZERO, [&name_of(object)]).shown_by(show)
    }

    /// The trouble of the Pod that is worst off: what lasts before what passes.
    pub(super) fn worst_pod(self, owner: &Object) -> Option<Finding> {
        let pods = self.world.children(&builtin::POD, owner);
        let alive = pods.into_iter().filter(|pod| !pod.is_terminating());
        let mut findings: Vec<Finding> = alive.filter_map(|pod| self.broken_link(pod)).collect();
        let worst = findings.iter().position(|finding| finding.lasts).unwrap_or(0);
        (!findings.is_empty()).then(|| findings.swap_remove(worst))
    }

    pub(super) fn stateful_set(self, object: &Object) -> Option<Finding> {
        if object.number("/spec/replicas") == Some(0) {
            return Some(self.zero(object));
        }
        let unsettled = state::unsettled(object).is_some();
        let refused = self.refused_by_event(object, unsettled);
        let trouble = refused.or_else(|| self.stuck_member(object)).or_else(|| self.worst_pod(object));
        if trouble.as_ref().is_some_and(|finding| finding.lasts) {
            return trouble;
        }
        let behind = object.text("/status/updateRevision") != object.text("/status/currentRevision");
        let partition = object.number("/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
        if partition > 0 && behind {
            let words = [name_of(object), partition.to_string()];
            return Some(
                Finding::lasting(&sentences::PARTITION, [&words[0], &words[1]])
                    .shown_by(get_yaml(object, self.world.namespace())),
            );
        }
        if trouble.is_some() {
            return trouble;
        }
        let service = object.text("/spec/serviceName");
        let governed = service.is_empty()
            || self.world.named(&builtin::SERVICE, Some(object.namespace()), service).is_some();
        if !governed {
            let finding = Finding::lasting(&sentences::HEADLESS_MISSING, [&name_of(object), service]);
            return Some(finding.lasts_if(false).shown_by("kubectl get services"));
        }
        let by_hand = object.text("/spec/updateStrategy/type") == "OnDelete" && behind;
        let show = get_yaml(object, self.world.namespace());
        by_hand.then(|| Finding::lasting(&sentences::ON_DELETE, [&name_of(object)]).shown_by(show))
    }

    /// A broken member of another template than the present one: its controller waits for it to be ready
    /// before it replaces it.
    fn stuck_member(self, object: &Object) -> Option<Finding> {
        if object.text("/spec/podManagementPolicy") == "Parallel"
            || object.text("/spec/updateStrategy/type") == "OnDelete"
        {
            return None;
        }
        let updated = object.text("/status/updateRevision");
        let mut members = self.world.children(&builtin::POD, object).into_iter();
        let stuck = members.find(|pod| {
            let of_another = pod.label("controller-revision-hash").is_some_and(|hash| hash != updated);
            of_another && self.broken_link(pod).is_some_and(|finding| finding.lasts)
        })?;
        let words = [name_of(stuck), name_of(object), stuck.name().to_owned()];
        let finding = Finding::lasting(&sentences::STUCK_MEMBER, [&words[0], &words[1], &words[2]]);
        Some(finding.shown_by(self.describe(stuck)))
    }

    pub(super) fn daemon_set(self, object: &Object) -> Option<Finding> {
        let unsettled = state::unsettled(object).is_some();
        let trouble = self.refused_by_event(object, unsettled).or_else(|| self.worst_pod(object));
        if trouble.is_some() {
            return trouble;
        }
        let observed = object.number("/status/observedGeneration").is_some();
        let nowhere = observed && object.number("/status/desiredNumberScheduled").unwrap_or(0) == 0;
        if nowhere {
            let wanted = wanted_of_nodes(object, "/spec/template/spec");
            let taints = self.taints();
            let (aside, show): (Aside, String) = if wanted.is_empty() {
                let taints = (!taints.is_empty()).then(|| (&sentences::NODE_TAINTS, vec![taints]));
                (taints, self.describe(object))
            } else {
                (Some((&sentences::ITS_RULES, vec![wanted])), "kubectl get nodes --show-labels".to_owned())
            };
            let finding = Finding::lasting(&sentences::NO_NODES, [&name_of(object)]).aside(aside);
            return Some(finding.shown_by(show));
        }
        let by_hand = object.text("/spec/updateStrategy/type") == "OnDelete" && unsettled;
        let show = get_yaml(object, self.world.namespace());
        by_hand.then(|| Finding::lasting(&sentences::ON_DELETE, [&name_of(object)]).shown_by(show))
    }

    pub(super) fn job(self, object: &Object) -> Option<Finding> {
        let name = name_of(object);
        if object.flag("/spec/suspend") {
            let show = self.describe(object);
            return Some(Finding::lasting(&sentences::SUSPENDED, [&name]).shown_by(show));
        }
        if object.condition_is_true("Complete") {
            return None;
        }
        if object.number("/spec/parallelism") == Some(0) {
            let show = get_yaml(object, self.world.namespace());
            return Some(Finding::lasting(&sentences::NO_PARALLELISM, [&name]).shown_by(show));
        }
        let refused = self.refused_by_event(object, object.number("/status/active").unwrap_or(0) == 0);
        let pods = refused.or_else(|| self.worst_pod(object));
        let failed = object.condition("Failed").filter(|failed| failed["status"] == "True");
        if let Some(failed) = failed {
            let word = |key: &str| failed.get(key).and_then(|value| value.as_str()).unwrap_or_default();
            // What the Pod ended with says more than that it ended too often.
            let late = word("reason") == "DeadlineExceeded";
            let by_rule = word("reason") == "PodFailurePolicy";
            let told = pods
                .filter(|_| !late && !by_rule)
                .map(|finding| finding.lasts_if(true))
                .unwrap_or_else(|| {
                    let words = [name.as_str(), word("reason"), word("message")];
                    let seconds = object.number("/spec/activeDeadlineSeconds").filter(|_| late);
                    let aside: Aside =
                        seconds.map(|seconds| (&sentences::ACTIVE_DEADLINE, vec![seconds.to_string()]));
                    let aside = aside.or_else(|| pods_removed(object, word("reason")));
                    let finding = Finding::lasting(&sentences::JOB_FAILED, words).aside(aside);
                    finding.shown_by(self.describe(object))
                });
            return Some(told.called(word("reason")));
        }
        pods.or_else(|| {
            let active = object.number("/status/active").unwrap_or(0) > 0;
            let finding = Finding::new(&sentences::STILL_RUNS, [&name]).aside(own_program(object));
            active.then(|| finding.shown_by(self.describe(object)))
        })
    }

    pub(super) fn cron_job(self, object: &Object) -> Option<Finding> {
        let name = name_of(object);
        if object.flag("/spec/suspend") {
            let show = format!("kubectl get cronjob {}", object.name());
            return Some(Finding::lasting(&sentences::SUSPENDED, [&name]).shown_by(show));
        }
        // The newest Job has only just begun: an older one may know more.
        let jobs = self.world.children(&builtin::JOB, object);
        let forbids = object.text("/spec/concurrencyPolicy") == "Forbid";
        if let Some(finding) = jobs.iter().filter(|_| forbids).find_map(|job| self.older_job(object, job)) {
            return Some(finding);
        }
        let waits = self.event(object, &["JobAlreadyActive"]).filter(|_| forbids);
        if let (Some(_), Some(active)) =
            (waits, jobs.first().filter(|job| !job.condition_is_true("Complete")))
        {
            let words = [name.clone(), name_of(active)];
            let finding = Finding::lasting(&sentences::RUNS_ONE_AT_A_TIME, [&words[0], &words[1]]);
            let trouble = self.broken_link(active).filter(|finding| finding.lasts);
            return trouble.or_else(|| Some(finding.shown_by("kubectl get jobs")));
        }
        let mut findings: Vec<Finding> = jobs.iter().filter_map(|job| self.broken_link(job)).collect();
        if !findings.is_empty() {
            let worst = findings.iter().position(|finding| finding.lasts).unwrap_or(0);
            return Some(findings.swap_remove(worst));
        }
        let refused = self
            .event(object, &["FailedCreate", "UnknownTimeZone", "UnparseableSchedule", "InvalidSchedule"]);
        if let Some(event) = refused {
            let words = [name.as_str(), event.text("/message")];
            let finding = Finding::lasting(&sentences::CREATE_REFUSED, words);
            let finding = finding.aside(no_such_day(object.text("/spec/schedule")));
            return Some(finding.shown_by(self.describe(object)));
        }
        let never = object.text("/status/lastScheduleTime").is_empty();
        let schedule = object.text("/spec/schedule");
        never.then(|| {
            let show = format!("kubectl get cronjob {}", object.name());
            let no_day = no_such_day(schedule);
            let lasts = no_day.is_some();
            let finding = Finding::new(&sentences::NOT_DUE, [&name, schedule]).aside(no_day);
            finding.lasts_if(lasts).shown_by(show)
        })
    }

    /// A CronJob whose runs are each ended by the next one.
    pub(in crate::check) fn ends_its_runs(self, object: &Object) -> Option<Finding> {
        let replaces = object.text("/spec/concurrencyPolicy") == "Replace";
        let event = |reason: &str| self.event(object, &[reason]).is_some();
        let ended = event("SuccessfulDelete") && !event("SawCompletedJob");
        let words = [name_of(object), object.text("/spec/schedule").to_owned()];
        let finding = Finding::lasting(&sentences::ENDS_ITS_RUNS, [&words[0], &words[1]]);
        (replaces && ended).then(|| finding.shown_by(self.describe(object)))
    }

    /// A Job from before its CronJob was changed, which cannot end and keeps others from beginning.
    fn older_job(self, object: &Object, job: &Object) -> Option<Finding> {
        let active = !job.condition_is_true("Complete") && !job.condition_is_true("Failed");
        let image = |object: &Object, spec: &str| {
            object.get(&format!("{spec}/template/spec/containers/0/image")).map(show)
        };
        let (now, then) = (image(object, "/spec/jobTemplate/spec")?, image(job, "/spec")?);
        let stuck = self.broken_link(job).is_some_and(|finding| finding.lasts);
        let words = [name_of(object), name_of(job)];
        let finding = Finding::lasting(&sentences::RUNS_ONE_AT_A_TIME, [&words[0], &words[1]]);
        let changed = now != then;
        let finding = finding.aside(Some((&sentences::OLDER_JOB, vec![then, name_of(job)])));
        (active && stuck && changed).then(|| finding.shown_by("kubectl get jobs"))
    }

    /// A CronJob that removes its Jobs as soon as they have ended.
    pub(in crate::check) fn forgets(self, object: &Object) -> Option<Finding> {
        let limits = ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"];
        let none = |limit: &&str| object.number(&format!("/spec/{limit}")) == Some(0);
        let limit =
            limits.into_iter().find(none).filter(|_| !object.text("/status/lastScheduleTime").is_empty())?;
        let finding = Finding::lasting(&sentences::FORGETS, [&name_of(object), limit]);
        Some(finding.shown_by(get_yaml(object, self.world.namespace())))
    }

    /// Another workload of the kind that selects the same Pods.
    pub(in crate::check) fn rival(self, object: &Object) -> Option<Finding> {
        let kind = crate::apimachinery::kind_of(object.api_version(), object.kind())?;
        let selector = LabelSelector::of_workload(object);
        let others = self.world.all(kind, Some(object.namespace())).iter();
        let rival = others.filter(|other| other.uid() != object.uid()).find(|other| {
            let labels = other.map("/spec/template/metadata/labels");
            !selector.is_empty() && selector.matches(labels)
        })?;
        let words = [name_of(object), name_of(rival)];
        let show = format!("kubectl get {} -o wide", kind.plural);
        Some(Finding::lasting(&sentences::OVERLAP, [&words[0], &words[1]]).lasts_if(false).shown_by(show))
    }
}

/// A day of a schedule that its month never has: `0 3 30 2 *`.
fn no_such_day(schedule: &str) -> Aside {
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    let [_, _, day, month, _] = fields.as_slice() else { return None };
    let never = CronSchedule::parse(schedule).is_ok_and(|read| read.next(Timestamp::UNIX_EPOCH).is_none());
    never.then(|| (&sentences::NO_SUCH_DAY, vec![(*month).to_owned(), (*day).to_owned()]))
}

/// The Pods of a Job that has failed, and that went with what they wrote.
fn pods_removed(job: &Object, reason: &str) -> Aside {
    let removed =
        reason == "BackoffLimitExceeded" && job.text("/spec/template/spec/restartPolicy") == "OnFailure";
    let limit = job.number("/spec/backoffLimit").unwrap_or(6).to_string();
    removed.then(|| (&sentences::PODS_REMOVED, vec![limit]))
}

/// The image whose own program a Job runs: servers never end.
fn own_program(job: &Object) -> Aside {
    let mut containers = job.list("/spec/template/spec/containers").iter();
    let own =
        containers.find(|container| container.get("command").is_none() && container.get("args").is_none())?;
    Some((&sentences::OWN_PROGRAM, vec![text(own, "/image").to_owned()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_day_that_its_month_never_has_never_comes() {
        for (schedule, never) in [
            ("0 3 30 2 *", true),
            ("0 3 31 4 *", true),
            ("0 3 29 2 *", false),
            ("0 3 31 * *", false),
            ("0 3 30 2,3 *", false),
            ("0 3 31 2,4 *", true),
            // A day of the week will do as well.
            ("0 3 30 2 1", false),
            ("0 3 * 2 *", false),
            ("@daily", false),
        ] {
            assert_eq!(no_such_day(schedule).is_some(), never, "{schedule}");
        }
    }
}
