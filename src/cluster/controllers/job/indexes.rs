//! Completion indexes: sets of them as the status writes them (`indexed_job_utils.go`).

use std::collections::BTreeSet;

use crate::apimachinery::Object;

/// Annotation and label with a Pod's index.
pub(super) const COMPLETION_INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// Annotation that counts how often the index has failed before.
pub(super) const FAILURE_COUNT: &str = "batch.kubernetes.io/job-index-failure-count";
/// The same for failures that a policy ignores.
pub(super) const IGNORED_FAILURE_COUNT: &str = "batch.kubernetes.io/job-index-ignored-failure-count";

/// The index of a Pod.
pub(super) fn index_of(pod: &Object) -> Option<i64> {
    pod.annotation(COMPLETION_INDEX)?.parse().ok().filter(|index| *index >= 0)
}

/// A count that a Pod carries as an annotation; 0 when it has none.
pub(super) fn count_of(pod: &Object, annotation: &str) -> i64 {
    pod.annotation(annotation).and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// Reads `0,2-4`; what lies beyond `completions` is dropped.
pub(super) fn parse(text: &str, completions: i64) -> BTreeSet<i64> {
    let ranges = text.split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.trim().parse::<i64>().ok()?..=last.trim().parse::<i64>().ok()?)
    });
    ranges.flat_map(|range| *range.start()..=(*range.end()).min(completions - 1)).collect()
}

/// Writes `0,2-4`.
pub(super) fn format(indexes: &BTreeSet<i64>) -> String {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for index in indexes {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *index => *last = *index,
            _ => ranges.push((*index, *index)),
        }
    }
    let texts: Vec<String> = ranges
        .iter()
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first},{last}"),
            _ => format!("{first}-{last}"),
        })
        .collect();
    texts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_written_as_ranges() {
        for text in ["", "0", "0,1", "0-2", "0,2-4,6,7"] {
            assert_eq!(format(&parse(text, 10)), text);
        }
        assert_eq!(format(&parse("0-9", 5)), "0-4");
    }
}
