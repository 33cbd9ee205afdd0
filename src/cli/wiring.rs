//! The cluster of a session: opened or connected to, and handed its tools.

use crate::base::{Output, Random, ResultExt, UserError, wrap};
use crate::cluster::{Cluster, ClusterConfig};
use crate::environment::{Embedded, Environment, External, ToolSettings, Workspace};
use crate::lesson::Language;
use crate::progress::{Entry, Event, Journal};
use crate::repl::Theme;

use super::args::{EnvironmentKind, Learn};
use super::cluster::write_private;
use super::learn::{Folders, notice_in};
use super::own_minikube::ask;
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
    /// The sample app's image, as named on the command line.
    pub(super) named_image: Option<String>,
    /// What the journal held when the session began.
    pub(super) entries: &'a [Entry],
}

/// What a session stands on.
pub(super) struct Ground {
    pub(super) environment: Environment,
    /// Whether the cluster still is as the learner left it.
    pub(super) world_kept: bool,
    /// The image of the sample app, where it is not the lessons' own.
    pub(super) sample_image: Option<String>,
}

impl Wiring<'_> {
    /// The cluster to learn on.
    ///
    /// # Errors
    /// When the cluster cannot be opened or reached, or its context is not confirmed.
    pub(super) async fn ground(&self, out: &mut Output, journal: &mut Journal) -> Result<Ground, UserError> {
        match self.learn.environment {
            EnvironmentKind::Embedded => self.embedded(out).await,
            EnvironmentKind::Minikube => self.own_minikube(out, journal).await,
            EnvironmentKind::Kubeconfig => self.guest(out, journal).await,
        }
    }

    /// A real cluster to learn on. One that was made anew under the same name is told, and the learner asked
    /// whether to begin the step anew.
    pub(super) async fn on(
        &self,
        external: External,
        resumed: bool,
        sample_image: Option<String>,
        out: &mut Output,
        journal: &mut Journal,
    ) -> Result<Ground, UserError> {
        let seen = self.entries.iter().rev().find_map(|entry| match &entry.event {
            Event::ClusterSeen { uid } => Some(uid.as_str()),
            _ => None,
        });
        let uid = external.identity().unwrap_or_default();
        let is_new = seen.is_some_and(|seen| !uid.is_empty() && seen != uid);
        if !uid.is_empty() && seen != Some(uid.as_str()) {
            journal.append(&Event::ClusterSeen { uid })?;
        }
        let mut world_kept = self.interactive && resumed;
        if is_new {
            self.say(out, self.language.either("note: this is a new cluster under the same name: what was made on the old one is gone. Your progress is kept.",
                "note: 이름은 같지만 새로 만든 클러스터입니다. 이전 클러스터에 만든 것은 없습니다. 진행 상황은 그대로입니다.",
            ))?;
            let question = self
                .language
                .either("Begin the step anew on it? [Y/n]", "여기에서 이 단계를 처음부터 시작할까요? [Y/n]");
            world_kept = self.interactive && !ask(out, self.theme, question, true)?;
        }
        Ok(Ground { environment: Environment::External(Box::new(external)), world_kept, sample_image })
    }

    pub(super) fn tools(&self) -> Result<ToolSettings, UserError> {
        Ok(ToolSettings {
            workspace: Workspace::open(&self.folders.workspace)?,
            shims: self.folders.shims.clone(),
            kubeconfig: self.folders.kubeconfig(),
            deeds: self.folders.deeds.clone(),
            executable: self.surroundings.executable.clone(),
            environment: self.surroundings.environment.clone(),
            home: self.surroundings.home(),
            plain: !self.theme.symbols,
        })
    }

    async fn embedded(&self, out: &mut Output) -> Result<Ground, UserError> {
        self.sample_image()?;
        let opened = Cluster::open(ClusterConfig {
            nodes: 1,
            seed: self.learn.seed.unwrap_or_else(Random::fresh_seed),
            speed: 1.0,
            manual_time: !self.interactive,
            state_folder: self.folders.state.as_ref().map(|folder| folder.join("cluster")),
        })?;
        for notice in &opened.notices {
            self.say(out, &format!("note: {}", notice_in(notice, self.language)))?;
        }
        let listener = opened.cluster.listen(0).await?;
        let settings = self.tools()?;
        write_private(&settings.kubeconfig, listener.kubeconfig())?;
        let embedded = Embedded::new(opened.cluster, listener, &settings)?;
        Ok(Ground {
            environment: Environment::Embedded(embedded),
            world_kept: opened.resumed,
            sample_image: None,
        })
    }

    pub(super) fn say(&self, out: &mut Output, text: &str) -> Result<(), UserError> {
        out.line(wrap(text, self.theme.width).join("\n")).while_doing(|| "cannot print".to_owned())
    }
}
