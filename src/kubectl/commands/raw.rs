//! `--raw`: one request to a path of the API, with a file as its body where it needs one.

use std::io::Write;

use futures::io::AsyncBufReadExt;
use http::Method;

use crate::kubectl::answers::broken;
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};

/// Sends the request that `--raw` names and prints what the server answers.
pub(super) async fn send(call: &mut Call<'_>, method: Method) -> Outcome {
    let path = call.flags.text("raw").to_owned();
    let files = call.flags.all("filename").to_vec();
    if !call.args.is_empty() {
        return Err(call.usage_error("arguments may not be passed when --raw is specified"));
    }
    for flag in ["edit", "recursive", "all", "selector", "kustomize"] {
        if call.flags.is_set(flag) {
            return Err(call.usage_error(format!("--raw and --{flag} are mutually exclusive")));
        }
    }
    if files.len() > 1 || files.is_empty() && method != Method::DELETE {
        return Err(call.usage_error("--raw can only use a single local file or stdin"));
    }
    if files.iter().any(|file| file.starts_with("http://") || file.starts_with("https://")) {
        return Err(call.usage_error("--raw cannot read from a url"));
    }
    if !path.starts_with('/') {
        return Err(call.usage_error(format!("--raw must be a valid URL path: {path}")));
    }
    let body = match files.first().map(String::as_str) {
        None => None,
        Some("-") => Some(call.streams.input.read_to_string().await?),
        Some(file) => Some(std::fs::read_to_string(call.factory.path(file)).map_err(|error| {
            Failure::message(match error.kind() {
                std::io::ErrorKind::NotFound => format!("open {file}: no such file or directory"),
                _ => format!("open {file}: {error}"),
            })
        })?),
    };
    let body = body.map(|text| ("application/json", text.into_bytes()));
    let text = call.api().await?.text(method, &Url::new(path), "application/json, */*", body).await?;
    call.text(text)
}

/// Prints what the server answers to a GET, as it comes.
pub(super) async fn print(call: &mut Call<'_>, api: &Api, url: &Url) -> Outcome {
    let mut body = api.stream(url, "application/json, */*").await?;
    loop {
        let read = body.fill_buf().await.map_err(|_| broken("unexpected EOF"))?;
        if read.is_empty() {
            return Ok(());
        }
        let taken = read.len();
        call.streams.out.write_all(read)?;
        body.consume_unpin(taken);
    }
}
