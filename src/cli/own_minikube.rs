//! `--environment minikube`: the profile is found, started when asked, and offered to be stopped at the end.

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::base::{Output, ResultExt, Stopwatch, UserError, wrap};
use crate::environment::{PROFILE, Profile, ProfileState, StartEvent};
use crate::lesson::{Language, SAMPLE_IMAGE, sample_app};
use crate::repl::Theme;

use super::minikube_words::{Installed, explain, install_line, step_name};

/// How often the bar's clock moves.
const TICK: Duration = Duration::from_millis(200);

/// Minor versions of Kubernetes that kubectl may be away from the server.
const SKEW_MAX: u32 = 1;

/// The minor version that podlings imitates, and whose kubectl is built in.
const MINOR: u32 = 36;

/// Talks with the learner about the profile.
pub(super) struct Host<'a> {
    pub(super) profile: &'a Profile,
    pub(super) language: Language,
    pub(super) theme: Theme,
    /// Whether a person sits there.
    pub(super) interactive: bool,
    /// Whether it was asked for on the command line.
    pub(super) may_start: bool,
}

/// What is missing where there is no minikube.
pub(super) fn missing(language: Language) -> UserError {
    let line = install_line(Installed::Minikube);
    UserError::new(language.either("there is no minikube on this machine", "이 컴퓨터에 minikube가 없습니다"))
        .hint(format!("{}: {line}", language.either("install it", "설치하세요")))
        .hint(language.either(
            "it also needs Docker or a hypervisor; `podlings doctor` looks for them",
            "Docker나 하이퍼바이저도 필요합니다. `podlings doctor`가 찾아봅니다",
        ))
        .hint(language.either(
            "the embedded cluster needs none of this: podlings learn",
            "내장 클러스터에는 이런 것이 필요하지 않습니다: podlings learn",
        ))
}

impl Host<'_> {
    /// Sees to it that the profile runs; `true` when it was there before.
    ///
    /// # Errors
    /// When it cannot be started, or nobody said that it may be.
    pub(super) async fn running(&self, out: &mut Output) -> Result<bool, UserError> {
        let state = self.profile.state().await.map_err(|trouble| explain(&trouble, self.language))?;
        let there = state != ProfileState::Absent;
        if state == ProfileState::Running {
            return Ok(true);
        }
        if let ProfileState::Broken(what) = &state {
            let text = match self.language {
                Language::En => format!("The minikube profile {PROFILE:?} is not in order: {what}."),
                Language::Ko => format!("minikube 프로필 {PROFILE:?}이(가) 정상이 아닙니다: {what}."),
            };
            self.say(out, &text)?;
        }
        if !self.may_start {
            self.ask_to_start(&state, out)?;
        }
        self.start(out).await?;
        Ok(there)
    }

    fn ask_to_start(&self, state: &ProfileState, out: &mut Output) -> Result<(), UserError> {
        let refused = || {
            UserError::new(self.language.either("minikube was not started", "minikube를 시작하지 않았습니다"))
                .hint(self.language.either(
                    "podlings learn --environment minikube --start starts it without asking",
                    "podlings learn --environment minikube --start 는 묻지 않고 시작합니다",
                ))
        };
        if !self.interactive {
            return Err(refused());
        }
        let question = match (state, self.language) {
            (ProfileState::Absent, Language::En) => format!(
                "There is no minikube profile {PROFILE:?} yet. Making it takes some minutes, about 2 GB to fetch and \
                 3 GB of memory; your other profiles and your kubeconfig stay as they are. Start it? [Y/n] "
            ),
            (ProfileState::Absent, Language::Ko) => format!(
                "minikube 프로필 {PROFILE:?}이(가) 아직 없습니다. 만드는 데 몇 분, 약 2GB 다운로드와 3GB 메모리가 \
                 필요합니다. 다른 프로필과 kubeconfig는 그대로 둡니다. 시작할까요? [Y/n] "
            ),
            (_, Language::En) => format!("The minikube profile {PROFILE:?} is not running. Start it? [Y/n] "),
            (_, Language::Ko) => {
                format!("minikube 프로필 {PROFILE:?}이(가) 꺼져 있습니다. 시작할까요? [Y/n] ")
            }
        };
        if ask(out, self.theme, &question, true)? { Ok(()) } else { Err(refused()) }
    }

    /// Offers to build the course's sample app on a node that does not have it; whether the node has it now.
    ///
    /// # Errors
    /// When nobody can be asked, or its files cannot be written.
    pub(super) async fn offer_sample_app(&self, folder: &Path, out: &mut Output) -> Result<bool, UserError> {
        if !self.interactive || self.profile.has_image(&format!("docker.io/{SAMPLE_IMAGE}:2")).await {
            return Ok(true);
        }
        let question = match self.language {
            Language::En => format!(
                "The lessons run the image {SAMPLE_IMAGE}. Build it on the node now, as versions 1 and 2 (a minute)? \
                 Without that the node pulls it from the registry. [Y/n]"
            ),
            Language::Ko => format!(
                "수업은 {SAMPLE_IMAGE} 이미지를 실행합니다. 지금 노드에서 버전 1과 2를 빌드할까요(약 1분)? \
                 빌드하지 않으면 노드가 레지스트리에서 내려받습니다. [Y/n]"
            ),
        };
        if !ask(out, self.theme, &question, true)? {
            return Ok(false);
        }
        for (name, content) in sample_app() {
            let doing = || format!("cannot write {}", folder.display());
            std::fs::create_dir_all(folder).while_doing(doing)?;
            std::fs::write(folder.join(name), content).while_doing(doing)?;
        }
        for (tag, version) in [("1", "1"), ("latest", "1"), ("2", "2")] {
            let image = format!("{SAMPLE_IMAGE}:{tag}");
            self.say(out, &format!("$ minikube image build -t {image} {}", folder.display()))?;
            if let Err(trouble) = self.profile.build_image(folder, &image, version).await {
                let error = explain(&trouble, self.language);
                self.say(out, &format!("note: {}", error.message))?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn start(&self, out: &mut Output) -> Result<(), UserError> {
        let mut progress = Progress::new(self.theme, self.language, out.clone());
        let started = self.profile.start(&mut |event| progress.show(event)).await;
        progress.end();
        started.map_err(|trouble| explain(&trouble, self.language))
    }

    /// Offers to stop or delete the profile.
    ///
    /// # Errors
    /// When minikube cannot do it, or nobody can be asked.
    pub(super) async fn offer_end(&self, out: &mut Output) -> Result<(), UserError> {
        let question = self.language.either(
            "minikube goes on running. [k]eep it, [s]top it (kept, for next time) or [d]elete it? [k] ",
            "minikube가 계속 실행 중입니다. 그대로 두기[k], 멈추기[s](다음에 이어서), 삭제[d]? [k] ",
        );
        let answer = ask_text(out, self.theme, question)?;
        let ended = match answer.to_lowercase().as_str() {
            "s" | "stop" => self.profile.stop().await,
            "d" | "delete" => self.profile.delete().await,
            _ => return Ok(()),
        };
        ended.map_err(|trouble| explain(&trouble, self.language))
    }

    fn say(&self, out: &mut Output, text: &str) -> Result<(), UserError> {
        out.line(wrap(text, self.theme.width).join("\n")).while_doing(|| "cannot print".to_owned())
    }
}

/// What to say where the versions are too far apart to teach well.
pub(super) fn note_of_skew(server: &str, language: Language) -> Option<String> {
    skew(server).filter(|minor| minor.abs_diff(MINOR) > SKEW_MAX)?;
    Some(match language {
        Language::En => format!(
            "note: this cluster runs Kubernetes {server}; the lessons were written for v1.{MINOR}, and some output \
             will differ."
        ),
        Language::Ko => format!(
            "note: 이 클러스터의 쿠버네티스는 {server}입니다. 수업은 v1.{MINOR}에 맞춰 쓰였으므로 일부 출력이 다를 수 \
             있습니다."
        ),
    })
}

/// The minor version in `v1.36.2`.
pub(super) fn skew(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').nth(1)?.parse().ok()
}

/// Asks a question with yes or no.
///
/// # Errors
/// When nobody can be asked.
pub(super) fn ask(out: &mut Output, theme: Theme, question: &str, default: bool) -> Result<bool, UserError> {
    Ok(match ask_text(out, theme, question)?.to_lowercase().as_str() {
        "" => default,
        "y" | "yes" | "ㅛ" | "예" | "네" => true,
        _ => false,
    })
}

/// Asks a question.
///
/// # Errors
/// When nobody can be asked.
pub(super) fn ask_text(out: &mut Output, theme: Theme, question: &str) -> Result<String, UserError> {
    let doing = || "cannot ask".to_owned();
    out.text(wrap(question, theme.width).join("\n") + " ").while_doing(doing)?;
    out.flush().while_doing(doing)?;
    let mut typed = String::new();
    // The end of the input is a no to every question.
    match std::io::stdin().lock().read_line(&mut typed).while_doing(doing)? {
        0 => Ok("\u{4}".to_owned()),
        _ => Ok(typed.trim().to_owned()),
    }
}

/// Shows how far minikube is: a bar on a terminal, a line a step elsewhere.
struct Progress {
    bar: Option<ProgressBar>,
    language: Language,
    out: Output,
    since: Stopwatch,
    step: String,
    width: usize,
}

impl Progress {
    fn new(theme: Theme, language: Language, out: Output) -> Self {
        // Nothing is redrawn where redrawing may be read aloud line by line.
        let bar = theme.colour.then(|| {
            let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
            let template =
                if theme.width < 60 { "{bar:10} {elapsed} {msg}" } else { "{bar:24} {elapsed:>4} {msg}" };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars(theme.symbol("━━─", "==-")));
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { bar, language, out, since: Stopwatch::start(), step: String::new(), width: theme.width }
    }

    fn show(&mut self, event: StartEvent) {
        match event {
            StartEvent::Step { name, number, total, .. } => {
                let name = step_name(&name, self.language).to_owned();
                if let (Some(bar), Some(number), Some(total)) = (&self.bar, number, total) {
                    bar.set_length(total.max(1));
                    bar.set_position(number);
                }
                if name == self.step {
                    return;
                }
                match &self.bar {
                    Some(bar) => bar.set_message(name.clone()),
                    None => {
                        let place = match (number, total) {
                            (Some(number), Some(total)) => format!("[{number}/{total}] "),
                            _ => String::new(),
                        };
                        self.line(&format!("minikube {place}{name} ({} s)", self.since.elapsed().as_secs()));
                    }
                }
                self.step = name;
            }
            StartEvent::Download { artifact, progress } => {
                if let Some(bar) = &self.bar {
                    let percent = (progress.clamp(0.0, 1.0) * 100.0).round();
                    bar.set_message(format!("{}: {artifact} {percent} %", self.step));
                }
            }
            StartEvent::Warning(text) => self.line(&format!("minikube: {text}")),
            StartEvent::Info(_) | StartEvent::Error(_) => {}
        }
    }

    fn line(&mut self, text: &str) {
        let text = wrap(text, self.width).join("\n");
        // Nobody is left to tell when this cannot be printed.
        match &self.bar {
            Some(bar) => bar.println(text),
            None => _ = self.out.line(text),
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
