//! A field of an object under validation: its path and its value, if it has one.

use crate::apimachinery::{FieldError, FieldErrors, Object};
use crate::base::{Map, Value};

/// What messages say about a port number.
const PORT_RANGE: &str = "must be between 1 and 65535, inclusive";
/// What messages say about a number that may not be negative.
const NON_NEGATIVE: &str = "must be greater than or equal to 0";

/// A path such as `spec.containers[0].image`, and what stands there.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    path: String,
    value: &'a Value,
}

impl<'a> Field<'a> {
    /// A top-level field of an object.
    pub(crate) fn of(object: &'a Object, name: &str) -> Self {
        Self { path: name.to_owned(), value: object.field(name) }
    }

    /// A value under a path that upstream gives it.
    pub(crate) fn at(path: String, value: &'a Value) -> Self {
        Self { path, value }
    }

    /// The field of that name.
    pub(crate) fn child(&self, name: &str) -> Self {
        Self { path: [&self.path, ".", name].concat(), value: self.value.get(name).unwrap_or(&Value::Null) }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> impl Iterator<Item = Self> + use<'a> {
        let path = self.path.clone();
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items.map(move |(index, value)| Self { path: [&path, "[", &index.to_string(), "]"].concat(), value })
    }

    /// Where the field stands.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The value; null when absent.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// The text; empty when absent.
    pub(crate) fn text(&self) -> &'a str {
        self.value.as_str().unwrap_or_default()
    }

    /// The whole number; 0 when absent.
    pub(crate) fn number(&self) -> i64 {
        self.value.as_i64().unwrap_or_default()
    }

    /// The map, if it is one.
    pub(crate) fn map(&self) -> Option<&'a Map> {
        self.value.as_object()
    }

    /// Whether nothing stands there.
    pub(crate) fn is_absent(&self) -> bool {
        self.value.is_null()
    }

    /// Whether nothing, an empty text, list or map stands there.
    pub(crate) fn is_empty(&self) -> bool {
        match self.value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        }
    }

    /// A value is missing.
    pub(crate) fn required(&self, detail: &str) -> FieldError {
        FieldError::required(self.path.clone(), detail)
    }

    /// The value is malformed.
    pub(crate) fn invalid(&self, detail: impl Into<String>) -> FieldError {
        FieldError::invalid(self.path.clone(), self.value.clone(), detail)
    }

    /// Something else than the value is malformed.
    pub(crate) fn invalid_value(&self, value: impl Into<Value>, detail: impl Into<String>) -> FieldError {
        FieldError::invalid(self.path.clone(), value, detail)
    }

    /// The value is not one of those supported.
    pub(crate) fn not_supported(&self, supported: &[&str]) -> FieldError {
        FieldError::not_supported(self.path.clone(), self.value.clone(), supported)
    }

    /// The value appears twice.
    pub(crate) fn duplicate(&self) -> FieldError {
        FieldError::duplicate(self.path.clone(), self.value.clone())
    }

    /// The value names something that does not exist.
    pub(crate) fn not_found(&self) -> FieldError {
        let not_found = crate::apimachinery::FieldErrorType::NotFound;
        FieldError::new(self.path.clone(), not_found, self.value.clone(), "")
    }

    /// The value may not be set.
    pub(crate) fn forbidden(&self, detail: impl Into<String>) -> FieldError {
        FieldError::forbidden(self.path.clone(), detail)
    }

    /// One error for each message.
    pub(crate) fn invalid_all(&self, messages: Vec<String>) -> FieldErrors {
        messages.into_iter().map(|message| self.invalid(message)).collect()
    }

    /// The list is longer than it may be.
    pub(crate) fn too_many(&self, most: u64) -> Option<FieldError> {
        let found = self.items().count();
        let exceeds = u64::try_from(found).is_ok_and(|found| found > most);
        exceeds.then(|| FieldError::too_many(self.path.clone(), found, most))
    }

    /// The text is missing or not one of those supported.
    pub(crate) fn one_of(&self, supported: &[&str]) -> Option<FieldError> {
        if self.is_empty() {
            return Some(self.required(""));
        }
        (!supported.contains(&self.text())).then(|| self.not_supported(supported))
    }

    /// The number is negative.
    pub(crate) fn non_negative(&self) -> Option<FieldError> {
        (self.number() < 0).then(|| self.invalid(NON_NEGATIVE))
    }

    /// The number is not a port.
    pub(crate) fn port_number(&self) -> Option<FieldError> {
        (!(1..=65_535).contains(&self.number())).then(|| self.invalid_value(self.number(), PORT_RANGE))
    }

    /// The number or name is not a port's.
    pub(crate) fn port_number_or_name(&self) -> FieldErrors {
        match self.value {
            Value::String(name) => self.invalid_all(crate::apimachinery::validate_port_name(name)),
            _ => self.port_number().into_iter().collect(),
        }
    }
}
