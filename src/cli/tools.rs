//! kubectl, minikube and docker under their own names, for shells and scripts.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use crate::base::{Output, Streams, UserError};
use crate::environment::{DEEDS, Deeds, HEARD, Heard, HostPrograms, Target, signs_in_names};
use crate::{kubectl, minikube};

use super::production::refuse_production;
use super::surroundings::Surroundings;

/// A tool that this executable can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    /// kubectl, or k.
    Kubectl,
    /// minikube.
    Minikube,
    /// docker: there is none on the embedded cluster, and this says so.
    Docker,
}

impl Tool {
    /// The tool of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "kubectl" | "k" => Some(Self::Kubectl),
            "minikube" => Some(Self::Minikube),
            "docker" => Some(Self::Docker),
            _ => None,
        }
    }
}

/// Runs a tool with this process's streams.
pub(super) fn run(tool: Tool, arguments: &[String], surroundings: &Surroundings) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            let _ = Output::new(std::io::stderr()).line(format!("error: cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let mut streams = Streams::of_process(surroundings.output_is_terminal, surroundings.width());
    streams.keyboard = surroundings.keyboard();
    // A session that runs this within a line of its shell learns what was said.
    let heard = surroundings.variable(HEARD).filter(|_| tool == Tool::Kubectl);
    let heard = heard.map(|file| (file, streams.overhear()));
    let code = runtime.block_on(async {
        tokio::select! {
            code = run_tool(tool, arguments, surroundings, &mut streams) => code,
            _ = tokio::signal::ctrl_c() => 130,
        }
    });
    if let Some((file, capture)) = heard {
        Heard::of(&capture, code).write_down(Path::new(file));
    }
    // Reading standard input may still block a thread; the process ends without it.
    runtime.shutdown_background();
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

async fn run_tool(
    tool: Tool,
    arguments: &[String],
    surroundings: &Surroundings,
    streams: &mut Streams,
) -> i32 {
    match tool {
        Tool::Kubectl => {
            let factory = kubectl::Factory::new(kubectl::Settings {
                kubeconfig: surroundings.kubeconfig(),
                in_process: None,
                environment: surroundings.environment.clone(),
                working_folder: surroundings.working_folder(),
                home: surroundings.home(),
                programs: Some(Arc::new(HostPrograms)),
                explain_errors: false,
                through: surroundings.variable(DEEDS).map(|file| Deeds::in_file(file.into()).through()),
            });
            kubectl::run(arguments, streams, &factory).await
        }
        Tool::Minikube => minikube_tool(arguments, surroundings, streams).await,
        Tool::Docker => {
            let text = "docker: there is no container engine behind the embedded cluster.\n\
                        hint: its registry already holds the course's images, codongmin/kub-first-app with the tags \
                        latest and 2; to build images of your own, learn on minikube.";
            // Nobody is left to tell when standard error is closed.
            let _ = streams.err.line(text);
            1
        }
    }
}

/// minikube against the cluster of the current kubeconfig.
async fn minikube_tool(arguments: &[String], surroundings: &Surroundings, streams: &mut Streams) -> i32 {
    match minikube_client(surroundings).await {
        Ok(client) => {
            let plain = surroundings.variable("MINIKUBE_IN_STYLE") == Some("false");
            minikube::run(arguments, streams, &minikube::Context::new(client, plain)).await
        }
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            let _ = streams.err.line(error.to_string());
            1
        }
    }
}

async fn minikube_client(surroundings: &Surroundings) -> Result<kube::Client, UserError> {
    let target = Target::find(&surroundings.kubeconfig(), None).map_err(|error| {
        error.hint("the built-in minikube works on the embedded cluster, inside podlings")
    })?;
    refuse_production(&target.context, &signs_in_names(&target), surroundings.language())?;
    target.client("default", &surroundings.environment).await
}
