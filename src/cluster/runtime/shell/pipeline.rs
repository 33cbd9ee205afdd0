//! Pipelines: commands that run side by side, each reading what the one before it prints.

use super::super::earlier;
use super::super::system::System;
use super::machine::{Blocked, Child, Machine, State};

/// Bytes that fit into a pipe; a command whose reader is that far behind stands still.
pub(super) const PIPE_BYTES: usize = 64 << 10;
/// Bytes that a reader gathers at most which wants to see everything before it says a word.
pub(super) const GATHERED_MAX: usize = 16 << 20;
/// What a command ends with that writes into a pipe nobody reads: 128 and SIGPIPE.
const BROKEN_PIPE: i32 = 141;

impl Machine {
    /// Whether it reads whatever comes, so that its pipe never fills.
    fn gathers(&self) -> bool {
        match (&self.blocked, &self.child) {
            (Some(Blocked::Calling(calling)), _) => calling.at.is_none(),
            (_, Some(Child::Capture(machine) | Child::Subshell(machine))) => machine.gathers(),
            (_, Some(Child::Pipeline(stages))) => stages.first().is_some_and(Self::gathers),
            _ => false,
        }
    }

    /// Whether what it reads from is full.
    fn is_behind(&self) -> bool {
        let waiting = self.input.bytes.len();
        waiting >= GATHERED_MAX || waiting >= PIPE_BYTES && !self.gathers()
    }

    /// Lets every command of a pipeline go on, the last one first: what reads makes room for what writes.
    pub(super) fn run_pipeline(
        &mut self,
        stages: &mut [Machine],
        system: &mut dyn System,
        steps: &mut u32,
    ) -> State {
        loop {
            let (mut wake, mut moved) = (None, false);
            for index in (0..stages.len()).rev() {
                if stages[index].exit.is_some() || stages.get(index + 1).is_some_and(Self::is_behind) {
                    continue;
                }
                let state = self.run_stage(stages, index, system, steps);
                let stdout = std::mem::take(&mut stages[index].stdout);
                let stderr = std::mem::take(&mut stages[index].stderr);
                self.emit(2, &stderr, system);
                moved |= !stdout.is_empty() || matches!(state, State::Done(_));
                match stages.get_mut(index + 1) {
                    Some(next) if next.exit.is_some() => {
                        if !stdout.is_empty() {
                            stages[index].exit.get_or_insert(BROKEN_PIPE);
                            moved = true;
                        }
                    }
                    Some(next) => {
                        next.input.bytes.extend(stdout);
                        next.input.open = matches!(state, State::Waiting(_));
                    }
                    None => self.emit(1, &stdout, system),
                }
                if let State::Waiting(at) = state {
                    wake = earlier(wake, at);
                }
            }
            if let Some(code) = stages.last().and_then(|last| last.exit)
                && stages.iter().all(|stage| stage.exit.is_some())
            {
                if self.shell.is_bash() {
                    let codes = stages.iter().filter_map(|stage| stage.exit).map(|code| code.to_string());
                    self.shell.set_array("PIPESTATUS", codes.collect(), false);
                }
                let failed = stages.iter().rev().filter_map(|stage| stage.exit).find(|code| *code != 0);
                return State::Done(failed.filter(|_| self.shell.is_on('P')).unwrap_or(code));
            }
            if !moved || *steps == 0 {
                return State::Waiting(wake);
            }
        }
    }

    fn run_stage(
        &mut self,
        stages: &mut [Machine],
        index: usize,
        system: &mut dyn System,
        steps: &mut u32,
    ) -> State {
        if index > 0 {
            return stages[index].advance(system, steps);
        }
        std::mem::swap(&mut stages[0].input, self.effective_input());
        let state = stages[0].advance(system, steps);
        std::mem::swap(&mut stages[0].input, self.effective_input());
        state
    }
}
