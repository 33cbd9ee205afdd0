//! The tutor's sentences in both languages.

use crate::lesson::Language;

/// A sentence of the tutor.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// Greeting on resuming.
    WelcomeBack,
    /// First line of a session.
    Welcome,
    /// Every step and chapter is done.
    CourseDone,
    /// A chapter is done; `next` leads on.
    ChapterDone(&'a str),
    /// A chapter is done and it was the goal.
    ChapterCompleted(&'a str),
    /// Headline: passed.
    Passed(&'a str),
    /// Headline: converging.
    Converging,
    /// Headline: mistake.
    Mistake,
    /// Headline: not yet.
    NotYet,
    /// Headline: broken.
    Broken,
    /// What to do when broken.
    BrokenRemedy,
    /// Expected against found.
    Difference {
        /// What was asked for.
        that: &'a str,
        /// What should be.
        expected: &'a str,
        /// What is.
        actual: &'a str,
    },
    /// Why something is as it is, and the command that shows it.
    Reason {
        /// Why.
        text: &'a str,
        /// The command.
        command: &'a str,
    },
    /// Headline of a hint.
    Hint(usize),
    /// All hints were shown.
    NoMoreHints,
    /// The step has none.
    NoHints,
    /// Before a solution runs.
    Solving,
    /// The step has no solution to run.
    NoSolution,
    /// A line of the solution failed.
    SolutionFailed(&'a str),
    /// The solution ran in a world where it does not help.
    SolutionDidNotHelp,
    /// The start state could not be made.
    StartFailed,
    /// While a start state is made.
    Preparing,
    /// The first step has nothing before it.
    AtFirstStep,
    /// `next` on an unfinished step.
    NextUnfinished,
    /// Headline of the list.
    ListHeadline,
    /// Headline of help.
    HelpHeadline,
    /// End of help.
    HelpClosing,
    /// How to answer a question.
    HowToAnswer,
    /// How to choose an answer.
    HowToChoose,
    /// How to predict.
    HowToPredict,
    /// Typed instead of one of so many choices.
    NotAChoice(&'a str, usize),
    /// What was predicted, before what is so.
    Predicted(&'a str),
    /// A right answer.
    AnswerRight,
    /// A wrong answer.
    AnswerWrong,
    /// Nothing to answer here.
    NoQuestion,
    /// A prediction was stored.
    PredictionKept,
    /// Nothing to predict here.
    NoPrediction,
    /// `answer` without text.
    AnswerEmpty,
    /// `:word` that is none.
    UnknownWord(&'a str),
    /// A word that does nothing yet, and what to do instead.
    WordNotYet(&'a str),
    /// `goto` without a place.
    GotoWhere,
    /// `speed` or `skip` with something that is no number or span.
    NotASpan(&'a str),
    /// Time stands.
    TimePaused,
    /// Time runs again.
    TimeResumed,
    /// Time runs faster.
    TimeSpeed(&'a str),
    /// Time was skipped.
    TimeSkipped(&'a str),
    /// Time is not ours on this cluster.
    TimeNotOurs,
    /// Leaving.
    Goodbye,
    /// An unfinished line.
    UnfinishedLine,
}

/// Puts a sentence in a language.
#[must_use]
pub fn say(language: Language, message: Message<'_>) -> String {
    match language {
        Language::En => english(message),
        Language::Ko => korean(message),
    }
}

fn english(message: Message<'_>) -> String {
    match message {
        Message::WelcomeBack => "Welcome back. Your cluster is as you left it.".into(),
        Message::Welcome => "Welcome to podlings. Type commands as you would anywhere; `help` shows the tutor's own words.".into(),
        Message::CourseDone => "That was the last step of the course. `list` shows everything; `goto` takes you anywhere.".into(),
        Message::ChapterDone(next) => format!("Chapter done. `next` starts “{next}” on a fresh cluster; stay and try things as long as you like."),
        Message::ChapterCompleted(title) => format!("Chapter “{title}” completed."),
        Message::Passed(title) => format!("Passed: {title}"),
        Message::Converging => "On its way. Waiting for:".into(),
        Message::Mistake => "Not quite:".into(),
        Message::NotYet => "Not yet:".into(),
        Message::Broken => "Something this step needs is gone:".into(),
        Message::BrokenRemedy => "`reset` puts this step back to its start.".into(),
        Message::Difference { that, expected, actual } => difference(that, expected, actual, "expected", "found"),
        Message::Reason { text, command } => format!("{text} See it with `{command}`."),
        Message::Hint(level) => format!("Hint {level}"),
        Message::NoMoreHints => "That was the last hint. `solve` shows and runs the solution.".into(),
        Message::NoHints => "This step has no hints; `status` shows the task again.".into(),
        Message::Solving => "The solution:".into(),
        Message::NoSolution => "This step has no solution to run; `status` shows the task again.".into(),
        Message::SolutionFailed(line) => format!("The solution stopped at `{line}`. `reset` puts the step back to its start; then try `solve` again."),
        Message::SolutionDidNotHelp => "The solution begins where the step began, and the cluster is elsewhere now. `reset`, then `solve`.".into(),
        Message::StartFailed => "The start of this step could not be prepared.".into(),
        Message::Preparing => "Preparing the cluster for this step …".into(),
        Message::AtFirstStep => "This is the first step; there is nothing before it.".into(),
        Message::NextUnfinished => "This step is not passed yet: `hint` helps, `solve` runs the solution, `goto` goes anywhere.".into(),
        Message::ListHeadline => "Chapters".into(),
        Message::HelpHeadline => "The tutor's words".into(),
        Message::HelpClosing => "Everything else is a command: kubectl, minikube, or anything your shell knows. A leading `:` always means the tutor, a leading `!` always the shell.".into(),
        Message::HowToAnswer => "Answer with: answer TEXT".into(),
        Message::HowToChoose => "Answer with: answer NUMBER".into(),
        Message::HowToPredict => "Say what you expect with: predict NUMBER (never graded), then try it.".into(),
        Message::NotAChoice(text, count) => format!("`{text}` is none of the choices: answer with a number from 1 to {count}."),
        Message::Predicted(prediction) => format!("You expected: {prediction}"),
        Message::AnswerRight => "Right.".into(),
        Message::AnswerWrong => "Not right yet.".into(),
        Message::NoQuestion => "This step asks nothing; `status` shows the task.".into(),
        Message::PredictionKept => "Noted. Now try it and compare.".into(),
        Message::NoPrediction => "This step asks for no prediction; `status` shows the task.".into(),
        Message::AnswerEmpty => "Write the answer after the word: answer TEXT".into(),
        Message::UnknownWord(word) => format!("`{word}` is not one of the tutor's words; `help` lists them. Without the `:` it would be a command."),
        Message::WordNotYet("undo") => "`undo` is not there yet; `reset` puts this step back to its start.".into(),
        Message::WordNotYet("why") => "`why` is not there yet; `check` says what differs, `kubectl describe` and `kubectl get events` say what happened.".into(),
        Message::WordNotYet("map") => "`map` is not there yet; `kubectl get deployments,replicasets,pods,services` shows the same objects.".into(),
        Message::WordNotYet(word) => format!("`{word}` is not there yet; `kubectl get events --sort-by=.lastTimestamp` tells what happened."),
        Message::GotoWhere => "Where to? `list` shows the chapters; for example `goto 2` or `goto services/expose`.".into(),
        Message::NotASpan("") => "How much? For example `skip 30s`, `skip 5m`, `speed 10`.".into(),
        Message::NotASpan(text) => format!("`{text}` is not what I expected: `skip 30s`, `skip 5m`, `speed 10`."),
        Message::TimePaused => "Simulated time stands still. `resume` lets it run again.".into(),
        Message::TimeResumed => "Simulated time runs again.".into(),
        Message::TimeSpeed(speed) => format!("Simulated time runs {speed} times as fast. `resume` goes back to normal."),
        Message::TimeSkipped(span) => format!("{span} of simulated time have passed."),
        Message::TimeNotOurs => "Time on a real cluster is not ours to change; wait, or use the embedded cluster.".into(),
        Message::Goodbye => "See you. Start `podlings` again and you stand where you stood.".into(),
        Message::UnfinishedLine => "The line is not finished: a quote, a heredoc or a trailing backslash is still open.".into(),
    }
}

fn korean(message: Message<'_>) -> String {
    match message {
        Message::WelcomeBack => "다시 오셨네요. 클러스터는 떠나실 때 그대로입니다.".into(),
        Message::Welcome => "podlings에 오신 것을 환영합니다. 평소처럼 명령을 입력하세요. `help`를 입력하면 튜터 명령을 볼 수 있습니다.".into(),
        Message::CourseDone => "마지막 단계까지 마쳤습니다. `list`로 전체를 보고 `goto`로 어디든 갈 수 있습니다.".into(),
        Message::ChapterDone(next) => format!("이 장을 마쳤습니다. `next`를 입력하면 새 클러스터에서 “{next}” 장을 시작합니다. 더 실험해 보셔도 좋습니다."),
        Message::ChapterCompleted(title) => format!("“{title}” 장을 마쳤습니다."),
        Message::Passed(title) => format!("통과: {title}"),
        Message::Converging => "진행 중입니다. 기다리는 것:".into(),
        Message::Mistake => "조금 다릅니다:".into(),
        Message::NotYet => "아직 확인되지 않은 것:".into(),
        Message::Broken => "이 단계에 필요한 것이 사라졌습니다:".into(),
        Message::BrokenRemedy => "`reset`을 입력하면 이 단계를 처음 상태로 되돌립니다.".into(),
        Message::Difference { that, expected, actual } => difference(that, expected, actual, "기대한 값", "현재 값"),
        Message::Reason { text, command } => format!("{text} `{command}`(으)로 확인할 수 있습니다."),
        Message::Hint(level) => format!("힌트 {level}"),
        Message::NoMoreHints => "마지막 힌트였습니다. `solve`를 입력하면 풀이를 보여 주고 실행합니다.".into(),
        Message::NoHints => "이 단계에는 힌트가 없습니다. `status`로 할 일을 다시 볼 수 있습니다.".into(),
        Message::Solving => "풀이:".into(),
        Message::NoSolution => "이 단계에는 실행할 풀이가 없습니다. `status`로 할 일을 다시 볼 수 있습니다.".into(),
        Message::SolutionFailed(line) => format!("풀이가 `{line}`에서 멈췄습니다. `reset`으로 처음 상태로 되돌린 뒤 `solve`를 다시 입력해 보세요."),
        Message::SolutionDidNotHelp => "풀이는 이 단계의 처음 상태에서 출발하는데, 지금 클러스터는 그 상태가 아닙니다. `reset`을 입력한 다음 `solve`를 입력하세요.".into(),
        Message::StartFailed => "이 단계의 시작 상태를 만들지 못했습니다.".into(),
        Message::Preparing => "이 단계에 맞게 클러스터를 준비하고 있습니다 …".into(),
        Message::AtFirstStep => "첫 단계입니다. 앞에는 아무것도 없습니다.".into(),
        Message::NextUnfinished => "아직 통과하지 않은 단계입니다. `hint`는 도움을, `solve`는 풀이 실행을, `goto`는 다른 곳으로 이동을 뜻합니다.".into(),
        Message::ListHeadline => "장 목록".into(),
        Message::HelpHeadline => "튜터 명령".into(),
        Message::HelpClosing => "그 밖의 모든 줄은 명령입니다: kubectl, minikube, 그리고 셸이 아는 모든 것. 맨 앞의 `:`는 언제나 튜터를, `!`는 언제나 셸을 뜻합니다.".into(),
        Message::HowToAnswer => "이렇게 답하세요: answer 답".into(),
        Message::HowToChoose => "이렇게 답하세요: answer 번호".into(),
        Message::HowToPredict => "어떻게 될지 먼저 골라 보세요: predict 번호 (채점하지 않습니다). 그다음 직접 해 보세요.".into(),
        Message::NotAChoice(text, count) => format!("`{text}`은(는) 보기에 없습니다. 1부터 {count}까지의 번호로 답하세요."),
        Message::Predicted(prediction) => format!("예상한 답: {prediction}"),
        Message::AnswerRight => "맞습니다.".into(),
        Message::AnswerWrong => "아직 정답이 아닙니다.".into(),
        Message::NoQuestion => "이 단계에는 질문이 없습니다. `status`로 할 일을 볼 수 있습니다.".into(),
        Message::PredictionKept => "적어 두었습니다. 이제 직접 해 보고 비교해 보세요.".into(),
        Message::NoPrediction => "이 단계에서는 예상을 묻지 않습니다. `status`로 할 일을 볼 수 있습니다.".into(),
        Message::AnswerEmpty => "답을 뒤에 적어 주세요: answer 답".into(),
        Message::UnknownWord(word) => format!("`{word}`은(는) 튜터 명령이 아닙니다. `help`로 목록을 볼 수 있습니다. `:` 없이 쓰면 셸 명령이 됩니다."),
        Message::WordNotYet("undo") => "`undo`는 아직 없습니다. `reset`으로 이 단계를 처음 상태로 되돌릴 수 있습니다.".into(),
        Message::WordNotYet("why") => "`why`는 아직 없습니다. `check`가 차이를 알려 주고, `kubectl describe`와 `kubectl get events`가 일어난 일을 알려 줍니다.".into(),
        Message::WordNotYet("map") => "`map`은 아직 없습니다. `kubectl get deployments,replicasets,pods,services`로 같은 오브젝트를 볼 수 있습니다.".into(),
        Message::WordNotYet(word) => format!("`{word}`은(는) 아직 없습니다. `kubectl get events --sort-by=.lastTimestamp`로 일어난 일을 볼 수 있습니다."),
        Message::GotoWhere => "어디로 갈까요? `list`로 장 목록을 볼 수 있습니다. 예: `goto 2`, `goto services/expose`".into(),
        Message::NotASpan("") => "얼마나 할까요? 예: `skip 30s`, `skip 5m`, `speed 10`".into(),
        Message::NotASpan(text) => format!("`{text}`을(를) 이해하지 못했습니다. 예: `skip 30s`, `skip 5m`, `speed 10`"),
        Message::TimePaused => "모의 시간을 멈췄습니다. `resume`으로 다시 흐르게 할 수 있습니다.".into(),
        Message::TimeResumed => "모의 시간이 다시 흐릅니다.".into(),
        Message::TimeSpeed(speed) => format!("모의 시간이 {speed}배로 흐릅니다. `resume`으로 원래 속도로 돌아갑니다."),
        Message::TimeSkipped(span) => format!("모의 시간 {span}이(가) 지났습니다."),
        Message::TimeNotOurs => "실제 클러스터의 시간은 바꿀 수 없습니다. 기다리거나 내장 클러스터를 사용하세요.".into(),
        Message::Goodbye => "또 만나요. `podlings`를 다시 시작하면 멈춘 곳에서 이어집니다.".into(),
        Message::UnfinishedLine => "줄이 끝나지 않았습니다. 따옴표, 히어독 또는 줄 끝의 역슬래시가 열려 있습니다.".into(),
    }
}

fn difference(that: &str, expected: &str, actual: &str, expected_word: &str, found_word: &str) -> String {
    match (expected, actual) {
        ("", "") => that.to_owned(),
        ("", actual) => format!("{that} ({actual})"),
        (expected, "") => format!("{that} ({expected_word} {expected})"),
        (expected, actual) => format!("{that} ({expected_word} {expected}, {found_word} {actual})"),
    }
}
