//! The proof of one step, from its start state on.

use crate::check::Verdict;
use crate::environment::Inventory;
use crate::lesson::{Diagnostic, Form, Language, Severity, Step};

use super::ProofSettings;
use super::desk::{Desk, Kept, Ran};
use super::findings::{Findings, told};
use super::mutants::{Mutant, mutants};
use super::told::{are_told, is_by_itself, is_told, presence};
use super::walk::Arrival;

/// Differences between `goto` and arriving that are told for a step.
const DIFFERENCES_MAX: usize = 4;

/// What was tried.
#[derive(Default)]
pub(super) struct Counts {
    pub solutions: usize,
    pub mutants: usize,
    pub mistakes: usize,
}

/// Proves a step; `arrival` tells how it was to arrive there.
pub(super) async fn prove(
    desk: &mut Desk,
    step: &Step,
    arrival: Arrival,
    settings: &ProofSettings,
    findings: &mut Findings<'_>,
) -> Counts {
    if let Err(error) = desk.enter(step, true).await {
        let hint = error.hints.first().cloned().unwrap_or_default();
        findings.add("start-fails", findings.origin().at, error.message, &hint);
        return Counts::default();
    }
    let kept = desk.keep(step);
    let mut proof = Proof {
        desk,
        step,
        settings,
        findings,
        kept,
        failed: vec![false; step.checks.len()],
        failed_there: vec![false; step.checks.len()],
        heard: vec![false; step.mistakes.len()],
        counts: Counts::default(),
    };
    proof.start().await;
    let start = proof.desk.inventory().await.ok();
    proof.solutions().await;
    proof.mistakes().await;
    if settings.mutants {
        proof.mutants().await;
        proof.checks_that_never_failed();
    }
    proof.reset(start.as_ref()).await;
    proof.arrival(arrival, start.as_ref());
    proof.unheard_mistakes();
    proof.counts
}

struct Proof<'a, 'f> {
    desk: &'a mut Desk,
    step: &'a Step,
    settings: &'a ProofSettings,
    findings: &'a mut Findings<'f>,
    /// The step's start.
    kept: Kept,
    /// For each check, whether it failed in some state.
    failed: Vec<bool>,
    /// For each check, whether it failed while its object was there.
    failed_there: Vec<bool>,
    /// For each mistake, whether its words were heard.
    heard: Vec<bool>,
    counts: Counts,
}

impl Proof<'_, '_> {
    /// Goes back to the step's start; a cluster that does not let us is told once.
    async fn back(&mut self) -> bool {
        match self.desk.back_to(&self.kept).await {
            Ok(()) => true,
            Err(error) => {
                self.findings.add("start-fails", self.findings.origin().at, error.message, "");
                false
            }
        }
    }

    async fn start(&mut self) {
        self.look_at_checks().await;
        self.desk.tell_unclear(self.step, self.findings).await;
        for (index, mistake) in self.step.mistakes.iter().enumerate() {
            if self.desk.hold(&mistake.when, self.step).await {
                let message =
                    format!("mistake {} holds at the start, before the learner did anything", index + 1);
                let hint = "describe what only the mistake brings about";
                self.findings.add("mistake-matches", self.findings.origin().mistakes[index], message, hint);
            }
        }
        let verdict = self.desk.settled_verdict(self.step).await;
        let at = self.findings.origin().at;
        match verdict {
            Verdict::NotYet { .. } => {}
            Verdict::Passed => {
                let hint = "check what the learner is asked to bring about, or change the start state";
                self.findings.add("start-passes", at, "the step is passed before anything was done", hint);
            }
            other => {
                let message = format!("before anything was done the verdict is {}", told(&other));
                self.findings.add("start-verdict", at, message, "a step starts as `not yet`");
            }
        }
    }

    /// Notes which checks fail as things stand.
    async fn look_at_checks(&mut self) {
        for (index, check) in self.step.checks.iter().enumerate() {
            if self.failed_there[index] || self.desk.hold(std::slice::from_ref(check), self.step).await {
                continue;
            }
            self.failed[index] = true;
            self.failed_there[index] = match presence(check) {
                Some(presence) => self.desk.hold(&[presence], self.step).await,
                None => true,
            };
        }
    }

    async fn solutions(&mut self) {
        let mut ways = self.step.solutions.clone();
        if ways.is_empty() {
            ways.push(Vec::new());
        }
        for (number, way) in ways.iter().enumerate() {
            if !self.back().await {
                return;
            }
            self.counts.solutions += 1;
            for (index, line) in way.iter().enumerate() {
                let ran = self.desk.run_line(line).await;
                self.complain_about_command(number, index, line, &ran);
                // On its way counts as well: a check that waits for the cluster fails here.
                self.look_at_checks().await;
                self.desk.let_quiet_come(self.step).await;
            }
            self.desk.settled_verdict(self.step).await;
            self.questions(number == 0).await;
            let verdict = self.desk.settled_verdict(self.step).await;
            if verdict != Verdict::Passed {
                let at = self.way_at(number, 0);
                let message = format!("solution {} does not pass the step: {}", number + 1, told(&verdict));
                let hint = shown_output(&self.desk.printed);
                self.findings.add("solution-fails", at, message, &hint);
                continue;
            }
            for (index, mistake) in self.step.mistakes.iter().enumerate() {
                if self.desk.hold(&mistake.when, self.step).await {
                    let message =
                        format!("mistake {} holds when the step is solved ({})", index + 1, first_line(way));
                    let hint = "describe what only the mistake brings about: a right solution that is on its way would hear of it";
                    self.findings.add(
                        "mistake-matches",
                        self.findings.origin().mistakes[index],
                        message,
                        hint,
                    );
                }
            }
        }
    }

    fn complain_about_command(&mut self, number: usize, index: usize, line: &str, ran: &Ran) {
        if ran.exit_code == 0 {
            return;
        }
        let line = line.lines().next().unwrap_or_default();
        let complaint = ran.complaint.lines().next().unwrap_or_default();
        let message = format!("`{line}` ends with exit code {}: {complaint}", ran.exit_code);
        let at = self.way_at(number, index);
        self.findings.add("command-fails", at, message, "");
    }

    fn way_at(&self, number: usize, command: usize) -> crate::base::Position {
        let origin = self.findings.origin();
        let way = origin.solutions.get(number).and_then(|way| way.get(command).or_else(|| way.first()));
        way.copied().unwrap_or(origin.at)
    }

    /// Answers the questions, as a learner does at the end; complains once.
    async fn questions(&mut self, complain: bool) {
        for (index, question) in self.step.questions.iter().enumerate() {
            let answered = self.desk.answer(question, &self.settings.languages).await;
            if let (Err(why), true) = (answered, complain) {
                let message = format!("the question {:?}: {why}", question.id);
                let at = self.findings.origin().questions[index];
                self.findings.add("answer-rejected", at, message, "");
            }
        }
    }

    /// Makes each mistake as its author says, and listens.
    async fn mistakes(&mut self) {
        let step = self.step;
        for (index, mistake) in
            step.mistakes.iter().enumerate().filter(|(_, mistake)| !mistake.tries.is_empty())
        {
            if !self.back().await {
                return;
            }
            self.counts.mistakes += 1;
            self.desk.run(&mistake.tries, step).await;
            let mut verdict = self.desk.settled_verdict(step).await;
            self.listen(&verdict);
            let at = self.findings.origin().mistakes[index];
            for language in self.settings.languages.clone() {
                let feedback = mistake.say.get(language).to_owned();
                if language != Language::En {
                    verdict = self.desk.verdict(step, language).await;
                }
                if verdict == (Verdict::Mistake { feedback }) {
                    self.heard[index] = true;
                    continue;
                }
                let message = format!(
                    "mistake {} is not answered with its own words ({language}) but: {}",
                    index + 1,
                    told(&verdict)
                );
                let hint = shown_output(&self.desk.printed);
                self.findings.add("mistake-unheard", at, message, &hint);
                break;
            }
            self.look_at_checks().await;
        }
    }

    fn listen(&mut self, verdict: &Verdict) {
        let Verdict::Mistake { feedback } = verdict else { return };
        for (index, mistake) in self.step.mistakes.iter().enumerate() {
            self.heard[index] |= mistake.say.get(Language::En) == feedback;
        }
    }

    async fn mutants(&mut self) {
        // Where only answers count, what was run does not.
        if self.step.checks.iter().all(|check| check.form.question().is_some()) {
            return;
        }
        let ours = self.desk.is_simulated();
        for (number, way) in self.step.solutions.iter().enumerate() {
            let mut needless = Vec::new();
            for mutant in mutants(way, ours) {
                // Of values only those that the step tells are asked for.
                let untold = mutant.class == "value" && !are_told(self.step, &mutant.from);
                if untold || needless.contains(&mutant.command) {
                    continue;
                }
                if !self.back().await {
                    return;
                }
                self.counts.mutants += 1;
                self.desk.run(&mutant.lines, self.step).await;
                self.desk.settled_verdict(self.step).await;
                self.questions(false).await;
                let verdict = self.desk.settled_verdict(self.step).await;
                self.listen(&verdict);
                if verdict == Verdict::Passed {
                    if mutant.class == "namespace" && self.leads_here(way).await {
                        continue;
                    }
                    if mutant.class == "omission" {
                        needless.push(mutant.command);
                    }
                    self.complain_about_mutant(number, &mutant);
                } else {
                    self.look_at_checks().await;
                }
            }
        }
    }

    /// Whether a way leads to what is there now: objects that live outside of namespaces are sent to none.
    async fn leads_here(&mut self, way: &[String]) -> bool {
        let Ok(here) = self.desk.inventory().await else { return false };
        if !self.back().await {
            return false;
        }
        self.desk.run(way, self.step).await;
        self.desk.settled_verdict(self.step).await;
        self.desk.inventory().await.is_ok_and(|there| here.differences(&there).is_empty())
    }

    fn complain_about_mutant(&mut self, number: usize, mutant: &Mutant) {
        let Mutant { class, command, from, to, .. } = mutant;
        let what = if to.is_empty() {
            format!("without `{from}`")
        } else {
            format!("with {to:?} instead of {from:?}")
        };
        let message = format!("solution {} passes {what} as well ({class})", number + 1);
        let told = to.is_empty() || matches!(*class, "namespace" | "value") || is_told(self.step, from);
        let hint = if told {
            format!(
                "let a check ask for it, or allow it: `- {{mutant: {class}, because: …}}` in a block `yaml allow`"
            )
        } else {
            format!(
                "the step does not say so; ask for it, or allow it: `- {{mutant: {class}, because: …}}` in a block `yaml allow`"
            )
        };
        let severity = if told { Severity::Error } else { Severity::Warning };
        let at = self.way_at(number, *command);
        let file = &self.findings.origin().file;
        let diagnostic =
            Diagnostic::new("mutant-passes", file, at, message).hint(hint).with_severity(severity);
        self.findings.push(diagnostic, Some(class));
    }

    /// A check that held in every state that came up proves nothing.
    fn checks_that_never_failed(&mut self) {
        for (index, check) in self.step.checks.iter().enumerate() {
            let asks = matches!(check.form, Form::Answer(_) | Form::Command(_));
            let there = self.failed[index] && !self.failed_there[index] && is_by_itself(self.step, check);
            let (where_it_held, hint) = if there {
                (
                    "in which its object was there",
                    "no solution says it, so the API server fills it in: ask for what the learner brings about, or let a mistake with `try:` break it",
                )
            } else if self.failed[index] || asks || check.needs {
                continue;
            } else {
                (
                    "that the proof went through",
                    "make it a precondition (`needs: true`) if that is what it is, or let a mistake with `try:` break it",
                )
            };
            let (number, that) = (index + 1, check.that.get(Language::En));
            let message = format!("check {number} held in every state {where_it_held}: {that}");
            self.findings.add("check-never-fails", check.at, message, hint);
        }
    }

    /// Whether a learner's remains go when the step is entered anew.
    async fn reset(&mut self, start: Option<&Inventory>) {
        let at = self.findings.origin().at;
        if self.desk.is_simulated() {
            // The last state may be the start: leave something behind first.
            let way = self.step.solutions.first().cloned().unwrap_or_default();
            self.desk.run(&way, self.step).await;
        }
        if let Err(error) = self.desk.enter(self.step, true).await {
            self.findings.add("leftover", at, format!("`reset` fails: {}", error.message), "");
            return;
        }
        let (Some(start), Ok(again)) = (start, self.desk.inventory().await) else { return };
        for difference in start.differences(&again).iter().take(DIFFERENCES_MAX) {
            let message = format!("after `reset` the world is not as it was at the start: {difference}");
            self.findings.add("leftover", at, message, "");
        }
    }

    /// What it was like to come from the step before.
    fn arrival(&mut self, arrival: Arrival, start: Option<&Inventory>) {
        let at = self.findings.origin().at;
        let arrived = match arrival {
            Arrival::None => return,
            Arrival::Failed(error) => {
                return self.findings.add("arrival-fails", at, format!("on arrival: {}", error.message), "");
            }
            Arrival::Came(arrived) => arrived,
        };
        let from = &arrived.from;
        match &arrived.verdict {
            Verdict::NotYet { .. } | Verdict::Converging { .. } => {}
            Verdict::Passed => {
                let message = format!("who solves {from} finds this step passed on arrival");
                self.findings.add(
                    "arrival-fails",
                    at,
                    message,
                    "what the step before leaves behind must not solve this one",
                );
            }
            other => {
                let message = format!("who solves {from} arrives at a verdict of {}", told(other));
                self.findings.add("arrival-fails", at, message, "");
            }
        }
        if arrived.solved != Verdict::Passed {
            let message =
                format!("who comes from {from} is not passed by solution 1: {}", told(&arrived.solved));
            self.findings.add("arrival-fails", self.way_at(0, 0), message, &shown_output(&arrived.printed));
        }
        for file in &arrived.files {
            let message =
                format!("the step speaks of {file}: who comes from {from} has it, and `goto` finds none");
            let hint = format!("hand it out in a block `yaml file={file}`");
            self.findings.add("arrival-differs", at, message, &hint);
        }
        let (Some(start), Ok(inventory)) = (start, &arrived.inventory) else { return };
        let differences = start.differences(inventory);
        for difference in differences.iter().take(DIFFERENCES_MAX) {
            let message = format!("`goto` and arriving from {from} differ: {difference}");
            let hint = "the first is what `yaml start` makes, the second what the learner brings along";
            self.findings.add(
                "arrival-differs",
                self.findings.origin().start.first().copied().unwrap_or(at),
                message,
                hint,
            );
        }
    }

    /// Mistakes that nobody made.
    fn unheard_mistakes(&mut self) {
        let step = self.step;
        for (index, mistake) in step.mistakes.iter().enumerate() {
            if self.heard[index] || !mistake.tries.is_empty() {
                continue;
            }
            let message = format!("nothing that was tried leads to mistake {}", index + 1);
            let hint = "add `try:` with the commands that make it, from the step's start";
            self.findings.add("mistake-unproved", self.findings.origin().mistakes[index], message, hint);
        }
    }
}

fn first_line(way: &[String]) -> &str {
    way.first().and_then(|line| line.lines().next()).unwrap_or("nothing to run")
}

/// What commands printed, cut to what helps.
fn shown_output(printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = lines.len().saturating_sub(6);
    if lines.is_empty() { String::new() } else { format!("it printed: {}", lines[from..].join(" ⏎ ")) }
}
