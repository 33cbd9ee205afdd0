//! Reading YAML: parser events become JSON values, with the place of every key and item.

use std::collections::BTreeMap;

use base64::Engine as _;
use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use crate::base::{Map, Value, escape_pointer, unescape_pointer};

use super::libyaml;
use super::resolve::resolve;
use super::{Position, YamlDocument, YamlError};

/// How deep collections may nest.
const MOST_NESTED: usize = 120;
/// How many brackets may stand open before nothing is parsed at all; upstream's limit.
const DEEPEST_FLOW: usize = 10_000;
/// How many values aliases may add to a stream.
const MOST_ALIASED_VALUES: usize = 100_000;

/// Reads all documents of a stream; empty documents are left out. JSON is YAML.
///
/// # Errors
/// At the first document that is not YAML, in libyaml's words.
pub fn parse_yaml(text: &str) -> Result<Vec<YamlDocument>, YamlError> {
    if let Some(position) = too_deep(text) {
        let message = format!("exceeded max depth of {DEEPEST_FLOW}");
        return Err(YamlError { position, kubectl_line: None, message });
    }
    if let Some(error) = libyaml::complaint(text) {
        // Tabs between JSON's tokens are no YAML.
        return parse_json(text).ok_or(error);
    }
    let mut reader = Reader {
        parser: Parser::new_from_str_with_options(text, granit_parser::options! { emit_comments: false }),
        text,
        anchors: BTreeMap::new(),
        aliased_values: 0,
        depth: 0,
        pointer: String::new(),
        positions: BTreeMap::new(),
        duplicate_keys: Vec::new(),
        merging: 0,
    };
    reader.documents()
}

/// Where more brackets stand open than any document needs: found at once, because parsing such a text
/// takes time with the square of its length.
fn too_deep(text: &str) -> Option<Position> {
    let (mut open, mut line, mut start) = (0_usize, 1, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' if open == DEEPEST_FLOW => return Some(Position { line, column: at - start + 1 }),
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            b'\n' => (line, start) = (line + 1, at + 1),
            _ => {}
        }
    }
    None
}

fn parse_json(text: &str) -> Option<Vec<YamlDocument>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let document = |value| YamlDocument { value, positions: BTreeMap::new(), duplicate_keys: Vec::new() };
    values.map(|value| value.ok().map(document)).collect()
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    anchors: BTreeMap<usize, Value>,
    aliased_values: usize,
    depth: usize,
    /// JSON pointer of the value being read.
    pointer: String,
    positions: BTreeMap<String, Position>,
    duplicate_keys: Vec<(String, Position)>,
    /// How many merged maps are being read, whose keys have no place of their own.
    merging: usize,
}

impl<'a> Reader<'a> {
    fn documents(&mut self) -> Result<Vec<YamlDocument>, YamlError> {
        let mut documents = Vec::new();
        while let Some((event, span)) = self.next()? {
            if matches!(
                event,
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd
            ) {
                continue;
            }
            self.pointer.clear();
            self.note(&span);
            let value = self.node(event, &span)?;
            let positions = std::mem::take(&mut self.positions);
            let duplicate_keys = std::mem::take(&mut self.duplicate_keys);
            if !value.is_null() {
                documents.push(YamlDocument { value, positions, duplicate_keys });
            }
        }
        Ok(documents)
    }

    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, YamlError> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok(next)) => Ok(Some(next)),
            Some(Err(error)) => {
                let marker = error.marker();
                let place = Position { line: marker.line().max(1), column: marker.col() + 1 };
                Err(libyaml::word(self.text, place, error.info().to_owned()))
            }
        }
    }

    /// Records where the value at the current pointer stands.
    fn note(&mut self, span: &Span) {
        if self.merging == 0 {
            self.positions.insert(self.pointer.clone(), position(span));
        }
    }

    fn error(&self, span: &Span, message: impl Into<String>) -> YamlError {
        YamlError { position: position(span), kubectl_line: None, message: message.into() }
    }

    fn node(&mut self, event: Event<'a>, span: &Span) -> Result<Value, YamlError> {
        let (value, anchor) = match event {
            Event::Alias(anchor) => return self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                (self.scalar(&text, style, tag.as_deref(), span)?, anchor)
            }
            Event::SequenceStart(_, anchor, _) => (self.nested(span, Self::list)?, anchor),
            Event::MappingStart(_, anchor, _) => (self.nested(span, Self::map)?, anchor),
            _ => return Err(self.error(span, "did not find expected node content")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn nested(
        &mut self,
        span: &Span,
        read: fn(&mut Self) -> Result<Value, YamlError>,
    ) -> Result<Value, YamlError> {
        if self.depth == MOST_NESTED {
            return Err(self.error(span, format!("exceeded max depth of {MOST_NESTED}")));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn alias(&mut self, anchor: usize, span: &Span) -> Result<Value, YamlError> {
        let Some(value) = self.anchors.get(&anchor).cloned() else {
            return Err(self.error(span, "anchor value contains itself"));
        };
        self.aliased_values += count(&value);
        if self.aliased_values > MOST_ALIASED_VALUES {
            return Err(self.error(span, "document contains excessive aliasing"));
        }
        Ok(value)
    }

    fn list(&mut self) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        let outer = self.pointer.len();
        while let Some((event, span)) = self.next()? {
            if event == Event::SequenceEnd {
                break;
            }
            self.pointer.push_str(&format!("/{}", items.len()));
            self.note(&span);
            let item = self.node(event, &span)?;
            items.push(item);
            self.pointer.truncate(outer);
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self) -> Result<Value, YamlError> {
        let mut map = Map::new();
        let mut own_keys = std::collections::BTreeSet::new();
        let outer = self.pointer.len();
        while let Some((event, span)) = self.next()? {
            if event == Event::MappingEnd {
                break;
            }
            if is_merge_key(&event) {
                self.merge(&mut map)?;
                continue;
            }
            let key = self.key(event, &span)?;
            self.pointer.push('/');
            self.pointer.push_str(&escape_pointer(&key));
            self.note(&span);
            if !own_keys.insert(key.clone()) && self.merging == 0 {
                self.duplicate_keys.push((path(&self.pointer), position(&span)));
            }
            let Some((event, span)) = self.next()? else { break };
            let value = self.node(event, &span)?;
            map.insert(key, value);
            self.pointer.truncate(outer);
        }
        Ok(Value::Object(map))
    }

    fn key(&mut self, event: Event<'a>, span: &Span) -> Result<String, YamlError> {
        match self.node(event, span)? {
            Value::String(key) => Ok(key),
            Value::Bool(key) => Ok(key.to_string()),
            Value::Number(key) => Ok(key.to_string()),
            // What a template such as `{{ .Values.name }}` is in YAML.
            other => Err(self.error(span, format!("invalid map key: {}", go_syntax(&other)))),
        }
    }

    /// `<<`: the keys of another map, or of several, of which the first wins.
    fn merge(&mut self, map: &mut Map) -> Result<(), YamlError> {
        let Some((event, span)) = self.next()? else { return Ok(()) };
        self.merging += 1;
        let value = self.node(event, &span);
        self.merging -= 1;
        let merged = match value? {
            one @ Value::Object(_) => vec![one],
            Value::Array(many) => many,
            _ => Vec::new(),
        };
        if merged.is_empty() || !merged.iter().all(Value::is_object) {
            return Err(self.error(&span, "map merge requires map or sequence of maps as the value"));
        }
        for value in merged.into_iter().rev() {
            if let Value::Object(entries) = value {
                map.extend(entries);
            }
        }
        Ok(())
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: &Span,
    ) -> Result<Value, YamlError> {
        let is_plain = style == ScalarStyle::Plain;
        let resolved = || {
            let value = resolve(text);
            value.ok_or_else(|| self.error(span, format!("json: unsupported value: {text}")))
        };
        match tag.and_then(|tag| tag.suffix_in_namespace("tag:yaml.org,2002:")).as_deref() {
            None if tag.is_none() && is_plain => resolved(),
            None | Some("str") => Ok(text.into()),
            Some("binary") => {
                let bytes = base64::engine::general_purpose::STANDARD.decode(text.replace(['\n', ' '], ""));
                let bytes =
                    bytes.map_err(|_| self.error(span, "!!binary value contains invalid base64 data"))?;
                Ok(String::from_utf8_lossy(&bytes).into())
            }
            Some(wanted) => {
                let value = resolved()?;
                if is_of(wanted, &value) {
                    return Ok(value);
                }
                Err(self.error(span, format!("cannot decode !!str `{text}` as a !!{wanted}")))
            }
        }
    }
}

fn is_of(tag: &str, value: &Value) -> bool {
    match tag {
        "int" => value.is_i64() || value.is_u64(),
        "float" => value.is_number(),
        "bool" => value.is_boolean(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn is_merge_key(event: &Event<'_>) -> bool {
    matches!(event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<")
}

/// A value as Go's `%#v` prints it.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_syntax).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{key:?}:{}", go_syntax(value))).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

fn position(span: &Span) -> Position {
    Position { line: span.start.line(), column: span.start.col() + 1 }
}

/// A JSON pointer as messages write it: `spec.containers[0].image`.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for token in pointer.split('/').skip(1) {
        let token = unescape_pointer(token);
        if !path.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{token}]"));
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&token);
    }
    path
}
