//! The objects that stood there when the present step began, kept beside the journal.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::{ResultExt, Timestamp, UserError, Value};

use super::learner::Place;

const FILE_NAME: &str = "step.json";

/// The world at the beginning of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepMoment {
    /// Which step.
    pub place: Place,
    /// When, on the cluster's clock.
    pub at: Timestamp,
    /// The objects.
    pub objects: Vec<Value>,
}

impl StepMoment {
    /// The one kept in a folder, if it can be read; without it nothing is lost but a comparison.
    pub(super) fn load(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(FILE_NAME)).ok()?).ok()
    }

    /// Keeps it in a folder: beside, then renamed.
    ///
    /// # Errors
    /// When it cannot be written (disk full).
    pub(super) fn save(&self, folder: &Path) -> Result<(), UserError> {
        let path = folder.join(FILE_NAME);
        let doing = || format!("cannot write {}", path.display());
        let beside = path.with_extension("json.new");
        let bytes = serde_json::to_vec(self).while_doing(doing)?;
        let mut file = File::create(&beside).while_doing(doing)?;
        file.write_all(&bytes).and_then(|()| file.sync_data()).while_doing(doing)?;
        fs::rename(&beside, &path).while_doing(doing)
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn the_beginning_of_a_step_is_read_back_and_damage_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { chapter: "pods".into(), step: "run".into() };
        let moment = StepMoment { place, at: Timestamp::UNIX_EPOCH, objects: vec![json!({"kind": "Pod"})] };
        assert_eq!(StepMoment::load(folder.path()), None);
        moment.save(folder.path()).unwrap();
        assert_eq!(StepMoment::load(folder.path()), Some(moment));
        fs::write(folder.path().join(FILE_NAME), b"{").unwrap();
        assert_eq!(StepMoment::load(folder.path()), None);
    }
}
