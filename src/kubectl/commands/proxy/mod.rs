//! `kubectl proxy`: the API server behind a local port, with this kubeconfig's credentials.

mod filter;
mod server;

use std::net::{Ipv4Addr, Ipv6Addr};
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

/// Who asks for this port asks for nothing.
const DEFAULT_PORT: i64 = 8001;

async fn run(call: &mut Call<'_>) -> Outcome {
    let socket = call.flags.text("unix-socket").to_owned();
    if call.flags.int("port") != DEFAULT_PORT && !socket.is_empty() {
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
    if !www.is_empty() {
        let why = match std::fs::metadata(call.factory.path(&www)) {
            Ok(found) if found.is_dir() => None,
            Ok(_) => Some(("proxy.go:202", format!("Static file directory {www} is not a directory"))),
            Err(error) => {
                let why = reason(&error);
                Some((
                    "proxy.go:200",
                    format!("Failed to stat static file directory {www}: stat {www}: {why}"),
                ))
            }
        };
        if let Some((place, why)) = why {
            call.complain(klog::line(Severity::Warning, place, &why))?;
        }
    }
    let proxy = Arc::new(Proxy {
        api: call.api().await?,
        filter: Filter::new(call)?,
        api_prefix: prefix(call.flags.text("api-prefix")),
        www: (!www.is_empty()).then(|| (prefix(call.flags.text("www-prefix")), call.factory.path(&www))),
        err: call.streams.err.clone(),
    });
    if !socket.is_empty() {
        return on_socket(call, &proxy, &socket).await;
    }
    let address = call.flags.text("address");
    let port = call.flags.int("port");
    let Ok(number) = u16::try_from(port) else {
        return Err(Failure::message(format!("listen tcp: address {port}: invalid port")));
    };
    let listener = listen(address, number).await.map_err(Failure::message)?;
    let text = format!("Starting to serve on {}", listener.local_addr()?);
    call.line(text)?;
    loop {
        let (connection, _) = listener.accept().await?;
        server::serve(connection, Arc::clone(&proxy));
    }
}

/// Listens; without an address, or on that of all, on every one of this machine.
async fn listen(address: &str, port: u16) -> Result<TcpListener, String> {
    let unbound = |error| format!("listen tcp {address}:{port}: bind: {}", reason(&error));
    let is_bare = !address.starts_with('[');
    if is_bare && address.contains(':') {
        return Err(format!("listen tcp: address {address}:{port}: too many colons in address"));
    }
    if matches!(address, "" | "0.0.0.0") {
        return match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
            Ok(listener) => Ok(listener),
            // A machine may have no IPv6.
            Err(_) => TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await.map_err(unbound),
        };
    }
    let found = tokio::net::lookup_host((address.trim_matches(['[', ']']), port)).await;
    let Ok(places) = found else { return Err(format!("listen tcp: lookup {address}: no such host")) };
    TcpListener::bind(&*places.collect::<Vec<_>>()).await.map_err(unbound)
}

#[cfg(unix)]
async fn on_socket(call: &mut Call<'_>, proxy: &Arc<Proxy>, socket: &str) -> Outcome {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let path = call.factory.path(socket);
    // A socket that somebody left is taken over; any other file stays.
    if std::fs::metadata(&path).is_ok_and(|found| found.file_type().is_socket()) {
        std::fs::remove_file(&path)?;
    }
    let listener = tokio::net::UnixListener::bind(&path)
        .map_err(|error| Failure::message(format!("listen unix {socket}: bind: {}", reason(&error))))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))?;
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

/// A prefix that ends with a slash. One that does not begin with a slash fits no path, as in upstream.
fn prefix(text: &str) -> String {
    if text.ends_with('/') { text.to_owned() } else { format!("{text}/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_cannot_be_listened_on_is_told_as_go_tells_it() {
        assert!(listen("", 0).await.unwrap().local_addr().unwrap().ip().is_unspecified());
        let why = "listen tcp: address ::1:0: too many colons in address";
        assert_eq!(listen("::1", 0).await.unwrap_err(), why);
        let taken = listen("127.0.0.1", 0).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let why = format!("listen tcp 127.0.0.1:{port}: bind: address already in use");
        assert_eq!(listen("127.0.0.1", port).await.unwrap_err(), why);
        let why = "listen tcp: lookup no such.invalid: no such host";
        assert_eq!(listen("no such.invalid", 0).await.unwrap_err(), why);
    }
}
