//! Notices when an author saves a chapter, and reads the course again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::base::{UserError, sleep};

use super::course::Course;
use super::diagnostic::{Diagnostic, Severity};
use super::source::{FILES, Source, load_with};

/// Between two looks at the files.
const LOOK_INTERVAL: Duration = Duration::from_millis(700);

/// Most files that are looked at.
const FILES_MAX: usize = 1000;

/// Size and time of the last change of each file.
type Stamp = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// Follows the files of a course that lies in a folder.
#[derive(Clone, Debug)]
pub struct CourseWatch {
    folder: PathBuf,
    sample_image: Option<String>,
    stamp: Stamp,
}

impl CourseWatch {
    /// Begins to follow a course; `None` for the one inside the binary, which does not change.
    #[must_use]
    pub fn new(source: &Source, sample_image: Option<&str>) -> Option<Self> {
        let sample_image = sample_image.map(str::to_owned);
        match source {
            Source::Folder(folder) => {
                Some(Self { folder: folder.clone(), sample_image, stamp: stamp(folder) })
            }
            Source::Embedded => None,
        }
    }

    /// Waits until a file was saved, made or removed.
    pub async fn changed(&self) {
        while stamp(&self.folder) == self.stamp {
            sleep(LOOK_INTERVAL).await;
        }
    }

    /// Reads the course again if a file changed since it was read.
    ///
    /// # Errors
    /// Within: when a file is broken, with its place.
    pub fn read_again(&mut self) -> Option<Result<Course, UserError>> {
        let stamp = stamp(&self.folder);
        if stamp == self.stamp {
            return None;
        }
        self.stamp = stamp;
        let (course, diagnostics) =
            load_with(&Source::Folder(self.folder.clone()), self.sample_image.as_deref());
        Some(complaint(&diagnostics).map_or(Ok(course), Err))
    }
}

/// What is said about a course from which nobody can learn as it is.
#[must_use]
pub fn complaint(diagnostics: &[Diagnostic]) -> Option<UserError> {
    let broken: Vec<&Diagnostic> =
        diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    if broken.is_empty() {
        return None;
    }
    let lines: Vec<String> = broken.iter().map(|diagnostic| diagnostic.headline()).collect();
    let mut error = UserError::new(lines.join("\n"));
    error.hints = broken.iter().filter_map(|diagnostic| diagnostic.hint.clone()).collect();
    Some(error)
}

fn stamp(folder: &Path) -> Stamp {
    let folders = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let files = folders.flat_map(|entry| FILES.map(|file| entry.path().join(file)));
    let facts = |path: PathBuf| {
        let metadata = std::fs::metadata(&path).ok()?;
        Some((path, (metadata.len(), metadata.modified().ok())))
    };
    files.filter_map(facts).take(FILES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const CHAPTER: &str = "# T\n\n## S {#s}\n\n```yaml check\n- {that: x, object: pod/a}\n```\n\n```sh solution\nkubectl run a --image=b\n```\n";

    #[test]
    fn a_saved_file_is_read_again_and_a_broken_one_told_with_its_place() {
        let course = tempfile::tempdir().unwrap();
        let path = course.path().join("01-a/en.md");
        fs::create_dir(course.path().join("01-a")).unwrap();
        fs::write(&path, CHAPTER).unwrap();
        let mut watch = CourseWatch::new(&Source::Folder(course.path().to_owned()), None).unwrap();
        assert!(watch.read_again().is_none(), "nothing was saved");
        fs::write(&path, CHAPTER.replace("# T", "# Other title")).unwrap();
        let read = watch.read_again().unwrap().unwrap();
        assert_eq!(read.chapters[0].title.get(crate::lesson::Language::En), "Other title");
        fs::write(&path, CHAPTER.replace("object:", "objekt:")).unwrap();
        let error = watch.read_again().unwrap().unwrap_err();
        assert!(error.message.contains("01-a/en.md:6:"), "{error}");
        assert!(watch.read_again().is_none(), "it is told once");
    }
}
