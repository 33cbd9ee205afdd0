//! `kubectl describe`.

use super::flag_sets::{ALL_NAMESPACES, FILES, SELECTOR};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::describe;
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::resource_args::{Found, Info, Selection, Wanted, info_of, items, locate, select};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "describe",
    short: "Show details of a specific resource or group of resources",
    usage: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]",
    flags: &[FLAGS, FILES, ALL_NAMESPACES],
    arguments: Arguments::Resources,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    SELECTOR,
    Flag::switch_on("show-events", "Show what happened to the object, too"),
    Flag::int("chunk-size", "500", "How many objects to ask for at a time"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    if call.args.is_empty() && call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::message(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.",
        ));
    }
    let api = call.api().await?.in_pages(call.flags.int("chunk-size"));
    let args = call.args.clone();
    let found = locate(call, &api, &args, Wanted { selectors: true, types_alone: true }).await?;
    let (mut infos, mut failures) = (Vec::new(), Vec::new());
    for one in found {
        match one {
            Found::Object(info) => infos.push(info),
            Found::Named(resource, namespace, name, source) => {
                match api.get(&resource.object(&namespace, &name)).await {
                    Ok(object) => infos.push(info_of(resource, object, source)?),
                    Err(failure) => failures.push(failure),
                }
            }
        }
    }
    if infos.is_empty() && failures.len() == 1 && failures[0].is_not_found() {
        infos = by_prefix(call, &api, &args).await?;
        if !infos.is_empty() {
            failures.clear();
        }
    }
    print(call, &api, &infos).await?;
    if infos.is_empty() && failures.is_empty() {
        let namespace = call.namespace()?;
        let place = if call.flags.on("all-namespaces") {
            String::new()
        } else {
            format!(" in {namespace} namespace.")
        };
        call.complain(format!("No resources found{place}"))?;
    }
    Failure::many(failures)
}

async fn print(call: &mut Call<'_>, api: &Api, infos: &[Info]) -> Outcome {
    let show_events = call.flags.on("show-events");
    for (index, info) in infos.iter().enumerate() {
        let text = describe(api, info.object.value(), show_events, call.now()).await;
        // Two empty lines separate descriptions.
        let separator = if index > 0 { "\n\n" } else { "" };
        call.text(format!("{separator}{text}"))?;
    }
    Ok(())
}

/// Objects whose names begin with what was typed, when no object has that very name.
async fn by_prefix(call: &Call<'_>, api: &Api, args: &[String]) -> Outcome<Vec<Info>> {
    let namespace = call.namespace()?;
    let Some(Selection::Named(resource, prefix)) = select(api, args).await?.into_iter().next() else {
        return Ok(Vec::new());
    };
    let list = api.list(&resource.collection(&namespace)).await?;
    let named = |resource: &Resource| items(&list, resource);
    named(&resource)
        .into_iter()
        .filter(|object| object["metadata"]["name"].as_str().is_some_and(|name| name.starts_with(&prefix)))
        .map(|object| info_of(resource.clone(), object, String::new()))
        .collect()
}
