//! Variables, arrays and the present record of a program of awk.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::super::pattern::Pattern;
use super::parser::Parser;
use super::run::Ran;
use super::value::Value;

/// Fields that a record may be given.
const FIELDS_MAX: usize = 100_000;

type Array = BTreeMap<Rc<str>, Value>;

/// What a parameter stands for: a value, or the array of that name.
#[derive(Debug)]
struct Binding {
    value: Value,
    array: String,
}

/// Variables and arrays, of the program and of the functions being called.
#[derive(Debug, Default)]
pub(super) struct Memory {
    variables: BTreeMap<String, Value>,
    arrays: BTreeMap<String, Array>,
    calls: Vec<BTreeMap<String, Binding>>,
    patterns: BTreeMap<String, Rc<Pattern>>,
}

impl Memory {
    pub(super) fn new(environment: &BTreeMap<String, String>) -> Self {
        let mut memory = Self::default();
        for (name, value) in
            [("FS", " "), ("OFS", " "), ("ORS", "\n"), ("RS", "\n"), ("SUBSEP", "\x1c"), ("OFMT", "%.6g")]
        {
            memory.set(name, Value::text(value));
        }
        for name in ["NR", "FNR", "RSTART"] {
            memory.set(name, Value::Number(0.0));
        }
        memory.set("RLENGTH", Value::Number(-1.0));
        let entries = environment.iter().map(|(name, value)| (name.as_str().into(), Value::input(value)));
        memory.arrays.insert("ENVIRON".to_owned(), entries.collect());
        memory
    }

    /// A variable or parameter.
    pub(super) fn get(&self, name: &str) -> Value {
        match self.calls.last().and_then(|call| call.get(name)) {
            Some(binding) => binding.value.clone(),
            None => self.variables.get(name).cloned().unwrap_or_default(),
        }
    }

    /// Sets it.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        match self.calls.last_mut().and_then(|call| call.get_mut(name)) {
            Some(binding) => binding.value = value,
            None => drop(self.variables.insert(name.to_owned(), value)),
        }
    }

    /// The name under which an array is kept.
    pub(super) fn array_name(&self, name: &str) -> String {
        match self.calls.last().and_then(|call| call.get(name)) {
            Some(binding) => binding.array.clone(),
            None => name.to_owned(),
        }
    }

    /// An array, made when it is not there.
    pub(super) fn array(&mut self, name: &str) -> &mut Array {
        let name = self.array_name(name);
        self.arrays.entry(name).or_default()
    }

    /// How many functions are being called.
    pub(super) fn depth(&self) -> usize {
        self.calls.len()
    }

    /// Begins a call with its parameters.
    pub(super) fn enter(&mut self, parameters: Vec<(String, Option<String>, Value)>) {
        let depth = self.calls.len();
        let bind = |(name, array, value): (String, Option<String>, Value)| {
            let array = array.unwrap_or_else(|| format!("{name} of call {depth}"));
            (name, Binding { value, array })
        };
        self.calls.push(parameters.into_iter().map(bind).collect());
    }

    /// Ends it; arrays of its own are gone.
    pub(super) fn leave(&mut self) {
        self.calls.pop();
        let own = format!(" of call {}", self.calls.len());
        self.arrays.retain(|name, _| !name.ends_with(&own));
    }

    /// A compiled expression, kept for the next time.
    pub(super) fn pattern(&mut self, text: &str) -> Ran<Rc<Pattern>> {
        if let Some(pattern) = self.patterns.get(text) {
            return Ok(Rc::clone(pattern));
        }
        let pattern = Parser::pattern(text)?;
        if self.patterns.len() < 64 {
            self.patterns.insert(text.to_owned(), Rc::clone(&pattern));
        }
        Ok(pattern)
    }

    /// The next record of a text, by `RS`, and what is behind it.
    pub(super) fn next_record<'t>(&mut self, text: &'t str) -> Ran<Option<(&'t str, &'t str)>> {
        let separator = self.get("RS").string();
        let text = if separator.is_empty() { text.trim_start_matches('\n') } else { text };
        if text.is_empty() {
            return Ok(None);
        }
        let (start, end) = match &*separator {
            "" => match text.find("\n\n") {
                Some(start) => {
                    (start, start + text[start..].chars().take_while(|next| *next == '\n').count())
                }
                None => (text.trim_end_matches('\n').len(), text.len()),
            },
            one if one.chars().count() == 1 => {
                text.find(one).map_or((text.len(), text.len()), |start| (start, start + one.len()))
            }
            several => {
                let pattern = self.pattern(several)?;
                found(&pattern, text, 0).unwrap_or((text.len(), text.len()))
            }
        };
        // The newline at the very end belongs to the file.
        let record = if end == text.len() && &*separator != "\n" {
            text[..start].trim_end_matches('\n')
        } else {
            &text[..start]
        };
        Ok(Some((record, &text[end..])))
    }

    /// The pieces of a text between separators.
    pub(super) fn split(&mut self, text: &str, separator: &str) -> Ran<Vec<Value>> {
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let mut characters = separator.chars();
        Ok(match (characters.next(), characters.next()) {
            (Some(' '), None) => text.split_whitespace().map(Value::input).collect(),
            (None, _) => {
                text.chars().map(|character| Value::input(character.encode_utf8(&mut [0; 4]))).collect()
            }
            (Some(one), None) if one != '\\' => text.split(one).map(Value::input).collect(),
            _ => {
                let pattern = self.pattern(separator)?;
                split_by(text, &pattern)
            }
        })
    }
}

/// The first separator from a byte on; one of no length separates nothing.
fn found(pattern: &Pattern, text: &str, mut from: usize) -> Option<(usize, usize)> {
    loop {
        let (start, end) = pattern.find(text, from)?;
        if start < end {
            return Some((start, end));
        }
        from = start + text[start..].chars().next()?.len_utf8();
    }
}

/// The pieces of a text between what an expression finds.
pub(super) fn split_by(text: &str, pattern: &Pattern) -> Vec<Value> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    while let Some((start, end)) = found(pattern, text, at) {
        pieces.push(Value::input(&text[at..start]));
        at = end;
    }
    pieces.push(Value::input(&text[at..]));
    pieces
}

/// The present record: its fields, and its text, which is made anew when asked for after a field was changed.
#[derive(Debug, Default)]
pub(super) struct Record {
    text: Rc<str>,
    fields: Vec<Value>,
    /// Whether a field was changed since the text was made.
    changed: bool,
}

impl Record {
    /// A new record.
    pub(super) fn set(&mut self, text: &str, memory: &mut Memory) -> Ran<()> {
        self.text = text.into();
        self.changed = false;
        // The separator in force now is the one that counts for this record.
        self.fields = memory.split(text, &memory.get("FS").string())?;
        Ok(())
    }

    /// `$0`.
    pub(super) fn whole(&mut self, memory: &Memory) -> Rc<str> {
        if std::mem::take(&mut self.changed) {
            let separator = memory.get("OFS").string();
            let fields = self.fields.iter().map(Value::string).collect::<Vec<_>>();
            self.text = fields.join(&separator).into();
        }
        Rc::clone(&self.text)
    }

    /// `NF`.
    pub(super) fn count(&self) -> usize {
        self.fields.len()
    }

    /// Sets `NF`.
    pub(super) fn set_count(&mut self, count: usize) -> Ran<()> {
        if count > FIELDS_MAX {
            return Err("not simulated: records of that many fields".to_owned());
        }
        self.fields.resize(count, Value::text(""));
        self.changed = true;
        Ok(())
    }

    /// `$n`.
    pub(super) fn field(&mut self, index: usize, memory: &Memory) -> Value {
        match index.checked_sub(1) {
            None => Value::input(&self.whole(memory)),
            Some(place) => self.fields.get(place).cloned().unwrap_or_default(),
        }
    }

    /// Sets it.
    pub(super) fn set_field(&mut self, index: usize, value: Value, memory: &mut Memory) -> Ran<()> {
        if index == 0 {
            return self.set(&value.string(), memory);
        }
        if self.count() < index {
            self.set_count(index)?;
        }
        if let Some(field) = self.fields.get_mut(index - 1) {
            *field = value;
        }
        self.changed = true;
        Ok(())
    }
}
