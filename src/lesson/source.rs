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
const FILES: [&str; 2] = ["en.md", "ko.md"];

const START: Position = Position { line: 1, column: 1 };

/// Loads a course; what cannot be read is left out and reported.
#[must_use]
pub fn load(source: &Source) -> (Course, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let files = match source {
        Source::Embedded => embedded(&mut diagnostics),
        Source::Folder(folder) => in_folder(folder, &mut diagnostics),
    };
    (build(&files, &mut diagnostics), diagnostics)
}

/// Builds a course from files: path relative to the course → text.
fn build(files: &BTreeMap<String, String>, diagnostics: &mut Vec<Diagnostic>) -> Course {
    let mut course = Course::default();
    for (path, text) in files {
        let Some(folder) = path.strip_suffix("/en.md") else { continue };
        let mut report = Report::new(path);
        let Some((number, id)) = number_and_id(folder) else {
            report.error(START, "the folder of a chapter is named NN-name", None);
            diagnostics.extend(report.finish());
            continue;
        };
        let mut chapter = chapter::read(number, id, text, &mut report);
        diagnostics.extend(report.finish());
        let translation = format!("{folder}/ko.md");
        let mut report = Report::new(&translation);
        match files.get(&translation) {
            Some(text) => translate(&mut chapter, text, &mut report),
            None => report.warning(START, "the chapter is not translated", None),
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
            report.error(START, format!("the folder cannot be read: {error}"), None);
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
                    report.error(START, format!("the file cannot be read: {error}"), None);
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
            report.error(START, "the file is not UTF-8", None);
            diagnostics.extend(report.finish());
        }
    }
}
