//! `kubectl describe`.

use super::flag_sets::{ALL_NAMESPACES, FILES, SELECTOR};
use super::get::Pages;
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::describe;
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::resource_args::{
    Found, Info, Selection, Wanted, info_of, into_items, items, locate, read, select, select_matching,
    visited,
};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "describe",
    short: "Show details of a specific resource or group of resources",
    usage: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]",
    flags: &[FLAGS, FILES, ALL_NAMESPACES],
    arguments: Arguments::Objects(&[]),
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
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        let wanted = match call.flags.text("selector").trim() {
            "" => select(&api, &args).await?,
            _ => select_matching(&api, &args).await?,
        };
        if wanted.iter().all(|one| matches!(one, Selection::Every(_))) && !has_several(&args) {
            return every(call, &api, wanted).await;
        }
    }
    let wanted = Wanted { selectors: true, types_alone: true, ..Wanted::default() };
    let from_files = !call.flags.all("filename").is_empty() || call.flags.is_set("kustomize");
    let found = locate(call, &api, &args, wanted).await;
    let found = found.map_err(|failure| if from_files { visited(failure) } else { failure })?;
    let (mut infos, mut failures) = (Vec::new(), Vec::new());
    for one in found {
        match one {
            Found::Object(info) => infos.push(info),
            Found::Named(resource, namespace, name, source) => {
                match read(&api, &resource, &namespace, &name).await {
                    Ok(object) => infos.push(info_of(resource, object, source)?),
                    Err(failure) => failures.push(failure),
                }
            }
        }
    }
    let events = shows_events(call, infos.len() < 2 && failures.is_empty());
    if args.len() == 2 && failures.len() == 1 && failures[0].is_not_found() {
        for info in by_prefix(call, &api, &args).await? {
            failures.clear();
            let text = describe(&api, info.object.value(), events, call.now()).await;
            call.line(text)?;
        }
        return Failure::many(failures);
    }
    let mut printed = 0;
    for info in &infos {
        print(call, &api, info.object.value(), &mut printed, events).await?;
    }
    if printed == 0 && failures.is_empty() {
        nothing_found(call)?;
    }
    Failure::many(failures)
}

/// Whether names stand beside the types.
fn has_several(args: &[String]) -> bool {
    args.len() > 1
}

/// Describes all objects of the types, page by page, so that no more than a page of them is held.
async fn every(call: &mut Call<'_>, api: &Api, wanted: Vec<Selection>) -> Outcome {
    let namespace = if call.flags.on("all-namespaces") { String::new() } else { call.namespace()? };
    let mut printed = 0;
    // The first one waits: whether its events are shown depends on there being another.
    let mut first = None;
    let several = shows_events(call, false);
    for selection in wanted {
        let Selection::Every(resource) = &selection else { continue };
        let mut pages = Pages::new(call, &selection, &namespace, false);
        while let Some(page) = pages.next(call, api).await? {
            for object in into_items(page, resource) {
                if printed == 0 && first.is_none() {
                    first = Some(object);
                    continue;
                }
                if let Some(first) = first.take() {
                    print(call, api, &first, &mut printed, several).await?;
                }
                print(call, api, &object, &mut printed, several).await?;
            }
        }
    }
    match first {
        Some(only) => print(call, api, &only, &mut printed, shows_events(call, true)).await,
        None if printed == 0 => nothing_found(call),
        None => Ok(()),
    }
}

/// Events are shown of an object that stands alone; of several, only when they are asked for.
fn shows_events(call: &Call<'_>, alone: bool) -> bool {
    if call.flags.is_set("show-events") { call.flags.on("show-events") } else { alone }
}

fn nothing_found(call: &mut Call<'_>) -> Outcome {
    let namespace = call.namespace()?;
    let everywhere = call.flags.on("all-namespaces");
    let place = if everywhere { String::new() } else { format!(" in {namespace} namespace.") };
    call.complain(format!("No resources found{place}"))
}

async fn print(call: &mut Call<'_>, api: &Api, object: &Value, printed: &mut usize, events: bool) -> Outcome {
    let text = describe(api, object, events, call.now()).await;
    // Two empty lines separate descriptions.
    let separator = if *printed > 0 { "\n\n" } else { "" };
    *printed += 1;
    call.text(format!("{separator}{text}"))
}

/// Objects whose names begin with what was typed, when no object has that very name.
async fn by_prefix(call: &Call<'_>, api: &Api, args: &[String]) -> Outcome<Vec<Info>> {
    let namespace = call.namespace()?;
    let [types, prefix] = args else { return Ok(Vec::new()) };
    let resources: Vec<Resource> = select(api, std::slice::from_ref(types))
        .await?
        .into_iter()
        .map(|(Selection::Named(resource, _) | Selection::Every(resource))| resource)
        .collect();
    let [resource] = resources.as_slice() else {
        return Err(Failure::message("you may only specify a single resource type"));
    };
    let list = api.list(&resource.collection(&namespace)).await?;
    items(&list, resource)
        .into_iter()
        .filter(|object| object["metadata"]["name"].as_str().is_some_and(|name| name.starts_with(prefix)))
        .map(|object| info_of(resource.clone(), object, String::new()))
        .collect()
}
