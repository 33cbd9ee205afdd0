//! `kubectl auth whoami`.

use super::super::flag_sets::OUTPUT;
use crate::base::{Value, json};
use crate::kubectl::api::Url;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::{format_of, plain_table};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "whoami",
    short: "Experimental: Check self subject attributes",
    usage: "[options]",
    flags: &[OUTPUT],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

async fn run(call: &mut Call<'_>) -> Outcome {
    let format = format_of(call, false)?;
    let api = call.api().await?;
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
        "metadata": {}});
    let url = Url::new("/apis/authentication.k8s.io/v1/selfsubjectreviews");
    let answer = api.post(&url, &review).await.map_err(|failure| match failure.status() {
        Some(status) if status.is("Forbidden") => Failure::message(
            "the selfsubjectreviews API is not enabled in the cluster or you do not have permission to call it",
        ),
        _ => failure,
    })?;
    if let Some(format) = format {
        let mut answer = answer;
        if let Some(metadata) = answer["metadata"].as_object_mut() {
            metadata.retain(|_, value| !value.is_null());
        }
        return format.show(call, &answer);
    }
    call.text(plain_table(&rows(&answer["status"]["userInfo"])))
}

fn rows(user: &Value) -> Vec<Vec<String>> {
    let list = |value: &Value| -> String {
        let values = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        format!("[{}]", values.collect::<Vec<_>>().join(" "))
    };
    let mut rows = vec![["ATTRIBUTE".to_owned(), "VALUE".to_owned()].to_vec()];
    for (title, field) in [("Username", "username"), ("UID", "uid")] {
        match user[field].as_str() {
            Some(value) if !value.is_empty() => rows.push(vec![title.to_owned(), value.to_owned()]),
            _ => {}
        }
    }
    if user["groups"].as_array().is_some_and(|groups| !groups.is_empty()) {
        rows.push(vec!["Groups".to_owned(), list(&user["groups"])]);
    }
    for (key, values) in user["extra"].as_object().into_iter().flatten() {
        rows.push(vec![format!("Extra: {key}"), list(values)]);
    }
    rows
}
