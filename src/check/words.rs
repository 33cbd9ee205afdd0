//! What a judgement says by itself, in both languages.

use crate::lesson::Language;

/// A phrase of a judgement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phrase<'a> {
    /// Nothing of that name.
    NoSuchObject(&'a str),
    /// Nothing stands at a path.
    Nothing,
    /// The object is there and should not.
    StillThere,
    /// The object is being deleted.
    Terminating,
    /// That many objects.
    Objects(usize, &'a str),
    /// No right answer to a question yet.
    NoAnswerYet,
    /// No right answer yet to a question with choices.
    NoChoiceYet,
    /// No command like that yet.
    NotRunYet,
    /// The Service selects no Pod.
    SelectsNothing,
    /// The Service did not answer.
    NoReply,
    /// The cluster cannot be asked.
    Unreachable(&'a str),
    /// The new state is not written down by the controller yet.
    NotObserved,
    /// So many of so many replicas are updated.
    Updated(i64, i64),
    /// So many old replicas are left.
    OldLeft(i64),
    /// So many of so many replicas are available.
    Available(i64, i64),
    /// A Pod that is not ready.
    NotReady,
}

/// Puts a phrase in a language.
pub(super) fn say(language: Language, phrase: Phrase<'_>) -> String {
    match language {
        Language::En => english(phrase),
        Language::Ko => korean(phrase),
    }
}

fn english(phrase: Phrase<'_>) -> String {
    match phrase {
        Phrase::NoSuchObject(object) => format!("{object} does not exist"),
        Phrase::Nothing => "nothing".to_owned(),
        Phrase::StillThere => "it is still there".to_owned(),
        Phrase::Terminating => "it is being deleted".to_owned(),
        Phrase::Objects(count, kind) => format!("{count} {kind}"),
        Phrase::NoAnswerYet => "type `answer` and what you found".to_owned(),
        Phrase::NoChoiceYet => "type `answer` and the number of your choice".to_owned(),
        Phrase::NotRunYet => "not run yet".to_owned(),
        Phrase::SelectsNothing => "the Service's selector matches no Pod".to_owned(),
        Phrase::NoReply => "no reply".to_owned(),
        Phrase::Unreachable(error) => format!("The cluster does not answer: {error}"),
        Phrase::NotObserved => "the controller has not seen the change yet".to_owned(),
        Phrase::Updated(updated, wanted) => format!("{updated} of {wanted} Pods are new"),
        Phrase::OldLeft(1) => "1 old Pod is still there".to_owned(),
        Phrase::OldLeft(old) => format!("{old} old Pods are still there"),
        Phrase::Available(available, wanted) => format!("{available} of {wanted} Pods are available"),
        Phrase::NotReady => "not ready yet".to_owned(),
    }
}

fn korean(phrase: Phrase<'_>) -> String {
    match phrase {
        Phrase::NoSuchObject(object) => format!("{object} 오브젝트가 없습니다"),
        Phrase::Nothing => "없음".to_owned(),
        Phrase::StillThere => "아직 남아 있습니다".to_owned(),
        Phrase::Terminating => "삭제되는 중입니다".to_owned(),
        Phrase::Objects(count, kind) => format!("{kind} {count}개"),
        Phrase::NoAnswerYet => "`answer` 뒤에 찾은 값을 입력하세요".to_owned(),
        Phrase::NoChoiceYet => "`answer` 뒤에 고른 번호를 입력하세요".to_owned(),
        Phrase::NotRunYet => "아직 실행하지 않았습니다".to_owned(),
        Phrase::SelectsNothing => "서비스의 셀렉터에 맞는 파드가 없습니다".to_owned(),
        Phrase::NoReply => "응답이 없습니다".to_owned(),
        Phrase::Unreachable(error) => format!("클러스터가 응답하지 않습니다: {error}"),
        Phrase::NotObserved => "컨트롤러가 아직 변경을 보지 못했습니다".to_owned(),
        Phrase::Updated(updated, wanted) => format!("파드 {wanted}개 중 {updated}개가 새 파드입니다"),
        Phrase::OldLeft(old) => format!("이전 파드 {old}개가 남아 있습니다"),
        Phrase::Available(available, wanted) => format!("파드 {wanted}개 중 {available}개를 쓸 수 있습니다"),
        Phrase::NotReady => "아직 준비되지 않았습니다".to_owned(),
    }
}
