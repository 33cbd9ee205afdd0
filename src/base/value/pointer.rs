//! Names as JSON pointers (RFC 6901) write them.

use std::borrow::Cow;

/// A name as a JSON pointer has it: `~1` for a slash, `~0` for `~`.
#[must_use]
pub fn escape_pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a JSON pointer means by one of its steps.
#[must_use]
pub fn unescape_pointer(step: &str) -> Cow<'_, str> {
    if step.bytes().any(|byte| byte == b'~') {
        step.replace("~1", "/").replace("~0", "~").into()
    } else {
        step.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_back() {
        for (name, step) in [("a", "a"), ("a/b~c", "a~1b~0c"), ("~1", "~01"), ("", "")] {
            assert_eq!((escape_pointer(name).as_str(), &*unescape_pointer(step)), (step, name));
        }
    }
}
