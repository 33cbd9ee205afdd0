//! Field errors with upstream's wording (`k8s.io/apimachinery/pkg/util/validation/field`).

use std::fmt;

use crate::base::Value;

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldErrorType {
    /// A value is missing.
    Required,
    /// A value is malformed or out of range.
    Invalid,
    /// A value is not one of the supported ones.
    NotSupported,
    /// A value appears twice.
    Duplicate,
    /// A value may not be set here.
    Forbidden,
    /// What a value names does not exist.
    NotFound,
    /// A value has too many characters or bytes.
    TooLong,
    /// A list has too many items.
    TooMany,
    /// The server is at fault.
    Internal,
}

impl FieldErrorType {
    /// The phrase that messages show.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Required => "Required value",
            Self::Invalid => "Invalid value",
            Self::NotSupported => "Unsupported value",
            Self::Duplicate => "Duplicate value",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "Not found",
            Self::TooLong => "Too long",
            Self::TooMany => "Too many",
            Self::Internal => "Internal error",
        }
    }

    /// The machine-readable reason of a Status cause.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Required => "FieldValueRequired",
            Self::Invalid => "FieldValueInvalid",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Duplicate => "FieldValueDuplicate",
            Self::Forbidden => "FieldValueForbidden",
            Self::NotFound => "FieldValueNotFound",
            Self::TooLong => "FieldValueTooLong",
            Self::TooMany => "FieldValueTooMany",
            Self::Internal => "InternalError",
        }
    }
}

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// Path such as `spec.containers[0].image`.
    pub path: String,
    /// What is wrong.
    pub error_type: FieldErrorType,
    /// The value found; not shown for required, forbidden, too long, too many and internal errors.
    pub value: Value,
    /// The value as it is shown, where that is not its own JSON.
    pub shown: Option<String>,
    /// What would have been right.
    pub detail: String,
}

impl FieldError {
    /// A missing value.
    pub fn required(path: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(path, FieldErrorType::Required, Value::Null, detail)
    }

    /// A malformed value.
    pub fn invalid(path: impl Into<String>, value: impl Into<Value>, detail: impl Into<String>) -> Self {
        Self::new(path, FieldErrorType::Invalid, value.into(), detail)
    }

    /// A value outside the supported ones, which are named in the order given.
    pub fn not_supported(path: impl Into<String>, value: impl Into<Value>, supported: &[&str]) -> Self {
        let quoted: Vec<String> = supported.iter().map(|value| format!("{value:?}")).collect();
        let detail = format!("supported values: {}", quoted.join(", "));
        Self::new(path, FieldErrorType::NotSupported, value.into(), detail)
    }

    /// A value that appears twice.
    pub fn duplicate(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::new(path, FieldErrorType::Duplicate, value.into(), "")
    }

    /// A value that may not be set.
    pub fn forbidden(path: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(path, FieldErrorType::Forbidden, Value::Null, detail)
    }

    /// A list that is too long.
    pub fn too_many(path: impl Into<String>, found: usize, most: u64) -> Self {
        let items = if most == 1 { "item" } else { "items" };
        let detail = format!("{found}: must have at most {most} {items}");
        Self::new(path, FieldErrorType::TooMany, Value::Null, detail)
    }

    /// Any error.
    pub fn new(
        path: impl Into<String>,
        error_type: FieldErrorType,
        value: Value,
        detail: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), error_type, value, shown: None, detail: detail.into() }
    }

    /// The same with another text for the value.
    #[must_use]
    pub fn showing(self, text: String) -> Self {
        Self { shown: Some(text), ..self }
    }

    /// The same without showing the value, which says nothing (`field.OmitValueType`).
    #[must_use]
    pub fn without_value(self) -> Self {
        self.showing(String::new())
    }

    /// The message without the path, as a Status cause carries it.
    #[must_use]
    pub fn body(&self) -> String {
        let shows_value = matches!(
            self.error_type,
            FieldErrorType::Invalid
                | FieldErrorType::NotSupported
                | FieldErrorType::Duplicate
                | FieldErrorType::NotFound
        );
        let mut text = self.error_type.phrase().to_owned();
        let shown = self.shown.clone().unwrap_or_else(|| self.value.to_string());
        if shows_value && !shown.is_empty() {
            text.push_str(": ");
            text.push_str(&shown);
        }
        if !self.detail.is_empty() {
            text.push_str(": ");
            text.push_str(&self.detail);
        }
        text
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.body())
    }
}

/// All that is wrong with an object, in the order of validation.
pub type FieldErrors = Vec<FieldError>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_as_upstream_writes_them() {
        assert_eq!(FieldError::required("spec.selector", "").to_string(), "spec.selector: Required value");
        assert_eq!(
            FieldError::not_supported("spec.restartPolicy", "Never", &["Always"]).to_string(),
            r#"spec.restartPolicy: Unsupported value: "Never": supported values: "Always""#
        );
        assert_eq!(
            FieldError::invalid("spec.replicas", -1, "must be greater than or equal to 0").to_string(),
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0"
        );
    }
}
