//! Cron schedules of five fields, as `github.com/robfig/cron/v3` reads them.

use std::ops::RangeInclusive;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use crate::base::Timestamp;

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// How far ahead the next moment is looked for, in years.
const YEARS_AHEAD: i32 = 5;

/// When something is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CronSchedule {
    /// At the minutes that match all fields.
    Fields {
        /// Minutes of the hour.
        minutes: u64,
        /// Hours of the day.
        hours: u64,
        /// Days of the month, and whether any will do.
        days: (u64, bool),
        /// Months of the year.
        months: u64,
        /// Days of the week, and whether any will do.
        weekdays: (u64, bool),
    },
    /// Again and again, so many seconds apart.
    Every(SignedDuration),
}

impl CronSchedule {
    /// Reads `*/5 * * * *`, `@daily` or `@every 1h30m`.
    ///
    /// # Errors
    /// What is wrong, in the words of robfig's parser.
    pub fn parse(spec: &str) -> Result<Self, String> {
        if spec.is_empty() {
            return Err("empty spec string".to_owned());
        }
        // A zone in front is read and, where the API server lets it stand at all, given by a field instead.
        let zoned = ["TZ=", "CRON_TZ="].iter().find_map(|prefix| spec.strip_prefix(prefix)?.split_once(' '));
        let spec = match zoned {
            Some((zone, _)) if TimeZone::get(zone).is_err() => {
                return Err(format!("provided bad location {zone}: unknown time zone {zone}"));
            }
            Some((_, rest)) => rest.trim_start(),
            None => spec,
        };
        if spec.starts_with('@') {
            return descriptor(spec);
        }
        let fields: Vec<&str> = spec.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
        };
        Ok(Self::Fields {
            minutes: field(minutes, 0..=59, &[])?.0,
            hours: field(hours, 0..=23, &[])?.0,
            days: field(days, 1..=31, &[])?,
            months: field(months, 1..=12, MONTHS)?.0,
            weekdays: field(weekdays, 0..=6, DAYS)?,
        })
    }

    /// The first moment after `after` by the clocks of UTC.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        self.next_in(after, &TimeZone::UTC)
    }

    /// The first moment after `after` by the clocks of a zone; `None` when there is none in the next
    /// years. What would be in the hour that clocks skip in spring does not happen that day.
    #[must_use]
    pub fn next_in(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let start = after.to_zoned(zone.clone()).datetime();
        let Self::Fields { minutes, hours, months, .. } = self else {
            let Self::Every(pause) = self else { return None };
            let whole = Timestamp::from_second(after.as_second()).ok()?;
            return whole.checked_add(*pause).ok();
        };
        let minute = start.with().second(0).subsec_nanosecond(0).build().ok()?;
        let mut moment = minute.checked_add(1.minute()).ok()?;
        let last_year = i32::from(moment.year()) + YEARS_AHEAD;
        while i32::from(moment.year()) <= last_year {
            moment = if !has(*months, moment.month()) {
                midnight(moment.first_of_month().checked_add(1.month()).ok()?)?
            } else if !self.suits_day(moment) {
                midnight(moment.checked_add(1.day()).ok()?)?
            } else if !has(*hours, moment.hour()) {
                moment.with().minute(0).build().ok()?.checked_add(1.hour()).ok()?
            } else if !has(*minutes, moment.minute()) {
                moment.checked_add(1.minute()).ok()?
            } else {
                let zoned = moment.to_zoned(zone.clone()).ok()?;
                if zoned.datetime() == moment && zoned.timestamp() > after {
                    return Some(zoned.timestamp());
                }
                moment.checked_add(1.minute()).ok()?
            };
        }
        None
    }

    /// Whether day and weekday suit: both when one of them is `*`, else either.
    fn suits_day(&self, moment: DateTime) -> bool {
        let Self::Fields { days, weekdays, .. } = self else { return true };
        let day = has(days.0, moment.day());
        let weekday = has(weekdays.0, moment.weekday().to_sunday_zero_offset());
        if days.1 || weekdays.1 { day && weekday } else { day || weekday }
    }
}

fn midnight(moment: DateTime) -> Option<DateTime> {
    moment.with().hour(0).minute(0).build().ok()
}

fn has(bits: u64, number: i8) -> bool {
    u32::try_from(number).is_ok_and(|number| bits & (1 << number) != 0)
}

fn descriptor(spec: &str) -> Result<CronSchedule, String> {
    let fields = match spec {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => {
            let Some(pause) = spec.strip_prefix("@every ") else {
                return Err(format!("unrecognized descriptor: {spec}"));
            };
            let pause: SignedDuration = pause
                .parse()
                .map_err(|_| format!("failed to parse duration {spec}: time: invalid duration {pause:?}"))?;
            return Ok(CronSchedule::Every(SignedDuration::from_secs(pause.as_secs().max(1))));
        }
    };
    CronSchedule::parse(fields)
}

/// The numbers of a field as bits, and whether it is `*`.
fn field(text: &str, bounds: RangeInclusive<u32>, names: &[&str]) -> Result<(u64, bool), String> {
    let (mut bits, mut any) = (0, false);
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let (more, star) = range(part, &bounds, names)?;
        bits |= more;
        any |= star;
    }
    Ok((bits, any))
}

/// `*`, `?`, `3`, `1-5`, each with `/step`.
fn range(part: &str, bounds: &RangeInclusive<u32>, names: &[&str]) -> Result<(u64, bool), String> {
    let mut with_step = part.split('/');
    let low_high: Vec<&str> = with_step.next().unwrap_or_default().split('-').collect();
    let step = with_step.next();
    if with_step.next().is_some() {
        return Err(format!("too many slashes: {part}"));
    }
    let (first, last) = (*bounds.start(), *bounds.end());
    let star = matches!(low_high.as_slice(), ["*" | "?", ..]);
    let (start, mut end) = match low_high.as_slice() {
        _ if star => (first, last),
        [one] => {
            let number = number(one, names, first)?;
            (number, number)
        }
        [low, high] => (number(low, names, first)?, number(high, names, first)?),
        _ => return Err(format!("too many hyphens: {part}")),
    };
    let step = match step {
        None => 1,
        Some(step) => {
            if low_high.len() == 1 && !star {
                end = last;
            }
            number(step, &[], 0)?
        }
    };
    if start < first {
        return Err(format!("beginning of range ({start}) below minimum ({first}): {part}"));
    }
    if end > last {
        return Err(format!("end of range ({end}) above maximum ({last}): {part}"));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {part}"));
    }
    let pace = usize::try_from(step).ok().filter(|step| *step > 0);
    let pace = pace.ok_or_else(|| format!("step of range should be a positive number: {part}"))?;
    let bits = (start..=end).step_by(pace).fold(0, |bits, number| bits | (1 << number));
    Ok((bits, star && step == 1))
}

fn number(text: &str, names: &[&str], first: u32) -> Result<u32, String> {
    let lower = text.to_lowercase();
    if let Some(index) = names.iter().position(|name| *name == lower) {
        return Ok(u32::try_from(index).unwrap_or_default() + first);
    }
    match text.parse::<i64>() {
        Ok(number) => {
            u32::try_from(number).map_err(|_| format!("negative number ({number}) not allowed: {text}"))
        }
        Err(_) => {
            Err(format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_moment_matches_every_field() {
        for (spec, after, next) in [
            ("*/5 * * * *", "2026-11-23T10:02:30Z", "2026-11-23T10:05:00Z"),
            ("0 0 * * *", "2026-12-31T10:00:00Z", "2027-01-01T00:00:00Z"),
            ("30 9-17/4 * * mon-fri", "2026-11-21T00:00:00Z", "2026-11-23T09:30:00Z"),
            ("0 0 29 feb *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 1 * 0", "2026-11-23T00:00:00Z", "2026-11-29T00:00:00Z"),
            ("@hourly", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"),
            ("@every 90s", "2026-11-23T10:00:00Z", "2026-11-23T10:01:30Z"),
        ] {
            let found = CronSchedule::parse(spec).unwrap().next(after.parse().unwrap());
            assert_eq!(found, Some(next.parse().unwrap()), "{spec}");
        }
        assert_eq!(
            CronSchedule::parse("0 0 31 2 *").unwrap().next("2026-01-01T00:00:00Z".parse().unwrap()),
            None
        );
    }

    #[test]
    fn what_is_no_schedule_is_told_in_the_parsers_words() {
        for (spec, error) in [
            ("nope", "expected exactly 5 fields, found 1: [nope]"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("x * * * *", r#"failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax"#),
            ("@never", "unrecognized descriptor: @never"),
            ("TZ=Asia/Seoul 0 9 * *", "expected exactly 5 fields, found 4: [0 9 * *]"),
            ("CRON_TZ=Mars/Base 0 9 * * *", "provided bad location Mars/Base: unknown time zone Mars/Base"),
        ] {
            assert_eq!(CronSchedule::parse(spec), Err(error.to_owned()), "{spec}");
        }
    }

    #[test]
    fn clocks_of_a_zone_decide() {
        let zone = |name: &str| TimeZone::get(name).unwrap();
        let next = |spec: &str, after: &str, name: &str| {
            let after: Timestamp = after.parse().unwrap();
            CronSchedule::parse(spec).unwrap().next_in(after, &zone(name)).unwrap().to_string()
        };
        assert_eq!(next("0 9 * * *", "2026-01-01T00:30:00Z", "Asia/Seoul"), "2026-01-02T00:00:00Z");
        assert_eq!(next("0 9 * * *", "2026-07-01T00:00:00Z", "America/New_York"), "2026-07-01T13:00:00Z");
        let skipped = next("30 2 * * *", "2026-03-08T06:00:00Z", "America/New_York");
        assert_eq!(skipped, "2026-03-09T06:30:00Z", "02:30 does not exist on 8 March");
    }
}
