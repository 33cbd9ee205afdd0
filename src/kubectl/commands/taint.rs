//! `kubectl taint`.

use super::flag_sets::{ALL, DRY_RUN, OUTPUT, SELECTOR, VALIDATE, field_manager};
use crate::apimachinery::{builtin, two_way_strategic_patch, validate_label_key, validate_label_value};
use crate::base::{Value, json};
use crate::kubectl::api::STRATEGIC_PATCH;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::discovery::resolve;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run, format_of, print_done};
use crate::kubectl::resource_args::{Info, Wanted, find};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "taint",
    short: "Update the taints on one or more nodes",
    usage: "NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]",
    flags: &[
        &[
            SELECTOR,
            Flag::switch("overwrite", "Allow taints that are there to be changed"),
            field_manager("kubectl-taint"),
        ],
        ALL,
        OUTPUT,
        DRY_RUN,
        VALIDATE,
    ],
    arguments: Arguments::Object(&["node"]),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

/// A taint to set or to remove; removing one needs neither value nor effect.
#[derive(Debug, PartialEq, Eq)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

impl Taint {
    /// Whether the taint is one of these, which may leave the effect open.
    fn means(&self, taint: &Value) -> bool {
        text_of(&taint["key"]) == self.key
            && (self.effect.is_empty() || text_of(&taint["effect"]) == self.effect)
    }

    fn text(&self) -> String {
        match (self.effect.as_str(), self.value.as_str()) {
            ("", "") => self.key.clone(),
            ("", value) => format!("{}={value}:", self.key),
            (effect, "") => format!("{}:{effect}", self.key),
            (effect, value) => format!("{}={value}:{effect}", self.key),
        }
    }

    fn object(&self) -> Value {
        let mut taint = json!({"key": self.key, "effect": self.effect});
        if !self.value.is_empty() {
            taint["value"] = self.value.as_str().into();
        }
        taint
    }
}

async fn run(call: &mut Call<'_>) -> Outcome {
    let is_taint = |arg: &String| arg.contains(':') || arg.contains('=') || arg.ends_with('-');
    let (taints, resources): (Vec<String>, Vec<String>) = call.args.iter().cloned().partition(is_taint);
    let Some(kind) = resources.first() else {
        return Err(Failure::message("one or more resources must be specified as <resource> <name>"));
    };
    if taints.is_empty() {
        return Err(Failure::message("at least one taint update is required"));
    }
    let (add, remove) = parse(&taints).map_err(|failure| call.usage_error(failure))?;
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    api.prove(2).await?;
    let Ok(resource) = resolve(&api, kind).await else {
        return Err(Failure::Plain(format!("the server doesn't have a resource type {kind:?}")));
    };
    if !resource.is(&builtin::NODE) {
        let text = format!("invalid resource type {kind}, only node types are supported");
        return Err(Failure::message(text));
    }
    check_conflicts(&add, &remove)?;
    if resources.len() == 1 && !call.flags.on("all") && !call.flags.is_set("selector") {
        let text = "at least one resource name must be specified since 'all' parameter is not set";
        return Err(Failure::message(text));
    }
    let nodes =
        find(call, &api, &resources, Wanted { selectors: true, types_alone: false, ..Wanted::default() })
            .await?;
    for node in nodes {
        let (modified, done) = changed(&node, &add, &remove, call.flags.on("overwrite"))?;
        if dry_run != DryRun::Client {
            let patch = two_way_strategic_patch(&builtin::NODE, node.object.value(), &modified)?;
            let url = node
                .url()
                .with("dryRun", dry_run.parameter())
                .with("fieldManager", call.flags.text("field-manager"))
                .with("fieldValidation", super::create::field_validation(call));
            api.patch(&url, STRATEGIC_PATCH, &patch).await?;
        }
        // As upstream, it does not say when nothing was really done.
        match format_of(call, false)? {
            Some(_) => print_done(call, &modified, &node.named(), done)?,
            None => call.line(format!("{} {done}", node.named()))?,
        }
    }
    Ok(())
}

/// The taints to set and those to remove (`parseTaints`).
fn parse(texts: &[String]) -> Outcome<(Vec<Taint>, Vec<Taint>)> {
    let (mut add, mut remove): (Vec<Taint>, Vec<Taint>) = (Vec::new(), Vec::new());
    for text in texts {
        if let Some(removed) = text.strip_suffix('-') {
            let taint = parse_one(removed)?;
            remove.push(Taint { value: String::new(), ..taint });
            continue;
        }
        let taint = parse_one(text)?;
        if taint.effect.is_empty() {
            return Err(Failure::message(format!("invalid taint spec: {text}")));
        }
        if add.iter().any(|other| other.key == taint.key && other.effect == taint.effect) {
            // Go prints the whole structure.
            let text = format!(
                "duplicated taints with the same key and effect: {{{} {} {} <nil>}}",
                taint.key, taint.value, taint.effect
            );
            return Err(Failure::message(text));
        }
        add.push(taint);
    }
    Ok((add, remove))
}

fn parse_one(text: &str) -> Outcome<Taint> {
    let wrong = |why: &str| Failure::message(format!("invalid taint spec: {text}{why}"));
    let parts: Vec<&str> = text.split(':').collect();
    let (pair, effect) = match parts[..] {
        [key] => (key, ""),
        [pair, effect] => (pair, effect),
        _ => return Err(wrong("")),
    };
    if parts.len() == 2 && !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect) {
        return Err(Failure::message(format!("invalid taint effect: {effect}, unsupported taint effect")));
    }
    let pieces: Vec<&str> = if parts.len() == 2 { pair.split('=').collect() } else { vec![pair] };
    let (key, value) = match pieces[..] {
        [key] => (key, ""),
        [key, value] => (key, value),
        _ => return Err(wrong("")),
    };
    for errors in [validate_label_value(value), validate_label_key(key)] {
        if !errors.is_empty() {
            return Err(wrong(&format!(", {}", errors.join("; "))));
        }
    }
    Ok(Taint { key: key.to_owned(), value: value.to_owned(), effect: effect.to_owned() })
}

fn check_conflicts(add: &[Taint], remove: &[Taint]) -> Outcome {
    let conflicts: Vec<String> = add
        .iter()
        .filter(|taint| remove.iter().any(|removed| removed.means(&taint.object())))
        .map(|taint| {
            let removed = remove.iter().find(|removed| removed.means(&taint.object()));
            format!("{}={}", taint.key, removed.map(|removed| removed.effect.as_str()).unwrap_or_default())
        })
        .collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    Err(Failure::message(format!(
        "can not both modify and remove the following taint(s) in the same command: {}",
        conflicts.join(", ")
    )))
}

/// The node with its taints changed, and what was done (`reorganizeTaints`).
fn changed(node: &Info, add: &[Taint], remove: &[Taint], overwrite: bool) -> Outcome<(Value, &'static str)> {
    let mut object = node.object.value().clone();
    let old = array(&object["spec"]["taints"]).to_vec();
    let known: Vec<&str> = add
        .iter()
        .filter(|taint| old.iter().any(|present| taint.means(present)))
        .map(|taint| taint.key.as_str())
        .collect();
    if !known.is_empty() && !overwrite {
        return Err(Failure::message(format!(
            "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
            node.name,
            known.join(",")
        )));
    }
    let mut taints: Vec<Value> = add.iter().map(Taint::object).collect();
    taints.extend(old.iter().filter(|present| !add.iter().any(|taint| taint.means(present))).cloned());
    let added = taints.len() != old.len();
    let mut deleted = false;
    let mut failures = Vec::new();
    for taint in remove {
        let before = taints.len();
        taints.retain(|present| !taint.means(present));
        if taints.len() == before {
            failures.push(Failure::message(format!("taint {:?} not found", taint.text())));
        } else {
            deleted = true;
        }
    }
    Failure::many(failures)?;
    match object["spec"].as_object_mut() {
        // Go's struct has no empty list.
        Some(spec) if taints.is_empty() => drop(spec.remove("taints")),
        _ => object["spec"]["taints"] = taints.into(),
    }
    let done = if (added && deleted) || overwrite {
        "modified"
    } else if added {
        "tainted"
    } else {
        "untainted"
    };
    Ok((object, done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taints_are_read_as_upstream_reads_them() {
        let read = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            parse(&texts).map_err(|failure| failure.to_string()).map(|(add, remove)| {
                let text = |list: Vec<Taint>| list.iter().map(Taint::text).collect::<Vec<_>>();
                (text(add), text(remove))
            })
        };
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            read(&["a=b:NoSchedule", "c:NoExecute", "d-", "e:NoSchedule-"]),
            Ok((owned(&["a=b:NoSchedule", "c:NoExecute"]), owned(&["d", "e:NoSchedule"])))
        );
        for (text, error) in [
            ("a=b:Nope", "invalid taint effect: Nope, unsupported taint effect"),
            ("a=b:NoSchedule:x", "invalid taint spec: a=b:NoSchedule:x"),
            ("a=b=c:NoSchedule", "invalid taint spec: a=b=c:NoSchedule"),
        ] {
            assert_eq!(read(&[text]), Err(error.to_owned()));
        }
    }
}
