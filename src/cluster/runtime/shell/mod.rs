//! A small POSIX shell that can be left at every `sleep` and `read`, stored, and taken up again.

mod arithmetic;
mod arrays;
mod assigning;
mod ast;
mod builtins;
mod calling;
mod clauses;
mod conditions;
mod descriptors;
mod doubled;
mod enclosed;
mod escapes;
mod execute;
#[cfg(test)]
mod hostile_tests;
mod jobs;
mod lexer;
mod lines;
mod machine;
mod matching;
mod naming;
mod output;
mod parameters;
mod parser;
mod pipeline;
mod reading;
mod redirections;
mod settings;
mod shell_state;
mod signalled;
mod starting;
mod syntax_words;
mod terminal;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wording_tests;
mod words;

pub(crate) use machine::Machine;
pub(super) use machine::State;
pub(super) use matching::matches;
pub(super) use shell_state::Dialect;
pub(crate) use terminal::Terminal;
pub(super) use terminal::for_terminal;
