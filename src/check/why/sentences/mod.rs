//! The sentences of all findings, in both languages.

/// Sentences by name, English and Korean, and a list of them all.
macro_rules! sentences {
    ($($name:ident: $en:literal, $ko:literal;)*) => {
        $(
            pub(in crate::check::why) static $name: crate::check::why::finding::Sentence =
                crate::check::why::finding::Sentence { en: $en, ko: $ko };
        )*

        #[cfg(test)]
        pub(super) static ALL: &[(&str, &crate::check::why::finding::Sentence)] =
            &[$((stringify!($name), &$name)),*];
    };
}

mod learner;
mod pods;
mod reach;
mod usage;
mod workloads;

pub(super) use learner::*;
pub(super) use pods::*;
pub(super) use reach::*;
pub(super) use usage::*;
pub(super) use workloads::*;

#[cfg(test)]
mod tests {
    /// The numbers of the words that a sentence holds.
    fn words(sentence: &str) -> Vec<&str> {
        let mut words: Vec<&str> = sentence
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(word, _)| word))
            .collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    #[test]
    fn every_sentence_says_the_same_in_both_languages() {
        let all = [
            super::learner::ALL,
            super::pods::ALL,
            super::reach::ALL,
            super::usage::ALL,
            super::workloads::ALL,
        ];
        for (name, sentence) in all.into_iter().flatten() {
            assert_eq!(words(sentence.en), words(sentence.ko), "{name}");
            assert!(sentence.ko.chars().any(|letter| ('가'..='힣').contains(&letter)), "{name}");
            assert!(!sentence.en.chars().any(|letter| ('가'..='힣').contains(&letter)), "{name}");
        }
    }
}
