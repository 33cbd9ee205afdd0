//! Clients of databases: redis-cli, and of the others as much as probes and first steps need.

use super::super::http::{ConnectError, HttpRequest};
use super::super::programs::{REDIS_METHOD, redis_unquoted};
use super::{Call, Outcome};

/// An option's value: `-h redis`, `-hredis`, `--host=redis`.
fn option(call: &Call<'_>, short: &str, long: &str) -> Option<String> {
    let arguments = &call.arguments[1..];
    for (index, argument) in arguments.iter().enumerate() {
        if argument == short || argument == long {
            return arguments.get(index + 1).cloned();
        }
        if let Some(value) = argument.strip_prefix(&format!("{long}=")) {
            return Some(value.to_owned());
        }
        if let Some(value) = argument.strip_prefix(short).filter(|_| !argument.starts_with("--")) {
            return Some(value.to_owned());
        }
    }
    None
}

/// redis-cli: one command, or a prompt.
pub(super) fn redis_cli(call: &mut Call<'_>) -> Outcome {
    let host = option(call, "-h", "--host").unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = option(call, "-p", "--port").and_then(|port| port.parse().ok()).unwrap_or(6379);
    let mut words = Vec::new();
    let mut arguments = call.arguments[1..].iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-h" | "-p" | "-a" | "-n" => drop(arguments.next()),
            option if option.starts_with('-') && words.is_empty() => {}
            word => words.push(word.to_owned()),
        }
    }
    if !words.is_empty() {
        return redis_ask(call, &host, port, &words);
    }
    let prompt = format!("{host}:{port}> ");
    loop {
        if *call.memory == 0 {
            call.stdout.extend_from_slice(prompt.as_bytes());
            *call.memory = 1;
        }
        let end = call.input.bytes.iter().position(|byte| *byte == b'\n');
        let Some(end) = end else {
            return if call.input.open { Outcome::NeedsInput } else { Outcome::Ended(0) };
        };
        let line: Vec<u8> = call.input.bytes.drain(..=end).collect();
        *call.memory = 0;
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        let words: Vec<String> =
            line.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect();
        match words.first().map(String::as_str) {
            None => {}
            Some("quit" | "exit") => return Outcome::Ended(0),
            Some(_) => drop(redis_ask(call, &host, port, &words)),
        }
    }
}

fn redis_ask(call: &mut Call<'_>, host: &str, port: u16, words: &[String]) -> Outcome {
    let request = HttpRequest {
        method: REDIS_METHOD.to_owned(),
        path: words.join("\n"),
        headers: Vec::new(),
        body: Vec::new(),
        secure: false,
    };
    match call.system.http(host, port, &request) {
        Ok(response) => {
            let text = String::from_utf8_lossy(&response.body).into_owned();
            // Without a terminal redis-cli prints values bare.
            let interactive = call.environment.contains_key("TERM");
            let shown = if interactive { text } else { bare(&text) };
            call.say(&shown);
            Outcome::Ended(0)
        }
        Err(error) => {
            let why = match error {
                ConnectError::UnknownHost => "Name or service not known",
                ConnectError::TimedOut => "Connection timed out",
                _ => "Connection refused",
            };
            let text = format!("Could not connect to Redis at {host}:{port}: {why}\n");
            call.stderr.extend_from_slice(text.as_bytes());
            Outcome::Ended(1)
        }
    }
}

/// An answer without what redis-cli adds for people: numbers of items, types and quotes.
fn bare(text: &str) -> String {
    let line = |line: &str| {
        let numbered = line.split_once(") ").filter(|(number, _)| number.parse::<usize>().is_ok());
        let item = numbered.map_or(line, |(_, item)| item);
        redis_unquoted(item.strip_prefix("(integer) ").unwrap_or(item))
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Whether a database takes connections, in the words of its own tool.
pub(super) fn is_ready(call: &mut Call<'_>) -> Outcome {
    let host = option(call, "-h", "--host").unwrap_or_else(|| "localhost".to_owned());
    let (default, up, down) = match call.name() {
        "pg_isready" => (5432, "accepting connections", "no response"),
        _ => (3306, "mysqld is alive", ""),
    };
    let port = option(call, "-P", "--port").and_then(|port| port.parse().ok()).unwrap_or(default);
    let connects = call.system.connects(&host, port).is_ok();
    match (call.name().to_owned().as_str(), connects) {
        ("pg_isready", _) => {
            let place = if host == "localhost" { "/var/run/postgresql".to_owned() } else { host };
            call.say(&format!("{place}:{port} - {}", if connects { up } else { down }));
            Outcome::Ended(if connects { 0 } else { 2 })
        }
        (_, true) => {
            call.say(up);
            Outcome::Ended(0)
        }
        (_, false) => {
            let text = format!(
                "mysqladmin: connect to server at '{host}' failed\nerror: 'Can't connect to MySQL server on '{host}:{port}' (111)'\n"
            );
            call.stderr.extend_from_slice(text.as_bytes());
            Outcome::Ended(1)
        }
    }
}

/// etcdctl and etcdutl: there is no etcd to ask.
pub(super) fn etcd(call: &mut Call<'_>) -> Outcome {
    call.complain("not simulated: the cluster keeps its objects without etcd; look at them with kubectl get, and save them with kubectl get -o yaml");
    Outcome::Ended(1)
}

/// mysql, mariadb, psql, mongosh: they connect, or say why not; what they would ask is not simulated.
pub(super) fn sql(call: &mut Call<'_>) -> Outcome {
    let name = call.name().to_owned();
    let host = option(call, "-h", "--host").unwrap_or_else(|| "localhost".to_owned());
    let (port, refused) = match name.as_str() {
        "psql" => (
            5432,
            format!(
                "psql: error: connection to server at \"{host}\", port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n"
            ),
        ),
        "mongosh" | "mongo" => (27017, format!("MongoNetworkError: connect ECONNREFUSED {host}:27017\n")),
        _ => (3306, format!("ERROR 2003 (HY000): Can't connect to MySQL server on '{host}:3306' (111)\n")),
    };
    match call.system.connects(&host, port) {
        Ok(()) if call.arguments.iter().any(|word| word.contains("ping")) => {
            call.say("{ ok: 1 }");
            Outcome::Ended(0)
        }
        Ok(()) => {
            call.complain("not simulated: the server takes the connection, but its data and its language are not modelled");
            Outcome::Ended(127)
        }
        Err(ConnectError::UnknownHost) if port == 3306 => {
            let text = format!("ERROR 2005 (HY000): Unknown MySQL server host '{host}' (-2)\n");
            call.stderr.extend_from_slice(text.as_bytes());
            Outcome::Ended(1)
        }
        Err(_) => {
            call.stderr.extend_from_slice(refused.as_bytes());
            Outcome::Ended(if name == "psql" { 2 } else { 1 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_redis_answers_are_bare() {
        for (told, shown) in [
            ("(integer) 2", "2"),
            ("\"a b\"", "a b"),
            ("1) \"apple\"\n2) \"banana\"", "apple\nbanana"),
            ("(nil)", "(nil)"),
            (r#""{\"name\": \"a\"}""#, r#"{"name": "a"}"#),
        ] {
            assert_eq!(bare(told), shown);
        }
    }
}
