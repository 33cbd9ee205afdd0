//! `kubectl proxy`: the API server behind a local port, with this kubeconfig's credentials.

mod filter;
mod server;

use std::sync::Arc;

use tokio::net::TcpListener;

use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome, reason};
use crate::kubectl::flags::Flag;
use crate::kubectl::klog::{self, Severity};
use filter::Filter;
use server::Proxy;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "proxy",
    short: "Run a proxy to the Kubernetes API server",
    usage: "[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]",
    flags: &[FLAGS],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("www", "", "Folder whose files are served, too").short('w'),
    Flag::text("www-prefix", "/static/", "Prefix that files are served under").short('P'),
    Flag::text("api-prefix", "/", "Prefix that the API is served under"),
    Flag::text("accept-paths", "^.*", "Expression for paths that are let through"),
    Flag::text(
        "reject-paths",
        "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach",
        "Expressions for paths that are refused even so",
    ),
    Flag::text(
        "accept-hosts",
        "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$",
        "Expressions for Host headers that are let through",
    ),
    Flag::text("reject-methods", "^$", "Expressions for methods that are refused"),
    Flag::int("port", "8001", "Port to listen on; 0 for any").short('p'),
    Flag::text("address", "127.0.0.1", "Address to listen on"),
    Flag::switch("disable-filter", "Let everything through"),
    Flag::text("unix-socket", "", "Socket to listen on instead of a port").short('u'),
    Flag::duration("keepalive", "0s", "Accepted for compatibility"),
    Flag::switch("append-server-path", "Accepted for compatibility"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let socket = call.flags.text("unix-socket").to_owned();
    if call.flags.is_set("port") && !socket.is_empty() {
        return Err(Failure::message("cannot set --unix-socket and --port at the same time"));
    }
    let www = call.flags.text("www").to_owned();
    if call.flags.on("disable-filter") {
        call.complain(klog::line(
            Severity::Warning,
            "proxy.go:177",
            "Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious",
        ))?;
    }
    if !www.is_empty()
        && let Err(error) = std::fs::metadata(call.factory.path(&www))
    {
        let why = format!("Failed to stat static file directory {www}: stat {www}: {}", reason(&error));
        call.complain(klog::line(Severity::Warning, "proxy.go:200", &why))?;
    }
    let proxy = Arc::new(Proxy {
        api: call.api().await?,
        filter: Filter::new(call)?,
        api_prefix: prefix(call.flags.text("api-prefix")),
        www: (!www.is_empty()).then(|| (prefix(call.flags.text("www-prefix")), call.factory.path(&www))),
    });
    if !socket.is_empty() {
        return on_socket(call, &proxy, &socket).await;
    }
    let address = call.flags.text("address");
    let port = call.flags.int("port");
    let Ok(number) = u16::try_from(port) else {
        return Err(Failure::message(format!("listen tcp: address {port}: invalid port")));
    };
    let listener = TcpListener::bind((address, number)).await.map_err(|error| {
        Failure::message(format!("listen tcp {address}:{port}: bind: {}", reason(&error)))
    })?;
    let text = format!("Starting to serve on {}", listener.local_addr()?);
    call.line(text)?;
    loop {
        let (connection, _) = listener.accept().await?;
        server::serve(connection, Arc::clone(&proxy));
    }
}

#[cfg(unix)]
async fn on_socket(call: &mut Call<'_>, proxy: &Arc<Proxy>, socket: &str) -> Outcome {
    let path = call.factory.path(socket);
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    let listener = tokio::net::UnixListener::bind(&path)?;
    call.line(format!("Starting to serve on {socket}"))?;
    loop {
        let (connection, _) = listener.accept().await?;
        server::serve(connection, Arc::clone(proxy));
    }
}

#[cfg(not(unix))]
async fn on_socket(_: &mut Call<'_>, _: &Arc<Proxy>, _: &str) -> Outcome {
    Err(Failure::message("not simulated: --unix-socket on this system; use --port"))
}

/// A prefix that begins and ends with a slash.
fn prefix(text: &str) -> String {
    let inner = text.trim_matches('/');
    if inner.is_empty() { "/".to_owned() } else { format!("/{inner}/") }
}
