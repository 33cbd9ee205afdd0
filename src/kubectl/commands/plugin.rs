//! `kubectl plugin list`, and running `kubectl-NAME` programs of PATH as commands.

use std::path::{Component, Path, PathBuf};

use crate::kubectl::command::{Call, Command, find, first_argument, path_of};
use crate::kubectl::errors::{Failure, Outcome, reason};
use crate::kubectl::factory::Factory;
use crate::kubectl::flags::Flag;
use crate::kubectl::global_flags::GLOBAL_FLAGS;
use crate::kubectl::programs::Program;

/// What names of plugins begin with.
const PREFIX: &str = "kubectl-";

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "plugin",
    short: "Provides utilities for interacting with plugins",
    usage: "[flags] [options]",
    subcommands: &[&LIST],
    ..Command::PLAIN
};

static LIST: Command = Command {
    name: "list",
    short: "List all visible plugin executables on a user's PATH",
    usage: "[flags] [options]",
    flags: &[&[Flag::switch("name-only", "Print names without their folders")]],
    run: |call| Box::pin(list(call)),
    ..Command::PLAIN
};

fn folders(factory: &Factory) -> Vec<PathBuf> {
    let path = factory.variable("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in std::env::split_paths(path).filter(|folder| !folder.as_os_str().is_empty()) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

async fn list(call: &mut Call<'_>) -> Outcome {
    let mut found: Vec<PathBuf> = Vec::new();
    for folder in folders(call.factory) {
        match std::fs::read_dir(&folder) {
            Ok(entries) => {
                // Components are joined, so that `./p/` reads as `p`.
                let clean: PathBuf = folder.components().filter(|part| *part != Component::CurDir).collect();
                let mut names: Vec<PathBuf> =
                    entries.filter_map(|entry| Some(clean.join(entry.ok()?.file_name()))).collect();
                names.sort();
                found.extend(
                    names.into_iter().filter(|path| !path.is_dir() && name_of(path).starts_with(PREFIX)),
                );
            }
            Err(error) => {
                let shown = folder.display();
                call.complain(format!(
                    "Unable to read directory {:?} from your PATH: open {shown}: {}. Skipping...",
                    shown.to_string(),
                    reason(&error)
                ))?;
            }
        }
    }
    if found.is_empty() {
        return Err(Failure::message("unable to find any kubectl plugins in your PATH"));
    }
    call.line("The following compatible plugins are available:\n")?;
    let (mut seen, mut warnings): (Vec<PathBuf>, usize) = (Vec::new(), 0);
    for path in found {
        let shown = path.display().to_string();
        call.line(if call.flags.on("name-only") { name_of(&path) } else { shown.clone() })?;
        for warning in warnings_about(&path, &seen) {
            warnings += 1;
            call.complain(format!("  - {warning}"))?;
        }
        seen.push(path);
    }
    match warnings {
        0 => Ok(()),
        1 => Err(Failure::message("one plugin warning was found")),
        many => Err(Failure::message(format!("{many} plugin warnings were found"))),
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn warnings_about(path: &Path, seen: &[PathBuf]) -> Vec<String> {
    let (shown, name) = (path.display(), name_of(path));
    let mut warnings = Vec::new();
    match std::fs::metadata(path) {
        Ok(_) if is_executable(path) => {}
        Ok(_) => warnings
            .push(format!("warning: {shown} identified as a kubectl plugin, but it is not executable")),
        Err(error) => warnings.push(format!(
            "error: unable to identify {shown} as an executable file: stat {shown}: {}",
            reason(&error)
        )),
    }
    if let Some(earlier) = seen.iter().find(|earlier| name_of(earlier) == name) {
        warnings.push(format!(
            "warning: {shown} is overshadowed by a similarly named plugin: {}",
            earlier.display()
        ));
    }
    let words: Vec<String> = name.split('-').skip(1).map(str::to_owned).collect();
    let (chain, _) = find(&words);
    if !chain.is_empty() {
        warnings.push(format!("warning: {name} overwrites existing command: {:?}", path_of(&chain)));
    }
    warnings
}

fn is_executable(path: &Path) -> bool {
    let Ok(metadata) = std::fs::metadata(path) else { return false };
    #[cfg(unix)]
    return std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    return metadata.is_file();
}

/// Runs the plugin that the words name, the longest name first, of so many words at least; `None` when
/// there is none.
pub(in crate::kubectl) async fn run_plugin(
    args: &[String],
    fewest: usize,
    factory: &Factory,
) -> Option<Outcome> {
    let leading = args.iter().take_while(|word| !word.starts_with('-')).count();
    if fewest == 1 && leading == 0 && first_argument(&GLOBAL_FLAGS.iter().collect::<Vec<_>>(), args).is_some()
    {
        let why = format!("Error: flags cannot be placed before plugin name: {}", args[0]);
        return Some(Err(Failure::Plain(why)));
    }
    for count in (fewest..=leading).rev() {
        let words: Vec<String> = args[..count].iter().map(|word| word.replace('-', "_")).collect();
        let name = format!("{PREFIX}{}", words.join("-"));
        let Some(path) = folders(factory)
            .iter()
            .map(|folder| folder.join(&name))
            .find(|path| is_executable(path) && !path.is_dir())
        else {
            continue;
        };
        let mut words = vec![path.display().to_string()];
        words.extend(args[count..].iter().cloned());
        let environment = factory.environment().clone().into_iter().collect();
        let program = Program { words, environment, ..Program::default() };
        return Some(match factory.start(program).await {
            Ok(Ok(ended)) if ended.code == 0 => Ok(()),
            Ok(Ok(ended)) => Err(Failure::Exit(ended.code)),
            Ok(Err(error)) => Err(Failure::Plain(format!("Error: {}", reason(&error)))),
            Err(failure) => Err(failure),
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn plugins_are_warned_about() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["kubectl-foo", "kubectl-version", "kubectl-plain", "kubectl-create-foo"] {
            std::fs::write(path(name), "").unwrap();
            let mode = if name == "kubectl-plain" { 0o644 } else { 0o755 };
            std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        assert!(warnings_about(&path("kubectl-foo"), &[]).is_empty());
        assert_eq!(
            warnings_about(&path("kubectl-version"), &[]),
            ["warning: kubectl-version overwrites existing command: \"kubectl version\""]
        );
        assert_eq!(
            warnings_about(&path("kubectl-create-foo"), &[]),
            ["warning: kubectl-create-foo overwrites existing command: \"kubectl create\""]
        );
        assert!(warnings_about(&path("kubectl-plain"), &[])[0].ends_with("it is not executable"));
        assert!(warnings_about(&path("kubectl-gone"), &[])[0].ends_with("no such file or directory"));
        assert!(
            warnings_about(&path("kubectl-foo"), &[PathBuf::from("/x/kubectl-foo")])[0]
                .contains("overshadowed")
        );
    }
}
