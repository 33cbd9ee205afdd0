//! `podlings author new`: a chapter to begin with, which lints clean and proves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::base::{ResultExt, UserError};

use super::args::{AuthorNew, Common};
use super::author::print;
use super::surroundings::Surroundings;

const ENGLISH: &str = include_str!("scaffold/en.md");
const KOREAN: &str = include_str!("scaffold/ko.md");

/// Writes the chapter and says what to do next.
///
/// # Errors
/// When the name is none, or the folder exists or cannot be written.
pub(super) fn run(
    new: &AuthorNew,
    common: &Common,
    surroundings: &Surroundings,
) -> Result<ExitCode, UserError> {
    let course = common.course.clone().unwrap_or_else(|| surroundings.working_folder());
    let (number, name) = number_and_name(&new.name, &course)?;
    let folder = course.join(format!("{number:02}-{name}"));
    if folder.exists() {
        return Err(
            UserError::new(format!("{} exists already", folder.display())).hint("choose another name")
        );
    }
    fs::create_dir_all(&folder).while_doing(|| format!("cannot create {}", folder.display()))?;
    for (file, template) in [("en.md", ENGLISH), ("ko.md", KOREAN)] {
        let path = folder.join(file);
        let text = template.replace("CHAPTER", &title(&name)).replace("NAME", &name);
        fs::write(&path, text).while_doing(|| format!("cannot write {}", path.display()))?;
        print(&path.display().to_string())?;
    }
    let course = course.display();
    print(&format!(
        "Write your chapter, and let these look at it as you go:\n  podlings author lint {folder}\n  podlings author test {folder}\n  podlings learn {name} --course {course}",
        folder = folder.display(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The number and the name of a new chapter: as given (`06-labels`), or behind the last one of the course.
fn number_and_name(given: &str, course: &Path) -> Result<(u32, String), UserError> {
    let (number, name) = match given.split_once('-') {
        Some((digits, rest)) if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) => {
            (digits.parse().ok(), rest)
        }
        _ => (None, given),
    };
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    let is_name = name.len() <= 40
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.ends_with('-');
    if !starts_well || !is_name {
        return Err(UserError::new(format!("{given:?} is no name of a chapter"))
            .hint("small letters, digits and hyphens: `labels`, or `06-labels` to choose its number"));
    }
    Ok((number.unwrap_or_else(|| next_number(course)), name.to_owned()))
}

fn next_number(course: &Path) -> u32 {
    let entries = fs::read_dir(course).into_iter().flatten().filter_map(Result::ok);
    let names = entries.filter(|entry| entry.path().is_dir()).map(|entry| PathBuf::from(entry.file_name()));
    let number = |name: PathBuf| name.to_str()?.split_once('-')?.0.parse::<u32>().ok();
    names.filter_map(number).max().map_or(1, |last| last.saturating_add(1))
}

/// `network-policies` as a title.
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_goes_behind_the_last_one_unless_it_says_where() {
        let course = tempfile::tempdir().unwrap();
        for folder in ["00-start", "07-access", "notes"] {
            fs::create_dir(course.path().join(folder)).unwrap();
        }
        let of = |given: &str| number_and_name(given, course.path());
        assert_eq!(of("labels"), Ok((8, "labels".to_owned())));
        assert_eq!(of("03-network-policies"), Ok((3, "network-policies".to_owned())));
        for wrong in ["", "Labels", "a b", "../x", "-x", "x-", "3"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        assert_eq!(title("network-policies"), "Network policies");
    }
}
