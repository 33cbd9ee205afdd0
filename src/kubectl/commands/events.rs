//! `kubectl events`.

use super::flag_sets::{ALL_NAMESPACES, OUTPUT};
use crate::apimachinery::builtin;
use crate::base::{Timestamp, Value, json};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{event_age, text_of};
use crate::kubectl::discovery::{Resource, resolve};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::go_sort;
use crate::kubectl::printers::{Format, format_of, plain_table};
use crate::kubectl::resource_args::items;
use crate::kubectl::watch::Watch;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "events",
    short: "List events",
    usage: "[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]",
    flags: &[FLAGS, ALL_NAMESPACES, OUTPUT],
    arguments: Arguments::None,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("for", "", "Only events about this object, TYPE/NAME"),
    Flag::list("types", "Only events of these types: Normal, Warning"),
    Flag::switch("watch", "After listing, watch for more").short('w'),
    Flag::switch("no-headers", "Leave the header out"),
    Flag::int("chunk-size", "500", "How many events to ask for at a time"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let is_type = |one: &String| one.eq_ignore_ascii_case("normal") || one.eq_ignore_ascii_case("warning");
    if !wanted_types(call).all(is_type) {
        return Err(Failure::message("valid --types are Normal or Warning"));
    }
    let api = call.api().await?.in_pages(call.flags.int("chunk-size"));
    let everywhere = call.flags.on("all-namespaces");
    let namespace = call.namespace()?;
    let scope = if everywhere { String::new() } else { namespace.clone() };
    let mut fields = Vec::new();
    if let Some((kind, name)) = call.flags.text("for").split_once('/') {
        // Upstream prints this one without the usual prefix.
        let resource = resolve(&api, kind).await.map_err(|failure| Failure::Plain(failure.to_string()))?;
        // Without a name upstream asks for all.
        if !name.is_empty() {
            fields.push(format!("involvedObject.kind={}", resource.kind));
            fields.push(format!("involvedObject.apiVersion={}", resource.api_version()));
            fields.push(format!("involvedObject.name={name}"));
        }
    } else if call.flags.is_set("for") {
        return Err(Failure::message("--for must be in resource/name form"));
    }
    let resource = Resource::from(&builtin::EVENT);
    let url = resource.collection(&scope).with("fieldSelector", fields.join(","));
    let list = api.list(&url).await?;
    let mut found = items(&list, &resource);
    found.retain(|event| is_wanted(call, event));
    go_sort::sort(&mut found, |one, two| last_seen(one) < last_seen(two));
    print(call, &found, everywhere, &namespace)?;
    if !call.flags.on("watch") {
        return Ok(());
    }
    let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default();
    let watch = Watch::new(&api, url, "application/json", version);
    let limit = call.flags.limit("request-timeout");
    let followed = follow(call, watch, everywhere);
    match limit {
        // A request that may not last ends the watch without a complaint.
        Some(limit) => crate::base::timeout(limit, followed).await.unwrap_or(Ok(())),
        None => followed.await,
    }
}

async fn follow(call: &mut Call<'_>, mut watch: Watch, everywhere: bool) -> Outcome {
    loop {
        let event = watch.next().await?;
        if event.event_type != "DELETED" && event.event_type != "BOOKMARK" && is_wanted(call, &event.object) {
            let rows = [row(call, &event.object, everywhere)];
            call.text(plain_table(&rows))?;
        }
    }
}

/// When an event was last seen, in its own words for that.
fn last_seen(event: &Value) -> Option<Timestamp> {
    let moments = [&event["series"]["lastObservedTime"], &event["lastTimestamp"], &event["eventTime"]];
    moments.into_iter().find_map(|moment| moment.as_str()?.parse().ok())
}

fn is_wanted(call: &Call<'_>, event: &Value) -> bool {
    let mut types = wanted_types(call).peekable();
    types.peek().is_none() || types.any(|wanted| wanted.eq_ignore_ascii_case(text_of(&event["type"])))
}

fn wanted_types<'c>(call: &'c Call<'_>) -> impl Iterator<Item = &'c String> {
    call.flags.all("types").iter().filter(|wanted| !wanted.is_empty())
}

fn print(call: &mut Call<'_>, found: &[Value], everywhere: bool, namespace: &str) -> Outcome {
    if let Some(format) = format_of(call, false)?.filter(|_| !found.is_empty()) {
        if matches!(format, Format::Name) {
            // As upstream, whose events have no kind here to be named by.
            return Ok(());
        }
        let list = json!({"apiVersion": "v1", "kind": "EventList", "metadata": {}, "items": found});
        return format.show(call, &list);
    }
    if found.is_empty() {
        let place = if everywhere { String::new() } else { format!(" in {namespace} namespace") };
        return call.complain(format!("No events found{place}."));
    }
    let mut rows = Vec::new();
    if !call.flags.on("no-headers") {
        let headers = ["NAMESPACE", "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
        rows.push(headers[usize::from(!everywhere)..].iter().map(|header| (*header).to_owned()).collect());
    }
    rows.extend(found.iter().map(|event| row(call, event, everywhere)));
    call.text(plain_table(&rows))
}

fn row(call: &Call<'_>, event: &Value, everywhere: bool) -> Vec<String> {
    let about = &event["involvedObject"];
    let mut cells = vec![
        event_age(event, call.now()),
        text_of(&event["type"]).to_owned(),
        text_of(&event["reason"]).to_owned(),
        format!("{}/{}", text_of(&about["kind"]), text_of(&about["name"])),
        text_of(&event["message"]).trim().to_owned(),
    ];
    if everywhere {
        cells.insert(0, text_of(&event["metadata"]["namespace"]).to_owned());
    }
    cells
}
