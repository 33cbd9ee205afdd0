//! `json!`: values written as JSON, with expressions in it.

/// A [`Value`](crate::base::Value) written as JSON, with expressions in it.
///
/// Expressions are looked at, not consumed; see [`ToValue`](crate::base::ToValue). Names are literals or
/// expressions.
macro_rules! json {
    (null) => { $crate::base::Value::Null };
    ([$($items:tt)*]) => { $crate::base::Value::Array($crate::base::json_items!([] $($items)*)) };
    ({$($fields:tt)*}) => { $crate::base::Value::Object($crate::base::json_fields!([] $($fields)*)) };
    ($value:expr) => { $crate::base::ToValue::to_value(&$value) };
}

/// The items of a list: those read so far, and what follows.
macro_rules! json_items {
    ([$($done:tt)*]) => { ::std::vec![$($done)*] };
    ([$($done:tt)*] null $(, $($rest:tt)*)?) => {
        $crate::base::json_items!([$($done)* $crate::base::json!(null),] $($($rest)*)?)
    };
    ([$($done:tt)*] [$($items:tt)*] $(, $($rest:tt)*)?) => {
        $crate::base::json_items!([$($done)* $crate::base::json!([$($items)*]),] $($($rest)*)?)
    };
    ([$($done:tt)*] {$($fields:tt)*} $(, $($rest:tt)*)?) => {
        $crate::base::json_items!([$($done)* $crate::base::json!({$($fields)*}),] $($($rest)*)?)
    };
    ([$($done:tt)*] $item:expr $(, $($rest:tt)*)?) => {
        $crate::base::json_items!([$($done)* $crate::base::json!($item),] $($($rest)*)?)
    };
}

/// The fields of a map: those read so far, the name of the next, and what follows.
macro_rules! json_fields {
    ([]) => { $crate::base::Map::new() };
    ([$($done:tt)*]) => { $crate::base::Map::from([$($done)*]) };
    ([] $($name:literal : $value:tt),* $(,)?) => {
        $crate::base::json_fields!([$(($crate::base::json_name!($name), $crate::base::json!($value)),)*])
    };
    ([$($done:tt)*] ($($name:tt)+) : null $(, $($rest:tt)*)?) => {
        $crate::base::json_fields!([$($done)* ($crate::base::json_name!($($name)+), $crate::base::json!(null)),] $($($rest)*)?)
    };
    ([$($done:tt)*] ($($name:tt)+) : [$($items:tt)*] $(, $($rest:tt)*)?) => {
        $crate::base::json_fields!(
            [$($done)* ($crate::base::json_name!($($name)+), $crate::base::json!([$($items)*])),] $($($rest)*)?
        )
    };
    ([$($done:tt)*] ($($name:tt)+) : {$($fields:tt)*} $(, $($rest:tt)*)?) => {
        $crate::base::json_fields!(
            [$($done)* ($crate::base::json_name!($($name)+), $crate::base::json!({$($fields)*})),] $($($rest)*)?
        )
    };
    ([$($done:tt)*] ($($name:tt)+) : $value:expr $(, $($rest:tt)*)?) => {
        $crate::base::json_fields!([$($done)* ($crate::base::json_name!($($name)+), $crate::base::json!($value)),] $($($rest)*)?)
    };
    ([$($done:tt)*] $name:literal : $($rest:tt)+) => { $crate::base::json_fields!([$($done)*] ($name) : $($rest)+) };
    ([$($done:tt)*] ($($name:tt)+) $next:tt $($rest:tt)+) => {
        $crate::base::json_fields!([$($done)*] ($($name)+ $next) $($rest)+)
    };
    ([$($done:tt)*] $first:tt $($rest:tt)+) => { $crate::base::json_fields!([$($done)*] ($first) $($rest)+) };
}

/// The name of a field.
macro_rules! json_name {
    ($name:literal) => {
        $crate::base::Key::new_static($name)
    };
    ($name:expr) => {
        $crate::base::Key::from($name)
    };
}

pub(crate) use {json, json_fields, json_items, json_name};

#[cfg(test)]
mod tests {
    use crate::base::{Map, Value};

    #[test]
    fn values_are_written_as_json() {
        let (name, none, list) = ("b".to_owned(), None::<i32>, vec![1_u8, 2]);
        let value = json!({
            "z": null, "list": [null, [1], {"c": true,}, name, list.len() + 1, -1.5,], (name.as_str()): &name,
            name.to_uppercase(): [&list[..1], &[2]].concat(), "none": none, "all": list, "empty": {}, "no": [],
        });
        let text = r#"{"z": null, "list": [null, [1], {"c": true}, "b", 3, -1.5], "b": "b", "B": "x", "none": null,
            "all": [1, 2], "empty": {}, "no": []}"#;
        let mut expected: Value = serde_json::from_str(text).unwrap();
        expected["B"] = json!([1, 2]);
        assert_eq!(value, expected);
        assert_eq!((json!({}), json!(Map::new())), (Value::Object(Map::new()), Value::Object(Map::new())));
    }
}
