//! Judges: now, after each change, or once time has shown what comes.

use std::time::Duration;

use crate::base::timeout;
use crate::check::{self, Context, Judgement, Observer, Verdict};
use crate::progress::Place;

use super::super::event::Event;
use super::Driver;

/// How far simulated time runs ahead for a state that is on its way, where nobody waits.
const CONVERGING_MAX: Duration = Duration::from_secs(15 * 60);

/// How far it runs ahead for one that is not: what the last command set going may still arrive.
pub(super) const NOT_YET_MAX: Duration = Duration::from_secs(30);

/// How long a cluster in real time is given where nobody waits.
const REAL_CONVERGING_MAX: Duration = Duration::from_secs(180);
const REAL_NOT_YET_MAX: Duration = Duration::from_secs(5);

/// Time between two looks at the reasons while time runs ahead.
const REASON_INTERVAL: Duration = Duration::from_secs(10);

/// Time between two looks where time is real.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

impl Driver {
    pub(super) async fn watch(&mut self, place: &Place) -> Option<Event> {
        let step = self.session.step_at(place)?.clone();
        self.observer = Some(Observer::start(self.environment.client(), self.environment.namespace(), &step));
        self.evaluate(false).await
    }

    pub(super) async fn evaluate(&mut self, asked: bool) -> Option<Event> {
        let judgement = check::evaluate(self.session.step()?, &self.context()).await;
        let was_away = self.is_paused();
        let event = self.seen(judgement, asked);
        if was_away && !self.is_paused() {
            self.tell_of_another_cluster().await;
        }
        event
    }

    /// As `evaluate`, without the reasons.
    async fn glance(&mut self, asked: bool) -> Option<Event> {
        let judgement = check::glance(self.session.step()?, &self.context()).await;
        self.seen(judgement, asked)
    }

    /// A judgement of a cluster that is away, or of another one, is none.
    fn seen(&mut self, judgement: Judgement, asked: bool) -> Option<Event> {
        if let Err(error) = self.environment.verify() {
            // Told once, and whenever somebody asks.
            if asked || !std::mem::replace(&mut self.stopped, true) {
                self.stand_still(error);
            }
            return None;
        }
        self.stopped = false;
        if self.is_interrupted() { None } else { Some(self.judged(judgement, asked)) }
    }

    /// Keeps at once what the step has to remember: the next judgement, and one after a crash, begin there.
    fn judged(&mut self, judgement: Judgement, asked: bool) -> Event {
        if let Some(values) = judgement.remembered {
            self.keep(Event::Remembered { values });
        }
        self.again = judgement.again;
        if let Some(observer) = &mut self.observer {
            observer.look_again(judgement.again);
            if let Some(reason) = judgement.verdict.reason() {
                observer.follow_reason(reason, self.environment.namespace());
            }
        }
        Event::Judged { place: self.session.place(), verdict: judgement.verdict, asked }
    }

    /// Judges after a change: that the step is passed is told at once, reasons not so often.
    pub(super) async fn judge_change(&mut self) -> Option<Event> {
        if self.environment.interruption().is_some() != self.is_paused() {
            return self.evaluate(false).await;
        }
        let explains = self.observer.as_mut().is_none_or(Observer::explains);
        let worth_it = explains || check::is_passed(self.session.step()?, &self.context()).await;
        if worth_it { self.evaluate(false).await } else { None }
    }

    /// Judges now where a person sits; elsewhere lets time pass until the state is settled.
    pub(super) async fn judge_with_time(&mut self, asked: bool) -> Option<Event> {
        let mut waited = Duration::ZERO;
        let mut next_reason = Duration::ZERO;
        loop {
            // Reasons are dear where time runs as fast as it can: they are asked for now and then.
            let explained = self.settings.interactive || waited >= next_reason;
            let event = if explained { self.evaluate(asked).await } else { self.glance(asked).await };
            let Some(event) = event else {
                if self.settings.interactive || self.environment.interruption().is_none() {
                    return None;
                }
                // Nobody sits there to try again.
                timeout(REAL_CONVERGING_MAX, self.environment.back()).await?;
                continue;
            };
            if self.settings.interactive {
                return Some(event);
            }
            if explained {
                next_reason = waited + REASON_INTERVAL;
            }
            let Event::Judged { verdict, .. } = &event else { return Some(event) };
            let simulated = self.environment.clock().is_some();
            let at_most = match verdict {
                Verdict::Passed => return Some(event),
                Verdict::Converging { .. } if simulated => CONVERGING_MAX,
                Verdict::Converging { .. } => REAL_CONVERGING_MAX,
                _ if simulated => NOT_YET_MAX,
                // Nothing was set going that could still arrive.
                _ if self.only_looked && !asked => Duration::ZERO,
                _ => REAL_NOT_YET_MAX,
            };
            match self.let_time_pass(at_most.saturating_sub(waited), simulated).await {
                Some(passed) => waited += passed,
                None if explained => return Some(event),
                None => return self.evaluate(asked).await,
            }
        }
    }

    /// Lets time pass until the next thing happens; `None` when nothing will within `at_most`.
    pub(super) async fn let_time_pass(&mut self, at_most: Duration, simulated: bool) -> Option<Duration> {
        if simulated {
            return self.environment.step_or_last(at_most, self.again);
        }
        if at_most.is_zero() {
            return None;
        }
        // A change ends the wait early; either way the state is looked at again.
        let _ = timeout(LOOK_INTERVAL, self.happened()).await;
        Some(LOOK_INTERVAL)
    }

    pub(super) async fn answer(&mut self, question: String, answer: String) -> Option<Event> {
        let step = self.session.step()?.clone();
        let asked = step.questions.iter().find(|candidate| candidate.id == question)?;
        let result = check::judge_answer(asked, &answer, &self.context()).await;
        Some(Event::Answered { question, answer, result })
    }

    pub(super) fn context(&self) -> Context {
        let learner = self.session.learner();
        Context {
            client: self.environment.client(),
            namespace: self.environment.namespace().to_owned(),
            language: self.session.language(),
            answers: learner.answers.clone(),
            commands: learner.commands.clone(),
            answered: self.answered.clone(),
            snap: learner.remembered.clone(),
        }
    }
}
