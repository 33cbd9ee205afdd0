//! Writing DER: the few forms that a certificate is made of.

use crate::base::Timestamp;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
const BOOLEAN: u8 = 0x01;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The first year that UTCTime cannot write.
const LAST_SHORT_YEAR: i16 = 2049;

/// A tag, a length, a content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len();
    if length < 0x80 {
        bytes.push(u8::try_from(length).unwrap_or_default());
    } else {
        let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
        bytes.extend(digits);
    }
    bytes.extend_from_slice(content);
    bytes
}

/// Elements, one after the other.
pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// An object identifier from its encoded arcs.
pub(super) fn oid(arcs: &[u8]) -> Vec<u8> {
    element(OBJECT_IDENTIFIER, arcs)
}

/// Bytes as a bit string without unused bits.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

/// A moment, as certificates write it.
pub(super) fn time(moment: Timestamp) -> Vec<u8> {
    let zoned = moment.to_zoned(jiff::tz::TimeZone::UTC);
    let (tag, format) = if zoned.year() <= LAST_SHORT_YEAR {
        (UTC_TIME, "%y%m%d%H%M%SZ")
    } else {
        (GENERALIZED_TIME, "%Y%m%d%H%M%SZ")
    };
    element(tag, zoned.strftime(format).to_string().as_bytes())
}

/// An extension of a certificate.
pub(super) fn extension(arcs: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![oid(arcs)];
    if critical {
        parts.push(element(BOOLEAN, &[0xff]));
    }
    parts.push(element(OCTET_STRING, value));
    sequence(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_moments_are_written_as_short_as_they_can_be() {
        assert_eq!(element(OCTET_STRING, &[7; 3]), [4, 3, 7, 7, 7]);
        assert_eq!(element(OCTET_STRING, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(element(OCTET_STRING, &[0; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(time("2026-01-02T03:04:05Z".parse().unwrap()), *b"\x17\x0d260102030405Z");
        assert_eq!(time("2050-01-02T03:04:05Z".parse().unwrap()), *b"\x18\x0f20500102030405Z");
    }
}
