//! Claims and volumes: StorageClass → PersistentVolume → claim.

use crate::apimachinery::{LabelSelector, Object, Quantity, builtin};

use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::service::written;
use super::{Chain, text};

/// Volumes that are named, at most.
const FREE_MAX: usize = 4;

const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

impl<'a> Chain<'a> {
    pub(super) fn claim(self, claim: &Object) -> Option<Finding> {
        if claim.text("/status/phase") == "Bound" {
            return None;
        }
        let name = name_of(claim);
        let show = self.describe(claim);
        let volume = claim.text("/spec/volumeName");
        if !volume.is_empty() {
            return self.named_volume(claim, volume);
        }
        let Some(class) = claim.get("/spec/storageClassName").and_then(|class| class.as_str()) else {
            let default = self
                .world
                .all(&builtin::STORAGE_CLASS, None)
                .iter()
                .any(|class| class.annotation(DEFAULT_CLASS) == Some("true"));
            let finding = Finding::lasting(&sentences::NO_DEFAULT_CLASS, [&name]);
            return (!default).then(|| finding.called("Pending").shown_by("kubectl get storageclasses"));
        };
        if class.is_empty() {
            let misfit = self.misfits(claim, "");
            return Some(
                Finding::lasting(&sentences::NO_CLASS, [&name, &misfit]).called("Pending").shown_by(show),
            );
        }
        let Some(found) = self.world.named(&builtin::STORAGE_CLASS, None, class) else {
            let near = self.near_name(&builtin::STORAGE_CLASS, "", class);
            // A class of that name may only tie a claim to volumes made by hand.
            let misfit = self.misfits(claim, class);
            if misfit != "-" {
                let finding = Finding::lasting(&sentences::NO_VOLUME_FITS, [&name, class, &misfit]);
                return Some(finding.called("Pending").shown_by("kubectl get persistentvolumes"));
            }
            let finding = Finding::lasting(&sentences::CLASS_MISSING, [&name, class])
                .aside(near.or_else(|| self.free()));
            return Some(finding.called("Pending").shown_by("kubectl get storageclasses"));
        };
        if let Some(event) = self.event(claim, &["ProvisioningFailed"]) {
            let finding = Finding::lasting(&sentences::PROVISIONING, [&name, event.text("/message")]);
            return Some(finding.called("ProvisioningFailed").shown_by(show));
        }
        let waits = found.text("/volumeBindingMode") == "WaitForFirstConsumer"
            && self.pods_using_claim(claim).is_empty();
        if waits {
            let finding =
                Finding::lasting(&sentences::FIRST_CONSUMER, [&name]).called("WaitForFirstConsumer");
            return Some(finding.shown_by(show));
        }
        if let Some(finding) =
            self.passed_by(claim).filter(|_| found.text("/volumeBindingMode") == "WaitForFirstConsumer")
        {
            return Some(finding);
        }
        let nobody = found.text("/provisioner") == "kubernetes.io/no-provisioner";
        if nobody {
            let misfit = self.misfits(claim, class);
            let finding = Finding::lasting(&sentences::NO_VOLUME_FITS, [&name, class, &misfit]);
            return Some(finding.shown_by("kubectl get persistentvolumes"));
        }
        let words = [name.as_str(), class, found.text("/provisioner")];
        Some(Finding::new(&sentences::CLAIM_WAITS, words).called("Pending").shown_by(show))
    }

    /// A claim that waits for the scheduler, and a Pod that names its node itself.
    fn passed_by(self, claim: &Object) -> Option<Finding> {
        let users = self.pods_using_claim(claim);
        let user = users.iter().find(|pod| !pod.text("/spec/nodeName").is_empty())?;
        let words = [name_of(claim), name_of(user), user.text("/spec/nodeName").to_owned()];
        let finding = Finding::lasting(&sentences::SCHEDULER_PASSED_BY, [&words[0], &words[1], &words[2]]);
        let nobody = claim.annotation("volume.kubernetes.io/selected-node").is_none();
        nobody.then(|| finding.called("Pending").shown_by(self.describe(claim)))
    }

    fn named_volume(self, claim: &Object, volume: &str) -> Option<Finding> {
        let name = name_of(claim);
        let show = "kubectl get persistentvolumes";
        let Some(found) = self.world.named(&builtin::PERSISTENT_VOLUME, None, volume) else {
            let near = self.near_name(&builtin::PERSISTENT_VOLUME, "", volume);
            let finding = Finding::lasting(&sentences::VOLUME_MISSING, [&name, volume]).aside(near);
            return Some(finding.shown_by(show));
        };
        let other = found.text("/spec/claimRef/name");
        let taken = !other.is_empty() && other != claim.name();
        let phase = found.text("/status/phase");
        let state = if taken { format!("{phase}: {other}") } else { self.misfit(claim, found)? };
        Some(Finding::lasting(&sentences::VOLUME_TAKEN, [&name, volume, &state]).shown_by(show))
    }

    /// The volumes that wait for a claim, each with its class.
    fn free(self) -> Aside {
        let volumes = self.world.all(&builtin::PERSISTENT_VOLUME, None).iter();
        let free = volumes.filter(|volume| volume.text("/status/phase") == "Available");
        let told = |volume: &Object| format!("{} ({})", volume.name(), volume.text("/spec/storageClassName"));
        let told = free.take(FREE_MAX).map(told).collect::<Vec<_>>().join(", ");
        (!told.is_empty()).then(|| (&sentences::FREE_VOLUMES, vec![told]))
    }

    /// Why a claim has not the volume that is meant for it.
    pub(in crate::check) fn not_its_volume(self, claim: &Object, wanted: &str) -> Option<Finding> {
        let volume = self.world.named(&builtin::PERSISTENT_VOLUME, None, wanted)?;
        let words = [name_of(claim), claim.text("/spec/volumeName").to_owned(), wanted.to_owned()];
        let misfit = self.misfit(claim, volume)?;
        let finding =
            Finding::lasting(&sentences::NOT_ITS_VOLUME, [&words[0], &words[1], &words[2], &misfit]);
        Some(finding.shown_by("kubectl get persistentvolumes"))
    }

    /// Why no existing volume of the class fits; `-` when there is none.
    fn misfits(self, claim: &Object, class: &str) -> String {
        let volumes = self.world.all(&builtin::PERSISTENT_VOLUME, None).iter();
        let of_class = volumes.filter(|volume| volume.text("/spec/storageClassName") == class);
        let reasons: Vec<String> = of_class
            .filter_map(|volume| Some(format!("{}: {}", volume.name(), self.misfit(claim, volume)?)))
            .collect();
        if reasons.is_empty() { "-".to_owned() } else { reasons.join("; ") }
    }

    /// How a volume does not fit a claim.
    fn misfit(self, claim: &Object, volume: &Object) -> Option<String> {
        let phase = volume.text("/status/phase");
        if matches!(phase, "Bound" | "Released" | "Failed")
            && volume.text("/spec/claimRef/uid") != claim.uid()
        {
            let holder = volume.text("/spec/claimRef/name");
            let namespace = volume.text("/spec/claimRef/namespace");
            return Some(format!("{phase} ({namespace}/{holder})"));
        }
        let kept_for = (volume.text("/spec/claimRef/namespace"), volume.text("/spec/claimRef/name"));
        if !kept_for.1.is_empty() && kept_for != (claim.namespace(), claim.name()) {
            return Some(format!("claimRef {}/{}", kept_for.0, kept_for.1));
        }
        let amount = |object: &Object, pointer: &str| object.get(pointer).and_then(Quantity::from_value);
        let wanted = amount(claim, "/spec/resources/requests/storage")?;
        let has = amount(volume, "/spec/capacity/storage").unwrap_or(Quantity::ZERO);
        if has < wanted {
            return Some(format!("{has} < {wanted}"));
        }
        let mode = |object: &Object| match object.text("/spec/volumeMode") {
            "" => "Filesystem".to_owned(),
            mode => mode.to_owned(),
        };
        if mode(claim) != mode(volume) {
            return Some(format!("volumeMode {} ≠ {}", mode(volume), mode(claim)));
        }
        let offers = volume.list("/spec/accessModes");
        let lacking = claim.list("/spec/accessModes").iter().find(|mode| !offers.contains(mode));
        if let Some(mode) = lacking {
            let offers: Vec<&str> = offers.iter().filter_map(|mode| mode.as_str()).collect();
            return Some(format!(
                "accessModes [{}] ∌ {}",
                offers.join(", "),
                mode.as_str().unwrap_or_default()
            ));
        }
        if let Some(wanted) = claim.get("/spec/selector")
            && !LabelSelector::from_value(wanted).matches(volume.labels())
        {
            let labels = wanted["matchLabels"].as_object().map(written).unwrap_or_default();
            return Some(format!("selector {labels} ≠ {}", volume.labels().map(written).unwrap_or_default()));
        }
        let (one, two) = (claim.text("/spec/storageClassName"), volume.text("/spec/storageClassName"));
        (one != two).then(|| format!("storageClassName {two:?} ≠ {one:?}"))
    }

    pub(super) fn volume(self, volume: &Object) -> Option<Finding> {
        let phase = volume.text("/status/phase");
        let name = name_of(volume);
        let claim = volume.text("/spec/claimRef/name");
        let show = self.describe(volume);
        let finding = Finding::lasting(&sentences::POD_FAILED, [&name, phase, claim]);
        matches!(phase, "Released" | "Failed").then(|| finding.called(phase).shown_by(show))
    }

    /// The Pods that mount a claim.
    pub(super) fn pods_using_claim(self, claim: &Object) -> Vec<&'a Object> {
        let uses = |pod: &&Object| {
            let volumes = pod.list("/spec/volumes").iter();
            let mut names = volumes.map(|volume| text(volume, "/persistentVolumeClaim/claimName"));
            names.any(|name| name == claim.name())
        };
        let pods = self.world.all(&builtin::POD, Some(claim.namespace())).iter();
        pods.filter(|pod| !matches!(pod.text("/status/phase"), "Succeeded" | "Failed")).filter(uses).collect()
    }
}
