//! The judgement itself: a pure function of the step, the world and what the learner did.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::apimachinery::{Object, builtin};
use crate::lesson::{
    Expectation, Form, HttpProbe, Language, ObjectRef, Quantifier, Question, Selection, Step,
};

use super::chain::{self, Trouble};
use super::partial::{Gap, Snap, gaps};
use super::verdict::{Difference, Verdict};
use super::words::{Phrase, say};
use super::world::World;

/// What was answered to a probe: status code and body, or why there was no answer.
pub(super) type Reply = Result<(u16, String), String>;

/// All that a judgement rests on.
pub(super) struct Facts<'a> {
    pub world: &'a World,
    pub language: Language,
    pub answers: &'a BTreeMap<String, String>,
    pub commands: &'a [String],
    pub questions: &'a [Question],
    pub snap: &'a Snap,
    /// Replies to the step's probes; one that was not sent is missing.
    pub replies: &'a [(HttpProbe, Reply)],
}

/// Why an expectation does not hold.
#[derive(Debug, Default)]
struct Failure {
    differences: Vec<Difference>,
    /// Whether only the cluster has still to act.
    observed: bool,
    /// What keeps the cluster from it.
    trouble: Option<Trouble>,
    /// The object that is not there at all, like `pod/hello`.
    missing: Option<String>,
}

/// Judges a step.
pub(super) fn judge(step: &Step, facts: &Facts<'_>) -> Verdict {
    let failures: Vec<(&Expectation, Failure)> =
        step.checks.iter().filter_map(|check| Some((check, facts.failure(check)?))).collect();
    if failures.is_empty() {
        return Verdict::Passed;
    }
    if let Some((broken, _)) = failures.iter().find(|(check, _)| check.needs) {
        return Verdict::Broken { what: broken.that.get(facts.language).to_owned() };
    }
    let committed =
        |when: &[Expectation]| !when.is_empty() && when.iter().all(|one| facts.failure(one).is_none());
    if let Some(mistake) = step.mistakes.iter().find(|mistake| committed(&mistake.when)) {
        return Verdict::Mistake { feedback: mistake.say.get(facts.language).to_owned() };
    }
    let stuck =
        failures.iter().any(|(_, failure)| failure.trouble.as_ref().is_some_and(|trouble| trouble.lasts));
    if failures.iter().all(|(_, failure)| failure.observed) && !stuck {
        let waiting = failures.iter().map(|(check, failure)| facts.waiting(check, failure));
        return Verdict::Converging { waiting: waiting.collect() };
    }
    // What the learner must do comes first; what follows from it needs no words.
    let acting = failures.iter().any(|(_, failure)| !failure.observed);
    let mut missing = BTreeSet::new();
    let told = failures.into_iter().filter(|(_, failure)| {
        let new = failure.missing.as_ref().is_none_or(|object| missing.insert(object.clone()));
        new && (!acting || !failure.observed)
    });
    Verdict::NotYet { differences: told.filter_map(|(_, failure)| failure.told()).collect() }
}

impl Failure {
    /// The first difference, one for each check, with what keeps the cluster from it.
    fn told(self) -> Option<Difference> {
        let mut first = self.differences.into_iter().next()?;
        if let Some(trouble) = self.trouble {
            first.actual = format!("{}; {}", first.actual, trouble.text);
        }
        Some(first)
    }
}

impl Facts<'_> {
    /// Why an expectation does not hold; `None` when it does.
    fn failure(&self, check: &Expectation) -> Option<Failure> {
        let mut failure = match &check.form {
            Form::Match { object, contains, settled } => {
                self.match_failure(check, object, contains, *settled)
            }
            Form::Selection { selection, quantifier } => self.selection_failure(check, selection, quantifier),
            Form::Absent(object) => self.absent_failure(check, object),
            Form::Http(probe) => self.http_failure(check, probe),
            Form::Answer(question) => (!self.answers.contains_key(question)).then(|| {
                let choose = self.questions.iter().any(|one| one.id == *question && !one.choices.is_empty());
                let phrase = if choose { Phrase::NoChoiceYet } else { Phrase::NoAnswerYet };
                self.simple(check, String::new(), self.say(phrase))
            }),
            Form::Command(words) => (!self.commands.iter().any(|line| holds_words(line, words)))
                .then(|| self.simple(check, words.join(" "), self.say(Phrase::NotRunYet))),
        }?;
        failure.observed &= check.wait;
        Some(failure)
    }

    fn match_failure(
        &self,
        check: &Expectation,
        object: &ObjectRef,
        contains: &Value,
        settled: bool,
    ) -> Option<Failure> {
        let Some(found) = self.world.object(object).filter(|found| !found.is_terminating()) else {
            return Some(self.missing(check, object.to_string()));
        };
        let gaps = gaps(contains, Some(found.value()), self.snap);
        let trouble = || chain::trouble_of(self.world, found);
        if !gaps.is_empty() {
            let observed = gaps.iter().all(is_status);
            let trouble = if observed { trouble() } else { None };
            let differences = self.differences(check, &gaps);
            return Some(Failure { differences, observed, trouble, missing: None });
        }
        let actual = if settled { chain::unsettled(found)? } else { return None };
        let differences = vec![self.difference(check, String::new(), self.say(actual))];
        Some(Failure { differences, observed: true, trouble: trouble(), missing: None })
    }

    fn selection_failure(
        &self,
        check: &Expectation,
        selection: &Selection,
        quantifier: &Quantifier,
    ) -> Option<Failure> {
        let selected = self.world.select(selection, self.snap);
        let objects = |count: usize| {
            let kind = if count == 1 { selection.kind.singular } else { selection.kind.plural };
            self.say(Phrase::Objects(count, kind))
        };
        let fitting = |partial: &Value| {
            selected.iter().filter(|object| gaps(partial, Some(object.value()), self.snap).is_empty()).count()
        };
        let found = objects(selected.len());
        let differences = match quantifier {
            Quantifier::Count { at_least, at_most } => {
                let count = u64::try_from(selected.len()).unwrap_or(u64::MAX);
                if count >= *at_least && at_most.is_none_or(|at_most| count <= at_most) {
                    return None;
                }
                vec![self.difference(check, range(*at_least, *at_most), found)]
            }
            Quantifier::Every(_) | Quantifier::Any(_) if selected.is_empty() => {
                vec![self.difference(check, "≥ 1".to_owned(), found)]
            }
            Quantifier::Every(partial) => {
                let wrong = selected.iter().find_map(|object| {
                    let gaps = gaps(partial, Some(object.value()), self.snap);
                    (!gaps.is_empty()).then_some((object, gaps))
                });
                let (object, gaps) = wrong?;
                self.differences_of(check, object, &gaps)
            }
            Quantifier::Any(partial) => {
                if fitting(partial) > 0 {
                    return None;
                }
                self.nearest_differences(check, &selected, partial)
            }
            Quantifier::None(partial) => {
                let count = fitting(partial);
                if count == 0 {
                    return None;
                }
                vec![self.difference(check, objects(0), objects(count))]
            }
        };
        let owner = selection.owned_by.as_ref().map(|owner| self.world.object(owner));
        let observed = match owner {
            Some(owner) => owner.is_some(),
            None => {
                selection.kind == &builtin::ENDPOINT_SLICE
                    || self.only_status_is_missing(&selected, quantifier)
            }
        };
        let trouble = match owner {
            Some(Some(owner)) => chain::trouble_of(self.world, owner),
            _ => selected.iter().find_map(|object| chain::trouble_of(self.world, object)),
        };
        Some(Failure { differences, observed, trouble, missing: None })
    }

    /// Whether the objects are there and only their status is on its way.
    fn only_status_is_missing(&self, selected: &[&Object], quantifier: &Quantifier) -> bool {
        let (Quantifier::Every(partial) | Quantifier::Any(partial)) = quantifier else { return false };
        let waits = |object: &&Object| gaps(partial, Some(object.value()), self.snap).iter().all(is_status);
        match quantifier {
            Quantifier::Every(_) => !selected.is_empty() && selected.iter().all(waits),
            _ => selected.iter().any(waits),
        }
    }

    /// The differences of the object that comes nearest.
    fn nearest_differences(
        &self,
        check: &Expectation,
        selected: &[&Object],
        partial: &Value,
    ) -> Vec<Difference> {
        let with_gaps =
            selected.iter().map(|object| (object, gaps(partial, Some(object.value()), self.snap)));
        let nearest = with_gaps.min_by_key(|(_, gaps)| gaps.len());
        nearest.map(|(object, gaps)| self.differences_of(check, object, &gaps)).unwrap_or_default()
    }

    fn absent_failure(&self, check: &Expectation, object: &ObjectRef) -> Option<Failure> {
        let found = self.world.object(object)?;
        let observed = found.is_terminating();
        let actual = if observed { Phrase::Terminating } else { Phrase::StillThere };
        Some(Failure { observed, ..self.simple(check, String::new(), self.say(actual)) })
    }

    fn http_failure(&self, check: &Expectation, probe: &HttpProbe) -> Option<Failure> {
        let reply = self.replies.iter().find(|(sent, _)| sent == probe).map(|(_, reply)| reply);
        let actual = match reply {
            Some(Ok((status, body))) => {
                let contained = probe.contains.as_ref().is_none_or(|part| body.contains(part));
                if *status == probe.status && contained {
                    return None;
                }
                format!("HTTP {status} {}", first_line(body))
            }
            Some(Err(error)) => format!("{}: {error}", self.say(Phrase::NoReply)),
            None => self.say(Phrase::NoReply),
        };
        let expected = format!("HTTP {} {}", probe.status, probe.contains.as_deref().unwrap_or_default());
        let mut failure = self.simple(check, expected.trim_end().to_owned(), actual);
        match self.world.service_selects(&probe.service) {
            Some(true) => failure.observed = true,
            Some(false) => {
                let text = self.say(Phrase::SelectsNothing);
                failure.trouble = Some(Trouble { text, lasts: true });
            }
            None => return Some(self.missing(check, format!("service/{}", probe.service))),
        }
        Some(failure)
    }

    fn missing(&self, check: &Expectation, object: String) -> Failure {
        let actual = self.say(Phrase::NoSuchObject(&object));
        Failure { missing: Some(object), ..self.simple(check, String::new(), actual) }
    }

    fn simple(&self, check: &Expectation, expected: String, actual: String) -> Failure {
        Failure { differences: vec![self.difference(check, expected, actual)], ..Failure::default() }
    }

    fn difference(&self, check: &Expectation, expected: String, actual: String) -> Difference {
        Difference { that: check.that.get(self.language).to_owned(), expected, actual }
    }

    fn differences(&self, check: &Expectation, gaps: &[Gap]) -> Vec<Difference> {
        let to_difference = |gap: &Gap| {
            let actual = gap.actual.clone().unwrap_or_else(|| self.say(Phrase::Nothing));
            self.difference(check, format!("{}: {}", gap.path, gap.expected), actual)
        };
        gaps.iter().map(to_difference).collect()
    }

    /// As `differences`, with the object's name.
    fn differences_of(&self, check: &Expectation, object: &Object, gaps: &[Gap]) -> Vec<Difference> {
        let mut differences = self.differences(check, gaps);
        for difference in &mut differences {
            difference.actual = format!("{}: {}", object.name(), difference.actual);
        }
        differences
    }

    fn waiting(&self, check: &Expectation, failure: &Failure) -> String {
        let that = check.that.get(self.language);
        match (&failure.trouble, failure.differences.first()) {
            (Some(trouble), _) => format!("{that} ({})", trouble.text),
            (None, Some(difference)) => format!("{that} ({})", difference.actual),
            (None, None) => that.to_owned(),
        }
    }

    fn say(&self, phrase: Phrase<'_>) -> String {
        say(self.language, phrase)
    }
}

fn is_status(gap: &Gap) -> bool {
    gap.path == "status" || gap.path.starts_with("status.")
}

fn range(at_least: u64, at_most: Option<u64>) -> String {
    match at_most {
        Some(at_most) if at_most == at_least => at_most.to_string(),
        Some(at_most) => format!("{at_least}–{at_most}"),
        None => format!("≥ {at_least}"),
    }
}

fn first_line(body: &str) -> &str {
    body.lines().next().unwrap_or_default()
}

/// Whether a command line contains the words in this order.
fn holds_words(line: &str, words: &[String]) -> bool {
    let mut wanted = words.iter().peekable();
    for word in line.split_whitespace() {
        wanted.next_if(|wanted| *wanted == word);
    }
    wanted.peek().is_none()
}

#[cfg(test)]
mod tests;
