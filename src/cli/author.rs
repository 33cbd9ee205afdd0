//! `podlings author`: scaffold, lint and prove chapters.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::watch;

use crate::base::{Output, Random, ResultExt, UserError};
use crate::cluster::{Cluster, ClusterConfig};
use crate::environment::{Embedded, Environment, Target, Terms, ToolSettings, Workspace};
use crate::lesson::{Course, Diagnostic, Language, Linted, SAMPLE_IMAGE, Severity, Source, lint};
use crate::tutor::{ProofSettings, StepProof, prove, survey};

use super::admission::{Admitted, Guest, move_in, not_confirmed};
use super::args::{Author, AuthorCommand, AuthorLint, AuthorTest, Common, EnvironmentKind};
use super::author_new;
use super::author_report::{Progress, Reporter};
use super::cluster::write_private;
use super::learn::{learner_word, state_folder};
use super::surroundings::Surroundings;
use super::{USAGE, runtime};

/// Exit code when something was found.
const FOUND: u8 = 1;

/// Chapters that are proved side by side.
const SIDE_BY_SIDE: usize = 2;

/// Runs one of the author's tools.
///
/// # Errors
/// When a folder cannot be read, a place is unknown, or a cluster cannot be reached.
pub(super) fn run(
    author: &Author,
    common: &Common,
    surroundings: &Surroundings,
) -> Result<ExitCode, UserError> {
    match &author.command {
        AuthorCommand::New(new) => author_new::run(new, common, surroundings),
        AuthorCommand::Lint(lint) => run_lint(lint, common, surroundings),
        AuthorCommand::Test(test) => run_test(test, common, surroundings),
    }
}

/// A course to look at: where it is, and what of it.
struct Subject {
    source: Source,
    /// The folder as it was named, to stand before the files' names.
    shown: PathBuf,
    /// The folder of the one chapter that was named.
    chapter: Option<String>,
}

impl Subject {
    /// The course in a folder (of a course or of one chapter), else that of `--course`, else the built-in one.
    fn find(folder: Option<&Path>, common: &Common) -> Result<Self, UserError> {
        let Some(folder) = folder.or(common.course.as_deref()) else {
            return Ok(Self { source: Source::Embedded, shown: PathBuf::from("lessons"), chapter: None });
        };
        if !folder.is_dir() {
            return Err(UserError::new(format!("there is no folder {}", folder.display()))
                .hint("name the folder of a course (with folders such as 01-pods), or of one chapter"));
        }
        let is_chapter = folder.join("en.md").is_file();
        let absolute =
            fs::canonicalize(folder).while_doing(|| format!("cannot read {}", folder.display()))?;
        let name = absolute.file_name().map(|name| name.to_string_lossy().into_owned());
        match (is_chapter, absolute.parent(), name) {
            (true, Some(course), Some(name)) => Ok(Self {
                source: Source::Folder(course.to_owned()),
                shown: folder.parent().map_or_else(|| course.to_owned(), Path::to_owned),
                chapter: Some(name),
            }),
            _ => Ok(Self { source: Source::Folder(absolute), shown: folder.to_owned(), chapter: None }),
        }
    }

    fn lint(&self, languages: &[Language]) -> Linted {
        let mut linted = lint(&self.source, languages);
        if let Some(chapter) = &self.chapter {
            let prefix = format!("{chapter}/");
            linted.diagnostics.retain(|one| one.file.starts_with(&prefix));
        }
        linted
    }

    /// The steps of the course that are meant, chapter and step from 0.
    fn steps(&self, course: &Course, place: Option<&str>) -> Result<Vec<(usize, usize)>, UserError> {
        let (mut only_chapter, mut only_step) = (None, None);
        if let Some(place) = place {
            let (chapter, step) = course.find(place)?;
            only_chapter = Some(chapter);
            only_step = place.contains(['/', '.']).then_some(step);
        }
        let of_this = |index: usize| {
            let steps = &course.chapters[index].steps;
            let prefix = self.chapter.as_ref().map(|chapter| format!("{chapter}/"));
            let file = steps.first().map(|step| step.origin.file.as_str()).unwrap_or_default();
            prefix.is_none_or(|prefix| file.starts_with(&prefix))
                && only_chapter.is_none_or(|only| only == index)
        };
        let chapters = (0..course.chapters.len()).filter(|index| of_this(*index));
        let steps = chapters
            .flat_map(|chapter| (0..course.chapters[chapter].steps.len()).map(move |step| (chapter, step)));
        Ok(steps.filter(|(_, step)| only_step.is_none_or(|only| only == *step)).collect())
    }
}

fn languages(only: Option<Language>) -> Vec<Language> {
    only.map_or_else(|| vec![Language::En, Language::Ko], |only| vec![only])
}

fn run_lint(args: &AuthorLint, common: &Common, surroundings: &Surroundings) -> Result<ExitCode, UserError> {
    let subject = Subject::find(args.folder.as_deref(), common)?;
    let linted = subject.lint(&languages(args.lang));
    let mut findings = linted.diagnostics;
    if linted.course.chapters.is_empty() && findings.is_empty() {
        return Err(no_chapters());
    }
    let steps = subject.steps(&linted.course, None)?;
    let runtime = runtime()?;
    let desk = TemporaryDesk::new(common, surroundings)?;
    let surveyed = runtime.block_on(async {
        let environment = desk.embedded(surroundings, 0, 1).await?;
        survey(&linted.course, &steps, &findings, environment).await
    });
    runtime.shutdown_background();
    findings.extend(surveyed?);
    findings.sort_by(|one, other| one.order().cmp(&other.order()));
    findings.dedup();
    let reporter = Reporter::new(surroundings, common, &subject.shown);
    if args.json {
        reporter.json(&reporter.findings_json(&findings))?;
    } else {
        reporter.findings(&findings)?;
    }
    Ok(exit_code(&findings, args.deny.is_some()))
}

fn no_chapters() -> UserError {
    UserError::new("there are no chapters here").hint("a chapter is a folder such as 01-pods with en.md")
}

fn exit_code(findings: &[Diagnostic], deny_warnings: bool) -> ExitCode {
    let bad = if deny_warnings { Severity::Warning } else { Severity::Error };
    let unreadable = findings.iter().any(|finding| finding.rule == "unreadable" && finding.line == 1);
    if unreadable {
        ExitCode::from(USAGE)
    } else if findings.iter().any(|finding| finding.severity >= bad) {
        ExitCode::from(FOUND)
    } else {
        ExitCode::SUCCESS
    }
}

fn run_test(args: &AuthorTest, common: &Common, surroundings: &Surroundings) -> Result<ExitCode, UserError> {
    let (folder, place) = match args.what.as_slice() {
        [] => (None, None),
        [one] if Path::new(one).is_dir() => (Some(Path::new(one)), None),
        [one] => (None, Some(one.as_str())),
        [folder, place, ..] => (Some(Path::new(folder)), Some(place.as_str())),
    };
    let subject = Subject::find(folder, common)?;
    let reporter = Reporter::new(surroundings, common, &subject.shown);
    let languages = languages(args.lang);
    let linted = subject.lint(&languages);
    if !linted.broken.is_empty() {
        reporter.findings(&linted.broken)?;
        return Err(
            UserError::new("the course cannot be read as it is").hint("podlings author lint says more")
        );
    }
    let chosen = subject.steps(&linted.course, place)?;
    if chosen.is_empty() {
        return Err(UserError::new("there are no steps here")
            .hint("a chapter is a folder such as 01-pods with en.md"));
    }
    let ours = args.environment == EnvironmentKind::Embedded;
    let settings = ProofSettings { languages, mutants: args.mutants || (ours && !args.no_mutants), chosen };
    let runtime = runtime()?;
    let desk = TemporaryDesk::new(common, surroundings)?;
    let progress = Arc::new(Progress::new(&reporter, settings.chosen.len(), args.json));
    let onlooker = Arc::clone(&progress);
    let proofs = runtime.block_on(async {
        let environments = desk.environments(args, surroundings, &settings).await?;
        let stop = watch::Sender::new(false);
        let course = Arc::new(linted.course);
        let proof = prove(course, settings.clone(), environments, onlooker, stop.subscribe());
        let mut proof = std::pin::pin!(proof);
        tokio::select! {
            proofs = &mut proof => return proofs,
            _ = tokio::signal::ctrl_c() => {}
        }
        stop.send_replace(true);
        // Another Ctrl-C does not wait until everything is gone.
        tokio::select! {
            ended = proof => ended.map(|_| ())?,
            _ = tokio::signal::ctrl_c() => {}
        }
        Err(UserError::new("interrupted; nothing more was tried"))
    });
    runtime.shutdown_background();
    progress.end();
    let proofs = proofs?;
    if args.json {
        reporter.json(&reporter.proofs_json(&proofs, progress.seconds()))?;
    } else {
        if !settings.mutants {
            let why =
                if ours { "as asked" } else { "on a real cluster they take long: --mutants tries them" };
            reporter.line(&format!("Changed solutions (mutants) were not tried: {why}."))?;
        }
        reporter.summary(&proofs, progress.seconds())?;
    }
    let clean = proofs.iter().all(|proof: &StepProof| proof.is_clean(args.deny.is_some()));
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// A folder for the work of a tool, which goes with it.
struct TemporaryDesk {
    folder: PathBuf,
    /// What is made on a real cluster: known to the next run when this one is killed.
    deeds: PathBuf,
}

impl Drop for TemporaryDesk {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl TemporaryDesk {
    fn new(common: &Common, surroundings: &Surroundings) -> Result<Self, UserError> {
        let name = format!("podlings-author-{}-{:x}", std::process::id(), Random::fresh_seed());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).while_doing(|| format!("cannot create {}", folder.display()))?;
        let kept = state_folder(common, surroundings).unwrap_or_else(|| folder.clone());
        Ok(Self { deeds: kept.join("deeds"), folder })
    }

    async fn environments(
        &self,
        args: &AuthorTest,
        surroundings: &Surroundings,
        settings: &ProofSettings,
    ) -> Result<Vec<Environment>, UserError> {
        if args.environment != EnvironmentKind::Embedded {
            return Ok(vec![self.external(args, surroundings).await?]);
        }
        let mut chapters: Vec<usize> = settings.chosen.iter().map(|(chapter, _)| *chapter).collect();
        chapters.dedup();
        let mut environments = Vec::new();
        for number in 0..SIDE_BY_SIDE.min(chapters.len()) {
            environments.push(self.embedded(surroundings, number, args.seed.unwrap_or(1)).await?);
        }
        Ok(environments)
    }

    fn tools(&self, surroundings: &Surroundings, number: usize) -> Result<ToolSettings, UserError> {
        let folder = self.folder.join(number.to_string());
        Ok(ToolSettings {
            workspace: Workspace::open(&folder.join("workspace"))?,
            shims: folder.join("bin"),
            kubeconfig: folder.join("kubeconfig"),
            deeds: self.deeds.clone(),
            executable: surroundings.executable.clone(),
            environment: without_editor(&surroundings.environment),
            home: Some(folder),
            plain: true,
        })
    }

    async fn embedded(
        &self,
        surroundings: &Surroundings,
        number: usize,
        seed: u64,
    ) -> Result<Environment, UserError> {
        let cluster = Cluster::start(ClusterConfig { seed, manual_time: true, ..ClusterConfig::default() })?;
        let listener = cluster.listen(0).await?;
        let settings = self.tools(surroundings, number)?;
        write_private(&settings.kubeconfig, listener.kubeconfig())?;
        Ok(Environment::Embedded(Embedded::new(cluster, listener, &settings)?))
    }

    async fn external(
        &self,
        args: &AuthorTest,
        surroundings: &Surroundings,
    ) -> Result<Environment, UserError> {
        let target = Target::find(&surroundings.kubeconfig(), args.context.as_deref())?;
        if args.context.is_none() {
            return Err(not_confirmed(&target));
        }
        // What the same person learns there is another matter.
        let word = format!("{}-author", learner_word(&self.deeds));
        let guest =
            Guest { surroundings, language: surroundings.language(), word: &word, knows: args.i_know };
        let Admitted { target, client, lodging, .. } = guest.admit(target).await?;
        let trial = Some(SAMPLE_IMAGE.to_owned());
        let terms = Terms { remove_at_end: true, lodging, trial, ..Terms::default() };
        let settings = self.tools(surroundings, 0)?;
        let external = move_in(&target, client, &settings, terms).await?;
        Ok(Environment::External(Box::new(external)))
    }
}

/// Prints a line to standard output; a closed pipe is no failure.
pub(super) fn print(text: &str) -> Result<(), UserError> {
    match Output::new(std::io::stdout()).line(text) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.while_doing(|| "cannot print".to_owned()),
    }
}

/// Nobody sits at a proof: a command that opens an editor fails.
fn without_editor(environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut environment = environment.clone();
    for name in ["KUBE_EDITOR", "EDITOR", "VISUAL"] {
        environment.insert(name.to_owned(), "false".to_owned());
    }
    environment
}
