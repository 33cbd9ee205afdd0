//! A spec that differs: typing errors, swapped ports, another tag, a field in the wrong place.

use crate::apimachinery::{Object, builtin, resolve_kind};
use crate::base::{Key, Map, Value, is_typo};

use super::super::super::partial::{Gap, full_image, show};
use super::super::chain::Chain;
use super::super::finding::{Aside, Finding, get_yaml, name_of};
use super::super::sentences;
use super::Near;
use super::place::{LAST_APPLIED, last_key, stands_at};
use super::values;

/// Numbers of a status that follow the number of replicas.
const REPLICAS: [&str; 5] =
    ["replicas", "readyReplicas", "availableReplicas", "updatedReplicas", "currentReplicas"];

/// Keys of a ConfigMap that are named, at most.
pub(super) const KEYS_MAX: usize = 6;

impl Near<'_> {
    /// What the first difference of an object's spec looks like.
    pub(in crate::check::why) fn gaps(&self, object: &Object, gaps: &[Gap]) -> Option<Finding> {
        let swapped = Self::ports_swapped(object, gaps);
        swapped.or_else(|| gaps.iter().find_map(|gap| self.gap(object, gap)))
    }

    /// What differs, where nothing more is to be said about it.
    pub(in crate::check::why) fn difference(&self, object: &Object, gaps: &[Gap]) -> Option<Finding> {
        let gap = gaps.iter().find(|gap| !gap.path.starts_with("status"))?;
        let words = [name_of(object), gap.path.clone()];
        let keys = object.map("/data").filter(|_| gap.path.starts_with("data"));
        let keys = keys.map(|data| data.keys().take(KEYS_MAX).map(Key::as_str).collect::<Vec<_>>());
        let listed = keys.filter(|keys| !keys.is_empty());
        let of_template = || self.template_of(object, gap);
        let finding = match gap.actual.as_deref() {
            Some(found) => {
                let differs = [words[0].as_str(), words[1].as_str(), found, gap.expected.as_str()];
                Finding::lasting(&sentences::DIFFERS, differs).or_aside(of_template)
            }
            None => {
                let finding = Finding::lasting(&sentences::NOT_SET, [&words[0], &words[1], &gap.expected]);
                let keys: Aside = listed.map(|keys| (&sentences::KEYS, vec![keys.join(", ")]));
                finding.aside(keys).or_aside(|| self.default_later(object, gap)).or_aside(of_template)
            }
        };
        Some(finding.shown_by(get_yaml(object, self.facts.world.namespace())))
    }

    /// The template that a Pod comes from, for what the Pod is to have.
    fn template_of(&self, pod: &Object, gap: &Gap) -> Aside {
        pod.controller().filter(|_| pod.kind() == "Pod" && self.is_for_learner(gap))?;
        let owner = Chain::new(self.facts.world, self.facts.logs).workload_of(pod);
        Some((&sentences::FROM_TEMPLATE, vec![owner, gap.path.clone()]))
    }

    /// A number in a status that follows from one in the spec, which asks for fewer.
    pub(in crate::check::why) fn asks_number(&self, object: &Object, gaps: &[Gap]) -> Option<Finding> {
        const FOLLOWS: [(&str, &[&str], &str); 4] = [
            ("Deployment", &REPLICAS, "spec.replicas"),
            ("ReplicaSet", &REPLICAS, "spec.replicas"),
            ("StatefulSet", &REPLICAS, "spec.replicas"),
            ("Job", &["succeeded"], "spec.completions"),
        ];
        let (gap, field) = gaps.iter().find_map(|gap| {
            let status = gap.path.strip_prefix("status.")?;
            let follows = |(kind, fields, _): &&(&str, &[&str], &str)| {
                *kind == object.kind() && fields.contains(&status)
            };
            FOLLOWS.iter().find(follows).map(|(.., field)| (gap, *field))
        })?;
        let wanted = gap.wanted.as_ref()?.as_i64()?;
        let asked = object.number(&format!("/{}", field.replace('.', "/"))).unwrap_or(1);
        let words = [name_of(object), asked.to_string(), wanted.to_string()];
        let finding = Finding::lasting(&sentences::ASKS_NUMBER, [&words[0], field, &words[1], &words[2]]);
        (wanted > asked).then(|| finding.shown_by(get_yaml(object, self.facts.world.namespace())))
    }

    /// An annotation whose key lacks its prefix, has another or is misspelt.
    fn annotation(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let (holder, _) = gap.path.split_once("annotations").filter(|_| gap.actual.is_none())?;
        let key = last_key(&gap.path);
        let pointer = format!("/{}annotations", holder.replace('.', "/"));
        let bare = |key: &str| key.rsplit('/').next().unwrap_or(key).to_owned();
        let found = object.map(&pointer)?.keys().find(|other| {
            !other.starts_with("kubectl.kubernetes.io/")
                && (bare(other) == bare(&key) || is_typo(other, &key))
        })?;
        let finding = Finding::lasting(&sentences::ANNOTATION_KEY, [&name_of(object), found, &key]);
        Some(finding.shown_by(get_yaml(object, self.facts.world.namespace())))
    }

    /// Whether it is for the learner to write what a gap is about, and not for the cluster.
    pub(in crate::check::why) fn is_for_learner(&self, gap: &Gap) -> bool {
        const BY_CLUSTER: [&str; 5] =
            ["status", "spec.nodeName", "spec.volumeName", "spec.clusterIP", "metadata.ownerReferences"];
        let by_cluster = BY_CLUSTER.iter().any(|path| gap.path.starts_with(path));
        !by_cluster && !gap.path.starts_with("metadata.annotations")
    }

    fn gap(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        if gap.path.starts_with("status.loadBalancer") && object.kind() == "Service" {
            let finding = Finding::new(&sentences::PENDING_ADDRESS, [&name_of(object)]);
            return Some(finding.shown_by(format!("kubectl get service {}", object.name())));
        }
        if gap.path.starts_with("status") {
            return None;
        }
        self.label(object, gap)
            .or_else(|| self.annotation(object, gap))
            .or_else(|| self.changed_pod(object, gap))
            .or_else(|| self.changed_set(object, gap))
            .or_else(|| self.other_volume(object, gap))
            .or_else(|| self.older_claim(object, gap))
            .or_else(|| Self::as_arguments(object, gap))
            .or_else(|| self.kept_old(object, gap))
            .or_else(|| self.let_go(object).filter(|_| gap.path.starts_with("metadata.ownerReferences")))
            .or_else(|| Self::not_applied(object, gap))
            .or_else(|| self.wrong_container(object, gap))
            .or_else(|| self.in_init_container(object, gap))
            .or_else(|| self.other_source(object, gap))
            .or_else(|| self.begun_before(object, gap))
            .or_else(|| self.image(object, gap))
            .or_else(|| self.autoscaled(object, gap))
            .or_else(|| self.scaled_below(object, gap))
            .or_else(|| self.drifted(object, gap))
            .or_else(|| self.taken_out(object, gap))
            .or_else(|| Self::plain_counts(object, gap))
            .or_else(|| values::encoded(object, gap))
            .or_else(|| values::memory(object, gap))
            .or_else(|| values::plain_variable(object, gap))
            .or_else(|| values::one_variable(object, gap))
            .or_else(|| values::literal_path(object, gap))
            .or_else(|| values::probe(object, gap))
            .or_else(|| values::key(object, gap))
            .or_else(|| self.read_otherwise(object, gap))
            .or_else(|| self.near_value(object, gap))
            .or_else(|| self.wrong_place(object, gap))
            .or_else(|| Self::misspelt(object, gap))
    }

    /// A claim that has another volume than the one that is meant, which does not fit it.
    fn other_volume(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let wanted = gap.wanted.as_ref().filter(|_| gap.path == "spec.volumeName")?.as_str()?;
        Chain::new(self.facts.world, self.facts.logs).not_its_volume(object, wanted)
    }

    /// A command that stands among the arguments.
    fn as_arguments(object: &Object, gap: &Gap) -> Option<Finding> {
        let (container, _) = gap.path.split_once(".command").filter(|_| gap.actual.is_none())?;
        let pointer = format!("/{}", container.replace('[', "/").replace(']', "").replace('.', "/"));
        let args = object.get(&pointer)?.get("args")?;
        let first = args.get(0).and_then(Value::as_str)?;
        let meant = gap.expected.trim_matches(['[', ']']).starts_with(first);
        let finding = Finding::lasting(&sentences::AS_ARGUMENTS, [&name_of(object), &show(args)]);
        meant.then(|| finding.shown_by(get_yaml(object, object.namespace())))
    }

    /// A field that was written under nearly its name, and dropped.
    fn misspelt(object: &Object, gap: &Gap) -> Option<Finding> {
        let wanted = gap.wanted.as_ref()?;
        let applied: Value = serde_json::from_str(object.annotation(LAST_APPLIED)?).ok()?;
        let pointer = format!("/{}", gap.path.replace('[', "/").replace(']', "").replace('.', "/"));
        let (parent, key) = pointer.rsplit_once('/')?;
        let fields = applied.pointer(parent)?.as_object()?;
        let (written, _) = fields.iter().find(|(name, value)| {
            *value == wanted && is_typo(key, name) && object.get(&format!("{parent}/{name}")).is_none()
        })?;
        let (path, _) = gap.path.rsplit_once('.')?;
        let words = [name_of(object), format!("{key}: {}", gap.expected), format!("{path}.{written}")];
        let finding = Finding::lasting(&sentences::DROPPED, [&words[0], &words[1], &words[2], &gap.path]);
        Some(finding.shown_by(get_yaml(object, object.namespace())))
    }

    /// A label or a selector with another key or value.
    fn label(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let wanted = gap.wanted.as_ref()?.as_str()?;
        let key = last_key(&gap.path);
        let holder = [
            "metadata.labels",
            "spec.template.metadata.labels",
            "spec.selector.matchLabels",
            "spec.selector",
        ]
        .into_iter()
        .find(|holder| gap.path == format!("{holder}.{key}") || gap.path == format!("{holder}[{key:?}]"))?;
        let pointer = format!("/{}", holder.replace('.', "/"));
        let none = Map::new();
        let map: &Map = object.map(&pointer).unwrap_or(&none);
        let name = name_of(object);
        let show = format!(
            "kubectl get {} {} --show-labels",
            super::super::finding::singular(object),
            object.name()
        );
        let show =
            if holder == "metadata.labels" { show } else { get_yaml(object, self.facts.world.namespace()) };
        if let Some(found) = map.get(&key).and_then(Value::as_str) {
            let words = [name.as_str(), &key, found, wanted];
            return Some(Finding::lasting(&sentences::LABEL_VALUE, words).shown_by(show));
        }
        let other =
            map.iter().find(|(candidate, value)| value.as_str() == Some(wanted) || is_typo(&key, candidate));
        if let Some((other, value)) = other {
            let found = format!("{other}={}", value.as_str().unwrap_or_default());
            return Some(Finding::lasting(&sentences::LABEL_KEY, [&name, &found, &key]).shown_by(show));
        }
        if let Some(finding) = self.label_of_owner(object, &key, wanted) {
            return Some(finding);
        }
        let noted = holder == "metadata.labels" && object.annotation(&key) == Some(wanted);
        if noted {
            let words = [name.as_str(), &key];
            return Some(
                Finding::lasting(&sentences::ANNOTATION, words)
                    .shown_by(get_yaml(object, self.facts.world.namespace())),
            );
        }
        let own = holder == "spec.template.metadata.labels" && object.label(&key) == Some(wanted);
        let label = format!("{key}={wanted}");
        own.then(|| Finding::lasting(&sentences::TEMPLATE_LABELS, [&label, &name]).shown_by(show))
    }

    /// A label that a Pod lacks and its workload carries.
    fn label_of_owner(&self, pod: &Object, key: &str, wanted: &str) -> Option<Finding> {
        pod.controller().filter(|_| pod.kind() == "Pod")?;
        let owner = Chain::new(self.facts.world, self.facts.logs).workload_of(pod);
        let kinds = [&builtin::DEPLOYMENT, &builtin::STATEFUL_SET, &builtin::DAEMON_SET];
        let namespace = Some(pod.namespace());
        let mut workloads = kinds.into_iter().flat_map(|kind| self.facts.world.all(kind, namespace));
        let workload = workloads.find(|workload| name_of(workload) == owner)?;
        let words = [format!("{key}={wanted}"), owner];
        let finding = Finding::lasting(&sentences::TEMPLATE_LABELS, [&words[0], &words[1]]);
        (workload.label(key) == Some(wanted)).then(|| finding.shown_by("kubectl get pods --show-labels"))
    }

    /// port and targetPort of a Service the wrong way round.
    fn ports_swapped(object: &Object, gaps: &[Gap]) -> Option<Finding> {
        if object.kind() != "Service" {
            return None;
        }
        let wanted = |key: &str| {
            let mut of_ports = gaps.iter().filter(|gap| gap.path.starts_with("spec.ports"));
            of_ports.find(|gap| last_key(&gap.path) == key)?.wanted.as_ref()
        };
        let (one, two) = (wanted("port"), wanted("targetPort"));
        // A target that nobody asks for is what the port should be; where both are asked for, each is the other.
        let swapped = |port: &&Value| match (one, two) {
            (Some(one), Some(two)) => port["targetPort"] == *one && port["port"] == *two,
            (Some(one), None) => port["targetPort"] == *one && one.as_i64() < port["port"].as_i64(),
            (None, Some(two)) => port["port"] == *two && port["targetPort"] != *two,
            (None, None) => false,
        };
        let port = object.list("/spec/ports").iter().find(swapped)?;
        let words = [name_of(object), show(&port["port"]), show(&port["targetPort"])];
        let finding = Finding::lasting(&sentences::PORTS_SWAPPED, [&words[0], &words[1], &words[2]]);
        Some(finding.shown_by(format!("kubectl describe service {}", object.name())))
    }

    /// A volume from another source than the one that is asked for.
    fn other_source(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let (list, rest) = gap.path.split_once("volumes[")?;
        let (index, below) = rest.split_once("].")?;
        let wanted = below.split(['.', '[']).next().filter(|source| *source != "name")?;
        let pointer = format!("/{}volumes", list.replace('.', "/"));
        let volume = object.list(&pointer).get(index.parse::<usize>().ok()?)?;
        let found = volume.as_object()?.keys().find(|source| *source != "name" && *source != wanted)?;
        let words = [name_of(object), show(&volume["name"])];
        let finding = Finding::lasting(&sentences::OTHER_SOURCE, [&words[0], &words[1], found, wanted]);
        gap.actual.is_none().then(|| finding.shown_by(get_yaml(object, self.facts.world.namespace())))
    }

    /// Another tag, or another image.
    fn image(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        if last_key(&gap.path) != "image" {
            return None;
        }
        let (wanted, found) = (gap.wanted.as_ref()?.as_str()?, gap.actual.as_deref()?);
        let split = |image: &str| -> (String, String) {
            let full = full_image(image);
            full.rsplit_once(':')
                .map(|(name, tag)| (name.to_owned(), tag.to_owned()))
                .unwrap_or((full, String::new()))
        };
        let (one, two) = (split(wanted), split(found));
        let name = name_of(object);
        let show = format!("kubectl describe {} {}", super::super::finding::singular(object), object.name());
        let finding = if one.0 == two.0 {
            Finding::lasting(&sentences::OTHER_TAG, [&name, &two.1, &one.1])
        } else if is_typo(&one.0, &two.0) {
            Finding::lasting(&sentences::NEAR_VALUE, [&name, "image", found, wanted])
        } else {
            Finding::lasting(&sentences::OTHER_IMAGE, [&name, found, wanted])
        };
        Some(finding.aside(container_at(object, &gap.path)).shown_by(show))
    }

    /// A Pod that was changed instead of the template that it comes from.
    fn changed_pod(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let below = gap.path.strip_prefix("spec.template.")?;
        let wanted = gap.wanted.as_ref()?;
        let owner = name_of(object);
        let chain = Chain::new(self.facts.world, self.facts.logs);
        let pods = self.facts.world.all(&builtin::POD, Some(object.namespace())).iter();
        // A Pod of another version comes from another template, and nobody changed it.
        let templates = self.facts.world.all(&builtin::REPLICA_SET, Some(object.namespace()));
        let from_template = |pod: &&Object| {
            let made_by = pod.controller();
            let own = |set: &&Object| made_by.as_ref().is_some_and(|owner| owner.uid == set.uid());
            templates.iter().filter(own).any(|set| stands_at(set.value(), &gap.path, wanted))
        };
        let changed = pods
            .filter(|pod| chain.workload_of(pod) == owner && !from_template(pod))
            .find(|pod| stands_at(pod.value(), below, wanted))?;
        let words = [name_of(changed), owner];
        let show = get_yaml(object, self.facts.world.namespace());
        Some(Finding::lasting(&sentences::CHANGED_POD, [&words[0], &words[1]]).shown_by(show))
    }

    /// A number of replicas that an autoscaler sets.
    fn autoscaled(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        if gap.path != "spec.replicas" {
            return None;
        }
        let autoscalers = self.facts.world.all(&builtin::HORIZONTAL_POD_AUTOSCALER, Some(object.namespace()));
        let autoscaler = autoscalers.iter().find(|autoscaler| {
            autoscaler.text("/spec/scaleTargetRef/name") == object.name()
                && autoscaler.text("/spec/scaleTargetRef/kind") == object.kind()
        })?;
        let bound = |field: &str| autoscaler.number(&format!("/spec/{field}")).unwrap_or(1).to_string();
        let words = [name_of(autoscaler), bound("minReplicas"), bound("maxReplicas")];
        let finding = Finding::lasting(&sentences::AUTOSCALED, [&words[0], &words[1], &words[2]]);
        Some(finding.shown_by("kubectl get horizontalpodautoscalers"))
    }

    /// A number of replicas that was given to the ReplicaSet below, which its owner puts back.
    fn scaled_below(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        if gap.path != "spec.replicas" || object.kind() != "Deployment" {
            return None;
        }
        let mut words = self.facts.commands.last()?.split_whitespace();
        let scales = words.any(|word| word == "scale");
        let of_set = |word: &str| {
            let kind = resolve_kind(word.split('/').next().unwrap_or_default());
            kind.is_some_and(|kind| kind.kind == "ReplicaSet")
        };
        let words = [name_of(object), gap.actual.clone()?, gap.expected.clone()];
        let below = scales && words_name(self.facts.commands.last()?, of_set);
        let finding = Finding::lasting(&sentences::KEEPS_COUNT, [&words[0], &words[1], &words[2]]);
        below.then(|| finding.shown_by(format!("kubectl get {}", words[0])))
    }

    /// A field that the file applied last sets as it is wanted, and that somebody wrote since.
    fn drifted(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let (wanted, found) = (gap.wanted.as_ref()?, gap.actual.as_deref()?);
        let applied: Value = serde_json::from_str(object.annotation(LAST_APPLIED)?).ok()?;
        let pointer = format!("/{}", gap.path.replace('[', "/").replace(']', "").replace('.', "/"));
        let said = applied.pointer(&pointer)? == wanted;
        let words = [name_of(object), gap.path.clone()];
        let finding = Finding::lasting(&sentences::DRIFTED, [&words[0], &words[1], found, &gap.expected]);
        said.then(|| finding.shown_by("kubectl diff -f FILE"))
    }

    /// A text that comes near to the wanted one.
    fn near_value(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let (wanted, found) = (gap.wanted.as_ref()?.as_str()?, gap.actual.as_deref()?);
        let worth_it = is_typo(wanted, found) && wanted.parse::<f64>().is_err();
        let words = [name_of(object), gap.path.clone()];
        let finding = Finding::lasting(&sentences::NEAR_VALUE, [&words[0], &words[1], found, wanted]);
        worth_it.then(|| finding.shown_by(get_yaml(object, self.facts.world.namespace())))
    }
}

/// The container at whose image a path ends, where there are several.
fn container_at(object: &Object, path: &str) -> Aside {
    let (list, rest) = path.split_once("containers[")?;
    let index: usize = rest.split(']').next()?.parse().ok()?;
    let containers = object.list(&format!("/{}containers", list.replace('.', "/")));
    let name = containers.get(index)?["name"].as_str()?;
    (containers.len() > 1).then(|| (&sentences::OF_CONTAINER, vec![name.to_owned()]))
}

/// Whether a word of a command that is no option is of a kind.
fn words_name(line: &str, is: impl Fn(&str) -> bool) -> bool {
    line.split_whitespace().filter(|word| !word.starts_with('-')).any(is)
}
