//! What is said about the learner's tools, in both languages.

use crate::lesson::Language;

/// A sentence about one of the learner's tools.
#[derive(Clone, Copy, Debug)]
pub enum Remark<'a> {
    /// A word that nobody knows may be meant for this one.
    Meant(&'a str),
    /// No command that could be taken back.
    NothingToUndo,
    /// A real cluster cannot go back; the nearest real thing, if the last command tells one.
    UndoNotHere(&'a str),
    /// The cluster is as before that line.
    Undone(&'a str),
    /// Time on a real cluster cannot be stopped.
    PauseNotHere,
    /// Nor its speed be changed.
    SpeedNotHere,
    /// Nor be skipped.
    SkipNotHere,
    /// That much time passed until nothing happened any more.
    Settled(&'a str),
    /// That much time passed, and something still happens.
    NotSettled(&'a str),
    /// No hint was shown yet.
    NoHintsYet,
    /// `again` before anything was said.
    NothingSaid,
    /// After a solution: why does it work?
    AskWhy,
    /// `because` or `note` without text.
    TextMissing(&'a str),
    /// `because` before any step was passed.
    NothingPassed,
    /// The learner's words were kept.
    WordsKept,
    /// A Pod was evicted: which, and why.
    Evicted(&'a str, &'a str),
    /// The cluster was made anew while the lesson paused.
    AnotherCluster,
    /// What was expected came true.
    ExpectedRightly(&'a str),
    /// What was expected, and what came true instead.
    ExpectedOtherwise(&'a str, &'a str),
    /// Nothing to put into the notes yet.
    RecapEmpty,
    /// A file was written into the workspace.
    FileWritten(&'a str),
    /// So many reviews are due.
    ReviewsDue(usize),
    /// Nothing was missed so far.
    NothingMissed,
    /// The next review is due then (days).
    ReviewLater(i64),
    /// A review begins: what, and how many are due.
    ReviewBegins(&'a str, usize),
    /// A review is done; it comes again after so many days.
    ReviewDone(u32),
    /// The learner stands again where they stood before the review.
    ReviewOver,
    /// A bundle for the author was written.
    FlagWritten(&'a str),
    /// Headline of the jobs.
    Jobs,
    /// No command is running.
    NoJobs,
    /// No such job.
    NoSuchJob(&'a str),
    /// A job runs; how to end it.
    JobStarted(usize),
    /// A job in the background runs; how to reach it.
    JobInBackground(usize),
    /// Too many jobs.
    TooManyJobs,
    /// `edit` without a file.
    EditWhat,
    /// Nobody sits at a keyboard.
    EditNoKeyboard,
    /// The editor did not start or failed.
    EditFailed,
    /// The file is as it was.
    EditUnchanged(&'a str),
    /// The file was changed.
    EditSaved(&'a str),
    /// `explain` without a field.
    ExplainWhat,
    /// Where the course speaks of a field.
    ExplainMet(&'a str),
    /// No object here has such a field.
    ExplainUnknown(&'a str),
}

/// Puts a remark in a language.
#[must_use]
pub fn remark(language: Language, remark: Remark<'_>) -> String {
    match language {
        Language::En => english(remark),
        Language::Ko => korean(remark),
    }
}

fn english(remark: Remark<'_>) -> String {
    match remark {
        Remark::Meant(word) => format!("Did you mean `{word}`?"),
        Remark::NothingToUndo => "There is no command to take back since podlings was started. `reset` puts the step back to its start.".into(),
        Remark::UndoNotHere("") => "A real cluster keeps no past to go back to: `undo` works on the embedded cluster. Here `kubectl rollout undo deployment/NAME` takes back a rollout, and `reset` puts the step back to its start.".into(),
        Remark::UndoNotHere(instead) => format!("A real cluster keeps no past to go back to: `undo` works on the embedded cluster. Here the nearest thing is `{instead}`; `reset` puts the step back to its start."),
        Remark::Undone(line) => format!("The cluster is as it was before `{line}`."),
        Remark::PauseNotHere => "Time on a real cluster cannot be stopped: `pause` works on the embedded cluster. `kubectl rollout pause deployment/NAME` holds a rollout.".into(),
        Remark::SpeedNotHere => "Time on a real cluster has one speed: `speed` works on the embedded cluster.".into(),
        Remark::SkipNotHere => "Time on a real cluster cannot be skipped: `skip` works on the embedded cluster. `kubectl wait` and `kubectl rollout status` wait for what you need.".into(),
        Remark::Settled(span) => format!("{span} of simulated time have passed. Nothing changes any more."),
        Remark::NotSettled(span) => format!("{span} of simulated time have passed, and something still changes: `timeline` tells what."),
        Remark::NoHintsYet => "No hint was shown at this step yet: `hint` shows the first.".into(),
        Remark::NothingSaid => "Nothing was said yet. `status` shows the task.".into(),
        Remark::AskWhy => "You had the last step solved for you. In one line: why does that solution work? Type: because …".into(),
        Remark::TextMissing(word) => format!("Write the text after the word: {word} …"),
        Remark::NothingPassed => "No step is passed yet; `note` keeps any note.".into(),
        Remark::WordsKept => "Kept. `recap` shows it among your notes.".into(),
        Remark::Evicted(pod, why) => format!("The cluster evicted pod/{pod} ({why}). A workload makes another in its place; a Pod on its own stays away. The lesson goes on."),
        Remark::AnotherCluster => "It is a new cluster under the same name: what was made on the old one is gone. `reset` begins this step anew on it.".into(),
        Remark::ExpectedRightly(said) => format!("As you expected: {said}"),
        Remark::ExpectedOtherwise(said, right) => format!("You expected: {said}\n\nWhat came: {right}"),
        Remark::RecapEmpty => "There are no notes on that chapter yet: they gather as you work. `note …` adds one of your own.".into(),
        Remark::FileWritten(name) => format!("Written to `{name}` in your workspace."),
        Remark::ReviewsDue(1) => "One step is worth doing once more: `review` begins, and brings you back here.".into(),
        Remark::ReviewsDue(due) => format!("{due} steps are worth doing once more: `review` begins, and brings you back here."),
        Remark::NothingMissed => "Nothing to review: nothing was hard so far.".into(),
        Remark::ReviewLater(days) => format!("Nothing is due now. The next review is due in {}.", days_en(days)),
        Remark::ReviewBegins(title, 1) => format!("Once more, from its start: “{title}”. Afterwards you are back where you stand now."),
        Remark::ReviewBegins(title, due) => format!("{due} are due. Once more, from its start: “{title}”. Afterwards you are back where you stand now."),
        Remark::ReviewDone(days) => format!("It comes again in {}.", days_en(i64::from(days))),
        Remark::ReviewOver => "Back to where you stood.".into(),
        Remark::FlagWritten(name) => format!("Written to `{name}` in your workspace: the step, its verdict, what changed and your last commands, no secrets. Look it over and send it to the author."),
        Remark::Jobs => "Running commands".into(),
        Remark::NoJobs => "No command is running.".into(),
        Remark::NoSuchJob("") => "Which one? `jobs` lists the running commands.".into(),
        Remark::NoSuchJob(text) => format!("No running command has the number `{text}`; `jobs` lists them."),
        Remark::JobStarted(number) => format!("Running as [{number}]; the prompt stays yours. Ctrl-C or `stop {number}` ends it."),
        Remark::JobInBackground(number) => format!("Running in the background as [{number}]: `fg {number}` brings it to the front, `stop {number}` ends it."),
        Remark::TooManyJobs => "Too many commands are running: end one with `stop N` first.".into(),
        Remark::EditWhat => "Which file? For example `edit web.yaml`; a new name makes a new file.".into(),
        Remark::EditNoKeyboard => "An editor needs a terminal. Without one: `cat > FILE <<END` … `END`.".into(),
        Remark::EditFailed => "The editor ended with an error. Set EDITOR to the one you like, for example EDITOR=nano, and start podlings again.".into(),
        Remark::EditUnchanged(name) => format!("`{name}` is as it was."),
        Remark::EditSaved(name) => format!("Saved `{name}`"),
        Remark::ExplainWhat => "Which field? For example `explain deployment.spec.replicas`, or `explain targetPort` for one of your objects.".into(),
        Remark::ExplainMet(places) => format!("The course speaks of it in: {places}"),
        Remark::ExplainUnknown(field) => format!("None of your objects has a field `{field}`. Begin with the kind: `explain pod.spec.{field}`."),
    }
}

fn days_en(days: i64) -> String {
    if days == 1 { "a day".to_owned() } else { format!("{days} days") }
}

fn korean(remark: Remark<'_>) -> String {
    match remark {
        Remark::Meant(word) => format!("혹시 `{word}`인가요?"),
        Remark::NothingToUndo => "podlings를 시작한 뒤로 되돌릴 명령이 없습니다. `reset`을 입력하면 이 단계를 처음 상태로 되돌립니다.".into(),
        Remark::UndoNotHere("") => "실제 클러스터에는 돌아갈 과거가 없습니다. `undo`는 내장 클러스터에서만 됩니다. 여기서는 `kubectl rollout undo deployment/이름`으로 롤아웃을 되돌리고, `reset`으로 이 단계를 처음 상태로 되돌릴 수 있습니다.".into(),
        Remark::UndoNotHere(instead) => format!("실제 클러스터에는 돌아갈 과거가 없습니다. `undo`는 내장 클러스터에서만 됩니다. 여기서 가장 가까운 방법은 `{instead}`입니다. `reset`은 이 단계를 처음 상태로 되돌립니다."),
        Remark::Undone(line) => format!("클러스터를 `{line}` 이전으로 되돌렸습니다."),
        Remark::PauseNotHere => "실제 클러스터의 시간은 멈출 수 없습니다. `pause`는 내장 클러스터에서만 됩니다. `kubectl rollout pause deployment/이름`은 롤아웃을 멈춰 둡니다.".into(),
        Remark::SpeedNotHere => "실제 클러스터의 시간은 빠르기를 바꿀 수 없습니다. `speed`는 내장 클러스터에서만 됩니다.".into(),
        Remark::SkipNotHere => "실제 클러스터의 시간은 건너뛸 수 없습니다. `skip`은 내장 클러스터에서만 됩니다. `kubectl wait`와 `kubectl rollout status`로 필요한 것을 기다릴 수 있습니다.".into(),
        Remark::Settled(span) => format!("모의 시간 {span} 경과. 이제 더 바뀌는 것이 없습니다."),
        Remark::NotSettled(span) => format!("모의 시간 {span} 경과. 아직 바뀌는 것이 있습니다. `timeline`으로 볼 수 있습니다."),
        Remark::NoHintsYet => "이 단계에서 본 힌트가 아직 없습니다. `hint`를 입력하면 첫 힌트가 나옵니다.".into(),
        Remark::NothingSaid => "아직 한 말이 없습니다. `status`로 할 일을 볼 수 있습니다.".into(),
        Remark::AskWhy => "바로 앞 단계는 풀이로 통과했습니다. 그 풀이가 왜 되는지 한 줄로 적어 보세요. 이렇게 입력합니다: 왜냐하면 …".into(),
        Remark::TextMissing(word) => format!("내용을 뒤에 적어 주세요: {word} …"),
        Remark::NothingPassed => "아직 통과한 단계가 없습니다. `note`로 메모를 남길 수 있습니다.".into(),
        Remark::WordsKept => "적어 두었습니다. `recap`에서 다시 볼 수 있습니다.".into(),
        Remark::Evicted(pod, why) => format!("클러스터가 pod/{pod}을(를) 축출했습니다({why}). 워크로드의 파드라면 새 파드가 그 자리를 채우고, 혼자 있던 파드라면 돌아오지 않습니다. 수업은 계속됩니다."),
        Remark::AnotherCluster => "이름은 같지만 새로 만든 클러스터입니다. 이전 클러스터에 만든 것은 없습니다. `reset`으로 이 단계를 여기에서 처음부터 시작하세요.".into(),
        Remark::ExpectedRightly(said) => format!("예상한 대로입니다: {said}"),
        Remark::ExpectedOtherwise(said, right) => format!("예상: {said}\n\n실제: {right}"),
        Remark::RecapEmpty => "그 장의 기록이 아직 없습니다. 실습하는 동안 쌓입니다. `note …`로 직접 적을 수도 있습니다.".into(),
        Remark::FileWritten(name) => format!("작업 폴더의 `{name}` 파일에 저장했습니다."),
        Remark::ReviewsDue(due) => format!("다시 해 볼 만한 단계가 {due}개 있습니다. `review`를 입력하면 시작하고, 끝나면 이 자리로 돌아옵니다."),
        Remark::NothingMissed => "복습할 것이 없습니다. 지금까지 어려웠던 것이 없습니다.".into(),
        Remark::ReviewLater(days) => format!("지금 복습할 것은 없습니다. 다음 복습은 {days}일 뒤입니다."),
        Remark::ReviewBegins(title, 1) => format!("처음부터 다시 해 봅니다: “{title}”. 끝나면 지금 자리로 돌아옵니다."),
        Remark::ReviewBegins(title, due) => format!("복습할 것이 {due}개 있습니다. 처음부터 다시 해 봅니다: “{title}”. 끝나면 지금 자리로 돌아옵니다."),
        Remark::ReviewDone(days) => format!("{days}일 뒤에 다시 나옵니다."),
        Remark::ReviewOver => "복습하기 전 자리로 돌아왔습니다.".into(),
        Remark::FlagWritten(name) => format!("작업 폴더의 `{name}` 파일에 저장했습니다. 단계, 판정, 달라진 것, 마지막 명령들이 들어 있고 비밀 값은 없습니다. 살펴본 뒤 작성자에게 보내 주세요."),
        Remark::Jobs => "실행 중인 명령".into(),
        Remark::NoJobs => "실행 중인 명령이 없습니다.".into(),
        Remark::NoSuchJob("") => "어느 것인가요? `jobs`로 실행 중인 명령을 볼 수 있습니다.".into(),
        Remark::NoSuchJob(text) => format!("번호가 `{text}`인 실행 중인 명령이 없습니다. `jobs`로 목록을 볼 수 있습니다."),
        Remark::JobStarted(number) => format!("[{number}]번으로 실행 중입니다. 프롬프트는 그대로 쓸 수 있습니다. Ctrl-C나 `stop {number}`로 끝냅니다."),
        Remark::JobInBackground(number) => format!("[{number}]번으로 백그라운드에서 실행 중입니다. `fg {number}`로 앞으로 가져오고 `stop {number}`로 끝냅니다."),
        Remark::TooManyJobs => "실행 중인 명령이 너무 많습니다. 먼저 `stop 번호`로 하나를 끝내세요.".into(),
        Remark::EditWhat => "어느 파일인가요? 예: `edit web.yaml`. 없는 이름이면 새 파일이 됩니다.".into(),
        Remark::EditNoKeyboard => "편집기는 터미널에서만 열 수 있습니다. 터미널이 없으면 `cat > 파일 <<END` … `END`를 쓰세요.".into(),
        Remark::EditFailed => "편집기가 오류로 끝났습니다. EDITOR에 쓰고 싶은 편집기를 넣고(예: EDITOR=nano) podlings를 다시 시작하세요.".into(),
        Remark::EditUnchanged(name) => format!("`{name}` 파일은 그대로입니다."),
        Remark::EditSaved(name) => format!("저장한 파일: `{name}`"),
        Remark::ExplainWhat => "어떤 필드인가요? 예: `explain deployment.spec.replicas`, 또는 내 오브젝트에 있는 필드라면 `explain targetPort`".into(),
        Remark::ExplainMet(places) => format!("이 과정에서 다루는 곳: {places}"),
        Remark::ExplainUnknown(field) => format!("내 오브젝트 가운데 `{field}` 필드가 있는 것이 없습니다. 종류부터 적어 보세요: `explain pod.spec.{field}`"),
    }
}
