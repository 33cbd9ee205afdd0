//! The cluster of a session: opened or connected to, and handed its tools.

use crate::base::{Output, Random, ResultExt, UserError, wrap};
use crate::cluster::{Cluster, ClusterConfig};
use crate::environment::{Embedded, Environment, ToolSettings, Workspace};
use crate::lesson::Language;
use crate::progress::{Entry, Journal};
use crate::repl::Theme;

use super::args::{EnvironmentKind, Learn};
use super::cluster::write_private;
use super::learn::Folders;
use super::surroundings::Surroundings;

/// What is known about a session before its cluster.
pub(super) struct Wiring<'a> {
    pub(super) learn: &'a Learn,
    pub(super) surroundings: &'a Surroundings,
    pub(super) folders: &'a Folders,
    /// Whether a person sits there.
    pub(super) interactive: bool,
    pub(super) language: Language,
    pub(super) theme: Theme,
    /// What the journal held when the session began.
    pub(super) entries: &'a [Entry],
}

impl Wiring<'_> {
    /// The cluster to learn on, and whether it still is as the learner left it.
    ///
    /// # Errors
    /// When the cluster cannot be opened or reached, or its context is not confirmed.
    pub(super) async fn environment(
        &self,
        out: &mut Output,
        journal: &mut Journal,
    ) -> Result<(Environment, bool), UserError> {
        match self.learn.environment {
            EnvironmentKind::Embedded => self.embedded(out).await,
            EnvironmentKind::Minikube => self.own_minikube(out).await,
            EnvironmentKind::Kubeconfig => self.guest(out, journal).await,
        }
    }

    pub(super) fn tools(&self) -> Result<ToolSettings, UserError> {
        Ok(ToolSettings {
            workspace: Workspace::open(&self.folders.workspace)?,
            shims: self.folders.shims.clone(),
            kubeconfig: self.folders.kubeconfig(),
            executable: self.surroundings.executable.clone(),
            environment: self.surroundings.environment.clone(),
            home: self.surroundings.home(),
            plain: !self.theme.symbols,
        })
    }

    async fn embedded(&self, out: &mut Output) -> Result<(Environment, bool), UserError> {
        let opened = Cluster::open(ClusterConfig {
            nodes: 1,
            seed: self.learn.seed.unwrap_or_else(Random::fresh_seed),
            speed: 1.0,
            manual_time: !self.interactive,
            state_folder: self.folders.state.as_ref().map(|folder| folder.join("cluster")),
        })?;
        for notice in &opened.notices {
            self.say(out, &format!("note: {notice}"))?;
        }
        let listener = opened.cluster.listen(0).await?;
        let settings = self.tools()?;
        write_private(&settings.kubeconfig, listener.kubeconfig())?;
        let embedded = Embedded::new(opened.cluster, listener, &settings)?;
        Ok((Environment::Embedded(embedded), opened.resumed))
    }

    pub(super) fn say(&self, out: &mut Output, text: &str) -> Result<(), UserError> {
        out.line(wrap(text, self.theme.width).join("\n")).while_doing(|| "cannot print".to_owned())
    }
}
