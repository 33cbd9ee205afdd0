//! `podlings learn`: wires a course, an environment and a front end into a session.

use std::fs;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use crate::base::{Clock, Output, Random, ResultExt, UserError, wrap, write_private};
use crate::lesson::{Course, CourseWatch, Language};
use crate::progress::{Event, Journal, Learner, Opened};
use crate::repl::{self, PlainScreen, TerminalScreen};
use crate::tutor::{Driver, Ending, Session, Settings};

use super::args::{Common, EnvironmentKind, Learn};
use super::surroundings::Surroundings;
use super::wiring::{Ground, Wiring};
use super::{load_course, load_course_with, runtime, source_of};

/// Exit code of a session that ended before its chapter was completed.
const NOT_COMPLETED: u8 = 1;

/// The folder that keeps progress, cluster and workspace, from the root on, as programs that run elsewhere look for
/// it; `None` without a home.
pub(super) fn state_folder(common: &Common, surroundings: &Surroundings) -> Option<PathBuf> {
    let named = common.state.as_ref().map(|folder| surroundings.working_folder().join(folder));
    named.or_else(|| surroundings.state_folder())
}

/// Runs a session.
///
/// # Errors
/// When the course is broken, the place unknown, or the cluster cannot be reached.
pub(super) fn run(
    learn: &Learn,
    common: &Common,
    surroundings: &Surroundings,
) -> Result<ExitCode, UserError> {
    let course = load_course(common)?;
    let language = learn.lang.unwrap_or_else(|| surroundings.language());
    let goal = learn.place.as_deref().map(|place| course.find(place)).transpose();
    let goal = goal.map_err(|error| language.error(error))?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(session(learn, common, surroundings, Arc::new(course), goal));
    // The editor's thread may still wait for a key; the process ends without it.
    runtime.shutdown_background();
    outcome
}

async fn session(
    learn: &Learn,
    common: &Common,
    surroundings: &Surroundings,
    course: Arc<Course>,
    goal: Option<(usize, usize)>,
) -> Result<ExitCode, UserError> {
    let interactive = surroundings.input_is_terminal;
    let theme = surroundings.theme(common);
    let mut out = Output::new(std::io::stdout());
    let folders = Folders::prepare(common, surroundings, learn, interactive)?;
    let Opened { mut journal, entries, notices } = folders.journal()?;
    let learner = Learner::from_entries(&entries);
    let language = choose_language(learn, &learner, surroundings, interactive, &mut journal)?;
    for notice in folders.notices.iter().chain(&notices) {
        let lines = wrap(&format!("note: {}", notice_in(notice, language)), theme.width);
        out.line(lines.join("\n")).while_doing(|| "cannot print".to_owned())?;
    }
    let named_image = common.sample_image.clone();
    let wiring = Wiring {
        learn,
        surroundings,
        folders: &folders,
        interactive,
        language,
        theme,
        named_image,
        entries: &entries,
    };
    let Ground { environment, world_kept, sample_image } =
        wiring.ground(&mut out, &mut journal).await.map_err(|error| language.error(error))?;
    let course = match &sample_image {
        Some(image) => Arc::new(load_course_with(common, Some(image))?),
        None => course,
    };
    let watch = CourseWatch::new(&source_of(common), sample_image.as_deref());
    let session = Session::new(course, learner, language, goal, learn.place.is_some() && !interactive);
    let keyboard = surroundings.keyboard();
    let follows_size = surroundings.follows_size();
    let settings = Settings { interactive, width: theme.width, keyboard, follows_size };
    let ending = if interactive {
        let mut farewell = out.clone();
        let screen = TerminalScreen::new(theme, out, surroundings.follows_size());
        let front = repl::Settings {
            theme,
            history: folders.state.as_ref().map(|folder| folder.join("history")),
            workspace: folders.workspace.clone(),
            course: watch,
        };
        let driver = Driver::new(session, environment, journal, Box::new(screen.clone()), settings);
        let ending = repl::run(driver, screen, front, world_kept).await?;
        wiring.offer_end(&mut farewell).await?;
        ending
    } else {
        let screen = PlainScreen::new(theme, out.clone());
        let driver = Driver::new(session, environment, journal, Box::new(screen), settings);
        repl::run_plain(driver, out, std::io::stdin().lock(), world_kept, watch).await?
    };
    Ok(match ending {
        Ending::Completed => ExitCode::SUCCESS,
        Ending::Left if interactive => ExitCode::SUCCESS,
        Ending::Left => ExitCode::from(NOT_COMPLETED),
    })
}

/// Where things are kept, and what a person should know about it.
pub(super) struct Folders {
    /// The state folder; `None` when nothing can be kept.
    pub(super) state: Option<PathBuf>,
    pub(super) workspace: PathBuf,
    pub(super) shims: PathBuf,
    /// What commands make on real clusters: kept of piped sessions as well, which may be killed.
    pub(super) deeds: PathBuf,
    notices: Vec<UserError>,
    /// Removed when the session ends, where nothing can be kept.
    _temporary: Option<TemporaryFolder>,
}

/// A notice in the learner's language.
pub(super) fn notice_in(notice: &UserError, language: Language) -> String {
    match language {
        Language::En => notice.message.clone(),
        Language::Ko => notice.clone().in_korean().message,
    }
}

/// A folder that goes with the session.
struct TemporaryFolder(PathBuf);

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Folders {
    fn prepare(
        common: &Common,
        surroundings: &Surroundings,
        learn: &Learn,
        interactive: bool,
    ) -> Result<Self, UserError> {
        let mut notices = Vec::new();
        // A piped session is an exercise of its own: it neither reads nor changes a learner's progress.
        let wanted =
            if interactive || common.state.is_some() { state_folder(common, surroundings) } else { None };
        let state = match wanted {
            Some(folder) => match writable(&folder) {
                Ok(()) => Some(folder),
                Err(error) => {
                    let korean = error.clone().in_korean().message;
                    let english = UserError::new(format!("{}; nothing is kept this time", error.message));
                    let korean = UserError::new(format!("{korean}. 이번에는 아무것도 저장되지 않습니다"));
                    notices.push(english.or_korean(korean));
                    None
                }
            },
            None if interactive => {
                let english =
                    "there is no home folder; nothing is kept this time (--state FOLDER names a place)";
                let korean = "홈 폴더가 없어 이번에는 아무것도 저장되지 않습니다(--state 폴더 옵션으로 정할 수 있습니다)";
                notices.push(UserError::new(english).or_korean(UserError::new(korean)));
                None
            }
            None => None,
        };
        let (base, temporary) = match &state {
            Some(folder) => (folder.clone(), None),
            None => {
                let name = format!("podlings-{}-{:x}", std::process::id(), Random::fresh_seed());
                let folder = std::env::temp_dir().join(name);
                fs::create_dir_all(&folder).while_doing(|| format!("cannot create {}", folder.display()))?;
                (folder.clone(), Some(TemporaryFolder(folder)))
            }
        };
        let world = match learn.environment {
            EnvironmentKind::Embedded => "embedded".to_owned(),
            EnvironmentKind::Minikube => "minikube".to_owned(),
            EnvironmentKind::Kubeconfig => "external".to_owned(),
        };
        let is_real = learn.environment != EnvironmentKind::Embedded;
        let kept = state_folder(common, surroundings).filter(|folder| is_real && writable(folder).is_ok());
        let workspace = base.join("workspace");
        fs::create_dir_all(&workspace).while_doing(|| format!("cannot create {}", workspace.display()))?;
        // Each kind of cluster has tools of its own: on minikube, `minikube` is the real one.
        let shims = match learn.environment {
            EnvironmentKind::Embedded => base.join("bin"),
            _ => base.join(&world).join("bin"),
        };
        fs::create_dir_all(&shims).while_doing(|| format!("cannot create {}", shims.display()))?;
        Ok(Self {
            state: state.map(|folder| folder.join(world)),
            workspace,
            shims,
            deeds: kept.unwrap_or(base).join("deeds"),
            notices,
            _temporary: temporary,
        })
    }

    fn journal(&self) -> Result<Opened, UserError> {
        match &self.state {
            Some(folder) => Journal::open(folder, Clock::system()),
            None => Ok(Opened {
                journal: Journal::in_memory(Clock::system()),
                entries: Vec::new(),
                notices: Vec::new(),
            }),
        }
    }
}

impl Folders {
    /// The word by which clusters that several learners share know this one.
    pub(super) fn learner(&self) -> String {
        learner_word(&self.deeds)
    }

    /// Where the session's kubeconfig goes.
    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.shims.with_file_name("kubeconfig")
    }
}

/// The word of whoever uses a folder: drawn once, and kept there.
pub(super) fn learner_word(folder: &Path) -> String {
    let file = folder.join("learner");
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let kept = kept.trim();
    if !kept.is_empty() && kept.len() < 20 && kept.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return kept.to_ascii_lowercase();
    }
    let word = format!("{:08x}", Random::fresh_seed() >> 32);
    // Where it cannot be kept, another learner's namespace is not mistaken for ours.
    let _ = fs::create_dir_all(folder);
    let _ = write_private(&file, &word);
    word
}

fn writable(folder: &Path) -> Result<(), UserError> {
    let doing = || format!("cannot write to {}", folder.display());
    fs::create_dir_all(folder).while_doing(doing)?;
    let probe = folder.join(".probe");
    fs::write(&probe, b"").while_doing(doing)?;
    fs::remove_file(&probe).while_doing(doing)
}

/// The language: as asked, as chosen before, or asked for on the first run.
fn choose_language(
    learn: &Learn,
    learner: &Learner,
    surroundings: &Surroundings,
    interactive: bool,
    journal: &mut Journal,
) -> Result<Language, UserError> {
    let language = match (learn.lang, learner.language) {
        (Some(language), Some(known)) if language == known => return Ok(language),
        (Some(language), _) => language,
        (None, Some(language)) => return Ok(language),
        (None, None) if interactive => ask_language(surroundings.language())?,
        (None, None) => return Ok(surroundings.language()),
    };
    journal.append(&Event::LanguageChosen { language })?;
    Ok(language)
}

fn ask_language(likely: Language) -> Result<Language, UserError> {
    let doing = || "cannot ask for the language".to_owned();
    let mut out = Output::new(std::io::stdout());
    loop {
        out.text(format!("Language / 언어: en (English), ko (한국어) [{likely}] ")).while_doing(doing)?;
        out.flush().while_doing(doing)?;
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer).while_doing(doing)?;
        let answer = answer.trim().to_lowercase();
        if read == 0 || answer.is_empty() {
            return Ok(likely);
        }
        match answer.as_str() {
            "1" | "english" => return Ok(Language::En),
            "2" | "korean" | "한국어" => return Ok(Language::Ko),
            other => match other.parse() {
                Ok(language) => return Ok(language),
                Err(_) => out.line("en / ko ?").while_doing(doing)?,
            },
        }
    }
}
