//! Commands that go on beside the prompt: started, heard, and ended.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::watch;

use crate::base::{Input, Output, Streams, sleep, timeout};

use super::view::{JobRow, View};

/// Commands that may run at the same time.
const JOBS_MAX: usize = 16;

/// Lines kept of a job that nobody has looked at yet; of more, the latest stay.
const PENDING_MAX: usize = 200;

/// Lines kept to be shown when a job comes to the front.
const RECENT_MAX: usize = 20;

/// A burst of lines within this time is shown at once.
const BURST: Duration = Duration::from_millis(30);

#[derive(Default)]
struct Said {
    /// What no line break has ended yet.
    open: Vec<u8>,
    pending: VecDeque<String>,
    /// Lines that were dropped before anybody looked.
    lost: usize,
    recent: VecDeque<String>,
    /// The exit code, once it has ended.
    ended: Option<i32>,
}

impl Said {
    fn hear(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                self.end_line();
            } else {
                self.open.push(*byte);
            }
        }
    }

    fn end_line(&mut self) {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.open)).trim_end_matches('\r').to_owned();
        if self.pending.len() == PENDING_MAX {
            self.pending.pop_front();
            self.lost += 1;
        }
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.pending.push_back(line.clone());
        self.recent.push_back(line);
    }

    fn take(&mut self) -> Vec<String> {
        let lost = std::mem::take(&mut self.lost);
        let lost = (lost > 0).then(|| format!("… (+{lost})"));
        lost.into_iter().chain(self.pending.drain(..)).collect()
    }
}

/// Where a job prints to.
struct Ear {
    said: Arc<Mutex<Said>>,
    news: watch::Sender<u64>,
}

impl Ear {
    fn with(&self, work: impl FnOnce(&mut Said)) {
        work(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner));
        self.news.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.with(|said| said.hear(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Job {
    number: usize,
    line: String,
    /// Whether Ctrl-C ends it.
    front: bool,
    said: Arc<Mutex<Said>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Job {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The running commands of a session; all end when this is dropped.
pub(super) struct Jobs {
    jobs: Vec<Job>,
    news: watch::Sender<u64>,
    heard: watch::Receiver<u64>,
}

impl Jobs {
    pub(super) fn new() -> Self {
        let (news, heard) = watch::channel(0);
        Self { jobs: Vec::new(), news, heard }
    }

    /// Whether one more may run.
    pub(super) fn has_room(&self) -> bool {
        self.jobs.len() < JOBS_MAX
    }

    /// Starts a command; gives back its number. Call within a tokio runtime.
    pub(super) fn start(
        &mut self,
        line: &str,
        front: bool,
        width: usize,
        run: impl FnOnce(Streams) -> BoxFuture<'static, i32>,
    ) -> usize {
        let number = self.jobs.iter().map(|job| job.number).max().unwrap_or_default() + 1;
        let said: Arc<Mutex<Said>> = Arc::default();
        let ear = |said: &Arc<Mutex<Said>>| Ear { said: Arc::clone(said), news: self.news.clone() };
        let out = Output::new(ear(&said));
        let err = out.clone();
        let streams = Streams { input: Input::Empty, out, err, terminal: false, width, keyboard: None };
        let (running, end) = (run(streams), ear(&said));
        let task = tokio::spawn(async move {
            let code = running.await;
            end.with(|said| {
                if !said.open.is_empty() {
                    said.end_line();
                }
                said.ended = Some(code);
            });
        });
        self.jobs.push(Job { number, line: line.to_owned(), front, said, task });
        number
    }

    /// Waits until a job has said something or ended. Giving up the wait loses nothing.
    pub(super) async fn heard(&mut self) {
        let mut probe = self.heard.clone();
        if probe.changed().await.is_err() {
            return std::future::pending().await;
        }
        sleep(BURST).await;
        self.heard.mark_unchanged();
    }

    /// Waits until a job has said something or ended, at most so long; tells whether it ended, and how.
    pub(super) async fn first_word(&mut self, number: usize, at_most: Duration) -> Option<i32> {
        let job = self.jobs.iter().find(|job| job.number == number)?;
        let said = Arc::clone(&job.said);
        let mut probe = self.heard.clone();
        let spoken = async {
            loop {
                {
                    let said = said.lock().unwrap_or_else(PoisonError::into_inner);
                    if said.ended.is_some() || !said.pending.is_empty() {
                        return;
                    }
                }
                if probe.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = timeout(at_most, spoken).await;
        // Whoever complains and ends does both within a moment.
        sleep(BURST).await;
        said.lock().unwrap_or_else(PoisonError::into_inner).ended
    }

    /// What was said since the last time, and which jobs have ended.
    pub(super) fn news(&mut self) -> Vec<View> {
        let mut views = Vec::new();
        let alone = self.jobs.len() == 1;
        for job in &self.jobs {
            let mut said = job.said.lock().unwrap_or_else(PoisonError::into_inner);
            let lines = said.take();
            if !lines.is_empty() {
                let number = (!alone || !job.front).then_some(job.number);
                views.push(View::JobOutput { number, lines });
            }
            if let Some(exit_code) = said.ended {
                let (number, line) = (job.number, job.line.clone());
                views.push(View::JobEnded { number, line, exit_code: Some(exit_code) });
            }
        }
        self.jobs.retain(|job| job.said.lock().unwrap_or_else(PoisonError::into_inner).ended.is_none());
        views
    }

    /// Forgets a job that ended at once; gives back what it said.
    pub(super) fn dismiss(&mut self, number: usize) -> Vec<String> {
        let Some(index) = self.jobs.iter().position(|job| job.number == number) else { return Vec::new() };
        let job = self.jobs.remove(index);
        let mut said = job.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.take()
    }

    /// The running commands.
    pub(super) fn rows(&self) -> Vec<JobRow> {
        let row = |job: &Job| JobRow { number: job.number, front: job.front, line: job.line.clone() };
        self.jobs.iter().map(row).collect()
    }

    /// Brings a job to the front, the latest when none is named; gives back what it said last.
    pub(super) fn bring(&mut self, number: Option<usize>) -> Option<(usize, String, Vec<String>)> {
        let index = self.index(number)?;
        for job in &mut self.jobs {
            job.front = false;
        }
        let job = &mut self.jobs[index];
        job.front = true;
        let mut said = job.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.take();
        Some((job.number, job.line.clone(), said.recent.iter().cloned().collect()))
    }

    /// Ends a job, the latest when none is named; gives back what to show.
    pub(super) fn stop(&mut self, number: Option<usize>) -> Option<View> {
        let index = self.index(number)?;
        let job = self.jobs.remove(index);
        Some(View::JobEnded { number: job.number, line: job.line.clone(), exit_code: None })
    }

    /// Ends the job at the front, if one is there.
    pub(super) fn interrupt(&mut self) -> Option<View> {
        let number = self.jobs.iter().rev().find(|job| job.front)?.number;
        self.stop(Some(number))
    }

    /// Ends all.
    pub(super) fn stop_all(&mut self) {
        self.jobs.clear();
    }

    fn index(&self, number: Option<usize>) -> Option<usize> {
        match number {
            Some(number) => self.jobs.iter().position(|job| job.number == number),
            None => self.jobs.len().checked_sub(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chatter(lines: usize) -> impl FnOnce(Streams) -> BoxFuture<'static, i32> {
        move |mut streams| {
            Box::pin(async move {
                for number in 0..lines {
                    streams.out.line(number.to_string()).unwrap();
                }
                std::future::pending().await
            })
        }
    }

    #[tokio::test]
    async fn jobs_are_heard_brought_to_the_front_and_ended() {
        let mut jobs = Jobs::new();
        assert_eq!(jobs.start("kubectl get pods -w", true, 80, chatter(2)), 1);
        assert_eq!(jobs.first_word(1, Duration::from_secs(5)).await, None);
        assert_eq!(jobs.news(), [View::JobOutput { number: None, lines: vec!["0".into(), "1".into()] }]);
        assert_eq!(jobs.start("kubectl proxy", false, 80, chatter(1)), 2);
        jobs.first_word(2, Duration::from_secs(5)).await;
        assert_eq!(jobs.news(), [View::JobOutput { number: Some(2), lines: vec!["0".into()] }]);
        assert_eq!(jobs.bring(Some(2)).unwrap().2, ["0"]);
        let Some(View::JobEnded { number: 2, exit_code: None, .. }) = jobs.interrupt() else { panic!() };
        assert_eq!(jobs.interrupt(), None, "Ctrl-C ends what stands at the front and nothing else");
        assert_eq!(jobs.rows().len(), 1);
        assert!(jobs.stop(Some(7)).is_none());
        assert!(jobs.stop(None).is_some());
    }

    #[tokio::test]
    async fn a_flood_is_bounded_and_an_end_is_told() {
        let mut jobs = Jobs::new();
        jobs.start("noise", true, 80, |mut streams| {
            Box::pin(async move {
                for number in 0..1_000 {
                    streams.out.line(number.to_string()).unwrap();
                }
                streams.out.text("no line break").unwrap();
                3
            })
        });
        assert_eq!(jobs.first_word(1, Duration::from_secs(5)).await, Some(3));
        let news = jobs.news();
        let View::JobOutput { lines, .. } = &news[0] else { panic!("{news:?}") };
        assert_eq!((lines.len(), lines[0].as_str()), (PENDING_MAX + 1, "… (+801)"));
        assert_eq!(lines.last().map(String::as_str), Some("no line break"));
        assert!(matches!(news[1], View::JobEnded { exit_code: Some(3), .. }));
        assert!(jobs.rows().is_empty());
    }
}
