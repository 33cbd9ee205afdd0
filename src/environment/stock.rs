//! Keeps account of whose the objects on a real cluster are, around every command that may make some.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::{UserError, Value};

use super::command_line::CommandLine;
use super::deeds::{Deeds, Done};
use super::inventory::{self, Root, Served};
use super::marks;
use super::objects::Objects;

/// An object that a command of the learner's made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its kind and name.
    pub object: String,
    /// Its uid.
    pub uid: String,
}

/// Objects outside of what lessons use that are looked after, at most.
const ELSEWHERE_MAX: usize = 200;

/// What is known about whose the objects are.
#[derive(Default)]
struct Ledger {
    /// Uids of what the course and the learner made.
    recorded: BTreeSet<String>,
    /// Uids of what was there before, or came from somebody else.
    others: BTreeSet<String>,
    /// Programs besides our own kubectl that ran since somebody looked what they made.
    programs: BTreeSet<String>,
    /// Commands that run and may make something.
    writing: usize,
    /// Whether one was ended before anybody looked what it had made.
    unseen: bool,
    /// What was made and not told yet.
    made: Vec<Made>,
    /// Kinds of definitions that somebody else brought: what lessons make of them goes as well.
    custom: Vec<Arc<Served>>,
    /// Paths of what an earlier session asked for without hearing an answer.
    inherited: BTreeSet<String>,
    /// Whether something was recorded that the namespace does not say yet.
    unmarked: bool,
}

/// The account of one session; clones share it.
#[derive(Clone)]
pub(super) struct Stock {
    pub client: kube::Client,
    pub namespace: String,
    pub whole_cluster: bool,
    /// Whether the cluster is our own.
    pub own: bool,
    /// What our own commands say that they made.
    pub deeds: Deeds,
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
        deeds: Deeds,
    ) -> Self {
        let ledger = Arc::new(Mutex::new(Ledger { recorded, ..Ledger::default() }));
        Self { client, namespace: namespace.to_owned(), whole_cluster, own, deeds, ledger }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what is there for somebody else's, but for what earlier sessions say that they made: on the
    /// namespace, and in the file of what commands did, also of a session that was killed. Says whether
    /// nothing of ours is there.
    pub(super) async fn open(&self, marked: BTreeSet<String>) -> Result<bool, UserError> {
        let custom = inventory::custom_kinds(&self.client).await;
        {
            let mut ledger = self.ledger();
            ledger.custom = custom;
            ledger.recorded.extend(marked);
            ledger.inherited = self.deeds.read().open;
        }
        let (ours, others) = self.take().await?;
        self.ledger().others = others.into_iter().map(|root| root.uid).collect();
        Ok(ours.is_empty())
    }

    /// What is there: ours, and what is not.
    pub(super) async fn take(&self) -> Result<(Vec<Root>, Vec<Root>), UserError> {
        let custom = self.ledger().custom.clone();
        let mut roots = inventory::roots(&self.client, &self.namespace, self.whole_cluster, &custom).await?;
        // Read after the look, so that nothing is there that is not yet written down.
        let done = self.deeds.read();
        roots.extend(self.elsewhere(&roots, &done).await?);
        let mut ledger = self.ledger();
        let claimed: Vec<&Root> = roots
            .iter()
            .filter(|root| done.claims(&root.path(), &root.uid))
            // A request without an answer did not make what was there before it.
            .filter(|root| done.made.contains_key(&root.uid) || !ledger.others.contains(&root.uid))
            .collect();
        ledger.record(claimed.into_iter());
        let (mut ours, others) = inventory::sort(roots, &ledger.recorded, self.own, &self.namespace);
        // Claims come when the controller makes them, not when the command ends.
        let (claims, others): (Vec<Root>, Vec<Root>) =
            others.into_iter().partition(|root| is_claim_of(root, &ours, &done));
        ledger.record(claims.iter());
        ours.extend(claims);
        Ok((ours, others))
    }

    /// What our commands made where lessons make nothing: in other namespaces, and outside of all.
    async fn elsewhere(&self, roots: &[Root], done: &Done) -> Result<Vec<Root>, UserError> {
        let known: BTreeSet<&str> = roots.iter().map(|root| root.uid.as_str()).collect();
        let here = format!("/namespaces/{}/", self.namespace);
        let looked_for =
            done.made.iter().filter(|(uid, path)| !known.contains(uid.as_str()) && !path.contains(&here));
        let objects = Objects::new(self.client.clone(), &self.namespace);
        let mut found = Vec::new();
        for (uid, path) in looked_for.take(ELSEWHERE_MAX) {
            match inventory::elsewhere(&objects, path, uid).await? {
                Some(root) => found.push(root),
                None => self.deeds.forget(uid),
            }
        }
        Ok(found)
    }

    /// What commands made since this was last asked.
    pub(super) fn take_made(&self) -> Vec<Made> {
        std::mem::take(&mut self.ledger().made)
    }

    /// Runs a command that may make something, and finds out what it made.
    pub(super) async fn around<T>(&self, line: &CommandLine, command: impl Future<Output = T>) -> T {
        let programs = line.programs();
        // What such a program makes is told from what was there by looking before and after it.
        let looks = {
            let ledger = self.ledger();
            !programs.is_empty() && ledger.writing == 0 && !ledger.unseen
        };
        if looks && let Ok((_, others)) = self.take().await {
            self.ledger().others.extend(others.into_iter().map(|root| root.uid));
        }
        {
            let mut ledger = self.ledger();
            ledger.writing += 1;
            ledger.programs.extend(programs);
        }
        let running = Running(Arc::clone(&self.ledger));
        let outcome = command.await;
        // When the cluster is lost now, somebody looks again before anything is removed.
        let seen = self.take().await;
        drop(running);
        if let Ok((ours, new)) = seen {
            self.enter(&ours, new).await;
        }
        outcome
    }

    /// Whose things are before anything is removed: what a lost cluster kept us from seeing is looked up.
    pub(super) async fn take_whole(&self) -> Result<(Vec<Root>, Vec<Root>), UserError> {
        let (mut ours, mut others) = self.take().await?;
        let unseen = {
            let ledger = self.ledger();
            ledger.unseen && ledger.writing == 0
        };
        if unseen {
            self.enter(&ours, others).await;
            (ours, others) = self.take().await?;
        }
        // Where a request of a killed session led is known by now.
        let inherited = std::mem::take(&mut self.ledger().inherited);
        self.deeds.settle(&inherited, ours.iter().map(|root| (root.path(), root.uid.as_str())));
        for namespace in ours.extract_if(.., |root| root.kind.plural == "namespaces").collect::<Vec<_>>() {
            if self.is_shared(&namespace).await? {
                others.push(Root { shared: true, ..namespace });
            } else {
                ours.push(namespace);
            }
        }
        Ok((ours, others))
    }

    /// Whether somebody else has something in a namespace of the learner's, with which it would go.
    async fn is_shared(&self, namespace: &Root) -> Result<bool, UserError> {
        if self.own || namespace.labelled {
            return Ok(false);
        }
        let custom = self.ledger().custom.clone();
        let held = inventory::roots(&self.client, &namespace.name, false, &custom).await?;
        let done = self.deeds.read();
        let is_ours = |root: &Root| root.labelled || done.claims(&root.path(), &root.uid);
        let by_cluster = |root: &Root| {
            !root.managers.is_empty() && root.managers.iter().all(|name| name.starts_with("kube-"))
        };
        Ok(held.iter().any(|root| !is_ours(root) && !by_cluster(root)))
    }

    /// What is new and not written down by our commands: made by other programs that they ran.
    async fn enter(&self, ours: &[Root], new: Vec<Root>) {
        let (new, marks) = {
            let mut ledger = self.ledger();
            let is_ours =
                |root: &Root| !ledger.others.contains(&root.uid) && ledger.is_made_by_programs(root);
            let new: Vec<Root> = new.into_iter().filter(is_ours).collect();
            ledger.record(new.iter());
            ledger.unseen = false;
            let alone = ledger.writing == 0;
            if alone {
                ledger.programs.clear();
            }
            let marks = alone && std::mem::take(&mut ledger.unmarked);
            (new, marks)
        };
        if marks {
            self.mark(&marks::made(ours.iter().chain(&new))).await;
        }
    }

    /// Writes a mark on the namespace of the lessons.
    async fn mark(&self, annotations: &Value) {
        if !self.own {
            let objects = Objects::new(self.client.clone(), &self.namespace);
            let path = format!("/api/v1/namespaces/{}", self.namespace);
            // Without it, only another machine would take what was made for somebody else's.
            let _ = objects.annotate(&path, annotations).await;
        }
    }
}

impl Ledger {
    /// Takes objects for ours, and remembers to tell of those that are new.
    fn record<'a>(&mut self, roots: impl Iterator<Item = &'a Root>) {
        for root in roots {
            if self.recorded.insert(root.uid.clone()) && !root.labelled {
                self.made.push(Made { object: root.shown(), uid: root.uid.clone() });
                self.unmarked = true;
            }
        }
    }

    /// Whether an object names one of the programs that ran as who wrote it: `helm` for `helm install …`.
    fn is_made_by_programs(&self, root: &Root) -> bool {
        root.managers.iter().any(|manager| {
            let name = manager.split(|character: char| !character.is_alphanumeric()).next();
            name.is_some_and(|name| self.programs.contains(name))
        })
    }
}

/// Whether a PersistentVolumeClaim was made for a StatefulSet of ours; it has no owner.
fn is_claim_of(root: &Root, ours: &[Root], done: &Done) -> bool {
    let sets = ours.iter().filter(|root| root.kind.plural == "statefulsets").map(|root| root.name.as_str());
    let made = done.made.values().filter_map(|path| path.split_once("/statefulsets/").map(|(_, name)| name));
    let of = |name: &str| {
        let number = root.name.rsplit_once('-');
        number.is_some_and(|(rest, number)| {
            number.parse::<u32>().is_ok() && rest.ends_with(&format!("-{name}"))
        })
    };
    root.kind.plural == "persistentvolumeclaims"
        && root.managers.contains("kube-controller-manager")
        && sets.chain(made).any(of)
}
