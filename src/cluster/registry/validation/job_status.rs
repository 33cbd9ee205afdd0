//! Rules of what a Job's status may become: what ended stays ended (`ValidateJobStatusUpdate`).

use crate::apimachinery::{FieldError, FieldErrors, Object};
use crate::base::Value;

use super::field::Field;

/// Why a condition or a field contradicts another one.
const ACTIVE: &str = "active>0 is invalid for finished job";
const TERMINATING: &str = "terminating>0 is invalid for finished job";
const UNCOUNTED: &str = "uncountedTerminatedPods needs to be empty for finished job";
const STARTED: &str = "startTime is required for finished job";
const COMPLETED: &str = "completionTime is required for Complete jobs";

/// A Job before and after, and what differs between its statuses. A rule looks only at what changed, so
/// that a status that broke it before can still be written.
struct Change<'a> {
    new: &'a Object,
    old: &'a Object,
    status: Field<'a>,
}

impl<'a> Change<'a> {
    fn field(&self, name: &str) -> Field<'a> {
        self.status.child(name)
    }

    fn before(&self, name: &str) -> Field<'a> {
        Field::of(self.old, "status").child(name)
    }

    fn is(&self, condition: &str) -> bool {
        self.new.condition_is_true(condition)
    }

    fn was(&self, condition: &str) -> bool {
        self.old.condition_is_true(condition)
    }

    fn turned(&self, conditions: &[&str]) -> bool {
        conditions.iter().any(|condition| self.is(condition) != self.was(condition))
    }

    fn changed(&self, fields: &[&str]) -> bool {
        let value = |field: Field<'a>| match field.value() {
            Value::Number(number) if number.as_i64() == Some(0) => &Value::Null,
            value => value,
        };
        fields.iter().any(|name| value(self.field(name)) != value(self.before(name)))
    }

    fn ended(&self) -> bool {
        self.is("Complete") || self.is("Failed")
    }

    fn end_turned(&self) -> bool {
        self.ended() != (self.was("Complete") || self.was("Failed"))
    }

    fn conditions(&self, detail: impl Into<String>) -> FieldError {
        self.field("conditions").invalid(detail).without_value()
    }
}

/// What is wrong with a change of a Job's status.
pub(crate) fn job_status_errors(new: &Object, old: &Object) -> FieldErrors {
    if new.agrees(old, "/status") {
        return FieldErrors::new();
    }
    let change = Change { new, old, status: Field::of(new, "status") };
    let mut errors: FieldErrors = ["active", "succeeded", "failed", "ready", "terminating"]
        .iter()
        .filter_map(|name| change.field(name).non_negative())
        .collect();
    errors.extend(completion_errors(&change));
    errors.extend(ending_errors(&change));
    errors.extend(index_errors(&change));
    errors.extend(success_errors(&change));
    errors.extend(lasting_errors(&change));
    errors
}

fn completion_errors(change: &Change<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (complete, time) = (change.is("Complete"), change.field("completionTime"));
    if change.turned(&["Complete", "Failed"]) && complete && change.is("Failed") {
        errors.push(change.conditions("cannot set Complete=True and Failed=true conditions"));
    }
    if change.turned(&["Complete", "FailureTarget"]) && complete && change.is("FailureTarget") {
        errors.push(change.conditions("cannot set Complete=True and FailureTarget=true conditions"));
    }
    if change.turned(&["Complete"]) || change.changed(&["completionTime"]) {
        if !time.is_absent() && !complete {
            errors.push(time.invalid("cannot set completionTime when there is no Complete=True condition"));
        }
        if time.is_absent() && complete {
            errors.push(time.required(COMPLETED));
        }
    }
    let moment = |name: &str| change.new.time(&format!("/status/{name}"));
    if change.changed(&["startTime", "completionTime"])
        && let (Some(start), Some(end)) = (moment("startTime"), moment("completionTime"))
        && end < start
    {
        errors.push(time.invalid("completionTime cannot be set before startTime"));
    }
    errors
}

fn ending_errors(change: &Change<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if (change.turned(&["Failed"]) || change.changed(&["failedIndexes"]))
        && change.is("Failed")
        && !change.is("FailureTarget")
    {
        let detail = "cannot set Failed=True condition without the FailureTarget=true condition";
        errors.push(change.conditions(detail));
    }
    if change.turned(&["Complete", "SuccessCriteriaMet"])
        && change.is("Complete")
        && !change.is("SuccessCriteriaMet")
    {
        let detail = "cannot set Complete=True condition without the SuccessCriteriaMet=true condition";
        errors.push(change.conditions(detail));
    }
    if !change.ended() {
        return errors;
    }
    let concerns = |field: &str| change.end_turned() || change.changed(&[field]);
    let (active, start) = (change.field("active"), change.field("startTime"));
    if concerns("active") && active.number() > 0 {
        errors.push(active.invalid(ACTIVE));
    }
    let never_meant = change.new.flag("/spec/suspend") && change.new.number("/spec/completions") == Some(0);
    if concerns("startTime") && !never_meant && start.is_absent() {
        errors.push(start.required(STARTED));
    }
    let uncounted = change.field("uncountedTerminatedPods");
    if concerns("uncountedTerminatedPods")
        && ["failed", "succeeded"].iter().any(|list| !uncounted.child(list).is_empty())
    {
        errors.push(uncounted.invalid(UNCOUNTED));
    }
    errors
}

fn index_errors(change: &Change<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let [done, failed] = ["completedIndexes", "failedIndexes"].map(|name| change.field(name));
    let indexed = change.new.text("/spec/completionMode") == "Indexed";
    if change.changed(&["completedIndexes"]) && !done.is_empty() && !indexed {
        errors.push(done.invalid("cannot set non-empty completedIndexes when non-indexed completion mode"));
    }
    if change.changed(&["failedIndexes"])
        && !failed.is_absent()
        && change.new.number("/spec/backoffLimitPerIndex").is_none()
    {
        errors.push(failed.invalid("cannot set non-null failedIndexes when backoffLimitPerIndex is null"));
    }
    let [terminating, ready, active] = ["terminating", "ready", "active"].map(|name| change.field(name));
    if (change.end_turned() || change.changed(&["terminating"])) && terminating.number() > 0 && change.ended()
    {
        errors.push(terminating.invalid(TERMINATING));
    }
    if change.changed(&["ready", "active"]) && ready.number() > active.number() {
        errors.push(ready.invalid("cannot set more ready pods than active"));
    }
    errors
}

fn success_errors(change: &Change<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for other in ["Failed", "FailureTarget"] {
        if change.is("SuccessCriteriaMet") && change.is(other) {
            let detail = format!("cannot set SuccessCriteriaMet=True and {other}=true conditions");
            errors.push(change.conditions(detail));
        }
    }
    errors
}

/// What does not go back.
fn lasting_errors(change: &Change<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for condition in ["Failed", "Complete", "FailureTarget"] {
        if change.was(condition) && !change.is(condition) {
            let detail = format!("cannot disable the terminal {condition}=True condition");
            errors.push(change.conditions(detail));
        }
    }
    let spec = Field::of(change.new, "spec");
    let scales = change.new.text("/spec/completionMode") == "Indexed"
        && spec.child("completions").value() == spec.child("parallelism").value();
    for (count, lasts) in [("failed", true), ("succeeded", !scales)] {
        let field = change.field(count);
        if lasts && field.number() < change.before(count).number() {
            errors.push(field.invalid_value(field.number(), format!("cannot decrease the {count} counter")));
        }
    }
    let (end, start) = (change.field("completionTime"), change.before("startTime"));
    if !end.is_absent() && !change.before("completionTime").is_absent() && change.changed(&["completionTime"])
    {
        errors.push(end.invalid("completionTime cannot be mutated"));
    }
    let resumes = change.was("Suspended") && !change.is("Suspended");
    if change.changed(&["startTime"]) && !resumes && !start.is_absent() && !change.new.flag("/spec/suspend") {
        let detail = "startTime cannot be removed for unsuspended job";
        errors.push(change.field("startTime").required(detail));
    }
    if change.was("SuccessCriteriaMet") && !change.is("SuccessCriteriaMet") {
        errors.push(change.conditions("cannot disable the SuccessCriteriaMet=True condition"));
    }
    if change.was("Complete") && !change.was("SuccessCriteriaMet") && change.is("SuccessCriteriaMet") {
        let detail = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions";
        errors.push(change.conditions(detail));
    }
    errors
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn told(old: Value, new: Value) -> Vec<String> {
        let job = |status: Value| {
            Object::from_value(json!({"spec": {"completions": 1, "parallelism": 1}, "status": status}))
                .unwrap()
        };
        job_status_errors(&job(new), &job(old)).iter().map(ToString::to_string).collect()
    }

    fn conditions(types: &[&str]) -> Value {
        types.iter().map(|name| json!({"type": name, "status": "True"})).collect()
    }

    #[test]
    fn an_end_needs_its_reasons() {
        let running = json!({"startTime": "2026-01-01T00:00:00Z", "active": 1});
        let ended = json!({"startTime": "2026-01-01T00:00:00Z", "completionTime": "2026-01-01T00:00:09Z",
            "succeeded": 1, "conditions": conditions(&["SuccessCriteriaMet", "Complete"])});
        assert!(told(running.clone(), ended.clone()).is_empty());
        let hasty = json!({"startTime": "2026-01-01T00:00:00Z", "active": 1, "conditions": conditions(&["Complete"])});
        assert_eq!(
            told(running.clone(), hasty.clone()),
            [
                "status.completionTime: Required value: completionTime is required for Complete jobs",
                "status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
                "status.active: Invalid value: 1: active>0 is invalid for finished job",
            ]
        );
        // What was wrong before does not keep others from writing.
        let mut noted = hasty.clone();
        noted["conditions"].as_array_mut().unwrap().push(json!({"type": "Mine", "status": "True"}));
        assert!(told(hasty, noted).is_empty());
        assert_eq!(
            told(ended, running),
            [
                "status.conditions: Invalid value: cannot disable the terminal Complete=True condition",
                "status.succeeded: Invalid value: 0: cannot decrease the succeeded counter",
                "status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition",
            ]
        );
    }

    #[test]
    fn a_start_stays() {
        let at = |second: u8| json!({"startTime": format!("2026-01-01T00:00:0{second}Z")});
        assert!(told(json!({}), at(1)).is_empty());
        let refused = ["status.startTime: Required value: startTime cannot be removed for unsuspended job"];
        assert_eq!(told(at(1), at(2)), refused);
        assert_eq!(told(at(1), json!({})), refused);
        let resumed = json!({"startTime": "2026-01-01T00:00:02Z", "conditions": [{"type": "Suspended", "status": "False"}]});
        let suspended =
            json!({"startTime": "2026-01-01T00:00:01Z", "conditions": conditions(&["Suspended"])});
        assert!(told(suspended, resumed).is_empty());
        assert_eq!(
            told(json!({}), json!({"ready": 2, "active": 1, "completedIndexes": "0"})),
            [
                "status.completedIndexes: Invalid value: \"0\": cannot set non-empty completedIndexes when non-indexed completion mode",
                "status.ready: Invalid value: 2: cannot set more ready pods than active",
            ]
        );
    }
}
