//! On a real cluster: what was written goes into the journal, and a lesson pauses while the cluster is away.

use std::collections::BTreeMap;

use crate::base::{UserError, Value};
use crate::environment::{CommandLine, Interruption, Made};
use crate::lesson::Step;
use crate::progress;

use super::super::look::evictions;
use super::super::message::{Message, Remark};
use super::super::whole_cluster::needs;
use super::Driver;

/// Evictions that are told in a session: more would be noise.
const EVICTIONS_MAX: usize = 200;

impl Driver {
    /// Whether a line may run: after a switch of context only what puts it back.
    pub(super) fn may_run(&mut self, line: &str) -> bool {
        let mends = matches!(CommandLine::parse(line), CommandLine::Kubectl(words) if words.first().is_some_and(|word| word == "config"));
        match self.environment.verify() {
            Err(error) if !mends => {
                self.stand_still(error);
                false
            }
            _ => true,
        }
    }

    /// Says why nothing happens.
    pub(super) fn stand_still(&mut self, error: UserError) {
        self.show_error(error);
    }

    /// Whether the learner was told that the lesson pauses.
    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether the cluster is away; says so once, and once that it is back.
    pub(super) fn is_interrupted(&mut self) -> bool {
        let interruption = self.environment.interruption();
        match (&interruption, self.paused) {
            (Some(interruption), false) => {
                self.paused = true;
                match interruption {
                    Interruption::Lost(why) => self.say(Message::ClusterLost(why)),
                    Interruption::Unauthorized(why) => self.say(Message::ClusterUnauthorized(why)),
                    Interruption::Throttled => self.say(Message::ClusterThrottled),
                }
            }
            (None, true) => {
                self.paused = false;
                self.say(Message::ClusterBack);
            }
            _ => {}
        }
        interruption.is_some()
    }

    /// A cluster that comes back may be a new one.
    pub(super) async fn tell_of_another_cluster(&mut self) {
        if let Some(uid) = self.environment.becomes_another().await {
            self.record(&progress::Event::ClusterSeen { uid });
            self.remark(Remark::AnotherCluster);
        }
    }

    /// Pods that were evicted are told once: it was the cluster, and what comes of it.
    pub(super) fn tell_of_evictions(&mut self) {
        let Some(witness) = &self.witness else { return };
        for eviction in evictions(&witness.moment()) {
            if self.evicted.len() < EVICTIONS_MAX && self.evicted.insert(eviction.uid) {
                self.remark(Remark::Evicted(&eviction.pod, &eviction.why));
            }
        }
    }

    /// Makes a start state; while the cluster is away it waits, and then begins anew. Ctrl-C ends the wait.
    pub(super) async fn prepare_with_patience(
        &mut self,
        step: &Step,
        fresh: bool,
    ) -> Result<BTreeMap<String, Value>, UserError> {
        if let Some(needs) = needs(step, &self.environment) {
            return Err(needs.refusal(self.session.language()));
        }
        loop {
            let error = match self.prepare(step, fresh).await {
                Ok(values) => return Ok(values),
                Err(error) => error,
            };
            self.record_writes();
            if !self.is_interrupted() {
                return Err(error);
            }
            tokio::select! {
                () = self.environment.back() => {}
                _ = tokio::signal::ctrl_c() => return Err(error),
            }
            self.is_interrupted();
        }
    }

    /// Before a fresh start on a real cluster: what goes, and what stays since it is somebody else's.
    pub(super) async fn announce_removal(&mut self, fresh: bool) -> Result<(), UserError> {
        if !fresh {
            return Ok(());
        }
        let (ours, others) = self.environment.removal().await?;
        if !ours.is_empty() {
            self.say(Message::Removing(&ours.join(", ")));
        }
        if !others.is_empty() {
            self.say(Message::LeavingOthers(&others.join(", ")));
        }
        Ok(())
    }

    /// What the engine wrote since it was last asked goes into the journal.
    pub(super) fn record_writes(&mut self) {
        for write in self.environment.take_writes() {
            let (verb, path, uid) = (write.verb.to_owned(), write.path, write.uid);
            self.record(&progress::Event::EngineWrote { verb, path, uid });
        }
    }

    /// What commands made goes into the journal.
    pub(super) fn record_made(&mut self) {
        for Made { object, uid } in self.environment.take_made() {
            self.record(&progress::Event::ObjectMade { object, uid });
        }
    }

    fn record(&mut self, event: &progress::Event) {
        if let Err(error) = self.journal.append(event) {
            self.show_error(error);
        }
    }
}
