//! Walks an expression and tells its value.

use std::sync::Arc;

use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue};
use cel::parser::Expression;

use super::value::CelValue;
use super::{functions, operators};

/// Steps that one evaluation may take.
const STEPS_MAX: u32 = 1_000_000;

/// What evaluating gives: upstream's words where it fails.
pub(super) type Outcome = Result<CelValue, String>;

/// Evaluates an expression with these variables.
pub(super) fn evaluate(expression: &Expression, variables: &[(&str, CelValue)]) -> Outcome {
    let names = variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Evaluation { scope: names, steps: 0 }.value(expression)
}

struct Evaluation {
    /// Variables, the innermost last.
    scope: Vec<(String, CelValue)>,
    steps: u32,
}

impl Evaluation {
    fn value(&mut self, expression: &Expression) -> Outcome {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Err("operation cancelled: actual cost limit exceeded".to_owned());
        }
        match &expression.expr {
            Expr::Literal(literal) => Ok(literal_value(literal)),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => {
                let operand = self.value(&select.operand)?;
                if select.test { has(&operand, &select.field) } else { selected(&operand, &select.field) }
            }
            Expr::List(list) => {
                let mut items = Vec::with_capacity(list.elements.len());
                for (index, element) in list.elements.iter().enumerate() {
                    match self.value(element)? {
                        CelValue::Optional(inner) if list.optional_indices.contains(&index) => {
                            items.extend(inner.map(|inner| CelValue::clone(&inner)));
                        }
                        value => items.push(value),
                    }
                }
                Ok(CelValue::List(Arc::new(items)))
            }
            Expr::Map(map) => self.map(&map.entries),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Call(call) => self.call(&call.func_name, call.target.as_deref(), &call.args),
            Expr::Struct(object) => self.object(&object.entries),
            Expr::Unspecified => Err("not simulated: this kind of expression".to_owned()),
        }
    }

    fn variable(&self, name: &str) -> Outcome {
        let found = self.scope.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        found
            .or_else(|| functions::type_named(name))
            .ok_or_else(|| format!("undeclared reference to '{name}'"))
    }

    fn map(&mut self, entries: &[cel::common::ast::IdedEntryExpr]) -> Outcome {
        let mut made = Vec::with_capacity(entries.len());
        for entry in entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                return Err("not simulated: this kind of expression".to_owned());
            };
            let (key, value) = (self.value(&entry.key)?, self.value(&entry.value)?);
            match value {
                CelValue::Optional(inner) if entry.optional => {
                    made.extend(inner.map(|inner| (key, CelValue::clone(&inner))));
                }
                value => made.push((key, value)),
            }
        }
        Ok(CelValue::Map(Arc::new(made)))
    }

    /// `Object.spec{replicas: 3}`: a map of its fields.
    fn object(&mut self, entries: &[cel::common::ast::IdedEntryExpr]) -> Outcome {
        let mut made = Vec::with_capacity(entries.len());
        for entry in entries {
            let EntryExpr::StructField(field) = &entry.expr else {
                return Err("not simulated: this kind of expression".to_owned());
            };
            let name = CelValue::text(&super::value::unescaped(&field.field));
            match self.value(&field.value)? {
                CelValue::Optional(inner) if field.optional => {
                    made.extend(inner.map(|inner| (name, CelValue::clone(&inner))));
                }
                value => made.push((name, value)),
            }
        }
        Ok(CelValue::Map(Arc::new(made)))
    }

    fn call(&mut self, name: &str, target: Option<&Expression>, arguments: &[Expression]) -> Outcome {
        match (name, arguments) {
            ("_&&_", [left, right]) => return self.logical(left, right, false),
            ("_||_", [left, right]) => return self.logical(left, right, true),
            ("_?_:_", [condition, yes, no]) => {
                return match self.value(condition)? {
                    CelValue::Bool(true) => self.value(yes),
                    CelValue::Bool(false) => self.value(no),
                    _ => Err("no such overload".to_owned()),
                };
            }
            ("@not_strictly_false", [inner]) => {
                let value = self.value(inner);
                return Ok(CelValue::Bool(!matches!(value, Ok(CelValue::Bool(false)))));
            }
            _ => {}
        }
        if let Some(name) = functions::qualified(target, name) {
            let values = self.values(arguments)?;
            return functions::call(&name, None, &values);
        }
        let target = target.map(|target| self.value(target)).transpose()?;
        let values = self.values(arguments)?;
        if let Some(CelValue::Host(host)) = &target {
            return host.call(name, &values).ok_or_else(|| "no such overload".to_owned());
        }
        if let Some(outcome) = operators::apply(name, &values) {
            return outcome;
        }
        functions::call(name, target.as_ref(), &values)
    }

    fn values(&mut self, expressions: &[Expression]) -> Result<Vec<CelValue>, String> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    /// `&&` and `||`: one side that decides makes up for an error of the other.
    fn logical(&mut self, left: &Expression, right: &Expression, decides: bool) -> Outcome {
        let left = self.value(left);
        if matches!(left, Ok(CelValue::Bool(value)) if value == decides) {
            return left;
        }
        let right = self.value(right);
        match (left, right) {
            (_, Ok(CelValue::Bool(value))) if value == decides => Ok(CelValue::Bool(decides)),
            (Ok(CelValue::Bool(_)), Ok(CelValue::Bool(value))) => Ok(CelValue::Bool(value)),
            (Err(error), _) | (_, Err(error)) => Err(error),
            _ => Err("no such overload".to_owned()),
        }
    }

    fn comprehension(&mut self, loops: &ComprehensionExpr) -> Outcome {
        let pairs: Vec<(CelValue, Option<CelValue>)> =
            match (self.value(&loops.iter_range)?, &loops.iter_var2) {
                (CelValue::List(items), None) => items.iter().map(|item| (item.clone(), None)).collect(),
                (CelValue::List(items), Some(_)) => (0..)
                    .zip(items.iter())
                    .map(|(index, item)| (CelValue::Int(index), Some(item.clone())))
                    .collect(),
                (CelValue::Map(entries), _) => {
                    entries.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect()
                }
                _ => return Err("no such overload".to_owned()),
            };
        let accumulated = self.value(&loops.accu_init)?;
        let base = self.scope.len();
        self.scope.push((loops.accu_var.clone(), accumulated));
        let outcome = self.repeat(loops, pairs, base);
        self.scope.truncate(base);
        outcome
    }

    fn repeat(
        &mut self,
        loops: &ComprehensionExpr,
        pairs: Vec<(CelValue, Option<CelValue>)>,
        accumulator: usize,
    ) -> Outcome {
        for (first, second) in pairs {
            self.scope.push((loops.iter_var.clone(), first));
            if let (Some(name), Some(second)) = (&loops.iter_var2, second) {
                self.scope.push((name.clone(), second));
            }
            let goes_on = self.value(&loops.loop_cond)?;
            if matches!(goes_on, CelValue::Bool(false)) {
                self.scope.truncate(accumulator + 1);
                break;
            }
            let next = self.value(&loops.loop_step);
            self.scope.truncate(accumulator + 1);
            self.scope[accumulator].1 = next?;
        }
        self.value(&loops.result)
    }
}

fn literal_value(literal: &LiteralValue) -> CelValue {
    match literal {
        LiteralValue::Boolean(value) => CelValue::Bool(*value.inner()),
        LiteralValue::Bytes(value) => CelValue::Bytes(value.inner().into()),
        LiteralValue::Double(value) => CelValue::Double(*value.inner()),
        LiteralValue::Int(value) => CelValue::Int(*value.inner()),
        LiteralValue::Null => CelValue::Null,
        LiteralValue::String(value) => CelValue::text(value.inner()),
        LiteralValue::UInt(value) => CelValue::Uint(*value.inner()),
    }
}

fn has(operand: &CelValue, field: &str) -> Outcome {
    match operand {
        CelValue::Map(_) => Ok(CelValue::Bool(operand.field(field).is_some())),
        CelValue::Optional(None) => Ok(CelValue::Bool(false)),
        CelValue::Optional(Some(inner)) => has(inner, field),
        _ => Err("no such overload".to_owned()),
    }
}

fn selected(operand: &CelValue, field: &str) -> Outcome {
    match operand {
        CelValue::Map(_) => operand.field(field).cloned().ok_or_else(|| format!("no such key: {field}")),
        CelValue::Host(host) => host.field(field).ok_or_else(|| format!("no such key: {field}")),
        // A selection in something optional is optional, too.
        CelValue::Optional(inner) => {
            Ok(operators::optional(inner.as_ref().and_then(|inner| inner.field(field)).cloned()))
        }
        _ => Err("no such overload".to_owned()),
    }
}
