//! Which command lines only read: nothing on the cluster is different afterwards.

use super::command::find;

/// Commands that only read, with all of their subcommands.
const READING: &[&str] = &[
    "api-resources",
    "api-versions",
    "cluster-info",
    "completion",
    "config",
    "describe",
    "diff",
    "events",
    "explain",
    "get",
    "kustomize",
    "logs",
    "options",
    "plugin",
    "port-forward",
    "proxy",
    "top",
    "version",
    "wait",
];

/// Subcommands that only read, of commands that may write.
const READING_SUBCOMMANDS: &[(&str, &str)] = &[
    ("auth", "can-i"),
    ("auth", "whoami"),
    ("rollout", "status"),
    ("rollout", "history"),
    ("apply", "view-last-applied"),
];

/// Whether the arguments (without the leading `kubectl`) are known to change nothing on the cluster.
#[must_use]
pub fn only_reads(arguments: &[String]) -> bool {
    let (chain, rest) = find(arguments);
    let mut names = chain.iter().map(|command| command.name);
    let Some(name) = names.next() else { return true };
    let subcommand = names.next().unwrap_or_default();
    READING.contains(&name)
        || READING_SUBCOMMANDS.contains(&(name, subcommand))
        || rest.iter().any(|word| word.starts_with("--dry-run=") || word == "--help")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::commands::COMMANDS;

    #[test]
    fn every_name_is_one_of_a_command() {
        let known: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
        for name in READING.iter().chain(READING_SUBCOMMANDS.iter().map(|(name, _)| name)) {
            assert!(known.contains(name), "{name}");
        }
    }

    #[test]
    fn reading_is_told_from_writing() {
        let reads = |line: &str| only_reads(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        for line in [
            "get pods",
            "-n shop describe pod a",
            "rollout history deploy/a",
            "run a --image=b --dry-run=client -o yaml",
        ] {
            assert!(reads(line), "{line}");
        }
        for line in ["apply -f a", "rollout undo deploy/a", "exec a -- rm -r /data", "-n get delete pod a"] {
            assert!(!reads(line), "{line}");
        }
    }
}
