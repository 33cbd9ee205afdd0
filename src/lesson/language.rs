//! The languages of the course, and text that exists in one or both.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base::UserError;

/// A language that learners can choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Language {
    /// The text in this language.
    #[must_use]
    pub fn either<'a>(self, english: &'a str, korean: &'a str) -> &'a str {
        match self {
            Self::En => english,
            Self::Ko => korean,
        }
    }

    /// The error in this language, where it is known in it.
    #[must_use]
    pub fn error(self, error: UserError) -> UserError {
        match self {
            Self::En => error,
            Self::Ko => error.in_korean(),
        }
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Self::En),
            "ko" => Ok(Self::Ko),
            _ => Err(format!("{text:?} is none of the languages en, ko")),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::En => "en",
            Self::Ko => "ko",
        })
    }
}

/// A text of the course: always in English, perhaps in Korean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    en: String,
    ko: Option<String>,
}

impl Text {
    /// A text that is not translated yet.
    #[must_use]
    pub fn new(en: impl Into<String>) -> Self {
        Self { en: en.into(), ko: None }
    }

    /// The text in `language`, or in English where it is not translated.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match (language, &self.ko) {
            (Language::Ko, Some(ko)) => ko,
            _ => &self.en,
        }
    }

    /// Whether it exists in that language.
    #[must_use]
    pub fn is_in(&self, language: Language) -> bool {
        language == Language::En || self.ko.is_some()
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.en.is_empty()
    }

    /// Adds the Korean text.
    pub(super) fn translate(&mut self, ko: impl Into<String>) {
        self.ko = Some(ko.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_translation_falls_back_to_english() {
        let mut text = Text::new("pod");
        assert_eq!(text.get(Language::Ko), "pod");
        text.translate("파드");
        assert_eq!(text.get(Language::Ko), "파드");
        assert_eq!(text.get(Language::En), "pod");
    }

    #[test]
    fn languages_read_what_they_print() {
        for language in [Language::En, Language::Ko] {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
        assert!("de".parse::<Language>().is_err());
    }
}
