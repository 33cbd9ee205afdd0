//! One attempt to place one Pod: filters, scores, and what is to be told when nothing fits.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::apimachinery::Object;

use super::super::registry::Registry;
use super::cache::SchedulerCache;
use super::candidate::Candidate;
use super::devices;
use super::filters::{Refusal, View, named_nodes, refusals};
use super::message;
use super::preemption::{self, Outcome, Room, priority};
use super::scores::scores;
use super::volumes::{self, Needs};

/// What an attempt came to.
pub(super) enum Attempt {
    /// The Pod goes to that node, with what its claims ask of it.
    Fits(String, Needs),
    /// It fits nowhere; what it is told, and where Pods could make room for it.
    Fails(String, Option<Room>),
}

/// Tries to find a node for a Pod.
pub(super) fn attempt(
    registry: &mut Registry,
    cache: &SchedulerCache,
    pod: &Object,
    claims: &[Arc<Object>],
) -> Attempt {
    let all = cache.nodes();
    if all.is_empty() {
        return Attempt::Fails("no nodes available to schedule pods".to_owned(), None);
    }
    let has_claims = !claims.is_empty();
    let everywhere = || devices::refused_everywhere(registry, claims);
    let needs = match volumes::needs(registry, pod).and_then(|needs| everywhere().map_or(Ok(needs), Err)) {
        Ok(mut needs) => {
            needs.devices = has_claims.then(|| devices::refusal(registry));
            needs
        }
        Err(reason) => {
            let helpless =
                vec![vec![Refusal::for_good("Preemption is not helpful for scheduling")]; all.len()];
            let preemption = format!("preemption: {}", message::fit_error(&helpless));
            let message = message::refused_everywhere(all.len(), &reason);
            return Attempt::Fails(message::with_post_filters(&message, has_claims, &preemption), None);
        }
    };
    let nominated = cache.nominated(registry.store());
    let view = View::new(registry, pod, &needs, all, &nominated);
    let named = named_nodes(pod);
    // Most Pods that name their nodes fit there: then nobody asks why the others do not suit.
    let fits = |index: &usize| why_not(&view, *index).is_empty();
    let mut fitting: Vec<&Candidate> = match &named {
        Some(named) => places(all, named).filter(fits).map(|index| &all[index]).collect(),
        None => Vec::new(),
    };
    let mut verdicts = Vec::new();
    if fitting.is_empty() {
        verdicts = verdicts_on(&view, named.as_ref());
        let pairs = all.iter().zip(&verdicts);
        fitting.extend(pairs.filter(|(_, refusals)| refusals.is_empty()).map(|(node, _)| node));
    }
    if fitting.is_empty() {
        let message = message::fit_error(&verdicts);
        return match preemption::preempt(&view, &verdicts) {
            Outcome::Nothing(text) => {
                Attempt::Fails(message::with_post_filters(&message, has_claims, &text), None)
            }
            Outcome::Makes(room) => Attempt::Fails(message, Some(room)),
        };
    }
    // Where volumes are being made already, or where others made room.
    let expected = needs.selected_node().unwrap_or_else(|| pod.text("/status/nominatedNodeName"));
    if fitting.iter().any(|candidate| candidate.name() == expected) {
        return Attempt::Fits(expected.to_owned(), needs);
    }
    if let [only] = fitting[..] {
        return Attempt::Fits(only.name().to_owned(), needs);
    }
    let scores = scores(&view, &fitting);
    let best = scores.iter().max().copied().unwrap_or_default();
    let scored = fitting.iter().zip(&scores).filter(|(_, score)| **score == best);
    let winners: Vec<&str> = scored.map(|(candidate, _)| candidate.name()).collect();
    let drawn = if winners.len() > 1 { registry.random().below(winners.len() as u64) } else { 0 };
    let winner = usize::try_from(drawn).ok().and_then(|drawn| winners.get(drawn)).or(winners.first());
    match winner {
        Some(winner) => Attempt::Fits((*winner).to_owned(), needs),
        None => Attempt::Fails(String::new(), None),
    }
}

/// Where the nodes of some names are.
fn places(all: &[Candidate], named: &BTreeSet<String>) -> impl Iterator<Item = usize> {
    let all = all.iter().enumerate();
    all.filter(|(_, candidate)| named.contains(candidate.name())).map(|(index, _)| index)
}

/// Why each node does not suit; empty where one does.
fn verdicts_on(view: &View<'_>, named: Option<&BTreeSet<String>>) -> Vec<Vec<Refusal>> {
    let verdict = |(index, candidate): (usize, &Candidate)| {
        if named.is_some_and(|named| !named.contains(candidate.name())) {
            return vec![Refusal::for_good("node(s) didn't satisfy plugin(s) [NodeAffinity]")];
        }
        why_not(view, index)
    };
    view.all.iter().enumerate().map(verdict).collect()
}

/// Why one node does not suit: with the Pods for which others made room there, and without them
/// (`RunFilterPluginsWithNominatedPods`).
pub(super) fn why_not(view: &View<'_>, index: usize) -> Vec<Refusal> {
    let expected = expected_on(view, &view.all[index]);
    if !expected.is_empty() {
        let mut all = view.all.to_vec();
        expected.into_iter().for_each(|pod| all[index].add(&pod));
        let crowded = refusals(&view.with(&all), &all[index]);
        if !crowded.is_empty() {
            return crowded;
        }
    }
    refusals(view, &view.all[index])
}

/// The Pods, at least as important, for which others made room on a node.
fn expected_on(view: &View<'_>, candidate: &Candidate) -> Vec<Arc<Object>> {
    view.nominated
        .iter()
        .filter(|other| {
            other.text("/status/nominatedNodeName") == candidate.name()
                && other.uid() != view.pod.uid()
                && priority(other) >= priority(view.pod)
        })
        .cloned()
        .collect()
}
