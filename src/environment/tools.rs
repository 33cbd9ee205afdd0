//! kubectl, minikube and the shell, set up for one cluster.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{Clock, ResultExt, Streams, UserError};
use crate::{kubectl, minikube};

use super::command_line::CommandLine;
use super::deeds::{DEEDS, Deeds};
use super::heard::{Ear, Heard};
use super::process::{HostPrograms, INTERRUPTED, Shell, link_tools};
use super::workspace::Workspace;

/// What the tools need to know of this machine.
#[derive(Clone, Debug)]
pub struct ToolSettings {
    /// The learner's folder.
    pub workspace: Workspace,
    /// Where links to this program go.
    pub shims: PathBuf,
    /// The kubeconfig of the session.
    pub kubeconfig: PathBuf,
    /// Where is written down what commands make on real clusters.
    pub deeds: PathBuf,
    /// This program; without it pipes find only the tools that are installed.
    pub executable: Option<PathBuf>,
    /// Environment variables of this process.
    pub environment: BTreeMap<String, String>,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Whether to do without emoji.
    pub plain: bool,
}

impl ToolSettings {
    /// What commands make on the cluster of that fingerprint, in sessions of that namespace.
    pub(super) fn deeds_of(&self, fingerprint: &str, namespace: &str) -> Deeds {
        Deeds::in_file(self.deeds.join(format!("{fingerprint}-{namespace}.jsonl")))
    }
}

/// The tools of a session.
pub(super) struct Tools {
    shell: Shell,
    workspace: Workspace,
    kubectl: kubectl::Factory,
    minikube: minikube::Context,
}

impl Tools {
    /// Sets the tools up; `names` are those that the shell finds as links to this program.
    pub(super) fn new(
        settings: &ToolSettings,
        context: &str,
        client: kube::Client,
        clock: Clock,
        names: &[&str],
        deeds: Option<&Deeds>,
    ) -> Result<Self, UserError> {
        if let Some(executable) = &settings.executable {
            link_tools(&settings.shims, executable, names)
                .while_doing(|| format!("cannot write {}", settings.shims.display()))?;
        }
        let workspace = settings.workspace.clone();
        let mut environment = settings.environment.clone();
        environment.insert("KUBECONFIG".to_owned(), settings.kubeconfig.display().to_string());
        // An empty entry means nothing, and not every program knows that.
        for variable in ["NO_PROXY", "no_proxy"] {
            if let Some(entries) = environment.get_mut(variable) {
                let named: Vec<&str> =
                    entries.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
                *entries = named.join(",");
            }
        }
        if let Some(deeds) = deeds {
            environment.insert(DEEDS.to_owned(), deeds.file().display().to_string());
        }
        Ok(Self {
            kubectl: kubectl::Factory::new(kubectl::Settings {
                kubeconfig: vec![settings.kubeconfig.clone()],
                in_process: Some((context.to_owned(), client.clone())),
                environment: environment.clone(),
                working_folder: workspace.folder().to_owned(),
                home: settings.home.clone(),
                programs: Some(Arc::new(HostPrograms)),
                explain_errors: true,
                through: deeds.cloned().map(Deeds::through),
            })
            .with_clock(clock),
            minikube: minikube::Context::new(client, settings.plain),
            shell: Shell {
                folder: workspace.folder().to_owned(),
                shims: settings.shims.clone(),
                ear: Ear::new(settings.shims.with_file_name("heard")),
                kubeconfig: settings.kubeconfig.clone(),
                environment,
            },
            workspace,
        })
    }

    pub(super) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// What kubectl said within the last line of the shell.
    pub(super) fn heard(&self) -> Option<Heard> {
        self.shell.ear.close()
    }

    /// Runs a line; Ctrl-C ends it.
    pub(super) async fn run(&self, line: &CommandLine, streams: &mut Streams) -> i32 {
        if let CommandLine::Shell(text) = line {
            return self.shell.run(text, streams).await;
        }
        tokio::select! {
            code = self.run_here(line, streams) => code,
            // Dropping the command ends it; what it began on the cluster goes on.
            _ = tokio::signal::ctrl_c() => INTERRUPTED,
        }
    }

    /// Runs a line beside others, out of Ctrl-C's reach; dropping it ends it.
    pub(super) async fn run_apart(&self, line: &CommandLine, streams: &mut Streams) -> i32 {
        match line {
            CommandLine::Shell(text) => self.shell.run_apart(text, streams).await,
            line => self.run_here(line, streams).await,
        }
    }

    async fn run_here(&self, line: &CommandLine, streams: &mut Streams) -> i32 {
        match line {
            CommandLine::Kubectl(arguments) => kubectl::run(arguments, streams, &self.kubectl).await,
            CommandLine::Minikube(arguments) => minikube::run(arguments, streams, &self.minikube).await,
            CommandLine::Shell(_) | CommandLine::Empty | CommandLine::Unfinished => 0,
        }
    }
}
