//! What is said about the world, in both languages.

use crate::lesson::Language;

use super::actor::Actor;

/// A piece of what is said.
#[derive(Clone, Copy, Debug)]
pub(in crate::tutor) enum Phrase<'a> {
    /// Headline of a map.
    Map,
    /// Nothing to draw.
    Nothing,
    /// A selector that selects so many.
    Selects(&'a str, usize),
    /// A Service without a selector.
    NoSelector,
    /// Who uses an object.
    UsedBy(&'a str),
    /// Who scales another object.
    Scales(&'a str),
    /// Where requests go.
    LeadsTo(&'a str),
    /// A ReplicaSet of an earlier revision.
    EarlierRevision(&'a str),
    /// So many more.
    More(usize),
    /// Headline of a timeline.
    Since(&'a str),
    /// Headline, before the first command.
    SinceStart,
    /// Nothing happened.
    NothingHappened,
    /// So many earlier rows are left out.
    Earlier(usize),
    /// A client's new object is stored.
    Stores(&'a str, &'a str),
    /// A controller makes an object.
    Makes(&'a str),
    /// Fields change.
    Changes(&'a str, &'a str),
    /// A client changes fields.
    ChangesFor(&'a str, &'a str, &'a str),
    /// A state follows another.
    Turns(&'a str, &'a str, &'a str),
    /// A Pod gets a node.
    Binds(&'a str, &'a str),
    /// An object is to go.
    Marks(&'a str, i64),
    /// An object is gone.
    Removes(&'a str),
    /// An event.
    Tells(&'a str, &'a str, &'a str),
    /// Headline of a difference since a command.
    DiffSince(&'a str),
    /// Headline of a difference since the step's start.
    DiffSinceStep,
    /// No difference.
    Same,
    /// A rollout: new, serving and old replicas.
    RollsOut(u64, u64, u64),
    /// A rollout has arrived.
    RolledOut,
}

/// Puts it in a language.
pub(in crate::tutor) fn phrase(language: Language, phrase: Phrase<'_>) -> String {
    match language {
        Language::En => english(phrase),
        Language::Ko => korean(phrase),
    }
}

fn english(phrase: Phrase<'_>) -> String {
    match phrase {
        Phrase::Map => "What there is".into(),
        Phrase::Nothing => "There is nothing here yet.".into(),
        Phrase::Selects(selector, 0) => format!("selects {selector}: no Pod"),
        Phrase::Selects(selector, _) => format!("selects {selector}"),
        Phrase::NoSelector => "no selector".into(),
        Phrase::UsedBy(users) => format!("used by {users}"),
        Phrase::Scales(target) => format!("scales {target}"),
        Phrase::LeadsTo(target) => format!("leads to {target}"),
        Phrase::EarlierRevision("") => "earlier revision".into(),
        Phrase::EarlierRevision(revision) => format!("earlier revision {revision}"),
        Phrase::More(count) => format!("… and {count} more"),
        Phrase::Since(line) => format!("Since `{line}`"),
        Phrase::SinceStart => "Since the step began".into(),
        Phrase::NothingHappened => "Nothing was written.".into(),
        Phrase::Earlier(count) => format!("{count} earlier writes are left out."),
        Phrase::Stores(object, manager) => format!("stores {object}, written by {manager}"),
        Phrase::Makes(object) => format!("makes {object}"),
        Phrase::Changes(object, fields) => format!("changes {object}: {fields}"),
        Phrase::ChangesFor(object, fields, manager) => {
            format!("stores {object}, written by {manager}: {fields}")
        }
        Phrase::Turns(object, before, after) => format!("{object}: {before} → {after}"),
        Phrase::Binds(object, node) => format!("binds {object} to the node {node}"),
        Phrase::Marks(object, 0) => format!("marks {object} for deletion"),
        Phrase::Marks(object, grace) => format!("marks {object} for deletion, with {grace}s to end"),
        Phrase::Removes(object) => format!("removes {object}"),
        Phrase::Tells(reason, object, message) => format!("event {reason} ({object}): {message}"),
        Phrase::DiffSince(line) => format!("Changed since `{line}`"),
        Phrase::DiffSinceStep => "Changed since the step began".into(),
        Phrase::Same => "Nothing is different.".into(),
        Phrase::RollsOut(new, serving, 0) => format!("{new} new, {serving} available"),
        Phrase::RollsOut(new, serving, old) => format!("{new} new, {serving} available, {old} old"),
        Phrase::RolledOut => "done".into(),
    }
}

fn korean(phrase: Phrase<'_>) -> String {
    match phrase {
        Phrase::Map => "지금 있는 것".into(),
        Phrase::Nothing => "아직 아무것도 없습니다.".into(),
        Phrase::Selects(selector, 0) => format!("셀렉터 {selector}: 고른 파드 없음"),
        Phrase::Selects(selector, _) => format!("셀렉터 {selector}"),
        Phrase::NoSelector => "셀렉터 없음".into(),
        Phrase::UsedBy(users) => format!("사용하는 곳: {users}"),
        Phrase::Scales(target) => format!("조절 대상: {target}"),
        Phrase::LeadsTo(target) => format!("보내는 곳: {target}"),
        Phrase::EarlierRevision("") => "이전 리비전".into(),
        Phrase::EarlierRevision(revision) => format!("이전 리비전 {revision}"),
        Phrase::More(count) => format!("… 그 밖에 {count}개"),
        Phrase::Since(line) => format!("`{line}` 이후에 일어난 일"),
        Phrase::SinceStart => "단계가 시작된 뒤에 일어난 일".into(),
        Phrase::NothingHappened => "아무것도 기록되지 않았습니다.".into(),
        Phrase::Earlier(count) => format!("그 앞의 기록 {count}개는 생략했습니다."),
        Phrase::Stores(object, manager) => format!("{object} 저장 (작성자 {manager})"),
        Phrase::Makes(object) => format!("{object} 생성"),
        Phrase::Changes(object, fields) => format!("{object} 변경: {fields}"),
        Phrase::ChangesFor(object, fields, manager) => format!("{object} 저장 (작성자 {manager}): {fields}"),
        Phrase::Turns(object, before, after) => format!("{object}: {before} → {after}"),
        Phrase::Binds(object, node) => format!("{object} → 노드 {node}에 배정"),
        Phrase::Marks(object, 0) => format!("{object} 삭제 표시"),
        Phrase::Marks(object, grace) => format!("{object} 삭제 표시 (종료까지 최대 {grace}초)"),
        Phrase::Removes(object) => format!("{object} 제거"),
        Phrase::Tells(reason, object, message) => format!("이벤트 {reason} ({object}): {message}"),
        Phrase::DiffSince(line) => format!("`{line}` 이후에 달라진 것"),
        Phrase::DiffSinceStep => "단계가 시작된 뒤에 달라진 것".into(),
        Phrase::Same => "달라진 것이 없습니다.".into(),
        Phrase::RollsOut(new, serving, 0) => format!("새 파드 {new}, 사용 가능 {serving}"),
        Phrase::RollsOut(new, serving, old) => format!("새 파드 {new}, 사용 가능 {serving}, 이전 파드 {old}"),
        Phrase::RolledOut => "완료".into(),
    }
}

/// An actor's name.
pub(super) fn name_of(language: Language, actor: &Actor) -> String {
    match (language, actor) {
        (Language::En, Actor::Client(_) | Actor::ApiServer) => "API server".into(),
        (Language::Ko, Actor::Client(_) | Actor::ApiServer) => "API 서버".into(),
        (Language::En, Actor::Controller(kind)) => format!("{kind} controller"),
        (Language::Ko, Actor::Controller(kind)) => format!("{kind} 컨트롤러"),
        (Language::En, Actor::Scheduler) => "scheduler".into(),
        (Language::Ko, Actor::Scheduler) => "스케줄러".into(),
        (_, Actor::Kubelet) => "kubelet".into(),
    }
}
