//! Does what a trial says, once; asks again and again while a rollout runs. What comes of it is remembered.

use http::Request;

use crate::apimachinery::{Kind, Object, builtin};
use crate::base::{Value, json, to_value};
use crate::lesson::{Action, Expectation, Form, HttpProbe, Step, Trial, ValueOrigin};

use super::Context;
use super::judge::{Facts, TrialState, key_of_requests, key_of_trial};
use super::partial::Snap;
use super::probe;
use super::state::{revision, unsettled};
use super::world::{Place, World, collection};

/// The annotation of a template that is restarted.
const RESTARTED: &str = "podlings.dev/restarted";

/// Lets requests during rollouts and trials go on, and begins trials when all else holds; the memory of the
/// step changes accordingly. Tells whether something was done to the cluster.
pub(super) async fn proceed(
    step: &Step,
    context: &Context,
    world: &World,
    snap: &mut Snap,
    others_hold: bool,
) -> bool {
    let mut acted = false;
    for (index, check) in step.checks.iter().enumerate() {
        match &check.form {
            Form::Requests { probe, during } => {
                let Some(object) = world.object(during) else { continue };
                ask_during_rollout(&key_of_requests(index), object, probe, context, snap).await;
            }
            Form::Trial(trial) => {
                acted |= try_out(&key_of_trial(index), trial, context, world, snap, others_hold).await;
            }
            _ => {}
        }
    }
    acted
}

/// Whether a check is judged by what `proceed` remembers.
pub(super) fn is_tried(check: &Expectation) -> bool {
    matches!(check.form, Form::Trial(_))
}

/// What a step remembers of rollouts before it begins.
pub(super) fn remember(step: &Step, world: &World, snap: &mut Snap) {
    for (index, check) in step.checks.iter().enumerate() {
        if let Form::Requests { during, .. } = &check.form
            && let Some(object) = world.object(during)
        {
            store(
                snap,
                &key_of_requests(index),
                &TrialState { revision: revision(object), ..TrialState::default() },
            );
        }
    }
}

async fn ask_during_rollout(
    key: &str,
    object: &Object,
    probe: &HttpProbe,
    context: &Context,
    snap: &mut Snap,
) {
    let now = revision(object);
    let mut state = TrialState::read(snap, key).unwrap_or_default();
    if state.revision.is_empty() {
        // The object came after the step began: its first rollout is no change of anything.
        if !now.is_empty() && unsettled(object).is_none() {
            store(snap, key, &TrialState { revision: now, ..TrialState::default() });
        }
        return;
    }
    if now != state.revision {
        state = TrialState { revision: now, count: state.count + 1, ..TrialState::default() };
        store(snap, key, &state);
    }
    let runs = state.count > 0 && state.failed.is_none() && unsettled(object).is_some();
    if runs {
        ask(key, probe, context, &mut state, snap).await;
    }
}

async fn ask(key: &str, probe: &HttpProbe, context: &Context, state: &mut TrialState, snap: &mut Snap) {
    let reply = probe::once(probe, context).await;
    let failed = match reply {
        Ok(answered) if answered.is_right(probe) => None,
        Ok(answered) => {
            Some(format!("HTTP {} {}", answered.status, answered.body.lines().next().unwrap_or_default()))
        }
        Err(error) => Some(error),
    };
    // Every request is asked, but only the first of a rollout and the first that fails are worth a line.
    if failed.is_some() || !state.asked {
        (state.asked, state.failed) = (true, failed);
        store(snap, key, state);
    }
}

async fn try_out(
    key: &str,
    trial: &Trial,
    context: &Context,
    world: &World,
    snap: &mut Snap,
    others_hold: bool,
) -> bool {
    if let Some(mut state) = TrialState::read(snap, key) {
        let failed = state.failed.is_some() || state.error.is_some();
        if failed && state.generations != generations(world) {
            // The learner changed something since it failed: it may be tried anew.
            snap.remove(key);
        } else {
            if let (Some(probe), false) = (&trial.requests, failed) {
                ask(key, probe, context, &mut state, snap).await;
            }
            return false;
        }
    }
    if !others_hold {
        return false;
    }
    let state = match perform(trial, context, world, snap).await {
        Ok(Some(state)) => state,
        Ok(None) => return false,
        Err(error) => TrialState { error: Some(error.to_string()), ..TrialState::default() },
    };
    // What the trial itself changed is no change of the learner's.
    let after = World::read(&context.client, world.places(), &context.namespace).await;
    let generations = after.as_ref().map_or_else(|_| generations(world), generations);
    store(snap, key, &TrialState { generations, ..state });
    true
}

/// Does it; `None` when there is nothing yet to do it to.
async fn perform(
    trial: &Trial,
    context: &Context,
    world: &World,
    snap: &Snap,
) -> kube::Result<Option<TrialState>> {
    match &trial.action {
        Action::Delete(origin) => {
            let (kind, found) = match origin {
                ValueOrigin::Object(object) => (object.kind, world.object(object).into_iter().collect()),
                ValueOrigin::Selection(selection) => (selection.kind, world.select(selection, snap)),
            };
            let Some(first) = found.iter().find(|object| unsettled(object).is_none()) else {
                return Ok(None);
            };
            let url = format!("{}/{}", collection(&Place::new(kind, first.namespace())), first.name());
            let options = json!({"preconditions": {"uid": first.uid()}});
            let request = Request::delete(url).header("content-type", "application/json");
            send(request, &options, context).await?;
            Ok(Some(TrialState {
                uid: first.uid().to_owned(),
                object: format!("{}/{}", kind.singular, first.name()),
                owned: first.controller().is_some(),
                count: found.len(),
                ..TrialState::default()
            }))
        }
        Action::Restart(object) => {
            let Some(found) = world.object(object) else { return Ok(None) };
            // Any new value makes a new template; this one needs no clock.
            let stamp = found.text("/metadata/resourceVersion");
            let patch = json!({"spec": {"template": {"metadata": {"annotations": {RESTARTED: stamp}}}}});
            patch_object(object.kind, found, &patch, context).await.map(Some)
        }
        Action::Patch(object, patch) => {
            let Some(found) = world.object(object) else { return Ok(None) };
            patch_object(object.kind, found, patch, context).await.map(Some)
        }
    }
}

async fn patch_object(
    kind: &'static Kind,
    object: &Object,
    patch: &Value,
    context: &Context,
) -> kube::Result<TrialState> {
    let url = format!("{}/{}", collection(&Place::new(kind, object.namespace())), object.name());
    let request = Request::patch(url).header("content-type", "application/merge-patch+json");
    send(request, patch, context).await?;
    Ok(TrialState { object: format!("{}/{}", kind.singular, object.name()), ..TrialState::default() })
}

async fn send(request: http::request::Builder, body: &Value, context: &Context) -> kube::Result<Value> {
    let request = request.body(body.to_string().into_bytes()).map_err(kube::Error::HttpError)?;
    context.client.request(request).await
}

/// The generations of everything that was read: the learner's changes raise them.
fn generations(world: &World) -> String {
    let kinds = [&builtin::DEPLOYMENT, &builtin::STATEFUL_SET, &builtin::DAEMON_SET, &builtin::SERVICE];
    let all = kinds.into_iter().flat_map(|kind| world.all(kind, None));
    let each = all.map(|object| match object.generation() {
        0 => format!("{}:{}", object.uid(), object.resource_version()),
        generation => format!("{}:{generation}", object.uid()),
    });
    each.collect::<Vec<_>>().join(",")
}

fn store(snap: &mut Snap, key: &str, state: &TrialState) {
    // A plain struct of texts and numbers has a JSON form.
    if let Ok(value) = to_value(state) {
        snap.insert(key.to_owned(), value);
    }
}

/// Judges all checks but the trials.
pub(super) fn others_hold(step: &Step, facts: &Facts<'_>) -> bool {
    facts.failures(step).iter().all(|(check, _)| is_tried(check))
}
