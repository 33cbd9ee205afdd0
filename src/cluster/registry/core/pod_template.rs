//! Rules of PodTemplates.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::pod_defaults::set_template_defaults_at;
use super::super::strategy::Strategy;
use super::super::validation::{Field, pod_template_errors};

/// `pkg/registry/core/podtemplate`.
pub(crate) struct PodTemplateStrategy;

impl Strategy for PodTemplateStrategy {
    fn pod_template(&self) -> Option<&'static [&'static str]> {
        Some(&["template"])
    }

    fn set_defaults(&self, object: &mut Object) {
        set_template_defaults_at(object, "/template");
    }

    fn desired_state_changed(&self, new: &Object, old: &Object) -> bool {
        new.get("/template") != old.get("/template")
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        pod_template_errors(&Field::of(object, "template"))
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Containers"), Column::text("Images"), Column::text("Pod Labels")] }
    }

    fn cells(&self, object: &Object, _now: Timestamp) -> Vec<Value> {
        let [names, images] = columns::containers_and_images(object.list("/template/spec/containers"));
        let labels = columns::labels_text(object.map("/template/metadata/labels"));
        vec![object.name().into(), names, images, labels]
    }
}
