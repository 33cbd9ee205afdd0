//! Faults planted into the chapter that authors are given to begin with, and what is to be said about each.

mod found_by_comparing;
mod found_by_reading;
mod found_by_trying;

pub(super) use found_by_comparing::{COMPARED, COMPARED_KOREAN};
pub(super) use found_by_reading::{KOREAN, READ};
pub(super) use found_by_trying::{LINT, RUN};

/// A fault: what to replace, and what is to be said about it.
pub(super) struct Fault {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) rule: &'static str,
    /// Text on the line that is named.
    pub(super) line: &'static str,
    /// Part of the message or the hint.
    pub(super) says: &'static str,
}

/// Faults of one file that one tool finds.
pub(super) struct Planted {
    pub(super) tool: &'static str,
    pub(super) file: &'static str,
    pub(super) faults: &'static [Fault],
}

const fn fault(
    from: &'static str,
    to: &'static str,
    rule: &'static str,
    line: &'static str,
    says: &'static str,
) -> Fault {
    Fault { from, to, rule, line, says }
}
