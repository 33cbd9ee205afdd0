//! What a judgement says by itself, in both languages.

use crate::apimachinery::Kind;
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
    Objects(usize, &'static Kind),
    /// No right answer to a question yet.
    NoAnswerYet,
    /// No right answer yet to a question with choices.
    NoChoiceYet,
    /// No command like that yet.
    NotRunYet,
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
    /// It has to run for so many seconds without a restart.
    RunsNotLongEnough(u64),
    /// It was restarted a moment ago.
    RestartedLately,
    /// Its liveness probe has not been answered yet.
    LivenessUntried,
    /// Its liveness probe fails.
    LivenessFails,
    /// So many of so many Pods of a Job have succeeded.
    Completed(i64, i64),
    /// A CronJob that never ran to its end.
    NeverRan,
    /// A claim without a volume.
    NotBound,
    /// An autoscaler that cannot scale.
    NotScaling,
    /// A rule is false.
    NotTrue,
    /// A rule cannot be told.
    Unclear(&'a str),
    /// So many different answers.
    DifferentAnswers(usize),
    /// A request during a rollout failed.
    RequestFailed(&'a str),
    /// Nothing was rolled out yet.
    NoRollout(&'a str),
    /// A rollout was over before it could be watched.
    Unasked,
    /// A trial that has not begun.
    NotTriedYet,
    /// A trial that cannot be done.
    CannotTry(&'a str),
    /// What was deleted stays away.
    NobodyReplaces(&'a str),
    /// An object that has no state to speak of.
    There,
    /// A word that is no kind, and the kind that comes near.
    NoSuchKind(&'a str, &'a str),
    /// Nothing of that name in that namespace, and what comes near.
    NotThere(&'a str, &'a str, &'a str),
    /// All is as it should be.
    NothingWrong(&'a str),
    /// So many of so many are there again.
    Replaced(usize, usize, &'a str),
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
        Phrase::Objects(1, kind) => format!("1 {}", kind.singular),
        Phrase::Objects(count, kind) => format!("{count} {}", kind.plural),
        Phrase::NoAnswerYet => "type `answer` and what you found".to_owned(),
        Phrase::NoChoiceYet => "type `answer` and the number of your choice".to_owned(),
        Phrase::NotRunYet => "not run yet".to_owned(),
        Phrase::NoReply => "no reply".to_owned(),
        Phrase::Unreachable(error) => format!("The cluster does not answer: {error}"),
        Phrase::NotObserved => "the controller has not seen the change yet".to_owned(),
        Phrase::Updated(updated, wanted) => format!("{updated} of {wanted} Pods are new"),
        Phrase::OldLeft(1) => "1 old Pod is still there".to_owned(),
        Phrase::OldLeft(old) => format!("{old} old Pods are still there"),
        Phrase::Available(available, wanted) => format!("{available} of {wanted} Pods are available"),
        Phrase::NotReady => "not ready yet".to_owned(),
        Phrase::RunsNotLongEnough(seconds) => {
            format!("ready; it has to stay so for {seconds} seconds without a restart")
        }
        Phrase::RestartedLately => {
            "ready after a restart; it has yet to show that it stays up longer than the last time".to_owned()
        }
        Phrase::LivenessUntried => "ready; its liveness probe has yet to be answered".to_owned(),
        Phrase::LivenessFails => "ready for now; its liveness probe fails".to_owned(),
        Phrase::Completed(done, wanted) => format!("{done} of {wanted} have completed"),
        Phrase::NeverRan => "no run has completed yet".to_owned(),
        Phrase::NotBound => "no volume is bound yet".to_owned(),
        Phrase::NotScaling => "it cannot read the load yet".to_owned(),
        Phrase::NotTrue => "not so yet".to_owned(),
        Phrase::Unclear(why) => format!("cannot be told: {why}"),
        Phrase::DifferentAnswers(1) => "1 answer, always the same".to_owned(),
        Phrase::DifferentAnswers(count) => format!("{count} different answers"),
        Phrase::RequestFailed(reply) => format!("a request failed meanwhile: {reply}"),
        Phrase::NoRollout(object) => format!("{object} has not been rolled out anew yet"),
        Phrase::Unasked => {
            "the rollout was over before a request could be sent; roll out once more, and let it run"
                .to_owned()
        }
        Phrase::NotTriedYet => "tried as soon as all else is right".to_owned(),
        Phrase::CannotTry(error) => format!("it cannot be tried: {error}"),
        Phrase::NobodyReplaces(object) => {
            format!("{object} was deleted as a trial, and nothing brought it back: it had no owner")
        }
        Phrase::There => "there".to_owned(),
        Phrase::NoSuchKind(word, "") => {
            format!("There is no kind `{word}`. `kubectl api-resources` lists them.")
        }
        Phrase::NoSuchKind(word, near) => format!("There is no kind `{word}`. Did you mean `{near}`?"),
        Phrase::NotThere(wanted, namespace, "") => {
            format!("There is no {wanted} in the namespace {namespace}.")
        }
        Phrase::NotThere(wanted, namespace, near) => {
            format!("There is no {wanted} in the namespace {namespace}. Did you mean {near}?")
        }
        Phrase::NothingWrong(object) => format!("Nothing is wrong with {object} as far as can be seen."),
        Phrase::Replaced(ready, wanted, kind) => format!("{ready} of {wanted} {kind} are ready again"),
    }
}

fn korean(phrase: Phrase<'_>) -> String {
    match phrase {
        Phrase::NoSuchObject(object) => format!("{object} 오브젝트가 없습니다"),
        Phrase::Nothing => "없음".to_owned(),
        Phrase::StillThere => "아직 남아 있습니다".to_owned(),
        Phrase::Terminating => "삭제되는 중입니다".to_owned(),
        Phrase::Objects(count, kind) => format!("{} {count}개", kind.singular),
        Phrase::NoAnswerYet => "`answer` 뒤에 찾은 값을 입력하세요".to_owned(),
        Phrase::NoChoiceYet => "`answer` 뒤에 고른 번호를 입력하세요".to_owned(),
        Phrase::NotRunYet => "아직 실행하지 않았습니다".to_owned(),
        Phrase::NoReply => "응답이 없습니다".to_owned(),
        Phrase::Unreachable(error) => format!("클러스터가 응답하지 않습니다: {error}"),
        Phrase::NotObserved => "컨트롤러가 아직 변경을 보지 못했습니다".to_owned(),
        Phrase::Updated(updated, wanted) => format!("파드 {wanted}개 중 {updated}개가 새 파드입니다"),
        Phrase::OldLeft(old) => format!("이전 파드 {old}개가 남아 있습니다"),
        Phrase::Available(available, wanted) => format!("파드 {wanted}개 중 {available}개를 쓸 수 있습니다"),
        Phrase::NotReady => "아직 준비되지 않았습니다".to_owned(),
        Phrase::RunsNotLongEnough(seconds) => {
            format!("준비됨. 재시작 없이 {seconds}초 동안 그대로여야 합니다")
        }
        Phrase::RestartedLately => "재시작한 뒤 준비됨. 지난번보다 오래 버티는지 더 지켜봅니다".to_owned(),
        Phrase::LivenessUntried => "준비됨. 활성 프로브의 첫 응답을 기다립니다".to_owned(),
        Phrase::LivenessFails => "지금은 준비됨. 그러나 활성 프로브가 실패합니다".to_owned(),
        Phrase::Completed(done, wanted) => format!("{wanted}개 중 {done}개가 완료되었습니다"),
        Phrase::NeverRan => "아직 끝까지 실행된 적이 없습니다".to_owned(),
        Phrase::NotBound => "아직 볼륨이 바인딩되지 않았습니다".to_owned(),
        Phrase::NotScaling => "아직 부하를 읽지 못합니다".to_owned(),
        Phrase::NotTrue => "아직 그렇지 않습니다".to_owned(),
        Phrase::Unclear(why) => format!("판단할 수 없습니다: {why}"),
        Phrase::DifferentAnswers(1) => "항상 같은 응답 하나".to_owned(),
        Phrase::DifferentAnswers(count) => format!("서로 다른 응답 {count}개"),
        Phrase::RequestFailed(reply) => format!("그동안 요청 하나가 실패했습니다: {reply}"),
        Phrase::NoRollout(object) => format!("{object}에 아직 새 롤아웃이 없었습니다"),
        Phrase::Unasked => {
            "요청을 보내기 전에 롤아웃이 끝났습니다. 한 번 더 롤아웃하고 진행되게 두세요".to_owned()
        }
        Phrase::NotTriedYet => "나머지가 모두 맞으면 바로 시험합니다".to_owned(),
        Phrase::CannotTry(error) => format!("시험할 수 없습니다: {error}"),
        Phrase::NobodyReplaces(object) => format!(
            "시험 삼아 {object}을(를) 삭제했는데 아무도 되살리지 않았습니다. 소유자가 없는 오브젝트입니다"
        ),
        Phrase::There => "있음".to_owned(),
        Phrase::NoSuchKind(word, "") => {
            format!("`{word}`(이)라는 종류는 없습니다. `kubectl api-resources`로 목록을 볼 수 있습니다.")
        }
        Phrase::NoSuchKind(word, near) => {
            format!("`{word}`(이)라는 종류는 없습니다. `{near}`을(를) 뜻하셨나요?")
        }
        Phrase::NotThere(wanted, namespace, "") => {
            format!("네임스페이스 {namespace}에 {wanted}이(가) 없습니다.")
        }
        Phrase::NotThere(wanted, namespace, near) => {
            format!("네임스페이스 {namespace}에 {wanted}이(가) 없습니다. {near}을(를) 뜻하셨나요?")
        }
        Phrase::NothingWrong(object) => format!("{object}에는 눈에 띄는 문제가 없습니다."),
        Phrase::Replaced(ready, wanted, kind) => {
            format!("{kind} {wanted}개 중 {ready}개가 다시 준비되었습니다")
        }
    }
}
