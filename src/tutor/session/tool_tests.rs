//! The learner's tools: events in, effects out.

use std::collections::BTreeMap;

use super::super::message::Remark;
use super::tests::{begun, command, judge, prepared, shown};
use super::*;
use crate::base::{Timestamp, json};
use crate::check::Verdict;

fn place(step: &str) -> Place {
    Place { chapter: "pods".into(), step: step.into() }
}

fn typed(session: &mut Session, line: &str) -> Vec<Effect> {
    session.handle(Event::Line(line.to_owned()))
}

fn notices(effects: &[Effect]) -> Vec<String> {
    let text = |view: &&View| match view {
        View::Notice(text) => Some(text.clone()),
        _ => None,
    };
    shown(effects).iter().filter_map(text).collect()
}

fn day(number: i64) -> Timestamp {
    Timestamp::from_second(number * 86_400).unwrap()
}

#[test]
fn what_was_undone_leads_back_to_the_step_at_which_it_was_typed() {
    let mut session = begun(false);
    command(&mut session, "kubectl run hello");
    judge(&mut session, Verdict::Passed, false);
    prepared(&mut session);
    assert_eq!(session.place(), place("logs"));
    let values = BTreeMap::from([("uid".to_owned(), json!("1"))]);
    let line = "kubectl run hello".to_owned();
    let undone = Event::Undone { line, place: place("run"), values: values.clone() };
    let effects = session.handle(undone);
    assert!(effects.contains(&Effect::Watch(place("run"))));
    assert!(matches!(shown(&effects)[..], [View::Notice(_), View::Step { number: 1, .. }]));
    assert_eq!((session.place(), &session.learner().remembered), (place("run"), &values));
    assert!(session.learner().has_passed(&place("run")), "what was passed stays passed");
}

#[test]
fn after_a_solution_the_learner_is_asked_why_it_works_and_the_notes_keep_it() {
    let mut session = begun(false);
    typed(&mut session, "solve");
    session.handle(Event::Solved { ran: vec![("kubectl run run".into(), 0)], answers: Vec::new() });
    judge(&mut session, Verdict::Passed, true);
    let at = session.place();
    let effects = session.handle(Event::Entered { place: at, result: Ok(BTreeMap::new()) });
    assert!(effects.contains(&session.remark(Remark::AskWhy)));
    typed(&mut session, "왜냐하면 kubelet이 시작하니까");
    typed(&mut session, "note 로그는 나중에");
    let effects = typed(&mut session, "recap");
    let [View::Document(notes)] = shown(&effects)[..] else { panic!() };
    for part in ["kubectl run run", "**Why it works:** kubelet이 시작하니까", "**Note:** 로그는 나중에"]
    {
        assert!(notes.contains(part), "{part} in {notes}");
    }
    let effects = typed(&mut session, "recap pods.md");
    assert!(matches!(&effects[..], [Effect::Write { name, .. }] if name == "pods.md"));
}

#[test]
fn what_was_hard_comes_again_and_leads_back_to_where_the_learner_stood() {
    let mut session = begun(false);
    let mistake = Verdict::Mistake { feedback: "no".into() };
    command(&mut session, "kubectl run hallo");
    judge(&mut session, mistake, false);
    let effects = judge(&mut session, Verdict::Passed, false);
    assert!(effects.contains(&Effect::Schedule { place: place("run"), days: 1 }));
    session.handle(Event::Scheduled { place: place("run"), due: day(1), gap: 1 });
    prepared(&mut session);

    assert!(session.handle(Event::Reminded(day(0))).is_empty(), "not due yet");
    assert_eq!(session.handle(Event::Reminded(day(2))), [session.remark(Remark::ReviewsDue(1))]);
    typed(&mut session, "review");
    let early = session.handle(Event::Time(day(0)));
    assert_eq!(early, [session.remark(Remark::ReviewLater(1))]);
    let effects = session.handle(Event::Time(day(2)));
    assert!(effects.contains(&Effect::Enter { place: place("run"), fresh: true }));
    assert!(matches!(effects[0], Effect::KeepWorld { .. }));
    prepared(&mut session);
    let effects = judge(&mut session, Verdict::Passed, false);
    assert!(
        effects.contains(&Effect::Schedule { place: place("run"), days: 3 }),
        "no help was needed: a longer gap"
    );
    assert_eq!(effects.last(), Some(&Effect::ReturnWorld(place("logs"))));
    let effects = session.handle(Event::Returned { place: place("logs"), kept: Some(BTreeMap::new()) });
    assert!(effects.contains(&Effect::Watch(place("logs"))));
    assert_eq!((session.place(), session.learner().review_from.clone()), (place("logs"), None));
}

#[test]
fn a_review_that_a_kill_cut_off_still_leads_back() {
    let mut session = begun(false);
    session.handle(Event::Scheduled { place: place("logs"), due: day(1), gap: 1 });
    session.handle(Event::Time(day(2)));
    let learner = session.learner().clone();
    let mut session = Session::new(session.course.clone(), learner, Language::En, None, false);
    session.handle(Event::Started { world_kept: true });
    assert_eq!(session.place(), place("logs"));
    let effects = typed(&mut session, "next");
    assert!(effects.contains(&Effect::ReturnWorld(place("run"))));
    let effects = session.handle(Event::Returned { place: place("run"), kept: None });
    assert!(effects.contains(&Effect::Enter { place: place("run"), fresh: true }));
}

#[test]
fn what_scrolled_away_is_called_back() {
    let mut session = begun(false);
    assert_eq!(typed(&mut session, "verdict"), [Effect::Judge { asked: true }], "none yet: judge");
    assert_eq!(notices(&typed(&mut session, "hints")).len(), 1);
    typed(&mut session, "hint");
    typed(&mut session, "hint");
    let effects = typed(&mut session, "hints");
    let [View::Hint { headline, .. }, View::Hint { .. }] = shown(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(headline, "Hint", "hints are not counted");
    let mistake = Verdict::Mistake { feedback: "no".into() };
    command(&mut session, "kubectl run hallo");
    let said = judge(&mut session, mistake, false);
    assert_eq!(shown(&typed(&mut session, "verdict")), shown(&said));
    assert_eq!(typed(&mut session, "again"), [Effect::Again]);
}

#[test]
fn words_of_tools_ask_for_what_they_need() {
    let mut session = begun(false);
    assert_eq!(typed(&mut session, "skip"), [Effect::Settle, Effect::Judge { asked: false }]);
    assert_eq!(typed(&mut session, "stop %2"), [Effect::Stop(Some(2))]);
    assert_eq!(typed(&mut session, "앞으로"), [Effect::Foreground(None)]);
    for line in ["stop x", "edit", "explain", "note", "because"] {
        let effects = typed(&mut session, line);
        assert_eq!(notices(&effects).len(), 1, "{line}: {effects:?}");
    }
}

#[test]
fn a_wrong_answer_is_remembered_as_missed_and_not_as_an_answer() {
    let mut session = begun(false);
    let wrong = Event::Answered { question: "q".into(), answer: "2".into(), result: Err(String::new()) };
    session.handle(wrong);
    assert!(session.learner().missed);
    assert!(session.learner().answers.is_empty());
}
