//! The rules that the author's tools hold a course to: their ids, how bad it is to break them, what they ask.

use super::diagnostic::Severity;

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LessonRule {
    /// Its id, as it stands in a report and in `yaml allow`.
    pub id: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// What it asks for, one sentence.
    pub about: &'static str,
}

const fn error(id: &'static str, about: &'static str) -> LessonRule {
    LessonRule { id, severity: Severity::Error, about }
}

const fn warning(id: &'static str, about: &'static str) -> LessonRule {
    LessonRule { id, severity: Severity::Warning, about }
}

/// Every rule, in the order in which an author meets them.
pub static RULES: &[LessonRule] = &[
    // How a chapter is written.
    error("unreadable", "Folders and files can be read, are UTF-8 and at most 1 MiB."),
    error("chapter-folder", "A chapter is a folder NN-name with en.md; numbers and names occur once."),
    error("format", "Blocks are YAML of the documented form."),
    error("title", "A chapter has one `# title`, and every step a title."),
    error("no-steps", "A chapter has steps, `## Title {#id}`."),
    error("step-id", "Every step has an id `{#id}` of its own, of small letters, digits and hyphens."),
    error("unknown-block", "Info strings of blocks are the documented ones."),
    error("misplaced-block", "Special blocks stand below a step's heading, outside of lists and quotes."),
    error("unclosed-block", "Every block is closed."),
    error("unknown-key", "Keys are the documented ones."),
    error("duplicate-key", "A key stands once in its map."),
    error("unknown-kind", "Kinds are those of Kubernetes 1.36."),
    error("unknown-test", "Tests in a match are the documented ones."),
    error("no-check", "Every step has a check."),
    error("no-solution", "Every step has a solution."),
    warning("solution-twice", "Solutions of a step are different ways."),
    error("unknown-question", "A check asks for answers to questions of its step."),
    error("no-right-answer", "Every question has a right answer."),
    warning(
        "question",
        "Questions are asked for by a check, have feedback and an explanation; their choices and ids differ.",
    ),
    warning("front-matter", "The front matter has `summary` and `minutes`."),
    // Words.
    error("translation-missing", "Every text of en.md has its translation in ko.md."),
    error(
        "translation-mismatch",
        "ko.md holds the same steps, blocks, commands, numbers, names and links as en.md, in the same order.",
    ),
    warning("untranslated", "A text is in the language of its file."),
    error("dead-link", "Links lead to files and steps that exist."),
    error("unknown-place", "`goto` in a text names a chapter or step that exists."),
    warning("reading-time", "`minutes` fits the words to read and the steps to take."),
    warning("long-prose", "A step has at most ten lines of prose."),
    warning("hint-count", "A step has three hints: the idea, the verb, the command with a blank."),
    warning("hint-blank", "The last hint has a blank: at least one `_`."),
    error(
        "hint-gives-away",
        "Hints 1 and 2 do not hold the solution or the answer, and hint 3 leaves a blank.",
    ),
    // Checks.
    error("unknown-field", "Fields in a match exist in the kind."),
    error("wrong-type", "Values in a match have the field's type."),
    error("unknown-value", "Values in a match or a rule are among those that the field can have."),
    error("cannot-fail", "A check can fail."),
    error("cannot-hold", "A check or a mistake can come true."),
    warning("either-pointless", "Each alternative of `either` accepts something that the others do not."),
    error("unknown-snap", "`snap.NAME` is the whole argument of a test, and remembered by the step."),
    warning("snap-unused", "A check or a mistake asks for what a step remembers."),
    error("rule-error", "CEL expressions are well-formed and of the right type."),
    warning("rule-unclear", "A rule reads what is there at the start, or asks with `has()` whether it is."),
    warning(
        "holds-at-start",
        "A check does not hold before anything was done, on an empty cluster and at the start.",
    ),
    warning(
        "sentence",
        "Every check and every mistake says something, and no two checks of a step the same.",
    ),
    warning("told-otherwise", "Prose and sentences tell the numbers and the names that the checks ask for."),
    warning(
        "phase-running",
        "A check that asks for Pods that run asks that they are ready: a phase does not tell.",
    ),
    warning("snap-nothing", "What a step remembers is there when it begins."),
    error("command-unknown", "A command that a check asks for or a text names is one of kubectl."),
    // Manifests and commands.
    error("file-name", "Files of a step have names of their own, without a way to another folder."),
    error("start-refused", "The API server takes every object of a start state."),
    warning("file-refused", "The API server takes the manifests that a step hands out."),
    error("solution-syntax", "Solutions are command lines."),
    // What only a cluster can tell.
    error("start-passes", "A step is not passed at its start."),
    error("start-verdict", "A step is `not yet` at its start: neither broken, a mistake nor on its way."),
    error("start-fails", "The start state of a step can be made."),
    error("solution-fails", "Every solution passes its step."),
    warning("command-fails", "The commands of a solution end without an error."),
    error(
        "answer-rejected",
        "The right answer to a question exists and is accepted in both languages, a wrong choice is not.",
    ),
    error("mistake-unheard", "The commands that make a mistake are answered with its own words."),
    error("mistake-matches", "A mistake holds neither at the start nor when the step is solved."),
    warning("mistake-unproved", "A mistake has commands `try:` that lead to it."),
    error(
        "mutant-passes",
        "A solution with another image, name, namespace, port, replicas, label or selector is not passed.",
    ),
    warning("check-never-fails", "A check fails in at least one of the states that the proof goes through."),
    error(
        "arrival-fails",
        "A learner who arrives from the step before finds the step open and its solution working.",
    ),
    error(
        "arrival-differs",
        "Arriving by solving the step before leads to the same objects and files as entering by `goto`.",
    ),
    error("leftover", "`reset` leaves nothing behind."),
    error("allow", "An allowance names a rule or a mutant that exists."),
    warning("allow-unused", "What is allowed occurs."),
];

/// How bad it is to break a rule; one that is not in the table counts as an error.
pub(super) fn severity_of(id: &str) -> Severity {
    RULES.iter().find(|rule| rule.id == id).map_or(Severity::Error, |rule| rule.severity)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_occur_once_and_read_as_words() {
        let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
        assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        let guide = include_str!("../../lessons/AUTHORS.md");
        for rule in RULES {
            let row = format!("| `{}` | {} | {} |", rule.id, rule.severity.word(), rule.about);
            assert!(guide.contains(&row), "lessons/AUTHORS.md lacks: {row}");
        }
        assert_eq!(severity_of("hint-blank"), Severity::Warning);
    }
}
