//! Programs that keep a processor busy, or read without end.

use super::{Call, Outcome};

/// Files that never end.
const ENDLESS: &[&str] = &["/dev/zero", "/dev/urandom", "/dev/random"];
/// Bytes that a copy may make of nothing.
const COPY_MAX: usize = 64 << 20;

/// stress, as a shell starts it.
pub(super) fn stress(_: &mut Call<'_>) -> Outcome {
    Outcome::Becomes("stress".to_owned())
}

/// yes: its output is as good as its noise, so only the work counts.
pub(super) fn yes(_: &mut Call<'_>) -> Outcome {
    Outcome::Becomes("burner".to_owned())
}

/// Whether a path leads to a file that never ends.
pub(super) fn is_endless(path: &str) -> bool {
    ENDLESS.contains(&path)
}

/// dd: copies zeros, for ever when nothing counts them.
pub(super) fn dd(call: &mut Call<'_>) -> Outcome {
    let value = |name: &str| {
        let words = call.arguments[1..].iter();
        words.filter_map(|word| word.strip_prefix(name)?.strip_prefix('=')).next().map(str::to_owned)
    };
    let (source, target) = (value("if").unwrap_or_default(), value("of").unwrap_or_default());
    let size = value("bs").map_or(512, |text| bytes(&text));
    let Some(count) = value("count").and_then(|count| count.parse::<usize>().ok()) else {
        if is_endless(&source) && target == "/dev/null" {
            return Outcome::Becomes("burner".to_owned());
        }
        call.complain("not simulated: copying without count=");
        return Outcome::Ended(1);
    };
    let total = size.saturating_mul(count);
    if !is_endless(&source) || total > COPY_MAX {
        call.complain("not simulated: copying anything but up to 64 MiB of zeros");
        return Outcome::Ended(1);
    }
    if target != "/dev/null" {
        let path = call.path(&target);
        if let Err(why) = call.system.files().write(&path, vec![0; total]) {
            call.complain(&format!("can't open '{target}': {why}"));
            return Outcome::Ended(1);
        }
    }
    let text = format!(
        "{count}+0 records in\n{count}+0 records out\n{total} bytes ({:.1}MB) copied, 0.01 seconds\n",
        f64::from(u32::try_from(total).unwrap_or(u32::MAX)) / 1_048_576.0
    );
    call.stderr.extend_from_slice(text.as_bytes());
    Outcome::Ended(0)
}

/// `1`, `4k`, `1M`, `1G` in bytes.
pub(super) fn bytes(text: &str) -> usize {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number: usize = text[..digits].parse().unwrap_or(1);
    let factor = match text[digits..].chars().next().map(|unit| unit.to_ascii_uppercase()) {
        Some('K') => 1 << 10,
        Some('M') => 1 << 20,
        Some('G') => 1 << 30,
        _ => 1,
    };
    number.saturating_mul(factor)
}

/// md5sum and the like: only of what never ends, which keeps a processor busy.
pub(super) fn sum(call: &mut Call<'_>) -> Outcome {
    if call.arguments[1..].iter().any(|path| is_endless(path)) {
        return Outcome::Becomes("burner".to_owned());
    }
    call.complain("not simulated: checksums are not computed in the embedded cluster");
    Outcome::Ended(1)
}
