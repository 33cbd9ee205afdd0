//! `podlings cluster`: an embedded cluster for other programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::base::{self, Output, Random, ResultExt, UserError};
use crate::cluster::{Cluster, ClusterConfig};

use super::args::{Common, ServeCluster};
use super::surroundings::Surroundings;
use super::{learn, runtime};

/// Serves until interrupted.
///
/// # Errors
/// When the port is in use or the kubeconfig cannot be written.
pub(super) fn run(
    serve: &ServeCluster,
    common: &Common,
    surroundings: &Surroundings,
) -> Result<ExitCode, UserError> {
    if !serve.speed.is_finite() || serve.speed <= 0.0 {
        return Err(UserError::new(format!("--speed {} is not a speed", serve.speed))
            .hint("1 is real time, 10 ten times as fast"));
    }
    let path = kubeconfig_path(serve, common, surroundings)?;
    let runtime = runtime()?;
    runtime.block_on(async {
        let seed = serve.seed.unwrap_or_else(Random::fresh_seed);
        let cluster = Cluster::start(ClusterConfig {
            nodes: usize::from(serve.nodes),
            seed,
            speed: serve.speed,
            manual_time: false,
            // Kept only where a folder is named: a cluster for other programs starts fresh.
            state_folder: common.state.as_ref().map(|folder| folder.join("served")),
        })?;
        let listener = cluster.listen(serve.port).await?;
        write_private(&path, listener.kubeconfig())?;
        let mut out = Output::new(std::io::stdout());
        let doing = || "cannot say that the cluster is ready".to_owned();
        out.line(path.display().to_string()).while_doing(doing)?;
        out.line(format!(
            "Ready: Kubernetes v1.36 on https://127.0.0.1:{}, seed {seed}. Ctrl-C ends it.",
            listener.port()
        ))
        .while_doing(doing)?;
        ended().await;
        cluster.end();
        // Left behind it would point at nothing; somebody may have removed it already.
        let _ = fs::remove_file(&path);
        Ok(ExitCode::SUCCESS)
    })
}

/// Waits for Ctrl-C or for being told to end.
async fn ended() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a handler the process ends the hard way, which is an end as well.
    let _ = tokio::signal::ctrl_c().await;
}

/// Where the kubeconfig goes: as asked, else the state folder, else the temporary folder.
fn kubeconfig_path(
    serve: &ServeCluster,
    common: &Common,
    surroundings: &Surroundings,
) -> Result<PathBuf, UserError> {
    if let Some(path) = &serve.kubeconfig {
        return std::path::absolute(path).while_doing(|| format!("cannot use {}", path.display()));
    }
    let name = format!("cluster-{}.kubeconfig", std::process::id());
    let state = learn::state_folder(common, surroundings).filter(|folder| fs::create_dir_all(folder).is_ok());
    Ok(state.unwrap_or_else(std::env::temp_dir).join(name))
}

/// Writes a file that nobody else may read.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_private(path: &Path, content: &str) -> Result<(), UserError> {
    base::write_private(path, content).while_doing(|| format!("cannot write {}", path.display()))
}
