//! The append-only journal: one JSON line an event, on the disk before anything else is said.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::base::{Clock, ResultExt, UserError, free_name};

use super::event::{Entry, Event};
use super::moment::StepMoment;

const FILE_NAME: &str = "journal.jsonl";

/// The journal of one learner; `None` inside means that nothing is kept.
#[derive(Debug)]
pub struct Journal {
    file: Option<File>,
    path: PathBuf,
    clock: Clock,
}

/// An opened journal, what it held, and what a person should know about it.
#[derive(Debug)]
pub struct Opened {
    /// To append to.
    pub journal: Journal,
    /// What it held.
    pub entries: Vec<Entry>,
    /// Sentences about damage that was found and kept aside.
    pub notices: Vec<UserError>,
}

impl Journal {
    /// Opens or creates the journal in `folder`.
    ///
    /// A last line that was cut off in the middle of a write is dropped. Lines that cannot be read
    /// are kept aside with the whole file as `journal.jsonl.damaged-N`; all others are kept.
    ///
    /// # Errors
    /// When the folder cannot be written, or another podlings holds the journal.
    pub fn open(folder: &Path, clock: Clock) -> Result<Opened, UserError> {
        let path = folder.join(FILE_NAME);
        let shown = path.display().to_string();
        fs::create_dir_all(folder).while_doing(|| format!("cannot create {}", folder.display()))?;
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(&path)
            .while_doing(|| format!("cannot open {shown}"))?;
        if file.try_lock().is_err() {
            return Err(UserError::new(format!("another podlings is using {shown}"))
                .hint("leave the other one first, or start this one with another --state FOLDER")
                .or_korean(
                    UserError::new(format!("다른 podlings가 {shown}을(를) 쓰고 있습니다"))
                        .hint("다른 쪽을 먼저 끝내거나, 이쪽을 --state 폴더 옵션으로 시작하세요"),
                ));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).while_doing(|| format!("cannot read {shown}"))?;
        let content = Content::parse(&bytes);
        let mut notices = Vec::new();
        if content.unreadable > 0 {
            let aside = keep_aside(&path, &bytes)?;
            let (count, aside) = (content.unreadable, aside.display());
            let english = format!(
                "{count} lines of {shown} could not be read; the file is kept as {aside} and everything else is still there"
            );
            notices.push(UserError::new(english).or_korean(UserError::new(format!(
                "{shown}에서 {count}줄을 읽을 수 없습니다. 파일은 {aside}에 보관했고 나머지는 그대로 있습니다"
            ))));
        }
        let mut journal = Self { file: Some(file), path, clock };
        if content.unreadable > 0 || content.cut_off {
            journal.rewrite(&content.entries)?;
        }
        Ok(Opened { journal, entries: content.entries, notices })
    }

    /// What the journal in `folder` holds, without touching it; empty where there is none.
    #[must_use]
    pub fn entries(folder: &Path) -> Vec<Entry> {
        fs::read(folder.join(FILE_NAME)).map(|bytes| Content::parse(&bytes).entries).unwrap_or_default()
    }

    /// A journal that keeps nothing, for when there is no place to write.
    #[must_use]
    pub fn in_memory(clock: Clock) -> Self {
        Self { file: None, path: PathBuf::new(), clock }
    }

    /// Appends an event and waits until it is on the disk.
    ///
    /// # Errors
    /// When it cannot be written (disk full).
    pub fn append(&mut self, event: &Event) -> Result<(), UserError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let entry = Entry { at: self.clock.now(), event: event.clone() };
        let shown = &self.path;
        let mut line =
            serde_json::to_vec(&entry).while_doing(|| format!("cannot write {}", shown.display()))?;
        line.push(b'\n');
        file.write_all(&line)
            .and_then(|()| file.sync_data())
            .while_doing(|| format!("cannot write {}", shown.display()))
    }

    /// Keeps the world at the beginning of a step.
    ///
    /// # Errors
    /// When it cannot be written (disk full).
    pub fn keep_moment(&self, moment: &StepMoment) -> Result<(), UserError> {
        match (&self.file, self.path.parent()) {
            (Some(_), Some(folder)) => moment.save(folder),
            _ => Ok(()),
        }
    }

    /// The world at the beginning of the step at which the learner stands, if it was kept.
    #[must_use]
    pub fn moment(&self) -> Option<StepMoment> {
        self.file.as_ref().and_then(|_| StepMoment::load(self.path.parent()?))
    }

    /// Replaces the content: beside, then renamed; the lock moves to the new file.
    fn rewrite(&mut self, entries: &[Entry]) -> Result<(), UserError> {
        let doing = || "cannot repair the journal".to_owned();
        let beside = self.path.with_extension("jsonl.new");
        let mut file =
            OpenOptions::new().create(true).truncate(true).write(true).open(&beside).while_doing(doing)?;
        for entry in entries {
            let line = serde_json::to_string(entry).while_doing(doing)?;
            writeln!(file, "{line}").while_doing(doing)?;
        }
        file.sync_all().while_doing(doing)?;
        fs::rename(&beside, &self.path).while_doing(doing)?;
        let mut file = OpenOptions::new().read(true).append(true).open(&self.path).while_doing(doing)?;
        file.try_lock().while_doing(doing)?;
        file.seek(SeekFrom::End(0)).while_doing(doing)?;
        self.file = Some(file);
        Ok(())
    }
}

struct Content {
    entries: Vec<Entry>,
    unreadable: usize,
    cut_off: bool,
}

impl Content {
    fn parse(bytes: &[u8]) -> Self {
        let mut content = Self { entries: Vec::new(), unreadable: 0, cut_off: false };
        let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        // After the last newline stands nothing, or a line that a kill cut off.
        content.cut_off = lines.pop().is_some_and(|rest| !rest.is_empty());
        for line in lines {
            match serde_json::from_slice(line) {
                Ok(entry) => content.entries.push(entry),
                Err(_) if line.is_empty() => {}
                Err(_) => content.unreadable += 1,
            }
        }
        content
    }
}

/// Copies damaged bytes to the first free `….damaged-N`.
fn keep_aside(path: &Path, bytes: &[u8]) -> Result<PathBuf, UserError> {
    let aside = free_name(path, "damaged");
    fs::write(&aside, bytes).while_doing(|| format!("cannot write {}", aside.display()))?;
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::manual("2026-01-01T00:00:00Z".parse().unwrap())
    }

    fn hint(level: usize) -> Event {
        Event::HintShown { level }
    }

    fn written(folder: &Path) -> Vec<Event> {
        let opened = Journal::open(folder, clock()).unwrap();
        opened.entries.into_iter().map(|entry| entry.event).collect()
    }

    #[test]
    fn what_was_appended_is_there_after_opening_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), clock()).unwrap().journal;
        journal.append(&hint(1)).unwrap();
        journal.append(&Event::StepReset).unwrap();
        drop(journal);
        assert_eq!(written(folder.path()), [hint(1), Event::StepReset]);
    }

    #[test]
    fn a_line_cut_off_by_a_kill_costs_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), clock()).unwrap().journal;
        journal.append(&hint(1)).unwrap();
        drop(journal);
        let path = folder.path().join(FILE_NAME);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(br#"{"at":"2026-01-01T00:0"#).unwrap();
        let mut opened = Journal::open(folder.path(), clock()).unwrap();
        assert_eq!(opened.notices, []);
        opened.journal.append(&hint(2)).unwrap();
        drop(opened);
        assert_eq!(written(folder.path()), [hint(1), hint(2)]);
    }

    #[test]
    fn unreadable_lines_are_kept_aside_and_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), clock()).unwrap().journal;
        journal.append(&hint(1)).unwrap();
        drop(journal);
        let path = folder.path().join(FILE_NAME);
        let mut bytes = b"\xff\x00 not a journal\n".to_vec();
        bytes.extend(fs::read(&path).unwrap());
        fs::write(&path, &bytes).unwrap();
        let opened = Journal::open(folder.path(), clock()).unwrap();
        assert_eq!(opened.notices.len(), 1);
        let korean = opened.notices[0].clone().in_korean().message;
        assert!(korean.contains("1줄을 읽을 수 없습니다"), "{korean}");
        assert_eq!(fs::read(folder.path().join("journal.jsonl.damaged-1")).unwrap(), bytes);
        drop(opened);
        assert_eq!(written(folder.path()), [hint(1)]);
    }

    #[test]
    fn two_at_once_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let _first = Journal::open(folder.path(), clock()).unwrap();
        let second = Journal::open(folder.path(), clock()).unwrap_err();
        assert!(second.to_string().contains("another podlings"), "{second}");
    }
}
