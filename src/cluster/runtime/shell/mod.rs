//! A small POSIX shell that can be left at every `sleep` and `read`, stored, and taken up again.

mod arithmetic;
mod arrays;
mod ast;
mod builtins;
mod descriptors;
mod execute;
mod lexer;
mod lines;
mod machine;
mod parser;
mod pipeline;
mod shell_state;
mod terminal;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use machine::Machine;
pub(super) use machine::State;
pub(crate) use terminal::Terminal;
pub(super) use terminal::for_terminal;
pub(super) use words::matches;
