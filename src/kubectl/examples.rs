//! What `--help` says about commands at length, and its examples: the texts beside this file, by command.

/// Sections that begin with `= PATH`; comments and command lines in the order in which they are shown.
const EXAMPLES: &str = include_str!("examples.txt");

/// Sections of the same form, with paragraphs.
const DESCRIPTIONS: &str = include_str!("descriptions.txt");

/// What there is to say about a command beyond its one line; empty for most.
pub(super) fn description(path: &str) -> String {
    let lines: Vec<&str> = section(DESCRIPTIONS, wanted(path)).collect();
    lines.join("\n")
}

fn wanted(path: &str) -> &str {
    path.strip_prefix("kubectl ").unwrap_or(path)
}

/// The examples of a command, by its path (`kubectl rollout undo`), ready to be shown.
pub(super) fn of(path: &str) -> String {
    let mut shown = String::new();
    for line in section(EXAMPLES, wanted(path)) {
        if line.starts_with('#') && !shown.is_empty() {
            shown.push('\n');
        }
        shown.push_str(&format!("  {line}\n"));
    }
    shown
}

fn section(text: &'static str, path: &str) -> impl Iterator<Item = &'static str> {
    let lines = text.lines().skip_while(move |line| line.strip_prefix("= ") != Some(path));
    lines.skip(1).take_while(|line| !line.starts_with("= "))
}

#[cfg(test)]
mod tests {
    use super::super::command::{Command, all_flags, find, path_of};
    use super::super::commands::COMMANDS;
    use super::super::flags::parse;
    use super::*;

    fn leaves(chain: &mut Vec<&'static Command>, found: &mut Vec<String>) {
        let below = chain.last().map_or(COMMANDS, |command| command.subcommands);
        if below.is_empty() {
            found.push(path_of(chain));
        }
        for command in below {
            chain.push(command);
            leaves(chain, found);
            chain.pop();
        }
    }

    #[test]
    fn every_group_is_described_and_every_description_is_of_a_command() {
        let headings = DESCRIPTIONS.lines().filter_map(|line| line.strip_prefix("= "));
        for path in headings.clone() {
            let words: Vec<String> = path.split(' ').map(str::to_owned).collect();
            assert_eq!(path_of(&find(&words).0), format!("kubectl {path}"));
            assert!(description(path).len() > 40, "{path}");
        }
        for group in COMMANDS.iter().filter(|command| !command.subcommands.is_empty()) {
            assert!(headings.clone().any(|path| path == group.name), "{}", group.name);
        }
    }

    #[test]
    fn every_command_has_examples() {
        let mut found = Vec::new();
        leaves(&mut Vec::new(), &mut found);
        let missing: Vec<&String> = found.iter().filter(|path| of(path).is_empty()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_example_is_a_line_that_its_command_takes() {
        let (mut path, mut seen) = ("", 0);
        for line in EXAMPLES.lines().filter(|line| !line.starts_with('#')) {
            if let Some(next) = line.strip_prefix("= ") {
                assert!(path < next, "{next} stands in the wrong place");
                path = next;
                continue;
            }
            let start = line.find("kubectl ").expect(line);
            let words = shlex::split(line[start..].trim_end_matches(')')).expect(line);
            let (chain, rest) = find(&words[1..]);
            let command = chain.last().expect(line);
            assert_eq!(path_of(&chain), format!("kubectl {path}"), "{line}");
            assert!(parse(&all_flags(command), &rest).is_ok(), "{line}");
            seen += 1;
        }
        assert!(seen > 150, "{seen}");
    }
}
