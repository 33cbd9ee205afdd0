//! `kubectl autoscale`.

use super::flag_sets::{DRY_RUN, FILES, OUTPUT, RECORD, SAVE_CONFIG, SCALABLE, field_manager};
use super::record::record;
use crate::apimachinery::{Quantity, builtin};
use crate::base::{Value, json};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run, print_done};
use crate::kubectl::resource_args::{Info, Wanted, find_as_given, require_arguments};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "autoscale",
    short: "Auto-scale a deployment, replica set, stateful set, or replication controller",
    usage: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY] [options]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, SAVE_CONFIG, RECORD],
    arguments: Arguments::Objects(SCALABLE),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::int("min", "-1", "The lowest number of Pods; the server chooses one when it is negative"),
    Flag::int("max", "-1", "The highest number of Pods").required(),
    Flag::int("cpu-percent", "-1", "Share of the requested processor time that the Pods should use").deprecated(
        "Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).",
    ),
    Flag::text("cpu", "", "How much of a processor the Pods should use: '70%' of their requests, or '500m'"),
    Flag::text("memory", "", "How much memory the Pods should use: '70%' of their requests, or '200Mi'"),
    Flag::text("name", "", "Name of the new autoscaler; that of the workload when absent"),
    field_manager("kubectl-autoscale"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let (minimum, maximum) = (call.flags.int("min"), call.flags.int("max"));
    if maximum < 1 {
        return Err(Failure::message(format!(
            "--max=MAXPODS is required and must be at least 1, max: {maximum}"
        )));
    }
    if maximum < minimum {
        return Err(Failure::message(format!(
            "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {maximum}, min: {minimum}"
        )));
    }
    if call.flags.int("cpu-percent") > 0 && !call.flags.text("cpu").is_empty() {
        return Err(Failure::message("--cpu-percent and --cpu are mutually exclusive"));
    }
    let metrics = metrics(call)?;
    require_arguments(call)?;
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    let infos = find_as_given(
        call,
        &api,
        &args,
        Wanted { selectors: false, types_alone: false, ..Wanted::default() },
    )
    .await?;
    if infos.is_empty() {
        return Err(Failure::NothingPassed("autoscale"));
    }
    let mut failures = Vec::new();
    for info in infos {
        if let Err(failure) = one(call, &api, &info, &metrics, dry_run).await {
            failures.push(failure);
        }
    }
    Failure::many(failures)
}

async fn one(call: &mut Call<'_>, api: &Api, info: &Info, metrics: &[Value], dry_run: DryRun) -> Outcome {
    let (minimum, maximum) = (call.flags.int("min"), call.flags.int("max"));
    ensure_scalable(info)?;
    let name = match call.flags.text("name") {
        "" => info.name.clone(),
        name => name.to_owned(),
    };
    let mut autoscaler = autoscaler(info, &name, minimum, maximum, metrics);
    if call.target()?.explicit_namespace {
        autoscaler["metadata"]["namespace"] = info.namespace.as_str().into();
    }
    record(call, &mut autoscaler);
    let resource = Resource::from(&builtin::HORIZONTAL_POD_AUTOSCALER);
    if dry_run == DryRun::Client {
        return print_done(call, &autoscaler, &resource.named(&name), "created");
    }
    if call.flags.on("save-config") {
        super::apply::annotate_typed(&mut autoscaler);
    }
    let autoscaler = match post(call, api, info, &resource, &autoscaler, dry_run).await {
        Err(Failure::Status(_)) => {
            let older = older(call, &autoscaler)?;
            let resource = Resource { version: "v1".to_owned(), ..resource.clone() };
            post(call, api, info, &resource, &older, dry_run).await?
        }
        other => other?,
    };
    print_done(call, &autoscaler, &resource.named(&name), "autoscaled")
}

async fn post(
    call: &Call<'_>,
    api: &Api,
    info: &Info,
    resource: &Resource,
    autoscaler: &Value,
    dry_run: DryRun,
) -> Outcome<Value> {
    let url = resource
        .collection(&info.namespace)
        .with("dryRun", dry_run.parameter())
        .with("fieldManager", call.flags.text("field-manager"));
    api.post(&url, autoscaler).await
}

/// As upstream: whatever autoscaling/v2 refuses is tried as autoscaling/v1, if that has words for it.
fn older(call: &Call<'_>, autoscaler: &Value) -> Outcome<Value> {
    const WHAT: &str =
        "failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1";
    let (cpu, memory) = (call.flags.text("cpu").trim(), call.flags.text("memory"));
    if cpu.is_empty() {
        return Err(Failure::message(format!("{WHAT}: empty input")));
    }
    if !memory.is_empty() || !cpu.ends_with('%') && call.flags.int("cpu-percent") < 0 {
        return Err(Failure::message(format!("{WHAT}: %!w(<nil>)")));
    }
    let mut older = autoscaler.clone();
    older["apiVersion"] = "autoscaling/v1".into();
    older["status"] = json!({"currentReplicas": 0, "desiredReplicas": 0});
    let percent = &autoscaler["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"];
    if let Some(spec) = older["spec"].as_object_mut() {
        spec.remove("metrics");
        if percent.as_i64().is_some_and(|percent| percent > 0) {
            spec.insert("targetCPUUtilizationPercentage", percent.clone());
        }
    }
    Ok(older)
}

fn ensure_scalable(info: &Info) -> Outcome {
    let kind = info.resource.kind.as_str();
    if matches!(kind, "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController") {
        return Ok(());
    }
    let (group, version) = (&info.resource.group, &info.resource.version);
    let plural = &info.resource.plural;
    let path = if group.is_empty() { format!("/{version}") } else { format!("{group}/{version}") };
    Err(Failure::message(format!(
        "cannot autoscale a {kind}: could not find scale subresource for {path}, Resource={plural} in discovery information"
    )))
}

fn autoscaler(info: &Info, name: &str, minimum: i64, maximum: i64, metrics: &[Value]) -> Value {
    let version = info.object.api_version();
    let mut object = json!({
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name},
        "spec": {
            "scaleTargetRef": {"apiVersion": version, "kind": info.resource.kind, "name": info.name},
            "maxReplicas": maximum,
        },
        "status": {"currentMetrics": null, "desiredReplicas": 0},
    });
    if minimum > 0 {
        object["spec"]["minReplicas"] = minimum.into();
    }
    if !metrics.is_empty() {
        object["spec"]["metrics"] = metrics.into();
    }
    object
}

/// What `--cpu-percent`, `--cpu` and `--memory` ask for.
fn metrics(call: &Call<'_>) -> Outcome<Vec<Value>> {
    let percent = call.flags.int("cpu-percent");
    let mut metrics = Vec::new();
    if percent > 0 {
        metrics.push(utilization("cpu", percent));
    }
    for name in ["cpu", "memory"] {
        let text = call.flags.text(name);
        if !text.is_empty() {
            metrics.push(metric(name, text)?);
        }
    }
    Ok(metrics)
}

fn utilization(name: &str, percent: i64) -> Value {
    let target = json!({"type": "Utilization", "averageUtilization": percent});
    json!({"type": "Resource", "resource": {"name": name, "target": target}})
}

/// A share (`70%`) or an amount; a bare number means thousandths of a processor, or Mi.
fn metric(name: &str, text: &str) -> Outcome<Value> {
    let text = text.trim();
    if let Some(number) = text.strip_suffix('%') {
        return match number.parse::<i32>() {
            Ok(percent) if percent >= 0 => Ok(utilization(name, percent.into())),
            _ => Err(Failure::message(format!("invalid percentage value: {number}"))),
        };
    }
    let unit = if name == "cpu" { "m" } else { "Mi" };
    let amount = if text.parse::<f64>().is_ok() { format!("{text}{unit}") } else { text.to_owned() };
    let quantity = Quantity::parse(&amount)
        .map_err(|_| Failure::message(format!("invalid resource {name} value: {text}")))?;
    let target = json!({"type": "AverageValue", "averageValue": quantity.to_string()});
    Ok(json!({"type": "Resource", "resource": {"name": name, "target": target}}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aims_are_shares_or_amounts() {
        let metric = |text| metric("cpu", text).unwrap()["resource"]["target"].clone();
        assert_eq!(metric("70%"), json!({"type": "Utilization", "averageUtilization": 70}));
        assert_eq!(metric("500m"), json!({"type": "AverageValue", "averageValue": "500m"}));
        assert_eq!(metric("500"), json!({"type": "AverageValue", "averageValue": "500m"}));
        assert!(super::metric("cpu", "much").is_err());
    }
}
