//! A program of awk, carried out.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::inputs::Read;
use super::ast::{Expression, Place, Program, Statement, When};
use super::memory::{Memory, Record};
use super::value::Value;

/// Statements and expressions carried out at most: a program may loop.
const STEPS_MAX: usize = 2_000_000;
/// Bytes printed at most, and of a text.
pub(super) const OUTPUT_MAX: usize = 8 << 20;
/// Values inside each other, those of functions that call each other too.
const DEPTH_MAX: usize = 250;
/// Calls of functions inside each other.
const CALLS_MAX: usize = 100;

/// What a statement leads to.
pub(super) enum Flow {
    Normal,
    Next,
    Break,
    Continue,
    Exit,
    Return(Value),
}

/// A program at work.
pub(super) struct Runner<'a> {
    pub program: &'a Program,
    pub memory: Memory,
    pub record: Record,
    /// What went to standard output.
    pub out: String,
    /// What went to standard error.
    pub err: String,
    /// The status it ends with.
    pub status: i32,
    /// The state of `rand`.
    pub seed: u64,
    /// For every rule with a range, whether it is inside.
    inside: Vec<bool>,
    steps: usize,
    depth: usize,
}

pub(super) type Ran<T> = Result<T, String>;

impl<'a> Runner<'a> {
    pub(super) fn new(program: &'a Program, environment: &BTreeMap<String, String>, seed: u64) -> Self {
        Self {
            program,
            memory: Memory::new(environment),
            record: Record::default(),
            out: String::new(),
            err: String::new(),
            status: 0,
            seed,
            inside: vec![false; program.rules.len()],
            steps: 0,
            depth: 0,
        }
    }

    /// Whether the program reads anything at all.
    pub(super) fn reads(program: &Program) -> bool {
        program.rules.iter().any(|rule| !matches!(rule.when, When::Begin))
    }

    /// Carries out `BEGIN`; gives back whether the program goes on.
    pub(super) fn begin(&mut self) -> Ran<bool> {
        self.rules_of(|when| matches!(when, When::Begin))
    }

    /// Carries out the rules for every line, and `END`.
    pub(super) fn lines(&mut self, inputs: &[Read]) -> Ran<()> {
        'all: for input in inputs {
            if let Some((name, value)) = assignment(&input.name) {
                self.memory.set(name, Value::input(&super::lexer::unescape(value)));
                continue;
            }
            self.memory.set("FILENAME", Value::text(if input.name == "-" { "" } else { &input.name }));
            self.memory.set("FNR", Value::Number(0.0));
            let text = input.text();
            let mut rest = &*text;
            while let Some((record, after)) = self.memory.next_record(rest)? {
                rest = after;
                for counter in ["NR", "FNR"] {
                    let count = self.memory.get(counter).number() + 1.0;
                    self.memory.set(counter, Value::Number(count));
                }
                self.record.set(record, &mut self.memory)?;
                if matches!(self.one_record()?, Flow::Exit) {
                    break 'all;
                }
            }
        }
        self.rules_of(|when| matches!(when, When::End)).map(|_| ())
    }

    fn rules_of(&mut self, meant: fn(&When) -> bool) -> Ran<bool> {
        let program = self.program;
        for rule in program.rules.iter().filter(|rule| meant(&rule.when)) {
            if let Some(body) = &rule.body
                && matches!(self.block(body)?, Flow::Exit)
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn one_record(&mut self) -> Ran<Flow> {
        let program = self.program;
        for (at, rule) in program.rules.iter().enumerate() {
            let applies = match &rule.when {
                When::Begin | When::End => false,
                When::Always => true,
                When::If(condition) => self.value(condition)?.is_true(),
                When::Range(from, to) => {
                    let inside = self.inside[at] || self.value(from)?.is_true();
                    if inside {
                        self.inside[at] = !self.value(to)?.is_true();
                    }
                    inside
                }
            };
            if !applies {
                continue;
            }
            match &rule.body {
                None => {
                    let line = self.record.whole(&self.memory);
                    self.print_line(&line, None)?;
                }
                Some(body) => match self.block(body)? {
                    Flow::Next => return Ok(Flow::Next),
                    Flow::Exit => return Ok(Flow::Exit),
                    _ => {}
                },
            }
        }
        Ok(Flow::Normal)
    }

    pub(super) fn block(&mut self, statements: &[Statement]) -> Ran<Flow> {
        for statement in statements {
            match self.statement(statement)? {
                Flow::Normal => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Normal)
    }

    fn tick(&mut self) -> Ran<()> {
        self.steps += 1;
        if self.steps > STEPS_MAX || self.out.len() > OUTPUT_MAX {
            return Err("not simulated: programs of awk that go on and on".to_owned());
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Ran<Flow> {
        self.tick()?;
        match statement {
            Statement::Expression(expression) => drop(self.value(expression)?),
            Statement::Print { format, values, to } => self.print(*format, values, to.as_ref())?,
            Statement::If(condition, then, otherwise) => {
                let branch = if self.value(condition)?.is_true() { then } else { otherwise };
                return self.block(branch);
            }
            Statement::While { condition, body, body_first } => {
                let mut first = *body_first;
                while std::mem::take(&mut first) || self.value(condition)?.is_true() {
                    match self.block(body)? {
                        Flow::Break => break,
                        Flow::Normal | Flow::Continue => self.tick()?,
                        other => return Ok(other),
                    }
                }
            }
            Statement::For { first, condition, step, body } => {
                if let Some(first) = first {
                    self.value(first)?;
                }
                while condition
                    .as_ref()
                    .map_or(Ok(true), |condition| self.value(condition).map(|value| value.is_true()))?
                {
                    match self.block(body)? {
                        Flow::Break => break,
                        Flow::Normal | Flow::Continue => self.tick()?,
                        other => return Ok(other),
                    }
                    if let Some(step) = step {
                        self.value(step)?;
                    }
                }
            }
            Statement::ForIn { variable, array, body } => {
                let keys: Vec<Rc<str>> = self.memory.array(array).keys().cloned().collect();
                for key in keys {
                    self.memory.set(variable, Value::input(&key));
                    match self.block(body)? {
                        Flow::Break => break,
                        Flow::Normal | Flow::Continue => {}
                        other => return Ok(other),
                    }
                }
            }
            Statement::Delete(array, None) => self.memory.array(array).clear(),
            Statement::Delete(array, Some(keys)) => {
                let key = self.key(keys)?;
                self.memory.array(array).remove(&key);
            }
            Statement::Next => return Ok(Flow::Next),
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
            Statement::Exit(status) => {
                if let Some(status) = status {
                    self.status = self.value(status)?.number() as i32 & 0xff;
                }
                return Ok(Flow::Exit);
            }
            Statement::Return(value) => {
                let value = value.as_ref().map(|value| self.value(value)).transpose()?;
                return Ok(Flow::Return(value.unwrap_or_default()));
            }
        }
        Ok(Flow::Normal)
    }

    fn print(&mut self, format: bool, values: &[Expression], to: Option<&Expression>) -> Ran<()> {
        let mut shown = Vec::with_capacity(values.len());
        for value in values {
            shown.push(self.value(value)?);
        }
        let to = to.map(|to| self.value(to)).transpose()?.map(|to| to.string());
        if format {
            let text = super::functions::formatted(&shown)?;
            return self.write(&text, to.as_deref());
        }
        if shown.is_empty() {
            let line = self.record.whole(&self.memory);
            return self.print_line(&line, to.as_deref());
        }
        let separator = self.memory.get("OFS").string();
        let line = shown.iter().map(Value::string).collect::<Vec<_>>().join(&separator);
        self.print_line(&line, to.as_deref())
    }

    fn print_line(&mut self, line: &str, to: Option<&str>) -> Ran<()> {
        let end = self.memory.get("ORS").string();
        self.write(line, to)?;
        self.write(&end, to)
    }

    fn write(&mut self, text: &str, to: Option<&str>) -> Ran<()> {
        match to {
            None | Some("/dev/stdout" | "-") => self.out.push_str(text),
            Some("/dev/stderr") => self.err.push_str(text),
            Some(_) => return Err("not simulated: printing into files".to_owned()),
        }
        Ok(())
    }

    /// The key that expressions make together.
    pub(super) fn key(&mut self, keys: &[Expression]) -> Ran<Rc<str>> {
        let mut texts = Vec::with_capacity(keys.len());
        for key in keys {
            texts.push(self.value(key)?.string());
        }
        match texts.as_slice() {
            [only] => Ok(Rc::clone(only)),
            several => Ok(several.join(&self.memory.get("SUBSEP").string()).into()),
        }
    }

    pub(super) fn value(&mut self, expression: &Expression) -> Ran<Value> {
        self.tick()?;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("not simulated: values nested so deep".to_owned());
        }
        let value = self.inner_value(expression);
        self.depth -= 1;
        value
    }

    fn inner_value(&mut self, expression: &Expression) -> Ran<Value> {
        Ok(match expression {
            Expression::Number(number) => Value::Number(*number),
            Expression::Text(text) => Value::Text(Rc::clone(text)),
            Expression::Regex(pattern) => {
                let line = self.record.whole(&self.memory);
                Value::truth(pattern.is_found_in(&line))
            }
            Expression::Place(place) => self.read(place)?,
            Expression::Assign(place, operator, value) => {
                let mut value = self.value(value)?;
                if let Some(operator) = operator {
                    value = Value::Number(arithmetic(*operator, self.read(place)?.number(), value.number())?);
                }
                self.assign(place, value.clone())?;
                value
            }
            Expression::Step(place, by, before) => {
                let old = self.read(place)?.number();
                self.assign(place, Value::Number(old + by))?;
                Value::Number(if *before { old + by } else { old })
            }
            Expression::Unary(operator, value) => {
                let value = self.value(value)?;
                match operator {
                    '!' => Value::truth(!value.is_true()),
                    '-' => Value::Number(-value.number()),
                    _ => Value::Number(value.number()),
                }
            }
            Expression::Binary(' ', left, right) => {
                let left = self.value(left)?.string();
                let right = self.value(right)?.string();
                if left.len() + right.len() > OUTPUT_MAX {
                    return Err("not simulated: texts of that length".to_owned());
                }
                Value::Text([&*left, &*right].concat().into())
            }
            Expression::Binary(operator, left, right) => {
                let (left, right) = (self.value(left)?.number(), self.value(right)?.number());
                Value::Number(arithmetic(*operator, left, right)?)
            }
            Expression::Compare(operator, left, right) => {
                let order = self.value(left)?.compared(&self.value(right)?);
                Value::truth(holds(operator, order))
            }
            Expression::Logic { and, left, right } => {
                let left = self.value(left)?.is_true();
                Value::truth(if left == *and { self.value(right)?.is_true() } else { left })
            }
            Expression::Match { negated, text, pattern } => {
                let text = self.value(text)?.string();
                Value::truth(self.pattern(pattern)?.is_found_in(&text) != *negated)
            }
            Expression::Choice(condition, yes, no) => {
                let branch = if self.value(condition)?.is_true() { yes } else { no };
                self.value(branch)?
            }
            Expression::In(keys, array) => {
                let key = self.key(keys)?;
                Value::truth(self.memory.array(array).contains_key(&key))
            }
            Expression::Call(name, arguments) => self.call(name, arguments)?,
            Expression::Group(inner) => self.value(inner)?,
        })
    }

    fn call(&mut self, name: &str, arguments: &[Expression]) -> Ran<Value> {
        let program = self.program;
        let Some(function) = program.functions.iter().find(|function| function.name == name) else {
            return self.builtin(name, arguments);
        };
        if self.memory.depth() >= CALLS_MAX {
            return Err("not simulated: functions that call each other so deep".to_owned());
        }
        let mut bound = Vec::with_capacity(function.parameters.len());
        for (at, parameter) in function.parameters.iter().enumerate() {
            bound.push(match arguments.get(at) {
                // A bare name may be an array: it is passed by its name, too.
                Some(Expression::Place(Place::Variable(variable))) => {
                    (parameter.clone(), Some(self.memory.array_name(variable)), self.memory.get(variable))
                }
                Some(argument) => (parameter.clone(), None, self.value(argument)?),
                None => (parameter.clone(), None, Value::Unset),
            });
        }
        self.memory.enter(bound);
        let flow = self.block(&function.body);
        self.memory.leave();
        Ok(match flow? {
            Flow::Return(value) => value,
            _ => Value::Unset,
        })
    }

    pub(super) fn read(&mut self, place: &Place) -> Ran<Value> {
        Ok(match place {
            Place::Variable(name) if name == "NF" => Value::Number(self.record.count() as f64),
            Place::Variable(name) => self.memory.get(name),
            Place::Field(index) => {
                let index = self.index(index)?;
                self.record.field(index, &self.memory)
            }
            Place::Element(array, keys) => {
                let key = self.key(keys)?;
                self.memory.array(array).entry(key).or_default().clone()
            }
        })
    }

    fn index(&mut self, index: &Expression) -> Ran<usize> {
        let number = self.value(index)?.number();
        if number < 0.0 {
            return Err("Access to negative field".to_owned());
        }
        Ok(number as usize)
    }

    pub(super) fn assign(&mut self, place: &Place, value: Value) -> Ran<()> {
        match place {
            Place::Variable(name) if name == "NF" => self.record.set_count(value.number() as usize)?,
            Place::Variable(name) => self.memory.set(name, value),
            Place::Field(index) => {
                let index = self.index(index)?;
                self.record.set_field(index, value, &mut self.memory)?;
            }
            Place::Element(array, keys) => {
                let key = self.key(keys)?;
                self.memory.array(array).insert(key, value);
            }
        }
        Ok(())
    }
}

/// Whether a comparison holds for values in that order.
fn holds(operator: &str, order: Ordering) -> bool {
    match operator {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// `NAME=VALUE` among the names of files.
fn assignment(operand: &str) -> Option<(&str, &str)> {
    let (name, value) = operand.split_once('=')?;
    let letters = name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
    (letters && name.starts_with(|first: char| !first.is_ascii_digit())).then_some((name, value))
}

fn arithmetic(operator: char, left: f64, right: f64) -> Ran<f64> {
    Ok(match operator {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '^' => left.powf(right),
        _ if right == 0.0 => return Err("Division by zero".to_owned()),
        '/' => left / right,
        _ => left % right,
    })
}
