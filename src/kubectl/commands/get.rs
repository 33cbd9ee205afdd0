//! `kubectl get`: tables from the server, other formats from the objects, watches.

use super::flag_sets::{ALL_NAMESPACES, FILES, OUTPUT, SELECTORS};
use crate::base::{Value, json};
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{
    Format, SortField, Sorts, TableOptions, TablePrinter, format_of, list_of, sort_by,
};
use crate::kubectl::resource_args::{
    NO_NAME, Selection, ends_everything, from_files, into_items, or_namespace, refuse_arguments, select,
    select_matching, unlisted, visited,
};

use super::{get_list, get_watch};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "get",
    short: "Display one or many resources",
    usage: "[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]",
    flags: &[FLAGS, FILES, OUTPUT, SELECTORS, ALL_NAMESPACES],
    arguments: Arguments::Objects(&[]),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("watch", "After listing, watch for changes").short('w'),
    Flag::switch("watch-only", "Watch for changes without listing first"),
    Flag::switch("output-watch-events", "Show what kind of change each line is"),
    Flag::switch("ignore-not-found", "Exit 0 when the object does not exist"),
    Flag::switch("no-headers", "Leave the header out"),
    Flag::switch("show-labels", "Show all labels as the last column"),
    Flag::switch("show-kind", "Put the kind before names"),
    Flag::switch_on("server-print", "Let the server lay out tables; otherwise they only have names and ages"),
    Flag::list("label-columns", "Labels that get a column of their own").short('L'),
    Flag::text("sort-by", "", "JSONPath of the field to sort by"),
    Flag::text("raw", "", "Path of the API to read"),
    Flag::text("subresource", "", "Subresource to read instead of the object"),
    Flag::int("chunk-size", "500", "How many objects to ask for at a time; 0 for all"),
];

/// What one request answered.
pub(super) struct Answer {
    /// What was asked for.
    pub(super) resource: Resource,
    /// Name of the one object that was asked for; empty for a list.
    pub(super) name: String,
    /// Where.
    pub(super) namespace: String,
    /// Table or objects.
    pub(super) body: Value,
}

async fn run(call: &mut Call<'_>) -> Outcome {
    if !call.flags.text("raw").is_empty() {
        return raw(call).await;
    }
    let follows = call.flags.on("watch") || call.flags.on("watch-only");
    warn_of_sorting(call)?;
    if !follows
        && call.args.is_empty()
        && call.flags.all("filename").is_empty()
        && !call.flags.is_set("kustomize")
    {
        call.complain("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n")?;
        return Err(call.usage_error(
            "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).",
        ));
    }
    let output = call.flags.text("output");
    if call.flags.on("show-labels") && !matches!(output, "" | "wide") {
        return Err(Failure::message(format!("--show-labels option cannot be used with {output} printer")));
    }
    if call.flags.on("output-watch-events") && !follows {
        return Err(Failure::message(
            "--output-watch-events option can only be used with --watch or --watch-only",
        ));
    }
    // What is wrong with the format is told when there is something to print.
    let format = format_of(call, true);
    let api = call.api().await?;
    let wanted = selections(call, &api).await?;
    if !call.flags.text("subresource").is_empty()
        && wanted.iter().any(|(one, _)| matches!(one, Selection::Every(_)))
    {
        return Err(Failure::message("subresource cannot be used when bulk resources are specified"));
    }
    if follows {
        return get_watch::run(call, &api, wanted, format?).await;
    }
    let single = wanted.len() == 1 && matches!(wanted[0].0, Selection::Named(..));
    let Some(format) = format.transpose() else { return tables(call, &api, &wanted).await };
    if let Ok(format) = &format
        && !single
        && get_list::run(call, &api, &wanted, format).await?
    {
        return Ok(());
    }
    let (answers, mut failures) = ask_all(call, &api, &wanted).await?;
    let objects = objects_of(answers);
    if objects.is_empty() && (single && !failures.is_empty() || call.flags.on("ignore-not-found")) {
        return Failure::many(failures);
    }
    match print_objects(call, objects, &format?, single) {
        Err(Failure::ClosedPipe) => return Err(Failure::ClosedPipe),
        Err(failure) => failures.push(failure),
        Ok(()) => {}
    }
    Failure::many(failures)
}

/// Tells that what a watch tells is not sorted.
fn warn_of_sorting(call: &mut Call<'_>) -> Outcome {
    if call.flags.text("sort-by").is_empty() {
        return Ok(());
    }
    if call.flags.on("watch") {
        return call
            .complain("warning: --watch requested, --sort-by will be ignored for watch events received");
    }
    if call.flags.on("watch-only") {
        return call.complain("warning: --watch-only requested, --sort-by will be ignored");
    }
    Ok(())
}

async fn raw(call: &mut Call<'_>) -> Outcome {
    let path = call.flags.text("raw").to_owned();
    if !call.args.is_empty() {
        return Err(Failure::message("arguments may not be passed when --raw is specified"));
    }
    let flags = &call.flags;
    if flags.on("watch") || flags.on("watch-only") || !flags.text("selector").is_empty() {
        return Err(Failure::message(
            "--raw may not be specified with other flags that filter the server request or alter the output",
        ));
    }
    if flags.is_set("output") {
        return Err(Failure::message("--raw and --output are mutually exclusive"));
    }
    if !path.starts_with('/') && !path.contains("://") {
        return Err(Failure::message(format!(
            "--raw must be a valid URL path: parse {path:?}: invalid URI for request"
        )));
    }
    let api = call.api().await?;
    let limit = call.flags.limit("request-timeout");
    let url = Url::new(path);
    let printed = super::raw::print(call, &api, &url);
    match limit {
        Some(limit) => crate::base::timeout(limit, printed).await.unwrap_or_else(|| {
            Err(Failure::message(
                "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
            ))
        }),
        None => printed.await,
    }
}

/// What to ask for, each with its namespace.
async fn selections(call: &mut Call<'_>, api: &Api) -> Outcome<Vec<(Selection, String)>> {
    if !call.flags.all("filename").is_empty() || call.flags.is_set("kustomize") {
        if !call.flags.all("filename").is_empty() && call.flags.is_set("kustomize") {
            return Err(Failure::message("only one of -f or -k can be specified"));
        }
        let (infos, failures) = from_files(call, api).await.map_err(visited)?;
        refuse_arguments(&call.args)?;
        let failures: Vec<Failure> = failures.into_iter().map(visited).collect();
        if infos.is_empty() {
            Failure::many(failures)?;
        } else {
            call.deferred.extend(failures);
        }
        return Ok(infos
            .into_iter()
            .map(|info| (Selection::Named(info.resource, info.name), info.namespace))
            .collect());
    }
    let namespace = call.namespace()?;
    let everywhere = call.flags.on("all-namespaces");
    let has_selector =
        ["selector", "field-selector"].iter().any(|flag| !call.flags.text(flag).trim().is_empty());
    let selections = match has_selector {
        true => select_matching(api, &call.args).await?,
        false => select(api, &call.args).await?,
    };
    let mut placed = Vec::new();
    for selection in selections {
        let scope = match &selection {
            Selection::Named(resource, _) if everywhere && resource.namespaced => {
                // Of which type it is a server has to say.
                api.settle().await?;
                return Err(Failure::message("a resource cannot be retrieved by name across all namespaces"));
            }
            Selection::Every(_) if everywhere => String::new(),
            _ => namespace.clone(),
        };
        placed.push((selection, scope));
    }
    Ok(placed)
}

/// Asks for everything; what is missing does not keep the rest from being shown.
async fn ask_all(
    call: &Call<'_>,
    api: &Api,
    wanted: &[(Selection, String)],
) -> Outcome<(Vec<Answer>, Vec<Failure>)> {
    let (mut answers, mut failures) = (Vec::new(), Vec::new());
    for (selection, namespace) in wanted {
        match ask(call, api, selection, namespace, false).await {
            Ok(answer) => answers.push(answer),
            Err(failure) if failure.is_not_found() && call.flags.on("ignore-not-found") => {}
            Err(failure) if ends_everything(&failure) => return Err(failure),
            Err(failure) => failures.push(failure),
        }
    }
    Ok((answers, failures))
}

/// The URL of a selection with the selectors of the flags.
pub(super) fn url_of(call: &Call<'_>, selection: &Selection, namespace: &str) -> Url {
    match selection {
        Selection::Named(resource, name) => {
            resource.subresource(namespace, name, call.flags.text("subresource"))
        }
        Selection::Every(resource) => resource
            .collection(namespace)
            .with("fieldSelector", call.flags.text("field-selector"))
            .with("labelSelector", call.flags.text("selector")),
    }
}

/// Asks for one selection, in chunks, as a Table or as objects.
pub(super) async fn ask(
    call: &Call<'_>,
    api: &Api,
    selection: &Selection,
    namespace: &str,
    as_table: bool,
) -> Outcome<Answer> {
    let mut pages = Pages::new(call, selection, namespace, as_table);
    let mut answer = Answer::about(selection, namespace);
    while let Some(mut page) = pages.next(call, api).await? {
        if answer.body.is_null() {
            answer.body = page;
            continue;
        }
        for list in ["rows", "items"] {
            let known = answer.body.get_mut(list).and_then(Value::as_array_mut);
            if let (Some(known), Some(new)) = (known, page.get_mut(list).and_then(Value::as_array_mut)) {
                known.append(new);
            }
        }
        answer.body["metadata"] = page["metadata"].take();
    }
    Ok(answer)
}

impl Answer {
    /// Takes what was listed; the body keeps its metadata, from which a watch goes on.
    pub(super) fn take_list(&mut self) -> Value {
        let metadata = self.body["metadata"].clone();
        std::mem::replace(&mut self.body, json!({"metadata": metadata}))
    }

    fn about(selection: &Selection, namespace: &str) -> Self {
        let (resource, name) = match selection {
            Selection::Named(resource, name) => (resource.clone(), name.clone()),
            Selection::Every(resource) => (resource.clone(), String::new()),
        };
        let namespace = if resource.namespaced { namespace.to_owned() } else { String::new() };
        Self { resource, name, namespace, body: Value::Null }
    }
}

/// The answers to one selection, page by page.
pub(super) struct Pages<'s> {
    selection: &'s Selection,
    namespace: String,
    url: Url,
    table: bool,
    next: Option<String>,
}

impl<'s> Pages<'s> {
    /// Nothing is asked yet.
    pub(super) fn new(call: &Call<'_>, selection: &'s Selection, namespace: &str, table: bool) -> Self {
        let sorted = call.flags.is_set("sort-by");
        let table = table && call.flags.on("server-print");
        let mut url = url_of(call, selection, namespace);
        if table && sorted {
            url = url.with("includeObject", "Object");
        }
        let limit = call.flags.int("chunk-size");
        if matches!(selection, Selection::Every(_)) && limit > 0 {
            url = url.with("limit", limit.to_string());
        }
        Self { selection, namespace: namespace.to_owned(), url, table, next: Some(String::new()) }
    }

    /// The next page; `None` after the last one.
    pub(super) async fn next(&mut self, call: &Call<'_>, api: &Api) -> Outcome<Option<Value>> {
        let Some(token) = self.next.take() else { return Ok(None) };
        if matches!(self.selection, Selection::Named(_, name) if name.is_empty()) {
            return Err(Failure::message(NO_NAME));
        }
        let url = self.url.clone().with("continue", token);
        let answered = if self.table { api.get_table(&url).await } else { api.get(&url).await };
        let page = match (answered, self.selection) {
            (Ok(page), _) => page,
            // A Table is read while it is visited.
            (Err(failure), Selection::Every(_)) => {
                let failure = if self.table { visited(failure) } else { failure };
                return Err(explain(failure, call, self.selection));
            }
            (Err(failure), Selection::Named(resource, _)) => {
                return Err(or_namespace(api, resource, &self.namespace, failure).await);
            }
        };
        let next = page["metadata"]["continue"].as_str().filter(|next| !next.is_empty());
        self.next = next.map(str::to_owned);
        Ok(Some(page))
    }
}

/// Adds the selectors to a refusal, as upstream does for bad requests.
fn explain(failure: Failure, call: &Call<'_>, selection: &Selection) -> Failure {
    let Selection::Every(resource) = selection else { return failure };
    unlisted(failure, resource, call.flags.text("selector"), call.flags.text("field-selector"))
}

/// How tables look for these answers.
pub(super) fn table_options(call: &Call<'_>, resource: &Resource) -> TableOptions {
    TableOptions {
        wide: call.flags.text("output") == "wide",
        no_headers: call.flags.on("no-headers"),
        with_namespace: call.flags.on("all-namespaces") && resource.namespaced,
        show_labels: call.flags.on("show-labels"),
        label_columns: call.flags.all("label-columns").to_vec(),
        event_column: call.flags.on("output-watch-events"),
    }
}

/// What one selection fills of a table.
struct Filled {
    resource: Resource,
    printer: TablePrinter,
    rows: Vec<Vec<String>>,
}

/// Asks for everything and prints it as tables; of every page only its cells are kept.
async fn tables(call: &mut Call<'_>, api: &Api, wanted: &[(Selection, String)]) -> Outcome {
    let (mut filled, mut failures): (Vec<Filled>, Vec<Failure>) = (Vec::new(), Vec::new());
    for (selection, namespace) in wanted {
        match fill(call, api, selection, namespace).await {
            Ok(one) => filled.push(one),
            Err(failure) if failure.is_not_found() && call.flags.on("ignore-not-found") => {}
            Err(failure) if ends_everything(&failure) => return Err(failure),
            Err(failure) => failures.push(failure),
        }
    }
    refuse_to_sort_tables(call, filled.len())?;
    print_tables(call, filled, failures.is_empty())?;
    Failure::many(failures)
}

async fn fill(call: &Call<'_>, api: &Api, selection: &Selection, namespace: &str) -> Outcome<Filled> {
    let resource = Answer::about(selection, namespace).resource;
    let mut printer = TablePrinter::new(table_options(call, &resource));
    let mut pages = Pages::new(call, selection, namespace, true);
    let sort_path = call.flags.text("sort-by");
    // What cannot be sorted is, as upstream does it, not shown at all.
    let field = SortField::parse(sort_path, Sorts::Rows).ok();
    let mut keyed = Vec::new();
    while let Some(page) = pages.next(call, api).await? {
        let table = as_table(page, &resource, call.now());
        let rows = table["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        let keys: Vec<_> = match &field {
            Some(field) if !sort_path.is_empty() => {
                rows.iter().map(|row| field.key(&row["object"])).collect()
            }
            _ => vec![None; rows.len()],
        };
        keyed.extend(keys.into_iter().zip(printer.rows(&table, "")));
    }
    let rows = match field {
        Some(field) if !sort_path.is_empty() && keyed.len() > 1 => match field.sort(keyed) {
            Err(failure) if failure.to_string().contains("unsortable") => return Err(failure),
            sorted => sorted.unwrap_or_default(),
        },
        None if keyed.len() > 1 => Vec::new(),
        _ => keyed.into_iter().map(|(_, row)| row).collect(),
    };
    Ok(Filled { resource, printer, rows })
}

/// Several tables are sorted as wholes, by what a Table itself has: upstream refuses nearly all fields.
fn refuse_to_sort_tables(call: &Call<'_>, tables: usize) -> Outcome {
    if tables < 2 || call.flags.text("sort-by").is_empty() {
        return Ok(());
    }
    let field = SortField::parse(call.flags.text("sort-by"), Sorts::Rows)?;
    let table = json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "Table", "metadata": {"resourceVersion": ""},
    });
    field.key(&table).map(|_| ()).ok_or_else(|| field.not_found())
}

fn print_tables(call: &mut Call<'_>, filled: Vec<Filled>, all_found: bool) -> Outcome {
    let several = filled.iter().any(|one| one.resource != filled[0].resource);
    let namespaced = filled.iter().all(|one| one.resource.namespaced);
    let mut printed: Option<(Resource, TablePrinter)> = None;
    // After one table with namespaces all have that column.
    let mut with_namespace = false;
    for Filled { resource, mut printer, mut rows } in filled {
        if rows.is_empty() {
            continue;
        }
        with_namespace |= call.flags.on("all-namespaces") && resource.namespaced;
        if with_namespace && !resource.namespaced {
            printer.add_namespaces(&mut rows);
        }
        let with_kind = several || call.flags.on("show-kind");
        let kind = if with_kind { resource.qualified_kind() } else { String::new() };
        if printed.as_ref().is_none_or(|(last, _)| *last != resource) {
            if printed.is_some() && !call.flags.on("no-headers") {
                call.line("")?;
            }
            printed = Some((resource, printer));
        }
        if let Some((_, printer)) = &mut printed {
            let text = printer.lay_out(rows, &kind);
            call.text(text)?;
        }
    }
    if printed.is_some() || !all_found || call.flags.on("ignore-not-found") {
        return Ok(());
    }
    if namespaced && !call.flags.on("all-namespaces") {
        let namespace = call.namespace()?;
        return call.complain(format!("No resources found in {namespace} namespace."));
    }
    call.complain("No resources found")
}

/// The Table itself, or one with NAME and AGE for a server that answered objects.
pub(super) fn as_table(body: Value, resource: &Resource, now: crate::base::Timestamp) -> Value {
    if body["kind"] == "Table" {
        return body;
    }
    let metadata = body["metadata"].clone();
    let objects = if body.get("items").is_some() { into_items(body, resource) } else { vec![body] };
    let rows: Vec<Value> = objects
        .into_iter()
        .map(|object| {
            let created = object["metadata"]["creationTimestamp"].as_str().and_then(|text| text.parse().ok());
            let age = created.map_or("<unknown>".to_owned(), |created: crate::base::Timestamp| {
                crate::base::human_duration(now.duration_since(created))
            });
            json!({"cells": [object["metadata"]["name"], age], "object": object})
        })
        .collect();
    json!({
        "kind": "Table",
        "metadata": metadata,
        "columnDefinitions": [{"name": "Name", "format": "name", "priority": 0}, {"name": "Age", "priority": 0}],
        "rows": rows,
    })
}

fn objects_of(answers: Vec<Answer>) -> Vec<Value> {
    let mut objects: Vec<Value> = Vec::new();
    for answer in answers {
        if answer.name.is_empty() {
            objects.extend(into_items(answer.body, &answer.resource));
        } else {
            objects.push(answer.body);
        }
    }
    objects
}

fn print_objects(call: &mut Call<'_>, mut objects: Vec<Value>, format: &Format, single: bool) -> Outcome {
    if call.flags.is_set("sort-by") {
        sort_by(&mut objects, call.flags.text("sort-by"))?;
    }
    match objects.as_slice() {
        [object] if single => format.show(call, object),
        _ => format.show(call, &list_of(objects)),
    }
}
