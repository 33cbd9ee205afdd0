//! Why an expectation does not hold, for those about one object, a rule, a probe, an answer or a command.

use crate::apimachinery::{Object, resolve_kind};
use crate::base::{Value, json};
use crate::lesson::{Expectation, Form, HttpProbe, ObjectRef, Rule, Selection, ValueOrigin};

use super::super::partial::{self, Gap, gaps, shorten};
use super::super::rule::{Bindings, Outcome};
use super::super::state;
use super::super::verdict::Difference;
use super::super::why::Finding;
use super::super::words::Phrase;
use super::Facts;

/// Why an expectation does not hold.
#[derive(Debug, Default)]
pub(in crate::check) struct Failure {
    /// The differences, the first being the one to tell.
    pub differences: Vec<Difference>,
    /// Whether only the cluster has still to act.
    pub observed: bool,
    /// What keeps the cluster from it, or what the learner seems to have done instead.
    pub finding: Option<Finding>,
    /// The object that is not there at all, like `pod/hello`.
    pub missing: Option<String>,
    /// Whether it cannot be judged before the other checks hold.
    pub waits_for_others: bool,
    /// Why its rule cannot be told, for whoever wrote it.
    pub unclear: Option<String>,
    /// What it is about.
    pub about: About,
}

/// What a failure is about: where to look for its cause.
#[derive(Debug, Default)]
pub(in crate::check) enum About {
    /// Nothing in the cluster.
    #[default]
    Nothing,
    /// A named object, and where it differs.
    Object(ObjectRef, Vec<Gap>),
    /// A selection, and where the object that comes nearest differs.
    Selection(Selection, Vec<Gap>),
    /// A Service that was asked.
    Service(HttpProbe),
    /// What a rule reads.
    Rule(Vec<ValueOrigin>),
    /// An object by kind, namespace and name that keeps something from happening.
    Culprit(ObjectRef),
}

impl Failure {
    /// Whether waiting does not help.
    pub(super) fn is_stuck(&self) -> bool {
        self.finding.as_ref().is_some_and(|finding| finding.lasts)
    }
}

impl Facts<'_> {
    /// Why an expectation does not hold; `None` when it does.
    pub(in crate::check) fn failure(&self, check: &Expectation) -> Option<Failure> {
        let failure = match &check.form {
            Form::Match { object, contains, settled, rule } => {
                self.match_failure(check, object, contains, settled.is_some(), rule.as_ref())
            }
            Form::Selection { selection, quantifier } => self.selection_failure(check, selection, quantifier),
            Form::Rule { with, rule } => self.rule_failure(check, with, rule),
            Form::Absent(object) => self.absent_failure(check, object),
            Form::Either(either) => self.either_failure(check, either),
            Form::Http(probe) => self.http_failure(check, probe),
            // Only the checks of a step themselves bring something about.
            Form::Requests { .. } | Form::Trial(_) => None,
            Form::Answer(question) => (!self.answers.contains_key(question)).then(|| {
                let choose =
                    self.step.questions.iter().any(|one| one.id == *question && !one.choices.is_empty());
                let phrase = if choose { Phrase::NoChoiceYet } else { Phrase::NoAnswerYet };
                self.simple(check, String::new(), self.say(phrase))
            }),
            Form::Command(words) => (!self.commands.iter().any(|line| holds_words(line, words)))
                .then(|| self.simple(check, words.join(" "), self.say(Phrase::NotRunYet))),
        };
        let mut failure = failure.or_else(|| self.unsteady_failure(check))?;
        failure.observed &= check.wait;
        Some(failure)
    }

    /// What holds, and may not hold for long.
    fn unsteady_failure(&self, check: &Expectation) -> Option<Failure> {
        let (pod, unsteady) = self.unsteady(check)?;
        let object = ObjectRef {
            kind: &crate::apimachinery::builtin::POD,
            name: pod.name().to_owned(),
            namespace: Some(pod.namespace().to_owned()),
        };
        let about = About::Culprit(object);
        let told = self.simple(check, String::new(), self.say(unsteady.phrase));
        Some(Failure { observed: true, about, ..told })
    }

    fn match_failure(
        &self,
        check: &Expectation,
        object: &ObjectRef,
        contains: &Value,
        settled: bool,
        rule: Option<&Rule>,
    ) -> Option<Failure> {
        let Some(found) = self.world.object(object) else { return Some(self.missing(check, object)) };
        if found.is_terminating() && contains.pointer("/metadata/deletionTimestamp").is_none() {
            let going = self.simple(check, String::new(), self.say(Phrase::Terminating));
            return Some(Failure { about: About::Object(object.clone(), Vec::new()), ..going });
        }
        let gaps = gaps(contains, Some(found.value()), self.snap);
        if !gaps.is_empty() {
            let observed = gaps.iter().all(is_status);
            let differences = self.differences(check, &gaps);
            let about = About::Object(object.clone(), gaps);
            return Some(Failure { differences, observed, about, ..Failure::default() });
        }
        if let Some(rule) = rule {
            let bindings = Bindings::new(self.snap).with("object", Some(found));
            let outcome = bindings.judge(rule);
            if let Some(actual) = self.rule_gap(&outcome) {
                let mut failure = self.simple(check, told_rule(rule, &outcome), actual);
                failure.observed = rule.0.contains(".status");
                failure.unclear = outcome.why_unclear();
                failure.about = About::Object(object.clone(), Vec::new());
                return Some(failure);
            }
        }
        // Whoever asks for a phase in which no Pod is ready asks for that, and not for one that is.
        let otherwise = |phase: &Value| !partial::contains(phase, Some(&json!("Running")), self.snap);
        let ends = contains.pointer("/status/phase").is_some_and(otherwise);
        let actual = if settled && !ends { state::unsettled(found)? } else { return None };
        let about = About::Object(object.clone(), Vec::new());
        Some(Failure { observed: true, about, ..self.simple(check, String::new(), self.say(actual)) })
    }

    /// What to say about a rule that is not true.
    pub(super) fn rule_gap(&self, outcome: &Outcome) -> Option<String> {
        match outcome {
            Outcome::True => None,
            Outcome::False => Some(self.say(Phrase::NotTrue)),
            // What it reads is not there yet.
            Outcome::Unclear(why) if why.starts_with(NO_KEY) => Some(self.say(Phrase::NotTrue)),
            Outcome::Unclear(why) => Some(self.say(Phrase::Unclear(why))),
        }
    }

    fn rule_failure(
        &self,
        check: &Expectation,
        with: &[(String, ValueOrigin)],
        rule: &Rule,
    ) -> Option<Failure> {
        let mut bindings = Bindings::new(self.snap);
        for (name, origin) in with {
            bindings = match origin {
                ValueOrigin::Object(object) => {
                    let found = self.world.object(object).filter(|found| !found.is_terminating());
                    bindings.with(name, found)
                }
                ValueOrigin::Selection(selection) => {
                    bindings.with_list(name, &self.world.select(selection, self.snap))
                }
            };
        }
        let outcome = bindings.judge(rule);
        let actual = self.rule_gap(&outcome)?;
        // An object that is not there explains a rule that cannot be told.
        let absent = with.iter().find_map(|(_, origin)| match origin {
            ValueOrigin::Object(object) => self.world.object(object).is_none().then_some(object),
            ValueOrigin::Selection(_) => None,
        });
        if let (Outcome::Unclear(_), Some(object)) = (&outcome, absent) {
            return Some(self.missing(check, object));
        }
        let observed = rule.0.contains(".status");
        let about = About::Rule(with.iter().map(|(_, origin)| origin.clone()).collect());
        let unclear = outcome.why_unclear();
        Some(Failure { observed, about, unclear, ..self.simple(check, told_rule(rule, &outcome), actual) })
    }

    fn absent_failure(&self, check: &Expectation, object: &ObjectRef) -> Option<Failure> {
        let found = self.world.object(object)?;
        let observed = found.is_terminating();
        let actual = if observed { Phrase::Terminating } else { Phrase::StillThere };
        let about = if observed { About::Culprit(object.clone()) } else { About::Nothing };
        Some(Failure { observed, about, ..self.simple(check, String::new(), self.say(actual)) })
    }

    /// The alternative that comes nearest is the one that is told.
    fn either_failure(&self, check: &Expectation, either: &[Expectation]) -> Option<Failure> {
        let mut failures = Vec::new();
        for one in either {
            failures.push(self.failure(one)?);
        }
        let rank =
            |failure: &Failure| (!failure.observed, failure.missing.is_some(), failure.differences.len());
        let mut nearest = failures.into_iter().min_by_key(rank).unwrap_or_default();
        if nearest.differences.is_empty() {
            nearest.differences.push(self.difference(check, String::new(), String::new()));
        }
        for difference in &mut nearest.differences {
            check.that.get(self.language).clone_into(&mut difference.that);
        }
        Some(nearest)
    }

    fn http_failure(&self, check: &Expectation, probe: &HttpProbe) -> Option<Failure> {
        let reply = self.replies.iter().find(|(sent, _)| sent == probe).map(|(_, reply)| reply);
        let mut expected = format!("HTTP {} {}", probe.status, probe.contains.as_deref().unwrap_or_default());
        let actual = match reply {
            Some(Ok(answered)) if answered.is_right(probe) => {
                if answered.distinct >= probe.distinct {
                    return None;
                }
                expected = self.say(Phrase::DifferentAnswers(probe.distinct));
                self.say(Phrase::DifferentAnswers(answered.distinct))
            }
            Some(Ok(answered)) => format!("HTTP {} {}", answered.status, first_line(&answered.body)),
            Some(Err(error)) => format!("{}: {error}", self.say(Phrase::NoReply)),
            None => self.say(Phrase::NoReply),
        };
        let service = ObjectRef {
            kind: &crate::apimachinery::builtin::SERVICE,
            name: probe.service.clone(),
            namespace: probe.namespace.clone(),
        };
        if self.world.object(&service).is_none() {
            return Some(self.missing(check, &service));
        }
        let failure = self.simple(check, expected.trim_end().to_owned(), shorten(&actual));
        Some(Failure { observed: true, about: About::Service(probe.clone()), ..failure })
    }

    pub(super) fn missing(&self, check: &Expectation, object: &ObjectRef) -> Failure {
        let name = object.to_string();
        let actual = self.say(Phrase::NoSuchObject(&name));
        let about = About::Object(object.clone(), Vec::new());
        Failure { missing: Some(name), about, ..self.simple(check, String::new(), actual) }
    }

    pub(super) fn differences(&self, check: &Expectation, gaps: &[Gap]) -> Vec<Difference> {
        let to_difference = |gap: &Gap| {
            let actual = gap.actual.clone().unwrap_or_else(|| self.say(Phrase::Nothing));
            self.difference(check, format!("{}: {}", gap.path, gap.expected), actual)
        };
        gaps.iter().map(to_difference).collect()
    }

    /// As `differences`, with the object's name.
    pub(super) fn differences_of(
        &self,
        check: &Expectation,
        object: &Object,
        gaps: &[Gap],
    ) -> Vec<Difference> {
        let mut differences = self.differences(check, gaps);
        for difference in &mut differences {
            difference.actual = format!("{}: {}", object.name(), difference.actual);
        }
        differences
    }
}

/// How the evaluator says that a field is not there.
const NO_KEY: &str = "no such key";

/// A rule that cannot be told, for whoever wrote it; of one that is false, the sentence says enough.
pub(super) fn told_rule(rule: &Rule, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Unclear(why) if !why.starts_with(NO_KEY) => shorten(&rule.0),
        _ => String::new(),
    }
}

/// Whether a gap is for the cluster to close.
pub(super) fn is_status(gap: &Gap) -> bool {
    gap.path == "status" || gap.path.starts_with("status.")
}

fn first_line(body: &str) -> &str {
    body.lines().next().unwrap_or_default()
}

/// Whether a command line contains the words in this order, in one of its commands.
fn holds_words(line: &str, words: &[String]) -> bool {
    let commands = line.split(['|', ';', '\n']).flat_map(|part| part.split("&&"));
    commands.into_iter().any(|command| {
        let mut wanted = words.iter().peekable();
        for word in command.split_whitespace() {
            wanted.next_if(|wanted| means(word, wanted));
        }
        wanted.peek().is_none()
    })
}

/// Whether a word of a command means the wanted one: alternatives stand between bars, kinds have several names.
fn means(word: &str, wanted: &str) -> bool {
    let kind = |word: &str| resolve_kind(word.split('/').next().unwrap_or_default());
    wanted.split('|').any(|wanted| {
        let same_kind = || !wanted.contains('/') && kind(wanted).is_some() && kind(word) == kind(wanted);
        word == wanted || (wanted == "kubectl" && word == "k") || (!word.starts_with('-') && same_kind())
    })
}
