//! Names of live objects, for completion: asked on the editor's thread, answered by the cluster.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::base::timeout;
use crate::kubectl;

/// How long completion may wait for the cluster: longer would feel like a stuck key.
const WAIT_MAX: Duration = Duration::from_millis(400);

/// Looks names up in the cluster, and remembers them until the next command.
#[derive(Clone)]
pub(super) struct ObjectNames {
    client: kube::Client,
    namespace: String,
    runtime: Handle,
    known: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
}

impl ObjectNames {
    /// Looks in that namespace. Call within a tokio runtime.
    pub(super) fn new(client: kube::Client, namespace: String) -> Self {
        Self { client, namespace, runtime: Handle::current(), known: Arc::default() }
    }

    /// The names of the objects of a kind; empty when the cluster does not answer in time.
    /// Blocks: only for the editor's thread.
    pub(super) fn of_kind(&self, plural: &str) -> Vec<String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = known.get(plural) {
            return names.clone();
        }
        let asked = kubectl::object_names(&self.client, &self.namespace, plural);
        let names = self.runtime.block_on(timeout(WAIT_MAX, asked)).unwrap_or_default();
        known.insert(plural.to_owned(), names.clone());
        names
    }

    /// Forgets what was looked up: a command may have changed it.
    pub(super) fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
