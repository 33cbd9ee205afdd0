//! dd: copies block by block.

use super::super::filesystem::FileError;
use super::devices::{bytes_of, is_endless};
use super::lengths::{COPY_MAX, kept, size};
use super::options::or_end;
use super::{Call, Outcome};

/// Bytes that a disk takes in a second; of busybox' and GNU's reports.
const SPEED: f64 = 1.5e9;

/// Seconds that a copy takes at least.
const TIME_MIN: f64 = 0.000_3;

/// What `dd` is told.
struct Plan {
    source: Option<String>,
    target: Option<String>,
    /// Bytes of a block that is read.
    input: u64,
    /// Bytes of a block that is written.
    output: u64,
    /// Blocks, or bytes.
    count: Option<u64>,
    skip: u64,
    seek: u64,
    /// Words of `conv=`, `iflag=` and `oflag=`.
    flags: Vec<String>,
    /// `noxfer` or `none`.
    status: String,
}

/// Words of `conv=`, `iflag=` and `oflag=` that are modelled; on a simulated disk the last ones change nothing.
const FLAGS: &[(&str, &[&str])] = &[
    ("conv", &["notrunc", "sync", "swab", "noerror", "fsync", "fdatasync"]),
    ("iflag", &["skip_bytes", "count_bytes", "fullblock", "direct", "dsync", "sync"]),
    ("oflag", &["seek_bytes", "append", "direct", "dsync", "sync"]),
];

impl Plan {
    fn parse(call: &mut Call<'_>) -> Result<Self, Outcome> {
        let mut plan = Self {
            source: None,
            target: None,
            input: 512,
            output: 512,
            count: None,
            skip: 0,
            seek: 0,
            flags: Vec::new(),
            status: String::new(),
        };
        for word in &call.arguments[1..] {
            let Some((name, value)) = word.split_once('=') else {
                return Err(call.fail_usage(&format!("unrecognized operand '{word}'")));
            };
            match name {
                "if" => plan.source = Some(value.to_owned()),
                "of" => plan.target = Some(value.to_owned()),
                "bs" => (plan.input, plan.output) = (block(call, value)?, block(call, value)?),
                "ibs" => plan.input = block(call, value)?,
                "obs" => plan.output = block(call, value)?,
                "count" => plan.count = Some(size(call, value)?),
                "skip" | "iseek" => plan.skip = size(call, value)?,
                "seek" | "oseek" => plan.seek = size(call, value)?,
                "status" => value.clone_into(&mut plan.status),
                _ => plan.flag(call, name, value, word)?,
            }
        }
        Ok(plan)
    }

    fn flag(&mut self, call: &mut Call<'_>, name: &str, value: &str, word: &str) -> Result<(), Outcome> {
        let Some((_, known)) = FLAGS.iter().find(|(flag, _)| *flag == name) else {
            return Err(call.fail_usage(&format!("unrecognized operand '{word}'")));
        };
        for flag in value.split(',') {
            if !known.contains(&flag) {
                call.complain(&format!("not simulated: {name}={flag}"));
                return Err(Outcome::Ended(1));
            }
            // Padding and writing through have one name.
            let kept = if name != "conv" && flag == "sync" { "dsync" } else { flag };
            self.flags.push(kept.to_owned());
        }
        Ok(())
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// Bytes that are left out, those that are taken at most, and the place of the first that is written.
    fn extent(&self) -> (u64, Option<u64>, u64) {
        let scaled = |number: u64, flag: &str, block: u64| {
            number.saturating_mul(if self.has(flag) { 1 } else { block })
        };
        (
            scaled(self.skip, "skip_bytes", self.input),
            self.count.map(|count| scaled(count, "count_bytes", self.input)),
            scaled(self.seek, "seek_bytes", self.output),
        )
    }
}

/// What is copied.
enum Content {
    Bytes(Vec<u8>),
    Zeros(u64),
}

impl Content {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Zeros(length) => *length,
        }
    }

    /// Its bytes.
    ///
    /// # Errors
    /// When there are too many.
    fn into_bytes(self) -> Result<Vec<u8>, FileError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Zeros(length) if length > COPY_MAX => Err(FileError::TooLong),
            Self::Zeros(length) => Ok(vec![0; usize::try_from(length).unwrap_or_default()]),
        }
    }
}

fn block(call: &mut Call<'_>, text: &str) -> Result<u64, Outcome> {
    match size(call, text)? {
        0 => {
            let why =
                if call.is_gnu() { "invalid number: '0'" } else { "number 0 is not in 1..2147483647 range" };
            call.complain(why);
            Err(Outcome::Ended(1))
        }
        length => Ok(length),
    }
}

/// dd: copies a file, standard input or what never ends.
pub(super) fn dd(call: &mut Call<'_>) -> Outcome {
    let plan = or_end!(Plan::parse(call));
    let (skip, most, _) = plan.extent();
    let content = match plan.source.as_deref() {
        Some(path) if is_endless(path) => match most {
            None if plan.target.as_deref() == Some("/dev/null") => {
                return Outcome::Becomes("burner".to_owned());
            }
            Some(most) if !path.ends_with("random") => Content::Zeros(most),
            Some(most) if most <= COPY_MAX => {
                Content::Bytes(bytes_of(path, usize::try_from(most).unwrap_or_default(), call.system))
            }
            _ => {
                call.complain("not simulated: copying without end, or more than 64 MiB; name a count=");
                return Outcome::Ended(1);
            }
        },
        Some(name) => {
            let path = call.path(name);
            match call.system.files().read(&path) {
                Ok(bytes) => Content::Bytes(part(bytes, skip, most)),
                Err(why) => {
                    let message = match call.is_gnu() {
                        true => format!("failed to open '{name}': {why}"),
                        false => format!("can't open '{name}': {why}"),
                    };
                    call.complain(&message);
                    return Outcome::Ended(1);
                }
            }
        }
        None => match call.all_input() {
            Some(bytes) => Content::Bytes(part(bytes, skip, most)),
            None => return Outcome::NeedsInput,
        },
    };
    let read = content.length();
    let content = converted(content, &plan);
    let written = content.length();
    if let Err(why) = put(call, &plan, content) {
        let name = plan.target.as_deref().unwrap_or("standard output");
        call.complain(&format!("error writing '{name}': {why}"));
        return Outcome::Ended(1);
    }
    tell_copied(call, &plan, read, written);
    Outcome::Ended(0)
}

fn part(bytes: Vec<u8>, skip: u64, most: Option<u64>) -> Vec<u8> {
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    bytes.into_iter().skip(skip).take(most).collect()
}

fn converted(content: Content, plan: &Plan) -> Content {
    let Content::Bytes(mut bytes) = content else { return content };
    if plan.has("swab") {
        bytes.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
    }
    let missing = (plan.input - bytes.len() as u64 % plan.input) % plan.input;
    if plan.has("sync") && missing <= COPY_MAX {
        bytes.extend(std::iter::repeat_n(0, usize::try_from(missing).unwrap_or_default()));
    }
    Content::Bytes(bytes)
}

/// Writes what was copied to where it goes.
fn put(call: &mut Call<'_>, plan: &Plan, content: Content) -> Result<(), FileError> {
    let (_, _, seek) = plan.extent();
    let Some(name) = &plan.target else {
        call.stdout.extend(content.into_bytes()?);
        return Ok(());
    };
    let path = call.path(name);
    let mut files = call.system.files();
    let old = match kept(&files, &path)? {
        old if plan.has("append") => return files.write(&path, joined(old, content.into_bytes()?)),
        old if seek > 0 || plan.has("notrunc") => old,
        _ => Vec::new(),
    };
    let end = seek.saturating_add(content.length());
    if let Content::Zeros(_) = content
        && old.iter().all(|byte| *byte == 0)
    {
        let behind = if plan.has("notrunc") { old.len() as u64 } else { 0 };
        return files.write_zeros(&path, end.max(behind));
    }
    if end > COPY_MAX {
        return Err(FileError::TooLong);
    }
    let (start, end) = (usize::try_from(seek).unwrap_or_default(), usize::try_from(end).unwrap_or_default());
    let mut new = old.clone();
    new.resize(start, 0);
    new.extend(content.into_bytes()?);
    if plan.has("notrunc") {
        new.extend_from_slice(old.get(end..).unwrap_or_default());
    }
    files.write(&path, new)
}

fn joined(mut first: Vec<u8>, second: Vec<u8>) -> Vec<u8> {
    first.extend(second);
    first
}

fn tell_copied(call: &mut Call<'_>, plan: &Plan, read: u64, written: u64) {
    if plan.status == "none" {
        return;
    }
    let records =
        |length: u64, block: u64| format!("{}+{}", length / block, u8::from(!length.is_multiple_of(block)));
    let mut text =
        format!("{} records in\n{} records out\n", records(read, plan.input), records(written, plan.output));
    if plan.status != "noxfer" {
        let seconds = (written as f64 / SPEED).max(TIME_MIN);
        let speed = written as f64 / seconds;
        let line = match call.is_gnu() {
            true => {
                let long = [
                    (1_000, scaled(written as f64, 1_000.0, "")),
                    (1_024, scaled(written as f64, 1_024.0, "i")),
                ];
                let long: Vec<String> =
                    long.into_iter().filter(|(least, _)| written >= *least).map(|(_, text)| text).collect();
                let long = if long.is_empty() { String::new() } else { format!(" ({})", long.join(", ")) };
                let rate = scaled(speed, 1_000.0, "");
                format!("{written} bytes{long} copied, {} s, {rate}/s\n", significant(seconds))
            }
            false => format!(
                "{written} bytes ({}B) copied, {seconds:.6} seconds, {}B/s\n",
                short(written as f64),
                short(speed)
            ),
        };
        text.push_str(&line);
    }
    call.stderr.extend_from_slice(text.as_bytes());
}

/// As busybox says sizes: `3.0M`, `700`.
fn short(mut number: f64) -> String {
    let mut unit = 0;
    while number >= 1_024.0 && unit < 4 {
        number /= 1_024.0;
        unit += 1;
    }
    match ["", "K", "M", "G", "T"][unit] {
        "" => format!("{number:.0}"),
        unit => format!("{number:.1}{unit}"),
    }
}

/// As GNU says sizes: `3.1 MB`, `105 MB`, `700 B`.
fn scaled(mut number: f64, base: f64, infix: &str) -> String {
    let mut unit = 0;
    while number >= base && unit < 4 {
        number /= base;
        unit += 1;
    }
    let name = match (unit, infix) {
        (0, _) => return format!("{number:.0} B"),
        // The thousand is written small, the 1024 is not.
        (1, "") => "k",
        (unit, _) => ["", "K", "M", "G", "T"][unit],
    };
    let digits = usize::from(number < 10.0);
    format!("{number:.digits$} {name}{infix}B")
}

/// Six digits that count, as `%g` has them.
fn significant(seconds: f64) -> String {
    let digits = (5 - seconds.log10().floor().clamp(-5.0, 5.0) as i32).unsigned_abs() as usize;
    let text = format!("{seconds:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said() {
        assert_eq!([700.0, 3.0 * 1_048_576.0].map(short), ["700", "3.0M"]);
        assert_eq!(scaled(104_857_600.0, 1_000.0, ""), "105 MB");
        assert_eq!(scaled(104_857_600.0, 1_024.0, "i"), "100 MiB");
        assert_eq!(scaled(1_048_576.0, 1_000.0, ""), "1.0 MB");
        assert_eq!([0.0003, 0.069_905_066_6].map(significant), ["0.0003", "0.0699051"]);
    }
}
