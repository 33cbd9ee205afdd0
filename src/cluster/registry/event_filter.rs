//! How many events one source may write about one object: 25 at once, then one in five minutes
//! (`EventSourceObjectSpamFilter` of `client-go/tools/record`).

use std::collections::BTreeMap;

use imbl::OrdMap;

use crate::base::Timestamp;

/// Events at once (`defaultSpamBurst`).
const BURST: f64 = 25.0;
/// Seconds until another one is allowed (`defaultSpamQPS`).
const SECONDS_PER_EVENT: f64 = 300.0;
/// Sources and objects that are remembered (`maxLruCacheEntries`).
const ENTRIES_MAX: usize = 4_096;
/// Different events of one source and object that are counted while none may be written.
const MISSED_MAX: usize = 64;

/// A bucket of tokens, and how often each event was left out since it was written last.
#[derive(Clone, Debug)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
    missed: BTreeMap<String, i64>,
}

/// What sources have written about objects lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventFilter(OrdMap<String, Bucket>);

impl EventFilter {
    /// Asks for one event of that source and object; `event` tells repetitions from others. Gives back how
    /// often it was left out before, or nothing when it is left out now.
    pub(crate) fn admits(&mut self, source_and_object: &str, event: &str, now: Timestamp) -> Option<i64> {
        if self.0.len() >= ENTRIES_MAX && !self.0.contains_key(source_and_object) {
            self.forget_half();
        }
        let full = || Bucket { tokens: BURST, at: now, missed: BTreeMap::new() };
        let bucket = self.0.entry(source_and_object.to_owned()).or_insert_with(full);
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.tokens = (bucket.tokens + passed / SECONDS_PER_EVENT).min(BURST);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            if bucket.missed.len() < MISSED_MAX || bucket.missed.contains_key(event) {
                *bucket.missed.entry(event.to_owned()).or_default() += 1;
            }
            return None;
        }
        bucket.tokens -= 1.0;
        Some(bucket.missed.remove(event).unwrap_or_default())
    }

    /// Forgets those that were not asked for the longest.
    fn forget_half(&mut self) {
        let mut times: Vec<Timestamp> = self.0.values().map(|bucket| bucket.at).collect();
        times.sort_unstable();
        let middle = times[times.len() / 2];
        let kept = self.0.iter().filter(|(_, bucket)| bucket.at > middle);
        self.0 = kept.map(|(key, bucket)| (key.clone(), bucket.clone())).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_in_five_minutes() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let mut filter = EventFilter::default();
        let passed = (0..40).filter(|_| filter.admits("kubelet/web", "BackOff", at(0)).is_some()).count();
        assert_eq!(passed, 25);
        assert!(filter.admits("kubelet/other", "BackOff", at(0)).is_some());
        assert_eq!(filter.admits("kubelet/web", "BackOff", at(299)), None);
        assert_eq!(filter.admits("kubelet/web", "BackOff", at(301)), Some(16), "all that was left out");
        assert_eq!(filter.admits("kubelet/web", "BackOff", at(302)), None);
        for number in 0..5_000 {
            filter.admits(&format!("kubelet/{number}"), "Started", at(number + 400));
        }
        assert!(filter.0.len() <= ENTRIES_MAX);
    }
}
