//! `--raw`: one request to a path of the API, with a file as its body where it needs one.

use std::io::Write;

use futures::io::{AsyncBufRead, AsyncBufReadExt};
use http::Method;

use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};

/// Sends the request that `--raw` names and prints what the server answers.
pub(super) async fn send(call: &mut Call<'_>, method: Method) -> Outcome {
    let path = call.flags.text("raw").to_owned();
    let files = call.flags.all("filename").to_vec();
    check(call, &method, &path, &files)?;
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
    let api = call.api().await?.of_a_path();
    let text = api.text(method, &Url::new(path), "application/json, */*", body).await?;
    call.text(text)
}

/// Refuses what does not go together with `--raw`; upstream looks at no arguments here.
fn check(call: &Call<'_>, method: &Method, path: &str, files: &[String]) -> Outcome {
    let deletes = method == Method::DELETE;
    if deletes && call.flags.on("interactive") {
        return Err(Failure::message("--interactive can not be used with --raw"));
    }
    if call.flags.is_set("edit") {
        return Err(Failure::message("--raw and --edit are mutually exclusive"));
    }
    if files.len() > 1 || files.is_empty() && !deletes {
        return Err(Failure::message("--raw can only use a single local file or stdin"));
    }
    if files.iter().any(|file| file.starts_with("http://") || file.starts_with("https://")) {
        return Err(Failure::message("--raw cannot read from a url"));
    }
    let selector = method == Method::POST && call.flags.is_set("selector");
    for (given, flag) in [
        (call.flags.is_set("recursive"), "--recursive"),
        (selector, "--selector (-l)"),
        (call.flags.is_set("output"), "--output"),
    ] {
        if given {
            return Err(Failure::message(format!("--raw and {flag} are mutually exclusive")));
        }
    }
    if path.starts_with('/') {
        return Ok(());
    }
    Err(Failure::message(format!("--raw must be a valid URL path: parse {path:?}: invalid URI for request")))
}

/// Prints what the server answers to a GET, as it comes.
pub(super) async fn print(call: &mut Call<'_>, api: &Api, url: &Url) -> Outcome {
    let body = api.clone().of_a_path().stream(url, "application/json, */*").await?;
    copy(call, body).await
}

/// Prints the bytes of an answer as they come.
pub(super) async fn copy(call: &mut Call<'_>, mut body: impl AsyncBufRead + Unpin) -> Outcome {
    loop {
        let read = body.fill_buf().await.map_err(|_| Failure::message("unexpected EOF"))?;
        if read.is_empty() {
            return Ok(call.streams.out.flush()?);
        }
        let taken = read.len();
        call.streams.out.write_all(read)?;
        body.consume_unpin(taken);
    }
}
