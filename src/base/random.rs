//! Seeded randomness: uids, name suffixes, choices. The only place that draws it.

use serde::{Deserialize, Serialize};

/// The characters of generated names, `k8s.io/apimachinery/pkg/util/rand`: no vowels,
/// nothing that looks like another character.
const NAME_ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

const HEX: &[u8; 16] = b"0123456789abcdef";

/// A seeded generator; equal seeds give equal sequences.
#[derive(Clone, Debug)]
pub struct Random(fastrand::Rng);

impl Random {
    /// A generator that starts from `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A seed from the operating system, for worlds nobody asked to repeat.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for entropy")]
    pub fn fresh_seed() -> u64 {
        fastrand::u64(..)
    }

    /// A whole number below `bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.0.u64(..bound) }
    }

    /// `length` characters as the API server appends them to a `generateName`.
    pub fn name_suffix(&mut self, length: usize) -> String {
        (0..length).map(|_| self.pick(NAME_ALPHABET)).collect()
    }

    /// `length` lower-case hexadecimal digits.
    pub fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| self.pick(HEX)).collect()
    }

    fn pick(&mut self, alphabet: &[u8]) -> char {
        char::from(alphabet[self.0.usize(..alphabet.len())])
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> String {
        let mut bytes = self.0.u128(..).to_be_bytes();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let mut text = String::with_capacity(36);
        for (place, byte) in bytes.into_iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.extend([byte >> 4, byte & 0x0f].map(|digit| char::from(HEX[usize::from(digit)])));
        }
        text
    }
}

impl Serialize for Random {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.get_seed().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Random {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::seeded(u64::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_sequences() {
        let (mut one, mut two) = (Random::seeded(7), Random::seeded(7));
        assert_eq!(one.uuid(), two.uuid());
        assert_eq!(one.name_suffix(5), two.name_suffix(5));
    }

    #[test]
    fn a_stored_generator_goes_on_where_it_stopped() {
        let mut one = Random::seeded(3);
        one.hex(9);
        let text = serde_json::to_string(&one).unwrap();
        let mut two: Random = serde_json::from_str(&text).unwrap();
        assert_eq!(one.uuid(), two.uuid());
    }

    #[test]
    fn uuids_carry_version_and_variant() {
        let uuid = Random::seeded(1).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!("89ab".contains(&uuid[19..20]));
    }
}
