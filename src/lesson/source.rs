//! Where a course is read from: the binary itself or a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

use crate::base::Position;

use super::chapter;
use super::course::Course;
use super::diagnostic::{Diagnostic, Report};
use super::translation::translate;

/// Where a course is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Inside the binary (debug builds read the repository's `lessons/`).
    Embedded,
    /// In a folder.
    Folder(PathBuf),
}

#[derive(RustEmbed)]
#[folder = "lessons"]
struct Lessons;

/// The largest lesson file that is read, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// The files of a chapter that are read.
pub(super) const FILES: [&str; 2] = ["en.md", "ko.md"];

pub(super) const START: Position = Position { line: 1, column: 1 };

impl Source {
    /// Whether there is a file of that path within the course.
    pub(super) fn has(&self, path: &str) -> bool {
        match self {
            Self::Embedded => Lessons::get(path).is_some(),
            Self::Folder(folder) => folder.join(path).exists(),
        }
    }
}

/// The folder of the course's sample app.
const SAMPLE_APP: &str = "sample-app/";

/// The files of the course's sample app, from which its image is built: name and content.
#[must_use]
pub fn sample_app() -> Vec<(String, Vec<u8>)> {
    let files = Lessons::iter().filter_map(|path| {
        let name = path.strip_prefix(SAMPLE_APP)?.to_owned();
        Some((name, Lessons::get(&path)?.data.into_owned()))
    });
    files.collect()
}

/// The image of the sample app, as lessons name it.
pub const SAMPLE_IMAGE: &str = "codongmin/kub-first-app";

/// Loads a course; what cannot be read is left out and reported.
#[must_use]
pub fn load(source: &Source) -> (Course, Vec<Diagnostic>) {
    load_with(source, None)
}

/// As `load`, with the sample app perhaps under another image.
#[must_use]
pub fn load_with(source: &Source, sample_image: Option<&str>) -> (Course, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut files = read_files(source, &mut diagnostics);
    if let Some(image) = sample_image.filter(|image| *image != SAMPLE_IMAGE) {
        // Everywhere: prose, manifests, checks, solutions and hints speak of the same image.
        files.values_mut().for_each(|text| *text = text.replace(SAMPLE_IMAGE, image));
    }
    (build(&files, &mut diagnostics), diagnostics)
}

/// The files of a course: path relative to the course → text.
pub(super) fn read_files(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, String> {
    match source {
        Source::Embedded => embedded(diagnostics),
        Source::Folder(folder) => in_folder(folder, diagnostics),
    }
}

/// Builds a course from files: path relative to the course → text.
pub(super) fn build(files: &BTreeMap<String, String>, diagnostics: &mut Vec<Diagnostic>) -> Course {
    let mut course = Course::default();
    for (path, text) in files {
        let Some(folder) = path.strip_suffix("/en.md") else { continue };
        let mut report = Report::new(path);
        let Some((number, id)) = number_and_id(folder) else {
            let hint = Some("such as 06-labels".to_owned());
            report.broken("chapter-folder", START, "the folder of a chapter is named NN-name", hint);
            diagnostics.extend(report.finish());
            continue;
        };
        let mut chapter = chapter::read(number, id, text, &mut report);
        diagnostics.extend(report.finish());
        let translation = format!("{folder}/ko.md");
        let mut report = Report::new(&translation);
        match files.get(&translation) {
            Some(text) => translate(&mut chapter, text, &mut report),
            None => {
                let hint = Some(format!("write it with the steps of {path}"));
                report.doubtful("translation-missing", START, "the chapter is not translated", hint);
            }
        }
        diagnostics.extend(report.finish());
        course.chapters.push(chapter);
    }
    course.chapters.sort_by_key(|chapter| chapter.number);
    course
}

fn number_and_id(folder: &str) -> Option<(u32, &str)> {
    let (number, id) = folder.split_once('-')?;
    let wellformed = !id.is_empty() && !id.contains('/');
    wellformed.then_some((number.parse().ok()?, id))
}

fn embedded(diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for path in Lessons::iter() {
        if let Some(file) = Lessons::get(&path) {
            insert(&mut files, &path, file.data.into_owned(), diagnostics);
        }
    }
    files
}

fn in_folder(folder: &Path, diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let chapters = match std::fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()),
        Err(error) => {
            let mut report = Report::new(&folder.display().to_string());
            report.broken("unreadable", START, format!("the folder cannot be read: {error}"), None);
            diagnostics.extend(report.finish());
            return files;
        }
    };
    for chapter in chapters.filter(|path| path.is_dir()) {
        let name = chapter.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for file in FILES {
            let path = format!("{name}/{file}");
            match read_file(&chapter.join(file)) {
                Ok(Some(bytes)) => insert(&mut files, &path, bytes, diagnostics),
                Ok(None) => {}
                Err(error) => {
                    let mut report = Report::new(&path);
                    report.broken("unreadable", START, format!("the file cannot be read: {error}"), None);
                    diagnostics.extend(report.finish());
                }
            }
        }
    }
    files
}

/// The bytes of a file; `None` when there is none.
fn read_file(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.len() > LARGEST_FILE => {
            Err(std::io::Error::other(format!("it is larger than {LARGEST_FILE} bytes")))
        }
        Ok(_) => std::fs::read(path).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn insert(
    files: &mut BTreeMap<String, String>,
    path: &str,
    bytes: Vec<u8>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match String::from_utf8(bytes) {
        // Line numbers and blocks must not depend on the system that wrote the file.
        Ok(text) => {
            files.insert(path.to_owned(), text.trim_start_matches('\u{feff}').replace("\r\n", "\n"));
        }
        Err(_) => {
            let mut report = Report::new(path);
            report.broken("unreadable", START, "the file is not UTF-8", None);
            diagnostics.extend(report.finish());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Answer, Form, Language};

    const CHAPTER: &str = "---\nsummary: One Pod.\nminutes: 5\n---\n# Pods\n\n## Run {#run}\n\nDo it.\n\n```yaml start\nkind: Pod\napiVersion: v1\nmetadata: {name: a}\n```\n\n```yaml check\n- that: It runs\n  object: pod/hello\n  contains: {spec: {nodeName: x}}\n- that: You know\n  answer: why\n```\n\n```yaml question\nid: why\nask: Why?\nchoices: [a, b]\nanswer: 2\n```\n\n```sh solution\n# a comment\ncat > x <<'END'\na\nEND\nkubectl apply -f x\n```\n\n```hint\nRun.\n```\n";

    fn course(files: &[(&str, &str)]) -> (Course, Vec<String>) {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let mut diagnostics = Vec::new();
        let course = build(&files, &mut diagnostics);
        (course, diagnostics.iter().map(Diagnostic::to_string).collect())
    }

    #[test]
    fn the_sample_app_may_have_another_name() {
        let (course, diagnostics) = load_with(&Source::Embedded, Some("ghcr.io/me/app"));
        assert_eq!(diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
        let told = format!("{:?}", course.chapters);
        assert!(told.contains("ghcr.io/me/app:2") && !told.contains(SAMPLE_IMAGE));
    }

    #[test]
    fn a_chapter_is_read_with_all_its_blocks() {
        let (course, _) = course(&[("01-pods/en.md", CHAPTER)]);
        let chapter = &course.chapters[0];
        assert_eq!((chapter.number, chapter.id.as_str(), chapter.minutes), (1, "pods", 5));
        assert_eq!(chapter.summary.get(Language::En), "One Pod.");
        let step = &chapter.steps[0];
        assert_eq!(step.prose.get(Language::En), "Do it.");
        assert_eq!(step.start[0]["metadata"]["name"], "a");
        assert_eq!(step.solutions, [["cat > x <<'END'\na\nEND\n", "kubectl apply -f x"]]);
        assert!(matches!(&step.checks[0].form, Form::Match { object, .. } if object.name == "hello"));
        assert_eq!(step.questions[0].answer, Answer::Choice(1));
    }

    #[test]
    fn a_translation_follows_the_order_and_gaps_are_reported() {
        let korean = "# 파드\n\n## 실행 {#run}\n\n실행하세요.\n\n```yaml check\n- 실행 중\n```\n\n```yaml question\nask: 왜?\nchoices: [가, 나]\n```\n\n## 없음 {#nope}\n";
        let (course, diagnostics) = course(&[("01-pods/en.md", CHAPTER), ("01-pods/ko.md", korean)]);
        let step = &course.chapters[0].steps[0];
        assert_eq!(step.title.get(Language::Ko), "실행");
        assert_eq!(step.checks[0].that.get(Language::Ko), "실행 중");
        assert_eq!(step.checks[1].that.get(Language::Ko), "You know");
        assert_eq!(step.questions[0].choices[1].get(Language::Ko), "나");
        assert_eq!(
            diagnostics,
            [
                "01-pods/ko.md:3:1: warning[translation-missing]: hint 1 of {#run} is not translated\n  hint: it stands at 01-pods/en.md:41",
                "01-pods/ko.md:3:1: warning[translation-missing]: check 2 of {#run} is not translated\n  hint: it stands at 01-pods/en.md:21",
                "01-pods/ko.md:16:1: warning[translation-mismatch]: en.md has no step {#nope}\n  hint: its steps are: run",
            ]
        );
    }

    #[test]
    fn mistakes_of_an_author_are_named_with_their_place() {
        let broken = "# T\n\n## S {#s}\n\n```yaml check\n- that: a\n  objekt: pod/a\n- that: b\n  object: dep/x\n- that: c\n  answer: nope\n- that: d\n  object: pod/a\n  contains: {a: {$atLeats: 1}}\n```\n\n```yaml predict\nask: q\nchoices:\n- \"yes\"\n- maybe\n- no\n```\n";
        let (_, diagnostics) = course(&[("01-a/en.md", broken), ("zz/en.md", "")]);
        let text = diagnostics.join("\n");
        for expected in [
            "01-a/en.md:7:3: error[unknown-key]: unknown key \"objekt\"\n  hint: did you mean \"object\"?",
            "01-a/en.md:9:3: error[unknown-kind]: there is no kind \"dep\"",
            "01-a/en.md:14:18: error[unknown-test]: unknown test \"$atLeats\"\n  hint: did you mean \"$atLeast\"?",
            "01-a/en.md:10:3: error[unknown-question]: the check asks for the answer \"nope\", but there is no such question",
            "01-a/en.md:22:3: error[format]: a text was expected here\n  hint: YAML reads yes, no,",
            "zz/en.md:1:1: error[chapter-folder]: the folder of a chapter is named NN-name",
        ] {
            assert!(text.contains(expected), "{expected}\nnot in\n{text}");
        }
    }

    #[test]
    fn the_course_itself_has_no_diagnostics() {
        let (course, diagnostics) = load(&Source::Embedded);
        assert_eq!(diagnostics.iter().map(Diagnostic::to_string).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(course.chapters.len(), 6);
    }
}
