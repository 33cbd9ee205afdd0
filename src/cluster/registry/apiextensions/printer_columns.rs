//! Rules of `additionalPrinterColumns`, and of the simple JSON paths that definitions name.

use crate::apimachinery::FieldErrors;

use super::super::validation::Field;

const TYPES: &[&str] = &["boolean", "date", "integer", "number", "string"];
const FORMATS: &[&str] = &["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

/// What is wrong with a column.
pub(super) fn errors(column: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (name, column_type, format) = (column.child("name"), column.child("type"), column.child("format"));
    if name.is_empty() {
        errors.push(name.required(""));
    }
    let one_of = format!("must be one of {}", TYPES.join(","));
    if column_type.is_empty() {
        errors.push(column_type.required(&one_of));
    } else if !TYPES.contains(&column_type.text()) {
        errors.push(column_type.invalid(one_of));
    }
    if !format.is_empty() && !FORMATS.contains(&format.text()) {
        errors.push(format.invalid(format!("must be one of {}", FORMATS.join(","))));
    }
    // Upstream shows the name of its Go field.
    let path = Field::at(format!("{}.JSONPath", column.path()), column.child("jsonPath").value());
    if path.is_empty() {
        errors.push(path.required(""));
    } else {
        errors.extend(simple_json_path_errors(&path));
    }
    errors
}

/// What is wrong with a path such as `.spec.replicas`.
pub(super) fn simple_json_path_errors(path: &Field<'_>) -> FieldErrors {
    if path.text().starts_with('.') {
        FieldErrors::new()
    } else {
        vec![path.invalid("must be a simple json path starting with .")]
    }
}
