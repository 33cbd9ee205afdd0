//! `minikube tunnel`: external addresses for LoadBalancer Services, until interrupted.

use std::collections::BTreeMap;

use super::Context;
use super::api;
use super::printer::{Outcome, Printer, Style};

/// `minikube tunnel`.
pub(super) async fn tunnel(printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let mut lines = api::lines(&context.client, "/podlings/tunnel").await?;
    printer.step(Style::Check, "Tunnel successfully started\n")?;
    printer.step(
        Style::Notice,
        "NOTE: Please do not close this terminal as this process must stay alive for the tunnel to be accessible ...\n",
    )?;
    let mut told = BTreeMap::new();
    while let Some(line) = lines.next().await {
        let served: BTreeMap<String, u16> = serde_json::from_str(&line).unwrap_or_default();
        for (place, local) in &served {
            if told.get(place) != Some(local) {
                announce(printer, place, *local)?;
            }
        }
        told = served;
    }
    Ok(0)
}

/// `place` is `namespace/name:port`.
fn announce(printer: &mut Printer<'_>, place: &str, local: u16) -> std::io::Result<()> {
    let (service, port) = place.rsplit_once(':').unwrap_or((place, ""));
    let name = service.rsplit('/').next().unwrap_or_default();
    printer.step(Style::Running, format!("Starting tunnel for service {name}."))?;
    if port == local.to_string() {
        return Ok(());
    }
    printer.notice(
        Style::Warning,
        format!(
            "Port {port} cannot be opened on this machine; {service} answers at http://127.0.0.1:{local} instead"
        ),
    )
}
