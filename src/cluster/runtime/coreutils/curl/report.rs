//! What curl tells of a transfer: progress, headers, `-w`, `-v`.

use super::super::super::http::HttpResponse;
use super::super::Call;
use super::super::network::{Url, authority};
use super::command::Command;

const METER: &str = "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n";
const NOTHING: &str = "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0";

/// Whether the meter is shown: where the answer goes to a terminal it would be in its way.
fn shows_meter(call: &Call<'_>, command: &Command, to_file: bool) -> bool {
    let terminal = call.environment.contains_key("TERM") && !call.to_file && !call.discards;
    !command.is_quiet() && (!terminal || to_file)
}

/// The meter of a transfer that came to its end after some milliseconds.
pub(super) fn meter(
    call: &mut Call<'_>,
    command: &Command,
    to_file: bool,
    (sent, received): (usize, usize),
    took: i64,
) {
    if !shows_meter(call, command, to_file) {
        return;
    }
    let speed = |bytes: usize| five(bytes as u64 * 1_000 / took.max(1).cast_unsigned());
    let part = |bytes: usize| if bytes > 0 { 100 } else { 0 };
    let (download, upload) = (speed(received), speed(sent));
    let line = format!(
        "\r{:>3} {:>5}  {:>3} {:>5}  {:>3} {:>5}  {:>5}  {:>5} --:--:-- --:--:-- --:--:-- {:>5}\n",
        part(received + sent),
        five((received + sent) as u64),
        part(received),
        five(received as u64),
        part(sent),
        five(sent as u64),
        download,
        upload,
        speed(received + sent),
    );
    call.stderr.extend_from_slice(format!("{METER}{NOTHING}{line}").as_bytes());
}

/// The meter of a transfer that never began; whether it found its host before.
pub(super) fn meter_of_failure(call: &mut Call<'_>, command: &Command, to_file: bool, resolved: bool) {
    if shows_meter(call, command, to_file) {
        let rest = if resolved { format!("{NOTHING}\n") } else { String::new() };
        call.stderr.extend_from_slice(format!("{METER}{NOTHING}{rest}").as_bytes());
    }
}

/// A number of bytes in five columns.
fn five(bytes: u64) -> String {
    match bytes {
        0..100_000 => bytes.to_string(),
        100_000..10_240_000 => format!("{}k", bytes >> 10),
        10_240_000..104_857_600 => format!("{}.{}M", bytes >> 20, (bytes % (1 << 20)) / 104_858),
        _ => format!("{}M", bytes >> 20),
    }
}

/// The lines before a request under `-v`.
pub(super) fn connected(call: &mut Call<'_>, url: &Url, address: &str) {
    let Url { host, port, .. } = url;
    let resolved = if host.parse::<std::net::IpAddr>().is_ok() {
        String::new()
    } else {
        format!("* Host {host}:{port} was resolved.\n* IPv6: (none)\n* IPv4: {address}\n")
    };
    let text =
        format!("{resolved}*   Trying {address}:{port}...\n* Connected to {host} ({address}) port {port}\n");
    call.stderr.extend_from_slice(text.as_bytes());
}

/// The status line and headers, for whom asked for them: HTTP/2 is what ingress-nginx speaks over TLS.
pub(super) fn head(call: &mut Call<'_>, command: &Command, url: &Url, response: &HttpResponse) {
    let (status, reason) = (response.status, response.reason());
    let newer = is_newer(url, response);
    let mut lines =
        vec![if newer { format!("HTTP/2 {status} ") } else { format!("HTTP/1.1 {status} {reason}") }];
    for (name, value) in &response.headers {
        let name = if newer { name.to_ascii_lowercase() } else { name.clone() };
        lines.push(format!("{name}: {value}"));
    }
    lines.push(String::new());
    if command.has('i') || command.has('I') {
        lines.iter().for_each(|line| call.stdout.extend_from_slice(format!("{line}\r\n").as_bytes()));
    }
    if command.has('v') {
        lines.iter().for_each(|line| call.stderr.extend_from_slice(format!("< {line}\n").as_bytes()));
    }
}

fn is_newer(url: &Url, response: &HttpResponse) -> bool {
    url.secure && response.header("Strict-Transport-Security").is_some()
}

/// What `-w` can say of a transfer.
pub(super) struct Told<'a> {
    /// Where it led in the end.
    pub url: &'a Url,
    /// The answer, when there is one.
    pub response: Option<&'a HttpResponse>,
    /// Address of the server.
    pub address: &'a str,
    /// Redirects that were followed.
    pub redirects: usize,
    /// Milliseconds.
    pub took: i64,
    /// With which it ends, and why.
    pub failure: Option<(i32, &'a str)>,
}

/// Prints what `-w` asks for.
pub(super) fn write_out(call: &mut Call<'_>, command: &Command, told: &Told<'_>) {
    let Some(format) = command.format().map(str::to_owned) else { return };
    let mut text = String::new();
    let mut rest = format.as_str();
    while let Some(next) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix("%{").and_then(|inside| inside.split_once('}')) {
            match variable(call, command, told, name) {
                Some(value) => text.push_str(&value),
                None => super::command::tell(call, &format!("unknown --write-out variable: '{name}'")),
            }
            rest = after;
            continue;
        }
        let (plain, length) = match (rest.get(..2), next) {
            (Some("\\n"), _) => ('\n', 2),
            (Some("\\t"), _) => ('\t', 2),
            (Some("\\r"), _) => ('\r', 2),
            (Some("%%"), _) => ('%', 2),
            _ => (next, next.len_utf8()),
        };
        text.push(plain);
        rest = &rest[length..];
    }
    call.stdout.extend_from_slice(text.as_bytes());
}

fn variable(call: &Call<'_>, command: &Command, told: &Told<'_>, name: &str) -> Option<String> {
    let Url { port, path, secure, .. } = told.url;
    let scheme = if *secure { "https" } else { "http" };
    let header =
        |name: &str| told.response.and_then(|response| response.header(name)).unwrap_or_default().to_owned();
    let seconds = |took: i64| format!("{:.6}", took as f64 / 1_000.0);
    let body = told.response.filter(|_| !command.has('I')).map_or(0, |response| response.body.len());
    let there = told.response.is_some();
    Some(match name {
        "http_code" | "response_code" => {
            told.response.map_or_else(|| "000".to_owned(), |response| response.status.to_string())
        }
        "http_version" => match told.response {
            Some(response) if is_newer(told.url, response) => "2".to_owned(),
            Some(_) => "1.1".to_owned(),
            None => "0".to_owned(),
        },
        "content_type" => header("Content-Type"),
        "redirect_url" => header("Location"),
        "url_effective" | "url" => format!("{scheme}://{}{path}", authority(told.url)),
        "scheme" => scheme.to_owned(),
        "method" => command.method().to_owned(),
        "num_redirects" => told.redirects.to_string(),
        "num_connects" => u8::from(there).to_string(),
        "size_download" => body.to_string(),
        "size_upload" => command.body.as_ref().map_or(0, Vec::len).to_string(),
        "speed_download" => (body as u64 * 1_000 / told.took.max(1).cast_unsigned()).to_string(),
        "remote_ip" if there => told.address.to_owned(),
        "remote_port" if there => port.to_string(),
        "local_ip" if there => call.system.address(),
        "remote_ip" | "local_ip" => String::new(),
        "remote_port" => "0".to_owned(),
        "time_total" => seconds(told.took),
        "time_starttransfer" | "time_pretransfer" | "time_connect" | "time_namelookup" => {
            let share = ["time_namelookup", "time_connect", "time_pretransfer", "time_starttransfer"];
            let place = share.iter().position(|other| *other == name).unwrap_or_default();
            seconds(if there { told.took * (i64::try_from(place).unwrap_or_default() + 1) / 5 } else { 0 })
        }
        "time_appconnect" | "time_redirect" => seconds(0),
        "ssl_verify_result" => "0".to_owned(),
        "exitcode" => told.failure.map_or(0, |(code, _)| code).to_string(),
        "errormsg" => told.failure.map_or("", |(_, message)| message).to_owned(),
        "onerror" | "stdout" | "stderr" => String::new(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_five_columns() {
        for (bytes, shown) in [
            (615, "615"),
            (99_999, "99999"),
            (153_750, "150k"),
            (10_239_999, "9999k"),
            (20_000_000, "19.0M"),
            (300_000_000, "286M"),
        ] {
            assert_eq!(five(bytes), shown);
        }
    }
}
