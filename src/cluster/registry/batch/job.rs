//! Rules of Jobs.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, human_duration, json};

use super::super::columns::{self, Column};
use super::super::pod_defaults::set_template_defaults;
use super::super::strategy::Strategy;
use super::super::validation;

/// Label with the Job's uid, by which it selects its Pods.
const CONTROLLER_UID: &str = "batch.kubernetes.io/controller-uid";

/// `pkg/registry/batch/job`.
pub(crate) struct JobStrategy;

impl Strategy for JobStrategy {
    fn pod_template(&self) -> Option<&'static [&'static str]> {
        Some(&["spec", "template"])
    }

    fn set_defaults(&self, object: &mut Object) {
        set_template_defaults(object);
        if object.get("/spec/completions").is_none() && object.get("/spec/parallelism").is_none() {
            object.set("/spec/completions", 1);
        }
        let per_index = object.get("/spec/backoffLimitPerIndex").is_some();
        let policy = object.get("/spec/podFailurePolicy").is_some_and(Value::is_object);
        let replacement = if policy { "Failed" } else { "TerminatingOrFailed" };
        for rule in list_mut(object, "/spec/podFailurePolicy/rules") {
            for pattern in rule.get_mut("onPodConditions").and_then(Value::as_array_mut).into_iter().flatten()
            {
                if pattern["status"].is_null() {
                    pattern["status"] = json!("True");
                }
            }
        }
        for (pointer, value) in [
            ("/spec/parallelism", json!(1)),
            ("/spec/backoffLimit", json!(if per_index { i32::MAX } else { 6 })),
            ("/spec/completionMode", json!("NonIndexed")),
            ("/spec/suspend", json!(false)),
            ("/spec/manualSelector", json!(false)),
            ("/spec/podReplacementPolicy", json!(replacement)),
        ] {
            if object.get(pointer).is_none() {
                object.set(pointer, value);
            }
        }
    }

    fn prepare_for_create(&self, object: &mut Object) {
        if !object.flag("/spec/manualSelector") {
            select_by_uid(object);
        }
        let labels = object.get("/spec/template/metadata/labels").cloned();
        if let Some(labels) = labels.filter(|_| object.labels().is_none_or(|own| own.is_empty())) {
            object.set("/metadata/labels", labels);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::job_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::job_update_errors(new, old)
    }

    fn validate_part(&self, subresource: &str, new: &Object, old: &Object) -> FieldErrors {
        match subresource {
            "status" => validation::job_status_errors(new, old),
            _ => FieldErrors::new(),
        }
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Status"),
                Column::text("Completions"),
                Column::text("Duration"),
                columns::AGE,
                Column::wide("Containers"),
                Column::wide("Images"),
                Column::wide("Selector"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let [names, images] = columns::containers_and_images(object.list("/spec/template/spec/containers"));
        vec![
            object.name().into(),
            status(object).into(),
            completions(object).into(),
            duration(object, now).into(),
            columns::age(object, now),
            names,
            images,
            columns::selector_text(object),
        ]
    }
}

/// The items of a list.
fn list_mut<'a>(object: &'a mut Object, pointer: &str) -> impl Iterator<Item = &'a mut Value> {
    object.get_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten()
}

/// Gives the Job labels that no other has, and selects its Pods by them (`generateSelector`).
fn select_by_uid(object: &mut Object) {
    let (uid, name) = (object.uid().to_owned(), object.name().to_owned());
    for (key, value) in validation::generated_labels(&uid, &name) {
        let key = key.replace('/', "~1");
        object.set(&format!("/spec/template/metadata/labels/{key}"), value.to_owned());
    }
    let key = CONTROLLER_UID.replace('/', "~1");
    object.set(&format!("/spec/selector/matchLabels/{key}"), uid);
}

fn status(job: &Object) -> &'static str {
    for condition in ["Complete", "Failed"] {
        if job.condition_is_true(condition) {
            return condition;
        }
    }
    if job.is_terminating() {
        return "Terminating";
    }
    let found = ["Suspended", "FailureTarget", "SuccessCriteriaMet"];
    found.into_iter().find(|condition| job.condition_is_true(condition)).unwrap_or("Running")
}

fn completions(job: &Object) -> String {
    let succeeded = columns::count(job, "/status/succeeded");
    match (job.number("/spec/completions"), job.number("/spec/parallelism").unwrap_or_default()) {
        (Some(completions), _) => format!("{succeeded}/{completions}"),
        (None, parallelism) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

fn duration(job: &Object, now: Timestamp) -> String {
    let Some(start) = job.time("/status/startTime") else { return String::new() };
    let end = job.time("/status/completionTime").unwrap_or(now);
    human_duration(end.duration_since(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Object {
        let mut job = Object::from_value(json!({
            "metadata": {"name": "pi", "uid": "u"},
            "spec": {"template": {"spec": {
                "restartPolicy": "Never",
                "containers": [{"name": "c", "image": "busybox"}],
            }}},
        }))
        .unwrap();
        JobStrategy.set_defaults(&mut job);
        JobStrategy.prepare_for_create(&mut job);
        job
    }

    #[test]
    fn a_job_selects_its_pods_by_its_uid() {
        let job = job();
        let selector = json!({"matchLabels": {CONTROLLER_UID: "u"}});
        assert_eq!(job.get("/spec/selector"), Some(&selector));
        assert_eq!(job.label("job-name"), Some("pi"));
        assert_eq!((job.number("/spec/completions"), job.number("/spec/backoffLimit")), (Some(1), Some(6)));
        assert_eq!(JobStrategy.validate(&job), []);
    }

    #[test]
    fn nobody_else_writes_a_job_s_selector() {
        let mut written = job();
        written.set("/spec/template/metadata/labels/app", "pi".to_owned());
        written.set("/spec/selector/matchLabels/app", "pi".to_owned());
        let errors: Vec<String> = JobStrategy.validate(&written).iter().map(ToString::to_string).collect();
        assert!(errors[0].ends_with(": `selector` not auto-generated"), "{errors:?}");
        written.set("/spec/manualSelector", true);
        assert_eq!(JobStrategy.validate(&written), []);
    }

    #[test]
    fn pods_of_jobs_have_to_end() {
        let mut job = job();
        job.set("/spec/template/spec/restartPolicy", "Always");
        let errors: Vec<String> = JobStrategy.validate(&job).iter().map(ToString::to_string).collect();
        let error = r#"spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never""#;
        assert_eq!(errors, [error]);
    }

    #[test]
    fn a_jobs_template_stays() {
        let old = job();
        let mut new = old.clone();
        new.set("/spec/parallelism", 3);
        assert_eq!(JobStrategy.validate_update(&new, &old), []);
        new.set("/spec/completions", 3);
        let error = JobStrategy.validate_update(&new, &old)[0].to_string();
        assert_eq!(error, "spec.completions: Invalid value: 3: field is immutable");
    }
}
