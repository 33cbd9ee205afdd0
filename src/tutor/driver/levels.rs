//! Worlds to go back to: one for each command that may have changed something.

use std::collections::{BTreeMap, VecDeque};

use crate::base::Value;
use crate::environment::World;
use crate::progress::Place;

/// Commands that can be taken back.
const LEVELS_MAX: usize = 20;

/// The world before a command.
pub(super) struct Level {
    /// The command.
    pub line: String,
    /// The step at which it was typed.
    pub place: Place,
    /// What that step remembers of its beginning.
    pub values: BTreeMap<String, Value>,
    pub world: World,
}

/// The worlds before the last commands, oldest first.
#[derive(Default)]
pub(super) struct Levels(VecDeque<Level>);

impl Levels {
    pub(super) fn push(&mut self, level: Level) {
        if self.0.len() == LEVELS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(level);
    }

    pub(super) fn pop(&mut self) -> Option<Level> {
        self.0.pop_back()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets the latest down to that many.
    pub(super) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }
}

/// The command that comes nearest to taking a command back where there is no way back; empty when none does.
pub(super) fn opposite(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let arguments: Vec<&str> = words.iter().skip(1).filter(|word| !word.starts_with('-')).copied().collect();
    let file = words.windows(2).find(|pair| matches!(pair[0], "-f" | "--filename")).map(|pair| pair[1]);
    match (arguments.as_slice(), file) {
        (["create", ..], Some(file)) => format!("kubectl delete -f {file}"),
        (["create", "service", _, name, ..], _) => format!("kubectl delete service {name}"),
        (["create", "secret", _, name, ..], _) => format!("kubectl delete secret {name}"),
        (["create", kind, name, ..], _) => format!("kubectl delete {kind} {name}"),
        (["run", name, ..], _) => format!("kubectl delete pod {name}"),
        (["expose", kind, name, ..], _) if !kind.contains('/') => format!("kubectl delete service {name}"),
        (["expose", target, ..], _) => {
            format!("kubectl delete service {}", target.rsplit('/').next().unwrap_or_default())
        }
        (["set", "image", target, ..] | ["rollout", "restart", target, ..], _) if target.contains('/') => {
            format!("kubectl rollout undo {target}")
        }
        (["rollout", "pause", target, ..], _) => format!("kubectl rollout resume {target}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opposite_of_a_command_is_named_where_there_is_one() {
        for (line, expected) in [
            ("kubectl create deployment web --image=nginx", "kubectl delete deployment web"),
            ("kubectl create -f web.yaml", "kubectl delete -f web.yaml"),
            ("kubectl run web --image=nginx", "kubectl delete pod web"),
            ("kubectl expose deployment/web --port=80", "kubectl delete service web"),
            ("kubectl expose deployment web --port=80", "kubectl delete service web"),
            ("kubectl set image deployment/web nginx=nginx:2", "kubectl rollout undo deployment/web"),
            ("kubectl delete pod web", ""),
            ("", ""),
        ] {
            assert_eq!(opposite(line), expected, "{line}");
        }
    }
}
