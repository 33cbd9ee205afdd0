//! `kubectl set resources`.

use super::{NO_TEMPLATE, all_targets, change_each, is_meant, pod_spec};
use crate::apimachinery::{QUANTITY_FORMAT_ERROR, Quantity};
use crate::base::Map;
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::check_printing;

/// Flags of its own.
pub(super) const FLAGS: &[Flag] = &[
    Flag::text("containers", "*", "Containers to change; * stands for all").short('c'),
    Flag::text("limits", "", "Limits, cpu=100m,memory=256Mi"),
    Flag::text("requests", "", "Requests, cpu=100m,memory=256Mi"),
];

/// Sets limits and requests.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    check_printing(call)?;
    let args = call.args.clone();
    let api = call.api().await?;
    let infos = all_targets(call, &api, &args).await?;
    let lists = [
        ("limits", quantities(call.flags.text("limits"))?),
        ("requests", quantities(call.flags.text("requests"))?),
    ];
    if lists.iter().all(|(_, list)| list.is_empty()) {
        return Err(Failure::message(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        ));
    }
    let pattern = call.flags.text("containers").to_owned();
    change_each(call, &api, &infos, "resource requirements updated", |object| {
        let Some(spec) = pod_spec(object) else {
            return Err(Failure::message(NO_TEMPLATE));
        };
        let mut found = false;
        for container in spec["containers"].as_array_mut().into_iter().flatten() {
            if !is_meant(&pattern, container["name"].as_str().unwrap_or_default()) {
                continue;
            }
            found = true;
            for (field, list) in &lists {
                for (name, quantity) in list {
                    container["resources"][*field][name] = quantity.clone();
                }
            }
        }
        if found {
            Ok(())
        } else {
            Err(Failure::message(format!("unable to find container named {pattern}")))
        }
    })
    .await
}

fn quantities(text: &str) -> Outcome<Map> {
    text.split(',')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, quantity)) if !name.is_empty() => {
                Quantity::parse(quantity).map_err(|_| Failure::message(QUANTITY_FORMAT_ERROR))?;
                Ok((name.to_owned(), quantity.into()))
            }
            _ => {
                Err(Failure::message(format!("Invalid argument syntax {pair}, expected <resource>=<value>")))
            }
        })
        .collect()
}
