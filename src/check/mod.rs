//! Judges a step by the state of the cluster, through a `kube::Client` alone.

mod answer;
mod judge;
mod last_answer;
mod luck;
mod observer;
mod partial;
mod probe;
mod rule;
mod state;
mod steadiness;
mod trial;
mod verdict;
mod why;
mod words;
mod world;

use std::collections::BTreeMap;

use crate::base::{ResultExt, UserError, Value};
use crate::lesson::{Answer, HttpProbe, Language, Question, Reading, Step, ValueOrigin, ValueSource};

pub use answer::chosen;
pub use last_answer::LastAnswer;
pub use observer::Observer;
pub use verdict::{Difference, Explanation, Judgement, Reason, Verdict};

use judge::{Facts, judge};
use probe::Reply;
use steadiness::Now;
use words::{Phrase, say};
use world::{World, places, places_of_origin};

/// What a judgement may look at.
#[derive(Clone)]
pub struct Context {
    /// The learner's cluster.
    pub client: kube::Client,
    /// The namespace of the lessons.
    pub namespace: String,
    /// The language of what is said.
    pub language: Language,
    /// Right answers given at this step: question → answer. An answer that was right stays right,
    /// though the cluster moves on.
    pub answers: BTreeMap<String, String>,
    /// Commands run at this step, oldest first.
    pub commands: Vec<String>,
    /// What the last of them answered, where it was heard.
    pub answered: Option<LastAnswer>,
    /// What the step remembers of its beginning.
    pub snap: BTreeMap<String, Value>,
}

/// Judges a step as the cluster is now; does what its trials say, once all else holds.
pub async fn evaluate(step: &Step, context: &Context) -> Judgement {
    judge_step(step, context, true).await
}

/// As `evaluate`, without a look at the reasons: cheap, but a state that is stuck counts as on its way.
pub async fn glance(step: &Step, context: &Context) -> Judgement {
    judge_step(step, context, false).await
}

async fn judge_step(step: &Step, context: &Context, explain: bool) -> Judgement {
    let mut world =
        match World::read(&context.client, places(step, &context.namespace), &context.namespace).await {
            Ok(world) => world,
            Err(error) => {
                let error = error.to_string();
                let what = say(context.language, Phrase::Unreachable(&error));
                return Judgement { verdict: Verdict::Broken { what }, remembered: None, again: None };
            }
        };
    let mut snap = context.snap.clone();
    let mut sight = Sight { replies: replies(step, context).await, ..Sight::default() };
    let others_hold = trial::others_hold(step, &sight.facts(step, context, &world, &snap, false));
    if trial::proceed(step, context, &world, &mut snap, others_hold).await
        && let Ok(now) = World::read(&context.client, world.places(), &context.namespace).await
    {
        world = now;
    }
    let mut verdict = judge(step, &sight.facts(step, context, &world, &snap, false));
    if matches!(verdict, Verdict::Passed) {
        sight.now = steadiness::read(step, &context.client, &mut world, &snap).await;
        if sight.now.is_some() {
            verdict = judge(step, &sight.facts(step, context, &world, &snap, false));
        }
    }
    if matches!(verdict, Verdict::Passed) && luck::rule_out(&mut sight.replies, context, &mut world).await {
        verdict = judge(step, &sight.facts(step, context, &world, &snap, false));
    }
    if explain && !matches!(verdict, Verdict::Passed) {
        world.widen(&context.client, why::places(step, &context.namespace)).await;
        sight.logs = why::logs(&world, context).await;
        verdict = judge(step, &sight.facts(step, context, &world, &snap, true));
    }
    let again = sight.facts(step, context, &world, &snap, false).look_again();
    let remembered = (snap != context.snap).then_some(snap);
    Judgement { verdict, remembered, again }
}

/// Why a step is not passed: every broken link that its checks lead to; where they lead to none, what is
/// wrong beside them.
pub async fn why_step(step: &Step, context: &Context) -> Explanation {
    let mut explanation = Explanation::default();
    let read = World::read(&context.client, places(step, &context.namespace), &context.namespace).await;
    let mut world = match read {
        Ok(world) => world,
        Err(error) => {
            explanation.text = say(context.language, Phrase::Unreachable(&error.to_string()));
            return explanation;
        }
    };
    world.widen(&context.client, why::places(step, &context.namespace)).await;
    let logs = why::logs(&world, context).await;
    let sight = Sight { replies: replies(step, context).await, logs, now: None };
    let facts = sight.facts(step, context, &world, &context.snap, true);
    let mut findings: Vec<_> =
        facts.failures(step).into_iter().filter_map(|(_, failure)| failure.finding).collect();
    if findings.is_empty() {
        findings = why::survey(&world, &sight.logs, &context.namespace);
    }
    for finding in findings {
        let reason = finding.reason(context.language);
        if !explanation.reasons.contains(&reason) {
            explanation.reasons.push(reason);
        }
    }
    explanation
}

/// Why an object that a learner names is as it is.
pub async fn why(target: &str, context: &Context) -> Explanation {
    why::explain_target(target, context).await
}

/// As `evaluate`, but looks no further than the checks, and tells only whether the step is passed.
pub async fn is_passed(step: &Step, context: &Context) -> bool {
    let world = World::read(&context.client, places(step, &context.namespace), &context.namespace).await;
    let Ok(mut world) = world else { return false };
    let mut sight = Sight { replies: replies(step, context).await, ..Sight::default() };
    let holds = |sight: &Sight, world: &World| {
        matches!(judge(step, &sight.facts(step, context, world, &context.snap, false)), Verdict::Passed)
    };
    if !holds(&sight, &world) {
        return false;
    }
    sight.now = steadiness::read(step, &context.client, &mut world, &context.snap).await;
    let steady = sight.now.is_none() || holds(&sight, &world);
    let other = steady && luck::rule_out(&mut sight.replies, context, &mut world).await;
    steady && (!other || holds(&sight, &world))
}

/// The checks whose rules cannot be told of what is there, and why: they read a field that is not.
pub async fn unclear(step: &Step, context: &Context) -> Vec<(usize, String)> {
    let read = World::read(&context.client, places(step, &context.namespace), &context.namespace).await;
    let Ok(world) = read else { return Vec::new() };
    let sight = Sight::default();
    let facts = sight.facts(step, context, &world, &context.snap, false);
    let checks = step.checks.iter().enumerate();
    checks.filter_map(|(index, check)| Some((index, facts.failure(check)?.unclear?))).collect()
}

/// What was learnt from the cluster beside its objects.
#[derive(Default)]
struct Sight {
    replies: Vec<(HttpProbe, Reply)>,
    logs: BTreeMap<String, String>,
    now: Option<Now>,
}

impl Sight {
    fn facts<'a>(
        &'a self,
        step: &'a Step,
        context: &'a Context,
        world: &'a World,
        snap: &'a BTreeMap<String, Value>,
        explain: bool,
    ) -> Facts<'a> {
        Facts {
            world,
            language: context.language,
            answers: &context.answers,
            commands: &context.commands,
            answered: context.answered.as_ref(),
            step,
            snap,
            replies: &self.replies,
            logs: &self.logs,
            now: self.now,
            explain,
        }
    }
}

/// Reads what the step remembers of its beginning: one value as it is, several as a list, none as nothing.
///
/// # Errors
/// When the cluster cannot be read.
pub async fn remember(step: &Step, context: &Context) -> Result<BTreeMap<String, Value>, UserError> {
    let mut remembered = BTreeMap::new();
    for (name, source) in &step.snap {
        let mut values = read(source, context).await.while_doing(|| format!("cannot remember {name}"))?;
        match (&source.from, values.len()) {
            (_, 0) => {}
            (ValueOrigin::Object(_), 1) => {
                remembered.insert(name.clone(), values.swap_remove(0));
            }
            _ if matches!(source.read, Reading::Rule(_)) => {
                remembered.insert(name.clone(), values.swap_remove(0));
            }
            _ => {
                remembered.insert(name.clone(), Value::Array(values));
            }
        }
    }
    let places = places(step, &context.namespace);
    let world = World::read(&context.client, places, &context.namespace).await;
    trial::remember(
        step,
        &world.while_doing(|| "cannot remember the step's start".to_owned())?,
        &mut remembered,
    );
    Ok(remembered)
}

/// Judges an answer to a question.
///
/// # Errors
/// What to say about a wrong answer, in the learner's language; perhaps nothing.
pub async fn judge_answer(question: &Question, answer: &str, context: &Context) -> Result<(), String> {
    let right = right_answers(question, context).await.map_err(|error| {
        let error = error.to_string();
        say(context.language, Phrase::Unreachable(&error))
    })?;
    if answer::is_right(answer, &right) {
        return Ok(());
    }
    Err(question
        .feedback
        .as_ref()
        .map(|feedback| feedback.get(context.language).to_owned())
        .unwrap_or_default())
}

/// The answer that is right now, for a learner who asks for the solution.
pub async fn right_answer(question: &Question, context: &Context) -> Option<String> {
    right_answers(question, context).await.ok()?.into_iter().next()
}

async fn right_answers(question: &Question, context: &Context) -> kube::Result<Vec<String>> {
    let values = match &question.answer {
        Answer::Cluster(source) => read(source, context).await?,
        Answer::OneOf(_) | Answer::Choice(_) => Vec::new(),
    };
    Ok(answer::right_answers(question, context.language, values))
}

async fn read(source: &ValueSource, context: &Context) -> kube::Result<Vec<Value>> {
    let places = places_of_origin(&source.from, &context.namespace);
    let world = World::read(&context.client, places, &context.namespace).await?;
    Ok(answer::values(source, &world, &context.snap))
}

/// Sends the probes of a step.
async fn replies(step: &Step, context: &Context) -> Vec<(HttpProbe, Reply)> {
    let mut replies: Vec<(HttpProbe, Reply)> = Vec::new();
    for probe in probe::probes(step) {
        if !replies.iter().any(|(sent, _)| sent == probe) {
            replies.push((probe.clone(), probe::send(probe, context).await));
        }
    }
    replies
}
