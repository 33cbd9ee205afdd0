//! The sample app under a name of the learner's own registry: asked for once, remembered, used by the lessons.

use crate::base::{Output, UserError};
use crate::environment::Target;
use crate::lesson::{Language, SAMPLE_IMAGE};
use crate::progress::{Event, Journal};

use super::args::EnvironmentKind;
use super::own_minikube::ask_text;
use super::wiring::Wiring;

impl Wiring<'_> {
    /// The image that the lessons of this session run, where it is not their own.
    ///
    /// # Errors
    /// When what was named is no image without a tag, or the cluster is the embedded one.
    pub(super) fn sample_image(&self) -> Result<Option<String>, UserError> {
        if let Some(named) = &self.named_image {
            if self.learn.environment == EnvironmentKind::Embedded {
                return Err(UserError::new("the embedded cluster pulls from no registry")
                    .hint("it has the sample app; --sample-image is for minikube and real clusters"));
            }
            check(named, self.language)?;
            return Ok(Some(named.clone()));
        }
        Ok(self.remembered_image().filter(|_| self.learn.environment != EnvironmentKind::Embedded))
    }

    /// The image chosen last on this kind of cluster.
    fn remembered_image(&self) -> Option<String> {
        self.entries.iter().rev().find_map(|entry| match &entry.event {
            Event::SampleImageChosen { image } => Some(image.clone()),
            _ => None,
        })
    }

    /// Keeps what was named on the command line; else asks, once, under which name this cluster has the sample app.
    ///
    /// # Errors
    /// When nobody can be asked, or the journal cannot be written.
    pub(super) fn choose_image(
        &self,
        target: &Target,
        out: &mut Output,
        journal: &mut Journal,
    ) -> Result<Option<String>, UserError> {
        let known = self.remembered_image();
        if let Some(named) = self.sample_image()? {
            if known.as_ref() != Some(&named) {
                journal.append(&Event::SampleImageChosen { image: named.clone() })?;
            }
            return Ok(Some(named));
        }
        if known.is_some() || !self.interactive {
            return Ok(known);
        }
        let question = match self.language {
            Language::En => format!(
                "The lessons run the image {SAMPLE_IMAGE} (tags 1, 2 and latest). If {} cannot pull that, type the name \
                 under which your own registry has it, without a tag; Enter keeps it:",
                target.context
            ),
            Language::Ko => format!(
                "수업은 {SAMPLE_IMAGE} 이미지(태그 1, 2, latest)를 실행합니다. {}에서 내려받을 수 없다면 직접 올린 레지스트리의 \
                 이미지 이름을 태그 없이 입력하세요. 그대로 쓰려면 Enter를 누르세요:",
                target.context
            ),
        };
        loop {
            let typed = ask_text(out, self.theme, &question)?;
            let typed = typed.trim_matches(|letter: char| letter.is_whitespace() || letter.is_control());
            let image = if typed.is_empty() { SAMPLE_IMAGE } else { typed };
            match check(image, self.language) {
                Ok(()) => {
                    journal.append(&Event::SampleImageChosen { image: image.to_owned() })?;
                    return Ok(Some(image.to_owned()));
                }
                Err(error) => self.say(out, &error.message)?,
            }
        }
    }
}

/// Whether a name is an image's, without tag and digest.
fn check(image: &str, language: Language) -> Result<(), UserError> {
    let (registry, rest) = image.split_once('/').unwrap_or(("", image));
    let part = |text: &str, more: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || more.contains(letter))
    };
    // A port may stand in the registry, and nowhere else.
    if (registry.is_empty() || part(registry, ".-_:")) && part(rest, "./-_") {
        return Ok(());
    }
    let wrong =
        language.either("is no name of an image without a tag", "은(는) 태그 없는 이미지 이름이 아닙니다");
    let gap = if language == Language::En { " " } else { "" };
    Err(UserError::new(format!("{image:?}{gap}{wrong}")).hint(language.either(
        "such as registry.example.com:5000/me/kub-first-app",
        "예: registry.example.com:5000/me/kub-first-app",
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_neither_tag_nor_digest() {
        for good in
            [SAMPLE_IMAGE, "kub-first-app", "registry.example.com:5000/me/kub-first-app", "ghcr.io/a/b/c"]
        {
            assert!(check(good, Language::En).is_ok(), "{good}");
        }
        for wrong in ["", "kub-first-app:2", "me/App", "me/app:2", "me/app@sha256:0", "a b", "me/"] {
            assert!(check(wrong, Language::Ko).is_err(), "{wrong}");
        }
    }
}
