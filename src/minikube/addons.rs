//! `minikube addons` and `minikube image`: what the embedded cluster has and can get.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::{Object, kind_of};
use crate::base::{Map, Value, json, parse_yaml, sleep};

use super::arguments::Arguments;
use super::printer::{Failure, Outcome, Printer, Style};
use super::table::table;
use super::{Context, PROFILE, absent, api};

/// Whether an addon is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// From the start.
    Always,
    /// Once it is enabled: its objects; the last one tells whether it is.
    Optional(&'static str),
    /// Never: it can only be looked at.
    Never,
}

/// Name, maintainer, and whether it is there.
const ADDONS: &[(&str, &str, Presence)] = &[
    ("ambassador", "3rd party (Ambassador)", Presence::Never),
    ("amd-gpu-device-plugin", "3rd party (AMD)", Presence::Never),
    ("auto-pause", "minikube", Presence::Never),
    ("cloud-spanner", "Google", Presence::Never),
    ("csi-hostpath-driver", "Kubernetes", Presence::Never),
    ("dashboard", "Kubernetes", Presence::Never),
    ("default-storageclass", "Kubernetes", Presence::Always),
    ("efk", "3rd party (Elastic)", Presence::Never),
    ("freshpod", "Google", Presence::Never),
    ("gcp-auth", "Google", Presence::Never),
    ("gvisor", "minikube", Presence::Never),
    ("headlamp", "3rd party (kinvolk.io)", Presence::Never),
    ("inaccel", "3rd party (InAccel [info@inaccel.com])", Presence::Never),
    (INGRESS, "Kubernetes", Presence::Optional(include_str!("ingress.yaml"))),
    ("ingress-dns", "minikube", Presence::Never),
    ("inspektor-gadget", "3rd party (inspektor-gadget.io)", Presence::Never),
    ("istio", "3rd party (Istio)", Presence::Never),
    ("istio-provisioner", "3rd party (Istio)", Presence::Never),
    ("kong", "3rd party (Kong HQ)", Presence::Never),
    ("kubeflow", "3rd party", Presence::Never),
    ("kubetail", "3rd party (kubetail.com)", Presence::Never),
    ("kubevirt", "3rd party (KubeVirt)", Presence::Never),
    ("logviewer", "3rd party (unknown)", Presence::Never),
    ("metallb", "3rd party (MetalLB)", Presence::Never),
    ("metrics-server", "Kubernetes", Presence::Optional(include_str!("metrics_server.yaml"))),
    ("nvidia-device-plugin", "3rd party (NVIDIA)", Presence::Never),
    ("nvidia-driver-installer", "3rd party (NVIDIA)", Presence::Never),
    ("nvidia-gpu-device-plugin", "3rd party (NVIDIA)", Presence::Never),
    ("olm", "3rd party (Operator Framework)", Presence::Never),
    ("pod-security-policy", "3rd party (unknown)", Presence::Never),
    ("portainer", "3rd party (Portainer.io)", Presence::Never),
    ("registry", "minikube", Presence::Never),
    ("registry-aliases", "3rd party (unknown)", Presence::Never),
    ("registry-creds", "3rd party (UPMC Enterprises)", Presence::Never),
    ("storage-provisioner", "minikube", Presence::Always),
    ("storage-provisioner-rancher", "3rd party (Rancher)", Presence::Never),
    ("volcano", "third-party (volcano)", Presence::Never),
    ("volumesnapshots", "Kubernetes", Presence::Never),
    ("yakd", "3rd party (marcnuri.com)", Presence::Never),
];

/// The addon that minikube waits for.
const INGRESS: &str = "ingress";

/// How often, and how many times, an addon's Pods are looked at before it is given up.
const LOOK_PAUSE: Duration = Duration::from_millis(200);
const LOOKS_MAX: usize = 1_800;

/// `minikube addons list`, `enable`, `disable`.
pub(super) async fn addons(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    match arguments.words() {
        [word] if word == "list" => list(arguments, printer, context).await,
        [word, name] if word == "enable" => enable(name, printer, context).await,
        [word, name] if word == "disable" => disable(name, printer, context).await,
        _ => Err(Failure::usage(14, "Usage: minikube addons [list|enable NAME|disable NAME]".to_owned())),
    }
}

fn presence(name: &str) -> Option<Presence> {
    ADDONS.iter().find(|(known, ..)| *known == name).map(|(.., presence)| *presence)
}

async fn is_enabled(presence: Presence, context: &Context) -> Result<bool, Failure> {
    match presence {
        Presence::Always => Ok(true),
        Presence::Never => Ok(false),
        Presence::Optional(manifest) => {
            let Some(last) = objects(manifest)?.pop() else { return Ok(false) };
            let found = api::get(&context.client, &path_of(&last)).await?;
            Ok(found.is_some_and(|found| found["metadata"]["deletionTimestamp"].is_null()))
        }
    }
}

fn objects(manifest: &str) -> Result<Vec<Object>, Failure> {
    let documents = parse_yaml(manifest).map_err(api::unreachable)?;
    Ok(documents.into_iter().filter_map(|document| Object::from_value(document.value)).collect())
}

/// Path of an object's collection.
fn collection(object: &Object) -> String {
    let plural = kind_of(object.api_version(), object.kind()).map_or("", |kind| kind.plural);
    let version = object.api_version();
    let root = if version.contains('/') { "apis" } else { "api" };
    let scope = match object.namespace() {
        "" => String::new(),
        namespace => format!("/namespaces/{namespace}"),
    };
    format!("/{root}/{version}{scope}/{plural}")
}

fn path_of(object: &Object) -> String {
    format!("{}/{}", collection(object), object.name())
}

async fn list(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let mut states = Vec::new();
    for (name, maintainer, presence) in ADDONS {
        states.push((*name, *maintainer, is_enabled(*presence, context).await?));
    }
    if arguments.value("output") == Some("json") {
        let state = |enabled| if enabled { "enabled" } else { "disabled" };
        let entry = |(name, _, enabled): &(&str, &str, bool)| {
            ((*name).to_owned(), json!({"Status": state(*enabled), "Profile": PROFILE}))
        };
        printer.line(Value::Object(states.iter().map(entry).collect::<Map>()).to_string())?;
        return Ok(0);
    }
    let check = if printer.plain { "enabled" } else { "enabled ✅" };
    let rows: Vec<Vec<String>> = states
        .iter()
        .map(|(name, maintainer, enabled)| {
            let state = if *enabled { check } else { "disabled" };
            vec![(*name).to_owned(), PROFILE.to_owned(), state.to_owned(), (*maintainer).to_owned()]
        })
        .collect();
    printer.line(table(&["ADDON NAME", "PROFILE", "  STATUS  ", "MAINTAINER"], &rows, printer.plain))?;
    Ok(0)
}

async fn enable(name: &str, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let manifest = match presence(name) {
        Some(Presence::Always) => {
            printer.step(Style::AddonEnable, format!("The '{name}' addon is enabled"))?;
            return Ok(0);
        }
        Some(Presence::Optional(manifest)) => manifest,
        Some(Presence::Never) => return Err(absent::failure("addons enable")),
        None => {
            let message = format!("enable failed: '{name}' is not a valid minikube addon");
            return Err(Failure::known(10, "MK_ADDON_ENABLE", &message));
        }
    };
    printer.step(
        Style::Tip,
        format!("{name} is an addon maintained by Kubernetes. For any concerns contact minikube on GitHub.\nYou can view the list of minikube maintainers at: https://github.com/kubernetes/minikube/blob/master/OWNERS"),
    )?;
    let mut objects = objects(manifest)?;
    certify(&mut objects)?;
    for image in images_of(&objects) {
        printer.step(Style::Option, format!("Using image {image}"))?;
    }
    for object in &objects {
        api::create(&context.client, &collection(object), object.value()).await?;
    }
    if name != INGRESS {
        printer.step(Style::AddonEnable, format!("The '{name}' addon is enabled"))?;
        return Ok(0);
    }
    printer.step(Style::HealthCheck, format!("Verifying {name} addon..."))?;
    wait(name, &objects, context).await?;
    printer.step(Style::AddonEnable, format!("The '{name}' addon is enabled"))?;
    printer.step(
        Style::Tip,
        "From this machine, an Ingress answers here: curl -H 'Host: NAME' $(minikube service ingress-nginx-controller -n ingress-nginx --url | head -n 1)",
    )?;
    Ok(0)
}

/// Makes the certificate of an addon's webhook, signed by itself, and has the webhook's clients trust it.
fn certify(objects: &mut [Object]) -> Result<(), Failure> {
    let service = objects.iter().find_map(|object| {
        let service = object.get("/webhooks/0/clientConfig/service")?;
        Some(format!("{}.{}.svc", service["name"].as_str()?, service["namespace"].as_str()?))
    });
    let Some(service) = service else { return Ok(()) };
    let pair = rcgen::generate_simple_self_signed(vec![service]).map_err(|error| {
        let message =
            format!("run callbacks: the certificate of the addon's webhook cannot be made: {error}");
        Failure::known(10, "MK_ADDON_ENABLE", &message)
    })?;
    let certificate = STANDARD.encode(pair.cert.pem());
    let key = STANDARD.encode(pair.signing_key.serialize_pem());
    for object in objects {
        match object.kind() {
            "Secret" => object.set("/data", json!({"ca": certificate, "cert": certificate, "key": key})),
            "ValidatingWebhookConfiguration" => {
                object.set("/webhooks/0/clientConfig/caBundle", certificate.clone());
            }
            _ => {}
        }
    }
    Ok(())
}

fn images_of(objects: &[Object]) -> BTreeSet<&str> {
    let containers = objects.iter().flat_map(|object| object.list("/spec/template/spec/containers"));
    containers.filter_map(|container| container["image"].as_str()).collect()
}

/// Waits until the addon's Deployment is available.
async fn wait(name: &str, objects: &[Object], context: &Context) -> Result<(), Failure> {
    let Some(deployment) = objects.iter().find(|object| object.kind() == "Deployment") else { return Ok(()) };
    let path = path_of(deployment);
    for _ in 0..LOOKS_MAX {
        let found = api::get(&context.client, &path).await?.unwrap_or_default();
        if found["status"]["readyReplicas"].as_i64().unwrap_or_default() > 0 {
            return Ok(());
        }
        sleep(LOOK_PAUSE).await;
    }
    let message = format!(
        "run callbacks: running callbacks: [waiting for app.kubernetes.io/name={name}-nginx pods: context deadline exceeded]"
    );
    Err(Failure::known(10, "MK_ADDON_ENABLE", &message)
        .with(Some(Style::Tip), format!("See why: kubectl get pods -n {}", deployment.namespace())))
}

async fn disable(name: &str, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    match presence(name) {
        Some(Presence::Optional(manifest)) => {
            for object in objects(manifest)?.iter().rev() {
                api::delete(&context.client, &path_of(object)).await?;
            }
            // The quotation mark that nothing closes is minikube's.
            printer.step(Style::AddonDisable, format!("\"The '{name}' addon is disabled"))?;
            Ok(0)
        }
        Some(_) => Err(absent::failure("addons disable")),
        None => {
            let message = format!("disable failed: '{name}' is not a valid minikube addon");
            Err(Failure::known(10, "MK_ADDON_DISABLE", &message))
        }
    }
}
/// `minikube image ls`: the images on the nodes.
pub(super) async fn image(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    match arguments.words() {
        [word] if word == "ls" || word == "list" => {
            if let Some(format) = arguments.value("format").filter(|format| *format != "short") {
                return Err(absent::failure(&format!("image {word} --format {format}")));
            }
            for name in images(context).await? {
                printer.line(name)?;
            }
            Ok(0)
        }
        [word, ..] => Err(absent::failure(&format!("image {word}"))),
        [] => Err(Failure::usage(14, "Usage: minikube image [ls]".to_owned())),
    }
}

/// References with a tag, sorted: what the nodes report, and what runs on them.
async fn images(context: &Context) -> Result<BTreeSet<String>, Failure> {
    let nodes = api::nodes(&context.client).await?;
    let pods = api::pods(&context.client).await?;
    let reported = nodes.iter().flat_map(|node| node.list("/status/images"));
    let reported = reported.filter_map(|image| image["names"].as_array()).flatten();
    let running = pods.iter().flat_map(|pod| pod.list("/status/containerStatuses"));
    let running = running.filter(|container| container["imageID"].as_str().is_some_and(|id| !id.is_empty()));
    let names = reported.chain(running.map(|container| &container["image"])).filter_map(Value::as_str);
    Ok(names.filter(|name| !name.contains('@')).map(str::to_owned).collect())
}
