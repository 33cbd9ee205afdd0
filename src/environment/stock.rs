//! Keeps account of whose the objects on a real cluster are, around every command that may make some.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::base::UserError;

use super::inventory::{self, Root, Served};
use super::marks::{self, Marks};
use super::objects::Objects;

/// An object that a command of the learner's made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its kind and name.
    pub object: String,
    /// Its uid.
    pub uid: String,
}

/// What is known about whose the objects are.
#[derive(Default)]
struct Ledger {
    /// Uids of what the course and the learner made.
    recorded: BTreeSet<String>,
    /// Uids of what was there before, or came from somebody else.
    others: BTreeSet<String>,
    /// Commands that run and may make something.
    writing: usize,
    /// Whether one was ended before anybody looked what it had made.
    unseen: bool,
    /// What was made and not told yet.
    made: Vec<Made>,
    /// Kinds of definitions that somebody else brought: what lessons make of them goes as well.
    custom: Vec<Arc<Served>>,
}

/// The account of one session; clones share it.
#[derive(Clone)]
pub(super) struct Stock {
    pub client: kube::Client,
    pub namespace: String,
    pub whole_cluster: bool,
    /// Whether the cluster is our own.
    pub own: bool,
    ledger: Arc<Mutex<Ledger>>,
}

/// A command that runs, and may be ended by dropping it.
struct Running(Arc<Mutex<Ledger>>);

impl Drop for Running {
    fn drop(&mut self) {
        let mut ledger = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.writing = ledger.writing.saturating_sub(1);
        // Until somebody has looked.
        ledger.unseen = true;
    }
}

impl Stock {
    pub(super) fn new(
        client: kube::Client,
        namespace: &str,
        (own, whole_cluster): (bool, bool),
        recorded: BTreeSet<String>,
    ) -> Self {
        let ledger = Arc::new(Mutex::new(Ledger { recorded, ..Ledger::default() }));
        Self { client, namespace: namespace.to_owned(), whole_cluster, own, ledger }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what is there for somebody else's, but for what an earlier session says that it made.
    pub(super) async fn open(&self, marks: &Marks) -> Result<(), UserError> {
        self.ledger().custom = inventory::custom_kinds(&self.client).await;
        let (_, others) = self.take().await?;
        let (made, others): (Vec<Root>, Vec<Root>) = others.into_iter().partition(|root| marks.claims(root));
        let mut ledger = self.ledger();
        ledger.recorded.extend(made.into_iter().map(|root| root.uid));
        ledger.others = others.into_iter().map(|root| root.uid).collect();
        Ok(())
    }

    /// What is there: ours, and what is not.
    pub(super) async fn take(&self) -> Result<(Vec<Root>, Vec<Root>), UserError> {
        let (custom, recorded) = {
            let ledger = self.ledger();
            (ledger.custom.clone(), ledger.recorded.clone())
        };
        let roots = inventory::roots(&self.client, &self.namespace, self.whole_cluster, &custom).await?;
        Ok(inventory::sort(roots, &recorded, self.own, &self.namespace))
    }

    /// What commands made since this was last asked.
    pub(super) fn take_made(&self) -> Vec<Made> {
        std::mem::take(&mut self.ledger().made)
    }

    /// Runs a command that may make something, and finds out what it made.
    pub(super) async fn around<T>(&self, command: impl Future<Output = T>) -> T {
        // What came since the last command came from somebody else, unless another one still runs.
        let quiet = {
            let ledger = self.ledger();
            ledger.writing == 0 && !ledger.unseen
        };
        if quiet && let Ok((_, others)) = self.take().await {
            self.ledger().others.extend(others.into_iter().map(|root| root.uid));
        }
        self.ledger().writing += 1;
        let running = Running(Arc::clone(&self.ledger));
        self.mark(&marks::while_running()).await;
        let outcome = command.await;
        // A cluster that is lost now keeps the mark, by which the next session knows what was made; this
        // one looks again before it removes anything.
        let seen = self.take().await;
        drop(running);
        if let Ok((ours, new)) = seen {
            self.enter(&ours, new).await;
        }
        outcome
    }

    /// Whose things are before anything is removed: what a lost cluster kept us from seeing is looked up.
    pub(super) async fn take_whole(&self) -> Result<(Vec<Root>, Vec<Root>), UserError> {
        let (ours, others) = self.take().await?;
        let unseen = {
            let ledger = self.ledger();
            ledger.unseen && ledger.writing == 0
        };
        if !unseen {
            return Ok((ours, others));
        }
        self.enter(&ours, others).await;
        self.take().await
    }

    /// Takes what is new for what our commands made.
    async fn enter(&self, ours: &[Root], new: Vec<Root>) {
        let (new, alone) = {
            let mut ledger = self.ledger();
            let new: Vec<Root> = new.into_iter().filter(|root| !ledger.others.contains(&root.uid)).collect();
            ledger.recorded.extend(new.iter().map(|root| root.uid.clone()));
            let made = new.iter().map(|root| Made { object: root.shown(), uid: root.uid.clone() });
            ledger.made.extend(made);
            ledger.unseen = false;
            (new, ledger.writing == 0)
        };
        if alone {
            self.mark(&marks::after(ours.iter().chain(&new))).await;
        }
    }

    /// Writes a mark on the namespace of the lessons.
    async fn mark(&self, annotations: &Value) {
        if !self.own {
            let objects = Objects::new(self.client.clone(), &self.namespace);
            let path = format!("/api/v1/namespaces/{}", self.namespace);
            // Without it, only what a kill leaves behind would be taken for somebody else's.
            let _ = objects.annotate(&path, annotations).await;
        }
    }
}
