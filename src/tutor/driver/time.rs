//! Simulated time and worlds to go back to.

use std::time::Duration;

use super::super::message::Message;
use super::Driver;

impl Driver {
    pub(super) fn speed(&self, speed: f64) {
        let Some(clock) = self.environment.clock() else { return self.say(Message::TimeNotOurs) };
        clock.set_speed(speed);
        if speed == 0.0 {
            self.say(Message::TimePaused);
        } else if (speed - 1.0).abs() < f64::EPSILON {
            self.say(Message::TimeResumed);
        } else {
            self.say(Message::TimeSpeed(&speed.to_string()));
        }
    }

    pub(super) fn skip(&self, seconds: u64) {
        if !self.environment.pass(Duration::from_secs(seconds)) {
            return self.say(Message::TimeNotOurs);
        }
        let span = crate::base::human_duration(jiff::SignedDuration::from_secs(
            i64::try_from(seconds).unwrap_or(i64::MAX),
        ));
        self.say(Message::TimeSkipped(&span));
    }
}
