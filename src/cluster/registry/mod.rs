//! Create, get, list, update, patch and delete for every kind: the only way to write.

mod admission;
mod admissionregistration;
mod apiextensions;
mod apiregistration;
mod apps;
mod autoscaling;
mod batch;
mod bind;
mod certificates;
mod columns;
mod conversion;
mod coordination;
mod core;
mod create;
mod custom;
mod decode;
mod delete;
mod discovery;
mod event_filter;
mod evict;
mod flowcontrol;
mod metadata;
mod metrics;
mod networking;
mod node;
mod options;
mod patch;
mod pod_defaults;
mod policy;
mod quota;
mod rbac;
mod resource;
mod scale;
mod scheduling;

mod service_allocation;
mod storage;
mod strategy;
mod table;
mod tokens;
mod update;
mod validation;
mod warnings;
mod webhook_client;

use std::sync::Arc;

use crate::apimachinery::{Kind, Object, ObjectKey, Status, builtin};
use crate::base::{Random, Timestamp};

use super::authentication::Authority;
use super::storage::Store;

pub(crate) use crate::apimachinery::seconds as time_text;
pub(crate) use admission::{CLAIM_PROTECTION, VOLUME_PROTECTION, default_storage_class};
pub(crate) use admissionregistration::expression_warnings;
pub(crate) use apiregistration::unavailable_apis;
pub(crate) use columns::Column;
pub(crate) use delete::{FOREGROUND_FINALIZER, ORPHAN_FINALIZER};
use event_filter::EventFilter;
pub(crate) use evict::{
    selects as budget_selects, set_disruption_target, stamp_generation, tell_whether_allowed,
};
pub(crate) use options::{
    DeleteOptions, Deleted, FieldValidation, Patch, Propagation, WriteOptions, Written,
};
pub(crate) use quota::{hard as quota_hard, used as quota_used};
pub(crate) use table::{Row, Table};
pub(crate) use webhook_client::{WebhookAnswer, WebhookServer};

/// The registry: all objects, the rules of their kinds, and the present moment.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    store: Store,
    now: Timestamp,
    random: Random,
    /// What sources have written about objects lately.
    events: EventFilter,
    /// The keys of the cluster; absent when the operating system gave no randomness to make them.
    authority: Option<Arc<Authority>>,
    /// Programs that answer webhooks.
    webhook_servers: &'static [&'static dyn WebhookServer],
}

impl Registry {
    /// An empty registry.
    pub(crate) fn new(now: Timestamp, random: Random) -> Self {
        Self::with_store(Store::default(), now, random)
    }

    /// A registry over objects that a snapshot held.
    pub(crate) fn with_store(store: Store, now: Timestamp, random: Random) -> Self {
        let (events, authority) = (EventFilter::default(), Authority::of_this_process());
        Self { store, now, random, events, authority, webhook_servers: &[] }
    }

    /// The present simulated moment.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Moves the present; called by the simulation alone.
    pub(crate) fn set_now(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// The cluster's generator.
    pub(crate) fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// What keeps sources from flooding objects with events.
    pub(crate) fn event_filter(&mut self) -> &mut EventFilter {
        &mut self.events
    }

    /// The generator as it stands, for snapshots.
    pub(crate) fn random_state(&self) -> Random {
        self.random.clone()
    }

    /// The objects, to read.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// One object.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) fn get(&self, kind: &'static Kind, key: &ObjectKey) -> Result<Arc<Object>, Status> {
        let stored = kind.stored();
        let object = self.store.get(stored, key).ok_or_else(|| Status::not_found(stored, &key.name))?;
        let object = self.in_version(kind, object)?;
        // Of the kinds that there is most of, a look does not keep awake what sleeps: whoever reads much
        // writes little.
        let most = [&builtin::POD, &builtin::EVENT].into_iter().any(|most| std::ptr::eq(most, stored));
        Ok(if most { Object::to_look_at(object) } else { object })
    }

    /// One object that is about to be written, and therefore is awake from now on.
    pub(crate) fn get_to_write(&self, kind: &'static Kind, key: &ObjectKey) -> Option<Arc<Object>> {
        self.store.get(kind.stored(), key).map(|object| conversion::in_version(kind, object))
    }

    /// What the `scale` subresource shows of a workload.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) fn get_scale(&self, kind: &'static Kind, key: &ObjectKey) -> Result<Object, Status> {
        let object = self.get(kind, key).map_err(|status| scale::about_scale(kind, &key.name, status))?;
        scale::scale_of(kind, &object)
    }

    /// What a client is told on every request for a kind that is on its way out.
    pub(crate) fn deprecation(kind: &'static Kind) -> Option<&'static str> {
        custom::rules_of(kind.stored(), kind).deprecation()
    }

    /// All objects of a kind, in one namespace or all, for whoever needs no webhook to understand them.
    pub(crate) fn list(&self, kind: &'static Kind, namespace: Option<&str>) -> Vec<Arc<Object>> {
        self.store.list(kind.stored(), namespace).map(|object| conversion::in_version(kind, object)).collect()
    }

    /// The same for clients: those of the present, or of a revision of the past.
    ///
    /// # Errors
    /// What keeps one of them from being shown in that version; 410 for a past that is forgotten.
    pub(crate) fn list_shown(
        &self,
        kind: &'static Kind,
        namespace: Option<&str>,
        revision: Option<u64>,
    ) -> Result<Vec<Arc<Object>>, Status> {
        let stored = match revision {
            None => self.store.list(kind.stored(), namespace).cloned().collect(),
            Some(revision) => {
                let past = self.store.list_at(kind.stored(), namespace, revision);
                past.map_err(|_| Status::expired("The resourceVersion for the provided list is too old."))?
            }
        };
        stored.iter().map(|object| self.in_version(kind, object)).collect()
    }

    /// The objects of a kind that an owner reference ties to the object with that uid.
    pub(crate) fn owned_by(&self, kind: &'static Kind, namespace: &str, uid: &str) -> Vec<Arc<Object>> {
        self.store.owned_by(kind, Some(namespace), uid).cloned().collect()
    }
}

#[cfg(test)]
mod kinds_tests;
#[cfg(test)]
mod tests;
