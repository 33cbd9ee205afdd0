//! The commands that list and change entries of the kubeconfig.

use super::{load, one_name};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::help::print_own;
use crate::kubectl::printers::plain_table;

/// `current-context`.
pub(super) async fn current(call: &mut Call<'_>) -> Outcome {
    let config = load(call)?;
    match config.current_context() {
        "" => Err(Failure::message("current-context is not set")),
        name => call.line(name),
    }
}

/// `get-contexts`.
pub(super) async fn list(call: &mut Call<'_>) -> Outcome {
    let output = call.flags.text("output");
    if !matches!(output, "" | "name") {
        return Err(Failure::message(format!(
            "--output {output} is not available in kubectl config get-contexts; resetting to default output format"
        )));
    }
    let config = load(call)?;
    let known = config.names("contexts");
    let wanted = if call.args.is_empty() { known.clone() } else { call.args.clone() };
    let (found, missing): (Vec<String>, Vec<String>) =
        wanted.into_iter().partition(|name| known.contains(name));
    if call.flags.text("output") == "name" {
        call.text(found.iter().map(|name| format!("{name}\n")).collect::<String>())?;
    } else {
        let mut rows = Vec::new();
        if !call.flags.on("no-headers") {
            rows.push(["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"].map(str::to_owned).to_vec());
        }
        for name in &found {
            let entry = config.entry("contexts", name);
            let part = |key: &str| entry.and_then(|entry| entry[key].as_str()).unwrap_or_default().to_owned();
            let star = if name == config.current_context() { "*" } else { "" };
            rows.push(vec![star.to_owned(), name.clone(), part("cluster"), part("user"), part("namespace")]);
        }
        call.text(plain_table(&rows))?;
    }
    Failure::many(missing.iter().map(|name| Failure::message(format!("context {name} not found"))).collect())
}

/// `get-clusters` and `get-users`.
pub(super) async fn names(call: &mut Call<'_>, section: &str) -> Outcome {
    let names = load(call)?.names(section);
    call.text(format!("NAME\n{}", names.iter().map(|name| format!("{name}\n")).collect::<String>()))
}

/// `use-context`.
pub(super) async fn use_context(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    if name.is_empty() {
        return Err(Failure::message("empty context names are not allowed"));
    }
    let config = load(call)?;
    if config.entry("contexts", &name).is_none() {
        return Err(Failure::message(format!("no context exists with the name: {name:?}")));
    }
    config.use_context(&name)?;
    call.line(format!("Switched to context {name:?}."))
}

/// `set-context`.
pub(super) async fn set_context(call: &mut Call<'_>) -> Outcome {
    if call.flags.on("current") && !call.args.is_empty() {
        return Err(Failure::message("you cannot specify both a context name and --current"));
    }
    let config = load(call)?;
    let name = if call.flags.on("current") {
        match config.current_context() {
            "" => return Err(Failure::message("no current context is set")),
            name => name.to_owned(),
        }
    } else {
        match call.args.as_slice() {
            [] => return Err(Failure::message("you must specify a non-empty context name or --current")),
            [name] if name.is_empty() => {
                return Err(Failure::message("you must specify a non-empty context name or --current"));
            }
            _ => one_name(call)?,
        }
    };
    let values = ["cluster", "user", "namespace"].map(|key| (key, given(call, key)));
    let known = config.change("contexts", &name, |entry| {
        for (key, value) in values {
            match value {
                Some(value) if value.is_empty() => drop(entry.remove(key)),
                Some(value) => drop(entry.insert(key.to_owned(), value.into())),
                None => {}
            }
        }
    })?;
    call.line(format!("Context {name:?} {}.", if known { "modified" } else { "created" }))
}

fn given(call: &Call<'_>, flag: &str) -> Option<String> {
    call.flags.is_set(flag).then(|| call.flags.text(flag).to_owned())
}

/// `rename-context`.
pub(super) async fn rename(call: &mut Call<'_>) -> Outcome {
    let [old, new] = call.args.as_slice() else {
        let failure = Failure::message(format!("Unexpected args: [{}]", call.args.join(" ")));
        print_own(call)?;
        return Err(failure);
    };
    if new.is_empty() {
        return Err(Failure::message("You must specify a new non-empty context name"));
    }
    let config = load(call)?;
    if config.entry("contexts", old).is_none() {
        let path = super::file_name(call, &config);
        return Err(Failure::message(format!("cannot rename the context {old:?}, it's not in {path}")));
    }
    if config.entry("contexts", new).is_some() {
        let path = super::file_name(call, &config);
        return Err(Failure::message(format!(
            "cannot rename the context {old:?}, the context {new:?} already exists in {path}"
        )));
    }
    config.rename_context(old, new)?;
    let text = format!("Context {old:?} renamed to {new:?}.");
    call.line(text)
}

/// `delete-context`, `delete-cluster` and `delete-user`.
pub(super) async fn delete(call: &mut Call<'_>, section: &str, one: &str) -> Outcome {
    if section == "users" && call.args.is_empty() {
        return Err(call.usage_error("user to delete is required"));
    }
    if call.args.len() != 1 {
        return print_own(call);
    }
    let name = one_name(call)?;
    let config = load(call)?;
    let path = super::file_name(call, &config);
    if config.remove(section, &name)?.is_none() {
        return Err(Failure::message(format!("cannot delete {one} {name}, not in {path}")));
    }
    if section == "contexts" && config.current_context() == name {
        call.complain("warning: this removed your active context, use \"kubectl config use-context\" to select a different one")?;
    }
    call.line(format!("deleted {one} {name} from {path}"))
}
