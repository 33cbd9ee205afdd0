//! Looks at the world for the learner: map, timeline, differences, and what a field means.

use std::sync::Arc;

use crate::base::{Streams, Timestamp, Value};
use crate::environment::CommandLine;
use crate::lesson::{Course, Language, Step};
use crate::progress::{Place, StepMoment};

use super::super::effect::Look;
use super::super::look::{Phrase, between, map, phrase, timeline};
use super::super::message::{Remark, remark};
use super::super::view::View;
use super::super::witness::{Moment, ObjectId};
use super::super::word::Since;
use super::Driver;

/// Steps named as places where the course speaks of something.
const PLACES_MAX: usize = 4;

/// A moment to compare the present with.
pub(super) struct Mark {
    /// The command that was typed then; empty for the step's beginning.
    pub line: String,
    at: Timestamp,
    changes: u64,
    moment: Moment,
}

impl Mark {
    /// The present.
    pub(super) fn now(driver: &Driver, line: &str) -> Self {
        let clock = driver.environment.clock().unwrap_or_else(|| driver.wall.clone());
        let (changes, moment) = match &driver.witness {
            Some(witness) => (witness.mark(), witness.moment()),
            None => (0, Moment::new()),
        };
        Self { line: line.to_owned(), at: clock.now(), changes, moment }
    }

    /// What to keep of it: the objects without what no difference shows.
    fn kept(&self, place: Place) -> StepMoment {
        let objects = self.moment.iter().filter(|(id, _)| id.kind != "Event").map(|(_, object)| {
            let mut object = Value::clone(object);
            if let Some(metadata) = object["metadata"].as_object_mut() {
                metadata.remove("managedFields");
            }
            // What is secret stays on the cluster; that it changed, a difference cannot tell after a restart.
            if object["kind"] == "Secret"
                && let Some(secret) = object.as_object_mut()
            {
                secret.remove("data");
            }
            object
        });
        StepMoment { place, at: self.at, objects: objects.collect() }
    }

    fn recalled(kept: StepMoment) -> Self {
        let objects = kept.objects.into_iter().map(|object| (ObjectId::of(&object), Arc::new(object)));
        Self { line: String::new(), at: kept.at, changes: 0, moment: objects.collect() }
    }
}

impl Driver {
    /// Remembers the world at the beginning of a step, once for each.
    pub(super) async fn mark_step(&mut self) {
        if self.step_began.is_none() || !self.settings.interactive {
            self.catch_up().await;
        }
        if self.step_began.is_none() {
            let mark = Mark::now(self, "");
            if let Err(error) = self.journal.keep_moment(&mark.kept(self.session.place())) {
                self.show_error(error);
            }
            self.step_began = Some(mark);
        }
    }

    /// After a restart in the middle of a step: how it began.
    pub(super) fn recall_step(&mut self) {
        let here = self.session.learner().place.clone();
        let kept = self.journal.moment().filter(|kept| Some(&kept.place) == here.as_ref());
        self.step_began = kept.map(Mark::recalled);
    }

    async fn catch_up(&self) {
        if let Some(witness) = &self.witness {
            witness.catch_up().await;
        }
    }

    pub(super) async fn look(&mut self, look: Look) {
        self.mark_step().await;
        self.catch_up().await;
        let view = match look {
            Look::Map => self.map(),
            Look::Timeline => self.timeline(),
            Look::Diff(since) => self.difference(since),
        };
        self.show(&view);
    }

    fn phrase(&self, what: Phrase<'_>) -> String {
        phrase(self.session.language(), what)
    }

    fn moment(&self) -> Moment {
        self.witness.as_ref().map(super::super::witness::Witness::moment).unwrap_or_default()
    }

    fn map(&self) -> View {
        let (roots, omitted) = map(&self.moment(), self.environment.namespace(), self.session.language());
        let closing = match (roots.is_empty(), omitted) {
            (true, _) => self.phrase(Phrase::Nothing),
            (false, 0) => String::new(),
            (false, omitted) => self.phrase(Phrase::More(omitted)),
        };
        View::Map { headline: self.phrase(Phrase::Map), roots, closing }
    }

    fn timeline(&self) -> View {
        let Some(mark) = self.last.as_ref().or(self.step_began.as_ref()) else {
            let headline = self.phrase(Phrase::SinceStart);
            return View::Timeline {
                headline,
                rows: Vec::new(),
                closing: self.phrase(Phrase::NothingHappened),
            };
        };
        let (changes, lost) =
            self.witness.as_ref().map(|witness| witness.changes_since(mark.changes)).unwrap_or_default();
        let (rows, omitted) = timeline(&changes, mark.at, self.session.language());
        let omitted = omitted + usize::try_from(lost).unwrap_or(usize::MAX);
        let headline = match mark.line.as_str() {
            "" => self.phrase(Phrase::SinceStart),
            line => self.phrase(Phrase::Since(line)),
        };
        let closing = match (rows.is_empty(), omitted) {
            (true, _) => self.phrase(Phrase::NothingHappened),
            (false, 0) => String::new(),
            (false, omitted) => self.phrase(Phrase::Earlier(omitted)),
        };
        View::Timeline { headline, rows, closing }
    }

    fn difference(&self, since: Since) -> View {
        let mark = match since {
            Since::Command => self.last.as_ref().or(self.step_began.as_ref()),
            Since::Step => self.step_began.as_ref(),
        };
        let objects = mark.map(|mark| between(&mark.moment, &self.moment())).unwrap_or_default();
        let headline = match mark.map(|mark| mark.line.as_str()) {
            None | Some("") => self.phrase(Phrase::DiffSinceStep),
            Some(line) => self.phrase(Phrase::DiffSince(line)),
        };
        let closing = if objects.is_empty() { self.phrase(Phrase::Same) } else { String::new() };
        View::Difference { headline, objects, closing }
    }

    /// What changed since the step began.
    pub(super) fn changed_at_step(&self) -> Vec<super::super::look::ObjectDifference> {
        self.step_began.as_ref().map(|mark| between(&mark.moment, &self.moment())).unwrap_or_default()
    }

    /// What a field means, as kubectl explains it, and where the course speaks of it.
    pub(super) async fn explain(&mut self, field: &str) {
        let field = field.trim();
        self.catch_up().await;
        // A bare field: the path that it has in one of the learner's objects.
        let found = if field.contains('.') { None } else { path_to(&self.moment(), field) };
        let path = found.unwrap_or_else(|| field.to_owned());
        let words = ["explain", path.as_str()].map(str::to_owned).to_vec();
        let (mut streams, said) = Streams::captured("");
        let exit_code = self.environment.run(&CommandLine::Kubectl(words), &mut streams).await;
        if exit_code != 0 && !field.contains('.') {
            return self.remark(Remark::ExplainUnknown(field));
        }
        let text = format!("{}{}", said.out(), said.err());
        let lines = text.trim_end().lines().map(str::to_owned).collect();
        self.show(&View::JobOutput { number: None, lines });
        if exit_code != 0 {
            return;
        }
        let name = path.rsplit('.').next().unwrap_or(&path).to_owned();
        let places = mentions(self.session.course(), &name, self.session.language());
        if !places.is_empty() {
            let text = remark(self.session.language(), Remark::ExplainMet(&places.join(", ")));
            self.show(&View::Notice(text));
        }
    }
}

/// `deployment.spec.replicas` for `replicas`, if an object has such a field.
fn path_to(moment: &Moment, field: &str) -> Option<String> {
    const SHOWN: &[&str] = &["Deployment", "Service", "Pod", "StatefulSet", "DaemonSet", "Job", "CronJob"];
    let mut objects: Vec<(&str, &Arc<Value>)> = moment
        .iter()
        .filter(|(id, _)| !matches!(id.kind.as_str(), "Event" | "EndpointSlice"))
        .map(|(id, object)| (id.kind.as_str(), object))
        .collect();
    objects.sort_by_key(|(kind, _)| SHOWN.iter().position(|shown| shown == kind).unwrap_or(SHOWN.len()));
    objects.into_iter().find_map(|(kind, object)| {
        let within = ["spec", "status"]
            .into_iter()
            .find_map(|part| Some(format!("{part}{}", below(&object[part], field)?)));
        within.map(|path| format!("{}.{path}", kind.to_lowercase()))
    })
}

/// The path from a value to the nearest field of that name; keys that people choose lead nowhere.
fn below(value: &Value, field: &str) -> Option<String> {
    let mut open = std::collections::VecDeque::from([(String::new(), value)]);
    while let Some((path, value)) = open.pop_front() {
        match value {
            Value::Object(map) => {
                if map.contains_key(field) {
                    return Some(format!("{path}.{field}"));
                }
                let own = |key: &str| {
                    matches!(key, "labels" | "matchLabels" | "annotations" | "selector" | "nodeSelector")
                };
                let inner = map.iter().filter(|(key, value)| !own(key) || value.get("matchLabels").is_some());
                open.extend(inner.map(|(key, value)| (format!("{path}.{key}"), value)));
            }
            Value::Array(list) => open.extend(list.iter().map(|value| (path.clone(), value))),
            _ => {}
        }
    }
    None
}

/// The steps that speak of a word, as `goto` takes them.
fn mentions(course: &Course, word: &str, language: Language) -> Vec<String> {
    let speaks = |text: &str| {
        text.match_indices(word).any(|(index, _)| {
            let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
            let before = text[..index].chars().next_back().is_some_and(is_part);
            let after = text[index + word.len()..].chars().next().is_some_and(is_part);
            !before && !after
        })
    };
    let of_step = |step: &Step| {
        speaks(step.prose.get(language))
            || step.solutions.iter().flatten().any(|line| speaks(line))
            || step.files.iter().any(|file| speaks(&file.content))
    };
    let all =
        course.chapters.iter().flat_map(|chapter| chapter.steps.iter().map(move |step| (chapter, step)));
    let found =
        all.filter(|(_, step)| of_step(step)).map(|(chapter, step)| format!("{}/{}", chapter.id, step.id));
    found.take(PLACES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_bare_field_is_found_in_an_object_and_chosen_keys_are_not_fields() {
        let deployment = json!({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 1,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"spec": {"containers": [{"name": "a", "image": "b"}]}}}});
        let service =
            json!({"kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"targetPort": 80}]}});
        let moment: Moment =
            [service, deployment].map(|object| (ObjectId::of(&object), Arc::new(object))).into();
        let path = |field| path_to(&moment, field);
        assert_eq!(path("replicas").as_deref(), Some("deployment.spec.replicas"));
        assert_eq!(path("image").as_deref(), Some("deployment.spec.template.spec.containers.image"));
        assert_eq!(path("targetPort").as_deref(), Some("service.spec.ports.targetPort"));
        assert_eq!(path("app"), None);
        assert_eq!(path("pods"), None);
    }
}
