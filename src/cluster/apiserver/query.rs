//! Query parameters, read as upstream converts them.

use crate::apimachinery::Status;

/// The parameters of a URL, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=b&c=d`; like Go, it leaves out what is malformed.
    pub(super) fn parse(text: &str) -> Self {
        let well_formed = |pair: &&str| !pair.is_empty() && !pair.contains(';') && is_well_escaped(pair);
        let pairs = text.split('&').filter(well_formed).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        });
        Self(pairs.collect())
    }

    /// The first value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The text of a parameter; empty when absent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Every value of a parameter.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter is given and not `false` or `0`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.flag_or_none(name).unwrap_or_default()
    }

    /// The same, told apart from a parameter that is absent.
    pub(super) fn flag_or_none(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| !value.eq_ignore_ascii_case("false") && value != "0")
    }

    /// The whole number of a parameter; absent and empty ones give `None`.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Status> {
        match self.text(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                Status::bad_request(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))
            }),
        }
    }
}

/// Whether every `%` is followed by two hexadecimal digits.
pub(super) fn is_well_escaped(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

/// Undoes percent-encoding; `+` is a space in queries alone. Malformed escapes stay as they are.
pub(super) fn decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(if plus_is_space && bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_kept_in_order() {
        let query = Query::parse("command=sh&command=-c&command=echo+a%26b&watch&stdin=false&limit=500");
        assert_eq!(query.all("command").collect::<Vec<_>>(), ["sh", "-c", "echo a&b"]);
        assert!(query.flag("watch"));
        assert!(!query.flag("stdin"));
        assert_eq!(query.flag_or_none("force"), None);
        assert_eq!(query.number("limit"), Ok(Some(500)));
        assert_eq!(query.number("continue"), Ok(None));
        assert_eq!(Query::parse("a=%zz&b=1;2&c=%e2%82%ac&d=%4"), Query::parse("c=\u{20ac}"));
        assert_eq!(Query::parse("limit=x").number("limit").unwrap_err().code, 400);
    }

    #[test]
    fn malformed_escapes_stay_as_they_are() {
        assert_eq!(decode("100%", true), "100%");
        assert_eq!(decode("%zz%é%41", false), "%zz%éA");
    }
}
