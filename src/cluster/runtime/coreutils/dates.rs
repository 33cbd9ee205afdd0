//! date: the present moment, or another one, in any form.

use jiff::civil::{DateTime, Time};
use jiff::fmt::strtime::{BrokenDownTime, Config};
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};

use super::options::{Taken, or_end};
use super::{Call, Outcome};

const TAKEN: Taken = Taken {
    letters: "ud:RI::s:",
    refused: "Dkr",
    long: &[
        ("date", 'd'),
        ("utc", 'u'),
        ("reference", 'r'),
        ("rfc-email", 'R'),
        ("rfc-2822", 'R'),
        ("iso-8601", 'I'),
        ("set", 's'),
    ],
};

/// The present moment.
pub(super) fn date(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&TAKEN));
    let now = call.system.now().to_zoned(TimeZone::UTC);
    let moment = match options.value('d').or(options.value('s')) {
        None => now,
        Some(text) => match moment(text, &now) {
            Some(moment) => moment,
            None => {
                call.complain(&format!("invalid date '{text}'"));
                return Outcome::Ended(1);
            }
        },
    };
    let format = match options.operands.first().map(|format| format.strip_prefix('+')) {
        Some(Some(format)) => format.to_owned(),
        Some(None) => {
            call.complain(&format!("invalid date '{}'", options.operands[0]));
            return Outcome::Ended(1);
        }
        None if options.has('R') => "%a, %d %b %Y %H:%M:%S %z".to_owned(),
        None if options.has('I') => iso(options.value('I').unwrap_or_default()).to_owned(),
        None => "%a %b %e %H:%M:%S %Z %Y".to_owned(),
    };
    // Only the node's administrator sets its clock.
    if options.has('s') {
        call.complain("can't set date: Operation not permitted");
    }
    let shown = BrokenDownTime::from(&moment).to_string_with_config(&Config::new().lenient(true), &format);
    call.say(&shown.unwrap_or(format));
    Outcome::Ended(i32::from(options.has('s')))
}

fn iso(precision: &str) -> &'static str {
    match precision {
        "hours" => "%Y-%m-%dT%H%:z",
        "minutes" => "%Y-%m-%dT%H:%M%:z",
        "seconds" => "%Y-%m-%dT%H:%M:%S%:z",
        "ns" => "%Y-%m-%dT%H:%M:%S,%9f%:z",
        _ => "%Y-%m-%d",
    }
}

/// The moment that a text names: what busybox and GNU take most often.
fn moment(text: &str, now: &Zoned) -> Option<Zoned> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return Some(jiff::Timestamp::from_second(seconds.parse().ok()?).ok()?.to_zoned(TimeZone::UTC));
    }
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.to_zoned(TimeZone::UTC));
    }
    if let Some(moment) = relative(text, now) {
        return Some(moment);
    }
    let day = now.date();
    let civil = |moment: DateTime| moment.to_zoned(TimeZone::UTC).ok();
    for format in
        ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y.%m.%d-%H:%M:%S", "%Y.%m.%d-%H:%M"]
    {
        if let Ok(moment) = DateTime::strptime(format, text) {
            return civil(moment);
        }
    }
    if let Ok(date) = jiff::civil::Date::strptime("%Y-%m-%d", text) {
        return civil(date.to_datetime(Time::midnight()));
    }
    for format in ["%H:%M:%S", "%H:%M"] {
        if let Ok(time) = Time::strptime(format, text) {
            return civil(day.to_datetime(time));
        }
    }
    None
}

/// `now`, `tomorrow`, `2 days ago`, `+1 hour`.
fn relative(text: &str, now: &Zoned) -> Option<Zoned> {
    let span = match text {
        "now" | "today" => Span::new(),
        "tomorrow" => Span::new().days(1),
        "yesterday" => Span::new().days(-1),
        _ => {
            let mut words: Vec<&str> = text.split_whitespace().collect();
            let backwards = words.last() == Some(&"ago");
            if backwards {
                words.pop();
            }
            let [count, unit] = words.as_slice() else { return None };
            let count: i64 = count.parse().ok()?;
            let span = match unit.trim_end_matches('s') {
                "second" | "sec" => Span::new().try_seconds(count),
                "minute" | "min" => Span::new().try_minutes(count),
                "hour" => Span::new().try_hours(count),
                "day" => Span::new().try_days(count),
                "week" => Span::new().try_weeks(count),
                "month" => Span::new().try_months(count),
                "year" => Span::new().try_years(count),
                _ => return None,
            };
            let span = span.ok()?;
            if backwards { span.negate() } else { span }
        }
    };
    now.checked_add(span).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_named_in_many_ways() {
        let now = "2026-11-27T10:20:30Z".parse::<jiff::Timestamp>().unwrap().to_zoned(TimeZone::UTC);
        for (text, expected) in [
            ("@0", "1970-01-01T00:00:00Z"),
            ("2020-01-02 03:04:05", "2020-01-02T03:04:05Z"),
            ("2020-01-02", "2020-01-02T00:00:00Z"),
            ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"),
            ("12:00", "2026-11-27T12:00:00Z"),
            ("yesterday", "2026-11-26T10:20:30Z"),
            ("2 days ago", "2026-11-25T10:20:30Z"),
            ("+1 hour", "2026-11-27T11:20:30Z"),
        ] {
            assert_eq!(
                moment(text, &now).map(|moment| moment.timestamp().to_string()),
                Some(expected.into()),
                "{text}"
            );
        }
        assert!(moment("foo", &now).is_none());
    }
}
