//! Writing YAML byte for byte as kubectl does, that is, as goyaml.v2 and libyaml under it.

use crate::base::{Map, Number, Value};

use super::key_order::sort_keys;
use super::resolve::whole_float;
use super::scalar::{Style, is_break, is_printable, is_simple_key, style_of};

/// Columns after which a scalar is folded at the next space.
const BEST_WIDTH: usize = 80;
const BEST_INDENT: usize = 2;

/// Writes a value as `kubectl -o yaml` prints it.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    let mut emitter = Emitter { whitespace: true, indention: true, ..Emitter::default() };
    emitter.node(value, None, false);
    emitter.indent = 0;
    emitter.write_indent();
    emitter.text
}

/// The state of libyaml's emitter, under its names.
#[derive(Default)]
struct Emitter {
    text: String,
    /// Characters on the current line.
    column: usize,
    /// Where the innermost collection begins.
    indent: usize,
    /// Whether the last character was whitespace.
    whitespace: bool,
    /// Whether the current line holds only indentation and indicators.
    indention: bool,
}

impl Emitter {
    /// `outer` is the indentation of the collection around, if there is one.
    fn node(&mut self, value: &Value, outer: Option<usize>, is_in_map: bool) {
        match value {
            Value::Object(map) if map.is_empty() => self.indicator("{}", true, false),
            Value::Array(items) if items.is_empty() => self.indicator("[]", true, false),
            Value::Object(map) => self.map(map, outer),
            Value::Array(items) => self.list(items, outer, is_in_map),
            Value::String(text) => self.scalar(text, outer, false),
            Value::Number(number) => self.plain(&number_text(number), outer, false),
            Value::Bool(flag) => self.plain(if *flag { "true" } else { "false" }, outer, false),
            Value::Null => self.plain("null", outer, false),
        }
    }

    fn map(&mut self, map: &Map, outer: Option<usize>) {
        let indent = outer.map_or(0, |outer| outer + BEST_INDENT);
        for key in sort_keys(map.keys()) {
            self.indent = indent;
            self.write_indent();
            if is_simple_key(key) {
                self.scalar(key, Some(indent), true);
                self.indicator(":", false, false);
            } else {
                self.indicator("?", true, true);
                self.scalar(key, Some(indent), false);
                self.indent = indent;
                self.write_indent();
                self.indicator(":", true, true);
            }
            if let Some(value) = map.get(key) {
                self.node(value, Some(indent), true);
            }
        }
    }

    /// Items stand at their map's column, unless they follow an indicator on its line.
    fn list(&mut self, items: &[Value], outer: Option<usize>, is_in_map: bool) {
        let is_indentless = is_in_map && !self.indention;
        let indent = outer.map_or(0, |outer| if is_indentless { outer } else { outer + BEST_INDENT });
        for item in items {
            self.indent = indent;
            self.write_indent();
            self.indicator("-", true, true);
            self.node(item, Some(indent), false);
        }
    }

    fn scalar(&mut self, text: &str, outer: Option<usize>, is_key: bool) {
        self.indent = outer.map_or(0, |outer| outer + BEST_INDENT);
        match style_of(text, is_key) {
            Style::Plain => self.plain(text, outer, is_key),
            Style::SingleQuoted => self.single_quoted(text, !is_key),
            Style::DoubleQuoted => self.double_quoted(text, !is_key),
            Style::Literal => self.literal(text),
        }
    }

    fn plain(&mut self, text: &str, outer: Option<usize>, is_key: bool) {
        self.indent = outer.map_or(0, |outer| outer + BEST_INDENT);
        if !self.whitespace {
            self.put(' ');
        }
        let mut after_space = false;
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            let is_foldable = c == ' ' && !after_space && characters.peek() != Some(&' ');
            if is_foldable && !is_key && self.column > BEST_WIDTH {
                self.write_indent();
            } else {
                self.put(c);
            }
            after_space = c == ' ';
            self.indention &= after_space;
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, text: &str, may_fold: bool) {
        self.indicator("'", true, false);
        let (mut after_space, mut after_break) = (false, false);
        let mut characters = text.char_indices().peekable();
        while let Some((index, c)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if c == ' ' {
                let is_inside = index > 0 && next.is_some_and(|next| next != ' ');
                if may_fold && !after_space && self.column > BEST_WIDTH && is_inside {
                    self.write_indent();
                } else {
                    self.put(c);
                }
                after_space = true;
                continue;
            }
            if is_break(c) {
                self.write_break(c);
                self.indention = true;
                after_break = true;
                continue;
            }
            if after_break {
                self.write_indent();
            }
            if c == '\'' {
                self.put('\'');
            }
            self.put(c);
            self.indention = false;
            (after_space, after_break) = (false, false);
        }
        self.indicator("'", false, false);
    }

    fn double_quoted(&mut self, text: &str, may_fold: bool) {
        self.indicator("\"", true, false);
        // libyaml takes every character of a text that begins with a byte order mark for one.
        let escapes_all = text.starts_with('\u{FEFF}');
        let mut after_space = false;
        let mut characters = text.char_indices().peekable();
        while let Some((index, c)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            let is_inside = index > 0 && next.is_some();
            if escapes_all || !is_printable(c) || is_break(c) || c == '"' || c == '\\' {
                self.put_escaped(c);
            } else if c == ' ' && may_fold && !after_space && self.column > BEST_WIDTH && is_inside {
                self.write_indent();
                if next == Some(' ') {
                    self.put('\\');
                }
            } else {
                self.put(c);
            }
            after_space = c == ' ';
        }
        self.indicator("\"", false, false);
    }

    fn put_escaped(&mut self, c: char) {
        self.put('\\');
        let code = u32::from(c);
        let escape = match c {
            '\0' => "0".to_owned(),
            '\u{7}' => "a".to_owned(),
            '\u{8}' => "b".to_owned(),
            '\t' => "t".to_owned(),
            '\n' => "n".to_owned(),
            '\u{B}' => "v".to_owned(),
            '\u{C}' => "f".to_owned(),
            '\r' => "r".to_owned(),
            '\u{1B}' => "e".to_owned(),
            '"' | '\\' => c.to_string(),
            '\u{85}' => "N".to_owned(),
            '\u{2028}' => "L".to_owned(),
            '\u{2029}' => "P".to_owned(),
            _ if code <= 0xFF => format!("x{code:02X}"),
            _ if code <= 0xFFFF => format!("u{code:04X}"),
            _ => format!("U{code:08X}"),
        };
        self.put_all(&escape);
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.put_all(&BEST_INDENT.to_string());
        }
        let mut from_the_end = text.chars().rev();
        match (from_the_end.next().is_some_and(is_break), from_the_end.next()) {
            (false, _) => self.put('-'),
            (true, before) if before.is_none_or(is_break) => self.put('+'),
            (true, _) => {}
        }
        self.write_break('\n');
        self.indention = true;
        self.whitespace = true;
        let mut after_break = true;
        for c in text.chars() {
            if is_break(c) {
                self.write_break(c);
                self.indention = true;
                after_break = true;
                continue;
            }
            if after_break {
                self.write_indent();
            }
            self.put(c);
            self.indention = false;
            after_break = false;
        }
    }

    fn indicator(&mut self, indicator: &str, needs_whitespace: bool, is_indention: bool) {
        if needs_whitespace && !self.whitespace {
            self.put(' ');
        }
        self.put_all(indicator);
        self.whitespace = false;
        self.indention &= is_indention;
    }

    fn write_indent(&mut self) {
        let is_at_indent = self.column == self.indent;
        if !self.indention || self.column > self.indent || (is_at_indent && !self.whitespace) {
            self.write_break('\n');
        }
        while self.column < self.indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn write_break(&mut self, c: char) {
        self.text.push(c);
        self.column = 0;
    }

    fn put(&mut self, c: char) {
        self.text.push(c);
        self.column += 1;
    }

    fn put_all(&mut self, text: &str) {
        text.chars().for_each(|c| self.put(c));
    }
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => {
            whole_float(float).map_or_else(|| go_float(float), |whole| whole.to_string())
        }
        _ => number.to_string(),
    }
}

/// A float as Go's `FormatFloat(f, 'g', -1, 64)` prints it.
fn go_float(float: f64) -> String {
    let scientific = format!("{float:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    float.to_string()
}
