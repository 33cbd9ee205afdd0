//! `kubectl create deployment`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, one_name};
use crate::apimachinery::builtin;
use crate::base::{Random, Value, json};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "deployment",
    aliases: &["deploy"],
    short: "Create a deployment with the specified name",
    usage: "NAME --image=image -- [COMMAND] [args...] [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::list("image", "Image to run; may be repeated for several containers").required(),
    Flag::int("port", "-1", "The port that the container exposes"),
    Flag::int("replicas", "1", "Number of replicas").short('r'),
    field_manager("kubectl-create"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let images = call.flags.all("image").to_vec();
    let command = call.args[call.dash.unwrap_or(call.args.len())..].to_vec();
    if images.len() > 1 && !command.is_empty() {
        return Err(Failure::message("cannot specify multiple --image options and command"));
    }
    let object = deployment(&name, &images, &command, call.flags.int("port"), call.flags.int("replicas"));
    create(call, &builtin::DEPLOYMENT, object).await.map_err(|failure| failed(failure, "deployment"))
}

fn deployment(name: &str, images: &[String], command: &[String], port: i64, replicas: i64) -> Value {
    let labels = json!({"app": name});
    let containers: Vec<Value> = images
        .iter()
        .map(|image| {
            let mut container = json!({"name": container_name(image), "image": image, "resources": {}});
            if !command.is_empty() {
                container["command"] = command.into();
            }
            if port >= 0 {
                container["ports"] = json!([{"containerPort": port}]);
            }
            container
        })
        .collect();
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "strategy": {},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
        "status": {},
    })
}

/// The container's name: the last part of the image without tag and digest; where letters have to be
/// replaced, upstream adds a suffix, lest two names become one.
fn container_name(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or_default();
    let last = last.split('@').next().unwrap_or_default();
    let last = last.split(':').next().unwrap_or_default();
    if !last.contains(['_', '.']) {
        return last.to_owned();
    }
    let suffix = Random::seeded(Random::fresh_seed()).name_suffix(5);
    format!("{}-{suffix}", last.replace(['_', '.'], "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_named_after_their_images() {
        for (image, name) in [
            ("nginx", "nginx"),
            ("codongmin/kub-first-app:2", "kub-first-app"),
            ("registry.local:5000/team/app@sha256:abc", "app"),
        ] {
            assert_eq!(container_name(image), name, "{image}");
        }
        let name = container_name("team/my_app.x:1");
        assert!(name.starts_with("my-app-x-") && name.len() == 14, "{name}");
    }

    #[test]
    fn a_deployment_is_labelled_by_its_name() {
        let object = deployment("web", &["nginx:1.26".to_owned()], &[], 80, 3);
        assert_eq!(object["spec"]["selector"]["matchLabels"], json!({"app": "web"}));
        assert_eq!(
            object["spec"]["template"]["spec"]["containers"][0]["ports"],
            json!([{"containerPort": 80}])
        );
    }
}
