//! Checks an expression before it is evaluated: names, functions, fields that a schema lacks, kinds that do not fit.

use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue};
use cel::parser::Expression;

use super::functions;
use super::host::AUTHORIZER_FUNCTIONS;
use super::value::unescaped;
use crate::apimachinery::kinds::Kind;
use crate::apimachinery::schema::{self, FieldType, TypeSchema};
use crate::base::Value;

/// Type of every object's `metadata`.
const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// What is known about the type of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Type<'a> {
    /// Nothing.
    Dyn,
    /// A truth value.
    Bool,
    /// A whole number.
    Int,
    /// A floating point number.
    Double,
    /// Text.
    Text,
    /// What a structural schema describes.
    Schema(&'a Value),
    /// A whole object: its schema, and what every object has.
    Object(&'a Value),
    /// A whole object of whose `metadata` all may be named.
    Whole(&'a Value),
    /// An object with these fields.
    Fields(&'a [&'a str]),
    /// A message of a built-in kind.
    Message(&'static TypeSchema),
    /// A list of such values.
    List(&'static FieldType),
    /// A map of such values.
    Map(&'static FieldType),
}

impl<'a> Type<'a> {
    /// The type of the objects of a kind.
    #[must_use]
    pub fn of_kind(kind: &Kind) -> Self {
        match kind.custom {
            Some(custom) => Self::Whole(&custom.schema),
            None => schema::of(kind).map_or(Self::Dyn, Self::Message),
        }
    }

    /// The type of a field of a message.
    fn of_field(field_type: &'static FieldType) -> Self {
        match field_type {
            FieldType::String => Self::Text,
            FieldType::Integer32 | FieldType::Integer64 => Self::Int,
            FieldType::Number => Self::Double,
            FieldType::Boolean => Self::Bool,
            FieldType::Message(reference) => Self::Message(reference.schema()),
            FieldType::Array(items) => Self::List(items),
            FieldType::Map(values) => Self::Map(values),
            _ => Self::Dyn,
        }
    }

    /// The scalar that a schema describes, if it is one.
    fn plain(self) -> Self {
        let Self::Schema(schema) = self else { return self };
        let text = |name: &str| schema.get(name).and_then(Value::as_str).unwrap_or_default();
        match (text("type"), text("format")) {
            ("boolean", _) => Self::Bool,
            ("integer", _) => Self::Int,
            ("number", _) => Self::Double,
            ("string", "") => Self::Text,
            ("object" | "array", _) => self,
            _ => Self::Dyn,
        }
    }

    /// Its name in messages, where it is sure.
    fn name(&self) -> Option<&'static str> {
        match self {
            Self::Bool => Some("bool"),
            Self::Int => Some("int"),
            Self::Double => Some("double"),
            Self::Text => Some("string"),
            Self::List(_) => Some("list"),
            Self::Schema(schema) if schema["type"] == "array" => Some("list"),
            _ => None,
        }
    }

    /// The type of a field; `None` when there is no such field.
    fn field(&self, name: &str) -> Option<Self> {
        match self {
            Self::Object(_) if matches!(name, "apiVersion" | "kind") => Some(Self::Text),
            Self::Object(_) if name == "metadata" => Some(Self::Fields(&["name", "generateName"])),
            Self::Whole(_) if matches!(name, "apiVersion" | "kind") => Some(Self::Text),
            Self::Whole(_) if name == "metadata" => schema::by_name(OBJECT_META).map(Self::Message),
            Self::Object(schema) | Self::Whole(schema) => Self::Schema(schema).field(name),
            Self::Message(schema) => {
                let found = schema.field(name).or_else(|| schema.field(&unescaped(name)));
                found.map(|field| Self::of_field(&field.field_type))
            }
            Self::Map(values) => Some(Self::of_field(values)),
            Self::Schema(schema) if schema.get("x-kubernetes-embedded-resource").is_some() => Some(Self::Dyn),
            Self::Schema(schema) => {
                let unescaped = unescaped(name);
                let properties = schema.get("properties");
                let found = properties
                    .and_then(|properties| properties.get(name).or_else(|| properties.get(&unescaped)));
                let found =
                    found.or_else(|| schema.get("additionalProperties").filter(|values| values.is_object()));
                match found {
                    Some(schema) => Some(Self::Schema(schema).plain()),
                    None if schema["type"] == "object" => None,
                    None => Some(Self::Dyn),
                }
            }
            Self::Fields(fields) => fields.contains(&name).then_some(Self::Dyn),
            Self::Dyn => Some(Self::Dyn),
            Self::Bool | Self::Int | Self::Double | Self::Text | Self::List(_) => None,
        }
    }

    /// The type of what a list or a map holds, and of a map's keys.
    fn inner(&self) -> (Self, Self) {
        let schema = match self {
            Self::Schema(schema) => schema,
            Self::List(items) => return (Self::of_field(items), Self::Int),
            Self::Map(values) => return (Self::of_field(values), Self::Text),
            _ => return (Self::Dyn, Self::Dyn),
        };
        if let Some(items) = schema.get("items") {
            return (Self::Schema(items).plain(), Self::Int);
        }
        match schema.get("additionalProperties") {
            Some(values) if values.is_object() => (Self::Schema(values).plain(), Self::Text),
            _ => (Self::Dyn, Self::Text),
        }
    }
}

/// Checks an expression.
///
/// # Errors
/// With the text of upstream's compiler.
pub(super) fn check(
    expression: &Expression,
    source: &str,
    variables: &[(&str, Type<'_>)],
    wanted: &Type<'_>,
) -> Result<(), String> {
    let scope = variables.iter().map(|(name, known)| ((*name).to_owned(), known.clone())).collect();
    let found = Checker { source, scope }.type_of(expression)?;
    match (found.name(), wanted) {
        (Some(name), Type::Bool) if name != "bool" => Err("must evaluate to bool".to_owned()),
        (Some(name), Type::Text) if name != "string" => Err("must evaluate to string".to_owned()),
        _ => Ok(()),
    }
}

struct Checker<'a, 's> {
    source: &'s str,
    scope: Vec<(String, Type<'a>)>,
}

impl<'a> Checker<'a, '_> {
    fn type_of(&mut self, expression: &Expression) -> Result<Type<'a>, String> {
        match &expression.expr {
            Expr::Literal(literal) => Ok(literal_type(literal)),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => {
                let operand = self.type_of(&select.operand)?;
                let Some(field) = operand.field(&select.field) else {
                    let what = match operand.name() {
                        Some(name) => format!("type '{name}' does not support field selection"),
                        None => format!("undefined field '{}'", select.field),
                    };
                    return Err(self.refusal(&what, &format!(".{}", select.field)));
                };
                Ok(if select.test { Type::Bool } else { field })
            }
            Expr::List(list) => {
                list.elements.iter().try_for_each(|element| self.type_of(element).map(|_| ()))?;
                Ok(Type::Dyn)
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else {
                        return Err(self.refusal("not simulated: objects as literals", "{"));
                    };
                    self.type_of(&entry.key)?;
                    self.type_of(&entry.value)?;
                }
                Ok(Type::Dyn)
            }
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Call(call) => self.call(&call.func_name, call.target.as_deref(), &call.args),
            Expr::Struct(object) => {
                // `Object.spec{…}`: the root is there where an expression makes a patch.
                let root = object.type_name.split('.').next().unwrap_or_default();
                self.variable(root)?;
                for entry in &object.entries {
                    if let EntryExpr::StructField(field) = &entry.expr {
                        self.type_of(&field.value)?;
                    }
                }
                Ok(Type::Dyn)
            }
            Expr::Unspecified => Ok(Type::Dyn),
        }
    }

    fn variable(&self, name: &str) -> Result<Type<'a>, String> {
        if let Some((_, known)) = self.scope.iter().rev().find(|(known, _)| known == name) {
            return Ok(known.clone());
        }
        if functions::type_named(name).is_some() {
            return Ok(Type::Dyn);
        }
        Err(self.refusal(&format!("undeclared reference to '{name}' (in container '')"), name))
    }

    fn comprehension(&mut self, loops: &ComprehensionExpr) -> Result<Type<'a>, String> {
        let range = self.type_of(&loops.iter_range)?;
        let (value, key) = range.inner();
        let is_map = match &range {
            Type::Schema(schema) => schema.get("items").is_none(),
            range => matches!(range, Type::Map(_)),
        };
        let start = self.type_of(&loops.accu_init)?;
        let base = self.scope.len();
        self.scope.push((loops.accu_var.clone(), if start == Type::Bool { Type::Bool } else { Type::Dyn }));
        match &loops.iter_var2 {
            Some(second) => {
                self.scope.push((loops.iter_var.clone(), key));
                self.scope.push((second.clone(), value));
            }
            None => self.scope.push((loops.iter_var.clone(), if is_map { key } else { value })),
        }
        let inside = self.type_of(&loops.loop_cond).and_then(|_| self.type_of(&loops.loop_step));
        self.scope.truncate(base + 1);
        let result = inside.and_then(|_| self.type_of(&loops.result));
        self.scope.truncate(base);
        result
    }

    fn call(
        &mut self,
        name: &str,
        target: Option<&Expression>,
        arguments: &[Expression],
    ) -> Result<Type<'a>, String> {
        let full = functions::qualified(target, name);
        let target = match (&full, target) {
            (None, Some(target)) => Some(self.type_of(target)?),
            _ => None,
        };
        let types: Vec<Type<'a>> =
            arguments.iter().map(|argument| self.type_of(argument)).collect::<Result<_, String>>()?;
        if let Some(result) = self.operator(name, &types)? {
            return Ok(result);
        }
        let known = match (&full, &target) {
            (Some(_), _) => true,
            (None, Some(_)) => {
                let asks = self.scope.iter().any(|(known, _)| known == "authorizer");
                functions::METHODS.contains(&name) || asks && AUTHORIZER_FUNCTIONS.contains(&name)
            }
            (None, None) => functions::GLOBAL.contains(&name),
        };
        if !known {
            let what = format!("undeclared reference to '{name}' (in container '')");
            return Err(self.refusal(&what, &format!("{name}(")));
        }
        Ok(result_type(full.as_deref().unwrap_or(name)))
    }

    fn operator(&self, name: &str, types: &[Type<'a>]) -> Result<Option<Type<'a>>, String> {
        let mismatch = |wanted: &str| {
            let names: Vec<&str> = types.iter().map(|known| known.name().unwrap_or("dyn")).collect();
            let what = format!("found no matching overload for '{name}' applied to '({})'", names.join(", "));
            self.refusal(&what, wanted)
        };
        let names: Vec<Option<&str>> = types.iter().map(Type::name).collect();
        let symbol = name.trim_matches('_');
        Ok(Some(match (name, types) {
            ("_&&_" | "_||_", _) => {
                if names.iter().flatten().any(|name| *name != "bool") {
                    return Err(mismatch(symbol));
                }
                Type::Bool
            }
            ("!_", _) => Type::Bool,
            ("_==_" | "_!=_" | "_<_" | "_<=_" | "_>_" | "_>=_", [_, _]) => {
                if let [Some(left), Some(right)] = names.as_slice()
                    && left != right
                    && !(is_number(left) && is_number(right) && !symbol.contains('='))
                {
                    return Err(mismatch(symbol));
                }
                Type::Bool
            }
            ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [left, right]) => {
                if let [Some(a), Some(b)] = names.as_slice()
                    && a != b
                {
                    return Err(mismatch(symbol));
                }
                if left == right { left.clone() } else { Type::Dyn }
            }
            ("-_", [inner]) => inner.clone(),
            ("_?_:_", [_, yes, no]) => {
                if yes == no {
                    yes.clone()
                } else {
                    Type::Dyn
                }
            }
            ("_[_]", [operand, _]) => operand.inner().0,
            ("@in" | "@not_strictly_false", _) => Type::Bool,
            ("_[?_]" | "_?._", _) => Type::Dyn,
            _ => return Ok(None),
        }))
    }

    /// An error as upstream's compiler writes it, with the place where `near` stands.
    fn refusal(&self, what: &str, near: &str) -> String {
        let at = self.source.find(near).unwrap_or_default();
        let line = self.source[..at].matches('\n').count();
        let column = at - self.source[..at].rfind('\n').map_or(0, |end| end + 1);
        let text = self.source.lines().nth(line).unwrap_or_default();
        let dots = ".".repeat(column);
        format!(
            "compilation failed: ERROR: <input>:{}:{}: {what}\n | {text}\n | {dots}^",
            line + 1,
            column + 1
        )
    }
}

fn is_number(name: &str) -> bool {
    matches!(name, "int" | "double")
}

fn literal_type<'a>(literal: &LiteralValue) -> Type<'a> {
    match literal {
        LiteralValue::Boolean(_) => Type::Bool,
        LiteralValue::Double(_) => Type::Double,
        LiteralValue::Int(_) => Type::Int,
        LiteralValue::String(_) => Type::Text,
        LiteralValue::Bytes(_) | LiteralValue::Null | LiteralValue::UInt(_) => Type::Dyn,
    }
}

fn result_type<'a>(name: &str) -> Type<'a> {
    match name {
        "size" | "int" | "indexOf" | "lastIndexOf" | "compareTo" | "asInteger" | "sign" => Type::Int,
        "contains" | "startsWith" | "endsWith" | "matches" | "isSorted" | "isGreaterThan" | "isLessThan"
        | "isInteger" | "isQuantity" | "isURL" | "isIP" | "isCIDR" | "isSemver" | "hasValue" | "bool"
        | "allowed" | "errored" | "sets.contains" | "sets.equivalent" | "sets.intersects" | "containsIP"
        | "containsCIDR" => Type::Bool,
        "string" | "lowerAscii" | "upperAscii" | "trim" | "replace" | "substring" | "charAt" | "join"
        | "find" | "format" | "getScheme" | "getHost" | "getHostname" | "getPort" | "getEscapedPath" => {
            Type::Text
        }
        "double" | "asApproximateFloat" => Type::Double,
        _ => Type::Dyn,
    }
}
