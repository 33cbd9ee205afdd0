//! The cluster of a session: opened or connected to, and handed its tools.

use std::io::BufRead;

use crate::base::{Output, Random, ResultExt, UserError, wrap};
use crate::cluster::{Cluster, ClusterConfig};
use crate::environment::{Embedded, Environment, External, Target, ToolSettings, Workspace};
use crate::lesson::Language;
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
}

impl Wiring<'_> {
    /// The cluster to learn on, and whether it still is as the learner left it.
    ///
    /// # Errors
    /// When the cluster cannot be opened or reached, or its context is not confirmed.
    pub(super) async fn environment(&self, out: &mut Output) -> Result<(Environment, bool), UserError> {
        match self.learn.environment {
            EnvironmentKind::Embedded => self.embedded(out).await,
            _ => self.external(out).await,
        }
    }

    fn tools(&self) -> Result<ToolSettings, UserError> {
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

    async fn external(&self, out: &mut Output) -> Result<(Environment, bool), UserError> {
        let target = Target::find(&self.surroundings.kubeconfig(), self.learn.context.as_deref())?;
        if self.interactive {
            self.confirm(&target, out)?;
        } else if self.learn.context.is_none() {
            return Err(UserError::new("no context is confirmed")
                .hint(format!("name it with --context {:?} if lessons may run there", target.context)));
        }
        let settings = self.tools()?;
        write_private(&settings.kubeconfig, &target.session_kubeconfig()?)?;
        let external = External::connect(&target, &settings, !self.interactive).await?;
        Ok((Environment::External(external), self.interactive))
    }

    /// Lets the learner confirm a context by typing its name.
    fn confirm(&self, target: &Target, out: &mut Output) -> Result<(), UserError> {
        let Target { server, context, .. } = target;
        let (where_it_runs, ask) = match self.language {
            Language::En => (
                format!(
                    "Lessons will run on the cluster at {server} (context {context}), in a namespace of \
                     their own named podlings."
                ),
                "Type the context's name to confirm: ",
            ),
            Language::Ko => (
                format!(
                    "수업은 {server} 클러스터(컨텍스트 {context})에서, podlings라는 전용 네임스페이스 안에서 진행됩니다."
                ),
                "확인하려면 컨텍스트 이름을 입력하세요: ",
            ),
        };
        self.say(out, &where_it_runs)?;
        let doing = || "cannot ask for the context".to_owned();
        out.text(ask).while_doing(doing)?;
        let mut typed = String::new();
        std::io::stdin().lock().read_line(&mut typed).while_doing(doing)?;
        if typed.trim() == target.context {
            return Ok(());
        }
        Err(UserError::new("the context was not confirmed").hint("nothing was changed on the cluster"))
    }

    fn say(&self, out: &mut Output, text: &str) -> Result<(), UserError> {
        out.line(wrap(text, self.theme.width).join("\n")).while_doing(|| "cannot print".to_owned())
    }
}
