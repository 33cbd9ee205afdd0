//! Header blocks of SPDY/3: names and values, compressed with a dictionary that both sides know.

use std::sync::OnceLock;

use flate2::{Decompress, FlushDecompress};

/// Bytes that a header block may have once it is unpacked.
const BLOCK_BYTES_MAX: usize = 64 * 1024;
/// `CMF`, `FLG` (a dictionary is used) and the dictionary's checksum: how each direction begins.
const ZLIB_HEADER: [u8; 6] = [0x78, 0xf9, 0xe3, 0xc6, 0xa7, 0xc2];
/// An empty stored block: what comes before it is complete.
const SYNC: [u8; 5] = [0, 0, 0, 0xff, 0xff];

/// Words of the dictionary (SPDY/3 §2.6.10.1), each written with its length.
const WORDS: &str = "options head post put delete trace accept accept-charset accept-encoding accept-language \
accept-ranges age allow authorization cache-control connection content-base content-encoding content-language \
content-length content-location content-md5 content-range content-type date etag expect expires from host if-match \
if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma \
proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade \
user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie \
keep-alive origin";
/// What follows the words.
const TAIL: &str = "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505\
203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden\
404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable\
Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT\
chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,\
publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

fn dictionary() -> &'static [u8] {
    static DICTIONARY: OnceLock<Vec<u8>> = OnceLock::new();
    DICTIONARY.get_or_init(|| {
        let mut bytes = Vec::new();
        for word in WORDS.split_whitespace() {
            let word = word.replace('_', " ");
            bytes.extend(u32::try_from(word.len()).unwrap_or_default().to_be_bytes());
            bytes.extend(word.bytes());
        }
        bytes.extend(TAIL.bytes());
        bytes
    })
}

/// A stored (not compressed) block of deflate.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut block = vec![0];
    block.extend(length.to_le_bytes());
    block.extend((!length).to_le_bytes());
    block.extend(&bytes[..usize::from(length)]);
    block
}

/// Unpacks the header blocks of one direction; each builds on those before it.
pub(super) struct HeaderReader {
    inflate: Decompress,
    begun: bool,
}

impl HeaderReader {
    pub(super) fn new() -> Self {
        let mut inflate = Decompress::new(false);
        // A window that begins with the dictionary: as if it had been sent.
        let mut unpacked = Vec::with_capacity(dictionary().len() + 1);
        let _ = inflate.decompress_vec(&stored(dictionary()), &mut unpacked, FlushDecompress::Sync);
        Self { inflate, begun: false }
    }

    /// Names and values of a block; `None` when it is malformed.
    pub(super) fn read(&mut self, mut packed: &[u8]) -> Option<Vec<(String, String)>> {
        if !self.begun {
            packed = packed.strip_prefix(&ZLIB_HEADER)?;
            self.begun = true;
        }
        let mut unpacked = Vec::with_capacity(BLOCK_BYTES_MAX);
        self.inflate.decompress_vec(packed, &mut unpacked, FlushDecompress::Sync).ok()?;
        let mut rest = unpacked.as_slice();
        let count = number(&mut rest)?;
        let mut headers = Vec::new();
        for _ in 0..count {
            headers.push((text(&mut rest)?, text(&mut rest)?));
        }
        Some(headers)
    }
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    let (bytes, tail) = rest.split_first_chunk::<4>()?;
    *rest = tail;
    usize::try_from(u32::from_be_bytes(*bytes)).ok()
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let length = number(rest)?;
    let (bytes, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    String::from_utf8(bytes.to_vec()).ok()
}

/// Packs the header blocks of one direction (without compressing: the answers are short).
#[derive(Default)]
pub(super) struct HeaderWriter {
    begun: bool,
}

impl HeaderWriter {
    pub(super) fn write(&mut self, headers: &[(&str, &str)]) -> Vec<u8> {
        let mut plain = u32::try_from(headers.len()).unwrap_or_default().to_be_bytes().to_vec();
        for text in headers.iter().flat_map(|(name, value)| [name, value]) {
            plain.extend(u32::try_from(text.len()).unwrap_or_default().to_be_bytes());
            plain.extend(text.bytes());
        }
        let mut packed = if self.begun { Vec::new() } else { ZLIB_HEADER.to_vec() };
        self.begun = true;
        packed.extend(stored(&plain));
        packed.extend(SYNC);
        packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_the_one_that_both_sides_know() {
        let (mut a, mut b) = (1_u32, 0_u32);
        for byte in dictionary() {
            a = (a + u32::from(*byte)) % 65_521;
            b = (b + a) % 65_521;
        }
        assert_eq!(((b << 16) | a).to_be_bytes(), ZLIB_HEADER[2..]);
    }

    #[test]
    fn blocks_are_read_back_one_after_the_other() {
        let (mut writer, mut reader) = (HeaderWriter::default(), HeaderReader::new());
        for headers in [vec![("streamtype", "error"), ("port", "80")], vec![], vec![("requestid", "0")]] {
            let packed = writer.write(&headers);
            let read = reader.read(&packed).unwrap();
            let read: Vec<(&str, &str)> =
                read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(read, headers);
        }
        assert!(reader.read(&[0xff; 9]).is_none());
    }
}
