//! `kubectl get -w`: a list, then a line for every change.

use crate::base::{Value, escape_html, json};
use crate::kubectl::api::{ACCEPT_TABLE, Api};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::{Format, SortField, Sorts, TablePrinter, plain_table, sort_by};
use crate::kubectl::resource_args::{NOTHING_NAMED, Selection, into_items};
use crate::kubectl::watch::{Event, Watch};

use super::get::{Answer, as_table, ask, table_options, url_of};

/// Prints what there is, then what changes, until dropped.
pub(super) async fn run(
    call: &mut Call<'_>,
    api: &Api,
    wanted: Vec<(Selection, String)>,
    format: Option<Format>,
) -> Outcome {
    if wanted.is_empty() {
        return Err(Failure::message(NOTHING_NAMED));
    }
    refuse_several_types(call, &wanted)?;
    let mut answers = Vec::new();
    for (selection, namespace) in &wanted {
        answers.push(ask(call, api, selection, namespace, format.is_none()).await?);
    }
    let mut view = View::new(call, &answers[0], format);
    for answer in &mut answers {
        let listed = answer.take_list();
        if !call.flags.on("watch-only") {
            view.print_list(call, answer, listed)?;
        }
    }
    let ([(selection, namespace)], Some(answer)) = (wanted.as_slice(), answers.pop()) else {
        return Err(Failure::message(match call.args.is_empty() {
            true => format!(
                "watch is only supported on individual resources and resource collections - {} resources were found",
                wanted.len()
            ),
            false => "you may only watch a single resource or type of resource at a time".to_owned(),
        }));
    };
    let limit = call.flags.limit("request-timeout");
    let followed = follow(call, api, (selection, namespace), answer, view);
    match limit {
        // A request that may not last ends the watch without a complaint.
        Some(limit) => crate::base::timeout(limit, followed).await.unwrap_or(Ok(())),
        None => followed.await,
    }
}

/// Refuses what one watch cannot be about.
fn refuse_several_types(call: &Call<'_>, wanted: &[(Selection, String)]) -> Outcome {
    let resource =
        |(Selection::Named(resource, _) | Selection::Every(resource)): &Selection| resource.clone();
    if wanted.iter().all(|(one, _)| resource(one) == resource(&wanted[0].0)) {
        return Ok(());
    }
    Err(Failure::message(if call.args.is_empty() {
        "watch is only supported on individual resources and resource collections - more than 1 resource was found"
    } else {
        "you may only specify a single resource type"
    }))
}

async fn follow(
    call: &mut Call<'_>,
    api: &Api,
    (selection, namespace): (&Selection, &str),
    answer: Answer,
    mut view: View,
) -> Outcome {
    let mut watch = open(call, api, selection, &answer);
    // A watch on one name starts from any version, so its first event repeats what was printed.
    let mut repeated = !answer.name.is_empty();
    drop(answer);
    loop {
        let event = match watch.next_until_end().await {
            Ok(Some(event)) => event,
            // Upstream does not begin again, and does not complain.
            Ok(None) => return Ok(()),
            Err(Failure::Status(status)) if status.is("Expired") => {
                let answer = ask(call, api, selection, namespace, view.format.is_none()).await?;
                watch = open(call, api, selection, &answer);
                continue;
            }
            Err(failure) => return Err(failure),
        };
        if event.event_type == "BOOKMARK" || std::mem::take(&mut repeated) {
            continue;
        }
        view.print_event(call, &event)?;
    }
}

fn open(call: &Call<'_>, api: &Api, selection: &Selection, answer: &Answer) -> Watch {
    let table = call.flags.text("output").is_empty() || call.flags.text("output") == "wide";
    let accept = if table && call.flags.on("server-print") { ACCEPT_TABLE } else { "application/json" };
    match selection {
        Selection::Named(resource, name) => {
            let url =
                resource.collection(&answer.namespace).with("fieldSelector", format!("metadata.name={name}"));
            Watch::new(api, url, accept, "0")
        }
        Selection::Every(_) => {
            let version = answer.body["metadata"]["resourceVersion"].as_str().unwrap_or_default();
            Watch::new(api, url_of(call, selection, &answer.namespace), accept, version)
        }
    }
}

/// The rows in the order of `--sort-by`; as they are when they cannot be sorted.
fn sorted_table(call: &Call<'_>, mut table: Value) -> Value {
    let field = match call.flags.text("sort-by") {
        "" => None,
        path => SortField::parse(path, Sorts::Rows).ok(),
    };
    let Some(field) = field else { return table };
    if let Value::Array(rows) = table["rows"].take() {
        let keyed = rows.into_iter().map(|row| (field.key(&row["object"]), row)).collect();
        table["rows"] = field.sort(keyed).unwrap_or_default().into();
    }
    table
}

/// How lists and events are shown.
struct View {
    format: Option<Format>,
    table: TablePrinter,
    resource: crate::kubectl::discovery::Resource,
    show_event: bool,
    printed: bool,
}

impl View {
    fn new(call: &Call<'_>, answer: &Answer, format: Option<Format>) -> Self {
        Self {
            format,
            table: TablePrinter::new(table_options(call, &answer.resource)),
            resource: answer.resource.clone(),
            show_event: call.flags.on("output-watch-events"),
            printed: false,
        }
    }

    fn print_list(&mut self, call: &mut Call<'_>, answer: &Answer, listed: Value) -> Outcome {
        if self.format.is_none() {
            let table = as_table(listed, &self.resource, call.now());
            let table = sorted_table(call, table);
            let empty = table["rows"].as_array().is_none_or(Vec::is_empty);
            return if empty { Ok(()) } else { call.text(self.table.print(&table, "ADDED")) };
        }
        let mut objects = match answer.name.is_empty() {
            true => into_items(listed, &self.resource),
            false => vec![listed],
        };
        if !call.flags.text("sort-by").is_empty() {
            sort_by(&mut objects, call.flags.text("sort-by"))?;
        }
        for object in objects {
            self.print_object(call, &object, "ADDED")?;
        }
        Ok(())
    }

    fn print_event(&mut self, call: &mut Call<'_>, event: &Event) -> Outcome {
        if self.format.is_some() {
            return self.print_object(call, &event.object, &event.event_type);
        }
        let table = as_table(event.object.clone(), &self.resource, call.now());
        call.text(self.table.print(&table, &event.event_type))
    }

    fn print_object(&mut self, call: &mut Call<'_>, object: &Value, event_type: &str) -> Outcome {
        let Some(format) = self.format.clone() else { return Ok(()) };
        let first = !std::mem::replace(&mut self.printed, true);
        let event = self.show_event.then(|| json!({"type": event_type, "object": object}));
        match (&format, event) {
            (Format::Json, Some(_)) => call.text(event_line(event_type, object)),
            (Format::CustomColumns(columns), event) => {
                let headers = if first { columns.headers() } else { Vec::new() };
                let row = columns.row(event.as_ref().unwrap_or(object))?;
                call.text(plain_table(&[headers, vec![row]].concat()))
            }
            (Format::Name, _) | (_, None) => format.show(call, object),
            (_, Some(event)) => format.show(call, &event),
        }
    }
}

/// An event as JSON: one line, with its type first, as the struct of upstream is written.
fn event_line(event_type: &str, object: &Value) -> String {
    escape_html(format!("{{\"type\":{},\"object\":{}}}\n", json!(event_type), object)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_with_its_type_first() {
        let object = json!({"kind": "Pod", "metadata": {"name": "<a>"}});
        assert_eq!(
            event_line("ADDED", &object),
            "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":\"\\u003ca\\u003e\"}}}\n"
        );
    }
}
