//! Image pulls: policy, time, and ImagePullBackOff.

use crate::base::Timestamp;

use super::super::manager::EventType;
use super::super::runtime::{self, ImageReference};
use super::after;
use super::pod_runtime::{Task, TaskKind};
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::{PodWorker, Step};

/// Bytes that arrive in a millisecond.
const BYTES_PER_MILLISECOND: u64 = 30_000;

impl PodWorker<'_> {
    /// `EnsureImageExists`: the image is there, is being pulled, or cannot be had now.
    pub(super) fn ensure_image(&mut self, spec: &ContainerSpec<'_>) -> Step {
        let reference = match ImageReference::parse(spec.image()) {
            Ok(reference) => reference,
            Err(why) => return self.invalid_image_name(spec, &why),
        };
        let present = self
            .node
            .images
            .get(self.node_name())
            .is_some_and(|images| images.contains(&reference.canonical()));
        // What came with credentials is only for who has them (`KubeletEnsureSecretPulledImages`).
        let present = present && (!runtime::is_private(&reference) || self.resolve(&reference).is_ok());
        match spec.text("/imagePullPolicy") {
            "Never" if !present => {
                let message =
                    format!("Container image {:?} is not present with pull policy of Never", spec.image());
                self.event(Some(spec), EventType::Warning, "ErrImageNeverPull", &message);
                self.event(Some(spec), EventType::Warning, "Failed", "Error: ErrImageNeverPull");
                self.wait_and_retry(spec, "ErrImageNeverPull", message)
            }
            "Always" => self.pull(spec, &reference),
            _ if present => {
                let message = format!(
                    "Container image {:?} already present on machine and can be accessed by the pod",
                    spec.image()
                );
                self.event(Some(spec), EventType::Normal, "Pulled", &message);
                self.image_is_there(spec.name());
                Step::Again
            }
            _ => self.pull(spec, &reference),
        }
    }

    fn image_is_there(&mut self, container: &str) {
        let container = self.container(container);
        container.image_ready = true;
        container.pull_back_off.reset();
    }

    fn invalid_image_name(&mut self, spec: &ContainerSpec<'_>, why: &str) -> Step {
        let image = spec.image();
        let message = format!(
            "Failed to apply default image tag {image:?}: couldn't parse image name {image:?}: {why}"
        );
        self.event(Some(spec), EventType::Warning, "InspectFailed", &message);
        self.event(Some(spec), EventType::Warning, "Failed", "Error: InvalidImageName");
        self.wait_and_retry(spec, "InvalidImageName", message)
    }

    fn pull(&mut self, spec: &ContainerSpec<'_>, reference: &ImageReference) -> Step {
        let now = self.now();
        if let Some(until) = self.container(spec.name()).pull_back_off.until_since_update()
            && until > now
        {
            return self.pull_back_off(spec, until);
        }
        self.note_missing_pull_secrets();
        self.event(Some(spec), EventType::Normal, "Pulling", &format!("Pulling image {:?}", spec.image()));
        let (node, image) = (self.node_name().to_owned(), reference.canonical());
        let comes = self.node.pulling.get(&node).is_some_and(|images| images.contains(&image));
        let present = comes || self.has_image(reference);
        let jitter = i64::try_from(self.registry.random().below(300)).unwrap_or_default();
        let transfer = match self.resolve(reference) {
            Ok(image) if !present => i64::try_from(image.size / BYTES_PER_MILLISECOND).unwrap_or_default(),
            Ok(_) => 0,
            // A failed look-up takes a round trip more.
            Err(_) => 700,
        };
        // One image after the other, as kubelets pull unless told otherwise (`serializeImagePulls`).
        let own = 400 + jitter + transfer;
        let busy_until = self.node.pulls.get(self.node_name()).copied().unwrap_or(now).max(now);
        let until = after(busy_until, own);
        self.node.pulling.entry(node.clone()).or_default().insert(image);
        self.node.pulls.insert(node, until);
        Step::Begin(Task { what: TaskKind::Pull(spec.name().to_owned(), own), began: now, until })
    }

    fn has_image(&self, reference: &ImageReference) -> bool {
        self.node.images.get(self.node_name()).is_some_and(|images| images.contains(&reference.canonical()))
    }

    fn pull_back_off(&mut self, spec: &ContainerSpec<'_>, until: Timestamp) -> Step {
        let image = spec.image();
        let message = format!("Back-off pulling image {image:?}");
        self.event(Some(spec), EventType::Normal, "BackOff", &message);
        self.event(Some(spec), EventType::Warning, "Failed", "Error: ImagePullBackOff");
        let why = ImageReference::parse(image).and_then(|reference| self.resolve(&reference)).err();
        let retry_at = self.next_sync().min(until);
        let container = self.container(spec.name());
        container.wait("ImagePullBackOff", format!("{message}: ErrImagePull: {}", why.unwrap_or_default()));
        container.retry_at = Some(retry_at);
        Step::Again
    }

    /// The pull has come to its end.
    pub(super) fn finish_pull(&mut self, name: &str, began: Timestamp, own: i64) {
        let (pod, now) = (self.pod.clone(), self.now());
        let Some(spec) = pod_spec::container(&pod, name) else { return };
        let image = spec.image();
        let Ok(reference) = ImageReference::parse(image) else { return };
        if let Some(images) = self.node.pulling.get_mut(pod.text("/spec/nodeName")) {
            images.remove(&reference.canonical());
        }
        match self.resolve(&reference) {
            Ok(found) => {
                let (time, whole) =
                    (go_milliseconds(own.into()), go_milliseconds(now.duration_since(began).as_millis()));
                let message = format!(
                    "Successfully pulled image {image:?} in {time} ({whole} including waiting). Image size: {} bytes.",
                    found.size
                );
                self.event(Some(&spec), EventType::Normal, "Pulled", &message);
                let node = self.node_name().to_owned();
                self.node.images.entry(node).or_default().insert(reference.canonical());
                self.image_is_there(name);
            }
            Err(why) => {
                let message = format!("Failed to pull image {image:?}: {why}");
                self.event(Some(&spec), EventType::Warning, "Failed", &message);
                self.event(Some(&spec), EventType::Warning, "Failed", "Error: ErrImagePull");
                let container = self.container(name);
                let first = container.pull_back_off.seconds() == 0;
                container.pull_back_off.next(now);
                container.wait("ErrImagePull", why);
                // The sandbox's start makes the kubelet look again soon; later only its own rhythm does.
                let retry_at = if first { after(now, 1_500) } else { after(now, 4_000) };
                self.container(name).retry_at = Some(retry_at);
            }
        }
    }
}

/// Milliseconds as Go prints a duration: `850ms`, `1.234s`, `2s`, `1m2.5s`.
fn go_milliseconds(milliseconds: i128) -> String {
    if milliseconds < 1_000 {
        return format!("{milliseconds}ms");
    }
    let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000);
    let seconds = format!("{}.{:03}", rest / 1_000, rest % 1_000);
    let seconds = seconds.trim_end_matches('0').trim_end_matches('.');
    if minutes == 0 { format!("{seconds}s") } else { format!("{minutes}m{seconds}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_in_go() {
        for (milliseconds, text) in [
            (149, "149ms"),
            (1_234, "1.234s"),
            (2_000, "2s"),
            (2_500, "2.5s"),
            (62_500, "1m2.5s"),
            (60_000, "1m0s"),
        ] {
            assert_eq!(go_milliseconds(milliseconds), text);
        }
    }
}
