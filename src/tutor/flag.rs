//! A bundle for the author of a lesson: which step, how it was judged, what changed, the last commands. No secrets.

use std::sync::LazyLock;

use regex::Regex;
use sha2::{Digest, Sha256};

use crate::lesson::Step;
use crate::progress::Place;

use super::look::{Fate, ObjectDifference};

/// Hexadecimal digits of a digest that tell two versions of a step apart.
const DIGEST_LENGTH: usize = 16;

/// What goes into a bundle.
#[derive(Debug)]
pub(super) struct Flag<'a> {
    pub place: &'a Place,
    pub step: &'a Step,
    pub language: String,
    /// `embedded` or `real cluster`.
    pub environment: &'a str,
    /// What the learner says.
    pub text: &'a str,
    /// The last feedback, line by line.
    pub verdict: Vec<String>,
    pub differences: Vec<ObjectDifference>,
    pub commands: Vec<(String, i32)>,
}

/// What a learner may have typed as a secret: the name before it stays.
static SECRETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r#"(--from-literal[= ]['"]?[^=\s]+=)\S+"#,
        r"(--(?:token|password|docker-password|client-key-data)[= ])\S+",
        r#"(?i)([\w.-]*(?:pass|pwd|secret|token|api_?key|credential)[\w.-]*['"]?\s*[:=]\s*)[^\s,}]+"#,
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// A text without what looks like a secret.
fn without_secrets(text: &str) -> String {
    SECRETS.iter().fold(text.to_owned(), |text, secret| secret.replace_all(&text, "${1}***").into_owned())
}

/// A digest of everything that a step says and asks for.
pub(super) fn digest(step: &Step) -> String {
    let bytes = Sha256::digest(format!("{step:?}").as_bytes());
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    hex[..DIGEST_LENGTH].to_owned()
}

/// The bundle, Markdown.
pub(super) fn bundle(flag: &Flag<'_>) -> String {
    let mut text = format!("# {}\n\n", flag.place);
    if !flag.text.is_empty() {
        text.push_str(&format!("{}\n\n", without_secrets(flag.text)));
    }
    for (name, value) in [
        ("step", format!("{} ({})", flag.place, flag.step.title.get(crate::lesson::Language::En))),
        ("digest", digest(flag.step)),
        ("language", flag.language.clone()),
        ("environment", flag.environment.to_owned()),
        ("podlings", env!("CARGO_PKG_VERSION").to_owned()),
    ] {
        text.push_str(&format!("- {name}: {value}\n"));
    }
    text.push_str("\n## Verdict\n\n");
    text.push_str(&block(&flag.verdict));
    text.push_str("\n## Changed since the step began\n\n");
    text.push_str(&block(&changes(&flag.differences)));
    text.push_str("\n## Last commands, with their exit codes\n\n");
    let commands = flag.commands.iter().map(|(line, code)| format!("[{code}] {}", without_secrets(line)));
    text.push_str(&block(&commands.collect::<Vec<_>>()));
    text
}

fn block(lines: &[String]) -> String {
    // Four spaces: nothing that a learner typed can end it.
    if lines.is_empty() {
        return "(nothing)\n".to_owned();
    }
    lines.iter().flat_map(|line| line.lines()).map(|line| format!("    {line}\n")).collect()
}

fn changes(differences: &[ObjectDifference]) -> Vec<String> {
    let mut lines = Vec::new();
    for found in differences {
        match &found.fate {
            Fate::Made => lines.push(format!("+ {}", found.object)),
            Fate::Removed => lines.push(format!("- {}", found.object)),
            Fate::Changed { fields, more } => {
                lines.push(format!("~ {}", found.object));
                for field in fields {
                    let is_secret = |path: &str| without_secrets(&format!("{path}=x")).ends_with("***");
                    // The last two names of a path: an item of env, and its value.
                    let hides = field.path.split(['.', '[', ']']).rev().take(3).any(is_secret);
                    let shown = |value: &str| match value {
                        "" => "–".to_owned(),
                        _ if hides => "***".to_owned(),
                        value => without_secrets(value),
                    };
                    lines.push(format!(
                        "    {}: {} -> {}",
                        field.path,
                        shown(&field.before),
                        shown(&field.after)
                    ));
                }
                if *more > 0 {
                    lines.push(format!("    … {more}"));
                }
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tutor::look::FieldDifference;

    #[test]
    fn secrets_stay_where_they_are() {
        for (line, expected) in [
            (
                "kubectl create secret generic db --from-literal=PASSWORD=hunter2 --from-literal=USER=me",
                "kubectl create secret generic db --from-literal=PASSWORD=*** --from-literal=USER=***",
            ),
            ("kubectl --token abc get pods", "kubectl --token *** get pods"),
            ("DB_PASSWORD=hunter2 ./run", "DB_PASSWORD=*** ./run"),
            ("  password: hunter2", "  password: ***"),
            ("kubectl get secret db -o yaml", "kubectl get secret db -o yaml"),
            ("kubectl scale deployment/web --replicas=3", "kubectl scale deployment/web --replicas=3"),
        ] {
            assert_eq!(without_secrets(line), expected);
        }
        let field = |path: &str| FieldDifference {
            path: path.into(),
            before: String::new(),
            after: "hunter2".into(),
        };
        let fields = vec![field("spec.containers[a].env[DB_PASSWORD].value"), field("spec.nodeName")];
        let found = ObjectDifference { object: "Pod a".into(), fate: Fate::Changed { fields, more: 0 } };
        assert_eq!(
            changes(&[found]),
            [
                "~ Pod a",
                "    spec.containers[a].env[DB_PASSWORD].value: – -> ***",
                "    spec.nodeName: – -> hunter2"
            ]
        );
    }

    #[test]
    fn a_digest_tells_versions_of_a_step_apart() {
        let one = Step { id: "run".into(), ..Step::default() };
        let two = Step { solutions: vec![vec!["kubectl run a --image=b".into()]], ..one.clone() };
        assert_eq!(digest(&one), digest(&one.clone()));
        assert_ne!(digest(&one), digest(&two));
    }
}
