//! Where a machine reads from, and where what it prints goes.

use super::super::process::Input;
use super::super::system::System;
use super::descriptors::Target;
use super::machine::Machine;

impl Machine {
    /// The standard input in force: the innermost redirection, or the machine's own.
    pub(super) fn effective_input(&mut self) -> &mut Input {
        let from = self.descriptors().from;
        let mut all = self.frames.iter_mut().rev().flat_map(|frame| frame.redirects.iter_mut().rev());
        let found = match from {
            Some(number) => all.find_map(|descriptors| descriptors.others.get_mut(&number)),
            None => all.find_map(|descriptors| descriptors.input.as_mut()),
        };
        found.unwrap_or(&mut self.input)
    }

    /// What is open for reading under a number.
    pub(super) fn other_input(&mut self, number: u32) -> Option<&mut Input> {
        let mut all = self.frames.iter_mut().rev().flat_map(|frame| frame.redirects.iter_mut().rev());
        all.find_map(|descriptors| descriptors.others.get_mut(&number))
    }

    /// Sends output where the descriptor leads now.
    pub(super) fn emit(&mut self, descriptor: u32, bytes: &[u8], system: &mut dyn System) {
        let target = self.descriptors().target(descriptor);
        self.emit_to(&target, bytes, system);
    }

    /// The same for a target; `false` when it takes no more.
    pub(super) fn emit_to(&mut self, target: &Target, bytes: &[u8], system: &mut dyn System) -> bool {
        if bytes.is_empty() {
            return true;
        }
        match target {
            Target::Output => self.write_out(false, bytes),
            Target::Error => self.write_out(true, bytes),
            Target::Null => {}
            Target::File(path) => {
                if let Err(why) = system.files().append(path, bytes) {
                    let text = format!("{}write error: {why}\n", self.shell.prefix(None));
                    self.write_out(true, text.as_bytes());
                    self.shell.status = 1;
                    return false;
                }
            }
        }
        true
    }

    /// Prints, and remembers what came first.
    pub(super) fn write_out(&mut self, error: bool, bytes: &[u8]) {
        if error {
            self.stderr.extend_from_slice(bytes);
        } else {
            self.stdout.extend_from_slice(bytes);
        }
        match self.order.last_mut() {
            Some((last, length)) if *last == error => *length += bytes.len(),
            _ => self.order.push((error, bytes.len())),
        }
    }

    /// Notes a message of the shell itself.
    pub(super) fn complain(&mut self, message: &str) {
        let text = format!("{}{message}\n", self.shell.prefix(None));
        self.said.extend_from_slice(text.as_bytes());
    }

    /// Notes a message of one of its commands.
    pub(super) fn complain_of(&mut self, command: &str, message: &str) {
        let text = format!("{}{message}\n", self.shell.prefix(Some(command)));
        self.said.extend_from_slice(text.as_bytes());
    }

    /// Says what was noted.
    pub(super) fn speak(&mut self, target: &Target, system: &mut dyn System) {
        let said = std::mem::take(&mut self.said);
        self.emit_to(target, &said, system);
    }
}

/// How many bytes there are before a character whose end is missing.
pub(super) fn whole_characters(bytes: &[u8]) -> usize {
    let last = bytes.len().saturating_sub(4);
    let start = bytes.iter().skip(last).rposition(|byte| *byte & 0xc0 != 0x80).map(|place| place + last);
    match start.map(|start| (start, std::str::from_utf8(&bytes[start..]))) {
        Some((start, Err(why))) if why.error_len().is_none() => start,
        _ => bytes.len(),
    }
}
