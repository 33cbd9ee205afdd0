//! Why: the first broken link of the chain that keeps a state from coming, or what was done instead of it.

mod awaited;
mod chain;
mod finding;
mod near;
mod reading;
mod sentences;
mod target;
mod trail;

use std::collections::BTreeMap;

use crate::apimachinery::{Kind, Object, builtin};
use crate::lesson::{Expectation, HttpProbe, ObjectRef, Selection};

use super::judge::{About, Facts, Failure};
use super::world::World;

pub(super) use awaited::Awaited;
pub(super) use chain::Chain;
pub(super) use finding::Finding;
pub(super) use reading::{logs, places};
pub(super) use target::explain_target;

use near::{Near, service_of};

/// What a survey looks at: what learners make by hand, those first that make others.
const SURVEYED: &[&Kind] = &[
    &builtin::DEPLOYMENT,
    &builtin::STATEFUL_SET,
    &builtin::DAEMON_SET,
    &builtin::REPLICA_SET,
    &builtin::CRON_JOB,
    &builtin::JOB,
    &builtin::POD,
    &builtin::PERSISTENT_VOLUME_CLAIM,
    &builtin::SERVICE,
    &builtin::INGRESS,
    &builtin::HORIZONTAL_POD_AUTOSCALER,
];

/// How much a survey tells at most.
const SURVEY_MAX: usize = 3;

/// What is wrong in a namespace and will stay so, whether or not anybody asks for it.
pub(super) fn survey(world: &World, logs: &BTreeMap<String, String>, namespace: &str) -> Vec<Finding> {
    let chain = Chain::new(world, logs);
    let objects = SURVEYED.iter().flat_map(|kind| world.all(kind, Some(namespace)));
    // Of what somebody else makes, its owner tells.
    let by_hand = objects.filter(|object| object.controller().is_none());
    let findings = by_hand.filter_map(|object| chain.broken_link(object));
    findings.filter(|finding| finding.lasts).take(SURVEY_MAX).collect()
}

/// Whether Pods of several workloads stand behind a Service.
pub(super) fn reaches_several(world: &World, service: &ObjectRef) -> bool {
    let logs = BTreeMap::new();
    let chain = Chain::new(world, &logs);
    world.object(service).is_some_and(|service| chain.reaches_too_much(service).is_some())
}

/// What keeps an expectation from holding, if anything is known to.
pub(super) fn explain(
    facts: &Facts<'_>,
    check: &Expectation,
    failure: &Failure,
    awaited: &Awaited,
) -> Option<Finding> {
    let chain = Chain::new(facts.world, facts.logs);
    let near = Near::new(facts, check);
    let finding = match &failure.about {
        About::Nothing => near
            .makes_anew()
            .or_else(|| near.dry_run())
            .or_else(|| near.not_deleted())
            .or_else(|| near.has_stayed())
            .or_else(|| near.program_failed())
            .or_else(|| near.refused_before_running()),
        About::Rule(origins) => near
            .dry_run()
            .or_else(|| near.refused())
            .or_else(|| near.sources(origins))
            .or_else(|| near.unchanged())
            .or_else(|| near.warned())
            .or_else(|| near.what_is_read()),
        About::Object(object, gaps) => match facts.world.object(object) {
            None => near.missing(object),
            Some(_)
                if gaps.is_empty()
                    && let Some(left) = near.left_over() =>
            {
                Some(left)
            }
            Some(found) if gaps.is_empty() => near.refused_nearly(found).or_else(|| {
                let broken = chain.broken_link(found).filter(|broken| near.may_come_from(broken));
                broken.or_else(|| chain.ended_well(found)).or_else(|| {
                    let told = near.refused_about(found).or_else(|| near.warned());
                    told.or_else(|| near.what_is_read()).filter(|_| !failure.observed)
                })
            }),
            Some(found) => {
                let spec = gaps.iter().any(|gap| !gap.path.starts_with("status"));
                let by_learner = || gaps.iter().any(|gap| near.is_for_learner(gap));
                let refused = if spec { near.refused_about(found).or_else(|| near.dry_run()) } else { None };
                let by_file = |told: Finding| told.or_aside(|| near.by_file(found, gaps));
                let of_learner = || near.gaps(found, gaps).map(by_file);
                let differs = || near.difference(found, gaps).map(by_file);
                refused
                    .or_else(|| near.made_before(found))
                    .or_else(|| near.unapplied().filter(|_| by_learner()))
                    .or_else(|| near.did_nothing(found).filter(|_| by_learner()))
                    .or_else(|| near.asks_number(found, gaps))
                    .or_else(|| near.right_elsewhere(found, gaps))
                    .or_else(|| near.in_another(found, gaps))
                    .or_else(of_learner)
                    .or_else(|| near.unchanged().filter(|_| by_learner()))
                    .or_else(|| near.warned_in_vain())
                    .or_else(|| differs().filter(|_| by_learner()))
                    // What is only on its way is no reason for a spec that differs.
                    .or_else(|| chain.broken_link(found).filter(|finding| finding.lasts || !spec))
                    .or_else(|| near.unchanged().filter(|_| spec))
                    .or_else(|| near.difference(found, gaps))
            }
        },
        About::Selection(selection, gaps) => {
            of_selection(facts, chain, &near, awaited, selection, gaps).or_else(|| near.program_failed())
        }
        About::Service(probe) => of_service(facts, chain, &near, probe),
        About::Culprit(object) => facts
            .world
            .object(object)
            .and_then(|object| chain.broken_link(object).or_else(|| chain.ended_before(object))),
    };
    finding.map(|finding| awaited.soften(finding))
}

/// Why a Service does not answer as it should.
fn of_service(facts: &Facts<'_>, chain: Chain<'_>, near: &Near<'_>, probe: &HttpProbe) -> Option<Finding> {
    let service = ObjectRef {
        kind: &builtin::SERVICE,
        name: probe.service.clone(),
        namespace: probe.namespace.clone(),
    };
    let reply = facts.replies.iter().find(|(sent, _)| sent == probe).map(|(_, reply)| reply);
    let status = reply.and_then(|reply| reply.as_ref().ok()).map(|answered| answered.status);
    let of_host = probe.host.as_deref().and_then(|host| chain.host(host, &probe.path, status));
    let service = || facts.world.object(&service);
    let finding = of_host.or_else(|| service().and_then(|service| chain.unanswered(service, probe, reply)));
    let other_page = finding.as_ref().is_some_and(|finding| finding.is(&sentences::OTHER_ANSWER));
    let by_hand = || near.written_by_hand().or_else(|| near.written_beside(service()?));
    near.refused_file().or_else(|| by_hand().filter(|_| other_page)).or(finding)
}

fn of_selection(
    facts: &Facts<'_>,
    chain: Chain<'_>,
    near: &Near<'_>,
    awaited: &Awaited,
    selection: &Selection,
    gaps: &[super::partial::Gap],
) -> Option<Finding> {
    let selected = facts.world.select(selection, facts.snap);
    if let Some(service) = service_of(selection) {
        return match facts.world.object(&service) {
            Some(found) => chain.broken_link(found).or_else(|| chain.reaches_too_much(found)),
            None => near.missing(&service),
        };
    }
    if let Some(owner) = &selection.owned_by {
        let Some(found) = facts.world.object(owner) else { return near.missing(owner) };
        let of_learner = selected.first().and_then(|first| near.gaps(first, gaps));
        let goes_first = || near.goes_first(found, gaps).filter(|_| awaited.waits());
        return near
            .have_stayed(&selected)
            .or(of_learner)
            .or_else(goes_first)
            .or_else(|| chain.broken_link(found));
    }
    if selected.is_empty() {
        return near.nothing_selected(selection);
    }
    // What is there from the beginning is never what a learner was to make.
    if selected.iter().all(|object| near::is_of_cluster(object))
        && let Some(refused) = near.refused()
    {
        return Some(refused);
    }
    // Nor is anything wrong with it.
    let made: Vec<&Object> = selected.iter().copied().filter(|object| !near::is_of_cluster(object)).collect();
    if made.is_empty() {
        return near.taken_for_another(selection).or_else(|| near.nothing_selected(selection));
    }
    let selected = made;
    // Of these every cluster has some.
    let of_rights = matches!(selection.kind.kind, "ClusterRole" | "ClusterRoleBinding");
    let troubled = |object: &&Object| chain.broken_link(object);
    near.may_not_go(&selected)
        .or_else(|| near.refused_to_clear())
        .or_else(|| near.have_stayed(&selected))
        .or_else(|| near.taken_for_another(selection).filter(|_| of_rights))
        .or_else(|| near.too_many(selection, &selected))
        .or_else(|| near.makes_anew_of(&selected))
        .or_else(|| near.kept_at(&selected))
        .or_else(|| near.forgotten(&selected, gaps))
        .or_else(|| selected.first().and_then(|first| near.gaps(first, gaps)))
        .or_else(|| selected.iter().find_map(troubled))
        .or_else(|| selected.first().and_then(|first| near.difference(first, gaps)))
        .or_else(|| near.refused())
        .or_else(|| near.one_that_is(&selected))
        .or_else(|| near.breaks_rule(&selected))
}
