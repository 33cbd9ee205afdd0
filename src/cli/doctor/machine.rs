//! podlings itself, the terminal, the state folder, memory and disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::base::json;
use crate::environment::{ask_program, find_program};
use crate::lesson::Language;
use crate::repl::Theme;

use super::super::surroundings::Surroundings;
use super::finding::{Finding, State};

/// How long a program may take that reads a number of the system.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// Columns below which lessons get hard to read.
const COLUMNS_MIN: usize = 40;

/// Memory that minikube's node wants, in MiB.
const MINIKUBE_MEMORY: u64 = 3072;

/// Space that the state folder wants, in MiB.
const SPACE_MIN: u64 = 50;

/// Space that minikube wants, in MiB.
const MINIKUBE_SPACE: u64 = 20_000;

pub(super) async fn look(
    surroundings: &Surroundings,
    theme: Theme,
    state: Option<&Path>,
    language: Language,
) -> Vec<Finding> {
    let version = env!("CARGO_PKG_VERSION");
    let imitates = "Kubernetes v1.36, minikube v1.38.1";
    let seed = language.either(
        "drawn anew for each cluster; --seed N fixes it, `podlings cluster` prints its own",
        "클러스터마다 새로 뽑습니다. --seed N 으로 고정할 수 있고 `podlings cluster`가 값을 보여 줍니다",
    );
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let mut findings = vec![
        Finding::good("podlings", "podlings", format!("{version} ({imitates})"))
            .with(json!({"version": version, "kubernetes": "v1.36.2", "minikube": "v1.38.1"})),
        Finding::new("podlings", language.either("seed", "시드"), State::Info, seed),
        Finding::good("machine", language.either("system", "시스템"), system),
    ];
    findings.extend(terminal(surroundings, theme, language));
    findings.push(state_folder(state, language));
    findings.push(memory(surroundings, language).await);
    findings.extend(disk(surroundings, state, language).await);
    findings
}

fn terminal(surroundings: &Surroundings, theme: Theme, language: Language) -> Vec<Finding> {
    let name = language.either("terminal", "터미널");
    let columns = match language {
        Language::En => format!("{} columns", theme.width),
        Language::Ko => format!("{}칸", theme.width),
    };
    let colour = match (theme.colour, surroundings.output_is_terminal) {
        (true, _) => language.either("colour", "색 있음"),
        (false, true) => {
            language.either("no colour (NO_COLOR or TERM=dumb)", "색 없음(NO_COLOR 또는 TERM=dumb)")
        }
        (false, false) => language.either("not a terminal", "터미널이 아님"),
    };
    let value = format!("{columns}, {colour}");
    let data = json!({
        "columns": theme.width,
        "colour": theme.colour,
        "inputIsTerminal": surroundings.input_is_terminal,
        "outputIsTerminal": surroundings.output_is_terminal,
    });
    let width = if theme.width < COLUMNS_MIN {
        Finding::new("terminal", name, State::Attention, value).remedy(
            language.either("make it wider: 80 columns are comfortable", "창을 넓히세요. 80칸이면 편합니다"),
        )
    } else {
        Finding::good("terminal", name, value)
    };
    vec![width.with(data), locale(surroundings, language)]
}

fn locale(surroundings: &Surroundings, language: Language) -> Finding {
    let name = language.either("locale", "로캘");
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| surroundings.variable(name));
    let is_utf8 = set.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    let data = json!({"locale": set, "utf8": is_utf8});
    match set {
        Some(locale) if is_utf8 => Finding::good("terminal", name, locale),
        other => {
            let value = match (other, language) {
                (Some(locale), Language::En) => format!("{locale}: not UTF-8"),
                (Some(locale), Language::Ko) => format!("{locale}: UTF-8이 아님"),
                (None, Language::En) => "not set".to_owned(),
                (None, Language::Ko) => "설정되지 않음".to_owned(),
            };
            Finding::new("terminal", name, State::Attention, value).remedy("export LANG=C.UTF-8")
        }
    }
    .with(data)
}

fn state_folder(state: Option<&Path>, language: Language) -> Finding {
    let name = language.either("state folder", "상태 폴더");
    let remedy = language.either(
        "name a folder that you can write with --state FOLDER",
        "쓸 수 있는 폴더를 --state FOLDER 로 지정하세요",
    );
    let Some(folder) = state else {
        let value = language.either("there is no home folder", "홈 폴더가 없습니다");
        return Finding::new("state", name, State::Problem, value).remedy(remedy);
    };
    let shown = folder.display().to_string();
    // Looking must not make a folder: where there is none, the nearest one above decides.
    let there = nearest(folder);
    let probe = there.join(format!(".podlings-probe-{}", std::process::id()));
    let written = fs::write(&probe, b"");
    // What could not be written is not there to be removed.
    let _ = fs::remove_file(&probe);
    match written {
        Ok(()) => Finding::good("state", name, shown),
        Err(error) => Finding::new("state", name, State::Problem, format!("{shown}: {error}")).remedy(remedy),
    }
}

/// The folder, or the nearest above it that exists.
fn nearest(folder: &Path) -> PathBuf {
    folder.ancestors().find(|folder| folder.is_dir()).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

async fn memory(surroundings: &Surroundings, language: Language) -> Finding {
    let name = language.either("memory", "메모리");
    let Some((total, available)) = memory_in_mib(surroundings).await else {
        let value = language.either("not known", "알 수 없음");
        return Finding::new("machine", name, State::Info, value);
    };
    let left = available.unwrap_or(total);
    let value = match (available, language) {
        (Some(available), Language::En) => format!("{total} MiB, {available} MiB available"),
        (Some(available), Language::Ko) => format!("{total} MiB, 사용 가능 {available} MiB"),
        (None, _) => format!("{total} MiB"),
    };
    let finding = if left < MINIKUBE_MEMORY {
        let remedy = match language {
            Language::En => format!("the embedded cluster is content; minikube wants {MINIKUBE_MEMORY} MiB"),
            Language::Ko => {
                format!("내장 클러스터에는 충분합니다. minikube에는 {MINIKUBE_MEMORY} MiB가 필요합니다")
            }
        };
        Finding::new("machine", name, State::Attention, value).remedy(remedy)
    } else {
        Finding::good("machine", name, value)
    };
    finding.with(json!({"totalMiB": total, "availableMiB": available}))
}

async fn memory_in_mib(surroundings: &Surroundings) -> Option<(u64, Option<u64>)> {
    if let Ok(text) = fs::read_to_string("/proc/meminfo") {
        let field = |name: &str| -> Option<u64> {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            let kibibytes: u64 = line.trim_start_matches(':').split_whitespace().next()?.parse().ok()?;
            Some(kibibytes / 1024)
        };
        return Some((field("MemTotal")?, field("MemAvailable")));
    }
    let program = find_program("sysctl", surroundings.variable("PATH")?, None)?;
    let answer = ask_program(&program, &["-n", "hw.memsize"], &surroundings.environment, ANSWER_MAX).await;
    let bytes: u64 = answer.ok()?.out.trim().parse().ok()?;
    Some((bytes >> 20, None))
}

async fn disk(surroundings: &Surroundings, state: Option<&Path>, language: Language) -> Option<Finding> {
    let folder = nearest(state?);
    let program = find_program("df", surroundings.variable("PATH")?, None)?;
    let arguments = ["-P", "-k", folder.to_str()?];
    let answer = ask_program(&program, &arguments, &surroundings.environment, ANSWER_MAX).await.ok()?;
    // The mount point may hold spaces; the numbers stand before it.
    let line = answer.out.lines().nth(1)?;
    let free: u64 = line.split_whitespace().nth(3)?.parse().ok()?;
    let free = free / 1024;
    let name = language.either("disk", "디스크");
    let value = match language {
        Language::En => format!("{free} MiB free"),
        Language::Ko => format!("{free} MiB 남음"),
    };
    let finding = match free {
        ..SPACE_MIN => Finding::new("machine", name, State::Problem, value).remedy(
            language
                .either("make room: progress cannot be kept", "공간을 비우세요. 진도를 저장할 수 없습니다"),
        ),
        SPACE_MIN..MINIKUBE_SPACE => {
            Finding::new("machine", name, State::Attention, value).remedy(language.either(
                "enough for the embedded cluster; minikube wants 20 GB",
                "내장 클러스터에는 충분합니다. minikube에는 20GB가 필요합니다",
            ))
        }
        _ => Finding::good("machine", name, value),
    };
    Some(finding.with(json!({"freeMiB": free})))
}
