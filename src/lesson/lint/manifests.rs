//! Manifests of start states, held to their kinds field by field, each complaint at its place.

use super::super::check_reader::whole_object;
use super::super::diagnostic::Report;
use super::super::markdown::{BlockKind, Page};
use super::super::node::{Node, YamlBlock};
use crate::apimachinery::{KINDS, Kind, TypeSchema, decode_strictly, kind_of, schema_of};
use crate::base::{Position, nearest};

pub(super) fn lint(page: &Page, report: &mut Report) {
    let blocks = page.sections.iter().flat_map(|section| &section.blocks);
    for block in blocks.filter(|block| block.kind == BlockKind::Start) {
        // What is no YAML was told where the chapter was read.
        let Some(yaml) = YamlBlock::parse(block, &mut Report::new("")) else { continue };
        for document in yaml.documents() {
            object(&document, report);
        }
    }
}

fn object(node: &Node<'_>, report: &mut Report) {
    let text = |key: &str| node.value[key].as_str();
    let (Some(api_version), Some(kind_name)) = (text("apiVersion"), text("kind")) else { return };
    let Some(kind) = kind_of(api_version, kind_name) else {
        let of_this = |kind: &&&'static Kind| kind.kind == kind_name && kind.api_version() == api_version;
        if let Some(kind) = report.custom_kinds().iter().copied().find(|kind| of_this(&kind)) {
            return custom(node, kind, report);
        }
        let at = node.get("kind").map_or_else(|| node.at(), |kind| kind.at());
        let same = KINDS.iter().find(|kind| kind.kind == kind_name);
        let hint = match (same, nearest(kind_name, KINDS.iter().map(|kind| kind.kind))) {
            (Some(kind), _) => Some(format!("{kind_name} is in {:?}", kind.api_version())),
            (None, near) => near.map(|name| format!("did you mean {name:?}?")),
        };
        report.broken("unknown-kind", at, format!("there is no kind {kind_name:?} in {api_version:?}"), hint);
        return;
    };
    match decode_strictly(kind, node.value) {
        Ok(decoded) => {
            for path in &decoded.unknown_fields {
                let found = at_path(node, path);
                let hint = schema_of(kind).and_then(|schema| near_field(schema, path));
                report.broken("start-refused", found, format!("{kind_name} has no field {path:?}"), hint);
            }
        }
        Err(status) => {
            let path = status.message.rsplit_once("Go struct field ").map(|(_, rest)| rest);
            let path = path.and_then(|rest| rest.split(' ').next()).and_then(|path| path.split_once('.'));
            let at = path.map_or_else(|| node.at(), |(_, path)| at_path(node, path));
            report.broken("start-refused", at, status.message, None);
        }
    }
}

/// Holds a custom resource to its definition.
fn custom(node: &Node<'_>, kind: &'static Kind, report: &mut Report) {
    let mut found = Report::new("");
    whole_object(node, kind, &mut found);
    for one in found.finish() {
        let at = Position { line: one.line, column: one.column };
        report.broken("start-refused", at, one.message, one.hint);
    }
}

/// The parts of a path such as `spec.containers[0].image`: names, and places in lists.
fn parts(path: &str) -> Vec<Result<usize, &str>> {
    let mut parts = Vec::new();
    for segment in path.split('.') {
        let mut pieces = segment.split('[');
        parts.extend(pieces.next().filter(|name| !name.is_empty()).map(Err));
        parts.extend(pieces.filter_map(|index| index.trim_end_matches(']').parse().ok()).map(Ok));
    }
    parts
}

/// Where a path leads, or how far it leads.
fn at_path(node: &Node<'_>, path: &str) -> Position {
    let mut at = node.at();
    let mut here: Option<Node<'_>> = None;
    for part in parts(path) {
        let from = here.as_ref().unwrap_or(node);
        let next = match part {
            Err(name) if from.value.is_array() => {
                from.items(&mut Report::new("")).into_iter().find_map(|item| item.get(name))
            }
            Err(name) => from.get(name),
            Ok(index) => from.items(&mut Report::new("")).into_iter().nth(index),
        };
        let Some(next) = next else { break };
        at = next.at();
        here = Some(next);
    }
    at
}

/// The field that was perhaps meant by the last name of a path.
fn near_field(schema: &'static TypeSchema, path: &str) -> Option<String> {
    let names: Vec<&str> = parts(path).into_iter().filter_map(Result::err).collect();
    let (last, way) = names.split_last()?;
    let mut schema = schema;
    for name in way {
        schema = schema.field(name)?.field_type.message()?;
    }
    let near = nearest(last, schema.fields.keys().copied());
    near.map(|name| format!("did you mean {name:?}?"))
}
