//! Simulated time, and worlds to go back to.

use std::time::Duration;

use crate::lesson::Language;

use super::super::event::Event;
use super::super::message::{Message, Remark};
use super::Driver;
use super::levels::{Level, opposite};

/// How far `skip` goes until nothing happens any more.
const SETTLE_MAX: Duration = Duration::from_secs(15 * 60);

impl Driver {
    pub(super) fn speed(&mut self, speed: f64) {
        let Some(clock) = self.environment.clock() else {
            return self.remark(if speed == 0.0 { Remark::PauseNotHere } else { Remark::SpeedNotHere });
        };
        clock.set_speed(speed);
        if speed == 0.0 {
            self.say(Message::TimePaused);
        } else if (speed - 1.0).abs() < f64::EPSILON {
            self.say(Message::TimeResumed);
        } else {
            self.say(Message::TimeSpeed(&speed.to_string()));
        }
    }

    pub(super) fn skip(&mut self, seconds: u64) {
        if !self.environment.pass(Duration::from_secs(seconds)) {
            return self.remark(Remark::SkipNotHere);
        }
        self.say(Message::TimeSkipped(&self.span(Duration::from_secs(seconds))));
    }

    /// Lets time pass until nothing happens any more.
    pub(super) fn settle(&mut self) {
        match self.environment.settle(SETTLE_MAX) {
            None => self.remark(Remark::SkipNotHere),
            Some(passed) if passed >= SETTLE_MAX => self.remark(Remark::NotSettled(&self.span(passed))),
            Some(passed) => self.remark(Remark::Settled(&self.span(passed))),
        }
    }

    /// Keeps the world as it is before a command.
    pub(super) fn keep_level(&mut self, line: &str) {
        if let Some(world) = self.environment.world() {
            let (place, values) = (self.session.place(), self.session.learner().remembered.clone());
            self.levels.push(Level { line: line.to_owned(), place, values, world });
        }
    }

    /// Takes the last command back.
    pub(super) fn undo(&mut self) -> Option<Event> {
        if self.environment.clock().is_none() {
            let last = self.last_write.clone();
            self.remark(Remark::UndoNotHere(&opposite(&last)));
            return None;
        }
        let Some(Level { line, place, values, world }) = self.levels.pop() else {
            self.remark(Remark::NothingToUndo);
            return None;
        };
        self.observer = None;
        if !self.environment.put_back(&world) {
            return None;
        }
        // What the last command did is undone: there is nothing to compare with it any more.
        self.last = None;
        Some(Event::Undone { line, place, values })
    }

    /// A length of time as the learner's language writes it.
    fn span(&self, duration: Duration) -> String {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let short = crate::base::human_duration(jiff::SignedDuration::from_secs(seconds));
        match self.session.language() {
            Language::En => short,
            Language::Ko => in_korean(&short),
        }
    }
}

/// `3h5m` → `3시간 5분`.
fn in_korean(short: &str) -> String {
    let mut told = String::with_capacity(short.len() * 2);
    for letter in short.chars() {
        let unit = match letter {
            'y' => "년 ",
            'd' => "일 ",
            'h' => "시간 ",
            'm' => "분 ",
            's' => "초 ",
            digit => {
                told.push(digit);
                continue;
            }
        };
        told.push_str(unit);
    }
    told.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_koreans_say_them() {
        assert_eq!(in_korean("5m"), "5분");
        assert_eq!(in_korean("3h5m"), "3시간 5분");
        assert_eq!(in_korean("90s"), "90초");
    }
}
