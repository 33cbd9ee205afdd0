//! `kubectl run`: one Pod from flags.

use super::exec::DETACH_KEYS;
use super::flag_sets::{DRY_RUN, FILES, OUTPUT, RECORD, SAVE_CONFIG, field_manager};
use super::record::record;
use super::run_attach::NewPod;
use crate::apimachinery::{Kind, builtin, fill_structs, kind_of, known_fields};
use crate::base::{Map, Value, json};
use crate::kubectl::api::{Api, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::{Flag, parse_error};
use crate::kubectl::printers::{DryRun, check_printing, dry_run, print_done};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "run",
    short: "Run a particular image on the cluster",
    usage: "NAME --image=image [--env=\"key=value\"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...] [options]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, SAVE_CONFIG, RECORD],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("image", "", "The image to run").required(),
    Flag::text("image-pull-policy", "", "When to pull the image"),
    Flag::text("port", "", "The port that the container exposes"),
    Flag::array("env", "A variable of the environment, KEY=value"),
    Flag::text("labels", "", "Labels of the pod, key=value,key=value").short('l'),
    Flag::array("annotations", "An annotation of the pod, key=value"),
    Flag::text("restart", "Always", "Restart policy: Always, OnFailure or Never"),
    Flag::switch("command", "The arguments are the command, not its arguments"),
    Flag::text("overrides", "", "JSON that is merged into the object"),
    Flag::switch("expose", "Create a ClusterIP service, too"),
    Flag::switch("privileged", "Run the container privileged"),
    Flag::switch("stdin", "Keep standard input open").short('i'),
    Flag::switch("tty", "Give the container a terminal").short('t'),
    Flag::switch("attach", "Wait until the pod runs, and attach to it"),
    Flag::switch("rm", "Delete the pod after it ended; only with an attached container"),
    DETACH_KEYS,
    Flag::switch("leave-stdin-open", "Accepted for compatibility"),
    Flag::switch("quiet", "Say nothing about prompts").short('q'),
    Flag::duration("pod-running-timeout", "1m0s", "How long to wait until the pod runs"),
    Flag::text("override-type", "merge", "How --overrides is merged: json, merge, or strategic"),
    Flag::text("cascade", "background", "Accepted for compatibility").bare("background"),
    Flag::switch("force", "Accepted for compatibility"),
    Flag::int("grace-period", "-1", "Accepted for compatibility"),
    Flag::duration("timeout", "0s", "Accepted for compatibility"),
    Flag::switch("wait", "Accepted for compatibility"),
    field_manager("kubectl-run"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    check_printing(call)?;
    let dry_run = dry_run(call)?;
    let attach = call.flags.on("attach")
        || (!call.flags.is_set("attach") && (call.flags.on("stdin") || call.flags.on("tty")));
    let image = call.flags.text("image");
    if call.args.is_empty() {
        return Err(call.usage_error("NAME is required for run"));
    }
    if image.is_empty() {
        return Err(Failure::message("--image is required"));
    }
    if !is_image_reference(image) {
        return Err(Failure::message(format!("Invalid image name {image:?}: invalid reference format")));
    }
    if call.flags.on("tty") && !call.flags.on("stdin") {
        return Err(call.usage_error("-i/--stdin is required for containers with -t/--tty=true"));
    }
    if call.flags.on("expose") && !call.flags.is_set("port") {
        return Err(call.usage_error("--port must be set when exposing a service"));
    }
    if call.flags.on("rm") && !attach {
        return Err(call.usage_error("--rm should only be used for attached containers"));
    }
    if attach && dry_run != DryRun::None {
        return Err(call.usage_error(
            "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
        ));
    }
    let mut pod = pod(call)?;
    let resource = Resource::from(&builtin::POD);
    let target = call.target()?;
    // As upstream: what is only shown is not annotated.
    if call.flags.on("save-config") && dry_run != DryRun::Client {
        super::apply::annotate_typed(&mut pod);
    }
    if dry_run == DryRun::Client && target.explicit_namespace {
        pod["metadata"]["namespace"] = target.namespace.as_str().into();
    }
    record(call, &mut pod);
    let api = match dry_run {
        DryRun::Client => None,
        _ => Some(call.api().await?),
    };
    let created = match &api {
        None => pod,
        Some(api) => {
            let url = resource
                .collection(&target.namespace)
                .with("dryRun", dry_run.parameter())
                .with("fieldManager", call.flags.text("field-manager"));
            api.prove(1).await?;
            api.post(&url, &pod).await?
        }
    };
    let name = created["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    if call.flags.on("expose") {
        expose(call, api.as_ref(), &created, dry_run).await?;
    }
    let Some(api) = api else { return print_done(call, &created, &resource.named(&name), "created") };
    if attach {
        let exposed = call.flags.on("expose");
        let new = NewPod { namespace: target.namespace, container: name.clone(), name, exposed };
        return new.attach(call, &api).await;
    }
    print_done(call, &created, &resource.named(&name), "created")
}

/// Whether a text names an image: `[DOMAIN[:PORT]/]PATH[:TAG][@DIGEST]` (`distribution/reference`).
fn is_image_reference(text: &str) -> bool {
    let host = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
    let domain = format!(r"(?:{host}(?:\.{host})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?");
    let part = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    let digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
    let whole =
        format!(r"^(?:{domain}/)?{part}(?:/{part})*(?::[a-zA-Z0-9_][a-zA-Z0-9_.-]{{0,127}})?(?:@{digest})?$");
    regex::Regex::new(&whole).is_ok_and(|reference| reference.is_match(text))
}

/// Creates the Service of `--expose`, or without a server only shows it.
async fn expose(call: &mut Call<'_>, api: Option<&Api>, pod: &Value, dry_run: DryRun) -> Outcome {
    let name = &pod["metadata"]["name"];
    let mut service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "ports": [{
                "port": call.flags.int("port"),
                "protocol": "TCP",
                "targetPort": call.flags.int("port"),
            }],
            "selector": pod["metadata"]["labels"],
        },
        "status": {"loadBalancer": {}},
    });
    if call.target()?.explicit_namespace {
        service["metadata"]["namespace"] = call.namespace()?.into();
    }
    record(call, &mut service);
    let services = Resource::from(&builtin::SERVICE);
    if let Some(api) = api {
        let url = services
            .collection(&call.namespace()?)
            .with("dryRun", dry_run.parameter())
            .with("fieldManager", call.flags.text("field-manager"));
        service = api.post(&url, &service).await?;
    }
    print_done(call, &service, &services.named(name.as_str().unwrap_or_default()), "created")?;
    // Upstream's run ends what it has printed, and its printer begins what comes next.
    if call.flags.text("output") == "yaml" { call.line("---") } else { Ok(()) }
}

fn pod(call: &Call<'_>) -> Outcome<Value> {
    let name = &call.args[0];
    if name.is_empty() {
        return Err(Failure::message("Parameter: name is required"));
    }
    let rest = &call.args[1..];
    let restart = call.flags.text("restart");
    if !matches!(restart, "Always" | "OnFailure" | "Never") {
        return Err(call.usage_error(format!("invalid restart policy: {restart}")));
    }
    let mut container = json!({"name": name, "image": call.flags.text("image"), "resources": {}});
    if !rest.is_empty() {
        let field = if call.flags.on("command") { "command" } else { "args" };
        container[field] = rest.into();
    }
    if !matches!(call.flags.text("image-pull-policy"), "" | "Always" | "IfNotPresent" | "Never") {
        let policy = call.flags.text("image-pull-policy");
        return Err(call.usage_error(format!("invalid image pull policy: {policy}")));
    }
    if call.flags.is_set("image-pull-policy") {
        container["imagePullPolicy"] = call.flags.text("image-pull-policy").into();
    }
    if call.flags.is_set("port") {
        let text = call.flags.text("port");
        let port: i64 = text.parse().map_err(|error| Failure::message(parse_error("Atoi", text, &error)))?;
        container["ports"] = json!([{"containerPort": port}]);
    }
    let variables =
        call.flags.all("env").iter().map(|pair| variable(pair)).collect::<Outcome<Vec<Value>>>()?;
    if !variables.is_empty() {
        container["env"] = variables.into();
    }
    if call.flags.on("stdin") {
        container["stdin"] = true.into();
        container["stdinOnce"] = (!call.flags.on("leave-stdin-open")).into();
    }
    if call.flags.on("tty") {
        container["tty"] = true.into();
    }
    if call.flags.on("privileged") {
        container["securityContext"] = json!({"privileged": true});
    }
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels(call, name)?},
        "spec": {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": restart},
        "status": {},
    });
    let annotations =
        pairs(call.flags.all("annotations").iter().map(String::as_str), "invalid annotations format")?;
    if !annotations.is_empty() {
        pod["metadata"]["annotations"] = annotations.into();
    }
    if !call.flags.text("overrides").is_empty() {
        pod = overridden(call, &builtin::POD, &pod)?;
    }
    Ok(pod)
}

/// An object that flags made, with `--overrides` merged in.
pub(super) fn overridden(call: &Call<'_>, kind: &'static Kind, object: &Value) -> Outcome<Value> {
    let overrides = call.flags.text("overrides");
    let content_type = match call.flags.text("override-type") {
        "merge" => MERGE_PATCH,
        "json" => JSON_PATCH,
        "strategic" => STRATEGIC_PATCH,
        other => return Err(Failure::message(format!("invalid override type: {other}"))),
    };
    let patch = super::patch::read_json(overrides, content_type)?;
    let merged = super::patch::patched(Some(kind), object, content_type, &patch)?;
    // What comes out is read into Go's struct, which has no place for fields of its own.
    let version = merged["apiVersion"].as_str().unwrap_or_default();
    let named = merged["kind"].as_str().unwrap_or_default();
    if kind_of(version, named).is_none() {
        return Err(Failure::message(format!(
            "no kind {named:?} is registered for version {version:?} in scheme \"pkg/scheme/scheme.go:28\""
        )));
    }
    let mut known = known_fields(merged);
    fill_structs(&mut known);
    Ok(known)
}

fn labels(call: &Call<'_>, name: &str) -> Outcome<Value> {
    let given = call.flags.text("labels");
    if given.is_empty() {
        return Ok(json!({"run": name}));
    }
    Ok(pairs(given.split(','), "unexpected label spec")?.into())
}

fn pairs<'t>(texts: impl Iterator<Item = &'t str>, wrong: &str) -> Outcome<Map> {
    texts
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok((key.trim().to_owned(), value.into())),
            _ => Err(Failure::message(format!("{wrong}: {pair}"))),
        })
        .collect()
}

fn variable(pair: &str) -> Outcome<Value> {
    match pair.split_once('=') {
        // Go's struct has no empty value.
        Some((name, "")) if !name.is_empty() => Ok(json!({"name": name})),
        Some((name, value)) if !name.is_empty() => Ok(json!({"name": name, "value": value})),
        _ => Err(Failure::message(format!("invalid env: {pair}"))),
    }
}
