//! Events in, effects out.

use std::collections::BTreeMap;

use super::*;
use crate::base::UserError;
use crate::check::{Difference, Verdict};
use crate::lesson::{Answer, Predict, Question, Text};

fn step(id: &str) -> Step {
    Step {
        id: id.to_owned(),
        title: Text::new(format!("Title of {id}")),
        hints: vec![Text::new("idea"), Text::new("verb")],
        solutions: vec![vec![format!("kubectl run {id}")]],
        ..Step::default()
    }
}

fn course() -> Arc<Course> {
    let chapter = |number, id: &str, steps: &[&str]| Chapter {
        number,
        id: id.to_owned(),
        title: Text::new(id),
        summary: Text::new(""),
        minutes: 5,
        steps: steps.iter().map(|id| step(id)).collect(),
    };
    Arc::new(Course {
        chapters: vec![chapter(1, "pods", &["run", "logs"]), chapter(2, "services", &["expose"])],
    })
}

/// A session whose first step is prepared.
pub(super) fn begun(one_chapter: bool) -> Session {
    let mut session = Session::new(course(), Learner::default(), Language::En, None, one_chapter);
    session.handle(Event::Started { world_kept: false });
    prepared(&mut session);
    session
}

/// A session whose step asks and does nothing else.
fn asking() -> Session {
    let choices = vec![Text::new("yes"), Text::new("no")];
    let mut course = Arc::unwrap_or_clone(course());
    let step = &mut course.chapters[0].steps[0];
    step.predict = Some(Predict {
        ask: Text::new("?"),
        choices: choices.clone(),
        answer: Some(1),
        explain: Some(Text::new("No, it stays away.")),
    });
    step.questions = vec![Question {
        id: "q".into(),
        ask: Text::new("?"),
        choices,
        answer: Answer::Choice(0),
        feedback: None,
        explain: Some(Text::new("Because it is so.")),
    }];
    let mut session = Session::new(Arc::new(course), Learner::default(), Language::En, None, false);
    session.handle(Event::Started { world_kept: false });
    prepared(&mut session);
    session
}

pub(super) fn prepared(session: &mut Session) {
    let place = session.place();
    session.handle(Event::Entered { place, result: Ok(BTreeMap::new()) });
}

pub(super) fn judge(session: &mut Session, verdict: Verdict, asked: bool) -> Vec<Effect> {
    let place = session.place();
    session.handle(Event::Judged { place, verdict, asked })
}

fn not_yet() -> Verdict {
    let difference =
        Difference { that: "a Pod runs".into(), expected: "Running".into(), actual: "nothing".into() };
    Verdict::NotYet { differences: vec![difference], reason: None }
}

pub(super) fn shown(effects: &[Effect]) -> Vec<&View> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Show(view) => Some(view),
            _ => None,
        })
        .collect()
}

pub(super) fn command(session: &mut Session, line: &str) -> Vec<Effect> {
    session.handle(Event::CommandDone { line: line.to_owned(), exit_code: 0 })
}

#[test]
fn a_chapter_saved_meanwhile_is_gone_on_with_and_a_broken_one_is_not() {
    let mut session = begun(false);
    let mut saved = Arc::unwrap_or_clone(course());
    saved.chapters[0].steps[0].prose = Text::new("Said better.");
    let effects = session.handle(Event::CourseRead(Ok(Arc::new(saved.clone()))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Show(View::Step { .. }))));
    assert!(effects.contains(&Effect::Watch(session.place())));
    assert_eq!(session.step().unwrap().prose.get(Language::En), "Said better.");
    let effects = session.handle(Event::CourseRead(Err(UserError::new("01-pods/en.md:3:1: error"))));
    assert!(matches!(&effects[..], [Effect::Show(View::Error(_))]));
    assert_eq!(session.step().unwrap().prose.get(Language::En), "Said better.", "the old one stays");
    saved.chapters[0].steps.remove(0);
    session.handle(Event::CourseRead(Ok(Arc::new(saved))));
    assert_eq!(session.place().step, "logs", "the step that stands in its place");
}

#[test]
fn a_first_run_prepares_the_first_step_and_a_resumed_one_does_not() {
    let mut session = Session::new(course(), Learner::default(), Language::En, None, false);
    let effects = session.handle(Event::Started { world_kept: true });
    let place = Place { chapter: "pods".into(), step: "run".into() };
    assert!(effects.contains(&Effect::Enter { place, fresh: true }));

    let place = Place { chapter: "pods".into(), step: "logs".into() };
    let learner = Learner { place: Some(place.clone()), ..Learner::default() };
    let mut session = Session::new(course(), learner, Language::En, None, false);
    let effects = session.handle(Event::Started { world_kept: true });
    assert!(effects.contains(&Effect::Watch(place)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Enter { .. })));
}

#[test]
pub(super) fn commands_run_and_words_do_not() {
    let mut session = begun(false);
    assert_eq!(
        session.handle(Event::Line("kubectl get pods".into())),
        [Effect::Run("kubectl get pods".into())]
    );
    assert_eq!(session.handle(Event::Line("!list".into())), [Effect::Run("list".into())]);
    assert_eq!(session.handle(Event::Line("check".into())), [Effect::Judge { asked: true }]);
    assert!(session.handle(Event::Line("   ".into())).is_empty());
}

#[test]
fn nothing_is_said_about_what_is_missing_before_the_learner_did_anything() {
    let mut session = begun(false);
    assert!(judge(&mut session, not_yet(), false).is_empty());
    command(&mut session, "kubectl get pods");
    assert_eq!(shown(&judge(&mut session, not_yet(), false)).len(), 1);
    assert!(judge(&mut session, not_yet(), false).is_empty(), "the same verdict is said once");
    assert_eq!(shown(&judge(&mut session, not_yet(), true)).len(), 1, "unless it is asked for");
}

#[test]
fn a_question_is_not_repeated_after_each_command_and_a_comment_is_no_command() {
    let mut session = asking();
    command(&mut session, "kubectl get pods");
    assert!(judge(&mut session, not_yet(), false).is_empty());
    assert_eq!(shown(&judge(&mut session, not_yet(), true)).len(), 1, "unless it is asked for");
    assert!(session.handle(Event::Line("# a note".into())).is_empty());
}

#[test]
fn a_resumed_step_asks_its_questions_again() {
    let asked = asking();
    let learner = Learner { place: Some(asked.place()), ..Learner::default() };
    let mut session = Session::new(asked.course.clone(), learner, Language::En, None, false);
    let effects = session.handle(Event::Started { world_kept: true });
    let questions = shown(&effects).into_iter().filter(|view| matches!(view, View::Question { .. }));
    assert_eq!(questions.count(), 2);
}

#[test]
fn a_solution_that_cannot_help_any_more_points_to_the_start() {
    let mut session = begun(false);
    session.handle(Event::Solved { ran: Vec::new(), answers: Vec::new() });
    let mistake = Verdict::Mistake { feedback: "Zero runs nothing.".into() };
    let effects = judge(&mut session, mistake.clone(), true);
    assert!(effects.contains(&session.notice(Message::SolutionDidNotHelp)));
    let effects = judge(&mut session, mistake, true);
    assert!(!effects.contains(&session.notice(Message::SolutionDidNotHelp)));
}

#[test]
fn what_is_no_choice_is_not_judged_and_a_prediction_is_explained() {
    let mut session = asking();
    let effects = session.handle(Event::Line("answer 3".into()));
    assert_eq!(effects, [session.notice(Message::NotAChoice("3", 2))]);
    let effects = session.handle(Event::Line("answer b".into()));
    assert_eq!(effects, [Effect::Answer { question: "q".into(), answer: "b".into() }]);
    let answered = Event::Answered { question: "q".into(), answer: "1".into(), result: Ok(()) };
    let effects = session.handle(answered);
    assert!(shown(&effects).contains(&&View::Notice("Right. Because it is so.".into())));
    session.handle(Event::Line("predict 1".into()));
    let effects = judge(&mut session, Verdict::Passed, false);
    let compared = "You expected: yes\n\nWhat came: no\n\nNo, it stays away.";
    assert!(shown(&effects).contains(&&View::Notice(compared.into())));
}

#[test]
fn a_passed_step_leads_to_the_next_and_its_world_stays() {
    let mut session = begun(false);
    let effects = judge(&mut session, Verdict::Passed, false);
    let next = Place { chapter: "pods".into(), step: "logs".into() };
    assert!(effects.contains(&Effect::Enter { place: next.clone(), fresh: false }));
    assert_eq!(session.place(), next);
    assert!(session.learner().has_passed(&Place { chapter: "pods".into(), step: "run".into() }));
}

#[test]
fn a_verdict_on_a_step_that_was_left_is_ignored() {
    let mut session = begun(false);
    let old = session.place();
    judge(&mut session, Verdict::Passed, false);
    let late = Event::Judged { place: old, verdict: Verdict::Passed, asked: false };
    assert!(session.handle(late).is_empty());
    assert!(
        judge(&mut session, Verdict::Passed, false).is_empty(),
        "nothing passes before its start is there"
    );
}

#[test]
fn the_end_of_a_chapter_waits_for_next() {
    let mut session = begun(false);
    judge(&mut session, Verdict::Passed, false);
    prepared(&mut session);
    judge(&mut session, Verdict::Passed, false);
    assert_eq!(session.place().step, "logs");
    let effects = session.handle(Event::Line("next".into()));
    let place = Place { chapter: "services".into(), step: "expose".into() };
    assert!(effects.contains(&Effect::Enter { place, fresh: true }));
}

#[test]
fn a_session_for_one_chapter_ends_with_it() {
    let mut session = begun(true);
    judge(&mut session, Verdict::Passed, false);
    prepared(&mut session);
    let effects = judge(&mut session, Verdict::Passed, false);
    assert_eq!(session.ending(), Some(Ending::Completed));
    assert_eq!(effects.last(), Some(&Effect::Quit));
}

#[test]
fn leaving_early_is_not_completing() {
    let mut session = begun(true);
    session.handle(Event::EndOfInput);
    assert_eq!(session.ending(), Some(Ending::Left));
}

#[test]
fn hints_come_one_at_a_time() {
    let mut session = begun(false);
    let texts: Vec<String> = (0..3)
        .map(|_| match shown(&session.handle(Event::Line("hint".into())))[0] {
            View::Hint { markdown, .. } => markdown.clone(),
            View::Notice(text) => text.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts[..2], ["idea", "verb"]);
    assert!(texts[2].contains("solve"), "{}", texts[2]);
}

#[test]
fn a_solution_counts_its_commands_as_the_learners() {
    let mut session = begun(false);
    let effects = session.handle(Event::Line("solve".into()));
    assert!(effects.contains(&Effect::Solve(vec!["kubectl run run".into()])));
    let ran = vec![("kubectl run run".to_owned(), 0)];
    session.handle(Event::Solved { ran, answers: vec![("q".into(), "a".into())] });
    assert_eq!(session.learner().commands, ["kubectl run run"]);
    assert_eq!(session.learner().answers.get("q").map(String::as_str), Some("a"));
    assert!(session.learner().solved);
}

#[test]
fn places_that_do_not_exist_are_said_so() {
    let mut session = begun(false);
    let effects = session.handle(Event::Line("goto servces".into()));
    let [View::Error(error)] = shown(&effects)[..] else { panic!("{effects:?}") };
    assert!(error.to_string().contains("services"), "{error}");
    assert_eq!(session.place().step, "run");
    let mut korean = Session::new(course(), Learner::default(), Language::Ko, None, false);
    for line in ["goto servces", "recap servces", "goto 1/nowhere"] {
        let effects = korean.handle(Event::Line(line.into()));
        let [View::Error(error)] = shown(&effects)[..] else { panic!("{effects:?}") };
        let korean = |text: &String| text.chars().any(|letter| ('가'..='힣').contains(&letter));
        assert!(korean(&error.message) && error.hints.iter().all(korean), "{error}");
    }
}

#[test]
fn only_right_answers_are_kept() {
    let mut course = Course::clone(&course());
    let question = Question {
        id: "count".into(),
        ask: Text::new("How many?"),
        choices: Vec::new(),
        answer: Answer::OneOf(vec!["1".into()]),
        feedback: None,
        explain: None,
    };
    course.chapters[0].steps[0].questions.push(question);
    let mut session = Session::new(Arc::new(course), Learner::default(), Language::En, None, false);
    session.handle(Event::Started { world_kept: false });
    prepared(&mut session);
    let asked = session.handle(Event::Line("answer 2".into()));
    assert_eq!(asked, [Effect::Answer { question: "count".into(), answer: "2".into() }]);
    let wrong = Err("count the rows".to_owned());
    session.handle(Event::Answered { question: "count".into(), answer: "2".into(), result: wrong });
    assert!(session.learner().answers.is_empty());
    session.handle(Event::Answered { question: "count".into(), answer: "1".into(), result: Ok(()) });
    assert_eq!(session.learner().answers.len(), 1);
}
