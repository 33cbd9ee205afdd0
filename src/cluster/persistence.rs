//! Keeps a cluster on disk so that it survives a kill at any moment: a snapshot, and every change since.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::apimachinery::builtin::{CUSTOM_RESOURCE_DEFINITION, POD};
use crate::apimachinery::{Kind, Object, ObjectKey, define, kind_of};
use crate::base::{Random, ResultExt, Timestamp, UserError, free_name};

use super::authentication::Authority;
use super::kubelet::NodeState;
use super::registry::Registry;
use super::simulation::Simulation;
use super::storage::{ChangeType, Store};

const SNAPSHOT_FILE: &str = "state.json";
const CHANGES_FILE: &str = "changes.jsonl";
/// Only its owner may read it.
const KEYS_FILE: &str = "keys.json";

/// The format of both files; another number is kept aside, not guessed at.
const FORMAT: u32 = 1;

/// Bytes of changes after which a new snapshot is worth more than a longer log.
const CHANGES_BYTES_MAX: u64 = 4 << 20;

/// A whole cluster as it stands in the file.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    format: u32,
    /// Which world this is: changes of another one are none of ours.
    world: u64,
    revision: u64,
    now: Timestamp,
    random: Random,
    objects: Vec<Object>,
    node: NodeState,
}

/// One line of the change log.
#[derive(Serialize, Deserialize)]
struct Line {
    world: u64,
    revision: u64,
    now: Timestamp,
    /// The generator after the write: nothing is drawn twice.
    random: Random,
    /// Whether the object is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    removed: bool,
    object: Object,
}

/// What was read back.
pub(crate) struct Restored {
    /// All objects.
    pub registry: Registry,
    /// What ran on the nodes, without the Pods that changed after the snapshot: of these the kubelet
    /// takes over what their statuses claim, as a real one does after a restart.
    pub node: NodeState,
}

/// The state folder of a running cluster.
#[derive(Debug)]
pub(crate) struct Persistence {
    folder: PathBuf,
    changes: File,
    changes_bytes: u64,
    world: u64,
    /// The last revision on disk.
    written: u64,
    /// Whether changes came since the snapshot.
    stale: bool,
}

impl Persistence {
    /// Opens the folder; gives back the cluster it holds, if it holds one, and sentences about
    /// damage that was kept aside.
    ///
    /// # Errors
    /// When the folder cannot be read or written.
    pub(crate) fn open(folder: &Path) -> Result<(Self, Option<Restored>, Vec<UserError>), UserError> {
        let doing = || format!("cannot use {}", folder.display());
        fs::create_dir_all(folder).while_doing(doing)?;
        let mut notices = Vec::new();
        let snapshot = read_snapshot(&folder.join(SNAPSHOT_FILE), &mut notices)?;
        let path = folder.join(CHANGES_FILE);
        let lines = read_changes(&path, snapshot.as_ref(), &mut notices)?;
        let changes = OpenOptions::new().create(true).append(true).open(&path).while_doing(doing)?;
        let changes_bytes = changes.metadata().while_doing(doing)?.len();
        let persistence = Self {
            folder: folder.to_owned(),
            changes,
            changes_bytes,
            world: snapshot.as_ref().map_or_else(Random::fresh_seed, |snapshot| snapshot.world),
            written: 0,
            stale: true,
        };
        Ok((persistence, snapshot.map(|snapshot| restore(snapshot, lines)), notices))
    }

    /// Appends what changed since the last call. The kernel has it when this returns, so that a kill
    /// of this process loses nothing.
    ///
    /// # Errors
    /// When it cannot be written (disk full).
    pub(crate) fn append(&mut self, simulation: &Simulation) -> Result<(), UserError> {
        let store = simulation.registry.store();
        if store.revision() == self.written {
            return Ok(());
        }
        let Ok(changes) = store.changes_since(self.written) else { return self.save(simulation) };
        let doing = || format!("cannot write {CHANGES_FILE}");
        let mut bytes = Vec::new();
        for change in changes {
            let line = Line {
                world: self.world,
                revision: change.revision,
                now: simulation.registry.now(),
                random: simulation.registry.random_state(),
                removed: change.change_type == ChangeType::Deleted,
                object: Object::clone(&change.object),
            };
            serde_json::to_writer(&mut bytes, &line).while_doing(doing)?;
            bytes.push(b'\n');
        }
        self.changes.write_all(&bytes).while_doing(doing)?;
        self.changes_bytes += bytes.len() as u64;
        self.written = store.revision();
        self.stale = true;
        if self.changes_bytes > CHANGES_BYTES_MAX { self.save(simulation) } else { Ok(()) }
    }

    /// Whether a snapshot would hold more than the one on disk.
    pub(crate) fn is_stale(&self) -> bool {
        self.stale
    }

    /// The world was replaced: nothing on disk belongs to it any more.
    ///
    /// # Errors
    /// When the new one cannot be written.
    pub(crate) fn replace(&mut self, simulation: &Simulation) -> Result<(), UserError> {
        self.world = self.world.wrapping_add(1);
        self.save(simulation)
    }

    /// Writes a snapshot: beside, then renamed; the change log starts anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn save(&mut self, simulation: &Simulation) -> Result<(), UserError> {
        self.write(simulation, true)?;
        self.stale = false;
        Ok(())
    }

    /// Writes the first snapshot without waiting for the disk: a kill loses nothing, and the next one,
    /// when all is quiet, is there after a power failure, too.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn begin(&mut self, simulation: &Simulation) -> Result<(), UserError> {
        self.write(simulation, false)
    }

    fn write(&mut self, simulation: &Simulation, durably: bool) -> Result<(), UserError> {
        let path = self.folder.join(SNAPSHOT_FILE);
        let doing = || format!("cannot write {}", path.display());
        let store = simulation.registry.store();
        let snapshot = Snapshot {
            format: FORMAT,
            world: self.world,
            revision: store.revision(),
            now: simulation.registry.now(),
            random: simulation.registry.random_state(),
            objects: store.all().map(|object| Object::clone(object)).collect(),
            node: simulation.node.clone(),
        };
        let beside = path.with_extension("json.new");
        let mut file = File::create(&beside).while_doing(doing)?;
        let bytes = serde_json::to_vec(&snapshot).while_doing(doing)?;
        file.write_all(&bytes).while_doing(doing)?;
        if durably {
            file.sync_data().while_doing(doing)?;
        }
        fs::rename(&beside, &path).while_doing(doing)?;
        // A kill here leaves lines that the snapshot has already; their revisions tell.
        self.changes.set_len(0).while_doing(doing)?;
        self.changes_bytes = 0;
        self.written = store.revision();
        Ok(())
    }
}

/// The keys of the cluster of a state folder; fresh ones the first time, or when they are damaged.
///
/// # Errors
/// When they can neither be read nor written.
pub(crate) fn keys(folder: &Path) -> Result<Arc<Authority>, UserError> {
    let path = folder.join(KEYS_FILE);
    let doing = || format!("cannot use {}", path.display());
    fs::create_dir_all(folder).while_doing(doing)?;
    let stored = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(authority) = stored.as_ref().and_then(Authority::from_value) {
        return Ok(Arc::new(authority));
    }
    let authority = Authority::fresh()?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let beside = path.with_extension("json.new");
    let mut file = options.open(&beside).while_doing(doing)?;
    file.write_all(authority.to_value().to_string().as_bytes()).while_doing(doing)?;
    fs::rename(&beside, &path).while_doing(doing)?;
    Ok(Arc::new(authority))
}

fn read_snapshot(path: &Path, notices: &mut Vec<UserError>) -> Result<Option<Snapshot>, UserError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).while_doing(|| format!("cannot read {}", path.display())),
    };
    match serde_json::from_slice::<Snapshot>(&bytes) {
        Ok(snapshot) if snapshot.format == FORMAT => Ok(Some(snapshot)),
        _ => {
            let aside = keep_aside(path)?;
            let aside = aside.display();
            let english = format!(
                "the cluster's state could not be read; it is kept as {aside} and a fresh cluster takes its place"
            );
            notices.push(UserError::new(english).or_korean(UserError::new(format!(
                "클러스터의 상태를 읽을 수 없습니다. {aside}에 보관하고 새 클러스터로 시작합니다"
            ))));
            Ok(None)
        }
    }
}

/// The lines that follow the snapshot; a last line that a kill cut off is dropped.
fn read_changes(
    path: &Path,
    snapshot: Option<&Snapshot>,
    notices: &mut Vec<UserError>,
) -> Result<Vec<Line>, UserError> {
    let bytes = fs::read(path).unwrap_or_default();
    let Some(snapshot) = snapshot else { return Ok(Vec::new()) };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let mut lines: Vec<Line> = Vec::new();
    for text in bytes[..whole].split(|byte| *byte == b'\n').filter(|text| !text.is_empty()) {
        let Ok(line) = serde_json::from_slice::<Line>(text) else {
            let aside = keep_aside(path)?;
            let aside = aside.display();
            let english =
                format!("the last changes of the cluster could not be read; they are kept as {aside}");
            notices.push(UserError::new(english).or_korean(UserError::new(format!(
                "클러스터의 마지막 변경을 읽을 수 없습니다. {aside}에 보관했습니다"
            ))));
            break;
        };
        let follows = lines.last().map_or(snapshot.revision, |last| last.revision) + 1;
        if line.world == snapshot.world && line.revision == follows {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Renames a file to the first free `….damaged-N`.
fn keep_aside(path: &Path) -> Result<PathBuf, UserError> {
    let aside = free_name(path, "damaged");
    fs::rename(path, &aside).while_doing(|| format!("cannot keep {} aside", path.display()))?;
    Ok(aside)
}

fn restore(snapshot: Snapshot, lines: Vec<Line>) -> Restored {
    let kinds = all_kinds(snapshot.objects.iter().chain(lines.iter().map(|line| &line.object)));
    let kind = |object: &Object| {
        let (api_version, name) = (object.api_version(), object.kind());
        kind_of(api_version, name).or_else(|| kinds.get(&(api_version.to_owned(), name.to_owned())).copied())
    };
    let mut objects: Vec<(&'static Kind, Object)> =
        snapshot.objects.into_iter().filter_map(|object| Some((kind(&object)?, object))).collect();
    let (mut revision, mut now, mut random) = (snapshot.revision, snapshot.now, snapshot.random);
    let mut node = snapshot.node;
    for line in lines {
        (revision, now, random) = (line.revision, line.now, line.random);
        let Some(kind) = kind(&line.object) else { continue };
        let key: ObjectKey = line.object.key();
        if kind == &POD {
            node.destroy(&key.to_string());
        }
        objects.retain(|(other, object)| *other != kind || object.key() != key);
        if !line.removed {
            objects.push((kind, line.object));
        }
    }
    Restored { registry: Registry::with_store(Store::restore(objects, revision), now, random), node }
}

/// The custom kinds that any of the objects defines, whatever came of the definition: by their keys the
/// objects of one resource are one, whichever shape of it is taken.
fn all_kinds<'a>(objects: impl Iterator<Item = &'a Object>) -> BTreeMap<(String, String), &'static Kind> {
    let definitions =
        objects.filter(|object| object.kind() == CUSTOM_RESOURCE_DEFINITION.kind).filter_map(define);
    let mut kinds = BTreeMap::new();
    for definition in definitions {
        for kind in definition.served.into_iter().chain([definition.storage]) {
            kinds.insert((kind.api_version(), kind.kind.to_owned()), kind);
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::CONFIG_MAP;
    use crate::base::to_value;
    use crate::cluster::ClusterConfig;
    use crate::cluster::registry::WriteOptions;

    fn world() -> Simulation {
        Simulation::new(&ClusterConfig::default(), "2026-01-01T00:00:00Z".parse().unwrap())
    }

    fn add(simulation: &mut Simulation, name: &str) {
        let object = Object::new(&CONFIG_MAP, "default", name);
        simulation.registry.create(&CONFIG_MAP, "default", object, &WriteOptions::component("test")).unwrap();
    }

    fn everything(registry: &Registry) -> Vec<Object> {
        registry.store().all().map(|object| Object::clone(object)).collect()
    }

    #[test]
    fn what_was_appended_is_there_after_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let mut simulation = world();
        let (mut persistence, restored, _) = Persistence::open(folder.path()).unwrap();
        assert!(restored.is_none());
        persistence.save(&simulation).unwrap();
        add(&mut simulation, "one");
        persistence.append(&simulation).unwrap();
        add(&mut simulation, "two");
        let key = ObjectKey::new("default", "one");
        let options = WriteOptions::component("test");
        simulation.registry.delete(&CONFIG_MAP, &key, &Default::default(), &options).unwrap();
        persistence.append(&simulation).unwrap();
        drop(persistence);

        let (_, restored, notices) = Persistence::open(folder.path()).unwrap();
        let restored = restored.unwrap().registry;
        assert_eq!(notices, []);
        assert_eq!(restored.store().revision(), simulation.registry.store().revision());
        assert_eq!(everything(&restored), everything(&simulation.registry));
        assert_eq!(restored.clone().random().uuid(), simulation.registry.random().uuid());
        assert!(!restored.list(&POD, Some("kube-system")).is_empty());
    }

    #[test]
    fn only_pods_that_changed_after_the_snapshot_are_taken_over_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut simulation = world();
        let (mut persistence, _, _) = Persistence::open(folder.path()).unwrap();
        persistence.save(&simulation).unwrap();
        let pods = simulation.registry.list(&POD, None);
        let mut changed = Object::clone(&pods[0]);
        changed.set_label("changed", "yes");
        simulation.registry.update(&POD, &pods[0].key(), changed, &WriteOptions::component("test")).unwrap();
        persistence.append(&simulation).unwrap();
        let (_, restored, _) = Persistence::open(folder.path()).unwrap();
        let node = to_value(restored.unwrap().node).unwrap();
        let known: Vec<bool> =
            pods.iter().map(|pod| node["pods"].get(pod.key().to_string()).is_some()).collect();
        assert!(!known[0] && known[1..].iter().all(|known| *known), "{known:?}");
    }

    #[test]
    fn a_line_cut_off_by_a_kill_costs_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let mut simulation = world();
        let (mut persistence, _, _) = Persistence::open(folder.path()).unwrap();
        persistence.save(&simulation).unwrap();
        add(&mut simulation, "one");
        persistence.append(&simulation).unwrap();
        let path = folder.path().join(CHANGES_FILE);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(br#"{"world":1,"revis"#).unwrap();
        let (_, restored, notices) = Persistence::open(folder.path()).unwrap();
        assert_eq!(notices, []);
        assert_eq!(everything(&restored.unwrap().registry), everything(&simulation.registry));
    }

    #[test]
    fn a_folder_keeps_its_keys_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        let one = keys(folder.path()).unwrap();
        assert_eq!(keys(folder.path()).unwrap().certificate_pem(), one.certificate_pem());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(KEYS_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn damage_is_kept_aside_and_said_so() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(SNAPSHOT_FILE), b"{\"format\":1,").unwrap();
        let (_, restored, notices) = Persistence::open(folder.path()).unwrap();
        assert!(restored.is_none());
        assert_eq!(notices.len(), 1);
        assert!(folder.path().join("state.json.damaged-1").exists());
    }

    #[test]
    fn changes_of_a_world_that_was_replaced_do_not_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut old = world();
        let (mut persistence, _, _) = Persistence::open(folder.path()).unwrap();
        persistence.save(&old).unwrap();
        add(&mut old, "old");
        persistence.append(&old).unwrap();
        let log = fs::read(folder.path().join(CHANGES_FILE)).unwrap();
        persistence.replace(&world()).unwrap();
        // As if the kill had come before the log was emptied.
        fs::write(folder.path().join(CHANGES_FILE), log).unwrap();
        let (_, restored, _) = Persistence::open(folder.path()).unwrap();
        let key = ObjectKey::new("default", "old");
        assert!(restored.unwrap().registry.get(&CONFIG_MAP, &key).is_err());
    }
}
