//! `minikube start`: the embedded cluster is always up.

use super::api;
use super::arguments::Arguments;
use super::printer::{Outcome, Printer, Style};
use super::{Context, PROFILE, VERSION};

/// `minikube start`.
pub(super) async fn start(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    printer.step(Style::Happy, format!("minikube {VERSION} (simulated by podlings)"))?;
    let version = api::server_version(&context.client).await?;
    for flag in arguments.given().filter(|flag| *flag != "profile" && *flag != "alsologtostderr") {
        printer.notice(Style::Warning, format!("--{flag} changes nothing: the cluster is up as it is"))?;
    }
    printer
        .step(Style::Sparkle, "Using the embedded cluster: no download, no container, no virtual machine")?;
    printer.step(
        Style::ThumbsUp,
        format!("Starting \"{PROFILE}\" primary control-plane node in \"{PROFILE}\" cluster"),
    )?;
    printer
        .step(Style::Running, format!("The \"{PROFILE}\" cluster is already running Kubernetes {version}"))?;
    printer.step(Style::HealthCheck, "Verifying Kubernetes components...")?;
    printer.step(Style::AddonEnable, "Enabled addons: storage-provisioner, default-storageclass")?;
    printer.step(
        Style::Ready,
        format!(
            "Done! kubectl is now configured to use \"{PROFILE}\" cluster and \"default\" namespace by default"
        ),
    )?;
    Ok(0)
}
