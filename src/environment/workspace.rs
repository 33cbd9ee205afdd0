//! The learner's folder of manifests.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::base::{ResultExt, UserError, free_name, parse_yaml};

/// A folder that belongs to the learner; lessons put files into it and never destroy any.
#[derive(Clone, Debug)]
pub struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    /// Opens or makes the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, UserError> {
        fs::create_dir_all(folder).while_doing(|| format!("cannot create {}", folder.display()))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes everything in it: for a workspace that is nobody's.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn clear(&self) -> Result<(), UserError> {
        let doing = || format!("cannot empty {}", self.folder.display());
        for entry in fs::read_dir(&self.folder).while_doing(doing)? {
            let path = entry.while_doing(doing)?.path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.while_doing(doing)?;
        }
        Ok(())
    }

    /// Where a file of that name is, or would be.
    ///
    /// # Errors
    /// When the name leads out of the folder.
    pub fn path_of(&self, name: &str) -> Result<PathBuf, UserError> {
        let relative = Path::new(name);
        let stays_inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if !stays_inside || name.is_empty() {
            return Err(UserError::new(format!("{name:?} is not a file name of the workspace"))
                .hint("give the name of a file, without a way to another folder")
                .or_korean(
                    UserError::new(format!("{name:?}은(는) 작업 폴더의 파일 이름이 아닙니다"))
                        .hint("다른 폴더로 가는 경로 없이 파일 이름만 적으세요"),
                ));
        }
        Ok(self.folder.join(relative))
    }

    /// What a file holds; empty where there is none.
    ///
    /// # Errors
    /// When the name leads out of the folder, or the file is no text.
    pub fn read(&self, name: &str) -> Result<String, UserError> {
        let path = self.path_of(name)?;
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            read => read.while_doing(|| format!("cannot read {}", path.display())),
        }
    }

    /// Puts a lesson's file there. A file of that name that says the same in YAML stays as the learner
    /// wrote it; one with other content is kept as `NAME.orig` (`.orig-1` …) first.
    ///
    /// # Errors
    /// When the name leads out of the folder, or the file cannot be written.
    pub fn put(&self, name: &str, content: &str) -> Result<(), UserError> {
        let path = self.path_of(name)?;
        let doing = || format!("cannot write {}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).while_doing(doing)?;
        }
        match fs::read(&path) {
            Ok(present) if says(&present, content) => return Ok(()),
            Ok(_) => {
                fs::rename(&path, original_name(&path)).while_doing(doing)?;
            }
            Err(_) => {}
        }
        // Written beside and renamed, so that nobody reads half a file.
        let beside =
            path.with_file_name(format!(".{}.part", path.file_name().unwrap_or_default().to_string_lossy()));
        fs::write(&beside, content).while_doing(doing)?;
        fs::rename(&beside, &path).while_doing(doing)
    }
}

/// Whether a file has that content, or the same values in other YAML.
fn says(present: &[u8], content: &str) -> bool {
    let values = |text| {
        let documents = parse_yaml(text).ok()?;
        Some(documents.into_iter().map(|document| document.value).collect::<Vec<_>>())
    };
    let same_values = || values(std::str::from_utf8(present).ok()?)?.eq(&values(content)?).then_some(());
    present == content.as_bytes() || same_values().is_some()
}

/// `NAME.orig`, or the first numbered one where that is taken.
fn original_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let plain = path.with_file_name(format!("{name}.orig"));
    if plain.exists() { free_name(path, "orig") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_kept_beside_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(folder.path()).unwrap();
        workspace.put("a.yaml", "one").unwrap();
        workspace.put("a.yaml", "one").unwrap();
        assert!(!folder.path().join("a.yaml.orig").exists());
        fs::write(folder.path().join("a.yaml"), "mine").unwrap();
        workspace.put("a.yaml", "one").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a.yaml.orig")).unwrap(), "mine");
        assert_eq!(fs::read_to_string(folder.path().join("a.yaml")).unwrap(), "one");
    }

    #[test]
    fn a_file_that_says_the_same_in_the_learners_words_stays() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(folder.path()).unwrap();
        let own = "# mine\nspec: {replicas: 3}\n";
        fs::write(folder.path().join("a.yaml"), own).unwrap();
        workspace.put("a.yaml", "spec:\n  replicas: 3\n").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a.yaml")).unwrap(), own);
        assert!(!folder.path().join("a.yaml.orig").exists());
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(folder.path()).unwrap();
        for name in ["../x", "/etc/x", "", "a/../../x"] {
            assert!(workspace.put(name, "").is_err(), "{name}");
        }
    }
}
