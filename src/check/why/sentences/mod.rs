//! The sentences of all findings, in both languages.

mod learner;
mod pods;
mod reach;
mod workloads;

pub(super) use learner::*;
pub(super) use pods::*;
pub(super) use reach::*;
pub(super) use workloads::*;

use super::finding::Sentence;

const fn sentence(en: &'static str, ko: &'static str) -> Sentence {
    Sentence { en, ko }
}
