//! Plain dotted paths, until JSONPath is there.

use serde_json::Value;

#[derive(Clone, Debug)]
pub(super) struct JsonPath(String);

impl JsonPath {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }

    pub(super) fn parse_relaxed(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }

    pub(super) fn find(&self, value: &Value) -> Result<Vec<Value>, String> {
        let path = self.0.trim_matches(['{', '}']).replace('.', "/");
        Ok(value.pointer(&path).cloned().into_iter().collect())
    }

    pub(super) fn render(&self, value: &Value, _allow_missing: bool) -> Result<String, String> {
        let found = self.find(value)?;
        Ok(found
            .iter()
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect())
    }
}
