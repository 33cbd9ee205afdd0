//! Lists of `get -o`: printed item by item, so that no more than a page of objects is held.

use super::get::Pages;
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::{Format, ItemPrinter, SortField, Sorts};
use crate::kubectl::resource_args::{Selection, ends_everything, into_items};

/// Asks for everything and prints the items; what is missing does not keep the rest from being shown.
/// `false` when that cannot be done item by item, and nothing has been done.
pub(super) async fn run(
    call: &mut Call<'_>,
    api: &Api,
    wanted: &[(Selection, String)],
    format: &Format,
) -> Outcome<bool> {
    let Some(printer) = ItemPrinter::new(format, call) else { return Ok(false) };
    let sort = match call.flags.text("sort-by") {
        "" => None,
        path => Some(SortField::parse(path, Sorts::Objects)?),
    };
    let mut list = List { printer, sort, held: Vec::new(), count: 0 };
    let mut failures = Vec::new();
    for (selection, namespace) in wanted {
        match list.feed(call, api, selection, namespace).await {
            Ok(()) => {}
            Err(failure) if failure.is_not_found() && call.flags.on("ignore-not-found") => {}
            // A template that failed is explained with all that it was given.
            Err(Failure::Message(_)) if is_template(format) && list.printer.is_unprinted() => {
                return Ok(false);
            }
            Err(failure) if ends_everything(&failure) => return Err(failure),
            Err(failure) => failures.push(failure),
        }
    }
    if list.count > 0 || !call.flags.on("ignore-not-found") {
        match list.finish(call) {
            Err(Failure::ClosedPipe) => return Err(Failure::ClosedPipe),
            Err(failure) => failures.push(failure),
            Ok(()) => {}
        }
    }
    Failure::many(failures)?;
    Ok(true)
}

fn is_template(format: &Format) -> bool {
    matches!(format, Format::JsonPath(_) | Format::GoTemplate(_))
}

struct List {
    printer: ItemPrinter,
    sort: Option<SortField>,
    /// Keys and, as compact text, objects that wait for being sorted.
    held: Vec<(Option<Value>, Box<str>)>,
    count: usize,
}

impl List {
    async fn feed(
        &mut self,
        call: &mut Call<'_>,
        api: &Api,
        selection: &Selection,
        namespace: &str,
    ) -> Outcome {
        let mut pages = Pages::new(call, selection, namespace, false);
        while let Some(page) = pages.next(call, api).await? {
            let items = match selection {
                Selection::Named(..) => vec![page],
                Selection::Every(resource) => into_items(page, resource),
            };
            for item in items {
                self.count += 1;
                match &self.sort {
                    Some(field) => {
                        self.held.push((field.key(&item), self.printer.kept(item).to_string().into()));
                    }
                    None => self.printer.add(call, item)?,
                }
            }
        }
        Ok(())
    }

    fn finish(mut self, call: &mut Call<'_>) -> Outcome {
        if let Some(field) = self.sort {
            for text in field.sort(self.held)? {
                let item =
                    serde_json::from_str(&text).map_err(|error| Failure::message(error.to_string()))?;
                self.printer.add(call, item)?;
            }
        }
        self.printer.finish(call)
    }
}
