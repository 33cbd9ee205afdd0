//! nc, netstat, ping and ss: what can be reached, and what listens here.

use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::options::{Taken, or_end};
use super::{Call, Outcome};

/// Milliseconds for which nc waits when it is not told how long: until somebody stops it.
const PATIENCE: i64 = 86_400_000;
/// Pings that are remembered; what is said at the end counts no further.
const PINGS_MAX: u64 = 1 << 20;

/// Whether nc is that of OpenBSD, which some images bring along.
fn is_openbsd(call: &Call<'_>) -> bool {
    call.system.image().is_some_and(|image| image.repository.ends_with("/agnhost"))
}

/// nc: tries a port, or sends what it is given to a web server.
pub(super) fn nc(call: &mut Call<'_>) -> Outcome {
    let is_openbsd = is_openbsd(call);
    let letters = if is_openbsd { "zvntw:i:p:s:lke:uN" } else { "zvnw:i:p:s:lke:u" };
    let options = or_end!(call.options(&Taken { letters, refused: "fbo", long: &[] }));
    if options.has('l') {
        return super::servers::listen(call, &options);
    }
    if options.has('e') {
        call.complain("not simulated: -e without -l");
        return Outcome::Ended(1);
    }
    let [host, port] = options.operands.as_slice() else {
        return call.fail_usage("a host and a port are needed");
    };
    let Ok(port) = port.parse::<u16>() else {
        call.complain(&format!("bad port '{port}'"));
        return Outcome::Ended(1);
    };
    let address = call.system.resolve(host).into_iter().next();
    let shown = address.clone().unwrap_or_default();
    let (verbose, scans) = (options.has('v'), options.has('z'));
    if options.has('u') {
        let sent = send_datagram(call, (host, port), scans, verbose);
        let patience = options.value('w').and_then(|seconds| seconds.parse::<i64>().ok());
        return match (sent, patience) {
            (Outcome::Sleep(_), Some(seconds)) => Outcome::Sleep(seconds.clamp(0, PATIENCE / 1_000) * 1_000),
            (sent, _) => sent,
        };
    }
    match call.system.connects(host, port) {
        Ok(()) => {
            // What it is given comes first: it is run again until that is there.
            let content = if scans { Some(Vec::new()) } else { call.all_input() };
            let Some(content) = content else { return Outcome::NeedsInput };
            if verbose && is_openbsd {
                let told = format!("Connection to {host} ({shown}) {port} port [tcp/*] succeeded!\n");
                call.stderr.extend_from_slice(told.as_bytes());
            } else if verbose {
                call.stderr.extend_from_slice(format!("{host} ({shown}:{port}) open\n").as_bytes());
            }
            if scans { Outcome::Ended(0) } else { converse(call, host, port, &content) }
        }
        Err(ConnectError::UnknownHost) if address.is_none() => {
            call.complain(&format!("bad address '{host}'"));
            Outcome::Ended(1)
        }
        Err(error) => {
            let why = match error {
                ConnectError::TimedOut => "Connection timed out",
                _ => "Connection refused",
            };
            if verbose {
                call.complain(&format!("{host} ({shown}:{port}): {why}"));
            } else if !scans && error == ConnectError::TimedOut {
                call.complain("timed out");
            } else if !scans {
                call.complain(&format!("can't connect to remote host ({shown}): {why}"));
            }
            Outcome::Ended(1)
        }
    }
}

/// nc by UDP: sends what comes as one datagram, prints the answer, and waits for another that does not come.
fn send_datagram(call: &mut Call<'_>, (host, port): (&str, u16), scans: bool, verbose: bool) -> Outcome {
    let content = if scans { Some(Vec::new()) } else { call.all_input() };
    let Some(content) = content else { return Outcome::NeedsInput };
    match call.system.send_datagram(host, port, &content) {
        Err(ConnectError::UnknownHost) => {
            call.complain(&format!("bad address '{host}'"));
            Outcome::Ended(1)
        }
        Err(ConnectError::Refused) => {
            call.complain("read error: Connection refused");
            Outcome::Ended(1)
        }
        // Nobody tells a sender that a datagram was lost.
        answered => {
            if verbose {
                let address = call.system.resolve(host).into_iter().next().unwrap_or_default();
                call.stderr.extend_from_slice(format!("{host} ({address}:{port}) open\n").as_bytes());
            }
            call.stdout.extend(answered.ok().flatten().unwrap_or_default());
            if scans { Outcome::Ended(0) } else { Outcome::Sleep(PATIENCE) }
        }
    }
}

/// Passes a request on that was written by hand, and shows the answer.
fn converse(call: &mut Call<'_>, host: &str, port: u16, content: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(content).into_owned();
    let mut lines = text.lines();
    let first: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().collect();
    let (method, path) = match first.as_slice() {
        [method, path, ..]
            if method.bytes().all(|byte| byte.is_ascii_uppercase()) && path.starts_with('/') =>
        {
            (*method, *path)
        }
        [] => return Outcome::Ended(0),
        // Whoever knows what to say about something that is no request says it.
        _ => {
            let nothing = HttpRequest { method: String::new(), ..HttpRequest::get("/") };
            let answer = call.system.http(host, port, &nothing).ok().filter(|answer| answer.status == 400);
            let Some(answer) = answer else {
                call.complain("not simulated: other protocols than HTTP; with -z only the port is tried");
                return Outcome::Ended(1);
            };
            return show(call, answer);
        }
    };
    let mut request = HttpRequest::get(path);
    method.clone_into(&mut request.method);
    request
        .headers
        .extend(lines.by_ref().take_while(|line| !line.is_empty()).filter_map(super::network::split_header));
    request.body = lines.collect::<Vec<_>>().join("\n").into_bytes();
    match call.system.http(host, port, &request) {
        Ok(response) => show(call, response),
        Err(_) => Outcome::Ended(0),
    }
}

/// Prints a response as it came.
fn show(call: &mut Call<'_>, response: HttpResponse) -> Outcome {
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, response.reason());
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    call.stdout.extend_from_slice(format!("{head}\r\n").as_bytes());
    call.stdout.extend(response.body);
    super::network::after_exchange(call)
}

/// telnet: whether a port is open; nothing is typed here.
pub(super) fn telnet(call: &mut Call<'_>) -> Outcome {
    let words = or_end!(call.options(&Taken { letters: "el:", refused: "a", long: &[] })).operands;
    let Some(host) = words.first().cloned() else { return call.fail_usage("missing host") };
    let port = words.get(1).map_or(Ok(23), |port| port.parse::<u16>());
    let Ok(port) = port else {
        call.complain(&format!("bad port '{}'", words[1]));
        return Outcome::Ended(1);
    };
    let Some(address) = call.system.resolve(&host).into_iter().next() else {
        call.complain(&format!("bad address '{host}'"));
        return Outcome::Ended(1);
    };
    match call.system.connects(&host, port) {
        Ok(()) => {
            call.say(&format!("Connected to {host}"));
            match call.all_input() {
                None => Outcome::NeedsInput,
                Some(_) => {
                    call.stderr.extend_from_slice(b"Connection closed by foreign host\n");
                    Outcome::Ended(1)
                }
            }
        }
        Err(error) => {
            let why =
                if error == ConnectError::TimedOut { "Connection timed out" } else { "Connection refused" };
            call.complain(&format!("can't connect to remote host ({address}): {why}"));
            Outcome::Ended(1)
        }
    }
}

/// traceroute: in the cluster there is nothing between two Pods but their node.
pub(super) fn traceroute(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "n46Ivm:q:w:p:", refused: "FldrUf:i:s:t:g:z:", long: &[] };
    let options = or_end!(call.options(&taken));
    let Some(host) = options.operands.first().cloned() else { return call.fail_usage("missing host") };
    let Some(address) = call.system.resolve(&host).into_iter().next() else {
        call.complain(&format!("bad address '{host}'"));
        return Outcome::Ended(1);
    };
    match call.system.answers_ping(&address) {
        Ok(()) => {
            call.say(&format!("traceroute to {host} ({address}), 30 hops max, 46 byte packets"));
            let own = call.system.address();
            if address != own && !address.starts_with("127.") {
                let gateway = own.rsplit_once('.').map_or("", |(stem, _)| stem).to_owned() + ".1";
                call.say(&format!(" 1  {gateway} ({gateway})  0.008 ms  0.006 ms  0.005 ms"));
                call.say(&format!(" 2  {address} ({address})  0.011 ms  0.009 ms  0.008 ms"));
            } else {
                call.say(&format!(" 1  {address} ({address})  0.006 ms  0.004 ms  0.003 ms"));
            }
            Outcome::Ended(0)
        }
        Err(_) => {
            call.complain(&format!("not simulated: the way to {address}"));
            Outcome::Ended(1)
        }
    }
}

/// What listens in the Pod.
pub(super) fn sockets(call: &mut Call<'_>) -> Outcome {
    let is_ss = call.name() == "ss";
    if !is_ss {
        let taken = Taken { letters: "ralntuwxeWp", refused: "", long: &[] };
        let options = or_end!(call.options(&taken));
        if options.has('r') {
            super::interfaces::routes(call, options.has('n'));
            return Outcome::Ended(0);
        }
    }
    call.say(match is_ss {
        true => "State    Recv-Q   Send-Q     Local Address:Port     Peer Address:Port  Process",
        false => "Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       ",
    });
    for port in call.system.listening() {
        let address = format!("0.0.0.0:{port}");
        let line = if is_ss {
            format!("LISTEN   0        511        {address:>18}          0.0.0.0:*")
        } else {
            format!("tcp        0      0 {address:<23} 0.0.0.0:*               LISTEN      ")
        };
        call.say(&line);
    }
    Outcome::Ended(0)
}

/// ping: Pods and nodes answer, the addresses of Services do not.
pub(super) fn ping(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "4c:i:I:p:qs:t:w:W:n", refused: "6A", long: &[] };
    let options = or_end!(call.options(&taken));
    let mut numbers = [None; 3];
    for (number, letter) in numbers.iter_mut().zip(['c', 'w', 's']) {
        let Some(text) = options.value(letter) else { continue };
        *number = text.parse::<u64>().ok();
        if number.is_none() {
            call.complain(&format!("invalid number '{text}'"));
            return Outcome::Ended(1);
        }
    }
    let [count, deadline, size] = numbers;
    let period = match options.value('i').map_or(Ok(1.0), str::parse::<f64>) {
        Ok(seconds) if seconds.is_finite() && seconds >= 0.0 => ((seconds * 1_000.0) as i64).max(2),
        _ => {
            call.complain(&format!("invalid number '{}'", options.value('i').unwrap_or_default()));
            return Outcome::Ended(1);
        }
    };
    // Nothing is sent any more when its time is over.
    let in_time =
        deadline.map(|seconds| seconds.saturating_mul(1_000).div_ceil(period.unsigned_abs()).max(1));
    let most = count.filter(|count| *count > 0).unwrap_or(u64::MAX).min(in_time.unwrap_or(u64::MAX));
    let (size, quiet) = (size.unwrap_or(56).min(65_507), options.has('q'));
    let Some(host) = options.operands.first().cloned() else { return call.fail_usage("missing host") };
    let Some(address) = call.system.resolve(&host).first().cloned() else {
        call.complain(&format!("bad address '{host}'"));
        return Outcome::Ended(1);
    };
    // How many were sent, and how many of them came back.
    let (mut sent, mut back) = (*call.memory >> 32, *call.memory & u64::from(u32::MAX));
    if sent == 0 {
        call.say(&format!("PING {host} ({address}): {size} data bytes"));
    }
    if sent >= most.min(PINGS_MAX) {
        let lost = (sent - back) * 100 / sent.max(1);
        call.say(&format!("\n--- {host} ping statistics ---"));
        call.say(&format!("{sent} packets transmitted, {back} packets received, {lost}% packet loss"));
        if back > 0 {
            call.say("round-trip min/avg/max = 0.061/0.074/0.092 ms");
        }
        return Outcome::Ended(i32::from(back == 0));
    }
    match call.system.answers_ping(&address) {
        Ok(()) => {
            let time = 61 + call.system.random(32);
            if !quiet {
                let bytes = size + 8;
                call.say(&format!("{bytes} bytes from {address}: seq={sent} ttl=63 time=0.0{time} ms"));
            }
            back += 1;
        }
        Err(ConnectError::UnknownHost) => {
            call.complain(&format!("not simulated: the world outside of the cluster ({address})"));
            return Outcome::Ended(1);
        }
        Err(_) => {}
    }
    sent += 1;
    *call.memory = sent << 32 | back;
    Outcome::Again(if sent >= most { 1 } else { period })
}
