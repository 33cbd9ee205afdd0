//! Judges a step by the state of the cluster, through a `kube::Client` alone.

mod answer;
mod chain;
mod judge;
mod observer;
mod partial;
mod verdict;
mod words;
mod world;

use std::collections::BTreeMap;

use http::Request;
use serde_json::Value;

use crate::base::{ResultExt, UserError};
use crate::lesson::{Answer, Form, HttpProbe, Language, Question, Step, ValueOrigin, ValueSource};

pub use answer::chosen;
pub use observer::Observer;
pub use verdict::{Difference, Verdict};

use judge::{Facts, Reply, judge};
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
    /// What the step remembers of its beginning.
    pub snap: BTreeMap<String, Value>,
}

/// Judges a step as the cluster is now.
pub async fn evaluate(step: &Step, context: &Context) -> Verdict {
    let world = match World::read(&context.client, places(step, &context.namespace), &context.namespace).await
    {
        Ok(world) => world,
        Err(error) => {
            let error = error.to_string();
            return Verdict::Broken { what: say(context.language, Phrase::Unreachable(&error)) };
        }
    };
    let replies = replies(step, context).await;
    let facts = Facts {
        world: &world,
        language: context.language,
        answers: &context.answers,
        commands: &context.commands,
        questions: &step.questions,
        snap: &context.snap,
        replies: &replies,
    };
    judge(step, &facts)
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
            _ => {
                remembered.insert(name.clone(), Value::Array(values));
            }
        }
    }
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
    let mut replies = Vec::new();
    for check in &step.checks {
        if let Form::Http(probe) = &check.form {
            replies.push((probe.clone(), send(probe, context).await));
        }
    }
    replies
}

/// One request through the API server's Service proxy.
async fn send(probe: &HttpProbe, context: &Context) -> Reply {
    let uri = format!(
        "/api/v1/namespaces/{}/services/{}:{}/proxy{}",
        context.namespace, probe.service, probe.port, probe.path
    );
    let request = Request::get(uri).body(Vec::new()).map_err(|error| error.to_string())?;
    match context.client.request_text(request).await {
        Ok(body) => Ok((200, body)),
        Err(kube::Error::Api(status)) => Ok((status.code, status.message)),
        Err(error) => Err(error.to_string()),
    }
}
