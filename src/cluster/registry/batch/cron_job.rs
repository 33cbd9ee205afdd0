//! Rules of CronJobs.

use crate::apimachinery::{FieldErrors, LabelSelector, Object};
use crate::base::{Map, Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::pod_defaults::set_template_defaults;
use super::super::strategy::Strategy;
use super::super::validation;

/// `pkg/registry/batch/cronjob`.
pub(crate) struct CronJobStrategy;

impl Strategy for CronJobStrategy {
    fn pod_template(&self) -> Option<&'static [&'static str]> {
        Some(&["spec", "jobTemplate", "spec", "template"])
    }

    fn set_defaults(&self, object: &mut Object) {
        if let Some(job) = object.get("/spec/jobTemplate/spec").cloned() {
            let mut template = Object::from(Map::new());
            template.set("/spec", job);
            set_template_defaults(&mut template);
            object.set("/spec/jobTemplate/spec", template.remove("/spec").unwrap_or_default());
        }
        for (pointer, value) in [
            ("/spec/concurrencyPolicy", json!("Allow")),
            ("/spec/suspend", json!(false)),
            ("/spec/successfulJobsHistoryLimit", json!(3)),
            ("/spec/failedJobsHistoryLimit", json!(1)),
        ] {
            if object.get(pointer).is_none() {
                object.set(pointer, value);
            }
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::cron_job_errors(object)
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Schedule"),
                Column::text("Timezone"),
                Column { column_type: "boolean", ..Column::text("Suspend") },
                Column::number("Active"),
                Column::text("Last Schedule"),
                columns::AGE,
                Column::wide("Containers"),
                Column::wide("Images"),
                Column::wide("Selector"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let containers = object.list("/spec/jobTemplate/spec/template/spec/containers");
        let [names, images] = columns::containers_and_images(containers);
        let last = object.time("/status/lastScheduleTime").map(|last| columns::since(Some(last), now));
        let selector = object.get("/spec/jobTemplate/spec/selector").map(LabelSelector::from_value);
        vec![
            object.name().into(),
            object.text("/spec/schedule").into(),
            columns::text_or_none(object, "/spec/timeZone"),
            if object.flag("/spec/suspend") { "True" } else { "False" }.into(),
            object.list("/status/active").len().into(),
            columns::or_none(&last.unwrap_or_default()),
            columns::age(object, now),
            names,
            images,
            columns::or_none(&selector.map(|selector| selector.to_string()).unwrap_or_default()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_schedule_is_refused_in_the_parsers_words() {
        let template = json!({"spec": {
            "restartPolicy": "OnFailure", "containers": [{"name": "c", "image": "busybox"}],
        }});
        let spec = json!({"schedule": "nope", "jobTemplate": {"spec": {"template": template}}});
        let mut object = Object::from_value(json!({"metadata": {"name": "tick"}, "spec": spec})).unwrap();
        CronJobStrategy.set_defaults(&mut object);
        let errors: Vec<String> = CronJobStrategy.validate(&object).iter().map(ToString::to_string).collect();
        let error = r#"spec.schedule: Invalid value: "nope": expected exactly 5 fields, found 1: [nope]"#;
        assert_eq!(errors, [error]);
    }
}
