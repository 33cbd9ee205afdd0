//! gzip, gunzip and zcat.

use std::io::{ErrorKind, Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::options::{Options, Taken, or_end};
use super::{Call, Outcome};

/// Bytes that one archive may unfold to.
const UNPACKED_MAX: u64 = 64 << 20;

/// The bytes, compressed.
pub(super) fn compressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// What was compressed.
///
/// # Errors
/// What is wrong with it; of kind `Other` when it is too long for here.
pub(super) fn unpacked(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    unpacked_within(bytes, UNPACKED_MAX)
}

fn unpacked_within(bytes: &[u8], most: u64) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(bytes).take(most + 1).read_to_end(&mut plain)?;
    // Half of it would look like the whole.
    if plain.len() as u64 > most {
        return Err(std::io::Error::other("not simulated: archives of more than 64 MiB"));
    }
    Ok(plain)
}

/// gzip, gunzip and zcat.
pub(super) fn gzip(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "cdfktnqv123456789",
        refused: "lrS",
        long: &[
            ("decompress", 'd'),
            ("stdout", 'c'),
            ("force", 'f'),
            ("keep", 'k'),
            ("test", 't'),
            ("best", '9'),
            ("fast", '1'),
        ],
    };
    let options = or_end!(call.options(&taken));
    let cat = call.name() == "zcat";
    let unpacks = cat || call.name() == "gunzip" || options.has('d') || options.has('t');
    let to_output = cat || options.has('c');
    if options.operands.is_empty() || options.operands == ["-"] {
        let Some(bytes) = call.all_input() else { return Outcome::NeedsInput };
        let done = convert(call, &bytes, unpacks);
        return match done {
            Ok(_) if options.has('t') => Outcome::Ended(0),
            Ok(bytes) => {
                call.stdout.extend(bytes);
                Outcome::Ended(0)
            }
            Err(why) => {
                call.complain(&why);
                Outcome::Ended(1)
            }
        };
    }
    let mut status = 0;
    for name in &options.operands {
        if let Err(why) = one(call, name, unpacks, to_output, &options) {
            call.complain(&why);
            status = 1;
        }
    }
    Outcome::Ended(status)
}

fn convert(call: &Call<'_>, bytes: &[u8], unpacks: bool) -> Result<Vec<u8>, String> {
    let bad = if call.is_gnu() { "stdin: not in gzip format" } else { "invalid magic" };
    match unpacks {
        true if !bytes.starts_with(&[0x1f, 0x8b]) => Err(bad.to_owned()),
        true => unpacked(bytes).map_err(|why| match why.kind() {
            ErrorKind::Other => why.to_string(),
            _ => "corrupted data".to_owned(),
        }),
        false => compressed(bytes).map_err(|why| why.to_string()),
    }
}

fn one(
    call: &mut Call<'_>,
    name: &str,
    unpacks: bool,
    to_output: bool,
    options: &Options,
) -> Result<(), String> {
    let path = call.path(name);
    let gnu = call.is_gnu();
    if !call.system.files().exists(&path) {
        return Err(format!("{name}: No such file or directory"));
    }
    let named = name.ends_with(".gz") || name.ends_with(".tgz");
    if call.system.files().is_directory(&path) && (gnu || !unpacks || named || to_output) {
        return Err(match gnu {
            true => format!("{name} is a directory -- ignored"),
            false => format!("can't remove file '{name}': Is a directory"),
        });
    }
    let plain = name.strip_suffix(".gz").map(str::to_owned);
    let plain = plain.or_else(|| name.strip_suffix(".tgz").map(|stem| format!("{stem}.tar")));
    let target = match (unpacks, plain) {
        (true, Some(plain)) => plain,
        (true, None) if to_output || options.has('t') => String::new(),
        (true, None) if gnu => return Err(format!("{name}: unknown suffix -- ignored")),
        (true, None) => return Err(format!("{name}: unknown suffix - ignored")),
        (false, _) => format!("{name}.gz"),
    };
    let target_path = call.path(&target);
    let writes = !to_output && !options.has('t');
    if writes && call.system.files().exists(&target_path) && !options.has('f') {
        return Err(match gnu {
            true => format!("{target} already exists;\tnot overwritten"),
            false => format!("can't open '{target}': File exists"),
        });
    }
    let bytes = call.system.files().read(&path).map_err(|why| format!("can't open '{name}': {why}"))?;
    let bytes = convert(call, &bytes, unpacks)?;
    if options.has('t') {
        return Ok(());
    }
    if to_output {
        call.stdout.extend(bytes);
        return Ok(());
    }
    let mut files = call.system.files();
    files.write(&target_path, bytes).map_err(|why| format!("can't open '{target}': {why}"))?;
    if !options.has('k') {
        files.remove(&path).map_err(|why| format!("can't remove file '{name}': {why}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_no_archive_cut_off() {
        let packed = compressed(b"hello").unwrap();
        assert_eq!(unpacked_within(&packed, 5).unwrap(), b"hello");
        assert_eq!(unpacked_within(&packed, 4).unwrap_err().kind(), ErrorKind::Other);
        assert_ne!(unpacked(&packed[..12]).unwrap_err().kind(), ErrorKind::Other);
    }
}
