//! Values of expressions.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::Arc;

use crate::apimachinery::quantity::Quantity;
use crate::base::{Key, Timestamp, Value};

/// A value of an expression.
#[derive(Clone, Debug)]
pub enum CelValue {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number without sign.
    Uint(u64),
    /// A floating point number.
    Double(f64),
    /// Text.
    Text(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A list.
    List(Arc<Vec<CelValue>>),
    /// A map or an object.
    Map(Arc<Vec<(CelValue, CelValue)>>),
    /// A value that may be absent.
    Optional(Option<Arc<CelValue>>),
    /// The name of a type.
    Type(&'static str),
    /// A resource quantity.
    Quantity(Quantity),
    /// A span of time in nanoseconds.
    Duration(i64),
    /// A moment.
    Timestamp(Timestamp),
    /// A URL.
    Url(Arc<http::Uri>),
    /// An IP address.
    Ip(IpAddr),
    /// An IP network: address and length of the prefix.
    Cidr(IpAddr, u8),
    /// A version by semver's rules: three numbers and a pre-release.
    Semver([u64; 3], Arc<str>),
    /// A value whose functions somebody else answers.
    Host(Arc<dyn super::host::HostValue>),
}

impl CelValue {
    /// A JSON value; whole numbers are `int`.
    pub(super) fn from_json(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Double(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => Self::text(text),
            Value::Array(items) => Self::List(Arc::new(items.iter().map(Self::from_json).collect())),
            Value::Object(fields) => {
                let entry = |(key, value): (&Key, &Value)| (Self::text(key), Self::from_json(value));
                Self::Map(Arc::new(fields.iter().map(entry).collect()))
            }
        }
    }

    /// Text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// The JSON value, where there is one.
    #[must_use]
    pub fn to_json(&self) -> Option<Value> {
        Some(match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Int(number) => (*number).into(),
            Self::Uint(number) => (*number).into(),
            Self::Double(number) => (*number).into(),
            Self::Text(text) => (**text).into(),
            Self::List(items) => items.iter().map(Self::to_json).collect::<Option<Vec<Value>>>()?.into(),
            Self::Map(entries) => {
                let entry = |(key, value): &(Self, Self)| match key {
                    Self::Text(key) => Some(((**key).to_owned(), value.to_json()?)),
                    _ => None,
                };
                Value::Object(entries.iter().map(entry).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    /// The name of its type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Url(_) => "kubernetes.URL",
            Self::Ip(_) => "net.IP",
            Self::Cidr(..) => "net.CIDR",
            Self::Semver(..) => "kubernetes.Semver",
            Self::Host(host) => host.type_name(),
        }
    }

    /// The value of a key of a map; field names may be escaped as identifiers cannot be written otherwise.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        let find = |name: &str| {
            entries
                .iter()
                .find(|(key, _)| matches!(key, Self::Text(key) if **key == *name))
                .map(|(_, value)| value)
        };
        find(name).or_else(|| name.contains("__").then(|| find(&unescaped(name))).flatten())
    }

    /// Whether both are equal; values of different kinds are not.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b))
            }
            (Self::Map(a), Self::Map(b)) => {
                let has = |key: &Self, value: &Self| b.iter().any(|(k, v)| k.equals(key) && v.equals(value));
                a.len() == b.len() && a.iter().all(|(key, value)| has(key, value))
            }
            (Self::Null, Self::Null) => true,
            (Self::Type(a), Self::Type(b)) => a == b,
            (Self::Url(a), Self::Url(b)) => a == b,
            (Self::Cidr(a, length), Self::Cidr(b, other)) => (a, length) == (b, other),
            (Self::Optional(a), Self::Optional(b)) => match (a, b) {
                (Some(a), Some(b)) => a.equals(b),
                (a, b) => a.is_none() && b.is_none(),
            },
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }

    /// How two values of a kind that has an order stand to each other.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Bytes(a), Self::Bytes(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) | (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(b)),
            (Self::Timestamp(a), Self::Timestamp(b)) => Some(a.cmp(b)),
            (Self::Quantity(a), Self::Quantity(b)) => Some(a.cmp(b)),
            (Self::Ip(a), Self::Ip(b)) => Some(a.cmp(b)),
            (Self::Semver(a, pre), Self::Semver(b, other)) => Some(a.cmp(b).then_with(|| {
                // A version before its release is lower than the release.
                (pre.is_empty(), pre).cmp(&(other.is_empty(), other))
            })),
            _ => {
                let (a, b) = (self.number()?, other.number()?);
                match (a, b) {
                    (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(&b)),
                    (a, b) => a.real().partial_cmp(&b.real()),
                }
            }
        }
    }

    fn number(&self) -> Option<Number> {
        match self {
            Self::Int(number) => Some(Number::Whole((*number).into())),
            Self::Uint(number) => Some(Number::Whole((*number).into())),
            Self::Double(number) => Some(Number::Real(*number)),
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
enum Number {
    Whole(i128),
    Real(f64),
}

impl Number {
    #[allow(clippy::cast_precision_loss, reason = "numbers of different kinds are compared as reals")]
    fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

/// The name that an escaped identifier stands for.
pub(super) fn unescaped(name: &str) -> String {
    const KEYWORDS: &[&str] = &[
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
    ];
    if let Some(inner) = name.strip_prefix("__").and_then(|name| name.strip_suffix("__"))
        && KEYWORDS.contains(&inner)
    {
        return inner.to_owned();
    }
    name.replace("__underscores__", "\u{0}")
        .replace("__dot__", ".")
        .replace("__dash__", "-")
        .replace("__slash__", "/")
        .replace('\u{0}', "__")
}
