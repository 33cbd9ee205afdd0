//! How far and how fast an autoscaler may go: bounds, stabilization and the policies of `behavior`.

use jiff::SignedDuration;

use crate::base::{Timestamp, Value};

use super::super::super::manager::note;
use super::super::super::registry::Registry;
use super::Look;

/// Seconds for which the highest recommendation holds when a target would shrink.
const DOWNSCALE_STABILIZATION: i64 = 300;
/// Without `behavior` a target grows at most to twice its size …
const SCALE_UP_FACTOR: i64 = 2;
/// … or to this one.
const SCALE_UP_MINIMUM: i64 = 4;

/// A number of replicas, and why it is not another one.
type Limited = (i64, &'static str, &'static str);

const WITHIN: (&str, &str) = ("DesiredWithinRange", "the desired count is within the acceptable range");
const TOO_MANY: (&str, &str) =
    ("TooManyReplicas", "the desired replica count is more than the maximum replica count");
const TOO_FEW: (&str, &str) =
    ("TooFewReplicas", "the desired replica count is less than the minimum replica count");
const UP_LIMIT: (&str, &str) =
    ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
const DOWN_LIMIT: (&str, &str) =
    ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");
const STABILIZED_DOWN: (&str, &str) = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
);
const STABILIZED_UP: (&str, &str) = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
);

fn limited(replicas: i64, (reason, message): (&'static str, &'static str)) -> Limited {
    (replicas, reason, message)
}

impl Look<'_> {
    /// `normalizeDesiredReplicas`, with or without behaviors.
    pub(super) fn normalized(&mut self, registry: &Registry, current: i64, proposed: i64) -> i64 {
        let now = registry.now();
        let behaves = self.next.get("/spec/behavior").is_some_and(Value::is_object);
        let (stabilized, why) = self.stabilized(now, current, proposed, behaves);
        if stabilized == proposed {
            let message = "recommended size matches current size";
            self.condition(registry, "AbleToScale", true, "ReadyForNewScale", message);
        } else {
            self.condition(registry, "AbleToScale", true, why.0, why.1);
        }
        let (desired, reason, message) = if behaves {
            self.limited_by_behavior(now, current, stabilized)
        } else {
            self.limited_by_bounds(current, stabilized)
        };
        self.condition(registry, "ScalingLimited", desired != stabilized, reason, message);
        desired
    }

    /// The recommendation of the window that counts; the new one is noted.
    fn stabilized(
        &mut self,
        now: Timestamp,
        current: i64,
        proposed: i64,
        behaves: bool,
    ) -> (i64, (&'static str, &'static str)) {
        let window = |direction: &str, default| {
            let pointer = format!("/spec/behavior/{direction}/stabilizationWindowSeconds");
            self.next.number(&pointer).unwrap_or(default)
        };
        let grows = behaves && proposed >= current;
        let seconds = if grows { window("scaleUp", 0) } else { window("scaleDown", DOWNSCALE_STABILIZATION) };
        let longest = window("scaleUp", 0).max(window("scaleDown", DOWNSCALE_STABILIZATION));
        let ago = |seconds| now.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(now);
        let recent = self.notes.recommendations.iter().filter(|(at, _)| *at > ago(seconds));
        let recent = recent.map(|(_, replicas)| *replicas).chain([proposed]);
        let (chosen, why) =
            if grows { (recent.min(), STABILIZED_UP) } else { (recent.max(), STABILIZED_DOWN) };
        let chosen = chosen.unwrap_or(proposed);
        self.notes.recommendations.retain(|(at, _)| *at >= ago(longest));
        note(&mut self.notes.recommendations, now, proposed);
        (chosen, why)
    }

    /// `convertDesiredReplicasWithRules`.
    fn limited_by_bounds(&self, current: i64, desired: i64) -> Limited {
        let rate = (current * SCALE_UP_FACTOR).max(SCALE_UP_MINIMUM);
        let (most, why) = if self.maximum() > rate { (rate, UP_LIMIT) } else { (self.maximum(), TOO_MANY) };
        if desired < self.minimum() {
            limited(self.minimum(), TOO_FEW)
        } else if desired > most {
            limited(most, why)
        } else {
            limited(desired, WITHIN)
        }
    }

    /// `convertDesiredReplicasWithBehaviorRate`.
    fn limited_by_behavior(&self, now: Timestamp, current: i64, desired: i64) -> Limited {
        if desired > current {
            let rate = self.rate("scaleUp", now, current).max(current);
            let (most, why) =
                if self.maximum() > rate { (rate, UP_LIMIT) } else { (self.maximum(), TOO_MANY) };
            if desired > most {
                return limited(most, why);
            }
        } else if desired < current {
            let rate = self.rate("scaleDown", now, current).min(current);
            let (least, why) =
                if self.minimum() < rate { (rate, DOWN_LIMIT) } else { (self.minimum(), TOO_FEW) };
            if desired < least {
                return limited(least, why);
            }
        }
        limited(desired, WITHIN)
    }

    /// Where the policies of a direction allow the target to go by now.
    fn rate(&self, direction: &str, now: Timestamp, current: i64) -> i64 {
        let pointer = |field: &str| format!("/spec/behavior/{direction}/{field}");
        let select = self.next.text(&pointer("selectPolicy"));
        if select == "Disabled" {
            return current;
        }
        let grows = direction == "scaleUp";
        let changed = |notes: &std::collections::VecDeque<(Timestamp, i64)>, period: i64| -> i64 {
            let from = now.checked_sub(SignedDuration::from_secs(period)).unwrap_or(now);
            notes.iter().filter(|(at, _)| *at > from).map(|(_, change)| change).sum()
        };
        let proposed = self.next.list(&pointer("policies")).iter().map(|policy| {
            let number = |field: &str| policy[field].as_i64().unwrap_or_default();
            let (value, period) = (number("value"), number("periodSeconds"));
            // What changed in the other direction meanwhile counts, too.
            let start =
                current - changed(&self.notes.scale_ups, period) + changed(&self.notes.scale_downs, period);
            match (policy["type"] == "Percent", grows) {
                (true, true) => (start * (100 + value) + 99).div_euclid(100),
                (true, false) => start * (100 - value) / 100,
                (false, true) => start + value,
                (false, false) => start - value,
            }
        });
        // The larger change is the higher number when growing, the lower one when shrinking.
        let highest = (select == "Min") != grows;
        let chosen = if highest { proposed.max() } else { proposed.min() };
        chosen.unwrap_or(current)
    }
}
