//! Proves a course: every step fails before its solution and passes after it, and nothing else passes it.

mod desk;
mod findings;
mod manifest_mutants;
mod mutants;
mod step;
mod survey;
mod told;
mod walk;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

use crate::base::{Stopwatch, UserError};
use crate::environment::Environment;
use crate::lesson::{Course, Diagnostic, Language, Severity};

pub use mutants::MUTANT_CLASSES;
pub use survey::survey;

use desk::Desk;
use findings::Findings;

/// What is to be proved, and how.
#[derive(Clone, Debug)]
pub struct ProofSettings {
    /// Languages in which answers and feedback are judged.
    pub languages: Vec<Language>,
    /// Whether changed solutions are tried.
    pub mutants: bool,
    /// Chapter and step numbers, from 0, in the course's order.
    pub chosen: Vec<(usize, usize)>,
}

/// The proof of one step.
#[derive(Clone, Debug)]
pub struct StepProof {
    /// Chapter and step, from 0.
    pub place: (usize, usize),
    /// `pods/run`.
    pub name: String,
    /// Solutions that were run.
    pub solutions: usize,
    /// Changed solutions that were run.
    pub mutants: usize,
    /// Mistakes that were made.
    pub mistakes: usize,
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
    /// How long it took.
    pub seconds: f64,
}

impl StepProof {
    /// Whether nothing worse than a note was found; warnings count where they are denied.
    #[must_use]
    pub fn is_clean(&self, deny_warnings: bool) -> bool {
        let bad = if deny_warnings { Severity::Warning } else { Severity::Error };
        self.findings.iter().all(|finding| finding.severity < bad)
    }
}

/// Somebody who is told how the proof goes on.
pub trait Onlooker: Send + Sync {
    /// A step is looked at.
    fn began(&self, name: &str);

    /// A step is done.
    fn ended(&self, proof: &StepProof);
}

/// Proves the chosen steps, chapters side by side in as many environments as are given. Once `stop` says so
/// no more is tried, and what was made goes.
///
/// # Errors
/// When a cluster cannot be reached any more.
pub async fn prove(
    course: Arc<Course>,
    settings: ProofSettings,
    environments: Vec<Environment>,
    onlooker: Arc<dyn Onlooker>,
    stop: watch::Receiver<bool>,
) -> Result<Vec<StepProof>, UserError> {
    let mut chapters: Vec<usize> = settings.chosen.iter().map(|(chapter, _)| *chapter).collect();
    chapters.dedup();
    let (chapters, next) = (Arc::new(chapters), Arc::new(AtomicUsize::new(0)));
    let settings = Arc::new(settings);
    let workers: Vec<_> = environments
        .into_iter()
        .map(|environment| {
            let worker = Worker {
                course: Arc::clone(&course),
                settings: Arc::clone(&settings),
                onlooker: Arc::clone(&onlooker),
                desk: Desk::new(environment),
                stop: stop.clone(),
            };
            tokio::spawn(worker.work(Arc::clone(&chapters), Arc::clone(&next)))
        })
        .collect();
    let mut proofs = Vec::new();
    for worker in workers {
        let done = worker.await.map_err(|error| UserError::new(format!("the proof broke off: {error}")))?;
        proofs.extend(done?);
    }
    proofs.sort_by_key(|proof| proof.place);
    Ok(proofs)
}

/// One of those who prove chapters, with a cluster of its own.
struct Worker {
    course: Arc<Course>,
    settings: Arc<ProofSettings>,
    onlooker: Arc<dyn Onlooker>,
    desk: Desk,
    stop: watch::Receiver<bool>,
}

impl Worker {
    async fn work(
        mut self,
        chapters: Arc<Vec<usize>>,
        next: Arc<AtomicUsize>,
    ) -> Result<Vec<StepProof>, UserError> {
        let mut proofs = Vec::new();
        while let Some(chapter) = chapters.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut stop = self.stop.clone();
            tokio::select! {
                done = self.chapter(*chapter) => proofs.extend(done),
                Ok(_) = stop.wait_for(|stop| *stop) => break,
            }
        }
        self.desk.leave().await?;
        Ok(proofs)
    }

    async fn chapter(&mut self, chapter_index: usize) -> Vec<StepProof> {
        let course = Arc::clone(&self.course);
        let Some(chapter) = course.chapters.get(chapter_index) else { return Vec::new() };
        let chosen: Vec<usize> = self
            .settings
            .chosen
            .iter()
            .filter(|(index, _)| *index == chapter_index)
            .map(|(_, step)| *step)
            .collect();
        let last = chosen.iter().max().copied().unwrap_or_default();
        let mut arrivals = walk::arrivals(&mut self.desk, chapter, last).await;
        let mut proofs = Vec::new();
        for index in chosen {
            let Some(step) = chapter.steps.get(index) else { continue };
            let name = format!("{}/{}", chapter.id, step.id);
            self.onlooker.began(&name);
            let stopwatch = Stopwatch::start();
            let mut findings = Findings::new(step);
            let arrival = arrivals.get_mut(index).map(std::mem::take).unwrap_or_default();
            let counts = step::prove(&mut self.desk, step, arrival, &self.settings, &mut findings).await;
            let proof = StepProof {
                place: (chapter_index, index),
                name,
                solutions: counts.solutions,
                mutants: counts.mutants,
                mistakes: counts.mistakes,
                findings: findings.finish(self.settings.mutants),
                seconds: stopwatch.elapsed().as_secs_f64(),
            };
            self.onlooker.ended(&proof);
            proofs.push(proof);
        }
        proofs
    }
}
