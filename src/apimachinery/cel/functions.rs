//! Functions and methods by name.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cel::common::ast::Expr;
use cel::parser::Expression;

use super::evaluate::Outcome;
use super::value::CelValue;
use super::{lists, operators, quantities, strings, times};
use crate::apimachinery::{validate_dns1035_label, validate_dns1123_label, validate_dns1123_subdomain};
use crate::base::escape_pointer;

/// Names of functions that stand alone.
pub(super) const GLOBAL: &[&str] = &[
    "jsonpatch.escapeKey",
    "size",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "type",
    "dyn",
    "duration",
    "timestamp",
    "matches",
    "quantity",
    "isQuantity",
    "url",
    "isURL",
    "ip",
    "isIP",
    "ip.isCanonical",
    "cidr",
    "isCIDR",
    "semver",
    "isSemver",
    "optional.of",
    "optional.none",
    "optional.ofNonZeroValue",
    "sets.contains",
    "sets.equivalent",
    "sets.intersects",
    "base64.encode",
    "base64.decode",
    "math.greatest",
    "math.least",
    "format.named",
    "lists.range",
];

/// Names of methods.
pub(super) const METHODS: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "find",
    "findAll",
    "indexOf",
    "lastIndexOf",
    "charAt",
    "substring",
    "lowerAscii",
    "upperAscii",
    "trim",
    "reverse",
    "replace",
    "split",
    "format",
    "isSorted",
    "sum",
    "min",
    "max",
    "join",
    "distinct",
    "sort",
    "slice",
    "flatten",
    "first",
    "last",
    "isGreaterThan",
    "isLessThan",
    "compareTo",
    "add",
    "sub",
    "sign",
    "isInteger",
    "asInteger",
    "asApproximateFloat",
    "getScheme",
    "getHost",
    "getHostname",
    "getPort",
    "getEscapedPath",
    "getQuery",
    "family",
    "isUnspecified",
    "isLoopback",
    "isLinkLocalUnicast",
    "isGlobalUnicast",
    "containsIP",
    "containsCIDR",
    "ip",
    "prefixLength",
    "major",
    "minor",
    "patch",
    "hasValue",
    "value",
    "orValue",
    "or",
    "validate",
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
];

/// The function that a method call on a name means: `sets.contains`, `optional.none`.
pub(super) fn qualified(target: Option<&Expression>, name: &str) -> Option<String> {
    let Expr::Ident(space) = &target?.expr else { return None };
    let full = format!("{space}.{name}");
    GLOBAL.contains(&full.as_str()).then_some(full)
}

/// What a name that is no variable may mean: a type.
pub(super) fn type_named(name: &str) -> Option<CelValue> {
    let names = ["null_type", "bool", "int", "uint", "double", "string", "bytes", "list", "map", "type"];
    names.into_iter().find(|known| *known == name).map(CelValue::Type)
}

/// Calls a function, or a method of `target`.
pub(super) fn call(name: &str, target: Option<&CelValue>, arguments: &[CelValue]) -> Outcome {
    let outcome = match target {
        Some(target) => method(name, target, arguments),
        None => global(name, arguments),
    };
    outcome.unwrap_or_else(|| Err("no such overload".to_owned()))
}

fn global(name: &str, arguments: &[CelValue]) -> Option<Outcome> {
    match (name, arguments) {
        ("jsonpatch.escapeKey", [CelValue::Text(key)]) => {
            return Some(Ok(CelValue::text(&escape_pointer(key))));
        }
        ("optional.none", []) => return Some(Ok(operators::optional(None))),
        ("optional.of", [value]) => return Some(Ok(operators::optional(Some(value.clone())))),
        ("optional.ofNonZeroValue", [value]) => {
            return Some(Ok(operators::optional((!is_zero(value)).then(|| value.clone()))));
        }
        ("matches", [CelValue::Text(text), pattern]) => {
            return strings::method("matches", text, std::slice::from_ref(pattern));
        }
        (_, [CelValue::List(a), CelValue::List(b)]) if name.starts_with("sets.") => {
            return lists::set_function(name, a, b).map(Ok);
        }
        ("math.greatest", [CelValue::List(items)]) => return lists::method("max", items, &[]),
        ("math.least", [CelValue::List(items)]) => return lists::method("min", items, &[]),
        ("math.greatest", items) => return lists::method("max", items, &[]),
        ("math.least", items) => return lists::method("min", items, &[]),
        ("lists.range", [CelValue::Int(end)]) => {
            let numbers = (0..(*end).clamp(0, 100_000)).map(CelValue::Int).collect();
            return Some(Ok(CelValue::List(Arc::new(numbers))));
        }
        _ => {}
    }
    let [value] = arguments else { return None };
    one(name, value)
}

fn one(name: &str, value: &CelValue) -> Option<Outcome> {
    let text = match value {
        CelValue::Text(text) => Some(&**text),
        _ => None,
    };
    let is = |outcome: Outcome| Some(Ok(CelValue::Bool(outcome.is_ok())));
    match name {
        "size" => method("size", value, &[]),
        "dyn" => Some(Ok(value.clone())),
        "type" => Some(Ok(CelValue::Type(value.type_name()))),
        "int" => Some(as_int(value)),
        "uint" => Some(as_uint(value)),
        "double" => Some(as_double(value)),
        "bool" => match (value, text) {
            (CelValue::Bool(_), _) => Some(Ok(value.clone())),
            (_, Some("true" | "True" | "t" | "1" | "TRUE")) => Some(Ok(CelValue::Bool(true))),
            (_, Some("false" | "False" | "f" | "0" | "FALSE")) => Some(Ok(CelValue::Bool(false))),
            _ => Some(Err("type conversion error".to_owned())),
        },
        "string" => text_of(value).map(|text| Ok(CelValue::text(&text))),
        "bytes" => text.map(|text| Ok(CelValue::Bytes(text.as_bytes().into()))),
        "duration" => text.map(|text| {
            times::parse_duration(text)
                .map(CelValue::Duration)
                .ok_or_else(|| format!("time: invalid duration {text:?}"))
        }),
        "timestamp" => text.map(|text| {
            text.parse()
                .map(CelValue::Timestamp)
                .map_err(|_| format!("parsing time {text:?}: invalid timestamp"))
        }),
        "quantity" => text.map(quantities::quantity),
        "isQuantity" => is(quantities::quantity(text?)),
        "url" => text.map(quantities::url),
        "isURL" => is(quantities::url(text?)),
        "ip" => text.map(quantities::ip),
        "isIP" => is(quantities::ip(text?)),
        "ip.isCanonical" => {
            let text = text?;
            Some(
                quantities::ip(text)
                    .map(|address| CelValue::Bool(text_of(&address).as_deref() == Some(text))),
            )
        }
        "cidr" => text.map(quantities::cidr),
        "isCIDR" => is(quantities::cidr(text?)),
        "semver" => text.map(quantities::semver),
        "isSemver" => is(quantities::semver(text?)),
        "base64.encode" => match value {
            CelValue::Bytes(bytes) => Some(Ok(CelValue::text(&STANDARD.encode(bytes)))),
            _ => None,
        },
        "base64.decode" => text.map(|text| {
            STANDARD
                .decode(text)
                .map(|bytes| CelValue::Bytes(bytes.into()))
                .map_err(|error| error.to_string())
        }),
        "format.named" => text.map(|name| {
            let known = matches!(name, "dns1123Label" | "dns1123Subdomain" | "dns1035Label");
            Ok(operators::optional(known.then(|| CelValue::text(name))))
        }),
        _ => None,
    }
}

fn method(name: &str, target: &CelValue, arguments: &[CelValue]) -> Option<Outcome> {
    match target {
        // The formats of `format.named` are known by their names.
        CelValue::Text(format) if name == "validate" => named_format(format, arguments),
        CelValue::Text(text) => strings::method(name, text, arguments),
        CelValue::List(items) => lists::method(name, items, arguments),
        CelValue::Map(entries) if name == "size" => {
            Some(Ok(CelValue::Int(i64::try_from(entries.len()).unwrap_or(i64::MAX))))
        }
        CelValue::Bytes(bytes) if name == "size" => {
            Some(Ok(CelValue::Int(i64::try_from(bytes.len()).unwrap_or(i64::MAX))))
        }
        CelValue::Quantity(this) => quantities::quantity_method(name, *this, arguments),
        CelValue::Url(this) => quantities::url_method(name, this).map(Ok),
        CelValue::Ip(this) => quantities::ip_method(name, *this).map(Ok),
        CelValue::Cidr(address, length) => quantities::cidr_method(name, (*address, *length), arguments),
        CelValue::Semver(..) => quantities::semver_method(name, target, arguments).map(Ok),
        CelValue::Duration(_) | CelValue::Timestamp(_) => {
            times::part(target, name).map(|number| Ok(CelValue::Int(number)))
        }
        CelValue::Optional(inner) => match (name, arguments) {
            ("hasValue", []) => Some(Ok(CelValue::Bool(inner.is_some()))),
            ("value", []) => Some(match inner {
                Some(inner) => Ok(CelValue::clone(inner)),
                None => Err("optional.none() dereference".to_owned()),
            }),
            ("orValue", [other]) => {
                Some(Ok(inner.as_ref().map_or_else(|| other.clone(), |inner| CelValue::clone(inner))))
            }
            ("or", [other]) => Some(Ok(if inner.is_some() { target.clone() } else { other.clone() })),
            _ => None,
        },
        _ => None,
    }
}

/// `format.named(…).value().validate(text)`: nothing, or what is wrong with the text.
fn named_format(format: &str, arguments: &[CelValue]) -> Option<Outcome> {
    let [CelValue::Text(text)] = arguments else { return None };
    let errors = match format {
        "dns1123Label" => validate_dns1123_label(text),
        "dns1123Subdomain" => validate_dns1123_subdomain(text),
        "dns1035Label" => validate_dns1035_label(text),
        _ => return None,
    };
    let list = (!errors.is_empty())
        .then(|| CelValue::List(Arc::new(errors.iter().map(|error| CelValue::text(error)).collect())));
    Some(Ok(operators::optional(list)))
}

fn is_zero(value: &CelValue) -> bool {
    match value {
        CelValue::Null | CelValue::Bool(false) | CelValue::Int(0) | CelValue::Uint(0) => true,
        CelValue::Text(text) => text.is_empty(),
        CelValue::List(items) => items.is_empty(),
        CelValue::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

fn as_int(value: &CelValue) -> Outcome {
    match value {
        CelValue::Int(_) => Ok(value.clone()),
        CelValue::Uint(number) => {
            i64::try_from(*number).map(CelValue::Int).map_err(|_| "integer overflow".to_owned())
        }
        #[allow(clippy::cast_possible_truncation, reason = "the range was looked at")]
        CelValue::Double(number) if number.abs() < 9e18 => Ok(CelValue::Int(*number as i64)),
        CelValue::Double(_) => Err("integer overflow".to_owned()),
        CelValue::Text(text) => text
            .parse()
            .map(CelValue::Int)
            .map_err(|_| format!("strconv.ParseInt: parsing {text:?}: invalid syntax")),
        CelValue::Timestamp(moment) => Ok(CelValue::Int(moment.as_second())),
        _ => Err("no such overload".to_owned()),
    }
}

fn as_uint(value: &CelValue) -> Outcome {
    match as_int(value)? {
        CelValue::Int(number) => {
            u64::try_from(number).map(CelValue::Uint).map_err(|_| "unsigned integer overflow".to_owned())
        }
        other => Ok(other),
    }
}

fn as_double(value: &CelValue) -> Outcome {
    match value {
        CelValue::Double(_) => Ok(value.clone()),
        #[allow(clippy::cast_precision_loss, reason = "that is what the conversion means")]
        CelValue::Int(number) => Ok(CelValue::Double(*number as f64)),
        CelValue::Text(text) => text
            .parse()
            .map(CelValue::Double)
            .map_err(|_| format!("strconv.ParseFloat: parsing {text:?}: invalid syntax")),
        _ => Err("no such overload".to_owned()),
    }
}

/// A value as `string()` writes it.
pub(super) fn text_of(value: &CelValue) -> Option<String> {
    Some(match value {
        CelValue::Text(text) => (**text).to_owned(),
        CelValue::Bool(value) => value.to_string(),
        CelValue::Int(number) => number.to_string(),
        CelValue::Uint(number) => number.to_string(),
        CelValue::Double(number) => number.to_string(),
        CelValue::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        CelValue::Null => "null".to_owned(),
        CelValue::Type(name) => (*name).to_owned(),
        CelValue::Quantity(quantity) => quantity.to_string(),
        CelValue::Duration(nanoseconds) => times::duration_text(*nanoseconds),
        CelValue::Timestamp(moment) => moment.to_string(),
        CelValue::Url(url) => url.to_string(),
        CelValue::Ip(address) => address.to_string(),
        CelValue::Cidr(address, length) => format!("{address}/{length}"),
        CelValue::Semver([major, minor, patch], pre) if pre.is_empty() => format!("{major}.{minor}.{patch}"),
        CelValue::Semver([major, minor, patch], pre) => format!("{major}.{minor}.{patch}-{pre}"),
        CelValue::List(_) | CelValue::Map(_) | CelValue::Optional(_) | CelValue::Host(_) => return None,
    })
}
