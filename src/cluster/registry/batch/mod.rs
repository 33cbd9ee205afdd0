//! Rules of the kinds of the batch group.

mod job;

pub(super) use job::JobStrategy;
