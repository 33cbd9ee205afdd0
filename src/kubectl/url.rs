//! Paths of the API with their parameters, in the order that Go gives these.

/// A path with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url(String);

impl Url {
    /// A path without a query yet.
    pub(super) fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// Adds a parameter; an empty value adds none.
    pub(super) fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        if value.is_empty() {
            return self;
        }
        let new = format!("{name}={}", encode(value));
        let (path, query) = self.0.split_once('?').unwrap_or((&self.0, ""));
        // Sorted by name, as Go's url.Values are.
        let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        pairs.push(&new);
        pairs.sort_by_key(|pair| pair.split('=').next());
        self.0 = format!("{path}?{}", pairs.join("&"));
        self
    }

    /// Gives a parameter another value.
    pub(super) fn replacing(&self, name: &str, value: &str) -> Self {
        let (path, query) = self.0.split_once('?').unwrap_or((&self.0, ""));
        let others = query.split('&').filter(|pair| pair.split('=').next() != Some(name));
        let others: Vec<&str> = others.filter(|pair| !pair.is_empty()).collect();
        Self(format!("{path}?{}", others.join("&"))).with(name, value)
    }

    /// The text of the URL.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Percent-encodes everything but unreserved characters.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Undoes [`encode`]; `None` for what it never makes.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded_and_empty_ones_left_out() {
        let url = Url::new("/api/v1/pods")
            .with("labelSelector", "app in (a,b)")
            .with("limit", "")
            .with("watch", "true");
        assert_eq!(url.as_str(), "/api/v1/pods?labelSelector=app%20in%20%28a%2Cb%29&watch=true");
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        assert_eq!(decode(&encode("a b%/é")).as_deref(), Some("a b%/é"));
        for broken in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
