//! What `help` says about each word, in both languages, and the words that mean the same.

use crate::base::{is_typo, nearest};
use crate::lesson::Language;

/// What words are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordGroup {
    /// The step at hand.
    Step,
    /// A look at the cluster.
    Look,
    /// Simulated time.
    Time,
    /// Long-running commands, and files.
    Jobs,
    /// The learner's own notes.
    Notes,
    /// The way through the course.
    Way,
}

impl WordGroup {
    /// All groups, in the order of `help`.
    pub const ALL: [Self; 6] = [Self::Step, Self::Look, Self::Time, Self::Jobs, Self::Notes, Self::Way];

    /// The group's title.
    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Step, Language::En) => "The step at hand",
            (Self::Step, Language::Ko) => "지금 단계",
            (Self::Look, Language::En) => "Look at the cluster",
            (Self::Look, Language::Ko) => "클러스터 살펴보기",
            (Self::Time, Language::En) => "Time",
            (Self::Time, Language::Ko) => "시간",
            (Self::Jobs, Language::En) => "Running commands and files",
            (Self::Jobs, Language::Ko) => "실행 중인 명령과 파일",
            (Self::Notes, Language::En) => "Your notes",
            (Self::Notes, Language::Ko) => "내 기록",
            (Self::Way, Language::En) => "The way through the course",
            (Self::Way, Language::Ko) => "과정 안에서 이동",
        }
    }
}

/// What `help` says about a word.
#[derive(Clone, Copy, Debug)]
pub struct WordHelp {
    /// The word.
    pub word: &'static str,
    /// The same word in Korean.
    pub korean_word: &'static str,
    /// What it is for.
    pub group: WordGroup,
    argument: [&'static str; 2],
    text: [&'static str; 2],
}

impl WordHelp {
    /// What the word does.
    #[must_use]
    pub fn text(&self, language: Language) -> &'static str {
        pick(&self.text, language)
    }

    /// Its argument, if it takes one.
    #[must_use]
    pub fn argument(&self, language: Language) -> &'static str {
        pick(&self.argument, language)
    }
}

fn pick(texts: &[&'static str; 2], language: Language) -> &'static str {
    match language {
        Language::En => texts[0],
        Language::Ko => texts[1],
    }
}

const fn word(
    group: WordGroup,
    words: [&'static str; 2],
    argument: [&'static str; 2],
    english: &'static str,
    korean: &'static str,
) -> WordHelp {
    WordHelp { word: words[0], korean_word: words[1], group, argument, text: [english, korean] }
}

/// Every word that works, in the order of `help`.
pub static WORDS: &[WordHelp] = &[
    word(WordGroup::Step, ["status", "할일"], ["", ""], "show the task again", "할 일을 다시 보여 줍니다"),
    word(
        WordGroup::Step,
        ["check", "확인"],
        ["", ""],
        "judge the step now and say why",
        "지금 단계를 판정하고 이유를 알려 줍니다",
    ),
    word(
        WordGroup::Step,
        ["why", "왜"],
        ["[OBJECT]", "[오브젝트]"],
        "what keeps the step, or an object: why, why pod/web",
        "무엇이 막고 있는지 알려 줍니다: why, why pod/web",
    ),
    word(
        WordGroup::Step,
        ["verdict", "판정"],
        ["", ""],
        "show the last feedback again",
        "마지막 판정을 다시 보여 줍니다",
    ),
    word(WordGroup::Step, ["hint", "힌트"], ["", ""], "show the next hint", "다음 힌트를 보여 줍니다"),
    word(
        WordGroup::Step,
        ["hints", "힌트들"],
        ["", ""],
        "show the hints so far again",
        "지금까지 본 힌트를 다시 보여 줍니다",
    ),
    word(
        WordGroup::Step,
        ["predict", "예상"],
        ["TEXT", "예상"],
        "say what you expect before you try; never graded",
        "해 보기 전에 예상을 적어 둡니다. 채점하지 않습니다",
    ),
    word(
        WordGroup::Step,
        ["answer", "답"],
        ["TEXT", "답"],
        "answer the step's question",
        "단계의 질문에 답합니다",
    ),
    word(
        WordGroup::Step,
        ["solve", "풀이"],
        ["", ""],
        "run the solution and go on",
        "풀이를 실행하고 다음으로 넘어갑니다",
    ),
    word(
        WordGroup::Step,
        ["because", "왜냐하면"],
        ["TEXT", "이유"],
        "say in one line why the solution works",
        "풀이가 왜 되는지 한 줄로 적습니다",
    ),
    word(
        WordGroup::Step,
        ["again", "다시"],
        ["", ""],
        "show once more what was said last",
        "마지막에 한 말을 다시 보여 줍니다",
    ),
    word(
        WordGroup::Look,
        ["map", "지도"],
        ["", ""],
        "draw the objects: owners, states, selectors",
        "오브젝트를 그립니다: 소유 관계, 상태, 셀렉터",
    ),
    word(
        WordGroup::Look,
        ["timeline", "흐름"],
        ["", ""],
        "who wrote what since the last command",
        "마지막 명령 이후 누가 무엇을 기록했는지 보여 줍니다",
    ),
    word(
        WordGroup::Look,
        ["diff", "차이"],
        ["[step]", "[step]"],
        "what changed since the last command, or since the step began",
        "마지막 명령 이후, 또는 단계가 시작된 뒤에 달라진 것",
    ),
    word(
        WordGroup::Look,
        ["explain", "설명"],
        ["FIELD", "필드"],
        "what a field means: explain deployment.spec.replicas",
        "필드의 뜻: explain deployment.spec.replicas",
    ),
    word(
        WordGroup::Time,
        ["undo", "되돌리기"],
        ["", ""],
        "take the cluster back to before the last command",
        "클러스터를 마지막 명령 이전으로 되돌립니다",
    ),
    word(WordGroup::Time, ["pause", "멈춤"], ["", ""], "stop simulated time", "모의 시간을 멈춥니다"),
    word(
        WordGroup::Time,
        ["resume", "재개"],
        ["", ""],
        "let simulated time run again",
        "모의 시간을 다시 흐르게 합니다",
    ),
    word(
        WordGroup::Time,
        ["speed", "속도"],
        ["N", "N"],
        "run simulated time N times as fast",
        "모의 시간을 N배로 흐르게 합니다",
    ),
    word(
        WordGroup::Time,
        ["skip", "건너뛰기"],
        ["[TIME]", "[시간]"],
        "let time pass at once: skip 5m, or until all is settled",
        "시간을 건너뜁니다: skip 5m, 시간이 없으면 안정될 때까지",
    ),
    word(
        WordGroup::Jobs,
        ["jobs", "작업"],
        ["", ""],
        "list the commands that are running",
        "실행 중인 명령을 보여 줍니다",
    ),
    word(
        WordGroup::Jobs,
        ["fg", "앞으로"],
        ["[N]", "[N]"],
        "bring one to the front: Ctrl-C ends it",
        "명령을 앞으로 가져옵니다. Ctrl-C로 끝냅니다",
    ),
    word(WordGroup::Jobs, ["stop", "중지"], ["[N]", "[N]"], "end one", "명령을 끝냅니다"),
    word(
        WordGroup::Jobs,
        ["edit", "편집"],
        ["FILE", "파일"],
        "open a file of the workspace in your editor",
        "작업 폴더의 파일을 편집기로 엽니다",
    ),
    word(
        WordGroup::Notes,
        ["note", "메모"],
        ["TEXT", "내용"],
        "keep a note in your own words",
        "자기 말로 메모를 남깁니다",
    ),
    word(
        WordGroup::Notes,
        ["recap", "정리"],
        ["[CHAPTER] [FILE.md]", "[장] [파일.md]"],
        "your notes on a chapter, or on this one; with FILE as Markdown",
        "어느 장이나 이 장의 정리 노트. 파일 이름을 주면 Markdown으로 저장합니다",
    ),
    word(
        WordGroup::Notes,
        ["review", "복습"],
        ["", ""],
        "do again what was hard, when it is due",
        "어려웠던 것을 때가 되면 다시 해 봅니다",
    ),
    word(
        WordGroup::Notes,
        ["flag", "신고"],
        ["[TEXT]", "[내용]"],
        "write a file for the author of the lesson",
        "수업 작성자에게 보낼 파일을 만듭니다",
    ),
    word(
        WordGroup::Way,
        ["next", "다음"],
        ["", ""],
        "go on to the next step or chapter",
        "다음 단계나 장으로 갑니다",
    ),
    word(WordGroup::Way, ["back", "이전"], ["", ""], "go one step back", "한 단계 뒤로 갑니다"),
    word(
        WordGroup::Way,
        ["goto", "이동"],
        ["PLACE", "위치"],
        "go to a chapter or step: goto 3, goto services/expose",
        "장이나 단계로 갑니다: goto 3, goto services/expose",
    ),
    word(
        WordGroup::Way,
        ["reset", "초기화"],
        ["", ""],
        "put the step's world back to its start",
        "단계를 처음 상태로 되돌립니다",
    ),
    word(
        WordGroup::Way,
        ["list", "목록"],
        ["", ""],
        "show chapters, steps and progress",
        "장, 단계, 진행 상황을 보여 줍니다",
    ),
    word(WordGroup::Way, ["help", "도움말"], ["", ""], "show these words", "이 목록을 보여 줍니다"),
    word(
        WordGroup::Way,
        ["quit", "나가기"],
        ["", ""],
        "leave; everything is kept",
        "나갑니다. 모든 것이 저장됩니다",
    ),
];

/// Other words for the same.
const SAME: &[(&str, &str)] = &[
    ("show", "status"),
    ("question", "status"),
    ("질문", "status"),
    ("exit", "quit"),
    ("?", "help"),
    ("타임라인", "timeline"),
];

/// Programs whose names are mistyped often.
const PROGRAMS: &[&str] = &["kubectl", "minikube", "docker"];

/// What a word may be meant for that nobody knows, with a letter or two wrong.
pub(super) fn meant(typed: &str) -> Option<&'static str> {
    let words = WORDS.iter().flat_map(|help| [help.word, help.korean_word]);
    nearest(typed, words.chain(PROGRAMS.iter().copied()).filter(|word| is_typo(typed, word)))
}

/// The word of `help` that a typed word is.
pub(super) fn known(typed: &str) -> Option<&'static str> {
    let same = SAME.iter().find(|(other, _)| *other == typed).map(|(_, word)| *word);
    let typed = same.unwrap_or(typed);
    WORDS.iter().find(|help| help.word == typed || help.korean_word == typed).map(|help| help.word)
}
