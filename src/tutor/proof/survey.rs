//! What a cluster says about a course before anybody solves it: refused manifests, checks that hold from the start.

use crate::base::{Position, UserError, Value, parse_yaml};
use crate::check::Verdict;
use crate::environment::{Environment, problem_of_line};
use crate::lesson::{Course, Diagnostic, Form, Language, Step};

use super::desk::{Desk, Kept};
use super::findings::Findings;

/// Looks at the chosen steps, chapter and step counted from 0; `known` is what reading the files brought to light.
///
/// # Errors
/// When the cluster cannot be reached any more.
pub async fn survey(
    course: &Course,
    chosen: &[(usize, usize)],
    known: &[Diagnostic],
    environment: Environment,
) -> Result<Vec<Diagnostic>, UserError> {
    let mut desk = Desk::new(environment);
    let mut found = Vec::new();
    let nothing = Step::default();
    desk.enter(&nothing, true).await?;
    let empty = desk.keep(&nothing);
    for (chapter, step) in chosen {
        let Some(step) = course.chapters.get(*chapter).and_then(|chapter| chapter.steps.get(*step)) else {
            continue;
        };
        let mut findings = Findings::new(step);
        command_lines(step, &mut findings);
        asked_commands(step, &mut findings);
        named_commands(step, &mut findings);
        start(&mut desk, &empty, step, known, &mut findings).await?;
        found.extend(findings.found());
    }
    desk.leave().await?;
    Ok(found)
}

/// Whether the lines of solutions and of mistakes can be run at all.
fn command_lines(step: &Step, findings: &mut Findings<'_>) {
    let origin = findings.origin();
    let solutions = step.solutions.iter().zip(&origin.solutions);
    let lines = solutions.flat_map(|(lines, places)| lines.iter().zip(places));
    let tries = step.mistakes.iter().zip(&origin.mistakes);
    let tries = tries.flat_map(|(mistake, at)| mistake.tries.iter().map(move |line| (line, at)));
    for (line, at) in lines.chain(tries) {
        if let Some(problem) = problem_of_line(line) {
            let shown = line.lines().next().unwrap_or_default();
            findings.add("solution-syntax", *at, format!("`{shown}`: {problem}"), "");
        }
    }
}

/// Whether the commands that checks ask for can be run at all.
fn asked_commands(step: &Step, findings: &mut Findings<'_>) {
    for check in &step.checks {
        let Form::Command(words) = &check.form else { continue };
        // `a|b` stands for either: each must be one.
        for number in 0..words.iter().map(|word| word.split('|').count()).max().unwrap_or_default() {
            let word = |word: &String| {
                let choices: Vec<&str> = word.split('|').collect();
                choices[number.min(choices.len() - 1)].to_owned()
            };
            let line = words.iter().map(word).collect::<Vec<_>>().join(" ");
            if let Some(problem) = problem_of_line(&line) {
                findings.add("command-unknown", check.at, format!("`{line}`: {problem}"), "");
            }
        }
    }
}

/// Whether the commands that texts name begin with one that kubectl has.
fn named_commands(step: &Step, findings: &mut Findings<'_>) {
    let origin = findings.origin();
    let hints = step.hints.iter().zip(&origin.hints);
    let mistakes = step.mistakes.iter().map(|mistake| &mistake.say).zip(&origin.mistakes);
    for (text, at) in std::iter::once((&step.prose, &origin.at)).chain(hints).chain(mistakes) {
        let text = text.get(Language::En);
        let spans = text.split('`').skip(1).step_by(2);
        let blocks = text.split("```").skip(1).step_by(2).flat_map(|block| block.lines().skip(1));
        for line in spans.chain(blocks).filter(|line| line.starts_with("kubectl ") && !line.contains("__")) {
            let verb: String = line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
            if let Some(problem) =
                problem_of_line(&verb).filter(|problem| problem.starts_with("unknown command"))
            {
                findings.add("command-unknown", *at, format!("`{line}`: {problem}"), "");
            }
        }
    }
}

async fn start(
    desk: &mut Desk,
    empty: &Kept,
    step: &Step,
    known: &[Diagnostic],
    findings: &mut Findings<'_>,
) -> Result<(), UserError> {
    let origin = findings.origin();
    let broken = |at: &Position| {
        let next = origin.start.iter().filter(|other| *other > at).min().map_or(usize::MAX, |next| next.line);
        let of_this = |one: &&Diagnostic| {
            one.file == origin.file
                && one.rule == "start-refused"
                && (at.line..next.max(at.line + 1)).contains(&one.line)
        };
        known.iter().any(|one| of_this(&one))
    };
    desk.back_to(empty).await?;
    let mut holds = Vec::new();
    for check in &step.checks {
        holds.push(desk.hold(std::slice::from_ref(check), step).await);
    }
    let mut refused = false;
    for (object, at) in step.start.iter().zip(&origin.start) {
        if broken(at) {
            refused = true;
            continue;
        }
        if let Some(reason) = desk.environment().refusal(object).await? {
            refused = true;
            findings.add(
                "start-refused",
                *at,
                format!("the API server refuses {}: {reason}", called(object)),
                "",
            );
            continue;
        }
        // What it takes it also makes; later objects may need it.
        let _ = desk.environment().prepare(std::slice::from_ref(object), false).await;
    }
    if refused {
        return Ok(());
    }
    if let Err(error) = desk.enter(step, true).await {
        findings.add("start-fails", origin.at, error.message, "");
        return Ok(());
    }
    for (file, at) in step.files.iter().zip(&origin.files) {
        manifests(desk, &file.name, &file.content, *at, findings).await?;
    }
    for ((name, _), at) in step.snap.iter().zip(&origin.snap) {
        if !desk.remembers(name) {
            let message =
                format!("{name} remembers nothing: what it is read from is not there when the step begins");
            findings.add("snap-nothing", *at, message, "put it into the start state, or correct its name");
        }
    }
    desk.tell_unclear(step, findings).await;
    for (index, check) in step.checks.iter().enumerate() {
        if holds[index] && !check.needs && desk.hold(std::slice::from_ref(check), step).await {
            let that = check.that.get(Language::En);
            let message =
                format!("check {} holds on an empty cluster and at the start of the step: {that}", index + 1);
            let hint = "nobody has to do anything for it; check what the step asks for";
            findings.add("holds-at-start", check.at, message, hint);
        }
    }
    if !step.checks.is_empty() && desk.settled_verdict(step).await == Verdict::Passed {
        let hint = "check what the learner is asked to bring about, or change the start state";
        findings.add("start-passes", origin.at, "the step is passed before anything was done", hint);
    }
    Ok(())
}

/// What the API server says about the manifests of a file that is handed out.
async fn manifests(
    desk: &Desk,
    name: &str,
    content: &str,
    at: Position,
    findings: &mut Findings<'_>,
) -> Result<(), UserError> {
    let is_manifest = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
    // A file with blanks is for the learner to fill in.
    if !is_manifest || content.contains("__") {
        return Ok(());
    }
    let documents = match parse_yaml(content) {
        Ok(documents) => documents,
        Err(error) => {
            let at = Position {
                line: at.line + error.position.line.saturating_sub(1),
                column: error.position.column,
            };
            findings.add("file-refused", at, format!("{name} is no YAML: {}", error.message), "");
            return Ok(());
        }
    };
    for document in documents.iter().map(|document| &document.value) {
        if !document["kind"].is_string() || !document["apiVersion"].is_string() {
            continue;
        }
        if let Some(reason) = desk.environment().refusal(document).await? {
            let message = format!("the API server refuses {} in {name}: {reason}", called(document));
            let hint = "if that is what the step is about, allow it: `- {rule: file-refused, because: …}` in a block `yaml allow`";
            findings.add("file-refused", at, message, hint);
        }
    }
    Ok(())
}

fn called(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    format!("{}/{}", text(&object["kind"]).to_lowercase(), text(&object["metadata"]["name"]))
}
