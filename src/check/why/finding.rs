//! What keeps something from its desired state, as data: a sentence with its words, and the command that shows it.

use crate::apimachinery::Object;
use crate::lesson::Language;

use super::super::verdict::Reason;
use super::sentences;

/// A sentence in both languages; `{0}`, `{1}` … stand for its words.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::check) struct Sentence {
    pub en: &'static str,
    pub ko: &'static str,
}

/// A sentence that is added to another, with its words.
pub(super) type Aside = Option<(&'static Sentence, Vec<String>)>;

/// The first broken link, or what was done instead of what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::check) struct Finding {
    sentence: &'static Sentence,
    words: Vec<String>,
    aside: Aside,
    command: Option<String>,
    /// Whether waiting does not help.
    pub lasts: bool,
    /// Upstream's word for the state, like `ImagePullBackOff`; empty where it has none.
    pub word: String,
}

impl Finding {
    /// A finding that passes by itself.
    pub(super) fn new<const N: usize>(sentence: &'static Sentence, words: [&str; N]) -> Self {
        let words = words.into_iter().map(str::to_owned).collect();
        Self { sentence, words, aside: None, command: None, lasts: false, word: String::new() }
    }

    /// A finding that needs somebody to act.
    pub(super) fn lasting<const N: usize>(sentence: &'static Sentence, words: [&str; N]) -> Self {
        Self { lasts: true, ..Self::new(sentence, words) }
    }

    /// Whether it says that.
    pub(super) fn is(&self, sentence: &'static Sentence) -> bool {
        self.sentence == sentence
    }

    /// A sentence more.
    pub(super) fn aside(mut self, aside: Aside) -> Self {
        self.aside = aside;
        self
    }

    /// A sentence more, where there is none yet.
    pub(super) fn or_aside(mut self, aside: impl FnOnce() -> Aside) -> Self {
        self.aside = self.aside.or_else(aside);
        self
    }

    /// What another finding says is why: its sentence is added, and its command shows it.
    pub(super) fn because(mut self, why: Self) -> Self {
        self.aside = Some((why.sentence, why.words));
        self.command = why.command.or(self.command);
        self.lasts |= why.lasts;
        self
    }

    /// The command that would have shown it.
    pub(super) fn shown_by(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// Upstream's word for it.
    pub(super) fn called(mut self, word: &str) -> Self {
        word.clone_into(&mut self.word);
        self
    }

    /// Whether waiting does not help, under a condition.
    pub(super) fn lasts_if(mut self, lasts: bool) -> Self {
        self.lasts = lasts;
        self
    }

    /// In a learner's language.
    pub(in crate::check) fn reason(&self, language: Language) -> Reason {
        let mut text = self.sentence.fill(&self.words, language);
        // What somebody else wrote may stand at the end, and seldom ends a sentence.
        if text.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '"' | '\'' | '/' | ')')) {
            text.push('.');
        }
        if let Some((sentence, words)) = &self.aside {
            let more = sentence.fill(words, language);
            if !more.starts_with(' ') {
                text.push(' ');
            }
            text += &more;
        }
        let as_told =
            [&sentences::DIFFERS, &sentences::NOT_SET, &sentences::OTHER_TAG, &sentences::OTHER_IMAGE];
        let repeats = as_told.contains(&self.sentence);
        Reason { text, command: self.command.clone(), repeats }
    }
}

impl Sentence {
    /// The sentence with its words.
    fn fill(&self, words: &[String], language: Language) -> String {
        let template = match language {
            Language::En => self.en,
            Language::Ko => self.ko,
        };
        let mut text = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (index, after) = after.split_once('}').unwrap_or(("", after));
            let word = index.parse().ok().and_then(|index: usize| words.get(index));
            text.push_str(word.map_or("", String::as_str));
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

/// `pod/web-1`, with its namespace where that is not the lesson's.
pub(super) fn name_of(object: &Object) -> String {
    format!("{}/{}", singular(object), object.name())
}

/// `kubectl describe pod web-1`.
pub(super) fn describe(object: &Object, lesson: &str) -> String {
    format!("kubectl describe {} {}{}", singular(object), object.name(), flag(object.namespace(), lesson))
}

/// `kubectl get pod web-1 -o yaml`.
pub(super) fn get_yaml(object: &Object, lesson: &str) -> String {
    format!("kubectl get {} {} -o yaml{}", singular(object), object.name(), flag(object.namespace(), lesson))
}

/// ` -n NAMESPACE`, where it is not the lesson's.
pub(super) fn flag(namespace: &str, lesson: &str) -> String {
    if namespace.is_empty() || namespace == lesson { String::new() } else { format!(" -n {namespace}") }
}

/// The singular that kubectl takes.
pub(super) fn singular(object: &Object) -> String {
    object.kind().to_lowercase()
}
