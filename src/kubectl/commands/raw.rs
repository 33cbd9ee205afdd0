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
    let refused = |why: &str| Err(Failure::message(why));
    if files.len() > 1 || files.is_empty() && method != Method::DELETE {
        return refused("--raw can only use a single local file or stdin");
    }
    if files.iter().any(|file| file.starts_with("http://") || file.starts_with("https://")) {
        return refused("--raw cannot read from a url");
    }
    for (flag, shown) in [("recursive", "--recursive"), ("selector", "--selector (-l)"), ("edit", "--edit")] {
        // Beside a deletion a selector means nothing.
        if call.flags.is_set(flag) && (flag != "selector" || method == Method::POST) {
            return refused(&format!("--raw and {shown} are mutually exclusive"));
        }
    }
    if !path.starts_with('/') {
        return refused(&format!("--raw must be a valid URL path: parse {path:?}: invalid URI for request"));
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
