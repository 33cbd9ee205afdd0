//! Which encoding a client asked for.

use http::HeaderMap;
use http::header::ACCEPT;

use crate::apimachinery::Status;

/// How an answer is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// The object or list as JSON.
    Json,
    /// The object or list as YAML.
    Yaml,
    /// A `meta.k8s.io Table` of that version.
    Table(&'static str),
    /// `meta.k8s.io/v1 PartialObjectMetadata`.
    Metadata,
    /// `meta.k8s.io/v1 PartialObjectMetadataList`.
    MetadataList,
}

/// One entry of an Accept header: media type and parameters.
pub(super) struct MediaRange<'a> {
    media_type: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> MediaRange<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        Self { media_type, parameters: parts.filter_map(|part| part.split_once('=')).collect() }
    }

    /// A parameter such as `as`.
    pub(super) fn parameter(&self, name: &str) -> &'a str {
        self.parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| *value).unwrap_or_default()
    }

    /// Whether it is that media type.
    pub(super) fn is(&self, media_type: &str) -> bool {
        self.media_type == media_type
    }

    fn is_json(&self) -> bool {
        matches!(self.media_type, "application/json" | "application/*" | "*/*")
    }

    fn encoding(&self) -> Option<Encoding> {
        match (self.media_type, self.parameter("as")) {
            ("application/json", "Table") if self.is_meta_v1() => Some(Encoding::Table("v1")),
            ("application/json", "Table") if self.is_meta("v1beta1") => Some(Encoding::Table("v1beta1")),
            ("application/json", "PartialObjectMetadata") if self.is_meta_v1() => Some(Encoding::Metadata),
            ("application/json", "PartialObjectMetadataList") if self.is_meta_v1() => {
                Some(Encoding::MetadataList)
            }
            (_, "") if self.is_json() => Some(Encoding::Json),
            ("application/yaml", "") => Some(Encoding::Yaml),
            _ => None,
        }
    }

    fn is_meta_v1(&self) -> bool {
        self.is_meta("v1")
    }

    fn is_meta(&self, version: &str) -> bool {
        self.parameter("g") == "meta.k8s.io" && self.parameter("v") == version
    }

    /// How much the client likes it, in thousandths.
    fn quality(&self) -> u32 {
        let quality: f32 = self.parameter("q").parse().unwrap_or(1.0);
        // Between 0 and 1000 after the clamp.
        (quality.clamp(0.0, 1.0) * 1000.0) as u32
    }
}

/// The entries of the Accept headers, in order.
pub(super) fn accepted(headers: &HeaderMap) -> impl Iterator<Item = MediaRange<'_>> {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(MediaRange::parse)
}

/// The encoding that the client likes best of those that this server has.
///
/// # Errors
/// 406 when there is none.
pub(super) fn encoding(headers: &HeaderMap) -> Result<Encoding, Status> {
    if !headers.contains_key(ACCEPT) {
        return Ok(Encoding::Json);
    }
    let mut ranges: Vec<MediaRange<'_>> = accepted(headers).collect();
    ranges.sort_by_key(|range| std::cmp::Reverse(range.quality()));
    ranges.iter().find_map(MediaRange::encoding).ok_or_else(not_acceptable)
}

/// 406 for a client that takes nothing of what there is.
pub(super) fn not_acceptable() -> Status {
    let message = "only the following media types are accepted: application/json, application/yaml";
    Status::failure(406, "NotAcceptable", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding_for(accept: &str) -> Option<Encoding> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        encoding(&headers).ok()
    }

    #[test]
    fn the_first_encoding_that_is_served_wins() {
        for (accept, expected) in [
            ("application/json", Some(Encoding::Json)),
            ("application/vnd.kubernetes.protobuf,application/json", Some(Encoding::Json)),
            ("application/vnd.kubernetes.protobuf, */*", Some(Encoding::Json)),
            (
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
                Some(Encoding::Table("v1")),
            ),
            (
                "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
                Some(Encoding::MetadataList),
            ),
            ("application/json;as=Table;v=v1beta1;g=meta.k8s.io", Some(Encoding::Table("v1beta1"))),
            ("application/json;q=0.5, application/yaml;q=0.9, */*;q=0.1", Some(Encoding::Yaml)),
            ("application/vnd.kubernetes.protobuf", None),
            ("application/json;as=Nothing;g=meta.k8s.io;v=v1, application/yaml", Some(Encoding::Yaml)),
            ("text/html", None),
        ] {
            assert_eq!(encoding_for(accept), expected, "{accept}");
        }
        assert_eq!(encoding(&HeaderMap::new()), Ok(Encoding::Json));
    }
}
