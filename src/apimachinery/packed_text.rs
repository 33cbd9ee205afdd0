//! Texts of objects, packed: against another object of their kind they take a small part of their room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use lz4_flex::block::{compress_prepend_size_with_dict, decompress_size_prepended_with_dict};

/// Bytes of a text that others are packed against: more makes packing slower than it is worth.
const SAMPLE_MAX: usize = 8 << 10;
/// How many texts are kept to pack others against, of all kinds together.
const SAMPLES_MAX: usize = 256;
/// How many of one kind.
const SAMPLES_OF_KIND_MAX: usize = 8;
/// A text that takes more than this part of its room is unlike the sample, and the next one.
const ROOM: usize = 4;

/// A text, packed.
#[derive(Clone, Debug)]
pub struct PackedText {
    bytes: Arc<[u8]>,
    sample: &'static [u8],
}

/// What texts are packed against; they stay for good, as what was packed needs them to be read.
#[derive(Debug, Default)]
struct Samples {
    newest: BTreeMap<String, (&'static [u8], usize)>,
    count: usize,
}

static SAMPLES: Mutex<Samples> = Mutex::new(Samples { newest: BTreeMap::new(), count: 0 });

impl PackedText {
    /// Packs the text of an object of a kind.
    #[must_use]
    pub fn new(kind: &str, text: &str) -> Self {
        let sample = Samples::newest(kind);
        let bytes = compress_prepend_size_with_dict(text.as_bytes(), sample);
        if bytes.len() * ROOM > text.len() {
            Samples::add(kind, text.as_bytes());
        }
        Self { bytes: bytes.into(), sample }
    }

    /// The text.
    #[must_use]
    pub fn unpacked(&self) -> Option<Vec<u8>> {
        decompress_size_prepended_with_dict(&self.bytes, self.sample).ok()
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }
}

impl Samples {
    fn newest(kind: &str) -> &'static [u8] {
        let samples = SAMPLES.lock().unwrap_or_else(PoisonError::into_inner);
        samples.newest.get(kind).map_or(&[], |(sample, _)| sample)
    }

    fn add(kind: &str, text: &[u8]) {
        let mut samples = SAMPLES.lock().unwrap_or_else(PoisonError::into_inner);
        let count = samples.newest.get(kind).map_or(0, |(_, count)| *count);
        if count < SAMPLES_OF_KIND_MAX && samples.count < SAMPLES_MAX {
            let sample: Box<[u8]> = text[..text.len().min(SAMPLE_MAX)].into();
            samples.newest.insert(kind.to_owned(), (Box::leak(sample), count + 1));
            samples.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_alike_take_little_room_and_come_back_whole() {
        let text = |number: usize| {
            let fields: Vec<String> =
                (0..100).map(|field| format!("\"field{field}\":\"{}\"", field * 7)).collect();
            format!("{{\"name\":\"object-{number}\",{}}}", fields.join(","))
        };
        let packed: Vec<PackedText> = (0..40).map(|number| PackedText::new("Alike", &text(number))).collect();
        assert!(packed[39].bytes() * 10 < text(39).len(), "{}", packed[39].bytes());
        for (number, packed) in packed.iter().enumerate() {
            assert_eq!(packed.unpacked(), Some(text(number).into_bytes()));
        }
    }

    #[test]
    fn texts_without_a_like_come_back_whole_too() {
        let mut state = 1_u64;
        let mut text = |length: usize| -> String {
            std::iter::repeat_with(|| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                char::from(b' ' + u8::try_from((state >> 57) % 90).unwrap())
            })
            .take(length)
            .collect()
        };
        for length in [0, 1, 3, 100, 10_000, 100_000, 5, 2_000, 70_000, 20_000, 9_000, 30] {
            let text = text(length);
            assert_eq!(PackedText::new("Noise", &text).unpacked(), Some(text.into_bytes()));
        }
    }
}
