//! Walks a chapter as a learner does who solves one step after the other, and keeps what each arrival was like.

use std::collections::BTreeSet;

use crate::base::UserError;
use crate::check::Verdict;
use crate::environment::Inventory;
use crate::lesson::{Chapter, Language, Step};

use super::desk::Desk;

/// How it was to arrive at a step from the one before it.
#[derive(Default)]
pub(super) enum Arrival {
    /// Nobody came by: the first step, or one behind a step that could not be solved.
    #[default]
    None,
    /// The step could not be prepared.
    Failed(UserError),
    /// Somebody arrived.
    Came(Box<Arrived>),
}

/// Somebody arrived.
pub(super) struct Arrived {
    /// The step that was solved before, `pods/run`.
    pub from: String,
    /// The verdict on arrival.
    pub verdict: Verdict,
    /// What the cluster held, once it was quiet.
    pub inventory: Result<Inventory, UserError>,
    /// Files of which the step speaks, which are there, and which nobody finds who comes by `goto`.
    pub files: Vec<String>,
    /// The verdict after the step's first solution, and what its commands printed.
    pub solved: Verdict,
    pub printed: String,
}

/// Walks up to the step with that index; one entry for each step of the chapter.
pub(super) async fn arrivals(desk: &mut Desk, chapter: &Chapter, last: usize) -> Vec<Arrival> {
    let mut arrivals: Vec<Arrival> = chapter.steps.iter().map(|_| Arrival::None).collect();
    if last == 0 {
        return arrivals;
    }
    let mut from: Option<String> = None;
    for (index, step) in chapter.steps.iter().enumerate().take(last + 1) {
        if let Err(error) = desk.enter(step, from.is_none()).await {
            arrivals[index] = Arrival::Failed(error);
            from = None;
            continue;
        }
        let verdict = desk.verdict(step, Language::En).await;
        let files = files_brought(desk, step);
        let arrived = from.take();
        let inventory = match &arrived {
            Some(_) => desk.inventory().await,
            None => Ok(Inventory::default()),
        };
        let way = step.solutions.first().cloned().unwrap_or_default();
        desk.run(&way, step).await;
        let mut answered = true;
        // The verdict before the questions lets time pass until they can be answered.
        desk.settled_verdict(step).await;
        for question in &step.questions {
            answered &= desk.answer(question, &[Language::En]).await.is_ok();
        }
        let solved = desk.settled_verdict(step).await;
        if solved == Verdict::Passed && answered {
            from = Some(format!("{}/{}", chapter.id, step.id));
        }
        if let Some(from) = arrived {
            let printed = desk.printed.clone();
            arrivals[index] =
                Arrival::Came(Box::new(Arrived { from, verdict, inventory, files, solved, printed }));
        }
    }
    arrivals
}

/// The files of the workspace of which a step speaks and which it does not hand out.
fn files_brought(desk: &Desk, step: &Step) -> Vec<String> {
    let prose = step.prose.get(Language::En);
    let breaks = |letter: char| !(letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '/'));
    let words = prose.split(breaks).map(|word| word.trim_matches('.')).filter(|word| word.contains('.'));
    let workspace = desk.environment().workspace();
    let is_there = |name: &&str| workspace.path_of(name).is_ok_and(|path| path.is_file());
    let handed_out = |name: &&str| step.files.iter().any(|file| file.name == **name);
    let brought: BTreeSet<&str> = words.filter(is_there).filter(|name| !handed_out(name)).collect();
    brought.into_iter().map(str::to_owned).collect()
}
