//! What the last command wrote from a file, where that is not what is asked for.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;
use crate::lesson::{TypedWord, commands_of, kubectl_verb};

use super::super::super::partial::{Gap, shorten, show};
use super::super::chain::Chain;
use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::Near;
use super::deed::{reads_files, told};
use super::place::{LAST_APPLIED, stands_at};

impl Near<'_> {
    /// Why a field has the value that it has: the file says so, or leaves it out.
    pub(in crate::check::why) fn by_file(&self, object: &Object, gaps: &[Gap]) -> Aside {
        let gap = gaps.iter().find(|gap| self.is_for_learner(gap))?;
        let last = self.facts.commands.last().filter(|last| reads_files(last))?;
        self.facts.answered.filter(|answered| !answered.failed && answered.out.contains(object.name()))?;
        let commands = commands_of(last);
        let verb = commands.iter().find_map(|words| kubectl_verb(words))?;
        let pointer = pointer(&gap.path);
        if verb == "replace" && !last.contains("--force") {
            return Some((&sentences::REPLACED_WHOLE, Vec::new()));
        }
        let applied: Value = serde_json::from_str(object.annotation(LAST_APPLIED)?).ok()?;
        let said = applied.pointer(&pointer)? == object.get(&pointer)?;
        (verb == "apply" && said).then(|| (&sentences::FILE_SAYS_SO, vec![told(last)]))
    }

    /// An entry that the file applied last has, and the object has not: `apply` took out what stood twice.
    pub(super) fn taken_out(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let applied: Value = serde_json::from_str(object.annotation(LAST_APPLIED)?).ok()?;
        let absent = gap.actual.is_none() && gap.path.contains(".env[");
        let place = pointer(&gap.path);
        let there = applied.pointer(&place).filter(|_| absent && object.get(&place).is_none())?;
        let there = shorten(&show(there)) == gap.expected;
        let words = [name_of(object), gap.path.clone(), gap.expected.clone()];
        let finding = Finding::lasting(&sentences::TAKEN_OUT, [&words[0], &words[1], &words[2]]);
        there.then(|| finding.shown_by(format!("kubectl apply view-last-applied {}", words[0])))
    }

    /// A claim from before its StatefulSet's template was what it is.
    pub(super) fn older_claim(&self, claim: &Object, gap: &Gap) -> Option<Finding> {
        let wanted = gap.wanted.as_ref().filter(|_| claim.kind() == "PersistentVolumeClaim")?;
        let sets = self.facts.world.all(&builtin::STATEFUL_SET, Some(claim.namespace())).iter();
        let set = sets.into_iter().find(|set| {
            set.list("/spec/volumeClaimTemplates").iter().any(|template| {
                let made = format!("{}-{}-", show(&template["metadata"]["name"]), set.name());
                let ordinal = claim.name().strip_prefix(&made);
                ordinal.is_some_and(|ordinal| ordinal.parse::<u32>().is_ok())
                    && stands_at(template, &gap.path, wanted)
            })
        })?;
        let words = [name_of(claim), name_of(set), gap.actual.clone()?, gap.expected.clone()];
        let [name, set, found, wanted] = words.each_ref().map(String::as_str);
        let finding = Finding::lasting(&sentences::OLDER_CLAIM, [name, set, found, wanted]);
        Some(finding.shown_by("kubectl get persistentvolumeclaims"))
    }

    /// A value of a Secret that was written encoded, and plain as well, which counts.
    pub(super) fn plain_counts(object: &Object, gap: &Gap) -> Option<Finding> {
        let key = super::place::last_key(&gap.path);
        let of_data = object.kind() == "Secret" && gap.path.starts_with("data") && gap.actual.is_some();
        let applied: Value = serde_json::from_str(object.annotation(LAST_APPLIED)?).ok()?;
        let both = ["data", "stringData"].iter().all(|map| applied[*map].get(&key).is_some());
        let finding = Finding::lasting(&sentences::PLAIN_COUNTS, [&name_of(object), &key]);
        (of_data && both).then(|| finding.shown_by("kubectl explain secret.stringData"))
    }

    /// What was to be made once more while one has its name that cannot be changed, and has ended or fails.
    pub(in crate::check::why) fn made_before(&self, object: &Object) -> Option<Finding> {
        let ended = match object.kind() {
            "Job" => {
                let trouble = Chain::new(self.facts.world, self.facts.logs).broken_link(object);
                object.condition_is_true("Complete") || trouble.is_some_and(|finding| finding.lasts)
            }
            "Pod" => matches!(object.text("/status/phase"), "Failed" | "Succeeded"),
            _ => false,
        };
        let again = self.facts.answered?.objection()?.contains("already exists");
        (ended && again).then(|| self.refused_about(object)).flatten()
    }
}

/// The pointer of a path: `spec.ports[0].port` → `/spec/ports/0/port`.
fn pointer(path: &str) -> String {
    format!("/{}", path.replace('[', "/").replace(']', "").replace('.', "/"))
}

/// What a command did not read of a folder or a kustomization.
pub(super) fn unread(line: &str) -> Aside {
    let commands = commands_of(line);
    let words: &Vec<TypedWord> = commands.iter().find(|words| kubectl_verb(words) == Some("apply"))?;
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let value = |short: &str, long: &str| {
        let place = words.iter().position(|word| *word == short || *word == long);
        let glued = words.iter().find_map(|word| word.strip_prefix(long)?.strip_prefix('='));
        place.and_then(|place| words.get(place + 1).copied()).or(glued)
    };
    if value("-k", "--kustomize").is_some() {
        return Some((&sentences::OF_KUSTOMIZATION, Vec::new()));
    }
    let deep = words.iter().any(|word| matches!(*word, "-R" | "--recursive" | "--recursive=true"));
    let file = value("-f", "--filename").filter(|_| !deep)?;
    let name = file.trim_end_matches('/').rsplit('/').next().unwrap_or(file);
    let folder = file != "-" && !file.contains("://") && (file == "." || !name.contains('.'));
    folder.then(|| (&sentences::NOT_DEEPER, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_unread_is_told_of_folders_and_kustomizations_only() {
        for (line, sentence) in [
            ("kubectl apply -f shop/", Some(&sentences::NOT_DEEPER)),
            ("kubectl apply -f .", Some(&sentences::NOT_DEEPER)),
            ("kubectl apply -k shop", Some(&sentences::OF_KUSTOMIZATION)),
            ("kubectl apply -R -f shop", None),
            ("kubectl apply -f web.yaml", None),
            ("kubectl apply -f -", None),
        ] {
            assert_eq!(unread(line).map(|(sentence, _)| sentence), sentence, "{line}");
        }
    }
}
